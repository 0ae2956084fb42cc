//! Each account's request budget: never more than Alpaca allows, cancels before orders before reads, nothing dropped
//! without a word.
//!
//! Market data are paid from the same budget, although Alpaca counts them apart: one number to keep, on the safe side.
//! What the two services say about their limits is kept apart, so that a busy data host never holds back an order.

mod book;
mod lanes;
#[cfg(test)]
mod tests;
pub(crate) mod word;

use crate::path::Surface;
use book::{Book, Place};
use chrono::{DateTime, TimeDelta, Utc};
use domain::brokerage::{Lane, Meter};
use domain::clock::Clock;
use reqwest::header::HeaderMap;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use word::Word;

/// Every account's budget.
pub(crate) struct Budget {
    clock: Arc<dyn Clock>,
    meters: Mutex<Meters>,
}

struct Meters {
    books: HashMap<Meter, Arc<Mutex<Book>>>,
    /// Idle accounts are forgotten when there are more than this.
    sweep_above: usize,
}

/// The wait would be longer than the caller's patience. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full {
    /// When it is worth trying again.
    pub(crate) until: DateTime<Utc>,
}

const FEW: usize = 256;

impl Budget {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, meters: Mutex::new(Meters { books: HashMap::new(), sweep_above: FEW }) }
    }

    /// Returns when the call may go. Waits for its turn, up to `patience`.
    ///
    /// # Errors
    /// [`Full`], at once when the wait is foreseen to be longer.
    pub(crate) async fn enter(
        &self,
        meter: &Meter,
        surface: Surface,
        lane: Lane,
        patience: Duration,
    ) -> Result<(), Full> {
        let book = self.book(meter);
        let give_up_at = self.clock.elapsed() + patience;
        let mut place = {
            let mut book = open(&book);
            let foreseen = book.estimate(surface, lane);
            if foreseen > patience {
                return Err(self.full(foreseen));
            }
            book.queue(surface, lane)
        };
        loop {
            let Some(pause) = self.admit_or_leave(&book, &mut place, give_up_at)? else { return Ok(()) };
            tokio::select! {
                biased;
                _ = &mut place.turn => return Ok(()),
                () = self.clock.sleep(pause) => {}
            }
        }
    }

    /// One look at the queue: `None` when it is our turn, else how long to wait for the next look. Whoever waits looks
    /// for all, so that the queue moves even when the first in it has gone away.
    fn admit_or_leave(
        &self,
        book: &Mutex<Book>,
        place: &mut Place,
        give_up_at: Duration,
    ) -> Result<Option<Duration>, Full> {
        let mut book = open(book);
        let next = book.admit();
        if place.turn.try_recv().is_ok() {
            return Ok(None);
        }
        let left = give_up_at.saturating_sub(self.clock.elapsed());
        if left.is_zero() {
            book.leave(place);
            return Err(self.full(next.unwrap_or_default()));
        }
        Ok(Some(next.map_or(left, |next| next.min(left))))
    }

    /// Takes in the answer's headers.
    pub(crate) fn heed(&self, meter: &Meter, surface: Surface, status: u16, headers: &HeaderMap) {
        let word = Word::read(headers, self.clock.now());
        open(&self.book(meter)).heed(surface, status, word);
    }

    /// How long a call would wait now.
    pub(crate) fn wait(&self, meter: &Meter, lane: Lane) -> Duration {
        let book = open(&self.meters).books.get(meter).map(Arc::clone);
        book.map_or(Duration::ZERO, |book| open(&book).estimate(Surface::Trading, lane))
    }

    fn book(&self, meter: &Meter) -> Arc<Mutex<Book>> {
        let mut meters = open(&self.meters);
        if let Some(book) = meters.books.get(meter) {
            return Arc::clone(book);
        }
        if meters.books.len() >= meters.sweep_above {
            meters.books.retain(|_, book| Arc::strong_count(book) > 1 || !open(book).is_idle());
            meters.sweep_above = FEW.max(meters.books.len() * 2);
        }
        let book = Arc::new(Mutex::new(Book::new(&self.clock)));
        meters.books.insert(meter.clone(), Arc::clone(&book));
        book
    }

    fn full(&self, wait: Duration) -> Full {
        Full { until: self.clock.now() + TimeDelta::from_std(wait).unwrap_or_default() }
    }
}

/// A lock that a panicking test or task poisoned still guards plain numbers: they are as good as before.
fn open<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
