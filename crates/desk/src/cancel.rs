//! Canceling: one order, or all that are open.

use crate::access::{Opened, Why};
use crate::accounts::{Named, by, taken};
use crate::desk::Desk;
use crate::look::Looker;
use crate::record::{Sight, is_ours};
use crate::refused::Refused;
use crate::views::{Canceled, CanceledAll, Question};
use domain::account::LinkedAccount;
use domain::brokerage::Which;
use domain::ids::{BrokerOrderId, IntentId, InteractionId, TicketId};
use domain::life::Seen;
use domain::order::BrokerOrder;
use domain::outcome::{CancelOutcome, Doubt, ReadFailure, RefusalReason};
use domain::symbol::Symbol;
use domain::tenant::Tenant;
use serde_json::json;
use std::collections::HashMap;
use std::time::Duration;
use store::{AuditAction, AuditEntry, StoreError};

/// Longest that one cancel call may take.
const CALL: Duration = Duration::from_secs(15);
/// Longest wait for the order afterwards.
const LOOK: Duration = Duration::from_secs(4);
/// Orders that are read after a cancel of all.
const LIST_MAX: usize = 500;

/// Which order.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// By Alpaca's id, as autocomplete gives it.
    Order(BrokerOrderId),
    /// By our intent, as the button under a receipt gives it.
    Intent(IntentId),
}

impl Desk {
    /// Asks Alpaca to cancel one order, then looks at it.
    ///
    /// # Errors
    /// [`Refused::NoSuchOrder`]; the account's refusals; [`Refused::AlreadyHandled`]; [`Refused::KeysNoLongerAccepted`];
    /// [`Refused::Stopping`]; [`Refused::Trouble`]. What Alpaca said to the cancel is in [`Canceled`].
    pub async fn cancel(
        &self,
        tenant: Tenant,
        name: Named<'_>,
        target: Target,
        interaction: InteractionId,
    ) -> Result<Canceled, Refused> {
        let _inside = self.inner().gate.enter_unless_stopping()?;
        let (opened, id) = match target {
            Target::Order(id) => (self.open(tenant, name).await?, id),
            Target::Intent(intent) => self.order_of(tenant, intent).await?,
        };
        let mut tx = self.begin(tenant, interaction).await?;
        tx.audit(&AuditEntry {
            broker_order: Some(id),
            ..by(interaction, AuditAction::CancelRequested, &opened.account)
        })
        .await?;
        tx.commit().await?;

        let outcome = self.call_cancel(&opened, id).await;
        let order = self.within(LOOK, self.inner().brokerage.order(&opened.access, id)).await.and_then(Result::ok);
        self.note_cancel(tenant, &opened.account, interaction, id, &outcome, order.as_ref()).await;
        match &outcome {
            CancelOutcome::NoSuchOrder => Err(Refused::NoSuchOrder),
            CancelOutcome::Refused(refusal) if refusal.reason == RefusalReason::Credentials => {
                Err(self.failed(tenant, &opened.account, ReadFailure::Credentials).await)
            }
            _ => Ok(Canceled { account: opened.account, order, outcome }),
        }
    }

    /// Asks Alpaca to cancel every open order of one symbol.
    ///
    /// # Errors
    /// [`Refused::NoSuchOrder`] when none is open; the account's refusals; [`Refused::AlreadyHandled`];
    /// [`Refused::KeysNoLongerAccepted`]; [`Refused::Stopping`]; [`Refused::Trouble`].
    pub async fn cancel_symbol(
        &self,
        tenant: Tenant,
        name: Named<'_>,
        symbol: &Symbol,
        interaction: InteractionId,
    ) -> Result<CanceledAll, Refused> {
        let _inside = self.inner().gate.enter_unless_stopping()?;
        let opened = self.open(tenant, name).await?;
        let open =
            match self.read(CALL, self.inner().brokerage.orders(&opened.access, Which::Open, None, LIST_MAX)).await {
                Ok(open) => open,
                Err(failure) => return Err(self.failed(tenant, &opened.account, failure).await),
            };
        let meant: Vec<_> = open.into_iter().filter(|order| order.symbol.is_same_asset(symbol)).collect();
        if meant.is_empty() {
            return Err(Refused::NoSuchOrder);
        }
        let mut tx = self.begin(tenant, interaction).await?;
        for order in &meant {
            let entry = by(interaction, AuditAction::CancelRequested, &opened.account);
            tx.audit(&AuditEntry { broker_order: Some(order.id), ..entry }).await?;
        }
        tx.commit().await?;
        let mut results = Vec::with_capacity(meant.len());
        for order in meant {
            let outcome = self.call_cancel(&opened, order.id).await;
            self.note_cancel(tenant, &opened.account, interaction, order.id, &outcome, Some(&order)).await;
            results.push(Canceled { account: opened.account.clone(), order: Some(order), outcome });
        }
        Ok(CanceledAll { account: opened.account, results })
    }

    /// Asks before cancelling everything.
    ///
    /// # Errors
    /// The account's refusals, [`Refused::AlreadyHandled`], [`Refused::Trouble`].
    pub async fn cancel_all(
        &self,
        tenant: Tenant,
        name: Named<'_>,
        interaction: InteractionId,
    ) -> Result<Question, Refused> {
        let mut tx = self.begin(tenant, interaction).await?;
        let account = crate::access::named(&mut tx, name).await?;
        self.ask(tx, account, store::Ask::CancelAll).await
    }

    /// The click on [`Desk::cancel_all`].
    ///
    /// # Errors
    /// [`Refused::Ticket`]; [`Refused::AlreadyHandled`]; [`Refused::KeysNoLongerAccepted`]; [`Refused::Stopping`];
    /// [`Refused::Trouble`]: with `Broker` it is not known which orders are canceled, and it may be asked for again.
    pub async fn confirm_cancel_all(
        &self,
        tenant: Tenant,
        ticket: TicketId,
        interaction: InteractionId,
    ) -> Result<CanceledAll, Refused> {
        let _inside = self.inner().gate.enter_unless_stopping()?;
        let mut tx = self.begin(tenant, interaction).await?;
        let ticket = taken(&mut tx, ticket, &store::Ask::CancelAll).await?;
        let entry = AuditEntry { interaction: Some(interaction), ..AuditEntry::of(AuditAction::CancelAllRequested) };
        let keyed = tx.open_credential(ticket.account, &entry).await?;
        tx.commit().await?;

        let Opened { account, access } = self.unseal(tenant, keyed)?;
        let brokerage = &self.inner().brokerage;
        let mut answer = self.read(CALL, brokerage.cancel_all(&access)).await;
        if matches!(answer, Err(ReadFailure::Unavailable | ReadFailure::Unreadable { .. })) {
            // Asking twice for what is canceled anyway does no harm.
            answer = self.read(CALL, brokerage.cancel_all(&access)).await;
        }
        let outcomes = match answer {
            Ok(outcomes) => outcomes,
            Err(failure) => return Err(self.failed(tenant, &account, failure).await),
        };
        let listed = self.read(LOOK, brokerage.orders(&access, Which::All, None, LIST_MAX)).await.unwrap_or_default();
        let mut shown: HashMap<BrokerOrderId, BrokerOrder> =
            listed.into_iter().map(|order| (order.id, order)).collect();
        let mut results = Vec::with_capacity(outcomes.len());
        for (id, outcome) in outcomes {
            let order = shown.remove(&id);
            self.note_cancel(tenant, &account, interaction, id, &outcome, order.as_ref()).await;
            results.push(Canceled { account: account.clone(), order, outcome });
        }
        Ok(CanceledAll { account, results })
    }

    /// The broker's id of our order: looked up first when it is not known yet.
    pub(crate) async fn order_of(&self, tenant: Tenant, intent: IntentId) -> Result<(Opened, BrokerOrderId), Refused> {
        let mut tx = self.tx(tenant).await?;
        let mut known = match tx.intent(intent).await {
            Err(StoreError::NotFound) => return Err(Refused::NoSuchOrder),
            other => other?,
        };
        drop(tx);
        if known.life.broker_order.is_none() {
            let (account, looked, failure) = self.look(tenant, intent, Looker::User).await?;
            if let (None, Some(failure)) = (looked.life.broker_order, failure) {
                return Err(self.failed(tenant, &account, failure).await);
            }
            known = looked;
        }
        let id = known.life.broker_order.ok_or(Refused::NoSuchOrder)?;
        let keyed = match self.keys(tenant, known.account, Why::Asked).await {
            Err(StoreError::NotFound) => return Err(Refused::NoSuchOrder),
            other => other?,
        };
        Ok((self.unseal(tenant, keyed)?, id))
    }

    /// One call, and one more in doubt: a cancel asks for the same thing however often it is asked.
    pub(crate) async fn call_cancel(&self, on: &Opened, id: BrokerOrderId) -> CancelOutcome {
        let call = || async {
            let asked = self.within(CALL, self.inner().brokerage.cancel(&on.access, id)).await;
            asked.unwrap_or(CancelOutcome::Unknown(Doubt::TimedOut))
        };
        match call().await {
            CancelOutcome::Unknown(_) => call().await,
            told => told,
        }
    }

    /// What the broker said and showed, in one commit. The cancel itself is asked for already, so the user hears of it even
    /// when the database is away; the resolver then sees how the order ended.
    pub(crate) async fn note_cancel(
        &self,
        tenant: Tenant,
        account: &LinkedAccount,
        interaction: InteractionId,
        id: BrokerOrderId,
        outcome: &CancelOutcome,
        order: Option<&BrokerOrder>,
    ) {
        let noted: Result<(), Refused> = async {
            let mut tx = self.tx(tenant).await?;
            if let Some(order) = order {
                tx.upsert_order(account.id, order).await?;
            }
            let request_id = match outcome {
                CancelOutcome::Refused(refusal) => refusal.request_id.clone(),
                _ => None,
            };
            tx.audit(&AuditEntry {
                broker_order: Some(id),
                request_id,
                detail: json!({ "outcome": format!("{outcome:?}") }),
                ..by(interaction, AuditAction::CancelAnswered, account)
            })
            .await?;
            tx.commit().await?;
            let Some(order) = order else { return Ok(()) };
            let mut tx = self.tx(tenant).await?;
            let intent = tx.intent_by_client_order_id(&order.client_order_id).await;
            drop(tx);
            if let Ok(intent) = intent
                && is_ours(&intent, order)
            {
                let seen = Seen::Shown(Box::new(order.clone()));
                self.record(intent, &Sight { tenant, account, seen: &seen, lease: None, why: None, request_id: None })
                    .await?;
            }
            Ok(())
        }
        .await;
        if let Err(refused) = noted {
            tracing::warn!(order = %id, ?refused, "the answer to a cancel could not be noted");
        }
    }
}
