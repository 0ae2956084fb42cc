//! Interactions and the one callback each of them may have.

use super::act::Choice;
use super::body::{Call, Form};
use super::deliver::Post;
use super::fault::{Fault, Flaws};
use super::message::{EPHEMERAL, LOADING};
use super::modal::ModalShown;
use super::page::Happened;
use super::rest::Reply;
use super::state::{State, id};
use super::validate::{self, Subject};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::watch;

/// The first answer must come within this.
pub(super) const WINDOW: TimeDelta = TimeDelta::seconds(3);
/// Then the token lives this long, counted from the interaction.
pub(super) const TOKEN_LIFE: TimeDelta = TimeDelta::minutes(15);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Command,
    Component,
    Autocomplete,
    Modal,
}

impl Kind {
    pub fn number(self) -> u8 {
        match self {
            Self::Command => 2,
            Self::Component => 3,
            Self::Autocomplete => 4,
            Self::Modal => 5,
        }
    }

    /// The callback types Discord takes for this kind of interaction.
    fn takes(self, callback: u64) -> bool {
        match self {
            Self::Command => matches!(callback, 4 | 5 | 9),
            Self::Component => matches!(callback, 4..=7 | 9),
            Self::Autocomplete => callback == 8,
            Self::Modal => matches!(callback, 4..=7),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Acked {
    pub kind: u8,
    pub at: DateTime<Utc>,
    /// The revision of the source message when a deferred update was acknowledged.
    pub revision: u32,
}

#[derive(Clone, Debug)]
pub(super) struct Interaction {
    pub id: u64,
    pub token: String,
    pub kind: Kind,
    pub user: u64,
    pub channel: u64,
    pub created: DateTime<Utc>,
    pub payload: Value,
    pub ack: Option<Acked>,
    /// What `@original` means.
    pub original: Option<u64>,
    /// The message whose component was used, also through a modal.
    pub source: Option<u64>,
    /// The interaction that opened the modal which this one submits.
    pub opener: Option<u64>,
    /// Every message this interaction made, in order.
    pub replies: Vec<u64>,
    pub follow_ups: u32,
    pub modal: Option<ModalShown>,
    pub choices: Option<Vec<Choice>>,
    /// Rings when something became of it: a thousand waiting users must not all wake for each other.
    pub bell: Arc<watch::Sender<u64>>,
}

impl Interaction {
    pub fn ring(&self) {
        self.bell.send_modify(|rung| *rung = rung.wrapping_add(1));
    }

    /// "account add" for a subcommand.
    pub fn command_name(&self) -> Option<String> {
        if self.kind != Kind::Command {
            return None;
        }
        let mut place = &self.payload["data"];
        let mut name = place["name"].as_str()?.to_owned();
        while let Some(inner) = place["options"].get(0).filter(|option| matches!(option["type"].as_u64(), Some(1 | 2)))
        {
            name = format!("{name} {}", inner["name"].as_str()?);
            place = inner;
        }
        Some(name)
    }

    pub fn too_late(&self, now: DateTime<Utc>) -> bool {
        self.ack.is_none() && now - self.created > WINDOW
    }
}

impl State {
    pub fn callback(&mut self, call: &Call, interaction: &str, token: &str) -> Result<Reply, Fault> {
        let now = self.now();
        let known = interaction.parse().ok().and_then(|number: u64| self.interactions.get(&number));
        let interaction = known.filter(|known| known.token == token).ok_or_else(Fault::unknown_interaction)?.clone();
        if interaction.ack.is_some() {
            return Err(Fault::already_acknowledged());
        }
        if interaction.too_late(now) {
            return Err(Fault::unknown_interaction());
        }
        let form = call.form()?;
        let callback = callback_type(&form.json, &interaction)?;
        let made = self.apply(callback, &interaction, &form)?;
        let revision =
            interaction.source.and_then(|source| self.messages.get(&source)).map_or(0, |source| source.revision);
        let acked = Acked { kind: u8::try_from(callback).unwrap_or(0), at: now, revision };
        self.note(&interaction, |known| {
            known.ack = Some(acked);
            known.original = match callback {
                4 | 5 => made,
                6 | 7 => known.source,
                _ => None,
            };
        });
        self.tell_one(
            interaction.user,
            interaction.channel,
            Happened::Acknowledged { interaction: interaction.id.to_string(), kind: acked.kind },
        );
        if call.asks("with_response") { Ok(Reply::Json(self.callback_json(interaction.id))) } else { Ok(Reply::Done) }
    }

    /// Does what the callback asks; the message it makes, if it makes one.
    fn apply(&mut self, callback: u64, interaction: &Interaction, form: &Form) -> Result<Option<u64>, Fault> {
        let data = &form.json["data"];
        let mut made = None;
        match callback {
            4 => {
                validate::message(data, &form.files, Subject::Reply, &["data"])?;
                let ephemeral = data["flags"].as_u64().unwrap_or(0) & EPHEMERAL != 0;
                let post = Post { data, files: &form.files, channel: interaction.channel };
                made = Some(self.post(&post, Some(interaction), ephemeral)?);
            }
            5 => made = Some(self.post_loading(interaction, data["flags"].as_u64().unwrap_or(0) & EPHEMERAL)),
            7 => {
                let source = interaction.source.ok_or_else(Fault::unknown_message)?;
                validate::message(data, &form.files, Subject::Edit(self.files_of(source)), &["data"])?;
                self.revise(source, data, &form.files)?;
            }
            8 => {
                let choices = validate::choices(data, focused_type(&interaction.payload))?;
                self.note(interaction, |known| known.choices = Some(choices));
            }
            9 => {
                validate::modal(data)?;
                let modal = ModalShown::of(interaction.id, data);
                self.note(interaction, |known| known.modal = Some(modal.clone()));
                self.tell_one(interaction.user, interaction.channel, Happened::ModalOpened { modal });
            }
            _ => {}
        }
        Ok(made)
    }

    fn note(&mut self, interaction: &Interaction, change: impl FnOnce(&mut Interaction)) {
        if let Some(known) = self.interactions.get_mut(&interaction.id) {
            change(known);
            known.ring();
        }
    }

    fn callback_json(&self, interaction: u64) -> Value {
        let Some(known) = self.interactions.get(&interaction) else { return Value::Null };
        let kind = known.ack.map_or(0, |ack| ack.kind);
        let mut json = json!({
            "interaction": {"id": id(known.id), "type": known.kind.number(), "channel_id": id(known.channel)},
            "resource": {"type": kind},
        });
        if let Some(message) = known.original.and_then(|message| self.messages.get(&message)) {
            json["interaction"]["response_message_id"] = id(message.id);
            json["interaction"]["response_message_loading"] = json!(message.is(LOADING));
            json["interaction"]["response_message_ephemeral"] = json!(message.is(EPHEMERAL));
            if matches!(kind, 4 | 7) {
                json["resource"]["message"] = self.message_json(message);
            }
        }
        json
    }
}

fn callback_type(body: &Value, interaction: &Interaction) -> Result<u64, Fault> {
    let refuse = |code, message: &str| Err(Flaws::one(&["type"], code, message));
    let Some(kind) = body.get("type") else { return refuse("BASE_TYPE_REQUIRED", "This field is required") };
    let Some(kind) = kind.as_u64() else { return refuse("NUMBER_TYPE_COERCE", "Value is not int.") };
    if !matches!(kind, 1 | 4..=10 | 12) {
        return refuse("BASE_TYPE_CHOICES", "Value must be one of {1, 4, 5, 6, 7, 8, 9, 10, 12}.");
    }
    if !interaction.kind.takes(kind) {
        return refuse("INTERACTION_RESPONSE_TYPE_INVALID", "This response type is not valid for this interaction.");
    }
    if kind == 7 && interaction.source.is_none() {
        return refuse("INTERACTION_RESPONSE_TYPE_INVALID", "There is no message to update.");
    }
    Ok(kind)
}

/// The type of the option the user is typing into.
fn focused_type(payload: &Value) -> Option<u64> {
    fn search(options: &Value) -> Option<u64> {
        options.as_array()?.iter().find_map(|option| {
            if option["focused"] == json!(true) { option["type"].as_u64() } else { search(&option["options"]) }
        })
    }
    search(&payload["data"]["options"])
}
