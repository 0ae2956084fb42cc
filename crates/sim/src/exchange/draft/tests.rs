#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
use super::*;
use serde_json::{Value, json};

fn read(body: &[u8]) -> Result<Draft, Refusal> {
    Draft::read(&Fields::read(body)?, true)
}

fn refused(change: &Value) -> Refusal {
    let mut body = json!({"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"});
    for (key, value) in change.as_object().expect("object") {
        body[key] = value.clone();
    }
    read(body.to_string().as_bytes()).expect_err("must be refused")
}

#[test]
fn every_bad_field_has_its_own_refusal() {
    let long_id = "x".repeat(129);
    let cases = [
        (json!({"symbol": ""}), "symbol is required"),
        (json!({"qty": null}), "qty or notional is required"),
        (json!({"notional": "5"}), "only one of qty or notional is accepted"),
        (json!({"qty": "0"}), "qty must be > 0"),
        (json!({"qty": "-0"}), "qty must be > 0"),
        (json!({"qty": -1}), "qty must be > 0"),
        (json!({"qty": "1e-10"}), "qty must be limited to 9 decimal places"),
        (json!({"qty": null, "notional": "0.99"}), "notional must be >= 1.00"),
        (json!({"qty": null, "notional": "5.001"}), "notional value must be limited to 2 decimal places"),
        (json!({"side": "BUY"}), "invalid side"),
        (json!({"type": "conditional"}), "invalid order type"),
        (json!({"type": null}), "invalid order type"),
        (json!({"time_in_force": "forever"}), "invalid time_in_force"),
        (json!({"order_class": "pair"}), "invalid order_class"),
        (json!({"order_class": "bracket"}), "bracket orders require take_profit.limit_price"),
        (json!({"order_class": "oco", "take_profit": {"limit_price": "9"}}), "oco orders require stop_loss.stop_price"),
        (json!({"order_class": "oto"}), "oto orders require take_profit.limit_price or stop_loss.stop_price"),
        (json!({"type": "stop"}), "stop orders require a stop price"),
        (json!({"type": "stop", "stop_price": "-1"}), "stop_price must be > 0"),
        (json!({"type": "stop", "stop_price": "5", "limit_price": "5"}), "stop orders require no limit price"),
        (json!({"type": "stop", "stop_price": "5", "time_in_force": "ioc"}), "invalid time_in_force"),
        (json!({"type": "stop_limit", "stop_price": "5"}), "stop limit orders require both stop and limit price"),
        (json!({"type": "trailing_stop"}), "trailing stop orders must specify one of trail_price or trail_percent"),
        (
            json!({"type": "trailing_stop", "trail_price": "1", "trail_percent": "1"}),
            "trailing stop orders must specify one of trail_price or trail_percent",
        ),
        (json!({"type": "trailing_stop", "trail_percent": "0.09"}), "trail_percent must be >= 0.1"),
        (json!({"trail_price": "1"}), "trail_price and trail_percent require a trailing stop order"),
        (json!({"limit_price": "5"}), "market orders require no stop or limit price"),
        (json!({"type": "limit"}), "limit orders require a limit price"),
        (json!({"type": "limit", "limit_price": "0"}), "limit_price must be > 0"),
        (json!({"extended_hours": true}), "extended hours order must be DAY or GTC limit orders"),
        (json!({"client_order_id": long_id}), "client_order_id must be no more than 128 characters"),
    ];
    for (change, message) in cases {
        let refusal = refused(&change);
        assert_eq!((refusal.status, refusal.code), (422, Some(40_010_001)), "{change}");
        assert_eq!(refusal.message, message, "{change}");
    }
}

#[test]
fn what_cannot_be_read_is_400() {
    for qty in ["NaN", "inf", "0x10", "1,000", "1.000,00", "½", "١", "ten", "1 ", "1e99"] {
        assert_eq!(refused(&json!({"qty": qty})).status, 400, "{qty}");
    }
    for change in [
        json!({"qty": true}),
        json!({"symbol": 5}),
        json!({"extended_hours": "yes"}),
        json!({"order_class": "oto", "stop_loss": 5}),
        json!({"qty": [1]}),
    ] {
        assert_eq!(refused(&change).code, Some(40_010_000), "{change}");
    }
    for body in ["", "{", "[]", "\"order\"", "null"] {
        assert_eq!(read(body.as_bytes()).expect_err("unreadable").status, 400, "{body}");
    }
}

#[test]
fn numbers_and_strings_read_the_same() {
    let read_qty = |qty: Value| {
        let body = json!({"symbol": "F", "qty": qty, "side": "sell", "type": "market", "time_in_force": "gtc"});
        read(body.to_string().as_bytes()).expect("readable")
    };
    assert_eq!(read_qty(json!("1.5")), read_qty(json!(1.5)));
    assert_eq!(read_qty(json!("1e5")), read_qty(json!(100_000)));
}
