//! `paddock audit reconcile`.

use crate::cli::say;
use crate::config::{Env, alpaca::Alpaca as Origins, limits, vault::Vault};
use crate::database::Database;
use ::alpaca::Alpaca;
use chrono::TimeDelta;
use desk::reconcile::{Finding, Reconciled};
use desk::{Desk, Parts};
use domain::clock::{Clock, SystemClock};
use domain::credential::Fingerprint;
use serde_json::json;
use std::process::ExitCode;
use std::sync::Arc;
use store::HouseAction;

/// Compares every linked account. An account that cannot be asked is named, and fails the comparison.
///
/// # Errors
/// When configuration or database cannot be used.
pub async fn run(database: &Database, env: &Env, days: u32) -> anyhow::Result<ExitCode> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let alpaca = Alpaca::new(Origins::from_env(env)?.origins, Arc::clone(&clock), ::alpaca::Limits::default())?;
    let alpaca = Arc::new(alpaca.sharing(Arc::new(database.store.clone())));
    let desk = Desk::new(Parts {
        store: database.store.clone(),
        ring: Vault::from_env(env)?.ring,
        brokerage: Arc::clone(&alpaca) as _,
        market: Arc::clone(&alpaca) as _,
        screen: Arc::clone(&alpaca) as _,
        records: alpaca,
        clock: Arc::clone(&clock),
        limits: limits::from_env(env)?,
        // The operator compares the accounts of everybody.
        doors: desk::Doors::default(),
    });
    let since = clock.now() - TimeDelta::days(i64::from(days));
    // Sealed under another key than this one, which nobody has: all of them.
    let nobody = Fingerprint::stored("0000000000000000");
    let accounts = database.store.system().await?.credentials_to_reseal(&nobody, u32::MAX).await?;
    let (mut compared, mut wrong) = (0, 0);
    for (tenant, account) in &accounts {
        match desk.reconcile(*tenant, *account, since).await {
            Ok(done) => {
                compared += done.compared;
                wrong += done.findings.len();
                tell(&done);
            }
            Err(refused) => {
                wrong += 1;
                say(&format!("WRONG account {account}: could not be compared ({refused:?})"));
            }
        }
    }
    let detail = json!({ "accounts": accounts.len(), "orders": compared, "wrong": wrong, "days": days });
    let mut tx = database.store.system().await?;
    tx.audit_house(HouseAction::BooksReconciled, &detail).await?;
    tx.commit().await?;
    say(&format!("{compared} orders in {} accounts compared with the broker; {wrong} wrong.", accounts.len()));
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(done: &Reconciled) {
    let account = done.account.id;
    for finding in &done.findings {
        say(&match finding {
            Finding::Missing(order) => {
                format!("WRONG account {account}: the book has {order} at the broker, and the broker does not list it")
            }
            Finding::Extra(order) => {
                format!("WRONG account {account}: the broker has {order}, and the book does not know it")
            }
            Finding::Different { order, of, book, broker } => {
                format!("WRONG account {account}: {order}, {of}: the book says {book}, the broker {broker}")
            }
        });
    }
    if done.foreign > 0 {
        say(&format!("      account {account}: {} orders were placed elsewhere", done.foreign));
    }
}
