//! Channel messages and direct messages.

use super::body::Call;
use super::deliver::{Post, plain};
use super::fault::{Fault, Flaws};
use super::message::{EPHEMERAL, Message};
use super::people::{Channel, DmPolicy};
use super::rest::{Reply, snowflake};
use super::state::State;
use super::validate::{self, Subject};
use serde_json::Value;

impl State {
    /// `POST /users/@me/channels`: the same channel every time.
    pub fn open_dm(&mut self, call: &Call) -> Result<Reply, Fault> {
        let body = call.json()?;
        let Some(wanted) = body.get("recipient_id").filter(|wanted| !wanted.is_null()) else {
            return Err(Flaws::one(&["recipient_id"], "BASE_TYPE_REQUIRED", "This field is required"));
        };
        let whom = snowflake("recipient_id", &plain(wanted))?;
        let channel = self.dm_with(whom).ok_or_else(Fault::invalid_recipient)?;
        Ok(Reply::Json(self.channel_json(channel)))
    }

    pub fn channel_route(&mut self, call: &Call, channel: &str, rest: &[&str]) -> Result<Reply, Fault> {
        let channel = snowflake("channel_id", channel)?;
        if !self.channels.contains_key(&channel) {
            return Err(Fault::unknown_channel());
        }
        match (call.method.as_str(), rest) {
            ("GET", []) => Ok(Reply::Json(self.channel_json(channel))),
            ("POST", ["typing"]) => Ok(Reply::Done),
            ("POST", ["messages"]) => self.say(call, channel),
            ("GET", ["messages"]) => Ok(Reply::Json(self.history(channel))),
            ("GET", ["messages", message]) => {
                let message = self.in_channel(channel, message)?.id;
                self.answer_with(message)
            }
            ("PATCH", ["messages", message]) => {
                let message = self.in_channel(channel, message)?.id;
                self.edit_own(call, message)
            }
            ("DELETE", ["messages", message]) => {
                let message = self.in_channel(channel, message)?.id;
                self.delete(message);
                Ok(Reply::Done)
            }
            (_, [] | ["typing" | "messages"] | ["messages", _]) => Err(Fault::wrong_method()),
            _ => Err(Fault::no_route()),
        }
    }

    /// A message that the channel routes can reach: an ephemeral one never is.
    fn in_channel(&self, channel: u64, message: &str) -> Result<&Message, Fault> {
        let found = self.messages.get(&snowflake("message_id", message)?);
        found
            .filter(|found| found.channel == channel && !found.deleted && found.only_for.is_none())
            .ok_or_else(Fault::unknown_message)
    }

    fn history(&self, channel: u64) -> Value {
        let public = |message: &&Message| message.channel == channel && !message.deleted && message.only_for.is_none();
        self.messages.values().rev().filter(public).take(50).map(|message| self.message_json(message)).collect()
    }

    fn say(&mut self, call: &Call, channel: u64) -> Result<Reply, Fault> {
        let form = call.form()?;
        if let Some(Channel::Dm { person }) = self.channels.get(&channel) {
            match self.person(*person).map(|person| person.policy) {
                Some(DmPolicy::Open) => {}
                Some(DmPolicy::Closed) => return Err(Fault::dm_closed()),
                Some(DmPolicy::Blocked) | None => return Err(Fault::dm_refused()),
            }
        }
        validate::message(&form.json, &form.files, Subject::Post, &[])?;
        self.replies_to_something(channel, &form.json["message_reference"])?;
        if let Some(earlier) = self.same_nonce(channel, &form.json) {
            return self.answer_with(earlier);
        }
        let post = Post { data: &form.json, files: &form.files, channel };
        let made = self.post(&post, None, false)?;
        self.answer_with(made)
    }

    /// A reply needs the message it answers, unless it says that it does not mind.
    fn replies_to_something(&self, channel: u64, reference: &Value) -> Result<(), Fault> {
        let Some(wanted) = reference.get("message_id").filter(|wanted| !wanted.is_null()) else { return Ok(()) };
        let there = self.in_channel(channel, &plain(wanted)).is_ok();
        if there || reference["fail_if_not_exists"] == Value::Bool(false) {
            return Ok(());
        }
        Err(Flaws::one(&["message_reference"], "REPLIES_UNKNOWN_MESSAGE", "Unknown message"))
    }

    /// With `enforce_nonce`, a nonce seen in the last minutes answers the earlier message instead of a second one.
    fn same_nonce(&self, channel: u64, body: &Value) -> Option<u64> {
        let nonce = body.get("nonce").filter(|_| body["enforce_nonce"] == Value::Bool(true))?;
        let recent = |message: &&Message| {
            message.channel == channel
                && message.nonce.as_ref() == Some(nonce)
                && (self.now() - message.created).num_minutes() < 5
        };
        self.messages.values().rev().find(recent).map(|message| message.id)
    }

    fn edit_own(&mut self, call: &Call, message: u64) -> Result<Reply, Fault> {
        if self.messages.get(&message).is_some_and(|message| message.author != self.application_id) {
            return Err(Fault::not_the_author());
        }
        let form = call.form()?;
        validate::message(&form.json, &form.files, Subject::Edit(self.files_of(message)), &[])?;
        self.revise(message, &form.json, &form.files)?;
        self.answer_with(message)
    }
}

/// Flags the bot may set; `EPHEMERAL` only where the message answers an interaction.
pub(super) const fn settable_flags(ephemeral: bool) -> u64 {
    use super::message::{COMPONENTS_V2, SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS};
    let usual = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2;
    if ephemeral { usual | EPHEMERAL } else { usual }
}
