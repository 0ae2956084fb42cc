//! What becomes of an order.

use crate::trader::{Trader, dec, moment};
use chrono::TimeDelta;
use rust_decimal::Decimal;
use serde_json::{Value, json};

#[test]
fn a_market_order_goes_from_pending_new_through_new_to_filled() {
    let mut trader = Trader::at_noon();
    let order = trader.order("buy", "AAPL", "3", &json!({"client_order_id": "bot-1"}));
    assert_eq!((&order["status"], &order["filled_qty"]), (&json!("pending_new"), &json!("0")));
    assert_eq!(trader.reread(&order)["status"], "pending_new", "no time has passed");
    trader.wait(TimeDelta::milliseconds(5));
    assert_eq!(trader.reread(&order)["status"], "pending_new", "not yet");
    trader.wait(TimeDelta::milliseconds(1));
    let filled = trader.reread(&order);
    assert_eq!((&filled["status"], &filled["filled_avg_price"]), (&json!("filled"), &json!("100.02")));
    assert_eq!(trader.events(), ["pending_new", "new", "fill"]);
    assert_eq!(trader.cash(), dec("9699.94"));
    let found = trader.get("/v2/orders:by_client_order_id?client_order_id=bot-1");
    assert_eq!(found, filled);
}

#[test]
fn a_limit_order_waits_for_its_price_and_takes_the_better_one() {
    let mut trader = Trader::at_noon();
    let order = trader.limit("buy", "AAPL", "2", "95");
    trader.blink();
    assert_eq!(trader.reread(&order)["status"], "new");
    trader.quote("AAPL", "94.00", "94.50");
    trader.blink();
    let filled = trader.reread(&order);
    assert_eq!((&filled["status"], &filled["filled_avg_price"]), (&json!("filled"), &json!("94.5")));
    let sell = trader.limit("sell", "AAPL", "2", "96");
    trader.blink();
    assert_eq!(trader.reread(&sell)["status"], "new");
    trader.quote("AAPL", "96.20", "96.30");
    trader.blink();
    assert_eq!(trader.reread(&sell)["filled_avg_price"], "96.2");
    assert_eq!(trader.get("/v2/positions"), json!([]));
}

#[test]
fn a_dollar_order_buys_what_the_dollars_buy() {
    let mut trader = Trader::at_noon();
    let order = trader.order("buy", "AAPL", "", &json!({"qty": null, "notional": "250.55"}));
    assert_eq!((&order["qty"], &order["notional"]), (&Value::Null, &json!("250.55")));
    trader.blink();
    let filled = trader.reread(&order);
    assert_eq!((&filled["status"], &filled["filled_qty"]), (&json!("filled"), &json!("2.504999")));
    let spent = Decimal::from(10_000) - trader.cash();
    assert!(spent <= dec("250.55") && spent > dec("250.549"), "{spent}");
}

#[test]
fn a_partial_fill_is_followed_by_the_rest() {
    let mut trader = Trader::at_noon();
    trader.exchange.knobs.partial_fill_percent = 100;
    let order = trader.order("buy", "F", "100", &json!({}));
    trader.wait(TimeDelta::milliseconds(10));
    let part = trader.reread(&order);
    assert_eq!(part["status"], "partially_filled");
    let first = dec(part["filled_qty"].as_str().expect("filled"));
    assert!(first > Decimal::ZERO && first < Decimal::from(100) && first.fract().is_zero(), "{first}");
    assert_eq!(trader.get("/v2/positions/F")["qty"], part["filled_qty"]);
    trader.exchange.knobs.partial_fill_percent = 0;
    trader.blink();
    assert_eq!(trader.reread(&order)["status"], "filled");
    assert_eq!(trader.events(), ["pending_new", "new", "partial_fill", "fill"]);
    assert_eq!(trader.cash(), dec("8999"));
}

#[test]
fn a_day_order_expires_at_the_close_and_a_gtc_order_does_not() {
    let mut trader = Trader::at_noon();
    let day = trader.limit("buy", "AAPL", "1", "50");
    let gtc = trader.order("buy", "AAPL", "1", &json!({"type": "limit", "limit_price": "50", "time_in_force": "gtc"}));
    assert_eq!(day["expires_at"], "2026-11-23T21:00:00Z");
    assert_eq!(gtc["expires_at"], "2027-02-21T21:15:00Z");
    trader.wait(TimeDelta::hours(20));
    let ended = trader.reread(&day);
    assert_eq!((&ended["status"], &ended["expired_at"]), (&json!("expired"), &json!("2026-11-23T21:00:00Z")));
    assert_eq!(trader.reread(&gtc)["status"], "new");
    trader.wait(TimeDelta::days(91));
    assert_eq!(trader.reread(&gtc)["status"], "expired");
}

#[test]
fn an_order_given_over_the_weekend_trades_at_the_open() {
    let mut trader = Trader::at(moment("2026-11-21T15:00:00Z")); // Saturday
    let order = trader.order("buy", "AAPL", "1", &json!({}));
    assert_eq!((&order["status"], &order["expires_at"]), (&json!("accepted"), &json!("2026-11-23T21:00:00Z")));
    trader.wait(TimeDelta::hours(47));
    assert_eq!(trader.reread(&order)["status"], "accepted", "Monday morning, before the bell");
    trader.wait(TimeDelta::hours(1));
    let filled = trader.reread(&order);
    assert_eq!((&filled["status"], &filled["filled_at"]), (&json!("filled"), &json!("2026-11-23T14:30:00Z")));
    assert_eq!(trader.events(), ["accepted", "new", "fill"]);
}

#[test]
fn a_cancel_frees_the_money_and_a_second_cancel_is_refused() {
    let mut trader = Trader::at_noon();
    let order = trader.limit("buy", "AAPL", "10", "50");
    trader.blink();
    let path = format!("/v2/orders/{}", order["id"].as_str().expect("id"));
    assert_eq!(trader.ask("DELETE", &path, &Value::Null), (204, Value::Null));
    let canceled = trader.reread(&order);
    assert_eq!(canceled["status"], "canceled");
    assert!(canceled["canceled_at"].is_string());
    assert_eq!(trader.get("/v2/account")["buying_power"], "10000");
    let (status, body) = trader.ask("DELETE", &path, &Value::Null);
    assert_eq!((status, &body["code"]), (422, &json!(42_210_000)));
    assert_eq!(body["message"], "order is already in \"canceled\" state");
    let unknown = "/v2/orders/00000000-0000-4000-8000-000000000000";
    assert_eq!(trader.ask("DELETE", unknown, &Value::Null).0, 404);
    assert_eq!(trader.ask("DELETE", "/v2/orders/not-a-uuid", &Value::Null).1["message"], "order_id is missing");
}

#[test]
fn cancelling_everything_names_each_order() {
    let mut trader = Trader::at_noon();
    assert_eq!(trader.ask("DELETE", "/v2/orders", &Value::Null), (207, json!([])));
    let ids: Vec<Value> = ["50", "51"].map(|price| trader.limit("buy", "AAPL", "1", price)["id"].clone()).to_vec();
    let (status, body) = trader.ask("DELETE", "/v2/orders", &Value::Null);
    assert_eq!(status, 207);
    assert_eq!(body, json!([{"id": ids[0], "status": 200}, {"id": ids[1], "status": 200}]));
    assert_eq!(trader.get("/v2/orders"), json!([]));
}

#[test]
fn an_order_can_fill_while_its_cancel_is_on_the_way() {
    let mut trader = Trader::at_noon();
    trader.exchange.knobs.cancel_latency = TimeDelta::milliseconds(500);
    let order = trader.limit("buy", "AAPL", "1", "95");
    trader.blink();
    let path = format!("/v2/orders/{}", order["id"].as_str().expect("id"));
    assert_eq!(trader.ask("DELETE", &path, &Value::Null).0, 204);
    assert_eq!(trader.reread(&order)["status"], "pending_cancel");
    trader.quote("AAPL", "94", "94.5");
    trader.blink();
    assert_eq!(trader.reread(&order)["status"], "filled");
    assert_eq!(trader.events(), ["pending_new", "new", "pending_cancel", "fill"]);
}

#[test]
fn nothing_trades_on_an_empty_side() {
    let mut trader = Trader::at_noon();
    let order = trader.order("buy", "AAPL", "1", &json!({}));
    trader.quote("AAPL", "99", "0");
    trader.blink();
    assert_eq!(trader.reread(&order)["status"], "new");
    trader.quote("AAPL", "99", "101");
    trader.blink();
    assert_eq!(trader.reread(&order)["status"], "filled");
}

#[test]
fn the_close_takes_the_days_equity() {
    let mut trader = Trader::at_noon();
    trader.own("AAPL", "10");
    trader.quote("AAPL", "109.99", "110.01");
    trader.wait(TimeDelta::hours(5));
    let account = trader.get("/v2/account");
    assert_eq!((&account["last_equity"], &account["balance_asof"]), (&json!("10099.8"), &json!("2026-11-23")));
    trader.wait(TimeDelta::hours(20));
    trader.quote("AAPL", "111.99", "112.01");
    let position = trader.get("/v2/positions/AAPL");
    assert_eq!((&position["unrealized_pl"], &position["lastday_price"]), (&json!("119.8"), &json!("110")));
    assert_eq!(position["unrealized_intraday_pl"], "20");
}
