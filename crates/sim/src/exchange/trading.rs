//! Orders over the wire: submit, look up, list, cancel.

use super::checks::{self, Bench};
use super::draft::Draft;
use super::errors::{self, Refusal};
use super::listing::Filter;
use super::orders::{Order, Status, TimeInForce};
use super::routes::{Call, Reply};
use super::venue::Exchange;
use super::{calendar, json};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) fn submit(exchange: &mut Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let draft = Draft::read(call.body, exchange.knobs.extended_hours_gtc)?;
    let order = draw_up(exchange, call, draft)?;
    let (id, status) = (order.id, order.status);
    let answer = json::order(&order);
    if let Some(account) = exchange.accounts.get_mut(&call.account) {
        account.book.take(order);
    }
    exchange.announce(call.account, id, status.wire(), call.now, json!({}));
    Ok(Reply::Json(answer))
}

/// Judges a draft and makes it an order.
fn draw_up(exchange: &mut Exchange, call: &Call<'_>, draft: Draft) -> Result<Order, Refusal> {
    let (id, spare_id) = (exchange.rng.uuid(), exchange.rng.uuid());
    let (market, now) = (&exchange.market, call.now);
    let account = exchange.accounts.get(&call.account).ok_or_else(errors::endpoint_not_found)?;
    let asset = market.ticker(&draft.symbol).map(|ticker| &ticker.asset);
    let sums = account.sums(market);
    let bench = Bench { draft: &draft, asset, account, market, knobs: &exchange.knobs, now, sums };
    checks::judge(&bench)?;
    let (check_price, position_intent) = (bench.check_price(), bench.intent());
    let extended_hours = draft.extended_hours;
    let (status, due) = if market.trades_now(now, extended_hours) {
        (Status::PendingNew, now + exchange.knobs.venue_latency)
    } else {
        (Status::Accepted, market.next_chance(now, extended_hours))
    };
    let expires_at = match draft.time_in_force {
        TimeInForce::Day => market.day_end(now, extended_hours),
        TimeInForce::Gtc => calendar::gtc_end(now),
    };
    Ok(Order {
        id,
        client_order_id: draft.client_order_id.unwrap_or_else(|| spare_id.to_string()),
        asset_id: asset.map(|asset| asset.id).unwrap_or_default(),
        symbol: draft.symbol,
        side: draft.side,
        kind: draft.kind,
        size: draft.size,
        time_in_force: draft.time_in_force,
        extended_hours,
        position_intent,
        status,
        submitted_at: now,
        updated_at: now,
        expires_at,
        filled_at: None,
        expired_at: None,
        canceled_at: None,
        filled_qty: Decimal::ZERO,
        filled_value: Decimal::ZERO,
        check_price,
        due,
    })
}

/// Whether reads already see an order.
fn visible(exchange: &Exchange, order: &Order, now: DateTime<Utc>) -> bool {
    now - order.submitted_at >= exchange.knobs.rest_lag
}

fn order_id(call: &Call<'_>) -> Result<Uuid, Refusal> {
    call.subject.parse().map_err(|_| errors::invalid("order_id is missing"))
}

pub(super) fn order(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = order_id(call)?;
    let order = exchange.accounts.get(&call.account).and_then(|account| account.book.get(id));
    let order = order.filter(|order| visible(exchange, order, call.now));
    order.map(|order| Reply::Json(json::order(order))).ok_or_else(|| errors::order_not_found(&call.subject))
}

pub(super) fn order_by_client_id(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = call.params.get("client_order_id").ok_or_else(|| errors::invalid("client_order_id is missing"))?;
    let order = exchange.accounts.get(&call.account).and_then(|account| account.book.by_client_id(id));
    let order = order.filter(|order| visible(exchange, order, call.now));
    order.map(|order| Reply::Json(json::order(order))).ok_or_else(|| errors::order_not_found(id))
}

pub(super) fn list(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let filter = Filter::read(&call.params)?;
    let seen: Vec<&Order> =
        exchange.orders(call.account).iter().filter(|order| visible(exchange, order, call.now)).collect();
    let chosen = filter.choose(&seen)?;
    Ok(Reply::Json(chosen.into_iter().map(json::order).collect::<Value>()))
}

pub(super) fn cancel(exchange: &mut Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = order_id(call)?;
    let order = exchange.accounts.get(&call.account).and_then(|account| account.book.get(id));
    let status = order.ok_or_else(|| errors::order_not_found(&call.subject))?.status;
    if status.is_terminal() || status == Status::PendingCancel {
        return Err(errors::already(status.wire()));
    }
    withdraw(exchange, call, id);
    Ok(Reply::NoContent)
}

pub(super) fn cancel_all(exchange: &mut Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let account = exchange.accounts.get(&call.account).ok_or_else(errors::endpoint_not_found)?;
    let open: Vec<Uuid> =
        account.book.open().filter(|order| order.status != Status::PendingCancel).map(|order| order.id).collect();
    for id in &open {
        withdraw(exchange, call, *id);
    }
    Ok(Reply::MultiStatus(open.into_iter().map(|id| json!({"id": id, "status": 200})).collect()))
}

/// Cancels at once, or starts a cancel that takes its time.
fn withdraw(exchange: &mut Exchange, call: &Call<'_>, id: Uuid) {
    let latency = exchange.knobs.cancel_latency;
    if latency.is_zero() {
        exchange.end(call.account, id, Status::Canceled, call.now);
        exchange.sweep(call.account);
        return;
    }
    if let Some(order) = exchange.accounts.get_mut(&call.account).and_then(|account| account.book.get_mut(id)) {
        order.status = Status::PendingCancel;
        order.updated_at = call.now;
        order.due = call.now + latency;
    }
    exchange.announce(call.account, id, "pending_cancel", call.now, json!({}));
}

impl Exchange {
    fn sweep(&mut self, account: Uuid) {
        if let Some(account) = self.accounts.get_mut(&account) {
            account.book.sweep();
        }
    }
}
