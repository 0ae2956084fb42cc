//! `GET /v2/stocks/{symbol}/quotes/latest`, `GET /v2/stocks/{symbol}/snapshot` and `GET /v1beta3/crypto/us/snapshots`, on the data
//! host.
//!
//! [`Quote`] and [`Snapshot`] ask for no `feed`: left out, the latest data come from the best one that the user's subscription
//! permits. [`Board`] names it, because its answer is shared among those who may see it.

use super::{Endpoint, failure, value};
use crate::path::Path;
use crate::problem::Problem;
use crate::transport::Answer;
use crate::wire;
use chrono::{DateTime, Utc};
use domain::account;
use domain::brokerage::Lane;
use domain::market::{self, Bar, Feed, Trade};
use domain::money::Price;
use domain::outcome::ReadFailure;
use domain::symbol::{AssetKind, Symbol};
use reqwest::Method;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::collections::HashMap;

#[derive(Deserialize)]
pub(super) struct QuoteRow {
    #[serde(default, deserialize_with = "wire::time")]
    t: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "wire::maybe")]
    ap: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    bp: Option<Decimal>,
    #[serde(rename = "as", default, deserialize_with = "wire::maybe")]
    ask_size: Option<Decimal>,
    #[serde(rename = "bs", default, deserialize_with = "wire::maybe")]
    bid_size: Option<Decimal>,
}

impl QuoteRow {
    /// Price 0 means that the side is empty. A quote without a time cannot be judged for its age, so it is none.
    pub(super) fn quote(&self) -> Option<account::Quote> {
        Some(account::Quote { bid: self.bp.and_then(Price::new), ask: self.ap.and_then(Price::new), at: self.t? })
    }
}

/// The data service says 400 `invalid symbol` where trading says 404.
pub(super) fn data_failure(answer: &Answer) -> ReadFailure {
    let unknown = answer.status == 400 && Problem::read(&answer.body).is_some_and(|p| p.says(&["invalid symbol"]));
    if unknown { ReadFailure::NotFound } else { failure(answer) }
}

/// Coins and contracts are asked for in a list, of one here.
fn several(symbol: &Symbol) -> Option<Path> {
    match symbol.kind() {
        AssetKind::Equity => None,
        AssetKind::Crypto => Some(Path::CryptoSnapshots),
        AssetKind::Contract(_) => Some(Path::OptionSnapshots),
    }
}

fn one_of_several(symbol: &Symbol) -> Vec<(&'static str, String)> {
    several(symbol).map(|_| ("symbols", symbol.as_str().to_owned())).into_iter().collect()
}

/// The one that was asked for. An unknown one is simply not in the list.
fn picked(answer: &Answer, symbol: &Symbol) -> Result<SnapshotRow, ReadFailure> {
    let mut several: Several = value(answer)?;
    several.snapshots.remove(symbol.as_str()).ok_or(ReadFailure::NotFound)
}

#[derive(Deserialize)]
struct Several {
    snapshots: HashMap<String, SnapshotRow>,
}

/// The latest quote.
pub(crate) struct Quote(pub(crate) Symbol);

#[derive(Deserialize)]
struct LatestQuote {
    quote: Option<QuoteRow>,
}

impl Endpoint for Quote {
    type Reply = Result<account::Quote, ReadFailure>;
    const NAME: &'static str = "quote";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        several(&self.0).unwrap_or_else(|| Path::LatestQuote(self.0.clone()))
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        one_of_several(&self.0)
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        if answer.status != 200 {
            return Err(data_failure(answer));
        }
        if several(&self.0).is_some() {
            let row = picked(answer, &self.0)?;
            return row.latest_quote.and_then(|row| row.quote()).ok_or(ReadFailure::NotFound);
        }
        let latest: LatestQuote = value(answer)?;
        latest.quote.and_then(|row| row.quote()).ok_or(ReadFailure::NotFound)
    }
}

/// The latest quotes of some option contracts: the legs of a spread.
pub(crate) struct Quotes<'a>(pub(crate) &'a [Symbol]);

impl Endpoint for Quotes<'_> {
    type Reply = Result<HashMap<Symbol, account::Quote>, ReadFailure>;
    const NAME: &'static str = "quotes";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::OptionSnapshots
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let names: Vec<_> = self.0.iter().map(Symbol::as_str).collect();
        vec![("symbols", names.join(","))]
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        if answer.status != 200 {
            return Err(data_failure(answer));
        }
        let mut several: Several = value(answer)?;
        let quote =
            |symbol: &Symbol| Some((symbol.clone(), several.snapshots.remove(symbol.as_str())?.latest_quote?.quote()?));
        Ok(self.0.iter().filter_map(quote).collect())
    }
}

/// Quote, last trade and previous close.
pub(crate) struct Snapshot(pub(crate) Symbol);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SnapshotRow {
    latest_quote: Option<QuoteRow>,
    latest_trade: Option<TradeRow>,
    daily_bar: Option<BarRow>,
    prev_daily_bar: Option<BarRow>,
}

#[derive(Deserialize)]
pub(super) struct TradeRow {
    #[serde(default, deserialize_with = "wire::maybe")]
    pub(super) p: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    s: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::time")]
    t: Option<DateTime<Utc>>,
}

impl TradeRow {
    fn trade(&self) -> Option<Trade> {
        Some(Trade { price: self.p.and_then(Price::new)?, size: self.s, at: self.t? })
    }
}

#[derive(Deserialize)]
pub(super) struct BarRow {
    #[serde(default, deserialize_with = "wire::time")]
    t: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "wire::maybe")]
    o: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    h: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    l: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    c: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    v: Option<Decimal>,
}

impl BarRow {
    /// A bar whose prices contradict each other, or are not all there, is none.
    pub(super) fn bar(&self) -> Option<Bar> {
        let bar = Bar {
            at: self.t?,
            open: self.o.and_then(Price::new)?,
            high: self.h.and_then(Price::new)?,
            low: self.l.and_then(Price::new)?,
            close: self.c.and_then(Price::new)?,
            volume: self.v.unwrap_or_default(),
        };
        bar.is_sound().then_some(bar)
    }
}

impl Endpoint for Snapshot {
    type Reply = Result<account::Snapshot, ReadFailure>;
    const NAME: &'static str = "snapshot";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        several(&self.0).unwrap_or_else(|| Path::Snapshot(self.0.clone()))
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        one_of_several(&self.0)
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        if answer.status != 200 {
            return Err(data_failure(answer));
        }
        let row = match several(&self.0) {
            Some(_) => picked(answer, &self.0)?,
            None => value::<Option<SnapshotRow>>(answer)?.ok_or(ReadFailure::NotFound)?,
        };
        let snapshot = account::Snapshot {
            quote: row.latest_quote.and_then(|row| row.quote()),
            last: row.latest_trade.and_then(|row| row.p).and_then(Price::new),
            previous_close: row.prev_daily_bar.and_then(|row| row.c).and_then(Price::new),
        };
        let empty = snapshot.quote.is_none() && snapshot.last.is_none() && snapshot.previous_close.is_none();
        if empty { Err(ReadFailure::NotFound) } else { Ok(snapshot) }
    }
}

/// Quote, sizes, last trade and the day's bars, from one tape.
pub(crate) struct Board<'a> {
    pub(crate) feed: Feed,
    pub(crate) symbol: &'a Symbol,
}

/// Crypto's answer is wrapped, and names its pairs.
#[derive(Deserialize)]
struct PairsRow {
    snapshots: Option<HashMap<String, Option<SnapshotRow>>>,
}

impl Endpoint for Board<'_> {
    type Reply = Result<market::Board, ReadFailure>;
    const NAME: &'static str = "board";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        if is_pair(self.symbol) { Path::CryptoSnapshots } else { Path::Snapshot(self.symbol.clone()) }
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        if is_pair(self.symbol) {
            return vec![("symbols", self.symbol.to_string())];
        }
        let feed = match self.feed {
            Feed::Sip => "sip",
            Feed::Iex => "iex",
            Feed::Delayed => "delayed_sip",
        };
        vec![("feed", feed.to_owned())]
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        if answer.status != 200 {
            return Err(data_failure(answer));
        }
        let row: Option<SnapshotRow> = if is_pair(self.symbol) {
            let mut pairs = value::<PairsRow>(answer)?.snapshots.unwrap_or_default();
            pairs.remove(self.symbol.as_str()).flatten()
        } else {
            value(answer)?
        };
        let row = row.ok_or(ReadFailure::NotFound)?;
        let board = market::Board {
            quote: row.latest_quote.as_ref().and_then(QuoteRow::quote),
            bid_size: row.latest_quote.as_ref().and_then(|quote| quote.bid_size),
            ask_size: row.latest_quote.as_ref().and_then(|quote| quote.ask_size),
            last: row.latest_trade.as_ref().and_then(TradeRow::trade),
            day: row.daily_bar.as_ref().and_then(BarRow::bar),
            previous: row.prev_daily_bar.as_ref().and_then(BarRow::bar),
        };
        if board.is_empty() { Err(ReadFailure::NotFound) } else { Ok(board) }
    }
}

/// `BTC/USD`: crypto has endpoints of its own.
pub(super) fn is_pair(symbol: &Symbol) -> bool {
    symbol.kind() == AssetKind::Crypto
}
