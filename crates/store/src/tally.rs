//! What the database was asked: what a click waits for besides the broker. Tests count it; nothing else depends on it.

use crate::tx::Disk;
use std::ops::Sub;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts, for all transactions of one [`Store`](crate::Store).
#[derive(Debug, Default)]
pub(crate) struct Tally {
    trips: AtomicU64,
    commits: AtomicU64,
    flushes: AtomicU64,
}

/// How often the database was asked, up to some moment; the difference of two is what happened between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Round trips: begins, statements and commits.
    pub trips: u64,
    /// Commits.
    pub commits: u64,
    /// Of these, such as wait for the disk.
    pub flushes: u64,
}

impl Tally {
    pub(crate) fn trip(&self) {
        self.trips.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn commit(&self, disk: Disk) {
        self.trip();
        self.commits.fetch_add(1, Ordering::Relaxed);
        if disk == Disk::Now {
            self.flushes.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn read(&self) -> Asked {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Asked { trips: read(&self.trips), commits: read(&self.commits), flushes: read(&self.flushes) }
    }
}

impl Sub for Asked {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            trips: self.trips - before.trips,
            commits: self.commits - before.commits,
            flushes: self.flushes - before.flushes,
        }
    }
}
