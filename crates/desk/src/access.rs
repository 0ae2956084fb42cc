//! From a name that a user typed to an account, and from its row to an access for one request.

use crate::accounts::Named;
use crate::desk::Desk;
use crate::refused::{Refused, Trouble};
use domain::account::{AccountName, AccountStatus, Environment, LinkedAccount, NameRefusal};
use domain::brokerage::{Access, Answered, Meter};
use domain::ids::AccountId;
use domain::outcome::ReadFailure;
use domain::tenant::Tenant;
use serde_json::json;
use store::{AuditAction, AuditEntry, Keyed, StoreError, TenantTx};
use vault::Place;

/// What a credential is opened for, where no order's own entry says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The user asked for something; the entry names the interaction.
    Asked,
    /// An order of the account is looked at.
    Look,
    /// What the broker lists is taken into the ledger.
    Sweep,
    /// The list of symbols is read.
    Directory,
    /// A click that another delivery of it has committed is carried out.
    TakenOver,
    /// The operator compares the audit book with the broker's list.
    Reconcile,
}

impl Why {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Look => "look",
            Self::Sweep => "sweep",
            Self::Directory => "directory",
            Self::TakenOver => "taken_over",
            Self::Reconcile => "reconcile",
        }
    }
}

/// Whose account is meant, and what opens it.
pub(crate) struct Opened {
    /// The account.
    pub(crate) account: LinkedAccount,
    /// Good for one use case; wiped when dropped.
    pub(crate) access: Access,
}

/// The sealed credential, for one opening, which is in the audit book before it happens. `tx` is best one whose commit does not
/// wait for the disk: that it was opened is all that there is to lose.
pub(crate) async fn take_keys(mut tx: TenantTx, account: AccountId, why: Why) -> Result<Keyed, StoreError> {
    let entry = AuditEntry { detail: json!({ "for": why.as_str() }), ..AuditEntry::of(AuditAction::CredentialOpened) };
    let keyed = tx.open_credential(account, &entry).await?;
    tx.commit().await?;
    Ok(keyed)
}

/// The account that a name stands for: the default when there is none, or the only one.
pub(crate) async fn named(tx: &mut TenantTx, name: Named<'_>) -> Result<LinkedAccount, Refused> {
    let Some(typed) = name else { return unnamed(tx).await };
    match AccountName::parse(typed) {
        Ok(name) => match tx.account_by_name(&name).await {
            Err(StoreError::NotFound) => Err(Refused::NoSuchAccount(typed.to_owned())),
            other => Ok(other?),
        },
        // Said as what it is, and never repeated: somebody typed a secret into the wrong field.
        Err(NameRefusal::LooksLikeSecret) => Err(Refused::Name(NameRefusal::LooksLikeSecret)),
        Err(_) => Err(Refused::NoSuchAccount(typed.to_owned())),
    }
}

async fn unnamed(tx: &mut TenantTx) -> Result<LinkedAccount, Refused> {
    let default = tx.default_account().await?;
    let mut all = tx.accounts().await?;
    if let Some(at) = all.iter().position(|account| Some(account.id) == default) {
        return Ok(all.swap_remove(at));
    }
    match (all.pop(), all.is_empty()) {
        (None, _) => Err(Refused::NoAccount),
        (Some(only), true) => Ok(only),
        (Some(_), false) => Err(Refused::WhichAccount),
    }
}

impl Desk {
    /// Opens the account of that name. An account whose keys Alpaca refused is not tried again until they are replaced.
    pub(crate) async fn open(&self, tenant: Tenant, name: Named<'_>) -> Result<Opened, Refused> {
        let mut tx = self.tx_relaxed(tenant).await?;
        let account = named(&mut tx, name).await?;
        if account.status == AccountStatus::KeysRefused {
            return Err(Refused::KeysNoLongerAccepted(account.name, account.id));
        }
        let opened = self.unseal(tenant, take_keys(tx, account.id, Why::Asked).await?)?;
        self.refresh_directory(tenant, &opened.account);
        Ok(opened)
    }

    /// The sealed credential of an account, for one opening that is noted with it.
    pub(crate) async fn keys(&self, tenant: Tenant, account: AccountId, why: Why) -> Result<Keyed, StoreError> {
        take_keys(self.tx_relaxed(tenant).await?, account, why).await
    }

    /// Whether the account may order. Looking and canceling are never closed: they take risk away.
    pub(crate) fn may_order(&self, account: &LinkedAccount) -> Result<(), Refused> {
        if account.status == AccountStatus::KeysRevoked {
            return Err(Refused::KeysRevoked(account.name.clone()));
        }
        self.may_be(account.environment)
    }

    /// Whether the service trades in that environment at all.
    pub(crate) fn may_be(&self, environment: Environment) -> Result<(), Refused> {
        if environment == Environment::Live && !self.inner().limits.live { Err(Refused::LiveClosed) } else { Ok(()) }
    }

    /// Opens a sealed credential. The environment, and with it the host, is the row's.
    pub(crate) fn unseal(&self, tenant: Tenant, keyed: Keyed) -> Result<Opened, Refused> {
        let Keyed { account, sealed, kind, .. } = keyed;
        let place = Place { user: tenant.user(), account: account.id, environment: account.environment, kind };
        let keys = self.inner().ring.open(&place, &sealed).map_err(|refusal| {
            tracing::error!(account = %account.id, %refusal, "a stored credential does not open");
            Refused::Trouble(Trouble::Vault)
        })?;
        let access =
            Access { environment: account.environment, meter: meter_of(&account), keys, answered: Answered::default() };
        self.pays(&access.meter);
        Ok(Opened { account, access })
    }

    /// What a failed read means to the user. Refused keys are noted with the account.
    pub(crate) async fn failed(&self, tenant: Tenant, account: &LinkedAccount, failure: ReadFailure) -> Refused {
        match failure {
            ReadFailure::Credentials => {
                self.note_keys_refused(tenant, account).await;
                Refused::KeysNoLongerAccepted(account.name.clone(), account.id)
            }
            other => Refused::Trouble(Trouble::Broker(other)),
        }
    }

    /// Marks an account whose keys Alpaca refused. That the mark could not be written changes nothing for the caller.
    pub(crate) async fn note_keys_refused(&self, tenant: Tenant, account: &LinkedAccount) {
        let noted: Result<(), StoreError> = async {
            let mut tx = self.tx(tenant).await?;
            mark_keys_refused(&mut tx, account).await?;
            tx.commit().await
        }
        .await;
        if let Err(error) = noted {
            tracing::warn!(account = %account.id, %error, "refused keys could not be noted");
        }
    }

    /// Reads the asset list in the background, when it is due, with this member's access.
    pub(crate) fn refresh_directory(&self, tenant: Tenant, account: &LinkedAccount) {
        if !self.inner().directory.claim_refresh(self.inner().clock.elapsed()) {
            return;
        }
        let (desk, id) = (self.clone(), account.id);
        drop(tokio::spawn(async move {
            let read = async {
                let keyed = desk.keys(tenant, id, Why::Directory).await?;
                let opened = desk.unseal(tenant, keyed)?;
                let assets = desk.inner().brokerage.assets(&opened.access).await;
                assets.map_err(|failure| Refused::Trouble(Trouble::Broker(failure)))
            };
            match read.await {
                Ok(assets) => desk.inner().directory.fill(assets, desk.inner().clock.elapsed()),
                Err(refused) => tracing::warn!(?refused, "the symbol directory could not be refreshed"),
            }
        }));
    }
}

/// Whose budget pays for an account's calls.
pub(crate) fn meter_of(account: &LinkedAccount) -> Meter {
    Meter(account.broker_id.to_string())
}

/// The mark and its entry, as part of a commit. Only once, and only for the keys that were refused: they may have been
/// replaced while Alpaca was asked.
pub(crate) async fn mark_keys_refused(tx: &mut TenantTx, account: &LinkedAccount) -> Result<(), StoreError> {
    let now = match tx.account(account.id).await {
        Err(StoreError::NotFound) => return Ok(()),
        other => other?,
    };
    if now.status != AccountStatus::Active || now.keys_since != account.keys_since {
        return Ok(());
    }
    tx.set_account_status(account.id, AccountStatus::KeysRefused).await?;
    tx.audit(&AuditEntry {
        detail: json!({ "key_tail": account.key_tail }),
        ..entry(AuditAction::KeysRefused, account)
    })
    .await
}

/// An audit entry about an account.
pub(crate) fn entry(action: AuditAction, account: &LinkedAccount) -> AuditEntry {
    AuditEntry { account: Some(account.id), ..AuditEntry::of(action) }
}
