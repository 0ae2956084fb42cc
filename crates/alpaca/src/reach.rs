//! Whether a host answers, how fast, and what its clock says.

use crate::alpaca::Alpaca;
use crate::path::Path;
use crate::transport;
use chrono::{DateTime, TimeDelta};
use domain::account::Environment;
use domain::drift::Offset;
use domain::outcome::ReadFailure;
use reqwest::header::{DATE, HeaderMap};
use reqwest::{Method, Request};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// How long it took.
    pub took: Duration,
    /// Our clock against the host's, by the answer's `Date`, if it has one.
    pub offset: Option<Offset>,
}

impl Alpaca {
    /// How long the environment's host takes to answer anything at all. Sends no keys.
    ///
    /// # Errors
    /// [`ReadFailure::Unavailable`] when no HTTP answer came.
    pub async fn reachable(&self, environment: Environment) -> Result<Reached, ReadFailure> {
        let url = self.origins.url(environment, &Path::Root).ok_or(ReadFailure::NotFound)?;
        let (asked_at, began) = (self.clock.now(), self.clock.elapsed());
        let offset = Mutex::new(None);
        let heed = |_: u16, headers: &HeaderMap| {
            let date = headers.get(DATE).and_then(|date| DateTime::parse_from_rfc2822(date.to_str().ok()?).ok());
            // In whole seconds: it says when the second began in which the answer was made.
            *offset.lock().unwrap_or_else(PoisonError::into_inner) = date.map(|date| Offset {
                least: Some(asked_at - (date.to_utc() + TimeDelta::seconds(1))),
                most: Some(self.clock.now() - date.to_utc()),
            });
        };
        let deadline = began + self.limits.total;
        let request = Request::new(Method::HEAD, url);
        let answer = transport::exchange(&self.http, &*self.clock, request, usize::MAX, deadline, heed).await;
        answer.map_err(|_| ReadFailure::Unavailable)?;
        let took = self.clock.elapsed().saturating_sub(began);
        Ok(Reached { took, offset: offset.into_inner().unwrap_or_else(PoisonError::into_inner) })
    }
}
