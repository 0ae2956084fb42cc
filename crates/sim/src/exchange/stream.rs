//! The `trade_updates` stream: who sits in the gallery, what they may hear, and what they are told.

use super::venue::{Exchange, Notice};
use super::{Environment, Origin};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use uuid::Uuid;

/// What happens when an account opens a second trade stream. The vendor allows one; which of the two loses is not
/// documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondConnection {
    /// The older stream is closed.
    Displaces,
    /// The newer stream is refused.
    Refused,
    /// Both stay.
    Allowed,
}

/// What a stream connection is told to send.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    Say(Value),
    Close,
}

/// One connection.
struct Seat {
    number: u64,
    environment: Environment,
    account: Option<Uuid>,
    listening: bool,
    mouth: UnboundedSender<Word>,
}

impl Seat {
    fn tell(&self, word: Word) {
        // A connection that has just gone away hears nothing, which is all there is to do about it.
        let _ = self.mouth.send(word);
    }

    fn authorization(&self, status: &str, message: Option<&str>) {
        let mut data = json!({"status": status, "action": "authenticate"});
        if let Some(message) = message {
            data["message"] = message.into();
        }
        self.tell(Word::Say(json!({"stream": "authorization", "data": data})));
        if status != "authorized" {
            self.tell(Word::Close);
        }
    }
}

/// Everyone connected to a trade stream.
#[derive(Default)]
pub(super) struct Gallery {
    seats: Vec<Seat>,
    taken: u64,
}

impl Gallery {
    pub fn sit(&mut self, environment: Environment) -> (u64, UnboundedReceiver<Word>) {
        let (mouth, ear) = unbounded_channel();
        self.taken += 1;
        self.seats.push(Seat { number: self.taken, environment, account: None, listening: false, mouth });
        (self.taken, ear)
    }

    pub fn leave(&mut self, number: u64) {
        self.seats.retain(|seat| seat.number != number);
    }

    /// How many connections of an account hear trade updates.
    pub fn listeners(&self, account: Uuid) -> usize {
        self.seats.iter().filter(|seat| seat.listening && seat.account == Some(account)).count()
    }

    /// Whether a connection has shown its keys.
    pub fn knows(&self, number: u64) -> bool {
        self.seats.iter().any(|seat| seat.number == number && seat.account.is_some())
    }

    /// Takes in one message of a client. Every answer goes through the connection's queue, so that it keeps its place
    /// among the notices.
    pub fn hear(&mut self, number: u64, text: &str, exchange: &Exchange) {
        let message: Value = serde_json::from_str(text).unwrap_or_default();
        match message["action"].as_str() {
            Some("auth") => self.authenticate(number, &message["key"], &message["secret"], exchange),
            Some("authenticate") => {
                let data = &message["data"];
                self.authenticate(number, &data["key_id"], &data["secret_key"], exchange);
            }
            Some("listen") => self.listen(number, &message["data"]["streams"]),
            _ => {
                let error = json!({"action": "error", "data": {"error_message": "invalid message"}});
                self.seats
                    .iter()
                    .filter(|seat| seat.number == number)
                    .for_each(|seat| seat.tell(Word::Say(error.clone())));
            }
        }
    }

    fn authenticate(&mut self, number: u64, key: &Value, secret: &Value, exchange: &Exchange) {
        let Some(seat) = self.seats.iter().find(|seat| seat.number == number) else { return };
        let origin = Origin::Trading(seat.environment);
        let opened =
            key.as_str().zip(secret.as_str()).and_then(|(key, secret)| exchange.keys.open(origin, key, secret));
        let Some(account) = opened else {
            return seat.authorization("unauthorized", Some("access key verification failed"));
        };
        let others = |other: &Seat| other.number != number && other.account == Some(account);
        match exchange.knobs.second_connection {
            SecondConnection::Refused if self.seats.iter().any(others) => {
                return seat.authorization("exceeded", Some("connection limit exceeded"));
            }
            SecondConnection::Displaces => {
                self.seats.iter().filter(|other| others(other)).for_each(|other| other.tell(Word::Close));
                self.seats.retain(|other| !others(other));
            }
            _ => {}
        }
        if let Some(seat) = self.seats.iter_mut().find(|seat| seat.number == number) {
            seat.account = Some(account);
            seat.authorization("authorized", None);
        }
    }

    /// The list replaces the one before; names that are not served are left out of the answer.
    fn listen(&mut self, number: u64, streams: &Value) {
        let Some(seat) = self.seats.iter_mut().find(|seat| seat.number == number) else { return };
        if seat.account.is_none() {
            let data = json!({"status": "unauthorized", "action": "listen"});
            seat.tell(Word::Say(json!({"stream": "authorization", "data": data})));
            return seat.tell(Word::Close);
        }
        seat.listening = streams.as_array().is_some_and(|names| names.iter().any(|name| name == "trade_updates"));
        let served: &[&str] = if seat.listening { &["trade_updates"] } else { &[] };
        seat.tell(Word::Say(json!({"stream": "listening", "data": {"streams": served}})));
    }

    /// Passes notices on to those who listen.
    pub fn tell(&self, notices: Vec<Notice>, exchange: &Exchange) {
        if exchange.knobs.silent_stream {
            return;
        }
        let copies = if exchange.knobs.duplicate_stream { 2 } else { 1 };
        for notice in notices {
            let hears = |seat: &&Seat| seat.listening && seat.account == Some(notice.account_id);
            for seat in self.seats.iter().filter(hears) {
                (0..copies).for_each(|_| seat.tell(Word::Say(notice.message.clone())));
            }
        }
    }

    /// Closes the streams of an account, as a lost connection would.
    pub fn drop_account(&mut self, account: Uuid) {
        let of_account = |seat: &Seat| seat.account == Some(account);
        self.seats.iter().filter(|seat| of_account(seat)).for_each(|seat| seat.tell(Word::Close));
        self.seats.retain(|seat| !of_account(seat));
    }
}
