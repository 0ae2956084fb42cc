//! One line of orders per account: who comes first is served first, one at a time.

use domain::ids::AccountId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OwnedMutexGuard;

type Slot = Arc<tokio::sync::Mutex<()>>;

/// The lines. An account without anybody in its line takes no memory.
#[derive(Default)]
pub(crate) struct Queues(Arc<Mutex<HashMap<AccountId, Slot>>>);

/// A place in an account's line, taken when it is made: [`Place::reach`] waits for the front.
pub(crate) struct Place {
    account: AccountId,
    slot: Slot,
    lines: Arc<Mutex<HashMap<AccountId, Slot>>>,
}

/// The front of an account's line. The next one comes when it is dropped.
pub(crate) struct Front {
    // Dropped in this order: the next one comes forward, then the line is taken down if nobody stands in it.
    _guard: OwnedMutexGuard<()>,
    _place: Place,
}

impl Queues {
    pub(crate) fn place(&self, account: AccountId) -> Place {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = Arc::clone(lines.entry(account).or_default());
        Place { account, slot, lines: Arc::clone(&self.0) }
    }
}

impl Place {
    /// Waits for the front; tokio's mutex serves in order of arrival.
    pub(crate) async fn reach(self) -> Front {
        let guard = Arc::clone(&self.slot).lock_owned().await;
        Front { _guard: guard, _place: self }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        // Ours and the map's: nobody else stands in this line. Places are made under the same lock, so none can appear now.
        if Arc::strong_count(&self.slot) <= 2 {
            lines.remove(&self.account);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use futures::FutureExt;
    use uuid::Uuid;

    #[tokio::test]
    async fn one_at_a_time_in_order_and_nothing_is_left_behind() {
        let queues = Queues::default();
        let account = AccountId(Uuid::from_u128(1));
        let first = queues.place(account).reach().await;
        let mut second = Box::pin(queues.place(account).reach());
        let mut third = Box::pin(queues.place(account).reach());
        assert!(second.as_mut().now_or_never().is_none());
        assert!(third.as_mut().now_or_never().is_none());
        let other = queues.place(AccountId(Uuid::from_u128(2))).reach().now_or_never();
        assert!(other.is_some(), "another account's line is another line");
        drop(first);
        assert!(third.as_mut().now_or_never().is_none(), "the second comes before the third");
        drop(second.now_or_never().unwrap());
        drop(third.now_or_never().unwrap());
        drop(other);
        assert!(queues.0.lock().unwrap().is_empty());
    }
}
