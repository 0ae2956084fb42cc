//! Market data, from the data host; an option chain's expiries, from the trading host.

use crate::alpaca::Alpaca;
use crate::endpoint::{bars, chain, news, quotes};
use async_trait::async_trait;
use chrono::NaiveDate;
use domain::account::{Quote, Snapshot};
use domain::brokerage::{Access, MarketData};
use domain::market::{Bar, Board, Feed, Movers, News, Screen, Stretch, Strike};
use domain::outcome::ReadFailure;
use domain::symbol::Symbol;
use std::collections::HashMap;

/// More pages than any chart or chain has: a list that never ends is a fault of the other side.
const MOST_PAGES: usize = 8;

#[async_trait]
impl MarketData for Alpaca {
    async fn quote(&self, on: &Access, symbol: &Symbol) -> Result<Quote, ReadFailure> {
        self.get(on, &quotes::Quote(symbol.clone())).await
    }

    async fn snapshot(&self, on: &Access, symbol: &Symbol) -> Result<Snapshot, ReadFailure> {
        self.get(on, &quotes::Snapshot(symbol.clone())).await
    }

    async fn quotes(&self, on: &Access, contracts: &[Symbol]) -> Result<HashMap<Symbol, Quote>, ReadFailure> {
        self.get(on, &quotes::Quotes(contracts)).await
    }
}

#[async_trait]
impl Screen for Alpaca {
    async fn board(&self, on: &Access, feed: Feed, symbol: &Symbol) -> Result<Board, ReadFailure> {
        self.get(on, &quotes::Board { feed, symbol }).await
    }

    async fn bars(&self, on: &Access, stretch: &Stretch) -> Result<Vec<Bar>, ReadFailure> {
        let mut all = Vec::new();
        let mut page_token = None;
        for _ in 0..MOST_PAGES {
            let page = self.get(on, &bars::Bars { stretch, page_token }).await?;
            all.extend(page.bars);
            page_token = page.next;
            if page_token.is_none() {
                break;
            }
        }
        Ok(all)
    }

    async fn news(&self, on: &Access, symbol: Option<&Symbol>, most: usize) -> Result<Vec<News>, ReadFailure> {
        self.get(on, &news::News { symbol, most }).await
    }

    async fn movers(&self, on: &Access, most: usize) -> Result<Movers, ReadFailure> {
        let (movers, busiest) = (news::Movers(most), news::Busiest(most));
        let (movers, busiest) = tokio::try_join!(self.get(on, &movers), self.get(on, &busiest))?;
        Ok(Movers { busiest, ..movers })
    }

    async fn expiries(&self, on: &Access, underlying: &Symbol, from: NaiveDate) -> Result<Vec<NaiveDate>, ReadFailure> {
        let mut all = Vec::new();
        let mut page_token = None;
        for _ in 0..MOST_PAGES {
            let page = self.get(on, &chain::Contracts { underlying, from, page_token }).await?;
            all.extend(page.list);
            page_token = page.next;
            if page_token.is_none() {
                break;
            }
        }
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    async fn chain(&self, on: &Access, underlying: &Symbol, expires: NaiveDate) -> Result<Vec<Strike>, ReadFailure> {
        let mut all: Vec<Strike> = Vec::new();
        let mut page_token = None;
        for _ in 0..MOST_PAGES {
            let page = self.get(on, &chain::Chain { underlying, expires, page_token }).await?;
            all.extend(page.list);
            page_token = page.next;
            if page_token.is_none() {
                break;
            }
        }
        all.retain(|strike| strike.contract.expiry == expires);
        all.sort_by_key(|strike| (strike.contract.strike, strike.contract.right));
        Ok(all)
    }
}
