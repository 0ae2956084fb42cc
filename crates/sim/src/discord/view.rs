//! Messages as a user sees them.

use super::message::{EPHEMERAL, LOADING, Message};
use super::render;
use super::state::State;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// A message on a user's screen: a snapshot, as it was when looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageView {
    /// Its id.
    pub id: u64,
    /// The channel's id.
    pub channel: u64,
    /// The author's display name.
    pub author: String,
    /// Whether only this user sees it.
    pub ephemeral: bool,
    /// Whether it still says that the bot is thinking.
    pub loading: bool,
    /// The text.
    pub content: String,
    /// The embeds.
    pub embeds: Vec<Value>,
    /// The components.
    pub components: Vec<Value>,
    /// Whether it is marked "(edited)".
    pub edited: bool,
    /// The files.
    pub attachments: Vec<AttachmentView>,
    /// When it was posted.
    pub at: DateTime<Utc>,
    /// The message object the API would answer.
    pub raw: Value,
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttachmentView {
    /// Its name.
    pub filename: String,
    /// Its type, by the name's ending.
    pub content_type: String,
    /// Its bytes.
    #[serde(skip)]
    pub bytes: bytes::Bytes,
}

impl MessageView {
    pub(super) fn of(state: &State, message: &Message) -> Self {
        let attachments = message.attachments.iter().map(|file| AttachmentView {
            filename: file.filename.clone(),
            content_type: file.content_type.to_owned(),
            bytes: file.bytes.clone(),
        });
        Self {
            id: message.id,
            channel: message.channel,
            author: state.display_name(message.author),
            ephemeral: message.is(EPHEMERAL),
            loading: message.is(LOADING),
            content: message.content.clone(),
            embeds: message.embeds.clone(),
            components: message.components.clone(),
            edited: message.edited.is_some(),
            attachments: attachments.collect(),
            at: message.created,
            raw: state.message_json(message),
        }
    }

    /// A plain rendering of everything a reader would see: content, embeds, buttons, selects, files. No ids, no times.
    pub fn text(&self) -> String {
        render::text(self)
    }

    /// The labels of its buttons, in order.
    pub fn buttons(&self) -> Vec<String> {
        let leaves = leaves(&self.components).into_iter().filter(|part| part["type"] == 2);
        leaves.filter_map(|button| button["label"].as_str().map(ToOwned::to_owned)).collect()
    }

    /// The file of that name: `message.file("fills.csv")?.bytes`.
    pub fn file(&self, filename: &str) -> Option<&AttachmentView> {
        self.attachments.iter().find(|file| file.filename == filename)
    }

    /// The custom id of the component with this label, placeholder or custom id.
    pub fn custom_id(&self, name: &str) -> Option<String> {
        find(&self.components, name)?["custom_id"].as_str().map(ToOwned::to_owned)
    }
}

/// Every component that is not a mere container.
pub(super) fn leaves(components: &[Value]) -> Vec<&Value> {
    let mut found = Vec::new();
    for component in components {
        match component["components"].as_array() {
            Some(inner) => found.extend(leaves(inner)),
            None => found.push(component),
        }
        if let Some(accessory) = component.get("accessory") {
            found.push(accessory);
        }
    }
    found
}

/// The component with this custom id, or else this label or placeholder.
pub(super) fn find<'a>(components: &'a [Value], name: &str) -> Option<&'a Value> {
    let leaves = leaves(components);
    let by = |field: &str| leaves.iter().copied().find(|part| part[field].as_str() == Some(name));
    by("custom_id").or_else(|| by("label")).or_else(|| by("placeholder"))
}
