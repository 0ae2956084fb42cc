//! Idempotent intake: an interaction that Discord delivers twice is worked on once.

use crate::{StoreError, TenantTx};
use domain::ids::InteractionId;

pub(crate) const NOTE: &str =
    "INSERT INTO app.interactions (user_id, interaction_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";

impl TenantTx {
    /// Notes an interaction. `true` when it had been noted before.
    ///
    /// # Errors
    /// [`StoreError`] of any statement.
    pub async fn interaction_seen(&mut self, interaction: InteractionId) -> Result<bool, StoreError> {
        let noted = self.tx.run(sqlx::query(NOTE).bind(self.user()).bind(interaction.0)).await?;
        Ok(noted == 0)
    }
}
