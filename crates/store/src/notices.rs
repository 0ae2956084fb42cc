//! What Paddock tells users by itself, from the commit that makes it worth telling until it is told.

use crate::tickets::millis;
use crate::users::read;
use crate::{StoreError, TenantTx};
use chrono::{DateTime, Utc};
use domain::fresh;
use domain::ids::NoticeId;
use domain::notice::Notice;
use domain::settings::Notices;
use sqlx::FromRow;
use std::time::Duration;
use uuid::Uuid;

/// Only for somebody who wants to be told.
pub(crate) const NOTIFY: &str = "
    INSERT INTO app.notices (user_id, notice_id, about, notice, due_at)
    SELECT u.user_id, $1, $2, $3, clock_timestamp() + $4::bigint * interval '1 millisecond' FROM app.users u WHERE u.settings ->> 'notices' = 'on'
    ON CONFLICT ON CONSTRAINT notices_once DO NOTHING";
/// Of several processes one finds it due.
pub(crate) const CLAIM: &str = "
    UPDATE app.notices n SET due_at = clock_timestamp() + $2::bigint * interval '1 millisecond', tries = n.tries + 1
      FROM app.users u
     WHERE n.notice_id = $1 AND n.outcome IS NULL AND n.due_at <= clock_timestamp() AND u.user_id = n.user_id
    RETURNING n.notice_id, n.notice, n.made_at, n.tries, u.dm_channel, u.settings";
pub(crate) const POSTPONE: &str = "
    UPDATE app.notices SET due_at = clock_timestamp() + $2::bigint * interval '1 millisecond'
     WHERE notice_id = $1 AND outcome IS NULL";
pub(crate) const END: &str =
    "UPDATE app.notices SET outcome = $2, ended_at = clock_timestamp() WHERE notice_id = $1 AND outcome IS NULL";
pub(crate) const END_ABOUT: &str =
    "UPDATE app.notices SET outcome = $2, ended_at = clock_timestamp() WHERE about = $1 AND outcome IS NULL";
pub(crate) const END_ALL: &str =
    "UPDATE app.notices SET outcome = $1, ended_at = clock_timestamp() WHERE outcome IS NULL";

#[derive(FromRow)]
struct Row {
    notice_id: Uuid,
    notice: serde_json::Value,
    made_at: DateTime<Utc>,
    tries: i32,
    dm_channel: Option<i64>,
    settings: serde_json::Value,
}

/// A notice that this process, and no other, is to send now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueNotice {
    /// Its id.
    pub id: NoticeId,
    /// What it tells.
    pub notice: Notice,
    /// Since when there is something to tell.
    pub made_at: DateTime<Utc>,
    /// The how-manieth try this is.
    pub tries: u32,
    /// The user's channel for direct messages, once it was opened.
    pub channel: Option<i64>,
    /// Whether the user still wants to be told.
    pub consent: Notices,
}

/// How a notice ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeOutcome {
    /// Discord took it.
    Sent,
    /// Discord lets no message of ours through to the user.
    Undeliverable,
    /// There is nothing to tell any more, or the user does not want to be told.
    Withdrawn,
    /// Tried for too long.
    GivenUp,
}

impl NoticeOutcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Undeliverable => "undeliverable",
            Self::Withdrawn => "withdrawn",
            Self::GivenUp => "given_up",
        }
    }
}

impl TenantTx {
    /// Queues a notice, in the commit of what it tells, to be sent after `wait`. `false` when the user does not want to be told, or the same was queued
    /// before.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn notify(&mut self, notice: &Notice, wait: Duration) -> Result<bool, StoreError> {
        let stored = serde_json::to_value(notice).map_err(|_| StoreError::Broken("a notice cannot be written"))?;
        let query =
            sqlx::query(NOTIFY).bind(fresh::notice().0).bind(notice.to_string()).bind(stored).bind(millis(wait));
        Ok(self.tx.run(query).await? == 1)
    }

    /// Takes a due notice for `span`: nobody else sends it meanwhile. `None` when somebody has it, or it is over.
    ///
    /// # Errors
    /// [`StoreError::Broken`] for a notice that this program cannot read.
    pub async fn claim_notice(&mut self, id: NoticeId, span: Duration) -> Result<Option<DueNotice>, StoreError> {
        let query = sqlx::query_as::<_, Row>(CLAIM).bind(id.0).bind(millis(span));
        let Some(row) = self.tx.first(query).await? else { return Ok(None) };
        let unreadable = StoreError::Broken("a stored notice cannot be read");
        Ok(Some(DueNotice {
            id: NoticeId(row.notice_id),
            notice: serde_json::from_value(row.notice).map_err(|_| unreadable)?,
            made_at: row.made_at,
            tries: u32::try_from(row.tries).unwrap_or_default(),
            channel: row.dm_channel,
            consent: read(row.settings)?.notices,
        }))
    }

    /// Tries it again after `wait`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is over.
    pub async fn postpone_notice(&mut self, id: NoticeId, wait: Duration) -> Result<(), StoreError> {
        self.tx.touch(sqlx::query(POSTPONE).bind(id.0).bind(millis(wait))).await
    }

    /// Ends it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is over.
    pub async fn end_notice(&mut self, id: NoticeId, outcome: NoticeOutcome) -> Result<(), StoreError> {
        self.tx.touch(sqlx::query(END).bind(id.0).bind(outcome.as_str())).await
    }

    /// Ends the notice that tells this, because it was told otherwise. `false` when none waits.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn withdraw_notice(&mut self, notice: &Notice) -> Result<bool, StoreError> {
        let query = sqlx::query(END_ABOUT).bind(notice.to_string()).bind(NoticeOutcome::Withdrawn.as_str());
        Ok(self.tx.run(query).await? == 1)
    }

    /// Ends all that wait, and says how many these were.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn end_all_notices(&mut self, outcome: NoticeOutcome) -> Result<u64, StoreError> {
        self.tx.run(sqlx::query(END_ALL).bind(outcome.as_str())).await
    }
}
