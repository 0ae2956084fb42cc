//! The body of `POST /v2/orders`. Decimals go out as strings; what does not apply stays out.

use domain::ids::ClientOrderId;
use domain::money::{Percent, Price};
use domain::order::{Class, Exit, Leg, Order, Size, StopLoss, Trail};
use serde::Serialize;

/// An order as Alpaca takes it.
#[derive(Serialize)]
pub(super) struct Ticket<'a> {
    /// Of a spread neither symbol nor side: its legs have their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    symbol: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qty: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notional: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'a str,
    time_in_force: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trail_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trail_percent: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    extended_hours: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_class: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    take_profit: Option<TakeProfit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_loss: Option<Loss>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    legs: Vec<Part<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position_intent: Option<&'static str>,
    client_order_id: &'a str,
}

#[derive(Serialize)]
struct TakeProfit {
    limit_price: String,
}

#[derive(Serialize)]
struct Loss {
    stop_price: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_price: Option<String>,
}

#[derive(Serialize)]
struct Part<'a> {
    symbol: &'a str,
    ratio_qty: String,
    side: &'static str,
    position_intent: &'static str,
}

impl<'a> Ticket<'a> {
    pub(super) fn of(order: &'a Order, id: &'a ClientOrderId) -> Self {
        let (qty, notional) = match order.size {
            Size::Shares(qty) => (Some(qty.get().to_string()), None),
            Size::Dollars(usd) => (None, Some(usd.0.normalize().to_string())),
        };
        let is_spread = matches!(order.class, Class::MultiLeg(_));
        let (trail_price, trail_percent) = match order.pricing.trail() {
            Some(Trail::Price(price)) => (Some(digits(price)), None),
            Some(Trail::Percent(percent)) => (None, Some(Percent::get(percent).to_string())),
            None => (None, None),
        };
        Self {
            symbol: (!is_spread).then_some(order.symbol.as_str()),
            qty,
            notional,
            side: (!is_spread).then_some(order.side.as_str()),
            kind: order.pricing.kind(),
            time_in_force: order.time_in_force.as_str(),
            limit_price: limit(order),
            stop_price: order.pricing.stop().map(digits),
            trail_price,
            trail_percent,
            extended_hours: order.extended_hours,
            order_class: (order.class != Class::Simple).then_some(order.class.as_str()),
            take_profit: take_profit(order).map(|price| TakeProfit { limit_price: digits(price) }),
            stop_loss: order.class.stop_loss().map(loss),
            legs: order.class.legs().iter().map(part).collect(),
            position_intent: order.effect.filter(|_| !is_spread).map(|effect| effect.of(order.side)),
            client_order_id: id.as_str(),
        }
    }
}

/// A spread that is sold is a credit, and its price has the sign of one.
fn limit(order: &Order) -> Option<String> {
    let price = order.pricing.limit()?.get();
    let is_credit = matches!(order.class, Class::MultiLeg(_)) && order.side == domain::order::Side::Sell;
    Some(if is_credit { (-price).to_string() } else { price.to_string() })
}

/// An OCO has no entry: its own limit is what takes the profit, and Alpaca wants it said there.
fn take_profit(order: &Order) -> Option<Price> {
    match order.class {
        Class::Oco(_) => order.pricing.limit(),
        Class::Bracket { take_profit, .. } | Class::Oto(Exit::TakeProfit(take_profit)) => Some(take_profit),
        Class::Simple | Class::Oto(Exit::StopLoss(_)) | Class::MultiLeg(_) => None,
    }
}

fn loss(loss: StopLoss) -> Loss {
    Loss { stop_price: digits(loss.stop), limit_price: loss.limit.map(digits) }
}

fn part(leg: &Leg) -> Part<'_> {
    Part {
        symbol: leg.symbol.as_str(),
        ratio_qty: leg.ratio.to_string(),
        side: leg.side.as_str(),
        position_intent: leg.effect.of(leg.side),
    }
}

pub(super) fn digits(price: Price) -> String {
    price.get().to_string()
}
