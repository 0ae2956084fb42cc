//! Who is there, and where they talk.

use super::standing::Standing;
use super::state::{State, id, stamp};
use serde_json::{Value, json};

/// Whether a person's direct messages are open to the bot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DmPolicy {
    /// Messages arrive.
    #[default]
    Open,
    /// The person blocked the bot: Discord answers 403 / 50007.
    Blocked,
    /// The person takes no messages from members of the server: 403 / 50278.
    Closed,
}

#[derive(Clone, Debug)]
pub(super) struct Person {
    pub id: u64,
    pub name: String,
    pub display: String,
    pub locale: String,
    pub dm: Option<u64>,
    pub policy: DmPolicy,
    pub standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    Server,
    Dm { person: u64 },
}

/// What the bot may do in the server's channel.
const BOT_PERMISSIONS: &str = "2222085186637376";
/// In a direct message: attach files, embed links, mention everyone, external emoji.
const DM_PERMISSIONS: &str = "442368";

impl Person {
    pub fn json(&self) -> Value {
        json!({
            "id": id(self.id), "username": self.name, "global_name": self.display, "discriminator": "0",
            "avatar": null, "avatar_decoration_data": null, "bot": false, "system": false, "public_flags": 0,
            "flags": 0, "primary_guild": null, "clan": null, "collectibles": null,
        })
    }

    pub fn member_facts(&self) -> Value {
        member_facts(&self.standing.roles())
    }
}

fn member_facts(roles: &[Value]) -> Value {
    json!({
        "roles": roles, "nick": null, "avatar": null, "banner": null, "joined_at": "2026-01-02T03:04:05.000000+00:00",
        "premium_since": null, "deaf": false, "mute": false, "flags": 0, "pending": false,
        "communication_disabled_until": null, "unusual_dm_activity_until": null,
    })
}

/// People keep their ids from world to world: what a bot stored about them in an earlier run is still theirs.
pub(super) fn id_of(name: &str) -> u64 {
    // A moment in January 2021, and 22 bits of the name (FNV-1a).
    const JOINED_MS: u64 = 190_000_000_000;
    let hash = name
        .bytes()
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
    (JOINED_MS << 22) | (hash >> 42)
}

impl State {
    /// The id of the person of that name, who joins when unknown.
    pub fn person_named(&mut self, name: &str) -> u64 {
        if let Some(known) = self.people.iter().find(|person| person.name.eq_ignore_ascii_case(name)) {
            return known.id;
        }
        let wanted = id_of(&name.to_lowercase());
        let fresh = (wanted..=u64::MAX).find(|id| self.person(*id).is_none()).unwrap_or(wanted);
        let mut letters = name.chars();
        let display = letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default();
        self.people.push(Person {
            id: fresh,
            name: name.to_lowercase(),
            display,
            locale: "en-US".to_owned(),
            dm: None,
            policy: DmPolicy::Open,
            standing: Standing::Member,
        });
        fresh
    }

    pub fn person(&self, whom: u64) -> Option<&Person> {
        self.people.iter().find(|person| person.id == whom)
    }

    /// The direct-message channel with a person, opened when there is none.
    pub fn dm_with(&mut self, whom: u64) -> Option<u64> {
        if let Some(open) = self.person(whom)?.dm {
            return Some(open);
        }
        let fresh = self.snowflake();
        self.channels.insert(fresh, Channel::Dm { person: whom });
        self.people.iter_mut().find(|person| person.id == whom)?.dm = Some(fresh);
        Some(fresh)
    }

    /// Everyone who can read the channel.
    pub fn readers(&self, channel: u64) -> Vec<u64> {
        match self.channels.get(&channel) {
            Some(Channel::Server) => self.people.iter().map(|person| person.id).collect(),
            Some(Channel::Dm { person }) => vec![*person],
            None => Vec::new(),
        }
    }

    /// The bot, or a person, as a user object.
    pub fn user_json(&self, whom: u64) -> Value {
        if whom == self.application_id { self.bot_json() } else { self.person(whom).map_or(Value::Null, Person::json) }
    }

    pub fn bot_json(&self) -> Value {
        json!({
            "id": id(self.application_id), "username": "Paddock", "global_name": null, "discriminator": "0001",
            "avatar": null, "avatar_decoration_data": null, "bot": true, "system": false, "public_flags": 0,
            "flags": 0, "primary_guild": null, "clan": null, "collectibles": null,
        })
    }

    /// The bot as it sees itself.
    pub fn me_json(&self) -> Value {
        let mut me = self.bot_json();
        for (field, value) in [
            ("verified", json!(true)),
            ("mfa_enabled", json!(false)),
            ("locale", json!("en-US")),
            ("email", Value::Null),
            ("bio", json!("")),
        ] {
            me[field] = value;
        }
        me
    }

    pub fn display_name(&self, whom: u64) -> String {
        if whom == self.application_id {
            return "Paddock".to_owned();
        }
        self.person(whom).map(|person| person.display.clone()).unwrap_or_default()
    }

    pub fn channel_json(&self, channel: u64) -> Value {
        match self.channels.get(&channel) {
            Some(Channel::Server) => json!({
                "id": id(channel), "type": 0, "name": "trading", "guild_id": id(self.guild_id), "position": 0,
                "topic": null, "nsfw": false, "parent_id": null, "last_message_id": null, "rate_limit_per_user": 0,
                "permission_overwrites": [], "flags": 0,
            }),
            Some(Channel::Dm { person }) => json!({
                "id": id(channel), "type": 1, "last_message_id": null, "flags": 0,
                "recipients": [self.user_json(*person)],
            }),
            None => Value::Null,
        }
    }

    /// The partial channel of an interaction, with the invoker's permissions.
    pub fn interaction_channel(&self, channel: u64, whom: u64) -> Value {
        let mut json = self.channel_json(channel);
        json["permissions"] = json!(self.permissions_of(whom));
        json
    }

    pub fn app_permissions(&self, channel: u64) -> &'static str {
        match self.channels.get(&channel) {
            Some(Channel::Server) => BOT_PERMISSIONS,
            _ => DM_PERMISSIONS,
        }
    }

    /// The whole server, as `GUILD_CREATE` sends it.
    pub fn guild_json(&self) -> Value {
        let owner = self.people.first().map_or(self.application_id, |person| person.id);
        let mut members: Vec<Value> = self.people.iter().map(|person| self.member(person)).collect();
        let mut bot = member_facts(&[]);
        bot["user"] = self.bot_json();
        members.push(bot);
        let mut guild = json!({
            "id": id(self.guild_id), "name": "Paddock Friends", "owner_id": id(owner), "afk_timeout": 300,
            "verification_level": 0, "default_message_notifications": 1, "explicit_content_filter": 0, "mfa_level": 0,
            "system_channel_flags": 0, "premium_tier": 0, "premium_subscription_count": 0, "preferred_locale": "en-US",
            "nsfw_level": 0, "premium_progress_bar_enabled": false, "widget_enabled": false, "max_members": 500_000,
            "nsfw": false, "region": "deprecated", "max_video_channel_users": 25, "max_stage_video_channel_users": 50,
            "joined_at": stamp(self.now()), "large": false, "unavailable": false, "member_count": members.len(),
            "members": members, "channels": [self.channel_json(self.channel_id)], "roles": self.roles_json(),
        });
        for list in [
            "features",
            "emojis",
            "stickers",
            "voice_states",
            "threads",
            "presences",
            "stage_instances",
            "guild_scheduled_events",
            "soundboard_sounds",
        ] {
            guild[list] = json!([]);
        }
        for absent in [
            "icon",
            "splash",
            "discovery_splash",
            "afk_channel_id",
            "application_id",
            "system_channel_id",
            "rules_channel_id",
            "vanity_url_code",
            "description",
            "banner",
            "public_updates_channel_id",
            "safety_alerts_channel_id",
            "max_presences",
            "home_header",
            "widget_channel_id",
            "incidents_data",
        ] {
            guild[absent] = Value::Null;
        }
        guild
    }
}
