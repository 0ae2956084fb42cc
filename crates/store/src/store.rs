//! The door to the database.

use crate::error::decide;
use crate::tally::{Asked, Tally};
use crate::tx::{Disk, Tx};
use crate::{StoreError, SystemTx, TenantTx};
use domain::tenant::Tenant;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::sync::Arc;
use std::time::Duration;

/// Connections that are kept open when nobody needs them.
const WARM: u32 = 3;
/// How long a connection lives. Its first order on it costs the server tens of milliseconds for plans, so not half an hour, which
/// is sqlx's default and rarely sees a second order; not for ever either, because a session's memory only grows.
const LIFE: Duration = Duration::from_hours(24);

/// How long and how much.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Open connections at most.
    pub connections: u32,
    /// Longest wait for a free connection; then [`StoreError::Unavailable`].
    pub acquire: Duration,
    /// Longest statement, kept by the server and, a little later, by us; then [`StoreError::Timeout`].
    pub statement: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 10, acquire: Duration::from_secs(2), statement: Duration::from_secs(5) }
    }
}

/// A pool of connections as the app role. Has one query function of its own, [`Store::reserve_call`].
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) pool: PgPool,
    pub(crate) patience: Duration,
    pub(crate) tally: Arc<Tally>,
}

impl Store {
    /// Opens the pool; the first connection is made at once.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be made, [`StoreError::Broken`] when the URL is not one.
    pub async fn connect(url: &str, limits: Limits) -> Result<Self, StoreError> {
        Self::connect_with(url, limits, &[]).await
    }

    /// The same, with more settings of the session.
    pub(crate) async fn connect_with(
        url: &str,
        limits: Limits,
        more: &[(&'static str, &'static str)],
    ) -> Result<Self, StoreError> {
        let options: PgConnectOptions = url.parse().map_err(|_| StoreError::Broken("not a database URL"))?;
        let deadline = limits.statement.as_millis().to_string();
        // As bootstrap.sql sets them for the role; here for a role that was made without it.
        let options = options.application_name("paddock").options([
            ("search_path", "app,pg_catalog"),
            ("statement_timeout", deadline.as_str()),
            ("idle_in_transaction_session_timeout", "30s"),
            // Every query names its rows by key, so one plan fits all values; planning anew costs more than most of them.
            ("plan_cache_mode", "force_generic_plan"),
            ("timezone", "UTC"),
            ("client_min_messages", "warning"),
        ]);
        let options = options.options(more.iter().copied());
        let pool = PgPoolOptions::new()
            .max_connections(limits.connections)
            // A click after a quiet hour finds warm connections, and pays no ping for them (see `tx::open`).
            .min_connections(limits.connections.min(WARM))
            .max_lifetime(LIFE)
            .test_before_acquire(false)
            .acquire_timeout(limits.acquire)
            .connect_with(options)
            .await
            .map_err(|error| decide(&error))?;
        let patience = limits.statement + Duration::from_secs(1);
        Ok(Self { pool, patience, tally: Arc::default() })
    }

    /// A transaction in which only `tenant`'s rows exist.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Timeout`].
    pub async fn tenant(&self, tenant: Tenant) -> Result<TenantTx, StoreError> {
        let tx = Tx::begin(self, Some(tenant.user().0), Disk::Now).await?;
        Ok(TenantTx { tx, tenant })
    }

    /// The same, with a commit that does not wait for the disk: everybody sees it at once, and it is on disk with the next
    /// commit that does wait, from whomever. Should the server crash before, it never was. For what is worth nothing by
    /// itself until such a commit follows; the right to send an order is not given in it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Timeout`].
    pub async fn tenant_relaxed(&self, tenant: Tenant) -> Result<TenantTx, StoreError> {
        let tx = Tx::begin(self, Some(tenant.user().0), Disk::Later).await?;
        Ok(TenantTx { tx, tenant })
    }

    /// A transaction for the few jobs that concern no single user.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Timeout`].
    pub async fn system(&self) -> Result<SystemTx, StoreError> {
        Ok(SystemTx { tx: Tx::begin(self, None, Disk::Now).await? })
    }

    /// How often the database was asked until now.
    pub fn asked(&self) -> Asked {
        self.tally.read()
    }

    /// Closes all connections, once they are free.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
