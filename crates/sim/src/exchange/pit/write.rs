//! An order of the domain as the exchange takes it.

use domain::ids::ClientOrderId;
use domain::money::{Price, Usd};
use domain::order::{Changes, Class, Exit, Order, Side, Size, Trail};
use serde_json::{Value, json};

fn digits(price: Price) -> Value {
    price.get().to_string().into()
}

/// `POST /v2/orders`.
pub(super) fn submission(order: &Order, id: &ClientOrderId) -> Value {
    let mut body = json!({
        "type": order.pricing.kind(),
        "time_in_force": order.time_in_force.as_str(),
        "extended_hours": order.extended_hours,
        "client_order_id": id.as_str(),
    });
    match order.size {
        Size::Shares(qty) => body["qty"] = qty.get().to_string().into(),
        Size::Dollars(Usd(dollars)) => body["notional"] = dollars.to_string().into(),
    }
    if let Some(limit) = order.pricing.limit() {
        body["limit_price"] = digits(limit);
    }
    if let Some(stop) = order.pricing.stop() {
        body["stop_price"] = digits(stop);
    }
    match order.pricing.trail() {
        Some(Trail::Price(price)) => body["trail_price"] = digits(price),
        Some(Trail::Percent(percent)) => body["trail_percent"] = percent.get().to_string().into(),
        None => {}
    }
    class(order, &mut body);
    body
}

fn class(order: &Order, body: &mut Value) {
    if order.class != Class::Simple {
        body["order_class"] = order.class.as_str().into();
    }
    match &order.class {
        Class::MultiLeg(legs) => {
            let leg = |leg: &domain::order::Leg| {
                json!({
                    "symbol": leg.symbol.as_str(),
                    "side": leg.side.as_str(),
                    "ratio_qty": leg.ratio.to_string(),
                    "position_intent": leg.effect.of(leg.side),
                })
            };
            body["legs"] = legs.as_slice().iter().map(leg).collect();
            if let (Side::Sell, Some(limit)) = (order.side, order.pricing.limit()) {
                body["limit_price"] = (-limit.get()).to_string().into();
            }
            return;
        }
        Class::Bracket { take_profit, .. } | Class::Oto(Exit::TakeProfit(take_profit)) => {
            body["take_profit"] = json!({ "limit_price": digits(*take_profit) });
        }
        Class::Oco(_) => body["take_profit"] = json!({ "limit_price": order.pricing.limit().map(digits) }),
        Class::Simple | Class::Oto(Exit::StopLoss(_)) => {}
    }
    if let Some(loss) = order.class.stop_loss() {
        body["stop_loss"] = json!({ "stop_price": digits(loss.stop) });
        if let Some(limit) = loss.limit {
            body["stop_loss"]["limit_price"] = digits(limit);
        }
    }
    body["symbol"] = order.symbol.as_str().into();
    body["side"] = order.side.as_str().into();
    if let Some(effect) = order.effect {
        body["position_intent"] = effect.of(order.side).into();
    }
}

/// `PATCH /v2/orders/{id}`: what changes, and nothing else.
pub(super) fn replacement(changes: Changes, order: &Order, id: &ClientOrderId) -> Value {
    let mut body = json!({ "client_order_id": id.as_str() });
    if let (true, Size::Shares(qty)) = (changes.qty, order.size) {
        body["qty"] = qty.get().to_string().into();
    }
    if changes.time_in_force {
        body["time_in_force"] = order.time_in_force.as_str().into();
    }
    if let (true, Some(limit)) = (changes.limit, order.pricing.limit()) {
        body["limit_price"] = digits(limit);
    }
    if let (true, Some(stop)) = (changes.stop, order.pricing.stop()) {
        body["stop_price"] = digits(stop);
    }
    match (changes.trail, order.pricing.trail()) {
        (true, Some(Trail::Price(price))) => body["trail"] = digits(price),
        (true, Some(Trail::Percent(percent))) => body["trail"] = percent.get().to_string().into(),
        _ => {}
    }
    body
}
