//! The few jobs that concern no single user, through narrow functions of the database.

use crate::StoreError;
use crate::audit::AuditHead;
use crate::audit_action::HouseAction;
use crate::tx::Tx;
use chrono::{DateTime, Utc};
use domain::credential::Fingerprint;
use domain::ids::{AccountId, IntentId, NoticeId, TicketId, UserId};
use domain::tenant::Tenant;
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

pub(crate) const TIME: &str = "SELECT clock_timestamp()";
pub(crate) const ACCOUNT_COUNT: &str = "SELECT app.job_account_count()";
pub(crate) const DUE: &str = "SELECT user_id, intent_id, account_id FROM app.job_due_intents($1)";
pub(crate) const OPEN: &str = "SELECT user_id, intent_id, account_id FROM app.job_open_intents($1)";
pub(crate) const TO_RESEAL: &str = "SELECT user_id, account_id FROM app.job_credentials_to_reseal($1, $2)";
pub(crate) const KEY_USES: &str = "SELECT fingerprint, credentials, oldest FROM app.job_key_uses()";
pub(crate) const PURGE: &str = "SELECT forms, tickets, interactions FROM app.job_purge()";
pub(crate) const DUE_NOTICES: &str = "SELECT user_id, notice_id FROM app.job_due_notices($1)";
pub(crate) const DUE_EXERCISES: &str = "SELECT user_id, exercise_id FROM app.job_due_exercises($1)";
pub(crate) const PURGE_NOTICES: &str = "SELECT app.job_purge_notices()";
pub(crate) const PURGE_VIEWS: &str = "SELECT app.job_purge_views()";
pub(crate) const PARTITIONS: &str = "SELECT app.audit_partitions_ahead($1)";
pub(crate) const HEADS: &str = "SELECT user_id, seq, hash FROM app.job_audit_heads()";
pub(crate) const HOUSE: &str = "SELECT app.job_audit_house($1, $2)";

pub(crate) const SUBJECTS: &str = "SELECT user_id, subject FROM app.job_subjects()";

#[derive(FromRow)]
struct HeadRow {
    user_id: i64,
    seq: i64,
    hash: Vec<u8>,
}

/// The owner of a row that the database handed out.
#[expect(clippy::disallowed_methods, reason = "the one place where a tenant is made from a stored row")]
pub(crate) const fn owner(user: i64) -> Tenant {
    Tenant::from_stored_row(UserId(user))
}

/// A transaction in which no tenant's rows exist; its functions see just what their job needs.
#[derive(Debug)]
pub struct SystemTx {
    pub(crate) tx: Tx,
}

/// An intent that the resolver has to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueIntent {
    /// Whose.
    pub tenant: Tenant,
    /// Which.
    pub intent: IntentId,
    /// Of which account.
    pub account: AccountId,
}

/// How much a master key is still used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// The master key.
    pub fingerprint: Fingerprint,
    /// Credentials sealed under it.
    pub rows: i64,
    /// When the oldest of them was sealed.
    pub oldest: DateTime<Utc>,
}

/// What a purge threw away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Forms.
    pub forms: i64,
    /// Tickets without an intent.
    pub tickets: i64,
    /// Interaction ids.
    pub interactions: i64,
}

impl SystemTx {
    /// Makes everything done in it last.
    ///
    /// # Errors
    /// [`StoreError::Ambiguous`] when the answer was lost.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().await
    }

    /// The database's clock, which dates the audit book; and whether it answers at all.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn time(&mut self) -> Result<DateTime<Utc>, StoreError> {
        Ok(self.tx.one(sqlx::query_as::<_, (DateTime<Utc>,)>(TIME)).await?.0)
    }

    /// Linked accounts of all users.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn account_count(&mut self) -> Result<i64, StoreError> {
        Ok(self.tx.one(sqlx::query_as::<_, (i64,)>(ACCOUNT_COUNT)).await?.0)
    }

    /// Intents that are due for a look, the longest due first.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn due_intents(&mut self, most: u32) -> Result<Vec<DueIntent>, StoreError> {
        self.intents(DUE, most).await
    }

    /// Intents that are not over, whether they are due or not, those of which least is known first; but none that somebody is
    /// about to send, or sends.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn open_intents(&mut self, most: u32) -> Result<Vec<DueIntent>, StoreError> {
        self.intents(OPEN, most).await
    }

    async fn intents(&mut self, sql: &'static str, most: u32) -> Result<Vec<DueIntent>, StoreError> {
        let query = sqlx::query_as::<_, (i64, Uuid, Uuid)>(sql).bind(i32::try_from(most).unwrap_or(i32::MAX));
        let rows = self.tx.all(query).await?;
        let found = |(user, intent, account)| DueIntent {
            tenant: owner(user),
            intent: IntentId(intent),
            account: AccountId(account),
        };
        Ok(rows.into_iter().map(found).collect())
    }

    /// Accounts whose credential is not sealed under `newest`.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn credentials_to_reseal(
        &mut self,
        newest: &Fingerprint,
        most: u32,
    ) -> Result<Vec<(Tenant, AccountId)>, StoreError> {
        let query = sqlx::query_as::<_, (i64, Uuid)>(TO_RESEAL)
            .bind(newest.as_str().to_owned())
            .bind(i32::try_from(most).unwrap_or(i32::MAX));
        let rows = self.tx.all(query).await?;
        Ok(rows.into_iter().map(|(user, account)| (owner(user), AccountId(account))).collect())
    }

    /// How much each master key is still used.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn key_uses(&mut self) -> Result<Vec<KeyUse>, StoreError> {
        let rows = self.tx.all(sqlx::query_as::<_, (String, i64, DateTime<Utc>)>(KEY_USES)).await?;
        let key = |(fingerprint, rows, oldest): (String, _, _)| KeyUse {
            fingerprint: Fingerprint::stored(fingerprint),
            rows,
            oldest,
        };
        Ok(rows.into_iter().map(key).collect())
    }

    /// Throws away what is of no more use: forms and unclicked tickets a day after they expired, interaction ids after
    /// a week.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn purge(&mut self) -> Result<Purged, StoreError> {
        let (forms, tickets, interactions) = self.tx.one(sqlx::query_as::<_, (i64, i64, i64)>(PURGE)).await?;
        Ok(Purged { forms, tickets, interactions })
    }

    /// Notices that are due, one of each user, the longest due first.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn due_notices(&mut self, most: u32) -> Result<Vec<(Tenant, NoticeId)>, StoreError> {
        let query = sqlx::query_as::<_, (i64, Uuid)>(DUE_NOTICES).bind(i32::try_from(most).unwrap_or(i32::MAX));
        let rows = self.tx.all(query).await?;
        Ok(rows.into_iter().map(|(user, notice)| (owner(user), NoticeId(notice))).collect())
    }

    /// Exercises without an answer that are due for a look, one of each account, the longest due first.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn due_exercises(&mut self, most: u32) -> Result<Vec<(Tenant, TicketId)>, StoreError> {
        let query = sqlx::query_as::<_, (i64, Uuid)>(DUE_EXERCISES).bind(i32::try_from(most).unwrap_or(i32::MAX));
        let rows = self.tx.all(query).await?;
        Ok(rows.into_iter().map(|(user, exercise)| (owner(user), TicketId(exercise))).collect())
    }

    /// Throws away notices that ended a month ago, and says how many.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn purge_notices(&mut self) -> Result<i64, StoreError> {
        Ok(self.tx.one(sqlx::query_as::<_, (i64,)>(PURGE_NOTICES)).await?.0)
    }

    /// Throws away what buttons showed a month ago. Says how many rows went.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn purge_views(&mut self) -> Result<i64, StoreError> {
        Ok(self.tx.one(sqlx::query_as::<_, (i64,)>(PURGE_VIEWS)).await?.0)
    }

    /// Makes the audit book's partitions for this month and `months` more. Says how many were made.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn audit_partitions_ahead(&mut self, months: u32) -> Result<i64, StoreError> {
        let query = sqlx::query_as::<_, (i32,)>(PARTITIONS).bind(i32::try_from(months).unwrap_or(i32::MAX));
        Ok(i64::from(self.tx.one(query).await?.0))
    }

    /// The end of every audit chain, by subject, to be published; 0 is the house's own.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn audit_heads(&mut self) -> Result<Vec<(i64, AuditHead)>, StoreError> {
        let rows = self.tx.all(sqlx::query_as::<_, HeadRow>(HEADS)).await?;
        Ok(rows.into_iter().map(|row| (row.user_id, AuditHead { seq: row.seq, hash: row.hash })).collect())
    }

    /// Who is who in the audit book: each user, and the subject of their chain.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn audit_subjects(&mut self) -> Result<Vec<(Tenant, i64)>, StoreError> {
        let rows = self.tx.all(sqlx::query_as::<_, (i64, i64)>(SUBJECTS)).await?;
        Ok(rows.into_iter().map(|(user, subject)| (owner(user), subject)).collect())
    }

    /// Writes an act of the operator into the house's own chain. `detail` is a JSON object without secrets.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn audit_house(&mut self, action: HouseAction, detail: &Value) -> Result<(), StoreError> {
        let query = sqlx::query(HOUSE).bind(action.as_str()).bind(detail.clone());
        self.tx.run(query).await.map(drop)
    }
}
