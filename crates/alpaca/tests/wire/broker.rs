//! A scripted broker: reads requests off raw sockets, remembers them, and does what the script says.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub head: String,
    pub body: String,
    /// As which request of its connection it came.
    pub nth: usize,
}

impl Seen {
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// What the broker does with a request.
#[derive(Clone, Debug)]
pub enum Act {
    /// A whole answer.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8> },
    /// These bytes, then the connection is closed.
    Raw(Vec<u8>),
    /// Nothing, ever.
    Hang,
    /// The connection is closed without a byte.
    Close,
    /// The connection is reset without a byte.
    Reset,
    /// A body without an announced length and without an end.
    Endless,
}

pub fn answer(status: u16, body: impl Into<String>) -> Act {
    Act::Answer { status, headers: Vec::new(), body: body.into().into_bytes() }
}

pub fn with(status: u16, headers: &[(&'static str, &str)], body: impl Into<String>) -> Act {
    let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Act::Answer { status, headers, body: body.into().into_bytes() }
}

type Script = dyn Fn(&Seen) -> Act + Send + Sync;

pub struct Broker {
    pub origin: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Broker {
    pub async fn start(script: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let script: Arc<Script> = Arc::new(script);
        let record = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&record)));
            }
        });
        Self { origin, seen }
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn count(&self, method: &str) -> usize {
        self.seen().iter().filter(|seen| seen.method == method).count()
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Script>, record: Arc<Mutex<Vec<Seen>>>) {
    // Head and body are written apart: without this each answer waits 40 ms for a delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    for nth in 0.. {
        let Some(seen) = read_request(&mut stream, nth).await else { return };
        record.lock().unwrap_or_else(PoisonError::into_inner).push(seen.clone());
        match script(&seen) {
            Act::Answer { status, headers, body } => {
                let mut head = format!("HTTP/1.1 {status} Scripted\r\n");
                if status != 204 && !headers.iter().any(|(name, _)| *name == "content-length") {
                    write!(head, "content-length: {}\r\n", body.len()).unwrap();
                }
                for (name, value) in headers {
                    write!(head, "{name}: {value}\r\n").unwrap();
                }
                head += "\r\n";
                let sent = stream.write_all(head.as_bytes()).await;
                if sent.is_err() || (seen.method != "HEAD" && stream.write_all(&body).await.is_err()) {
                    return;
                }
            }
            Act::Raw(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Act::Hang => {
                let mut end = [0; 1];
                let _ = stream.read(&mut end).await;
                return;
            }
            Act::Close => return,
            Act::Reset => {
                let _ = stream.set_zero_linger();
                return;
            }
            Act::Endless => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[").await;
                while stream.write_all(&[b' '; 8_192]).await.is_ok() {}
                return;
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream, nth: usize) -> Option<Seen> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse().unwrap()));
    let whole = head_end + length.unwrap_or(0);
    while bytes.len() < whole {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8_lossy(&bytes[head_end..whole]).into_owned();
    let mut first = head.split_whitespace();
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    Some(Seen { method, target, head, body, nth })
}
