//! Stops, trailing stops, and orders that have one chance.

use crate::trader::{Trader, dec, moment};
use chrono::TimeDelta;
use serde_json::{Value, json};

#[test]
fn a_sell_stop_waits_for_its_price_and_then_sells_at_the_market() {
    let mut trader = Trader::at_noon();
    trader.own("AAPL", "5");
    let stop = trader.order("sell", "AAPL", "5", &json!({"type": "stop", "stop_price": "95"}));
    trader.quote("AAPL", "95.50", "95.60");
    trader.blink();
    assert_eq!(trader.reread(&stop)["status"], "new", "95.55 is not 95");
    trader.quote("AAPL", "94.00", "94.10");
    trader.blink();
    let filled = trader.reread(&stop);
    assert_eq!((&filled["status"], &filled["filled_avg_price"]), (&json!("filled"), &json!("94")));
    assert_eq!((&filled["type"], &filled["stop_price"]), (&json!("stop"), &json!("95")));
}

#[test]
fn a_buy_stop_does_not_chase_the_price_over_its_collar() {
    let mut trader = Trader::at_noon();
    let stop = trader.order("buy", "AAPL", "1", &json!({"type": "stop", "stop_price": "105"}));
    trader.blink();
    trader.quote("AAPL", "119", "120");
    trader.blink();
    assert_eq!(trader.reread(&stop)["status"], "new", "120 is more than 2.5 % above 105");
    trader.quote("AAPL", "107", "107.60");
    trader.blink();
    assert_eq!(trader.reread(&stop)["filled_avg_price"], "107.6", "it stays triggered and takes what is within");
}

#[test]
fn a_stop_limit_order_works_as_a_limit_order_once_its_stop_has_traded() {
    let mut trader = Trader::at_noon();
    trader.own("AAPL", "2");
    let change = json!({"type": "stop_limit", "stop_price": "95", "limit_price": "94.50"});
    let order = trader.order("sell", "AAPL", "2", &change);
    trader.quote("AAPL", "93", "93.10");
    trader.blink();
    assert_eq!(trader.reread(&order)["status"], "new", "triggered, but below its limit");
    trader.quote("AAPL", "97", "97.10");
    trader.blink();
    assert_eq!(trader.reread(&order)["filled_avg_price"], "97", "triggered once is triggered for good");
}

#[test]
fn a_trailing_stop_follows_the_best_price_and_never_back() {
    let mut trader = Trader::at_noon();
    trader.own("AAPL", "1");
    let order = trader.order("sell", "AAPL", "1", &json!({"type": "trailing_stop", "trail_percent": "5"}));
    assert_eq!((&order["hwm"], &order["stop_price"]), (&json!("100"), &json!("95")));
    for (bid, ask, mark, stop) in [("109.98", "110.02", "110", "104.5"), ("104.98", "105.02", "110", "104.5")] {
        trader.quote("AAPL", bid, ask);
        trader.blink();
        let seen = trader.reread(&order);
        assert_eq!((&seen["hwm"], &seen["stop_price"]), (&json!(mark), &json!(stop)));
        assert_eq!(seen["status"], "new");
    }
    trader.quote("AAPL", "104.40", "104.50");
    trader.blink();
    let filled = trader.reread(&order);
    assert_eq!((&filled["status"], &filled["filled_avg_price"]), (&json!("filled"), &json!("104.4")));
    let short = trader.order("buy", "F", "1", &json!({"type": "trailing_stop", "trail_price": "0.50"}));
    assert_eq!(
        (&short["hwm"], &short["stop_price"], &short["trail_price"]),
        (&json!("10"), &json!("10.5"), &json!("0.5"))
    );
}

#[test]
fn stops_rest_outside_the_regular_session() {
    let mut trader = Trader::at_noon();
    trader.own("AAPL", "1");
    let change = json!({"type": "stop", "stop_price": "95", "time_in_force": "gtc"});
    let stop = trader.order("sell", "AAPL", "1", &change);
    trader.wait(TimeDelta::hours(6)); // 18:00 in New York
    trader.quote("AAPL", "90", "90.10");
    trader.blink();
    assert_eq!(trader.reread(&stop)["status"], "new");
    trader.wait(TimeDelta::hours(16));
    assert_eq!(trader.reread(&stop)["status"], "filled");
}

#[test]
fn what_does_not_trade_at_once_is_canceled() {
    let mut trader = Trader::at_noon();
    for (time, price, status) in [("ioc", "100.02", "filled"), ("ioc", "99", "canceled"), ("fok", "99", "canceled")] {
        let change = json!({"type": "limit", "limit_price": price, "time_in_force": time});
        let order = trader.order("buy", "AAPL", "1", &change);
        trader.blink();
        assert_eq!(trader.reread(&order)["status"], status, "{time} at {price}");
    }
    trader.exchange.knobs.partial_fill_percent = 100;
    let part = trader.order("buy", "F", "100", &json!({"time_in_force": "ioc"}));
    let whole = trader.order("buy", "F", "100", &json!({"time_in_force": "fok"}));
    trader.blink();
    let (part, whole) = (trader.reread(&part), trader.reread(&whole));
    let filled = dec(part["filled_qty"].as_str().expect("qty"));
    assert_eq!(part["status"], "canceled", "the rest of a partial fill");
    assert!(filled > dec("0") && filled < dec("100"), "{filled}");
    assert_eq!((&whole["status"], &whole["filled_qty"]), (&json!("filled"), &json!("100")));
}

#[test]
fn auction_orders_wait_for_their_auction() {
    let mut trader = Trader::at(moment("2026-11-23T13:00:00Z")); // 8:00 in New York
    let open = trader.order("buy", "AAPL", "1", &json!({"time_in_force": "opg"}));
    let missed = json!({"time_in_force": "opg", "type": "limit", "limit_price": "90"});
    let missed = trader.order("buy", "AAPL", "1", &missed);
    let close = trader.order("buy", "AAPL", "1", &json!({"time_in_force": "cls"}));
    assert_eq!([&open["status"], &close["status"]], ["accepted", "accepted"]);
    trader.wait(TimeDelta::hours(2));
    assert_eq!(trader.reread(&open)["filled_at"], "2026-11-23T14:30:00Z");
    assert_eq!(trader.reread(&missed)["status"], "canceled");
    assert_eq!(trader.reread(&close)["status"], "accepted");
    let (status, body) = trader.try_order("buy", "AAPL", "1", &json!({"time_in_force": "opg"}));
    assert_eq!((status, &body["code"]), (403, &json!(40_310_000)));
    assert_eq!(body["message"], "opg orders must be submitted after 7:00pm and before 9:28am");
    trader.wait(TimeDelta::minutes(5 * 60 + 50)); // 15:50
    let (status, body) = trader.try_order("buy", "AAPL", "1", &json!({"time_in_force": "cls"}));
    assert_eq!(
        (status, &body["message"]),
        (403, &json!("cls orders must be submitted after 7:00pm and before 3:50pm"))
    );
    trader.wait(TimeDelta::minutes(30));
    assert_eq!(trader.reread(&close)["filled_at"], "2026-11-23T21:00:00Z");
    trader.wait(TimeDelta::hours(3)); // 19:20
    assert_eq!(trader.order("buy", "F", "1", &json!({"time_in_force": "opg"}))["status"], "accepted");
}

#[test]
fn fractions_take_stops_but_neither_trails_nor_groups() {
    let mut trader = Trader::at_noon();
    trader.own("AAPL", "1.5");
    let ask = |trader: &mut Trader, change: &Value| {
        let (status, body) = trader.try_order("sell", "AAPL", "0.5", change);
        (status, body["message"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(ask(&mut trader, &json!({"type": "stop", "stop_price": "90"})).0, 200);
    let trail = ask(&mut trader, &json!({"type": "trailing_stop", "trail_price": "1"}));
    assert_eq!(trail, (422, "fractional orders must be market, limit, stop, or stop_limit orders".into()));
    let oco = json!({"type": "limit", "order_class": "oco", "take_profit": {"limit_price": "120"},
        "stop_loss": {"stop_price": "80"}});
    assert_eq!(ask(&mut trader, &oco), (422, "fractional orders must be simple orders".into()));
}
