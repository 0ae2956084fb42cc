//! The one place where queries run: an open transaction, with a deadline on every answer.

use crate::StoreError;
use crate::error::{decide, was_undone};
use crate::store::Store;
use crate::tally::Tally;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::{Query, QueryAs};
use sqlx::{AssertSqlSafe, FromRow, PgPool, Postgres, Transaction};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// How many dead connections somebody may meet on the way to one that lives.
const DEAD_MAX: u32 = 32;

/// What a commit waits for. Why both exist: docs/adr/0002-one-flush.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disk {
    /// Its answer means that it, and every commit before it, is on disk. Said to the server each time: a server's own setting
    /// may be less.
    Now,
    /// Seen by everybody at once, on disk a moment later. A crash of the server in that moment undoes it as a whole.
    Later,
}

/// An open transaction for one user, or for none.
#[derive(Debug)]
pub(crate) struct Tx {
    inner: Transaction<'static, Postgres>,
    /// No statement failed, none was cut off: only then a commit would keep what the caller thinks it keeps. PostgreSQL
    /// answers the COMMIT of a failed transaction with a friendly ROLLBACK, which is no error.
    sound: bool,
    disk: Disk,
    patience: Duration,
    tally: Arc<Tally>,
}

impl Tx {
    /// Opens it. `SET LOCAL` ends with the transaction; a setting of the session would leak to the connection's next
    /// user.
    pub(crate) async fn begin(store: &Store, user: Option<i64>, disk: Disk) -> Result<Self, StoreError> {
        let user = user.map(|id| id.to_string()).unwrap_or_default();
        let wait = match disk {
            Disk::Now => "on",
            Disk::Later => "off",
        };
        // The only SQL that is put together at run time, from an integer and two words. One round trip for all three.
        let begin = format!("BEGIN; SET LOCAL app.user_id = '{user}'; SET LOCAL synchronous_commit = {wait}");
        // In a task of its own, because sqlx 0.9 queues no rollback for a BEGIN whose future is dropped before the answer
        // (PgTransactionManager::begin counts the transaction only afterwards): the connection would go back to the pool
        // with the transaction, and the user, still open. The task goes on, and drops what it began.
        let task = tokio::spawn(open(store.pool.clone(), begin));
        let opened = async { task.await.unwrap_or(Err(sqlx::Error::WorkerCrashed)) };
        store.tally.trip();
        let inner = within(store.patience, opened).await?;
        Ok(Self { inner, sound: true, disk, patience: store.patience, tally: Arc::clone(&store.tally) })
    }

    /// Refuses what only a commit that waits for the disk may decide.
    pub(crate) fn must_reach_disk(&self) -> Result<(), StoreError> {
        match self.disk {
            Disk::Now => Ok(()),
            Disk::Later => Err(StoreError::Broken("a right to send in a commit that does not wait for the disk")),
        }
    }

    /// Runs a statement and returns its rows. All of them are awaited: an error may come after the first.
    pub(crate) async fn all<'q, T>(
        &mut self,
        query: QueryAs<'q, Postgres, T, PgArguments>,
    ) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin + 'q,
    {
        self.must_be_sound()?;
        self.tally.trip();
        let rows = within(self.patience, query.fetch_all(&mut *self.inner)).await?;
        self.sound = true;
        Ok(rows)
    }

    /// The first row of a statement.
    pub(crate) async fn first<'q, T>(
        &mut self,
        query: QueryAs<'q, Postgres, T, PgArguments>,
    ) -> Result<Option<T>, StoreError>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin + 'q,
    {
        Ok(self.all(query).await?.into_iter().next())
    }

    /// The row of a statement that names one.
    pub(crate) async fn one<'q, T>(&mut self, query: QueryAs<'q, Postgres, T, PgArguments>) -> Result<T, StoreError>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin + 'q,
    {
        self.first(query).await?.ok_or(StoreError::NotFound)
    }

    /// Runs a statement and returns how many rows it touched.
    pub(crate) async fn run(&mut self, query: Query<'_, Postgres, PgArguments>) -> Result<u64, StoreError> {
        self.must_be_sound()?;
        self.tally.trip();
        let done = within(self.patience, query.execute(&mut *self.inner)).await?;
        self.sound = true;
        Ok(done.rows_affected())
    }

    /// Runs a statement that is to touch one row.
    pub(crate) async fn touch(&mut self, query: Query<'_, Postgres, PgArguments>) -> Result<(), StoreError> {
        if self.run(query).await? == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        if !self.sound {
            return Err(StoreError::Broken("commit after a failed statement"));
        }
        self.tally.commit(self.disk);
        match tokio::time::timeout(self.patience, self.inner.commit()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) if was_undone(&error) => Err(decide(&error)),
            Ok(Err(_)) | Err(_) => Err(StoreError::Ambiguous),
        }
    }

    /// Marks the transaction unsound until the statement that follows has succeeded: a cancelled future cannot do it
    /// later.
    fn must_be_sound(&mut self) -> Result<(), StoreError> {
        if std::mem::replace(&mut self.sound, false) {
            Ok(())
        } else {
            Err(StoreError::Broken("statement after a failed one"))
        }
    }
}

/// A BEGIN that meets a dead connection has done nothing.
async fn open(pool: PgPool, begin: String) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    alive(|| pool.begin_with(AssertSqlSafe(begin.clone()))).await
}

/// Asks again when the connection was found dead, which is gone then. In place of a ping before every use, which would cost a
/// round trip each; so only for what may be asked twice.
pub(crate) async fn alive<T, F>(ask: impl Fn() -> F) -> Result<T, sqlx::Error>
where
    F: Future<Output = Result<T, sqlx::Error>>,
{
    for _ in 0..DEAD_MAX {
        match ask().await {
            Err(error) if is_dead(&error) => {}
            answer => return answer,
        }
    }
    Err(sqlx::Error::PoolTimedOut)
}

/// Whether the connection, not the statement, was at fault.
fn is_dead(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(last_words) => last_words.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

/// The server keeps its own deadline; ours is for a server that has stopped answering.
pub(crate) async fn within<T>(
    patience: Duration,
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(patience, answer).await {
        Ok(answer) => answer.map_err(|error| decide(&error)),
        Err(_) => Err(StoreError::Timeout),
    }
}
