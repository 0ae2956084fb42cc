//! Closing positions by the exchange's own orders.

use crate::trader::Trader;
use serde_json::{Value, json};

#[test]
fn a_position_is_closed_whole_or_in_part() {
    let mut trader = Trader::at_noon();
    trader.own("F", "100");
    for (query, qty) in [("?qty=10", "10"), ("?percentage=33.4", "30"), ("", "60")] {
        let (status, order) = trader.ask("DELETE", &format!("/v2/positions/F{query}"), &Value::Null);
        assert_eq!((status, &order["qty"], &order["side"]), (200, &json!(qty), &json!("sell")), "{query}");
        assert_eq!((&order["type"], &order["position_intent"]), (&json!("market"), &json!("sell_to_close")));
        trader.blink();
    }
    assert_eq!(trader.get("/v2/positions"), json!([]));
    trader.own("AAPL", "1.5");
    let (_, half) = trader.ask("DELETE", "/v2/positions/AAPL?percentage=50", &Value::Null);
    assert_eq!(half["qty"], "0.75", "a position with a fraction is closed by fractions");
}

#[test]
fn what_cannot_be_closed_says_why() {
    let mut trader = Trader::at_noon();
    trader.own("F", "10");
    let cases = [
        ("F?qty=1&percentage=5", 422, "only one of qty or percentage is accepted"),
        ("F?qty=0", 422, "qty must be > 0"),
        ("F?qty=many", 422, "invalid qty"),
        ("F?percentage=101", 422, "percentage must be > 0 and <= 100"),
        ("F?percentage=5", 422, "qty must be > 0"),
        ("F?qty=11", 403, "insufficient qty available for order (requested: 11, available: 10)"),
        ("AAPL", 404, "position does not exist"),
        ("NOPE", 404, "symbol not found: NOPE"),
    ];
    for (target, status, message) in cases {
        let (got, body) = trader.ask("DELETE", &format!("/v2/positions/{target}"), &Value::Null);
        assert_eq!((got, &body["message"]), (status, &json!(message)), "{target}");
    }
}

#[test]
fn closing_everything_answers_for_each_position() {
    let mut trader = Trader::at_noon();
    assert_eq!(trader.ask("DELETE", "/v2/positions", &Value::Null), (207, json!([])));
    trader.own("F", "10");
    trader.own("AAPL", "2");
    trader.limit("sell", "F", "4", "20");
    trader.blink();
    let (status, results) = trader.ask("DELETE", "/v2/positions", &Value::Null);
    assert_eq!(status, 207);
    assert_eq!((&results[0]["symbol"], &results[0]["status"]), (&json!("AAPL"), &json!(200)));
    assert_eq!(results[0]["body"]["status"], "pending_new");
    assert_eq!((&results[1]["symbol"], &results[1]["status"]), (&json!("F"), &json!(403)));
    assert_eq!((&results[1]["body"]["held_for_orders"], &results[1]["body"]["available"]), (&json!("4"), &json!("6")));
    trader.blink();
    let (_, results) = trader.ask("DELETE", "/v2/positions?cancel_orders=true", &Value::Null);
    assert_eq!((results.as_array().map(Vec::len), &results[0]["status"]), (Some(1), &json!(200)));
    trader.blink();
    assert_eq!(trader.get("/v2/positions"), json!([]));
    assert_eq!(trader.get("/v2/orders"), json!([]));
}
