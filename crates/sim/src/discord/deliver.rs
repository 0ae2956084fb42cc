//! Messages coming into being, changing and going, and who is told.

use super::attachment::Attachment;
use super::body::File;
use super::channels::settable_flags;
use super::fault::Fault;
use super::interactions::Interaction;
use super::message::{COMPONENTS_V2, LOADING, Message, SUPPRESS_EMBEDS};
use super::page::{Change, Happened};
use super::state::{Ping, State, id};
use super::validate::number_components;
use serde_json::{Value, json};

/// A validated body on its way to a channel.
pub(super) struct Post<'a> {
    pub data: &'a Value,
    pub files: &'a [File],
    pub channel: u64,
}

impl State {
    /// Posts a message as the bot.
    pub fn post(&mut self, post: &Post<'_>, answers: Option<&Interaction>, ephemeral: bool) -> Result<u64, Fault> {
        let mut message = self.blank(post.channel, answers, ephemeral);
        message.flags |= post.data["flags"].as_u64().unwrap_or(0) & settable_flags(ephemeral);
        message.nonce = post.data.get("nonce").filter(|nonce| !nonce.is_null()).cloned();
        message.reply_to = post.data["message_reference"]["message_id"].as_str().and_then(|id| id.parse().ok());
        self.fill(&mut message, post.data, post.files);
        if message.is_empty() {
            return Err(Fault::empty_message());
        }
        self.ping(&mut message, post.data);
        Ok(self.admit(message))
    }

    /// Posts the "is thinking…" message of a deferral.
    pub fn post_loading(&mut self, answers: &Interaction, ephemeral: u64) -> u64 {
        let mut message = self.blank(answers.channel, Some(answers), ephemeral != 0);
        message.flags |= LOADING | ephemeral;
        self.admit(message)
    }

    fn blank(&mut self, channel: u64, answers: Option<&Interaction>, ephemeral: bool) -> Message {
        let (number, now) = (self.snowflake(), self.now());
        let mut message = Message::new(number, channel, self.application_id, now);
        message.interaction = answers.map(|answers| answers.id);
        message.only_for = answers.filter(|_| ephemeral).map(|answers| answers.user);
        message
    }

    fn admit(&mut self, message: Message) -> u64 {
        let number = message.id;
        if let Some(answered) = message.interaction.and_then(|answered| self.interactions.get_mut(&answered)) {
            answered.replies.push(number);
        }
        self.announce("MESSAGE_CREATE", &message);
        self.tell_readers(&message, &Happened::Created { message: number.to_string() });
        self.messages.insert(number, message);
        number
    }

    /// Changes the fields that the body names; the rest stays.
    pub fn revise(&mut self, number: u64, data: &Value, files: &[File]) -> Result<(), Fault> {
        let known = self.messages.get(&number).filter(|message| !message.deleted);
        let mut message = known.ok_or_else(Fault::unknown_message)?.clone();
        let was_loading = message.is(LOADING);
        if let Some(flags) = data["flags"].as_u64() {
            let kept = message.flags & !SUPPRESS_EMBEDS;
            message.flags = kept | (flags & (SUPPRESS_EMBEDS | COMPONENTS_V2));
        }
        self.fill(&mut message, data, files);
        if message.is_empty() {
            return Err(Fault::empty_message());
        }
        message.flags &= !LOADING;
        message.revision += 1;
        if was_loading {
            // The first content of a deferral is what its reader is notified of.
            self.ping(&mut message, data);
        } else {
            message.edited = Some(self.now());
        }
        self.announce("MESSAGE_UPDATE", &message);
        self.tell_readers(&message, &Happened::Edited { message: number.to_string() });
        self.messages.insert(number, message);
        Ok(())
    }

    pub fn delete(&mut self, number: u64) {
        let Some(message) = self.messages.get_mut(&number) else { return };
        message.deleted = true;
        let message = message.clone();
        self.announce("MESSAGE_DELETE", &message);
        self.tell_readers(&message, &Happened::Deleted { message: number.to_string() });
    }

    fn fill(&mut self, message: &mut Message, data: &Value, files: &[File]) {
        if let Some(content) = data.get("content") {
            content.as_str().unwrap_or_default().trim().clone_into(&mut message.content);
        }
        if let Some(embeds) = data.get("embeds") {
            message.embeds = embeds.as_array().into_iter().flatten().filter_map(rich).collect();
        }
        if let Some(components) = data.get("components") {
            message.components = components.as_array().cloned().unwrap_or_default();
            number_components(&mut message.components);
        }
        let listed = data["attachments"].as_array().map(Vec::as_slice).unwrap_or_default();
        // Since v10 new files replace those that are not listed, with or without a list (docs#5170).
        if data.get("attachments").is_some() || !files.is_empty() {
            message.attachments.retain(|file| listed.iter().any(|entry| plain(&entry["id"]) == file.id.to_string()));
        }
        for file in files {
            let entry = listed.iter().find(|entry| plain(&entry["id"]) == file.index.to_string());
            let text = |field: &str| entry.and_then(|entry| entry[field].as_str());
            let (name, description) = (text("filename").unwrap_or(&file.filename), text("description"));
            let description = description.map(ToOwned::to_owned);
            message.attachments.push(Attachment::new(self.snowflake(), name, description, file.bytes.clone()));
        }
    }

    /// Works out whom the message notifies: mentions in its content, as far as `allowed_mentions` lets them.
    fn ping(&mut self, message: &mut Message, data: &Value) {
        let allowed = data.get("allowed_mentions").filter(|allowed| !allowed.is_null());
        let parses = |kind: &str| {
            allowed.is_none_or(|allowed| allowed["parse"].as_array().is_some_and(|kinds| kinds.contains(&json!(kind))))
        };
        let named = |whom: u64| {
            allowed
                .and_then(|allowed| allowed["users"].as_array())
                .is_some_and(|users| users.iter().any(|user| plain(user) == whom.to_string()))
        };
        let mut readers = self.readers(message.channel);
        readers.retain(|whom| message.visible_to(*whom));
        for whom in readers {
            let written = [format!("<@{whom}>"), format!("<@!{whom}>")];
            let mentioned = written.iter().any(|form| message.content.contains(form));
            if mentioned && (parses("users") || named(whom)) {
                message.mentions.push(whom);
                let name = self.person(whom).map(|person| person.name.clone()).unwrap_or_default();
                self.pings.push(Ping { message: message.id, whom: name });
            }
        }
        let everyone = message.content.contains("@everyone") || message.content.contains("@here");
        if everyone && parses("everyone") && message.only_for.is_none() {
            message.mention_everyone = true;
            self.pings.push(Ping { message: message.id, whom: "everyone".to_owned() });
        }
    }

    /// The gateway event of a message that is not ephemeral.
    fn announce(&mut self, name: &str, message: &Message) {
        if message.only_for.is_some() {
            return;
        }
        let mut data = if name == "MESSAGE_DELETE" {
            json!({"id": id(message.id), "channel_id": id(message.channel)})
        } else {
            self.message_json(message)
        };
        if message.channel == self.channel_id {
            data["guild_id"] = id(self.guild_id);
        }
        self.dispatch(name, &data);
    }

    fn tell_readers(&mut self, message: &Message, what: &Happened) {
        if let Some(answered) = message.interaction.and_then(|answered| self.interactions.get(&answered)) {
            answered.ring();
        }
        for whom in self.readers(message.channel) {
            if message.only_for.is_none_or(|only| only == whom) {
                self.tell_one(whom, message.channel, what.clone());
            }
        }
    }

    /// Tells one person's page what changed.
    pub fn tell_one(&mut self, whom: u64, channel: u64, what: Happened) {
        let Some(user) = self.person(whom).map(|person| person.name.clone()) else { return };
        let place = self.place_of(channel);
        self.outbox.push(Change { user, place, what });
    }
}

impl Message {
    fn is_empty(&self) -> bool {
        self.content.is_empty() && self.embeds.is_empty() && self.components.is_empty() && self.attachments.is_empty()
    }
}

/// An id that a client wrote as text or as a number.
pub(super) fn plain(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), ToOwned::to_owned)
}

/// The embed as Discord stores it: empty fields gone, `type` set; nothing when nothing is left.
fn rich(embed: &Value) -> Option<Value> {
    let mut embed = embed.as_object()?.clone();
    embed.retain(|_, value| !value.is_null() && *value != json!("") && *value != json!([]));
    let shows = embed.keys().any(|key| !matches!(key.as_str(), "type" | "color"));
    for field in embed.get_mut("fields").and_then(Value::as_array_mut).into_iter().flatten() {
        if field["inline"].is_null() {
            field["inline"] = json!(false);
        }
    }
    embed.insert("type".to_owned(), json!("rich"));
    shows.then_some(Value::Object(embed))
}
