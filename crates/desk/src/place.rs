//! An order command: a card for live accounts (and for whoever asks), the order itself for paper.

use crate::access::Opened;
use crate::desk::Desk;
use crate::gate::Inside;
use crate::refused::{Refused, Trouble};
use crate::submit::Unsent;
use crate::views::Placed;
use domain::account::{Environment, LinkedAccount};
use domain::fresh;
use domain::ids::{IntentId, InteractionId};
use domain::order::Order;
use domain::sizing::Amount;
use domain::tenant::Tenant;
use serde_json::json;
use store::{AuditAction, AuditEntry, Constraint, Direct, Intent, NewIntent, StoreError};

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Which account, by name; the default when `None`.
    pub account: Option<String>,
    /// The order; its size may be a wish.
    pub order: Order<Amount>,
    /// The user wants the card in any case.
    pub card: bool,
    /// The command's interaction.
    pub interaction: InteractionId,
    /// The server it was sent in; `None` in a DM. The click must come from the same place.
    pub guild: Option<i64>,
}

/// What came of the try to go without a click.
enum Straight {
    Decided(Box<Unsent>),
    NeedsClick(Box<LinkedAccount>),
}

impl Desk {
    /// Previews the order; sends it at once when it is for paper and nobody asked for the card.
    ///
    /// # Errors
    /// [`Refused::Settling`], [`Refused::Stopping`]; the account's refusals; [`Refused::UnknownSymbol`], [`Refused::Rule`],
    /// [`Refused::Sizing`], [`Refused::NoQuote`], [`Refused::Busy`]; [`Refused::AlreadyHandled`]; [`Refused::KeysNoLongerAccepted`];
    /// [`Refused::Trouble`]. Nothing was sent in any of them.
    pub async fn place(&self, tenant: Tenant, ask: Ask) -> Result<Placed, Refused> {
        let placed = self.try_place(tenant, &ask).await;
        if let Err(refused) = &placed {
            self.note_declined(tenant, &ask, refused).await;
        }
        placed
    }

    async fn try_place(&self, tenant: Tenant, ask: &Ask) -> Result<Placed, Refused> {
        let inside = self.inner().gate.enter()?;
        let opened = self.open(tenant, ask.account.as_deref()).await?;
        self.may_order(&opened.account)?;
        let asks = ask.card || opened.account.always_confirm || opened.account.environment == Environment::Live;
        let (order, seen) = self.survey(tenant, &opened, &ask.order, asks).await?;
        self.servers_allow(tenant, &opened.account, ask, &order, &seen).await?;
        let Opened { account, access } = opened;
        drop(access);
        let account = if asks {
            account
        } else {
            match self.decide(tenant, account, ask, order.clone(), inside).await? {
                Straight::Decided(unsent) => {
                    let mut receipt = unsent.send().await?;
                    receipt.market = seen.market;
                    return Ok(Placed::Sent(Box::new(receipt)));
                }
                Straight::NeedsClick(account) => *account,
            }
        };
        let card = self.issue_card(tenant, account, ask, order, &seen, false).await?;
        Ok(Placed::Ask(Box::new(card)))
    }

    /// What was asked for and which guard turned it down. Another delivery of the same command notes its own end; an order that
    /// was held back after it was decided has its own entry, too, with the reason.
    async fn note_declined(&self, tenant: Tenant, ask: &Ask, refused: &Refused) {
        if matches!(refused, Refused::AlreadyHandled | Refused::Trouble(Trouble::Database | Trouble::DatabaseInDoubt)) {
            return;
        }
        // A symbol that Alpaca does not know may be anything that a user typed.
        let order = (!matches!(refused, Refused::UnknownSymbol(_))).then(|| ask.order.wished());
        let mut detail = json!({ "guard": refused.guard(), "order": order });
        if let Refused::Rule(rule) = refused {
            detail["rule"] = format!("{rule:?}").into();
        }
        let entry =
            AuditEntry { interaction: Some(ask.interaction), detail, ..AuditEntry::of(AuditAction::OrderDeclined) };
        self.note(tenant, &entry).await;
    }

    /// Stores the intent of a paper order that needs no click. The work survives the caller, so that an intent that was
    /// committed is always either sent or closed.
    async fn decide(
        &self,
        tenant: Tenant,
        account: LinkedAccount,
        ask: &Ask,
        order: Order,
        inside: Inside,
    ) -> Result<Straight, Refused> {
        let new = NewIntent {
            id: fresh::intent(self.inner().clock.now()),
            account: account.id,
            order,
            interaction: ask.interaction,
        };
        let desk = self.clone();
        let work = tokio::spawn(async move {
            Ok(match desk.store_direct(tenant, &account, &new).await? {
                Direct::Stored(intent) => {
                    Straight::Decided(Box::new(Unsent::new(&desk, tenant, account, intent, inside)))
                }
                Direct::Repeat(_) => return Err(Refused::AlreadyHandled),
                Direct::NeedsClick => Straight::NeedsClick(Box::new(account)),
            })
        });
        work.await.unwrap_or(Err(Refused::Trouble(Trouble::DatabaseInDoubt)))
    }

    async fn store_direct(&self, tenant: Tenant, account: &LinkedAccount, new: &NewIntent) -> Result<Direct, Refused> {
        // Not on disk before the lease is; see `Desk::commit_click`.
        let mut tx = self.tx_relaxed(tenant).await?;
        let direct = match tx.insert_intent_direct(new).await {
            Err(StoreError::Conflict(Constraint::InteractionUsed)) => return Err(Refused::AlreadyHandled),
            Err(StoreError::NotFound) => return Err(Refused::NoSuchAccount(account.name.to_string())),
            other => other?,
        };
        if !matches!(direct, Direct::Stored(_)) {
            return Ok(direct);
        }
        match tx.commit().await {
            Ok(()) => Ok(direct),
            Err(StoreError::Ambiguous) => self.reread(tenant, new.id).await.map(Direct::Stored),
            Err(error) => Err(error.into()),
        }
    }

    /// After a commit whose answer was lost: the intent, if it is there. Otherwise nothing may be sent, and nothing is; should
    /// the commit arrive late, the resolver closes the intent, whose right to be sent was never given.
    pub(crate) async fn reread(&self, tenant: Tenant, id: IntentId) -> Result<Intent, Refused> {
        let in_doubt = Refused::Trouble(Trouble::DatabaseInDoubt);
        let Ok(mut tx) = self.tx(tenant).await else { return Err(in_doubt) };
        tx.intent(id).await.map_err(|_| in_doubt)
    }
}
