//! `paddock check`: is everything in place? One line per thing, a plain sentence for each that is not.

use crate::cli::say;
use crate::config::{Config, Env};
use crate::database::Database;
use crate::discord::Wire;
use crate::keys;
use alpaca::Alpaca;
use domain::account::Environment;
use domain::clock::SystemClock;
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
    let mut sound = report("configuration", Ok("complete".to_owned()));
    match Database::open(&config.database, &config.data).await {
        Err(error) => sound &= report("database", Err(error)),
        Ok(database) => {
            sound &= report("database", Ok("role, row-level security and migrations are right".to_owned()));
            sound &= report("keys", all_keys_known(&config, &database).await);
            database.close().await;
        }
    }
    let discord = Wire::connect(&config.discord).await;
    sound &= report("discord", discord.map(|wire| format!("the token belongs to application {}", wire.application)));
    match Alpaca::new(config.alpaca.origins, Arc::new(SystemClock::start()), alpaca::Limits::default()) {
        Err(error) => sound &= report("alpaca", Err(error.into())),
        Ok(alpaca) => {
            for environment in [Environment::Paper, Environment::Live] {
                let reached = alpaca.reachable(environment).await;
                let said = reached.map(|took| format!("answers in {} ms", took.as_millis())).map_err(Into::into);
                sound &= report(&format!("alpaca ({environment})"), said);
            }
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn all_keys_known(config: &Config, database: &Database) -> anyhow::Result<String> {
    let uses = database.store.system().await?.key_uses().await?;
    keys::missing(&uses, &config.vault.ring)?;
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
