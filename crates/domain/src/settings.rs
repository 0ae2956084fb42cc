//! What a user chose for themselves, whatever the account.

use crate::money::Percent;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A user's settings. A new one is a new field here: rows that lack it read as its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Whether Paddock may write to the user by itself.
    pub notices: Notices,
    /// Whether amounts of money stay masked until they are asked for, for those who are looked over the shoulder.
    pub blur: bool,
    /// Orders worth more than this many dollars are confirmed by typing their words, not by a press alone.
    pub typed_above: Option<Decimal>,
    /// A card warns of a position that would be more than so many percent of the account; unless said, of a quarter.
    pub concentration: Option<Decimal>,
}

impl Settings {
    /// From which part of the account on a position is worth a word.
    pub fn concentration(&self) -> Percent {
        const QUARTER: Percent = Percent::whole(25);
        self.concentration.and_then(Percent::new).unwrap_or(QUARTER)
    }
}

/// Whether Paddock may send direct messages that nobody asked for a moment ago. Nobody is written to before they said yes:
/// Discord's policy for developers asks for that, and a message about an order tells whoever looks over a shoulder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notices {
    /// No, or never asked.
    #[default]
    Off,
    /// Yes.
    On,
    /// The user said yes, and then Discord said that no message of ours reaches them. Not tried again before they say yes anew.
    Undeliverable,
}
