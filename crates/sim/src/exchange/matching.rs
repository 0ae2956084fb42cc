//! What orders do by themselves as time passes: they arrive, trade, and end.

use super::assets::AssetClass;
use super::calendar;
use super::json::{self, money, stamp};
use super::kinds::{Kind, Side, Size, Status, TimeInForce};
use super::orders::{Fill, Role};
use super::venue::{Exchange, Notice};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How long an order rests after a partial fill before the rest can trade.
const PARTIAL_REST: TimeDelta = TimeDelta::milliseconds(50);

/// What is kept of what a trade in coins brings.
const COIN_FEE: Decimal = Decimal::from_parts(25, 0, 0, false, 4);

impl Exchange {
    /// Brings tape, orders and accounts up to `now`, stopping at every moment on the way at which something was due.
    pub fn settle(&mut self, now: DateTime<Utc>) {
        if now < self.settled_to {
            self.settled_to = now; // The clock was put back; what has happened stays.
        }
        while let Some(moment) = self.next_due().filter(|due| *due < now) {
            self.evaluate(moment);
        }
        self.evaluate(now);
    }

    /// The first moment after the last evaluation at which an order or the day changes by itself.
    fn next_due(&self) -> Option<DateTime<Utc>> {
        let dues = self.accounts.values().filter_map(|account| account.book.next_due(self.settled_to));
        dues.chain([calendar::next_close(self.settled_to)]).min()
    }

    /// Looks at every order that may have something to do at `at`, by account and arrival.
    fn evaluate(&mut self, at: DateTime<Utc>) {
        let day_closes = calendar::next_close(self.settled_to) <= at;
        let before = std::mem::replace(&mut self.settled_to, at);
        let stir = self.market.step_to(at);
        let mut called = BTreeSet::new();
        for (id, account) in &mut self.accounts {
            let places = account.book.call_up(before, at, stir, &self.market);
            called.extend(places.into_iter().map(|place| (*id, place)));
        }
        while let Some((id, place)) = called.pop_first() {
            if let Some(order) = self.accounts.get(&id).and_then(|account| account.book.at(place)) {
                self.advance(id, order.id, at);
            }
            if let Some(account) = self.accounts.get_mut(&id) {
                called.extend(account.book.changed_after(place).into_iter().map(|place| (id, place)));
            }
        }
        if day_closes {
            self.expire_contracts(at);
            let date = calendar::date_of(at);
            self.accounts.values_mut().for_each(|account| account.close_day(&self.market, date));
        }
    }

    fn advance(&mut self, account: Uuid, id: Uuid, at: DateTime<Utc>) {
        let Some(order) = self.order(account, id) else { return };
        let role = order.bond.map(|bond| bond.role);
        if matches!(role, Some(Role::Leg { .. })) {
            return; // It does what the order it belongs to does.
        }
        let due = at >= order.due;
        // The closing auction comes when the session has just ended.
        let closing = order.time_in_force == TimeInForce::Cls && due;
        let trades_now = closing || self.market.takes(order.asset_class, at, order.extended_hours);
        match order.status {
            Status::Accepted if due && !trades_now => {
                let chance = self.market.next_chance(at, order.extended_hours);
                self.change(account, id, |order| order.due = chance);
            }
            Status::Accepted | Status::PendingNew if due => {
                self.change(account, id, |order| (order.status, order.updated_at) = (Status::New, at));
                if role == Some(Role::Strategy) {
                    self.follow_strategy(account, id, at);
                }
                self.announce(account, id, "new", at, json!({}));
            }
            Status::PendingCancel if due => self.end_group(account, id, Status::Canceled, at),
            Status::PendingReplace if due => self.hand_over(account, id, at),
            Status::Held if trades_now => self.watch_held(account, id, at),
            _ => {}
        }
        if trades_now {
            self.work(account, id, at);
        }
        let expires = self.order(account, id);
        if expires.is_some_and(|order| !order.status.is_terminal() && at >= order.expires_at) {
            self.end_group(account, id, Status::Expired, at);
        }
    }

    /// Ends an order that will not trade any more.
    pub(super) fn end(&mut self, account: Uuid, id: Uuid, status: Status, at: DateTime<Utc>) {
        self.change(account, id, |order| {
            (order.status, order.updated_at, order.ended_at) = (status, at, Some(at));
        });
        self.announce(account, id, status.wire(), at, json!({}));
        self.disinherit(account, id, at);
    }

    /// Gives a working order its chance at the present price.
    fn work(&mut self, account_id: Uuid, id: Uuid, at: DateTime<Utc>) {
        let Some(order) = self.order(account_id, id).filter(|order| order.status.is_working()) else { return };
        let resting = order.status == Status::PartiallyFilled && at < order.due;
        if resting {
            return;
        }
        let one_chance = order.time_in_force.has_one_chance();
        let is_strategy = order.bond.is_some_and(|bond| bond.role == Role::Strategy);
        let watches = !matches!(order.kind, Kind::Market | Kind::Limit(_));
        if let Some(last) = self.market.last(&order.symbol).filter(|_| watches) {
            self.change(account_id, id, |order| order.watch(last));
        }
        if is_strategy {
            return self.trade_strategy(account_id, id, at);
        }
        self.trade(account_id, id, at);
        if one_chance && self.order(account_id, id).is_some_and(|order| order.status.is_working()) {
            self.end_group(account_id, id, Status::Canceled, at);
        }
    }

    /// Trades a working order against the far side of the quote, if the price is right.
    fn trade(&mut self, account_id: Uuid, id: Uuid, at: DateTime<Utc>) {
        let Some(account) = self.accounts.get_mut(&account_id) else { return };
        let Some(order) = account.book.get(id) else { return };
        let Some(quote) = self.market.quote(&order.symbol) else { return };
        let price = if order.side == Side::Buy { quote.ask } else { quote.bid };
        if price.is_zero() || !order.terms().accept(order.side, price) {
            return;
        }
        let (symbol, side, amount, closes) = (order.symbol.clone(), order.side, order.size, order.closes());
        let whole = order.time_in_force == TimeInForce::Fok;
        let coin = order.asset_class == AssetClass::Crypto;
        let left = match amount {
            Size::Qty(qty) => qty - order.filled_qty,
            // Dollars buy coins as if they cost as much as the market order's limit, 2 % above the ask.
            Size::Notional(dollars) if coin && side == Side::Buy => {
                floor9((dollars - order.filled_value) / (price * Decimal::new(102, 2)))
            }
            Size::Notional(dollars) => floor9((dollars - order.filled_value) / price),
        };
        // A dollar order to sell was sized at another price: it never sells what is not there or held for others.
        let spoken_for = account.held(&symbol) - order.shares_left();
        let left = if closes { left.min(account.shares(&symbol).abs() - spoken_for).max(Decimal::ZERO) } else { left };
        let partial = self.rng.chance(self.knobs.partial_fill_percent) && !whole;
        let part = if partial { part_of(left, amount, 1 + self.rng.below(90)) } else { left };
        let qty = if part.is_zero() { left } else { part };
        let done = qty == left;
        let fee = match side {
            _ if !coin => Decimal::ZERO,
            Side::Buy => (qty * COIN_FEE).round_dp(9),
            Side::Sell => (qty * price * COIN_FEE).round_dp(9),
        };
        let position_qty = account.settle(&symbol, side, qty, price, fee);
        account.book.change(id, |order| {
            order.filled_qty += qty;
            order.filled_value += qty * price;
            order.updated_at = at;
            if done {
                order.status = Status::Filled;
                order.ended_at = Some(at);
            } else if !matches!(order.status, Status::PendingCancel | Status::PendingReplace) {
                order.status = Status::PartiallyFilled;
                order.due = at + PARTIAL_REST;
            }
        });
        let environment = account.environment;
        self.fills.push(Fill { order_id: id, account_id, environment, symbol, side, qty, price, fee, at });
        let event = if done { "fill" } else { "partial_fill" };
        let execution = json!({"price": money(price), "qty": money(qty), "position_qty": money(position_qty)});
        self.announce(account_id, id, event, at, execution);
        self.disinherit(account_id, id, at);
        self.follow_fill(account_id, id, at);
    }

    /// Tells the account's trade streams.
    pub(super) fn announce(&mut self, account: Uuid, id: Uuid, event: &str, at: DateTime<Utc>, extra: Value) {
        let execution_id = match event {
            "pending_new" => Value::Null,
            _ => self.rng.uuid().to_string().into(),
        };
        let Some(book) = self.accounts.get(&account).map(|account| &account.book) else { return };
        let Some(order) = book.get(id) else { return };
        let mut data = extra;
        data["event"] = event.into();
        data["execution_id"] = execution_id;
        data["timestamp"] = stamp(at).into();
        data["at"] = stamp(at).into();
        data["order"] = json::nested(order, book);
        let message = json!({"stream": "trade_updates", "data": data});
        self.outbox.push(Notice { account_id: account, message });
    }
}

/// A percentage of what is left, in the units the order trades in.
fn part_of(left: Decimal, size: Size, percent: u64) -> Decimal {
    let part = left * Decimal::from(percent) / Decimal::ONE_HUNDRED;
    if size.is_fractional() { floor9(part) } else { part.floor() }
}

fn floor9(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(9, RoundingStrategy::ToZero)
}
