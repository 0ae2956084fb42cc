//! Tickets: what was shown and waits for a click.

mod refusal;

pub use refusal::TicketRefusal;
pub(crate) use refusal::WHY_NOT;

use crate::accounts::{Keyed, KeyedRow, environment, keyed, of_intent};
use crate::audit::intended;
use crate::intents::{Intent, IntentRow, decided};
use crate::order_row::{self, OrderRow};
use crate::{StoreError, TenantTx};
use chrono::{DateTime, Utc};
use domain::account::{Environment, Quote};
use domain::ids::{AccountId, ClientOrderId, IntentId, InteractionId, TicketId};
use domain::money::Price;
use domain::order::Order;
use domain::tenant::Origin;
use refusal::WhyNot;
use rust_decimal::Decimal;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use sqlx::{FromRow, Postgres};
use std::time::Duration;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "ticket_id, account_id, environment, kind, symbol, side, qty, notional, order_type, limit_price, time_in_force,
         extended_hours, terms, digest, phrase, bid, ask, quote_at, guild_id, created_at, expires_at, consumed_at, void_at"
    };
}

pub(crate) const INSERT: &str = concat!(
    "INSERT INTO app.tickets (user_id, ticket_id, account_id, environment, kind, guild_id, bid, ask, quote_at, expires_at,
         symbol, side, qty, notional, order_type, limit_price, time_in_force, extended_hours, terms, digest, phrase, batch)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp() + $10::bigint * interval '1 millisecond',
         $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
     RETURNING ",
    columns!()
);
pub(crate) const READ: &str = concat!("SELECT ", columns!(), " FROM app.tickets WHERE ticket_id = $1");
/// Of many clicks one finds the row unused: the others wait for its lock and then look again. One round trip for everything that
/// a click decides: the ticket is used, the intent and its entry are there, and what opens the account is read.
pub(crate) const CONSUME_ORDER: &str = concat!(
    "WITH t AS (
         UPDATE app.tickets t SET consumed_at = clock_timestamp() FROM app.accounts a
          WHERE t.ticket_id = $1 AND t.kind = 'order' AND t.consumed_at IS NULL AND t.void_at IS NULL
            AND t.expires_at > clock_timestamp() AND t.guild_id IS NOT DISTINCT FROM $2
            AND (t.phrase IS NULL OR t.phrase = $7)
            AND t.digest = app.order_digest(t.side, t.symbol, t.qty, t.notional, t.order_type, t.limit_price,
                                            t.time_in_force, t.extended_hours, t.terms)
            AND a.user_id = t.user_id AND a.account_id = t.account_id AND a.removed_at IS NULL
            AND a.environment = t.environment
      RETURNING t.*),
     place AS (
         UPDATE app.accounts a SET order_seq = order_seq + 1 FROM t
          WHERE a.user_id = t.user_id AND a.account_id = t.account_id RETURNING a.order_seq),
     i AS (
         INSERT INTO app.intents (user_id, intent_id, account_id, environment, ticket_id, interaction_id, client_order_id,
                seq, symbol, side, qty, notional, order_type, limit_price, time_in_force, extended_hours, terms, digest, item)
         SELECT t.user_id, $3, t.account_id, t.environment, t.ticket_id, $4, $5, place.order_seq, t.symbol, t.side, t.qty,
                t.notional, t.order_type, t.limit_price, t.time_in_force, t.extended_hours, t.terms, t.digest, $6
           FROM t, place RETURNING *),
     ",
    intended!("$8", "$9"),
    " SELECT ",
    decided!(),
    ", ",
    keyed!(),
    ", t.bid, t.ask, t.quote_at FROM t, i",
    of_intent!()
);
pub(crate) const CONSUME: &str = concat!(
    "UPDATE app.tickets SET consumed_at = clock_timestamp()
      WHERE ticket_id = $1 AND kind <> 'order' AND consumed_at IS NULL AND void_at IS NULL
        AND expires_at > clock_timestamp() AND guild_id IS NOT DISTINCT FROM $2
        AND EXISTS (SELECT FROM app.accounts a WHERE a.user_id = tickets.user_id AND a.account_id = tickets.account_id
                       AND a.environment = tickets.environment AND a.removed_at IS NULL)
     RETURNING ",
    columns!()
);
pub(crate) const BATCH: &str = "SELECT ticket_id FROM app.tickets WHERE batch = $1 ORDER BY symbol, ticket_id";
pub(crate) const VOID: &str = "
    UPDATE app.tickets SET void_at = clock_timestamp()
     WHERE ticket_id = $1 AND consumed_at IS NULL AND void_at IS NULL";

#[derive(FromRow)]
struct QuoteRow {
    bid: Option<Decimal>,
    ask: Option<Decimal>,
    quote_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Row {
    ticket_id: Uuid,
    account_id: Uuid,
    environment: String,
    kind: String,
    #[sqlx(flatten)]
    order: OrderRow,
    #[sqlx(flatten)]
    quote: QuoteRow,
    phrase: Option<String>,
    guild_id: Option<i64>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    consumed_at: Option<DateTime<Utc>>,
    void_at: Option<DateTime<Utc>>,
}

/// What a click brings.
#[derive(FromRow)]
pub(crate) struct ConfirmedRow {
    #[sqlx(flatten)]
    intent: IntentRow,
    #[sqlx(flatten)]
    keyed: KeyedRow,
    #[sqlx(flatten)]
    quote: QuoteRow,
}

impl From<QuoteRow> for Option<Quote> {
    fn from(row: QuoteRow) -> Self {
        let price = |number: Option<Decimal>| number.and_then(Price::new);
        row.quote_at.map(|at| Quote { bid: price(row.bid), ask: price(row.ask), at })
    }
}

impl TryFrom<Row> for Ticket {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let ask = match row.kind.as_str() {
            "order" => Ask::Order { order: Box::new(row.order.order()?), quote: row.quote.into() },
            "switch_to_live" => Ask::SwitchToLive,
            "remove_account" => Ask::RemoveAccount,
            "cancel_all" => Ask::CancelAll,
            "close_all" => Ask::CloseAll,
            _ => return Err(StoreError::Broken("a stored ticket is of an unknown kind")),
        };
        Ok(Self {
            id: TicketId(row.ticket_id),
            account: AccountId(row.account_id),
            environment: environment(&row.environment)?,
            ask,
            phrase: row.phrase,
            guild: row.guild_id,
            created_at: row.created_at,
            expires_at: row.expires_at,
            consumed_at: row.consumed_at,
            void_at: row.void_at,
        })
    }
}

impl Ask {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Order { .. } => "order",
            Self::SwitchToLive => "switch_to_live",
            Self::RemoveAccount => "remove_account",
            Self::CancelAll => "cancel_all",
            Self::CloseAll => "close_all",
        }
    }
}

/// What the click would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Place an order.
    Order {
        /// As shown.
        order: Box<Order>,
        /// The quote that was shown with it.
        quote: Option<Quote>,
    },
    /// Make a live account the default one.
    SwitchToLive,
    /// Unlink the account.
    RemoveAccount,
    /// Cancel all open orders of the account.
    CancelAll,
    /// Close every position of the account: the orders are tickets of their own, in this one's batch.
    CloseAll,
}

/// A ticket to be issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTicket {
    /// 128 random bits.
    pub id: TicketId,
    /// Which account.
    pub account: AccountId,
    /// The account's environment, as shown.
    pub environment: Environment,
    /// What the click would do.
    pub ask: Ask,
    /// What has to be typed; of an order only.
    pub phrase: Option<String>,
    /// The question that this order is part of.
    pub batch: Option<TicketId>,
    /// The server in which it was asked; `None` in a direct message. A click from elsewhere is refused.
    pub guild: Option<i64>,
    /// How long the click may take, by the database's clock.
    pub lives_for: Duration,
}

/// A ticket, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// Which account.
    pub account: AccountId,
    /// The environment that was shown.
    pub environment: Environment,
    /// What the click would do.
    pub ask: Ask,
    /// What has to be typed.
    pub phrase: Option<String>,
    /// The server in which it was asked.
    pub guild: Option<i64>,
    /// When it was issued.
    pub created_at: DateTime<Utc>,
    /// Until when it can be taken.
    pub expires_at: DateTime<Utc>,
    /// When it was taken.
    pub consumed_at: Option<DateTime<Utc>>,
    /// When it was withdrawn.
    pub void_at: Option<DateTime<Utc>>,
}

/// A click.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// On which ticket.
    pub ticket: TicketId,
    /// The intent that it makes.
    pub intent: IntentId,
    /// The click's own interaction.
    pub interaction: InteractionId,
    /// Which of the orders of a click that places several, from 1; 0 of a click that places one.
    pub item: i16,
    /// What was typed, when something was.
    pub typed: Option<String>,
    /// The server in which it was clicked; `None` in a direct message.
    pub guild: Option<i64>,
}

/// A click that was taken: the intent is stored with this transaction's commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmed {
    /// The intent, with the order exactly as it was shown.
    pub intent: Intent,
    /// Its account, and what opens it.
    pub keyed: Keyed,
    /// SHA-256 of the order, as stored with the ticket and checked.
    pub digest: [u8; 32],
    /// The quote that was shown.
    pub shown: Option<Quote>,
}

impl TenantTx {
    /// Issues a ticket.
    ///
    /// # Errors
    /// `Conflict(Reference)` when the account is not this user's.
    pub async fn insert_ticket(&mut self, new: &NewTicket) -> Result<Ticket, StoreError> {
        let (order, quote) = match &new.ask {
            Ask::Order { order, quote } => (Some(&**order), *quote),
            Ask::SwitchToLive | Ask::RemoveAccount | Ask::CancelAll | Ask::CloseAll => (None, None),
        };
        let query = sqlx::query_as::<_, Row>(INSERT)
            .bind(self.user())
            .bind(new.id.0)
            .bind(new.account.0)
            .bind(new.environment.as_str())
            .bind(new.ask.kind())
            .bind(new.guild)
            .bind(quote.and_then(|quote| quote.bid).map(Price::get))
            .bind(quote.and_then(|quote| quote.ask).map(Price::get))
            .bind(quote.map(|quote| quote.at))
            .bind(millis(new.lives_for));
        let query = order_row::bind(query, order).bind(new.phrase.clone()).bind(new.batch.map(|batch| batch.0));
        self.tx.one(query).await?.try_into()
    }

    /// Reads a ticket, in whatever state it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn ticket(&mut self, id: TicketId) -> Result<Ticket, StoreError> {
        self.tx.one(sqlx::query_as::<_, Row>(READ).bind(id.0)).await?.try_into()
    }

    /// Takes an order ticket and stores the intent that it makes, with its entry in the book, in one statement: of a hundred
    /// clicks one wins.
    ///
    /// # Errors
    /// [`StoreError`] of any statement; a click that is not taken is the inner [`TicketRefusal`].
    pub async fn consume_order_ticket(
        &mut self,
        click: &Confirm,
    ) -> Result<Result<Confirmed, TicketRefusal>, StoreError> {
        match self.tx.first(taking(click, self.tenant.origin())).await? {
            Some(row) => {
                let intent: Intent = row.intent.try_into()?;
                let digest = intent.order.digest();
                Ok(Ok(Confirmed { intent, keyed: row.keyed.try_into()?, digest, shown: row.quote.into() }))
            }
            None => self.why_not(click.ticket, click.guild, true, click.typed.as_deref()).await.map(Err),
        }
    }

    /// Takes a ticket that is not for an order.
    ///
    /// # Errors
    /// [`StoreError`] of any statement; a click that is not taken is the inner [`TicketRefusal`].
    pub async fn consume_ticket(
        &mut self,
        ticket: TicketId,
        guild: Option<i64>,
    ) -> Result<Result<Ticket, TicketRefusal>, StoreError> {
        match self.tx.first(sqlx::query_as::<_, Row>(CONSUME).bind(ticket.0).bind(guild)).await? {
            Some(row) => Ok(Ok(row.try_into()?)),
            None => self.why_not(ticket, guild, false, None).await.map(Err),
        }
    }

    /// The orders of a question that places several, in the order in which they are placed.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn batch(&mut self, question: TicketId) -> Result<Vec<TicketId>, StoreError> {
        let rows = self.tx.all(sqlx::query_as::<_, (Uuid,)>(BATCH).bind(question.0)).await?;
        Ok(rows.into_iter().map(|(id,)| TicketId(id)).collect())
    }

    /// Withdraws a ticket. `false` when it was used, withdrawn or unknown before.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn void_ticket(&mut self, ticket: TicketId) -> Result<bool, StoreError> {
        Ok(self.tx.run(sqlx::query(VOID).bind(ticket.0)).await? == 1)
    }

    /// Read in the same transaction, and therefore after whoever was faster.
    async fn why_not(
        &mut self,
        ticket: TicketId,
        guild: Option<i64>,
        order: bool,
        typed: Option<&str>,
    ) -> Result<TicketRefusal, StoreError> {
        let query = sqlx::query_as::<_, WhyNot>(WHY_NOT).bind(ticket.0).bind(guild).bind(order);
        let query = query.bind(typed.map(str::to_owned));
        Ok(self.tx.first(query).await?.map_or(TicketRefusal::Unknown, |row| row.refusal()))
    }
}

/// The one statement of a click.
pub(crate) fn taking(click: &Confirm, origin: Origin) -> QueryAs<'static, Postgres, ConfirmedRow, PgArguments> {
    sqlx::query_as(CONSUME_ORDER)
        .bind(click.ticket.0)
        .bind(click.guild)
        .bind(click.intent.0)
        .bind(click.interaction.0)
        .bind(ClientOrderId::of(click.intent).as_str().to_owned())
        .bind(click.item)
        .bind(click.typed.clone())
        .bind(origin.message)
        .bind(origin.guild)
}

/// A span as the database counts it here.
pub(crate) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
