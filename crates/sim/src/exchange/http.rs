//! The shell: HTTP and WebSocket on one side, the pure exchange on the other.

use super::line::Cord;
use super::routes::{Answer, Delivery, Request};
use super::server::Floor;
use super::stream::Word;
use super::{Endpoint, Environment, Fault, Origin};
use axum::Router;
use axum::body::Body;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use futures::stream;
use std::io;
use std::time::Duration;
use tokio::time::sleep;

/// Longest request body that is read.
const BODY_LIMIT: usize = 1 << 20;
/// How long a stream may stay without showing its keys.
const AUTH_TIMEOUT: Duration = Duration::from_secs(10);

/// One origin's door.
#[derive(Clone)]
struct Door {
    floor: Floor,
    origin: Origin,
}

pub(super) fn router(floor: Floor, origin: Origin) -> Router {
    let router = match origin {
        Origin::Trading(_) => Router::new().route("/stream", get(open_stream)),
        Origin::Data => Router::new(),
    };
    router.fallback(serve).with_state(Door { floor, origin })
}

async fn serve(
    State(door): State<Door>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    request: axum::extract::Request,
) -> Response {
    let Ok(request) = read(request).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let arrived = door.floor.with(|exchange, now| exchange.arrive(now, door.origin, &request));
    let Some(journey) = arrived.travels() else {
        let (answer, delivery) = door.floor.with(|exchange, now| exchange.carry_out(now, &request, arrived));
        return deliver(answer, delivery, cord).await;
    };
    // On a task of its own the request lands even if the client has hung up by then.
    let landing = tokio::spawn(async move {
        sleep(journey).await;
        door.floor.with(|exchange, now| exchange.carry_out(now, &request, arrived))
    });
    match landing.await {
        Ok((answer, delivery)) => deliver(answer, delivery, cord).await,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn read(request: axum::extract::Request) -> Result<Request, axum::Error> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_LIMIT).await?;
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Ok(Request {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        body: body.to_vec(),
    })
}

async fn deliver(answer: Answer, delivery: Delivery, cord: Cord) -> Response {
    match delivery {
        Delivery::Whole => write(answer),
        Delivery::After(span) => {
            sleep(span).await;
            write(answer)
        }
        Delivery::Never => std::future::pending().await,
        Delivery::Reset => {
            // The connection dies under this response before a byte of it is written.
            cord.pull();
            Response::default()
        }
        Delivery::Cut => write_half(answer, cord),
    }
}

fn write(answer: Answer) -> Response {
    let (mut response, body) = head(answer);
    *response.body_mut() = Body::from(body);
    response
}

/// Announces the whole body, sends half of it, and cuts the connection.
fn write_half(answer: Answer, cord: Cord) -> Response {
    let (mut response, body) = head(answer);
    let length = body.len();
    response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    let half = Bytes::from(body).split_to(length / 2);
    let cut = async move {
        sleep(Duration::from_millis(20)).await; // Until the first half has left.
        cord.pull();
        Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset))
    };
    *response.body_mut() = Body::from_stream(stream::StreamExt::chain(stream::iter([Ok(half)]), stream::once(cut)));
    response
}

fn head(answer: Answer) -> (Response, Vec<u8>) {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(content_type) = answer.content_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    (response, answer.body)
}

async fn open_stream(
    State(door): State<Door>,
    ConnectInfo(cord): ConnectInfo<Cord>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Origin::Trading(environment) = door.origin else { return StatusCode::NOT_FOUND.into_response() };
    match door.floor.with(|exchange, _| exchange.faults.strike(Endpoint::Stream, None)) {
        None => upgrade.on_upgrade(move |socket| attend(socket, door.floor, environment)),
        Some(Fault::TooManyRequests { .. }) => StatusCode::TOO_MANY_REQUESTS.into_response(),
        Some(Fault::ResetBefore | Fault::ResetAfter) => {
            cord.pull();
            Response::default()
        }
        Some(Fault::HangBefore | Fault::HangAfter) => std::future::pending().await,
        Some(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn attend(mut socket: WebSocket, floor: Floor, environment: Environment) {
    let (seat, mut ear) = floor.sit(environment);
    let deadline = sleep(AUTH_TIMEOUT);
    tokio::pin!(deadline);
    let mut pending_auth = true;
    loop {
        tokio::select! {
            heard = socket.recv() => match heard {
                Some(Ok(Message::Text(text))) => floor.hear(seat, text.as_str()),
                Some(Ok(Message::Binary(bytes))) => floor.hear(seat, &String::from_utf8_lossy(&bytes)),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
            },
            word = ear.recv() => match word {
                Some(Word::Say(value)) => {
                    let text = value.to_string();
                    // Paper sends JSON in binary frames, live in text frames.
                    let frame = match environment {
                        Environment::Paper => Message::Binary(text.into()),
                        Environment::Live => Message::Text(text.into()),
                    };
                    if socket.send(frame).await.is_err() {
                        break;
                    }
                }
                Some(Word::Close) | None => {
                    let _ = socket.send(Message::Close(None)).await; // It may have gone already.
                    break;
                }
            },
            () = &mut deadline, if pending_auth => {
                pending_auth = false;
                if !floor.knows(seat) {
                    break;
                }
            }
        }
    }
    floor.leave(seat);
}
