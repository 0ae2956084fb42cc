//! An owner's own bounds: shown, changed, and asked before every entry.

use crate::access::{Opened, named};
use crate::accounts::{Named, by};
use crate::desk::Desk;
use crate::preview::Surroundings;
use crate::refused::{Refused, Trouble};
use crate::views::Guarded;
use chrono::{DateTime, TimeDelta, Utc};
use domain::account::{BrokerAccount, Position};
use domain::brokerage::Which;
use domain::guard::{self, Change, Entry, Facts, Guards};
use domain::ids::InteractionId;
use domain::money::{Price, Usd};
use domain::order::{BrokerOrder, Order};
use domain::outcome::ReadFailure;
use domain::sizing::Amount;
use domain::tenant::Tenant;
use serde_json::json;
use std::time::Duration;
use store::{AuditAction, AuditEntry};

/// Longest wait for the orders that a guard asks for.
const LIST: Duration = Duration::from_secs(4);
/// Open orders that count towards a position, and ended ones among which losses are looked for.
const OPEN_MAX: usize = 200;
const ENDED_MAX: usize = 500;
/// How far back losses are looked for. What was entered earlier is not judged.
const BACK: TimeDelta = TimeDelta::days(7);

impl Desk {
    /// The guards of an account.
    ///
    /// # Errors
    /// The account's refusals, [`Refused::Trouble`].
    pub async fn guards(&self, tenant: Tenant, name: Named<'_>) -> Result<Guarded, Refused> {
        let account = named(&mut self.tx(tenant).await?, name).await?;
        Ok(Guarded { account, at: self.inner().clock.now() })
    }

    /// Changes what is named of them. What is tighter holds from this commit on, what is looser a day later.
    ///
    /// # Errors
    /// The account's refusals, [`Refused::AlreadyHandled`], [`Refused::Trouble`].
    pub async fn change_guards(
        &self,
        tenant: Tenant,
        name: Named<'_>,
        changes: Vec<Change>,
        interaction: InteractionId,
    ) -> Result<Guarded, Refused> {
        let now = self.inner().clock.now();
        let mut tx = self.begin(tenant, interaction).await?;
        let id = named(&mut tx, name).await?.id;
        // Read again under its lock: of two changes at the same time none is lost.
        let mut account = tx.lock_account(id).await?;
        let before = account.guards.clone();
        for change in changes {
            account.guards.change(change, now);
        }
        if account.guards != before {
            tx.set_guards(id, &account.guards).await?;
            tx.audit(&AuditEntry {
                detail: json!({ "from": before, "to": account.guards }),
                ..by(interaction, AuditAction::GuardsChanged, &account)
            })
            .await?;
        }
        tx.commit().await?;
        Ok(Guarded { account, at: now })
    }

    /// The open orders of an account, when a card or a guard asks for them.
    pub(crate) async fn open_around(&self, on: &Opened, for_card: bool) -> Option<Vec<BrokerOrder>> {
        let asks = for_card || on.account.guards.position.at(self.inner().clock.now()).is_some();
        let list = || self.inner().brokerage.orders(&on.access, Which::Open, None, OPEN_MAX);
        if asks { self.read(LIST, list()).await.ok() } else { None }
    }

    /// Its orders that ended of late, when a guard asks for them.
    pub(crate) async fn ended_around(&self, on: &Opened) -> Option<Vec<BrokerOrder>> {
        let now = self.inner().clock.now();
        on.account.guards.cool_off.at(now)?;
        let list = self.inner().brokerage.orders(&on.access, Which::Closed, Some(now - BACK), ENDED_MAX);
        self.read(LIST, list).await.ok()
    }

    /// Asks the guards once more at the click, with everything read anew: a minute may have passed, and they may be tighter now.
    /// An account without guards pays nothing for that.
    pub(crate) async fn guards_allow(&self, tenant: Tenant, on: &Opened, order: &Order) -> Result<(), Refused> {
        let asks = on.account.guards.hold(self.inner().clock.now()) && guard::entry(order, None) != Entry::No;
        if !asks {
            return Ok(());
        }
        let exactly = Amount::Exactly(order.size);
        self.survey(tenant, on, &order.clone().sized(exactly), false).await.map(drop)
    }
}

/// What is known when the guards are asked.
pub(crate) struct Known<'a> {
    pub(crate) positions: Result<&'a [Position], &'a ReadFailure>,
    pub(crate) broker: Option<&'a BrokerAccount>,
    /// Open orders, when a guard asks for them; and those that ended of late.
    pub(crate) open: Option<&'a [BrokerOrder]>,
    pub(crate) ended: Option<&'a [BrokerOrder]>,
    /// The price that the order would meet now.
    pub(crate) market: Option<Price>,
    pub(crate) now: DateTime<Utc>,
}

impl Known<'_> {
    /// Whether the guards let the order pass. One that may be an exit is not stopped by a guard because Alpaca did not say what is
    /// held: that is Alpaca's silence, and is called so.
    pub(crate) fn allows(&self, guards: &Guards, order: &Order) -> Result<(), Refused> {
        let positions = self.positions.ok();
        let today = || {
            let broker = self.broker?;
            broker.equity?.0.checked_sub(broker.last_equity?.0).map(Usd)
        };
        let facts = Facts {
            positions,
            open: self.open,
            market: self.market,
            today: today(),
            streak: self.ended.zip(positions).map(|(ended, held)| guard::losses(ended, held)),
            now: self.now,
        };
        guard::check(guards, order, &facts).map_err(|stopped| match (self.positions, guard::entry(order, positions)) {
            (Err(failure), Entry::Unknown) => Refused::Trouble(Trouble::Broker(failure.clone())),
            _ => Refused::Guard(Box::new(stopped)),
        })
    }
}

impl Surroundings {
    /// Whether the account's guards let the order pass.
    pub(crate) fn guarded(&self, guards: &Guards, order: &Order) -> Result<(), Refused> {
        let known = Known {
            positions: self.positions.as_deref(),
            broker: self.broker.as_ref().ok(),
            open: self.open.as_deref(),
            ended: self.ended.as_deref(),
            market: self.met_by(order.side),
            now: self.now,
        };
        known.allows(guards, order)
    }
}
