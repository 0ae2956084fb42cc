//! Gateway sessions: sequence numbers, the log for replay, and the connections they are attached to.

use super::chaos::EventFault;
use super::state::State;
use axum::extract::ws::Message;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

/// How many events a session keeps for replay.
const LOG_LENGTH: usize = 2_000;
/// How many sessions are remembered.
const SESSIONS: usize = 64;

/// What a connection's writer is told to do.
pub(super) enum Out {
    /// Send this payload, encoded as the connection wants it.
    Frame(Value),
    /// Send this payload later.
    Later(Duration, Value),
    /// Send exactly this.
    Raw(Message),
    /// Drop the connection without a word.
    Cut,
}

#[derive(Debug)]
pub(super) struct Session {
    pub id: String,
    pub intents: u64,
    pub seq: u64,
    log: VecDeque<(u64, Value)>,
    /// The connection's number and its writer, while connected.
    line: Option<(u64, UnboundedSender<Out>)>,
}

#[derive(Debug, Default)]
pub(super) struct Gateway {
    sessions: VecDeque<Session>,
    connections: u64,
    pub identifies: u32,
    pub last_identify: Option<DateTime<Utc>>,
    pub resumes: u32,
}

/// What a resume found.
pub(super) enum Resumed {
    Replay(Vec<Value>),
    UnknownSession,
    BadSequence,
}

impl Session {
    fn push(&mut self, name: &str, data: &Value) -> Value {
        self.seq += 1;
        let frame = json!({"op": 0, "s": self.seq, "t": name, "d": data});
        self.log.push_back((self.seq, frame.clone()));
        if self.log.len() > LOG_LENGTH {
            self.log.pop_front();
        }
        frame
    }

    fn say(&self, out: Out) {
        if let Some((_, line)) = &self.line {
            // A closed line is a connection that is going away; the log keeps the event.
            let _ = line.send(out);
        }
    }

    fn wants(&self, name: &str, in_guild: bool) -> bool {
        let needed = match name {
            "GUILD_CREATE" | "GUILD_UPDATE" | "GUILD_DELETE" | "CHANNEL_CREATE" => 1,
            "MESSAGE_CREATE" | "MESSAGE_UPDATE" | "MESSAGE_DELETE" => 1 << if in_guild { 9 } else { 12 },
            _ => return true,
        };
        self.intents & needed != 0
    }
}

impl Gateway {
    pub fn new_connection(&mut self) -> u64 {
        self.connections += 1;
        self.connections
    }

    pub fn connected(&self) -> bool {
        self.sessions.iter().any(|session| session.line.is_some())
    }

    /// Opens a session on a connection.
    pub fn open(&mut self, id: String, intents: u64, connection: u64, line: UnboundedSender<Out>) {
        self.identifies += 1;
        self.sessions.push_back(Session { id, intents, seq: 0, log: VecDeque::new(), line: Some((connection, line)) });
        if self.sessions.len() > SESSIONS {
            self.sessions.pop_front();
        }
    }

    /// Sends an event to one session only.
    pub fn send_to(&mut self, id: &str, name: &str, data: &Value) {
        if let Some(session) = self.sessions.iter_mut().find(|session| session.id == id) {
            let frame = session.push(name, data);
            session.say(Out::Frame(frame));
        }
    }

    pub fn resume(&mut self, id: &str, seq: u64, connection: u64, line: UnboundedSender<Out>) -> Resumed {
        let Some(session) = self.sessions.iter_mut().find(|session| session.id == id) else {
            return Resumed::UnknownSession;
        };
        if seq > session.seq {
            return Resumed::BadSequence;
        }
        session.line = Some((connection, line));
        let mut frames: Vec<Value> =
            session.log.iter().filter(|(number, _)| *number > seq).map(|(_, frame)| frame.clone()).collect();
        frames.push(session.push("RESUMED", &json!({"_trace": ["sim"]})));
        self.resumes += 1;
        Resumed::Replay(frames)
    }

    /// The connection ended; its session waits for a resume, or ends with it.
    pub fn hang_up(&mut self, connection: u64, ends_session: bool) {
        let ours = |session: &Session| session.line.as_ref().is_some_and(|(number, _)| *number == connection);
        if ends_session {
            self.sessions.retain(|session| !ours(session));
        }
        for session in self.sessions.iter_mut().filter(|session| ours(session)) {
            session.line = None;
        }
    }

    pub fn tell_connected(&self, out: impl Fn() -> Out) {
        for session in &self.sessions {
            session.say(out());
        }
    }

    pub fn forget_connected(&mut self) {
        self.sessions.retain(|session| session.line.is_none());
    }

    pub fn forget_all(&mut self) {
        self.sessions.clear();
    }
}

impl State {
    /// Sends an event to every session that wants it; sessions without a connection keep it for their resume.
    pub fn dispatch(&mut self, name: &str, data: &Value) {
        let in_guild = data.get("guild_id").is_some();
        if !self.gateway.sessions.iter().any(|session| session.wants(name, in_guild)) {
            return;
        }
        let fault = self.chaos.events.pop_front();
        for session in self.gateway.sessions.iter_mut().filter(|session| session.wants(name, in_guild)) {
            let frame = session.push(name, data);
            match &fault {
                None => session.say(Out::Frame(frame)),
                Some(EventFault::Drop) => {
                    session.log.pop_back();
                }
                Some(EventFault::Delay(by)) => session.say(Out::Later(*by, frame)),
                Some(EventFault::Duplicate) => {
                    session.say(Out::Frame(frame.clone()));
                    session.say(Out::Frame(frame));
                }
            }
        }
    }
}
