//! How long a picture takes to draw, on one core.

use super::spread;
use chrono::{DateTime, TimeDelta, Utc};
use desk::view::Page;
use desk::views::{Allocation, Chart, Owner, Portfolio};
use domain::account::Environment;
use domain::clock::{Clock, SystemClock};
use domain::equity::{Curve, Point};
use domain::market::{Bar, Span};
use domain::money::{Price, Usd};
use domain::symbol::Symbol;
use rust_decimal::Decimal;

/// Drawings of each kind.
const ROUNDS: usize = 40;

/// One line for each kind of picture.
pub(super) fn pictures() -> String {
    let kinds =
        [("chart of a year", chart()), ("portfolio of a year", Some(portfolio())), ("allocation", Some(allocation()))];
    let lines: Vec<_> = kinds.into_iter().map(|(name, page)| line(name, page.as_ref())).collect();
    lines.join("\n")
}

fn line(name: &str, page: Option<&Page>) -> String {
    let clock = SystemClock::start();
    let mut spans = Vec::new();
    let mut bytes = 0;
    for _ in 0..ROUNDS {
        let began = clock.elapsed();
        let png = page.and_then(|page| commands::chart::draw(std::hint::black_box(page)));
        let span = clock.elapsed().saturating_sub(began);
        bytes = png.map_or(0, |png| png.len());
        spans.push(TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX));
    }
    let (p50, p99) = spread(&spans);
    format!("picture, {name}: p50 {p50:.1} ms, p99 {p99:.1} ms, {} kB", bytes / 1_000)
}

fn moment(day: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + day)
}

/// Up and down, the same every time.
fn wave(day: i64) -> Decimal {
    Decimal::new(18_000 + (day * 37) % 900 + day * 9, 2)
}

fn chart() -> Option<Page> {
    let bar = |day: i64| {
        let (open, close) = (wave(day), wave(day + 1));
        Some(Bar {
            at: moment(day),
            open: Price::new(open)?,
            high: Price::new(open.max(close) + Decimal::ONE)?,
            low: Price::new(open.min(close) - Decimal::ONE)?,
            close: Price::new(close)?,
            volume: Decimal::from(1_000 + (day * 7_919) % 90_000),
        })
    };
    Some(Page::Chart(Box::new(Chart {
        symbol: Symbol::from_broker("AAPL"),
        name: String::new(),
        span: Span::Year,
        bars: (0..252).map(bar).collect::<Option<_>>()?,
        feed: None,
        owner: None,
        marks: Vec::new(),
        entry: Some(Usd(wave(100))),
        waiting: Vec::new(),
        at: moment(252),
    })))
}

fn portfolio() -> Page {
    let point =
        |day: i64| Point { at: moment(day), equity: Usd(wave(day) * Decimal::ONE_HUNDRED), flow: Usd(Decimal::ZERO) };
    let curve = Curve { span: Span::Year, points: (0..252).map(point).collect() };
    Page::Portfolio(Portfolio { owner: Owner::All(Environment::Paper, 2), curve, missing: Vec::new(), at: moment(252) })
}

fn allocation() -> Page {
    let slices = (0..30).map(|n| (Symbol::from_broker(format!("SYM{n}")), Usd(wave(30 - n)))).collect();
    Page::Allocation(Allocation {
        owner: Owner::All(Environment::Paper, 2),
        slices,
        unvalued: Vec::new(),
        cash: Some(Usd(Decimal::ONE_HUNDRED)),
        equity: None,
        missing: Vec::new(),
        at: moment(0),
    })
}
