//! The knobs: everything that can go wrong with a Discord, on demand.

use super::session::Out;
use super::{Act, Discord};
use axum::extract::ws::{CloseFrame, Message};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;

/// What happens to the next event on the gateway instead of plain delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventFault {
    /// It never arrives, and no replay brings it back.
    Drop,
    /// It arrives this much later (real time).
    Delay(Duration),
    /// It arrives twice, with the same sequence number.
    Duplicate,
}

/// What happens to a REST request instead of a plain answer.
#[derive(Clone, Debug, PartialEq)]
pub enum RestFault {
    /// 429 with `retry_after` in seconds.
    TooMany {
        /// Seconds to wait.
        retry_after: f64,
        /// Whether the whole bot is limited.
        global: bool,
    },
    /// This status with Discord's error body; nothing is carried out.
    Status(u16),
    /// This status and Discord's code, e.g. the 404 / 10062 that also bots in time sometimes get; nothing is carried
    /// out.
    Coded {
        /// The HTTP status.
        status: u16,
        /// The code in the body.
        code: u32,
    },
    /// This status with a page of HTML, as a proxy in between would send; nothing is carried out.
    Html(u16),
    /// Carried out, but the answer is a 502 page: the bot cannot know.
    LoseAnswer,
    /// Carried out and answered this much later (real time).
    Delay(Duration),
}

/// A frame no client can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// Text that is not JSON.
    NotJson,
    /// A binary frame that is not zlib.
    NotZlib,
    /// JSON of the wrong shape.
    WrongShape,
    /// An opcode that does not exist.
    UnknownOp,
}

#[derive(Debug, Default)]
pub(super) struct Chaos {
    pub events: VecDeque<EventFault>,
    pub rest: Vec<(String, RestFault, u32)>,
    pub mute_acks: bool,
    pub ack_delay: Duration,
    pub refuse_upgrades: u32,
    pub hang_upgrades: u32,
    pub user_install_only: bool,
    pub enforce_identifies: bool,
}

impl Chaos {
    /// The fault of the next request to `path`, if one was asked for.
    pub fn next_rest(&mut self, path: &str) -> Option<RestFault> {
        let place = self.rest.iter().position(|(part, _, left)| *left > 0 && path.contains(part.as_str()))?;
        let (_, fault, left) = self.rest.get_mut(place)?;
        let fault = fault.clone();
        *left -= 1;
        if *left == 0 {
            self.rest.remove(place);
        }
        Some(fault)
    }
}

impl Discord {
    /// Cuts the bot's TCP connections without a close frame.
    pub fn cut_connections(&self) {
        self.world.edit(|state| state.gateway.tell_connected(|| Out::Cut));
    }

    /// Tells bots from now on that the gateway is on another port of this machine: that of a proxy before it.
    pub fn gateway_through(&self, port: u16) {
        self.world.gateway_port.store(port, std::sync::atomic::Ordering::SeqCst);
    }

    /// Closes the bot's connections with a code; 4003, 4007 and 4009 end their sessions, too.
    pub fn close_connections(&self, code: u16) {
        let frame = || Out::Raw(Message::Close(Some(CloseFrame { code, reason: "closed by the test".into() })));
        self.world.edit(|state| {
            state.gateway.tell_connected(frame);
            if matches!(code, 4003 | 4007 | 4009) {
                state.gateway.forget_connected();
            }
        });
    }

    /// Sends a close frame without a code.
    pub fn close_without_code(&self) {
        self.world.edit(|state| state.gateway.tell_connected(|| Out::Raw(Message::Close(None))));
    }

    /// Op 7: asks the bot to reconnect and resume.
    pub fn ask_reconnect(&self) {
        self.send_op(&json!({"op": 7, "d": null}));
    }

    /// Op 9: the session is invalid, or may be resumed.
    pub fn invalidate_session(&self, resumable: bool) {
        self.world.edit(|state| {
            let frame = json!({"op": 9, "d": resumable});
            state.gateway.tell_connected(|| Out::Frame(frame.clone()));
            if !resumable {
                state.gateway.forget_connected();
            }
        });
    }

    /// Forgets every session, so that the next resume is refused.
    pub fn forget_sessions(&self) {
        self.world.edit(|state| state.gateway.forget_all());
    }

    /// Op 1: asks for a heartbeat now.
    pub fn request_heartbeat(&self) {
        self.send_op(&json!({"op": 1, "d": null}));
    }

    /// Leaves heartbeats without ACK (or stops doing so).
    pub fn mute_acks(&self, mute: bool) {
        self.world.edit(|state| state.chaos.mute_acks = mute);
    }

    /// Delays every heartbeat ACK (real time).
    pub fn delay_acks(&self, by: Duration) {
        self.world.edit(|state| state.chaos.ack_delay = by);
    }

    /// Answers the next `times` gateway upgrades with 503.
    pub fn refuse_upgrades(&self, times: u32) {
        self.world.edit(|state| state.chaos.refuse_upgrades = times);
    }

    /// Never answers the next `times` gateway upgrades.
    pub fn hang_upgrades(&self, times: u32) {
        self.world.edit(|state| state.chaos.hang_upgrades = times);
    }

    /// Gives the next gateway event this fate; calls queue up.
    pub fn next_event(&self, fault: EventFault) {
        self.world.edit(|state| state.chaos.events.push_back(fault));
    }

    /// Gives the next `times` REST requests whose path contains `part` this fate.
    pub fn fail_rest(&self, part: &str, fault: RestFault, times: u32) {
        self.world.edit(|state| state.chaos.rest.push((part.to_owned(), fault, times)));
    }

    /// Enforces the buckets that the rate-limit headers tell of, and 50 requests a second for the whole bot.
    pub fn enforce_rate_limits(&self, enforce: bool) {
        self.world.edit(|state| state.buckets.enforced = enforce);
    }

    /// Refuses an identify within 5 s of the one before, with op 9.
    pub fn enforce_identify_pace(&self, enforce: bool) {
        self.world.edit(|state| state.chaos.enforce_identifies = enforce);
    }

    /// Makes the app installed by users only, not in the server: at most five follow-ups per interaction.
    pub fn user_install_only(&self, only: bool) {
        self.world.edit(|state| state.chaos.user_install_only = only);
    }

    /// Sends a frame no client can read.
    pub fn send_malformed(&self, how: Malformed) {
        let frame = || match how {
            Malformed::NotJson => Out::Raw(Message::Text("{\"op\": 0, \"t\": ".into())),
            Malformed::NotZlib => Out::Raw(Message::Binary(vec![0x78, 0x9c, 0xff, 0x00, 0x13].into())),
            Malformed::WrongShape => Out::Frame(json!({"op": "zero", "d": [[]], "t": 7})),
            Malformed::UnknownOp => Out::Frame(json!({"op": 77, "d": {}})),
        };
        self.world.edit(|state| state.gateway.tell_connected(frame));
    }

    /// Sends this text as it is, as a frame outside any session's log.
    pub fn send_text(&self, text: &str) {
        self.world.edit(|state| state.gateway.tell_connected(|| Out::Raw(Message::Text(text.into()))));
    }

    /// Sends these bytes as they are, where a client expects zlib.
    pub fn send_binary(&self, bytes: &[u8]) {
        let bytes = bytes::Bytes::copy_from_slice(bytes);
        self.world.edit(|state| state.gateway.tell_connected(|| Out::Raw(Message::Binary(bytes.clone()))));
    }

    /// The interaction of an act as the bot was told of it.
    pub fn payload_of(&self, act: &Act) -> Value {
        self.world.read(|state| state.interactions.get(&act.id).map(|known| known.payload.clone()).unwrap_or_default())
    }

    /// Sends the `INTERACTION_CREATE` of an act once more, as a new event.
    pub fn replay_interaction(&self, act: &Act) {
        self.world.edit(|state| {
            if let Some(payload) = state.interactions.get(&act.id).map(|interaction| interaction.payload.clone()) {
                state.dispatch("INTERACTION_CREATE", &payload);
            }
        });
    }

    /// Dispatches any event: `{"t": "…", "d": {…}}`. Without `t` the value goes out as a bare frame.
    #[expect(clippy::needless_pass_by_value, reason = "callers write the event with json!")]
    pub fn inject_raw(&self, event: Value) {
        match event["t"].as_str() {
            Some(name) => self.world.edit(|state| state.dispatch(name, &event["d"])),
            None => self.send_op(&event),
        }
    }

    fn send_op(&self, frame: &Value) {
        self.world.edit(|state| state.gateway.tell_connected(|| Out::Frame(frame.clone())));
    }
}
