//! The rate limit, and a record of everything that arrived.

use super::Origin;
use super::routes::Endpoint;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// The two hosts count on their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Surface {
    /// Trading REST.
    Trading,
    /// Market data REST.
    Data,
}

impl From<Origin> for Surface {
    fn from(origin: Origin) -> Self {
        match origin {
            Origin::Trading(_) => Self::Trading,
            Origin::Data => Self::Data,
        }
    }
}

/// One request as it came in.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// World time.
    pub at: DateTime<Utc>,
    /// Which host.
    pub origin: Origin,
    /// `GET`, `POST`, …
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// The query, as it was sent.
    pub query: String,
    /// The body.
    pub body: Vec<u8>,
    /// Which endpoint that is.
    pub endpoint: Endpoint,
    /// Whose it was, if the keys were good.
    pub account: Option<Uuid>,
    /// The client order id it submits or looks up.
    pub client_order_id: Option<String>,
    /// The status answered; none if nothing was.
    pub status: Option<u16>,
    /// The `X-Request-ID` answered.
    pub request_id: Uuid,
}

/// Where an account stands in its present window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub limit: u32,
    pub remaining: u32,
    pub resets_at: i64,
    pub exceeded: bool,
}

/// Counts requests per account and surface in whole minutes, as the vendor does.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter(HashMap<(Uuid, Surface), (i64, u32)>);

impl Meter {
    pub fn count(&mut self, account: Uuid, surface: Surface, now: DateTime<Utc>, limit: u32) -> Standing {
        let minute = now.timestamp().div_euclid(60);
        let window = self.0.entry((account, surface)).or_insert((minute, 0));
        if window.0 != minute {
            *window = (minute, 0);
        }
        let exceeded = window.1 >= limit;
        window.1 = window.1.saturating_add(u32::from(!exceeded));
        Standing { limit, remaining: limit - window.1.min(limit), resets_at: (minute + 1) * 60, exceeded }
    }
}

/// The largest number of moments, in time order, within any 60 s.
pub(super) fn most_in_a_minute(moments: &[DateTime<Utc>]) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (last, moment) in moments.iter().enumerate() {
        while moments.get(first).is_some_and(|start| *moment - *start >= TimeDelta::seconds(60)) {
            first += 1;
        }
        most = most.max(last + 1 - first);
    }
    most
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_040 + second, 0).expect("moment")
    }

    #[test]
    fn a_fixed_window_admits_its_limit_and_no_more() {
        let (mut meter, who) = (Meter::default(), Uuid::nil());
        for left in (0..3).rev() {
            let standing = meter.count(who, Surface::Trading, at(0), 3);
            assert_eq!((standing.exceeded, standing.remaining), (false, left));
        }
        assert!(meter.count(who, Surface::Trading, at(1), 3).exceeded);
        assert!(!meter.count(who, Surface::Data, at(1), 3).exceeded, "the data host counts on its own");
        assert!(!meter.count(who, Surface::Trading, at(60), 3).exceeded, "a new window");
    }

    #[test]
    fn the_sliding_minute_spans_windows() {
        let moments: Vec<_> = [0, 50, 59, 60, 61, 110, 200].into_iter().map(at).collect();
        assert_eq!(most_in_a_minute(&moments), 4); // 50, 59, 60, 61 (110 is exactly 60 s after 50)
        assert_eq!(most_in_a_minute(&[]), 0);
    }
}
