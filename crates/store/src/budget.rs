//! The request budget that all processes on one database share.

use crate::tx::{alive, within};
use crate::{Store, StoreError};
use async_trait::async_trait;
use domain::brokerage::{Lane, Meter, Reserved, SharedBudget, Unasked};
use std::time::Duration;

pub(crate) const RESERVE: &str = "SELECT granted, wait_us FROM app.reserve_call($1, $2)";

impl Store {
    /// Reserves one call of an Alpaca account, for whoever asks first in whichever process.
    ///
    /// The one query outside of a transaction: the row it locks is everybody's, and must not stay locked while a process
    /// that has stopped in mid-transaction is waited for. It concerns no user, and sees no user's rows.
    ///
    /// # Errors
    /// [`StoreError`] of any statement; a call may have been reserved all the same, which costs that one call.
    pub async fn reserve_call(&self, meter: &Meter, lane: Lane) -> Result<Reserved, StoreError> {
        let ask = || sqlx::query_as::<_, (bool, i64)>(RESERVE).bind(&meter.0).bind(word(lane)).fetch_one(&self.pool);
        self.tally.trip();
        let (granted, micros) = within(self.patience, alive(ask)).await?;
        let wait = Duration::from_micros(u64::try_from(micros).unwrap_or_default());
        Ok(if granted { Reserved::In(wait) } else { Reserved::NotYet(wait) })
    }
}

#[async_trait]
impl SharedBudget for Store {
    async fn reserve(&self, meter: &Meter, lane: Lane) -> Result<Reserved, Unasked> {
        self.reserve_call(meter, lane).await.map_err(|error| {
            tracing::warn!(%error, ?lane, "a call could not be reserved");
            Unasked
        })
    }
}

const fn word(lane: Lane) -> &'static str {
    match lane {
        Lane::Urgent => "urgent",
        Lane::Orders => "orders",
        Lane::Reads => "reads",
    }
}
