//! Option chains: expiries from `GET /v2/options/contracts`, prices from `GET /v1beta1/options/snapshots/{underlying}`.

use super::quotes::{QuoteRow, TradeRow, data_failure};
use super::{Endpoint, value};
use crate::path::Path;
use crate::transport::Answer;
use crate::wire;
use chrono::{NaiveDate, TimeDelta};
use domain::brokerage::Lane;
use domain::market::Strike;
use domain::money::Price;
use domain::outcome::ReadFailure;
use domain::symbol::{Contract, Symbol};
use reqwest::Method;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::HashMap;

/// One page of an underlying's contracts.
pub(crate) struct Contracts<'a> {
    pub(crate) underlying: &'a Symbol,
    pub(crate) from: NaiveDate,
    pub(crate) page_token: Option<String>,
}

/// A page.
pub(crate) struct Page<T> {
    pub(crate) list: Vec<T>,
    pub(crate) next: Option<String>,
}

#[derive(Deserialize)]
struct ContractsRow {
    option_contracts: Option<Vec<ContractRow>>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct ContractRow {
    expiration_date: NaiveDate,
}

impl Endpoint for Contracts<'_> {
    type Reply = Result<Page<NaiveDate>, ReadFailure>;
    const NAME: &'static str = "contracts";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;
    /// Ten thousand contracts of 700 bytes.
    const LIMIT: usize = 8 << 20;

    fn path(&self) -> Path {
        Path::Contracts
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        // Alpaca's own default ends at the next weekend; three years hold the longest contracts.
        let until = self.from.checked_add_signed(TimeDelta::days(3 * 366)).unwrap_or(self.from);
        let mut query = vec![
            ("underlying_symbols", self.underlying.to_string()),
            ("status", "active".to_owned()),
            ("type", "call".to_owned()),
            ("expiration_date_gte", self.from.to_string()),
            ("expiration_date_lte", until.to_string()),
            ("limit", "10000".to_owned()),
        ];
        query.extend(self.page_token.clone().map(|token| ("page_token", token)));
        query
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let row: ContractsRow = value(answer)?;
        let mut list: Vec<_> =
            row.option_contracts.unwrap_or_default().into_iter().map(|row| row.expiration_date).collect();
        list.sort_unstable();
        list.dedup();
        Ok(Page { list, next: row.next_page_token.filter(|token| !token.is_empty()) })
    }
}

/// One page of one day's chain.
pub(crate) struct Chain<'a> {
    pub(crate) underlying: &'a Symbol,
    pub(crate) expires: NaiveDate,
    pub(crate) page_token: Option<String>,
}

#[derive(Deserialize)]
struct ChainRow {
    snapshots: Option<HashMap<String, Option<SnapshotRow>>>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SnapshotRow {
    latest_quote: Option<QuoteRow>,
    latest_trade: Option<TradeRow>,
    #[serde(default, deserialize_with = "wire::maybe")]
    implied_volatility: Option<Decimal>,
    greeks: Option<GreeksRow>,
}

#[derive(Deserialize)]
struct GreeksRow {
    #[serde(default, deserialize_with = "wire::maybe")]
    delta: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    theta: Option<Decimal>,
}

impl SnapshotRow {
    fn strike(&self, symbol: Symbol, contract: Contract) -> Strike {
        Strike {
            symbol,
            contract,
            quote: self.latest_quote.as_ref().and_then(QuoteRow::quote),
            last: self.latest_trade.as_ref().and_then(|trade| trade.p).and_then(Price::new),
            volatility: self.implied_volatility,
            delta: self.greeks.as_ref().and_then(|greeks| greeks.delta),
            theta: self.greeks.as_ref().and_then(|greeks| greeks.theta),
        }
    }
}

impl Endpoint for Chain<'_> {
    type Reply = Result<Page<Strike>, ReadFailure>;
    const NAME: &'static str = "chain";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;
    /// A thousand snapshots of 1 kB.
    const LIMIT: usize = 4 << 20;

    fn path(&self) -> Path {
        Path::Chain(self.underlying.clone())
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        // No feed: left out, it is the best one that the user's subscription permits.
        let mut query = vec![("expiration_date", self.expires.to_string()), ("limit", "1000".to_owned())];
        query.extend(self.page_token.clone().map(|token| ("page_token", token)));
        query
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        if answer.status != 200 {
            return Err(data_failure(answer));
        }
        let row: ChainRow = value(answer)?;
        let rows = row.snapshots.unwrap_or_default().into_iter();
        let strikes = rows.filter_map(|(symbol, row)| {
            let symbol = Symbol::from_broker(symbol);
            let contract = symbol.contract()?;
            Some(row?.strike(symbol, contract))
        });
        Ok(Page { list: strikes.collect(), next: row.next_page_token.filter(|token| !token.is_empty()) })
    }
}
