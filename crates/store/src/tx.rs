//! The one place where queries run: an open transaction, with a deadline on every answer.

use crate::StoreError;
use crate::error::{decide, was_undone};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::{Query, QueryAs};
use sqlx::{AssertSqlSafe, FromRow, PgPool, Postgres, Transaction};
use std::future::Future;
use std::time::Duration;

/// An open transaction for one user, or for none.
#[derive(Debug)]
pub(crate) struct Tx {
    inner: Transaction<'static, Postgres>,
    /// No statement failed, none was cut off: only then a commit would keep what the caller thinks it keeps. PostgreSQL
    /// answers the COMMIT of a failed transaction with a friendly ROLLBACK, which is no error.
    sound: bool,
    patience: Duration,
}

impl Tx {
    /// Opens it. `SET LOCAL` ends with the transaction; a setting of the session would leak to the connection's next
    /// user.
    pub(crate) async fn begin(pool: &PgPool, user: Option<i64>, patience: Duration) -> Result<Self, StoreError> {
        let user = user.map(|id| id.to_string()).unwrap_or_default();
        // The only SQL that is put together at run time, from an integer.
        let begin = AssertSqlSafe(format!("BEGIN; SET LOCAL app.user_id = '{user}'"));
        // In a task of its own, because sqlx 0.9 queues no rollback for a BEGIN whose future is dropped before the answer
        // (PgTransactionManager::begin counts the transaction only afterwards): the connection would go back to the pool
        // with the transaction, and the user, still open. The task goes on, and drops what it began.
        let pool = pool.clone();
        let task = tokio::spawn(async move { pool.begin_with(begin).await });
        let opened = async { task.await.unwrap_or(Err(sqlx::Error::WorkerCrashed)) };
        let inner = within(patience, opened).await?;
        Ok(Self { inner, sound: true, patience })
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

/// The server keeps its own deadline; ours is for a server that has stopped answering.
async fn within<T>(patience: Duration, answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    match tokio::time::timeout(patience, answer).await {
        Ok(answer) => answer.map_err(|error| decide(&error)),
        Err(_) => Err(StoreError::Timeout),
    }
}
