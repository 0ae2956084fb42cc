//! Interactions as Discord dispatches them.

use super::interactions::{Interaction, Kind};
use super::people::Channel;
use super::state::{State, id};
use super::user::Place;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::watch;

/// What a person did, on its way to the bot.
pub(super) struct Deed {
    pub kind: Kind,
    pub user: u64,
    pub channel: u64,
    pub data: Value,
    /// The message whose component was used, as the person's client knows it.
    pub message: Option<Value>,
    pub source: Option<u64>,
    /// The interaction that opened the submitted modal.
    pub opener: Option<u64>,
}

impl Deed {
    pub fn new(kind: Kind, user: u64, channel: u64, data: Value) -> Self {
        Self { kind, user, channel, data, message: None, source: None, opener: None }
    }
}

impl State {
    pub fn place_of(&self, channel: u64) -> Place {
        match self.channels.get(&channel) {
            Some(Channel::Dm { .. }) => Place::Dm,
            _ => Place::Server,
        }
    }

    pub fn channel_of(&mut self, user: u64, place: Place) -> u64 {
        match place {
            Place::Server => self.channel_id,
            Place::Dm => self.dm_with(user).unwrap_or(self.channel_id),
        }
    }

    /// Who installed the app where this happens: `"0"` the server, `"1"` the person.
    pub fn owners(&self, user: u64, channel: u64) -> Value {
        if self.chaos.user_install_only {
            return json!({"1": id(user)});
        }
        match self.place_of(channel) {
            Place::Server => json!({"0": id(self.guild_id)}),
            Place::Dm => json!({"0": "0"}),
        }
    }

    /// Records the deed as an interaction and sends it to the bot.
    pub fn begin(&mut self, deed: &Deed) -> u64 {
        let number = self.snowflake();
        let token = format!("aW50ZXJhY3Rpb246{}", self.random_text(140));
        let payload = self.payload(number, &token, deed);
        self.interactions.insert(
            number,
            Interaction {
                id: number,
                token,
                kind: deed.kind,
                user: deed.user,
                channel: deed.channel,
                created: self.now(),
                payload: payload.clone(),
                ack: None,
                original: None,
                source: deed.source,
                opener: deed.opener,
                replies: Vec::new(),
                follow_ups: 0,
                modal: None,
                choices: None,
                bell: Arc::new(watch::channel(0).0),
            },
        );
        self.dispatch("INTERACTION_CREATE", &payload);
        number
    }

    fn payload(&self, number: u64, token: &str, deed: &Deed) -> Value {
        let person = self.person(deed.user);
        let mut payload = json!({
            "id": id(number),
            "application_id": id(self.application_id),
            "type": deed.kind.number(),
            "token": token,
            "version": 1,
            "data": deed.data,
            "channel_id": id(deed.channel),
            "channel": self.interaction_channel(deed.channel, deed.user),
            "locale": person.map(|person| person.locale.clone()),
            "app_permissions": self.app_permissions(deed.channel),
            "entitlements": [],
            "entitlement_sku_ids": [],
            "authorizing_integration_owners": self.owners(deed.user, deed.channel),
            "attachment_size_limit": 10_485_760,
        });
        match self.place_of(deed.channel) {
            Place::Server => {
                payload["context"] = json!(0);
                payload["guild_id"] = id(self.guild_id);
                payload["guild"] = json!({"id": id(self.guild_id), "locale": "en-US", "features": []});
                payload["guild_locale"] = json!("en-US");
                payload["member"] = person.map_or(Value::Null, |person| self.member(person));
            }
            Place::Dm => {
                payload["context"] = json!(1);
                payload["user"] = self.user_json(deed.user);
            }
        }
        if let Some(message) = &deed.message {
            payload["message"] = message.clone();
        }
        payload
    }
}
