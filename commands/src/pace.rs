//! How often somebody does something: never more than so many times in any minute.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);

/// Counts by somebody. Holds nothing of those who have been quiet for a minute.
pub(crate) struct Pace<K> {
    most: usize,
    steps: HashMap<K, VecDeque<Duration>>,
    swept: Duration,
}

impl<K: Eq + Hash + Copy> Pace<K> {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, steps: HashMap::new(), swept: Duration::ZERO }
    }

    /// How long `who` would have to wait for one more.
    pub(crate) fn wait(&mut self, who: K, now: Duration) -> Option<Duration> {
        if now.saturating_sub(self.swept) > MINUTE {
            self.steps.retain(|_, steps| steps.back().is_some_and(|last| now.saturating_sub(*last) < MINUTE));
            self.swept = now;
        }
        let steps = self.steps.get_mut(&who)?;
        while steps.front().is_some_and(|first| now.saturating_sub(*first) >= MINUTE) {
            steps.pop_front();
        }
        let oldest = steps.front().filter(|_| steps.len() >= self.most)?;
        Some((*oldest + MINUTE).saturating_sub(now))
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
        fn nobody_takes_more_steps_in_any_minute_and_who_waited_as_told_may_go_on(
            gaps in prop::collection::vec(0_u64..20_000, 1..300),
            most in 1_usize..20,
        ) {
            let (mut pace, mut now, mut taken) = (Pace::new(most), Duration::ZERO, Vec::new());
            for gap in gaps {
                now += Duration::from_millis(gap);
                if let Some(wait) = pace.wait(1, now) {
                    prop_assert!(wait > Duration::ZERO && wait <= MINUTE);
                    now += wait;
                    prop_assert_eq!(pace.wait(1, now), None);
                }
                pace.step(1, now);
                taken.push(now);
                let recent = taken.iter().filter(|at| now < **at + MINUTE).count();
                prop_assert!(recent <= most, "{} of {}", recent, most);
            }
        }
    }

    #[test]
    fn one_does_not_slow_another_and_the_quiet_are_forgotten() {
        let mut pace = Pace::new(1);
        pace.step(1, Duration::ZERO);
        assert!(pace.wait(1, Duration::from_secs(1)).is_some());
        assert_eq!(pace.wait(2, Duration::from_secs(1)), None);
        assert_eq!(pace.wait(2, MINUTE * 2), None);
        assert!(pace.steps.is_empty());
    }
}
