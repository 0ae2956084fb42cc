//! The ledger: orders and fills as the broker proved them.

use crate::{StoreError, TenantTx};
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, BrokerOrderId, ClientOrderId, IntentId};
use domain::money::{Percent, Price, Quantity};
use domain::order::{BrokerOrder, BrokerStatus, Side, Trail};
use domain::symbol::Symbol;
use rust_decimal::Decimal;
use sqlx::FromRow;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "broker_order_id, client_order_id, source, intent_id, symbol, side, qty, notional, order_type, time_in_force,
         limit_price, stop_price, trail_price, trail_percent, order_class, replaces, replaced_by, extended_hours, status,
         filled_qty, filled_avg_price, submitted_at, updated_at, ended_at, first_seen_at"
    };
}

/// The same rule as in `domain::life`: fills never shrink, between two equal fills the broker's later stamp wins, and
/// what is over stays over.
pub(crate) const UPSERT: &str = "
    INSERT INTO app.orders AS known (user_id, account_id, broker_order_id, client_order_id, source, intent_id, symbol, side,
           qty, notional, order_type, time_in_force, limit_price, extended_hours, status, filled_qty, filled_avg_price,
           submitted_at, updated_at, ended_at, stop_price, trail_price, trail_percent, order_class, replaces, replaced_by)
    VALUES ($1, $2, $3, $4, $5, (SELECT i.intent_id FROM app.intents i WHERE i.client_order_id = $4 AND i.account_id = $2),
           $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
           $24, $25)
    ON CONFLICT (user_id, account_id, broker_order_id) DO UPDATE
       SET intent_id = coalesce(known.intent_id, excluded.intent_id), status = excluded.status,
           qty = coalesce(excluded.qty, known.qty), notional = coalesce(excluded.notional, known.notional),
           limit_price = coalesce(excluded.limit_price, known.limit_price),
           stop_price = coalesce(excluded.stop_price, known.stop_price),
           trail_price = coalesce(excluded.trail_price, known.trail_price),
           trail_percent = coalesce(excluded.trail_percent, known.trail_percent),
           replaced_by = coalesce(excluded.replaced_by, known.replaced_by), filled_qty = excluded.filled_qty,
           filled_avg_price = coalesce(excluded.filled_avg_price, known.filled_avg_price),
           submitted_at = coalesce(excluded.submitted_at, known.submitted_at),
           updated_at = coalesce(excluded.updated_at, known.updated_at),
           ended_at = coalesce(excluded.ended_at, known.ended_at)
     WHERE known.status NOT IN ('filled', 'canceled', 'expired', 'replaced', 'rejected')
       AND excluded.filled_qty >= known.filled_qty
       AND (excluded.status IN ('filled', 'canceled', 'expired', 'replaced', 'rejected')
            OR excluded.updated_at IS NULL OR known.updated_at IS NULL OR excluded.updated_at >= known.updated_at)
       AND (excluded.status, excluded.filled_qty, excluded.updated_at)
           IS DISTINCT FROM (known.status, known.filled_qty, known.updated_at)";
pub(crate) const INSERT_FILL: &str = "
    INSERT INTO app.fills (user_id, account_id, execution_id, broker_order_id, symbol, side, qty, price, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
pub(crate) const ORDER: &str =
    concat!("SELECT ", columns!(), " FROM app.orders WHERE account_id = $1 AND broker_order_id = $2");
pub(crate) const ORDERS: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM app.orders WHERE account_id = $1 ORDER BY coalesce(submitted_at, first_seen_at) DESC LIMIT $2"
);
pub(crate) const FILLS: &str = "
    SELECT execution_id, broker_order_id, symbol, side, qty, price, at FROM app.fills
     WHERE account_id = $1 AND broker_order_id = $2 ORDER BY at, execution_id";

#[derive(FromRow)]
struct OrderRow {
    broker_order_id: Uuid,
    client_order_id: String,
    source: String,
    intent_id: Option<Uuid>,
    symbol: String,
    side: Option<String>,
    qty: Option<Decimal>,
    notional: Option<Decimal>,
    order_type: String,
    time_in_force: String,
    limit_price: Option<Decimal>,
    stop_price: Option<Decimal>,
    trail_price: Option<Decimal>,
    trail_percent: Option<Decimal>,
    order_class: String,
    replaces: Option<Uuid>,
    replaced_by: Option<Uuid>,
    extended_hours: bool,
    status: String,
    filled_qty: Decimal,
    filled_avg_price: Option<Decimal>,
    submitted_at: Option<DateTime<Utc>>,
    updated_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    first_seen_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct FillRow {
    execution_id: String,
    broker_order_id: Uuid,
    symbol: String,
    side: String,
    qty: Decimal,
    price: Decimal,
    at: DateTime<Utc>,
}

impl From<OrderRow> for LedgerOrder {
    fn from(row: OrderRow) -> Self {
        let percent = row.trail_percent.and_then(Percent::new).map(Trail::Percent);
        let trail = row.trail_price.and_then(Price::new).map(Trail::Price).or(percent);
        let order = BrokerOrder {
            id: BrokerOrderId(row.broker_order_id),
            client_order_id: ClientOrderId::stored(row.client_order_id),
            symbol: Symbol::from_broker(row.symbol),
            side: row.side.as_deref().and_then(Side::from_wire),
            qty: row.qty.map(|number| number.normalize()),
            notional: row.notional.map(|number| number.normalize()),
            kind: row.order_type,
            time_in_force: row.time_in_force,
            limit_price: row.limit_price.and_then(Price::new),
            stop_price: row.stop_price.and_then(Price::new),
            trail,
            class: row.order_class,
            legs: Vec::new(),
            replaces: row.replaces.map(BrokerOrderId),
            replaced_by: row.replaced_by.map(BrokerOrderId),
            extended_hours: row.extended_hours,
            status: BrokerStatus::from_wire(&row.status),
            filled_qty: row.filled_qty.normalize(),
            filled_avg_price: row.filled_avg_price.and_then(Price::new),
            submitted_at: row.submitted_at,
            updated_at: row.updated_at,
            ended_at: row.ended_at,
        };
        let source = if row.source == "bot" { Source::Bot } else { Source::Foreign };
        Self { order, source, intent: row.intent_id.map(IntentId), first_seen_at: row.first_seen_at }
    }
}

impl FillRow {
    fn fill(self) -> Option<Fill> {
        Some(Fill {
            execution_id: self.execution_id,
            order: BrokerOrderId(self.broker_order_id),
            symbol: Symbol::from_broker(self.symbol),
            side: Side::from_wire(&self.side)?,
            qty: Quantity::new(self.qty)?,
            price: Price::new(self.price)?,
            at: self.at,
        })
    }
}

/// Who placed an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Paddock.
    Bot,
    /// The user, by other means.
    Foreign,
}

/// An order of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerOrder {
    /// As the broker showed it last.
    pub order: BrokerOrder,
    /// Who placed it.
    pub source: Source,
    /// The intent behind it, when it is ours.
    pub intent: Option<IntentId>,
    /// When we first saw it.
    pub first_seen_at: DateTime<Utc>,
}

/// One execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The broker's name for it; makes a fill that is seen twice one fill.
    pub execution_id: String,
    /// Of which order.
    pub order: BrokerOrderId,
    /// What.
    pub symbol: Symbol,
    /// Bought or sold.
    pub side: Side,
    /// How much.
    pub qty: Quantity,
    /// At what price.
    pub price: Price,
    /// When, by the broker's stamp.
    pub at: DateTime<Utc>,
}

impl TenantTx {
    /// Takes over what the broker shows of an order: never backwards, and a finished order stays as it ended. Says
    /// whether anything changed. Ours are tied to their intent by the `client_order_id`.
    ///
    /// # Errors
    /// `Conflict(Reference)` for an account that is not this user's.
    pub async fn upsert_order(&mut self, account: AccountId, order: &BrokerOrder) -> Result<bool, StoreError> {
        let source = if order.client_order_id.is_ours() { "bot" } else { "foreign" };
        let (by_dollars, by_percent) = match order.trail {
            Some(Trail::Price(price)) => (Some(price), None),
            Some(Trail::Percent(percent)) => (None, Some(percent)),
            None => (None, None),
        };
        let query = sqlx::query(UPSERT)
            .bind(self.user())
            .bind(account.0)
            .bind(order.id.0)
            .bind(order.client_order_id.as_str().to_owned())
            .bind(source)
            .bind(order.symbol.as_str().to_owned())
            .bind(order.side.map(Side::as_str))
            .bind(order.qty)
            .bind(order.notional)
            .bind(order.kind.clone())
            .bind(order.time_in_force.clone())
            .bind(order.limit_price.map(Price::get))
            .bind(order.extended_hours)
            .bind(order.status.as_str().to_owned())
            .bind(order.filled_qty)
            .bind(order.filled_avg_price.map(Price::get))
            .bind(order.submitted_at)
            .bind(order.updated_at)
            .bind(order.ended_at)
            .bind(order.stop_price.map(Price::get))
            .bind(by_dollars.map(Price::get))
            .bind(by_percent.map(Percent::get))
            .bind(order.class.clone())
            .bind(order.replaces.map(|id| id.0))
            .bind(order.replaced_by.map(|id| id.0));
        Ok(self.tx.run(query).await? == 1)
    }

    /// Takes over one execution. `false` when it was known.
    ///
    /// # Errors
    /// `Conflict(Reference)` when the order is not in the ledger.
    pub async fn insert_fill(&mut self, account: AccountId, fill: &Fill) -> Result<bool, StoreError> {
        let query = sqlx::query(INSERT_FILL)
            .bind(self.user())
            .bind(account.0)
            .bind(fill.execution_id.clone())
            .bind(fill.order.0)
            .bind(fill.symbol.as_str().to_owned())
            .bind(fill.side.as_str())
            .bind(fill.qty.get())
            .bind(fill.price.get())
            .bind(fill.at);
        Ok(self.tx.run(query).await? == 1)
    }

    /// One order of the ledger.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn ledger_order(&mut self, account: AccountId, id: BrokerOrderId) -> Result<LedgerOrder, StoreError> {
        self.tx.one(sqlx::query_as::<_, OrderRow>(ORDER).bind(account.0).bind(id.0)).await.map(LedgerOrder::from)
    }

    /// The newest orders of an account, newest first.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn ledger_orders(&mut self, account: AccountId, most: u32) -> Result<Vec<LedgerOrder>, StoreError> {
        let query = sqlx::query_as::<_, OrderRow>(ORDERS).bind(account.0).bind(i64::from(most));
        Ok(self.tx.all(query).await?.into_iter().map(LedgerOrder::from).collect())
    }

    /// The executions of an order, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn fills(&mut self, account: AccountId, order: BrokerOrderId) -> Result<Vec<Fill>, StoreError> {
        let rows = self.tx.all(sqlx::query_as::<_, FillRow>(FILLS).bind(account.0).bind(order.0)).await?;
        let unreadable = StoreError::Broken("a stored fill cannot be read");
        rows.into_iter().map(FillRow::fill).collect::<Option<_>>().ok_or(unreadable)
    }
}
