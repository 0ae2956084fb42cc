//! What a call is: method, path, lane, and one table from the answer to a typed outcome.

pub(crate) mod account;
pub(crate) mod activities;
pub(crate) mod assets;
pub(crate) mod bars;
pub(crate) mod cancel;
pub(crate) mod chain;
pub(crate) mod clock;
pub(crate) mod exercise;
pub(crate) mod history;
pub(crate) mod look_up;
pub(crate) mod news;
pub(crate) mod orders;
pub(crate) mod positions;
pub(crate) mod quotes;
pub(crate) mod replace;
pub(crate) mod submit;
mod ticket;
pub(crate) mod watchlists;

use crate::path::Path;
use crate::problem::Problem;
use crate::transport::Answer;
use domain::brokerage::Lane;
use domain::outcome::ReadFailure;
use reqwest::Method;
use serde::Deserialize;

/// Bodies longer than this are not read: 1 MiB holds 500 orders with room to spare.
const USUAL_LIMIT: usize = 1 << 20;

/// One kind of call.
pub(crate) trait Endpoint: Send + Sync {
    /// What it brings.
    type Reply;
    /// Its name in logs.
    const NAME: &'static str;
    /// The HTTP method.
    const METHOD: Method;
    /// Which share of the budget pays.
    const LANE: Lane;
    /// The longest body that is read.
    const LIMIT: usize = USUAL_LIMIT;

    /// Where.
    fn path(&self) -> Path;

    /// The query.
    fn query(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// The JSON body.
    fn body(&self) -> Option<Vec<u8>> {
        None
    }

    /// The table.
    fn read(&self, answer: &Answer) -> Self::Reply;
}

/// A read's table, but for the rows of its own: 200 with the right shape is the value.
pub(crate) fn value<'a, T: Deserialize<'a>>(answer: &'a Answer) -> Result<T, ReadFailure> {
    match answer.status {
        200 => serde_json::from_slice(&answer.body).map_err(|_| unreadable(answer)),
        _ => Err(failure(answer)),
    }
}

/// The rows that all reads share.
///
/// | status | body | failure |
/// |---|---|---|
/// | 429 | any | `RateLimited` |
/// | 408, 5xx | any | `Unavailable` |
/// | 401, any 4xx with 40110000 | envelope | `Credentials` |
/// | 401, 403 | envelope | `Forbidden` |
/// | 404 | envelope, not about the endpoint itself | `NotFound` |
/// | other 4xx | envelope | `Invalid` |
/// | anything else: 1xx–3xx, HTML, empty | | `Unreadable` |
pub(crate) fn failure(answer: &Answer) -> ReadFailure {
    let status = answer.status;
    match (status, Problem::read(&answer.body)) {
        (429, _) => ReadFailure::RateLimited { until: answer.listens_at },
        (408 | 500.., _) => ReadFailure::Unavailable,
        (400..=499, Some(problem)) if problem.is_about_keys(status) => ReadFailure::Credentials,
        (401 | 403, Some(_)) => ReadFailure::Forbidden { status },
        (404, Some(problem)) if !problem.says(&["endpoint"]) => ReadFailure::NotFound,
        (400..=499, Some(_)) => ReadFailure::Invalid { status },
        _ => ReadFailure::Unreadable { status },
    }
}

/// An answer that is not what it should be.
pub(crate) fn unreadable(answer: &Answer) -> ReadFailure {
    ReadFailure::Unreadable { status: answer.status }
}
