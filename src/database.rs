//! Opening the database: somebody's PostgreSQL, or our own in the data folder. Always checked before it is used.

use crate::cli::say;
use crate::config::database::{Database as Config, owner_url};
use crate::config::{Env, audit, data::Data};
use anyhow::Context;
use secrecy::ExposeSecret;
use std::time::Duration;
use store::embedded::{Embedded, Mode};
use store::{Limits, Store};

/// Longest wait for connections that are still in use. A database that has stopped answering would keep them for ever.
const GOODBYE: Duration = Duration::from_secs(1);

/// An open, checked database. Our own server stops with this process at the latest.
pub struct Database {
    /// The restricted role's way in.
    pub store: Store,
    embedded: Option<Embedded>,
}

impl Database {
    /// Opens it: our own is started and brought up to date, somebody's must be up to date already.
    ///
    /// # Errors
    /// When it cannot be started, reached, or must not be used as it is; each with a plain sentence.
    pub async fn open(config: &Config, data: &Data) -> anyhow::Result<Self> {
        match config {
            Config::At { url } => Self::at(url.expose_secret(), None).await,
            Config::Embedded => Self::embedded(data, Embedded::app_url).await,
        }
    }

    /// The address as the role that reads all audit books, when there is one.
    ///
    /// # Errors
    /// For an address that is not PostgreSQL's.
    pub fn audit_url(&self, env: &Env) -> anyhow::Result<Option<String>> {
        Ok(match &self.embedded {
            Some(embedded) => Some(embedded.audit_url()),
            None => audit::url(env)?.map(|url| url.expose_secret().to_owned()),
        })
    }

    /// Our own, by the address that `route` makes of its own: the demo lays a line before it.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub async fn embedded(data: &Data, route: impl FnOnce(&Embedded) -> String) -> anyhow::Result<Self> {
        let embedded = Embedded::start(&data.folder.join("postgres"), Mode::Durable).await?;
        let url = route(&embedded);
        Self::at(&url, Some(embedded)).await
    }

    async fn at(url: &str, embedded: Option<Embedded>) -> anyhow::Result<Self> {
        let store = Store::connect(url, Limits::default()).await.context("the database cannot be reached")?;
        store::boot::check(&store).await?;
        Ok(Self { store, embedded })
    }

    /// Closes connections and stops our own server, so that the next start is a clean one.
    pub async fn close(self) {
        if tokio::time::timeout(GOODBYE, self.store.close()).await.is_err() {
            tracing::warn!("the database did not let go of its connections; they end with the process");
        }
        if let Some(embedded) = self.embedded
            && let Err(error) = embedded.stop().await
        {
            tracing::warn!(%error, "the private PostgreSQL did not stop in time; it will recover at the next start");
        }
    }
}

/// `paddock migrate`.
///
/// # Errors
/// Without an address, or when a migration cannot be applied.
pub async fn migrate(env: &Env) -> anyhow::Result<()> {
    let url = owner_url(env)?.context(
        "PADDOCK_OWNER_DATABASE_URL is not set: it is the database's address as its owning role. Without DATABASE_URL there \
         is nothing to migrate by hand: the private PostgreSQL is brought up to date when `serve` starts",
    )?;
    match store::migrate(url.expose_secret()).await?.as_slice() {
        [] => say("The schema is up to date."),
        versions => {
            let names: Vec<String> = versions.iter().map(i64::to_string).collect();
            say(&format!("Applied migration {}.", names.join(", ")));
        }
    }
    Ok(())
}
