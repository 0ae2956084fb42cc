//! The market's clock, as it was last read: the same for everybody, and good until the next opening or closing.
//!
//! A receipt says whether its order queues. That is worth no call of its own while the order is on its way.

use domain::account::MarketClock;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// An emergency closing is in no calendar, so a reading is not trusted for longer.
const TRUSTED: Duration = Duration::from_mins(5);

/// The last reading, and when on our clock it was made.
#[derive(Default)]
pub(crate) struct Session(Mutex<Option<(MarketClock, Duration)>>);

impl Session {
    pub(crate) fn note(&self, read: MarketClock, now: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((read, now));
    }

    /// The reading, if it still holds at `now`.
    pub(crate) fn known(&self, now: Duration) -> Option<MarketClock> {
        let (read, read_at) = (*self.0.lock().unwrap_or_else(PoisonError::into_inner))?;
        let age = now.saturating_sub(read_at);
        let until_change = (read.next_open.min(read.next_close) - read.at).to_std().unwrap_or_default();
        (age < until_change.min(TRUSTED)).then_some(read)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use chrono::{DateTime, TimeDelta};

    #[test]
    fn a_reading_is_good_until_the_bell_and_never_for_long() {
        let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let clock = |closes: i64| MarketClock {
            at,
            is_open: true,
            next_open: at + TimeDelta::hours(18),
            next_close: at + TimeDelta::seconds(closes),
        };
        let seconds = Duration::from_secs;
        let session = Session::default();
        assert_eq!(session.known(seconds(0)), None);
        for (closes, good, gone) in [(30, 29, 30), (9_000, 299, 300), (-5, 0, 0)] {
            session.note(clock(closes), seconds(100));
            assert_eq!(session.known(seconds(100 + good)).is_some(), closes > 0, "{closes}");
            assert_eq!(session.known(seconds(100 + gone)), None, "{closes}");
        }
    }
}
