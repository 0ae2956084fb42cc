//! `PATCH /v2/orders/{id}`: a new order takes the place of one that works.

use super::checks::{self, Bench};
use super::draft::fields::Fields;
use super::draft::{self, Draft};
use super::errors::{self, Refusal, forbidden, invalid, unprocessable};
use super::json;
use super::kinds::{Kind, Size, Status};
use super::orders::{Class, Order};
use super::routes::{Call, Reply};
use super::trading::{expiry, order_id};
use super::venue::Exchange;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

pub(super) fn replace(exchange: &mut Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let fields = Fields::read(call.body)?;
    let id = order_id(call)?;
    let account = exchange.accounts.get(&call.account).ok_or_else(errors::endpoint_not_found)?;
    let old = account.book.get(id).ok_or_else(|| errors::order_not_found(&call.subject))?;
    if old.bond.is_some_and(|bond| bond.class == Class::MultiLeg) {
        return Err(forbidden("replace mleg order is disabled"));
    }
    check_status(old.status)?;
    let draft = changed(old, &fields)?;
    let asset = exchange.market.asset(&old.symbol);
    let bench = Bench {
        draft: &draft,
        asset,
        account,
        replacing: Some(old),
        market: &exchange.market,
        knobs: &exchange.knobs,
        now: call.now,
        sums: account.sums(&exchange.market),
    };
    checks::judge(&bench)?;
    let (old, check_price) = (old.clone(), bench.check_price());
    let heir = succeed(exchange, call, &old, draft, check_price);
    let (heir_id, status) = (heir.id, heir.status);
    let due = call.now + exchange.knobs.venue_latency;
    let account = exchange.accounts.get_mut(&call.account).ok_or_else(errors::endpoint_not_found)?;
    account.book.change(id, |old| {
        old.replaced_by = Some(heir_id);
        old.updated_at = call.now;
        if status != Status::Held {
            (old.status, old.due) = (Status::PendingReplace, due);
        }
    });
    account.book.take(heir);
    if status == Status::Held {
        // The venue does not have it yet, so that nothing can come in between.
        exchange.end(call.account, id, Status::Replaced, call.now);
    } else {
        exchange.announce(call.account, id, "pending_replace", call.now, json!({}));
    }
    exchange.announce(call.account, heir_id, status.wire(), call.now, json!({}));
    let account = exchange.accounts.get(&call.account).ok_or_else(errors::endpoint_not_found)?;
    let answer = account.book.get(heir_id).map(|heir| json::nested(heir, &account.book));
    Ok(Reply::Json(answer.unwrap_or_default()))
}

fn check_status(status: Status) -> Result<(), Refusal> {
    match status {
        Status::New | Status::PartiallyFilled | Status::Held => Ok(()),
        Status::Replaced => Err(unprocessable("order already replaced")),
        status if status.is_terminal() => Err(invalid("unable to replace order, order is not open")),
        status => Err(unprocessable(format!("cannot replace order in {} status", status.wire()))),
    }
}

/// The order as it would be with the changes.
fn changed(old: &Order, fields: &Fields) -> Result<Draft, Refusal> {
    let Size::Qty(old_qty) = old.size else { return Err(unprocessable("notional orders cannot be replaced")) };
    if fields.decimal("notional")?.is_some() {
        return Err(unprocessable("notional is only supported for IPO orders"));
    }
    let qty = match fields.decimal("qty")? {
        None => old_qty,
        Some(qty) => draft::checked_qty(qty)?,
    };
    if qty != old_qty && !(qty.fract().is_zero() && old_qty.fract().is_zero()) {
        return Err(unprocessable("qty of fractional orders cannot be changed"));
    }
    if qty <= old.filled_qty {
        return Err(unprocessable("qty must be > filled_qty"));
    }
    let kind = draft::checked_prices(repriced(old.kind, fields)?)?;
    let time_in_force = draft::time_in_force(fields, kind)?.unwrap_or(old.time_in_force);
    let is_exit = old.bond.is_some_and(|bond| !bond.leads());
    if is_exit && (qty, time_in_force) != (old_qty, old.time_in_force) {
        return Err(unprocessable("only the prices of a leg can be changed"));
    }
    if (qty, kind, time_in_force) == (old_qty, old.kind, old.time_in_force) {
        return Err(unprocessable("order parameters are not changed"));
    }
    Ok(Draft {
        symbol: old.symbol.clone(),
        side: old.side,
        kind,
        size: Size::Qty(qty),
        time_in_force,
        extended_hours: old.extended_hours,
        client_order_id: draft::client_order_id(fields)?,
        position_intent: None,
        group: None,
    })
}

/// The type with the prices that were sent, each of which must belong to it.
fn repriced(kind: Kind, fields: &Fields) -> Result<Kind, Refusal> {
    let (limit, stop) = (fields.decimal("limit_price")?, fields.decimal("stop_price")?);
    let trail = fields.decimal("trail")?;
    let alien = |price: Option<Decimal>, name: &str| match price {
        None => Ok(()),
        Some(_) => Err(invalid(format!("{name} is not allowed for {} orders", kind.wire()))),
    };
    match kind {
        Kind::Market | Kind::Limit(_) | Kind::TrailingStop(_) => alien(stop, "stop_price")?,
        Kind::Stop(_) | Kind::StopLimit { .. } => {}
    }
    match kind {
        Kind::Market | Kind::Stop(_) | Kind::TrailingStop(_) => alien(limit, "limit_price")?,
        Kind::Limit(_) | Kind::StopLimit { .. } => {}
    }
    Ok(match kind {
        Kind::TrailingStop(own) => Kind::TrailingStop(own.with(trail.unwrap_or(own.amount()))),
        _ if trail.is_some() => return Err(invalid("trail is only allowed for trailing_stop orders")),
        Kind::Market => Kind::Market,
        Kind::Limit(own) => Kind::Limit(limit.unwrap_or(own)),
        Kind::Stop(own) => Kind::Stop(stop.unwrap_or(own)),
        Kind::StopLimit { stop: own_stop, limit: own_limit } => {
            Kind::StopLimit { stop: stop.unwrap_or(own_stop), limit: limit.unwrap_or(own_limit) }
        }
    })
}

/// The new order, with what the old one has traded: the quantity is that of the whole chain.
fn succeed(exchange: &mut Exchange, call: &Call<'_>, old: &Order, draft: Draft, check_price: Decimal) -> Order {
    let (id, name) = (exchange.rng.uuid(), exchange.rng.uuid());
    let held = old.status == Status::Held;
    let expires_at = if draft.time_in_force == old.time_in_force {
        old.expires_at
    } else {
        expiry(exchange, draft.time_in_force, old.extended_hours, call.now)
    };
    Order {
        id,
        client_order_id: draft.client_order_id.unwrap_or_else(|| name.to_string()),
        kind: draft.kind,
        size: draft.size,
        time_in_force: draft.time_in_force,
        replaces: Some(old.id),
        replaced_by: None,
        status: if held { Status::Held } else { Status::PendingNew },
        submitted_at: call.now,
        updated_at: call.now,
        expires_at,
        // It moves when the old one does, not by itself.
        due: expires_at,
        check_price,
        ..old.clone()
    }
}

impl Exchange {
    /// The old order gives its place to the new one, unless that has been canceled meanwhile.
    pub(super) fn hand_over(&mut self, account: Uuid, id: Uuid, at: DateTime<Utc>) {
        let Some(old) = self.order(account, id).cloned() else { return };
        let heir = old.replaced_by.and_then(|heir| self.order(account, heir));
        let Some(heir) = heir.filter(|heir| heir.status == Status::PendingNew) else {
            return self.end_group(account, id, Status::Canceled, at);
        };
        let room = match heir.size {
            Size::Qty(qty) => qty > old.filled_qty,
            Size::Notional(_) => false,
        };
        if !room {
            // More has traded meanwhile than the new order asks for.
            self.change(account, id, |old| {
                let part = !old.filled_qty.is_zero();
                old.status = if part { Status::PartiallyFilled } else { Status::New };
            });
            return self.disinherit(account, id, at);
        }
        let heir = heir.id;
        self.change(account, heir, |heir| {
            (heir.filled_qty, heir.filled_value) = (old.filled_qty, old.filled_value);
            (heir.high_water_mark, heir.triggered) = (old.high_water_mark, old.triggered && heir.kind == old.kind);
            heir.status = if heir.filled_qty.is_zero() { Status::New } else { Status::PartiallyFilled };
            (heir.updated_at, heir.due) = (at, at);
        });
        self.end(account, id, Status::Replaced, at);
        self.announce(account, heir, "new", at, json!({}));
    }

    /// Refuses the new order of one that ended otherwise than by being replaced.
    pub(super) fn disinherit(&mut self, account: Uuid, id: Uuid, at: DateTime<Utc>) {
        let Some(old) = self.order(account, id).filter(|old| old.status != Status::Replaced) else { return };
        let waits = matches!(old.status, Status::PendingReplace);
        let heir = old.replaced_by.and_then(|heir| self.order(account, heir));
        let Some(heir) = heir.filter(|heir| heir.status == Status::PendingNew && !waits) else { return };
        let heir = heir.id;
        self.change(account, heir, |heir| {
            heir.status = Status::Rejected;
            heir.updated_at = at;
            heir.ended_at = Some(at);
        });
        self.change(account, id, |old| old.replaced_by = None);
        self.announce(account, heir, "rejected", at, json!({}));
        self.announce(account, id, "order_replace_rejected", at, json!({}));
    }
}
