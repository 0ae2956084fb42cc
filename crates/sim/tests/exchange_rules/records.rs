//! Activities, portfolio history and watchlists.

use crate::trader::{Trader, dec};
use chrono::TimeDelta;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sim::exchange::Booking;

fn kinds(rows: &Value) -> Vec<String> {
    let kind = |row: &Value| row["activity_type"].as_str().expect("type").to_owned();
    rows.as_array().expect("list").iter().map(kind).collect()
}

#[test]
fn activities_tell_of_fills_and_of_money_that_came_and_went() {
    let mut trader = Trader::at_noon();
    trader.own("AAPL", "10");
    let account = trader.keys.account_id;
    let dividend = Booking::Dividend { symbol: "AAPL".to_owned(), per_share: dec("0.26") };
    trader.wait(TimeDelta::hours(1));
    trader.exchange.book(account, dividend, trader.now);
    trader.exchange.book(account, Booking::Fee { kind: "TAF", amount: dec("0.03") }, trader.now);
    assert_eq!(trader.cash(), dec("9002.37"), "10 000 - 1000.20 + 2.60 - 0.03");
    let all = trader.get("/v2/account/activities?direction=asc");
    assert_eq!(kinds(&all), ["JNLC", "FILL", "DIV", "FEE"]);
    let (fill, paid) = (&all[1], &all[2]);
    assert_eq!((&fill["type"], &fill["cum_qty"], &fill["leaves_qty"]), (&json!("fill"), &json!("10"), &json!("0")));
    assert_eq!(
        (&paid["net_amount"], &paid["qty"], &paid["per_share_amount"]),
        (&json!("2.6"), &json!("10"), &json!("0.26"))
    );
    assert!(fill["id"].as_str().expect("id").starts_with("20261123120000"), "New York time: {}", fill["id"]);
    assert_eq!(kinds(&trader.get("/v2/account/activities/DIV")), ["DIV"]);
    assert_eq!(kinds(&trader.get("/v2/account/activities?category=trade_activity")), ["FILL"]);
    assert_eq!(kinds(&trader.get("/v2/account/activities?activity_types=DIV,FEE&date=2026-11-23")), ["FEE", "DIV"]);
    assert!(kinds(&trader.get("/v2/account/activities?after=2026-11-24")).is_empty());
    let order = fill["order_id"].as_str().expect("order");
    assert_eq!(kinds(&trader.get(&format!("/v2/account/activities?order_id={order}"))), ["FILL"]);
    for bad in [
        "activity_types=TEA",
        "category=fun",
        "activity_types=DIV&category=trade_activity",
        "page_size=101",
        "page_token=x",
    ] {
        let (status, body) = trader.ask("GET", &format!("/v2/account/activities?{bad}"), &Value::Null);
        assert_eq!((status, &body["code"]), (422, &json!(40_010_001)), "{bad}");
    }
}

#[test]
fn pages_of_activities_meet_without_a_gap() {
    let mut trader = Trader::at_noon();
    trader.exchange.knobs.partial_fill_percent = 100;
    trader.order("buy", "F", "200", &json!({}));
    trader.wait(TimeDelta::seconds(20));
    let whole = trader.get("/v2/account/activities?direction=asc");
    let whole = whole.as_array().expect("list").clone();
    let (mut paged, mut token) = (Vec::new(), String::new());
    loop {
        let page = trader.get(&format!("/v2/account/activities?direction=asc&page_size=2{token}"));
        let page = page.as_array().expect("list").clone();
        let last = page.len() < 2;
        token = format!("&page_token={}", page.last().map_or("", |row| row["id"].as_str().expect("id")));
        paged.extend(page);
        if last {
            break;
        }
    }
    assert_eq!(paged, whole);
    assert!(whole.len() > 2, "{} fills", whole.len());
    let bought: Decimal = whole[1..].iter().map(|row| dec(row["qty"].as_str().expect("qty"))).sum();
    assert_eq!(bought, Decimal::from(200));
    assert_eq!(whole[whole.len() - 1]["type"], "fill");
    assert!(whole[1..whole.len() - 1].iter().all(|row| row["type"] == "partial_fill"));
}

#[test]
fn portfolio_history_follows_the_price_and_counts_no_deposit_as_gain() {
    let mut trader = Trader::at_noon();
    trader.own("AAPL", "10");
    trader.wait(TimeDelta::hours(1));
    trader.quote("AAPL", "109.98", "110.02");
    trader.wait(TimeDelta::hours(1));
    trader.exchange.book(trader.keys.account_id, Booking::Transfer(Decimal::from(500)), trader.now);
    trader.wait(TimeDelta::minutes(30));
    let day = trader.get("/v2/account/portfolio/history?period=1D&timeframe=15Min&cashflow_types=ALL");
    let list = |name: &str| day[name].as_array().expect("list").clone();
    let (equity, profit, times) = (list("equity"), list("profit_loss"), list("timestamp"));
    assert_eq!((equity.len(), profit.len()), (times.len(), times.len()));
    // Bought ten at 100.02: the middle is worth two cents less each.
    assert_eq!(equity.first(), Some(&json!(9999.8)));
    assert_eq!(equity.last(), Some(&json!(10_599.8)));
    assert_eq!(profit.last(), Some(&json!(100)));
    let paid: Vec<f64> = day["cashflow"]["CSD"].as_array().expect("list").iter().filter_map(Value::as_f64).collect();
    assert!((paid.iter().sum::<f64>() - 500.0).abs() < 1e-9, "{paid:?}");
    trader.wait(TimeDelta::days(2));
    let month = trader.get("/v2/account/portfolio/history");
    assert_eq!(month["timeframe"], "1D");
    let days = trader.get("/v2/account/portfolio/history?period=1M&timeframe=1D");
    assert_eq!(days["equity"].as_array().expect("list").len(), 3, "none before the account was opened: {days}");
    for bad in ["period=1X", "timeframe=2Min", "period=3M&timeframe=1H", "start=2026-01-01&end=2026-02-01&period=1M"] {
        let (status, body) = trader.ask("GET", &format!("/v2/account/portfolio/history?{bad}"), &Value::Null);
        assert_eq!((status, &body["code"]), (422, &json!(40_010_001)), "{bad}");
    }
}

#[test]
fn watchlists_are_kept_by_id_and_by_name() {
    let mut trader = Trader::at_noon();
    let symbols = |list: &Value| -> Vec<String> {
        let assets = list["assets"].as_array().expect("assets").iter();
        assets.map(|asset| asset["symbol"].as_str().expect("symbol").to_owned()).collect()
    };
    let (status, list) = trader.ask("POST", "/v2/watchlists", &json!({"name": "tech", "symbols": ["MSFT", "AAPL"]}));
    assert_eq!((status, symbols(&list)), (200, vec!["MSFT".to_owned(), "AAPL".to_owned()]));
    let path = format!("/v2/watchlists/{}", list["id"].as_str().expect("id"));
    let (_, more) = trader.ask("POST", &path, &json!({"symbol": "BTCUSD"}));
    assert_eq!(symbols(&more), ["MSFT", "AAPL", "BTC/USD"]);
    let (_, less) = trader.ask("DELETE", &format!("{path}/AAPL"), &Value::Null);
    assert_eq!(symbols(&less), ["MSFT", "BTC/USD"]);
    assert_eq!(trader.get("/v2/watchlists:by_name?name=tech"), less);
    assert_eq!(trader.get("/v2/watchlists")[0].get("assets"), None);
    let twice = trader.ask("POST", "/v2/watchlists", &json!({"name": "tech"}));
    assert_eq!((twice.0, &twice.1["message"]), (422, &json!("watchlist name must be unique")));
    assert_eq!(trader.ask("POST", &path, &json!({"symbol": "NOPE"})).0, 404);
    assert_eq!(trader.ask("POST", "/v2/watchlists", &json!({"name": "x".repeat(65)})).0, 422);
    let (_, renamed) = trader.ask("PUT", &path, &json!({"name": "cars", "symbols": ["F", "F", "GM"]}));
    assert_eq!((&renamed["name"], symbols(&renamed).len()), (&json!("cars"), 2));
    assert_eq!(trader.ask("DELETE", &path, &Value::Null).0, 204);
    assert_eq!(trader.ask("GET", &path, &Value::Null).0, 404);
}
