//! A user's accounts: list, default, rename, remove, health.

use crate::access::{Why, entry, named};
use crate::desk::Desk;
use crate::refused::{Refused, Trouble};
use crate::views::{AccountHealth, Accounts, Question, Switch};
use domain::account::{AccountName, Environment, LinkedAccount};
use domain::brokerage::Lane;
use domain::fresh;
use domain::ids::{InteractionId, TicketId};
use domain::life::State;
use domain::outcome::ReadFailure;
use domain::tenant::Tenant;
use serde_json::json;
use std::time::Duration;
use store::{AuditAction, AuditEntry, Constraint, Intent, NewTicket, StoreError, TenantTx, Ticket, TicketRefusal};

/// An account as the user names it: by name, or the default when `None`.
pub type Named<'a> = Option<&'a str>;

/// Longest wait for one read that a user waits for.
pub(crate) const READ: Duration = Duration::from_secs(10);

impl Desk {
    /// All accounts of the user.
    ///
    /// # Errors
    /// [`Refused::Trouble`].
    pub async fn accounts(&self, tenant: Tenant) -> Result<Accounts, Refused> {
        let mut tx = self.tx(tenant).await?;
        let chosen = tx.default_account().await?;
        let mut list = tx.accounts().await?;
        list.sort_by_cached_key(|account| account.name.as_str().to_lowercase());
        let only = if let [only] = list.as_slice() { Some(only.id) } else { None };
        let default = chosen.filter(|id| list.iter().any(|account| account.id == *id)).or(only);
        Ok(Accounts { list, default })
    }

    /// Makes an account the default; a live one asks first.
    ///
    /// # Errors
    /// [`Refused::NoSuchAccount`], [`Refused::Name`], [`Refused::AlreadyHandled`], [`Refused::Trouble`].
    pub async fn use_account(&self, tenant: Tenant, name: &str, interaction: InteractionId) -> Result<Switch, Refused> {
        let mut tx = self.begin(tenant, interaction).await?;
        let account = named(&mut tx, Some(name)).await?;
        if account.environment == Environment::Live && tx.default_account().await? != Some(account.id) {
            return Ok(Switch::Ask(self.ask(tx, account, store::Ask::SwitchToLive).await?));
        }
        tx.set_default_account(account.id).await?;
        tx.audit(&by(interaction, AuditAction::DefaultAccountChanged, &account)).await?;
        tx.commit().await?;
        Ok(Switch::Done(account))
    }

    /// The click on a [`Switch::Ask`].
    ///
    /// # Errors
    /// [`Refused::Ticket`], [`Refused::AlreadyHandled`], [`Refused::Trouble`].
    pub async fn confirm_switch(
        &self,
        tenant: Tenant,
        ticket: TicketId,
        interaction: InteractionId,
    ) -> Result<LinkedAccount, Refused> {
        let mut tx = self.begin(tenant, interaction).await?;
        let ticket = taken(&mut tx, ticket, &store::Ask::SwitchToLive).await?;
        let account = tx.account(ticket.account).await?;
        tx.set_default_account(account.id).await?;
        tx.audit(&by(interaction, AuditAction::SwitchedToLive, &account)).await?;
        tx.commit().await?;
        Ok(account)
    }

    /// Gives an account another name.
    ///
    /// # Errors
    /// [`Refused::NoSuchAccount`], [`Refused::Name`], [`Refused::NameTaken`], [`Refused::AlreadyHandled`],
    /// [`Refused::Trouble`].
    pub async fn rename(
        &self,
        tenant: Tenant,
        from: &str,
        to: AccountName,
        interaction: InteractionId,
    ) -> Result<LinkedAccount, Refused> {
        let mut tx = self.begin(tenant, interaction).await?;
        let before = named(&mut tx, Some(from)).await?;
        let after = match tx.rename_account(before.id, &to).await {
            Err(StoreError::Conflict(Constraint::AccountName)) => return Err(Refused::NameTaken(to)),
            other => other?,
        };
        tx.audit(&by(interaction, AuditAction::AccountRenamed, &after)).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Always asks first.
    ///
    /// # Errors
    /// [`Refused::NoSuchAccount`], [`Refused::Name`], [`Refused::UnsettledOrders`], [`Refused::AlreadyHandled`],
    /// [`Refused::Trouble`].
    pub async fn remove(&self, tenant: Tenant, name: &str, interaction: InteractionId) -> Result<Question, Refused> {
        let mut tx = self.begin(tenant, interaction).await?;
        let account = named(&mut tx, Some(name)).await?;
        refuse_unsettled(&mut tx, &account).await?;
        self.ask(tx, account, store::Ask::RemoveAccount).await
    }

    /// The click on [`Desk::remove`]: deletes the credential at once.
    ///
    /// # Errors
    /// [`Refused::Ticket`], [`Refused::UnsettledOrders`], [`Refused::AlreadyHandled`], [`Refused::Trouble`].
    pub async fn confirm_remove(
        &self,
        tenant: Tenant,
        ticket: TicketId,
        interaction: InteractionId,
    ) -> Result<LinkedAccount, Refused> {
        let mut tx = self.begin(tenant, interaction).await?;
        let ticket = taken(&mut tx, ticket, &store::Ask::RemoveAccount).await?;
        let account = tx.account(ticket.account).await?;
        refuse_unsettled(&mut tx, &account).await?;
        tx.remove_account(account.id).await?;
        tx.audit(&by(interaction, AuditAction::AccountRemoved, &account)).await?;
        tx.commit().await?;
        Ok(account)
    }

    /// Whether paper orders of the account, too, wait for a click.
    ///
    /// # Errors
    /// The account's refusals, [`Refused::AlreadyHandled`], [`Refused::Trouble`].
    pub async fn always_confirm(
        &self,
        tenant: Tenant,
        name: Named<'_>,
        always: bool,
        interaction: InteractionId,
    ) -> Result<LinkedAccount, Refused> {
        let mut tx = self.begin(tenant, interaction).await?;
        let account = named(&mut tx, name).await?;
        tx.set_always_confirm(account.id, always).await?;
        tx.audit(&AuditEntry {
            detail: json!({ "always": always }),
            ..by(interaction, AuditAction::AlwaysConfirmChanged, &account)
        })
        .await?;
        tx.commit().await?;
        Ok(LinkedAccount { always_confirm: always, ..account })
    }

    /// What works of an account and what does not.
    ///
    /// # Errors
    /// The account's refusals, [`Refused::Trouble`].
    pub async fn account_health(&self, tenant: Tenant, name: Named<'_>) -> Result<AccountHealth, Refused> {
        let mut tx = self.tx(tenant).await?;
        let account = named(&mut tx, name).await?;
        let unconfirmed = unproved(&mut tx, &account).await?.len();
        drop(tx);
        let keyed = self.keys(tenant, account.id, Why::Asked).await?;
        // Also for refused keys: the question is how things are now.
        let (broker, wait) = match self.unseal(tenant, keyed) {
            Ok(opened) => {
                let wait = self.inner().brokerage.wait(&opened.access.meter, Lane::Reads);
                (
                    self.read_in_turn(READ, self.inner().brokerage.account(&opened.access))
                        .await
                        .map_err(Trouble::Broker),
                    wait,
                )
            }
            Err(_) => (Err(Trouble::Vault), Duration::ZERO),
        };
        if broker == Err(Trouble::Broker(ReadFailure::Credentials)) {
            self.note_keys_refused(tenant, &account).await;
        }
        Ok(AccountHealth { account, broker, wait, unconfirmed })
    }

    /// A transaction for one interaction, which acts at most once.
    pub(crate) async fn begin(&self, tenant: Tenant, interaction: InteractionId) -> Result<TenantTx, Refused> {
        let mut tx = self.tx(tenant).await?;
        if tx.interaction_seen(interaction).await? { Err(Refused::AlreadyHandled) } else { Ok(tx) }
    }

    /// Issues a ticket for a question.
    pub(crate) async fn ask(
        &self,
        mut tx: TenantTx,
        account: LinkedAccount,
        ask: store::Ask,
    ) -> Result<Question, Refused> {
        let new = NewTicket {
            id: fresh::ticket(),
            account: account.id,
            environment: account.environment,
            ask,
            // The question's buttons stand in a message that only its user sees, wherever that is.
            phrase: None,
            batch: None,
            guild: None,
            lives_for: self.inner().limits.ticket,
        };
        let ticket = tx.insert_ticket(&new).await?;
        tx.commit().await?;
        Ok(Question { ticket: ticket.id, account, expires_at: ticket.expires_at })
    }
}

/// Takes the ticket of a question, if it is the question that was asked.
pub(crate) async fn taken(tx: &mut TenantTx, ticket: TicketId, ask: &store::Ask) -> Result<Ticket, Refused> {
    let ticket = tx.consume_ticket(ticket, None).await?.map_err(Refused::Ticket)?;
    // The transaction is dropped with the refusal, so the other question's ticket stays good.
    if ticket.ask == *ask { Ok(ticket) } else { Err(Refused::Ticket(TicketRefusal::Unknown)) }
}

/// Our orders of which nothing is proved.
pub(crate) async fn unproved(tx: &mut TenantTx, account: &LinkedAccount) -> Result<Vec<Intent>, StoreError> {
    let mut open = tx.intents_open(account.id).await?;
    open.retain(|intent| matches!(intent.life.state, State::Intended | State::Unconfirmed));
    Ok(open)
}

/// Without the keys nobody could find out any more what became of them.
async fn refuse_unsettled(tx: &mut TenantTx, account: &LinkedAccount) -> Result<(), Refused> {
    match unproved(tx, account).await?.len() {
        0 => Ok(()),
        count => Err(Refused::UnsettledOrders(count)),
    }
}

pub(crate) fn by(interaction: InteractionId, action: AuditAction, account: &LinkedAccount) -> AuditEntry {
    AuditEntry { interaction: Some(interaction), ..entry(action, account) }
}
