//! What the broker lists, taken into the ledger: orders placed by other means, and ours wherever the book is behind.
//!
//! A hint beside the looks, never instead of them: a list is the slowest of Alpaca's views, and what it lacks proves nothing.

use crate::access::Why;
use crate::desk::Desk;
use crate::record::{Sight, is_ours};
use crate::refused::Refused;
use chrono::TimeDelta;
use domain::account::LinkedAccount;
use domain::brokerage::Which;
use domain::ids::AccountId;
use domain::life::Seen;
use domain::order::BrokerOrder;
use domain::tenant::Tenant;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use store::{Constraint, DueIntent, Intent, StoreError};

/// At most so often per account, and only while the account has an order that is looked at anyway.
const EVERY: Duration = Duration::from_mins(10);
/// Longest that one list may take.
const LIST: Duration = Duration::from_secs(20);
/// How far back, as long as an order that never arrived is looked for; and how many.
const BACK: TimeDelta = TimeDelta::days(7);
const MOST: usize = 500;

/// When which account was swept last, on the desk's clock. Forgotten with the process, which costs one list.
#[derive(Default)]
pub(crate) struct Swept(Mutex<HashMap<AccountId, Duration>>);

impl Swept {
    /// Whether it is time; then it counts as swept.
    fn is_due(&self, account: AccountId, now: Duration) -> bool {
        let mut swept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        swept.retain(|_, at| now.saturating_sub(*at) < EVERY);
        let due = !swept.contains_key(&account);
        swept.entry(account).or_insert(now);
        due
    }
}

impl Desk {
    /// Lists the orders of accounts that have something due.
    pub(crate) async fn sweep(&self, due: &[DueIntent]) {
        let now = self.inner().clock.elapsed();
        let accounts: HashSet<(Tenant, AccountId)> = due.iter().map(|due| (due.tenant, due.account)).collect();
        for (tenant, account) in accounts {
            if self.inner().swept.is_due(account, now)
                && let Err(refused) = self.sweep_one(tenant, account).await
            {
                tracing::info!(%account, ?refused, "the account's orders could not be listed");
            }
        }
    }

    async fn sweep_one(&self, tenant: Tenant, account: AccountId) -> Result<(), Refused> {
        let keyed = self.keys(tenant, account, Why::Sweep).await?;
        let opened = self.unseal(tenant, keyed)?;
        let after = Some(self.inner().clock.now() - BACK);
        let list = self.inner().brokerage.orders(&opened.access, Which::All, after, MOST);
        match self.read(LIST, list).await {
            Ok(list) => Ok(self.take_in_list(tenant, &opened.account, &list).await?),
            Err(failure) => Err(self.failed(tenant, &opened.account, failure).await),
        }
    }

    /// Every order goes into the ledger. One of ours that the ledger did not know so is a sight of its intent, too.
    pub(crate) async fn take_in_list(
        &self,
        tenant: Tenant,
        account: &LinkedAccount,
        list: &[BrokerOrder],
    ) -> Result<(), StoreError> {
        let mut list: Vec<&BrokerOrder> = list.iter().collect();
        let news = loop {
            match self.write_list(tenant, account, &list).await {
                Ok(news) => break news,
                // One number that the ledger does not take must not keep the others out.
                Err((place, StoreError::Conflict(Constraint::Check))) => {
                    let order = list.remove(place);
                    tracing::error!(order = %order.id, "the ledger does not take what the broker listed");
                }
                Err((_, error)) => return Err(error),
            }
        };
        for (intent, order) in news {
            let seen = Seen::Shown(Box::new(order.clone()));
            let sight = Sight {
                tenant,
                account,
                seen: &seen,
                lease: None,
                why: Some("listed by the broker"),
                request_id: None,
            };
            self.record(intent, &sight).await?;
        }
        Ok(())
    }

    /// One commit. Returns what is news of our own orders; the error names the order that it is about.
    async fn write_list<'a>(
        &self,
        tenant: Tenant,
        account: &LinkedAccount,
        list: &[&'a BrokerOrder],
    ) -> Result<Vec<(Intent, &'a BrokerOrder)>, (usize, StoreError)> {
        let mut tx = self.tx(tenant).await.map_err(|error| (0, error))?;
        let mut news = Vec::new();
        for (place, order) in list.iter().copied().enumerate() {
            let changed = tx.upsert_order(account.id, order).await.map_err(|error| (place, error))?;
            if !changed || !order.client_order_id.is_ours() {
                continue;
            }
            match tx.intent_by_client_order_id(&order.client_order_id).await {
                Ok(intent) if is_ours(&intent, order) => news.push((intent, order)),
                Ok(_) | Err(StoreError::NotFound) => {
                    tracing::error!(order = %order.id, "an order under a name of ours that is not what was decided");
                }
                Err(error) => return Err((place, error)),
            }
        }
        tx.commit().await.map_err(|error| (0, error))?;
        Ok(news)
    }
}
