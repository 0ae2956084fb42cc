//! The data host: latest quotes, latest trades and snapshots of stocks.

use super::errors::{self, Refusal, bad_request};
use super::json;
use super::market::Ticker;
use super::routes::{Call, Endpoint, Reply};
use super::venue::Exchange;
use serde_json::{Map, Value, json};

/// Refuses what the data host refuses: parameters it does not know, feeds it does not have or the plan does not cover.
fn check(exchange: &Exchange, call: &Call<'_>, allowed: &[&str]) -> Result<(), Refusal> {
    let unknown: Vec<&str> = call.params.names().filter(|name| !allowed.contains(name)).collect();
    if !unknown.is_empty() {
        return Err(errors::unexpected_parameters(&unknown.join(", ")));
    }
    match call.params.get("feed") {
        None | Some("iex" | "delayed_sip" | "boats" | "overnight" | "otc") => {}
        Some("sip") if exchange.knobs.sip => {}
        Some("sip") => return Err(errors::forbidden("subscription does not permit querying recent SIP data")),
        Some(feed) => return Err(bad_request(format!("invalid feed: {feed}"))),
    }
    match call.params.get("currency") {
        None | Some("USD") => Ok(()),
        Some(currency) => Err(bad_request(format!("invalid currency: {currency}"))),
    }
}

fn check_symbol(symbol: &str) -> Result<(), Refusal> {
    let good = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '.';
    if symbol.is_empty() || symbol.len() > 12 || !symbol.chars().all(good) {
        return Err(bad_request(format!("invalid symbol: {symbol}")));
    }
    Ok(())
}

/// The name a single item has in its answer, and how it is written.
fn form(endpoint: Endpoint) -> (&'static str, fn(&Ticker) -> Value) {
    match endpoint {
        Endpoint::LatestQuotes => ("quotes", json::quote),
        Endpoint::LatestTrades => ("trades", json::trade),
        Endpoint::LatestQuote => ("quote", json::quote),
        Endpoint::LatestTrade => ("trade", json::trade),
        _ => ("snapshot", json::snapshot),
    }
}

/// `?symbols=`: unknown symbols are left out. Snapshots come without a wrapper.
pub(super) fn several(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    check(exchange, call, &["symbols", "feed", "currency"])?;
    let symbols = call.params.list("symbols").ok_or_else(|| bad_request("symbols is required"))?;
    symbols.iter().try_for_each(|symbol| check_symbol(symbol))?;
    let (name, write) = form(call.endpoint);
    let known = symbols.iter().filter_map(|symbol| Some((symbol.clone(), write(exchange.market.ticker(symbol)?))));
    let rows: Map<String, Value> = known.collect();
    Ok(Reply::Json(if call.endpoint == Endpoint::Snapshots { Value::Object(rows) } else { json!({name: rows}) }))
}

pub(super) fn single(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    check(exchange, call, &["feed", "currency"])?;
    check_symbol(&call.subject)?;
    let (name, write) = form(call.endpoint);
    let missing = || Refusal { code: None, ..errors::not_found(format!("no {name} found for {}", call.subject)) };
    let ticker = exchange.market.ticker(&call.subject).ok_or_else(missing)?;
    let mut answer = match call.endpoint {
        Endpoint::Snapshot => write(ticker),
        _ => json!({name: write(ticker)}),
    };
    answer["symbol"] = call.subject.as_str().into();
    Ok(Reply::Json(answer))
}
