//! Linked accounts.

use crate::audit::written;
use crate::credentials::{KeyRow, kind};
use crate::{AuditEntry, StoreError, TenantTx};
use chrono::{DateTime, Utc};
use domain::account::{AccountName, AccountStatus, Environment, LinkedAccount};
use domain::credential::{CredentialKind, Sealed};
use domain::guard::Guards;
use domain::ids::{AccountId, BrokerAccountId};
use sqlx::FromRow;
use std::fmt;
use uuid::Uuid;

/// What an account is shown as; `a` is its row, `c` that of its credential.
macro_rules! shown {
    () => {
        "a.account_id, a.name, a.environment, a.broker_account_id, a.number_tail, a.status, a.key_tail, a.always_confirm,
         a.linked_at, coalesce(c.rotated_at, c.created_at) AS keys_since, a.guards"
    };
}
/// The same with its credential, for one opening of it.
macro_rules! keyed {
    () => {
        concat!($crate::accounts::shown!(), ", c.kind, c.ciphertext, c.fingerprint")
    };
}
/// The account of an intent `i`, with its credential.
macro_rules! of_intent {
    () => {
        " JOIN app.accounts a ON a.user_id = i.user_id AND a.account_id = i.account_id AND a.removed_at IS NULL
          JOIN app.credentials c ON c.user_id = a.user_id AND c.account_id = a.account_id"
    };
}
pub(crate) use {keyed, of_intent, shown};

macro_rules! linked {
    ($columns:expr, $rest:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM app.accounts a JOIN app.credentials c ON c.user_id = a.user_id AND c.account_id = a.account_id
               WHERE a.removed_at IS NULL ",
            $rest
        )
    };
}

pub(crate) const INSERT: &str = concat!(
    "WITH a AS (INSERT INTO app.accounts
                       (user_id, account_id, name, environment, broker_account_id, number_tail, key_tail)
                VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *),
          c AS (INSERT INTO app.credentials (user_id, account_id, kind, ciphertext, fingerprint)
                VALUES ($1, $2, $8, $9, $10) RETURNING *)
     SELECT ",
    shown!(),
    " FROM a, c"
);
pub(crate) const LIST: &str = linked!(shown!(), "ORDER BY a.linked_at, a.account_id");
pub(crate) const BY_ID: &str = linked!(shown!(), "AND a.account_id = $1");
pub(crate) const BY_NAME: &str = linked!(shown!(), "AND lower(a.name) = lower($1)");
pub(crate) const KEYED: &str = linked!(keyed!(), "AND a.account_id = $1");
/// With the entry that says what it is opened for, in one round trip. The entry comes last, as everywhere.
pub(crate) const OPENED: &str = concat!(
    "WITH opened AS (",
    linked!(concat!(keyed!(), ", a.user_id"), "AND a.account_id = $1"),
    "), noted AS (",
    written!(),
    "SELECT user_id, $2, account_id, $3::uuid, NULL, $4::bigint, $5::bigint, $6::bigint, NULL, $7::jsonb FROM opened)
     SELECT * FROM opened"
);
pub(crate) const RENAME: &str = "UPDATE app.accounts SET name = $2 WHERE account_id = $1 AND removed_at IS NULL";
pub(crate) const SET_STATUS: &str = "UPDATE app.accounts SET status = $2 WHERE account_id = $1 AND removed_at IS NULL";
pub(crate) const SET_ALWAYS_CONFIRM: &str =
    "UPDATE app.accounts SET always_confirm = $2 WHERE account_id = $1 AND removed_at IS NULL";
/// The lock that changes of guards wait for each other by; the row is read after it.
pub(crate) const LOCK: &str =
    "SELECT account_id FROM app.accounts WHERE account_id = $1 AND removed_at IS NULL FOR NO KEY UPDATE";
/// What a newer program put beside them stays.
pub(crate) const SET_GUARDS: &str =
    "UPDATE app.accounts SET guards = guards || $2 WHERE account_id = $1 AND removed_at IS NULL";
pub(crate) const REMOVE: &str = "
    WITH gone AS (UPDATE app.accounts SET removed_at = clock_timestamp(), lease_owner = NULL, lease_until = NULL
                   WHERE account_id = $1 AND removed_at IS NULL RETURNING user_id, account_id),
         keys AS (DELETE FROM app.credentials c USING gone g
                   WHERE c.user_id = g.user_id AND c.account_id = g.account_id),
         previews AS (UPDATE app.tickets t SET void_at = clock_timestamp() FROM gone g
                       WHERE t.user_id = g.user_id AND t.account_id = g.account_id
                         AND t.consumed_at IS NULL AND t.void_at IS NULL),
         preference AS (UPDATE app.users u SET default_account = NULL FROM gone g
                         WHERE u.user_id = g.user_id AND u.default_account = g.account_id)
    SELECT account_id FROM gone";

#[derive(FromRow)]
struct Row {
    account_id: Uuid,
    name: String,
    environment: String,
    broker_account_id: Uuid,
    number_tail: String,
    status: String,
    key_tail: String,
    always_confirm: bool,
    linked_at: DateTime<Utc>,
    keys_since: DateTime<Utc>,
    guards: serde_json::Value,
}

/// The columns of an account and its credential.
#[derive(FromRow)]
pub(crate) struct KeyedRow {
    #[sqlx(flatten)]
    account: Row,
    #[sqlx(flatten)]
    key: KeyRow,
}

impl TryFrom<Row> for LinkedAccount {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let status = match row.status.as_str() {
            "active" => AccountStatus::Active,
            "keys_refused" => AccountStatus::KeysRefused,
            "keys_revoked" => AccountStatus::KeysRevoked,
            _ => return Err(StoreError::Broken("a stored account has an unknown status")),
        };
        // Never read as none: an account whose guards are lost orders nothing.
        let unreadable = StoreError::Broken("an account's guards cannot be read");
        Ok(Self {
            id: AccountId(row.account_id),
            name: AccountName::stored(row.name),
            environment: environment(&row.environment)?,
            broker_id: BrokerAccountId(row.broker_account_id),
            number_tail: row.number_tail,
            status,
            key_tail: row.key_tail,
            always_confirm: row.always_confirm,
            linked_at: row.linked_at,
            keys_since: row.keys_since,
            guards: serde_json::from_value(row.guards).map_err(|_| unreadable)?,
        })
    }
}

impl TryFrom<KeyedRow> for Keyed {
    type Error = StoreError;

    fn try_from(row: KeyedRow) -> Result<Self, StoreError> {
        let KeyedRow { account, key } = row;
        Ok(Self { account: account.try_into()?, kind: kind(&key.kind)?, sealed: key.into() })
    }
}

/// Reads a stored environment.
pub(crate) fn environment(text: &str) -> Result<Environment, StoreError> {
    Environment::from_stored(text).ok_or(StoreError::Broken("a stored environment is neither paper nor live"))
}

/// An account to be linked. Its id is made before, because the credential is sealed for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// Paddock's id.
    pub id: AccountId,
    /// The user's name for it.
    pub name: AccountName,
    /// Paper or live, for ever.
    pub environment: Environment,
    /// Alpaca's id.
    pub broker_id: BrokerAccountId,
    /// The last four characters of Alpaca's account number.
    pub number_tail: String,
    /// The last four characters of the key id.
    pub key_tail: String,
}

/// An account with what opens it, from one round trip.
#[derive(Clone, PartialEq, Eq)]
pub struct Keyed {
    /// The account.
    pub account: LinkedAccount,
    /// Its sealed credential.
    pub sealed: Sealed,
    /// What the credential is.
    pub kind: CredentialKind,
}

/// Without the credential, which is not for anybody's eyes.
impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyed").field("account", &self.account.id).finish_non_exhaustive()
    }
}

impl TenantTx {
    /// Links an account and stores its credential.
    ///
    /// # Errors
    /// `Conflict(AccountName)` and `Conflict(BrokerAccount)`; `Conflict(Reference)` before [`TenantTx::ensure_user`].
    pub async fn insert_account(&mut self, new: &NewAccount, sealed: &Sealed) -> Result<LinkedAccount, StoreError> {
        let query = sqlx::query_as::<_, Row>(INSERT)
            .bind(self.user())
            .bind(new.id.0)
            .bind(new.name.as_str().to_owned())
            .bind(new.environment.as_str())
            .bind(new.broker_id.0)
            .bind(new.number_tail.clone())
            .bind(new.key_tail.clone())
            .bind(CredentialKind::KeyPair.as_str())
            .bind(sealed.ciphertext.clone())
            .bind(sealed.fingerprint.as_str().to_owned());
        self.tx.one(query).await?.try_into()
    }

    /// All linked accounts, in the order in which they were linked.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn accounts(&mut self) -> Result<Vec<LinkedAccount>, StoreError> {
        let rows = self.tx.all::<Row>(sqlx::query_as(LIST)).await?;
        rows.into_iter().map(LinkedAccount::try_from).collect()
    }

    /// One linked account.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn account(&mut self, id: AccountId) -> Result<LinkedAccount, StoreError> {
        self.tx.one(sqlx::query_as::<_, Row>(BY_ID).bind(id.0)).await?.try_into()
    }

    /// One linked account, by the user's name for it, in any case of letters.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn account_by_name(&mut self, name: &AccountName) -> Result<LinkedAccount, StoreError> {
        self.tx.one(sqlx::query_as::<_, Row>(BY_NAME).bind(name.as_str().to_owned())).await?.try_into()
    }

    /// One linked account with its credential.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn account_with_credential(&mut self, id: AccountId) -> Result<Keyed, StoreError> {
        self.tx.one(sqlx::query_as::<_, KeyedRow>(KEYED).bind(id.0)).await?.try_into()
    }

    /// The same, for a credential that is opened now: `entry`, whose intent and facts are kept, goes into the audit book with
    /// it. The last statement before the commit, without which the credential must not be opened.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn open_credential(&mut self, id: AccountId, entry: &AuditEntry) -> Result<Keyed, StoreError> {
        let origin = self.tenant.origin();
        let query = sqlx::query_as::<_, KeyedRow>(OPENED)
            .bind(id.0)
            .bind(entry.action.as_str())
            .bind(entry.intent.map(|id| id.0))
            .bind(entry.interaction.or(origin.interaction).map(|id| id.0))
            .bind(origin.message)
            .bind(origin.guild)
            .bind(entry.detail.clone());
        self.tx.one(query).await?.try_into()
    }

    /// Gives an account another name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; `Conflict(AccountName)`.
    pub async fn rename_account(&mut self, id: AccountId, name: &AccountName) -> Result<LinkedAccount, StoreError> {
        self.tx.touch(sqlx::query(RENAME).bind(id.0).bind(name.as_str().to_owned())).await?;
        self.account(id).await
    }

    /// Notes whether the keys are accepted.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_account_status(&mut self, id: AccountId, status: AccountStatus) -> Result<(), StoreError> {
        let status = match status {
            AccountStatus::Active => "active",
            AccountStatus::KeysRefused => "keys_refused",
            AccountStatus::KeysRevoked => "keys_revoked",
        };
        self.tx.touch(sqlx::query(SET_STATUS).bind(id.0).bind(status)).await
    }

    /// Whether paper orders, too, wait for a click.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_always_confirm(&mut self, id: AccountId, always: bool) -> Result<(), StoreError> {
        self.tx.touch(sqlx::query(SET_ALWAYS_CONFIRM).bind(id.0).bind(always)).await
    }

    /// One linked account that nobody else changes before this transaction ends.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn lock_account(&mut self, id: AccountId) -> Result<LinkedAccount, StoreError> {
        self.tx.one(sqlx::query_as::<_, (Uuid,)>(LOCK).bind(id.0)).await?;
        self.account(id).await
    }

    /// Stores the guards of an account as a whole.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_guards(&mut self, id: AccountId, guards: &Guards) -> Result<(), StoreError> {
        let guards = serde_json::to_value(guards).map_err(|_| StoreError::Broken("guards cannot be written"))?;
        self.tx.touch(sqlx::query(SET_GUARDS).bind(id.0).bind(guards)).await
    }

    /// Unlinks an account: its credential is deleted, its tickets and forms are void. Ledger and audit stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn remove_account(&mut self, id: AccountId) -> Result<(), StoreError> {
        self.tx.one(sqlx::query_as::<_, (Uuid,)>(REMOVE).bind(id.0)).await.map(drop)
    }
}
