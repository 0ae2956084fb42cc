//! What must be true of the database before we serve anyone.

use crate::migrate::MIGRATIONS;
use crate::system::SystemTx;
use crate::{Store, StoreError};
use sqlx::FromRow;
use std::collections::BTreeMap;
use thiserror::Error;

/// The role that we serve as. Members of the owner or of the jobs role could act as them.
pub(crate) const ROLE: &str = "
    SELECT current_user::text AS name, current_setting('server_version_num')::int AS server, r.rolsuper AS superuser,
           r.rolbypassrls AS bypasses,
           EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = 'app' AND c.relkind IN ('r', 'p') AND pg_has_role(current_user, c.relowner, 'MEMBER'))
           OR EXISTS (SELECT FROM pg_roles o WHERE o.rolname IN ('paddock_owner', 'paddock_jobs')
                       AND pg_has_role(current_user, o.oid, 'MEMBER')) AS owns,
           to_regclass('app._sqlx_migrations') IS NOT NULL AS has_schema
      FROM pg_roles r WHERE r.rolname = current_user";

/// Tables on which the wall does not stand. The list of migrations holds nothing of anybody.
pub(crate) const UNPROTECTED: &str = "
    SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'app' AND c.relkind IN ('r', 'p') AND c.relname <> '_sqlx_migrations'
       AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
     ORDER BY c.relname";

pub(crate) const MIGRATED: &str = "SELECT version, checksum, success FROM app._sqlx_migrations ORDER BY version";

/// Why the service does not start on this database.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BootRefusal {
    /// No answer.
    #[error("The database does not answer. Is DATABASE_URL right, and is the server running?")]
    Unreachable,
    /// Too old.
    #[error("PostgreSQL {0} is too old; version 15 or newer is needed.")]
    ServerTooOld(i32),
    /// Superusers pass by row-level security.
    #[error("The role {0:?} is a superuser, which row-level security does not hold. Serve as paddock_app.")]
    Superuser(String),
    /// The role passes by row-level security.
    #[error("The role {0:?} has BYPASSRLS, so users would not be kept apart. Serve as paddock_app.")]
    BypassRls(String),
    /// The role owns a table, or can act as a role that does.
    #[error("The role {0:?} owns tables of Paddock or can act as their owner. Serve as paddock_app.")]
    Owner(String),
    /// Tables without enabled and forced row-level security.
    #[error("Row-level security is not enabled and forced on {0}. Was the schema changed by hand?")]
    Unprotected(String),
    /// Never migrated.
    #[error("The database has no schema of Paddock yet. Run `paddock migrate`.")]
    NoSchema,
    /// Migrations are missing.
    #[error("The database lacks migration {0}. Run `paddock migrate`.")]
    MigrationMissing(i64),
    /// The database is newer than the program.
    #[error("The database has migration {0}, which this program does not know. Start the newer program.")]
    MigrationUnknown(i64),
    /// A migration stopped half-way.
    #[error("Migration {0} stopped half-way. See migrations/README.md.")]
    MigrationDirty(i64),
    /// A migration was applied with another text.
    #[error("Migration {0} was applied with another text than this program has. See migrations/README.md.")]
    MigrationDiffers(i64),
}

#[derive(FromRow)]
struct Role {
    name: String,
    server: i32,
    superuser: bool,
    bypasses: bool,
    owns: bool,
    has_schema: bool,
}

#[derive(FromRow)]
struct Migrated {
    version: i64,
    checksum: Vec<u8>,
    success: bool,
}

/// Checks everything above.
///
/// # Errors
/// The first [`BootRefusal`] found.
pub async fn check(store: &Store) -> Result<(), BootRefusal> {
    let mut system = store.system().await.map_err(unreachable)?;
    check_role(&mut system).await?;
    check_migrations(&mut system).await?;
    let open: Vec<(String,)> = system.tx.all(sqlx::query_as(UNPROTECTED)).await.map_err(unreachable)?;
    if open.is_empty() {
        return Ok(());
    }
    Err(BootRefusal::Unprotected(open.into_iter().map(|(name,)| name).collect::<Vec<_>>().join(", ")))
}

async fn check_role(system: &mut SystemTx) -> Result<(), BootRefusal> {
    let role: Role = system.tx.one(sqlx::query_as(ROLE)).await.map_err(unreachable)?;
    if role.server < 150_000 {
        return Err(BootRefusal::ServerTooOld(role.server / 10_000));
    }
    if role.superuser {
        return Err(BootRefusal::Superuser(role.name));
    }
    if role.bypasses {
        return Err(BootRefusal::BypassRls(role.name));
    }
    if role.owns {
        return Err(BootRefusal::Owner(role.name));
    }
    if role.has_schema { Ok(()) } else { Err(BootRefusal::NoSchema) }
}

async fn check_migrations(system: &mut SystemTx) -> Result<(), BootRefusal> {
    let rows: Vec<Migrated> = match system.tx.all(sqlx::query_as(MIGRATED)).await {
        Ok(rows) => rows,
        // The first migration grants the reading of the list.
        Err(StoreError::Denied) => return Err(BootRefusal::NoSchema),
        Err(error) => return Err(unreachable(error)),
    };
    let mut known: BTreeMap<i64, &[u8]> = MIGRATIONS.iter().map(|m| (m.version, &*m.checksum)).collect();
    for row in rows {
        match known.remove(&row.version) {
            _ if !row.success => return Err(BootRefusal::MigrationDirty(row.version)),
            None => return Err(BootRefusal::MigrationUnknown(row.version)),
            Some(checksum) if checksum != row.checksum => return Err(BootRefusal::MigrationDiffers(row.version)),
            Some(_) => {}
        }
    }
    known.first_key_value().map_or(Ok(()), |(version, _)| Err(BootRefusal::MigrationMissing(*version)))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn unreachable(error: StoreError) -> BootRefusal {
    tracing::error!(%error, "the database could not be checked");
    BootRefusal::Unreachable
}
