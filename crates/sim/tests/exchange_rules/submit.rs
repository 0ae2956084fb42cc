//! What is refused, with which status, code, text and fields, and in which order.

use crate::trader::{Trader, dec, moment};
use serde_json::{Value, json};

#[track_caller]
fn refused(trader: &mut Trader, side: &str, symbol: &str, qty: &str, change: &Value) -> (u16, u64, String, Value) {
    let before = trader.exchange.orders(trader.keys.account_id).len();
    let (status, body) = trader.try_order(side, symbol, qty, change);
    assert_eq!(trader.exchange.orders(trader.keys.account_id).len(), before, "a refusal leaves nothing behind");
    (status, body["code"].as_u64().unwrap_or_default(), body["message"].as_str().unwrap_or_default().to_owned(), body)
}

#[test]
fn every_refusal_of_the_catalogue_has_its_code_and_text() {
    let mut trader = Trader::at_noon();
    trader.own("F", "10");
    let limit = |price: &str| json!({"type": "limit", "limit_price": price});
    let dollars = |amount: &str| json!({"qty": null, "notional": amount});
    let cases: Vec<(&str, &str, &str, Value, u16, u64, &str)> = vec![
        ("buy", "NOPE", "1", json!({}), 422, 42_210_000, "asset \"NOPE\" not found"),
        ("buy", "aapl", "1", json!({}), 422, 42_210_000, "asset \"aapl\" not found"),
        ("buy", "HALTD", "1", json!({}), 422, 42_210_000, "asset \"HALTD\" is not tradable"),
        ("buy", "GONE", "1", json!({}), 422, 42_210_000, "asset \"GONE\" is not active"),
        (
            "buy",
            "AAPL",
            "1",
            limit("99.995"),
            422,
            42_210_000,
            "invalid limit_price 99.995. sub-penny increment does not fulfill minimum pricing criteria",
        ),
        (
            "buy",
            "PENNY",
            "1",
            limit("0.42155"),
            422,
            42_210_000,
            "invalid limit_price 0.42155. sub-penny increment does not fulfill minimum pricing criteria",
        ),
        (
            "buy",
            "AAPL",
            "0.5",
            json!({"time_in_force": "gtc"}),
            422,
            42_210_000,
            "fractional orders must be DAY orders",
        ),
        ("buy", "WHOLE", "0.5", json!({}), 403, 40_310_000, "asset WHOLE is not fractionable"),
        ("buy", "WHOLE", "", dollars("50"), 403, 40_310_000, "asset WHOLE is not fractionable"),
        ("buy", "F", "0.01", json!({}), 403, 40_310_000, "cost basis must be >= minimal amount of order 1"),
        ("sell", "AAPL", "1", json!({}), 403, 40_310_000, "account is not allowed to short"),
        ("sell", "AAPL", "0.5", json!({}), 403, 40_310_000, "fractional orders cannot be sold short"),
        (
            "sell",
            "F",
            "11",
            json!({}),
            403,
            40_310_000,
            "insufficient qty available for order (requested: 11, available: 10)",
        ),
        ("buy", "AAPL", "101", json!({}), 403, 40_310_000, "insufficient buying power"),
        ("buy", "AAPL", "79228162514264337593543950335", json!({}), 403, 40_310_000, "insufficient buying power"),
        (
            "sell",
            "F",
            "1",
            json!({"position_intent": "sell_to_open"}),
            422,
            42_210_000,
            "position intent mismatch, inferred: sell_to_close, specified: sell_to_open",
        ),
    ];
    for (side, symbol, qty, change, status, code, message) in cases {
        let (got_status, got_code, got_message, _) = refused(&mut trader, side, symbol, qty, &change);
        assert_eq!((got_status, got_code, got_message.as_str()), (status, code, message), "{side} {qty} {symbol}");
    }
}

#[test]
fn a_refusal_for_money_or_shares_says_how_much_there_is() {
    let mut trader = Trader::at_noon();
    let (.., body) = refused(&mut trader, "buy", "AAPL", "200", &json!({}));
    assert_eq!((&body["buying_power"], &body["cost_basis"]), (&json!("10000"), &json!("20004")));
    trader.own("F", "10");
    trader.limit("sell", "F", "4", "20");
    let (.., body) = refused(&mut trader, "sell", "F", "7", &json!({}));
    let fields = ["available", "existing_qty", "held_for_orders", "symbol"].map(|name| body[name].clone());
    assert_eq!(fields, ["6", "10", "4", "F"].map(Value::from));
}

#[test]
fn checks_come_in_their_order() {
    let mut trader = Trader::at_noon();
    trader.order("buy", "F", "1", &json!({"client_order_id": "taken"}));
    // Each line is wrong in two ways; the earlier rule speaks.
    let field_before_id = refused(&mut trader, "hold", "F", "1", &json!({"client_order_id": "taken"}));
    assert_eq!(field_before_id.2, "invalid side");
    let id_before_asset = refused(&mut trader, "buy", "NOPE", "1", &json!({"client_order_id": "taken"}));
    assert_eq!(id_before_asset.2, "client_order_id must be unique");
    let grid = json!({"type": "limit", "limit_price": "10.001"});
    assert_eq!(refused(&mut trader, "buy", "HALTD", "1", &grid).2, "asset \"HALTD\" is not tradable");
    assert_eq!(refused(&mut trader, "buy", "AAPL", "9999", &grid).1, 42_210_000);
    trader.exchange.configure(trader.keys.account_id, |account| account.configurations.suspend_trade = true);
    assert_eq!(refused(&mut trader, "buy", "AAPL", "9999", &json!({})).2, "new orders are rejected by user request");
    trader.exchange.configure(trader.keys.account_id, |account| account.trading_blocked = true);
    assert_eq!(refused(&mut trader, "buy", "AAPL", "1", &json!({})).2, "account is not authorized to trade");
}

#[test]
fn a_client_order_id_is_taken_for_ever() {
    let mut trader = Trader::at_noon();
    let order =
        trader.order("buy", "AAPL", "1", &json!({"type": "limit", "limit_price": "5", "client_order_id": "once"}));
    let again = json!({"client_order_id": "once"});
    let (status, code, message, _) = refused(&mut trader, "buy", "F", "1", &again);
    assert_eq!((status, code, message.as_str()), (422, 40_010_001, "client_order_id must be unique"));
    let (status, _) = trader.ask("DELETE", &format!("/v2/orders/{}", order["id"].as_str().expect("id")), &Value::Null);
    assert_eq!(status, 204);
    assert_eq!(refused(&mut trader, "buy", "F", "1", &again).0, 422, "also after the order has ended");
    trader.exchange.knobs.reuse_client_order_ids = true;
    trader.order("buy", "F", "1", &again);
}

#[test]
fn an_order_that_could_meet_ones_own_is_a_wash_trade() {
    let mut trader = Trader::at_noon();
    trader.own("F", "10");
    let resting = trader.limit("sell", "F", "1", "11");
    let (status, code, _, body) = refused(&mut trader, "buy", "F", "1", &json!({"type": "limit", "limit_price": "11"}));
    assert_eq!((status, code), (403, 40_310_000));
    assert_eq!(body["existing_order_id"], resting["id"]);
    assert_eq!(body["reject_reason"], "opposite side limit order exists");
    assert_eq!(refused(&mut trader, "buy", "F", "1", &json!({})).0, 403, "a market order always could");
    trader.limit("buy", "F", "1", "10.99");
    trader.limit("buy", "AAPL", "1", "90");
}

#[test]
fn open_buys_reserve_cash_and_open_sells_hold_shares() {
    let mut trader = Trader::at_noon();
    trader.limit("buy", "AAPL", "60", "99");
    assert_eq!(trader.get("/v2/account")["buying_power"], "4060");
    assert_eq!(refused(&mut trader, "buy", "F", "407", &json!({})).2, "insufficient buying power");
    let second = trader.order("buy", "F", "400", &json!({}));
    assert_eq!(trader.get("/v2/account")["buying_power"], "56");
    trader.blink();
    assert_eq!(trader.reread(&second)["status"], "filled");
    assert_eq!(trader.get("/v2/account")["cash"], "5996");
    assert_eq!(trader.get("/v2/account")["buying_power"], "56");
    trader.limit("sell", "F", "150", "20");
    let position = trader.get("/v2/positions/F");
    assert_eq!((&position["qty"], &position["qty_available"]), (&json!("400"), &json!("250")));
    trader.ask("DELETE", "/v2/orders", &Value::Null);
    assert_eq!(trader.get("/v2/positions/F")["qty_available"], "400");
    assert_eq!(trader.get("/v2/account")["buying_power"], "5996");
}

#[test]
fn margin_and_short_sales_follow_the_configuration() {
    let mut trader = Trader::at_noon();
    let change = json!({"max_margin_multiplier": "2", "no_shorting": false});
    let (status, set) = trader.ask("PATCH", "/v2/account/configurations", &change);
    assert_eq!((status, &set["max_margin_multiplier"]), (200, &json!("2")));
    assert_eq!(trader.get("/v2/account")["buying_power"], "20000");
    trader.own("AAPL", "150");
    let account = trader.get("/v2/account");
    assert_eq!((&account["cash"], &account["long_market_value"]), (&json!("-5003"), &json!("15000")));
    assert_eq!((&account["equity"], &account["buying_power"]), (&json!("9997"), &json!("4994")));
    let short = trader.order("sell", "F", "10", &json!({}));
    assert_eq!(short["position_intent"], "sell_to_open");
    trader.blink();
    let position = trader.get("/v2/positions/F");
    assert_eq!((&position["qty"], &position["side"]), (&json!("-10"), &json!("short")));
    assert_eq!((&position["cost_basis"], &position["market_value"]), (&json!("-99.9"), &json!("-100")));
    assert_eq!(refused(&mut trader, "buy", "F", "11", &json!({})).1, 40_310_000, "no order crosses zero");
    trader.own("F", "10");
    assert_eq!(trader.ask("GET", "/v2/positions/F", &Value::Null).0, 404);
    assert_eq!(refused(&mut trader, "sell", "HARD", "1", &json!({})).2, "asset \"HARD\" cannot be sold short");
}

#[test]
fn extended_hours_are_for_limit_orders() {
    let mut trader = Trader::at(moment("2026-11-23T22:00:00Z")); // 17:00 in New York
    let market = trader.order("buy", "F", "1", &json!({}));
    assert_eq!(market["status"], "accepted", "queued, not refused");
    let evening = json!({"type": "limit", "limit_price": "10.05", "extended_hours": true});
    let limit = trader.order("buy", "F", "1", &evening);
    assert_eq!((&limit["status"], &limit["expires_at"]), (&json!("pending_new"), &json!("2026-11-24T01:00:00Z")));
    trader.blink();
    assert_eq!(trader.reread(&limit)["status"], "filled");
    assert_eq!(trader.reread(&market)["status"], "accepted");
    assert_eq!(refused(&mut trader, "buy", "F", "0.5", &evening).0, 403, "this share is not split in the evening");
    trader.exchange.knobs.extended_hours_gtc = false;
    let gtc = json!({"type": "limit", "limit_price": "10", "extended_hours": true, "time_in_force": "gtc"});
    assert_eq!(refused(&mut trader, "buy", "F", "1", &gtc).2, "extended hours order must be DAY limit orders");
}

#[test]
fn a_price_on_the_grid_is_taken_whatever_its_trailing_zeros() {
    let mut trader = Trader::at_noon();
    trader.quote("PENNY", "0.4200", "0.4210");
    for (symbol, price, shown) in [("AAPL", "50.1000", "50.1"), ("AAPL", "50.00", "50"), ("PENNY", "0.4205", "0.4205")]
    {
        assert_eq!(trader.limit("buy", symbol, "1", price)["limit_price"], shown);
    }
    assert_eq!(dec("50.1000"), dec("50.1"));
}
