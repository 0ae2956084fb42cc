//! A private PostgreSQL server that comes and goes with the service: nothing to install by hand, nothing to configure.
//!
//! - It listens on a Unix socket in a folder of mode 0700, nowhere else. Whoever can reach that socket is root or the
//!   server's own user, and both can read the data files anyway; so roles need no passwords there (`trust`).
//! - It does not outlive the service. A small shell, the guard, waits on a pipe whose other end this process holds; the
//!   kernel closes it however the process ends, `kill -9` included, and the guard then stops the server.
//! - One service per folder: the folder's lock is an `flock`, which the kernel, too, gives back.

mod cluster;
mod guard;
mod identity;
mod programs;

use crate::{BOOTSTRAP, MigrateError, migrate};
use cluster::Cluster;
use guard::Guard;
use identity::Identity;
use programs::Programs;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// The superuser of an embedded server; used for the bootstrap only.
const ADMIN: &str = "paddock_admin";
const DATABASE: &str = "paddock";
const DATABASE_THERE: &str = "SELECT 1 FROM pg_database WHERE datname = 'paddock'";
/// A server that replays a long log after a power cut is slow to answer, not dead: its end is noticed at once.
const READY_TRIES: u32 = 6000;
const READY_PAUSE: Duration = Duration::from_millis(10);

/// Whether data must survive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Kept between runs, safe against power loss.
    Durable,
    /// Deleted with the process, and fast.
    Throwaway,
}

/// Why the embedded server did not start. Every text is for a person.
#[derive(Debug, Error)]
pub enum EmbeddedError {
    /// No PostgreSQL on this machine.
    #[error(
        "PostgreSQL's programs were not found. Install the package `postgresql`, or set PG_BINDIR to the folder that holds `postgres` and `initdb`."
    )]
    NoPrograms,
    /// Too old.
    #[error("PostgreSQL {major} in {at} is too old; version 15 or newer is needed.")]
    TooOld {
        /// Its version.
        major: u32,
        /// Where it is.
        at: PathBuf,
    },
    /// Another service uses the folder.
    #[error("Another Paddock is running on {0}. Stop it first, or choose another data folder.")]
    AlreadyRunning(PathBuf),
    /// The server's user cannot get there.
    #[error(
        "PostgreSQL does not run as root, and its user `{user}` cannot enter {at}. Choose a folder such as /var/lib/paddock."
    )]
    OutOfReach {
        /// The folder on the way that stops it.
        at: PathBuf,
        /// Whom it stops.
        user: String,
    },
    /// The data belongs to another major version.
    #[error(
        "The data in {at} was made by PostgreSQL {data}, but PostgreSQL {server} was found. Install PostgreSQL {data}, or dump and restore."
    )]
    OtherVersion {
        /// The folder.
        at: PathBuf,
        /// Version that made it.
        data: String,
        /// Version found.
        server: u32,
    },
    /// A folder or file could not be used.
    #[error("{at} cannot be used: {why}.")]
    Folder {
        /// Which.
        at: PathBuf,
        /// The system's words.
        why: io::Error,
    },
    /// A program of PostgreSQL failed.
    #[error("PostgreSQL did not start. Its last words:\n{last_words}")]
    Failed {
        /// The end of its log.
        last_words: String,
    },
    /// The server runs, and the roles or the database could not be made.
    #[error("PostgreSQL started, but Paddock's roles and database could not be made.")]
    Bootstrap,
    /// The server runs, and a migration failed.
    #[error("PostgreSQL started, but its schema could not be brought up to date: {0}.")]
    Schema(#[from] MigrateError),
    /// It was told to stop and did not.
    #[error("PostgreSQL does not stop; see its log in {0}.")]
    Stuck(PathBuf),
}

/// A running server. Stops when it is dropped, and when this process ends in whatever way.
#[derive(Debug)]
pub struct Embedded {
    cluster: Cluster,
    guard: Guard,
    /// Held, not read: the kernel gives it back with the process.
    _lock: File,
}

impl Embedded {
    /// Starts the server on `dir`, with roles, database and schema ready.
    ///
    /// # Errors
    /// Every [`EmbeddedError`].
    pub async fn start(dir: &Path, mode: Mode) -> Result<Self, EmbeddedError> {
        let programs = Programs::find()?;
        let identity = Identity::choose();
        identity.must_reach(programs.folder())?;
        let lock = cluster::lock(dir, &identity)?;
        let cluster = Cluster::open(dir, mode, programs, identity)?;
        let guard = cluster.spawn()?;
        let mut embedded = Self { cluster, guard, _lock: lock };
        embedded.wait_until_ready().await?;
        embedded.bootstrap().await?;
        let applied = migrate(&embedded.owner_url()).await?;
        tracing::info!(dir = %dir.display(), migrations_applied = applied.len(), "embedded PostgreSQL is ready");
        Ok(embedded)
    }

    /// For [`crate::Store::connect`]: the app role.
    pub fn app_url(&self) -> String {
        self.url_of("paddock_app", DATABASE)
    }

    /// The socket on which the server listens.
    pub fn socket(&self) -> PathBuf {
        self.cluster.socket_folder().join(".s.PGSQL.5432")
    }

    /// [`Embedded::app_url`] by way of a socket of the same name in another folder.
    pub fn app_url_through(&self, folder: &Path) -> String {
        url_in(folder, "paddock_app", DATABASE)
    }

    /// For [`crate::migrate`]: the owner role.
    pub fn owner_url(&self) -> String {
        self.url_of("paddock_owner", DATABASE)
    }

    /// For an operator who exports the audit book: the read-only audit role.
    pub fn audit_url(&self) -> String {
        self.url_of("paddock_audit", DATABASE)
    }

    /// Stops the server and waits until it has.
    ///
    /// # Errors
    /// [`EmbeddedError::Stuck`].
    pub async fn stop(mut self) -> Result<(), EmbeddedError> {
        self.guard.let_go();
        self.wait_until_gone().await?;
        self.cluster.clear();
        Ok(())
    }

    async fn wait_until_gone(&mut self) -> Result<(), EmbeddedError> {
        for _ in 0..1000 {
            if self.guard.has_ended() {
                return Ok(());
            }
            tokio::time::sleep(READY_PAUSE).await;
        }
        Err(EmbeddedError::Stuck(self.cluster.log()))
    }

    async fn wait_until_ready(&mut self) -> Result<(), EmbeddedError> {
        for _ in 0..READY_TRIES {
            if let Ok(connection) = self.admin("postgres").connect().await {
                connection.close().await.ok();
                return Ok(());
            }
            if self.guard.has_ended() {
                break;
            }
            tokio::time::sleep(READY_PAUSE).await;
        }
        Err(EmbeddedError::Failed { last_words: self.cluster.last_words() })
    }

    /// The roles and the schema. Costs a few milliseconds and changes nothing when they are there.
    async fn bootstrap(&self) -> Result<(), EmbeddedError> {
        self.make_database().await.map_err(|error| {
            tracing::error!(%error, "bootstrap of the embedded database failed");
            EmbeddedError::Bootstrap
        })
    }

    async fn make_database(&self) -> Result<(), sqlx::Error> {
        let one = || PgPoolOptions::new().max_connections(1);
        let admin = one().connect_with(self.admin("postgres")).await?;
        let there: Vec<(i32,)> = sqlx::query_as(DATABASE_THERE).fetch_all(&admin).await?;
        if there.is_empty() {
            sqlx::raw_sql("CREATE DATABASE paddock").execute(&admin).await?;
        }
        admin.close().await;
        let admin = one().connect_with(self.admin(DATABASE)).await?;
        sqlx::raw_sql(BOOTSTRAP).execute(&admin).await?;
        admin.close().await;
        Ok(())
    }

    fn admin(&self, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(self.cluster.socket_folder())
            .port(5432)
            .username(ADMIN)
            .database(database)
            .options([("client_min_messages", "warning")])
    }

    pub(crate) fn url_of(&self, role: &str, database: &str) -> String {
        url_in(self.cluster.socket_folder(), role, database)
    }
}

fn url_in(folder: &Path, role: &str, database: &str) -> String {
    let folder: String = folder.to_string_lossy().bytes().map(escape).collect();
    format!("postgres://{role}@localhost:5432/{database}?host={folder}")
}

/// Percent-encodes one byte of a path for the query part of a URL.
fn escape(byte: u8) -> String {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    }
}

#[cfg(feature = "testing")]
impl Embedded {
    /// Kills the server at once and starts it again on the same data.
    pub(crate) async fn restart(&mut self) -> Result<(), EmbeddedError> {
        self.cluster.signal_all(nix::sys::signal::Signal::SIGQUIT);
        self.wait_until_gone().await?;
        self.guard = self.cluster.spawn()?;
        self.wait_until_ready().await
    }

    /// Sends a signal to the server and all of its processes.
    pub(crate) fn signal_all(&self, signal: nix::sys::signal::Signal) {
        self.cluster.signal_all(signal);
    }

    pub(crate) const ADMIN: &str = ADMIN;
    pub(crate) const DATABASE: &str = DATABASE;
}
