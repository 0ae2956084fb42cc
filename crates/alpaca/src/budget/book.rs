//! Who waits for one account's budget, and whose turn it is. Pure: asks the clock, never waits.

use super::lanes::Lanes;
use super::word::{LONGEST, Word};
use crate::path::Surface;
use domain::brokerage::Lane;
use domain::clock::Clock;
use domain::fresh;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Most urgent first.
const LANES: [Lane; 3] = [Lane::Urgent, Lane::Orders, Lane::Reads];

/// With so few calls left in the broker's own window, reads and then orders leave them to cancels.
const LEFT_FOR_ORDERS: u64 = 10;
const LEFT_FOR_URGENT: u64 = 4;

/// After a 429 a cancel is tried again at least this often: one more 429 costs nothing, a late cancel does.
const URGENT_PAUSE: Duration = Duration::from_secs(5);

/// One account's budget.
pub(super) struct Book {
    clock: Arc<dyn Clock>,
    lanes: Lanes,
    queues: [VecDeque<Waiting>; 3],
    /// Until when nothing goes, by service and lane.
    pauses: [[Duration; 3]; 2],
    /// 429s in a row, by service.
    strikes: [u32; 2],
    numbers: u64,
}

/// A place in the queue.
pub(super) struct Place {
    lane: Lane,
    number: u64,
    /// Told when it is our turn.
    pub(super) turn: oneshot::Receiver<()>,
}

struct Waiting {
    number: u64,
    surface: Surface,
    turn: oneshot::Sender<()>,
}

impl Book {
    pub(super) fn new(clock: &Arc<dyn Clock>) -> Self {
        Self {
            clock: Arc::clone(clock),
            lanes: Lanes::full(clock),
            queues: Default::default(),
            pauses: Default::default(),
            strikes: Default::default(),
            numbers: 0,
        }
    }

    /// Takes a place at the end of a lane.
    pub(super) fn queue(&mut self, surface: Surface, lane: Lane) -> Place {
        let (sender, turn) = oneshot::channel();
        let number = self.numbers;
        self.numbers += 1;
        self.queues[lane as usize].push_back(Waiting { number, surface, turn: sender });
        Place { lane, number, turn }
    }

    /// Gives a place up.
    pub(super) fn leave(&mut self, place: &Place) {
        self.queues[place.lane as usize].retain(|waiting| waiting.number != place.number);
    }

    /// Lets everyone through whose turn it is, the most urgent lane first, first come first served within a lane.
    /// Returns how long until somebody else may go; `None` when nobody waits.
    pub(super) fn admit(&mut self) -> Option<Duration> {
        let mut next = None;
        for lane in LANES {
            self.queues[lane as usize].retain(|waiting| !waiting.turn.is_closed());
            while let Some(wait) = self.admit_one(lane) {
                if !wait.is_zero() {
                    next = Some(next.map_or(wait, |least: Duration| least.min(wait)));
                    break;
                }
            }
        }
        next
    }

    /// Zero when one went; otherwise how long until one may. `None` when the lane is empty.
    fn admit_one(&mut self, lane: Lane) -> Option<Duration> {
        let queue = &self.queues[lane as usize];
        let ready = queue.iter().position(|waiting| self.paused(waiting.surface, lane).is_zero());
        let Some(ready) = ready else {
            return queue.iter().map(|waiting| self.paused(waiting.surface, lane)).min();
        };
        if !self.lanes.take(lane) {
            return Some(self.lanes.wait(lane));
        }
        if let Some(waiting) = self.queues[lane as usize].remove(ready) {
            // Whoever went away in this very moment has wasted one call: the safe side.
            let _ = waiting.turn.send(());
        }
        Some(Duration::ZERO)
    }

    /// How long a call that came now would wait.
    pub(super) fn estimate(&self, surface: Surface, lane: Lane) -> Duration {
        let behind_others = self.lanes.interval(lane) * u32::try_from(self.ahead(lane)).unwrap_or(u32::MAX);
        let own_turn = self.lanes.wait(lane) + behind_others;
        self.paused(surface, lane).max(own_turn)
    }

    /// How many wait that would go before a call that came now.
    pub(super) fn ahead(&self, lane: Lane) -> usize {
        LANES.iter().take(lane as usize + 1).map(|lane| self.queues[*lane as usize].len()).sum()
    }

    /// Takes in what an answer says about the broker's own count.
    pub(super) fn heed(&mut self, surface: Surface, status: u16, word: Word) {
        let at = surface as usize;
        if status == 429 {
            self.strike(surface, word);
            return;
        }
        self.strikes[at] = 0;
        let Some(remaining) = word.remaining else { return };
        let span = word.listens_in.unwrap_or(Duration::from_secs(1));
        if remaining <= LEFT_FOR_ORDERS {
            self.pause(surface, Lane::Reads, span);
        }
        if remaining <= LEFT_FOR_URGENT {
            self.pause(surface, Lane::Orders, span);
        }
    }

    /// Too many requests: everyone waits until the broker listens again, or, when it does not say, for a back-off that
    /// doubles with every 429 and is jittered. Calls that were under way together count once.
    fn strike(&mut self, surface: Surface, word: Word) {
        let at = surface as usize;
        if self.paused(surface, Lane::Urgent).is_zero() {
            self.strikes[at] = (self.strikes[at] + 1).min(6);
        }
        let ceiling = Duration::from_secs(1 << self.strikes[at].saturating_sub(1)).min(LONGEST / 2);
        let span = word.listens_in.unwrap_or_else(|| ceiling / 4 + fresh::jitter(ceiling * 3 / 4));
        self.pause(surface, Lane::Reads, span);
        self.pause(surface, Lane::Orders, span);
        self.pause(surface, Lane::Urgent, span.min(URGENT_PAUSE));
    }

    fn pause(&mut self, surface: Surface, lane: Lane, span: Duration) {
        let until = &mut self.pauses[surface as usize][lane as usize];
        *until = (*until).max(self.clock.elapsed() + span.min(LONGEST));
    }

    /// How long the broker wants to hear nothing.
    pub(super) fn paused(&self, surface: Surface, lane: Lane) -> Duration {
        self.pauses[surface as usize][lane as usize].saturating_sub(self.clock.elapsed())
    }

    /// Whether forgetting the account would change nothing.
    pub(super) fn is_idle(&self) -> bool {
        let now = self.clock.elapsed();
        self.lanes.are_full()
            && self.queues.iter().flatten().all(|waiting| waiting.turn.is_closed())
            && self.pauses.iter().flatten().all(|until| *until <= now)
            && self.strikes == [0, 0]
    }
}
