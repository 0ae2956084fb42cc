//! One guard: what holds now, and what will hold later because it is looser.

use super::WAIT;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A bound that can be made tighter.
pub trait Bound: Clone + PartialEq {
    /// The loosest bound that is as tight as both.
    #[must_use]
    fn meet(&self, other: &Self) -> Self;
}

/// One guard. No bound is the loosest of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot<T> {
    now: Option<T>,
    later: Option<Later<T>>,
}

/// What will hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later<T> {
    /// Nothing, or a looser bound.
    pub to: Option<T>,
    /// From then on.
    pub from: DateTime<Utc>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { now: None, later: None }
    }
}

impl<T: Bound> Slot<T> {
    /// What holds at that moment.
    pub fn at(&self, now: DateTime<Utc>) -> Option<&T> {
        match &self.later {
            Some(later) if later.from <= now => later.to.as_ref(),
            _ => self.now.as_ref(),
        }
    }

    /// What will hold, when that is something else.
    pub fn later(&self, now: DateTime<Utc>) -> Option<&Later<T>> {
        self.later.as_ref().filter(|later| later.from > now)
    }

    /// From when on it is looser.
    pub fn loosens(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.later(now).map(|later| later.from)
    }

    /// Wants it to be `to`. As much of that as is tighter holds at once; the rest waits. Who has been waiting for something
    /// looser still need not begin anew.
    pub fn set(&mut self, to: Option<T>, now: DateTime<Utc>) {
        let held = self.at(now).cloned();
        let tight = meet(held.as_ref(), to.as_ref());
        let from = match self.later(now) {
            Some(later) if meet(to.as_ref(), later.to.as_ref()) == to => later.from,
            _ => now + WAIT,
        };
        let later = (tight != to).then_some(Later { to, from });
        *self = Self { now: tight, later };
    }
}

/// As tight as both, where nothing bounds nothing.
pub(super) fn meet<T: Bound>(one: Option<&T>, other: Option<&T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.meet(other)),
        (one, other) => one.or(other).cloned(),
    }
}
