//! The service, from parts to a running bot, and back.
//!
//! Start is recovery: what was open when the process ended is settled first, by the same code that settles it later.
//! Until then commands that trade are refused with a plain text, but everything is acknowledged.

use crate::config::Config;
use crate::database::Database;
use crate::discord::{Wire, explain};
use crate::{housekeeping, keys, watchdog};
use alpaca::Alpaca;
use anyhow::Context;
use commands::Turnstile;
use commands::gateway::SwapHttp;
use desk::{Desk, Parts};
use domain::clock::{Clock, SystemClock};
use serenity::all::ShardManager;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// SIGTERM to exit takes at most ten seconds; the drain gets most of them.
const DRAIN: Duration = Duration::from_secs(7);

/// How often the database's clock is read.
const CLOCK_EVERY: Duration = Duration::from_mins(1);

/// A running bot.
pub struct Service {
    /// The desk, for whoever wants to look (bench, tests).
    pub desk: Desk,
    turnstile: Turnstile,
    shards: Arc<ShardManager>,
    gateway: JoinHandle<anyhow::Result<()>>,
    watchdog: JoinHandle<()>,
    settling: JoinHandle<()>,
    housekeeping: JoinHandle<()>,
    post: JoinHandle<()>,
    clocks: JoinHandle<()>,
    settled: watch::Receiver<bool>,
    stopping: watch::Sender<bool>,
}

impl Service {
    /// Connects everything and starts to answer.
    ///
    /// # Errors
    /// When a key is missing that a row needs, or Discord does not let us in.
    pub async fn start(config: Config, database: &Database) -> anyhow::Result<Self> {
        let uses = database.store.system().await?.key_uses().await?;
        keys::missing(&uses, &config.vault.ring)?;
        keys::revoke::sound(&database.store.system().await?.revoked_keys().await?, &config.vault.ring)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let alpaca = Arc::new(
            Alpaca::new(config.alpaca.origins, Arc::clone(&clock), alpaca::Limits::default())
                .context("the Alpaca client could not be made")?
                .sharing(Arc::new(database.store.clone())),
        );
        let desk = Desk::new(Parts {
            store: database.store.clone(),
            ring: config.vault.ring,
            brokerage: Arc::clone(&alpaca) as _,
            market: Arc::clone(&alpaca) as _,
            screen: Arc::clone(&alpaca) as _,
            records: alpaca,
            clock: Arc::clone(&clock),
            limits: config.limits,
            doors: config.doors,
        });
        let wire = Wire::connect(&config.discord).await?;
        let turnstile = Turnstile::new(config.rates);
        let framework =
            SwapHttp::around(commands::framework(desk.clone(), turnstile.clone()), Arc::clone(&wire.interactions));
        let mut client = wire.client(framework).await?;
        let (shards, messages) = (Arc::clone(&client.shard_manager), Arc::clone(&client.http));
        let (stopping, _) = watch::channel(false);
        let (through, settled) = watch::channel(false);
        Ok(Self {
            settling: tokio::spawn(settle(desk.clone(), through, stopping.subscribe())),
            settled,
            gateway: tokio::spawn(async move { client.start_autosharded().await.map_err(|error| explain(&error)) }),
            post: tokio::spawn(commands::deliver(desk.clone(), messages, stop_of(stopping.subscribe()))),
            watchdog: tokio::spawn(watchdog::watch(Arc::clone(&shards), Arc::clone(&clock))),
            clocks: tokio::spawn(watch_clock(desk.clone(), Arc::clone(&clock))),
            housekeeping: tokio::spawn(housekeeping::keep(
                database.store.clone(),
                config.heads,
                clock,
                stop_of(stopping.subscribe()),
            )),
            desk,
            turnstile,
            shards,
            stopping,
        })
    }

    /// Returns when what was open at start has been looked at: from then on the bot takes orders.
    pub fn settled(&self) -> impl Future<Output = ()> + use<> {
        let mut settled = self.settled.clone();
        async move {
            // A closed channel means that the service is stopping: it will never take orders again.
            if settled.wait_for(|settled| *settled).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Returns when the bot can no longer work: the token was revoked, or the gateway does not come back.
    ///
    /// # Errors
    /// Always: a bot that stops by itself has failed.
    pub async fn failed(&mut self) -> anyhow::Result<()> {
        tokio::select! {
            gateway = &mut self.gateway => gateway.context("the gateway task broke")?.and_then(|()| {
                Err(anyhow::anyhow!("the connection to Discord ended"))
            }),
            _ = &mut self.watchdog => Err(anyhow::anyhow!("the connection to Discord does not come back")),
        }
    }

    /// Stops in order: no new intents, what is in flight reaches a durable state, then the gateway closes.
    /// Returns whether everything in flight did.
    pub async fn stop(self) -> bool {
        self.desk.stop_accepting();
        let (drained, quiet) = tokio::join!(self.desk.drain(DRAIN), self.turnstile.quiet(DRAIN));
        self.watchdog.abort();
        self.clocks.abort();
        self.stopping.send_replace(true);
        self.shards.shutdown_all().await;
        self.gateway.abort();
        let _ = self.settling.await;
        let _ = self.housekeeping.await;
        let _ = self.post.await;
        drained && quiet
    }
}

/// The database dates the audit book, so its clock is held against ours all the time; Discord's and Alpaca's come by themselves.
async fn watch_clock(desk: Desk, clock: Arc<dyn Clock>) {
    loop {
        if let Err(error) = desk.look_at_clock().await {
            tracing::debug!(%error, "the database's clock could not be read");
        }
        clock.sleep(CLOCK_EVERY).await;
    }
}

/// Done when the service stops. A closed channel means that it is gone: stop as well.
async fn stop_of(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// Cut off at any point by a stop: a look that is cut off has seen nothing, and the next start looks again.
async fn settle(desk: Desk, through: watch::Sender<bool>, mut stopping: watch::Receiver<bool>) {
    let mut stopped = stopping.clone();
    let found = tokio::select! {
        found = desk.settle_at_start() => found,
        // A closed channel means that the service is gone: stop as well.
        _ = stopped.wait_for(|stop| *stop) => return,
    };
    tracing::info!(open = found.open, settled = found.settled, "what was open at start has been looked at");
    through.send_replace(true);
    desk.keep_settling(async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    })
    .await;
}
