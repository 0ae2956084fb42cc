//! What the desk shows of accounts and of the market.

use super::Receipt;
use chrono::{DateTime, NaiveDate, Utc};
use domain::account::{Asset, BrokerAccount, Environment, LinkedAccount, MarketClock, Position, TradingDay};
use domain::equity::Curve;
use domain::ids::BrokerOrderId;
use domain::market::{Bar, Board, Feed, Movers, News, Span, Strike};
use domain::money::{Price, Usd};
use domain::order::BrokerOrder;
use domain::records::{Activity, Watchlist};
use domain::symbol::Symbol;
use rust_decimal::Decimal;

use crate::refused::Trouble;

/// Whose numbers are shown: for the banner.
#[derive(Clone, Debug)]
pub enum Owner {
    /// One account's.
    One(LinkedAccount),
    /// Those of all accounts of a kind; how many that are.
    All(Environment, usize),
}

/// `/balance`.
#[derive(Clone, Debug)]
pub struct Balances {
    /// Whose.
    pub owner: Owner,
    /// Each account with what Alpaca shows, or why it shows nothing.
    pub list: Vec<(LinkedAccount, Result<BrokerAccount, Trouble>)>,
    /// When it was read.
    pub at: DateTime<Utc>,
}

/// A position with the orders that hang on it.
#[derive(Clone, Debug)]
pub struct Holding {
    /// Whose.
    pub account: LinkedAccount,
    /// What is held.
    pub position: Position,
    /// Open orders of the same symbol; `None` when they could not be read.
    pub orders: Option<Vec<BrokerOrder>>,
    /// How much of it a stop protects; `None` when the orders could not be read, or when it can have no stop.
    pub protected: Option<Decimal>,
    /// When it was read.
    pub at: DateTime<Utc>,
}

impl Holding {
    /// Whether some of it is without a stop.
    pub fn is_bare(&self) -> bool {
        self.protected.is_some_and(|protected| protected < self.position.qty.abs())
    }

    /// The symbol as charts and news spell it: positions write a crypto pair without its slash.
    pub fn chart_symbol(&self) -> Symbol {
        // No stock has a ticker of six letters.
        let text = self.position.symbol.as_str();
        let is_plain = text.len() >= 6 && text.bytes().all(|b| b.is_ascii_uppercase());
        let pair = text.strip_suffix("USD").filter(|_| is_plain);
        pair.map_or_else(|| self.position.symbol.clone(), |coin| Symbol::from_broker(format!("{coin}/USD")))
    }
}

/// `/positions`.
#[derive(Clone, Debug)]
pub struct Positions {
    /// Whose.
    pub owner: Owner,
    /// What is held, largest value first: all of it.
    pub list: Vec<Holding>,
    /// Accounts that could not be read.
    pub missing: Vec<(LinkedAccount, Trouble)>,
    /// The first one of this page.
    pub from: usize,
    /// When it was read.
    pub at: DateTime<Utc>,
}

/// `/orders`.
#[derive(Clone, Debug)]
pub struct Orders {
    /// Whose.
    pub account: LinkedAccount,
    /// What Alpaca shows, newest first.
    pub list: Vec<BrokerOrder>,
    /// From where the next page goes on.
    pub next: Option<BrokerOrderId>,
    /// Our orders whose fate is not proved yet; shown with the first page, whatever was asked for.
    pub unconfirmed: Vec<Receipt>,
    /// When it was read.
    pub at: DateTime<Utc>,
}

/// `/history`.
#[derive(Clone, Debug)]
pub struct History {
    /// Whose.
    pub account: LinkedAccount,
    /// What happened, newest first.
    pub list: Vec<Activity>,
    /// From where the next page goes on.
    pub next: Option<String>,
    /// When it was read.
    pub at: DateTime<Utc>,
}

/// `/portfolio`.
#[derive(Clone, Debug)]
pub struct Portfolio {
    /// Whose.
    pub owner: Owner,
    /// Worth over time.
    pub curve: Curve,
    /// Accounts that could not be read, and so are not in the curve.
    pub missing: Vec<(LinkedAccount, Trouble)>,
    /// When it was read.
    pub at: DateTime<Utc>,
}

/// `/allocation`.
#[derive(Clone, Debug)]
pub struct Allocation {
    /// Whose.
    pub owner: Owner,
    /// Symbols with what they are worth, the largest first. Below zero for shorts.
    pub slices: Vec<(Symbol, Usd)>,
    /// Symbols that Alpaca has no value for.
    pub unvalued: Vec<Symbol>,
    /// Cash, below zero when borrowed.
    pub cash: Option<Usd>,
    /// All together.
    pub equity: Option<Usd>,
    /// Accounts that could not be read.
    pub missing: Vec<(LinkedAccount, Trouble)>,
    /// When it was read.
    pub at: DateTime<Utc>,
}

/// `/quote`.
#[derive(Clone, Debug)]
pub struct BoardCard {
    /// Of what.
    pub symbol: Symbol,
    /// Its name; may be empty.
    pub name: String,
    /// The numbers.
    pub board: Board,
    /// From which tape; none for crypto.
    pub feed: Option<Feed>,
    /// When it was read.
    pub at: DateTime<Utc>,
}

/// One of the user's own fills, to be marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub at: DateTime<Utc>,
    /// At what price.
    pub price: Price,
    /// Whether it bought.
    pub bought: bool,
}

/// `/chart`.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Of what.
    pub symbol: Symbol,
    /// Its name; may be empty.
    pub name: String,
    /// How far back.
    pub span: Span,
    /// Oldest first.
    pub bars: Vec<Bar>,
    /// From which tape; none for crypto.
    pub feed: Option<Feed>,
    /// Whose marks; `None` when nothing of the user's is in it.
    pub owner: Option<LinkedAccount>,
    /// Fills of the user's within the bars.
    pub marks: Vec<Mark>,
    /// The average entry price of the user's position.
    pub entry: Option<Usd>,
    /// Prices at which the user's open orders wait.
    pub waiting: Vec<(Price, bool)>,
    /// When it was read.
    pub at: DateTime<Utc>,
}

/// `/news`.
#[derive(Clone, Debug)]
pub struct NewsPage {
    /// About what.
    pub symbol: Option<Symbol>,
    /// Newest first.
    pub list: Vec<News>,
    /// When it was read.
    pub at: DateTime<Utc>,
}

/// `/movers`.
#[derive(Clone, Debug)]
pub struct MoversPage {
    /// The day's movers.
    pub movers: Movers,
    /// When it was read.
    pub at: DateTime<Utc>,
}

/// `/clock`.
#[derive(Clone, Debug)]
pub struct ClockCard {
    /// Alpaca's clock.
    pub clock: MarketClock,
    /// The trading day that is on, or the next one.
    pub day: Option<TradingDay>,
}

/// `/calendar`.
#[derive(Clone, Debug)]
pub struct CalendarPage {
    /// Trading days, soonest first.
    pub days: Vec<TradingDay>,
    /// The first day of the page.
    pub from: NaiveDate,
    /// The last day of the page.
    pub until: NaiveDate,
    /// Where the page before begins.
    pub earlier: Option<NaiveDate>,
    /// Where the next page begins.
    pub later: Option<NaiveDate>,
}

/// `/asset`.
#[derive(Clone, Debug)]
pub struct AssetCard {
    /// What Alpaca says of it.
    pub asset: Asset,
    /// Its price now, when there is one.
    pub board: Option<Board>,
}

/// `/chain`.
#[derive(Clone, Debug)]
pub struct ChainPage {
    /// Of what.
    pub underlying: Symbol,
    /// The underlying's price now.
    pub price: Option<Price>,
    /// Of which day.
    pub expires: NaiveDate,
    /// All days that there are, soonest first.
    pub expiries: Vec<NaiveDate>,
    /// All strikes with call and put, the lowest first.
    pub rows: Vec<ChainRow>,
    /// The first one of this page.
    pub from: usize,
    /// When it was read.
    pub at: DateTime<Utc>,
}

/// One strike.
#[derive(Clone, Debug)]
pub struct ChainRow {
    /// At what price.
    pub strike: Price,
    /// The right to buy.
    pub call: Option<Strike>,
    /// The right to sell.
    pub put: Option<Strike>,
}

impl ChainPage {
    /// Strikes in one page.
    pub const STRIKES: usize = 11;

    /// Where so many strikes begin whose middle is the money.
    pub(crate) fn around(&self, strikes: usize) -> usize {
        let Some(price) = self.price else { return 0 };
        let at = self.rows.partition_point(|row| row.strike < price);
        at.saturating_sub(strikes / 2).min(self.rows.len().saturating_sub(strikes))
    }

    pub(crate) fn lower(&self) -> Option<usize> {
        (self.from > 0).then(|| self.from.saturating_sub(Self::STRIKES))
    }

    pub(crate) fn higher(&self) -> Option<usize> {
        let next = self.from + Self::STRIKES;
        (next < self.rows.len()).then_some(next)
    }

    pub(crate) fn sooner(&self) -> Option<NaiveDate> {
        self.expiries.iter().rev().find(|day| **day < self.expires).copied()
    }

    pub(crate) fn later(&self) -> Option<NaiveDate> {
        self.expiries.iter().find(|day| **day > self.expires).copied()
    }
}

/// `/watchlist show`, without a name.
#[derive(Clone, Debug)]
pub struct Watchlists {
    /// Whose.
    pub account: LinkedAccount,
    /// All of them, by name.
    pub list: Vec<Watchlist>,
}

/// One watchlist, with prices.
#[derive(Clone, Debug)]
pub struct WatchlistPage {
    /// Whose.
    pub account: LinkedAccount,
    /// The list.
    pub list: Watchlist,
    /// What the market says of its symbols, as far as it says something.
    pub boards: Vec<(Symbol, Option<Board>)>,
    /// When it was read.
    pub at: DateTime<Utc>,
}
