//! `GET /v2/positions`.

use super::{Endpoint, value};
use crate::path::Path;
use crate::transport::Answer;
use crate::wire;
use domain::account::Position;
use domain::brokerage::Lane;
use domain::money::Usd;
use domain::outcome::ReadFailure;
use domain::symbol::Symbol;
use reqwest::Method;
use rust_decimal::Decimal;
use serde::Deserialize;

/// All open positions.
pub(crate) struct Positions;

/// Prices, values and profits are `null` when Alpaca has no price.
#[derive(Deserialize)]
struct Row {
    symbol: String,
    asset_class: Option<String>,
    #[serde(deserialize_with = "wire::exact")]
    qty: Decimal,
    #[serde(default, deserialize_with = "wire::maybe")]
    qty_available: Option<Decimal>,
    side: Option<String>,
    #[serde(deserialize_with = "wire::exact")]
    avg_entry_price: Decimal,
    #[serde(deserialize_with = "wire::exact")]
    cost_basis: Decimal,
    #[serde(default, deserialize_with = "wire::maybe")]
    market_value: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    current_price: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    unrealized_pl: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    unrealized_plpc: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    unrealized_intraday_pl: Option<Decimal>,
}

impl Row {
    /// A short position carries its sign twice, in `qty` and in `side`; either one is enough.
    fn signed(&self, qty: Decimal) -> Decimal {
        match self.side.as_deref() {
            Some("short") => -qty.abs(),
            _ => qty,
        }
    }
}

impl From<Row> for Position {
    fn from(row: Row) -> Self {
        Self {
            is_crypto: row.asset_class.as_deref() == Some("crypto"),
            qty: row.signed(row.qty),
            qty_available: row.signed(row.qty_available.unwrap_or(row.qty)),
            entry: Usd(row.avg_entry_price),
            price: row.current_price.map(Usd),
            value: row.market_value.map(Usd),
            cost: Usd(row.cost_basis),
            unrealized: row.unrealized_pl.map(Usd),
            unrealized_fraction: row.unrealized_plpc,
            today: row.unrealized_intraday_pl.map(Usd),
            symbol: Symbol::from_broker(row.symbol),
        }
    }
}

impl Endpoint for Positions {
    type Reply = Result<Vec<Position>, ReadFailure>;
    const NAME: &'static str = "positions";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;
    /// Not paged; a thousand positions are 700 kB.
    const LIMIT: usize = 8 << 20;

    fn path(&self) -> Path {
        Path::Positions
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let rows: Option<Vec<Row>> = value(answer)?;
        Ok(rows.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}
