//! What a button shows: one row a button, never changed.

use crate::{StoreError, TenantTx};
use domain::ids::ViewId;
use serde_json::Value;
use uuid::Uuid;

pub(crate) const INSERT: &str = "
    INSERT INTO app.views (user_id, view_id, subject) SELECT $1, v.id, v.subject FROM unnest($2::uuid[], $3::jsonb[]) v (id, subject)";
pub(crate) const READ: &str = "SELECT subject FROM app.views WHERE view_id = $1";

impl TenantTx {
    /// Stores what some buttons show.
    ///
    /// # Errors
    /// `Conflict(Reference)` when the user is not known.
    pub async fn insert_views(&mut self, views: &[(ViewId, Value)]) -> Result<(), StoreError> {
        let ids: Vec<Uuid> = views.iter().map(|(id, _)| id.0).collect();
        let subjects: Vec<Value> = views.iter().map(|(_, subject)| subject.clone()).collect();
        self.tx.run(sqlx::query(INSERT).bind(self.user()).bind(ids).bind(subjects)).await.map(drop)
    }

    /// What a button shows.
    ///
    /// # Errors
    /// `NotFound` when it is not this user's, or too old.
    pub async fn view(&mut self, id: ViewId) -> Result<Value, StoreError> {
        let row = self.tx.first(sqlx::query_as::<_, (Value,)>(READ).bind(id.0)).await?;
        row.map(|(subject,)| subject).ok_or(StoreError::NotFound)
    }
}
