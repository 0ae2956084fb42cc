//! What written contracts tie up: shares for calls, cash for puts, and less where a bought contract covers them.

use super::contracts::{Contract, MULTIPLIER, Right};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What an account must keep for the contracts it has written.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in super::super) struct Tied {
    /// Dollars.
    pub cash: Decimal,
    /// Shares, by the root of the contracts on them.
    pub shares: BTreeMap<String, Decimal>,
}

impl Tied {
    pub fn shares_of(&self, root: &str) -> Decimal {
        self.shares.get(root).copied().unwrap_or_default()
    }
}

/// What one written contract costs when a bought one covers it: the distance between their strikes, if it is the wrong
/// way round.
fn gap(written: &Contract, bought: &Contract) -> Decimal {
    let distance = match written.right {
        Right::Call => bought.strike - written.strike,
        Right::Put => written.strike - bought.strike,
    };
    distance.max(Decimal::ZERO)
}

/// What a set of contracts, bought above and written below zero, ties up.
pub(in super::super) fn tied_up(holdings: &[(Contract, Decimal)]) -> Tied {
    let mut bought: Vec<(&Contract, Decimal)> =
        holdings.iter().filter(|(_, qty)| *qty > Decimal::ZERO).map(|(contract, qty)| (contract, *qty)).collect();
    let mut tied = Tied::default();
    for (written, qty) in holdings.iter().filter(|(_, qty)| *qty < Decimal::ZERO) {
        let mut open = -qty;
        bought.sort_by_key(|(contract, _)| gap(written, contract));
        let covers = |contract: &Contract| {
            contract.root == written.root && contract.right == written.right && contract.expires >= written.expires
        };
        for (contract, left) in bought.iter_mut().filter(|(contract, _)| covers(contract)) {
            let part = open.min(*left);
            tied.cash += part * gap(written, contract) * MULTIPLIER;
            *left -= part;
            open -= part;
        }
        match written.right {
            Right::Put => tied.cash += open * written.strike * MULTIPLIER,
            Right::Call if open.is_zero() => {}
            Right::Call => *tied.shares.entry(written.root.clone()).or_default() += open * MULTIPLIER,
        }
    }
    tied
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    type Held<'a> = &'a [(&'a str, i64)];

    fn tied(holdings: Held<'_>) -> (Decimal, Decimal) {
        let read = |(symbol, qty): &(&str, i64)| (Contract::read(symbol).expect("a symbol"), Decimal::from(*qty));
        let tied = tied_up(&holdings.iter().map(read).collect::<Vec<_>>());
        (tied.cash, tied.shares_of("AAPL"))
    }

    #[test]
    fn written_contracts_are_covered_by_bought_ones_as_far_as_they_go() {
        let dollars = |amount: i64| Decimal::from(amount);
        let cases: [(Held<'_>, i64, i64); 7] = [
            (&[("AAPL261218C00250000", 3)], 0, 0),
            (&[("AAPL261218C00250000", -2)], 0, 200),
            (&[("AAPL261218P00250000", -1)], 25_000, 0),
            (&[("AAPL261218P00250000", -1), ("AAPL261218P00240000", 1)], 1_000, 0),
            (&[("AAPL261218C00250000", -1), ("AAPL261218C00240000", 1)], 0, 0),
            (&[("AAPL261218C00250000", -2), ("AAPL261218C00255000", 1)], 500, 100),
            (&[("AAPL270115C00250000", -1), ("AAPL261218C00240000", 1)], 0, 100),
        ];
        for (holdings, cash, shares) in cases {
            assert_eq!(tied(holdings), (dollars(cash), dollars(shares)), "{holdings:?}");
        }
    }
}
