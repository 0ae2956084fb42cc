//! One look at one intent's order. A look that fails is not an observation: it changes nothing but the time of the next.

use crate::access::Why;
use crate::desk::Desk;
use crate::record::{Sight, is_ours};
use crate::refused::Refused;
use domain::account::LinkedAccount;
use domain::brokerage::Access;
use domain::ids::IntentId;
use domain::life::{Ending, Seen, State};
use domain::outcome::{Lookup, ReadFailure};
use domain::tenant::Tenant;
use std::time::Duration;
use store::{Intent, Step, StoreError};

/// Longest that one look may take.
const LOOK: Duration = Duration::from_secs(10);

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looker {
    /// The resolver: the database says that it is due, so no process is working with it.
    Resolver,
    /// A user who is waiting; somebody may be working with it.
    User,
}

impl Desk {
    /// Looks, and takes in what it sees. The failure is what kept it from seeing anything.
    pub(crate) async fn look(
        &self,
        tenant: Tenant,
        id: IntentId,
        looker: Looker,
    ) -> Result<(LinkedAccount, Intent, Option<ReadFailure>), Refused> {
        let held = self.inner().in_hand.take(id);
        let mut tx = self.tx(tenant).await?;
        let intent = match tx.intent(id).await {
            Err(StoreError::NotFound) => return Err(Refused::NoSuchOrder),
            other => other?,
        };
        let account = match tx.account(intent.account).await {
            Err(StoreError::NotFound) => {
                drop(tx);
                return self.give_up(tenant, &intent).await;
            }
            other => other?,
        };
        drop(tx);
        let idle = match intent.life.state {
            State::Over(Ending::NeverArrived) => looker == Looker::User,
            State::Over(_) => true,
            // Its turn has not come, or it is about to be sent.
            State::Intended => looker == Looker::User && intent.sent_at.is_none(),
            State::Unconfirmed | State::AtBroker => false,
        };
        if held.is_none() || idle {
            return Ok((account, intent, None));
        }
        if looker == Looker::Resolver && intent.life.state == State::Intended && intent.sent_at.is_none() {
            // Nobody has, or can get any more, the right to send it: the step and the lease exclude each other.
            let why = Some("never given the right to be sent");
            let sight = Sight { tenant, account: &account, seen: &Seen::NotSent, lease: None, why, request_id: None };
            let intent = self.record(intent, &sight).await?;
            return Ok((account, intent, None));
        }
        let keyed = match Box::pin(self.keys(tenant, account.id, Why::Look)).await {
            Err(StoreError::NotFound) => return self.give_up(tenant, &intent).await,
            other => other?,
        };
        let opened = self.unseal(tenant, keyed)?;
        self.look_with(tenant, opened.account, &opened.access, intent, looker).await
    }

    async fn look_with(
        &self,
        tenant: Tenant,
        account: LinkedAccount,
        access: &Access,
        mut intent: Intent,
        looker: Looker,
    ) -> Result<(LinkedAccount, Intent, Option<ReadFailure>), Refused> {
        if looker == Looker::Resolver && intent.life.state == State::Intended {
            intent = self.take_in(tenant, &account, intent, &Seen::Interrupted, None).await?;
        }
        let seen = self.see(access, &intent).await;
        let answer = access.answered.request_id();
        let failure = match &seen {
            Seen::LookedUp(Lookup::Failed(failure)) => Some(failure.clone()),
            _ => None,
        };
        if let Seen::LookedUp(Lookup::Found(order)) | Seen::Shown(order) = &seen
            && !is_ours(&intent, order)
        {
            // Found something, but not what was decided: whatever it is, it proves nothing about our order.
            self.record_mismatch(tenant, &account, &intent, order).await?;
            let seen = Seen::LookedUp(Lookup::Failed(ReadFailure::Unreadable { status: 200 }));
            let intent = self.take_in(tenant, &account, intent, &seen, answer).await?;
            return Ok((account, intent, Some(ReadFailure::Unreadable { status: 200 })));
        }
        if failure == Some(ReadFailure::Credentials) {
            self.note_keys_refused(tenant, &account).await;
        }
        let intent = self.take_in(tenant, &account, intent, &seen, answer).await?;
        Ok((account, intent, failure))
    }

    /// By the broker's id once it is known, which is read first after a change; else by our own name for the order.
    async fn see(&self, access: &Access, intent: &Intent) -> Seen {
        let brokerage = &self.inner().brokerage;
        let look = async {
            match intent.life.broker_order {
                Some(id) => match brokerage.order(access, id).await {
                    Ok(order) => Seen::Shown(Box::new(order)),
                    Err(failure) => Seen::LookedUp(Lookup::Failed(failure)),
                },
                None => Seen::LookedUp(brokerage.look_up(access, &intent.client_order_id).await),
            }
        };
        let late = || Seen::LookedUp(Lookup::Failed(ReadFailure::Unavailable));
        self.within(LOOK, look).await.unwrap_or_else(late)
    }

    async fn take_in(
        &self,
        tenant: Tenant,
        account: &LinkedAccount,
        intent: Intent,
        seen: &Seen,
        request_id: Option<String>,
    ) -> Result<Intent, StoreError> {
        self.record(intent, &Sight { tenant, account, seen, lease: None, why: None, request_id }).await
    }

    /// The account was unlinked, so there are no keys to look with: the intent stays as it is and is not due any more.
    async fn give_up(
        &self,
        tenant: Tenant,
        intent: &Intent,
    ) -> Result<(LinkedAccount, Intent, Option<ReadFailure>), Refused> {
        let mut tx = self.tx(tenant).await?;
        let step = Step {
            intent: intent.id,
            from: intent.version,
            life: &intent.life,
            answered_looks: intent.answered_looks,
            look_again: None,
        };
        tx.record_step(&step).await?;
        tx.commit().await?;
        Err(Refused::NoSuchOrder)
    }
}
