//! The broker's rules that can be checked before the network (alpaca-api: validation by order kind).
//!
//! What only the broker knows (buying power, wash trades, restrictions) is learned from its answer. Which rule is where, and
//! which test covers it, is in `docs/order-rules.md`.

mod adjusted;
mod broken;
mod holdings;
mod joined;
mod kind;
mod replacement;

pub use adjusted::{check_adjusted, check_exercised, check_legs, is_adjusted};
pub use broken::{Part, RuleBreak};
pub use holdings::{Around, check_around};
pub use joined::joined;
pub use kind::check;
pub use replacement::{Edits, replacement};

use crate::money::{Price, Usd};
use crate::order::{Order, Size};
use crate::symbol::{AssetKind, Contract};
use rust_decimal::Decimal;

/// What an order costs (buy) or brings (sell) at a price, before fees. `None` when a product would overflow.
pub fn estimate(order: &Order, reference: Decimal) -> Option<Usd> {
    match order.size {
        Size::Dollars(usd) => Some(usd),
        Size::Shares(qty) => {
            let price = order.pricing.limit().or(order.pricing.stop()).map_or(reference, Price::get);
            let cost = qty.get().checked_mul(price)?.checked_mul(multiplier(order))?;
            Some(Usd(cost.round_dp(2)))
        }
    }
}

/// What a price is multiplied with: a hundred of contracts and spreads of them, one of everything else.
pub fn multiplier<S>(order: &Order<S>) -> Decimal {
    let is_option = !order.class.legs().is_empty() || matches!(order.symbol.kind(), AssetKind::Contract(_));
    if is_option { Contract::MULTIPLIER } else { Decimal::ONE }
}

#[cfg(test)]
mod tests;
