//! Databases for tests: one throw-away server per test process, one database per test.
//!
//! The server starts with the first test that asks and ends with the process, in whatever way that happens. A database
//! is a clone of one that was migrated once, which costs some milliseconds.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test cannot go on without its database")]

use crate::embedded::{Embedded, Mode};
use crate::{Limits, Store};
use domain::ids::{IntentId, TicketId};
use nix::sys::signal::Signal;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, ValueRef};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::Builder;

static SHARED: OnceLock<Embedded> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A database of its own, cloned from a migrated one, dropped with this value.
#[derive(Debug)]
pub struct TestDb {
    name: String,
    store: Store,
    /// Present when the test has a server to itself.
    own: Option<Embedded>,
}

impl TestDb {
    /// A fresh one, on the server that all tests of this process share.
    pub async fn new() -> Self {
        let shared = SHARED.get_or_init(|| run_apart(start()));
        let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        let clone = format!("CREATE DATABASE {name} TEMPLATE {} STRATEGY file_copy", Embedded::DATABASE);
        let admin = shared.url_of(Embedded::ADMIN, "postgres");
        execute(&admin, &clone).await;
        // A clone has the schema of its template, but not the grants on the database itself.
        let grants = format!(
            "REVOKE ALL ON DATABASE {name} FROM PUBLIC;
             GRANT CONNECT ON DATABASE {name} TO paddock_owner, paddock_app, paddock_audit"
        );
        execute(&admin, &grants).await;
        let store = connect(&shared.url_of("paddock_app", &name)).await;
        Self { name, store, own: None }
    }

    /// A fresh one on a server of its own, which may be paused, restarted and killed. Costs about a second.
    pub async fn alone() -> Self {
        let own = start().await;
        let store = connect(&own.app_url()).await;
        Self { name: Embedded::DATABASE.to_owned(), store, own: Some(own) }
    }

    /// The store, as the app role.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The URL of the app role, for a child process.
    pub fn app_url(&self) -> String {
        self.url_of("paddock_app")
    }

    /// The URL of the owner role.
    pub fn owner_url(&self) -> String {
        self.url_of("paddock_owner")
    }

    /// The URL of the read-only audit role.
    pub fn audit_url(&self) -> String {
        self.url_of("paddock_audit")
    }

    /// The URL of the superuser.
    pub fn superuser_url(&self) -> String {
        self.url_of(Embedded::ADMIN)
    }

    /// The URL of any role.
    pub fn url_of(&self, role: &str) -> String {
        self.server().url_of(role, &self.name)
    }

    /// Runs SQL as the superuser, whom row-level security does not hold. Returns the rows as text.
    pub async fn as_superuser(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        execute(&self.superuser_url(), sql).await
    }

    /// Runs SQL as the owner role.
    pub async fn as_owner(&self, sql: &str) -> Vec<Vec<Option<String>>> {
        execute(&self.owner_url(), sql).await
    }

    /// Runs SQL as any role; the error is the server's SQLSTATE.
    ///
    /// # Errors
    /// The SQLSTATE with which the server refused.
    pub async fn try_as(&self, role: &str, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
        try_execute(&self.url_of(role), sql).await
    }

    /// Makes a ticket's time run out.
    pub async fn expire_ticket(&self, ticket: TicketId) {
        self.as_superuser(&format!(
            "UPDATE app.tickets SET expires_at = clock_timestamp() - interval '1 second' WHERE ticket_id = '{ticket}'"
        ))
        .await;
    }

    /// Makes the resolver's time for an intent come now: whoever was with it counts as gone.
    pub async fn make_due(&self, intent: IntentId) {
        self.as_superuser(&format!(
            "UPDATE app.intents SET next_look_at = clock_timestamp() - interval '1 second' WHERE intent_id = '{intent}'"
        ))
        .await;
    }

    /// Stops the server from answering, without closing anything. For [`TestDb::alone`] only.
    pub fn pause(&self) {
        self.alone_server().signal_all(Signal::SIGSTOP);
    }

    /// Lets it answer again.
    pub fn resume(&self) {
        self.alone_server().signal_all(Signal::SIGCONT);
    }

    /// Restarts the server at once: all connections break. For [`TestDb::alone`] only.
    pub async fn restart(&mut self) {
        self.own.as_mut().expect("only a TestDb::alone can be restarted").restart().await.expect("the server restarts");
    }

    fn alone_server(&self) -> &Embedded {
        self.own.as_ref().expect("only a TestDb::alone can be paused: other tests share this server")
    }

    fn server(&self) -> &Embedded {
        self.own.as_ref().or_else(|| SHARED.get()).expect("a test database has a server")
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if self.own.is_none() {
            let url = self.server().url_of(Embedded::ADMIN, "postgres");
            let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
            // Not awaited: when the process ends before, the server's folder goes as a whole.
            std::thread::spawn(move || runtime().block_on(try_execute(&url, &sql)));
        }
    }
}

/// A throw-away server, in memory where there is a file system for that.
async fn start() -> Embedded {
    let place = PathBuf::from("/dev/shm");
    let place = if place.is_dir() { place } else { std::env::temp_dir() };
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    let dir = place.join(format!("paddock-test-{}-{number}", std::process::id()));
    Embedded::start(&dir, Mode::Throwaway).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn connect(url: &str) -> Store {
    let limits = Limits { connections: 8, ..Limits::default() };
    Store::connect(url, limits).await.expect("the test database takes connections")
}

/// Runs something on a runtime of its own: the shared server must not end with the test that started it.
fn run_apart<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    std::thread::spawn(move || runtime().block_on(work)).join().expect("the test server starts")
}

fn runtime() -> tokio::runtime::Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

async fn execute(url: &str, sql: &str) -> Vec<Vec<Option<String>>> {
    try_execute(url, sql).await.unwrap_or_else(|state| panic!("{state}: {sql}"))
}

/// Over the simple protocol, in which every value comes as text.
async fn try_execute(url: &str, sql: &str) -> Result<Vec<Vec<Option<String>>>, String> {
    let mut connection = PgConnection::connect(url).await.map_err(|error| error.to_string())?;
    let rows = connection.fetch_all(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await;
    connection.close().await.ok();
    let rows = rows.map_err(|error| match error.as_database_error().and_then(sqlx::error::DatabaseError::code) {
        Some(code) => code.into_owned(),
        None => error.to_string(),
    })?;
    let text = |row: &sqlx::postgres::PgRow| {
        (0..row.len())
            .map(|at| {
                let value = row.try_get_raw(at).expect("a column");
                (!value.is_null()).then(|| value.as_str().expect("text").to_owned())
            })
            .collect()
    };
    Ok(rows.iter().map(text).collect())
}
