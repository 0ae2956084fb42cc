//! Ids of Discord's own form, drawn from the world's clock.

use chrono::{DateTime, Utc};

/// The first millisecond of 2015, from which Discord counts.
const EPOCH_MS: i64 = 1_420_070_400_000;

/// Draws snowflakes that only ever grow, also when the clock stands still or is set back.
#[derive(Debug, Default)]
pub(super) struct Snowflakes(u64);

impl Snowflakes {
    pub fn next(&mut self, now: DateTime<Utc>) -> u64 {
        let since = u64::try_from(now.timestamp_millis() - EPOCH_MS).unwrap_or(0);
        self.0 = (since << 22).max(self.0 + 1);
        self.0
    }
}
