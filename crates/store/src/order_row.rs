//! An order as columns: the same eight in tickets and in intents.

use crate::StoreError;
use domain::money::{Price, Quantity, Usd};
use domain::order::{Order, Pricing, Side, Size, TimeInForce};
use domain::symbol::Symbol;
use rust_decimal::Decimal;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use sqlx::{FromRow, Postgres};

/// The columns; all absent on a ticket that is not for an order.
#[derive(Clone, Debug, FromRow)]
pub(crate) struct OrderRow {
    symbol: Option<String>,
    side: Option<String>,
    qty: Option<Decimal>,
    notional: Option<Decimal>,
    order_type: Option<String>,
    limit_price: Option<Decimal>,
    time_in_force: Option<String>,
    extended_hours: Option<bool>,
    digest: Option<Vec<u8>>,
}

impl OrderRow {
    /// The order, if it is one.
    pub(crate) fn order(&self) -> Result<Order, StoreError> {
        self.read().ok_or(StoreError::Broken("a stored order cannot be read"))
    }

    /// The order, if it is one and its digest is the stored one.
    pub(crate) fn proved(&self) -> Result<(Order, [u8; 32]), StoreError> {
        let order = self.order()?;
        let digest = order.digest();
        if self.digest.as_deref() == Some(&digest) {
            Ok((order, digest))
        } else {
            Err(StoreError::Broken("a stored order is not what was decided"))
        }
    }

    fn read(&self) -> Option<Order> {
        let size = match (self.qty, self.notional) {
            (Some(qty), None) => Size::Shares(Quantity::new(qty)?),
            (None, Some(amount)) => Size::Dollars(Usd(amount.normalize())),
            _ => return None,
        };
        let pricing = match (self.order_type.as_deref()?, self.limit_price) {
            ("market", None) => Pricing::Market,
            ("limit", Some(price)) => Pricing::Limit(Price::new(price)?),
            _ => return None,
        };
        let time_in_force = match self.time_in_force.as_deref()? {
            "day" => TimeInForce::Day,
            "gtc" => TimeInForce::Gtc,
            _ => return None,
        };
        Some(Order {
            symbol: Symbol::from_broker(self.symbol.clone()?),
            side: side(self.side.as_deref()?)?,
            size,
            pricing,
            time_in_force,
            extended_hours: self.extended_hours?,
        })
    }
}

/// Reads a stored side.
pub(crate) fn side(text: &str) -> Option<Side> {
    match text {
        "buy" => Some(Side::Buy),
        "sell" => Some(Side::Sell),
        _ => None,
    }
}

/// Binds the nine columns, in the order of the struct; `None` for a ticket that is not for an order.
pub(crate) fn bind<'q, T>(
    query: QueryAs<'q, Postgres, T, PgArguments>,
    order: Option<&Order>,
) -> QueryAs<'q, Postgres, T, PgArguments> {
    let (qty, notional) = match order.map(|order| order.size) {
        Some(Size::Shares(qty)) => (Some(qty.get()), None),
        Some(Size::Dollars(amount)) => (None, Some(amount.0)),
        None => (None, None),
    };
    let (kind, limit) = match order.map(|order| order.pricing) {
        Some(Pricing::Market) => (Some("market"), None),
        Some(Pricing::Limit(price)) => (Some("limit"), Some(price.get())),
        None => (None, None),
    };
    query
        .bind(order.map(|order| order.symbol.as_str().to_owned()))
        .bind(order.map(|order| order.side.as_str()))
        .bind(qty)
        .bind(notional)
        .bind(kind)
        .bind(limit)
        .bind(order.map(|order| order.time_in_force.as_str()))
        .bind(order.map(|order| order.extended_hours))
        .bind(order.map(|order| order.digest().to_vec()))
}
