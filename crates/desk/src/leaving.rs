//! `/mydata`: what is kept of a user, a copy of it, and its end.

use crate::accounts::unproved;
use crate::desk::Desk;
use crate::refused::Refused;
use chrono::{DateTime, Utc};
use domain::fresh;
use domain::ids::{FormId, InteractionId};
use domain::tenant::Tenant;
use serde_json::Value;
use store::{AuditAction, AuditEntry, AuditVerdict, Form, FormAsk, Kept, NewForm, TenantTx};

/// Rows of one kind in a copy. More is cut off, and the copy says so.
const ROWS_MAX: u32 = 10_000;

/// What `/mydata get` gives.
#[derive(Clone, Debug)]
pub struct Copy {
    /// When it was taken.
    pub at: DateTime<Utc>,
    /// The rows of each kind that has any, and how many there are.
    pub kinds: Vec<(Kept, Vec<Value>)>,
}

/// What is left of somebody who left.
#[derive(Clone, Debug)]
pub struct Gone {
    /// When.
    pub at: DateTime<Utc>,
    /// How many rows of each kind were deleted.
    pub deleted: Vec<(String, i64)>,
    /// The number under which the audit book goes on; nobody can tell any more whose it is.
    pub subject: Option<i64>,
    /// Entries of the book that stay.
    pub entries: i64,
}

impl Desk {
    /// What is kept, by kind.
    ///
    /// # Errors
    /// [`Refused::Trouble`].
    pub async fn my_data(&self, tenant: Tenant) -> Result<Vec<Kept>, Refused> {
        Ok(self.tx(tenant).await?.what_is_kept().await?)
    }

    /// A copy of it. That one was taken is noted, for whoever finds that they did not ask for it.
    ///
    /// # Errors
    /// [`Refused::AlreadyHandled`], [`Refused::Trouble`].
    pub async fn copy_my_data(&self, tenant: Tenant, interaction: InteractionId) -> Result<Copy, Refused> {
        let mut tx = self.begin(tenant, interaction).await?;
        let mut kinds = Vec::new();
        for kept in tx.what_is_kept().await? {
            if kept.entries > 0 {
                let rows = tx.rows_kept(&kept.kind, ROWS_MAX).await?;
                kinds.push((kept, rows));
            }
        }
        tx.audit(&AuditEntry { interaction: Some(interaction), ..AuditEntry::of(AuditAction::DataCopied) }).await?;
        tx.commit().await?;
        Ok(Copy { at: self.inner().clock.now(), kinds })
    }

    /// Asks before everything is deleted.
    ///
    /// # Errors
    /// [`Refused::UnsettledOrders`], [`Refused::AlreadyHandled`], [`Refused::Trouble`].
    pub async fn leave(&self, tenant: Tenant, interaction: InteractionId) -> Result<FormId, Refused> {
        let mut tx = self.begin(tenant, interaction).await?;
        nothing_unsettled(&mut tx).await?;
        tx.ensure_user(None).await?;
        let id = fresh::form();
        tx.insert_form(&NewForm { id, ask: FormAsk::Leave }).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// The click on [`Desk::leave`]: keys and everything else are gone with its commit.
    ///
    /// # Errors
    /// [`Refused::FormGone`], [`Refused::UnsettledOrders`], [`Refused::AlreadyHandled`], [`Refused::Trouble`].
    pub async fn confirm_leave(
        &self,
        tenant: Tenant,
        form: FormId,
        interaction: InteractionId,
    ) -> Result<Gone, Refused> {
        let mut tx = self.begin(tenant, interaction).await?;
        match tx.consume_form(form).await? {
            Ok(Form { ask: FormAsk::Leave, .. }) => {}
            Ok(_) | Err(_) => return Err(Refused::FormGone),
        }
        nothing_unsettled(&mut tx).await?;
        // The last entry, while the book still knows whose it is.
        tx.audit(&AuditEntry { interaction: Some(interaction), ..AuditEntry::of(AuditAction::DataDeleted) }).await?;
        let subject = tx.audit_subject().await?;
        let entries = match tx.audit_verify().await? {
            AuditVerdict::Whole(head) => head.map_or(0, |head| head.seq),
            AuditVerdict::BrokenAt(seq) | AuditVerdict::NotAsPublished(seq) => seq,
        };
        let deleted = tx.forget().await?;
        tx.commit().await?;
        self.inner().noted.forget(tenant.user().0);
        Ok(Gone { at: self.inner().clock.now(), deleted, subject, entries })
    }

    /// The other click on [`Desk::leave`]: the question is over.
    ///
    /// # Errors
    /// [`Refused::AlreadyHandled`], [`Refused::Trouble`].
    pub async fn stay(&self, tenant: Tenant, form: FormId, interaction: InteractionId) -> Result<(), Refused> {
        let mut tx = self.begin(tenant, interaction).await?;
        // Whatever it was, it cannot be pressed any more.
        drop(tx.consume_form(form).await?);
        Ok(tx.commit().await?)
    }
}

/// Without the keys nobody could find out any more what became of such an order.
async fn nothing_unsettled(tx: &mut TenantTx) -> Result<(), Refused> {
    let mut count = 0;
    for account in tx.accounts().await? {
        count += unproved(tx, &account).await?.len();
    }
    if count == 0 { Ok(()) } else { Err(Refused::UnsettledOrders(count)) }
}
