//! What the bot sent, kept byte for byte so that a test can look for a leaked secret.

use bytes::Bytes;
use chrono::{DateTime, Utc};

/// One request, or one gateway frame (`method` is then `GATEWAY` and `status` 0).
#[derive(Clone, Debug)]
pub struct Received {
    /// When, by the world's clock.
    pub at: DateTime<Utc>,
    /// The HTTP method, or `GATEWAY`.
    pub method: String,
    /// Path and query, as sent.
    pub path: String,
    /// Every header, as sent.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// The answer's status; 0 while there is none.
    pub status: u16,
}

impl Received {
    /// Whether `needle` occurs anywhere in path, headers or body.
    pub fn contains(&self, needle: &str) -> bool {
        let needle = needle.as_bytes();
        let within = |hay: &[u8]| !needle.is_empty() && hay.windows(needle.len()).any(|window| window == needle);
        within(self.path.as_bytes())
            || within(&self.body)
            || self.headers.iter().any(|(name, value)| within(name.as_bytes()) || within(value.as_bytes()))
    }

    /// The body as text, bytes that are not UTF-8 replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}
