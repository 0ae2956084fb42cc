//! A person in front of a Discord client.

use super::Discord;
use super::act::{Act, Choice, Missed};
use super::interactions::Kind;
use super::modal::ModalShown;
use super::options::Typed;
use super::page::Happened;
use super::payload::Deed;
use super::people::DmPolicy;
use super::standing::Standing;
use super::state::State;
use super::view::{MessageView, find};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Where a person acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The server's channel, #trading.
    Server,
    /// The direct messages with the bot.
    Dm,
}

/// What the person's own client would not let them do; nothing has reached the bot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No such command can be used there.
    #[error("there is no command /{0} here")]
    UnknownCommand(String),
    /// The command has no such option.
    #[error("the command has no option {0}")]
    UnknownOption(String),
    /// A required option is missing.
    #[error("the option {0} must be given")]
    MissingOption(String),
    /// A value the client does not accept.
    #[error("{option}: {why}")]
    BadValue {
        /// The option or input.
        option: String,
        /// What is wrong.
        why: String,
    },
    /// The message or modal has no such component.
    #[error("there is no component {0}")]
    NoSuchComponent(String),
    /// The component is greyed out.
    #[error("the component {0} is disabled")]
    Disabled(String),
    /// The user does not see that message (any more).
    #[error("that message is not on the screen")]
    NotVisible,
    /// The modal is on somebody else's screen, or on none.
    #[error("that modal is not on the screen")]
    NoModal,
    /// The bot's answer did not come.
    #[error(transparent)]
    Missed(#[from] Missed),
    /// A JSON request that says nothing understandable.
    #[error("not understood: {0}")]
    NotUnderstood(String),
}

/// A person, with a Discord client that checks what it sends.
#[derive(Clone, Debug)]
pub struct User {
    discord: Discord,
    id: u64,
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[expect(clippy::unused_async, reason = "acting on Discord is a network call; tests should read like it")]
impl User {
    pub(super) fn new(discord: Discord, id: u64) -> Self {
        Self { discord, id }
    }

    /// The person's snowflake.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The person's user name.
    pub fn name(&self) -> String {
        self.discord.world.read(|state| state.person(self.id).map(|person| person.name.clone()).unwrap_or_default())
    }

    /// Whether the person's direct messages are open to the bot.
    pub fn set_dm_policy(&self, policy: DmPolicy) {
        self.discord.world.edit(|state| {
            state.people.iter_mut().filter(|person| person.id == self.id).for_each(|person| person.policy = policy);
        });
    }

    /// Gives the person a role in the server.
    pub fn set_standing(&self, standing: Standing) {
        self.discord.world.edit(|state| {
            let ours = state.people.iter_mut().filter(|person| person.id == self.id);
            ours.for_each(|person| person.standing = standing);
        });
    }

    /// The language of the person's client, e.g. `de`.
    pub fn set_locale(&self, locale: &str) {
        self.discord.world.edit(|state| {
            let ours = state.people.iter_mut().filter(|person| person.id == self.id);
            ours.for_each(|person| locale.clone_into(&mut person.locale));
        });
    }

    /// Runs a slash command: `"buy"`, or `"account add"`.
    ///
    /// # Errors
    /// [`Refused::UnknownCommand`], [`Refused::UnknownOption`], [`Refused::MissingOption`] and [`Refused::BadValue`],
    /// as a real client checks the input against what the bot has registered.
    pub async fn run(&self, place: Place, command: &str, options: &[(&str, &str)]) -> Result<Act, Refused> {
        self.begin_command(&Typed { user: self.id, place, command, options: &owned(options), focused: None })
    }

    /// Types into an option and waits for the choices the bot offers.
    ///
    /// # Errors
    /// As [`User::run`], and [`Refused::Missed`] when no choices come.
    pub async fn autocomplete(
        &self,
        place: Place,
        command: &str,
        options: &[(&str, &str)],
        focused: &str,
    ) -> Result<Vec<Choice>, Refused> {
        let typed = Typed { user: self.id, place, command, options: &owned(options), focused: Some(focused) };
        Ok(self.begin_command(&typed)?.choices().await?)
    }

    /// Presses a button, named by custom id or label.
    ///
    /// # Errors
    /// [`Refused::NotVisible`], [`Refused::NoSuchComponent`], [`Refused::Disabled`].
    pub async fn press(&self, message: &MessageView, button: &str) -> Result<Act, Refused> {
        self.begin_component(message.id, button, &[])
    }

    /// Chooses values of a select, named by custom id or placeholder; people and channels by name.
    ///
    /// # Errors
    /// As [`User::press`], and [`Refused::BadValue`] for a value that is not offered or a wrong number of them.
    pub async fn select(&self, message: &MessageView, select: &str, values: &[&str]) -> Result<Act, Refused> {
        self.begin_component(message.id, select, values)
    }

    /// Submits a modal; inputs are named by custom id or label, those not named keep their first value.
    ///
    /// # Errors
    /// [`Refused::NoModal`], [`Refused::NoSuchComponent`], [`Refused::BadValue`].
    pub async fn submit(&self, modal: &ModalShown, answers: &[(&str, &str)]) -> Result<Act, Refused> {
        self.begin_submit(modal, &owned(answers))
    }

    /// Submits a modal that may never have been shown, with any components: what a forged client could send.
    pub fn submit_raw(&self, place: Place, custom_id: &str, components: &Value) -> Act {
        let number = self.discord.world.edit(|state| {
            let channel = state.channel_of(self.id, place);
            let data = json!({"custom_id": custom_id, "components": components});
            state.begin(&Deed::new(Kind::Modal, self.id, channel, data))
        });
        self.watched(number)
    }

    /// Runs a command with any `data`, whatever is registered: what a forged or outdated client could send.
    pub fn run_raw(&self, place: Place, data: &Value) -> Act {
        let number = self.discord.world.edit(|state| {
            let channel = state.channel_of(self.id, place);
            state.begin(&Deed::new(Kind::Command, self.id, channel, data.clone()))
        });
        self.watched(number)
    }

    /// What the person sees there, oldest first; other people's ephemeral messages are not among it.
    pub fn sees(&self, place: Place) -> Vec<MessageView> {
        self.discord.world.read(|state| state.seen_by(self.id, place))
    }

    /// What the person sees in the direct messages with the bot.
    pub fn dms(&self) -> Vec<MessageView> {
        self.sees(Place::Dm)
    }

    /// Waves an ephemeral message away.
    pub fn dismiss(&self, message: &MessageView) {
        self.discord.world.edit(|state| {
            let ours = state.messages.get_mut(&message.id).filter(|message| message.only_for == Some(self.id));
            let Some(ours) = ours else { return };
            ours.dismissed = true;
            let channel = ours.channel;
            state.tell_one(self.id, channel, Happened::Deleted { message: message.id.to_string() });
        });
    }

    pub(super) fn begin_command(&self, typed: &Typed<'_>) -> Result<Act, Refused> {
        let number = self.discord.world.edit(|state| {
            let data = typed.data(state)?;
            let channel = state.channel_of(self.id, typed.place);
            Ok::<_, Refused>(state.begin(&Deed::new(typed.kind(), self.id, channel, data)))
        })?;
        Ok(self.watched(number))
    }

    pub(super) fn begin_component(&self, message: u64, name: &str, values: &[&str]) -> Result<Act, Refused> {
        let number = self.discord.world.edit(|state| {
            let known = state.messages.get(&message).filter(|known| known.visible_to(self.id));
            let known = known.filter(|known| state.readers(known.channel).contains(&self.id));
            let known = known.ok_or(Refused::NotVisible)?;
            let component = find(&known.components, name).ok_or_else(|| Refused::NoSuchComponent(name.to_owned()))?;
            if component["disabled"] == json!(true) {
                return Err(Refused::Disabled(name.to_owned()));
            }
            let data = component_data(state, self.id, component, values)?;
            let (channel, json) = (known.channel, state.message_json(known));
            let (message, source) = (Some(json), Some(message));
            Ok(state.begin(&Deed { message, source, ..Deed::new(Kind::Component, self.id, channel, data) }))
        })?;
        Ok(self.watched(number))
    }

    pub(super) fn begin_submit(&self, modal: &ModalShown, answers: &[(String, String)]) -> Result<Act, Refused> {
        let components = modal.filled(answers)?;
        let number = self.discord.world.edit(|state| {
            let opener = state.interactions.get(&modal.interaction).filter(|opener| opener.user == self.id);
            let opener = opener.filter(|opener| opener.modal.is_some()).ok_or(Refused::NoModal)?;
            let (channel, source) = (opener.channel, opener.source);
            let message = opener.payload.get("message").cloned();
            let data = json!({"custom_id": modal.custom_id, "components": components});
            let opener = Some(modal.interaction);
            let deed = Deed { message, source, opener, ..Deed::new(Kind::Modal, self.id, channel, data) };
            Ok::<_, Refused>(state.begin(&deed))
        })?;
        Ok(self.watched(number))
    }

    /// Lets the person's page know when the bot stays silent.
    fn watched(&self, number: u64) -> Act {
        super::act::watch_for_silence(self.discord.world.clone(), number);
        Act::new(self.discord.clone(), number)
    }
}

impl Discord {
    /// Presses a button of a message the user may not even see, as the snapshot shows it: what a forged client could
    /// send.
    pub fn force_press(&self, user: &User, snapshot: &MessageView, custom_id: &str) -> Act {
        let number = self.world.edit(|state| {
            let data = json!({"custom_id": custom_id, "component_type": 2, "id": 2});
            let (message, source) = (Some(snapshot.raw.clone()), Some(snapshot.id));
            state.begin(&Deed { message, source, ..Deed::new(Kind::Component, user.id, snapshot.channel, data) })
        });
        user.watched(number)
    }
}

impl State {
    pub fn seen_by(&self, whom: u64, place: Place) -> Vec<MessageView> {
        let channel = match place {
            Place::Server => Some(self.channel_id),
            Place::Dm => self.person(whom).and_then(|person| person.dm),
        };
        let there = |message: &&super::message::Message| Some(message.channel) == channel && message.visible_to(whom);
        self.messages.values().filter(there).map(|message| MessageView::of(self, message)).collect()
    }
}

fn component_data(state: &State, whom: u64, component: &Value, values: &[&str]) -> Result<Value, Refused> {
    let custom_id = component["custom_id"].as_str();
    // A link opens in the browser; the bot never hears of it.
    let custom_id = custom_id.ok_or_else(|| Refused::NoSuchComponent("it is a link".to_owned()))?;
    let kind = component["type"].as_u64().unwrap_or(2);
    let mut data = json!({"custom_id": custom_id, "component_type": kind, "id": component["id"]});
    if kind == 2 {
        return Ok(data);
    }
    let bad = |why: &str| Refused::BadValue { option: custom_id.to_owned(), why: why.to_owned() };
    let count = u64::try_from(values.len()).unwrap_or(u64::MAX);
    let least = component["min_values"].as_u64().unwrap_or(1);
    let most = component["max_values"].as_u64().unwrap_or(1);
    if !(least..=most).contains(&count) {
        return Err(bad("too few or too many values"));
    }
    let mut chosen = Vec::new();
    for value in values {
        chosen.push(match kind {
            3 => {
                let mut options = component["options"].as_array().into_iter().flatten();
                let offered = options.find(|option| option["value"] == json!(value) || option["label"] == json!(value));
                offered.ok_or_else(|| bad("not offered"))?["value"].clone()
            }
            5 | 7 => {
                let person = state.people.iter().find(|person| person.name == *value).ok_or_else(|| bad("nobody"))?;
                data["resolved"]["users"][person.id.to_string()] = person.json();
                data["resolved"]["members"][person.id.to_string()] = state.resolved_member(person);
                json!(person.id.to_string())
            }
            8 => {
                data["resolved"]["channels"][state.channel_id.to_string()] =
                    state.interaction_channel(state.channel_id, whom);
                json!(state.channel_id.to_string())
            }
            _ => return Err(bad("there are no roles here")),
        });
    }
    data["values"] = Value::Array(chosen);
    if data.get("resolved").is_none() && kind != 3 {
        data["resolved"] = json!({});
    }
    Ok(data)
}
