//! Nothing to look at: these schedules trade only.

use async_trait::async_trait;
use chrono::NaiveDate;
use domain::brokerage::Access;
use domain::equity::Curve;
use domain::ids::WatchlistId;
use domain::market::{Bar, Board, Feed, Movers, News, Screen, Span, Stretch, Strike};
use domain::outcome::ReadFailure;
use domain::records::{ActivityFilter, ActivityPage, OrderFilter, OrderPage, Records, Watchlist};
use domain::symbol::Symbol;

pub struct Dark;

#[async_trait]
impl Screen for Dark {
    async fn board(&self, _: &Access, _: Feed, _: &Symbol) -> Result<Board, ReadFailure> {
        Err(ReadFailure::Unavailable)
    }

    async fn bars(&self, _: &Access, _: &Stretch) -> Result<Vec<Bar>, ReadFailure> {
        Err(ReadFailure::Unavailable)
    }

    async fn news(&self, _: &Access, _: Option<&Symbol>, _: usize) -> Result<Vec<News>, ReadFailure> {
        Err(ReadFailure::Unavailable)
    }

    async fn movers(&self, _: &Access, _: usize) -> Result<Movers, ReadFailure> {
        Err(ReadFailure::Unavailable)
    }

    async fn expiries(&self, _: &Access, _: &Symbol, _: NaiveDate) -> Result<Vec<NaiveDate>, ReadFailure> {
        Err(ReadFailure::Unavailable)
    }

    async fn chain(&self, _: &Access, _: &Symbol, _: NaiveDate) -> Result<Vec<Strike>, ReadFailure> {
        Err(ReadFailure::Unavailable)
    }
}

#[async_trait]
impl Records for Dark {
    async fn order_page(&self, _: &Access, _: &OrderFilter) -> Result<OrderPage, ReadFailure> {
        Err(ReadFailure::Unavailable)
    }

    async fn activities(&self, _: &Access, _: &ActivityFilter) -> Result<ActivityPage, ReadFailure> {
        Err(ReadFailure::Unavailable)
    }

    async fn curve(&self, _: &Access, _: Span) -> Result<Curve, ReadFailure> {
        Err(ReadFailure::Unavailable)
    }

    async fn watchlists(&self, _: &Access) -> Result<Vec<Watchlist>, ReadFailure> {
        Err(ReadFailure::Unavailable)
    }

    async fn watchlist(&self, _: &Access, _: WatchlistId) -> Result<Watchlist, ReadFailure> {
        Err(ReadFailure::Unavailable)
    }

    async fn create_watchlist(&self, _: &Access, _: &str, _: &[Symbol]) -> Result<Watchlist, ReadFailure> {
        Err(ReadFailure::Unavailable)
    }

    async fn rewrite_watchlist(&self, _: &Access, _: &Watchlist) -> Result<Watchlist, ReadFailure> {
        Err(ReadFailure::Unavailable)
    }

    async fn delete_watchlist(&self, _: &Access, _: WatchlistId) -> Result<(), ReadFailure> {
        Err(ReadFailure::Unavailable)
    }
}
