//! A simulated Discord: REST and gateway over real sockets, with users who act through a Rust API.
//!
//! An unmodified client library talks to it when it is pointed at [`Discord::api_base`]; the rules a real Discord
//! enforces (the 3 s window, tokens that die, one callback per interaction, ephemeral visibility, body limits) are
//! enforced here too, with Discord's own status codes and error bodies. All windows follow the world's clock.

mod act;
mod applications;
mod attachment;
mod body;
mod channels;
mod chaos;
mod deliver;
mod fault;
mod gateway;
mod interactions;
mod limits;
mod message;
mod modal;
mod options;
mod page;
mod payload;
mod people;
mod recorder;
mod render;
mod rest;
mod session;
mod snowflake;
mod standing;
mod state;
mod user;
mod validate;
mod view;
mod webhooks;

pub use act::{Ack, Act, Choice, Missed};
pub use chaos::{EventFault, Malformed, RestFault};
pub use gateway::deflate;
pub use modal::{ModalInput, ModalShown};
pub use page::{Change, Happened};
pub use people::DmPolicy;
pub use recorder::Received;
pub use standing::Standing;
pub use state::Ping;
pub use user::{Place, Refused, User};
pub use view::{AttachmentView, MessageView};

use crate::clock::WorldClock;
use serde_json::Value;
use state::World;
use std::sync::Arc;
use std::time::Duration;

/// How the simulated Discord starts.
#[derive(Clone)]
pub struct DiscordSetup {
    /// The clock that every window, token age and snowflake follows.
    pub clock: WorldClock,
    /// Everything random (tokens, session ids) follows from this.
    pub seed: u64,
    /// The bot's token, without `Bot `.
    pub token: String,
    /// The application id, which is also the bot user's id, as on the real Discord.
    pub application_id: u64,
    /// The interval announced in HELLO, in real time.
    pub heartbeat: Duration,
}

impl DiscordSetup {
    /// A usual setup on the given clock.
    pub fn new(clock: WorldClock, seed: u64) -> Self {
        Self {
            clock,
            seed,
            token: "MTE1MDAwMDAwMDAwMDAwMDAwMA.GpAdck.sim-paddock-friends-not-a-real-token".to_owned(),
            application_id: 1_150_000_000_000_000_000,
            heartbeat: Duration::from_millis(41_250),
        }
    }
}

/// A running simulated Discord. Clones share it; the last one to go stops the server.
#[derive(Clone)]
pub struct Discord {
    world: Arc<World>,
    _server: Arc<rest::Server>,
}

impl std::fmt::Debug for Discord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Discord").field("port", &self.world.port).finish_non_exhaustive()
    }
}

impl Discord {
    /// Opens the sockets on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// The operating system's, when no port can be opened.
    pub async fn start(setup: DiscordSetup) -> std::io::Result<Self> {
        let (world, server) = rest::serve(setup).await?;
        Ok(Self { world, _server: Arc::new(server) })
    }

    /// What replaces `https://discord.com` in a client: `http://127.0.0.1:PORT`.
    pub fn api_base(&self) -> String {
        format!("http://127.0.0.1:{}", self.world.port)
    }

    /// The gateway's address as `GET /gateway` tells it.
    pub fn gateway_url(&self) -> String {
        self.world.gateway_url()
    }

    /// The bot's token.
    pub fn token(&self) -> &str {
        &self.world.token
    }

    /// The application's (and the bot user's) id.
    pub fn application_id(&self) -> u64 {
        self.world.application_id
    }

    /// The id of the one server, "Paddock Friends".
    pub fn guild_id(&self) -> u64 {
        self.world.guild_id
    }

    /// The id of that server's text channel, #trading.
    pub fn channel_id(&self) -> u64 {
        self.world.channel_id
    }

    /// The person of that name, who joins the server on first use.
    pub fn user(&self, name: &str) -> User {
        let id = self.world.edit(|state| state.person_named(name));
        User::new(self.clone(), id)
    }

    /// Waits until a bot is identified and connected.
    ///
    /// # Errors
    /// [`Missed::TimedOut`] when it takes longer than `deadline` (real time).
    pub async fn wait_ready(&self, deadline: Duration) -> Result<(), Missed> {
        self.world.wait(deadline, "a connected bot", |state| state.gateway.connected().then_some(())).await
    }

    /// Waits until the bot has registered at least one command.
    ///
    /// # Errors
    /// [`Missed::TimedOut`] when it takes longer than `deadline` (real time).
    pub async fn wait_commands(&self, deadline: Duration) -> Result<(), Missed> {
        self.world.wait(deadline, "registered commands", |state| (!state.commands.is_empty()).then_some(())).await
    }

    /// The registered commands, global ones first, as Discord would list them.
    pub fn commands_json(&self) -> Value {
        self.world.read(|state| Value::Array(state.commands.iter().cloned().collect()))
    }

    /// Every request and gateway frame the bot has sent so far, byte for byte.
    pub fn received(&self) -> Vec<Received> {
        self.world.read(|state| state.received.clone())
    }

    /// The last of them.
    pub fn latest(&self, count: usize) -> Vec<Received> {
        self.world.read(|state| state.received[state.received.len().saturating_sub(count)..].to_vec())
    }

    /// The name and bytes of a file the bot has sent, by the attachment's id.
    pub fn file(&self, attachment: u64) -> Option<(String, bytes::Bytes)> {
        self.world.read(|state| {
            let files = state.messages.values().flat_map(|message| &message.attachments);
            files.into_iter().find(|file| file.id == attachment).map(|file| (file.filename.clone(), file.bytes.clone()))
        })
    }

    /// How many times a bot has identified.
    pub fn identifies(&self) -> u32 {
        self.world.read(|state| state.gateway.identifies)
    }

    /// How many times a bot has resumed its session.
    pub fn resumes(&self) -> u32 {
        self.world.read(|state| state.gateway.resumes)
    }

    /// Waits until bots have identified so many times.
    ///
    /// # Errors
    /// [`Missed::TimedOut`] when it takes longer than `deadline` (real time).
    pub async fn wait_identifies(&self, times: u32, deadline: Duration) -> Result<(), Missed> {
        self.world.wait(deadline, "an identify", |state| (state.gateway.identifies >= times).then_some(())).await
    }

    /// Waits until bots have resumed so many times.
    ///
    /// # Errors
    /// [`Missed::TimedOut`] when it takes longer than `deadline` (real time).
    pub async fn wait_resumes(&self, times: u32, deadline: Duration) -> Result<(), Missed> {
        self.world.wait(deadline, "a resume", |state| (state.gateway.resumes >= times).then_some(())).await
    }

    /// Every notification a message of the bot has caused.
    pub fn pings(&self) -> Vec<Ping> {
        self.world.read(|state| state.pings.clone())
    }

    /// What every user sees change, as it happens.
    pub fn subscribe(&self) -> tokio::sync::broadcast::Receiver<Change> {
        self.world.changes.subscribe()
    }
}
