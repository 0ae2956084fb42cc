//! `paddock serve`: the real thing, until it is told to stop.

use crate::boot::Service;
use crate::config::{Config, Env};
use crate::database::Database;
use domain::clock::{Clock, SystemClock};
use tokio::signal::unix::{SignalKind, signal};

/// Runs the bot until SIGTERM or SIGINT.
///
/// # Errors
/// When it cannot start, or can no longer work.
pub async fn run(env: &Env) -> anyhow::Result<()> {
    let clock = SystemClock::start();
    let config = Config::from_env(env)?;
    // Which lists there are is never a guess: what is let in is said at each start.
    tracing::info!(accepts = config.accepts(), "who is let in");
    let mut stop = Stop::listen()?;
    let database = tokio::select! {
        database = Database::open(&config.database, &config.data) => database?,
        () = stop.asked() => {
            tracing::info!("stopped before the database was open");
            return Ok(());
        }
    };
    let outcome = tokio::select! {
        service = Service::start(config, &database) => match service {
            Ok(service) => answer(service, &mut stop, &clock).await,
            Err(error) => Err(error),
        },
        () = stop.asked() => Ok(()),
    };
    database.close().await;
    tracing::info!("stopped");
    outcome
}

async fn answer(mut service: Service, stop: &mut Stop, clock: &SystemClock) -> anyhow::Result<()> {
    let elapsed = || u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(connected_ms = elapsed(), "connected; trades are refused until what was open is settled");
    let settled = service.settled();
    let ready = async {
        settled.await;
        tracing::info!(ready_ms = elapsed(), "ready");
        std::future::pending::<()>().await;
    };
    let outcome = tokio::select! {
        outcome = service.failed() => outcome,
        () = stop.asked() => Ok(()),
        () = ready => Ok(()),
    };
    tracing::info!("stopping");
    if !service.stop().await {
        tracing::warn!("not everything in flight came back in time; it is committed, and settled at the next start");
    }
    outcome
}

/// SIGTERM and SIGINT.
pub struct Stop {
    term: tokio::signal::unix::Signal,
    int: tokio::signal::unix::Signal,
}

impl Stop {
    /// # Errors
    /// When the operating system does not let us listen.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? })
    }

    /// Returns when somebody asks us to stop.
    pub async fn asked(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}
