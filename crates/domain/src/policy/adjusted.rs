//! Contracts that are not a hundred shares: what they cost, tie up and deliver cannot be reckoned here, so they are not opened and
//! not exercised. They can be closed, which needs no such number.

use super::RuleBreak;
use crate::order::{Effect, Order, Side, Size};
use crate::symbol::Symbol;
use crate::terms::Terms;
use rust_decimal::Decimal;

/// Whether a contract is adjusted: by its terms, or, when the broker has not told them, by its root.
pub fn is_adjusted(symbol: &Symbol, terms: Option<&Terms>) -> bool {
    match (symbol.contract(), terms) {
        (None, _) => false,
        (Some(_), Some(terms)) => !terms.are_standard(),
        (Some(contract), None) => contract.has_adjusted_root(),
    }
}

/// Refuses an order of an adjusted contract, unless it surely only closes. `held` is signed; absent when nobody knows.
///
/// # Errors
/// [`RuleBreak::AdjustedContract`].
pub fn check_adjusted(order: &Order, terms: Option<&Terms>, held: Option<Decimal>) -> Result<(), RuleBreak> {
    let is_covered = |held: Decimal| match (order.size, order.side) {
        (Size::Shares(qty), Side::Sell) => qty.get() <= held,
        (Size::Shares(qty), Side::Buy) => qty.get() <= -held,
        (Size::Dollars(_), _) => false,
    };
    let closes = match order.effect {
        Some(effect) => effect == Effect::Close,
        None => held.is_some_and(is_covered),
    };
    if is_adjusted(&order.symbol, terms) && !closes { Err(named(&order.symbol)) } else { Ok(()) }
}

/// Refuses a spread with an adjusted contract in it: each of them can be closed by itself. A spread's legs are not looked up, so
/// their roots tell.
///
/// # Errors
/// [`RuleBreak::AdjustedContract`].
pub fn check_legs<S>(order: &Order<S>) -> Result<(), RuleBreak> {
    let adjusted = order.class.legs().iter().find(|leg| is_adjusted(&leg.symbol, None));
    adjusted.map_or(Ok(()), |leg| Err(named(&leg.symbol)))
}

/// Refuses to exercise an adjusted contract.
///
/// # Errors
/// [`RuleBreak::AdjustedContract`].
pub fn check_exercised(contract: &Symbol, terms: Option<&Terms>) -> Result<(), RuleBreak> {
    if is_adjusted(contract, terms) { Err(named(contract)) } else { Ok(()) }
}

fn named(symbol: &Symbol) -> RuleBreak {
    RuleBreak::AdjustedContract(symbol.clone())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use crate::money::Quantity;
    use crate::order::{Class, Leg, Legs, Pricing};

    const PLAIN: &str = "AAPL261218C00250000";
    const ADJUSTED: &str = "AAPL1261218C00025000";

    fn order(symbol: &str, side: Side, effect: Option<Effect>) -> Order {
        let two = Size::Shares(Quantity::parse("2").unwrap());
        Order { effect, ..Order::plain(side, Symbol::from_broker(symbol), two, Pricing::Market) }
    }

    #[test]
    fn an_adjusted_contract_is_closed_and_never_opened() {
        use Effect::{Close, Open};
        use Side::{Buy, Sell};
        let (two, short) = (Some(Decimal::TWO), Some(-Decimal::TWO));
        let cases = [
            (Buy, Some(Open), None, true),
            (Buy, None, None, true),
            (Buy, None, Some(Decimal::ZERO), true),
            (Buy, None, two, true),
            (Sell, None, None, true),
            (Sell, None, Some(Decimal::ONE), true),
            (Sell, Some(Open), two, true),
            (Sell, Some(Close), None, false),
            (Sell, None, two, false),
            (Buy, None, short, false),
            (Buy, Some(Close), None, false),
        ];
        let ten = Terms { size: Some(Decimal::TEN), ..Terms::default() };
        for (side, effect, held, refused) in cases {
            for (symbol, terms) in [(ADJUSTED, None), (ADJUSTED, Some(&ten)), (PLAIN, Some(&ten))] {
                let heard = check_adjusted(&order(symbol, side, effect), terms, held);
                let said = RuleBreak::AdjustedContract(Symbol::from_broker(symbol));
                assert_eq!(heard, if refused { Err(said) } else { Ok(()) }, "{side:?} {effect:?} {held:?}");
            }
            for terms in [None, Some(&Terms::default())] {
                assert_eq!(check_adjusted(&order(PLAIN, side, effect), terms, held), Ok(()), "an ordinary one");
            }
        }
        let share = order("AAPL", Buy, None);
        assert_eq!(check_adjusted(&share, Some(&ten), None), Ok(()), "a share is no contract");
    }

    #[test]
    fn an_adjusted_contract_is_neither_exercised_nor_part_of_a_spread() {
        let (plain, adjusted) = (Symbol::from_broker(PLAIN), Symbol::from_broker(ADJUSTED));
        let said = Err(RuleBreak::AdjustedContract(adjusted.clone()));
        assert_eq!(check_exercised(&adjusted, None), said);
        assert_eq!(check_exercised(&plain, None), Ok(()), "as long as nobody says otherwise");
        let cash =
            Terms { delivered: vec![crate::terms::Delivered { symbol: None, amount: None }], ..Terms::default() };
        assert_eq!(check_exercised(&plain, Some(&cash)), Err(RuleBreak::AdjustedContract(plain.clone())));
        let spread = |low: &str, high: &str| {
            let leg =
                |symbol: &str, effect| Leg { symbol: Symbol::from_broker(symbol), side: Side::Buy, effect, ratio: 1 };
            let legs = Legs::new(vec![leg(low, Effect::Close), leg(high, Effect::Close)]).unwrap();
            Order { class: Class::MultiLeg(legs), ..order("AAPL", Side::Buy, None) }
        };
        assert_eq!(check_legs(&spread(PLAIN, "AAPL261218C00260000")), Ok(()));
        assert_eq!(check_legs(&spread(ADJUSTED, "AAPL1261218C00030000")), said);
    }
}
