//! Contracts: single and multi-leg orders, what they tie up, and how they end.

use crate::trader::{Trader, dec, moment};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sim::exchange::{Environment, Fate};

const CALL: &str = "AAPL261218C00250000";
const DEARER: &str = "AAPL261218C00255000";
const PUT: &str = "AAPL261218P00250000";

/// Fifty thousand dollars on a Monday noon; AAPL at 249.98 to 250.02, the call at 7.90 to 8.10.
fn writer() -> Trader {
    let mut trader = Trader::at_noon();
    let now = trader.now;
    trader.keys = trader.exchange.seed_account(now, "cole", Environment::Paper, dec("50000"));
    trader.quote("AAPL", "249.98", "250.02");
    trader
}

fn pin(trader: &mut Trader) {
    for (symbol, bid, ask) in [(CALL, "7.90", "8.10"), (DEARER, "5.90", "6.10"), (PUT, "6.90", "7.10")] {
        // It is listed when it is first ordered.
        trader.try_order("buy", symbol, "1", &json!({"type": "limit", "limit_price": "0.01"}));
        trader.quote(symbol, bid, ask);
    }
    trader.ask("DELETE", "/v2/orders", &Value::Null);
}

fn dated(trader: &mut Trader, day: &str) {
    let wait = moment(day) - trader.now;
    trader.wait(wait);
}

#[test]
fn a_contract_is_bought_and_sold_for_a_hundred_times_its_price() {
    let mut trader = writer();
    pin(&mut trader);
    let order = trader.order("buy", CALL, "2", &json!({"client_order_id": "first"}));
    assert_eq!((&order["asset_class"], &order["position_intent"]), (&json!("us_option"), &json!("buy_to_open")));
    trader.blink();
    assert_eq!(trader.reread(&order)["filled_avg_price"], "8.1");
    assert_eq!(trader.cash(), dec("50000") - dec("1620"));
    let position = trader.get(&format!("/v2/positions/{CALL}"));
    assert_eq!((&position["qty"], &position["avg_entry_price"]), (&json!("2"), &json!("8.1")));
    assert_eq!((&position["cost_basis"], &position["market_value"]), (&json!("1620"), &json!("1600")));
    assert_eq!((&position["asset_class"], &position["unrealized_pl"]), (&json!("us_option"), &json!("-20")));
    let (status, close) = trader.ask("DELETE", &format!("/v2/positions/{CALL}?qty=1"), &Value::Null);
    assert_eq!((status, &close["position_intent"]), (200, &json!("sell_to_close")));
    trader.blink();
    assert_eq!(trader.cash(), dec("50000") - dec("1620") + dec("790"));
}

#[test]
fn unpinned_contracts_follow_their_share() {
    let mut trader = writer();
    let order = trader.order("buy", CALL, "1", &json!({}));
    trader.blink();
    let paid = dec(trader.reread(&order)["filled_avg_price"].as_str().expect("a price"));
    assert!(paid > dec("1") && paid < dec("25"), "{paid}");
    trader.quote("AAPL", "269.98", "270.02");
    let worth = dec(trader.get(&format!("/v2/positions/{CALL}"))["current_price"].as_str().expect("a price"));
    assert!(worth > dec("20"), "{worth} is at least what is in the money");
}

#[test]
fn what_contracts_do_not_take_is_refused() {
    let mut trader = writer();
    pin(&mut trader);
    let limit = |price: &str| json!({"type": "limit", "limit_price": price});
    let with = |mut change: Value, key: &str, value: Value| {
        change[key] = value;
        change
    };
    let exits =
        json!({"order_class": "bracket", "take_profit": {"limit_price": "20"}, "stop_loss": {"stop_price": "2"}});
    let cases = [
        ("buy", "AAPL261217C00250000", "1", json!({}), 422, "contract \"AAPL261217C00250000\" not found"),
        ("buy", "AAPL251121C00250000", "1", json!({}), 422, "contract \"AAPL251121C00250000\" is expired"),
        ("buy", CALL, "1.5", json!({}), 422, "qty must be integer for options trading"),
        (
            "buy",
            CALL,
            "1",
            json!({"qty": null, "notional": "100"}),
            422,
            "notional orders are not supported for options trading",
        ),
        ("buy", CALL, "1", json!({"type": "stop", "stop_price": "9"}), 422, "invalid order type for options trading"),
        (
            "buy",
            CALL,
            "1",
            json!({"time_in_force": "gtc"}),
            422,
            "order_time_in_force provided not supported for options trading",
        ),
        (
            "buy",
            CALL,
            "1",
            with(limit("8"), "extended_hours", json!(true)),
            422,
            "extended hours is not supported for options trading",
        ),
        ("buy", CALL, "1", exits, 422, "complex orders not supported for options trading"),
        (
            "buy",
            CALL,
            "1",
            limit("8.005"),
            422,
            "invalid limit_price 8.005. sub-penny increment does not fulfill minimum pricing criteria",
        ),
        ("buy", CALL, "62", json!({}), 403, "insufficient options buying power"),
        (
            "sell",
            CALL,
            "1",
            json!({}),
            403,
            "insufficient underlying qty available for covered call (required: 100, available: 0)",
        ),
        (
            "sell",
            PUT,
            "3",
            json!({}),
            403,
            "insufficient options buying power for cash-secured put (required: 72930, available: 50000)",
        ),
        (
            "buy",
            CALL,
            "1",
            json!({"position_intent": "buy_to_close"}),
            422,
            "position intent mismatch, inferred: buy_to_open, specified: buy_to_close",
        ),
    ];
    for (side, symbol, qty, change, status, message) in cases {
        let (got, body) = trader.try_order(side, symbol, qty, &change);
        assert_eq!((got, &body["message"]), (status, &json!(message)), "{side} {qty} {symbol} {change}");
    }
    let levels =
        [(0, "account not authorized to trade options"), (1, "account not eligible for level2 options trading")];
    for (level, message) in levels {
        let change = json!({"max_options_trading_level": level});
        assert_eq!(trader.ask("PATCH", "/v2/account/configurations", &change).0, 200);
        let (status, body) = trader.try_order("buy", CALL, "1", &json!({}));
        assert_eq!((status, &body["message"]), (403, &json!(message)));
    }
    dated(&mut trader, "2026-11-23T22:00:00Z");
    trader.ask("PATCH", "/v2/account/configurations", &json!({"max_options_trading_level": 3}));
    let (_, body) = trader.try_order("buy", CALL, "1", &json!({}));
    assert_eq!(body["message"], "options market orders are only allowed during market hours");
    dated(&mut trader, "2026-12-18T20:30:00Z");
    let (_, body) = trader.try_order("buy", CALL, "1", &json!({}));
    assert_eq!(body["message"], format!("contract \"{CALL}\" expires soon, unable to open new positions"));
}

#[test]
fn written_contracts_tie_up_shares_and_cash() {
    let mut trader = writer();
    pin(&mut trader);
    trader.own("AAPL", "100");
    let order = trader.order("sell", CALL, "1", &json!({}));
    assert_eq!(order["position_intent"], "sell_to_open");
    let (status, body) = trader.try_order("sell", "AAPL", "1", &json!({}));
    assert_eq!((status, &body["held_for_orders"]), (403, &json!("100")), "an order to write holds them too");
    trader.blink();
    assert_eq!(trader.get("/v2/positions/AAPL")["qty_available"], "0");
    assert_eq!(trader.get(&format!("/v2/positions/{CALL}"))["qty"], "-1");
    let before = dec(trader.get("/v2/account")["options_buying_power"].as_str().expect("power"));
    trader.order("sell", PUT, "1", &json!({}));
    trader.blink();
    let after = dec(trader.get("/v2/account")["options_buying_power"].as_str().expect("power"));
    assert_eq!(before - after, dec("25000") - dec("690"), "the strike is kept, the premium came");
    trader.order("buy", PUT, "1", &json!({}));
    trader.order("buy", CALL, "1", &json!({}));
    trader.blink();
    assert_eq!(trader.get("/v2/positions/AAPL")["qty_available"], "100");
}

fn spread(qty: &str, change: &Value) -> Value {
    let mut body = json!({"order_class": "mleg", "qty": qty, "type": "market", "time_in_force": "day", "legs": [
        {"symbol": CALL, "ratio_qty": "1", "side": "buy", "position_intent": "buy_to_open"},
        {"symbol": DEARER, "ratio_qty": "1", "side": "sell", "position_intent": "sell_to_open"}]});
    for (key, value) in change.as_object().into_iter().flatten() {
        body[key] = value.clone();
    }
    body
}

#[test]
fn a_spread_trades_its_legs_together_at_a_net_price() {
    let mut trader = writer();
    pin(&mut trader);
    trader.events();
    let limit = spread("2", &json!({"type": "limit", "limit_price": "2.10", "client_order_id": "spread"}));
    let (status, order) = trader.ask("POST", "/v2/orders", &limit);
    assert_eq!((status, &order["order_class"], &order["symbol"]), (200, &json!("mleg"), &json!("")));
    assert_eq!(
        (&order["side"], &order["legs"][0]["type"], &order["legs"][1]["ratio_qty"]),
        (&json!(""), &json!(""), &json!("1"))
    );
    let path = format!("/v2/orders/{}", order["id"].as_str().expect("id"));
    let (status, body) = trader.ask("PATCH", &path, &json!({"limit_price": "2.20"}));
    assert_eq!((status, &body["message"]), (403, &json!("replace mleg order is disabled")));
    trader.blink();
    assert_eq!(trader.reread(&order)["status"], "new", "8.10 less 5.90 is more than 2.10");
    trader.quote(CALL, "7.80", "7.95");
    trader.blink();
    let nested = trader.get("/v2/orders?status=all&nested=true&symbols=");
    assert_eq!(nested.as_array().map(Vec::len), Some(4), "the three that were withdrawn, and the spread");
    let filled = trader.reread(&order);
    assert_eq!((&filled["status"], &filled["filled_avg_price"]), (&json!("filled"), &json!("2.05")));
    assert_eq!(trader.cash(), dec("50000") - dec("410"));
    let positions = trader.get("/v2/positions");
    assert_eq!((&positions[0]["qty"], &positions[1]["qty"]), (&json!("2"), &json!("-2")));
    assert_eq!(trader.get("/v2/account")["options_buying_power"], "49590", "a debit spread ties up nothing more");
    assert_eq!(trader.events(), ["pending_new", "new", "fill"]);
}

#[test]
fn a_spread_of_the_wrong_form_is_refused() {
    let mut trader = writer();
    pin(&mut trader);
    let leg = |symbol: &str, ratio: &str, side: &str, intent: &str| json!({"symbol": symbol, "ratio_qty": ratio, "side": side, "position_intent": intent});
    let long = leg(CALL, "1", "buy", "buy_to_open");
    let cases = [
        (json!({"legs": [long]}), "mleg orders require 2 to 4 legs"),
        (json!({"legs": [long, long]}), "legs must have distinct symbols"),
        (
            json!({"legs": [long, leg("F261218C00013000", "1", "sell", "sell_to_open")]}),
            "underlying asset mismatch: AAPL != F",
        ),
        (
            json!({"legs": [leg(CALL, "2", "buy", "buy_to_open"), leg(DEARER, "2", "sell", "sell_to_open")]}),
            "ratio_qty of legs must be in lowest terms",
        ),
        (
            json!({"legs": [long, {"symbol": DEARER, "ratio_qty": "1", "side": "sell"}]}),
            "leg.1 position intent is required",
        ),
        (
            json!({"legs": [long, leg("AAPL", "1", "sell", "sell_to_open")]}),
            "equity legs are allowed only with a corresponding amount of call contracts",
        ),
        (
            json!({"legs": [long, leg(DEARER, "1", "sell", "sell_to_close")]}),
            "insufficient qty available for order (requested: 1, available: 0)",
        ),
        (
            json!({"legs": [long, leg(DEARER, "2", "sell", "sell_to_open")]}),
            "account not eligible to trade uncovered option contracts",
        ),
        (json!({"limit_price": "1"}), "limit price is only valid for limit orders"),
        (json!({"type": "limit"}), "limit price is required for limit orders"),
        (json!({"qty": "500"}), "insufficient options buying power (required: 110000, available: 50000)"),
    ];
    for (change, message) in cases {
        let (status, body) = trader.ask("POST", "/v2/orders", &spread("1", &change));
        assert_eq!((status / 100, &body["message"]), (4, &json!(message)), "{change}");
    }
    trader.ask("PATCH", "/v2/account/configurations", &json!({"max_options_trading_level": 2}));
    let (_, body) = trader.ask("POST", "/v2/orders", &spread("1", &json!({})));
    assert_eq!(body["message"], "account not eligible to trade spreads or uncovered contracts");
}

#[test]
fn a_held_contract_is_exercised_on_request() {
    let mut trader = writer();
    pin(&mut trader);
    trader.own(CALL, "1");
    let path = format!("/v2/positions/{CALL}/exercise");
    trader.quote("AAPL", "239.98", "240.02");
    let (status, body) = trader.ask("POST", &path, &Value::Null);
    assert!(status == 403 && body["message"].as_str().is_some_and(|text| text.contains("out of the money")));
    trader.quote("AAPL", "259.98", "260.02");
    let cash = trader.cash();
    assert_eq!(trader.ask("POST", &path, &Value::Null), (200, Value::Null));
    assert_eq!(trader.cash(), cash - dec("25000"));
    assert_eq!(trader.get("/v2/positions/AAPL")["qty"], "100");
    assert_eq!(trader.ask("POST", &path, &Value::Null).1["message"], format!("long position not found: {CALL}"));
    assert_eq!(trader.exchange.endings()[0].fate, Fate::Exercised);
    assert_eq!(trader.ask("POST", "/v2/positions/AAPL/exercise", &Value::Null).1["message"], "invalid symbol");
}

#[test]
fn contracts_end_at_the_close_of_their_last_day() {
    let mut trader = writer();
    pin(&mut trader);
    let id = trader.keys.account_id;
    trader.exchange.configure(id, |account| account.cash += dec("30000"));
    trader.own(CALL, "1");
    trader.own(DEARER, "1");
    trader.order("sell", PUT, "1", &json!({}));
    trader.blink();
    trader.quote("AAPL", "252.98", "253.02");
    let spare = format!("/v2/positions/{CALL}/do-not-exercise");
    let (_, body) = trader.ask("POST", &spare, &Value::Null);
    assert_eq!(body["message"], "dne requests are only accepted on the expiration day of the option contract");
    dated(&mut trader, "2026-12-18T17:00:00Z");
    let cash = trader.cash();
    dated(&mut trader, "2026-12-18T21:00:00Z");
    assert_eq!(trader.cash(), cash - dec("25000"), "one call is exercised; the other and the put end worthless");
    let positions = trader.get("/v2/positions");
    assert_eq!((positions.as_array().map(Vec::len), &positions[0]["symbol"]), (Some(1), &json!("AAPL")));
    let fates: Vec<Fate> = trader.exchange.endings().iter().map(|ending| ending.fate).collect();
    assert_eq!(fates, [Fate::Exercised, Fate::Expired, Fate::Expired]);
}

#[test]
fn a_spared_contract_is_not_exercised_and_a_written_one_is_assigned() {
    let mut trader = writer();
    pin(&mut trader);
    trader.own(CALL, "1");
    trader.order("sell", PUT, "1", &json!({}));
    trader.blink();
    dated(&mut trader, "2026-12-18T17:00:00Z");
    let (status, _) = trader.ask("POST", &format!("/v2/positions/{CALL}/do-not-exercise"), &Value::Null);
    assert_eq!(status, 200);
    trader.quote("AAPL", "259.98", "260.02");
    let cash = trader.cash();
    dated(&mut trader, "2026-12-18T20:59:59Z");
    trader.quote("AAPL", "239.98", "240.02");
    trader.wait(TimeDelta::seconds(2));
    let fates: Vec<Fate> = trader.exchange.endings().iter().map(|ending| ending.fate).collect();
    assert_eq!(fates, [Fate::Expired, Fate::Assigned]);
    assert_eq!(trader.cash(), cash - dec("25000"));
    assert_eq!(trader.get("/v2/positions/AAPL")["qty"], "100");
}
