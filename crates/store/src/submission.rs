//! Who may submit: one order of an account at a time, in the order of the clicks, across all processes.

use crate::accounts::{Keyed, KeyedRow, keyed, of_intent};
use crate::audit::written;
use crate::intents::{Intent, IntentRow, decided};
use crate::tickets::millis;
use crate::{StoreError, TenantTx};
use domain::ids::{AccountId, IntentId};
use domain::tenant::Origin;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use sqlx::{FromRow, Postgres};
use std::time::Duration;
use uuid::Uuid;

/// The lock on the account's row makes the askers take turns. `sent_at` is set once: a lease that ran out does not make
/// an order that may have left leave again, unless the same submission asks. What goes with the right is in the same round trip:
/// the entry in the book, and the keys.
pub(crate) const TAKE: &str = concat!(
    "WITH mine AS (
         SELECT i.user_id, i.account_id, i.seq, i.sent_at FROM app.intents i
          WHERE i.intent_id = $1 AND i.state = 'intended' AND i.next_look_at > clock_timestamp()),
     leased AS (
         UPDATE app.accounts a SET lease_owner = $2, lease_until = clock_timestamp() + $3::bigint * interval '1 millisecond'
           FROM mine m
          WHERE a.user_id = m.user_id AND a.account_id = m.account_id AND a.removed_at IS NULL
            AND (a.lease_owner = $2 OR m.sent_at IS NULL)
            AND (a.lease_owner = $2 OR a.lease_until IS NULL OR a.lease_until <= clock_timestamp())
            AND NOT EXISTS (SELECT FROM app.intents e
                             WHERE e.user_id = m.user_id AND e.account_id = m.account_id AND e.seq < m.seq
                               AND e.state = 'intended' AND e.next_look_at > clock_timestamp())
      RETURNING a.lease_until),
     i AS (
         UPDATE app.intents i SET sent_at = coalesce(i.sent_at, clock_timestamp()), next_look_at = l.lease_until,
                version = i.version + 1
           FROM leased l WHERE i.intent_id = $1 AND i.state = 'intended' RETURNING i.*),
     noted AS (",
    written!(),
    "SELECT i.user_id, 'order_sent', i.account_id, i.intent_id, NULL, $4::bigint, $5::bigint, $6::bigint, NULL,
            jsonb_build_object('client_order_id', i.client_order_id) FROM i)
     SELECT ",
    decided!(),
    ", ",
    keyed!(),
    " FROM i",
    of_intent!()
);
/// Whoever still waits keeps its place in the line; whoever died loses it.
pub(crate) const WAIT: &str = "
    UPDATE app.intents SET next_look_at = clock_timestamp() + interval '30 seconds', version = version + 1
     WHERE intent_id = $1 AND state = 'intended' AND sent_at IS NULL AND next_look_at > clock_timestamp()";
pub(crate) const RELEASE: &str =
    "UPDATE app.accounts SET lease_owner = NULL, lease_until = NULL WHERE account_id = $1 AND lease_owner = $2";

/// The answer to "may I send this one now?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lease {
    /// Yes: the intent now carries `sent_at`, and the resolver keeps off it until the lease has run out. With what opens its
    /// account.
    Taken(Box<Leased>),
    /// Another submission of the account is under way, or an earlier intent is to be sent first. Ask again.
    Busy,
    /// No longer: the intent is not waiting to be sent (settled, or taken over by the resolver).
    TooLate(Box<Intent>),
}

/// The right to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leased {
    /// The intent as it is now.
    pub intent: Intent,
    /// Its account, and what opens it.
    pub keyed: Keyed,
}

/// What comes with the right to send.
#[derive(FromRow)]
pub(crate) struct Row {
    #[sqlx(flatten)]
    intent: IntentRow,
    #[sqlx(flatten)]
    keyed: KeyedRow,
}

/// The one statement that gives the right to send.
pub(crate) fn asking(
    intent: IntentId,
    owner: Uuid,
    ttl: Duration,
    origin: Origin,
) -> QueryAs<'static, Postgres, Row, PgArguments> {
    sqlx::query_as(TAKE)
        .bind(intent.0)
        .bind(owner)
        .bind(millis(ttl))
        .bind(origin.interaction.map(|id| id.0))
        .bind(origin.message)
        .bind(origin.guild)
}

impl TenantTx {
    /// Asks for the right to send `intent`. `owner` names the asking process's submission; a second call with the same
    /// one extends the lease. Commit before sending: that commit puts the intent, whose own did not wait, on disk too.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Broken`] in a transaction whose commit does not wait for the disk.
    pub async fn take_submit_lease(
        &mut self,
        intent: IntentId,
        owner: Uuid,
        ttl: Duration,
    ) -> Result<Lease, StoreError> {
        self.tx.must_reach_disk()?;
        if let Some(row) = self.tx.first(asking(intent, owner, ttl, self.tenant.origin())).await? {
            let leased = Leased { intent: row.intent.try_into()?, keyed: row.keyed.try_into()? };
            return Ok(Lease::Taken(Box::new(leased)));
        }
        if self.tx.run(sqlx::query(WAIT).bind(intent.0)).await? == 1 {
            return Ok(Lease::Busy);
        }
        let intent = self.intent(intent).await?;
        self.release_lease(intent.account, owner).await?;
        Ok(Lease::TooLate(Box::new(intent)))
    }

    /// Gives the right back; part of the commit that records the outcome. `false` when it had run out and been taken.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn release_lease(&mut self, account: AccountId, owner: Uuid) -> Result<bool, StoreError> {
        Ok(self.tx.run(sqlx::query(RELEASE).bind(account.0).bind(owner)).await? == 1)
    }
}
