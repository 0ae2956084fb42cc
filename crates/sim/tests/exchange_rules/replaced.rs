//! Replacing orders, and what can come in between.

use crate::trader::{Trader, dec};
use chrono::TimeDelta;
use serde_json::{Value, json};

fn patch(trader: &mut Trader, order: &Value, change: &Value) -> (u16, Value) {
    let path = format!("/v2/orders/{}", order["id"].as_str().expect("id"));
    trader.ask("PATCH", &path, change)
}

/// A limit order to buy ten at 95 that the venue has.
fn resting(trader: &mut Trader) -> Value {
    let order = trader.limit("buy", "AAPL", "10", "95");
    trader.blink();
    trader.events();
    order
}

#[test]
fn a_new_order_takes_the_place_of_the_old_one() {
    let mut trader = Trader::at_noon();
    let old = resting(&mut trader);
    let change = json!({"limit_price": "96", "qty": "12", "client_order_id": "second"});
    let (status, new) = patch(&mut trader, &old, &change);
    assert_eq!((status, &new["status"], &new["replaces"]), (200, &json!("pending_new"), &old["id"]));
    assert_eq!(
        (&new["qty"], &new["limit_price"], &new["client_order_id"]),
        (&json!("12"), &json!("96"), &json!("second"))
    );
    let pending = trader.reread(&old);
    assert_eq!((&pending["status"], &pending["replaced_by"]), (&json!("pending_replace"), &new["id"]));
    trader.wait(TimeDelta::milliseconds(6));
    let (old, new) = (trader.reread(&old), trader.reread(&new));
    assert_eq!((&old["status"], &new["status"]), (&json!("replaced"), &json!("new")));
    assert!(old["replaced_at"].is_string() && old["limit_price"] == "95");
    assert_eq!(trader.events(), ["pending_replace", "pending_new", "replaced", "new"]);
    assert_eq!(trader.get("/v2/orders").as_array().map(Vec::len), Some(1));
}

#[test]
fn a_fill_on_the_way_rejects_the_replacement() {
    let mut trader = Trader::at_noon();
    let old = resting(&mut trader);
    let (_, new) = patch(&mut trader, &old, &json!({"limit_price": "90"}));
    trader.quote("AAPL", "94", "94.50");
    trader.wait(TimeDelta::milliseconds(1));
    let (old, new) = (trader.reread(&old), trader.reread(&new));
    assert_eq!((&old["status"], &old["replaced_by"]), (&json!("filled"), &Value::Null));
    assert_eq!(new["status"], "rejected");
    assert!(new["failed_at"].is_string());
    assert_eq!(trader.events(), ["pending_replace", "pending_new", "fill", "rejected", "order_replace_rejected"]);
    assert_eq!(trader.get("/v2/account")["buying_power"], trader.get("/v2/account")["cash"]);
}

#[test]
fn the_quantity_is_that_of_the_whole_chain() {
    let mut trader = Trader::at_noon();
    trader.exchange.knobs.partial_fill_percent = 100;
    let old = trader.limit("buy", "F", "100", "10.01");
    trader.wait(TimeDelta::milliseconds(6));
    let part = trader.reread(&old);
    assert_eq!(part["status"], "partially_filled");
    let filled = dec(part["filled_qty"].as_str().expect("qty"));
    trader.quote("F", "10.50", "10.60");
    let (status, body) = patch(&mut trader, &old, &json!({"qty": part["filled_qty"]}));
    assert_eq!((status, &body["message"]), (422, &json!("qty must be > filled_qty")));
    let (_, new) = patch(&mut trader, &old, &json!({"limit_price": "10.60"}));
    assert_eq!(new["qty"], "100");
    trader.exchange.knobs.partial_fill_percent = 0;
    trader.blink();
    let (old, new) = (trader.reread(&old), trader.reread(&new));
    assert_eq!((&old["status"], &old["filled_qty"]), (&json!("replaced"), &part["filled_qty"]));
    assert_eq!((&new["status"], &new["filled_qty"]), (&json!("filled"), &json!("100")));
    assert_eq!(trader.get("/v2/positions/F")["qty"], "100", "nothing is bought twice");
    assert_eq!(trader.cash(), dec("10000") - filled * dec("10.01") - (dec("100") - filled) * dec("10.60"));
}

#[test]
fn while_both_live_the_larger_one_reserves() {
    let mut trader = Trader::at_noon();
    let old = resting(&mut trader); // 950 dollars
    for (change, power) in [(json!({"qty": "5"}), "9050"), (json!({"qty": "20"}), "8100")] {
        let target = trader.get("/v2/orders?direction=asc")[0].clone();
        assert_eq!(patch(&mut trader, &target, &change).0, 200);
        assert_eq!(trader.get("/v2/account")["buying_power"], power);
        trader.blink();
    }
    assert_eq!(trader.get("/v2/account")["buying_power"], "8100");
    let target = trader.get("/v2/orders")[0].clone();
    let (status, body) = patch(&mut trader, &target, &json!({"qty": "200"}));
    assert_eq!((status, &body["message"]), (403, &json!("insufficient buying power")));
    assert_eq!(trader.reread(&old)["status"], "replaced");
}

#[test]
fn what_cannot_be_replaced_says_why() {
    let mut trader = Trader::at_noon();
    let young = trader.limit("buy", "AAPL", "1", "90");
    let refused = |trader: &mut Trader, order: &Value, change: Value| {
        let (status, body) = patch(trader, order, &change);
        (status, body["code"].as_u64().unwrap_or_default(), body["message"].as_str().unwrap_or_default().to_owned())
    };
    let pending = refused(&mut trader, &young, json!({"qty": "2"}));
    assert_eq!(pending, (422, 42_210_000, "cannot replace order in pending_new status".into()));
    trader.blink();
    let cases = [
        (json!({}), 42_210_000, "order parameters are not changed"),
        (json!({"limit_price": "90.00"}), 42_210_000, "order parameters are not changed"),
        (json!({"stop_price": "80"}), 40_010_001, "stop_price is not allowed for limit orders"),
        (json!({"trail": "1"}), 40_010_001, "trail is only allowed for trailing_stop orders"),
        (json!({"qty": "1.5"}), 42_210_000, "qty of fractional orders cannot be changed"),
        (
            json!({"limit_price": "89.995"}),
            42_210_000,
            "invalid limit_price 89.995. sub-penny increment does not fulfill minimum pricing criteria",
        ),
        (json!({"time_in_force": "soon"}), 40_010_001, "invalid time_in_force"),
    ];
    for (change, code, message) in cases {
        assert_eq!(refused(&mut trader, &young, change), (422, code, message.into()));
    }
    let dollars = json!({"qty": null, "notional": "50", "type": "limit", "limit_price": "90"});
    let dollars = trader.order("buy", "AAPL", "", &dollars);
    trader.blink();
    assert_eq!(refused(&mut trader, &dollars, json!({"limit_price": "91"})).2, "notional orders cannot be replaced");
    let (_, next) = patch(&mut trader, &young, &json!({"qty": "2"}));
    assert_eq!(refused(&mut trader, &young, json!({"qty": "3"})).2, "cannot replace order in pending_replace status");
    trader.blink();
    assert_eq!(refused(&mut trader, &young, json!({"qty": "3"})).2, "order already replaced");
    let path = format!("/v2/orders/{}", next["id"].as_str().expect("id"));
    trader.ask("DELETE", &path, &Value::Null);
    assert_eq!(refused(&mut trader, &next, json!({"qty": "3"})).2, "unable to replace order, order is not open");
    let nowhere = json!({"id": "00000000-0000-4000-8000-000000000000"});
    assert_eq!(refused(&mut trader, &nowhere, json!({"qty": "3"})).0, 404);
}

#[test]
fn an_order_that_is_being_replaced_is_canceled_through_its_successor() {
    let mut trader = Trader::at_noon();
    let old = resting(&mut trader);
    let (_, new) = patch(&mut trader, &old, &json!({"qty": "5"}));
    let path = |order: &Value| format!("/v2/orders/{}", order["id"].as_str().expect("id"));
    assert_eq!(trader.ask("DELETE", &path(&old), &Value::Null).0, 422);
    let (status, results) = trader.ask("DELETE", "/v2/orders", &Value::Null);
    assert_eq!((status, &results[0]["status"], &results[1]["status"]), (207, &json!(422), &json!(200)));
    trader.blink();
    assert_eq!([&trader.reread(&old)["status"], &trader.reread(&new)["status"]], ["canceled", "canceled"]);
    assert_eq!(trader.get("/v2/account")["buying_power"], "10000");
}
