//! What can be read: shapes, filters, the data host.

use crate::trader::{Trader, moment};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sim::exchange::{Environment, Origin};

fn ids(list: &Value) -> Vec<String> {
    list.as_array()
        .expect("list")
        .iter()
        .map(|order| order["client_order_id"].as_str().expect("id").to_owned())
        .collect()
}

/// Five orders, a second apart; `c` is cancelled and `d` is a sale.
fn five_orders(trader: &mut Trader) -> Vec<Value> {
    trader.own("F", "1");
    let mut orders = Vec::new();
    for (name, side, symbol, price) in [
        ("a", "buy", "AAPL", "50"),
        ("b", "buy", "MSFT", "50"),
        ("c", "buy", "AAPL", "51"),
        ("d", "sell", "F", "90"),
        ("e", "buy", "AAPL", "52"),
    ] {
        trader.wait(TimeDelta::seconds(1));
        let change = json!({"type": "limit", "limit_price": price, "client_order_id": name});
        orders.push(trader.order(side, symbol, "1", &change));
    }
    let path = format!("/v2/orders/{}", orders[2]["id"].as_str().expect("id"));
    trader.ask("DELETE", &path, &Value::Null);
    orders
}

#[test]
fn the_order_list_obeys_every_filter() {
    let mut trader = Trader::at_noon();
    let orders = five_orders(&mut trader);
    let at = |place: usize| orders[place]["submitted_at"].as_str().expect("time").to_owned();
    let id = |place: usize| orders[place]["id"].as_str().expect("id").to_owned();
    let cases: Vec<(String, &[&str])> = vec![
        (String::new(), &["e", "d", "b", "a"]),
        ("?direction=asc&nested=true".into(), &["a", "b", "d", "e"]),
        ("?status=closed&symbols=AAPL".into(), &["c"]),
        ("?status=all&symbols=AAPL,MSFT".into(), &["e", "c", "b", "a"]),
        ("?side=sell".into(), &["d"]),
        ("?limit=1".into(), &["e"]),
        ("?direction=asc&limit=2".into(), &["a", "b"]),
        (format!("?status=all&direction=asc&after={}", at(1)), &["c", "d", "e"]),
        (format!("?status=all&symbols=AAPL,MSFT&until={}", at(1)), &["a"]),
        (format!("?status=all&direction=asc&limit=2&after_order_id={}", id(1)), &["c", "d"]),
        (format!("?direction=asc&symbols=AAPL&before_order_id={}", id(4)), &["a"]),
        ("?asset_class=crypto".into(), &[]),
        ("?asset_class=us_option,us_equity&limit=1".into(), &["e"]),
    ];
    for (query, expected) in cases {
        assert_eq!(ids(&trader.get(&format!("/v2/orders{query}"))), expected, "{query}");
    }
    let bad = [
        "status=done",
        "limit=0",
        "limit=501",
        "limit=x",
        "direction=up",
        "side=both",
        "after=yesterday",
        "after_order_id=7",
    ];
    let both = format!("after_order_id={}&before_order_id={}", id(0), id(1));
    let mixed = format!("after_order_id={}&after=2026-01-01", id(0));
    for query in bad.into_iter().chain([both.as_str(), mixed.as_str()]) {
        let (status, body) = trader.ask("GET", &format!("/v2/orders?{query}"), &Value::Null);
        assert_eq!((status, &body["code"]), (422, &json!(40_010_001)), "{query}");
    }
}

#[test]
fn an_order_carries_every_published_field() {
    let mut trader = Trader::at_noon();
    let order = trader.limit("buy", "AAPL", "3", "41.07");
    let names = "id client_order_id created_at updated_at submitted_at filled_at expired_at expires_at canceled_at \
        failed_at replaced_at replaced_by replaces asset_id symbol asset_class notional qty filled_qty \
        filled_avg_price order_class order_type type side position_intent time_in_force limit_price stop_price \
        status extended_hours legs trail_percent trail_price hwm subtag source";
    for name in names.split_whitespace() {
        assert!(order.get(name).is_some(), "{name}");
    }
    assert_eq!(order.as_object().expect("order").len(), names.split_whitespace().count());
    assert_eq!((&order["qty"], &order["limit_price"]), (&json!("3"), &json!("41.07")));
}

#[test]
fn reads_lag_behind_when_told_to() {
    let mut trader = Trader::at_noon();
    trader.exchange.knobs.rest_lag = TimeDelta::seconds(2);
    let order = trader.order("buy", "F", "1", &json!({"client_order_id": "late"}));
    let look_up = "/v2/orders:by_client_order_id?client_order_id=late";
    let (status, body) = trader.ask("GET", look_up, &Value::Null);
    assert_eq!((status, &body["message"]), (404, &json!("order not found for late")));
    assert_eq!(trader.get("/v2/orders?status=all"), json!([]));
    trader.wait(TimeDelta::seconds(2));
    assert_eq!(trader.get(look_up)["id"], order["id"]);
}

#[test]
fn clock_and_calendar_speak_new_york_time() {
    let mut trader = Trader::at(moment("2026-11-25T21:00:00Z"));
    let clock = trader.get("/v2/clock");
    let expected = json!({"timestamp": "2026-11-25T16:00:00-05:00", "is_open": false,
        "next_open": "2026-11-27T09:30:00-05:00", "next_close": "2026-11-27T13:00:00-05:00"});
    assert_eq!(clock, expected);
    let days = trader.get("/v2/calendar?start=2026-11-25&end=2026-11-29");
    assert_eq!(days.as_array().expect("days").len(), 2);
    let friday = json!({"date": "2026-11-27", "open": "09:30", "close": "13:00", "session_open": "0400",
        "session_close": "1700", "settlement_date": "2026-11-30"});
    assert_eq!(days[1], friday);
    trader.exchange.market.set_open(true);
    assert_eq!(trader.get("/v2/clock")["is_open"], true);
}

#[test]
fn assets_are_found_by_symbol_and_id_and_filtered() {
    let mut trader = Trader::at_noon();
    trader.exchange.market.list_everything();
    let berkshire = trader.get("/v2/assets/BRK.B");
    assert_eq!(berkshire["name"], "Berkshire Hathaway Inc. Class B");
    let by_id = format!("/v2/assets/{}", berkshire["id"].as_str().expect("id"));
    assert_eq!(trader.get(&by_id), berkshire);
    let all = trader.get("/v2/assets").as_array().expect("list").len();
    let active = trader.get("/v2/assets?status=active&asset_class=us_equity").as_array().expect("list").len();
    assert!(active > 10_000 && active < all, "{active} of {all}");
    let coins = trader.get("/v2/assets?asset_class=crypto");
    assert!(coins.as_array().expect("list").iter().all(|coin| coin["price_increment"].is_string()));
    assert_eq!(trader.get("/v2/assets/BTCUSD"), trader.get("/v2/assets/BTC%2FUSD"));
    let (status, body) = trader.ask("GET", "/v2/assets/NOPE", &Value::Null);
    assert_eq!((status, body), (404, json!({"code": 40_410_000, "message": "asset not found for NOPE"})));
}

#[test]
fn the_data_host_writes_numbers_and_refuses_what_it_does_not_know() {
    let mut trader = Trader::at_noon();
    let (status, body) = trader.data("/v2/stocks/quotes/latest?symbols=AAPL,F,NOPE&feed=iex");
    assert_eq!(status, 200);
    assert_eq!((&body["quotes"]["AAPL"]["ap"], &body["quotes"]["F"]["bp"]), (&json!(100.02), &json!(9.99)));
    assert_eq!(body["quotes"].get("NOPE"), None);
    let (_, single) = trader.data("/v2/stocks/AAPL/quotes/latest");
    assert_eq!((&single["symbol"], &single["quote"]), (&json!("AAPL"), &body["quotes"]["AAPL"]));
    let (_, trade) = trader.data("/v2/stocks/AAPL/trades/latest");
    assert_eq!(trade["trade"]["p"], json!(100));
    let (_, snapshots) = trader.data("/v2/stocks/snapshots?symbols=AAPL");
    let (_, snapshot) = trader.data("/v2/stocks/AAPL/snapshot");
    for field in ["latestTrade", "latestQuote", "minuteBar", "dailyBar", "prevDailyBar"] {
        assert!(snapshot[field].is_object() && snapshots["AAPL"][field] == snapshot[field], "{field}");
    }
    let (status, body) = trader.data("/v2/stocks/quotes/latest?symbols=AAPL&colour=red");
    assert_eq!((status, body), (400, json!({"code": 40_010_000, "message": "unexpected parameter(s): colour"})));
    assert_eq!(trader.data("/v2/stocks/quotes/latest?symbols=aapl").1["message"], "invalid symbol: aapl");
    assert_eq!(trader.data("/v2/stocks/quotes/latest?symbols=AAPL&feed=sip").0, 403);
    assert_eq!(trader.data("/v2/stocks/colours?symbols=AAPL").1["message"], "endpoint not found.");
}

#[test]
fn keys_open_their_own_environment_and_die_when_regenerated() {
    let mut trader = Trader::at_noon();
    let live = Origin::Trading(Environment::Live);
    let answer = trader.send(live, "GET", "/v2/account", "");
    assert_eq!((answer.status, answer.body.as_slice()), (401, br#"{"message":"unauthorized."}"#.as_slice()));
    assert_eq!(trader.data("/v2/stocks/AAPL/quotes/latest").0, 200);
    let new = trader.exchange.regenerate_keys(trader.keys.account_id).expect("keys");
    assert_eq!(trader.ask("GET", "/v2/account", &Value::Null).0, 401);
    trader.keys = new;
    assert_eq!(trader.get("/v2/account")["id"], json!(trader.keys.account_id));
    assert!(trader.keys.key_id.starts_with("PK") && trader.keys.key_id.len() == 20 && trader.keys.secret.len() == 40);
}

#[test]
fn the_rate_limit_counts_a_minute_and_says_so() {
    let mut trader = Trader::at_noon();
    trader.exchange.knobs.requests_per_minute = 3;
    let paper = Origin::Trading(Environment::Paper);
    let header = |answer: &sim::exchange::Answer, name: &str| {
        answer.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.clone())
    };
    let statuses: Vec<u16> = (0..4).map(|_| trader.send(paper, "GET", "/v2/account", "").status).collect();
    assert_eq!(statuses, [200, 200, 200, 429]);
    let refused = trader.send(paper, "GET", "/v2/account", "");
    assert_eq!(header(&refused, "x-ratelimit-remaining").as_deref(), Some("0"));
    assert_eq!(header(&refused, "x-ratelimit-limit").as_deref(), Some("3"));
    assert_eq!(header(&refused, "x-ratelimit-reset"), Some((trader.now.timestamp() + 60).to_string()));
    trader.exchange.knobs.coded_errors = true;
    assert_eq!(trader.ask("GET", "/v2/account", &Value::Null).1["code"], 42_910_000);
    trader.wait(TimeDelta::seconds(60));
    assert_eq!(trader.send(paper, "GET", "/v2/account", "").status, 200);
    let most = trader.exchange.max_in_any_minute(trader.keys.account_id, sim::exchange::Surface::Trading);
    assert_eq!(most, 6, "refused requests are arrivals too");
}
