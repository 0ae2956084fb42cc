//! Orders over the wire: submit, look up, list, cancel.

use super::assets::AssetClass;
use super::calendar;
use super::checks::{self, Bench};
use super::draft::Draft;
use super::draft::fields::Fields;
use super::errors::{self, Refusal};
use super::json;
use super::kinds::{Kind, Status, TimeInForce};
use super::listing::{Filter, nested};
use super::options::{contracts, strategy};
use super::orders::{Bond, Order};
use super::routes::{Call, Reply};
use super::venue::Exchange;
use super::{accounts::Account, groups};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) fn submit(exchange: &mut Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let fields = Fields::read(call.body)?;
    if strategy::is_wanted(&fields)? {
        return strategy::place(exchange, call, &fields).map(Reply::Json);
    }
    let draft = Draft::read(&fields, exchange.knobs.extended_hours_gtc)?;
    place(exchange, call, draft).map(Reply::Json)
}

/// Judges a draft, takes it in with all that belongs to it, and gives the order as the wire shows it.
pub(super) fn place(exchange: &mut Exchange, call: &Call<'_>, mut draft: Draft) -> Result<Value, Refusal> {
    let contract = contracts::find(&exchange.market, &draft.symbol, calendar::date_of(call.now));
    if let Some(contract) = contract {
        exchange.market.list_contract(&contract);
    }
    if let Some(coin) = exchange.market.asset(&draft.symbol).filter(|asset| asset.class == AssetClass::Crypto) {
        // They can also be ordered without the slash.
        draft.symbol.clone_from(&coin.symbol);
    }
    let group = draft.group;
    let order = draw_up(exchange, call, draft)?;
    let (id, status) = (order.id, order.status);
    let exits = group.map(|group| groups::exits(exchange, &order, group)).unwrap_or_default();
    let held: Vec<Uuid> = exits.iter().map(|exit| exit.id).collect();
    let account = exchange.accounts.get_mut(&call.account).ok_or_else(errors::endpoint_not_found)?;
    account.book.take(order);
    for exit in exits {
        account.book.take(exit);
    }
    let answer = account.book.get(id).map(|order| json::nested(order, &account.book)).unwrap_or_default();
    exchange.announce(call.account, id, status.wire(), call.now, json!({}));
    for id in held {
        exchange.announce(call.account, id, "held", call.now, json!({}));
    }
    Ok(answer)
}

/// Judges a draft and makes it an order.
fn draw_up(exchange: &mut Exchange, call: &Call<'_>, draft: Draft) -> Result<Order, Refusal> {
    let (id, spare_id) = (exchange.rng.uuid(), exchange.rng.uuid());
    let (market, now) = (&exchange.market, call.now);
    let account = exchange.accounts.get(&call.account).ok_or_else(errors::endpoint_not_found)?;
    let asset = market.asset(&draft.symbol);
    let sums = account.sums(market);
    let bench = Bench { draft: &draft, asset, account, replacing: None, market, knobs: &exchange.knobs, now, sums };
    checks::judge(&bench)?;
    let (check_price, position_intent) = (bench.check_price(), bench.intent());
    let (extended_hours, asset_class) = (draft.extended_hours, bench.class());
    let (status, due) = match draft.time_in_force {
        TimeInForce::Cls => (Status::Accepted, calendar::next_close(now)),
        TimeInForce::Opg if !market.is_forced() => (Status::Accepted, calendar::next_open(now)),
        _ if market.takes(asset_class, now, extended_hours) => (Status::PendingNew, now + exchange.knobs.venue_latency),
        _ => (Status::Accepted, market.next_chance(now, extended_hours)),
    };
    let trails = matches!(draft.kind, Kind::TrailingStop(_));
    Ok(Order {
        id,
        client_order_id: draft.client_order_id.unwrap_or_else(|| spare_id.to_string()),
        asset_id: asset.map(|asset| asset.id).unwrap_or_default(),
        bond: draft.group.map(|group| Bond { group: id, class: group.class, role: group.role() }),
        replaces: None,
        replaced_by: None,
        asset_class,
        side: draft.side,
        kind: draft.kind,
        size: draft.size,
        time_in_force: draft.time_in_force,
        extended_hours,
        position_intent,
        status,
        submitted_at: now,
        updated_at: now,
        expires_at: expiry(exchange, draft.time_in_force, extended_hours, now),
        ended_at: None,
        filled_qty: Decimal::ZERO,
        filled_value: Decimal::ZERO,
        high_water_mark: market.last(&draft.symbol).filter(|_| trails),
        triggered: false,
        symbol: draft.symbol,
        check_price,
        due,
    })
}

/// When an order's life ends by itself.
pub(super) fn expiry(
    exchange: &Exchange,
    time_in_force: TimeInForce,
    extended_hours: bool,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    match time_in_force {
        TimeInForce::Gtc => calendar::gtc_end(now),
        TimeInForce::Cls => calendar::next_close(now),
        _ => exchange.market.day_end(now, extended_hours),
    }
}

/// Whether reads already see an order.
fn visible(exchange: &Exchange, order: &Order, now: DateTime<Utc>) -> bool {
    now - order.submitted_at >= exchange.knobs.rest_lag
}

pub(super) fn order_id(call: &Call<'_>) -> Result<Uuid, Refusal> {
    call.subject.parse().map_err(|_| errors::invalid("order_id is missing"))
}

fn owner<'a>(exchange: &'a Exchange, call: &Call<'_>) -> Result<&'a Account, Refusal> {
    exchange.accounts.get(&call.account).ok_or_else(errors::endpoint_not_found)
}

pub(super) fn order(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (id, nests) = (order_id(call)?, nested(&call.params)?);
    let book = &owner(exchange, call)?.book;
    let order = book.get(id).filter(|order| visible(exchange, order, call.now));
    let order = order.ok_or_else(|| errors::order_not_found(&call.subject))?;
    Ok(Reply::Json(if nests { json::nested(order, book) } else { json::order(order) }))
}

pub(super) fn order_by_client_id(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = call.params.get("client_order_id").ok_or_else(|| errors::invalid("client_order_id is missing"))?;
    let book = &owner(exchange, call)?.book;
    let order = book.by_client_id(id).filter(|order| visible(exchange, order, call.now));
    order.map(|order| Reply::Json(json::nested(order, book))).ok_or_else(|| errors::order_not_found(id))
}

pub(super) fn list(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let filter = Filter::read(&call.params)?;
    let book = &owner(exchange, call)?.book;
    let seen: Vec<&Order> = book.all().iter().filter(|order| visible(exchange, order, call.now)).collect();
    let write = |order| if filter.nests() { json::nested(order, book) } else { json::order(order) };
    Ok(Reply::Json(filter.choose(&seen, book)?.into_iter().map(write).collect()))
}

/// Why an order cannot be canceled, if so.
fn cancellable(status: Status) -> Result<(), Refusal> {
    let late = status.is_terminal() || matches!(status, Status::PendingCancel | Status::PendingReplace);
    if late { Err(errors::already(status.wire())) } else { Ok(()) }
}

pub(super) fn cancel(exchange: &mut Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = order_id(call)?;
    let order = owner(exchange, call)?.book.get(id).ok_or_else(|| errors::order_not_found(&call.subject))?;
    cancellable(order.status)?;
    withdraw(exchange, call, id);
    Ok(Reply::NoContent)
}

pub(super) fn cancel_all(exchange: &mut Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::MultiStatus(withdraw_all(exchange, call, |_| true)?))
}

/// Cancels what is open and matches: one result per order.
pub(super) fn withdraw_all(
    exchange: &mut Exchange,
    call: &Call<'_>,
    matches: impl Fn(&Order) -> bool,
) -> Result<Value, Refusal> {
    let open = owner(exchange, call)?.book.open();
    let open = open.filter(|order| order.status != Status::PendingCancel && matches(order));
    let open: Vec<(Uuid, Result<(), Refusal>)> = open.map(|order| (order.id, cancellable(order.status))).collect();
    let mut result = |(id, allowed): (Uuid, Result<(), Refusal>)| match allowed {
        Ok(()) => {
            withdraw(exchange, call, id);
            json!({"id": id, "status": 200})
        }
        Err(refusal) => json!({"id": id, "status": refusal.status, "body": refusal.body()}),
    };
    Ok(open.into_iter().map(&mut result).collect())
}

/// Cancels at once, or starts a cancel that takes its time.
fn withdraw(exchange: &mut Exchange, call: &Call<'_>, id: Uuid) {
    let latency = exchange.knobs.cancel_latency;
    // With an order, what belongs to it may have ended a moment ago.
    if exchange.order(call.account, id).is_none_or(|order| order.status.is_terminal()) {
        return;
    }
    if latency.is_zero() {
        return exchange.end_group(call.account, id, Status::Canceled, call.now);
    }
    exchange.change(call.account, id, |order| {
        order.status = Status::PendingCancel;
        order.updated_at = call.now;
        order.due = call.now + latency;
    });
    exchange.announce(call.account, id, "pending_cancel", call.now, json!({}));
}
