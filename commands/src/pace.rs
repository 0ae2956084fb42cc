//! How often somebody does something: never more than so many times in any minute, and of these only so many in one go.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::Duration;

pub(crate) const MINUTE: Duration = Duration::from_mins(1);
/// What one go is. Whoever spends a whole minute's share at once makes everybody else wait meanwhile.
pub(crate) const GO: Duration = Duration::from_secs(5);
/// What a person may do in one go, however small the share of a minute is.
const AT_ONCE: usize = 10;

/// A bound that was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Met {
    /// How much is enough …
    pub(crate) most: usize,
    /// … in this time.
    pub(crate) within: Duration,
    /// Until there is room.
    pub(crate) wait: Duration,
}

/// Counts by somebody. Holds nothing of those who have been quiet for a minute.
pub(crate) struct Pace<K> {
    bounds: [(usize, Duration); 2],
    steps: HashMap<K, VecDeque<Duration>>,
    swept: Duration,
}

impl<K: Eq + Hash + Copy> Pace<K> {
    /// At most so many in any minute; a sixth of them, or what a person does, in one go.
    pub(crate) fn new(most: usize) -> Self {
        let bounds = [(most, MINUTE), (most.min(AT_ONCE).max(most / 6), GO)];
        Self { bounds, steps: HashMap::new(), swept: Duration::ZERO }
    }

    /// What keeps `who` from one more, if anything does: of two bounds the one that lasts longer.
    pub(crate) fn met(&mut self, who: K, now: Duration) -> Option<Met> {
        if now.saturating_sub(self.swept) > MINUTE {
            self.steps.retain(|_, steps| steps.back().is_some_and(|last| now.saturating_sub(*last) < MINUTE));
            self.swept = now;
        }
        let steps = self.steps.get_mut(&who)?;
        while steps.front().is_some_and(|first| now.saturating_sub(*first) >= MINUTE) {
            steps.pop_front();
        }
        let met = |(most, within): (usize, Duration)| {
            let last_that_counts = steps.get(steps.len().checked_sub(most)?)?;
            let wait = (*last_that_counts + within).checked_sub(now).filter(|wait| !wait.is_zero())?;
            Some(Met { most, within, wait })
        };
        self.bounds.into_iter().filter_map(met).max_by_key(|met| met.wait)
    }

    /// One more.
    pub(crate) fn step(&mut self, who: K, now: Duration) {
        self.steps.entry(who).or_default().push_back(now);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nobody_takes_more_steps_than_either_bound_and_who_waited_as_told_may_go_on(
            gaps in prop::collection::vec(0_u64..20_000, 1..300),
            most in 1_usize..80,
        ) {
            let (mut pace, mut now, mut taken) = (Pace::new(most), Duration::ZERO, Vec::new());
            for gap in gaps {
                now += Duration::from_millis(gap / most as u64);
                if let Some(met) = pace.met(1, now) {
                    prop_assert!(met.wait > Duration::ZERO && met.wait <= met.within);
                    now += met.wait;
                    prop_assert_eq!(pace.met(1, now), None);
                }
                pace.step(1, now);
                taken.push(now);
                let within = |span: Duration| taken.iter().filter(|at| now < **at + span).count();
                prop_assert!(within(MINUTE) <= most, "{} of {}", within(MINUTE), most);
                let in_one_go = most.min(AT_ONCE).max(most / 6);
                prop_assert!(within(GO) <= in_one_go, "{} of {}", within(GO), in_one_go);
            }
        }
    }

    #[test]
    fn a_minutes_share_is_not_spent_in_one_go() {
        let mut pace = Pace::new(60);
        let mut took = 0;
        while pace.met(1, Duration::ZERO).is_none() {
            pace.step(1, Duration::ZERO);
            took += 1;
        }
        assert_eq!(took, 10);
        assert_eq!(
            pace.met(1, Duration::from_secs(2)),
            Some(Met { most: 10, within: GO, wait: Duration::from_secs(3) })
        );
        assert_eq!(pace.met(1, GO), None);
    }

    #[test]
    fn one_does_not_slow_another_and_the_quiet_are_forgotten() {
        let mut pace = Pace::new(1);
        pace.step(1, Duration::ZERO);
        assert!(pace.met(1, Duration::from_secs(1)).is_some());
        assert_eq!(pace.met(2, Duration::from_secs(1)), None);
        assert_eq!(pace.met(2, MINUTE * 2), None);
        assert!(pace.steps.is_empty());
    }
}
