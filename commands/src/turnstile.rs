//! How much one user, one server and all users together can have under way, and how often. In memory, and nothing is kept of those
//! who are quiet.

use crate::pace::{Met, Pace};
use domain::clock::{Clock, SystemClock};
use serenity::all::UserId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// Things that one user may have under way at once.
const PER_USER: usize = 4;
/// Things that may be under way in all.
const IN_ALL: usize = 2_000;

/// Commands, presses and forms in any minute.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    /// Of one user.
    pub user: usize,
    /// From one server.
    pub server: usize,
}

impl Default for Rates {
    fn default() -> Self {
        Self { user: 60, server: 600 }
    }
}

/// Counts what is being answered. Cheap to clone; every clone counts the same.
#[derive(Clone)]
pub struct Turnstile {
    inner: Arc<Inner>,
}

struct Inner {
    clock: SystemClock,
    counts: Mutex<Counts>,
    empty: Notify,
}

struct Counts {
    inside: HashMap<UserId, usize>,
    users: Pace<UserId>,
    servers: Pace<i64>,
}

/// What somebody comes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// Anything else.
    Use,
    /// What takes risk or data away: never counted, and open to those who are not let in.
    WayOut,
}

/// Who fills the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// This user has enough under way.
    ThisUser,
    /// All together do.
    Everyone,
    /// This user did enough of late.
    UserTooFast(Met),
    /// This server did.
    ServerTooFast(Met),
}

/// One thing under way; it is over when this is dropped.
pub(crate) struct Pass {
    turnstile: Turnstile,
    user: UserId,
}

impl Default for Turnstile {
    fn default() -> Self {
        Self::new(Rates::default())
    }
}

impl Turnstile {
    /// An empty one.
    pub fn new(rates: Rates) -> Self {
        let counts = Counts { inside: HashMap::new(), users: Pace::new(rates.user), servers: Pace::new(rates.server) };
        let inner = Inner { clock: SystemClock::start(), counts: Mutex::new(counts), empty: Notify::new() };
        Self { inner: Arc::new(inner) }
    }

    /// Waits until nothing is under way, at most `within`. Returns whether it came to that.
    pub async fn quiet(&self, within: Duration) -> bool {
        let empty = async {
            loop {
                let woken = self.inner.empty.notified();
                if self.lock().inside.is_empty() {
                    return;
                }
                woken.await;
            }
        };
        tokio::time::timeout(within, empty).await.is_ok()
    }

    pub(crate) fn enter(&self, user: UserId, guild: Option<i64>, errand: Errand) -> Result<Pass, Full> {
        let now = self.inner.clock.elapsed();
        let mut counts = self.lock();
        if counts.inside.values().sum::<usize>() >= IN_ALL {
            return Err(Full::Everyone);
        }
        if counts.inside.get(&user).is_some_and(|count| *count >= PER_USER) {
            return Err(Full::ThisUser);
        }
        if errand == Errand::Use {
            counts.step(user, guild, now)?;
        }
        *counts.inside.entry(user).or_default() += 1;
        Ok(Pass { turnstile: self.clone(), user })
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.inner.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// Counts one more for both, or for neither.
    fn step(&mut self, user: UserId, guild: Option<i64>, now: Duration) -> Result<(), Full> {
        if let Some(met) = self.users.met(user, now) {
            return Err(Full::UserTooFast(met));
        }
        if let Some(met) = guild.and_then(|guild| self.servers.met(guild, now)) {
            return Err(Full::ServerTooFast(met));
        }
        self.users.step(user, now);
        if let Some(guild) = guild {
            self.servers.step(guild, now);
        }
        Ok(())
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut counts = self.turnstile.lock();
        if let Some(count) = counts.inside.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                counts.inside.remove(&self.user);
            }
        }
        if counts.inside.is_empty() {
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
        let turnstile = Turnstile::default();
        let (ann, ben) = (UserId::new(1), UserId::new(2));
        let passes: Vec<_> = (0..PER_USER).map(|_| turnstile.enter(ann, None, Errand::Use).ok().unwrap()).collect();
        assert_eq!(turnstile.enter(ann, None, Errand::Use).err(), Some(Full::ThisUser));
        assert!(turnstile.enter(ben, None, Errand::Use).is_ok());
        drop(passes);
        assert!(turnstile.lock().inside.is_empty());
        assert!(turnstile.enter(ann, None, Errand::Use).is_ok());
    }

    #[test]
    fn all_users_together_are_bounded() {
        let turnstile = Turnstile::default();
        let passes: Vec<_> =
            (1..=IN_ALL).map(|id| turnstile.enter(UserId::new(id as u64), None, Errand::Use).ok().unwrap()).collect();
        assert_eq!(turnstile.enter(UserId::new(9_999), None, Errand::Use).err(), Some(Full::Everyone));
        drop(passes);
        assert!(turnstile.lock().inside.is_empty());
    }

    #[tokio::test]
    async fn quiet_waits_for_the_last_one() {
        let turnstile = Turnstile::default();
        let pass = turnstile.enter(UserId::new(1), None, Errand::Use).ok().unwrap();
        assert!(!turnstile.quiet(Duration::from_millis(1)).await);
        let waiting = tokio::spawn({
            let turnstile = turnstile.clone();
            async move { turnstile.quiet(Duration::from_secs(20)).await }
        });
        drop(pass);
        assert!(waiting.await.unwrap());
    }

    #[test]
    fn a_hasty_user_and_a_hasty_server_wait_and_the_way_out_is_always_open() {
        let turnstile = Turnstile::new(Rates { user: 3, server: 5 });
        let (ann, ben, eve) = (UserId::new(1), UserId::new(2), UserId::new(3));
        let enter = |user, errand| turnstile.enter(user, Some(7), errand).map(drop);
        for _ in 0..3 {
            assert_eq!(enter(ann, Errand::Use), Ok(()));
        }
        assert!(matches!(enter(ann, Errand::Use), Err(Full::UserTooFast(Met { most: 3, .. }))));
        assert_eq!(enter(ben, Errand::Use), Ok(()));
        assert_eq!(enter(ben, Errand::Use), Ok(()));
        assert!(matches!(enter(eve, Errand::Use), Err(Full::ServerTooFast(Met { most: 5, .. }))));
        assert!(turnstile.enter(eve, None, Errand::Use).is_ok(), "a direct message is no server's");
        for _ in 0..20 {
            assert_eq!(enter(ann, Errand::WayOut), Ok(()));
        }
    }
}
