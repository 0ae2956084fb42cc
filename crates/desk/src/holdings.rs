//! What accounts are worth and hold: balance, positions with the orders that protect them, allocation.

use crate::access::{Opened, Why, take_keys};
use crate::accounts::READ;
use crate::desk::Desk;
use crate::refused::{Refused, Trouble};
use crate::view::Whose;
use crate::views::{Allocation, Balances, Holding, Owner, Positions};
use chrono::{DateTime, Utc};
use domain::account::{AccountStatus, BrokerAccount, LinkedAccount, Position};
use domain::brokerage::{Access, Which};
use domain::ids::AccountId;
use domain::money::Usd;
use domain::order::{BrokerOrder, BrokerStatus, Side};
use domain::outcome::ReadFailure;
use domain::symbol::Symbol;
use domain::tenant::Tenant;
use futures::future::join_all;
use rust_decimal::Decimal;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use store::StoreError;

/// Positions in one page: three rows of buttons.
pub(crate) const POSITIONS_PAGE: usize = 15;
/// Open orders that are looked through for stops and targets.
const ORDERS_MAX: usize = 500;

/// What one account holds, with its open orders when they could be read.
struct Held {
    account: LinkedAccount,
    positions: Vec<Position>,
    orders: Option<Vec<BrokerOrder>>,
}

impl Desk {
    /// Opens the account of that id.
    pub(crate) async fn open_one(&self, tenant: Tenant, id: AccountId) -> Result<Opened, Refused> {
        let mut tx = self.tx_relaxed(tenant).await?;
        let account = match tx.account(id).await {
            Err(StoreError::NotFound) => return Err(Refused::ViewGone),
            other => other?,
        };
        if account.status == AccountStatus::KeysRefused {
            return Err(Refused::KeysNoLongerAccepted(account.name, account.id));
        }
        let keyed = take_keys(tx, id, Why::Asked).await?;
        let opened = self.unseal(tenant, keyed)?;
        self.refresh_directory(tenant, &opened.account);
        Ok(opened)
    }

    /// One read of one account.
    pub(crate) async fn read_one<T>(
        &self,
        tenant: Tenant,
        opened: &Opened,
        read: impl Future<Output = Result<T, ReadFailure>> + Send,
    ) -> Result<T, Refused> {
        match self.read_in_turn(READ, read).await {
            Ok(value) => Ok(value),
            Err(failure) => Err(self.failed(tenant, &opened.account, failure).await),
        }
    }

    /// The same read of one account, or of all accounts of a kind at once: of these, one that cannot be read does not hide the
    /// others. One alone is refused as it is.
    pub(crate) async fn read_all<T, F, R>(
        &self,
        tenant: Tenant,
        whose: Whose,
        read: F,
    ) -> Result<(Owner, Vec<(LinkedAccount, Result<T, Trouble>)>), Refused>
    where
        T: Send,
        F: Fn(Access) -> R + Send + Sync,
        R: Future<Output = Result<T, ReadFailure>> + Send,
    {
        let environment = match whose {
            Whose::One(id) => {
                let Opened { account, access } = self.open_one(tenant, id).await?;
                return match self.read_in_turn(READ, read(access)).await {
                    Ok(value) => Ok((Owner::One(account.clone()), vec![(account, Ok(value))])),
                    Err(failure) => Err(self.failed(tenant, &account, failure).await),
                };
            }
            Whose::All(environment) => environment,
        };
        let accounts = self.accounts_of(tenant, environment).await?;
        let owner = Owner::All(environment, accounts.len());
        let read = &read;
        let each = accounts.into_iter().map(|account| async move {
            let read = match self.open_one(tenant, account.id).await {
                Ok(opened) => self.read_in_turn(READ, read(opened.access)).await,
                Err(Refused::Trouble(trouble)) => return (account, Err(trouble)),
                Err(_) => Err(ReadFailure::Credentials),
            };
            if let Err(ReadFailure::Credentials) = &read {
                self.note_keys_refused(tenant, &account).await;
            }
            (account, read.map_err(Trouble::Broker))
        });
        Ok((owner, join_all(each).await))
    }

    /// Cash, equity and buying power.
    pub(crate) async fn balances(&self, tenant: Tenant, whose: Whose) -> Result<Balances, Refused> {
        let read = |access: Access| async move { self.inner().brokerage.account(&access).await };
        let (owner, list) = self.read_all(tenant, whose, read).await?;
        Ok(Balances { owner, list, at: self.inner().clock.now() })
    }

    /// What is held, largest value first, with the orders that hang on it.
    pub(crate) async fn holdings(&self, tenant: Tenant, whose: Whose, from: usize) -> Result<Positions, Refused> {
        let (owner, read) = self.read_all(tenant, whose, |access| self.held_and_working(access)).await?;
        let at = self.inner().clock.now();
        let (mut list, mut missing) = (Vec::new(), Vec::new());
        for (account, held) in read {
            match held {
                Ok((positions, orders)) => list.extend(Held { account, positions, orders }.holdings(at)),
                Err(trouble) => missing.push((account, trouble)),
            }
        }
        list.sort_by_key(|holding| {
            let position = &holding.position;
            Reverse(position.value.unwrap_or(position.cost).0.abs())
        });
        // Positions may have been closed since the button was made.
        let from = if from < list.len() { from } else { 0 };
        Ok(Positions { owner, list, missing, from, at })
    }

    /// Positions and open orders, side by side; without the orders the positions are still worth showing.
    async fn held_and_working(&self, access: Access) -> Result<(Vec<Position>, Option<Vec<BrokerOrder>>), ReadFailure> {
        let brokerage = &self.inner().brokerage;
        let (positions, orders) =
            tokio::join!(brokerage.positions(&access), brokerage.orders(&access, Which::Open, None, ORDERS_MAX));
        Ok((positions?, orders.ok()))
    }

    /// One position.
    pub(crate) async fn holding(
        &self,
        tenant: Tenant,
        account: AccountId,
        symbol: &Symbol,
    ) -> Result<Holding, Refused> {
        let positions = self.holdings(tenant, Whose::One(account), 0).await?;
        let found = positions.list.into_iter().find(|it| it.position.symbol.is_same_asset(symbol));
        found.ok_or_else(|| Refused::NoPosition(symbol.clone()))
    }

    /// What the money is in.
    pub(crate) async fn allocation(&self, tenant: Tenant, whose: Whose) -> Result<Allocation, Refused> {
        let read = |access: Access| async move {
            let brokerage = &self.inner().brokerage;
            let (account, positions) = tokio::join!(brokerage.account(&access), brokerage.positions(&access));
            Ok((account?, positions?))
        };
        let (owner, read) = self.read_all(tenant, whose, read).await?;
        let (mut known, mut missing) = (Vec::new(), Vec::new());
        for (account, held) in read {
            match held {
                Ok(held) => known.push(held),
                Err(trouble) => missing.push((account, trouble)),
            }
        }
        let (slices, unvalued) = slices(known.iter().flat_map(|(_, positions)| positions));
        Ok(Allocation {
            owner,
            slices,
            unvalued,
            cash: sum(&known, |account| account.cash),
            equity: sum(&known, |account| account.equity),
            missing,
            at: self.inner().clock.now(),
        })
    }
}

/// Of all accounts or not at all: a sum that leaves some out would be wrong.
fn sum(accounts: &[(BrokerAccount, Vec<Position>)], of: impl Fn(&BrokerAccount) -> Option<Usd>) -> Option<Usd> {
    accounts.iter().try_fold(Decimal::ZERO, |sum, (account, _)| sum.checked_add(of(account)?.0)).map(Usd)
}

/// What each symbol is worth, and what has no value.
fn slices<'a>(positions: impl Iterator<Item = &'a Position>) -> (Vec<(Symbol, Usd)>, Vec<Symbol>) {
    let mut worth: BTreeMap<Symbol, Decimal> = BTreeMap::new();
    let mut unvalued = Vec::new();
    for position in positions {
        match position.value {
            Some(value) => {
                let sum = worth.entry(position.symbol.clone()).or_default();
                *sum = sum.saturating_add(value.0);
            }
            None => unvalued.push(position.symbol.clone()),
        }
    }
    let mut slices: Vec<_> = worth.into_iter().map(|(symbol, value)| (symbol, Usd(value))).collect();
    slices.sort_by_key(|(_, value)| Reverse(value.0.abs()));
    (slices, unvalued)
}

impl Held {
    fn holdings(self, at: DateTime<Utc>) -> Vec<Holding> {
        let Self { account, positions, orders } = self;
        let holding = |position: Position| {
            let own = orders.as_ref().map(|orders| {
                let own = orders.iter().filter(|order| order.symbol.is_same_asset(&position.symbol));
                own.filter(|order| !order.status.is_terminal()).cloned().collect::<Vec<_>>()
            });
            let protected = orders.as_ref().and_then(|orders| protected(&position, orders));
            Holding { account: account.clone(), position, orders: own, protected, at }
        };
        positions.into_iter().map(holding).collect()
    }
}

/// How much of a position stops would close. Options can have none at Alpaca. A stop that hangs on an entry which is not
/// filled yet protects only what that entry will bring.
fn protected(position: &Position, orders: &[BrokerOrder]) -> Option<Decimal> {
    if position.symbol.contract().is_some() {
        return None;
    }
    let closing = if position.qty >= Decimal::ZERO { Side::Sell } else { Side::Buy };
    let entries = orders.iter().filter(|order| order.side != Some(closing) && order.status != BrokerStatus::Filled);
    let not_yet: HashSet<_> = entries.flat_map(|entry| &entry.legs).map(|leg| leg.id).collect();
    let stops = orders.iter().filter(|order| {
        let same = order.symbol.is_same_asset(&position.symbol) && order.side == Some(closing);
        same && is_stop(order) && !not_yet.contains(&order.id)
    });
    let left = stops.map(|order| order.qty.unwrap_or_default().saturating_sub(order.filled_qty));
    Some(left.fold(Decimal::ZERO, Decimal::saturating_add))
}

/// Whether an order closes when the price goes the wrong way.
pub(crate) fn is_stop(order: &BrokerOrder) -> bool {
    matches!(order.kind.as_str(), "stop" | "stop_limit" | "trailing_stop") && !order.status.is_terminal()
}
