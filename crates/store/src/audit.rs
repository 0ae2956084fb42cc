//! The audit book: every act, in the commit of the act, chained by hashes.

use crate::audit_action::AuditAction;
use crate::{StoreError, TenantTx};
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, BrokerOrderId, IntentId, InteractionId};
use serde_json::Value;
use sqlx::FromRow;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use uuid::Uuid;

/// The columns of an entry, and the text that its hash is made of. The text is put together by PostgreSQL's own functions, not
/// by those of the schema, so that who checks it need not trust the schema; a test holds the two against each other.
macro_rules! entry {
    () => {
        "a.user_id, a.seq, a.at, a.action, a.account_id, a.intent_id, a.broker_order_id, a.interaction_id, a.message_id,
         a.guild_id, a.request_id, a.detail, a.form, a.prev_hash, a.hash,
         CASE a.form WHEN 1 THEN jsonb_build_array(
             a.user_id, a.seq, to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), a.action, a.account_id,
             a.intent_id, a.broker_order_id, a.interaction_id, a.request_id, a.detail)::text
         ELSE jsonb_build_array(
             a.form, a.user_id::text, a.seq, to_char(a.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), a.action,
             a.account_id, a.intent_id, a.broker_order_id, a.interaction_id::text, a.message_id::text, a.guild_id::text,
             a.request_id, a.detail)::text END AS text
         FROM app.audit a"
    };
}
pub(crate) use entry;

/// What an entry is written with; the values come from `$1` on.
macro_rules! written {
    () => {
        "INSERT INTO app.audit (user_id, action, account_id, intent_id, broker_order_id, interaction_id, message_id, guild_id,
             request_id, detail) "
    };
}
pub(crate) use written;

/// The entry that stands beside every new intent `i`, in its own statement. The message and the server that it came from are
/// these parameters.
macro_rules! intended {
    ($message:literal, $guild:literal) => {
        concat!(
            "noted AS (",
            $crate::audit::written!(),
            "SELECT i.user_id, 'order_intended', i.account_id, i.intent_id, NULL, i.interaction_id, ",
            $message,
            "::bigint, ",
            $guild,
            "::bigint, NULL,
                    jsonb_build_object('environment', i.environment, 'ticket', i.ticket_id,
                        'client_order_id', i.client_order_id,
                        'order', app.order_line(i.side, i.symbol, i.qty, i.notional, i.order_type, i.limit_price,
                                                i.time_in_force, i.extended_hours, i.terms))
               FROM i)"
        )
    };
}
pub(crate) use intended;

pub(crate) const WRITE: &str = concat!(written!(), "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
pub(crate) const AFTER: &str = concat!("SELECT ", entry!(), " WHERE a.seq > $1 ORDER BY a.seq LIMIT $2");
pub(crate) const SEARCH: &str = concat!(
    "SELECT ",
    entry!(),
    " WHERE a.at >= $3 AND a.at < $4 AND ($1::bigint IS NULL OR a.seq < $1) AND ($5::uuid IS NULL OR a.account_id = $5)
        AND ($6::text IS NULL OR a.action = $6) AND ($7::text IS NULL OR a.action <> $7) ORDER BY a.seq DESC LIMIT $2"
);
/// Of one order, however it is named: by the broker, or by the intent that is its parent.
pub(crate) const OF_ORDER: &str = concat!(
    "WITH named AS (
         SELECT $3::uuid AS id UNION
         SELECT a.intent_id FROM app.audit a WHERE a.broker_order_id = $3 AND a.intent_id IS NOT NULL UNION
         SELECT a.broker_order_id FROM app.audit a WHERE a.intent_id = $3 AND a.broker_order_id IS NOT NULL)
     SELECT ",
    entry!(),
    " WHERE (a.intent_id = ANY (ARRAY(SELECT id FROM named)) OR a.broker_order_id = ANY (ARRAY(SELECT id FROM named)))
        AND ($1::bigint IS NULL OR a.seq < $1) ORDER BY a.seq DESC LIMIT $2"
);
pub(crate) const VERIFY: &str = "SELECT entries, head, broken_at FROM app.audit_verify(coalesce(app.own_subject(), 0))";

#[derive(FromRow)]
pub(crate) struct Row {
    user_id: i64,
    seq: i64,
    at: DateTime<Utc>,
    action: String,
    account_id: Option<Uuid>,
    intent_id: Option<Uuid>,
    broker_order_id: Option<Uuid>,
    interaction_id: Option<i64>,
    message_id: Option<i64>,
    guild_id: Option<i64>,
    request_id: Option<String>,
    detail: Value,
    form: i16,
    prev_hash: Vec<u8>,
    hash: Vec<u8>,
    text: String,
}

impl From<Row> for AuditRecord {
    fn from(row: Row) -> Self {
        Self {
            subject: row.user_id,
            seq: row.seq,
            at: row.at,
            action: row.action,
            account: row.account_id.map(AccountId),
            intent: row.intent_id.map(IntentId),
            broker_order: row.broker_order_id.map(BrokerOrderId),
            interaction: row.interaction_id.map(InteractionId),
            message: row.message_id,
            guild: row.guild_id,
            request_id: row.request_id,
            detail: row.detail,
            form: row.form,
            prev_hash: row.prev_hash,
            hash: row.hash,
            text: row.text,
        }
    }
}

/// What the database's own walk over a chain says.
#[derive(FromRow)]
pub(crate) struct VerdictRow {
    entries: i64,
    head: Vec<u8>,
    broken_at: Option<i64>,
}

impl From<VerdictRow> for AuditVerdict {
    fn from(row: VerdictRow) -> Self {
        match row.broken_at {
            Some(seq) => Self::BrokenAt(seq),
            None if row.entries == 0 => Self::Whole(None),
            None => Self::Whole(Some(AuditHead { seq: row.entries, hash: row.head })),
        }
    }
}

/// One entry to be written. Sequence, time and hashes are the database's; message and server are the tenant's.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// What was done.
    pub action: AuditAction,
    /// To which account.
    pub account: Option<AccountId>,
    /// For which intent.
    pub intent: Option<IntentId>,
    /// Which order at the broker.
    pub broker_order: Option<BrokerOrderId>,
    /// By which interaction; the tenant's own when `None`.
    pub interaction: Option<InteractionId>,
    /// The broker's `X-Request-ID`.
    pub request_id: Option<String>,
    /// Facts, without secrets: a JSON object.
    pub detail: Value,
}

impl AuditEntry {
    /// An entry that says no more than what was done.
    pub fn of(action: AuditAction) -> Self {
        Self {
            action,
            account: None,
            intent: None,
            broker_order: None,
            interaction: None,
            request_id: None,
            detail: Value::Object(serde_json::Map::new()),
        }
    }
}

/// One entry, as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRecord {
    /// Whose chain, by the number that the book knows them under; 0 is the house's own.
    pub subject: i64,
    /// Place in the chain, from 1.
    pub seq: i64,
    /// When, by the database's clock.
    pub at: DateTime<Utc>,
    /// What was done, as stored: a later version of the program may know more words.
    pub action: String,
    /// To which account.
    pub account: Option<AccountId>,
    /// For which intent.
    pub intent: Option<IntentId>,
    /// Which order at the broker.
    pub broker_order: Option<BrokerOrderId>,
    /// By which interaction. Discord's own time of it is in the number: [`InteractionId::made_at`].
    pub interaction: Option<InteractionId>,
    /// The message whose button was pressed.
    pub message: Option<i64>,
    /// The server that it came from.
    pub guild: Option<i64>,
    /// The broker's `X-Request-ID`.
    pub request_id: Option<String>,
    /// Facts.
    pub detail: Value,
    /// How the entry is hashed.
    pub form: i16,
    /// The hash before it.
    pub prev_hash: Vec<u8>,
    /// Its hash.
    pub hash: Vec<u8>,
    /// All of the above in one line, as it is hashed.
    pub text: String,
}

/// The end of a chain. Published elsewhere, it shows a chain that was rewritten as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// Entries so far.
    pub seq: i64,
    /// The last entry's hash.
    pub hash: Vec<u8>,
}

/// What a check of a chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditVerdict {
    /// Every entry is there and as it was written; `None` for an empty book.
    Whole(Option<AuditHead>),
    /// The first entry that is missing or not as it was written.
    BrokenAt(i64),
    /// Whole in itself, but the entry at this place is not the one whose hash was published: the chain was written anew, or cut
    /// off, by somebody who could do that to its end as well.
    NotAsPublished(i64),
}

/// Which entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditFilter {
    /// Those that fit all of this.
    Where {
        /// Not before.
        from: DateTime<Utc>,
        /// Before.
        until: DateTime<Utc>,
        /// About this account.
        account: Option<AccountId>,
        /// Of this act.
        action: Option<String>,
        /// Of any act but this one.
        but: Option<AuditAction>,
    },
    /// Everything about one order, by the broker's id of it or by its intent.
    Order(Uuid),
}

impl TenantTx {
    /// Writes an entry; it lasts when, and only when, the act beside it does.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        let origin = self.tenant.origin();
        let query = sqlx::query(WRITE)
            .bind(self.user())
            .bind(entry.action.as_str())
            .bind(entry.account.map(|id| id.0))
            .bind(entry.intent.map(|id| id.0))
            .bind(entry.broker_order.map(|id| id.0))
            .bind(entry.interaction.or(origin.interaction).map(|id| id.0))
            .bind(origin.message)
            .bind(origin.guild)
            .bind(entry.request_id.clone())
            .bind(entry.detail.clone());
        self.tx.run(query).await.map(drop)
    }

    /// Entries that pass `filter`, before `before` (all when `None`), newest first.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn audit_page(
        &mut self,
        filter: &AuditFilter,
        before: Option<i64>,
        most: u32,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        let query = match filter {
            AuditFilter::Where { from, until, account, action, but } => paged(SEARCH, before, most)
                .bind(*from)
                .bind(*until)
                .bind(account.map(|id| id.0))
                .bind(action.clone())
                .bind(but.map(AuditAction::as_str)),
            AuditFilter::Order(id) => paged(OF_ORDER, before, most).bind(*id),
        };
        Ok(self.tx.all(query).await?.into_iter().map(AuditRecord::from).collect())
    }

    /// Entries after the one at `after`, oldest first: the chain as it was written.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn audit_after(&mut self, after: i64, most: u32) -> Result<Vec<AuditRecord>, StoreError> {
        Ok(self.tx.all(paged(AFTER, Some(after), most)).await?.into_iter().map(AuditRecord::from).collect())
    }

    /// Checks the user's whole chain, in the database.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn audit_verify(&mut self) -> Result<AuditVerdict, StoreError> {
        let query = sqlx::query_as::<_, VerdictRow>(VERIFY);
        self.tx.one(query).await.map(AuditVerdict::from)
    }
}

fn paged(sql: &'static str, beside: Option<i64>, most: u32) -> QueryAs<'static, sqlx::Postgres, Row, PgArguments> {
    sqlx::query_as::<_, Row>(sql).bind(beside).bind(i64::from(most))
}
