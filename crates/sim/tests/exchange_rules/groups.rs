//! Brackets, one-triggers-other, one-cancels-other.

use crate::trader::{Trader, dec};
use chrono::TimeDelta;
use serde_json::{Value, json};

fn bracket(trader: &mut Trader, qty: &str) -> Value {
    let change = json!({"order_class": "bracket", "time_in_force": "gtc", "take_profit": {"limit_price": "110"},
        "stop_loss": {"stop_price": "90"}});
    trader.order("buy", "AAPL", qty, &change)
}

fn statuses(trader: &mut Trader, entry: &Value) -> Vec<String> {
    let path = format!("/v2/orders/{}?nested=true", entry["id"].as_str().expect("id"));
    let seen = trader.get(&path);
    let legs = seen["legs"].as_array().cloned().unwrap_or_default();
    let word = |order: &Value| order["status"].as_str().expect("status").to_owned();
    std::iter::once(word(&seen)).chain(legs.iter().map(word)).collect()
}

#[test]
fn a_bracket_holds_its_exits_until_the_entry_is_filled() {
    let mut trader = Trader::at_noon();
    let entry = bracket(&mut trader, "10");
    let legs = entry["legs"].as_array().expect("legs");
    assert_eq!([&legs[0]["type"], &legs[1]["type"]], ["limit", "stop"]);
    assert!(legs.iter().all(|leg| leg["side"] == "sell" && leg["order_class"] == "bracket" && leg["qty"] == "10"));
    assert_eq!(statuses(&mut trader, &entry), ["pending_new", "held", "held"]);
    trader.blink();
    assert_eq!(statuses(&mut trader, &entry), ["filled", "new", "held"]);
    assert_eq!(trader.get("/v2/positions/AAPL")["qty_available"], "0");
    trader.quote("AAPL", "111", "111.10");
    trader.blink();
    assert_eq!(statuses(&mut trader, &entry), ["filled", "filled", "canceled"]);
    assert_eq!(trader.cash(), dec("10000") - dec("1000.20") + dec("1110"));
    let events = ["pending_new", "held", "held", "new", "fill", "new", "fill", "canceled"];
    assert_eq!(trader.events(), events);
}

#[test]
fn the_loss_to_stop_takes_over_and_cancels_the_profit_to_take() {
    let mut trader = Trader::at_noon();
    let entry = bracket(&mut trader, "10");
    trader.blink();
    trader.quote("AAPL", "89", "89.10");
    trader.blink();
    assert_eq!(statuses(&mut trader, &entry), ["filled", "canceled", "filled"]);
    assert_eq!(trader.get("/v2/positions"), json!([]));
}

#[test]
fn a_partly_taken_profit_shrinks_the_loss_to_stop() {
    let mut trader = Trader::at_noon();
    let entry = bracket(&mut trader, "50");
    trader.blink();
    trader.exchange.knobs.partial_fill_percent = 100;
    trader.quote("AAPL", "111", "111.10");
    trader.wait(TimeDelta::milliseconds(1));
    let (profit, loss) = (trader.reread(&entry["legs"][0]), trader.reread(&entry["legs"][1]));
    assert_eq!([&profit["status"], &loss["status"]], ["partially_filled", "held"]);
    let left = dec("50") - dec(profit["filled_qty"].as_str().expect("qty"));
    assert_eq!(dec(loss["qty"].as_str().expect("qty")), left);
    trader.quote("AAPL", "89", "89.10");
    trader.exchange.knobs.partial_fill_percent = 0;
    trader.blink();
    assert_eq!(statuses(&mut trader, &entry), ["filled", "canceled", "filled"]);
    assert_eq!(trader.get("/v2/positions"), json!([]), "nothing is sold twice");
}

#[test]
fn cancelling_one_cancels_the_group() {
    let mut trader = Trader::at_noon();
    for place in 0..3 {
        trader.quote("AAPL", "99.98", "100.02");
        let change = json!({"type": "limit", "limit_price": "95", "order_class": "bracket",
            "take_profit": {"limit_price": "110"}, "stop_loss": {"stop_price": "90", "limit_price": "89.50"}});
        let entry = trader.order("buy", "AAPL", "10", &change);
        trader.blink();
        let id = if place == 0 { &entry["id"] } else { &entry["legs"][place - 1]["id"] };
        let path = format!("/v2/orders/{}", id.as_str().expect("id"));
        assert_eq!(trader.ask("DELETE", &path, &Value::Null).0, 204);
        assert_eq!(statuses(&mut trader, &entry), ["canceled", "canceled", "canceled"]);
    }
    assert_eq!(trader.get("/v2/account")["buying_power"], "10000");
}

#[test]
fn one_triggers_other_releases_its_only_exit() {
    let mut trader = Trader::at_noon();
    let change = json!({"order_class": "oto", "stop_loss": {"stop_price": "95"}});
    let entry = trader.order("buy", "AAPL", "1", &change);
    trader.blink();
    assert_eq!(statuses(&mut trader, &entry), ["filled", "new"]);
    trader.quote("AAPL", "94", "94.10");
    trader.blink();
    assert_eq!(statuses(&mut trader, &entry), ["filled", "filled"]);
}

#[test]
fn one_cancels_other_holds_the_shares_once() {
    let mut trader = Trader::at_noon();
    trader.own("AAPL", "10");
    let change = json!({"type": "limit", "order_class": "oco", "take_profit": {"limit_price": "110"},
        "stop_loss": {"stop_price": "90"}});
    let profit = trader.order("sell", "AAPL", "10", &change);
    assert_eq!((&profit["limit_price"], &profit["legs"][0]["stop_price"]), (&json!("110"), &json!("90")));
    trader.blink();
    assert_eq!(statuses(&mut trader, &profit), ["new", "held"]);
    assert_eq!(trader.get("/v2/positions/AAPL")["qty_available"], "0");
    let (status, body) = trader.try_order("sell", "AAPL", "1", &json!({}));
    assert_eq!((status, &body["held_for_orders"]), (403, &json!("10")));
    trader.quote("AAPL", "89", "89.10");
    trader.blink();
    assert_eq!(statuses(&mut trader, &profit), ["canceled", "filled"]);
}

#[test]
fn a_leg_is_replaced_in_its_place() {
    let mut trader = Trader::at_noon();
    let entry = bracket(&mut trader, "10");
    trader.blink();
    let path = |leg: &Value| format!("/v2/orders/{}", leg["id"].as_str().expect("id"));
    let (profit, loss) = (entry["legs"][0].clone(), entry["legs"][1].clone());
    let (status, body) = trader.ask("PATCH", &path(&loss), &json!({"qty": "5"}));
    assert_eq!((status, &body["message"]), (422, &json!("only the prices of a leg can be changed")));
    let (status, held) = trader.ask("PATCH", &path(&loss), &json!({"stop_price": "92"}));
    assert_eq!((status, &held["status"]), (200, &json!("held")));
    let (status, new) = trader.ask("PATCH", &path(&profit), &json!({"limit_price": "105"}));
    assert_eq!((status, &new["status"]), (200, &json!("pending_new")));
    trader.blink();
    let seen = trader.get(&format!("{}?nested=true", path(&entry)));
    let ids: Vec<&Value> = seen["legs"].as_array().expect("legs").iter().map(|leg| &leg["id"]).collect();
    assert_eq!(ids, [&held["id"], &new["id"]]);
    assert_eq!(trader.reread(&profit)["status"], "replaced");
    trader.quote("AAPL", "91.50", "91.60");
    trader.blink();
    assert_eq!(
        (&trader.reread(&held)["status"], &trader.reread(&new)["status"]),
        (&json!("filled"), &json!("canceled"))
    );
}

#[test]
fn nesting_folds_legs_into_the_order_that_leads_them() {
    let mut trader = Trader::at_noon();
    let entry = bracket(&mut trader, "1");
    let list =
        |trader: &mut Trader, query: &str| trader.get(&format!("/v2/orders{query}")).as_array().cloned().expect("list");
    assert_eq!(list(&mut trader, "").len(), 3);
    let nested = list(&mut trader, "?nested=true");
    assert_eq!((nested.len(), nested[0]["legs"].as_array().map(Vec::len)), (1, Some(2)));
    trader.blink();
    assert_eq!(list(&mut trader, "?nested=true").len(), 2, "the entry is filled and leads nobody on this list");
    assert_eq!(list(&mut trader, "?status=all&nested=true").len(), 1);
    assert_eq!(trader.reread(&entry)["legs"], Value::Null);
}

#[test]
fn a_group_of_the_wrong_form_is_refused() {
    let mut trader = Trader::at_noon();
    trader.own("F", "10");
    let exits = |profit: &str, stop: &str| json!({"order_class": "bracket", "take_profit": {"limit_price": profit}, "stop_loss": {"stop_price": stop}});
    let with = |mut change: Value, key: &str, value: &str| {
        change[key] = value.into();
        change
    };
    let oco = with(with(exits("11", "9"), "order_class", "oco"), "type", "limit");
    let mut hours = with(with(exits("110", "90"), "type", "limit"), "limit_price", "100");
    hours["extended_hours"] = true.into();
    let cases = [
        ("buy", "AAPL", exits("110", "100.02"), 42_210_000, "stop_loss.stop_price must be <= base_price - 0.01"),
        ("buy", "AAPL", exits("100", "90"), 42_210_000, "take_profit.limit_price must be >= base_price + 0.01"),
        ("buy", "AAPL", exits("80", "90"), 42_210_000, "take_profit.limit_price must be > stop_loss.stop_price"),
        (
            "buy",
            "AAPL",
            exits("110.001", "90"),
            42_210_000,
            "invalid take_profit.limit_price 110.001. sub-penny increment does not fulfill minimum pricing criteria",
        ),
        ("sell", "F", exits("9", "11"), 42_210_000, "bracket orders must be entry orders"),
        ("sell", "AAPL", oco.clone(), 42_210_000, "oco orders must be exit orders"),
        (
            "buy",
            "AAPL",
            with(exits("110", "90"), "time_in_force", "ioc"),
            40_010_001,
            "bracket orders must be DAY or GTC orders",
        ),
        ("buy", "AAPL", hours, 40_010_001, "extended hours is not supported for bracket orders"),
    ];
    for (side, symbol, change, code, message) in cases {
        let (status, body) = trader.try_order(side, symbol, "1", &change);
        assert_eq!((status, &body["code"], &body["message"]), (422, &json!(code), &json!(message)), "{change}");
    }
    let (_, body) = trader.try_order("buy", "AAPL", "1", &exits("110", "100.02"));
    assert_eq!(body["base_price"], "100.02");
    assert_eq!(trader.try_order("sell", "F", "1", &oco).0, 200);
}

#[test]
fn exits_and_trailing_stops_are_no_wash_trades() {
    let mut trader = Trader::at_noon();
    bracket(&mut trader, "1");
    trader.blink();
    trader.limit("buy", "AAPL", "1", "99"); // Beside the exits.
    let (status, body) = trader.try_order("sell", "AAPL", "1", &json!({"type": "stop", "stop_price": "80"}));
    assert_eq!((status, &body["held_for_orders"]), (403, &json!("1")), "no share is free: {body}");
    trader.quote("F", "9.99", "10.01");
    trader.own("F", "10");
    trader.limit("buy", "F", "1", "9.50");
    for (change, allowed) in [
        (json!({"type": "trailing_stop", "trail_price": "0.2"}), true),
        (json!({"type": "limit", "limit_price": "10.50"}), true),
        (json!({"type": "limit", "limit_price": "9.50"}), false),
        (json!({"type": "stop_limit", "stop_price": "9.60", "limit_price": "9.40"}), false),
        (json!({"type": "stop", "stop_price": "9"}), false),
        (json!({}), false),
    ] {
        let (status, body) = trader.try_order("sell", "F", "1", &change);
        assert_eq!(status, if allowed { 200 } else { 403 }, "{change}: {body}");
        assert_eq!(body["existing_order_id"].is_string(), !allowed, "{body}");
    }
}
