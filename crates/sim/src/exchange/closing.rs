//! `DELETE /v2/positions`: positions closed by the exchange's own market orders.

use super::accounts::Position;
use super::draft::Draft;
use super::draft::fields::decimal;
use super::errors::{self, Refusal, invalid};
use super::kinds::{Kind, Side, Size, TimeInForce};
use super::routes::{Call, Reply};
use super::trading::{place, withdraw_all};
use super::venue::Exchange;
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};

/// One position, whole, by quantity or by percentage: the answer is the order that closes it.
pub(super) fn one(exchange: &mut Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let position = exchange.position_of(call)?.clone();
    let qty = match (share(call, "qty")?, share(call, "percentage")?) {
        (Some(_), Some(_)) => return Err(invalid("only one of qty or percentage is accepted")),
        (None, None) => position.qty.abs(),
        (Some(qty), None) if qty <= Decimal::ZERO => return Err(invalid("qty must be > 0")),
        (Some(qty), None) => qty,
        (None, Some(percent)) => part(&position, percent)?,
    };
    place(exchange, call, closing(&position, qty)).map(Reply::Json)
}

/// Every position, after its orders are canceled if so wished: one result each.
pub(super) fn all(exchange: &mut Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let cancels = match call.params.get("cancel_orders") {
        None | Some("false" | "False" | "0") => false,
        Some("true" | "True" | "1") => true,
        Some(_) => return Err(invalid("invalid cancel_orders")),
    };
    if cancels {
        withdraw_all(exchange, call, |_| true)?;
    }
    let account = exchange.accounts.get(&call.account).ok_or_else(errors::endpoint_not_found)?;
    let positions: Vec<Position> = account.positions.values().cloned().collect();
    let mut close = |position: Position| {
        let (status, body) = match place(exchange, call, closing(&position, position.qty.abs())) {
            Ok(order) => (200, order),
            Err(refusal) => (refusal.status, refusal.body()),
        };
        json!({"symbol": position.symbol, "status": status, "body": body})
    };
    Ok(Reply::MultiStatus(positions.into_iter().map(&mut close).collect::<Value>()))
}

fn share(call: &Call<'_>, name: &str) -> Result<Option<Decimal>, Refusal> {
    let Some(text) = call.params.get(name) else { return Ok(None) };
    let amount = decimal(text).filter(|amount| amount.normalize().scale() <= 9);
    amount.map(Some).ok_or_else(|| invalid(format!("invalid {name}")))
}

/// Part of a position. Only a position that has a fraction is closed by fractions.
fn part(position: &Position, percent: Decimal) -> Result<Decimal, Refusal> {
    if percent <= Decimal::ZERO || percent > Decimal::ONE_HUNDRED {
        return Err(invalid("percentage must be > 0 and <= 100"));
    }
    let held = position.qty.abs();
    let decimals = if held.fract().is_zero() { 0 } else { 9 };
    let qty = (held * percent / Decimal::ONE_HUNDRED).round_dp_with_strategy(decimals, RoundingStrategy::ToZero);
    if qty.is_zero() { Err(invalid("qty must be > 0")) } else { Ok(qty) }
}

fn closing(position: &Position, qty: Decimal) -> Draft {
    // Only coins have a slash; they know no day.
    let coin = position.symbol.contains('/');
    Draft {
        symbol: position.symbol.clone(),
        side: if position.qty.is_sign_negative() { Side::Buy } else { Side::Sell },
        kind: Kind::Market,
        size: Size::Qty(qty),
        time_in_force: if coin { TimeInForce::Gtc } else { TimeInForce::Day },
        extended_hours: false,
        client_order_id: None,
        position_intent: None,
        group: None,
    }
}
