//! alpaca-py's market data clients.

use crate::tools;
use rust_decimal::Decimal;
use serde_json::Value;
use sim::clock::WorldClock;
use sim::exchange::{Environment, ExchangeServer};

#[tokio::test(flavor = "multi_thread")]
async fn alpaca_py_reads_the_market_unmodified() {
    let Some(mut script) = tools::python("data.py") else { return };
    let monday_noon = "2026-11-23T17:00:00Z";
    let clock = WorldClock::frozen_at(monday_noon.parse().expect("moment"));
    let server = ExchangeServer::open(clock, 11).await.expect("open ports");
    let keys = server.seed_account("guest", Environment::Paper, Decimal::from(100_000));
    server.turn(|knobs| knobs.requests_per_minute = 100_000);
    let (rest, data) = (server.origins().paper.clone(), server.origins().data.clone());
    let ran = tokio::task::spawn_blocking(move || {
        let settings = [
            ("REST", rest.as_str()),
            ("DATA", data.as_str()),
            ("KEY", keys.key_id.as_str()),
            ("SECRET", keys.secret.as_str()),
            ("NOW", monday_noon),
        ];
        let mut calls: Vec<Value> = Vec::new();
        let ended = tools::converse(script.envs(settings), |line| {
            calls.push(serde_json::from_str(line).unwrap_or_else(|_| panic!("the script said: {line}")));
            None
        });
        (ended, calls)
    });
    let (ended, calls) = ran.await.expect("the script was run");
    let refused: Vec<&Value> = calls.iter().filter(|call| call["outcome"] != "ok").collect();
    println!("PROMISE alpaca-py-data cases={} violations={}", calls.len(), refused.len());
    assert!(ended.success(), "the script ended with {ended}");
    assert!(refused.is_empty(), "{refused:#?}");
    assert!(calls.len() > 60, "only {} calls", calls.len());
}
