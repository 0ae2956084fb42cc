//! `paddock keys revoke`: a master key may be known to somebody who may have a copy of the database.
//!
//! It cannot be made unknown. So nothing is sealed under it any more, and every account whose present keys were ever sealed
//! under it orders nothing until its owner brings new keys. Each account is marked in a transaction of its own: a command that is
//! killed is run again.

use super::{BATCH, open};
use crate::cli::say;
use crate::config::Env;
use anyhow::{Context, bail};
use domain::credential::Fingerprint;
use domain::ids::AccountId;
use domain::notice::Notice;
use domain::tenant::Tenant;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::collections::HashSet;
use std::time::Duration;
use store::{AuditAction, AuditEntry, HouseAction, Store, StoreError};
use vault::KeyRing;

/// What was marked.
#[derive(Debug, Default)]
struct Marked {
    accounts: usize,
    users: HashSet<i64>,
}

/// # Errors
/// When that is no fingerprint, or new credentials would still be sealed under it, or the database stops answering: what was
/// marked until then stays so.
pub async fn run(env: &Env, fingerprint: &str) -> anyhow::Result<()> {
    if fingerprint.len() != 16 || !fingerprint.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        bail!("that is no key's name: sixteen digits and letters a to f, as `paddock keys status` shows them");
    }
    let key = Fingerprint::stored(fingerprint);
    let (ring, database) = open(env).await?;
    if *ring.newest() == key {
        database.close().await;
        bail!(
            "key {key} is the newest in PADDOCK_FERNET_KEYS, so new credentials would go on under it. Put a new one \
             (`paddock keys generate`) in front of it, restart the service, and revoke it then"
        );
    }
    let marked = mark_all(&database.store, &key).await;
    let uses = database.store.system().await?.key_uses().await;
    database.close().await;
    let marked = marked?;
    say(&format!(
        "Key {key} is revoked: nothing can be sealed under it any more. {} accounts of {} users order nothing until their owners \
         regenerate their keys at Alpaca and give the new ones with `/account rotate`; each of them is told at the next command, and in a direct message if they wanted such.",
        marked.accounts,
        marked.users.len()
    ));
    if uses?.iter().any(|used| used.fingerprint == key) {
        say(
            "Credentials are still sealed under it: run `paddock keys rotate`, then take it out of PADDOCK_FERNET_KEYS.",
        );
    }
    Ok(())
}

async fn mark_all(store: &Store, key: &Fingerprint) -> anyhow::Result<Marked> {
    let mut system = store.system().await?;
    system.revoke_key(key).await?;
    system.commit().await?;
    let bar = ProgressBar::new_spinner()
        .with_style(ProgressStyle::with_template("marking {pos} {per_sec}").context("the progress bar's template")?);
    let mut marked = Marked::default();
    loop {
        let accounts = store.system().await?.credentials_once_under(key, BATCH).await?;
        if accounts.is_empty() {
            bar.finish();
            let detail =
                json!({ "master_key": key.as_str(), "accounts": marked.accounts, "users": marked.users.len() });
            let mut system = store.system().await?;
            system.audit_house(HouseAction::KeyRevoked, &detail).await?;
            system.commit().await?;
            return Ok(marked);
        }
        for (tenant, account) in accounts {
            if mark(store, tenant, account, key).await? {
                marked.accounts += 1;
                marked.users.insert(tenant.user().0);
            }
            bar.inc(1);
        }
    }
}

async fn mark(store: &Store, tenant: Tenant, account: AccountId, key: &Fingerprint) -> Result<bool, StoreError> {
    let mut tx = store.tenant(tenant).await?;
    if !tx.revoke_account_keys(account).await? {
        return Ok(false);
    }
    let notice = Notice::KeysRevoked { account, master: key.to_string() };
    tx.notify(&notice, Duration::ZERO).await?;
    tx.audit(&AuditEntry {
        account: Some(account),
        detail: json!({ "master_key": key.as_str() }),
        ..AuditEntry::of(AuditAction::KeysRevoked)
    })
    .await?;
    tx.commit().await?;
    Ok(true)
}

/// Refuses a ring that would seal under a revoked key.
///
/// # Errors
/// Names the key and what to do.
pub fn sound(revoked: &[Fingerprint], ring: &KeyRing) -> anyhow::Result<()> {
    let newest = ring.newest();
    if revoked.contains(newest) {
        bail!(
            "key {newest} was revoked, and PADDOCK_FERNET_KEYS still begins with it. Put a new one (`paddock keys generate`) in \
             front of it; see docs/runbooks/keys.md"
        );
    }
    Ok(())
}
