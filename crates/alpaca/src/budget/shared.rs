//! An account's part in the budget that all processes share: one line per lane, whose front asks for a place.
//!
//! The line is why a place is never reserved far ahead: at most one call of each lane waits for a place that it has, so that
//! an order does not stand behind thirty seconds of another process's reads.

use super::lanes::Bucket;
use domain::brokerage::{Lane, Meter, Reserved, SharedBudget, Unasked};
use domain::clock::Clock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;

/// Longest wait for the answer. It is also how late a call can be at the most, seen from the database, and the shares
/// leave two seconds for that: 198 ≤ 200 in 62 s.
const ASK: Duration = Duration::from_secs(2);

/// One account's lines.
pub(super) struct Lines {
    lines: [Line; 3],
    /// What cancels and look-ups may use when nobody can be asked: 3 in any 60 s, as much as the shares leave for two
    /// processes (194 + 2 × 3 = 200). A cancel takes risk away, and an order in doubt is settled by looking.
    spare: Mutex<Bucket>,
}

/// A place that was asked for ahead is worth asking for anew when the call takes longer than this to come.
const EARLY: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Line {
    front: tokio::sync::Mutex<()>,
    standing: AtomicUsize,
    told: Mutex<Told>,
    early: Mutex<Option<Early>>,
}

/// A place that was asked for before its call came. One that no call takes is lost, which costs that one call.
struct Early {
    asked: Duration,
    answer: JoinHandle<Result<Reserved, Unasked>>,
}

/// What the last answer said.
#[derive(Clone, Copy, Default)]
struct Told {
    /// Until when whoever asked has to wait.
    until: Duration,
    /// How far apart calls of the lane were.
    pace: Duration,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// It would take this long, which is longer than the caller's patience.
    Far(Duration),
    /// Nobody could be asked.
    Unasked,
}

/// One who stands in a line; leaves it when dropped.
struct Standing<'a>(&'a AtomicUsize);

impl<'a> Standing<'a> {
    fn at(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lines {
    pub(super) fn new(clock: &Arc<dyn Clock>) -> Self {
        let spare = Mutex::new(Bucket::full(clock, 2, Duration::from_secs(40)));
        Self { lines: Default::default(), spare }
    }

    /// Waits for the front of the lane's line, and there for the place that the shared budget gives.
    pub(super) async fn pass(
        &self,
        shared: &dyn SharedBudget,
        clock: &dyn Clock,
        call: (&Meter, Lane),
        give_up_at: Duration,
    ) -> Result<(), NoPlace> {
        let (meter, lane) = call;
        let stretch = &self.lines[lane as usize];
        let left = || give_up_at.saturating_sub(clock.elapsed());
        let _standing = Standing::at(&stretch.standing);
        let _front = tokio::select! {
            biased;
            front = stretch.front.lock() => front,
            () = clock.sleep(left()) => return Err(NoPlace::Far(stretch.estimate(clock, 0))),
        };
        let mut early = stretch.early(clock.elapsed());
        loop {
            let gone = early.as_ref().map_or(Duration::ZERO, |place| clock.elapsed().saturating_sub(place.asked));
            let ask = async {
                match early.take() {
                    Some(place) => place.answer.await.unwrap_or(Err(Unasked)),
                    None => shared.reserve(meter, lane).await,
                }
            };
            let answer = tokio::select! {
                biased;
                answer = ask => answer.ok(),
                () = clock.sleep(ASK.saturating_sub(gone)) => None,
            };
            let (wait, ours) = match answer {
                Some(Reserved::In(wait)) => (wait, true),
                Some(Reserved::NotYet(wait)) => (wait.max(Duration::from_millis(10)), false),
                None => return if self.may_go_unasked(lane) { Ok(()) } else { Err(NoPlace::Unasked) },
            };
            stretch.hear(clock, wait);
            if wait > left() {
                return Err(NoPlace::Far(wait));
            }
            if !wait.is_zero() {
                clock.sleep(wait).await;
            }
            if ours {
                return Ok(());
            }
        }
    }

    /// Asks for a place before the call comes.
    pub(super) fn ask_early(&self, shared: Arc<dyn SharedBudget>, clock: &dyn Clock, call: (Meter, Lane)) {
        let (meter, lane) = call;
        let answer = tokio::spawn(async move { shared.reserve(&meter, lane).await });
        *super::open(&self.lines[lane as usize].early) = Some(Early { asked: clock.elapsed(), answer });
    }

    fn may_go_unasked(&self, lane: Lane) -> bool {
        lane == Lane::Urgent && super::open(&self.spare).take_one()
    }

    /// How long a call that came now would wait here, behind `ahead` others that are still on their way to the line.
    pub(super) fn estimate(&self, clock: &dyn Clock, lane: Lane, ahead: usize) -> Duration {
        self.lines[lane as usize].estimate(clock, ahead)
    }

    pub(super) fn are_idle(&self, clock: &dyn Clock) -> bool {
        let idle = |line: &Line| line.standing.load(Ordering::Relaxed) == 0 && line.estimate(clock, 0).is_zero();
        self.lines.iter().all(idle) && super::open(&self.spare).is_full()
    }
}

impl Line {
    /// The place that was asked for ahead, if it still counts.
    fn early(&self, now: Duration) -> Option<Early> {
        super::open(&self.early).take().filter(|early| now.saturating_sub(early.asked) < EARLY)
    }

    fn hear(&self, clock: &dyn Clock, wait: Duration) {
        *super::open(&self.told) = Told { until: clock.elapsed() + wait, pace: wait };
    }

    fn estimate(&self, clock: &dyn Clock, ahead: usize) -> Duration {
        let told = *super::open(&self.told);
        let left = told.until.saturating_sub(clock.elapsed());
        let behind_front = self.standing.load(Ordering::Relaxed).saturating_sub(1) + ahead;
        if left.is_zero() && behind_front == 0 {
            return Duration::ZERO;
        }
        left + told.pace * u32::try_from(behind_front).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests;
