//! Master keys that may be known, and the accounts whose keys were sealed under them.

use crate::system::owner;
use crate::{StoreError, SystemTx, TenantTx};
use domain::credential::Fingerprint;
use domain::ids::AccountId;
use domain::tenant::Tenant;
use uuid::Uuid;

pub(crate) const REVOKE_KEY: &str = "SELECT app.job_revoke_key($1)";
pub(crate) const REVOKED: &str = "SELECT fingerprint FROM app.job_revoked_keys()";
pub(crate) const ONCE_UNDER: &str = "SELECT user_id, account_id FROM app.job_credentials_once_under($1, $2)";
pub(crate) const REVOKE_ACCOUNT: &str = "
    WITH marked AS (UPDATE app.accounts SET status = 'keys_revoked'
                     WHERE account_id = $1 AND removed_at IS NULL AND status <> 'keys_revoked'
                    RETURNING user_id, account_id),
         previews AS (UPDATE app.tickets t SET void_at = clock_timestamp() FROM marked m
                       WHERE t.user_id = m.user_id AND t.account_id = m.account_id
                         AND t.kind NOT IN ('cancel_all', 'remove_account')
                         AND t.consumed_at IS NULL AND t.void_at IS NULL)
    SELECT account_id FROM marked";

impl SystemTx {
    /// Nothing can be sealed under that master key any more. `false`: it was revoked before.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn revoke_key(&mut self, key: &Fingerprint) -> Result<bool, StoreError> {
        Ok(self.tx.one(sqlx::query_as::<_, (bool,)>(REVOKE_KEY).bind(key.as_str().to_owned())).await?.0)
    }

    /// The master keys that were revoked, in that order.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn revoked_keys(&mut self) -> Result<Vec<Fingerprint>, StoreError> {
        let rows = self.tx.all(sqlx::query_as::<_, (String,)>(REVOKED)).await?;
        Ok(rows.into_iter().map(|(key,)| Fingerprint::stored(key)).collect())
    }

    /// Accounts whose present keys are or were sealed under that master key, and which are not marked yet.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn credentials_once_under(
        &mut self,
        key: &Fingerprint,
        most: u32,
    ) -> Result<Vec<(Tenant, AccountId)>, StoreError> {
        let query = sqlx::query_as::<_, (i64, Uuid)>(ONCE_UNDER)
            .bind(key.as_str().to_owned())
            .bind(i32::try_from(most).unwrap_or(i32::MAX));
        let rows = self.tx.all(query).await?;
        Ok(rows.into_iter().map(|(user, account)| (owner(user), AccountId(account))).collect())
    }
}

impl TenantTx {
    /// Marks the account's keys as revoked and withdraws its order tickets. `false`: marked before, or no account.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn revoke_account_keys(&mut self, account: AccountId) -> Result<bool, StoreError> {
        Ok(self.tx.first(sqlx::query_as::<_, (Uuid,)>(REVOKE_ACCOUNT).bind(account.0)).await?.is_some())
    }
}
