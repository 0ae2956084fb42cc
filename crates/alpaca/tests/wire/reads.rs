//! The reads: what each makes of a good answer, of a poor one, and of a failure; and which ones are repeated.

use crate::broker::{Act, answer, with};
use crate::world::{ORDER_ID, access, access_of, intent, paper, problem, shown};
use chrono::NaiveDate;
use domain::account::Environment;
use domain::brokerage::{Brokerage, MarketData};
use domain::outcome::{Lookup, ReadFailure};
use domain::symbol::Symbol;
use rust_decimal::Decimal;
use std::sync::Mutex;

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn xyz() -> Symbol {
    Symbol::parse("XYZ").unwrap()
}

#[tokio::test]
async fn every_read_failure_has_its_row() {
    let rows: Vec<(Act, ReadFailure)> = vec![
        (answer(401, "{\"message\":\"unauthorized.\"}"), ReadFailure::Credentials),
        (answer(401, problem(40_110_000, "x")), ReadFailure::Credentials),
        (answer(403, problem(40_110_000, "swapped")), ReadFailure::Credentials),
        (answer(401, problem(40_310_000, "swapped")), ReadFailure::Forbidden { status: 401 }),
        (answer(401, "<html>"), ReadFailure::Unreadable { status: 401 }),
        (answer(403, "{\"message\":\"forbidden.\"}"), ReadFailure::Forbidden { status: 403 }),
        (answer(403, "<html>"), ReadFailure::Unreadable { status: 403 }),
        (answer(404, problem(40_410_000, "order not found for x")), ReadFailure::NotFound),
        (answer(404, problem(40_410_000, "endpoint not found.")), ReadFailure::Invalid { status: 404 }),
        (answer(404, "<html>"), ReadFailure::Unreadable { status: 404 }),
        (answer(400, problem(40_010_000, "unexpected")), ReadFailure::Invalid { status: 400 }),
        (answer(422, problem(40_010_001, "x")), ReadFailure::Invalid { status: 422 }),
        (answer(422, "{\"message\":\"no code\"}"), ReadFailure::Invalid { status: 422 }),
        (answer(301, ""), ReadFailure::Unreadable { status: 301 }),
        (answer(204, ""), ReadFailure::Unreadable { status: 204 }),
        (answer(200, ""), ReadFailure::Unreadable { status: 200 }),
        (answer(200, "<html>"), ReadFailure::Unreadable { status: 200 }),
        (answer(200, "[]"), ReadFailure::Unreadable { status: 200 }),
        (answer(200, "{\"status\":\"ACTIVE\"}"), ReadFailure::Unreadable { status: 200 }),
        (answer(200, "{\"id\":\"0f1c2b7e-6f53-4a75-9c0c-6d2b2a9e"), ReadFailure::Unreadable { status: 200 }),
        (answer(200, "[".repeat(10_000)), ReadFailure::Unreadable { status: 200 }),
    ];
    let acts = Mutex::new(rows.iter().map(|(act, _)| act.clone()).collect::<Vec<_>>().into_iter());
    let (_broker, alpaca) = paper(move |_| acts.lock().unwrap().next().unwrap()).await;
    for (row, (act, failure)) in rows.iter().enumerate() {
        assert_eq!(alpaca.account(&access_of(row)).await, Err(failure.clone()), "{act:?}");
    }
}

#[tokio::test]
async fn a_read_is_tried_three_times_and_a_healed_broker_is_seen() {
    let script = [
        [answer(500, ""), answer(503, "<html>"), answer(200, "[]")],
        [Act::Close, Act::Reset, answer(200, "[]")],
        [Act::Raw(b"garbage\r\n\r\n".to_vec()), answer(502, ""), answer(200, "[]")],
        [Act::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[".to_vec()), answer(504, ""), answer(200, "null")],
    ];
    for acts in script {
        let acts = Mutex::new(acts.into_iter());
        let (broker, alpaca) = paper(move |_| acts.lock().unwrap().next().unwrap()).await;
        assert_eq!(alpaca.positions(&access(Environment::Paper)).await, Ok(vec![]));
        assert_eq!(broker.count("GET"), 3);
    }
    let (broker, alpaca) = paper(|_| answer(500, "")).await;
    assert_eq!(alpaca.positions(&access(Environment::Paper)).await, Err(ReadFailure::Unavailable));
    assert_eq!(broker.count("GET"), 3);
}

#[tokio::test]
async fn a_read_that_cannot_wait_out_a_429_reports_it() {
    let (broker, alpaca) = paper(|_| with(429, &[("retry-after", "40")], "")).await;
    let read = alpaca.positions(&access(Environment::Paper)).await;
    assert!(matches!(read, Err(ReadFailure::RateLimited { until: Some(_) })), "{read:?}");
    assert_eq!(broker.count("GET"), 1, "the pause is longer than the read's deadline");
}

#[tokio::test]
async fn only_alpacas_own_not_found_says_that_an_order_is_not_there() {
    let failed = |failure| Lookup::Failed(failure);
    let rows: Vec<(Act, Option<Lookup>)> = vec![
        (answer(200, shown(&[])), None),
        (answer(404, problem(40_410_000, "order not found for x")), Some(Lookup::NotFound)),
        (
            answer(404, problem(40_410_000, "endpoint not found.")),
            Some(failed(ReadFailure::Unreadable { status: 404 })),
        ),
        (answer(404, "{\"message\":\"not found\"}"), Some(failed(ReadFailure::Unreadable { status: 404 }))),
        (answer(404, "<html>"), Some(failed(ReadFailure::Unreadable { status: 404 }))),
        (
            answer(200, shown(&[("client_order_id", "\"somebody-else\"")])),
            Some(failed(ReadFailure::Unreadable { status: 200 })),
        ),
        (answer(200, "[]"), Some(failed(ReadFailure::Unreadable { status: 200 }))),
        (answer(204, ""), Some(failed(ReadFailure::Unreadable { status: 204 }))),
        (answer(401, "{\"message\":\"unauthorized.\"}"), Some(failed(ReadFailure::Credentials))),
        (answer(422, problem(40_010_001, "x")), Some(failed(ReadFailure::Invalid { status: 422 }))),
    ];
    let acts = Mutex::new(rows.iter().map(|(act, _)| act.clone()).collect::<Vec<_>>().into_iter());
    let (broker, alpaca) = paper(move |_| acts.lock().unwrap().next().unwrap()).await;
    for (row, (act, expected)) in rows.iter().enumerate() {
        let looked = alpaca.look_up(&access_of(row), &intent()).await;
        match expected {
            Some(expected) => assert_eq!(looked, *expected, "{act:?}"),
            None => assert!(matches!(looked, Lookup::Found(order) if order.client_order_id == intent())),
        }
    }
    assert_eq!(broker.seen()[0].target, format!("/v2/orders:by_client_order_id?client_order_id={}", intent()));
}

#[tokio::test]
async fn an_order_of_another_id_is_not_the_one_asked_for() {
    let (_broker, alpaca) = paper(|_| answer(200, shown(&[]))).await;
    let on = access(Environment::Paper);
    assert!(alpaca.order(&on, ORDER_ID.parse().unwrap()).await.is_ok());
    let other = "00000000-6f53-4a75-9c0c-6d2b2a9e1f01".parse().unwrap();
    assert_eq!(alpaca.order(&on, other).await, Err(ReadFailure::Unreadable { status: 200 }));
}

#[tokio::test]
async fn an_account_needs_no_more_than_id_and_status() {
    let full = r#"{"id":"0f1c2b7e-6f53-4a75-9c0c-6d2b2a9e1f01","account_number":"PA3XYZ123456","status":"ACTIVE",
        "cash":"-12.5","equity":100000.25,"last_equity":"99999","buying_power":"","multiplier":"4",
        "long_market_value":null,"short_market_value":"-495","shorting_enabled":true,"trade_suspended_by_user":true,
        "user_configurations":null,"daytrade_count":0}"#;
    let bare = r#"{"id":"0f1c2b7e-6f53-4a75-9c0c-6d2b2a9e1f01","status":"BRAND_NEW_STATUS"}"#;
    let acts = Mutex::new([full, bare].into_iter());
    let (_broker, alpaca) = paper(move |_| answer(200, acts.lock().unwrap().next().unwrap())).await;
    let on = access(Environment::Paper);
    let account = alpaca.account(&on).await.unwrap();
    assert_eq!(account.number, "PA3XYZ123456");
    assert_eq!(account.cash.unwrap().0, dec("-12.5"));
    assert_eq!(account.equity.unwrap().0, dec("100000.25"));
    assert_eq!((account.buying_power, account.long_market_value), (None, None));
    assert!(account.shorting_enabled && account.suspended_by_user && !account.trading_blocked);
    assert_eq!(alpaca.account(&on).await.unwrap().status, "BRAND_NEW_STATUS");
}

#[tokio::test]
async fn a_short_position_is_below_zero_however_it_is_written() {
    let row = |qty: &str, side: &str| {
        format!(
            r#"{{"symbol":"XYZ","qty":"{qty}","qty_available":"{qty}","side":"{side}","avg_entry_price":"50.1",
            "cost_basis":"-501","market_value":null,"current_price":null,"unrealized_pl":"6",
            "unrealized_plpc":"0.0119760479041916"}}"#
        )
    };
    let body = format!("[{},{},{}]", row("-10", "short"), row("10", "short"), row("10", "long"));
    let (_broker, alpaca) = paper(move |_| answer(200, body.clone())).await;
    let positions = alpaca.positions(&access(Environment::Paper)).await.unwrap();
    let held: Vec<_> = positions.iter().map(|position| (position.qty, position.qty_available)).collect();
    assert_eq!(held, [(dec("-10"), dec("-10")), (dec("-10"), dec("-10")), (dec("10"), dec("10"))]);
    assert_eq!(positions[0].price, None);
    assert_eq!(positions[0].unrealized_fraction, Some(dec("0.0119760479041916")));
}

#[tokio::test]
async fn market_data_numbers_are_exact_and_a_zero_side_is_no_side() {
    let quote = r#"{"symbol":"XYZ","quote":{"t":"2026-09-11T14:31:02.118273645Z","ax":"V","ap":184.29,"as":100,
        "bx":"V","bp":0,"bs":0,"c":["R"],"z":"C"}}"#;
    let snapshot = r#"{"symbol":"XYZ","latestTrade":{"t":"2026-09-11T14:31:02Z","p":0.1234,"s":1},"latestQuote":null,
        "minuteBar":null,"prevDailyBar":{"t":"2026-09-10T04:00:00Z","o":1,"h":1,"l":1,"c":9007199254.123456789,"v":1}}"#;
    let (broker, alpaca) =
        paper(move |seen| answer(200, if seen.target.ends_with("latest") { quote } else { snapshot })).await;
    let on = access(Environment::Paper);
    let seen = alpaca.quote(&on, &xyz()).await.unwrap();
    assert_eq!((seen.bid, seen.ask.unwrap().get()), (None, dec("184.29")));
    assert_eq!(seen.at.timestamp_subsec_nanos(), 118_273_645);
    let shot = alpaca.snapshot(&on, &xyz()).await.unwrap();
    assert_eq!(shot.last.unwrap().get(), dec("0.1234"));
    assert_eq!(shot.previous_close.unwrap().get(), dec("9007199254.123456789"));
    assert_eq!(shot.quote, None);
    let targets: Vec<_> = broker.seen().into_iter().map(|seen| seen.target).collect();
    assert_eq!(targets, ["/v2/stocks/XYZ/quotes/latest", "/v2/stocks/XYZ/snapshot"]);
}

#[tokio::test]
async fn a_symbol_without_market_data_is_not_found() {
    for (status, body) in [
        (200, "{\"symbol\":\"XYZ\",\"quote\":null}".to_owned()),
        (200, "{}".to_owned()),
        (404, problem(40_410_000, "no quote found")),
        (400, "{\"message\":\"invalid symbol: XYZ\"}".to_owned()),
    ] {
        let (_broker, alpaca) = paper(move |_| answer(status, body.clone())).await;
        let on = access(Environment::Paper);
        assert_eq!(alpaca.quote(&on, &xyz()).await, Err(ReadFailure::NotFound));
        assert_eq!(alpaca.snapshot(&on, &xyz()).await, Err(ReadFailure::NotFound));
    }
}

#[tokio::test]
async fn clock_calendar_settings_and_assets_are_read() {
    let (broker, alpaca) = paper(|seen| {
        answer(
            200,
            match seen.path() {
                "/v2/clock" => {
                    r#"{"timestamp":"2026-09-11T10:31:02.5-04:00","is_open":true,
                    "next_open":"2026-09-14T09:30:00-04:00","next_close":"2026-09-11T16:00:00-04:00"}"#
                }
                "/v2/calendar" => {
                    r#"[{"date":"2026-11-27","open":"09:30","close":"13:00","session_open":"0400"}]"#
                }
                "/v2/account/configurations" => r#"{"suspend_trade":true,"max_options_trading_level":null}"#,
                "/v2/assets/BRK.B" => r#"{"symbol":"BRK.B","status":"active","tradable":true,"exchange":"NYSE"}"#,
                _ => r#"[{"symbol":"XYZ","name":null,"status":"active","tradable":true,"fractionable":true,"attributes":null}]"#,
            },
        )
    })
    .await;
    let on = access(Environment::Paper);
    let clock = alpaca.clock(&on).await.unwrap();
    assert!(clock.is_open && clock.at.timestamp_subsec_millis() == 500);
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let days = alpaca.calendar(&on, day("2026-11-26"), day("2026-11-27")).await.unwrap();
    assert_eq!(days[0].close.to_string(), "13:00:00");
    let settings = alpaca.configurations(&on).await.unwrap();
    assert!(settings.suspend_trade && !settings.no_shorting && settings.fractional_trading);
    let berkshire = alpaca.asset(&on, &Symbol::parse("brk.b").unwrap()).await.unwrap();
    assert!(berkshire.active && berkshire.tradable && !berkshire.shortable && berkshire.name.is_empty());
    assert_eq!(alpaca.assets(&on).await.unwrap().len(), 1);
    let targets: Vec<_> = broker.seen().into_iter().map(|seen| seen.target).collect();
    assert_eq!(targets[1], "/v2/calendar?start=2026-11-26&end=2026-11-27");
    assert_eq!(targets[4], "/v2/assets?status=active&asset_class=us_equity");
}
