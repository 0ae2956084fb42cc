//! `/v2/watchlists`: lists of symbols. No order and no money in any of them.
//!
//! | call | status | becomes |
//! |---|---|---|
//! | list, read, create, rewrite | 200 | the list |
//! | delete | 200, 204 | done |
//! | any | 404 | `NotFound` |
//! | create, rewrite | 422 | `Invalid`: the name is taken, or a symbol unknown |

use super::{Endpoint, failure, value};
use crate::path::Path;
use crate::transport::Answer;
use domain::brokerage::Lane;
use domain::ids::WatchlistId;
use domain::outcome::ReadFailure;
use domain::records::Watchlist;
use domain::symbol::Symbol;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Deserialize)]
struct Row {
    id: Uuid,
    name: Option<String>,
    assets: Option<Vec<AssetRow>>,
}

#[derive(Deserialize)]
struct AssetRow {
    symbol: String,
}

impl From<Row> for Watchlist {
    fn from(row: Row) -> Self {
        Self {
            id: WatchlistId(row.id),
            name: row.name.unwrap_or_default(),
            symbols: row.assets.unwrap_or_default().into_iter().map(|row| Symbol::from_broker(row.symbol)).collect(),
        }
    }
}

/// What a list is from now on.
#[derive(Serialize)]
struct Content<'a> {
    name: &'a str,
    symbols: Vec<&'a str>,
}

impl<'a> Content<'a> {
    fn bytes(name: &'a str, symbols: &'a [Symbol]) -> Option<Vec<u8>> {
        serde_json::to_vec(&Self { name, symbols: symbols.iter().map(Symbol::as_str).collect() }).ok()
    }
}

/// All lists, by name.
pub(crate) struct All;

impl Endpoint for All {
    type Reply = Result<Vec<Watchlist>, ReadFailure>;
    const NAME: &'static str = "watchlists";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::Watchlists
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let rows: Option<Vec<Row>> = value(answer)?;
        Ok(rows.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}

/// One list.
pub(crate) struct One(pub(crate) WatchlistId);

impl Endpoint for One {
    type Reply = Result<Watchlist, ReadFailure>;
    const NAME: &'static str = "watchlist";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::Watchlist(self.0)
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        value::<Row>(answer).map(Into::into)
    }
}

/// A new list.
pub(crate) struct Create<'a> {
    pub(crate) name: &'a str,
    pub(crate) symbols: &'a [Symbol],
}

impl Endpoint for Create<'_> {
    type Reply = Result<Watchlist, ReadFailure>;
    const NAME: &'static str = "create_watchlist";
    const METHOD: Method = Method::POST;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::Watchlists
    }

    fn body(&self) -> Option<Vec<u8>> {
        Content::bytes(self.name, self.symbols)
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        value::<Row>(answer).map(Into::into)
    }
}

/// The whole of a list, as it is to be.
pub(crate) struct Rewrite<'a>(pub(crate) &'a Watchlist);

impl Endpoint for Rewrite<'_> {
    type Reply = Result<Watchlist, ReadFailure>;
    const NAME: &'static str = "rewrite_watchlist";
    const METHOD: Method = Method::PUT;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::Watchlist(self.0.id)
    }

    fn body(&self) -> Option<Vec<u8>> {
        Content::bytes(&self.0.name, &self.0.symbols)
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        value::<Row>(answer).map(Into::into)
    }
}

/// Deletes a list.
pub(crate) struct Delete(pub(crate) WatchlistId);

impl Endpoint for Delete {
    type Reply = Result<(), ReadFailure>;
    const NAME: &'static str = "delete_watchlist";
    const METHOD: Method = Method::DELETE;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::Watchlist(self.0)
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        match answer.status {
            200 | 204 => Ok(()),
            _ => Err(failure(answer)),
        }
    }
}
