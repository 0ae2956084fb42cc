//! Migrations, run as the owner role.

use crate::audit_action::HouseAction;
use crate::system::HOUSE;
use chrono::NaiveDate;
use sqlx::PgPool;
use sqlx::migrate::{MigrateError as Failure, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::collections::BTreeSet;
use thiserror::Error;

/// Makes the roles and the schema. Run once by an administrator; running it again changes nothing.
pub const BOOTSTRAP: &str = include_str!("../../../migrations/bootstrap.sql");

/// Every migration that this program knows.
pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

const PRUNE: &str = "SELECT app.audit_prune($1)";
const APPLIED: &str = "SELECT version FROM app._sqlx_migrations WHERE success";

/// The migration that made the house's own chain.
const HOUSE_SINCE: i64 = 10;

/// Why migrations did not run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MigrateError {
    /// No connection.
    #[error("the database is not reachable as its owner role")]
    Unreachable,
    /// A migration that was applied before has another text now.
    #[error("migration {0} was applied with another text than this program has")]
    Differs(i64),
    /// A migration that was applied before is not known.
    #[error("migration {0} was applied by a newer program")]
    Unknown(i64),
    /// A migration stopped half-way.
    #[error("migration {0} stopped half-way before")]
    Dirty(i64),
    /// A migration failed; it was rolled back.
    #[error("migration {0} failed and was undone; the log says why")]
    Failed(i64),
    /// The owner role cannot work in the schema.
    #[error("the owner role cannot work in schema app; an administrator has to run migrations/bootstrap.sql first")]
    NoSchema,
}

/// Brings the schema up to date, as the owner role. Returns the versions that were applied now.
///
/// Several processes may do it at once: an advisory lock makes them take turns.
///
/// # Errors
/// Every [`MigrateError`].
pub async fn migrate(owner_url: &str) -> Result<Vec<i64>, MigrateError> {
    let options: PgConnectOptions = owner_url.parse().map_err(|_| MigrateError::Unreachable)?;
    // The list of migrations lies in the schema of what they make, not in one that everybody shares.
    let options = options.options([("search_path", "app,pg_catalog"), ("client_min_messages", "warning")]);
    let one = PgPoolOptions::new().max_connections(1);
    let owner = one.connect_with(options).await.map_err(|_| MigrateError::Unreachable)?;
    let before = applied(&owner).await;
    let outcome = MIGRATIONS.run(&owner).await.map_err(|failure| explain(&failure));
    let after = applied(&owner).await;
    let new: Vec<i64> = after.difference(&before).copied().collect();
    if !new.is_empty() && after.contains(&HOUSE_SINCE) {
        note(&owner, &new).await;
    }
    owner.close().await;
    outcome.map(|()| new)
}

/// In the house's own chain. That it could not be written undoes no migration.
async fn note(owner: &PgPool, new: &[i64]) {
    let detail = serde_json::json!({ "migrations": new, "program": env!("CARGO_PKG_VERSION") });
    let query = sqlx::query(HOUSE).persistent(false).bind(HouseAction::Migrated.as_str()).bind(detail);
    if let Err(error) = query.execute(owner).await {
        tracing::error!(%error, "the migration is not in the audit book");
    }
}

/// Empty before the first migration: then there is no list yet.
async fn applied(owner: &PgPool) -> BTreeSet<i64> {
    let versions: Vec<i64> = sqlx::query_scalar(APPLIED).persistent(false).fetch_all(owner).await.unwrap_or_default();
    versions.into_iter().collect()
}

fn explain(failure: &Failure) -> MigrateError {
    tracing::error!(%failure, "migrations did not run");
    match failure {
        Failure::VersionMismatch(version) => MigrateError::Differs(*version),
        Failure::VersionMissing(version) => MigrateError::Unknown(*version),
        Failure::Dirty(version) => MigrateError::Dirty(*version),
        Failure::ExecuteMigration(_, version) => MigrateError::Failed(*version),
        Failure::Execute(sqlx::Error::Io(_)) => MigrateError::Unreachable,
        _ => MigrateError::NoSchema,
    }
}

/// Why no month of the audit book was let go of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PruneError {
    /// No connection, or no answer.
    #[error("the database is not reachable as its owner role")]
    Unreachable,
    /// The database keeps it, whoever asks.
    #[error("the audit book is kept for seven years, and these months are younger")]
    TooYoung,
}

/// Drops the audit book's months before `month`, as the owner role. Says how many.
///
/// # Errors
/// Every [`PruneError`].
pub async fn prune_audit(owner_url: &str, month: NaiveDate) -> Result<i32, PruneError> {
    let owner =
        PgPoolOptions::new().max_connections(1).connect(owner_url).await.map_err(|_| PruneError::Unreachable)?;
    let pruned = sqlx::query_scalar(PRUNE).persistent(false).bind(month).fetch_one(&owner).await;
    owner.close().await;
    pruned.map_err(|error: sqlx::Error| {
        tracing::error!(%error, "no month of the audit book was let go of");
        match error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref() {
            Some("42501") => PruneError::TooYoung,
            _ => PruneError::Unreachable,
        }
    })
}
