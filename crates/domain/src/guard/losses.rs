//! Losing exits, read from the orders that the broker lists.

use crate::account::Position;
use crate::order::{BrokerOrder, Side};
use crate::symbol::Symbol;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

/// Losing exits in a row, up to now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streak {
    /// How many.
    pub losses: u32,
    /// When the last of them was filled.
    pub last: Option<DateTime<Utc>>,
}

/// What an order has filled.
struct Fill<'a> {
    symbol: &'a Symbol,
    /// Below zero when sold.
    qty: Decimal,
    price: Decimal,
    at: DateTime<Utc>,
}

/// What was held of one symbol while its fills are gone through.
struct Held<'a> {
    symbol: &'a Symbol,
    qty: Decimal,
    /// The average price that it was entered at; not known of what was held before the first order of the list.
    entry: Option<Decimal>,
}

/// The losing exits in a row among these orders, given what is held after them. An exit is judged by the average price of what it
/// closes; one of a position that is older than the list is not counted.
pub fn losses(orders: &[BrokerOrder], positions: &[Position]) -> Streak {
    let mut fills: Vec<Fill<'_>> = orders.iter().flat_map(parts).filter_map(fill).collect();
    fills.sort_by_key(|fill| fill.at);
    let mut book: Vec<Held<'_>> = Vec::new();
    let mut streak = Streak::default();
    for at in 0..fills.len() {
        let fill = &fills[at];
        let place = book.iter().position(|held| held.symbol.is_same_asset(fill.symbol)).unwrap_or_else(|| {
            book.push(Held { symbol: fill.symbol, qty: before(fill.symbol, &fills, positions), entry: None });
            book.len() - 1
        });
        match book.get_mut(place).and_then(|held| held.take(fill)) {
            Some(gain) if gain < Decimal::ZERO => {
                streak = Streak { losses: streak.losses.saturating_add(1), last: Some(fill.at) };
            }
            Some(_) => streak = Streak::default(),
            None => {}
        }
    }
    streak
}

/// What fills: an order and its exits; of a spread its legs alone.
fn parts(order: &BrokerOrder) -> impl Iterator<Item = &BrokerOrder> {
    (order.class != "mleg").then_some(order).into_iter().chain(&order.legs)
}

fn fill(order: &BrokerOrder) -> Option<Fill<'_>> {
    let sign = match order.side? {
        Side::Buy => Decimal::ONE,
        Side::Sell => Decimal::NEGATIVE_ONE,
    };
    let qty = Some(order.filled_qty).filter(|qty| !qty.is_zero())?.checked_mul(sign)?;
    Some(Fill {
        symbol: &order.symbol,
        qty,
        price: order.filled_avg_price?.get(),
        at: order.ended_at.or(order.updated_at)?,
    })
}

/// What was held before the first of these fills.
fn before(symbol: &Symbol, fills: &[Fill<'_>], positions: &[Position]) -> Decimal {
    let now = positions.iter().find(|position| position.symbol.is_same_asset(symbol));
    let now = now.map_or(Decimal::ZERO, |position| position.qty);
    let of_symbol = fills.iter().filter(|fill| fill.symbol.is_same_asset(symbol));
    of_symbol.fold(now, |left, fill| left.saturating_sub(fill.qty))
}

impl Held<'_> {
    /// Takes a fill over; what it gained per unit, when it closed something whose entry is known.
    fn take(&mut self, fill: &Fill<'_>) -> Option<Decimal> {
        let after = self.qty.saturating_add(fill.qty);
        let adds = self.qty.is_zero() || self.qty.is_sign_negative() == fill.qty.is_sign_negative();
        if adds {
            self.entry = if self.qty.is_zero() { Some(fill.price) } else { self.averaged(fill, after) };
            self.qty = after;
            return None;
        }
        let gain = self.entry.and_then(|entry| fill.price.checked_sub(entry));
        let gain = gain.map(|gain| if self.qty.is_sign_negative() { -gain } else { gain });
        let crosses = !after.is_zero() && after.is_sign_negative() != self.qty.is_sign_negative();
        if crosses || after.is_zero() {
            self.entry = crosses.then_some(fill.price);
        }
        self.qty = after;
        gain
    }

    fn averaged(&self, fill: &Fill<'_>, after: Decimal) -> Option<Decimal> {
        let known = self.entry?.checked_mul(self.qty)?;
        known.checked_add(fill.price.checked_mul(fill.qty)?)?.checked_div(after)
    }
}
