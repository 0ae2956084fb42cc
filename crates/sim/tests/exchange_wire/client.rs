//! Just enough HTTP/1.1 and RFC 6455 to be a foreign client.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sim::clock::WorldClock;
use sim::exchange::{AccountHandle, Environment, ExchangeServer};
use std::fmt::Write as _;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// No step of a test may take longer.
pub const PATIENCE: Duration = Duration::from_secs(10);

pub struct Response {
    pub status: u16,
    pub headers: String,
    pub body: Vec<u8>,
}

impl Response {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
}

/// One world with one account, whose clock stands still.
pub struct Client {
    pub server: ExchangeServer,
    pub keys: AccountHandle,
}

pub fn noon() -> DateTime<Utc> {
    "2026-11-23T17:00:00Z".parse().expect("moment")
}

impl Client {
    pub async fn open(environment: Environment) -> Self {
        let server = ExchangeServer::open(WorldClock::frozen_at(noon()), 5).await.expect("ports");
        let keys = server.seed_account("ann", environment, Decimal::from(10_000));
        server.set_quote("F", Decimal::new(999, 2), Decimal::new(1_001, 2));
        Self { server, keys }
    }

    pub fn url(&self) -> String {
        self.server.origins().trading(self.keys.environment).to_owned()
    }

    pub fn credentials(&self) -> String {
        format!("APCA-API-KEY-ID: {}\r\nAPCA-API-SECRET-KEY: {}\r\n", self.keys.key_id, self.keys.secret)
    }

    /// Lets world time pass, so that what is due happens.
    pub fn wait(&self, millis: i64) {
        self.server.clock().advance(TimeDelta::milliseconds(millis));
        self.server.orders(self.keys.account_id);
    }

    pub async fn get(&self, target: &str) -> io::Result<Response> {
        request(&self.url(), "GET", target, &self.credentials(), "").await
    }

    pub async fn delete(&self, target: &str) -> io::Result<Response> {
        request(&self.url(), "DELETE", target, &self.credentials(), "").await
    }

    pub async fn order(&self, client_order_id: &str) -> io::Result<Response> {
        let body = json!({"symbol": "F", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day",
            "client_order_id": client_order_id});
        request(&self.url(), "POST", "/v2/orders", &self.credentials(), &body.to_string()).await
    }

    /// Whether the exchange has an order of that name.
    pub fn landed(&self, client_order_id: &str) -> bool {
        self.server.orders(self.keys.account_id).iter().any(|order| order.client_order_id == client_order_id)
    }

    pub async fn stream(&self) -> Stream {
        Stream::open(&self.url()).await.expect("upgrade")
    }

    /// A stream that has shown its keys and listens.
    pub async fn listening(&self) -> Stream {
        let mut stream = self.stream().await;
        stream.say(&json!({"action": "auth", "key": self.keys.key_id, "secret": self.keys.secret})).await;
        assert_eq!(stream.hear().await["data"]["status"], "authorized");
        stream.say(&json!({"action": "listen", "data": {"streams": ["trade_updates"]}})).await;
        assert_eq!(stream.hear().await["stream"], "listening");
        stream
    }
}

async fn connect(url: &str) -> io::Result<TcpStream> {
    TcpStream::connect(url.strip_prefix("http://").expect("http")).await
}

/// One request on a connection of its own, read to the end.
pub async fn request(url: &str, method: &str, target: &str, headers: &str, body: &str) -> io::Result<Response> {
    let exchange = async {
        let mut socket = connect(url).await?;
        let mut head = format!("{method} {target} HTTP/1.1\r\nHost: sim\r\nConnection: close\r\n{headers}");
        write!(head, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("text");
        socket.write_all(head.as_bytes()).await?;
        let mut raw = Vec::new();
        socket.read_to_end(&mut raw).await?;
        parse(&raw)
    };
    timeout(PATIENCE, exchange).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn parse(raw: &[u8]) -> io::Result<Response> {
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let headers = String::from_utf8_lossy(&raw[..end]).into_owned();
    let status = headers.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let response = Response { status, headers, body: raw[end + 4..].to_vec() };
    let length = response.header("content-length").and_then(|text| text.parse::<usize>().ok());
    if length.is_some_and(|length| length != response.body.len()) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(response)
}

/// A WebSocket. Frames it sends are masked with zeros, which is a mask.
pub struct Stream {
    socket: TcpStream,
    /// Opcode of the last data frame.
    pub opcode: u8,
}

impl Stream {
    pub async fn open(url: &str) -> io::Result<Self> {
        let mut socket = connect(url).await?;
        let head = "GET /stream HTTP/1.1\r\nHost: sim\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        socket.write_all(head.as_bytes()).await?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(socket.read_u8().await?);
        }
        if answer.starts_with(b"HTTP/1.1 101") {
            Ok(Self { socket, opcode: 0 })
        } else {
            Err(io::ErrorKind::Other.into())
        }
    }

    pub async fn say(&mut self, message: &Value) {
        let text = message.to_string();
        let length = u16::try_from(text.len()).expect("short");
        // Final text frame; masked, with a 16-bit length.
        let mut frame = vec![0x81, 0xfe];
        frame.extend(length.to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.socket.write_all(&frame).await.expect("sent");
    }

    async fn frame(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let head = [self.socket.read_u8().await?, self.socket.read_u8().await?];
        let length = match head[1] & 0x7f {
            126 => usize::from(self.socket.read_u16().await?),
            127 => usize::try_from(self.socket.read_u64().await?).expect("length"),
            short => usize::from(short),
        };
        let mut payload = vec![0; length];
        self.socket.read_exact(&mut payload).await?;
        Ok((head[0] & 0x0f, payload))
    }

    /// The next message; null once the server has closed.
    pub async fn hear(&mut self) -> Value {
        match timeout(PATIENCE, self.frame()).await.expect("the server speaks in time") {
            Ok((8, _)) | Err(_) => Value::Null,
            Ok((opcode, payload)) => {
                self.opcode = opcode;
                serde_json::from_slice(&payload).expect("JSON")
            }
        }
    }

    /// The next trade update's event.
    pub async fn event(&mut self) -> String {
        self.hear().await["data"]["event"].as_str().unwrap_or("closed").to_owned()
    }
}
