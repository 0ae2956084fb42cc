//! The world's own time: a virtual clock that runs with real time from a chosen start, or stands still until it is told.

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// A clock shared by everything in one simulated world. Cloning shares it.
#[derive(Clone, Debug)]
pub struct WorldClock(Arc<Mutex<Hands>>);

#[derive(Debug)]
struct Hands {
    shown: DateTime<Utc>,
    since: Instant,
    running: bool,
}

impl WorldClock {
    /// A clock that shows `start` now and runs at the speed of real time.
    pub fn running_from(start: DateTime<Utc>) -> Self {
        Self::new(start, true)
    }

    /// A clock that shows `start` until [`WorldClock::advance`] or [`WorldClock::set`] moves it.
    pub fn frozen_at(start: DateTime<Utc>) -> Self {
        Self::new(start, false)
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the simulated world reads real time")]
    fn new(start: DateTime<Utc>, running: bool) -> Self {
        Self(Arc::new(Mutex::new(Hands { shown: start, since: Instant::now(), running })))
    }

    /// The world's present moment.
    pub fn now(&self) -> DateTime<Utc> {
        let hands = self.hands();
        hands.shown + hands.run()
    }

    /// Moves the clock forward (or, with a negative span, back).
    pub fn advance(&self, span: TimeDelta) {
        let to = self.now() + span;
        self.set(to);
    }

    /// Puts the clock to a moment.
    #[expect(clippy::disallowed_methods, reason = "the one place where the simulated world reads real time")]
    pub fn set(&self, moment: DateTime<Utc>) {
        let mut hands = self.hands();
        hands.shown = moment;
        hands.since = Instant::now();
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hands {
    fn run(&self) -> TimeDelta {
        if self.running { TimeDelta::from_std(self.since.elapsed()).unwrap_or_default() } else { TimeDelta::zero() }
    }
}
