//! What option positions are worth on the day they expire: the most that can be lost and made, and where neither happens.
//!
//! The worth at expiry is a line with a kink at each strike, so its extremes are at a kink, at a price of zero, or endless; and
//! between two kinks it crosses zero at most once. Nothing is sampled, and nothing is approximated but a crossing's last digit.

use crate::money::Price;
use crate::order::Side;
use crate::symbol::{Contract, Right};
use rust_decimal::Decimal;

/// What a part of a position is a claim on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    Option(Right, Price),
    Shares,
}

/// One part of a position: contracts of one kind, or shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    claim: Claim,
    side: Side,
    /// Shares that it is about.
    shares: Decimal,
    /// What was paid or received for one of them.
    price: Decimal,
}

impl Part {
    /// So many contracts, at a premium per share.
    pub fn contracts(side: Side, right: Right, strike: Price, count: u16, premium: Decimal) -> Self {
        let shares = Decimal::from(count) * Contract::MULTIPLIER;
        Self { claim: Claim::Option(right, strike), side, shares, price: premium }
    }

    /// So many shares that are held, or sold short, at a price.
    pub fn shares(side: Side, count: u32, price: Price) -> Self {
        Self { claim: Claim::Shares, side, shares: count.into(), price: price.get() }
    }

    /// With the sign of its side.
    fn signed(&self) -> Decimal {
        match self.side {
            Side::Buy => self.shares,
            Side::Sell => -self.shares,
        }
    }

    fn kink(&self) -> Option<Decimal> {
        match self.claim {
            Claim::Option(_, strike) => Some(strike.get()),
            Claim::Shares => None,
        }
    }

    fn at(&self, price: Decimal) -> Decimal {
        let worth = match self.claim {
            Claim::Option(Right::Call, strike) => (price - strike.get()).max(Decimal::ZERO),
            Claim::Option(Right::Put, strike) => (strike.get() - price).max(Decimal::ZERO),
            Claim::Shares => price,
        };
        self.signed() * (worth - self.price)
    }

    /// How much its worth changes with each dollar from this price on upwards.
    fn slope_from(&self, price: Decimal) -> Decimal {
        match self.claim {
            Claim::Option(Right::Call, strike) if price >= strike.get() => self.signed(),
            Claim::Option(Right::Put, strike) if price < strike.get() => -self.signed(),
            Claim::Option(..) => Decimal::ZERO,
            Claim::Shares => self.signed(),
        }
    }
}

/// A position of parts that all end on the same day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payoff {
    parts: Vec<Part>,
    paid: Decimal,
}

impl Payoff {
    /// The payoff of these parts together.
    pub const fn of(parts: Vec<Part>) -> Self {
        Self { parts, paid: Decimal::ZERO }
    }

    /// The same when so many dollars more are paid for the whole of it, or received when below zero: a spread's net price.
    #[must_use]
    pub fn paying(self, dollars: Decimal) -> Self {
        Self { paid: self.paid + dollars, ..self }
    }

    /// What is gained, or lost when below zero, with the underlying at this price on the last day.
    pub fn at(&self, price: Decimal) -> Decimal {
        self.parts.iter().map(|part| part.at(price)).sum::<Decimal>() - self.paid
    }

    /// The most that can be gained; none when there is no end to it. Below zero when it always loses.
    pub fn max_gain(&self) -> Option<Decimal> {
        if self.last_slope() > Decimal::ZERO {
            return None;
        }
        self.kinks().into_iter().map(|price| self.at(price)).max()
    }

    /// The most that can be lost, as a number above zero; none when there is no end to it. Below zero when it always gains.
    pub fn max_loss(&self) -> Option<Decimal> {
        if self.last_slope() < Decimal::ZERO {
            return None;
        }
        self.kinks().into_iter().map(|price| -self.at(price)).max()
    }

    /// Prices at which nothing is gained or lost, lowest first. Of a whole stretch of them its two ends.
    pub fn break_evens(&self) -> Vec<Decimal> {
        let kinks = self.kinks();
        let mut found = Vec::new();
        for (at, from) in kinks.iter().enumerate() {
            let (here, slope) = (self.at(*from), self.slope_from(*from));
            if here.is_zero() {
                found.push(*from);
                continue;
            }
            let crossing = (-here).checked_div(slope).map(|way| *from + way);
            let until = kinks.get(at + 1);
            found.extend(crossing.filter(|price| price > from && until.is_none_or(|until| price < until)));
        }
        found.into_iter().map(|price| price.normalize()).collect()
    }

    /// Zero, and every strike, lowest first.
    fn kinks(&self) -> Vec<Decimal> {
        let mut kinks: Vec<_> = self.parts.iter().filter_map(Part::kink).chain([Decimal::ZERO]).collect();
        kinks.sort_unstable();
        kinks.dedup();
        kinks
    }

    /// The slope above every strike, which never ends.
    fn last_slope(&self) -> Decimal {
        self.slope_from(self.kinks().last().copied().unwrap_or_default())
    }

    fn slope_from(&self, price: Decimal) -> Decimal {
        self.parts.iter().map(|part| part.slope_from(price)).sum()
    }
}

#[cfg(test)]
mod tests;
