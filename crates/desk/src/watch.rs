//! Following an order that was sent, for as long as its message can be edited.

use crate::desk::Desk;
use crate::look::Looker;
use crate::refused::Refused;
use crate::views::Receipt;
use domain::ids::IntentId;
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
                Ok(Receipt { looked_at: Some(self.inner().clock.now()), ..self.receipt(&account, &intent) })
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
        if known.life.state.is_settled() && !known.life.state.is_absence() {
            return Ok(None);
        }
        Box::pin(self.within(within, self.await_change(tenant, known))).await.transpose()
    }

    async fn await_change(&self, tenant: Tenant, known: &Receipt) -> Result<Receipt, Refused> {
        let clock = &self.inner().clock;
        // Nobody expects an order that counts as not placed: only what the book learns of it is news.
        let expected = !known.life.state.is_absence();
        let (mut pace, book) = if expected { (BOOK, BOOK) } else { (LOOK_MAX, LOOK_MAX) };
        loop {
            let began = clock.elapsed();
            while clock.elapsed().saturating_sub(began) < pace {
                clock.sleep(book.min(pace)).await;
                let mut tx = self.tx(tenant).await?;
                let intent = match tx.intent(known.intent).await {
                    Err(StoreError::NotFound) => return Err(Refused::NoSuchOrder),
                    other => other?,
                };
                let now = self.receipt(&known.account, &intent);
                if differs(known, &now) {
                    return Ok(Receipt { market: known.market, ..now });
                }
            }
            // A look that fails is not a change; the next one may do better.
            if expected && let Ok((account, intent, _)) = self.look(tenant, known.intent, Looker::User).await {
                let now = self.receipt(&account, &intent);
                if differs(known, &now) {
                    return Ok(Receipt { market: known.market, looked_at: Some(clock.now()), ..now });
                }
            }
            pace = (pace * 2).min(LOOK_MAX);
        }
    }
}

/// Whether a user would see a difference.
fn differs(before: &Receipt, after: &Receipt) -> bool {
    let (a, b) = (&before.life, &after.life);
    a.state != b.state
        || a.status != b.status
        || a.filled_qty != b.filled_qty
        || a.broker_order != b.broker_order
        || before.stuck != after.stuck
}
