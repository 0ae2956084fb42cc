//! The market: what is listed, whether it is open, and a seeded tape of quotes.

use super::assets::{Asset, listing};
use super::calendar::{self, Session};
use crate::rng::Rng;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use uuid::Uuid;

/// How much world time one step of the tape takes.
const TICK: TimeDelta = TimeDelta::seconds(1);
/// Steps caught up at once after the clock jumped; more would only cost time.
const CATCH_UP: i64 = 120;

/// Best bid and offer of a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// What buyers pay; zero when there are none.
    pub bid: Decimal,
    /// What sellers want; zero when there are none.
    pub ask: Decimal,
    /// When it was made.
    pub at: DateTime<Utc>,
}

/// Open, high, low, close and volume of a span.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bar {
    pub at: DateTime<Utc>,
    pub open: Decimal,
    pub high: Decimal,
    pub low: Decimal,
    pub close: Decimal,
    pub volume: u64,
    pub trades: u64,
}

impl Bar {
    fn flat(at: DateTime<Utc>, price: Decimal) -> Self {
        Self { at, open: price, high: price, low: price, close: price, volume: 0, trades: 0 }
    }

    fn print(&mut self, price: Decimal, shares: u64) {
        self.high = self.high.max(price);
        self.low = self.low.min(price);
        self.close = price;
        self.volume += shares;
        self.trades += 1;
    }
}

/// What the tape knows of one symbol.
#[derive(Clone, Debug)]
pub(super) struct Ticker {
    pub asset: Asset,
    pub quote: Quote,
    pub last: Decimal,
    pub last_at: DateTime<Utc>,
    pub trade_id: u64,
    pub minute: Bar,
    pub day: Bar,
    pub previous_day: Bar,
    pinned: bool,
}

impl Ticker {
    fn new(asset: Asset, at: DateTime<Utc>) -> Self {
        let price = asset.base_price;
        let opened = calendar::midnight(calendar::date_of(at));
        let quote = spread_around(price, at);
        let bar = Bar::flat(opened, price);
        let previous_day = Bar { at: opened - TimeDelta::days(1), volume: 1_000_000, trades: 10_000, ..bar };
        let minute = Bar::flat(at, price);
        Self { asset, quote, last: price, last_at: at, trade_id: 1, minute, day: bar, previous_day, pinned: false }
    }

    fn print(&mut self, price: Decimal, at: DateTime<Utc>, shares: u64) {
        if at - self.minute.at >= TimeDelta::minutes(1) {
            self.minute = Bar::flat(at, price);
        }
        self.last = price;
        self.last_at = at;
        self.trade_id += 1;
        self.minute.print(price, shares);
        self.day.print(price, shares);
    }

    fn step(&mut self, at: DateTime<Utc>, rng: &mut Rng) {
        let (draw, shares) = (rng.below(7), 1 + rng.below(400));
        if self.pinned {
            return;
        }
        // At most three hundredths of a percent per step, and never far from where the tape began.
        let swing = Decimal::from(draw) - Decimal::from(3);
        let price = on_grid(self.last + self.last * swing * Decimal::new(1, 4));
        let (floor, ceiling) =
            (self.asset.base_price * Decimal::new(7, 1), self.asset.base_price * Decimal::new(13, 1));
        let price = on_grid(price.clamp(floor, ceiling));
        self.print(price, at, shares);
        self.quote = spread_around(price, at);
    }
}

/// The smallest price step: a cent, or a hundredth of one below a dollar.
fn grid(price: Decimal) -> u32 {
    if price >= Decimal::ONE { 2 } else { 4 }
}

fn on_grid(price: Decimal) -> Decimal {
    price.round_dp(grid(price))
}

fn spread_around(price: Decimal, at: DateTime<Utc>) -> Quote {
    let step = Decimal::new(1, grid(price));
    let half = (price * Decimal::new(1, 4)).round_dp(grid(price)).max(step);
    Quote { bid: price - half, ask: price + half, at }
}

/// The listing, the session and the tape.
#[derive(Clone, Debug)]
pub struct Market {
    tickers: BTreeMap<String, Ticker>,
    rng: Rng,
    forced: Option<bool>,
    today: NaiveDate,
    stepped_to: DateTime<Utc>,
}

impl Market {
    pub(super) fn new(seed: u64, at: DateTime<Utc>) -> Self {
        let ticker = |asset: Asset| (asset.symbol.clone(), Ticker::new(asset, at));
        Self {
            tickers: listing().into_iter().map(ticker).collect(),
            rng: Rng::seeded(seed ^ 0x7461_7065),
            forced: None,
            today: calendar::date_of(at),
            stepped_to: at,
        }
    }

    /// Opens or closes the regular session whatever the calendar says; [`Market::follow_calendar`] ends it.
    pub fn set_open(&mut self, open: bool) {
        self.forced = Some(open);
    }

    /// Lets the calendar decide again.
    pub fn follow_calendar(&mut self) {
        self.forced = None;
    }

    /// Whether the session is what somebody set rather than what the calendar says.
    pub(super) const fn is_forced(&self) -> bool {
        self.forced.is_some()
    }

    /// The session at `now`.
    pub fn session(&self, now: DateTime<Utc>) -> Session {
        match self.forced {
            Some(true) => Session::Regular,
            Some(false) => Session::Closed,
            None => calendar::session_at(now),
        }
    }

    /// Whether the regular session runs at `now`.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.session(now) == Session::Regular
    }

    /// Whether an order may trade at `now`.
    pub(super) fn trades_now(&self, now: DateTime<Utc>, extended_hours: bool) -> bool {
        match self.session(now) {
            Session::Regular => true,
            Session::Extended => extended_hours,
            Session::Closed => false,
        }
    }

    /// The next moment an order that cannot trade at `now` should look again.
    pub(super) fn next_chance(&self, now: DateTime<Utc>, extended_hours: bool) -> DateTime<Utc> {
        // A forced session has no calendar to wait for: look at every evaluation.
        if self.forced.is_some() {
            return now;
        }
        if extended_hours { calendar::next_edge(now, |day| day.pre_open) } else { calendar::next_open(now) }
    }

    /// When a day order taken at `now` ends. A market held open has no bell: an order gets an hour at the least.
    pub(super) fn day_end(&self, now: DateTime<Utc>, extended_hours: bool) -> DateTime<Utc> {
        let grace = if self.forced == Some(true) { TimeDelta::hours(1) } else { TimeDelta::zero() };
        calendar::day_end(now + grace, extended_hours)
    }

    /// Lists another asset, or lists one anew.
    pub fn list(&mut self, asset: Asset, now: DateTime<Utc>) {
        self.tickers.insert(asset.symbol.clone(), Ticker::new(asset, now));
    }

    /// Takes everything else off the list: a small market costs little time.
    pub fn keep_only(&mut self, symbol: &str) {
        self.tickers.retain(|listed, _| listed == symbol);
    }

    /// Everything listed, by symbol.
    pub fn assets(&self) -> impl Iterator<Item = &Asset> {
        self.tickers.values().map(|ticker| &ticker.asset)
    }

    /// Finds an asset by symbol or id.
    pub fn asset(&self, symbol_or_id: &str) -> Option<&Asset> {
        if let Some(ticker) = self.tickers.get(symbol_or_id) {
            return Some(&ticker.asset);
        }
        let id: Uuid = symbol_or_id.parse().ok()?;
        self.assets().find(|asset| asset.id == id)
    }

    /// Pins the quote of a symbol: the tape no longer moves it. Zero means that side is empty. The last trade becomes
    /// the middle, rounded to the price grid, or the one side there is.
    pub fn set_quote(&mut self, symbol: &str, bid: Decimal, ask: Decimal, now: DateTime<Utc>) {
        if let Some(ticker) = self.tickers.get_mut(symbol) {
            ticker.pinned = true;
            ticker.quote = Quote { bid, ask, at: now };
            let middle = if bid.is_zero() || ask.is_zero() { bid + ask } else { (bid + ask) / Decimal::TWO };
            if !middle.is_zero() {
                ticker.print(on_grid(middle), now, 100);
            }
        }
    }

    /// The present quote of a symbol.
    pub fn quote(&self, symbol: &str) -> Option<Quote> {
        self.tickers.get(symbol).map(|ticker| ticker.quote)
    }

    /// The price of the last trade.
    pub fn last(&self, symbol: &str) -> Option<Decimal> {
        self.tickers.get(symbol).map(|ticker| ticker.last)
    }

    pub(super) fn ticker(&self, symbol: &str) -> Option<&Ticker> {
        self.tickers.get(symbol)
    }

    /// Moves the tape up to `now` while the market trades, and turns the day's page.
    pub(super) fn step_to(&mut self, now: DateTime<Utc>) {
        self.turn_page(now);
        let ticks = (now - self.stepped_to).num_seconds() / TICK.num_seconds();
        if ticks <= 0 {
            return;
        }
        self.stepped_to += TICK * i32::try_from(ticks).unwrap_or(i32::MAX);
        if self.session(now) == Session::Closed {
            return;
        }
        for tick in (0..ticks.min(CATCH_UP)).rev() {
            let at = self.stepped_to - TICK * i32::try_from(tick).unwrap_or(0);
            for ticker in self.tickers.values_mut() {
                ticker.step(at, &mut self.rng);
            }
        }
    }

    fn turn_page(&mut self, now: DateTime<Utc>) {
        let date = calendar::date_of(now);
        if date > self.today {
            self.today = date;
            for ticker in self.tickers.values_mut() {
                ticker.previous_day = ticker.day;
                ticker.day = Bar::flat(calendar::midnight(date), ticker.last);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-23T17:00:00Z".parse().expect("moment")
    }

    #[test]
    fn the_same_seed_prints_the_same_tape() {
        let run = |seed| {
            let mut market = Market::new(seed, noon());
            for second in 1..=50 {
                market.step_to(noon() + TimeDelta::seconds(second));
            }
            market.tickers.values().map(|ticker| (ticker.quote, ticker.last)).collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
    }

    #[test]
    fn quotes_stay_uncrossed_and_on_the_grid() {
        let mut market = Market::new(3, noon());
        for second in 1..=500 {
            market.step_to(noon() + TimeDelta::seconds(second));
            for ticker in market.tickers.values() {
                let Quote { bid, ask, .. } = ticker.quote;
                assert!(Decimal::ZERO < bid && bid < ask, "{}: {bid} {ask}", ticker.asset.symbol);
                assert!(bid.normalize().scale() <= grid(bid) && ask.normalize().scale() <= grid(ask));
            }
        }
    }

    #[test]
    fn a_pinned_quote_does_not_move() {
        let mut market = Market::new(3, noon());
        market.set_quote("AAPL", Decimal::new(9_999, 2), Decimal::new(10_001, 2), noon());
        market.step_to(noon() + TimeDelta::seconds(300));
        assert_eq!(market.quote("AAPL").map(|quote| quote.ask), Some(Decimal::new(10_001, 2)));
        assert_eq!(market.last("AAPL"), Some(Decimal::new(10_000, 2)));
    }
}
