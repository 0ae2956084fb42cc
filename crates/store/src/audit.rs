//! The audit book: every act, in the commit of the act, chained by hashes.

use crate::{StoreError, TenantTx};
use chrono::{DateTime, Utc};
use domain::ids::{AccountId, BrokerOrderId, IntentId, InteractionId};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

pub(crate) const WRITE: &str = "
    INSERT INTO app.audit (user_id, action, account_id, intent_id, broker_order_id, interaction_id, request_id, detail)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
pub(crate) const PAGE: &str = "
    SELECT seq, at, action, account_id, intent_id, broker_order_id, interaction_id, request_id, detail, hash
      FROM app.audit WHERE $1::bigint IS NULL OR seq < $1 ORDER BY seq DESC LIMIT $2";
pub(crate) const VERIFY: &str = "SELECT entries, head, broken_at FROM app.audit_verify(coalesce(app.own_subject(), 0))";

#[derive(FromRow)]
struct Row {
    seq: i64,
    at: DateTime<Utc>,
    action: String,
    account_id: Option<Uuid>,
    intent_id: Option<Uuid>,
    broker_order_id: Option<Uuid>,
    interaction_id: Option<i64>,
    request_id: Option<String>,
    detail: Value,
    hash: Vec<u8>,
}

impl From<Row> for AuditRecord {
    fn from(row: Row) -> Self {
        Self {
            seq: row.seq,
            at: row.at,
            action: row.action,
            account: row.account_id.map(AccountId),
            intent: row.intent_id.map(IntentId),
            broker_order: row.broker_order_id.map(BrokerOrderId),
            interaction: row.interaction_id.map(InteractionId),
            request_id: row.request_id,
            detail: row.detail,
            hash: row.hash,
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

impl AuditAction {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccountLinked => "account_linked",
            Self::AccountRenamed => "account_renamed",
            Self::AccountRemoved => "account_removed",
            Self::DefaultAccountChanged => "default_account_changed",
            Self::SwitchedToLive => "switched_to_live",
            Self::AlwaysConfirmChanged => "always_confirm_changed",
            Self::SettingsChanged => "settings_changed",
            Self::KeysReplaced => "keys_replaced",
            Self::KeysRefused => "keys_refused",
            Self::KeysResealed => "keys_resealed",
            Self::OrderPreviewed => "order_previewed",
            Self::OrderIntended => "order_intended",
            Self::ClickRefused => "click_refused",
            Self::PreviewWithdrawn => "preview_withdrawn",
            Self::OrderNotSent => "order_not_sent",
            Self::OrderLanded => "order_landed",
            Self::OrderRefused => "order_refused",
            Self::OrderUnconfirmed => "order_unconfirmed",
            Self::OrderMismatched => "order_mismatched",
            Self::OrderNeverArrived => "order_never_arrived",
            Self::OrderEnded => "order_ended",
            Self::CancelRequested => "cancel_requested",
            Self::CancelAnswered => "cancel_answered",
            Self::CancelAllRequested => "cancel_all_requested",
        }
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditAction {
    /// An account was linked.
    AccountLinked,
    /// An account got another name.
    AccountRenamed,
    /// An account was unlinked.
    AccountRemoved,
    /// Another account became the default one.
    DefaultAccountChanged,
    /// The default account became a live one, after a click.
    SwitchedToLive,
    /// The user wants (or no longer wants) to click for paper orders too.
    AlwaysConfirmChanged,
    /// The user's settings changed.
    SettingsChanged,
    /// The user replaced the keys.
    KeysReplaced,
    /// The broker refused the keys.
    KeysRefused,
    /// The same keys were sealed under a newer master key.
    KeysResealed,
    /// A preview was shown and waits for a click.
    OrderPreviewed,
    /// A click was taken, or a paper order was asked for: the intent exists from here on.
    OrderIntended,
    /// A click was not taken.
    ClickRefused,
    /// A preview was withdrawn.
    PreviewWithdrawn,
    /// Nothing was sent, and nothing will be.
    OrderNotSent,
    /// The broker has the order.
    OrderLanded,
    /// The broker refused the order.
    OrderRefused,
    /// Sent, and no proof either way.
    OrderUnconfirmed,
    /// Something else than our order was found under our name. It was not adopted.
    OrderMismatched,
    /// The broker never had it.
    OrderNeverArrived,
    /// The order is over at the broker.
    OrderEnded,
    /// A cancel was asked for.
    CancelRequested,
    /// What the broker said to it.
    CancelAnswered,
    /// A cancel of all open orders was asked for.
    CancelAllRequested,
}

/// One entry to be written. Sequence, time and hashes are the database's.
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
    /// By which interaction.
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
    /// Place in the user's chain, from 1.
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
    /// By which interaction.
    pub interaction: Option<InteractionId>,
    /// The broker's `X-Request-ID`.
    pub request_id: Option<String>,
    /// Facts.
    pub detail: Value,
    /// SHA-256 over this entry and the hash before it.
    pub hash: Vec<u8>,
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
}

impl TenantTx {
    /// Writes an entry; it lasts when, and only when, the act beside it does.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        let query = sqlx::query(WRITE)
            .bind(self.user())
            .bind(entry.action.as_str())
            .bind(entry.account.map(|id| id.0))
            .bind(entry.intent.map(|id| id.0))
            .bind(entry.broker_order.map(|id| id.0))
            .bind(entry.interaction.map(|id| id.0))
            .bind(entry.request_id.clone())
            .bind(entry.detail.clone());
        self.tx.run(query).await.map(drop)
    }

    /// Entries before `before` (all when `None`), newest first.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn audit_page(&mut self, before: Option<i64>, most: u32) -> Result<Vec<AuditRecord>, StoreError> {
        let query = sqlx::query_as::<_, Row>(PAGE).bind(before).bind(i64::from(most));
        Ok(self.tx.all(query).await?.into_iter().map(AuditRecord::from).collect())
    }

    /// Checks the user's whole chain.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn audit_verify(&mut self) -> Result<AuditVerdict, StoreError> {
        let query = sqlx::query_as::<_, VerdictRow>(VERIFY);
        self.tx.one(query).await.map(AuditVerdict::from)
    }
}
