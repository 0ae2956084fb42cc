//! The broker's records of an account, as its owner reads them: past orders, activities, worth over time, watchlists.

use crate::brokerage::{Access, Which};
use crate::equity::Curve;
use crate::ids::{BrokerOrderId, WatchlistId};
use crate::market::Span;
use crate::money::{Price, Usd};
use crate::order::{BrokerOrder, Side};
use crate::outcome::ReadFailure;
use crate::symbol::Symbol;
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Which orders to show, and from where on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFilter {
    /// Open, closed or all.
    pub which: Which,
    /// Of one symbol only.
    pub symbol: Option<Symbol>,
    /// Only orders older than this one: the page after it.
    pub older_than: Option<BrokerOrderId>,
    /// At most so many at the top.
    pub most: usize,
}

/// A page of orders, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderPage {
    /// The orders, legs behind their parents.
    pub orders: Vec<BrokerOrder>,
    /// From where the next page goes on; absent on the last one.
    pub next: Option<BrokerOrderId>,
}

/// What a user wants to see of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chapter {
    /// Everything.
    All,
    /// Executions.
    Fills,
    /// Dividends.
    Dividends,
    /// Fees.
    Fees,
    /// Interest.
    Interest,
    /// Money and securities in and out.
    Transfers,
    /// Option events and corporate actions.
    Events,
}

/// Which activities to show, and from where on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityFilter {
    /// Which kinds.
    pub chapter: Chapter,
    /// Of one order only.
    pub order: Option<BrokerOrderId>,
    /// Only what is after this day began.
    pub since: Option<NaiveDate>,
    /// The last activity of the page before.
    pub after: Option<String>,
    /// At most so many.
    pub most: usize,
}

/// Something that happened to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Alpaca's id, which is also the cursor of the next page.
    pub id: String,
    /// `FILL`, `DIV`, `FEE`, …: Alpaca's word.
    pub kind: String,
    /// When; of some activities only the day is known.
    pub at: When,
    /// What it is about.
    pub symbol: Option<Symbol>,
    /// Bought or sold.
    pub side: Option<Side>,
    /// How much.
    pub qty: Option<Decimal>,
    /// At what price.
    pub price: Option<Price>,
    /// Money in (above zero) or out (below).
    pub net: Option<Usd>,
    /// The order that it belongs to.
    pub order: Option<BrokerOrderId>,
    /// Alpaca's words. Foreign text.
    pub description: String,
}

/// A moment, or a day of which nothing more is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// To the moment.
    Moment(DateTime<Utc>),
    /// To the day, New York's.
    Day(NaiveDate),
    /// Not said.
    Unknown,
}

/// A page of activities, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityPage {
    /// The activities.
    pub list: Vec<Activity>,
    /// From where the next page goes on; absent on the last one.
    pub next: Option<String>,
}

/// A list of symbols that a user keeps at Alpaca.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watchlist {
    /// Alpaca's id.
    pub id: WatchlistId,
    /// The user's name for it. Foreign text.
    pub name: String,
    /// What is on it, in the user's order; empty when only names were asked for.
    pub symbols: Vec<Symbol>,
}

/// The broker's records of an account.
#[async_trait]
pub trait Records: Send + Sync + 'static {
    /// A page of orders, newest first.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn order_page(&self, on: &Access, filter: &OrderFilter) -> Result<OrderPage, ReadFailure>;

    /// A page of what happened, newest first.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn activities(&self, on: &Access, filter: &ActivityFilter) -> Result<ActivityPage, ReadFailure>;

    /// What the account was worth.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn curve(&self, on: &Access, span: Span) -> Result<Curve, ReadFailure>;

    /// All watchlists, by name only.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn watchlists(&self, on: &Access) -> Result<Vec<Watchlist>, ReadFailure>;

    /// One watchlist with its symbols.
    ///
    /// # Errors
    /// [`ReadFailure`]; `NotFound` when there is none.
    async fn watchlist(&self, on: &Access, id: WatchlistId) -> Result<Watchlist, ReadFailure>;

    /// A new watchlist. Sent once.
    ///
    /// # Errors
    /// [`ReadFailure`]; `Invalid` when the name is taken or a symbol unknown.
    async fn create_watchlist(&self, on: &Access, name: &str, symbols: &[Symbol]) -> Result<Watchlist, ReadFailure>;

    /// What is on a watchlist from now on. May be repeated: it says the whole list.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn rewrite_watchlist(&self, on: &Access, list: &Watchlist) -> Result<Watchlist, ReadFailure>;

    /// Deletes a watchlist.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn delete_watchlist(&self, on: &Access, id: WatchlistId) -> Result<(), ReadFailure>;
}
