//! Our audit book against the broker's own list of orders and its record of fills: what is missing there, what is there and not in
//! the book, and what the two tell differently. Says it; mends nothing. What the ledger or an intent's row says is not looked at: the book is what
//! is to be proved.

use crate::access::{Opened, Why};
use crate::desk::Desk;
use crate::refused::{Refused, Trouble};
use chrono::{DateTime, Utc};
use domain::account::LinkedAccount;
use domain::brokerage::Which;
use domain::ids::{AccountId, BrokerOrderId, IntentId};
use domain::order::BrokerOrder;
use domain::records::{ActivityFilter, Chapter};
use domain::tenant::Tenant;
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use store::AuditRecord;

/// Longest wait for the whole list.
const LIST: Duration = Duration::from_mins(1);
/// Orders of one account that are compared.
const MOST: usize = 10_000;
/// Entries that are read at once.
const PAGE: u32 = 2_000;
/// Fills that are read at once: the most that Alpaca gives.
const FILLS: usize = 100;
/// Fills of one account that are added up.
const MOST_FILLS: usize = 20_000;

/// One disagreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The book says that the broker has this order, and the broker does not list it.
    Missing(String),
    /// The broker has an order under a name of ours that the book does not know.
    Extra(String),
    /// Both know it, and tell this of it differently.
    Different {
        /// Our name of the order.
        order: String,
        /// What.
        of: &'static str,
        /// The book's word.
        book: String,
        /// The broker's word.
        broker: String,
    },
}

/// What a comparison of one account found.
#[derive(Clone, Debug)]
pub struct Reconciled {
    /// Which.
    pub account: LinkedAccount,
    /// Orders of ours that were compared.
    pub compared: usize,
    /// Orders that the broker lists and that were placed elsewhere.
    pub foreign: usize,
    /// The disagreements.
    pub findings: Vec<Finding>,
}

/// What the book last said of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Told {
    name: String,
    state: String,
    filled: Decimal,
}

/// The broker's record of fills.
struct Fills {
    sums: HashMap<BrokerOrderId, Decimal>,
    /// Whether they were all read. What was not read is not missed.
    whole: bool,
}

impl Desk {
    /// Compares one account's orders since a moment.
    ///
    /// # Errors
    /// [`Refused::KeysNoLongerAccepted`], [`Refused::Trouble`].
    pub async fn reconcile(
        &self,
        tenant: Tenant,
        account: AccountId,
        since: DateTime<Utc>,
    ) -> Result<Reconciled, Refused> {
        let told = self.told_since(tenant, account, since).await?;
        let opened = self.unseal(tenant, self.keys(tenant, account, Why::Reconcile).await?)?;
        let list = self.inner().brokerage.orders(&opened.access, Which::All, Some(since), MOST);
        let list = match self.read(LIST, list).await {
            Ok(list) => list,
            Err(failure) => return Err(self.failed(tenant, &opened.account, failure).await),
        };
        let fills = self.fills_since(tenant, &opened, since).await?;
        let (ours, foreign): (Vec<_>, Vec<_>) = list.into_iter().partition(|order| order.client_order_id.is_ours());
        let findings = compare(&told, &ours, &fills);
        Ok(Reconciled {
            account: opened.account,
            compared: told.len().max(ours.len()),
            foreign: foreign.len(),
            findings,
        })
    }

    /// What the broker's record of fills adds up to, by order.
    async fn fills_since(&self, tenant: Tenant, opened: &Opened, since: DateTime<Utc>) -> Result<Fills, Refused> {
        let since = since.date_naive().pred_opt();
        let mut filter = ActivityFilter { chapter: Chapter::Fills, order: None, since, after: None, most: FILLS };
        let (mut sums, mut read) = (HashMap::new(), 0);
        loop {
            let page = self.read_in_turn(LIST, self.inner().records.activities(&opened.access, &filter)).await;
            let page = match page {
                Ok(page) => page,
                Err(failure) => return Err(self.failed(tenant, &opened.account, failure).await),
            };
            read += page.list.len();
            for fill in page.list {
                if let (Some(order), Some(qty)) = (fill.order, fill.qty) {
                    *sums.entry(order).or_insert(Decimal::ZERO) += qty.abs();
                }
            }
            match page.next {
                Some(next) if filter.after.as_ref() != Some(&next) && read < MOST_FILLS => filter.after = Some(next),
                next => return Ok(Fills { sums, whole: next.is_none() }),
            }
        }
    }

    async fn told_since(
        &self,
        tenant: Tenant,
        account: AccountId,
        since: DateTime<Utc>,
    ) -> Result<BTreeMap<IntentId, Told>, Refused> {
        let mut told = BTreeMap::new();
        let (mut after, mut tx) = (0, self.tx(tenant).await?);
        loop {
            let page = tx.audit_after(after, PAGE).await.map_err(|_| Refused::Trouble(Trouble::Database))?;
            let Some(last) = page.last() else { return Ok(told) };
            after = last.seq;
            for record in page.iter().filter(|record| record.account == Some(account) && record.at >= since) {
                take(&mut told, record);
            }
        }
    }
}

/// Only of orders whose beginning is in the span: an older one may be older than the broker's list.
fn take(told: &mut BTreeMap<IntentId, Told>, record: &AuditRecord) {
    let Some(intent) = record.intent else { return };
    let text = |name: &str| record.detail.get(name).and_then(Value::as_str).map(str::to_owned);
    if record.action == "order_intended" {
        let name = text("client_order_id").unwrap_or_default();
        told.insert(intent, Told { name, state: "intended".to_owned(), filled: Decimal::ZERO });
    } else if let (Some(known), Some(state)) = (told.get_mut(&intent), text("to")) {
        known.state = state;
        known.filled = text("filled_qty").and_then(|filled| filled.parse().ok()).unwrap_or(known.filled);
    }
}

/// Whether the broker must have such an order.
fn is_proved(state: &str) -> bool {
    matches!(state, "at_broker" | "filled" | "canceled" | "expired" | "rejected" | "replaced")
}

fn compare(told: &BTreeMap<IntentId, Told>, listed: &[BrokerOrder], fills: &Fills) -> Vec<Finding> {
    let mut findings = Vec::new();
    let named = |name: &str| listed.iter().find(|order| order.client_order_id.as_str() == name);
    for told in told.values() {
        match named(&told.name) {
            Some(order) => {
                findings.extend(differences(told, order));
                findings.extend(unlike_fills(told, order, fills));
            }
            None if is_proved(&told.state) => findings.push(Finding::Missing(told.name.clone())),
            None => {}
        }
    }
    let unknown = |order: &&BrokerOrder| told.values().all(|told| told.name != order.client_order_id.as_str());
    let unknown = listed.iter().filter(unknown).map(|order| Finding::Extra(order.client_order_id.to_string()));
    findings.extend(unknown);
    findings
}

fn differences(told: &Told, order: &BrokerOrder) -> Vec<Finding> {
    let differs = |of, book: String, broker: String| Finding::Different { order: told.name.clone(), of, book, broker };
    let mut found = Vec::new();
    let status = order.status.as_str();
    // The book writes down how an order ends, not each of the broker's words on the way.
    let agrees = if order.status.is_terminal() { told.state == status } else { told.state == "at_broker" };
    if !agrees {
        found.push(differs("how it stands", told.state.clone(), status.to_owned()));
    }
    if order.status.is_terminal() && agrees && told.filled.normalize() != order.filled_qty.normalize() {
        found.push(differs(
            "what is filled",
            told.filled.normalize().to_string(),
            order.filled_qty.normalize().to_string(),
        ));
    }
    found
}

/// The fills of an ended order add up to what the book has filled. A spread's fills are its legs'.
fn unlike_fills(told: &Told, order: &BrokerOrder, fills: &Fills) -> Option<Finding> {
    if !order.status.is_terminal() || order.class == "mleg" || !fills.whole {
        return None;
    }
    let sum = fills.sums.get(&order.id).copied().unwrap_or_default().normalize();
    (sum != told.filled.normalize()).then(|| Finding::Different {
        order: told.name.clone(),
        of: "what its fills add up to",
        book: told.filled.normalize().to_string(),
        broker: sum.to_string(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn what_must_be_at_the_broker_is_what_was_proved() {
        let states = ["intended", "unconfirmed", "not_sent", "refused", "never_arrived"];
        assert!(states.iter().all(|state| !is_proved(state)));
        assert!(["at_broker", "filled", "replaced"].iter().all(|state| is_proved(state)));
    }
}
