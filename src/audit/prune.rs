//! `paddock audit prune`.

use crate::cli::say;
use crate::config::Env;
use crate::config::database::owner_url;
use anyhow::Context;
use chrono::NaiveDate;
use secrecy::ExposeSecret;

/// Drops months before the named one.
///
/// # Errors
/// Without the owner's address; for a month that is younger than seven years; when the database does not answer.
pub async fn run(before: &str, env: &Env) -> anyhow::Result<()> {
    let month = NaiveDate::parse_from_str(&format!("{before}-01"), "%Y-%m-%d")
        .context("--before is a month, as YYYY-MM: the first one that is kept")?;
    let url = owner_url(env)?.context(
        "PADDOCK_OWNER_DATABASE_URL is not set: it is the database's address as its owning role, which alone can drop a month",
    )?;
    match store::prune_audit(url.expose_secret(), month).await? {
        0 => say("Nothing is that old."),
        months => say(&format!("{months} months let go of. The chains begin after them now, and say so.")),
    }
    Ok(())
}
