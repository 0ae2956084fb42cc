//! Exercises whose answer was lost, looked for in the broker's history without anybody's press.
//!
//! Alpaca lists an exercise when it is through, which may take until the next trading day. So it is looked for with a back-off,
//! one look an account in a pass, for four days: over a long weekend. Then nobody looks any more, and the user is told that.

use super::told;
use crate::access::Why;
use crate::desk::Desk;
use crate::notices::{EDIT_FIRST, TELLS_ITSELF};
use crate::refused::Refused;
use crate::views::Exercised;
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::TicketId;
use domain::notice::Notice;
use domain::tenant::Tenant;
use futures::StreamExt;
use futures::stream;
use rust_decimal::Decimal;
use serde_json::json;
use std::time::Duration;
use store::{AuditAction, AuditEntry, Exercise, Found, Looks, StoreError};

/// For so long the history is asked. A look that failed at the end may be made up for during one more day.
const WINDOW: TimeDelta = TimeDelta::days(4);
/// The first look comes when the call is over in any case; the wait grows with the age.
pub(super) const LOOKS: Looks =
    Looks { least: Duration::from_mins(1), most: Duration::from_hours(2), until: Duration::from_hours(5 * 24) };
/// Looks at the same time, and in one pass.
const ABREAST: usize = 4;
const PASS_MAX: u32 = 64;

impl Desk {
    /// Looks for exercises without an answer that are due.
    pub(crate) async fn settle_exercises(&self) {
        let due = async { Box::pin(self.inner().store.system()).await?.due_exercises(PASS_MAX).await };
        match due.await {
            Ok(due) => {
                stream::iter(due)
                    .for_each_concurrent(ABREAST, |(tenant, id)| async move {
                        if let Err(refused) = self.settle_exercise(tenant, id).await {
                            tracing::info!(exercise = %id, ?refused, "an exercise could not be looked for; that proves nothing");
                        }
                    })
                    .await;
            }
            Err(error) => tracing::warn!(%error, "it cannot be read which exercises are due"),
        }
    }

    async fn settle_exercise(&self, tenant: Tenant, id: TicketId) -> Result<(), Refused> {
        let mut tx = self.tx(tenant).await?;
        let Some(stored) = tx.claim_exercise(id, LOOKS).await? else { return Ok(()) };
        tx.commit().await?;
        let opened = self.unseal(tenant, self.keys(tenant, stored.account, Why::Look).await?)?;
        let recorded = self.recorded(&opened, &stored).await;
        let Some(found) = found(&stored, recorded, self.inner().clock.now()) else { return Ok(()) };
        let tells_itself = stored.decided_at.is_some_and(|at| self.inner().clock.now() - at < TELLS_ITSELF);
        let wait = if tells_itself { EDIT_FIRST } else { Duration::ZERO };
        Ok(self.note_found(tenant, &stored, found, Some(wait)).await?)
    }

    /// What a look by the user's own press has settled, and is told by its answer.
    pub(super) async fn settled_by(
        &self,
        tenant: Tenant,
        stored: Exercise,
        recorded: Option<Decimal>,
    ) -> Result<Exercise, Refused> {
        let is_it = !stored.is_settled() && recorded.is_some_and(|recorded| recorded >= stored.qty.get());
        if !is_it {
            return Ok(stored);
        }
        self.note_found(tenant, &stored, Found::Exercised, None).await?;
        Ok(Exercise { found: Some(Found::Exercised), ..stored })
    }

    /// One commit: what was found, its entry in the book, and the notice after `wait`, when it is not told otherwise.
    async fn note_found(
        &self,
        tenant: Tenant,
        stored: &Exercise,
        found: Found,
        wait: Option<Duration>,
    ) -> Result<(), StoreError> {
        let mut tx = self.tx(tenant).await?;
        if !tx.find_exercise(stored.id, found).await? {
            return Ok(());
        }
        tx.audit(&AuditEntry {
            account: Some(stored.account),
            detail: json!({
                "ticket": stored.id,
                "contract": stored.contract.as_str(),
                "qty": stored.qty.to_string(),
                "found": format!("{found:?}"),
                "by": if wait.is_some() { "resolver" } else { "user" },
            }),
            ..AuditEntry::of(AuditAction::ExerciseSettled)
        })
        .await?;
        let notice = Notice::Exercised { exercise: stored.id };
        match wait {
            Some(wait) => drop(tx.notify(&notice, wait).await?),
            None => drop(tx.withdraw_notice(&notice).await?),
        }
        tx.commit().await
    }

    /// Waits until it is known what became of an exercise without an answer, as long as its message can be edited. Reads our own
    /// book only. `None` when that time is over.
    ///
    /// # Errors
    /// [`Refused::Trouble`].
    pub async fn exercise_found(&self, tenant: Tenant, id: TicketId) -> Result<Option<Exercised>, Refused> {
        let clock = &self.inner().clock;
        loop {
            clock.sleep(LOOKED_UP).await;
            let mut tx = self.tx(tenant).await?;
            let stored = match tx.exercise(id).await {
                Err(StoreError::NotFound) => return Ok(None),
                other => other?,
            };
            if stored.decided_at.is_none_or(|at| clock.now() - at >= TELLS_ITSELF) {
                return Ok(None);
            }
            if stored.found.is_some() {
                let account = tx.account(stored.account).await?;
                return Ok(Some(told(&account, stored)));
            }
        }
    }

    /// The message of an exercise shows what was found: nothing is left to be told of that.
    ///
    /// # Errors
    /// [`Refused::Trouble`]; then it is told twice.
    pub async fn exercise_shown(&self, tenant: Tenant, id: TicketId) -> Result<(), Refused> {
        let mut tx = self.tx(tenant).await?;
        if tx.withdraw_notice(&Notice::Exercised { exercise: id }).await? {
            tx.commit().await?;
        }
        Ok(())
    }
}

/// How often our own book is read while the message can be edited: well within what the notice waits for it.
const LOOKED_UP: Duration = Duration::from_secs(4);

/// What a look settles. One that failed settles nothing, however late.
fn found(stored: &Exercise, recorded: Option<Decimal>, now: DateTime<Utc>) -> Option<Found> {
    let recorded = recorded?;
    if recorded >= stored.qty.get() {
        return Some(Found::Exercised);
    }
    stored.decided_at.is_some_and(|at| now - at >= WINDOW).then_some(Found::GivenUp)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use domain::account::Environment;
    use domain::brokerage::Wish;
    use domain::ids::AccountId;
    use domain::money::Quantity;
    use domain::symbol::Symbol;
    use uuid::Uuid;

    #[test]
    fn only_an_answered_look_settles_and_giving_up_takes_four_days() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(10);
        let decided = |age| Exercise {
            id: TicketId(Uuid::from_u128(1)),
            account: AccountId(Uuid::from_u128(2)),
            environment: Environment::Live,
            contract: Symbol::from_broker("AAPL261218C00250000"),
            wish: Wish::Exercise,
            qty: Quantity::parse("2").unwrap(),
            expires_at: now,
            decided_at: Some(now - age),
            answer: None,
            found: None,
        };
        let (one, two) = (Some(Decimal::ONE), Some(Decimal::TWO));
        let cases = [
            (TimeDelta::minutes(1), None, None),
            (TimeDelta::minutes(1), one, None),
            (TimeDelta::minutes(1), two, Some(Found::Exercised)),
            (TimeDelta::days(4) - TimeDelta::seconds(1), one, None),
            (TimeDelta::days(4), one, Some(Found::GivenUp)),
            (TimeDelta::days(4), two, Some(Found::Exercised)),
            (TimeDelta::days(5), None, None),
        ];
        for (age, recorded, expected) in cases {
            assert_eq!(found(&decided(age), recorded, now), expected, "{age} {recorded:?}");
        }
    }
}
