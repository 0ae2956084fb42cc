//! The broker's rules that can be checked before the network (alpaca-api: validation by order kind).
//!
//! What only the broker knows (buying power, wash trades, restrictions) is learned from its answer.

use crate::account::Asset;
use crate::money::{Price, Usd};
use crate::order::{Order, Pricing, Side, Size, TimeInForce};
use rust_decimal::Decimal;
use thiserror::Error;

/// A rule that an order breaks. Names the field and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RuleBreak {
    /// Alpaca lists the asset as inactive or not tradable.
    #[error("{0} cannot be traded")]
    NotTradable(String),
    /// A fraction or a dollar amount of an asset that trades in whole shares only.
    #[error("{0} trades in whole shares only")]
    NotFractionable(String),
    /// Fractions and dollar amounts are day orders.
    #[error("fractions and dollar amounts are day orders")]
    FractionNeedsDay,
    /// Dollar amounts start at $1.
    #[error("dollar amounts start at $1.00")]
    BelowOneDollar,
    /// Extended hours want a limit order for the day (or until canceled).
    #[error("extended hours need a limit price")]
    ExtendedNeedsLimit,
    /// From $1 up a price has two digits after the point, below it four.
    #[error("limit price is finer than the exchange allows")]
    PriceIncrement,
    /// Selling a fraction that would open a short position.
    #[error("only {held} held")]
    SellsMoreThanHeld {
        /// Free shares.
        held: Decimal,
    },
}

/// Checks an order against what is known of its asset.
///
/// # Errors
/// The first [`RuleBreak`] found.
pub fn check(order: &Order, asset: &Asset) -> Result<(), RuleBreak> {
    if !(asset.active && asset.tradable) {
        return Err(RuleBreak::NotTradable(order.symbol.to_string()));
    }
    let fractional = match order.size {
        Size::Shares(qty) => !qty.is_whole(),
        Size::Dollars(_) => true,
    };
    if fractional && !asset.fractionable {
        return Err(RuleBreak::NotFractionable(order.symbol.to_string()));
    }
    if fractional && order.time_in_force != TimeInForce::Day {
        return Err(RuleBreak::FractionNeedsDay);
    }
    if let Size::Dollars(usd) = order.size
        && order.side == Side::Buy
        && usd.0 < Decimal::ONE
    {
        return Err(RuleBreak::BelowOneDollar);
    }
    match order.pricing {
        Pricing::Market if order.extended_hours => Err(RuleBreak::ExtendedNeedsLimit),
        Pricing::Limit(price) if !price.fits_increment() => Err(RuleBreak::PriceIncrement),
        _ => Ok(()),
    }
}

/// What an order costs (buy) or brings (sell) at a price, before fees. `None` when a product would overflow.
pub fn estimate(order: &Order, reference: Decimal) -> Option<Usd> {
    match order.size {
        Size::Dollars(usd) => Some(usd),
        Size::Shares(qty) => {
            let price = order.pricing.limit().or(order.pricing.stop()).map_or(reference, Price::get);
            qty.get().checked_mul(price).map(|cost| Usd(cost.round_dp(2)))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use crate::money::Quantity;
    use crate::symbol::Symbol;

    fn asset() -> Asset {
        Asset {
            symbol: Symbol::parse("AAPL").unwrap(),
            name: "Apple Inc.".into(),
            active: true,
            tradable: true,
            fractionable: true,
            shortable: true,
            exchange: "NASDAQ".into(),
        }
    }

    fn order(size: Size, pricing: Pricing) -> Order {
        Order::plain(Side::Buy, Symbol::parse("AAPL").unwrap(), size, pricing)
    }

    #[test]
    fn each_rule_is_named() {
        let half = Size::Shares(Quantity::parse("0.5").unwrap());
        let one = Size::Shares(Quantity::parse("1").unwrap());
        assert_eq!(
            check(&order(one, Pricing::Market), &Asset { tradable: false, ..asset() }),
            Err(RuleBreak::NotTradable("AAPL".into()))
        );
        assert_eq!(
            check(&order(half, Pricing::Market), &Asset { fractionable: false, ..asset() }),
            Err(RuleBreak::NotFractionable("AAPL".into()))
        );
        assert_eq!(
            check(&Order { time_in_force: TimeInForce::Gtc, ..order(half, Pricing::Market) }, &asset()),
            Err(RuleBreak::FractionNeedsDay)
        );
        assert_eq!(
            check(&order(Size::Dollars(Usd::parse("0.99").unwrap()), Pricing::Market), &asset()),
            Err(RuleBreak::BelowOneDollar)
        );
        assert_eq!(
            check(&Order { extended_hours: true, ..order(one, Pricing::Market) }, &asset()),
            Err(RuleBreak::ExtendedNeedsLimit)
        );
        let fine = Price::new(Decimal::new(1_005, 3)).unwrap();
        assert_eq!(check(&order(one, Pricing::Limit(fine)), &asset()), Err(RuleBreak::PriceIncrement));
        assert_eq!(check(&order(half, Pricing::Limit(Price::parse("184.5").unwrap())), &asset()), Ok(()));
    }

    #[test]
    fn an_estimate_uses_the_limit_when_there_is_one() {
        let two = Size::Shares(Quantity::parse("2").unwrap());
        assert_eq!(estimate(&order(two, Pricing::Market), Decimal::new(1005, 2)), Some(Usd(Decimal::new(2010, 2))));
        assert_eq!(
            estimate(&order(two, Pricing::Limit(Price::parse("9").unwrap())), Decimal::new(1005, 2)),
            Some(Usd(Decimal::from(18)))
        );
    }
}
