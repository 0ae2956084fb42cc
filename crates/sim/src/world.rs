//! A whole small world: a Discord, an Alpaca, and two friends who have accounts with both.
//!
//! A whole-system test reads like this:
//!
//! ```no_run
//! # use sim::{clock::WorldClock, discord::Place, world::{Hours, World, WorldSetup}};
//! # async fn promise(now: chrono::DateTime<chrono::Utc>) -> Result<(), Box<dyn std::error::Error>> {
//! let world = World::start(WorldSetup::seeded(7, WorldClock::running_from(now)).hours(Hours::AlwaysOpen)).await?;
//! // Start the bot with world.discord.api_base(), world.discord.token() and world.exchange.origins(), then:
//! world.discord.wait_ready(std::time::Duration::from_secs(10)).await?;
//! let ham = world.friend("ham").ok_or("no Ham")?;
//! let modal = ham.user.run(Place::Server, "account add", &[]).await?.modal().await?;
//! ham.user.submit(&modal, &[("key_id", &ham.paper.key_id), ("secret", &ham.paper.secret)]).await?.reply().await?;
//! assert_eq!(world.exchange.orders(ham.paper.account_id).len(), 0);
//! # Ok(())
//! # }
//! ```
//!
//! Worlds share nothing: start one per test, as many side by side as you like. A frozen clock stops every window and
//! every fill until the test moves it. The world ends when it is dropped.

use crate::clock::WorldClock;
use crate::discord::{Discord, DiscordSetup, User};
use crate::exchange::{AccountHandle, Environment, ExchangeServer};
use rust_decimal::Decimal;

/// What each friend begins with, in dollars.
const PAPER_CASH: i64 = 100_000;
const LIVE_CASH: i64 = 10_000;

/// When the simulated market trades.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hours {
    /// As the New York calendar says at the clock's moment.
    #[default]
    Calendar,
    /// At every moment.
    AlwaysOpen,
}

/// How a world starts.
#[derive(Clone)]
pub struct WorldSetup {
    /// Everything random follows from this.
    pub seed: u64,
    /// The one clock of the world.
    pub clock: WorldClock,
    /// When the market trades.
    pub hours: Hours,
    /// User names of the friends.
    pub friends: Vec<String>,
}

impl WorldSetup {
    /// A world with Ham and Mara, whose market keeps the calendar.
    pub fn seeded(seed: u64, clock: WorldClock) -> Self {
        let friends = vec!["ham".to_owned(), "mara".to_owned()];
        Self { seed, clock, hours: Hours::default(), friends }
    }

    /// The same world with other market hours.
    #[must_use]
    pub fn hours(mut self, hours: Hours) -> Self {
        self.hours = hours;
        self
    }
}

/// Somebody with a Discord account, and a paper and a live account at Alpaca.
#[derive(Clone)]
pub struct Friend {
    /// The user name.
    pub name: String,
    /// In front of Discord.
    pub user: User,
    /// Paper money.
    pub paper: AccountHandle,
    /// Real money, as far as this world has any.
    pub live: AccountHandle,
}

impl Friend {
    /// The account in that environment.
    pub const fn account(&self, environment: Environment) -> &AccountHandle {
        match environment {
            Environment::Paper => &self.paper,
            Environment::Live => &self.live,
        }
    }
}

/// A running world.
pub struct World {
    /// Its time.
    pub clock: WorldClock,
    /// Its Discord.
    pub discord: Discord,
    /// Its Alpaca.
    pub exchange: ExchangeServer,
    friends: Vec<Friend>,
}

impl World {
    /// Opens both simulators on free ports of 127.0.0.1 and lets the friends in.
    ///
    /// # Errors
    /// The operating system's, when a port cannot be opened.
    pub async fn start(setup: WorldSetup) -> std::io::Result<Self> {
        let WorldSetup { seed, clock, hours, friends } = setup;
        let discord = Discord::start(DiscordSetup::new(clock.clone(), seed)).await?;
        let exchange = ExchangeServer::open(clock.clone(), seed).await?;
        if hours == Hours::AlwaysOpen {
            exchange.set_market_open(Some(true));
        }
        let friends = friends.into_iter().map(|name| befriend(name, &discord, &exchange)).collect();
        Ok(Self { clock, discord, exchange, friends })
    }

    /// Everyone with accounts, in the order of the setup.
    pub fn friends(&self) -> &[Friend] {
        &self.friends
    }

    /// The friend of that user name.
    pub fn friend(&self, name: &str) -> Option<&Friend> {
        self.friends.iter().find(|friend| friend.name == name)
    }
}

fn befriend(name: String, discord: &Discord, exchange: &ExchangeServer) -> Friend {
    let user = discord.user(&name);
    let open = |environment, cash| exchange.seed_account(&name, environment, Decimal::from(cash));
    let (paper, live) = (open(Environment::Paper, PAPER_CASH), open(Environment::Live, LIVE_CASH));
    Friend { name, user, paper, live }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn setup(seed: u64) -> WorldSetup {
        // A Saturday: only a market that is always open trades.
        let saturday = "2026-11-21T17:00:00Z".parse().expect("moment");
        WorldSetup::seeded(seed, WorldClock::frozen_at(saturday))
    }

    #[tokio::test]
    async fn each_friend_has_a_paper_and_a_live_account_of_their_own() {
        let world = World::start(setup(1)).await.expect("a world");
        let mut keys: Vec<&str> = Vec::new();
        for friend in world.friends() {
            keys.extend([friend.paper.key_id.as_str(), friend.live.key_id.as_str()]);
            assert_eq!(world.exchange.cash(friend.paper.account_id), Decimal::from(PAPER_CASH));
            assert_eq!(world.exchange.cash(friend.live.account_id), Decimal::from(LIVE_CASH));
            assert_eq!(friend.account(Environment::Live), &friend.live);
        }
        assert_eq!(keys.len(), 4);
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 4, "no two accounts share a key");
        assert!(world.friend("nobody").is_none());
    }

    #[tokio::test]
    async fn worlds_side_by_side_share_nothing_and_follow_their_seed() {
        let worlds = futures::future::join_all([1, 1, 2].map(|seed| World::start(setup(seed)))).await;
        let worlds: Vec<World> = worlds.into_iter().map(|world| world.expect("a world")).collect();
        let key = |place: usize| worlds[place].friend("ham").expect("Ham").paper.key_id.clone();
        assert_eq!(key(0), key(1));
        assert_ne!(key(0), key(2));
        assert_ne!(worlds[0].discord.api_base(), worlds[1].discord.api_base());
        assert_ne!(worlds[0].exchange.origins(), worlds[1].exchange.origins());
    }

    #[tokio::test]
    async fn the_market_keeps_the_calendar_unless_it_is_always_open() {
        let open = async |hours| {
            let world = World::start(setup(1).hours(hours)).await.expect("a world");
            let ham = world.friend("ham").expect("Ham").paper.account_id;
            world.exchange.dashboard(ham)["market_open"].clone()
        };
        assert_eq!(open(Hours::Calendar).await, false);
        assert_eq!(open(Hours::AlwaysOpen).await, true);
    }
}
