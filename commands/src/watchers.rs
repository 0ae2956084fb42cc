//! Following orders that were sent: the message changes with the order, for as long as Discord lets us edit it.

use crate::context::{Turn, Unanswered};
use crate::reply::receipt::{Following, receipt};
use desk::views::Receipt;
use desk::{Desk, Refused};
use domain::ids::IntentId;
use domain::life::State;
use serenity::all::UserId;
use std::collections::{HashMap, VecDeque};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// Messages of one user that change by themselves; the oldest gives way.
const PER_USER: usize = 5;
/// An interaction's token is good for fifteen minutes; the last edit needs some of it.
const FOR: Duration = Duration::from_mins(14);
/// After the desk could not say.
const PAUSE: Duration = Duration::from_secs(5);

/// Everything that is being followed. Lost when the process ends, which costs only the edits: "Check again" works anyway.
#[derive(Clone, Default)]
pub(crate) struct Watchers {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    next: u64,
    users: HashMap<UserId, VecDeque<Watch>>,
}

struct Watch {
    number: u64,
    intent: IntentId,
    end: oneshot::Sender<End>,
}

/// Why following ends before the order does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Another message follows the same order.
    Replaced,
    /// The user has newer ones.
    Crowded,
    /// Discord takes no edits any more, soon.
    Time,
    /// Discord takes no edits any more, or the order is no longer in the book.
    Gone,
    /// The service stops.
    Stopping,
}

impl Watchers {
    /// Follows an order in a task of its own.
    pub(crate) fn follow(&self, desk: Desk, turn: Turn, sent: Receipt) {
        let (number, ended) = self.register(turn.user(), sent.intent);
        let place = Place { watchers: self.clone(), user: turn.user(), number };
        tokio::spawn(async move {
            let _place = place;
            Box::pin(watch(&desk, &turn, sent, ended)).await;
        });
    }

    fn register(&self, user: UserId, intent: IntentId) -> (u64, oneshot::Receiver<End>) {
        let (end, ended) = oneshot::channel();
        let mut inner = self.lock();
        inner.next += 1;
        let number = inner.next;
        let watches = inner.users.entry(user).or_default();
        if let Some(at) = watches.iter().position(|watch| watch.intent == intent) {
            dismiss(watches.remove(at), End::Replaced);
        }
        if watches.len() >= PER_USER {
            dismiss(watches.pop_front(), End::Crowded);
        }
        watches.push_back(Watch { number, intent, end });
        (number, ended)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn dismiss(watch: Option<Watch>, why: End) {
    if let Some(watch) = watch {
        // A watcher that has just ended by itself no longer listens.
        let _ = watch.end.send(why);
    }
}

/// One watcher's place in the list, given back however it ends.
struct Place {
    watchers: Watchers,
    user: UserId,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inner = self.watchers.lock();
        if let Some(watches) = inner.users.get_mut(&self.user) {
            watches.retain(|watch| watch.number != self.number);
            if watches.is_empty() {
                inner.users.remove(&self.user);
            }
        }
    }
}

async fn watch(desk: &Desk, turn: &Turn, mut known: Receipt, mut ended: oneshot::Receiver<End>) {
    let mut deadline = pin!(tokio::time::sleep(FOR));
    let end = loop {
        let change = tokio::select! {
            end = &mut ended => break end.unwrap_or(End::Stopping),
            () = &mut deadline => break End::Time,
            change = desk.next_change(turn.tenant(), &known, FOR) => change,
        };
        match change {
            Ok(Some(next)) => known = next,
            Ok(None) => break End::Time,
            Err(Refused::Stopping) => break End::Stopping,
            Err(Refused::NoSuchOrder) => break End::Gone,
            Err(_) => {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        }
        match turn.show(&receipt(&known, Following::Yes)).await {
            Err(Unanswered::Refused { status: 401 | 403 | 404, .. }) => break End::Gone,
            Err(failure) => tracing::warn!(%failure, kind = "receipt_edit", "a receipt could not be edited"),
            Ok(()) => told(desk, turn, &known).await,
        }
        if known.life.state.is_settled() && !known.life.state.is_absence() {
            return;
        }
    };
    if matches!(end, End::Time | End::Crowded)
        && !known.life.state.is_settled()
        && let Err(failure) = turn.show(&receipt(&known, Following::No)).await
    {
        tracing::warn!(%failure, kind = "receipt_edit", "a receipt's last edit was not taken");
    }
}

/// What the message shows need not be told once more.
async fn told(desk: &Desk, turn: &Turn, known: &Receipt) {
    if matches!(known.life.state, State::AtBroker | State::Over(_))
        && let Err(refused) = desk.shown(turn.tenant(), known.intent).await
    {
        tracing::warn!(?refused, "a notice could not be withdrawn; it is told twice");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use uuid::Uuid;

    fn intent(n: u128) -> IntentId {
        IntentId(Uuid::from_u128(n))
    }

    #[test]
    fn the_oldest_of_a_users_messages_gives_way() {
        let (watchers, user) = (Watchers::default(), UserId::new(1));
        let mut ends: Vec<_> = (0..=PER_USER as u128).map(|n| watchers.register(user, intent(n)).1).collect();
        assert_eq!(ends[0].try_recv(), Ok(End::Crowded));
        assert!(ends[1].try_recv().is_err());
        assert_eq!(watchers.lock().users[&user].len(), PER_USER);
    }

    #[test]
    fn one_order_is_followed_in_one_message() {
        let (watchers, user) = (Watchers::default(), UserId::new(1));
        let (_, mut first) = watchers.register(user, intent(7));
        let (number, _second) = watchers.register(user, intent(7));
        assert_eq!(first.try_recv(), Ok(End::Replaced));
        drop(Place { watchers: watchers.clone(), user, number });
        assert!(watchers.lock().users.is_empty());
    }
}
