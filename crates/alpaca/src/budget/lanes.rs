//! One account's shares: three nested GCRA buckets, decided by `governor`.
//!
//! GCRA lets through at most `burst + ⌊window / interval⌋` in any window. Alpaca counts arrivals, so a network that
//! holds some requests back by two seconds turns a window of 60 s into one of 62: 20 + ⌊62 / 0.345⌋ = 199 ≤ 200.
//!
//! | bucket | who passes it | burst | one per | in 60 s |
//! |---|---|---|---|---|
//! | all | everyone | 20 | 345 ms | 193 |
//! | working | orders and reads | 16 | 400 ms | 166 |
//! | reads | reads | 12 | 480 ms | 137 |
//!
//! What the narrower bucket cannot take is always left in the wider one: 4 calls at once and 24 a minute for cancels and
//! look-ups beside everything else, and 4 at once and 25 a minute for orders beside reads.

use domain::brokerage::Lane;
use domain::clock::Clock;
use governor::clock::Clock as Ticking;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{Quota, RateLimiter};
use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

/// The shares of one account.
pub(super) struct Lanes {
    all: Bucket,
    working: Bucket,
    reads: Bucket,
}

impl Lanes {
    /// Full buckets.
    pub(super) fn full(clock: &Arc<dyn Clock>) -> Self {
        Self {
            all: Bucket::full(clock, 20, Duration::from_millis(345)),
            working: Bucket::full(clock, 16, Duration::from_millis(400)),
            reads: Bucket::full(clock, 12, Duration::from_millis(480)),
        }
    }

    /// The buckets that a lane passes, narrowest first.
    fn of(&self, lane: Lane) -> impl Iterator<Item = &Bucket> {
        let narrower = match lane {
            Lane::Urgent => 2,
            Lane::Orders => 1,
            Lane::Reads => 0,
        };
        [&self.reads, &self.working, &self.all].into_iter().skip(narrower)
    }

    /// How long until one call of the lane may go. Takes nothing.
    pub(super) fn wait(&self, lane: Lane) -> Duration {
        self.of(lane).map(Bucket::wait).max().unwrap_or_default()
    }

    /// One call of the lane goes, if it may.
    pub(super) fn take(&self, lane: Lane) -> bool {
        let may = self.wait(lane).is_zero();
        if may {
            self.of(lane).for_each(Bucket::take);
        }
        may
    }

    /// How far apart calls of the lane are when they queue.
    pub(super) fn interval(&self, lane: Lane) -> Duration {
        self.of(lane).next().map_or(Duration::ZERO, |bucket| bucket.interval)
    }

    /// Whether nothing has been used lately: then the account need not be remembered.
    pub(super) fn are_full(&self) -> bool {
        [&self.all, &self.working, &self.reads].into_iter().all(Bucket::is_full)
    }
}

/// One GCRA, on the house's clock.
pub(super) struct Bucket {
    limiter: RateLimiter<Ask, Arrival, Ticks, NoOpMiddleware<Duration>>,
    burst: NonZeroU32,
    interval: Duration,
}

impl Bucket {
    pub(super) fn full(clock: &Arc<dyn Clock>, burst: u32, interval: Duration) -> Self {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        // `with_period` has no answer for a period of zero; one per second is slower than any bucket here.
        let quota = Quota::with_period(interval).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(burst);
        Self { limiter: RateLimiter::new(quota, Arrival::default(), Ticks(Arc::clone(clock))), burst, interval }
    }

    fn wait(&self) -> Duration {
        let decision = self.limiter.check_key(&Ask::Would);
        decision.map_or_else(|until| until.wait_time_from(self.limiter.clock().now()), |()| Duration::ZERO)
    }

    fn take(&self) {
        let _ = self.take_one();
    }

    /// One goes, if it may.
    pub(super) fn take_one(&self) -> bool {
        self.limiter.check_key(&Ask::Takes).is_ok()
    }

    pub(super) fn is_full(&self) -> bool {
        matches!(self.limiter.check_key_n(&Ask::Would, self.burst), Ok(Ok(())))
    }
}

/// Whether a question to a bucket is meant: governor passes it to the state as its key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Ask {
    /// Only asks. Governor decides, nothing is written.
    Would,
    /// Takes.
    Takes,
}

/// The theoretical arrival time: all the state that GCRA has.
#[derive(Default)]
struct Arrival(Cell<Option<Nanos>>);

impl StateStore for Arrival {
    type Key = Ask;

    fn measure_and_replace<T, F, E>(&self, ask: &Ask, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let (decision, next) = decide(self.0.get())?;
        if *ask == Ask::Takes {
            self.0.set(Some(next));
        }
        Ok(decision)
    }
}

/// The house's clock, as governor wants it.
#[derive(Clone)]
struct Ticks(Arc<dyn Clock>);

impl Ticking for Ticks {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}
