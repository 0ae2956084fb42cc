//! What one option contract stands for. Mostly a hundred shares; after a split, a merger or a special dividend the clearing house
//! adjusts the contracts that are there, and they stand for something else under another root.

use crate::symbol::Symbol;
use rust_decimal::Decimal;

/// Something that changes hands when a contract is exercised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Which share; none for cash.
    pub symbol: Option<Symbol>,
    /// How much, when that is settled.
    pub amount: Option<Decimal>,
}

/// What the broker says of a contract, as far as it says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// What its price is multiplied with.
    pub multiplier: Option<Decimal>,
    /// How many shares it is for.
    pub size: Option<Decimal>,
    /// The share that it is on.
    pub underlying: Option<Symbol>,
    /// All that changes hands.
    pub delivered: Vec<Delivered>,
}

impl Terms {
    /// Whether it is a hundred shares and nothing else: what Paddock reckons with. What is not said does not contradict.
    pub fn are_standard(&self) -> bool {
        let is_hundred = |number: Option<Decimal>| number.is_none_or(|number| number == Decimal::ONE_HUNDRED);
        let delivers_shares = match self.delivered.as_slice() {
            [] => true,
            [Delivered { symbol: Some(symbol), amount }] => {
                is_hundred(*amount) && self.underlying.as_ref().is_none_or(|share| share == symbol)
            }
            _ => false,
        };
        is_hundred(self.multiplier) && is_hundred(self.size) && delivers_shares
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn shares(symbol: &str, amount: Option<i64>) -> Delivered {
        Delivered { symbol: Some(Symbol::from_broker(symbol)), amount: amount.map(Decimal::from) }
    }

    fn terms(delivered: Vec<Delivered>) -> Terms {
        let hundred = Some(Decimal::ONE_HUNDRED);
        Terms { multiplier: hundred, size: hundred, underlying: Some(Symbol::from_broker("AAPL")), delivered }
    }

    #[test]
    fn only_a_hundred_of_the_underlying_is_standard() {
        let cash = Delivered { symbol: None, amount: Some(Decimal::TEN) };
        let ten = Some(Decimal::TEN);
        let cases = [
            (terms(vec![shares("AAPL", Some(100))]), true),
            (terms(vec![shares("AAPL", None)]), true),
            (terms(Vec::new()), true),
            (Terms::default(), true),
            (terms(vec![shares("AAPL", Some(10))]), false),
            (terms(vec![shares("MSFT", Some(100))]), false),
            (terms(vec![shares("AAPL", Some(100)), cash.clone()]), false),
            (terms(vec![cash]), false),
            (Terms { size: ten, ..terms(Vec::new()) }, false),
            (Terms { multiplier: ten, ..terms(Vec::new()) }, false),
        ];
        for (terms, standard) in cases {
            assert_eq!(terms.are_standard(), standard, "{terms:?}");
        }
    }
}
