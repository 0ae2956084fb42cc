//! `GET /v2/orders`, `GET /v2/orders/{id}`, and the order object that every order call shares.

use super::{Endpoint, unreadable, value};
use crate::path::Path;
use crate::transport::Answer;
use crate::wire;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::brokerage::{Lane, Which};
use domain::ids::{BrokerOrderId, ClientOrderId};
use domain::money::{Percent, Price};
use domain::order::{BrokerOrder, BrokerStatus, Side, Trail};
use domain::outcome::ReadFailure;
use domain::symbol::Symbol;
use reqwest::Method;
use rust_decimal::Decimal;
use serde::Deserialize;
use uuid::Uuid;

/// An order as Alpaca writes it. `id`, `client_order_id` and `status` make it an order; the rest may be missing, and on
/// multi-leg parents `symbol` and `side` are empty.
#[derive(Deserialize)]
pub(crate) struct Row {
    id: Uuid,
    client_order_id: String,
    status: String,
    symbol: Option<String>,
    side: Option<String>,
    #[serde(default, deserialize_with = "wire::maybe")]
    qty: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    notional: Option<Decimal>,
    #[serde(rename = "type")]
    kind: Option<String>,
    order_type: Option<String>,
    time_in_force: Option<String>,
    #[serde(default, deserialize_with = "wire::maybe")]
    limit_price: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    stop_price: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    trail_price: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    trail_percent: Option<Decimal>,
    order_class: Option<String>,
    replaces: Option<Uuid>,
    replaced_by: Option<Uuid>,
    extended_hours: Option<bool>,
    #[serde(default, deserialize_with = "wire::maybe")]
    filled_qty: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::maybe")]
    filled_avg_price: Option<Decimal>,
    #[serde(default, deserialize_with = "wire::time")]
    submitted_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "wire::time")]
    updated_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "wire::time")]
    filled_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "wire::time")]
    expired_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "wire::time")]
    canceled_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "wire::time")]
    failed_at: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "wire::time")]
    replaced_at: Option<DateTime<Utc>>,
    legs: Option<Vec<Row>>,
}

impl Row {
    /// The order, unless its fills are impossible: below zero, or more than was ordered. Nothing is concluded from such
    /// a row.
    pub(crate) fn order(mut self) -> Option<BrokerOrder> {
        let status = BrokerStatus::from_wire(&self.status);
        let filled_qty = self.filled_qty.unwrap_or_default();
        if filled_qty < Decimal::ZERO || self.qty.is_some_and(|qty| filled_qty > qty.abs()) {
            return None;
        }
        let class = self.order_class.clone().unwrap_or_default();
        let legs: Vec<BrokerOrder> =
            self.legs.take().unwrap_or_default().into_iter().map(Self::order).collect::<Option<_>>()?;
        let (side, limit_price) = match self.limit_price {
            // Of a spread the sign of the price is the side: what is paid is a debit.
            Some(net) if class == "mleg" => {
                (Some(if net < Decimal::ZERO { Side::Sell } else { Side::Buy }), Price::new(net.abs()))
            }
            limit => (side(self.side.as_deref()), limit.and_then(Price::new)),
        };
        Some(BrokerOrder {
            id: BrokerOrderId(self.id),
            ended_at: self.ended_at(&status),
            client_order_id: ClientOrderId::stored(self.client_order_id),
            symbol: named(self.symbol, &legs),
            side,
            qty: self.qty,
            notional: self.notional,
            kind: self.kind.filter(|kind| !kind.is_empty()).or(self.order_type).unwrap_or_default(),
            time_in_force: self.time_in_force.unwrap_or_default(),
            limit_price,
            stop_price: self.stop_price.and_then(Price::new),
            trail: self
                .trail_price
                .and_then(Price::new)
                .map(Trail::Price)
                .or(self.trail_percent.and_then(Percent::new).map(Trail::Percent)),
            class,
            legs,
            replaces: self.replaces.map(BrokerOrderId),
            replaced_by: self.replaced_by.map(BrokerOrderId),
            extended_hours: self.extended_hours.unwrap_or(false),
            status,
            filled_qty,
            filled_avg_price: self.filled_avg_price.and_then(Price::new),
            submitted_at: self.submitted_at,
            updated_at: self.updated_at,
        })
    }

    /// `filled_at` is also seen on partial fills, so the status decides which stamp is the end.
    fn ended_at(&self, status: &BrokerStatus) -> Option<DateTime<Utc>> {
        match status {
            BrokerStatus::Filled => self.filled_at,
            BrokerStatus::Canceled => self.canceled_at,
            BrokerStatus::Expired => self.expired_at,
            BrokerStatus::Rejected => self.failed_at,
            BrokerStatus::Replaced => self.replaced_at,
            _ => None,
        }
    }
}

fn side(word: Option<&str>) -> Option<Side> {
    match word {
        Some("sell_short") => Some(Side::Sell),
        word => word.and_then(Side::from_wire),
    }
}

/// A spread's parent has no symbol of its own: the underlying's, as far as its legs tell it.
fn named(symbol: Option<String>, legs: &[BrokerOrder]) -> Symbol {
    let own = symbol.filter(|symbol| !symbol.is_empty());
    let roots = || legs.iter().find_map(|leg| leg.symbol.contract()).map(|contract| contract.root);
    Symbol::from_broker(own.or_else(roots).unwrap_or_default())
}

/// The parent, then its legs: asked for nested, because a `held` leg has been missing from the flat list.
fn flatten(order: BrokerOrder, into: &mut Vec<BrokerOrder>) {
    let legs = order.legs.clone();
    into.push(order);
    for leg in legs {
        flatten(leg, into);
    }
}

/// The one order of an answer.
pub(crate) fn one(answer: &Answer) -> Result<BrokerOrder, ReadFailure> {
    value::<Row>(answer)?.order().ok_or_else(|| unreadable(answer))
}

/// An order by the broker's id. Urgent: it settles what became of an order.
pub(crate) struct Order(pub(crate) BrokerOrderId);

impl Endpoint for Order {
    type Reply = Result<BrokerOrder, ReadFailure>;
    const NAME: &'static str = "order";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Urgent;

    fn path(&self) -> Path {
        Path::Order(self.0)
    }

    /// With its legs: a spread is recognised by them.
    fn query(&self) -> Vec<(&'static str, String)> {
        vec![("nested", "true".to_owned())]
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let order = one(answer)?;
        if order.id == self.0 { Ok(order) } else { Err(unreadable(answer)) }
    }
}

/// One page of orders, newest first.
pub(crate) struct Orders {
    pub(crate) which: Which,
    /// Only orders of this symbol.
    pub(crate) symbol: Option<Symbol>,
    /// Only orders submitted after this. Not to be combined with `older_than`, so only the first page says it.
    pub(crate) after: Option<DateTime<Utc>>,
    /// Only orders before this one: the cursor of the next page.
    pub(crate) older_than: Option<BrokerOrderId>,
    pub(crate) limit: usize,
}

/// A page.
pub(crate) struct Page {
    /// Its orders, legs behind their parents.
    pub(crate) orders: Vec<BrokerOrder>,
    /// How many rows it had at the top.
    pub(crate) rows: usize,
    /// The last row at the top: where the next page goes on.
    pub(crate) last: Option<BrokerOrderId>,
}

impl Orders {
    /// The most rows of a page that Alpaca gives.
    pub(crate) const LONGEST: usize = 500;
}

impl Endpoint for Orders {
    type Reply = Result<Page, ReadFailure>;
    const NAME: &'static str = "orders";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;
    /// 500 rows with four legs each are 3 MB.
    const LIMIT: usize = 8 << 20;

    fn path(&self) -> Path {
        Path::Orders
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let status = match self.which {
            Which::Open => "open",
            Which::Closed => "closed",
            Which::All => "all",
        };
        let mut query = vec![
            ("status", status.to_owned()),
            ("limit", self.limit.to_string()),
            ("direction", "desc".to_owned()),
            ("nested", "true".to_owned()),
        ];
        query.extend(self.symbol.as_ref().map(|symbol| ("symbols", symbol.to_string())));
        match (self.older_than, self.after) {
            (Some(id), _) => query.push(("before_order_id", id.0.as_hyphenated().to_string())),
            (None, Some(after)) => query.push(("after", after.to_rfc3339_opts(SecondsFormat::Nanos, true))),
            (None, None) => {}
        }
        query
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let rows: Option<Vec<Row>> = value(answer)?;
        let rows = rows.unwrap_or_default();
        let (count, last) = (rows.len(), rows.last().map(|row| BrokerOrderId(row.id)));
        let mut orders = Vec::with_capacity(count);
        for row in rows {
            flatten(row.order().ok_or_else(|| unreadable(answer))?, &mut orders);
        }
        Ok(Page { orders, rows: count, last })
    }
}
