//! Who may use the service at all, as its operator decided, and where users came from.

use crate::desk::Desk;
use crate::refused::Refused;
use domain::ids::UserId;
use domain::tenant::Tenant;
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Places that are remembered as noted; beyond that they are noted again, which does no harm.
const REMEMBERED: usize = 10_000;

/// Who is let in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Admitted {
    /// All.
    #[default]
    Everyone,
    /// These. Nobody, when there are none.
    Only(BTreeSet<i64>),
}

impl Admitted {
    fn has(&self, id: i64) -> bool {
        match self {
            Self::Everyone => true,
            Self::Only(ids) => ids.contains(&id),
        }
    }

    fn tell(&self, f: &mut fmt::Formatter<'_>, one: &str, many: &str) -> fmt::Result {
        match self {
            Self::Everyone => write!(f, "every {one}"),
            Self::Only(ids) if ids.is_empty() => write!(f, "no {one}"),
            Self::Only(ids) if ids.len() == 1 => write!(f, "1 {one}"),
            Self::Only(ids) => write!(f, "{} {many}", ids.len()),
        }
    }
}

/// The two lists of the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doors {
    /// From which servers commands are taken.
    pub servers: Admitted,
    /// From which users.
    pub users: Admitted,
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut {
    /// The user is not on the list.
    User,
    /// The server is not on the list.
    Server,
}

impl Doors {
    /// What can be told without a database: everything but whether a user who writes directly came from a listed server.
    ///
    /// # Errors
    /// [`Shut`].
    pub fn enter(&self, user: UserId, guild: Option<i64>) -> Result<(), Shut> {
        if !self.users.has(user.0) {
            return Err(Shut::User);
        }
        if guild.is_some_and(|guild| !self.servers.has(guild)) { Err(Shut::Server) } else { Ok(()) }
    }
}

impl fmt::Display for Doors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("commands of ")?;
        self.users.tell(f, "user", "listed users")?;
        f.write_str(", in ")?;
        self.servers.tell(f, "server", "listed servers")?;
        match self.servers {
            Admitted::Everyone => f.write_str(" and in direct messages"),
            Admitted::Only(_) => f.write_str(" and in direct messages of those who came from there"),
        }
    }
}

/// Places that this process has noted.
#[derive(Default)]
pub(crate) struct Noted(Mutex<HashSet<(i64, i64)>>);

impl Noted {
    fn has(&self, place: (i64, i64)) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&place)
    }

    fn add(&self, place: (i64, i64)) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() >= REMEMBERED {
            noted.clear();
        }
        noted.insert(place);
    }

    /// Somebody has left: nothing of theirs stays in memory.
    pub(crate) fn forget(&self, user: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(who, _)| *who != user);
    }
}

impl Desk {
    /// Lets a user in who [`Doors::enter`] has let pass: notes the server, or looks whether somebody who writes directly came from
    /// one that is listed.
    ///
    /// # Errors
    /// [`Refused::NotFromHere`]; [`Refused::Trouble`] when that cannot be known.
    pub async fn let_in(&self, tenant: Tenant, guild: Option<i64>) -> Result<(), Refused> {
        match (guild, &self.inner().doors.servers) {
            (Some(guild), _) => {
                self.note_place(tenant, guild);
                Ok(())
            }
            (None, Admitted::Everyone) => Ok(()),
            (None, Admitted::Only(servers)) => {
                let servers: Vec<i64> = servers.iter().copied().collect();
                let came = self.tx(tenant).await?.came_from(&servers).await?;
                if came { Ok(()) } else { Err(Refused::NotFromHere) }
            }
        }
    }

    /// Once per process and place, beside the work: an order names its server itself, and a database that is away is noticed by
    /// what comes next.
    fn note_place(&self, tenant: Tenant, guild: i64) {
        let place = (tenant.user().0, guild);
        if self.inner().noted.has(place) {
            return;
        }
        let desk = self.clone();
        drop(tokio::spawn(async move {
            let noting = async {
                let mut tx = desk.tx_relaxed(tenant).await?;
                tx.note_place(guild).await?;
                tx.commit().await
            };
            match noting.await {
                Ok(()) => desk.inner().noted.add(place),
                Err(error) => tracing::warn!(%error, "where a user came from could not be noted"),
            }
        }));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn only(ids: &[i64]) -> Admitted {
        Admitted::Only(ids.iter().copied().collect())
    }

    #[test]
    fn an_empty_list_means_nobody_and_each_list_is_asked() {
        let cases = [
            (Admitted::Everyone, Admitted::Everyone, Some(1), Ok(())),
            (Admitted::Everyone, only(&[]), None, Err(Shut::User)),
            (only(&[]), Admitted::Everyone, Some(1), Err(Shut::Server)),
            (only(&[]), Admitted::Everyone, None, Ok(())),
            (only(&[1]), only(&[7]), Some(1), Ok(())),
            (only(&[1]), only(&[7]), Some(2), Err(Shut::Server)),
            (only(&[1]), only(&[8]), Some(1), Err(Shut::User)),
        ];
        for (servers, users, guild, entry) in cases {
            let doors = Doors { servers, users };
            assert_eq!(doors.enter(UserId(7), guild), entry, "{doors}");
        }
    }

    #[test]
    fn what_is_accepted_is_said_in_a_sentence() {
        let cases = [
            (Doors::default(), "commands of every user, in every server and in direct messages"),
            (
                Doors { servers: only(&[]), users: only(&[]) },
                "commands of no user, in no server and in direct messages of those who came from there",
            ),
            (
                Doors { servers: only(&[1]), users: only(&[1, 2]) },
                "commands of 2 listed users, in 1 server and in direct messages of those who came from there",
            ),
        ];
        for (doors, said) in cases {
            assert_eq!(doors.to_string(), said);
        }
    }
}
