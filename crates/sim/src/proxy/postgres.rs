//! Just enough of PostgreSQL's protocol (version 3, "Message Formats" in its manual) to tell one statement from the next.

use super::Statement;
use std::collections::HashMap;

/// One round trip's worth of the client's bytes.
pub(super) struct Unit {
    pub bytes: Vec<u8>,
    /// What it carries out; nothing for a hand-shake, or for a statement that is only prepared.
    pub statement: Option<Statement>,
}

/// Cuts a session's bytes where the client waits for an answer.
#[derive(Default)]
pub(super) struct Splitter {
    pending: Vec<u8>,
    unit: Vec<u8>,
    started: bool,
    texts: HashMap<Vec<u8>, String>,
    bound: Option<String>,
    runs: Option<String>,
    system: bool,
}

impl Splitter {
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Unit> {
        self.pending.extend_from_slice(bytes);
        let mut units = Vec::new();
        while let Some(message) = self.next_message() {
            let ends = self.take_in(&message);
            self.unit.extend_from_slice(&message);
            if ends {
                let statement = self.runs.take().map(|sql| self.statement(&sql));
                units.push(Unit { bytes: std::mem::take(&mut self.unit), statement });
            }
        }
        units
    }

    /// The next whole message. The first one of a session has no type byte.
    fn next_message(&mut self) -> Option<Vec<u8>> {
        let kind = usize::from(self.started);
        let length = self.pending.get(kind..kind + 4)?.try_into().ok().map(u32::from_be_bytes)?;
        let whole = kind + usize::try_from(length).ok()?;
        (self.pending.len() >= whole).then(|| self.pending.drain(..whole).collect())
    }

    /// Returns whether the client now waits.
    fn take_in(&mut self, message: &[u8]) -> bool {
        if !self.started {
            // An SSLRequest (code 80877103) is answered before the real start.
            self.started = message.get(4..8) != Some(80_877_103_u32.to_be_bytes().as_slice());
            return true;
        }
        let (kind, body) = (message.first().copied(), message.get(5..).unwrap_or_default());
        match kind {
            Some(b'Q') => {
                self.runs = Some(text(body).0);
                true
            }
            Some(b'P') => {
                let (name, rest) = name(body);
                self.texts.insert(name.to_vec(), text(rest).0);
                false
            }
            Some(b'B') => {
                let (_portal, rest) = name(body);
                self.bound = self.texts.get(name(rest).0).cloned();
                false
            }
            Some(b'E') => {
                self.runs = self.bound.clone();
                false
            }
            Some(b'D' | b'C' | b'd' | b'F') => false,
            _ => true,
        }
    }

    fn statement(&mut self, sql: &str) -> Statement {
        if sql.starts_with("BEGIN") {
            self.system = sql.contains("app.user_id = ''");
        }
        let statement = Statement { system: self.system, sql: without_quoted(sql) };
        if matches!(statement.sql.as_str(), "COMMIT" | "ROLLBACK") {
            self.system = false;
        }
        statement
    }
}

/// Whether the server waits for the client: these bytes end with `ReadyForQuery`.
pub(super) fn is_ready(bytes: &[u8]) -> bool {
    matches!(bytes, [.., b'Z', 0, 0, 0, 5, b'I' | b'T' | b'E'])
}

fn name(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    (bytes.get(..end).unwrap_or_default(), bytes.get(end + 1..).unwrap_or_default())
}

fn text(bytes: &[u8]) -> (String, &[u8]) {
    let (text, rest) = name(bytes);
    (String::from_utf8_lossy(text).split_whitespace().collect::<Vec<_>>().join(" "), rest)
}

fn without_quoted(sql: &str) -> String {
    let outside = sql.split('\'').enumerate().map(|(at, part)| if at % 2 == 0 { part } else { "…" });
    outside.collect::<Vec<_>>().join("'")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[kind], length.to_be_bytes().as_slice(), body].concat()
    }

    fn session() -> Vec<u8> {
        let start = [&12_u32.to_be_bytes()[..], &196_608_u32.to_be_bytes()[..], &[0; 4]].concat();
        [
            start,
            message(b'Q', b"BEGIN; SET LOCAL app.user_id = '7'; SET LOCAL synchronous_commit = on\0"),
            [message(b'P', b"s1\0SELECT\n 1\0\0\0"), message(b'D', b"Ss1\0"), message(b'S', b"")].concat(),
            [message(b'B', b"\0s1\0\0\0"), message(b'E', b"\0\0\0\0\0"), message(b'S', b"")].concat(),
            message(b'Q', b"COMMIT\0"),
            message(b'Q', b"BEGIN; SET LOCAL app.user_id = ''; SET LOCAL synchronous_commit = on\0"),
        ]
        .concat()
    }

    #[test]
    fn a_session_is_cut_into_round_trips_however_its_bytes_arrive() {
        for size in [1, 7, 4096] {
            let mut splitter = Splitter::default();
            let units: Vec<_> = session().chunks(size).flat_map(|bytes| splitter.feed(bytes)).collect();
            assert_eq!(units.iter().flat_map(|unit| unit.bytes.clone()).collect::<Vec<_>>(), session());
            let heard: Vec<_> = units.into_iter().filter_map(|unit| unit.statement).collect();
            let texts: Vec<_> = heard.iter().map(|statement| (statement.sql.as_str(), statement.system)).collect();
            let begin = "BEGIN; SET LOCAL app.user_id = '…'; SET LOCAL synchronous_commit = on";
            assert_eq!(texts, [(begin, false), ("SELECT 1", false), ("COMMIT", false), (begin, true)], "{size}");
        }
    }

    #[test]
    fn an_answer_is_whole_when_the_server_waits_again() {
        assert!(is_ready(b"C\0\0\0\x0bCOMMIT\0Z\0\0\0\x05I"));
        assert!(!is_ready(b"C\0\0\0\x0bCOMMIT\0Z\0\0\0\x05"));
    }
}
