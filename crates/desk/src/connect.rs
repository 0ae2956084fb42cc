//! Linking an account and replacing its keys: the form, the check at Alpaca, the sealed row.

use crate::access::{entry, meter_of, named};
use crate::desk::Desk;
use crate::keys;
use crate::refused::{KeysRefusal, Refused, Trouble};
use crate::views::{FormDone, Linked};
use chrono::TimeDelta;
use domain::account::{AccountName, AccountStatus, BrokerAccount, Environment, LinkedAccount};
use domain::brokerage::{Access, Answered, Meter};
use domain::credential::{CredentialKind, KeyPair};
use domain::fresh;
use domain::ids::{AccountId, FormId, InteractionId};
use domain::outcome::ReadFailure;
use domain::tenant::Tenant;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::time::Duration;
use store::{
    AuditAction, AuditEntry, Constraint, Form, FormAsk, FormRefusal, Keyed, NewAccount, NewForm, StoreError, TenantTx,
};
use vault::Place;

/// Longest wait for Alpaca's word on keys.
const CHECK: Duration = Duration::from_secs(10);
/// How much later than its form a form's row may be.
const ROW_LAG: Duration = Duration::from_secs(2);
/// The statuses of an Alpaca account that can trade (the second one after its owner changed something).
const TRADING: [&str; 2] = ["ACTIVE", "ACCOUNT_UPDATED"];

/// What an open form is for.
#[derive(Clone, Debug)]
pub enum FormFor {
    /// Linking a new account; its name defaults to the environment's.
    Link {
        /// Paper or live.
        environment: Environment,
        /// The name, when the user gave one.
        name: Option<AccountName>,
    },
    /// Replacing the keys of the account whose button was pressed.
    Renew {
        /// Which.
        account: AccountId,
    },
    /// Replacing the keys of an account, by name (the default when `None`).
    Rotate {
        /// The name as typed.
        account: Option<String>,
    },
}

/// The two fields of the form, as pasted.
pub struct Pasted {
    /// What stood in the key id's field.
    pub key_id: SecretString,
    /// What stood in the secret's field.
    pub secret: SecretString,
}

impl Desk {
    /// Remembers a form that was just shown, so that its submit finds it after a restart, too.
    ///
    /// # Errors
    /// The account's refusals when keys are to be replaced; [`Refused::Trouble`].
    pub async fn open_form(&self, tenant: Tenant, form: FormId, purpose: FormFor) -> Result<(), Refused> {
        let mut tx = self.tx(tenant).await?;
        tx.ensure_user(None).await?;
        let ask = match purpose {
            FormFor::Link { environment, name: Some(name) } => FormAsk::Link { name, environment },
            FormFor::Link { environment, name: None } => {
                FormAsk::Link { name: free_name(&tx.accounts().await?, environment), environment }
            }
            FormFor::Renew { account } => match tx.account(account).await {
                Err(StoreError::NotFound) => return Err(Refused::NoAccount),
                other => FormAsk::Rotate { account: other?.id },
            },
            FormFor::Rotate { account } => FormAsk::Rotate { account: named(&mut tx, account.as_deref()).await?.id },
        };
        tx.insert_form(&NewForm { id: form, ask }).await?;
        Ok(tx.commit().await?)
    }

    /// The same for a form that takes the place of one whose keys were of the other kind.
    ///
    /// # Errors
    /// [`Refused::FormGone`] when that one is no such form; [`Refused::Trouble`].
    pub async fn open_form_instead(
        &self,
        tenant: Tenant,
        form: FormId,
        before: FormId,
        environment: Environment,
    ) -> Result<(), Refused> {
        let mut tx = self.tx(tenant).await?;
        let name = match tx.form(before).await {
            Ok(FormAsk::Link { name, environment: asked }) if asked != environment => {
                // A name that said the environment would be wrong now.
                let says_it = name.as_str().to_lowercase().starts_with(asked.as_str());
                if says_it { free_name(&tx.accounts().await?, environment) } else { name }
            }
            Ok(_) | Err(StoreError::NotFound) => return Err(Refused::FormGone),
            Err(error) => return Err(error.into()),
        };
        tx.insert_form(&NewForm { id: form, ask: FormAsk::Link { name, environment } }).await?;
        Ok(tx.commit().await?)
    }

    /// Takes a sent form: checks the keys at Alpaca, then stores them sealed.
    ///
    /// # Errors
    /// [`Refused::FormGone`]; [`Refused::Keys`]; [`Refused::NameTaken`], [`Refused::AlreadyLinked`],
    /// [`Refused::TooManyAccounts`]; [`Refused::AlreadyHandled`]; [`Refused::Stopping`]; [`Refused::Trouble`]. Nothing was
    /// stored in any of them but `Trouble(DatabaseInDoubt)`.
    pub async fn submit_form(
        &self,
        tenant: Tenant,
        form: FormId,
        pasted: Pasted,
        interaction: InteractionId,
    ) -> Result<FormDone, Refused> {
        let _inside = self.inner().gate.enter_unless_stopping()?;
        let (mut tx, form) = self.take_form(tenant, form, interaction).await?;
        let accounts = tx.accounts().await?;
        let keyed = match &form.ask {
            FormAsk::Rotate { account } => match tx.account_with_credential(*account).await {
                Err(StoreError::NotFound) => return Err(Refused::FormGone),
                other => Some(other?),
            },
            FormAsk::Link { .. } => None,
            // A question's id on a form: not made by us.
            FormAsk::Leave => return Err(Refused::FormGone),
        };
        // Committed before Alpaca is asked: a form is good for one submit, whatever comes of it.
        tx.commit().await?;
        let (account, kind) =
            (keyed.as_ref().map(|keyed| keyed.account.id), if keyed.is_some() { "rotate" } else { "link" });
        let work = async {
            let keys = keys::read(pasted).map_err(Refused::Keys)?;
            match (form.ask, keyed) {
                (FormAsk::Link { name, environment }, _) => {
                    self.may_be(environment)?;
                    self.may_link(&accounts, &name)?;
                    self.link(tenant, name, environment, keys, interaction).await
                }
                (FormAsk::Rotate { .. } | FormAsk::Leave, Some(keyed)) => {
                    self.rotate(tenant, keyed, keys, interaction).await
                }
                (FormAsk::Rotate { .. } | FormAsk::Leave, None) => Err(Refused::FormGone),
            }
        };
        let done = work.await;
        if let Err(refused) = &done {
            self.note_declined_keys(tenant, account, kind, interaction, refused).await;
        }
        done
    }

    /// That keys were pasted and not taken, and why; nothing of the keys.
    async fn note_declined_keys(
        &self,
        tenant: Tenant,
        account: Option<AccountId>,
        purpose: &'static str,
        interaction: InteractionId,
        refused: &Refused,
    ) {
        let entry = AuditEntry {
            account,
            interaction: Some(interaction),
            detail: json!({ "for": purpose, "guard": refused.guard() }),
            ..AuditEntry::of(AuditAction::KeysDeclined)
        };
        self.note(tenant, &entry).await;
    }

    /// The form's row is written after the form was shown (showing it is the acknowledgement), so a submit can be faster
    /// than its row: an unknown form is asked for again for a moment.
    async fn take_form(
        &self,
        tenant: Tenant,
        form: FormId,
        interaction: InteractionId,
    ) -> Result<(TenantTx, Form), Refused> {
        let clock = &self.inner().clock;
        let asked_at = clock.elapsed();
        let (tx, form) = loop {
            let mut tx = self.begin(tenant, interaction).await?;
            match tx.consume_form(form).await? {
                Ok(form) => break (tx, form),
                Err(FormRefusal::Unknown) if clock.elapsed().saturating_sub(asked_at) < ROW_LAG => {}
                Err(FormRefusal::Unknown | FormRefusal::Expired | FormRefusal::Used | FormRefusal::Void) => {
                    return Err(Refused::FormGone);
                }
            }
            drop(tx);
            clock.sleep(ROW_LAG / 40).await;
        };
        let age = clock.now() - form.opened_at;
        let limit = TimeDelta::from_std(self.inner().limits.form).unwrap_or(TimeDelta::MAX);
        if age > limit { Err(Refused::FormGone) } else { Ok((tx, form)) }
    }

    /// What is known to fail without Alpaca.
    fn may_link(&self, accounts: &[LinkedAccount], name: &AccountName) -> Result<(), Refused> {
        let most = self.inner().limits.accounts;
        if accounts.len() >= most {
            return Err(Refused::TooManyAccounts(most));
        }
        let taken = accounts.iter().any(|account| account.name.as_str().eq_ignore_ascii_case(name.as_str()));
        if taken { Err(Refused::NameTaken(name.clone())) } else { Ok(()) }
    }

    async fn link(
        &self,
        tenant: Tenant,
        name: AccountName,
        environment: Environment,
        keys: KeyPair,
        interaction: InteractionId,
    ) -> Result<FormDone, Refused> {
        let id = fresh::account();
        let access = Access { environment, meter: Meter::unverified(id), keys, answered: Answered::default() };
        let (broker, keys) = self.verify(access).await?;
        let place = Place { user: tenant.user(), account: id, environment, kind: CredentialKind::KeyPair };
        let sealed = self.inner().ring.seal(&place, &keys);
        let number_tail = tail(&broker.number);
        let new = NewAccount { id, name, environment, broker_id: broker.id, number_tail, key_tail: keys.tail() };
        drop(keys);

        let mut tx = self.tx(tenant).await?;
        let accounts = tx.accounts().await?;
        if let Some(linked) = accounts.iter().find(|account| account.broker_id == new.broker_id) {
            return Err(Refused::AlreadyLinked(linked.name.clone()));
        }
        self.may_link(&accounts, &new.name)?;
        let account = match tx.insert_account(&new, &sealed).await {
            Err(StoreError::Conflict(Constraint::AccountName)) => return Err(Refused::NameTaken(new.name)),
            Err(StoreError::Conflict(Constraint::BrokerAccount)) => {
                return Err(self.already_linked(tenant, &new).await);
            }
            other => other?,
        };
        // The first paper account; a live one is never chosen for the user.
        let is_default = environment == Environment::Paper && tx.default_account().await?.is_none();
        if is_default {
            tx.set_default_account(account.id).await?;
        }
        // Not the name, here and elsewhere: what a user typed would outlive a user who leaves (docs/adr/0003-leaving.md).
        let facts = json!({ "environment": environment.as_str(), "broker_account": account.broker_id,
            "broker_status": broker.status, "key_tail": account.key_tail, "default": is_default });
        tx.audit(&AuditEntry {
            interaction: Some(interaction),
            detail: facts,
            ..entry(AuditAction::AccountLinked, &account)
        })
        .await?;
        match tx.commit().await {
            Ok(()) => {}
            Err(StoreError::Ambiguous) => self.must_exist(tenant, id).await?,
            Err(error) => return Err(error.into()),
        }
        Ok(FormDone::Linked(Box::new(Linked { account, broker, is_default })))
    }

    async fn rotate(
        &self,
        tenant: Tenant,
        keyed: Keyed,
        keys: KeyPair,
        interaction: InteractionId,
    ) -> Result<FormDone, Refused> {
        if keyed.account.status == AccountStatus::KeysRevoked && self.are_the_revoked(tenant, &keyed, &keys) {
            return Err(Refused::Keys(KeysRefusal::Revoked));
        }
        let Keyed { account, kind, .. } = keyed;
        let meter = meter_of(&account);
        let (broker, keys) = self
            .verify(Access { environment: account.environment, meter, keys, answered: Answered::default() })
            .await?;
        if broker.id != account.broker_id {
            return Err(Refused::Keys(KeysRefusal::DifferentAccount));
        }
        let place = Place { user: tenant.user(), account: account.id, environment: account.environment, kind };
        let sealed = self.inner().ring.seal(&place, &keys);
        let mut tx = self.tx(tenant).await?;
        match tx.put_credential(account.id, &keys.tail(), &sealed).await {
            Err(StoreError::NotFound) => return Err(Refused::FormGone),
            other => other?,
        }
        let now = tx.account(account.id).await?;
        tx.audit(&AuditEntry {
            interaction: Some(interaction),
            detail: json!({ "from": account.key_tail, "to": now.key_tail }),
            ..entry(AuditAction::KeysReplaced, &now)
        })
        .await?;
        tx.commit().await?;
        Ok(FormDone::Rotated(now))
    }

    /// Whether these are the keys that were revoked: somebody else may have them. Keys that cannot be opened any more are known by
    /// the end of their id.
    fn are_the_revoked(&self, tenant: Tenant, keyed: &Keyed, pasted: &KeyPair) -> bool {
        let Keyed { account, sealed, kind, .. } = keyed;
        let place = Place { user: tenant.user(), account: account.id, environment: account.environment, kind: *kind };
        match self.inner().ring.open(&place, sealed) {
            Ok(known) => known.secret.expose_secret() == pasted.secret.expose_secret(),
            Err(_) => pasted.tail() == account.key_tail,
        }
    }

    /// Asks Alpaca which account the keys open, in the environment that was chosen. Only when they are refused there, they are
    /// tried on the other one, to be able to tell the user what they are good for; nothing of that is kept.
    async fn verify(&self, mut access: Access) -> Result<(BrokerAccount, KeyPair), Refused> {
        match self.read(CHECK, self.inner().brokerage.account(&access)).await {
            Ok(broker) if TRADING.contains(&broker.status.as_str()) => return Ok((broker, access.keys)),
            Ok(broker) => return Err(Refused::Keys(KeysRefusal::NotActive(broker.status))),
            Err(ReadFailure::Credentials) => {}
            Err(failure) => return Err(Refused::Trouble(Trouble::Broker(failure))),
        }
        let chosen = access.environment;
        // A key id that speaks of the environment that refused it is simply wrong; its other host need not see it.
        if keys::hinted(&access.keys) == Some(chosen) {
            return Err(Refused::Keys(KeysRefusal::NotAccepted));
        }
        access.environment = chosen.other();
        let elsewhere = self.read(CHECK, self.inner().brokerage.account(&access)).await;
        Err(Refused::Keys(match elsewhere {
            Ok(_) => KeysRefusal::OtherEnvironment { actual: chosen.other() },
            Err(_) => KeysRefusal::NotAccepted,
        }))
    }

    async fn already_linked(&self, tenant: Tenant, new: &NewAccount) -> Refused {
        let accounts = match self.tx(tenant).await {
            Ok(mut tx) => tx.accounts().await.unwrap_or_default(),
            Err(_) => Vec::new(),
        };
        let linked = accounts.into_iter().find(|account| account.broker_id == new.broker_id);
        Refused::AlreadyLinked(linked.map_or_else(|| new.name.clone(), |account| account.name))
    }

    /// After a commit whose answer was lost.
    async fn must_exist(&self, tenant: Tenant, id: AccountId) -> Result<(), Refused> {
        let found = async { self.tx(tenant).await?.account(id).await }.await;
        found.map(drop).map_err(|_| Refused::Trouble(Trouble::DatabaseInDoubt))
    }
}

/// `paper`, or `paper 2` when that is taken, and so on.
fn free_name(accounts: &[LinkedAccount], environment: Environment) -> AccountName {
    let taken = |name: &str| accounts.iter().any(|account| account.name.as_str().eq_ignore_ascii_case(name));
    let plain = environment.as_str().to_owned();
    let numbered = (2..).map(|number| format!("{plain} {number}"));
    let name = std::iter::once(plain.clone()).chain(numbered).find(|name| !taken(name));
    AccountName::stored(name.unwrap_or(plain))
}

fn tail(number: &str) -> String {
    let skip = number.chars().count().saturating_sub(4);
    number.chars().skip(skip).collect()
}
