//! How far our clock is from others', as far as that can be known from what is said anyway.
//!
//! Somebody else's clock is read at one moment of theirs, and heard of at another of ours. If we asked, that moment lies between
//! our question and their answer: two bounds. If they wrote by themselves, it lies before we heard: one bound, which can show
//! that our clock is behind, and never that it is ahead. Many samples narrow the bounds, because some are fast. What is called
//! an offset here is proved by the bounds; how long the messages took is never guessed.

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Mutex, PoisonError};

/// An offset that is worth an alarm: what FINRA's consolidated audit trail allows for electronic events (rule 6820).
pub const ALARM: TimeDelta = TimeDelta::milliseconds(50);
/// How long a sample counts, at least; clocks drift.
const WINDOW: TimeDelta = TimeDelta::minutes(10);

/// Whose clock ours is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// Discord's: each interaction's number says when it was made.
    Discord,
    /// Alpaca's: its market clock.
    Alpaca,
    /// The database's, which dates the audit book.
    Database,
}

impl Reference {
    /// Every one of them.
    pub const ALL: [Self; 3] = [Self::Discord, Self::Alpaca, Self::Database];

    /// In words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Discord => "Discord",
            Self::Alpaca => "Alpaca",
            Self::Database => "the database",
        }
    }
}

/// What our clock shows more than theirs: between these two. Positive: ours is ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offset {
    /// At least this.
    pub least: Option<TimeDelta>,
    /// At most this.
    pub most: Option<TimeDelta>,
}

impl Offset {
    /// We asked, heard `theirs`, and our clock showed `asked_at` before and `heard_at` after.
    pub fn of_answer(asked_at: DateTime<Utc>, theirs: DateTime<Utc>, heard_at: DateTime<Utc>) -> Self {
        Self { least: Some(asked_at - theirs), most: Some(heard_at - theirs) }
    }

    /// They wrote at `theirs`, or a little later, and we heard of it at `heard_at`.
    pub fn of_message(theirs: DateTime<Utc>, heard_at: DateTime<Utc>) -> Self {
        Self { least: None, most: Some(heard_at - theirs) }
    }

    /// What both allow; `None` when they exclude each other: a clock was set in between.
    pub fn and(self, other: Self) -> Option<Self> {
        let least = self.least.max(other.least);
        let most = [self.most, other.most].into_iter().flatten().min();
        match (least, most) {
            (Some(least), Some(most)) if least > most => None,
            _ => Some(Self { least, most }),
        }
    }

    /// The part of it that is beyond doubt: how far ahead (positive) or behind (negative) our clock is at the very least.
    pub fn proved(self) -> TimeDelta {
        match (self.least, self.most) {
            (Some(least), _) if least > TimeDelta::zero() => least,
            (_, Some(most)) if most < TimeDelta::zero() => most,
            _ => TimeDelta::zero(),
        }
    }

    /// Whether the proved part is worth an alarm.
    pub fn is_alarming(self) -> bool {
        self.proved().abs() >= ALARM
    }
}

/// What the samples of about the last ten minutes say together.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    since: Option<DateTime<Utc>>,
    now: Offset,
    before: Offset,
    samples: u32,
}

impl Window {
    fn note(&mut self, sample: Offset, at: DateTime<Utc>) {
        if self.since.is_none_or(|since| (at - since).abs() >= WINDOW) {
            (self.before, self.now, self.since) = (self.now, Offset::default(), Some(at));
        }
        self.samples = self.samples.saturating_add(1);
        self.now = self.now.and(sample).unwrap_or(sample);
        if self.now.and(self.before).is_none() {
            self.before = Offset::default();
        }
    }

    fn read(&self) -> Offset {
        self.now.and(self.before).unwrap_or(self.now)
    }
}

/// Keeps what is known of our clock's offset.
#[derive(Debug, Default)]
pub struct ClockWatch(Mutex<[Window; Reference::ALL.len()]>);

impl ClockWatch {
    /// Takes a sample in. `Some` when the offset has become alarming by it: tell somebody.
    pub fn note(&self, reference: Reference, sample: Offset, at: DateTime<Utc>) -> Option<TimeDelta> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.get_mut(reference as usize)?;
        let was = window.read().is_alarming();
        window.note(sample, at);
        let is = window.read();
        (is.is_alarming() && !was).then(|| is.proved())
    }

    /// What is known now, with the number of samples; nothing of whom we have not heard.
    pub fn read(&self) -> Vec<(Reference, Offset)> {
        let windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = Reference::ALL.into_iter().zip(*windows).filter(|(_, window)| window.samples > 0);
        heard.map(|(reference, window)| (reference, window.read())).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use proptest::prelude::*;

    const fn ms(n: i64) -> TimeDelta {
        TimeDelta::milliseconds(n)
    }

    fn at(n: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_790_000_000_000 + n).unwrap()
    }

    proptest! {
        /// Our clock is ahead by `offset`; the ways take what they take.
        #[test]
        fn the_true_offset_is_always_within_the_bounds(
            offset in -2_000_i64..2_000,
            ways in prop::collection::vec((0_i64..5_000, 0_i64..3_000, 0_i64..3_000), 1..40),
        ) {
            let (asked, told) = (ClockWatch::default(), ClockWatch::default());
            for (start, there, back) in ways {
                let theirs = at(start + there);
                let heard_at = at(start + there + back + offset);
                asked.note(Reference::Alpaca, Offset::of_answer(at(start + offset), theirs, heard_at), heard_at);
                told.note(Reference::Discord, Offset::of_message(theirs, heard_at), heard_at);
            }
            for watch in [asked, told] {
                let (_, known) = watch.read()[0];
                prop_assert!(known.least.is_none_or(|least| least <= ms(offset)));
                prop_assert!(known.most.is_none_or(|most| most >= ms(offset)));
                prop_assert!(known.proved().abs() <= ms(offset.abs()), "no alarm without a cause");
            }
        }
    }

    #[test]
    fn an_offset_of_fifty_milliseconds_is_told_once_and_again_after_it_was_mended() {
        let watch = ClockWatch::default();
        let sample = |offset: i64, now: i64| {
            watch.note(Reference::Database, Offset::of_answer(at(now), at(now + 1 - offset), at(now + 2)), at(now))
        };
        assert_eq!(sample(50, 0), None, "49 ms are proved");
        assert_eq!(sample(51, 10), Some(ms(50)));
        assert_eq!(sample(51, 20), None, "told");
        // Set right: what was known before is excluded by what is seen now.
        assert_eq!(sample(0, 30), None);
        assert_eq!(sample(-60, 40), Some(ms(-59)));
    }

    #[test]
    fn slow_messages_alarm_nobody_and_one_fast_one_tells_that_we_are_behind() {
        let watch = ClockWatch::default();
        for n in 0..50 {
            assert_eq!(watch.note(Reference::Discord, Offset::of_message(at(n), at(n + 900)), at(n)), None);
        }
        let early = Offset::of_message(at(1_000), at(930));
        assert_eq!(watch.note(Reference::Discord, early, at(1_000)), Some(ms(-70)));
    }

    #[test]
    fn what_was_long_ago_does_not_count() {
        let watch = ClockWatch::default();
        let minute = 60_000;
        watch.note(Reference::Alpaca, Offset::of_answer(at(0), at(-100), at(1)), at(0));
        assert!(watch.read()[0].1.is_alarming());
        for n in [11, 22] {
            let now = n * minute;
            watch.note(Reference::Alpaca, Offset::of_answer(at(now), at(now + 300), at(now + 600)), at(now));
        }
        assert_eq!(watch.read()[0].1.proved(), TimeDelta::zero());
    }
}
