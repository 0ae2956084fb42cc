//! Who moves most, and who trades most.

use super::super::assets::{Asset, AssetClass};
use super::super::bars::Clerk;
use super::super::errors::{Refusal, bad_request};
use super::super::json::{number, stamp};
use super::super::routes::{Call, Reply};
use super::super::venue::Exchange;
use super::check_names;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::cmp::Reverse;

/// Shares that trade at least this much in a minute are screened.
const LIQUID: u64 = 3_900;

/// A candidate's day.
struct Day {
    symbol: String,
    price: Decimal,
    change: Decimal,
    percent: Decimal,
    volume: Decimal,
    trades: u64,
}

fn days(exchange: &Exchange, call: &Call<'_>, class: AssetClass) -> Vec<Day> {
    let market = &exchange.market;
    let screened = |asset: &&Asset| {
        let liquid = asset.class == AssetClass::Crypto || asset.depth >= LIQUID;
        asset.class == class && asset.active && asset.tradable && liquid
    };
    let day = |asset: &Asset| {
        let clerk = Clerk::at(market, &asset.symbol, call.now)?;
        let (Some(today), Some(before)) = clerk.last_days() else { return None };
        let price = clerk.ticker.last();
        let change = price - before.close;
        let percent = (change / before.close * Decimal::ONE_HUNDRED).round_dp(2);
        let (volume, trades) = (today.volume, today.trades);
        Some(Day { symbol: asset.symbol.clone(), price, change, percent, volume, trades })
    };
    market.assets().filter(screened).filter_map(day).collect()
}

pub(super) fn movers(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    check_names(call, &[&["top"]])?;
    let top = super::count(call, "top", 10, 50)?;
    let class = if call.subject == "crypto" { AssetClass::Crypto } else { AssetClass::Equity };
    let mut days = days(exchange, call, class);
    days.sort_by(|one, other| (one.percent, &one.symbol).cmp(&(other.percent, &other.symbol)));
    let row = |day: &Day| json!({"symbol": day.symbol, "price": number(day.price), "change": number(day.change), "percent_change": number(day.percent)});
    let losers: Value = days.iter().filter(|day| day.percent < Decimal::ZERO).take(top).map(row).collect();
    let gainers: Value = days.iter().rev().filter(|day| day.percent > Decimal::ZERO).take(top).map(row).collect();
    let updated = stamp(call.now);
    Ok(Reply::Json(json!({"gainers": gainers, "losers": losers, "market_type": call.subject, "last_updated": updated})))
}

pub(super) fn most_actives(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    check_names(call, &[&["by", "top"]])?;
    let top = super::count(call, "top", 10, 100)?;
    let mut days = days(exchange, call, AssetClass::Equity);
    match call.params.get("by") {
        None | Some("volume") => days.sort_by_key(|day| Reverse(day.volume)),
        Some("trades") => days.sort_by_key(|day| Reverse(day.trades)),
        Some(by) => return Err(bad_request(format!("invalid by: {by}"))),
    }
    let row = |day: &Day| json!({"symbol": day.symbol, "volume": number(day.volume), "trade_count": day.trades});
    let rows: Value = days.iter().take(top).map(row).collect();
    Ok(Reply::Json(json!({"most_actives": rows, "last_updated": stamp(call.now)})))
}
