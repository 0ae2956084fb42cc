//! Writing down what was seen of an intent's order: the step, the ledger and the audit entry in one commit.

use crate::access::mark_keys_refused;
use crate::desk::Desk;
use crate::notices::worth_telling;
use chrono::{DateTime, Utc};
use domain::account::LinkedAccount;
use domain::life::{Ending, Life, Seen, State, Wait, next_look, step};
use domain::notice::Notice;
use domain::order::BrokerOrder;
use domain::outcome::{Lookup, Outcome, Refusal, RefusalReason};
use domain::tenant::Tenant;
use serde_json::{Value, json};
use store::{AuditAction, AuditEntry, Constraint, Intent, Recorded, Step, StoreError};
use uuid::Uuid;

/// Attempts at a step that others keep overtaking, or that met another transaction.
const ATTEMPTS: usize = 8;

/// One sight of an order, and what goes into its commit.
pub(crate) struct Sight<'a> {
    pub(crate) tenant: Tenant,
    pub(crate) account: &'a LinkedAccount,
    pub(crate) seen: &'a Seen,
    /// The right to submit, to be given back.
    pub(crate) lease: Option<Uuid>,
    /// What the book says beside it: why nothing was sent.
    pub(crate) why: Option<&'static str>,
    /// The broker's name for the answer in which it was seen.
    pub(crate) request_id: Option<String>,
}

impl Desk {
    /// Takes a sight in, from whatever the intent has become meanwhile. Idempotent.
    pub(crate) async fn record(&self, mut intent: Intent, sight: &Sight<'_>) -> Result<Intent, StoreError> {
        let mut order = order_in(sight.seen);
        let mut attempts = 0;
        loop {
            attempts += 1;
            let known = (intent.id, intent.version);
            match self.try_record(&intent, sight, order).await {
                Ok(Recorded::Stored(now)) => return Ok(now),
                Ok(Recorded::Stale(now)) if attempts < ATTEMPTS => intent = now,
                Ok(Recorded::Stale(_)) => return Err(StoreError::Conflict(Constraint::Contention)),
                Err(StoreError::Conflict(Constraint::Contention)) if attempts < ATTEMPTS => {}
                // The verdict must not be lost because the broker showed a number that the ledger does not take.
                Err(StoreError::Conflict(Constraint::Check)) if order.is_some() => {
                    tracing::error!(intent = %known.0, "the ledger does not take what the broker showed");
                    order = None;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn try_record(
        &self,
        intent: &Intent,
        sight: &Sight<'_>,
        order: Option<&BrokerOrder>,
    ) -> Result<Recorded, StoreError> {
        // Closed by one that had no right to send it, and taken over meanwhile by one that has.
        if matches!(sight.seen, Seen::NotSent) && sight.lease.is_none() && intent.sent_at.is_some() {
            return Ok(Recorded::Stored(intent.clone()));
        }
        let age = self.inner().clock.now() - intent.sent_at.unwrap_or(intent.created_at);
        let not_found = matches!(sight.seen, Seen::LookedUp(Lookup::NotFound));
        let answered_looks = intent.answered_looks.saturating_add(u32::from(not_found));
        let life = step(&intent.life, sight.seen, Wait { since_call: age, answered_looks });
        let look_again = next_look(&life, age).and_then(|wait| wait.to_std().ok());
        let made = Step { intent: intent.id, from: intent.version, life: &life, answered_looks, look_again };

        let mut tx = self.tx(sight.tenant).await?;
        let recorded = tx.record_step(&made).await?;
        if matches!(recorded, Recorded::Stale(_)) {
            return Ok(recorded);
        }
        if let Some(order) = order {
            tx.upsert_order(sight.account.id, order).await?;
        }
        // The account's row before the book, as everywhere: a new intent takes them in this order, too, and two transactions
        // that took them crosswise would wait for each other.
        if let Some(owner) = sight.lease {
            tx.release_lease(sight.account.id, owner).await?;
        }
        if refusal_in(sight.seen).is_some_and(|refusal| refusal.reason == RefusalReason::Credentials) {
            mark_keys_refused(&mut tx, sight.account).await?;
        }
        if let Some((notice, wait)) = worth_telling(intent, &life, self.inner().clock.now()) {
            if matches!(notice, Notice::LateArrival { .. }) {
                // What was to be told before is no longer so.
                tx.withdraw_notice(&Notice::Settled { intent: intent.id }).await?;
            }
            tx.notify(&notice, wait).await?;
        }
        if let Some(entry) = entry_of(intent, &life, sight) {
            tx.audit(&entry).await?;
        }
        tx.commit().await?;
        Ok(recorded)
    }

    /// Writes that something else than our order was found under our name. It is not adopted.
    pub(crate) async fn record_mismatch(
        &self,
        tenant: Tenant,
        account: &LinkedAccount,
        intent: &Intent,
        found: &BrokerOrder,
    ) -> Result<(), StoreError> {
        tracing::error!(intent = %intent.id, found = %found.id, "another order than the one decided, under our name");
        let detail = json!({
            "anomaly": "another order under our name",
            "decided": intent.order.canonical(),
            "found": { "symbol": found.symbol.as_str(), "side": found.side.map(domain::order::Side::as_str), "qty": found.qty,
                "notional": found.notional, "type": found.kind, "client_order_id": found.client_order_id.as_str() },
        });
        let mut tx = self.tx(tenant).await?;
        tx.audit(&AuditEntry {
            account: Some(account.id),
            intent: Some(intent.id),
            broker_order: Some(found.id),
            detail,
            ..AuditEntry::of(AuditAction::OrderMismatched)
        })
        .await?;
        tx.commit().await
    }
}

/// Whether this is the order that the intent decided, under the name that it was sent with.
pub(crate) fn is_ours(intent: &Intent, order: &BrokerOrder) -> bool {
    order.client_order_id == intent.client_order_id && order.matches(&intent.order)
}

fn order_in(seen: &Seen) -> Option<&BrokerOrder> {
    match seen {
        Seen::Posted(Outcome::Landed(order)) | Seen::LookedUp(Lookup::Found(order)) | Seen::Shown(order) => Some(order),
        _ => None,
    }
}

fn refusal_in(seen: &Seen) -> Option<&Refusal> {
    match seen {
        Seen::Posted(Outcome::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

/// The entry for a change of state; `None` when the state is as it was.
fn entry_of(intent: &Intent, life: &Life, sight: &Sight<'_>) -> Option<AuditEntry> {
    if intent.life.state == life.state {
        return None;
    }
    let action = match life.state {
        State::Intended => return None,
        State::Unconfirmed => AuditAction::OrderUnconfirmed,
        State::AtBroker => AuditAction::OrderLanded,
        State::Over(Ending::NotSent) => AuditAction::OrderNotSent,
        State::Over(Ending::Refused) => AuditAction::OrderRefused,
        State::Over(Ending::NeverArrived) => AuditAction::OrderNeverArrived,
        State::Over(Ending::Filled | Ending::Canceled | Ending::Expired | Ending::Rejected | Ending::Replaced) => {
            AuditAction::OrderEnded
        }
    };
    Some(AuditEntry {
        account: Some(sight.account.id),
        intent: Some(intent.id),
        broker_order: life.broker_order,
        request_id: refusal_in(sight.seen).and_then(|no| no.request_id.clone()).or_else(|| sight.request_id.clone()),
        detail: facts(intent, life, sight.why),
        ..AuditEntry::of(action)
    })
}

fn facts(intent: &Intent, life: &Life, why: Option<&str>) -> Value {
    let stamp = |at: Option<DateTime<Utc>>| at.map(|at| at.to_rfc3339());
    json!({
        "from": intent.life.state.as_str(),
        "to": life.state.as_str(),
        "why": why,
        "client_order_id": intent.client_order_id.as_str(),
        "status": life.status.as_ref().map(domain::order::BrokerStatus::as_str),
        "filled_qty": life.filled_qty,
        "filled_avg_price": life.filled_avg_price.map(domain::money::Price::get),
        "broker_updated_at": stamp(life.broker_updated_at),
        "doubt": life.doubt.as_ref().map(|doubt| format!("{doubt:?}")),
        "refusal": life.refusal.as_ref().map(|refusal| json!({
            "reason": format!("{:?}", refusal.reason),
            "status": refusal.status,
            "code": refusal.code,
            "message": refusal.message,
        })),
    })
}
