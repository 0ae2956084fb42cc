//! An order as columns: the same nine in tickets and in intents, and the digest beside them.

use crate::StoreError;
use domain::order::{Columns, Order};
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
    terms: Option<String>,
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
        let row = self.clone();
        let columns = Columns {
            symbol: row.symbol?,
            side: row.side?,
            qty: row.qty,
            notional: row.notional,
            order_type: row.order_type?,
            limit_price: row.limit_price,
            time_in_force: row.time_in_force?,
            extended_hours: row.extended_hours?,
            terms: row.terms,
        };
        columns.order()
    }
}

/// Binds the ten columns, in the order of the struct; `None` for a ticket that is not for an order.
pub(crate) fn bind<'q, T>(
    query: QueryAs<'q, Postgres, T, PgArguments>,
    order: Option<&Order>,
) -> QueryAs<'q, Postgres, T, PgArguments> {
    let columns = order.map(Order::columns);
    let of = |column: fn(&Columns) -> Option<String>| columns.as_ref().and_then(column);
    let number = |column: fn(&Columns) -> Option<Decimal>| columns.as_ref().and_then(column);
    query
        .bind(of(|columns| Some(columns.symbol.clone())))
        .bind(of(|columns| Some(columns.side.clone())))
        .bind(number(|columns| columns.qty))
        .bind(number(|columns| columns.notional))
        .bind(of(|columns| Some(columns.order_type.clone())))
        .bind(number(|columns| columns.limit_price))
        .bind(of(|columns| Some(columns.time_in_force.clone())))
        .bind(columns.as_ref().map(|columns| columns.extended_hours))
        .bind(of(|columns| columns.terms.clone()))
        .bind(order.map(|order| order.digest().to_vec()))
}
