#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
use super::*;

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("moment")
}

fn all(market: &Market, symbol: &str, timeframe: &str, from: &str, to: &str) -> Vec<Bar> {
    let clerk = Clerk::at(market, symbol, now()).expect("listed");
    let timeframe = Timeframe::read(timeframe).expect("timeframe");
    clerk.bars(timeframe, (moment(from), moment(to)), false).collect()
}

fn together(bars: &[Bar]) -> Bar {
    bars.iter().copied().reduce(Bar::and).expect("a bar")
}

fn now() -> DateTime<Utc> {
    moment("2026-11-23T17:00:30Z")
}

fn market() -> Market {
    Market::new(7, now())
}

#[test]
fn timeframes_are_those_that_the_vendor_makes() {
    for good in ["1Min", "59T", "1Hour", "23H", "1Day", "1D", "1Week", "1W", "12Month", "3M"] {
        assert!(Timeframe::read(good).is_some(), "{good}");
    }
    for bad in ["60Min", "24Hour", "2Day", "5Month", "0Min", "Min", "1", "", "1min", "-1Min", "1 Min"] {
        assert!(Timeframe::read(bad).is_none(), "{bad}");
    }
}

#[test]
fn shorter_bars_add_up_to_longer_ones() {
    let market = market();
    let (open, close) = ("2026-11-20T14:30:00Z", "2026-11-20T20:59:59Z");
    let minutes = all(&market, "AAPL", "1Min", open, close);
    assert_eq!(minutes.len(), 390);
    let same = |one: Bar, other: Bar| {
        assert_eq!(
            (one.open, one.high, one.low, one.close, one.volume, one.trades),
            (other.open, other.high, other.low, other.close, other.volume, other.trades)
        );
    };
    let day = all(&market, "AAPL", "1Day", "2026-11-20T00:00:00Z", "2026-11-20T23:00:00Z");
    assert_eq!(day.len(), 1);
    assert_eq!(day[0].at, moment("2026-11-20T05:00:00Z"));
    same(day[0], together(&minutes));
    for (bar, parts) in all(&market, "AAPL", "15Min", open, close).iter().zip(minutes.chunks(15)) {
        assert_eq!(bar.at, parts[0].at);
        same(*bar, together(parts));
    }
    let week = all(&market, "AAPL", "1Week", "2026-11-16T00:00:00Z", "2026-11-20T23:00:00Z");
    same(week[0], together(&all(&market, "AAPL", "1Day", "2026-11-16T00:00:00Z", "2026-11-20T23:00:00Z")));
}

#[test]
fn bars_keep_to_sessions_and_to_what_has_happened() {
    let market = market();
    let today = all(&market, "AAPL", "1Min", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z");
    assert_eq!(today.first().map(|bar| bar.at), Some(moment("2026-11-23T09:00:00Z")), "4:00 in New York");
    assert_eq!(today.last().map(|bar| bar.at), Some(moment("2026-11-23T16:59:00Z")), "the last whole minute");
    assert!(all(&market, "AAPL", "1Day", "2026-11-21T00:00:00Z", "2026-11-22T23:00:00Z").is_empty(), "a weekend");
    assert_eq!(all(&market, "BTC/USD", "1Day", "2026-11-21T05:00:00Z", "2026-11-22T23:00:00Z").len(), 2);
    let clerk = Clerk::at(&market, "AAPL", now()).expect("listed");
    let window = (moment("2026-11-02T00:00:00Z"), now());
    let mut backwards: Vec<Bar> = clerk.bars(Timeframe::Day, window, true).collect();
    backwards.reverse();
    assert_eq!(backwards, clerk.bars(Timeframe::Day, window, false).collect::<Vec<_>>());
    assert_eq!(clerk.last_days().0, backwards.last().copied());
}

#[test]
fn a_pinned_symbol_has_the_bars_of_its_pins() {
    let mut market = market();
    let (low, high) = (Decimal::new(9_900, 2), Decimal::new(10_100, 2));
    market.set_quote("AAPL", low, high, moment("2026-11-23T16:30:10Z"));
    let bars = all(&market, "AAPL", "1Min", "2026-11-23T16:29:00Z", "2026-11-23T17:00:00Z");
    assert_eq!(bars.len(), 2);
    assert_eq!((bars[1].open, bars[1].volume), (Decimal::ONE_HUNDRED, Decimal::ONE_HUNDRED));
}
