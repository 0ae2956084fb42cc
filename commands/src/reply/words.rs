//! Small texts that several replies share: money with a sign, ages, New York time, an order in one line.

use super::escape::prose;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::America::New_York;
use domain::account::{Environment, MarketClock};
use domain::money::Usd;
use domain::order::{Class, Order, Pricing, Side, Size, TimeInForce};
use domain::symbol::{AssetKind, Symbol};
use rust_decimal::{Decimal, RoundingStrategy};
use std::time::Duration;

/// The longest symbol that we show: option contracts have 21 characters.
pub(crate) const SYMBOL: usize = 24;

/// The longest name of a contract: `GOOGL1 18 Dec 2026 $12,345.00 call`.
pub(crate) const CONTRACT: usize = 40;

/// `PAPER` or `LIVE`.
pub(crate) const fn environment(environment: Environment) -> &'static str {
    match environment {
        Environment::Paper => "PAPER",
        Environment::Live => "LIVE",
    }
}

/// `+$12.00`, `-$3.00`, `$0.00`.
pub(crate) fn gain(amount: Usd) -> String {
    if amount.0 > Decimal::ZERO { format!("+{amount}") } else { amount.to_string() }
}

/// `+1.25%`, from a fraction.
pub(crate) fn percent(fraction: Decimal) -> String {
    let hundred = fraction.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(fraction);
    let rounded = hundred.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    if rounded.is_zero() {
        return "0.00%".to_owned();
    }
    let sign = if rounded > Decimal::ZERO { "+" } else { "" };
    format!("{sign}{rounded:.2}%")
}

/// `2.44% below`, `0.50% above`: where one price stands to another, from a fraction.
pub(crate) fn beside(fraction: Decimal) -> String {
    let word = if fraction < Decimal::ZERO { "below" } else { "above" };
    format!("{} {word}", percent(fraction.abs()).trim_start_matches('+'))
}

/// `12.5%` of a whole, from a fraction: without a sign.
pub(crate) fn share(fraction: Decimal) -> String {
    let hundred = fraction.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(fraction);
    let places = if hundred.abs() < Decimal::ONE { 2 } else { 1 };
    let rounded = hundred.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    format!("{rounded:.*}%", places as usize)
}

/// `+$12.00 (+1.25%)`.
pub(crate) fn gain_and_percent(amount: Usd, fraction: Option<Decimal>) -> String {
    match fraction {
        Some(fraction) => format!("{} ({})", gain(amount), percent(fraction)),
        None => gain(amount),
    }
}

/// A quantity without trailing zeros.
pub(crate) fn quantity(number: Decimal) -> String {
    number.normalize().to_string()
}

/// `5 shares`, `1 share`, `0.5 shares`, `-3 shares`.
pub(crate) fn shares(number: Decimal) -> String {
    let unit = if number == Decimal::ONE { "share" } else { "shares" };
    format!("{} {unit}", quantity(number))
}

/// The same of anything: `0.5 BTC/USD`, `-2 contracts`.
pub(crate) fn units(symbol: &Symbol, number: Decimal) -> String {
    match symbol.kind() {
        AssetKind::Equity => shares(number),
        AssetKind::Crypto => format!("{} {}", quantity(number), prose(symbol.as_str(), SYMBOL)),
        AssetKind::Contract(_) if number == Decimal::ONE => "1 contract".to_owned(),
        AssetKind::Contract(_) => format!("{} contracts", quantity(number)),
    }
}

/// `3 s`, `4 min`, `2 h`, `5 days`.
pub(crate) fn span(span: TimeDelta) -> String {
    let seconds = span.num_seconds().max(0);
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7_199 => format!("{} min", seconds / 60),
        7_200..=172_799 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// A wait, rounded up to whole seconds.
pub(crate) fn wait(wait: Duration) -> String {
    let seconds = wait.as_millis().div_ceil(1_000);
    span(TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX / 1_000)))
}

/// `09:30 ET Mon 23 Nov`: the market's own clock, the same for everyone.
pub(crate) fn eastern(at: DateTime<Utc>) -> String {
    at.with_timezone(&New_York).format("%H:%M ET %a %-d %b").to_string()
}

/// A moment that Discord shows in the reader's own time zone, counting.
pub(crate) fn counting(at: DateTime<Utc>) -> String {
    format!("<t:{}:R>", at.timestamp())
}

/// A moment that Discord shows in the reader's own time zone, in full.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    format!("<t:{}:f>", at.timestamp())
}

/// A time of day, to the second, that Discord shows in the reader's own time zone.
pub(crate) fn clock(at: DateTime<Utc>) -> String {
    format!("<t:{}:T>", at.timestamp())
}

/// A day that Discord shows in the reader's own time zone.
pub(crate) fn day(at: DateTime<Utc>) -> String {
    format!("<t:{}:D>", at.timestamp())
}

/// `Buy` or `Sell`.
pub(crate) const fn side(side: Side) -> &'static str {
    match side {
        Side::Buy => "Buy",
        Side::Sell => "Sell",
    }
}

/// `debit` or `credit`: what the price of a spread is.
pub(crate) const fn net(side: Side) -> &'static str {
    match side {
        Side::Buy => "debit",
        Side::Sell => "credit",
    }
}

/// `spread` of one, `spreads` of more.
pub(crate) fn spreads(count: Decimal) -> &'static str {
    if count == Decimal::ONE { "spread" } else { "spreads" }
}

/// `5 AAPL`, `2 AAPL spreads`, `$50.00 of AAPL`.
pub(crate) fn size(order: &Order) -> String {
    let symbol = prose(order.symbol.as_str(), SYMBOL);
    match (order.size, order.symbol.kind()) {
        (Size::Shares(qty), AssetKind::Contract(contract)) => {
            format!("{qty} {}", prose(&contract.to_string(), CONTRACT))
        }
        (Size::Shares(qty), _) if !order.class.legs().is_empty() => format!("{qty} {symbol} {}", spreads(qty.get())),
        (Size::Shares(qty), _) => format!("{qty} {symbol}"),
        (Size::Dollars(amount), _) => format!("{amount} of {symbol}"),
    }
}

/// `Buy 5 AAPL at the market`, `Sell $50.00 of AAPL at $184.50 or better`.
pub(crate) fn order(order: &Order) -> String {
    let net = match (&order.class, order.side) {
        (Class::MultiLeg(_), Side::Buy) if order.pricing.limit().is_some() => ", a debit",
        (Class::MultiLeg(_), Side::Sell) => ", a credit",
        _ => "",
    };
    let instead = if order.replaces.is_some() { "Replace: " } else { "" };
    let word = if matches!(order.class, Class::MultiLeg(_)) { "Trade" } else { side(order.side) };
    format!("{instead}{word} {} {}{}{net}", size(order), order.pricing, order.class)
}

/// `Market · day`, `Limit $184.50 · until canceled · extended hours`.
pub(crate) fn terms(order: &Order) -> String {
    let price = match order.pricing {
        Pricing::Market => "Market".to_owned(),
        Pricing::Limit(limit) => format!("Limit {limit}"),
        Pricing::Stop(stop) => format!("Stop {stop}"),
        Pricing::StopLimit { stop, limit } => format!("Stop {stop}, limit {limit}"),
        Pricing::Trail(trail) => format!("Trailing stop {trail}"),
    };
    let hours = if order.extended_hours { " · extended hours" } else { "" };
    format!("{price} · {}{hours}", time(order.time_in_force))
}

/// How long an order works, in words.
pub(crate) const fn time(tif: TimeInForce) -> &'static str {
    match tif {
        TimeInForce::Day => "day",
        TimeInForce::Gtc => "until canceled",
        TimeInForce::Opg => "at the open",
        TimeInForce::Cls => "at the close",
        TimeInForce::Ioc => "at once, rest canceled",
        TimeInForce::Fok => "at once and whole, or not at all",
    }
}

/// When the market would take an order up.
pub(crate) fn session(order: &Order, clock: &MarketClock) -> String {
    if order.symbol.kind() == AssetKind::Crypto {
        return "Crypto trades around the clock".to_owned();
    }
    if clock.is_open {
        return format!("Market open until {}", eastern(clock.next_close));
    }
    if order.extended_hours {
        return format!("Regular session closed until {}; works in extended hours before", eastern(clock.next_open));
    }
    format!("Market closed: queues until {}", eastern(clock.next_open))
}
