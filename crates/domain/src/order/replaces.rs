//! An order that takes the place of another one.

use crate::ids::BrokerOrderId;
use std::fmt;

/// Which order is replaced, and what of it changes. The order around this says what it becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Replaces {
    /// The order at the broker whose place is taken.
    pub order: BrokerOrderId,
    /// What changes; everything else stays as it is there.
    pub changes: Changes,
}

/// The parts of an order that a replacement can change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "a set of five independent parts")]
pub struct Changes {
    /// The quantity, counted with what is filled already.
    pub qty: bool,
    /// How long it works.
    pub time_in_force: bool,
    /// The limit price.
    pub limit: bool,
    /// The stop price.
    pub stop: bool,
    /// How far it trails.
    pub trail: bool,
}

impl Changes {
    /// Whether nothing changes, which the broker refuses.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// Reads what [`Display`](fmt::Display) writes.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut changes = Self::default();
        for word in text.split(',') {
            let part = match word {
                "qty" => &mut changes.qty,
                "tif" => &mut changes.time_in_force,
                "limit" => &mut changes.limit,
                "stop" => &mut changes.stop,
                "trail" => &mut changes.trail,
                _ => return None,
            };
            *part = true;
        }
        Some(changes)
    }
}

/// `qty,limit`.
impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (self.qty, "qty"),
            (self.time_in_force, "tif"),
            (self.limit, "limit"),
            (self.stop, "stop"),
            (self.trail, "trail"),
        ];
        let words: Vec<_> = parts.into_iter().filter_map(|(is_in, word)| is_in.then_some(word)).collect();
        f.write_str(&words.join(","))
    }
}
