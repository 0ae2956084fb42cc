//! What the broker says about its own limit, and how far it is believed.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::HeaderMap;
use std::time::Duration;

/// Alpaca's windows are a minute long, so a header that asks for more patience is wrong.
pub(super) const LONGEST: Duration = Duration::from_mins(1);

/// The headers of one answer, as far as they make sense.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Word {
    /// `X-RateLimit-Remaining`.
    pub(super) remaining: Option<u64>,
    /// `X-RateLimit-Reset` (epoch seconds) or `Retry-After` (seconds), from now; more than nothing, at most [`LONGEST`].
    pub(super) listens_in: Option<Duration>,
}

impl Word {
    /// Reads the headers. A reset in the past, an hour away, or in another unit counts as none.
    pub(super) fn read(headers: &HeaderMap, now: DateTime<Utc>) -> Self {
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
        let reset = number("x-ratelimit-reset")
            .and_then(|epoch| DateTime::from_timestamp(i64::try_from(epoch).ok()?, 0))
            .and_then(|at| at.signed_duration_since(now).to_std().ok());
        let after = number("retry-after").map(Duration::from_secs);
        let sensible = |span: &Duration| !span.is_zero() && *span <= LONGEST;
        Self {
            remaining: number("x-ratelimit-remaining"),
            listens_in: reset.filter(sensible).or(after.filter(sensible)),
        }
    }
}

/// When the broker says that it will listen again.
pub(crate) fn listens_at(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let span = Word::read(headers, now).listens_in?;
    Some(now + TimeDelta::from_std(span).ok()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn a_lying_missing_or_past_header_is_not_believed() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        for (name, value, span) in [
            ("x-ratelimit-reset", "1790000030", Some(30)),
            ("x-ratelimit-reset", "1790000060", Some(60)),
            ("x-ratelimit-reset", "1790000061", None),
            ("x-ratelimit-reset", "1790000000", None),
            ("x-ratelimit-reset", "1789999999", None),
            ("x-ratelimit-reset", "1790000030000", None),
            ("x-ratelimit-reset", "-5", None),
            ("x-ratelimit-reset", "18446744073709551615", None),
            ("x-ratelimit-reset", "soon", None),
            ("x-ratelimit-reset", "", None),
            ("retry-after", "7", Some(7)),
            ("retry-after", "0", None),
            ("retry-after", "3600", None),
            ("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            assert_eq!(Word::read(&headers, now).listens_in, span.map(Duration::from_secs), "{name}: {value}");
        }
        assert_eq!(Word::read(&HeaderMap::new(), now), Word::default());
    }
}
