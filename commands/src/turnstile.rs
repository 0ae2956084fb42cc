//! How much one user, and all users together, can have under way. In memory, and empty when nothing is.

use serenity::all::UserId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Things that one user may have under way at once.
const PER_USER: usize = 4;
/// Things that may be under way in all.
const IN_ALL: usize = 2_000;

/// Counts what is being answered. Cheap to clone; every clone counts the same.
#[derive(Clone, Default)]
pub struct Turnstile {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    inside: Mutex<HashMap<UserId, usize>>,
    empty: Notify,
}

/// Who fills the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// This user has enough under way.
    ThisUser,
    /// All together do.
    Everyone,
}

/// One thing under way; it is over when this is dropped.
pub(crate) struct Pass {
    turnstile: Turnstile,
    user: UserId,
}

impl Turnstile {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Waits until nothing is under way, at most `within`. Returns whether it came to that.
    pub async fn quiet(&self, within: Duration) -> bool {
        let empty = async {
            loop {
                let woken = self.inner.empty.notified();
                if self.lock().is_empty() {
                    return;
                }
                woken.await;
            }
        };
        tokio::time::timeout(within, empty).await.is_ok()
    }

    pub(crate) fn enter(&self, user: UserId) -> Result<Pass, Full> {
        let mut inside = self.lock();
        if inside.values().sum::<usize>() >= IN_ALL {
            return Err(Full::Everyone);
        }
        let count = inside.entry(user).or_default();
        if *count >= PER_USER {
            return Err(Full::ThisUser);
        }
        *count += 1;
        Ok(Pass { turnstile: self.clone(), user })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.inner.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut inside = self.turnstile.lock();
        if let Some(count) = inside.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                inside.remove(&self.user);
            }
        }
        if inside.is_empty() {
            self.turnstile.inner.empty.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn one_user_cannot_crowd_the_others_out_and_nothing_is_remembered() {
        let turnstile = Turnstile::new();
        let (ann, ben) = (UserId::new(1), UserId::new(2));
        let passes: Vec<_> = (0..PER_USER).map(|_| turnstile.enter(ann).ok().unwrap()).collect();
        assert_eq!(turnstile.enter(ann).err(), Some(Full::ThisUser));
        assert!(turnstile.enter(ben).is_ok());
        drop(passes);
        assert!(turnstile.lock().is_empty());
        assert!(turnstile.enter(ann).is_ok());
    }

    #[test]
    fn all_users_together_are_bounded() {
        let turnstile = Turnstile::new();
        let passes: Vec<_> = (1..=IN_ALL).map(|id| turnstile.enter(UserId::new(id as u64)).ok().unwrap()).collect();
        assert_eq!(turnstile.enter(UserId::new(9_999)).err(), Some(Full::Everyone));
        drop(passes);
        assert!(turnstile.lock().is_empty());
    }

    #[tokio::test]
    async fn quiet_waits_for_the_last_one() {
        let turnstile = Turnstile::new();
        let pass = turnstile.enter(UserId::new(1)).ok().unwrap();
        assert!(!turnstile.quiet(Duration::from_millis(1)).await);
        let waiting = tokio::spawn({
            let turnstile = turnstile.clone();
            async move { turnstile.quiet(Duration::from_secs(20)).await }
        });
        drop(pass);
        assert!(waiting.await.unwrap());
    }
}
