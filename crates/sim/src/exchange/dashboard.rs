//! What the demo's page shows of an account.

use super::json::{self, money};
use super::venue::Exchange;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Always on the page, with whatever the account holds.
const SHOWN: [&str; 8] = ["AAPL", "MSFT", "NVDA", "TSLA", "AMZN", "SPY", "QQQ", "F"];
/// How many orders the page lists.
const ORDERS: usize = 50;

/// Everything about an account in one document; null for one that is not here.
pub(super) fn draw(exchange: &Exchange, id: Uuid, now: DateTime<Utc>) -> Value {
    let Some((account, keys)) = exchange.account(id).zip(exchange.keys(id)) else { return Value::Null };
    let market = &exchange.market;
    let sums = account.sums(market);
    let held = account.positions.keys().map(String::as_str);
    let quotes: Map<String, Value> = SHOWN
        .into_iter()
        .chain(held)
        .filter_map(|symbol| {
            let ticker = market.ticker(symbol)?;
            let quote = ticker.quote();
            let (bid, ask, last) = (money(quote.bid), money(quote.ask), money(ticker.last()));
            Some((symbol.to_owned(), json!({"name": ticker.asset.name, "bid": bid, "ask": ask, "last": last})))
        })
        .collect();
    let position = |position| json::position(position, market, account.held(&position.symbol));
    json!({
        "account_id": account.id,
        "account_number": account.number,
        "name": account.name,
        "environment": account.environment.name(),
        "key_id": keys.key_id,
        "secret": keys.secret,
        "at": json::stamp(now),
        "market_open": market.is_open(now),
        "cash": money(account.cash),
        "equity": money(sums.equity),
        "buying_power": money(sums.buying_power),
        "positions": account.positions.values().map(position).collect::<Value>(),
        "orders": account.orders().iter().rev().take(ORDERS).map(json::order).collect::<Value>(),
        "quotes": quotes,
    })
}
