//! The page's API: what a friend sees, what they do, and what their accounts hold.

use super::troubles::Trouble;
use super::{Stage, events};
use crate::discord::{Place, Refused};
use crate::exchange::{Endpoint, Environment};
use crate::world::Friend;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How many messages of a place the page shows.
const SCROLLBACK: usize = 100;

type Shared = State<Arc<Stage>>;

/// Why a request to the page was turned down.
#[derive(Debug, thiserror::Error)]
enum Rebuff {
    #[error("there is no friend called {0}")]
    NoFriend(String),
    #[error("there is no such file")]
    NoFile,
    #[error("not understood: {0}")]
    NotUnderstood(String),
    #[error(transparent)]
    Refused(#[from] Refused),
}

impl IntoResponse for Rebuff {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NoFriend(_) | Self::NoFile => StatusCode::NOT_FOUND,
            Self::NotUnderstood(_) | Self::Refused(Refused::NotUnderstood(_)) => StatusCode::BAD_REQUEST,
            Self::Refused(Refused::Missed(_)) => StatusCode::GATEWAY_TIMEOUT,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        (status, Json(json!({"error": self.to_string()}))).into_response()
    }
}

/// Everything under `/api`.
pub(super) fn routes(stage: Arc<Stage>) -> Router {
    Router::new()
        .route("/world", get(world))
        .route("/commands", get(commands))
        .route("/state/{user}/{place}", get(view))
        .route("/act/{user}", post(act))
        .route("/accounts/{user}", get(accounts))
        .route("/file/{user}/{message}/{name}", get(file))
        .route("/troubles", get(troubles))
        .route("/troubles/{trouble}", post(trouble))
        .route("/events", get(events::stream))
        .with_state(stage)
}

fn known<'a>(stage: &'a Stage, user: &str) -> Result<&'a Friend, Rebuff> {
    stage.friend(user).ok_or_else(|| Rebuff::NoFriend(user.to_owned()))
}

/// Who can be acted as, who else is there, and where.
async fn world(State(stage): Shared) -> Json<Value> {
    let people = stage.discord.people_json();
    let friends: Vec<&str> = stage.friends.iter().map(|friend| friend.name.as_str()).collect();
    Json(json!({
        "friends": friends, "people": people, "server": "Paddock Friends", "channel": "trading",
        "channel_id": stage.discord.channel_id().to_string(),
        "bot": {"id": stage.discord.application_id().to_string(), "name": "Paddock"},
    }))
}

async fn commands(State(stage): Shared) -> Json<Value> {
    Json(stage.discord.commands_json())
}

/// The latest messages on a friend's screen, and what is needed to show them: the time, and whether the bot is there.
async fn view(State(stage): Shared, Path((user, place)): Path<(String, Place)>) -> Result<Json<Value>, Rebuff> {
    let friend = known(&stage, &user)?;
    let mut view = stage.discord.view(&friend.user, place);
    if let Some(messages) = view["messages"].as_array_mut() {
        let surplus = messages.len().saturating_sub(SCROLLBACK);
        messages.drain(..surplus);
    }
    view["now"] = json!(stage.clock.now().timestamp_millis());
    view["online"] = json!(stage.discord.wait_ready(Duration::ZERO).await.is_ok());
    Ok(Json(view))
}

/// Does what [`Discord::act_json`](crate::discord::Discord::act_json) understands.
async fn act(State(stage): Shared, Path(user): Path<String>, body: Bytes) -> Result<Json<Value>, Rebuff> {
    let friend = known(&stage, &user)?;
    let deed = serde_json::from_slice(&body).map_err(|error| Rebuff::NotUnderstood(error.to_string()))?;
    Ok(Json(stage.discord.act_json(&friend.user, deed).await?))
}

async fn accounts(State(stage): Shared, Path(user): Path<String>) -> Result<Json<Value>, Rebuff> {
    let friend = known(&stage, &user)?;
    let dashboard = |environment| stage.floor.dashboard(friend.account(environment).account_id);
    let mut seen = json!({"paper": dashboard(Environment::Paper), "live": dashboard(Environment::Live)});
    for environment in [Environment::Paper, Environment::Live] {
        let calls = stage.floor.count_of(friend.account(environment).account_id, Endpoint::Account);
        seen[environment.name()]["used"] = json!(calls > 0);
    }
    Ok(Json(seen))
}

async fn troubles(State(stage): Shared) -> Json<Value> {
    Json(stage.troubles.json(&stage))
}

#[derive(Deserialize)]
struct Switch {
    on: bool,
}

async fn trouble(State(stage): Shared, Path(trouble): Path<Trouble>, Json(Switch { on }): Json<Switch>) -> Json<Value> {
    stage.troubles.switch(&stage, trouble, on);
    troubles(State(stage)).await
}

#[derive(Deserialize)]
struct Which {
    place: Place,
}

/// A file of a message the friend sees. Only pictures are shown in the page; anything else is downloaded.
async fn file(
    State(stage): Shared,
    Path((user, message, name)): Path<(String, u64, String)>,
    Query(Which { place }): Query<Which>,
) -> Result<Response, Rebuff> {
    let seen = known(&stage, &user)?.user.sees(place);
    let message = seen.into_iter().find(|view| view.id == message).ok_or(Rebuff::NoFile)?;
    let file = message.attachments.into_iter().find(|file| file.filename == name).ok_or(Rebuff::NoFile)?;
    let kind = picture_type(&name).unwrap_or("application/octet-stream");
    Ok(([(header::CONTENT_TYPE, kind)], file.bytes).into_response())
}

/// The type by the name's ending, as Discord goes by it. No SVG: it can carry scripts.
fn picture_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
        "png" => Some("image/png"),
        "jpg" | "jpeg" => Some("image/jpeg"),
        "gif" => Some("image/gif"),
        "webp" => Some("image/webp"),
        _ => None,
    }
}
