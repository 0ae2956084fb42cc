//! A world that stands still, and a client of a few lines.

use flate2::{Decompress, FlushDecompress};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use sim::clock::WorldClock;
use sim::discord::{Act, Discord, DiscordSetup, Place, User};
use std::io::Read;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

pub const SOON: Duration = Duration::from_secs(10);

/// A Discord with two friends and two commands, on a clock that stands still.
pub struct Stage {
    pub discord: Discord,
    pub clock: WorldClock,
    pub ham: User,
    pub eve: User,
}

pub fn commands() -> Value {
    json!([
        {"name": "buy", "description": "Buy", "options": [
            {"type": 3, "name": "symbol", "description": "What", "required": true, "autocomplete": true},
            {"type": 4, "name": "shares", "description": "How many", "min_value": 1, "max_value": 100},
            {"type": 3, "name": "tif", "description": "How long",
             "choices": [{"name": "Day", "value": "day"}, {"name": "Until cancelled", "value": "gtc"}]},
            {"type": 6, "name": "friend", "description": "Whom"},
            {"type": 5, "name": "quiet", "description": "Hush"},
        ]},
        {"name": "account", "description": "Accounts", "contexts": [0], "options": [
            {"type": 1, "name": "add", "description": "Add one"},
            {"type": 2, "name": "key", "description": "Keys", "options": [
                {"type": 1, "name": "rotate", "description": "Rotate", "options": [
                    {"type": 3, "name": "name", "description": "Which"}]},
            ]},
        ]},
    ])
}

impl Stage {
    pub async fn set() -> Self {
        let clock = WorldClock::frozen_at("2026-11-20T15:00:00Z".parse().unwrap());
        let discord = Discord::start(DiscordSetup::new(clock.clone(), 42)).await.unwrap();
        let (ham, eve) = (discord.user("ham"), discord.user("eve"));
        let stage = Self { discord, clock, ham, eve };
        let path = format!("/applications/{}/commands", stage.discord.application_id());
        assert_eq!(stage.bot("PUT", &path, commands()).await.status, 200);
        stage
    }

    /// A request with the bot's token.
    pub async fn bot(&self, method: &str, path: &str, body: Value) -> Answer {
        let token = format!("Authorization: Bot {}\r\n", self.discord.token());
        send(&self.discord, method, path, &token, "application/json", body.to_string().as_bytes()).await
    }

    /// A request without any token.
    pub async fn anyone(&self, method: &str, path: &str, body: Value) -> Answer {
        send(&self.discord, method, path, "", "application/json", body.to_string().as_bytes()).await
    }

    pub async fn buy(&self) -> Act {
        self.ham.run(Place::Server, "buy", &[("symbol", "AAPL")]).await.unwrap()
    }

    pub async fn callback(&self, act: &Act, body: Value) -> Answer {
        self.anyone("POST", &format!("/interactions/{}/{}/callback", act.id, act.token), body).await
    }

    pub fn hook(&self, act: &Act, rest: &str) -> String {
        format!("/webhooks/{}/{}{rest}", self.discord.application_id(), act.token)
    }

    /// A card with a button, answered to a `/buy`.
    pub async fn card(&self, flags: u64) -> (Act, sim::discord::MessageView) {
        let act = self.buy().await;
        let data = json!({"content": "card", "flags": flags, "components": [row(&json!([button("v1:ok", "OK")]))]});
        assert_eq!(self.callback(&act, json!({"type": 4, "data": data})).await.status, 204);
        let card = act.reply().await.unwrap();
        (act, card)
    }
}

pub fn row(parts: &Value) -> Value {
    json!({"type": 1, "components": parts})
}

pub fn button(custom_id: &str, label: &str) -> Value {
    json!({"type": 2, "style": 1, "custom_id": custom_id, "label": label})
}

pub fn modal() -> Value {
    json!({"custom_id": "v1:keys", "title": "Keys", "components": [
        row(&json!([{"type": 4, "custom_id": "key", "label": "Key", "style": 1, "min_length": 2, "max_length": 8}])),
        {"type": 18, "label": "Kind", "component": {"type": 3, "custom_id": "kind", "required": false, "options": [
            {"label": "Paper", "value": "paper"}, {"label": "Live", "value": "live"}]}},
    ]})
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: String,
    pub body: Value,
}

impl Answer {
    /// Asserts a refusal with Discord's status and code.
    #[track_caller]
    pub fn refused(&self, status: u16, code: u32) {
        assert_eq!((self.status, &self.body["code"]), (status, &json!(code)), "{self:?}");
    }
}

pub async fn send(discord: &Discord, method: &str, path: &str, head: &str, kind: &str, body: &[u8]) -> Answer {
    let mut socket = TcpStream::connect(discord.api_base().trim_start_matches("http://")).await.unwrap();
    let length = body.len();
    let path = if path.starts_with("/api/") { path.to_owned() } else { format!("/api/v10{path}") };
    let agent = "User-Agent: DiscordBot (https://example.org, 1)\r\n";
    let head = if head.contains("User-Agent") { head.to_owned() } else { format!("{agent}{head}") };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: discord\r\nConnection: close\r\n{head}Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    socket.write_all(body).await.unwrap();
    let mut raw = Vec::new();
    socket.read_to_end(&mut raw).await.unwrap();
    let text = String::from_utf8(raw).unwrap();
    let (headers, body) = text.split_once("\r\n\r\n").unwrap();
    let status = headers.split(' ').nth(1).unwrap().parse().unwrap();
    let body = serde_json::from_str(body).unwrap_or_else(|_| json!(body));
    Answer { status, headers: headers.to_lowercase(), body }
}

/// How a gateway connection decodes what it hears.
enum Decoding {
    PerPayload,
    Stream(Box<Decompress>),
}

/// A gateway connection.
pub struct Wire {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    decoding: Decoding,
    /// Whether the last frame was binary.
    pub binary: bool,
}

/// What came over the wire.
#[derive(Debug, PartialEq)]
pub enum Heard {
    Frame(Value),
    Closed(Option<u16>),
    /// The TCP connection ended without a close frame.
    Cut,
}

impl Wire {
    pub async fn open(discord: &Discord, query: &str) -> Self {
        let (socket, _) = connect_async(format!("{}?{query}", discord.gateway_url())).await.unwrap();
        let decoding = if query.contains("zlib-stream") {
            Decoding::Stream(Box::new(Decompress::new(true)))
        } else {
            Decoding::PerPayload
        };
        Self { socket, decoding, binary: false }
    }

    /// Opens, reads HELLO and identifies; the READY's data.
    pub async fn identified(discord: &Discord, compress: bool, intents: u64) -> (Self, Value) {
        let mut wire = Self::open(discord, "v=10&encoding=json").await;
        assert_eq!(wire.frame().await["op"], 10);
        let token = format!("Bot {}", discord.token());
        wire.say(json!({"op": 2, "d": {"token": token, "intents": intents, "compress": compress, "properties": {}}}))
            .await;
        let ready = wire.frame().await;
        assert_eq!((&ready["t"], &ready["s"]), (&json!("READY"), &json!(1)));
        (wire, ready["d"].clone())
    }

    pub async fn resume(discord: &Discord, session: &str, seq: u64) -> Self {
        let mut wire = Self::open(discord, "v=10").await;
        assert_eq!(wire.frame().await["op"], 10);
        wire.say(json!({"op": 6, "d": {"token": discord.token(), "session_id": session, "seq": seq}})).await;
        wire
    }

    pub async fn say(&mut self, payload: Value) {
        self.socket.send(Message::Text(payload.to_string().into())).await.unwrap();
    }

    pub async fn hang_up(mut self, code: u16) {
        let frame = tokio_tungstenite::tungstenite::protocol::CloseFrame { code: code.into(), reason: "".into() };
        self.socket.close(Some(frame)).await.unwrap();
        while let Some(Ok(_)) = self.socket.next().await {}
    }

    pub async fn hear(&mut self) -> Heard {
        let message = tokio::time::timeout(SOON, self.socket.next()).await.expect("something on the wire");
        match message {
            Some(Ok(Message::Text(text))) => {
                self.binary = false;
                Heard::Frame(serde_json::from_str(&text).unwrap_or_else(|_| json!(text.as_str())))
            }
            Some(Ok(Message::Binary(bytes))) => {
                self.binary = true;
                let text = self.inflate(&bytes);
                Heard::Frame(serde_json::from_slice(&text).unwrap_or(Value::Null))
            }
            Some(Ok(Message::Close(frame))) => Heard::Closed(frame.map(|frame| frame.code.into())),
            Some(Ok(other)) => panic!("unexpected {other:?}"),
            Some(Err(_)) | None => Heard::Cut,
        }
    }

    pub async fn frame(&mut self) -> Value {
        match self.hear().await {
            Heard::Frame(frame) => frame,
            other => panic!("wanted a frame, got {other:?}"),
        }
    }

    fn inflate(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(256 * 1024);
        match &mut self.decoding {
            Decoding::PerPayload => {
                // What is not zlib decodes to nothing.
                let _ = flate2::read::ZlibDecoder::new(bytes).read_to_end(&mut out);
            }
            Decoding::Stream(stream) => {
                assert!(bytes.ends_with(&[0, 0, 0xff, 0xff]), "each payload of a zlib stream ends with a flush");
                stream.decompress_vec(bytes, &mut out, FlushDecompress::Sync).unwrap();
            }
        }
        out
    }
}
