//! Each account's request budget: never more than Alpaca allows, cancels before orders before reads, nothing dropped
//! without a word.
//!
//! Market data are paid from the same budget, although Alpaca counts them apart: one number to keep, on the safe side.
//! What the two services say about their limits is kept apart, so that a busy data host never holds back an order.

mod book;
mod lanes;
mod shared;
#[cfg(test)]
mod tests;
pub(crate) mod word;

use crate::path::Surface;
use book::{Book, Place};
use chrono::{DateTime, TimeDelta, Utc};
use domain::brokerage::{Lane, Meter, SharedBudget};
use domain::clock::Clock;
use reqwest::header::HeaderMap;
use shared::{Lines, NoPlace};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use word::Word;

/// Every account's budget.
pub(crate) struct Budget {
    clock: Arc<dyn Clock>,
    /// What other processes take from, too.
    shared: Option<Arc<dyn SharedBudget>>,
    meters: Mutex<Meters>,
}

struct Meters {
    accounts: HashMap<Meter, Arc<Account>>,
    /// Idle accounts are forgotten when there are more than this.
    sweep_above: usize,
}

/// One account: its own book in this process, and its lines to what is shared.
struct Account {
    book: Mutex<Book>,
    lines: Lines,
}

/// Why a call may not go. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Barred {
    /// The wait would be longer than the caller's patience.
    Full(Full),
    /// The budget that is shared with other processes could not be asked.
    Unasked,
}

impl From<Full> for Barred {
    fn from(full: Full) -> Self {
        Self::Full(full)
    }
}

/// The wait would be longer than the caller's patience. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full {
    /// When it is worth trying again.
    pub(crate) until: DateTime<Utc>,
}

const FEW: usize = 256;

impl Budget {
    pub(crate) fn new(clock: Arc<dyn Clock>, shared: Option<Arc<dyn SharedBudget>>) -> Self {
        Self { clock, shared, meters: Mutex::new(Meters { accounts: HashMap::new(), sweep_above: FEW }) }
    }

    /// Returns when the call may go. Waits for its turn, up to `patience`: first in this process, which costs nothing and
    /// keeps the lanes' order, then for a place in the budget that all processes share.
    ///
    /// # Errors
    /// [`Barred::Full`], at once when the wait is foreseen to be longer; [`Barred::Unasked`].
    pub(crate) async fn enter(
        &self,
        meter: &Meter,
        surface: Surface,
        lane: Lane,
        patience: Duration,
    ) -> Result<(), Barred> {
        let account = self.account(meter);
        let give_up_at = self.clock.elapsed() + patience;
        let foreseen = self.estimate(&account, surface, lane);
        if foreseen > patience {
            return Err(self.full(foreseen).into());
        }
        loop {
            self.wait_here(&account.book, surface, lane, give_up_at).await?;
            let Some(shared) = &self.shared else { return Ok(()) };
            match account.lines.pass(&**shared, &*self.clock, (meter, lane), give_up_at).await {
                Err(NoPlace::Far(wait)) => return Err(self.full(wait).into()),
                Err(NoPlace::Unasked) => return Err(Barred::Unasked),
                // The broker asked for silence while we stood in line: back to where it is kept.
                Ok(()) if !open(&account.book).paused(surface, lane).is_zero() => {}
                Ok(()) => return Ok(()),
            }
        }
    }

    async fn wait_here(
        &self,
        book: &Mutex<Book>,
        surface: Surface,
        lane: Lane,
        give_up_at: Duration,
    ) -> Result<(), Full> {
        let mut place = open(book).queue(surface, lane);
        loop {
            let Some(pause) = self.admit_or_leave(book, &mut place, give_up_at)? else { return Ok(()) };
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
        open(&self.account(meter).book).heed(surface, status, word);
    }

    /// How long a call would wait now.
    pub(crate) fn wait(&self, meter: &Meter, lane: Lane) -> Duration {
        let account = open(&self.meters).accounts.get(meter).map(Arc::clone);
        account.map_or(Duration::ZERO, |account| self.estimate(&account, Surface::Trading, lane))
    }

    /// Asks for a place that a call needs in a moment. Not when there is a queue: then it is asked for in turn.
    pub(crate) fn announce(&self, meter: &Meter, lane: Lane) {
        let Some(shared) = &self.shared else { return };
        let account = self.account(meter);
        if self.estimate(&account, Surface::Trading, lane).is_zero() {
            account.lines.ask_early(Arc::clone(shared), &*self.clock, (meter.clone(), lane));
        }
    }

    /// The two waits run side by side: what is shared moves on while we wait here.
    fn estimate(&self, account: &Account, surface: Surface, lane: Lane) -> Duration {
        let book = open(&account.book);
        let (here, ahead) = (book.estimate(surface, lane), book.ahead(lane));
        drop(book);
        here.max(account.lines.estimate(&*self.clock, lane, ahead))
    }

    fn account(&self, meter: &Meter) -> Arc<Account> {
        let mut meters = open(&self.meters);
        if let Some(account) = meters.accounts.get(meter) {
            return Arc::clone(account);
        }
        if meters.accounts.len() >= meters.sweep_above {
            meters.accounts.retain(|_, account| Arc::strong_count(account) > 1 || !account.is_idle(&*self.clock));
            meters.sweep_above = FEW.max(meters.accounts.len() * 2);
        }
        let account = Account { book: Mutex::new(Book::new(&self.clock)), lines: Lines::new(&self.clock) };
        let account = Arc::new(account);
        meters.accounts.insert(meter.clone(), Arc::clone(&account));
        account
    }

    fn full(&self, wait: Duration) -> Full {
        Full { until: self.clock.now() + TimeDelta::from_std(wait).unwrap_or_default() }
    }
}

impl Account {
    /// Whether forgetting it would change nothing.
    fn is_idle(&self, clock: &dyn Clock) -> bool {
        open(&self.book).is_idle() && self.lines.are_idle(clock)
    }
}

/// A lock that a panicking test or task poisoned still guards plain numbers: they are as good as before.
fn open<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
