//! An option contract, read from its symbol: root, expiry, right and strike (the OCC's spelling, without padding).

use super::Symbol;
use crate::money::Price;
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use std::fmt;

/// Which way an option pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Right {
    /// The right to buy.
    Call,
    /// The right to sell.
    Put,
}

/// An option contract.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Contract {
    /// Mostly the underlying's symbol; without its point, and with a digit after an adjustment.
    pub root: String,
    /// The last day.
    pub expiry: NaiveDate,
    /// Call or put.
    pub right: Right,
    /// The price at which it is exercised.
    pub strike: Price,
}

impl Contract {
    /// What a contract's price is multiplied with.
    pub const MULTIPLIER: Decimal = Decimal::ONE_HUNDRED;

    pub(super) fn read(symbol: &str) -> Option<Self> {
        if !has_shape(symbol) {
            return None;
        }
        let (root, tail) = symbol.split_at(symbol.len() - TAIL);
        let number = |text: &str| text.parse::<u32>().ok();
        let expiry = NaiveDate::from_ymd_opt(
            2000 + i32::try_from(number(&tail[..2])?).ok()?,
            number(&tail[2..4])?,
            number(&tail[4..6])?,
        )?;
        let right = if &tail[6..7] == "C" { Right::Call } else { Right::Put };
        let strike = Price::new(Decimal::new(tail[7..].parse().ok()?, 3))?;
        Some(Self { root: root.to_owned(), expiry, right, strike })
    }

    /// Whether the clearing house has changed what it stands for: its root ends with a digit then, as no share's symbol does.
    pub fn has_adjusted_root(&self) -> bool {
        self.root.ends_with(|last: char| last.is_ascii_digit())
    }

    /// Its symbol; none for a strike or a day that the spelling has no room for.
    pub fn symbol(&self) -> Option<Symbol> {
        let right = match self.right {
            Right::Call => 'C',
            Right::Put => 'P',
        };
        let thousandths = self.strike.get().checked_mul(Decimal::ONE_THOUSAND)?.normalize();
        let (day, year) = (self.expiry, self.expiry.year().checked_sub(2000)?);
        let symbol = format!("{}{year:02}{}{right}{thousandths:0>8}", self.root, day.format("%m%d"));
        (Self::read(&symbol).as_ref() == Some(self)).then(|| Symbol::from_broker(symbol))
    }
}

/// `AAPL 18 Dec 2026 $250.00 call`.
impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let right = match self.right {
            Right::Call => "call",
            Right::Put => "put",
        };
        write!(f, "{} {} {} {right}", self.root, self.expiry.format("%-d %b %Y"), self.strike)
    }
}

/// Six digits of date, C or P, eight digits of strike.
const TAIL: usize = 15;

/// Whether a text has a contract's shape; whether its day exists is another question.
pub(super) fn has_shape(upper: &str) -> bool {
    let Some(root) = upper.len().checked_sub(TAIL).filter(|root| (1..=6).contains(root)) else { return false };
    let bytes = upper.as_bytes();
    let (name, date, right, strike) = (&bytes[..root], &bytes[root..root + 6], bytes[root + 6], &bytes[root + 7..]);
    name[0].is_ascii_uppercase()
        && name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && date.iter().all(u8::is_ascii_digit)
        && matches!(right, b'C' | b'P')
        && strike.iter().all(u8::is_ascii_digit)
}
