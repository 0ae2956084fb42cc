//! Everything the simulated Discord knows, behind one lock.

use super::act::Missed;
use super::applications::CommandBook;
use super::chaos::Chaos;
use super::interactions::Interaction;
use super::limits::Buckets;
use super::message::Message;
use super::page::Change;
use super::people::{Channel, Person};
use super::recorder::Received;
use super::session::Gateway;
use super::snowflake::Snowflakes;
use crate::clock::WorldClock;
use crate::rng::Rng;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{broadcast, watch};

/// How often a wait looks for what no bell announces.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A notification that a message of the bot caused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ping {
    /// The message with the mention.
    pub message: u64,
    /// The person's name, or `everyone`.
    pub whom: String,
}

/// The fixed facts of this Discord and, behind the lock, its state.
pub(super) struct World {
    pub clock: WorldClock,
    pub token: String,
    pub application_id: u64,
    pub guild_id: u64,
    pub channel_id: u64,
    pub port: u16,
    /// Where bots are told that the gateway is.
    pub gateway_port: AtomicU16,
    pub heartbeat: Duration,
    pub changes: broadcast::Sender<Change>,
    pub closing: watch::Sender<bool>,
    pulse: watch::Sender<u64>,
    state: Mutex<State>,
}

/// What changes.
pub(super) struct State {
    pub clock: WorldClock,
    pub application_id: u64,
    pub guild_id: u64,
    pub channel_id: u64,
    pub snowflakes: Snowflakes,
    pub rng: Rng,
    pub people: Vec<Person>,
    pub channels: BTreeMap<u64, Channel>,
    pub messages: BTreeMap<u64, Message>,
    pub interactions: BTreeMap<u64, Interaction>,
    pub commands: CommandBook,
    pub gateway: Gateway,
    pub received: Vec<Received>,
    pub pings: Vec<Ping>,
    pub buckets: Buckets,
    pub chaos: Chaos,
    pub outbox: Vec<Change>,
    /// Where files are fetched, without the path.
    pub cdn: String,
}

impl World {
    pub fn new(setup: super::DiscordSetup, port: u16) -> Self {
        let mut state = State::new(&setup, port);
        let guild_id = state.guild_id;
        let channel_id = state.channel_id;
        state.outbox.clear();
        Self {
            clock: setup.clock,
            token: setup.token,
            application_id: setup.application_id,
            guild_id,
            channel_id,
            port,
            gateway_port: AtomicU16::new(port),
            heartbeat: setup.heartbeat,
            changes: broadcast::channel(1024).0,
            closing: watch::channel(false).0,
            pulse: watch::channel(0).0,
            state: Mutex::new(state),
        }
    }

    pub fn gateway_url(&self) -> String {
        format!("ws://127.0.0.1:{}/gw", self.gateway_port.load(Ordering::SeqCst))
    }

    /// Looks without changing.
    pub fn read<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        look(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes what nobody waits for: records and knobs.
    pub fn note<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state, then wakes everyone who waits and tells the pages.
    pub fn edit<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let (result, news) = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let result = change(&mut state);
            (result, std::mem::take(&mut state.outbox))
        };
        self.pulse.send_modify(|beat| *beat = beat.wrapping_add(1));
        for change in news {
            // Nobody may be listening; that is no error.
            let _ = self.changes.send(change);
        }
        result
    }

    /// Waits until `look` finds something, looking after every change.
    pub async fn wait<R>(
        &self,
        deadline: Duration,
        what: &str,
        look: impl FnMut(&State) -> Option<R>,
    ) -> Result<R, Missed> {
        self.wait_for(self.pulse.subscribe(), deadline, what, look).await
    }

    /// Waits until `look` finds something, looking whenever the bell rings. The virtual clock, which rings no bell, may
    /// be what it waits for, so it also looks every 20 ms.
    pub async fn wait_for<R>(
        &self,
        mut bell: watch::Receiver<u64>,
        deadline: Duration,
        what: &str,
        mut look: impl FnMut(&State) -> Option<R>,
    ) -> Result<R, Missed> {
        let search = async {
            loop {
                if let Some(found) = self.read(&mut look) {
                    return found;
                }
                let rung = tokio::time::timeout(LOOK_EVERY, bell.changed()).await;
                if matches!(rung, Ok(Err(_))) {
                    // Nobody is left to ring.
                    tokio::time::sleep(LOOK_EVERY).await;
                }
            }
        };
        tokio::time::timeout(deadline, search)
            .await
            .map_err(|_| Missed::TimedOut { what: what.to_owned(), seen: String::new() })
    }
}

impl State {
    fn new(setup: &super::DiscordSetup, port: u16) -> Self {
        let mut snowflakes = Snowflakes::default();
        let now = setup.clock.now();
        let guild_id = snowflakes.next(now);
        let channel_id = snowflakes.next(now);
        let mut channels = BTreeMap::new();
        channels.insert(channel_id, Channel::Server);
        Self {
            clock: setup.clock.clone(),
            application_id: setup.application_id,
            guild_id,
            channel_id,
            snowflakes,
            rng: Rng::seeded(setup.seed),
            people: Vec::new(),
            channels,
            messages: BTreeMap::new(),
            interactions: BTreeMap::new(),
            commands: CommandBook::default(),
            gateway: Gateway::default(),
            received: Vec::new(),
            pings: Vec::new(),
            buckets: Buckets::default(),
            chaos: Chaos::default(),
            outbox: Vec::new(),
            cdn: format!("http://127.0.0.1:{port}"),
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn snowflake(&mut self) -> u64 {
        let now = self.now();
        self.snowflakes.next(now)
    }

    /// A random string of `length` characters of the URL-safe alphabet.
    pub fn random_text(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        (0..length).map(|_| char::from(ALPHABET[usize::try_from(self.rng.below(64)).unwrap_or(0)])).collect()
    }
}

/// A snowflake as Discord writes it in JSON.
pub(super) fn id(snowflake: u64) -> Value {
    Value::String(snowflake.to_string())
}

/// A moment as Discord writes it.
pub(super) fn stamp(moment: DateTime<Utc>) -> Value {
    Value::String(moment.to_rfc3339_opts(chrono::SecondsFormat::Micros, false))
}
