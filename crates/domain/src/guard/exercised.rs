//! What contracts turn into when they are exercised, as guards see it.

use crate::money::Quantity;
use crate::order::{Order, Pricing, Side, Size};
use crate::symbol::{Contract, Right, Symbol};

/// The order that an exercise comes down to: a call buys its shares at the strike, a put sells them. None for more shares than can
/// be counted.
pub fn exercised(contract: &Contract, qty: Quantity) -> Option<Order> {
    let side = match contract.right {
        Right::Call => Side::Buy,
        Right::Put => Side::Sell,
    };
    let shares = qty.get().checked_mul(Contract::MULTIPLIER).and_then(Quantity::new)?;
    let symbol = Symbol::from_broker(contract.root.clone());
    Some(Order::plain(side, symbol, Size::Shares(shares), Pricing::Limit(contract.strike)))
}
