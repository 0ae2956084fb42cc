//! How the data host writes things: numbers, and times in UTC.

use super::super::assets::Asset;
use super::super::bars::{Bar, Clerk};
use super::super::json::{number, stamp};
use super::super::market::{Quote, Ticker, Trade};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Value, json};

/// The exchange that the free feed shows.
const VENUE: &str = "V";

pub(super) fn bar(bar: &Bar) -> Value {
    json!({
        "t": stamp(bar.at), "o": number(bar.open), "h": number(bar.high), "l": number(bar.low), "c": number(bar.close),
        "v": number(bar.volume), "n": bar.trades, "vw": number(bar.average.round_dp(6)),
    })
}

/// The tape that a share is reported on.
fn tape(asset: &Asset) -> &'static str {
    match asset.exchange.as_str() {
        "NYSE" => "A",
        "NASDAQ" => "C",
        "OTC" => "O",
        _ => "B",
    }
}

fn hundreds(ticker: &Ticker<'_>, quote: &Quote) -> (u64, u64) {
    let (bid, ask) = if ticker.pins.is_empty() { ticker.line.sizes(quote.at.timestamp()) } else { (1, 1) };
    let shares = |price: Decimal, hundreds: u64| if price.is_zero() { 0 } else { 100 * hundreds };
    (shares(quote.bid, bid), shares(quote.ask, ask))
}

pub(super) fn stock_quote(ticker: &Ticker<'_>, quote: &Quote) -> Value {
    let (bid_size, ask_size) = hundreds(ticker, quote);
    json!({
        "t": stamp(quote.at),
        "ax": VENUE, "ap": number(quote.ask), "as": ask_size,
        "bx": VENUE, "bp": number(quote.bid), "bs": bid_size,
        "c": ["R"], "z": tape(ticker.asset),
    })
}

pub(super) fn stock_trade(ticker: &Ticker<'_>, trade: &Trade) -> Value {
    json!({
        "t": stamp(trade.at), "x": VENUE, "p": number(trade.price), "s": trade.size.to_u64(),
        "c": ["@"], "i": trade.id, "z": tape(ticker.asset),
    })
}

pub(super) fn coin_quote(ticker: &Ticker<'_>, quote: &Quote) -> Value {
    let (bid_size, ask_size) = hundreds(ticker, quote);
    let coins = |hundreds: u64| number(Decimal::from(hundreds) * ticker.line.unit);
    json!({
        "t": stamp(quote.at),
        "bp": number(quote.bid), "bs": coins(bid_size), "ap": number(quote.ask), "as": coins(ask_size),
    })
}

pub(super) fn coin_trade(trade: &Trade) -> Value {
    let taker = if trade.id % 2 == 0 { "B" } else { "S" };
    json!({"t": stamp(trade.at), "p": number(trade.price), "s": number(trade.size), "i": trade.id, "tks": taker})
}

/// All of a symbol as it stands; what is not there is left out.
pub(super) fn snapshot(clerk: &Clerk<'_>, quote: &Value, trade: &Value) -> Value {
    let mut snapshot = json!({"latestTrade": trade, "latestQuote": quote});
    let (day, day_before) = clerk.last_days();
    for (name, found) in [("minuteBar", clerk.latest()), ("dailyBar", day), ("prevDailyBar", day_before)] {
        if let Some(found) = found {
            snapshot[name] = bar(&found);
        }
    }
    snapshot
}
