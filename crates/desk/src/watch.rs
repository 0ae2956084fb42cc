//! Following an order that was sent, for as long as its message can be edited.

use crate::desk::Desk;
use crate::look::Looker;
use crate::refused::Refused;
use crate::submit::receipt;
use crate::views::Receipt;
use domain::ids::IntentId;
use domain::life::{Life, State};
use domain::outcome::ReadFailure;
use domain::tenant::Tenant;
use std::time::Duration;
use store::StoreError;

/// How often our own book is read while a user watches: another process, or the resolver, may have seen something.
const BOOK: Duration = Duration::from_millis(500);
/// Longest wait between two looks at the broker while a user watches.
const LOOK_MAX: Duration = Duration::from_secs(5);

impl Desk {
    /// Looks at the order now (the button "Check again").
    ///
    /// # Errors
    /// [`Refused::NoSuchOrder`]; [`Refused::KeysNoLongerAccepted`]; [`Refused::Trouble`] when the look failed, which says
    /// nothing about the order.
    pub async fn check_now(&self, tenant: Tenant, intent: IntentId) -> Result<Receipt, Refused> {
        let (account, intent, failure) = self.look(tenant, intent, Looker::User).await?;
        match failure {
            // That the broker does not show it by its id now is no verdict either.
            None | Some(ReadFailure::NotFound) => {
                Ok(Receipt { looked_at: Some(self.inner().clock.now()), ..receipt(&account, &intent) })
            }
            Some(failure) => Err(self.failed(tenant, &account, failure).await),
        }
    }

    /// Waits until the receipt differs from `known` in anything a user sees, at most `within`. `None` when nothing changed.
    ///
    /// # Errors
    /// [`Refused::NoSuchOrder`], [`Refused::Trouble`] when our own book cannot be read.
    pub async fn next_change(
        &self,
        tenant: Tenant,
        known: &Receipt,
        within: Duration,
    ) -> Result<Option<Receipt>, Refused> {
        if matches!(known.life.state, State::Over(_)) {
            return Ok(None);
        }
        self.within(within, self.await_change(tenant, known)).await.transpose()
    }

    async fn await_change(&self, tenant: Tenant, known: &Receipt) -> Result<Receipt, Refused> {
        let clock = &self.inner().clock;
        let mut pace = BOOK;
        loop {
            let began = clock.elapsed();
            while clock.elapsed().saturating_sub(began) < pace {
                clock.sleep(BOOK.min(pace)).await;
                let mut tx = self.tx(tenant).await?;
                let intent = match tx.intent(known.intent).await {
                    Err(StoreError::NotFound) => return Err(Refused::NoSuchOrder),
                    other => other?,
                };
                if differs(&known.life, &intent.life) {
                    return Ok(Receipt { market: known.market, ..receipt(&known.account, &intent) });
                }
            }
            // A look that fails is not a change; the next one may do better.
            if let Ok((account, intent, _)) = self.look(tenant, known.intent, Looker::User).await
                && differs(&known.life, &intent.life)
            {
                let looked_at = Some(clock.now());
                return Ok(Receipt { market: known.market, looked_at, ..receipt(&account, &intent) });
            }
            pace = (pace * 2).min(LOOK_MAX);
        }
    }
}

/// Whether a user would see a difference.
fn differs(a: &Life, b: &Life) -> bool {
    a.state != b.state || a.status != b.status || a.filled_qty != b.filled_qty || a.broker_order != b.broker_order
}
