//! What is only looked at: shapes as Alpaca documents them, and what each read asks for.

use crate::broker::{Seen, answer};
use crate::world::{access, paper, problem};
use chrono::{DateTime, NaiveDate};
use domain::account::Environment;
use domain::brokerage::{Brokerage, MarketData, Which};
use domain::ids::WatchlistId;
use domain::market::{Feed, Screen, Span, Stretch, Timeframe};
use domain::order::Side;
use domain::outcome::ReadFailure;
use domain::records::{ActivityFilter, Chapter, OrderFilter, Records, Watchlist, When};
use domain::symbol::{Right, Symbol};
use rust_decimal::Decimal;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn symbol(text: &str) -> Symbol {
    Symbol::from_broker(text)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Path and query of the n-th request, decoded as far as these tests need it.
fn asked(seen: &[Seen], n: usize) -> String {
    seen[n].target.replace("%2F", "/").replace("%3A", ":").replace("%2C", ",")
}

#[tokio::test]
async fn a_board_names_its_tape_and_a_pair_has_its_own_place() {
    let snapshot = r#"{"latestTrade":{"t":"2026-09-11T14:31:02Z","x":"V","p":184.51,"s":5,"c":["@"],"i":1,"z":"C"},
        "latestQuote":{"t":"2026-09-11T14:31:02Z","ax":"V","ap":184.52,"as":200,"bx":"V","bp":184.5,"bs":300,"c":["R"],"z":"C"},
        "minuteBar":{"t":"2026-09-11T14:30:00Z","o":184,"h":185,"l":183,"c":184.5,"v":1000,"n":10,"vw":184.2},
        "dailyBar":{"t":"2026-09-11T04:00:00Z","o":183,"h":185.2,"l":182.4,"c":184.51,"v":48123456,"n":1,"vw":184},
        "prevDailyBar":{"t":"2026-09-10T04:00:00Z","o":181,"h":180,"l":182,"c":182,"v":1,"n":1,"vw":181}}"#;
    let (broker, alpaca) = paper(move |seen| {
        let pair = format!("{{\"snapshots\":{{\"BTC/USD\":{snapshot}}}}}");
        answer(200, if seen.path().contains("crypto") { pair } else { snapshot.to_owned() })
    })
    .await;
    let on = access(Environment::Paper);
    let board = alpaca.board(&on, Feed::Iex, &symbol("AAPL")).await.unwrap();
    assert_eq!(board.last.unwrap().price.get(), dec("184.51"));
    assert_eq!((board.bid_size, board.ask_size), (Some(dec("300")), Some(dec("200"))));
    assert_eq!(board.day.unwrap().volume, dec("48123456"));
    assert_eq!(board.previous, None, "a bar whose high is below its low is none");
    let pair = alpaca.board(&on, Feed::Iex, &symbol("BTC/USD")).await.unwrap();
    assert_eq!(pair, board);
    let other = alpaca.board(&on, Feed::Delayed, &symbol("ETH/USD")).await;
    assert_eq!(other, Err(ReadFailure::NotFound), "an unknown pair is left out of the answer");
    let seen = broker.seen();
    assert_eq!(asked(&seen, 0), "/v2/stocks/AAPL/snapshot?feed=iex");
    assert_eq!(asked(&seen, 1), "/v1beta3/crypto/us/snapshots?symbols=BTC/USD");
}

#[tokio::test]
async fn a_tape_that_is_not_paid_for_is_forbidden() {
    let words = "subscription does not permit querying recent SIP data";
    let (_broker, alpaca) = paper(move |_| answer(403, problem(42_210_000, words))).await;
    let board = alpaca.board(&access(Environment::Paper), Feed::Sip, &symbol("AAPL")).await;
    assert_eq!(board, Err(ReadFailure::Forbidden { status: 403 }));
}

#[tokio::test]
async fn bars_are_read_page_by_page() {
    let (broker, alpaca) = paper(|seen| {
        let bar = |at: &str, close: &str| {
            format!("{{\"t\":\"{at}\",\"o\":1,\"h\":3,\"l\":0.5,\"c\":{close},\"v\":10,\"n\":1,\"vw\":1}}")
        };
        let second = seen.target.contains("page_token=abc");
        let (bars, next) = if second {
            (bar("2026-09-11T04:00:00Z", "2"), "null")
        } else {
            (bar("2026-09-10T04:00:00Z", "1.5"), "\"abc\"")
        };
        answer(200, format!("{{\"symbol\":\"AAPL\",\"bars\":[{bars}],\"next_page_token\":{next}}}"))
    })
    .await;
    let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
    let stretch = Stretch {
        symbol: symbol("AAPL"),
        feed: Feed::Delayed,
        timeframe: Timeframe::Minutes(30),
        start: at("2026-09-01T00:00:00Z"),
        end: at("2026-09-11T20:00:00Z"),
    };
    let bars = alpaca.bars(&access(Environment::Paper), &stretch).await.unwrap();
    assert_eq!(bars.iter().map(|bar| bar.close.get()).collect::<Vec<_>>(), [dec("1.5"), dec("2")]);
    let query = asked(&broker.seen(), 0);
    for part in ["timeframe=30Min", "feed=sip", "adjustment=split", "start=2026-09-01T00:00:00Z", "sort=asc"] {
        assert!(query.contains(part), "{query}");
    }
}

#[tokio::test]
async fn news_and_movers_are_read_and_what_is_no_news_is_left_out() {
    let (broker, alpaca) = paper(|seen| {
        let body = if seen.path().ends_with("news") {
            r#"{"news":[{"id":1,"headline":"Apple opens a shop","author":"A","created_at":"2026-09-11T14:00:00Z",
                "updated_at":"2026-09-11T14:05:00Z","summary":"","content":"","url":null,"images":[],"symbols":["AAPL"],
                "source":"benzinga"},{"id":2,"headline":" ","created_at":"2026-09-11T14:00:00Z"},{"id":3}],
                "next_page_token":"x"}"#
        } else if seen.path().ends_with("movers") {
            r#"{"gainers":[{"symbol":"UP","price":12.5,"change":2.5,"percent_change":25}],"losers":[],
                "market_type":"stocks","last_updated":"2026-09-11T14:05:00Z"}"#
        } else {
            r#"{"most_actives":[{"symbol":"AAPL","volume":48123456,"trade_count":512340}],"last_updated":"2026-09-11T14:05:00Z"}"#
        };
        answer(200, body)
    })
    .await;
    let on = access(Environment::Paper);
    let news = alpaca.news(&on, Some(&symbol("BTC/USD")), 8).await.unwrap();
    assert_eq!(news.len(), 1);
    assert_eq!((news[0].headline.as_str(), news[0].url.as_deref()), ("Apple opens a shop", None));
    let movers = alpaca.movers(&on, 10).await.unwrap();
    assert_eq!((movers.gainers[0].fraction, movers.busiest[0].trades), (dec("0.25"), dec("512340")));
    assert_eq!(asked(&broker.seen(), 0), "/v1beta1/news?limit=8&sort=desc&symbols=BTCUSD");
}

#[tokio::test]
async fn a_chain_is_put_together_from_contracts_and_prices() {
    let (broker, alpaca) = paper(|seen| {
        let body = if seen.path() == "/v2/options/contracts" {
            r#"{"option_contracts":[{"expiration_date":"2026-12-18"},{"expiration_date":"2026-11-27"},
                {"expiration_date":"2026-12-18"}],"next_page_token":null}"#
        } else {
            r#"{"snapshots":{"AAPL261218P00180000":{"latestQuote":{"t":"2026-11-20T20:00:00Z","bp":1.1,"ap":1.15,"bs":1,"as":2,"c":"A"}},
                "AAPL261218C00180000":{"greeks":{"delta":0.51,"gamma":0.01,"rho":0.1,"theta":-0.08,"vega":0.2},"impliedVolatility":0.3125},
                "AAPL261120C00180000":{},"NOT AN OPTION":{},"AAPL261218C00185000":null},"next_page_token":null}"#
        };
        answer(200, body)
    })
    .await;
    let on = access(Environment::Paper);
    let days = alpaca.expiries(&on, &symbol("AAPL"), day("2026-11-21")).await.unwrap();
    assert_eq!(days, [day("2026-11-27"), day("2026-12-18")]);
    let strikes = alpaca.chain(&on, &symbol("AAPL"), day("2026-12-18")).await.unwrap();
    let rights: Vec<_> = strikes.iter().map(|strike| strike.contract.right).collect();
    assert_eq!(rights, [Right::Call, Right::Put], "of that day only, calls before puts");
    assert_eq!((strikes[0].delta, strikes[0].volatility), (Some(dec("0.51")), Some(dec("0.3125"))));
    assert_eq!(strikes[1].quote.unwrap().ask.unwrap().get(), dec("1.15"));
    assert!(asked(&broker.seen(), 0).contains("expiration_date_lte=2029-"), "beyond Alpaca's own default");
}

#[tokio::test]
async fn activities_are_read_with_their_money_and_their_day() {
    let body = r#"[{"id":"20260911103102345::3c1e","activity_type":"FILL","type":"fill","transaction_time":"2026-09-11T14:31:02.345Z",
        "symbol":"XYZ","side":"sell_short","price":"41.05","qty":"2","cum_qty":"2","leaves_qty":"0",
        "order_id":"0f1c2b7e-6f53-4a75-9c0c-6d2b2a9e1f01","order_status":"filled"},
        {"id":"20260911000000000::aa02","activity_type":"DIV","activity_sub_type":"CDIV","date":"2026-09-11","net_amount":"4.4",
        "symbol":"XYZ","qty":"10","per_share_amount":"0.44","status":"executed","description":"Cash DIV","currency":"USD",
        "created_at":"2026-09-12T01:02:03Z"},
        {"id":"20260910000000000::bb","activity_type":"BRAND_NEW","status":"canceled","date":"2026-09-10T00:00:00Z"}]"#;
    let (broker, alpaca) = paper(move |_| answer(200, body)).await;
    let on = access(Environment::Paper);
    let filter = ActivityFilter {
        chapter: Chapter::Transfers,
        order: Some("0f1c2b7e-6f53-4a75-9c0c-6d2b2a9e1f01".parse().unwrap()),
        since: Some(day("2026-09-01")),
        after: Some("20260912::x".to_owned()),
        most: 3,
    };
    let page = alpaca.activities(&on, &filter).await.unwrap();
    assert_eq!(page.next.as_deref(), Some("20260910000000000::bb"), "a full page has another one");
    let [fill, dividend, new] = page.list.as_slice() else { panic!("{page:?}") };
    assert_eq!((fill.side, fill.net.unwrap().0), (Some(Side::Sell), dec("82.10")));
    assert_eq!((dividend.net.unwrap().0, dividend.at), (dec("4.4"), When::Day(day("2026-09-11"))));
    assert_eq!((new.at, new.description.as_str()), (When::Day(day("2026-09-10")), "canceled: "));
    let query = asked(&broker.seen(), 0);
    for part in
        ["activity_types=CSD,CSW,", "order_id=0f1c2b7e-", "page_size=3", "after=2026-09-01T00:00:00Z", "page_token="]
    {
        assert!(query.contains(part), "{query}");
    }
    let more = ActivityFilter { most: 50, ..filter };
    assert_eq!(alpaca.activities(&on, &more).await.unwrap().next, None);
}

#[tokio::test]
async fn worth_over_time_counts_what_was_paid_where_it_is_known() {
    let body = r#"{"timestamp":[1775606400,1775692800,1775779200,1775865600],"equity":[100,null,320.5,330],
        "profit_loss":[0,null,20.5,9.5],"profit_loss_pct":[0,null,0.1,0.02],"base_value":100,"base_value_asof":"2026-04-06",
        "timeframe":"1D","cashflow":{"CSD":[0,150,50,0],"CSW":[0,0,null,-5],"OLD":null}}"#;
    let (broker, alpaca) = paper(move |_| answer(200, body)).await;
    let curve = alpaca.curve(&access(Environment::Paper), Span::Quarter).await.unwrap();
    let points: Vec<_> = curve.points.iter().map(|point| (point.equity.0, point.flow.0)).collect();
    assert_eq!(points, [(dec("100"), dec("0")), (dec("320.5"), dec("200")), (dec("330"), dec("-5"))]);
    let query = asked(&broker.seen(), 0);
    assert!(query.contains("period=3M&timeframe=1D&cashflow_types=CSD,CSW"), "{query}");
    for odd in [r#"{"timestamp":[1,2],"equity":[1]}"#, r#"{"timestamp":[2,1],"equity":[1,1]}"#] {
        let (_broker, alpaca) = paper(move |_| answer(200, odd)).await;
        let curve = alpaca.curve(&access(Environment::Paper), Span::Day).await;
        assert_eq!(curve, Err(ReadFailure::Unreadable { status: 200 }), "{odd}");
    }
}

#[tokio::test]
async fn watchlists_are_made_once_rewritten_whole_and_deleted() {
    let id = "3174d6df-7726-44b4-a5bd-7fda5ae6e009";
    let (broker, alpaca) = paper(move |seen| {
        let list = format!("{{\"id\":\"{id}\",\"name\":\"Tech\",\"assets\":[{{\"symbol\":\"AAPL\"}}]}}");
        match (seen.method.as_str(), seen.path()) {
            ("DELETE", _) => answer(204, ""),
            ("GET", "/v2/watchlists") => answer(200, format!("[{{\"id\":\"{id}\",\"name\":\"Tech\"}}]")),
            ("POST", _) => answer(500, ""),
            _ => answer(200, list),
        }
    })
    .await;
    let on = access(Environment::Paper);
    let all = alpaca.watchlists(&on).await.unwrap();
    let list = Watchlist { symbols: vec![symbol("AAPL")], ..all[0].clone() };
    assert_eq!(alpaca.watchlist(&on, list.id).await, Ok(list.clone()));
    assert_eq!(alpaca.rewrite_watchlist(&on, &list).await, Ok(list.clone()));
    assert_eq!(alpaca.create_watchlist(&on, "New", &[]).await, Err(ReadFailure::Unavailable));
    assert_eq!(broker.count("POST"), 1, "a list may have been made: it is not made again");
    assert_eq!(alpaca.delete_watchlist(&on, list.id).await, Ok(()));
    let body = broker.seen().into_iter().find(|seen| seen.method == "PUT").unwrap().body;
    assert_eq!(body, r#"{"name":"Tech","symbols":["AAPL"]}"#);
    let missing: WatchlistId = id.parse().unwrap();
    let (_broker, alpaca) = paper(|_| answer(404, problem(40_410_000, "watchlist not found"))).await;
    assert_eq!(alpaca.watchlist(&on, missing).await, Err(ReadFailure::NotFound));
}

#[tokio::test]
async fn a_page_of_orders_knows_whether_there_is_another_one() {
    let row = |n: u32| crate::world::shown(&[("id", &format!("\"{n:08x}-0000-4000-8000-000000000000\""))]);
    let body = format!("[{},{}]", row(2), row(1));
    let (broker, alpaca) = paper(move |_| answer(200, body.clone())).await;
    let on = access(Environment::Paper);
    let filter = |most| OrderFilter { which: Which::All, symbol: Some(symbol("XYZ")), older_than: None, most };
    let full = alpaca.order_page(&on, &filter(2)).await.unwrap();
    assert_eq!(full.next.map(|id| id.0.as_u128() >> 96), Some(1));
    assert_eq!(alpaca.order_page(&on, &filter(3)).await.unwrap().next, None);
    assert_eq!(asked(&broker.seen(), 0), "/v2/orders?status=all&limit=2&direction=desc&nested=true&symbols=XYZ");
}

#[tokio::test]
async fn the_quotes_of_a_spreads_legs_come_with_one_call_and_what_has_none_is_left_out() {
    let (broker, alpaca) = paper(|_| {
        let body = r#"{"snapshots":{"AAPL261218P00180000":{"latestQuote":{"t":"2026-11-20T20:00:00Z","bp":1.1,"ap":1.15,"bs":1,"as":2,"c":"A"}},
            "AAPL261218C00180000":{"latestTrade":{"t":"2026-11-20T20:00:00Z","p":3,"s":1,"c":"a","x":"C"}}},"next_page_token":null}"#;
        answer(200, body)
    })
    .await;
    let contracts = ["AAPL261218P00180000", "AAPL261218C00180000", "AAPL261218C00185000"].map(symbol);
    let quotes = MarketData::quotes(&alpaca, &access(Environment::Paper), &contracts).await.unwrap();
    assert_eq!(quotes.keys().collect::<Vec<_>>(), [&contracts[0]]);
    let quote = quotes[&contracts[0]];
    assert_eq!((quote.bid.unwrap().get(), quote.ask.unwrap().get()), (dec("1.1"), dec("1.15")));
    let seen = broker.seen();
    assert_eq!(seen.len(), 1);
    let names = "AAPL261218P00180000,AAPL261218C00180000,AAPL261218C00185000";
    assert_eq!(asked(&seen, 0), format!("/v1beta1/options/snapshots?symbols={names}"));
}

#[tokio::test]
async fn what_a_contract_stands_for_is_read_with_it() {
    let contract = |size: &str, deliverables: &str| {
        format!(
            r#"{{"id":"1","symbol":"AAPL1261218C00025000","name":"AAPL1 Dec 18 2026 25 Call","status":"active","tradable":true,
            "expiration_date":"2026-12-18","root_symbol":"AAPL1","underlying_symbol":"AAPL","type":"call","style":"american",
            "strike_price":"25","multiplier":"100","size":"{size}"{deliverables}}}"#
        )
    };
    let share = |amount: &str| {
        format!(
            r#"{{"type":"equity","symbol":"AAPL","asset_id":"x","amount":{amount},"allocation_percentage":"100",
            "settlement_type":"T+1","settlement_method":"CCC","delayed_settlement":false}}"#
        )
    };
    let cash = r#"{"type":"cash","symbol":"USD","amount":"12.5","settlement_type":"T+1","settlement_method":"CADF"}"#;
    let cases = [
        (contract("100", ""), true),
        (contract("100", &format!(r#","deliverables":[{}]"#, share("\"100\""))), true),
        (contract("100", &format!(r#","deliverables":[{}]"#, share("null"))), true),
        (contract("10", ""), false),
        (contract("100", &format!(r#","deliverables":[{}]"#, share("\"10\""))), false),
        (contract("100", &format!(r#","deliverables":[{},{cash}]"#, share("\"100\""))), false),
    ];
    for (body, standard) in cases {
        let shown = body.clone();
        let (_broker, alpaca) = paper(move |_| answer(200, shown.clone())).await;
        let asset =
            Brokerage::asset(&alpaca, &access(Environment::Paper), &symbol("AAPL1261218C00025000")).await.unwrap();
        assert_eq!(asset.terms.unwrap().are_standard(), standard, "{body}");
    }
}
