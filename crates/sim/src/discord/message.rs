//! A stored message and the object Discord makes of it.

use super::attachment::Attachment;
use super::interactions::{Interaction, Kind};
use super::state::{State, id, stamp};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// `1 << 2`.
pub(super) const SUPPRESS_EMBEDS: u64 = 1 << 2;
/// `1 << 6`: only the invoker sees it.
pub(super) const EPHEMERAL: u64 = 1 << 6;
/// `1 << 7`: "is thinking…".
pub(super) const LOADING: u64 = 1 << 7;
/// `1 << 12`.
pub(super) const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;
/// `1 << 15`: cannot be taken back.
pub(super) const COMPONENTS_V2: u64 = 1 << 15;

#[derive(Clone, Debug)]
pub(super) struct Message {
    pub id: u64,
    pub channel: u64,
    pub author: u64,
    pub created: DateTime<Utc>,
    pub edited: Option<DateTime<Utc>>,
    pub content: String,
    pub embeds: Vec<Value>,
    pub components: Vec<Value>,
    pub attachments: Vec<Attachment>,
    pub flags: u64,
    /// The interaction it answers.
    pub interaction: Option<u64>,
    /// The only person who sees it, when ephemeral.
    pub only_for: Option<u64>,
    pub mentions: Vec<u64>,
    pub mention_everyone: bool,
    pub nonce: Option<Value>,
    pub reply_to: Option<u64>,
    pub deleted: bool,
    /// Its reader waved it away; the bot does not learn of it.
    pub dismissed: bool,
    /// How often it was changed.
    pub revision: u32,
}

impl Message {
    pub fn new(id: u64, channel: u64, author: u64, created: DateTime<Utc>) -> Self {
        Self {
            id,
            channel,
            author,
            created,
            edited: None,
            content: String::new(),
            embeds: Vec::new(),
            components: Vec::new(),
            attachments: Vec::new(),
            flags: 0,
            interaction: None,
            only_for: None,
            mentions: Vec::new(),
            mention_everyone: false,
            nonce: None,
            reply_to: None,
            deleted: false,
            dismissed: false,
            revision: 0,
        }
    }

    pub fn is(&self, flag: u64) -> bool {
        self.flags & flag != 0
    }

    pub fn visible_to(&self, whom: u64) -> bool {
        !self.deleted && !self.dismissed && self.only_for.is_none_or(|only| only == whom)
    }
}

impl State {
    /// The message as the API answers it and as a component interaction carries it.
    pub fn message_json(&self, message: &Message) -> Value {
        let mut json = json!({
            "id": id(message.id),
            "type": 0,
            "channel_id": id(message.channel),
            "author": self.user_json(message.author),
            "content": message.content,
            "timestamp": stamp(message.created),
            "edited_timestamp": message.edited.map(stamp),
            "tts": false,
            "mention_everyone": message.mention_everyone,
            "mentions": message.mentions.iter().map(|whom| self.user_json(*whom)).collect::<Vec<_>>(),
            "mention_roles": [],
            "attachments": self.attachments_json(message),
            "embeds": if message.is(SUPPRESS_EMBEDS) { Vec::new() } else { self.resolved(message, &message.embeds) },
            "components": self.resolved(message, &message.components),
            "pinned": false,
            "flags": message.flags,
        });
        if let Some(nonce) = &message.nonce {
            json["nonce"] = nonce.clone();
        }
        if let Some(reply_to) = message.reply_to {
            json["type"] = json!(19);
            json["message_reference"] =
                json!({"type": 0, "channel_id": id(message.channel), "message_id": id(reply_to)});
        }
        if let Some(answered) = message.interaction.and_then(|answered| self.interactions.get(&answered)) {
            json["application_id"] = id(self.application_id);
            json["webhook_id"] = id(self.application_id);
            json["interaction_metadata"] = self.metadata(answered);
            if let Some(name) = answered.command_name() {
                json["type"] = json!(20);
                let user = self.user_json(answered.user);
                json["interaction"] = json!({"id": id(answered.id), "type": 2, "name": name, "user": user});
            }
        }
        json
    }

    /// What a message says of the interaction it answers; of a modal's submission also what had opened the modal.
    fn metadata(&self, answered: &Interaction) -> Value {
        let mut json = json!({
            "id": id(answered.id), "type": answered.kind.number(), "user": self.user_json(answered.user),
            "authorizing_integration_owners": self.owners(answered.user, answered.channel),
        });
        if let Some(name) = answered.command_name() {
            json["name"] = json!(name);
            json["command_type"] = json!(1);
        }
        if let (Kind::Component, Some(source)) = (answered.kind, answered.source) {
            json["interacted_message_id"] = id(source);
        }
        if answered.kind == Kind::Modal {
            let opener = answered.opener.and_then(|opener| self.interactions.get(&opener));
            json["triggering_interaction_metadata"] = opener.map_or_else(
                // A submission nobody opened is forged; the real Discord would not have passed it on.
                || {
                    let user = self.user_json(answered.user);
                    json!({"id": id(answered.id), "type": 2, "user": user, "authorizing_integration_owners": {}})
                },
                |opener| self.metadata(opener),
            );
        }
        json
    }
}
