//! What was: pages of orders and of activities.

use crate::accounts::{READ, unproved};
use crate::desk::Desk;
use crate::refused::Refused;
use crate::views::{History, Orders, Receipt};
use domain::brokerage::Which;
use domain::ids::{AccountId, BrokerOrderId};
use domain::records::{ActivityFilter, OrderFilter};
use domain::symbol::Symbol;
use domain::tenant::Tenant;

/// Orders in one page.
const ORDERS_PAGE: usize = 10;
/// Activities in one page.
pub(crate) const HISTORY_PAGE: usize = 15;
/// Activities that are read at once for a file.
pub(crate) const FILE_PAGE: usize = 100;
/// Rows of a file: ten calls of the account's budget.
const FILE_MOST: usize = 1_000;
/// How many pages a button remembers the way back of.
pub(crate) const TRAIL: usize = 50;

impl Desk {
    /// A page of the broker's list of orders, which the ledger takes in, and with the first page ours of which nothing is proved.
    pub(crate) async fn order_page(
        &self,
        tenant: Tenant,
        account: AccountId,
        which: Which,
        symbol: Option<Symbol>,
        trail: &[BrokerOrderId],
    ) -> Result<Orders, Refused> {
        let older_than = trail.last().copied();
        let filter = OrderFilter { which, symbol, older_than, most: ORDERS_PAGE };
        self.orders_by(tenant, account, &filter).await
    }

    /// As many orders as a file holds.
    pub(crate) async fn all_orders(
        &self,
        tenant: Tenant,
        account: AccountId,
        which: Which,
        symbol: Option<Symbol>,
    ) -> Result<Orders, Refused> {
        let mut filter = OrderFilter { which, symbol, older_than: None, most: FILE_MOST / 2 };
        let mut whole = self.orders_by(tenant, account, &filter).await?;
        while let Some(next) = whole.next.filter(|_| whole.list.len() < FILE_MOST) {
            filter.older_than = Some(next);
            let more = self.orders_by(tenant, account, &filter).await?;
            whole.list.extend(more.list);
            whole.next = more.next;
        }
        Ok(whole)
    }

    async fn orders_by(&self, tenant: Tenant, account: AccountId, filter: &OrderFilter) -> Result<Orders, Refused> {
        let opened = self.open_one(tenant, account).await?;
        let read = self.inner().records.order_page(&opened.access, filter);
        let page = self.read_one(tenant, &opened, read).await?;
        if let Err(error) = self.take_in_list(tenant, &opened.account, &page.orders).await {
            tracing::warn!(account = %opened.account.id, %error, "the ledger did not take the list in; the next one will do");
        }
        let unconfirmed: Vec<Receipt> = if filter.older_than.is_none() {
            let open = unproved(&mut self.tx(tenant).await?, &opened.account).await?;
            open.iter().map(|intent| self.receipt(&opened.account, intent)).collect()
        } else {
            Vec::new()
        };
        let at = self.inner().clock.now();
        Ok(Orders { account: opened.account, list: page.orders, next: page.next, unconfirmed, at })
    }

    /// A page of what happened.
    pub(crate) async fn history(
        &self,
        tenant: Tenant,
        account: AccountId,
        filter: &ActivityFilter,
    ) -> Result<History, Refused> {
        let opened = self.open_one(tenant, account).await?;
        let page = self.read_one(tenant, &opened, self.inner().records.activities(&opened.access, filter)).await?;
        Ok(History { account: opened.account, list: page.list, next: page.next, at: self.inner().clock.now() })
    }

    /// As much of what happened as a file holds.
    pub(crate) async fn whole_history(
        &self,
        tenant: Tenant,
        account: AccountId,
        mut filter: ActivityFilter,
    ) -> Result<History, Refused> {
        let opened = self.open_one(tenant, account).await?;
        let mut list = Vec::new();
        let next = loop {
            let read = self.read_in_turn(READ, self.inner().records.activities(&opened.access, &filter)).await;
            let page = match read {
                Ok(page) => page,
                Err(failure) => return Err(self.failed(tenant, &opened.account, failure).await),
            };
            list.extend(page.list);
            match page.next {
                Some(next) if list.len() < FILE_MOST && filter.after.as_ref() != Some(&next) => {
                    filter.after = Some(next);
                }
                rest => break rest,
            }
        };
        Ok(History { account: opened.account, list, next, at: self.inner().clock.now() })
    }
}
