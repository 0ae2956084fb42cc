//! What orders do by themselves as time passes: they arrive, trade, and end.

use super::assets::AssetClass;
use super::calendar;
use super::json::{self, money, stamp};
use super::kinds::{Side, Size, Status, TimeInForce};
use super::orders::{Fill, Role};
use super::venue::{Exchange, Notice};
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value, json};
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
        let orders = self.accounts.values().flat_map(|account| account.book.open());
        let dues = orders.flat_map(|order| [order.due, order.expires_at]);
        dues.filter(|due| *due > self.settled_to).chain([calendar::next_close(self.settled_to)]).min()
    }

    fn evaluate(&mut self, at: DateTime<Utc>) {
        let day_closes = calendar::next_close(self.settled_to) <= at;
        self.settled_to = at;
        self.market.step_to(at);
        let open: Vec<(Uuid, Uuid)> = self
            .accounts
            .values()
            .flat_map(|account| account.book.open().map(|order| (account.id, order.id)))
            .collect();
        for (account, order) in open {
            self.advance(account, order, at);
        }
        if day_closes {
            self.expire_contracts(at);
        }
        for account in self.accounts.values_mut() {
            account.book.sweep();
            if day_closes {
                account.close_day(&self.market, calendar::date_of(at));
            }
        }
    }

    fn advance(&mut self, account: Uuid, id: Uuid, at: DateTime<Utc>) {
        let Some(order) = self.accounts.get_mut(&account).and_then(|account| account.book.get_mut(id)) else { return };
        let role = order.bond.map(|bond| bond.role);
        if matches!(role, Some(Role::Leg { .. })) {
            return; // It does what the order it belongs to does.
        }
        let due = at >= order.due;
        // The closing auction comes when the session has just ended.
        let closing = order.time_in_force == TimeInForce::Cls && due;
        let trades_now = closing || self.market.takes(order.asset_class, at, order.extended_hours);
        match order.status {
            Status::Accepted if due && !trades_now => order.due = self.market.next_chance(at, order.extended_hours),
            Status::Accepted | Status::PendingNew if due => {
                order.status = Status::New;
                order.updated_at = at;
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
        let expires = self.accounts.get(&account).and_then(|account| account.book.get(id));
        if expires.is_some_and(|order| !order.status.is_terminal() && at >= order.expires_at) {
            self.end_group(account, id, Status::Expired, at);
        }
    }

    /// Ends an order that will not trade any more.
    pub(super) fn end(&mut self, account: Uuid, id: Uuid, status: Status, at: DateTime<Utc>) {
        let Some(order) = self.accounts.get_mut(&account).and_then(|account| account.book.get_mut(id)) else { return };
        order.status = status;
        order.updated_at = at;
        order.ended_at = Some(at);
        self.announce(account, id, status.wire(), at, json!({}));
        self.disinherit(account, id, at);
    }

    /// Gives a working order its chance at the present price.
    fn work(&mut self, account_id: Uuid, id: Uuid, at: DateTime<Utc>) {
        let Some(account) = self.accounts.get_mut(&account_id) else { return };
        let Some(order) = account.book.get_mut(id).filter(|order| order.status.is_working()) else { return };
        let resting = order.status == Status::PartiallyFilled && at < order.due;
        if resting {
            return;
        }
        if let Some(last) = self.market.last(&order.symbol) {
            order.watch(last);
        }
        let one_chance = order.time_in_force.has_one_chance();
        let order_is_strategy = order.bond.is_some_and(|bond| bond.role == Role::Strategy);
        if order_is_strategy {
            return self.trade_strategy(account_id, id, at);
        }
        self.trade(account_id, id, at);
        let order = self.accounts.get(&account_id).and_then(|account| account.book.get(id));
        if one_chance && order.is_some_and(|order| order.status.is_working()) {
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
        let Some(order) = account.book.get_mut(id) else { return };
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
