//! What a user chose for themselves: shown, and changed one by one.

use crate::desk::Desk;
use crate::refused::Refused;
use domain::ids::InteractionId;
use domain::settings::{Notices, Settings};
use domain::tenant::Tenant;
use serde_json::{Map, Value, json};
use store::{AuditAction, AuditEntry, NoticeOutcome, StoreError, TenantTx};

impl Desk {
    /// The user's settings.
    ///
    /// # Errors
    /// [`Refused::Trouble`].
    pub async fn settings(&self, tenant: Tenant) -> Result<Settings, Refused> {
        Ok(self.tx(tenant).await?.settings().await?)
    }

    /// Changes what `change` changes, and nothing else. The book says what was what.
    ///
    /// # Errors
    /// [`Refused::AlreadyHandled`], [`Refused::Trouble`].
    pub async fn change_settings<F>(
        &self,
        tenant: Tenant,
        interaction: InteractionId,
        change: F,
    ) -> Result<Settings, Refused>
    where
        F: FnOnce(&mut Settings) + Send,
    {
        let mut tx = self.begin(tenant, interaction).await?;
        let before = tx.ensure_user(None).await?.settings;
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            write(&mut tx, &before, &after, Some(interaction)).await?;
        }
        tx.commit().await?;
        Ok(after)
    }
}

/// The change and its entry, as part of a commit. Whoever does not want to be written to any more is not, from this commit on.
pub(crate) async fn write(
    tx: &mut TenantTx,
    before: &Settings,
    after: &Settings,
    interaction: Option<InteractionId>,
) -> Result<(), StoreError> {
    let (was, becomes) = differing(before, after);
    tx.change_settings(&becomes).await?;
    match after.notices {
        Notices::On => {}
        Notices::Off => drop(tx.end_all_notices(NoticeOutcome::Withdrawn).await?),
        Notices::Undeliverable => drop(tx.end_all_notices(NoticeOutcome::Undeliverable).await?),
    }
    tx.audit(&AuditEntry {
        interaction,
        detail: json!({ "from": was, "to": becomes }),
        ..AuditEntry::of(AuditAction::SettingsChanged)
    })
    .await
}

/// The fields that differ: as they were, and as they are to be.
fn differing(before: &Settings, after: &Settings) -> (Value, Value) {
    let fields = |settings: &Settings| match serde_json::to_value(settings) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let (mut was, mut becomes) = (fields(before), fields(after));
    let same: Vec<String> =
        becomes.iter().filter(|(name, value)| was.get(*name) == Some(*value)).map(|(name, _)| name.clone()).collect();
    for name in same {
        was.remove(&name);
        becomes.remove(&name);
    }
    (Value::Object(was), Value::Object(becomes))
}
