//! Reading the exchange's JSON as the domain's types.

use chrono::{DateTime, Utc};
use domain::account::{
    Asset, BrokerAccount, Configurations, MarketClock, Position, Quote, Snapshot, Steps, TradingDay,
};
use domain::ids::{BrokerAccountId, BrokerOrderId, ClientOrderId};
use domain::money::{Percent, Price, Usd};
use domain::order::{BrokerOrder, BrokerStatus, Side, Trail};
use domain::outcome::RefusalReason;
use domain::symbol::Symbol;
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::HashMap;

/// How a body is read; none when it is not what it should be.
pub(super) type Reading<T> = fn(&Value) -> Option<T>;

fn word<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body[name].as_str()
}

/// A decimal written as a string or as a number.
fn decimal(body: &Value, name: &str) -> Option<Decimal> {
    match &body[name] {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

fn usd(body: &Value, name: &str) -> Option<Usd> {
    decimal(body, name).map(Usd)
}

fn price(body: &Value, name: &str) -> Option<Price> {
    decimal(body, name).and_then(Price::new)
}

fn moment(body: &Value, name: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(word(body, name)?).ok().map(|moment| moment.to_utc())
}

fn flag(body: &Value, name: &str) -> bool {
    body[name].as_bool().unwrap_or_default()
}

fn symbol(body: &Value) -> Option<Symbol> {
    word(body, "symbol").map(Symbol::from_broker)
}

fn strings(body: &Value) -> Vec<String> {
    body.as_array().into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

pub(super) fn list<T>(body: &Value, reading: Reading<T>) -> Option<Vec<T>> {
    body.as_array()?.iter().map(reading).collect()
}

pub(super) fn order_id(body: &Value) -> Option<BrokerOrderId> {
    word(body, "id")?.parse().ok()
}

pub(super) fn order(body: &Value) -> Option<BrokerOrder> {
    let class = word(body, "order_class").unwrap_or_default();
    let legs: Vec<_> = match &body["legs"] {
        Value::Array(legs) => legs.iter().map(order).collect::<Option<_>>()?,
        _ => Vec::new(),
    };
    let id = |name| word(body, name)?.parse().ok();
    let trail_percent = decimal(body, "trail_percent").and_then(Percent::new);
    let (side, limit_price) = match decimal(body, "limit_price") {
        // What is paid for a spread is a debit.
        Some(net) if class == "mleg" => {
            (Some(if net < Decimal::ZERO { Side::Sell } else { Side::Buy }), Price::new(net.abs()))
        }
        limit => (word(body, "side").and_then(Side::from_wire), limit.and_then(Price::new)),
    };
    Some(BrokerOrder {
        id: order_id(body)?,
        client_order_id: ClientOrderId::stored(word(body, "client_order_id")?),
        symbol: named(body, &legs)?,
        side,
        qty: decimal(body, "qty"),
        notional: decimal(body, "notional"),
        kind: word(body, "type")?.to_owned(),
        time_in_force: word(body, "time_in_force")?.to_owned(),
        limit_price,
        stop_price: price(body, "stop_price"),
        trail: price(body, "trail_price").map(Trail::Price).or(trail_percent.map(Trail::Percent)),
        class: class.to_owned(),
        legs,
        replaces: id("replaces"),
        replaced_by: id("replaced_by"),
        extended_hours: flag(body, "extended_hours"),
        status: BrokerStatus::from_wire(word(body, "status")?),
        filled_qty: decimal(body, "filled_qty")?,
        filled_avg_price: price(body, "filled_avg_price"),
        submitted_at: moment(body, "submitted_at"),
        updated_at: moment(body, "updated_at"),
        ended_at: ["filled_at", "canceled_at", "expired_at"].into_iter().find_map(|name| moment(body, name)),
    })
}

/// A spread's parent has no symbol of its own.
fn named(body: &Value, legs: &[BrokerOrder]) -> Option<Symbol> {
    let own = symbol(body).filter(|symbol| !symbol.as_str().is_empty());
    own.or_else(|| Some(Symbol::from_broker(legs.first()?.symbol.contract()?.root)))
}

pub(super) fn account(body: &Value) -> Option<BrokerAccount> {
    Some(BrokerAccount {
        id: BrokerAccountId(word(body, "id")?.parse().ok()?),
        number: word(body, "account_number")?.to_owned(),
        status: word(body, "status")?.to_owned(),
        cash: usd(body, "cash"),
        equity: usd(body, "equity"),
        last_equity: usd(body, "last_equity"),
        buying_power: usd(body, "buying_power"),
        long_market_value: usd(body, "long_market_value"),
        short_market_value: usd(body, "short_market_value"),
        multiplier: decimal(body, "multiplier"),
        trading_blocked: flag(body, "trading_blocked"),
        account_blocked: flag(body, "account_blocked"),
        suspended_by_user: flag(body, "trade_suspended_by_user"),
        shorting_enabled: flag(body, "shorting_enabled"),
    })
}

pub(super) fn configurations(body: &Value) -> Option<Configurations> {
    Some(Configurations {
        suspend_trade: body["suspend_trade"].as_bool()?,
        no_shorting: body["no_shorting"].as_bool()?,
        fractional_trading: body["fractional_trading"].as_bool()?,
    })
}

pub(super) fn clock(body: &Value) -> Option<MarketClock> {
    Some(MarketClock {
        at: moment(body, "timestamp")?,
        is_open: body["is_open"].as_bool()?,
        next_open: moment(body, "next_open")?,
        next_close: moment(body, "next_close")?,
    })
}

pub(super) fn trading_day(body: &Value) -> Option<TradingDay> {
    let hour = |name| chrono::NaiveTime::parse_from_str(word(body, name)?, "%H:%M").ok();
    Some(TradingDay { date: word(body, "date")?.parse().ok()?, open: hour("open")?, close: hour("close")? })
}

pub(super) fn asset(body: &Value) -> Option<Asset> {
    Some(Asset {
        symbol: symbol(body)?,
        name: word(body, "name").unwrap_or_default().to_owned(),
        active: word(body, "status")? == "active",
        tradable: flag(body, "tradable"),
        fractionable: flag(body, "fractionable"),
        shortable: flag(body, "shortable"),
        easy_to_borrow: word(body, "borrow_status").is_none_or(|status| status == "easy_to_borrow"),
        attributes: strings(&body["attributes"]),
        steps: Steps {
            least: decimal(body, "min_order_size"),
            quantity: decimal(body, "min_trade_increment"),
            price: decimal(body, "price_increment"),
        },
        exchange: word(body, "exchange")?.to_owned(),
        terms: None,
    })
}

pub(super) fn position(body: &Value) -> Option<Position> {
    Some(Position {
        symbol: symbol(body)?,
        is_crypto: word(body, "asset_class") == Some("crypto"),
        qty: decimal(body, "qty")?,
        qty_available: decimal(body, "qty_available")?,
        entry: usd(body, "avg_entry_price")?,
        price: usd(body, "current_price"),
        value: usd(body, "market_value"),
        cost: usd(body, "cost_basis")?,
        unrealized: usd(body, "unrealized_pl"),
        unrealized_fraction: decimal(body, "unrealized_plpc"),
        today: usd(body, "unrealized_intraday_pl"),
    })
}

pub(super) fn quote(body: &Value) -> Option<Quote> {
    Some(Quote { bid: price(body, "bp"), ask: price(body, "ap"), at: moment(body, "t")? })
}

pub(super) fn quotes(body: &Value) -> Option<HashMap<Symbol, Quote>> {
    let rows = body["quotes"].as_object()?.iter();
    Some(rows.filter_map(|(symbol, row)| Some((Symbol::from_broker(symbol.clone()), quote(row)?))).collect())
}

pub(super) fn snapshot(body: &Value) -> Option<Snapshot> {
    body.is_object().then(|| Snapshot {
        quote: quote(&body["latestQuote"]),
        last: price(&body["latestTrade"], "p"),
        previous_close: price(&body["prevDailyBar"], "c"),
    })
}

/// The reason a refusal shows, by its extra fields first and its words last.
pub(super) fn reason(body: &Value) -> RefusalReason {
    let message = word(body, "message").unwrap_or_default();
    let says = |part: &str| message.contains(part);
    if !body["cost_basis"].is_null() {
        let (available, cost) = (decimal(body, "buying_power"), decimal(body, "cost_basis"));
        return RefusalReason::BuyingPower { available, cost };
    }
    if !body["held_for_orders"].is_null() {
        let [available, existing, held] =
            ["available", "existing_qty", "held_for_orders"].map(|name| decimal(body, name));
        return RefusalReason::Quantity { available, existing, held };
    }
    if let Some(existing) = word(body, "existing_order_id") {
        return RefusalReason::WashTrade { existing_order: Some(existing.to_owned()) };
    }
    match body["code"].as_i64() {
        Some(42_210_000) if says("not found") => RefusalReason::UnknownSymbol,
        Some(42_210_000) if says("not tradable") || says("not active") => RefusalReason::NotTradable,
        Some(42_210_000) if says("sub-penny") => RefusalReason::PriceIncrement,
        Some(40_010_001) if says("extended hours") => RefusalReason::ExtendedHours,
        Some(40_310_000) if says("not fractionable") => RefusalReason::NotFractionable,
        Some(40_310_000) if says("short") => RefusalReason::CannotShort,
        Some(40_310_000) if says("by user request") => RefusalReason::SuspendedByUser,
        Some(40_310_000) if says("not authorized") => RefusalReason::AccountRestricted,
        Some(40_010_000 | 40_010_001 | 42_210_000) => RefusalReason::Invalid,
        _ => RefusalReason::Unrecognised,
    }
}
