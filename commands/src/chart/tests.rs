#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use crate::reply::fixtures::{live, now, paper};
use chrono::{DateTime, TimeDelta, Utc};
use desk::views::{Allocation, Chart, Mark, Owner, Portfolio};
use domain::account::Environment;
use domain::equity::{Curve, Point};
use domain::market::{Bar, Feed, Span};
use domain::money::{Price, Usd};
use domain::symbol::Symbol;
use proptest::prelude::*;
use rust_decimal::Decimal;

/// Bytes 16 to 24 of a PNG are its width and height.
fn size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

/// Draws, and puts the picture where a person can look at it: `PADDOCK_PICTURES=/tmp/p cargo test -p commands chart`.
fn drawn(name: &str, page: &Page) -> Vec<u8> {
    let png = draw(page).unwrap();
    assert_eq!(draw(page).unwrap(), png, "the same page is the same picture");
    if let Some(folder) = std::env::var_os("PADDOCK_PICTURES") {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), &png).unwrap();
    }
    png
}

fn price(cents: i64) -> Price {
    Price::new(Decimal::new(cents.max(1), 2)).unwrap()
}

/// A walk that is the same every time.
fn walk(steps: usize, start: i64, swing: i64) -> Vec<i64> {
    let mut seed = 42_u64;
    let mut at = start;
    (0..steps)
        .map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            at = (at + i64::try_from((seed >> 33) % u64::try_from(2 * swing + 1).unwrap()).unwrap() - swing).max(100);
            at
        })
        .collect()
}

fn bars(count: usize, start: DateTime<Utc>, step: TimeDelta, cents: i64, swing: i64) -> Vec<Bar> {
    let closes = walk(count, cents, swing);
    let mut open = cents;
    let bar = |(at, close): (usize, &i64)| {
        let (low, high) = (open.min(*close) - swing / 2, open.max(*close) + swing / 3);
        let bar = Bar {
            at: start + step * i32::try_from(at).unwrap(),
            open: price(open),
            high: price(high),
            low: price(low),
            close: price(*close),
            volume: Decimal::from(200_000 + (close * 7_919) % 900_000),
        };
        open = *close;
        bar
    };
    closes.iter().enumerate().map(bar).collect()
}

fn chart(span: Span, bars: Vec<Bar>) -> Chart {
    Chart {
        symbol: Symbol::from_broker("AAPL"),
        name: "Apple Inc. Common Stock".into(),
        span,
        bars,
        feed: Some(Feed::Sip),
        owner: None,
        marks: Vec::new(),
        entry: None,
        waiting: Vec::new(),
        at: now(),
    }
}

fn curve(span: Span, step: TimeDelta, flows: &[(usize, i64)]) -> Curve {
    let mut paid = 0;
    let point = |(at, worth): (usize, &i64)| {
        let flow = flows.iter().find(|(when, _)| *when == at).map_or(0, |(_, flow)| *flow);
        paid += flow;
        Point {
            at: now() - TimeDelta::days(120) + step * i32::try_from(at).unwrap(),
            equity: Usd(Decimal::new(worth + paid, 2)),
            flow: Usd(Decimal::new(flow, 2)),
        }
    };
    Curve { span, points: walk(90, 10_000_000, 90_000).iter().enumerate().map(point).collect() }
}

fn allocation(owner: Owner, slices: &[(&str, i64)], cash: i64) -> Page {
    let slices: Vec<_> =
        slices.iter().map(|(name, worth)| (Symbol::from_broker(*name), Usd(Decimal::from(*worth)))).collect();
    let equity = slices.iter().map(|(_, worth)| worth.0).sum::<Decimal>() + Decimal::from(cash);
    Page::Allocation(Allocation {
        owner,
        slices,
        unvalued: Vec::new(),
        cash: Some(Usd(Decimal::from(cash))),
        equity: Some(Usd(equity)),
        missing: Vec::new(),
        at: now(),
    })
}

#[test]
fn candles_are_drawn_with_what_is_the_users_own() {
    let month = bars(150, now() - TimeDelta::days(30), TimeDelta::hours(4), 18_450, 120);
    let own = Chart {
        owner: Some(live()),
        marks: vec![
            Mark { at: month[30].at, price: month[30].low, bought: true },
            Mark { at: month[110].at, price: month[110].high, bought: false },
        ],
        entry: Some(Usd(month[30].low.get())),
        waiting: vec![(price(17_900), true), (price(18_900), false)],
        ..chart(Span::Month, month)
    };
    assert_eq!(size(&drawn("candles-month", &Page::Chart(Box::new(own)))), (1_000, 600));
    let open = now().date_naive().and_hms_opt(14, 30, 0).unwrap().and_utc();
    let day = chart(Span::Day, bars(78, open, TimeDelta::minutes(5), 18_450, 30));
    drawn("candles-day", &Page::Chart(Box::new(day)));
    let year = chart(Span::Year, bars(252, now() - TimeDelta::days(365), TimeDelta::hours(35), 1_250, 30));
    drawn("candles-year", &Page::Chart(Box::new(year)));
    let few = chart(Span::Week, bars(3, open, TimeDelta::days(1), 99, 4));
    drawn("candles-few", &Page::Chart(Box::new(few)));
    assert_eq!(draw(&Page::Chart(Box::new(chart(Span::Day, Vec::new())))), None);
}

#[test]
fn worth_is_drawn_with_what_was_paid_in() {
    let page = |owner, curve| Page::Portfolio(Portfolio { owner, curve, missing: Vec::new(), at: now() });
    let quarter = curve(Span::Quarter, TimeDelta::days(1), &[(25, 1_500_000), (60, -400_000)]);
    assert_eq!(size(&drawn("worth-quarter", &page(Owner::One(paper()), quarter))), (1_000, 600));
    let day = curve(Span::Day, TimeDelta::minutes(5), &[]);
    drawn("worth-all", &page(Owner::All(Environment::Live, 3), day));
    let short = Curve { span: Span::Day, points: Vec::new() };
    assert_eq!(draw(&page(Owner::One(paper()), short)), None);
}

#[test]
fn slices_are_drawn_the_largest_first_and_the_rest_together() {
    let few = [("AAPL", 48_210), ("NVDA", 21_400), ("BRK.B", 9_300), ("TSLA", -6_500), ("BTCUSD", 2_250)];
    drawn("slices-few", &allocation(Owner::One(paper()), &few, 22_000));
    let names: Vec<String> = (0..30).map(|n| format!("SYM{n}")).collect();
    let many: Vec<(&str, i64)> = names.iter().zip(0..).map(|(name, n)| (name.as_str(), 5_000 - n * 150)).collect();
    let png = drawn("slices-many", &allocation(Owner::All(Environment::Paper, 4), &many, -3_000));
    assert!(size(&png).1 > 600);
    assert_eq!(draw(&allocation(Owner::One(paper()), &[], 0)), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_numbers_keep_a_chart_from_being_drawn(
        closes in proptest::collection::vec(1_i64..=900_000_000_000, 1..60),
        entry in proptest::option::of(-5_i64..=900_000_000_000),
    ) {
        let start = now();
        let bars = closes.iter().zip(0..).map(|(cents, n)| Bar {
            at: start + TimeDelta::minutes(n),
            open: price(*cents),
            high: price(cents * 2),
            low: price(cents / 2),
            close: price(*cents),
            volume: Decimal::from(*cents),
        });
        let chart = Chart {
            entry: entry.map(|cents| Usd(Decimal::new(cents, 2))),
            waiting: vec![(price(1), true)],
            marks: vec![Mark { at: start - TimeDelta::days(1), price: price(closes[0]), bought: true }],
            ..chart(Span::Week, bars.collect())
        };
        prop_assert!(draw(&Page::Chart(Box::new(chart))).is_some());
    }
}
