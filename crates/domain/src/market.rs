//! Market data as a trader reads it: a quote with its day around it, bars, news, movers, an option chain.

use crate::account::Quote;
use crate::brokerage::Access;
use crate::money::{Price, Usd};
use crate::outcome::ReadFailure;
use crate::symbol::{Contract, Symbol};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Which tape the data come from. What an account may see follows from its own subscription at Alpaca.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Feed {
    /// All US exchanges, at once. Paid for.
    Sip,
    /// One exchange (IEX), at once. Everybody's.
    Iex,
    /// All US exchanges, but nothing of the last quarter of an hour. Everybody's.
    Delayed,
}

impl Feed {
    /// Nothing younger than this is in [`Feed::Delayed`]: Alpaca's 15 minutes, and one for clocks that differ.
    pub const DELAY: TimeDelta = TimeDelta::minutes(16);
}

/// One trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    /// At what price.
    pub price: Price,
    /// How much, when it says.
    pub size: Option<Decimal>,
    /// When, by the exchange's stamp.
    pub at: DateTime<Utc>,
}

/// Open, high, low, close and volume of a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// When the stretch began.
    pub at: DateTime<Utc>,
    /// First price.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price.
    pub close: Price,
    /// Traded volume.
    pub volume: Decimal,
}

impl Bar {
    /// Whether the four prices can be those of one stretch: a bar that cannot is not drawn.
    pub fn is_sound(&self) -> bool {
        self.low <= self.open && self.low <= self.close && self.high >= self.open && self.high >= self.close
    }
}

/// A quote with the day around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Board {
    /// Best bid and ask.
    pub quote: Option<Quote>,
    /// How much the bid stands for.
    pub bid_size: Option<Decimal>,
    /// How much the ask stands for.
    pub ask_size: Option<Decimal>,
    /// The last trade.
    pub last: Option<Trade>,
    /// Today, so far.
    pub day: Option<Bar>,
    /// The previous trading day.
    pub previous: Option<Bar>,
}

impl Board {
    /// Whether nothing at all is known.
    pub const fn is_empty(&self) -> bool {
        self.quote.is_none() && self.last.is_none() && self.day.is_none() && self.previous.is_none()
    }

    /// The last price that is known.
    pub fn price(&self) -> Option<Price> {
        self.last.map(|last| last.price).or(self.day.map(|day| day.close)).or(self.previous.map(|bar| bar.close))
    }

    /// Change against the previous day's close, in dollars and as a fraction.
    pub fn change(&self) -> Option<(Usd, Decimal)> {
        let (now, before) = (self.price()?.get(), self.previous?.close.get());
        let change = now.checked_sub(before)?;
        Some((Usd(change), change.checked_div(before)?))
    }
}

/// How far a chart looks back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// One trading day.
    Day,
    /// Five trading days.
    Week,
    /// A month.
    Month,
    /// Three months.
    Quarter,
    /// A year.
    Year,
    /// Five years.
    FiveYears,
}

impl Span {
    /// As people and Alpaca write periods: `1D`, `1W`, `1M`, `3M`, `1A`, `5A`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "1D",
            Self::Week => "1W",
            Self::Month => "1M",
            Self::Quarter => "3M",
            Self::Year => "1A",
            Self::FiveYears => "5A",
        }
    }

    /// Calendar days that surely hold it, weekends and holidays included.
    pub const fn days(self) -> i64 {
        match self {
            Self::Day => 5,
            Self::Week => 8,
            Self::Month => 31,
            Self::Quarter => 92,
            Self::Year => 366,
            Self::FiveYears => 5 * 366,
        }
    }

    /// Bars of this length make between fifty and three hundred of it.
    pub const fn timeframe(self) -> Timeframe {
        match self {
            Self::Day => Timeframe::Minutes(5),
            Self::Week => Timeframe::Minutes(30),
            Self::Month => Timeframe::Hour,
            Self::Quarter | Self::Year => Timeframe::Day,
            Self::FiveYears => Timeframe::Week,
        }
    }
}

/// The length of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timeframe {
    /// 1 to 59 minutes.
    Minutes(u8),
    /// An hour.
    Hour,
    /// A trading day.
    Day,
    /// A week.
    Week,
}

/// One piece of news. Every text in it is foreign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// What it says.
    pub headline: String,
    /// Who published it.
    pub source: String,
    /// When it was published or changed.
    pub at: DateTime<Utc>,
    /// Where the whole of it is.
    pub url: Option<String>,
    /// What it is about.
    pub symbols: Vec<Symbol>,
}

/// A stock that moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mover {
    /// Which.
    pub symbol: Symbol,
    /// Its price.
    pub price: Price,
    /// Against the previous close.
    pub change: Usd,
    /// The same as a fraction.
    pub fraction: Decimal,
}

/// A stock that many trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Busy {
    /// Which.
    pub symbol: Symbol,
    /// Shares traded today.
    pub volume: Decimal,
    /// Trades today.
    pub trades: Decimal,
}

/// The day's movers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Movers {
    /// Largest gains first.
    pub gainers: Vec<Mover>,
    /// Largest losses first.
    pub losers: Vec<Mover>,
    /// Most traded first.
    pub busiest: Vec<Busy>,
    /// As of when.
    pub at: Option<DateTime<Utc>>,
}

/// A contract with what the market says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strike {
    /// The contract's symbol.
    pub symbol: Symbol,
    /// What the symbol says.
    pub contract: Contract,
    /// Best bid and ask.
    pub quote: Option<Quote>,
    /// The last trade's price.
    pub last: Option<Price>,
    /// Implied volatility as a fraction a year.
    pub volatility: Option<Decimal>,
    /// Delta.
    pub delta: Option<Decimal>,
    /// Theta, a day.
    pub theta: Option<Decimal>,
}

/// Which bars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Of what.
    pub symbol: Symbol,
    /// From which tape.
    pub feed: Feed,
    /// How long each is.
    pub timeframe: Timeframe,
    /// From when, included.
    pub start: DateTime<Utc>,
    /// Until when, included.
    pub end: DateTime<Utc>,
}

/// What a trader's screen shows of the market.
#[async_trait]
pub trait Screen: Send + Sync + 'static {
    /// A quote with sizes and the day's bars, from one tape.
    ///
    /// # Errors
    /// [`ReadFailure`]; `Forbidden` when the account's subscription does not have the tape; `NotFound` for an unknown symbol.
    async fn board(&self, on: &Access, feed: Feed, symbol: &Symbol) -> Result<Board, ReadFailure>;

    /// Bars, oldest first. Pages by itself.
    ///
    /// # Errors
    /// [`ReadFailure`]; `Forbidden` when the account's subscription does not have the tape; `NotFound` for an unknown symbol.
    async fn bars(&self, on: &Access, stretch: &Stretch) -> Result<Vec<Bar>, ReadFailure>;

    /// News, newest first, about one symbol or about all.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn news(&self, on: &Access, symbol: Option<&Symbol>, most: usize) -> Result<Vec<News>, ReadFailure>;

    /// The day's largest movers and most traded stocks, `most` of each.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn movers(&self, on: &Access, most: usize) -> Result<Movers, ReadFailure>;

    /// Days on which an underlying's options expire, from a day on, soonest first.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn expiries(&self, on: &Access, underlying: &Symbol, from: NaiveDate) -> Result<Vec<NaiveDate>, ReadFailure>;

    /// All contracts of an underlying that expire on one day, by strike, calls before puts.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn chain(&self, on: &Access, underlying: &Symbol, expires: NaiveDate) -> Result<Vec<Strike>, ReadFailure>;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn price(text: &str) -> Price {
        Price::new(text.parse().unwrap()).unwrap()
    }

    fn bar(low: &str, open: &str, close: &str, high: &str) -> Bar {
        Bar {
            at: DateTime::UNIX_EPOCH,
            open: price(open),
            high: price(high),
            low: price(low),
            close: price(close),
            volume: Decimal::ONE,
        }
    }

    #[test]
    fn a_bar_whose_prices_contradict_each_other_is_not_sound() {
        assert!(bar("1", "2", "3", "4").is_sound() && bar("1", "1", "1", "1").is_sound());
        assert!(!bar("3", "2", "3", "4").is_sound() && !bar("1", "2", "5", "4").is_sound());
    }

    #[test]
    fn the_change_is_against_the_previous_close() {
        let board = Board {
            last: Some(Trade { price: price("110"), size: None, at: DateTime::UNIX_EPOCH }),
            previous: Some(bar("90", "95", "100", "101")),
            ..Board::default()
        };
        assert_eq!(board.change(), Some((Usd(Decimal::TEN), Decimal::new(1, 1))));
        assert_eq!(Board { previous: None, ..board }.change(), None);
        assert!(Board::default().is_empty() && !board.is_empty());
    }
}
