//! What is kept of a user, a copy of it, and its end.

use crate::{StoreError, TenantTx};
use serde_json::Value;
use sqlx::FromRow;

pub(crate) const WHAT: &str = "SELECT kind, entries, fields FROM app.what_is_mine()";
pub(crate) const ROWS: &str = "SELECT app.my_rows($1, $2)";
pub(crate) const SUBJECT: &str = "SELECT app.own_subject()";
pub(crate) const FORGET: &str = "SELECT kind, entries FROM app.forget_me()";

/// How much of one kind is kept of a user.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Kept {
    /// The table's name.
    pub kind: String,
    /// Its rows.
    pub entries: i64,
    /// Its columns.
    pub fields: Vec<String>,
}

impl TenantTx {
    /// Everything that is kept of the user, by kind.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn what_is_kept(&mut self) -> Result<Vec<Kept>, StoreError> {
        self.tx.all(sqlx::query_as(WHAT)).await
    }

    /// The user's rows of one kind, without sealed keys; at most the `most` latest.
    ///
    /// # Errors
    /// [`StoreError::Broken`] for a kind that [`TenantTx::what_is_kept`] does not name.
    pub async fn rows_kept(&mut self, kind: &str, most: u32) -> Result<Vec<Value>, StoreError> {
        let most = i32::try_from(most).unwrap_or(i32::MAX);
        let query = sqlx::query_as::<_, (Value,)>(ROWS).bind(kind.to_owned()).bind(most);
        Ok(self.tx.all(query).await?.into_iter().map(|(row,)| row).collect())
    }

    /// The number under which the audit book knows the user; `None` before the first entry.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn audit_subject(&mut self) -> Result<Option<i64>, StoreError> {
        Ok(self.tx.one(sqlx::query_as::<_, (Option<i64>,)>(SUBJECT)).await?.0)
    }

    /// Deletes all of it but the audit book, of which nobody can say any more whose it is. Says how many rows of each kind went.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn forget(&mut self) -> Result<Vec<(String, i64)>, StoreError> {
        self.tx.all(sqlx::query_as(FORGET)).await
    }
}
