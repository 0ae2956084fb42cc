//! `paddock keys`: make a master key, re-seal everything under the newest, see what is sealed under which.
//!
//! Rotation is online and resumable: every row is re-sealed in a transaction of its own, only if it still holds what was
//! read, so a service that runs beside it, a kill, or a second rotation cannot lose a credential.

pub mod revoke;

use crate::cli::say;
use crate::config::{Env, data::Data, database::Database as Where, vault::Vault};
use crate::database::Database;
use anyhow::{Context, bail};
use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::{Clock, SystemClock};
use domain::credential::{CredentialKind, Fingerprint};
use domain::ids::AccountId;
use domain::tenant::Tenant;
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::ExposeSecret;
use serde_json::json;
use std::collections::HashSet;
use store::{AuditAction, AuditEntry, HouseAction, KeyUse, Store};
use vault::{KeyRing, Place};

/// After this long a master key should be replaced.
const OLD: TimeDelta = TimeDelta::days(90);
const BATCH: u32 = 200;

/// `keys generate`.
pub fn generate() -> String {
    KeyRing::generate().expose_secret().to_owned()
}

/// What a rotation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Rows sealed under the newest key now that were not before.
    pub resealed: u64,
    /// Rows that somebody else changed in between; they are sealed under the newest key by that.
    pub changed_meanwhile: u64,
    /// Rows that do not open with any key of the ring.
    pub unreadable: u64,
}

/// `keys rotate`.
///
/// # Errors
/// When the database or the ring cannot be used, or rows are left that no key of the ring opens.
pub async fn rotate(env: &Env) -> anyhow::Result<()> {
    let (ring, database) = open(env).await?;
    let total = waiting(&database.store, ring.newest()).await?;
    let bar = ProgressBar::new(total).with_style(
        ProgressStyle::with_template("re-sealing {bar:30} {pos}/{len} {per_sec} {eta}")
            .context("the progress bar's template")?,
    );
    let done = reseal_all(&database.store, &ring, |row| bar.inc(row)).await;
    bar.finish();
    if let Ok(done) = &done {
        let detail = json!({ "to": ring.newest().as_str(), "resealed": done.resealed, "unreadable": done.unreadable });
        let mut tx = database.store.system().await?;
        tx.audit_house(HouseAction::KeysRotated, &detail).await?;
        tx.commit().await?;
    }
    database.close().await;
    let done = done?;
    say(&format!("{} credentials re-sealed under key {}.", done.resealed + done.changed_meanwhile, ring.newest()));
    if done.unreadable > 0 {
        bail!(
            "{} credentials do not open with any key in PADDOCK_FERNET_KEYS. Put the key they were sealed under back \
             (`paddock keys status` names it) and rotate again; nothing was lost",
            done.unreadable
        );
    }
    Ok(())
}

/// Re-seals every row that is not under the ring's newest key. May be stopped and started again at any point.
///
/// # Errors
/// When the database stops answering; what was re-sealed until then stays so.
pub async fn reseal_all(store: &Store, ring: &KeyRing, mut progress: impl FnMut(u64)) -> anyhow::Result<Rotated> {
    let mut done = Rotated::default();
    let mut unreadable: HashSet<AccountId> = HashSet::new();
    loop {
        let most = BATCH.saturating_add(u32::try_from(unreadable.len()).unwrap_or(u32::MAX));
        let rows = store.system().await?.credentials_to_reseal(ring.newest(), most).await?;
        let fresh: Vec<_> = rows.into_iter().filter(|(_, account)| !unreadable.contains(account)).collect();
        if fresh.is_empty() {
            done.unreadable = unreadable.len() as u64;
            return Ok(done);
        }
        for (tenant, account) in fresh {
            match reseal(store, ring, tenant, account).await? {
                Row::Resealed => done.resealed += 1,
                Row::ChangedMeanwhile => done.changed_meanwhile += 1,
                Row::Unreadable => {
                    unreadable.insert(account);
                }
            }
            progress(1);
        }
    }
}

enum Row {
    Resealed,
    ChangedMeanwhile,
    Unreadable,
}

async fn reseal(store: &Store, ring: &KeyRing, tenant: Tenant, account: AccountId) -> anyhow::Result<Row> {
    let mut tx = store.tenant(tenant).await?;
    let keyed = match tx.account_with_credential(account).await {
        Ok(keyed) => keyed,
        Err(store::StoreError::NotFound) => return Ok(Row::ChangedMeanwhile),
        Err(error) => return Err(error.into()),
    };
    let place =
        Place { user: tenant.user(), account, environment: keyed.account.environment, kind: CredentialKind::KeyPair };
    let resealed = match ring.reseal(&place, &keyed.sealed) {
        Ok(Some(resealed)) => resealed,
        Ok(None) => return Ok(Row::ChangedMeanwhile),
        Err(_) => return Ok(Row::Unreadable),
    };
    let ours = tx.reseal_credential(account, &keyed.sealed, &resealed).await?;
    if ours {
        let detail = json!({ "from": keyed.sealed.fingerprint.as_str(), "to": resealed.fingerprint.as_str() });
        let entry = AuditEntry { account: Some(account), detail, ..AuditEntry::of(AuditAction::KeysResealed) };
        tx.audit(&entry).await?;
    }
    tx.commit().await?;
    Ok(if ours { Row::Resealed } else { Row::ChangedMeanwhile })
}

/// `keys status`.
///
/// # Errors
/// When the database or the ring cannot be used, or a row needs a key that the ring lacks.
pub async fn status(env: &Env) -> anyhow::Result<()> {
    let (ring, database) = open(env).await?;
    let uses = database.store.system().await?.key_uses().await;
    database.close().await;
    let uses = uses?;
    for line in report(&uses, &ring, SystemClock::start().now()) {
        say(&line);
    }
    missing(&uses, &ring)
}

/// One line per key, and the advice that follows.
fn report(uses: &[KeyUse], ring: &KeyRing, now: DateTime<Utc>) -> Vec<String> {
    let mut lines = vec!["key               rows  oldest".to_owned()];
    let mut advice = Vec::new();
    for key in ring.fingerprints() {
        let mark = if key == ring.newest() { "  (newest: new credentials are sealed under it)" } else { "" };
        let Some(row) = uses.iter().find(|row| row.fingerprint == *key) else {
            lines.push(format!("{key}  {:>4}  -{mark}", 0));
            if key != ring.newest() {
                advice.push(format!("Key {key} is not needed any more: it may be removed from PADDOCK_FERNET_KEYS."));
            }
            continue;
        };
        let age = now - row.oldest;
        lines.push(format!("{key}  {:>4}  {} days{mark}", row.rows, age.num_days()));
        if age > OLD {
            advice.push(format!(
                "Key {key} is older than 90 days. Put a new one (`paddock keys generate`) in front of PADDOCK_FERNET_KEYS and run `paddock keys rotate`."
            ));
        } else if key != ring.newest() {
            advice.push(format!(
                "Key {key} is still needed by {} rows: run `paddock keys rotate` before removing it.",
                row.rows
            ));
        }
    }
    lines.extend(advice);
    lines
}

/// Refuses a ring that lacks a key which a row still needs: early withdrawal would lock users out.
///
/// # Errors
/// Names each key that is missing, and how many credentials need it.
pub fn missing(uses: &[KeyUse], ring: &KeyRing) -> anyhow::Result<()> {
    let lacking: Vec<String> = uses
        .iter()
        .filter(|row| !ring.knows(&row.fingerprint))
        .map(|row| format!("{} ({} credentials)", row.fingerprint, row.rows))
        .collect();
    if lacking.is_empty() {
        return Ok(());
    }
    bail!(
        "PADDOCK_FERNET_KEYS lacks a key that stored credentials still need: {}. Put it back behind the newest one and run `paddock keys rotate` before you remove it",
        lacking.join(", ")
    )
}

async fn waiting(store: &Store, newest: &Fingerprint) -> anyhow::Result<u64> {
    let uses = store.system().await?.key_uses().await?;
    let rows: i64 = uses.iter().filter(|row| row.fingerprint != *newest).map(|row| row.rows).sum();
    Ok(u64::try_from(rows).unwrap_or_default())
}

async fn open(env: &Env) -> anyhow::Result<(KeyRing, Database)> {
    let ring = Vault::from_env(env)?.ring;
    let database = Database::open(&Where::from_env(env)?, &Data::from_env(env)).await?;
    Ok((ring, database))
}
