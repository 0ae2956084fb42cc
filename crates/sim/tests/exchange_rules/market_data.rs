//! The data host: histories and their pages, plans and feeds, coins, chains, news and movers.

use crate::trader::Trader;
use serde_json::{Value, json};
use sim::exchange::{Origin, Request};

fn ok(trader: &mut Trader, target: &str) -> Value {
    let (status, body) = trader.data(target);
    assert_eq!(status, 200, "{target}: {body}");
    body
}

#[test]
fn pages_of_a_history_meet_without_a_gap_in_either_direction() {
    let mut trader = Trader::at_noon();
    trader.exchange.knobs.requests_per_minute = 100_000;
    for series in ["bars", "trades", "quotes"] {
        for sort in ["asc", "desc"] {
            let more = if series == "bars" { "&timeframe=1Min" } else { "" };
            let span = "start=2026-11-20T19:50:00Z&end=2026-11-20T20:09:00Z";
            let target = format!("/v2/stocks/{series}?symbols=MSFT,F,NOPE&{span}&sort={sort}{more}");
            let whole = ok(&mut trader, &format!("{target}&limit=10000"));
            assert_eq!(whole["next_page_token"], Value::Null);
            let (mut paged, mut token) = (json!({}), String::new());
            loop {
                let page = ok(&mut trader, &format!("{target}&limit=7{token}"));
                for (symbol, rows) in page[series].as_object().expect("rows") {
                    let mut all = paged[symbol].as_array().cloned().unwrap_or_default();
                    all.extend(rows.as_array().expect("rows").clone());
                    paged[symbol] = all.into();
                }
                let Some(next) = page["next_page_token"].as_str() else { break };
                token = format!("&page_token={next}");
            }
            assert_eq!(paged, whole[series], "{series} {sort}");
            assert!(paged["MSFT"].as_array().expect("rows").len() >= 15, "{series}");
            assert_eq!(paged.get("NOPE"), None);
        }
    }
}

#[test]
fn a_minute_bar_is_made_of_the_trades_of_its_minute() {
    let mut trader = Trader::at_noon();
    let bars =
        ok(&mut trader, "/v2/stocks/MSFT/bars?timeframe=1Min&start=2026-11-20T15:00:00Z&end=2026-11-20T15:05:00Z");
    for bar in bars["bars"].as_array().expect("bars") {
        let minute = bar["t"].as_str().expect("time").trim_end_matches("00Z").to_owned();
        let prints = ok(&mut trader, &format!("/v2/stocks/MSFT/trades?start={minute}00Z&end={minute}59Z"));
        let prints = prints["trades"].as_array().expect("trades").clone();
        let volume: u64 = prints.iter().filter_map(|trade| trade["s"].as_u64()).sum();
        let prices: Vec<f64> = prints.iter().filter_map(|trade| trade["p"].as_f64()).collect();
        assert_eq!((bar["n"].as_u64(), bar["v"].as_u64()), (Some(prints.len() as u64), Some(volume)));
        assert_eq!((&bar["o"], &bar["c"]), (&json!(prices[0]), &prints[prints.len() - 1]["p"]));
        assert_eq!(bar["h"].as_f64(), prices.iter().copied().reduce(f64::max));
        assert_eq!(bar["l"].as_f64(), prices.iter().copied().reduce(f64::min));
    }
}

#[test]
fn the_free_plan_sees_the_consolidated_feed_late() {
    let mut trader = Trader::at_noon();
    let bars =
        |feed: &str, end: &str| format!("/v2/stocks/AAPL/bars?timeframe=1Min&start=2026-11-23T15:00:00Z{end}{feed}");
    let refusal = (403, json!("subscription does not permit querying recent SIP data"));
    for feed in ["", "&feed=sip"] {
        let (status, body) = trader.data(&bars(feed, "&end=2026-11-23T16:50:00Z"));
        assert_eq!((status, body["message"].clone()), refusal);
        assert_eq!(trader.data(&bars(feed, "")).0, 200, "without an end it ends in time");
    }
    assert_eq!(trader.data(&bars("&feed=iex", "&end=2026-11-23T16:50:00Z")).0, 200);
    trader.exchange.knobs.sip = true;
    assert_eq!(trader.data(&bars("&feed=sip", "&end=2026-11-23T16:50:00Z")).0, 200);
    for (bad, message) in [
        ("&feed=moon", "invalid feed: moon"),
        ("&limit=10001", "invalid limit: larger than the allowed maximum of 10000"),
        ("&adjustment=wild", "invalid adjustment: wild"),
        ("&currency=EUR", "invalid currency: EUR"),
        ("&asof=never", "invalid asof: never"),
        ("&colour=red", "unexpected parameter(s): colour"),
    ] {
        let (status, body) = trader.data(&bars(bad, ""));
        assert_eq!((status, &body["message"]), (400, &json!(message)), "{bad}");
    }
}

#[test]
fn raw_prices_from_before_a_split_are_those_that_were_paid() {
    let mut trader = Trader::at_noon();
    let close = |trader: &mut Trader, adjustment: &str| {
        let day = "timeframe=1Day&start=2024-06-07&end=2024-06-08";
        let bars = ok(trader, &format!("/v2/stocks/NVDA/bars?{day}&adjustment={adjustment}"));
        (bars["bars"][0]["c"].as_f64().expect("close"), bars["bars"][0]["v"].as_f64().expect("volume"))
    };
    let (raw, split) = (close(&mut trader, "raw"), close(&mut trader, "split"));
    assert!((raw.0 / split.0 - 10.0).abs() < 1e-9 && (split.1 / raw.1 - 10.0).abs() < 1e-3, "{raw:?} {split:?}");
}

#[test]
fn coins_are_quoted_to_strangers_but_not_to_wrong_keys() {
    let mut trader = Trader::at_noon();
    let target = "/v1beta3/crypto/us/latest/quotes";
    let request = Request {
        method: "GET".into(),
        path: target.into(),
        query: "symbols=BTC%2FUSD,NO%2FUSD".into(),
        ..Request::default()
    };
    let answer = trader.exchange.answer(trader.now, Origin::Data, &request).0;
    let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(answer.status, 200);
    assert!(body["quotes"]["BTC/USD"]["ap"].as_f64() > body["quotes"]["BTC/USD"]["bp"].as_f64());
    assert_eq!(body["quotes"].as_object().map(serde_json::Map::len), Some(1));
    let headers =
        vec![("apca-api-key-id".to_owned(), "PKWRONG".to_owned()), ("apca-api-secret-key".to_owned(), "x".to_owned())];
    assert_eq!(trader.exchange.answer(trader.now, Origin::Data, &Request { headers, ..request }).0.status, 401);
    assert_eq!(trader.data("/v1beta3/crypto/mars/snapshots?symbols=BTC%2FUSD").0, 400);
}

#[test]
fn a_chain_has_greeks_that_fit_calls_and_puts() {
    let mut trader = Trader::at_noon();
    let chain =
        "/v1beta1/options/snapshots/MSFT?limit=1000&expiration_date_gte=2026-12-01&expiration_date_lte=2027-01-31";
    let chain = ok(&mut trader, chain);
    let rows = chain["snapshots"].as_object().expect("rows");
    assert!(rows.len() > 100);
    for (symbol, row) in rows {
        let (greek, call) = (|name: &str| row["greeks"][name].as_f64().expect("greek"), symbol.contains("C0"));
        let delta = greek("delta");
        assert!(if call { (0.0..=1.0).contains(&delta) } else { (-1.0..=0.0).contains(&delta) }, "{symbol} {delta}");
        assert!(greek("gamma") >= 0.0 && greek("vega") >= 0.0, "{symbol}");
        assert!(row["latestQuote"]["ap"].as_f64() > row["latestQuote"]["bp"].as_f64(), "{symbol}");
    }
    let mut token = String::new();
    let mut seen = 0;
    loop {
        let page = trader
            .get(&format!("/v2/options/contracts?underlying_symbols=F&expiration_date_lte=2026-12-31&limit=50{token}"));
        seen += page["option_contracts"].as_array().expect("contracts").len();
        let Some(next) = page["next_page_token"].as_str() else { break };
        token = format!("&page_token={next}");
    }
    let whole = trader.get("/v2/options/contracts?underlying_symbols=F&expiration_date_lte=2026-12-31&limit=10000");
    let whole = whole["option_contracts"].as_array().expect("contracts").clone();
    assert_eq!(seen, whole.len());
    let (symbol, id) = (whole[3]["symbol"].as_str().expect("symbol"), whole[3]["id"].as_str().expect("id"));
    assert_eq!(
        trader.get(&format!("/v2/options/contracts/{symbol}")),
        trader.get(&format!("/v2/options/contracts/{id}"))
    );
    assert_eq!(trader.ask("GET", "/v2/options/contracts/F991231C00010000", &Value::Null).0, 404);
}

#[test]
fn news_and_movers_are_there_and_in_order() {
    let mut trader = Trader::at_noon();
    let news = ok(&mut trader, "/v1beta1/news?symbols=AAPL&limit=50");
    let news = news["news"].as_array().expect("news").clone();
    assert_eq!(news.len(), 50);
    assert!(news.iter().all(|article| article["symbols"].as_array().is_some_and(|all| all.contains(&json!("AAPL")))));
    assert!(
        news.is_sorted_by_key(|article| std::cmp::Reverse(article["updated_at"].as_str().expect("time").to_owned()))
    );
    let movers = ok(&mut trader, "/v1beta1/screener/stocks/movers?top=3");
    let change = |row: &Value| row["percent_change"].as_f64().expect("change");
    let (gainers, losers) = (movers["gainers"].as_array().expect("rows"), movers["losers"].as_array().expect("rows"));
    assert!(gainers.iter().all(|row| change(row) > 0.0) && losers.iter().all(|row| change(row) < 0.0));
    assert!(change(&gainers[0]) >= change(&gainers[2]) && change(&losers[0]) <= change(&losers[2]));
    let actives = ok(&mut trader, "/v1beta1/screener/stocks/most-actives?top=5");
    assert_eq!(actives["most_actives"].as_array().map(Vec::len), Some(5));
}
