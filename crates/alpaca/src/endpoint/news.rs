//! `GET /v1beta1/news`, and the screener: `GET /v1beta1/screener/stocks/{movers,most-actives}`.

use super::{Endpoint, value};
use crate::path::Path;
use crate::transport::Answer;
use crate::wire;
use chrono::{DateTime, Utc};
use domain::brokerage::Lane;
use domain::market;
use domain::money::{Price, Usd};
use domain::outcome::ReadFailure;
use domain::symbol::Symbol;
use reqwest::Method;
use rust_decimal::Decimal;
use serde::Deserialize;

/// Foreign words are kept up to here.
const LONGEST: usize = 500;

/// News, newest first.
pub(crate) struct News<'a> {
    pub(crate) symbol: Option<&'a Symbol>,
    /// At most 50.
    pub(crate) most: usize,
}

#[derive(Deserialize)]
struct NewsPage {
    news: Option<Vec<NewsRow>>,
}

#[derive(Deserialize)]
struct NewsRow {
    headline: Option<String>,
    source: Option<String>,
    url: Option<String>,
    #[serde(default, deserialize_with = "wire::time")]
    created_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "wire::time")]
    updated_at: Option<DateTime<Utc>>,
    symbols: Option<Vec<String>>,
}

impl NewsRow {
    /// Without a headline or a time it is no news.
    fn news(self) -> Option<market::News> {
        let headline: String = self.headline?.chars().take(LONGEST).collect();
        Some(market::News {
            headline: Some(headline).filter(|text| !text.trim().is_empty())?,
            source: self.source.unwrap_or_default().chars().take(LONGEST).collect(),
            at: self.updated_at.or(self.created_at)?,
            url: self.url.filter(|url| url.len() <= LONGEST),
            symbols: self.symbols.unwrap_or_default().into_iter().map(Symbol::from_broker).collect(),
        })
    }
}

impl Endpoint for News<'_> {
    type Reply = Result<Vec<market::News>, ReadFailure>;
    const NAME: &'static str = "news";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::News
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = vec![("limit", self.most.clamp(1, 50).to_string()), ("sort", "desc".to_owned())];
        // News names a pair without its slash.
        query.extend(self.symbol.map(|symbol| ("symbols", symbol.as_str().replace('/', ""))));
        query
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let page: NewsPage = value(answer)?;
        Ok(page.news.unwrap_or_default().into_iter().filter_map(NewsRow::news).collect())
    }
}

/// Gainers and losers of the day.
pub(crate) struct Movers(pub(crate) usize);

#[derive(Deserialize)]
struct MoversRow {
    gainers: Option<Vec<MoverRow>>,
    losers: Option<Vec<MoverRow>>,
    #[serde(default, deserialize_with = "wire::time")]
    last_updated: Option<DateTime<Utc>>,
}

#[derive(Deserialize)]
struct MoverRow {
    symbol: String,
    #[serde(deserialize_with = "wire::exact")]
    price: Decimal,
    #[serde(deserialize_with = "wire::exact")]
    change: Decimal,
    #[serde(deserialize_with = "wire::exact")]
    percent_change: Decimal,
}

impl MoverRow {
    fn mover(self) -> Option<market::Mover> {
        Some(market::Mover {
            symbol: Symbol::from_broker(self.symbol),
            price: Price::new(self.price)?,
            change: Usd(self.change),
            fraction: self.percent_change.checked_div(Decimal::ONE_HUNDRED)?,
        })
    }
}

impl Endpoint for Movers {
    type Reply = Result<market::Movers, ReadFailure>;
    const NAME: &'static str = "movers";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::Movers
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        vec![("top", self.0.clamp(1, 50).to_string())]
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let row: MoversRow = value(answer)?;
        let movers =
            |rows: Option<Vec<MoverRow>>| rows.unwrap_or_default().into_iter().filter_map(MoverRow::mover).collect();
        Ok(market::Movers {
            gainers: movers(row.gainers),
            losers: movers(row.losers),
            busiest: Vec::new(),
            at: row.last_updated,
        })
    }
}

/// The most traded stocks of the day.
pub(crate) struct Busiest(pub(crate) usize);

#[derive(Deserialize)]
struct BusiestRow {
    most_actives: Option<Vec<BusyRow>>,
}

#[derive(Deserialize)]
struct BusyRow {
    symbol: String,
    #[serde(default, deserialize_with = "wire::maybe")]
    volume: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    trade_count: Option<Decimal>,
}

impl Endpoint for Busiest {
    type Reply = Result<Vec<market::Busy>, ReadFailure>;
    const NAME: &'static str = "most_actives";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::MostActives
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        vec![("by", "volume".to_owned()), ("top", self.0.clamp(1, 100).to_string())]
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let row: BusiestRow = value(answer)?;
        let busy = |row: BusyRow| market::Busy {
            symbol: Symbol::from_broker(row.symbol),
            volume: row.volume.unwrap_or_default(),
            trades: row.trade_count.unwrap_or_default(),
        };
        Ok(row.most_actives.unwrap_or_default().into_iter().map(busy).collect())
    }
}
