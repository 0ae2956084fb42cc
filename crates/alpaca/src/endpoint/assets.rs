//! `GET /v2/assets` and `GET /v2/assets/{symbol}`.

use super::{Endpoint, value};
use crate::path::Path;
use crate::transport::Answer;
use crate::wire;
use domain::account;
use domain::brokerage::Lane;
use domain::outcome::ReadFailure;
use domain::symbol::Symbol;
use domain::terms::{Delivered, Terms};
use reqwest::Method;
use rust_decimal::Decimal;
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    symbol: String,
    name: Option<String>,
    status: Option<String>,
    tradable: Option<bool>,
    fractionable: Option<bool>,
    shortable: Option<bool>,
    easy_to_borrow: Option<bool>,
    borrow_status: Option<String>,
    attributes: Option<Vec<String>>,
    #[serde(default, deserialize_with = "wire::maybe")]
    min_order_size: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    min_trade_increment: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    price_increment: Option<Decimal>,
    exchange: Option<String>,
}

impl From<Row> for account::Asset {
    fn from(row: Row) -> Self {
        Self {
            symbol: Symbol::from_broker(row.symbol),
            name: row.name.unwrap_or_default(),
            active: row.status.as_deref() == Some("active"),
            tradable: row.tradable.unwrap_or(false),
            fractionable: row.fractionable.unwrap_or(false),
            shortable: row.shortable.unwrap_or(false),
            // The newer word of the two decides; an asset of which neither is said is not called hard to borrow.
            easy_to_borrow: match row.borrow_status.as_deref() {
                Some(status) => status == "easy_to_borrow",
                None => row.easy_to_borrow.unwrap_or(true),
            },
            attributes: row.attributes.unwrap_or_default(),
            steps: account::Steps {
                least: row.min_order_size,
                quantity: row.min_trade_increment,
                price: row.price_increment,
            },
            exchange: row.exchange.unwrap_or_default(),
            terms: None,
        }
    }
}

/// All active US equities. Not paged: about eleven thousand rows.
pub(crate) struct Assets;

impl Endpoint for Assets {
    type Reply = Result<Vec<account::Asset>, ReadFailure>;
    const NAME: &'static str = "assets";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;
    /// Eleven thousand rows of up to 700 bytes, and room for as many again.
    const LIMIT: usize = 16 << 20;

    fn path(&self) -> Path {
        Path::Assets
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        vec![("status", "active".to_owned()), ("asset_class", "us_equity".to_owned())]
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let rows: Option<Vec<Row>> = value(answer)?;
        Ok(rows.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}

/// An option contract, as far as an order needs it.
pub(crate) struct Contract(pub(crate) Symbol);

#[derive(Deserialize)]
struct ContractRow {
    symbol: String,
    name: Option<String>,
    status: Option<String>,
    tradable: Option<bool>,
    #[serde(default, deserialize_with = "wire::maybe")]
    multiplier: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    size: Option<Decimal>,
    underlying_symbol: Option<String>,
    deliverables: Option<Vec<DeliverableRow>>,
}

#[derive(Deserialize)]
struct DeliverableRow {
    #[serde(rename = "type")]
    kind: Option<String>,
    symbol: Option<String>,
    #[serde(default, deserialize_with = "wire::maybe")]
    amount: Option<Decimal>,
}

impl From<DeliverableRow> for Delivered {
    fn from(row: DeliverableRow) -> Self {
        let is_cash = row.kind.as_deref() == Some("cash");
        Self { symbol: row.symbol.filter(|_| !is_cash).map(Symbol::from_broker), amount: row.amount }
    }
}

impl Endpoint for Contract {
    type Reply = Result<account::Asset, ReadFailure>;
    const NAME: &'static str = "contract";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::Contract(self.0.clone())
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let row: ContractRow = value(answer)?;
        Ok(account::Asset {
            symbol: Symbol::from_broker(row.symbol),
            name: row.name.unwrap_or_default(),
            active: row.status.as_deref() == Some("active"),
            tradable: row.tradable.unwrap_or(false),
            fractionable: false,
            shortable: false,
            easy_to_borrow: false,
            attributes: Vec::new(),
            steps: account::Steps::default(),
            exchange: String::new(),
            terms: Some(Terms {
                multiplier: row.multiplier,
                size: row.size,
                underlying: row.underlying_symbol.map(Symbol::from_broker),
                delivered: row.deliverables.unwrap_or_default().into_iter().map(Into::into).collect(),
            }),
        })
    }
}

/// One asset.
pub(crate) struct Asset(pub(crate) Symbol);

impl Endpoint for Asset {
    type Reply = Result<account::Asset, ReadFailure>;
    const NAME: &'static str = "asset";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::Asset(self.0.clone())
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        value::<Row>(answer).map(Into::into)
    }
}
