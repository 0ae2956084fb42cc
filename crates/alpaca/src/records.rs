//! The broker's records: pages of orders and activities, worth over time, watchlists.

use crate::alpaca::Alpaca;
use crate::endpoint::{activities, history, orders, watchlists};
use async_trait::async_trait;
use domain::brokerage::Access;
use domain::equity::Curve;
use domain::ids::WatchlistId;
use domain::market::Span;
use domain::outcome::ReadFailure;
use domain::records::{ActivityFilter, ActivityPage, OrderFilter, OrderPage, Records, Watchlist};
use domain::symbol::Symbol;

#[async_trait]
impl Records for Alpaca {
    async fn order_page(&self, on: &Access, filter: &OrderFilter) -> Result<OrderPage, ReadFailure> {
        let page = orders::Orders {
            which: filter.which,
            symbol: filter.symbol.clone(),
            after: None,
            older_than: filter.older_than,
            limit: filter.most.clamp(1, orders::Orders::LONGEST),
        };
        let got = self.get(on, &page).await?;
        Ok(OrderPage { next: got.last.filter(|_| got.rows >= page.limit), orders: got.orders })
    }

    async fn activities(&self, on: &Access, filter: &ActivityFilter) -> Result<ActivityPage, ReadFailure> {
        self.get(on, &activities::Activities(filter)).await
    }

    async fn curve(&self, on: &Access, span: Span) -> Result<Curve, ReadFailure> {
        self.get(on, &history::History(span)).await
    }

    async fn watchlists(&self, on: &Access) -> Result<Vec<Watchlist>, ReadFailure> {
        self.get(on, &watchlists::All).await
    }

    async fn watchlist(&self, on: &Access, id: WatchlistId) -> Result<Watchlist, ReadFailure> {
        self.get(on, &watchlists::One(id)).await
    }

    async fn create_watchlist(&self, on: &Access, name: &str, symbols: &[Symbol]) -> Result<Watchlist, ReadFailure> {
        self.get(on, &watchlists::Create { name, symbols }).await
    }

    async fn rewrite_watchlist(&self, on: &Access, list: &Watchlist) -> Result<Watchlist, ReadFailure> {
        self.get(on, &watchlists::Rewrite(list)).await
    }

    async fn delete_watchlist(&self, on: &Access, id: WatchlistId) -> Result<(), ReadFailure> {
        self.get(on, &watchlists::Delete(id)).await
    }
}
