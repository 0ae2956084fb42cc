//! What hangs together with an order: the exits of a bracket, the legs of a spread.

use super::{Effect, Side};
use crate::money::Price;
use crate::symbol::{Contract, Symbol};
use std::fmt;
use thiserror::Error;

/// Whether an order stands alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// It does.
    Simple,
    /// An entry with both exits; one cancels the other.
    Bracket {
        /// Takes the profit.
        take_profit: Price,
        /// Bounds the loss.
        stop_loss: StopLoss,
    },
    /// An entry with one exit.
    Oto(Exit),
    /// Two exits of a position that is held: the order's own limit takes the profit, this bounds the loss.
    Oco(StopLoss),
    /// Two to four option contracts at one net price: bought is a debit, sold a credit.
    MultiLeg(Legs),
}

/// The one exit of an [`Class::Oto`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    /// Takes the profit.
    TakeProfit(Price),
    /// Bounds the loss.
    StopLoss(StopLoss),
}

/// An exit that bounds a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StopLoss {
    /// Sets it off.
    pub stop: Price,
    /// The worst price from then on; the market's when absent.
    pub limit: Option<Price>,
}

impl Class {
    /// The broker's word (`order_class`).
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Bracket { .. } => "bracket",
            Self::Oto(_) => "oto",
            Self::Oco(_) => "oco",
            Self::MultiLeg(_) => "mleg",
        }
    }

    /// The price that takes the profit, as far as it is part of the class (an OCO's is its limit).
    pub const fn take_profit(&self) -> Option<Price> {
        match self {
            Self::Bracket { take_profit, .. } | Self::Oto(Exit::TakeProfit(take_profit)) => Some(*take_profit),
            Self::Simple | Self::Oto(Exit::StopLoss(_)) | Self::Oco(_) | Self::MultiLeg(_) => None,
        }
    }

    /// The exit that bounds the loss.
    pub const fn stop_loss(&self) -> Option<StopLoss> {
        match self {
            Self::Bracket { stop_loss, .. } | Self::Oto(Exit::StopLoss(stop_loss)) | Self::Oco(stop_loss) => {
                Some(*stop_loss)
            }
            Self::Simple | Self::Oto(Exit::TakeProfit(_)) | Self::MultiLeg(_) => None,
        }
    }

    /// The legs of a spread; none of any other order.
    pub fn legs(&self) -> &[Leg] {
        match self {
            Self::MultiLeg(legs) => legs.as_slice(),
            Self::Simple | Self::Bracket { .. } | Self::Oto(_) | Self::Oco(_) => &[],
        }
    }
}

/// `, take profit at $200.00, stop loss at $170.00`; nothing of a simple order.
impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(price) = self.take_profit() {
            write!(f, ", take profit at {price}")?;
        }
        if let Some(loss) = self.stop_loss() {
            let or = if matches!(self, Self::Oco(_)) { ", or" } else { "," };
            write!(f, "{or} stop loss at {}", loss.stop)?;
            if let Some(limit) = loss.limit {
                write!(f, " ({limit} or better)")?;
            }
        }
        Ok(())
    }
}

/// One contract of a spread.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Leg {
    /// Which contract, or the shares that a leg may be covered with.
    pub symbol: Symbol,
    /// Bought or sold.
    pub side: Side,
    /// Opens or closes.
    pub effect: Effect,
    /// Contracts of this leg in one unit of the spread.
    pub ratio: u16,
}

/// `buy 2 AAPL 18 Dec 2026 $250 call`.
impl fmt::Display for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.side.as_str(), self.ratio)?;
        match self.symbol.contract() {
            Some(contract) => contract.fmt(f),
            None => self.symbol.fmt(f),
        }
    }
}

/// The legs of a spread: two to four different contracts of one underlying, with ratios in lowest terms.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Legs(Vec<Leg>);

/// Why some legs are no spread.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LegsRefusal {
    /// Fewer than two, or more than four.
    #[error("{0} legs")]
    Count(usize),
    /// A leg is no option contract.
    #[error("{0} is no option contract")]
    NotAnOption(Symbol),
    /// The same contract twice.
    #[error("{0} is there twice")]
    Twice(Symbol),
    /// Contracts of different underlyings.
    #[error("{0} and {1} are different underlyings")]
    Underlyings(String, String),
    /// A ratio of zero, or ratios with a common divisor.
    #[error("ratios are not in lowest terms")]
    Ratios,
}

impl Legs {
    /// Takes legs that are a spread.
    ///
    /// # Errors
    /// Every [`LegsRefusal`].
    pub fn new(legs: Vec<Leg>) -> Result<Self, LegsRefusal> {
        if !(2..=4).contains(&legs.len()) {
            return Err(LegsRefusal::Count(legs.len()));
        }
        let mut first: Option<Contract> = None;
        for (at, leg) in legs.iter().enumerate() {
            let Some(contract) = leg.symbol.contract() else {
                return Err(LegsRefusal::NotAnOption(leg.symbol.clone()));
            };
            if legs[..at].iter().any(|other| other.symbol == leg.symbol) {
                return Err(LegsRefusal::Twice(leg.symbol.clone()));
            }
            match &first {
                Some(first) if first.root != contract.root => {
                    return Err(LegsRefusal::Underlyings(first.root.clone(), contract.root));
                }
                Some(_) => {}
                None => first = Some(contract),
            }
        }
        let lowest = legs.iter().map(|leg| leg.ratio).fold(0, divisor) == 1;
        if lowest && legs.iter().all(|leg| leg.ratio > 0) { Ok(Self(legs)) } else { Err(LegsRefusal::Ratios) }
    }

    /// The legs, as they were given.
    pub fn as_slice(&self) -> &[Leg] {
        &self.0
    }
}

/// The greatest common divisor.
const fn divisor(mut a: u16, mut b: u16) -> u16 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn leg(symbol: &str, ratio: u16) -> Leg {
        Leg { symbol: Symbol::parse(symbol).unwrap(), side: Side::Buy, effect: Effect::Open, ratio }
    }

    #[test]
    fn only_a_spread_is_taken_as_legs() {
        let (call, put, other) = ("XYZ261218C00045000", "XYZ261218P00040000", "ABC261218P00040000");
        let cases = [
            (vec![leg(call, 1)], LegsRefusal::Count(1)),
            (vec![leg(call, 1), leg("XYZ", 1)], LegsRefusal::NotAnOption(Symbol::from_broker("XYZ"))),
            (vec![leg(call, 1), leg(call, 2)], LegsRefusal::Twice(Symbol::from_broker(call))),
            (vec![leg(call, 1), leg(other, 1)], LegsRefusal::Underlyings("XYZ".into(), "ABC".into())),
            (vec![leg(call, 2), leg(put, 4)], LegsRefusal::Ratios),
            (vec![leg(call, 1), leg(put, 0)], LegsRefusal::Ratios),
            (vec![leg(call, 0), leg(put, 1)], LegsRefusal::Ratios),
        ];
        for (legs, refusal) in cases {
            assert_eq!(Legs::new(legs), Err(refusal));
        }
        assert_eq!(Legs::new(vec![leg(call, 2), leg(put, 3)]).unwrap().as_slice().len(), 2);
    }
}
