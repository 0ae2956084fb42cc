//! The market: what is listed, whether it is open, and what everything trades at.

use super::assets::{Asset, AssetClass, Listing};
use super::calendar::{self, Session};
use super::hours::{Hours, LONGEST_BREAK, midnight_to_midnight};
use super::options::contracts::{self, Contract, MULTIPLIER};
use super::options::pricing;
use super::tape::Line;
use chrono::{DateTime, Days, TimeDelta, Utc};
use rust_decimal::Decimal;
use std::collections::HashMap;
use std::sync::Arc;

/// Shares that trade this much in a minute are in the papers.
const NEWSWORTHY: u64 = 20_000;

/// What may have changed on the market between two moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stir {
    /// Nothing.
    Nothing,
    /// Prices.
    Prices,
    /// Prices, and whether there is trading.
    Hours,
}

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

/// A quote that was set by hand, and the trade that came with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pin {
    pub quote: Quote,
    /// None when the quote was empty: then nothing traded.
    pub traded: Option<Decimal>,
}

/// A trade as it is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trade {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub price: Decimal,
    pub size: Decimal,
}

/// What is known of one symbol at the market's present moment.
#[derive(Clone, Copy)]
pub(super) struct Ticker<'a> {
    pub asset: &'a Asset,
    pub line: Line,
    /// Quotes set by hand, oldest first. From the first one on the tape does not move.
    pub pins: &'a [Pin],
    /// The present moment, or the last one at which there was trading.
    pub at: DateTime<Utc>,
}

impl Ticker<'_> {
    /// The quote now.
    pub fn quote(&self) -> Quote {
        match self.pins.last() {
            Some(pin) => pin.quote,
            None => self.quote_in(self.at.timestamp()),
        }
    }

    /// The quote that the tape makes in a second.
    pub fn quote_in(&self, second: i64) -> Quote {
        let step = self.asset.price_step();
        let at = DateTime::from_timestamp(second, 0).unwrap_or_default();
        spread_around(self.line.price(second), step, at)
    }

    /// The last trade.
    pub fn trade(&self) -> Trade {
        let pinned = self.pins.iter().rev().find_map(|pin| Some((pin.traded?, pin.quote.at)));
        if let Some((price, at)) = pinned {
            return Trade { id: at.timestamp(), at, price, size: Decimal::ONE_HUNDRED };
        }
        let second = self.at.timestamp();
        let print = self.line.last_print(second);
        let (second, size) = print.map_or((second, 1), |print| (print.second, print.size));
        let at = DateTime::from_timestamp(second, 0).unwrap_or_default();
        let price = print.map_or_else(|| self.line.price(second), |print| print.price);
        Trade { id: second, at, price, size: Decimal::from(size) * self.line.unit }
    }

    /// The price of the last trade.
    pub fn last(&self) -> Decimal {
        self.trade().price
    }
}

/// The smallest price step of shares: a cent, or a hundredth of one below a dollar.
fn grid(price: Decimal) -> Decimal {
    if price >= Decimal::ONE { Decimal::new(1, 2) } else { Decimal::new(1, 4) }
}

fn spread_around(price: Decimal, step: Option<Decimal>, at: DateTime<Utc>) -> Quote {
    let step = step.unwrap_or_else(|| grid(price));
    let steps = (price * Decimal::new(1, 4) / step).round().max(Decimal::ONE);
    let half = step * steps;
    // Below two steps there is no room for a bid of a whole step; half of the price is one.
    let bid = if price > half { price - half } else { price / Decimal::TWO };
    Quote { bid, ask: price + half, at }
}

/// The listing, the session and the tape.
#[derive(Clone, Debug)]
pub struct Market {
    seed: u64,
    listing: Arc<Listing>,
    pins: HashMap<String, Vec<Pin>>,
    hours: Hours,
    now: DateTime<Utc>,
    /// What somebody has changed by hand since the last step.
    stir: Stir,
}

impl Market {
    pub(super) fn new(seed: u64, at: DateTime<Utc>) -> Self {
        let listing = Listing::known();
        Self {
            seed: seed ^ 0x7461_7065,
            listing,
            pins: HashMap::new(),
            hours: Hours::default(),
            now: at,
            stir: Stir::Hours,
        }
    }

    /// Opens or closes the regular session whatever the calendar says; [`Market::follow_calendar`] ends it.
    pub fn set_open(&mut self, open: bool) {
        self.hours.hold(self.now, Some(open));
        self.stir = Stir::Hours;
    }

    /// Lets the calendar decide again.
    pub fn follow_calendar(&mut self) {
        self.hours.hold(self.now, None);
        self.stir = Stir::Hours;
    }

    /// The session at `now`.
    pub fn session(&self, now: DateTime<Utc>) -> Session {
        self.hours.session(now)
    }

    /// Whether the session is what somebody set rather than what the calendar says.
    pub(super) fn is_forced(&self) -> bool {
        self.hours.held().is_some()
    }

    pub(super) const fn hours(&self) -> &Hours {
        &self.hours
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

    /// Whether an order in something of this kind may trade at `now`.
    pub(super) fn takes(&self, class: AssetClass, now: DateTime<Utc>, extended_hours: bool) -> bool {
        class == AssetClass::Crypto || self.trades_now(now, extended_hours)
    }

    /// The next moment an order that cannot trade at `now` should look again.
    pub(super) fn next_chance(&self, now: DateTime<Utc>, extended_hours: bool) -> DateTime<Utc> {
        // A forced session has no calendar to wait for: it lasts until somebody ends it.
        if self.is_forced() {
            return DateTime::<Utc>::MAX_UTC;
        }
        if extended_hours { calendar::next_edge(now, |day| day.pre_open) } else { calendar::next_open(now) }
    }

    /// When a day order taken at `now` ends. A market held open has no bell: an order gets an hour at the least.
    pub(super) fn day_end(&self, now: DateTime<Utc>, extended_hours: bool) -> DateTime<Utc> {
        let grace = if self.hours.held() == Some(true) { TimeDelta::hours(1) } else { TimeDelta::zero() };
        calendar::day_end(now + grace, extended_hours)
    }

    /// Lists more than ten thousand assets instead of the hundred or so that everybody knows.
    pub fn list_everything(&mut self) {
        self.listing = Listing::whole();
        self.stir = Stir::Hours;
    }

    /// Lists another asset, or lists one anew.
    pub fn list(&mut self, asset: Asset) {
        self.pins.remove(&asset.symbol);
        Arc::make_mut(&mut self.listing).add(asset);
        self.stir = self.stir.max(Stir::Prices);
    }

    /// Takes everything else off the list.
    pub fn keep_only(&mut self, symbol: &str) {
        self.listing = Arc::new(self.listing.find(symbol).cloned().into_iter().collect());
        self.stir = Stir::Hours;
    }

    /// Everything listed, by symbol.
    pub fn assets(&self) -> impl Iterator<Item = &Asset> {
        self.listing.assets()
    }

    /// Finds an asset by symbol or id.
    pub fn asset(&self, symbol_or_id: &str) -> Option<&Asset> {
        self.listing.find(symbol_or_id)
    }

    /// Pins the quote of a symbol: the tape no longer moves it. Zero means that side is empty. The last trade becomes
    /// the middle, rounded to the price grid, or the one side there is.
    pub fn set_quote(&mut self, symbol: &str, bid: Decimal, ask: Decimal, now: DateTime<Utc>) {
        let Some(asset) = self.listing.find(symbol) else { return };
        let middle = if bid.is_zero() || ask.is_zero() { bid + ask } else { (bid + ask) / Decimal::TWO };
        let step = asset.price_step().unwrap_or_else(|| grid(middle));
        let traded = (!middle.is_zero()).then(|| middle.round_dp(step.scale()));
        let pins = self.pins.entry(asset.symbol.clone()).or_default();
        pins.push(Pin { quote: Quote { bid, ask, at: now }, traded });
        self.now = self.now.max(now);
        self.stir = self.stir.max(Stir::Prices);
    }

    /// The present quote of a symbol.
    pub fn quote(&self, symbol: &str) -> Option<Quote> {
        let ticker = self.ticker(symbol)?;
        let modelled = ticker.asset.class == AssetClass::Option && ticker.pins.is_empty();
        if modelled { self.contract_quote(&Contract::read(symbol)?) } else { Some(ticker.quote()) }
    }

    /// What is bid and offered for a contract, also one that nobody has traded yet.
    pub(super) fn contract_quote(&self, contract: &Contract) -> Option<Quote> {
        let share = contracts::underlying(self, &contract.root)?;
        Some(pricing::quote(contract, self.last(&share.symbol)?, self.now))
    }

    /// Lists a contract, so that it can be traded and held.
    pub(super) fn list_contract(&mut self, contract: &Contract) {
        if self.asset(&contract.symbol).is_some() {
            return;
        }
        if let Some(asset) = contracts::underlying(self, &contract.root).map(|share| contract.listed(share)) {
            self.list(asset);
        }
    }

    /// The price of the last trade.
    pub fn last(&self, symbol: &str) -> Option<Decimal> {
        let ticker = self.ticker(symbol)?;
        if ticker.asset.class == AssetClass::Option && ticker.pins.is_empty() {
            let quote = self.contract_quote(&Contract::read(symbol)?)?;
            return Some((quote.bid + quote.ask) / Decimal::TWO);
        }
        Some(ticker.last())
    }

    pub(super) fn ticker(&self, symbol: &str) -> Option<Ticker<'_>> {
        self.ticker_at(symbol, self.now)
    }

    /// What was known of a symbol at a moment.
    pub(super) fn ticker_at(&self, symbol: &str, now: DateTime<Utc>) -> Option<Ticker<'_>> {
        let asset = self.asset(symbol)?;
        let pins = self.pins.get(&asset.symbol).map_or(&[][..], Vec::as_slice);
        let pins = pins.get(..pins.partition_point(|pin| pin.quote.at <= now)).unwrap_or_default();
        let at = match asset.class {
            AssetClass::Equity | AssetClass::Option => self.hours.last_second(now),
            AssetClass::Crypto => now,
        };
        Some(Ticker { asset, line: Line::of(asset, self.seed), pins, at })
    }

    /// Moves the market to `now`, and says what may be different there. The tape moves once a second.
    pub(super) fn step_to(&mut self, now: DateTime<Utc>) -> Stir {
        let stir = std::mem::replace(&mut self.stir, Stir::Nothing);
        let moved = self.now.timestamp() != now.timestamp();
        self.now = now;
        if moved { stir.max(Stir::Prices) } else { stir }
    }

    /// What the tape follows from.
    pub(super) const fn seed(&self) -> u64 {
        self.seed
    }

    /// The companies that papers write about.
    pub(super) fn newsworthy(&self) -> Vec<&str> {
        let known = |asset: &&Asset| asset.class == AssetClass::Equity && asset.depth >= NEWSWORTHY;
        self.assets().filter(known).map(|asset| asset.symbol.as_str()).collect()
    }

    /// What one unit of a symbol was worth at a moment; nothing if nobody knows it.
    pub(super) fn worth_at(&self, symbol: &str, moment: DateTime<Utc>) -> Decimal {
        if let Some(contract) = Contract::read(symbol) {
            let share = contracts::underlying(self, &contract.root);
            let spot = share.map_or(Decimal::ZERO, |share| self.worth_at(&share.symbol, moment));
            let quote = pricing::quote(&contract, spot, moment);
            return (quote.bid + quote.ask) / Decimal::TWO * MULTIPLIER;
        }
        self.ticker_at(symbol, moment).map_or(Decimal::ZERO, |ticker| ticker.last())
    }

    /// The price at the last close before the present day of trading.
    pub(super) fn previous_close(&self, symbol: &str) -> Option<Decimal> {
        if let Some(contract) = Contract::read(symbol) {
            // The model at the share's close; what has passed since then is left out.
            let share = &contracts::underlying(self, &contract.root)?.symbol;
            let quote = pricing::quote(&contract, self.previous_close(share)?, self.now);
            return Some((quote.bid + quote.ask) / Decimal::TWO);
        }
        let ticker = self.ticker(symbol)?;
        let today = calendar::date_of(ticker.at);
        let hours = |date| match ticker.asset.class {
            AssetClass::Equity | AssetClass::Option => self.hours.of_date(date, false),
            AssetClass::Crypto => vec![midnight_to_midnight(date)],
        };
        let mut before = (1..LONGEST_BREAK).filter_map(|back| today.checked_sub_days(Days::new(back)));
        let close = before.find_map(|date| hours(date).pop())?.end;
        let pinned = ticker.pins.iter().rev().find_map(|pin| pin.traded.filter(|_| pin.quote.at < close));
        Some(pinned.unwrap_or_else(|| ticker.line.price(close.timestamp() - 1)))
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
    fn quotes_stay_uncrossed_around_the_price_and_on_the_grid() {
        let mut market = Market::new(3, noon());
        market.list_everything();
        let symbols: Vec<String> = market.assets().map(|asset| asset.symbol.clone()).step_by(37).collect();
        for second in 1..=20 {
            market.step_to(noon() + TimeDelta::seconds(second * 61));
            for symbol in &symbols {
                let Quote { bid, ask, .. } = market.quote(symbol).expect("a quote");
                assert!(Decimal::ZERO < bid && bid < ask, "{symbol}: {bid} {ask}");
                let coin = market.asset(symbol).expect("listed").class == AssetClass::Crypto;
                assert!(coin || (ask % grid(ask)).is_zero(), "{symbol}: {ask}");
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

    #[test]
    fn shares_stand_still_while_the_market_is_closed_and_coins_do_not() {
        let saturday = noon() + TimeDelta::days(5);
        let mut market = Market::new(3, saturday);
        let prices =
            |market: &Market| (market.quote("AAPL").expect("a quote"), market.quote("BTC/USD").expect("a quote"));
        let before = prices(&market);
        market.step_to(saturday + TimeDelta::hours(1));
        let after = prices(&market);
        assert_eq!(before.0, after.0);
        assert_ne!(before.1, after.1);
    }
}
