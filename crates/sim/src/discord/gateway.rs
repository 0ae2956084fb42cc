//! The gateway's WebSocket: hello, identify, heartbeat, resume, and the two zlib encodings.

use super::recorder::Received;
use super::session::{Out, Resumed};
use super::state::{State, World, id};
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress, write::ZlibEncoder};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Every intent bit there is.
const ALL_INTENTS: u64 = 0x0033_FFFF | (1 << 24) | (1 << 25);
/// Members, presences and message content need an approval the simulated app does not have.
const PRIVILEGED: u64 = (1 << 1) | (1 << 8) | (1 << 15);
/// A larger payload closes the connection with 4002.
const MOST_BYTES: usize = 4096;
/// Sends per minute and connection; one more closes it with 4008.
const MOST_SENDS: usize = 120;

/// Between two identifies, for the one bucket that `max_concurrency` 1 leaves.
const IDENTIFY_PACE: chrono::TimeDelta = chrono::TimeDelta::seconds(5);

/// How payloads are encoded on one connection.
enum Encoding {
    Text,
    /// `compress: true` in identify: each payload its own zlib stream.
    PerPayload,
    /// `compress=zlib-stream` in the URL: one stream for the connection, flushed after each payload.
    Stream(Box<Compress>),
}

struct Line {
    world: Arc<World>,
    connection: u64,
    out: UnboundedSender<Out>,
    encoding: Encoding,
    session: Option<String>,
    sends: VecDeque<chrono::DateTime<chrono::Utc>>,
    /// Whether a heartbeat has come since the patience with the client began anew.
    beat: bool,
}

/// Whether the connection goes on.
enum Next {
    Go,
    Close(u16, &'static str),
}

/// Holds one connection until either side ends it.
pub(super) async fn converse(world: Arc<World>, mut socket: WebSocket, query: String) {
    let (out, mut inbox) = unbounded_channel();
    let connection = world.edit(|state| state.gateway.new_connection());
    let streaming = query.split('&').any(|pair| pair == "compress=zlib-stream");
    let encoding =
        if streaming { Encoding::Stream(Box::new(Compress::new(Compression::fast(), true))) } else { Encoding::Text };
    let mut closing = world.closing.subscribe();
    let mut line =
        Line { world: world.clone(), connection, out, encoding, session: None, sends: VecDeque::new(), beat: false };
    if !query.split('&').any(|pair| pair == "v=10") {
        let _ = socket.send(close(4012, "Invalid API version")).await;
        return;
    }
    let interval = u64::try_from(world.heartbeat.as_millis()).unwrap_or(41_250);
    let hello = json!({"op": 10, "s": null, "t": null, "d": {"heartbeat_interval": interval, "_trace": ["sim"]}});
    let mut alive = socket.send(line.encode(&hello)).await.is_ok();
    let mut ends_session = false;
    let patience = || Box::pin(tokio::time::sleep(world.heartbeat * 2));
    let mut silence = patience();
    while alive {
        if std::mem::take(&mut line.beat) {
            silence = patience();
        }
        tokio::select! {
            // The last handle of this Discord is gone: drop the connection.
            _ = closing.changed() => break,
            () = &mut silence => {
                let _ = socket.send(close(4009, "Session timed out.")).await;
                world.edit(|state| state.gateway.hang_up(connection, true));
                alive = false;
            }
            told = inbox.recv() => alive = match told {
                Some(told) => line.tell(&mut socket, told).await,
                None => false,
            },
            heard = socket.recv() => match heard {
                Some(Ok(Message::Close(frame))) => {
                    // Discord ends a session that its client closes with 1000 or 1001.
                    ends_session = frame.is_some_and(|frame| matches!(frame.code, 1000 | 1001));
                    alive = false;
                }
                Some(Ok(message)) => if let Next::Close(code, why) = line.hear(&message) {
                    let _ = socket.send(close(code, why)).await;
                    alive = false;
                },
                Some(Err(_)) | None => alive = false,
            },
        }
    }
    world.edit(|state| state.gateway.hang_up(connection, ends_session));
}

fn close(code: u16, why: &'static str) -> Message {
    Message::Close(Some(CloseFrame { code, reason: why.into() }))
}

impl Line {
    async fn tell(&mut self, socket: &mut WebSocket, told: Out) -> bool {
        match told {
            Out::Frame(frame) => socket.send(self.encode(&frame)).await.is_ok(),
            Out::Later(by, frame) => {
                let out = self.out.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(by).await;
                    let _ = out.send(Out::Frame(frame));
                });
                true
            }
            Out::Raw(message) => {
                let closes = matches!(message, Message::Close(_));
                socket.send(message).await.is_ok() && !closes
            }
            Out::Cut => false,
        }
    }

    fn hear(&mut self, message: &Message) -> Next {
        let bytes: Bytes = match message {
            Message::Text(text) => Bytes::copy_from_slice(text.as_bytes()),
            Message::Binary(bytes) => bytes.clone(),
            _ => return Next::Go,
        };
        self.record(&bytes);
        if bytes.len() > MOST_BYTES {
            return Next::Close(4002, "Error while decoding payload.");
        }
        if self.too_many() {
            return Next::Close(4008, "You are being rate limited.");
        }
        let Ok(payload) = serde_json::from_slice::<Value>(&bytes) else {
            return Next::Close(4002, "Error while decoding payload.");
        };
        let data = &payload["d"];
        match (payload["op"].as_u64(), self.session.is_some()) {
            (Some(1), _) => {
                self.beat = true;
                self.acknowledge()
            }
            (Some(2), false) => self.identify(data),
            (Some(2), true) => Next::Close(4005, "Already authenticated."),
            (Some(6), false) => self.resume(data),
            (Some(3 | 4 | 8 | 31 | 43), true) => Next::Go,
            (Some(3 | 4 | 8 | 31 | 43), false) => Next::Close(4003, "Not authenticated."),
            _ => Next::Close(4001, "Unknown opcode."),
        }
    }

    fn record(&self, bytes: &Bytes) {
        self.world.note(|state| {
            state.received.push(Received {
                at: state.now(),
                method: "GATEWAY".to_owned(),
                path: "/gw".to_owned(),
                headers: Vec::new(),
                body: bytes.clone(),
                status: 0,
            });
        });
    }

    fn too_many(&mut self) -> bool {
        let now = self.world.clock.now();
        self.sends.push_back(now);
        while self.sends.front().is_some_and(|first| (now - *first).num_seconds() >= 60) {
            self.sends.pop_front();
        }
        self.sends.len() > MOST_SENDS
    }

    fn acknowledge(&self) -> Next {
        let (mute, delay) = self.world.read(|state| (state.chaos.mute_acks, state.chaos.ack_delay));
        let ack = json!({"op": 11});
        if !mute {
            let told = if delay == Duration::ZERO { Out::Frame(ack) } else { Out::Later(delay, ack) };
            let _ = self.out.send(told);
        }
        Next::Go
    }

    fn token_is_right(&self, data: &Value) -> bool {
        data["token"].as_str().is_some_and(|token| token.strip_prefix("Bot ").unwrap_or(token) == self.world.token)
    }

    fn identify(&mut self, data: &Value) -> Next {
        if !self.token_is_right(data) {
            return Next::Close(4004, "Authentication failed.");
        }
        let Some(intents) = data["intents"].as_u64().filter(|bits| bits & !ALL_INTENTS == 0) else {
            return Next::Close(4013, "Invalid intent(s).");
        };
        if intents & PRIVILEGED != 0 {
            return Next::Close(4014, "Disallowed intent(s).");
        }
        let shard = (data["shard"][0].as_u64().unwrap_or(0), data["shard"][1].as_u64().unwrap_or(1));
        if shard.0 >= shard.1 {
            return Next::Close(4010, "Invalid shard.");
        }
        if data["compress"] == json!(true) && matches!(self.encoding, Encoding::Text) {
            self.encoding = Encoding::PerPayload;
        }
        if !self.world.edit(State::may_identify) {
            let _ = self.out.send(Out::Frame(json!({"op": 9, "d": false})));
            return Next::Go;
        }
        let gateway_url = self.world.gateway_url();
        let session = self.world.edit(|state| {
            let session = format!("{:016x}{:016x}", state.rng.next_u64(), state.rng.next_u64());
            state.gateway.open(session.clone(), intents, self.connection, self.out.clone());
            let ready = state.ready_json(&session, shard, &gateway_url);
            state.gateway.send_to(&session, "READY", &ready);
            if intents & 1 != 0 {
                let guild = state.guild_json();
                state.gateway.send_to(&session, "GUILD_CREATE", &guild);
            }
            session
        });
        self.session = Some(session);
        Next::Go
    }

    fn resume(&mut self, data: &Value) -> Next {
        if !self.token_is_right(data) {
            return Next::Close(4004, "Authentication failed.");
        }
        let session = data["session_id"].as_str().unwrap_or_default().to_owned();
        let seq = data["seq"].as_u64().unwrap_or(0);
        let resumed = self.world.edit(|state| {
            let resumed = state.gateway.resume(&session, seq, self.connection, self.out.clone());
            // Queued under the lock, so that no live event can overtake the replay.
            if let Resumed::Replay(frames) = &resumed {
                for frame in frames {
                    let _ = self.out.send(Out::Frame(frame.clone()));
                }
            }
            resumed
        });
        match resumed {
            Resumed::Replay(_) => self.session = Some(session),
            Resumed::UnknownSession => {
                let _ = self.out.send(Out::Frame(json!({"op": 9, "d": false})));
            }
            Resumed::BadSequence => return Next::Close(4007, "Invalid `seq`."),
        }
        Next::Go
    }

    fn encode(&mut self, payload: &Value) -> Message {
        let text = payload.to_string();
        match &mut self.encoding {
            Encoding::Text => Message::Text(text.into()),
            Encoding::PerPayload => Message::Binary(deflate(text.as_bytes()).into()),
            Encoding::Stream(stream) => Message::Binary(deflate_on(stream, text.as_bytes()).into()),
        }
    }
}

/// One zlib stream, as a payload of its own.
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    // Writing into a Vec cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

fn deflate_on(stream: &mut Compress, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    let begun = stream.total_in();
    loop {
        let eaten = usize::try_from(stream.total_in() - begun).unwrap_or(bytes.len());
        let full = out.len();
        if stream.compress_vec(&bytes[eaten..], &mut out, FlushCompress::Sync).is_err() || out.len() < out.capacity() {
            return out;
        }
        out.reserve(full.max(256));
    }
}

impl State {
    /// One identify per 5 s and shard bucket, where that is enforced; too early is answered with op 9.
    fn may_identify(&mut self) -> bool {
        let now = self.now();
        let early = self.gateway.last_identify.is_some_and(|last| now - last < IDENTIFY_PACE);
        let may = !(early && self.chaos.enforce_identifies);
        if may {
            self.gateway.last_identify = Some(now);
        }
        may
    }

    fn ready_json(&self, session: &str, shard: (u64, u64), gateway_url: &str) -> Value {
        json!({
            "v": 10, "user": self.me_json(), "user_settings": {}, "session_id": session,
            "resume_gateway_url": gateway_url, "session_type": "normal", "shard": [shard.0, shard.1],
            "application": {"id": id(self.application_id), "flags": 0},
            "guilds": [{"id": id(self.guild_id), "unavailable": true}],
            "private_channels": [], "relationships": [], "presences": [], "geo_ordered_rtc_regions": [],
            "_trace": ["sim"],
        })
    }
}
