//! alpaca-py's `TradingClient` and `TradingStream`.

use crate::tools;
use rust_decimal::Decimal;
use serde_json::Value;
use sim::clock::WorldClock;
use sim::exchange::{Environment, ExchangeServer};

/// Calls that the exchange does not serve, by the client's name for them: the vendor has deprecated them.
const NOT_SERVED: [&str; 1] = ["get_corporate_announcements"];

#[tokio::test(flavor = "multi_thread")]
async fn alpaca_py_trades_on_the_exchange_unmodified() {
    let Some(mut script) = tools::python("trading.py") else { return };
    let monday_noon = "2026-11-23T17:00:00Z".parse().expect("moment");
    let server = ExchangeServer::open(WorldClock::running_from(monday_noon), 11).await.expect("open ports");
    let keys = server.seed_account("guest", Environment::Paper, Decimal::from(100_000));
    server.turn(|knobs| knobs.requests_per_minute = 100_000);
    let (rest, stream) = (server.origins().paper.clone(), server.origins().stream(Environment::Paper));
    let data = server.origins().data.clone();
    let floor = server.floor();
    let ran = tokio::task::spawn_blocking(move || {
        let settings = [
            ("REST", rest.as_str()),
            ("STREAM", stream.as_str()),
            ("DATA", data.as_str()),
            ("KEY", keys.key_id.as_str()),
            ("SECRET", keys.secret.as_str()),
        ];
        let mut calls: Vec<Value> = Vec::new();
        let ended = tools::converse(script.envs(settings), |line| {
            let said: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("the script said: {line}"));
            if let Some([symbol, bid, ask]) = said["quote"].as_array().map(Vec::as_slice) {
                let price = |text: &Value| text.as_str().and_then(|text| text.parse().ok()).expect("a price");
                floor.set_quote(symbol.as_str().expect("a symbol"), price(bid), price(ask));
                return Some("done".to_owned());
            }
            calls.push(said);
            None
        });
        (ended, calls)
    });
    let (ended, calls) = ran.await.expect("the script was run");
    let refused: Vec<&Value> = calls.iter().filter(|call| call["outcome"] != "ok").collect();
    let known = |call: &&&Value| NOT_SERVED.iter().any(|name| call["call"] == *name);
    let not_served = refused.iter().filter(known).count();
    let (total, unexpected) = (calls.len(), refused.len() - not_served);
    println!("FOREIGN alpaca-py TradingClient calls={total} refused={unexpected} not_served={not_served}");
    let news: Vec<_> = refused.iter().filter(|call| !known(call)).collect();
    assert!(news.is_empty() && ended.success(), "{ended}: {news:#?}");
    assert!(total > 60, "{total} calls");
}
