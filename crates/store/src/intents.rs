//! Intents: what a user decided, stored before the first byte goes to the broker.

use crate::accounts::environment;
use crate::audit::intended;
use crate::life_row::{self, LifeRow};
use crate::order_row::{self, OrderRow};
use crate::tickets::millis;
use crate::{StoreError, TenantTx};
use chrono::{DateTime, Utc};
use domain::account::Environment;
use domain::ids::{AccountId, ClientOrderId, IntentId, InteractionId, TicketId};
use domain::life::Life;
use domain::money::Price;
use domain::order::Order;
use sqlx::FromRow;
use std::time::Duration;
use uuid::Uuid;

/// What an intent is read as; `i` is its row.
macro_rules! decided {
    () => {
        "i.intent_id, i.account_id, i.environment, i.ticket_id, i.interaction_id, i.client_order_id, i.seq, i.symbol, i.side,
         i.qty, i.notional, i.order_type, i.limit_price, i.time_in_force, i.extended_hours, i.terms, i.digest, i.state,
         i.broker_order_id, i.broker_status, i.filled_qty, i.filled_avg_price, i.doubt, i.refusal, i.broker_updated_at,
         i.answered_looks, i.version, i.created_at, i.sent_at, i.answered_at, i.settled_at, i.next_look_at"
    };
}
pub(crate) use decided;

pub(crate) const INSERT_DIRECT: &str = concat!(
    "WITH place AS (
         UPDATE app.accounts SET order_seq = order_seq + 1
          WHERE account_id = $1 AND removed_at IS NULL AND environment = 'paper' AND NOT always_confirm
      RETURNING user_id, account_id, environment, order_seq),
     i AS (
         INSERT INTO app.intents (user_id, intent_id, account_id, environment, interaction_id, client_order_id, seq, symbol,
                side, qty, notional, order_type, limit_price, time_in_force, extended_hours, terms, digest)
         SELECT user_id, $2, account_id, environment, $3, $4, order_seq, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
           FROM place
         ON CONFLICT ON CONSTRAINT intents_interaction DO NOTHING
         RETURNING *),
     ",
    intended!("$15", "$16"),
    " SELECT ",
    decided!(),
    " FROM i"
);
pub(crate) const BY_ID: &str = concat!("SELECT ", decided!(), " FROM app.intents i WHERE intent_id = $1");
pub(crate) const BY_NAME: &str = concat!("SELECT ", decided!(), " FROM app.intents i WHERE client_order_id = $1");
pub(crate) const BY_TICKET: &str = concat!("SELECT ", decided!(), " FROM app.intents i WHERE ticket_id = $1");
pub(crate) const BY_INTERACTION: &str = concat!("SELECT ", decided!(), " FROM app.intents i WHERE interaction_id = $1");
pub(crate) const OPEN: &str = concat!(
    "SELECT ",
    decided!(),
    " FROM app.intents i
       WHERE account_id = $1 AND state IN ('intended', 'unconfirmed', 'at_broker') ORDER BY seq"
);
pub(crate) const RECENT: &str =
    concat!("SELECT ", decided!(), " FROM app.intents i WHERE account_id = $1 ORDER BY seq DESC LIMIT $2");
pub(crate) const STEP: &str = concat!(
    "UPDATE app.intents i
        SET state = $3, broker_order_id = $4, broker_status = $5, filled_qty = $6, filled_avg_price = $7, doubt = $8,
            refusal = $9, broker_updated_at = $10, answered_looks = $11, version = version + 1,
            answered_at = coalesce(answered_at, CASE WHEN $3 <> 'intended' THEN clock_timestamp() END),
            settled_at = CASE WHEN $12 THEN coalesce(settled_at, clock_timestamp()) END,
            next_look_at = clock_timestamp() + $13::bigint * interval '1 millisecond'
      WHERE intent_id = $1 AND version = $2
     RETURNING ",
    decided!()
);

/// An intent's columns.
#[derive(FromRow)]
pub(crate) struct IntentRow {
    intent_id: Uuid,
    account_id: Uuid,
    environment: String,
    ticket_id: Option<Uuid>,
    interaction_id: i64,
    client_order_id: String,
    seq: i64,
    #[sqlx(flatten)]
    order: OrderRow,
    #[sqlx(flatten)]
    life: LifeRow,
    answered_looks: i32,
    version: i64,
    created_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
    answered_at: Option<DateTime<Utc>>,
    settled_at: Option<DateTime<Utc>>,
    next_look_at: Option<DateTime<Utc>>,
}

impl TryFrom<IntentRow> for Intent {
    type Error = StoreError;

    fn try_from(row: IntentRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: IntentId(row.intent_id),
            account: AccountId(row.account_id),
            environment: environment(&row.environment)?,
            ticket: row.ticket_id.map(TicketId),
            interaction: InteractionId(row.interaction_id),
            client_order_id: ClientOrderId::stored(row.client_order_id),
            order: row.order.proved()?.0,
            life: row.life.life()?,
            answered_looks: u32::try_from(row.answered_looks).unwrap_or_default(),
            seq: row.seq,
            version: row.version,
            created_at: row.created_at,
            sent_at: row.sent_at,
            answered_at: row.answered_at,
            settled_at: row.settled_at,
            next_look_at: row.next_look_at,
        })
    }
}

/// An intent, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Its id.
    pub id: IntentId,
    /// Which account.
    pub account: AccountId,
    /// Paper or live.
    pub environment: Environment,
    /// The ticket that was clicked; paper orders may have none.
    pub ticket: Option<TicketId>,
    /// The interaction that made it.
    pub interaction: InteractionId,
    /// Our name for the order at the broker.
    pub client_order_id: ClientOrderId,
    /// The order.
    pub order: Order,
    /// What is known of it.
    pub life: Life,
    /// Look-ups that the broker answered with "not found".
    pub answered_looks: u32,
    /// Place in the account's line.
    pub seq: i64,
    /// Counts the changes of this row: a [`Step`] names the one that it was made from.
    pub version: i64,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
    /// When the right to send it was given. Without it no byte has left.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the first answer about it was noted.
    pub answered_at: Option<DateTime<Utc>>,
    /// When it was over.
    pub settled_at: Option<DateTime<Utc>>,
    /// When the resolver is to look at it.
    pub next_look_at: Option<DateTime<Utc>>,
}

/// A paper order that needs no click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIntent {
    /// Its id.
    pub id: IntentId,
    /// Which account.
    pub account: AccountId,
    /// The order.
    pub order: Order,
    /// The interaction that asked for it; the same one never makes a second intent.
    pub interaction: InteractionId,
}

/// What became of a [`NewIntent`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Direct {
    /// Stored.
    Stored(Intent),
    /// The interaction had made this one before.
    Repeat(Intent),
    /// The account is live, or its user wants to click.
    NeedsClick,
}

/// One step in the life of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// Which intent.
    pub intent: IntentId,
    /// The [`Intent::version`] that the step was made from.
    pub from: i64,
    /// What is known now.
    pub life: &'a Life,
    /// Look-ups that the broker answered with "not found", all together.
    pub answered_looks: u32,
    /// When the resolver is to look next; `None` for never.
    pub look_again: Option<Duration>,
}

/// What became of a [`Step`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Stored; the intent as it is now.
    Stored(Intent),
    /// Somebody else was faster: the intent as it is now. Make the step anew from it.
    Stale(Intent),
}

impl TenantTx {
    /// Stores a paper order that needs no click, with its entry in the book.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an account that is not linked.
    pub async fn insert_intent_direct(&mut self, new: &NewIntent) -> Result<Direct, StoreError> {
        let query = sqlx::query_as::<_, IntentRow>(INSERT_DIRECT)
            .bind(new.account.0)
            .bind(new.id.0)
            .bind(new.interaction.0)
            .bind(ClientOrderId::of(new.id).as_str().to_owned());
        let origin = self.tenant.origin();
        let query = order_row::bind(query, Some(&new.order)).bind(origin.message).bind(origin.guild);
        if let Some(row) = self.tx.first(query).await? {
            return Ok(Direct::Stored(row.try_into()?));
        }
        let query = sqlx::query_as::<_, IntentRow>(BY_INTERACTION).bind(new.interaction.0);
        if let Some(row) = self.tx.first(query).await? {
            return Ok(Direct::Repeat(row.try_into()?));
        }
        self.account(new.account).await?;
        Ok(Direct::NeedsClick)
    }

    /// One intent.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn intent(&mut self, id: IntentId) -> Result<Intent, StoreError> {
        self.tx.one(sqlx::query_as::<_, IntentRow>(BY_ID).bind(id.0)).await?.try_into()
    }

    /// The intent of that name at the broker.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn intent_by_client_order_id(&mut self, name: &ClientOrderId) -> Result<Intent, StoreError> {
        self.tx.one(sqlx::query_as::<_, IntentRow>(BY_NAME).bind(name.as_str().to_owned())).await?.try_into()
    }

    /// The intent that a ticket became.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn intent_of_ticket(&mut self, ticket: TicketId) -> Result<Intent, StoreError> {
        self.tx.one(sqlx::query_as::<_, IntentRow>(BY_TICKET).bind(ticket.0)).await?.try_into()
    }

    /// The intents of an account that are not over, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn intents_open(&mut self, account: AccountId) -> Result<Vec<Intent>, StoreError> {
        let rows = self.tx.all(sqlx::query_as::<_, IntentRow>(OPEN).bind(account.0)).await?;
        rows.into_iter().map(Intent::try_from).collect()
    }

    /// The newest intents of an account, newest first.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn intents_recent(&mut self, account: AccountId, most: u32) -> Result<Vec<Intent>, StoreError> {
        let query = sqlx::query_as::<_, IntentRow>(RECENT).bind(account.0).bind(i64::from(most));
        self.tx.all(query).await?.into_iter().map(Intent::try_from).collect()
    }

    /// Stores a step, if the intent is still as it was when the step was made.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn record_step(&mut self, step: &Step<'_>) -> Result<Recorded, StoreError> {
        let life = step.life;
        let query = sqlx::query_as::<_, IntentRow>(STEP)
            .bind(step.intent.0)
            .bind(step.from)
            .bind(life.state.as_str())
            .bind(life.broker_order.map(|id| id.0))
            .bind(life.status.as_ref().map(|status| status.as_str().to_owned()))
            .bind(life.filled_qty)
            .bind(life.filled_avg_price.map(Price::get))
            .bind(life.doubt.as_ref().map(life_row::doubt).transpose()?)
            .bind(life.refusal.as_ref().map(life_row::refusal).transpose()?)
            .bind(life.broker_updated_at)
            .bind(i32::try_from(step.answered_looks).unwrap_or(i32::MAX))
            .bind(life.state.is_settled())
            .bind(step.look_again.map(millis));
        match self.tx.first(query).await? {
            Some(row) => Ok(Recorded::Stored(row.try_into()?)),
            None => self.intent(step.intent).await.map(Recorded::Stale),
        }
    }
}
