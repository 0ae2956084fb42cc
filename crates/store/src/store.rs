//! The door to the database.

use crate::error::decide;
use crate::tx::Tx;
use crate::{StoreError, SystemTx, TenantTx};
use domain::tenant::Tenant;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::time::Duration;

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

/// A pool of connections as the app role. Has no query function of its own.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) pool: PgPool,
    patience: Duration,
}

impl Store {
    /// Opens the pool; the first connection is made at once.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be made, [`StoreError::Broken`] when the URL is not one.
    pub async fn connect(url: &str, limits: Limits) -> Result<Self, StoreError> {
        let options: PgConnectOptions = url.parse().map_err(|_| StoreError::Broken("not a database URL"))?;
        let deadline = limits.statement.as_millis().to_string();
        // As bootstrap.sql sets them for the role; here for a role that was made without it.
        let options = options.application_name("paddock").options([
            ("search_path", "app,pg_catalog"),
            ("statement_timeout", deadline.as_str()),
            ("idle_in_transaction_session_timeout", "30s"),
            ("timezone", "UTC"),
            ("client_min_messages", "warning"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(limits.connections)
            .acquire_timeout(limits.acquire)
            .connect_with(options)
            .await
            .map_err(|error| decide(&error))?;
        Ok(Self { pool, patience: limits.statement + Duration::from_secs(1) })
    }

    /// A transaction in which only `tenant`'s rows exist.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Timeout`].
    pub async fn tenant(&self, tenant: Tenant) -> Result<TenantTx, StoreError> {
        let tx = Tx::begin(&self.pool, Some(tenant.user().0), self.patience).await?;
        Ok(TenantTx { tx, tenant })
    }

    /// A transaction for the few jobs that concern no single user.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Timeout`].
    pub async fn system(&self) -> Result<SystemTx, StoreError> {
        Ok(SystemTx { tx: Tx::begin(&self.pool, None, self.patience).await? })
    }

    /// Closes all connections, once they are free.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
