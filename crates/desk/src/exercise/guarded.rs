//! The guards of an account and its contracts: an exercise is an entry where the order for its shares would be one.

use super::READ;
use crate::access::{Opened, Why};
use crate::accounts::by;
use crate::confirm::Click;
use crate::desk::Desk;
use crate::guards::Known;
use crate::refused::Refused;
use domain::account::{BrokerAccount, LinkedAccount, Position, Snapshot};
use domain::brokerage::Wish;
use domain::guard;
use domain::ids::InteractionId;
use domain::money::Quantity;
use domain::policy;
use domain::symbol::{Contract, Symbol};
use domain::tenant::Tenant;
use serde_json::json;
use store::{AuditAction, AuditEntry, StoreError};

/// What stands around contracts, as far as it could be read.
pub(super) struct Seen {
    pub(super) snapshot: Option<Snapshot>,
    pub(super) broker: Option<BrokerAccount>,
}

impl Desk {
    /// The share's prices, and the account.
    pub(super) async fn seen(&self, on: &Opened, contract: &Contract) -> Seen {
        let underlying = Symbol::from_broker(contract.root.clone());
        let (snapshot, broker) = tokio::join!(
            self.read(READ, self.inner().market.snapshot(&on.access, &underlying)),
            self.read(READ, self.inner().brokerage.account(&on.access)),
        );
        Seen { snapshot: snapshot.ok(), broker: broker.ok() }
    }

    /// Whether the contract stands for a hundred shares. When Alpaca does not tell its terms now, its root does.
    pub(super) async fn is_of_shares(&self, on: &Opened, contract: &Symbol) -> Result<(), Refused> {
        let read = self.read(READ, self.inner().brokerage.asset(&on.access, contract)).await;
        let terms = read.ok().and_then(|asset| asset.terms);
        policy::check_exercised(contract, terms.as_ref()).map_err(Refused::Rule)
    }

    /// Asks the guards about the shares. An account without guards pays nothing for that.
    pub(super) async fn exercise_keeps_guards(
        &self,
        on: &Opened,
        contract: &Contract,
        qty: Quantity,
        positions: &[Position],
        seen: &Seen,
    ) -> Result<(), Refused> {
        let (guards, now) = (&on.account.guards, self.inner().clock.now());
        let order = guard::exercised(contract, qty).filter(|_| guards.hold(now));
        let Some(order) = order else { return Ok(()) };
        let (open, ended) = tokio::join!(self.open_around(on, false), self.ended_around(on));
        let known = Known {
            positions: Ok(positions),
            broker: seen.broker.as_ref(),
            open: open.as_deref(),
            ended: ended.as_deref(),
            market: seen.snapshot.as_ref().and_then(|seen| seen.met_by(order.side)),
            now,
        };
        known.allows(guards, &order)
    }

    /// Asks them once more at the press, before anything is decided: they may be tighter than they were for the card.
    pub(super) async fn guards_allow_exercise(&self, tenant: Tenant, click: Click) -> Result<(), Refused> {
        let mut tx = self.tx_relaxed(tenant).await?;
        let read = async {
            let shown = tx.exercise(click.ticket).await?;
            Ok((tx.account(shown.account).await?, shown))
        };
        let (account, shown) = match read.await {
            // What is wrong with the press says who decides it.
            Err(StoreError::NotFound) => return Ok(()),
            other => other?,
        };
        drop(tx);
        let asks = shown.wish == Wish::Exercise && shown.decided_at.is_none();
        let Some(contract) =
            shown.contract.contract().filter(|_| asks && account.guards.hold(self.inner().clock.now()))
        else {
            return Ok(());
        };
        let opened = self.unseal(tenant, self.keys(tenant, shown.account, Why::Asked).await?)?;
        let positions = self.held(tenant, &opened).await?;
        let seen = self.seen(&opened, &contract).await;
        let allowed = self.exercise_keeps_guards(&opened, &contract, shown.qty, &positions, &seen).await;
        if let Err(refused) = &allowed {
            self.note_guarded(tenant, &account, click.interaction, &shown.contract, refused).await;
        }
        allowed
    }

    /// Which contracts a guard kept from being exercised.
    pub(super) async fn note_guarded(
        &self,
        tenant: Tenant,
        account: &LinkedAccount,
        interaction: InteractionId,
        contract: &Symbol,
        refused: &Refused,
    ) {
        let entry = AuditEntry {
            detail: json!({ "guard": refused.guard(), "exercise": contract.as_str() }),
            ..by(interaction, AuditAction::OrderDeclined, account)
        };
        self.note(tenant, &entry).await;
    }
}
