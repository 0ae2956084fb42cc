//! Sealed credentials. The store never sees one in clear.

use crate::{StoreError, TenantTx};
use domain::credential::{CredentialKind, Fingerprint, Sealed};
use domain::ids::AccountId;
use sqlx::FromRow;

pub(crate) const READ: &str = "SELECT kind, ciphertext, fingerprint FROM app.credentials WHERE account_id = $1";
pub(crate) const REPLACE: &str = "
    WITH a AS (UPDATE app.accounts SET key_tail = $2, status = 'active'
                WHERE account_id = $1 AND removed_at IS NULL RETURNING user_id, account_id)
    UPDATE app.credentials c
       SET ciphertext = $3, fingerprint = $4, rotated_at = clock_timestamp(), sealed_at = clock_timestamp()
      FROM a WHERE c.user_id = a.user_id AND c.account_id = a.account_id";
pub(crate) const RESEAL: &str = "
    UPDATE app.credentials SET ciphertext = $3, fingerprint = $4, sealed_at = clock_timestamp()
     WHERE account_id = $1 AND ciphertext = $2";

/// A credential's columns.
#[derive(FromRow)]
pub(crate) struct KeyRow {
    pub(crate) kind: String,
    ciphertext: String,
    fingerprint: String,
}

impl From<KeyRow> for Sealed {
    fn from(row: KeyRow) -> Self {
        Self { ciphertext: row.ciphertext, fingerprint: Fingerprint::stored(row.fingerprint) }
    }
}

/// Reads a stored kind.
pub(crate) fn kind(text: &str) -> Result<CredentialKind, StoreError> {
    if text == CredentialKind::KeyPair.as_str() {
        Ok(CredentialKind::KeyPair)
    } else {
        Err(StoreError::Broken("a stored credential is of an unknown kind"))
    }
}

impl TenantTx {
    /// The sealed credential of a linked account.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn credential(&mut self, account: AccountId) -> Result<Sealed, StoreError> {
        self.tx.one(sqlx::query_as::<_, KeyRow>(READ).bind(account.0)).await.map(Sealed::from)
    }

    /// Replaces the keys of an account with new ones of the user; the account is active again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn put_credential(
        &mut self,
        account: AccountId,
        key_tail: &str,
        sealed: &Sealed,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(REPLACE)
            .bind(account.0)
            .bind(key_tail.to_owned())
            .bind(sealed.ciphertext.clone())
            .bind(sealed.fingerprint.as_str().to_owned());
        self.tx.touch(query).await
    }

    /// Replaces `was` with the same keys sealed under a newer master key. `false`: it is no longer `was` that is
    /// stored.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn reseal_credential(
        &mut self,
        account: AccountId,
        was: &Sealed,
        is: &Sealed,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(RESEAL)
            .bind(account.0)
            .bind(was.ciphertext.clone())
            .bind(is.ciphertext.clone())
            .bind(is.fingerprint.as_str().to_owned());
        Ok(self.tx.run(query).await? == 1)
    }
}
