//! A part of something.

use super::{NumberRefusal, parse_positive};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A share of something in percent: above zero, at most a hundred, at most four digits after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Decimal", into = "Decimal")]
pub struct Percent(Decimal);

impl Percent {
    /// Digits after the point that we take.
    pub const SCALE: u32 = 4;

    /// Reads what a person typed: `2.5`, `2.5%`.
    ///
    /// # Errors
    /// Every [`NumberRefusal`].
    pub fn parse(text: &str) -> Result<Self, NumberRefusal> {
        let text = text.trim();
        let number = parse_positive(text.strip_suffix('%').unwrap_or(text), Self::SCALE)?;
        Self::new(number).ok_or(NumberRefusal::TooLarge)
    }

    /// A percentage from a stored or computed number, if it is one.
    pub fn new(number: Decimal) -> Option<Self> {
        let number = number.normalize();
        let is_one = number > Decimal::ZERO && number <= Decimal::ONE_HUNDRED && number.scale() <= Self::SCALE;
        is_one.then_some(Self(number))
    }

    /// So many whole percent, a hundred at most.
    pub(crate) const fn whole(number: u32) -> Self {
        assert!(number > 0 && number <= 100, "a part of something");
        Self(Decimal::from_parts(number, 0, 0, false, 0))
    }

    /// The number: 2.5 of 2.5 %.
    pub const fn get(self) -> Decimal {
        self.0
    }

    /// That much of a number.
    pub fn of(self, whole: Decimal) -> Option<Decimal> {
        whole.checked_mul(self.0)?.checked_div(Decimal::ONE_HUNDRED)
    }
}

/// `2.5%`.
impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}
