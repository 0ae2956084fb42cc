//! Guards: bounds that an owner sets for their own account, in a calm moment, for the others.
//!
//! They stop entries and never exits: whatever takes risk away goes through. Making one tighter holds at once; making it looser
//! waits a day, so that nobody talks themselves out of it in the middle of a trade.

mod check;
mod exercised;
mod losses;
mod slot;

pub use check::{Break, Entry, Facts, Stopped, check, entry};
pub use exercised::exercised;
pub use losses::{Streak, losses};
pub use slot::{Bound, Later, Slot};

use crate::symbol::Symbol;
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How long a looser bound waits.
pub const WAIT: TimeDelta = TimeDelta::hours(24);

/// The guards of one account. A new one is a new field here: rows that lack it read as having none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Guards {
    /// Dollars that one entry may be worth.
    pub order: Slot<Most>,
    /// Dollars that a position may be worth after it, with what is ordered already.
    pub position: Slot<Most>,
    /// Dollars lost since the previous close after which nothing is entered any more.
    pub day_loss: Slot<Most>,
    /// Nothing else is entered.
    pub only: Slot<Only>,
    /// These are not entered.
    pub never: Slot<Never>,
    /// How long nothing is entered after losses.
    pub cool_off: Slot<CoolOff>,
    /// Percent that an entry's price may be beyond the market's.
    pub fat_finger: Slot<Most>,
    /// Nothing is entered until the owner says otherwise: a switch, not a bound, so it does not wait.
    pub paused: bool,
}

/// A number that must not be exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Most(pub Decimal);

/// What may be entered: a symbol, with the options on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Only(pub BTreeSet<Symbol>);

/// What may not be entered: a symbol, with the options on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Never(pub BTreeSet<Symbol>);

/// After so many losing exits in a row nothing is entered for so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoolOff {
    /// In a row.
    pub losses: u32,
    /// From the last of them.
    pub minutes: u32,
}

impl Bound for Most {
    fn meet(&self, other: &Self) -> Self {
        Self(self.0.min(other.0))
    }
}

impl Bound for Only {
    fn meet(&self, other: &Self) -> Self {
        Self(self.0.intersection(&other.0).cloned().collect())
    }
}

impl Bound for Never {
    fn meet(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }
}

impl Bound for CoolOff {
    fn meet(&self, other: &Self) -> Self {
        Self { losses: self.losses.min(other.losses), minutes: self.minutes.max(other.minutes) }
    }
}

/// Which guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// [`Guards::order`]
    Order,
    /// [`Guards::position`]
    Position,
    /// [`Guards::day_loss`]
    DayLoss,
    /// [`Guards::only`]
    Only,
    /// [`Guards::never`]
    Never,
    /// [`Guards::cool_off`]
    CoolOff,
    /// [`Guards::fat_finger`]
    FatFinger,
    /// [`Guards::paused`]
    Pause,
}

impl Kind {
    /// As the audit book calls it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Order => "guard_order",
            Self::Position => "guard_position",
            Self::DayLoss => "guard_day_loss",
            Self::Only => "guard_only",
            Self::Never => "guard_never",
            Self::CoolOff => "guard_cool_off",
            Self::FatFinger => "guard_fat_finger",
            Self::Pause => "guard_pause",
        }
    }
}

/// What an owner wants of one guard; `None` to have it no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// [`Guards::order`]
    Order(Option<Most>),
    /// [`Guards::position`]
    Position(Option<Most>),
    /// [`Guards::day_loss`]
    DayLoss(Option<Most>),
    /// [`Guards::only`]
    Only(Option<Only>),
    /// [`Guards::never`]
    Never(Option<Never>),
    /// [`Guards::cool_off`]
    CoolOff(Option<CoolOff>),
    /// [`Guards::fat_finger`]
    FatFinger(Option<Most>),
    /// [`Guards::paused`]
    Pause(bool),
}

impl Change {
    /// Of which guard.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Order(_) => Kind::Order,
            Self::Position(_) => Kind::Position,
            Self::DayLoss(_) => Kind::DayLoss,
            Self::Only(_) => Kind::Only,
            Self::Never(_) => Kind::Never,
            Self::CoolOff(_) => Kind::CoolOff,
            Self::FatFinger(_) => Kind::FatFinger,
            Self::Pause(_) => Kind::Pause,
        }
    }
}

impl Guards {
    /// Changes one of them: what is tighter holds from now on, what is looser from a day on.
    pub fn change(&mut self, change: Change, now: DateTime<Utc>) {
        match change {
            Change::Order(to) => self.order.set(to, now),
            Change::Position(to) => self.position.set(to, now),
            Change::DayLoss(to) => self.day_loss.set(to, now),
            Change::Only(to) => self.only.set(to, now),
            Change::Never(to) => self.never.set(to, now),
            Change::CoolOff(to) => self.cool_off.set(to, now),
            Change::FatFinger(to) => self.fat_finger.set(to, now),
            Change::Pause(paused) => self.paused = paused,
        }
    }

    /// Whether any of them holds.
    pub fn hold(&self, now: DateTime<Utc>) -> bool {
        self.paused
            || [&self.order, &self.position, &self.day_loss, &self.fat_finger].iter().any(|slot| slot.at(now).is_some())
            || self.only.at(now).is_some()
            || self.never.at(now).is_some()
            || self.cool_off.at(now).is_some()
    }

    /// From when on a guard is looser, when that was asked for.
    pub fn loosens(&self, kind: Kind, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match kind {
            Kind::Order => self.order.loosens(now),
            Kind::Position => self.position.loosens(now),
            Kind::DayLoss => self.day_loss.loosens(now),
            Kind::Only => self.only.loosens(now),
            Kind::Never => self.never.loosens(now),
            Kind::CoolOff => self.cool_off.loosens(now),
            Kind::FatFinger => self.fat_finger.loosens(now),
            Kind::Pause => None,
        }
    }
}

#[cfg(test)]
mod tests;
