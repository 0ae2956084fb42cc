//! Time: the only place where Paddock reads a clock or waits.
//!
//! Our own clock rather than tokio's paused one: paused tokio jumps ahead whenever it waits on a real socket, so the
//! database's time-outs would fire while it is answering.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// What tells the time and waits.
#[async_trait]
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> DateTime<Utc>;
    /// Time since some fixed moment; never runs backwards.
    fn elapsed(&self) -> Duration;
    /// Waits until `span` has passed on this clock.
    async fn sleep(&self, span: Duration);
}

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// A clock whose [`Clock::elapsed`] starts now.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }
}

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }
}

/// A clock that stands still until it is moved: time for tests and fault schedules.
#[derive(Debug)]
pub struct ManualClock {
    start: DateTime<Utc>,
    run: watch::Sender<Duration>,
}

impl ManualClock {
    /// A clock that shows `start`.
    pub fn at(start: DateTime<Utc>) -> Self {
        Self { start, run: watch::Sender::new(Duration::ZERO) }
    }

    /// Moves the clock forward and wakes everyone whose wait is over.
    pub fn advance(&self, span: Duration) {
        self.run.send_modify(|run| *run += span);
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        self.start + TimeDelta::from_std(*self.run.borrow()).unwrap_or_default()
    }

    fn elapsed(&self) -> Duration {
        *self.run.borrow()
    }

    async fn sleep(&self, span: Duration) {
        let until = self.elapsed() + span;
        // The sender lives in `self`, so the channel cannot close while we wait.
        let _ = self.run.subscribe().wait_for(|run| *run >= until).await;
    }
}
