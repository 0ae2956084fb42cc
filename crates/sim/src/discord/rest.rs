//! The HTTP shell: recording, faults, authorization, rate-limit headers, and the table of routes.

use super::DiscordSetup;
use super::attachment;
use super::body::{Call, MOST_BYTES};
use super::chaos::RestFault;
use super::fault::{Fault, json_response};
use super::gateway;
use super::limits::Told;
use super::recorder::Received;
use super::state::{State, World, id};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State as Shared;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, Request, Response, StatusCode, Uri, header};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use axum::serve::ListenerExt;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What a route answers when it does not refuse.
pub(super) enum Reply {
    /// 204.
    Done,
    /// 200 with this body.
    Json(Value),
}

/// Stops serving when dropped.
pub(super) struct Server {
    world: Arc<World>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.world.closing.send_replace(true);
        self.task.abort();
    }
}

pub(super) async fn serve(setup: DiscordSetup) -> std::io::Result<(Arc<World>, Server)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    let world = Arc::new(World::new(setup, port));
    let router = Router::new()
        .route("/gw", any(upgrade))
        .route("/attachments/{channel}/{id}/{name}", get(attachment::fetch))
        .route("/ephemeral-attachments/{application}/{id}/{name}", get(attachment::fetch))
        .fallback(answer)
        .with_state(world.clone());
    // Discord writes at once. Without this an event would wait until the client's machine has confirmed the one before.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let task = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the simulated Discord stopped serving");
        }
    });
    Ok((world.clone(), Server { world, task }))
}

async fn upgrade(Shared(world): Shared<Arc<World>>, uri: Uri, socket: WebSocketUpgrade) -> Response<Body> {
    let (refuse, hang) = world.edit(|state| {
        let refuse = state.chaos.refuse_upgrades > 0;
        let hang = !refuse && state.chaos.hang_upgrades > 0;
        state.chaos.refuse_upgrades -= u32::from(refuse);
        state.chaos.hang_upgrades -= u32::from(hang);
        (refuse, hang)
    });
    if refuse {
        return Fault::plain(503).into_response();
    }
    if hang {
        std::future::pending::<()>().await;
    }
    let query = uri.query().unwrap_or_default().to_owned();
    socket.on_upgrade(move |socket| gateway::converse(world, socket, query)).into_response()
}

async fn answer(Shared(world): Shared<Arc<World>>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let body = to_bytes(body, MOST_BYTES).await;
    let number = world.note(|state| {
        state.received.push(Received {
            at: state.now(),
            method: parts.method.to_string(),
            path: path.clone(),
            headers: header_list(&parts.headers),
            body: body.as_ref().map(Clone::clone).unwrap_or_default(),
            status: 0,
        });
        state.received.len() - 1
    });
    let response = match body {
        Ok(body) => {
            let call = call(parts.method.as_str(), &parts.uri, &parts.headers, body);
            carry_out(&world, &call, &parts.headers, &path).await
        }
        Err(_) => Fault::too_large().into_response(),
    };
    world.note(|state| state.received[number].status = response.status().as_u16());
    response
}

fn header_list(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

fn call(method: &str, uri: &Uri, headers: &HeaderMap, body: bytes::Bytes) -> Call {
    let path = uri.path();
    let route = ["/api/v10", "/api/v9", "/api"].iter().find_map(|base| path.strip_prefix(base)).unwrap_or_default();
    Call {
        method: method.to_owned(),
        segments: route.split('/').filter(|part| !part.is_empty()).map(|part| part.replace("%40", "@")).collect(),
        query: uri.query().unwrap_or_default().to_owned(),
        content_type: headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned(),
        body,
    }
}

async fn carry_out(world: &World, call: &Call, headers: &HeaderMap, path: &str) -> Response<Body> {
    let fault = world.note(|state| state.chaos.next_rest(path));
    match &fault {
        Some(RestFault::TooMany { retry_after, global }) => {
            return Fault::rate_limited(*retry_after, *global).into_response();
        }
        Some(RestFault::Status(status)) => return Fault::plain(*status).into_response(),
        Some(RestFault::Coded { status, code }) => return Fault::coded(*status, *code).into_response(),
        Some(RestFault::Html(status)) => return html(*status),
        _ => {}
    }
    if let Some(fault) = misaddressed(call, headers, path) {
        return fault.into_response();
    }
    if needs_token(call) && !has_token(world, headers) {
        return Fault::unauthorized().into_response();
    }
    let (result, told) = world.edit(|state| {
        let now = state.now();
        match state.buckets.take(call, now) {
            Ok(told) => (route(world, state, call), told),
            Err((fault, told)) => (Err(fault), told),
        }
    });
    match fault {
        Some(RestFault::LoseAnswer) => html(502),
        Some(RestFault::Delay(by)) => {
            tokio::time::sleep(by).await;
            respond(result, &told)
        }
        _ => respond(result, &told),
    }
}

/// What is refused before anybody looks who asks.
fn misaddressed(call: &Call, headers: &HeaderMap, path: &str) -> Option<Fault> {
    let version = path.strip_prefix("/api/v").map(|rest| rest.split('/').next().unwrap_or_default());
    if headers.get(header::USER_AGENT).is_none_or(header::HeaderValue::is_empty) {
        Some(Fault::nameless())
    } else if version.is_some_and(|version| !matches!(version, "9" | "10")) {
        Some(Fault::api_version())
    } else if !call.is_readable() {
        Some(Fault::content_type())
    } else {
        None
    }
}

fn respond(result: Result<Reply, Fault>, told: &Told) -> Response<Body> {
    let mut response = match result {
        Ok(Reply::Done) => StatusCode::NO_CONTENT.into_response(),
        Ok(Reply::Json(body)) => json_response(StatusCode::OK, &body),
        Err(fault) => fault.into_response(),
    };
    told.write(response.headers_mut());
    response
}

fn html(status: u16) -> Response<Body> {
    let page =
        "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body>";
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/html"));
    response
}

/// Interaction callbacks and interaction webhooks carry their own token in the path.
fn needs_token(call: &Call) -> bool {
    !matches!(call.segments.first().map(String::as_str), Some("interactions" | "webhooks" | "gateway"))
        || call.segments == ["gateway", "bot"]
}

fn has_token(world: &World, headers: &HeaderMap) -> bool {
    let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    sent.and_then(|sent| sent.strip_prefix("Bot ")) == Some(world.token.as_str())
}

fn route(world: &World, state: &mut State, call: &Call) -> Result<Reply, Fault> {
    let segments: Vec<&str> = call.segments.iter().map(String::as_str).collect();
    match (call.method.as_str(), segments.as_slice()) {
        ("GET", ["gateway"]) => Ok(Reply::Json(json!({"url": world.gateway_url()}))),
        ("GET", ["gateway", "bot"]) => Ok(Reply::Json(gateway_bot(world, state))),
        ("GET", ["users", "@me"]) => Ok(Reply::Json(state.me_json())),
        ("GET", ["users", whom]) => state.get_user(whom),
        ("GET", ["guilds", guild]) => state.get_guild(guild),
        ("GET", ["oauth2", "applications", "@me"] | ["applications", "@me"]) => {
            Ok(Reply::Json(state.application_json()))
        }
        (_, ["applications", application, rest @ ..]) => state.commands_route(call, application, rest),
        ("POST", ["interactions", id, token, "callback"]) => state.callback(call, id, token),
        (_, ["webhooks", application, token, rest @ ..]) => state.webhook_route(call, application, token, rest),
        ("POST", ["users", "@me", "channels"]) => state.open_dm(call),
        (_, ["channels", channel, rest @ ..]) => state.channel_route(call, channel, rest),
        (_, known) if is_route(known) => Err(Fault::wrong_method()),
        _ => Err(Fault::no_route()),
    }
}

/// Whether another method would find something here.
fn is_route(segments: &[&str]) -> bool {
    matches!(
        segments,
        ["gateway"]
            | ["gateway", "bot"]
            | ["users", "@me", "channels"]
            | ["users" | "guilds", _]
            | ["applications", "@me"]
            | ["oauth2", "applications", "@me"]
            | ["interactions", _, _, "callback"]
    )
}

/// An id in a path.
pub(super) fn snowflake(field: &str, written: &str) -> Result<u64, Fault> {
    written.parse().map_err(|_| Fault::no_snowflake(field, written))
}

fn gateway_bot(world: &World, state: &State) -> Value {
    json!({
        "url": world.gateway_url(), "shards": 1,
        "session_start_limit": {
            "total": 1000, "remaining": 1000_u32.saturating_sub(state.gateway.identifies), "reset_after": 86_400_000,
            "max_concurrency": 1,
        },
    })
}

impl State {
    fn get_user(&self, whom: &str) -> Result<Reply, Fault> {
        let user = self.user_json(snowflake("user_id", whom)?);
        if user.is_null() { Err(Fault::unknown_user()) } else { Ok(Reply::Json(user)) }
    }

    fn get_guild(&self, guild: &str) -> Result<Reply, Fault> {
        if guild == self.guild_id.to_string() {
            Ok(Reply::Json(self.guild_json()))
        } else {
            Err(Fault::unknown_guild())
        }
    }

    fn application_json(&self) -> Value {
        let owner = self.people.first().map_or_else(|| self.bot_json(), super::people::Person::json);
        json!({
            "id": id(self.application_id), "name": "Paddock", "icon": null, "description": "", "type": null,
            "summary": "", "bot": self.bot_json(), "bot_public": false, "bot_require_code_grant": false,
            "verify_key": "0".repeat(64), "flags": 0, "flags_new": "0", "hook": true, "redirect_uris": [],
            "interactions_endpoint_url": null, "role_connections_verification_url": null, "owner": owner,
            "team": null, "rpc_origins": [], "approximate_guild_count": 1,
            "approximate_user_install_count": self.people.len(), "approximate_user_authorization_count": 0,
            "explicit_content_filter": 0, "event_webhooks_status": 1, "eligible_oauth2_scopes": [],
        })
    }
}
