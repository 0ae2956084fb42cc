//! One user's transaction.

use crate::StoreError;
use crate::tx::Tx;
use domain::tenant::Tenant;

/// A transaction in which only one user's rows exist. Dropped without [`TenantTx::commit`], it changes nothing.
///
/// After any [`StoreError`] but `NotFound` it is of no more use: drop it and begin anew. Write the audit entry last,
/// because it makes the user's other writers wait for the commit.
#[derive(Debug)]
pub struct TenantTx {
    pub(crate) tx: Tx,
    pub(crate) tenant: Tenant,
}

impl TenantTx {
    /// Whose it is.
    pub const fn tenant(&self) -> Tenant {
        self.tenant
    }

    /// The user's id, to be bound where a row is inserted. Elsewhere the wall in the database supplies it.
    pub(crate) const fn user(&self) -> i64 {
        self.tenant.user().0
    }

    /// Makes everything done in it last.
    ///
    /// # Errors
    /// [`StoreError::Ambiguous`] when the answer was lost; [`StoreError::Broken`] when a statement in it had failed
    /// (then nothing was changed).
    pub async fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().await
    }
}
