//! `paddock check`: is everything in place? One line per thing, a plain sentence for each that is not.

use crate::cli::say;
use crate::config::{Config, Env};
use crate::database::Database;
use crate::discord::Wire;
use crate::keys;
use alpaca::Alpaca;
use anyhow::ensure;
use domain::account::Environment;
use domain::clock::{Clock, SystemClock};
use domain::drift::Offset;
use std::process::ExitCode;
use std::sync::Arc;

/// Looks at configuration, database, keys, Discord and Alpaca, and reports each.
///
/// # Errors
/// None: what is wrong is reported, and the exit code says that something is.
pub async fn run(env: &Env) -> anyhow::Result<ExitCode> {
    let config = match Config::from_env(env) {
        Ok(config) => config,
        Err(refusal) => {
            report("configuration", Err(refusal.into()));
            return Ok(ExitCode::FAILURE);
        }
    };
    let mut sound = report("configuration", Ok(format!("complete; accepts {}", config.accepts())));
    match Database::open(&config.database, &config.data).await {
        Err(error) => sound &= report("database", Err(error)),
        Ok(database) => {
            sound &= report("database", Ok("role, row-level security and migrations are right".to_owned()));
            sound &= report("keys", all_keys_known(&config, &database).await);
            sound &= report("clock (database)", clock_of(&database).await.and_then(on_time));
            database.close().await;
        }
    }
    let heads = config.heads.map_or_else(
        || "not published: set PADDOCK_AUDIT_HEADS, or a book that is written anew as a whole will not show".to_owned(),
        |folder| format!("published daily to {}", folder.display()),
    );
    sound &= report("audit chains' ends", Ok(heads));
    let discord = Wire::connect(&config.discord).await;
    sound &= report("discord", discord.map(|wire| format!("the token belongs to application {}", wire.application)));
    match Alpaca::new(config.alpaca.origins, Arc::new(SystemClock::start()), alpaca::Limits::default()) {
        Err(error) => sound &= report("alpaca", Err(error.into())),
        Ok(alpaca) => {
            for environment in [Environment::Paper, Environment::Live] {
                let reached = alpaca.reachable(environment).await;
                let offset = reached.as_ref().ok().and_then(|reached| reached.offset);
                let said = reached.map(|it| format!("answers in {} ms", it.took.as_millis())).map_err(Into::into);
                sound &= report(&format!("alpaca ({environment})"), said);
                if let Some(offset) = offset {
                    sound &= report(&format!("clock (alpaca, {environment})"), on_time(offset));
                }
            }
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The fastest of a few answers bounds it best.
async fn clock_of(database: &Database) -> anyhow::Result<Offset> {
    let clock = SystemClock::start();
    let mut known = Offset::default();
    for _ in 0..5 {
        let mut tx = database.store.system().await?;
        let asked_at = clock.now();
        let theirs = tx.time().await?;
        let sample = Offset::of_answer(asked_at, theirs, clock.now());
        known = known.and(sample).unwrap_or(sample);
    }
    Ok(known)
}

/// What is proved of the offset, against what is allowed.
fn on_time(offset: Offset) -> anyhow::Result<String> {
    let millis = |bound: Option<chrono::TimeDelta>| bound.map_or(0, |bound| bound.num_milliseconds());
    let bounds = format!("between {} and {} ms ahead", millis(offset.least), millis(offset.most));
    ensure!(!offset.is_alarming(), "this machine's clock is {bounds}; 50 ms are allowed. Is its time service running?");
    Ok(format!("this machine's is {bounds}"))
}

async fn all_keys_known(config: &Config, database: &Database) -> anyhow::Result<String> {
    let uses = database.store.system().await?.key_uses().await?;
    keys::missing(&uses, &config.vault.ring)?;
    keys::revoke::sound(&database.store.system().await?.revoked_keys().await?, &config.vault.ring)?;
    let rows: i64 = uses.iter().map(|row| row.rows).sum();
    Ok(format!("all {rows} stored credentials have their key in the ring"))
}

fn report(what: &str, found: anyhow::Result<String>) -> bool {
    match found {
        Ok(text) => {
            say(&format!("ok    {what}: {text}"));
            true
        }
        Err(error) => {
            say(&format!("WRONG {what}: {error:#}"));
            false
        }
    }
}
