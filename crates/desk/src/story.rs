//! One order's whole life: as the broker shows it now, why it is not filled, and what the audit book says of it.

use crate::access::{Opened, Why};
use crate::accounts::Named;
use crate::cancel::Target;
use crate::desk::Desk;
use crate::directory::cut;
use crate::refused::Refused;
use crate::views::{Choice, Entry, Story};
use domain::account::Snapshot;
use domain::brokerage::Access;
use domain::ids::{BrokerOrderId, IntentId};
use domain::order::BrokerOrder;
use domain::outcome::ReadFailure;
use domain::package::{Package, Piece};
use domain::tenant::Tenant;
use domain::waiting;
use std::time::Duration;
use store::{AuditFilter, AuditRecord, Intent, StoreError};
use uuid::Uuid;

/// Longest wait for the order, and for the market around it.
const ORDER: Duration = Duration::from_secs(8);
const MARKET: Duration = Duration::from_secs(4);
/// Entries of the book that are shown, the newest.
const ENTRIES: u32 = 40;
/// Orders that autocomplete offers.
const OFFERED: u32 = 25;

impl Desk {
    /// The story of one order: any that the account shows, or one of ours whatever became of it.
    ///
    /// # Errors
    /// [`Refused::NoSuchOrder`]; the account's refusals; [`Refused::KeysNoLongerAccepted`]; [`Refused::Trouble`].
    pub async fn story(&self, tenant: Tenant, name: Named<'_>, target: Target) -> Result<Story, Refused> {
        let (opened, id, ours) = match target {
            Target::Order(id) => (self.open(tenant, name).await?, Some(id), None),
            Target::Intent(intent) => self.ours(tenant, intent).await?,
        };
        let order = match id {
            Some(id) => self.shown_order(tenant, &opened, id).await?,
            None => None,
        };
        if order.is_none() && ours.is_none() {
            return Err(Refused::NoSuchOrder);
        }
        let reasons = match order.as_ref().filter(|order| !order.status.is_terminal()) {
            Some(order) => self.why_not_filled(&opened.access, order).await,
            None => Vec::new(),
        };
        let mut tx = self.tx(tenant).await?;
        let intent = match (ours, &order) {
            (Some(intent), _) => Some(intent),
            (None, Some(order)) => found(tx.intent_by_client_order_id(&order.client_order_id).await)?,
            (None, None) => None,
        };
        let named = intent.as_ref().map(|intent| intent.id.0).or(id.map(|id| id.0));
        let mut entries =
            entries(tx.audit_page(&AuditFilter::Order(named.unwrap_or(Uuid::nil())), None, ENTRIES).await?);
        entries.reverse();
        let receipt = intent.map(|intent| self.receipt(&opened.account, &intent));
        Ok(Story { account: opened.account, order, receipt, reasons, entries, at: self.inner().clock.now() })
    }

    /// The account's newest orders, as the ledger has them.
    pub async fn order_choices(&self, tenant: Tenant, name: Named<'_>, typed: &str) -> Vec<Choice> {
        let listed = async {
            let mut tx = self.tx(tenant).await?;
            let account = crate::access::named(&mut tx, name).await?;
            Ok::<_, Refused>(tx.ledger_orders(account.id, OFFERED).await?)
        };
        let orders = listed.await.unwrap_or_default();
        let typed = typed.trim().to_lowercase();
        let lines = orders
            .into_iter()
            .map(|known| Choice { label: cut(&crate::choices::line(&known.order)), value: known.order.id.to_string() });
        lines.filter(|choice| choice.label.to_lowercase().contains(&typed) || choice.value == typed).collect()
    }

    async fn ours(
        &self,
        tenant: Tenant,
        intent: IntentId,
    ) -> Result<(Opened, Option<BrokerOrderId>, Option<Intent>), Refused> {
        let intent = found(self.tx(tenant).await?.intent(intent).await)?.ok_or(Refused::NoSuchOrder)?;
        let keyed = found(self.keys(tenant, intent.account, Why::Asked).await)?.ok_or(Refused::NoSuchOrder)?;
        Ok((self.unseal(tenant, keyed)?, intent.life.broker_order, Some(intent)))
    }

    async fn shown_order(
        &self,
        tenant: Tenant,
        on: &Opened,
        id: BrokerOrderId,
    ) -> Result<Option<BrokerOrder>, Refused> {
        match self.read_in_turn(ORDER, self.inner().brokerage.order(&on.access, id)).await {
            Ok(order) => Ok(Some(order)),
            Err(ReadFailure::NotFound) => Ok(None),
            Err(failure) => Err(self.failed(tenant, &on.account, failure).await),
        }
    }

    async fn why_not_filled(&self, on: &Access, order: &BrokerOrder) -> Vec<waiting::Reason> {
        let (snapshot, clock) = tokio::join!(self.snapshot_of(on, order), self.read(MARKET, self.market_time(on)));
        waiting::reasons(order, snapshot.as_ref(), clock.ok().as_ref(), self.inner().clock.now())
    }

    /// What the order is quoted at: a spread's is that of its legs together.
    async fn snapshot_of(&self, on: &Access, order: &BrokerOrder) -> Option<Snapshot> {
        if order.class != "mleg" {
            return self.read(MARKET, self.inner().market.snapshot(on, &order.symbol)).await.ok();
        }
        let (side, pieces) = (order.side?, Piece::shown(order)?);
        let quotes = self.quotes(on, &pieces).await?;
        let quote = Package::of(side, &pieces, &quotes).quote();
        Some(Snapshot { quote, last: None, previous_close: None })
    }
}

fn found<T>(read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn entries(records: Vec<AuditRecord>) -> Vec<Entry> {
    let said = |record: &AuditRecord, name: &str| record.detail.get(name)?.as_str().map(str::to_owned);
    let entry = |record: AuditRecord| Entry {
        at: record.at,
        seq: record.seq,
        why: said(&record, "why").or_else(|| said(&record, "guard")),
        status: said(&record, "status"),
        action: record.action,
    };
    records.into_iter().map(entry).collect()
}
