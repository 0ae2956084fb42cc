//! The data host: which endpoint a path means, and what it refuses before it looks anything up.

mod chain;
mod coins;
mod form;
mod history;
mod meta;
mod news;
mod payouts;
mod screener;
mod stocks;

use super::errors::{self, Refusal, bad_request};
use super::routes::{Call, Endpoint, Reply};
use super::venue::Exchange;

/// What a history is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Series {
    /// Bars of a timeframe.
    Bars,
    /// Single trades.
    Trades,
    /// Single quotes.
    Quotes,
    /// Opening and closing auctions.
    Auctions,
}

/// What is asked for as it stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Latest {
    /// The last minute bar.
    Bars,
    /// The last trade.
    Trades,
    /// The present quote.
    Quotes,
    /// Bids and asks in depth.
    Orderbooks,
    /// All of it.
    Snapshots,
}

fn series(word: &str) -> Option<Series> {
    match word {
        "bars" => Some(Series::Bars),
        "trades" => Some(Series::Trades),
        "quotes" => Some(Series::Quotes),
        "auctions" => Some(Series::Auctions),
        _ => None,
    }
}

/// The endpoint a path means, and the symbol or place in it.
pub(super) fn route<'a>(method: &str, parts: &[&'a str]) -> (Endpoint, &'a str) {
    let named = |word: &str, endpoint: fn(Series) -> Endpoint| series(word).map_or(Endpoint::Unknown, endpoint);
    match (method, parts) {
        ("GET", ["v2", "stocks", "quotes", "latest"]) => (Endpoint::LatestQuotes, ""),
        ("GET", ["v2", "stocks", "trades", "latest"]) => (Endpoint::LatestTrades, ""),
        ("GET", ["v2", "stocks", "bars", "latest"]) => (Endpoint::LatestBars, ""),
        ("GET", ["v2", "stocks", "snapshots"]) => (Endpoint::Snapshots, ""),
        ("GET", ["v2", "stocks", "meta", "exchanges"]) => (Endpoint::StockMeta, "exchanges"),
        ("GET", ["v2", "stocks", "meta", "conditions", kind]) => (Endpoint::StockMeta, *kind),
        ("GET", ["v2", "stocks", symbol, "quotes", "latest"]) => (Endpoint::LatestQuote, *symbol),
        ("GET", ["v2", "stocks", symbol, "trades", "latest"]) => (Endpoint::LatestTrade, *symbol),
        ("GET", ["v2", "stocks", symbol, "bars", "latest"]) => (Endpoint::LatestBar, *symbol),
        ("GET", ["v2", "stocks", symbol, "snapshot"]) => (Endpoint::Snapshot, *symbol),
        ("GET", ["v2", "stocks", word]) => (named(word, Endpoint::StockHistory), ""),
        ("GET", ["v2", "stocks", symbol, word]) => (named(word, Endpoint::StockHistory), *symbol),
        ("GET", ["v1beta3", "crypto", place, "latest", "bars"]) => (Endpoint::CryptoLatest(Latest::Bars), *place),
        ("GET", ["v1beta3", "crypto", place, "latest", "trades"]) => (Endpoint::CryptoLatest(Latest::Trades), *place),
        ("GET", ["v1beta3", "crypto", place, "latest", "quotes"]) => (Endpoint::CryptoLatest(Latest::Quotes), *place),
        ("GET", ["v1beta3", "crypto", place, "latest", "orderbooks"]) => {
            (Endpoint::CryptoLatest(Latest::Orderbooks), *place)
        }
        ("GET", ["v1beta3", "crypto", place, "snapshots"]) => (Endpoint::CryptoLatest(Latest::Snapshots), *place),
        ("GET", ["v1beta3", "crypto", place, word @ ("bars" | "trades" | "quotes")]) => {
            (named(word, Endpoint::CryptoHistory), *place)
        }
        ("GET", ["v1beta1", "options", "quotes", "latest"]) => (Endpoint::OptionLatest(Latest::Quotes), ""),
        ("GET", ["v1beta1", "options", "trades", "latest"]) => (Endpoint::OptionLatest(Latest::Trades), ""),
        ("GET", ["v1beta1", "options", "snapshots"]) => (Endpoint::OptionLatest(Latest::Snapshots), ""),
        ("GET", ["v1beta1", "options", "snapshots", underlying]) => (Endpoint::OptionChain, *underlying),
        ("GET", ["v1beta1", "options", "meta", "exchanges"]) => (Endpoint::OptionMeta, "exchanges"),
        ("GET", ["v1beta1", "options", "meta", "conditions", kind]) => (Endpoint::OptionMeta, *kind),
        ("GET", ["v1beta1", "options", word @ ("bars" | "trades")]) => (named(word, Endpoint::OptionHistory), ""),
        ("GET", ["v1beta1", "news"]) => (Endpoint::News, ""),
        ("GET", ["v1", "corporate-actions"]) => (Endpoint::CorporateActions, ""),
        ("GET", ["v1beta1", "screener", "stocks", "most-actives"]) => (Endpoint::MostActives, ""),
        ("GET", ["v1beta1", "screener", market @ ("stocks" | "crypto"), "movers"]) => (Endpoint::Movers, *market),
        _ => (Endpoint::Unknown, ""),
    }
}

pub(super) fn answer(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    match call.endpoint {
        Endpoint::LatestQuotes | Endpoint::LatestTrades | Endpoint::LatestBars | Endpoint::Snapshots => {
            stocks::several(exchange, call)
        }
        Endpoint::LatestQuote | Endpoint::LatestTrade | Endpoint::LatestBar | Endpoint::Snapshot => {
            stocks::single(exchange, call)
        }
        Endpoint::StockHistory(series) => stocks::history(exchange, call, series),
        Endpoint::StockMeta => meta::stocks(call),
        Endpoint::CryptoHistory(series) => coins::history(exchange, call, series),
        Endpoint::CryptoLatest(latest) => coins::latest(exchange, call, latest),
        Endpoint::OptionHistory(series) => chain::history(exchange, call, series),
        Endpoint::OptionLatest(latest) => chain::latest(exchange, call, latest),
        Endpoint::OptionChain => chain::chain(exchange, call),
        Endpoint::OptionMeta => meta::options(call),
        Endpoint::News => news::list(exchange, call),
        Endpoint::CorporateActions => payouts::list(exchange, call),
        Endpoint::Movers => screener::movers(exchange, call),
        Endpoint::MostActives => screener::most_actives(exchange, call),
        _ => Err(errors::endpoint_not_found()),
    }
}

/// Refuses parameters that the endpoint does not know.
fn check_names(call: &Call<'_>, allowed: &[&[&str]]) -> Result<(), Refusal> {
    let unknown: Vec<&str> =
        call.params.names().filter(|name| !allowed.iter().any(|some| some.contains(name))).collect();
    if unknown.is_empty() { Ok(()) } else { Err(errors::unexpected_parameters(&unknown.join(", "))) }
}

/// The symbols asked for, each checked.
fn symbols(call: &Call<'_>, check: fn(&str) -> bool) -> Result<Vec<String>, Refusal> {
    let symbols = call.params.list("symbols").filter(|symbols| !symbols.is_empty());
    let symbols = symbols.ok_or_else(|| bad_request("symbols is required"))?;
    match symbols.iter().find(|symbol| !check(symbol)) {
        Some(symbol) => Err(invalid_symbol(symbol)),
        None => Ok(symbols),
    }
}

fn invalid_symbol(symbol: &str) -> Refusal {
    bad_request(format!("invalid symbol: {symbol}"))
}

/// A count between one and the most allowed.
fn count(call: &Call<'_>, name: &str, otherwise: usize, most: usize) -> Result<usize, Refusal> {
    let Some(text) = call.params.get(name) else { return Ok(otherwise) };
    match text.parse::<i64>() {
        Err(_) => Err(bad_request(format!("invalid {name}: {text}"))),
        Ok(..=0) => Err(bad_request(format!("invalid {name}: must be positive"))),
        Ok(number) => usize::try_from(number)
            .ok()
            .filter(|number| *number <= most)
            .ok_or_else(|| bad_request(format!("invalid {name}: larger than the allowed maximum of {most}"))),
    }
}
