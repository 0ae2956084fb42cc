//! A web page on which a person acts as one of the friends: a small Discord, and beside it their accounts at the
//! simulated Alpaca.
//!
//! It listens on 127.0.0.1 only and answers only requests that come from its own page: a foreign `Host` (DNS rebinding)
//! or `Origin` (another site's script) is refused, because the page hands out the simulated accounts' keys.

mod api;
mod assets;
mod events;
mod guard;
mod troubles;

use crate::clock::WorldClock;
use crate::discord::Discord;
use crate::exchange::Floor;
use crate::proxy::Proxy;
use crate::world::{Friend, World};
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use troubles::Troubles;

/// What the page looks at and acts on.
struct Stage {
    clock: WorldClock,
    discord: Discord,
    floor: Floor,
    friends: Vec<Friend>,
    troubles: Troubles,
    closing: watch::Receiver<bool>,
}

impl Stage {
    fn friend(&self, name: &str) -> Option<&Friend> {
        self.friends.iter().find(|friend| friend.name == name)
    }
}

/// The page's server. It stops when this is dropped.
pub struct PageServer {
    port: u16,
    closing: watch::Sender<bool>,
}

impl PageServer {
    /// What to type into a browser: `http://127.0.0.1:PORT/`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// The port it listens on.
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for PageServer {
    fn drop(&mut self) {
        // Ends the event streams, and with them the last connections.
        self.closing.send_replace(true);
    }
}

/// Serves the page for a world on `port` of 127.0.0.1; 0 takes any free one. With the line to the bot's database, the
/// page can pause that, too.
///
/// Keep the world as long as the page: the page holds its Discord open, but not its Alpaca.
///
/// # Errors
/// The operating system's, when the port cannot be opened.
pub async fn serve(port: u16, world: &World, database: Option<Proxy>) -> std::io::Result<PageServer> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let port = listener.local_addr()?.port();
    let (closing, closed) = watch::channel(false);
    let stage = Stage {
        clock: world.clock.clone(),
        discord: world.discord.clone(),
        floor: world.exchange.floor(),
        friends: world.friends().to_vec(),
        troubles: Troubles::none(database),
        closing: closed.clone(),
    };
    let router = Router::new()
        .nest("/api", api::routes(Arc::new(stage)))
        .fallback(assets::serve)
        .layer(from_fn(guard::harden))
        .layer(from_fn_with_state(port, guard::only_this_page));
    tokio::spawn(async move {
        let serving = axum::serve(listener, router).with_graceful_shutdown(until(closed));
        if let Err(error) = serving.await {
            tracing::error!(%error, "the page stopped serving");
        }
    });
    Ok(PageServer { port, closing })
}

/// Resolves when the page closes.
async fn until(mut closing: watch::Receiver<bool>) {
    // An error means that the sender is gone, which closes the page just as well.
    let _ = closing.wait_for(|closing| *closing).await;
}
