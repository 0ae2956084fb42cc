//! The stream of changes, as server-sent events.

use super::{Stage, until};
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream, StreamExt};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;

/// Every change on anybody's screen as JSON; an event called `lost` when some went by unseen.
pub(super) async fn stream(
    State(stage): State<Arc<Stage>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let changes = stage.discord.subscribe();
    let news = stream::unfold(changes, async |mut changes| {
        let event = match changes.recv().await {
            Ok(change) => Event::default().json_data(&change).unwrap_or_else(|_| lost()),
            Err(RecvError::Lagged(_)) => lost(),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(event), changes))
    });
    let open = stage.closing.clone();
    Sse::new(news.take_until(until(open))).keep_alive(KeepAlive::default())
}

fn lost() -> Event {
    Event::default().event("lost").data("{}")
}
