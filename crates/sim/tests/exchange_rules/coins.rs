//! Coins: around the clock, in fractions, for what is there, at a fee.

use crate::trader::{Trader, dec, moment};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// A Saturday night, when nothing but coins trades.
fn saturday() -> Trader {
    let mut trader = Trader::at(moment("2026-11-22T03:00:00Z"));
    trader.quote("BTC/USD", "49990", "50000");
    trader
}

fn try_coin(trader: &mut Trader, side: &str, qty: &str, change: &Value) -> (u16, Value) {
    let mut body = json!({"time_in_force": "gtc"});
    for (key, value) in change.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    trader.try_order(side, "BTC/USD", qty, &body)
}

#[test]
fn coins_trade_on_a_saturday_night_and_the_fee_is_kept_of_what_is_received() {
    let mut trader = saturday();
    let (status, order) = try_coin(&mut trader, "buy", "0.1", &json!({}));
    assert_eq!((status, &order["status"], &order["asset_class"]), (200, &json!("pending_new"), &json!("crypto")));
    trader.blink();
    assert_eq!(trader.reread(&order)["filled_qty"], "0.1");
    assert_eq!(trader.cash(), dec("5000"));
    let position = trader.get("/v2/positions/BTCUSD");
    assert_eq!((&position["symbol"], &position["qty"]), (&json!("BTCUSD"), &json!("0.09975")));
    assert_eq!((&position["asset_class"], &position["avg_entry_price"]), (&json!("crypto"), &json!("50000")));
    let (status, close) = trader.ask("DELETE", "/v2/positions/BTCUSD", &Value::Null);
    assert_eq!((status, &close["time_in_force"], &close["symbol"]), (200, &json!("gtc"), &json!("BTC/USD")));
    trader.blink();
    let proceeds = dec("0.09975") * dec("49990");
    assert_eq!(trader.cash(), dec("5000") + proceeds - proceeds * dec("0.0025"));
    assert_eq!(trader.get("/v2/orders?status=all&symbols=BTCUSD").as_array().map(Vec::len), Some(2));
    assert_eq!(trader.get("/v2/orders?status=all&asset_class=us_equity"), json!([]));
}

#[test]
fn dollars_buy_coins_below_their_collar() {
    let mut trader = saturday();
    let (_, order) = try_coin(&mut trader, "buy", "", &json!({"qty": null, "notional": "510"}));
    trader.blink();
    let filled = trader.reread(&order);
    assert_eq!((&filled["status"], &filled["filled_qty"]), (&json!("filled"), &json!("0.01")));
}

#[test]
fn what_coins_do_not_take_is_refused() {
    let mut trader = saturday();
    let cases = [
        ("buy", "0.1", json!({"time_in_force": "day"}), 422, "invalid crypto time_in_force"),
        ("buy", "0.1", json!({"type": "stop", "stop_price": "60000"}), 422, "invalid order type for crypto order"),
        (
            "buy",
            "0.1",
            json!({"type": "trailing_stop", "trail_price": "6"}),
            422,
            "invalid order type for crypto order",
        ),
        ("buy", "0.0001", json!({}), 403, "cost basis must be >= minimal amount of order 10"),
        ("buy", "5", json!({}), 403, "order notional must be <= 200000"),
        ("buy", "1", json!({}), 403, "insufficient balance for USD (requested: 50000, available: 10000)"),
        ("sell", "1", json!({}), 403, "insufficient balance for BTC (requested: 1, available: 0)"),
        (
            "buy",
            "0.1",
            json!({"type": "limit", "limit_price": "100.0000000001"}),
            422,
            "invalid limit_price 100.0000000001. sub-penny increment does not fulfill minimum pricing criteria",
        ),
    ];
    for (side, qty, change, status, message) in cases {
        let (got, body) = try_coin(&mut trader, side, qty, &change);
        assert_eq!((got, &body["message"]), (status, &json!(message)), "{side} {qty} {change}");
    }
    let (_, body) = try_coin(&mut trader, "sell", "1", &json!({}));
    assert_eq!((&body["available"], &body["balance"], &body["symbol"]), (&json!("0"), &json!("0"), &json!("BTC")));
}

#[test]
fn stop_limits_and_ioc_work_around_the_clock() {
    let mut trader = saturday();
    try_coin(&mut trader, "buy", "0.1", &json!({}));
    trader.blink();
    let stop = json!({"type": "stop_limit", "stop_price": "49000", "limit_price": "48000"});
    let (_, stop) = try_coin(&mut trader, "sell", "0.09", &stop);
    let (_, once) =
        try_coin(&mut trader, "buy", "0.01", &json!({"type": "limit", "limit_price": "40000", "time_in_force": "ioc"}));
    trader.wait(TimeDelta::hours(1));
    assert_eq!([&trader.reread(&stop)["status"], &trader.reread(&once)["status"]], ["new", "canceled"]);
    let (status, body) = try_coin(&mut trader, "sell", "0.05", &json!({}));
    assert_eq!((status, &body["available"]), (403, &json!("0.00975")), "the rest is held");
    trader.quote("BTC/USD", "48500", "48510");
    trader.blink();
    assert_eq!(trader.reread(&stop)["filled_avg_price"], "48500");
}
