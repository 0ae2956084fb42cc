//! Whether trades are accepted now, and what is still in flight.

use crate::refused::Refused;
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

const SETTLING: u8 = 0;
const OPEN: u8 = 1;
const STOPPING: u8 = 2;

/// The door of the desk: shut until what was open at the start has been looked at, and shut again when the service stops.
pub(crate) struct Gate {
    phase: AtomicU8,
    inside: watch::Sender<usize>,
}

/// Somebody inside. [`Gate::emptied`] waits until all have left.
pub(crate) struct Inside(watch::Sender<usize>);

impl Gate {
    pub(crate) fn shut() -> Self {
        Self { phase: AtomicU8::new(SETTLING), inside: watch::Sender::new(0) }
    }

    /// Opens, unless the service is stopping already.
    pub(crate) fn open(&self) {
        let _ = self.phase.compare_exchange(SETTLING, OPEN, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Shuts for good.
    pub(crate) fn stop(&self) {
        self.phase.store(STOPPING, Ordering::SeqCst);
    }

    /// Whether what was open at the start has been looked at.
    pub(crate) fn has_settled(&self) -> bool {
        self.phase.load(Ordering::SeqCst) != SETTLING
    }

    /// Comes in to trade.
    pub(crate) fn enter(&self) -> Result<Inside, Refused> {
        // Counted before the phase is read, so that a drain that began in between waits for us.
        let inside = self.stay();
        match self.phase.load(Ordering::SeqCst) {
            SETTLING => Err(Refused::Settling),
            OPEN => Ok(inside),
            _ => Err(Refused::Stopping),
        }
    }

    /// Comes in for what need not wait for the start-up pass: a cancel takes risk away, a link trades nothing.
    pub(crate) fn enter_unless_stopping(&self) -> Result<Inside, Refused> {
        let inside = self.stay();
        if self.phase.load(Ordering::SeqCst) == STOPPING { Err(Refused::Stopping) } else { Ok(inside) }
    }

    fn stay(&self) -> Inside {
        self.inside.send_modify(|count| *count += 1);
        Inside(self.inside.clone())
    }

    /// Waits until nobody is inside.
    pub(crate) async fn emptied(&self) {
        // The sender lives in `self`, so the channel cannot close while we wait.
        let _ = self.inside.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// Things that one task of this process works with, so that another one keeps its hands off.
pub(crate) struct InHand<T: Eq + Hash + Copy>(Arc<Mutex<HashSet<T>>>);

/// One thing in hand; put down when dropped.
pub(crate) struct Held<T: Eq + Hash + Copy> {
    thing: T,
    all: Arc<Mutex<HashSet<T>>>,
}

impl<T: Eq + Hash + Copy> Default for InHand<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Eq + Hash + Copy> InHand<T> {
    /// Takes it, unless somebody has it.
    pub(crate) fn take(&self, thing: T) -> Option<Held<T>> {
        let fresh = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(thing);
        fresh.then(|| Held { thing, all: Arc::clone(&self.0) })
    }
}

impl<T: Eq + Hash + Copy> Drop for Held<T> {
    fn drop(&mut self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.thing);
    }
}
