//! What the audit book costs an order: the database's part of its way with the entries and without them, in turn, in one run. And
//! how fast a book is verified.

use anyhow::Context;
use domain::clock::{Clock, SystemClock};
use domain::credential::Fingerprint;
use domain::ids::{AccountId, InteractionId};
use domain::tenant::Tenant;
use serde_json::json;
use std::time::Duration;
use store::embedded::Embedded;
use store::{AuditAction, AuditEntry, Books, Limits, Store};

/// Entries of one order: decided, sent, landed. The second rides in the statement that reads the keys.
const ENTRIES: usize = 3;

/// One line on the cost, one on verifying.
///
/// # Errors
/// When the database does not answer.
pub async fn report(database: &Embedded, rounds: usize) -> anyhow::Result<String> {
    let store = Store::connect(&database.app_url(), Limits::default()).await?;
    let nobody = Fingerprint::stored("0000000000000000");
    let linked = store.system().await?.credentials_to_reseal(&nobody, 1).await?;
    let (tenant, account) = linked.into_iter().next().context("no account is linked")?;
    let clock = SystemClock::start();
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for round in 0..rounds.max(20) * 2 {
        let is_audited = round % 2 == 0;
        let began = clock.elapsed();
        order(&store, tenant, account, i64::try_from(round)? * 3 + 1_000_000, is_audited).await?;
        let took = clock.elapsed().saturating_sub(began);
        // The first ones find cold plans.
        if round >= 20 {
            if is_audited { with.push(took) } else { without.push(took) }
        }
    }
    let (with, without) = (median(with), median(without));
    let cost = with.as_micros().saturating_sub(without.as_micros());
    let verified = verify(database, &clock).await?;
    Ok(format!(
        "audit, {ENTRIES} entries in the commits of one order: {cost} µs (p50 {} µs with, {} µs without; no commit waits for the disk here)\n{verified}",
        with.as_micros(),
        without.as_micros(),
    ))
}

/// The commits of an order: intent, lease with keys, outcome. A note of an interaction stands for what they write otherwise.
async fn order(store: &Store, tenant: Tenant, account: AccountId, first: i64, is_audited: bool) -> anyhow::Result<()> {
    let entry = |action| AuditEntry {
        account: Some(account),
        detail: json!({ "client_order_id": "paddock-0123456789abcdef0123456789abcdef", "status": "new", "filled_qty": "0" }),
        ..AuditEntry::of(action)
    };
    let mut tx = store.tenant_relaxed(tenant).await?;
    tx.interaction_seen(InteractionId(first)).await?;
    if is_audited {
        tx.audit(&entry(AuditAction::OrderIntended)).await?;
    }
    tx.commit().await?;
    let mut tx = store.tenant_relaxed(tenant).await?;
    tx.interaction_seen(InteractionId(first + 1)).await?;
    if is_audited {
        tx.open_credential(account, &entry(AuditAction::OrderSent)).await?;
    } else {
        tx.account_with_credential(account).await?;
    }
    tx.commit().await?;
    let mut tx = store.tenant_relaxed(tenant).await?;
    tx.interaction_seen(InteractionId(first + 2)).await?;
    if is_audited {
        tx.audit(&entry(AuditAction::OrderLanded)).await?;
    }
    Ok(tx.commit().await?)
}

async fn verify(database: &Embedded, clock: &SystemClock) -> anyhow::Result<String> {
    let books = Books::connect(&database.audit_url()).await?;
    let all = books.look().await?.all().await?;
    let (began, mut rows) = (clock.elapsed(), 0_u64);
    for book in &all {
        books.check(book.subject, &[], |walked| rows += walked).await?;
    }
    let took = clock.elapsed().saturating_sub(began);
    books.close().await;
    let rate = u128::from(rows) * 1_000_000 / took.as_micros().max(1);
    Ok(format!("audit, {rows} entries in {} books verified at {rate} rows/s", all.len()))
}

fn median(mut spans: Vec<Duration>) -> Duration {
    spans.sort_unstable();
    spans.get(spans.len() / 2).copied().unwrap_or_default()
}
