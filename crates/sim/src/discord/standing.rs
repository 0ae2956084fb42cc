//! Who may do what in the server.

use super::people::{Person, id_of};
use super::state::{State, id};
use super::user::Place;
use serde_json::{Value, json};

/// What a person's role allows them in the server. Whoever joined first owns it, and may do everything anyway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// What everybody may.
    #[default]
    Member,
    /// Manage the server, besides.
    Manager,
    /// Everything.
    Administrator,
}

/// What every member may do, as Discord sends it.
const EVERYBODY: u64 = 2_248_473_465_835_073;
const ADMINISTRATOR: u64 = 1 << 3;
const MANAGE_GUILD: u64 = 1 << 5;
/// Every permission there is. Administrators and the owner are told to have them all.
const ALL: u64 = (1 << 53) - 1;

impl Standing {
    /// The role that gives it: its id, name and permissions.
    fn role(self) -> Option<(u64, &'static str, u64)> {
        match self {
            Self::Member => None,
            Self::Manager => Some((id_of("role: managers"), "Managers", MANAGE_GUILD)),
            Self::Administrator => Some((id_of("role: administrators"), "Administrators", ADMINISTRATOR)),
        }
    }

    pub(super) fn roles(self) -> Vec<Value> {
        self.role().into_iter().map(|(role, ..)| id(role)).collect()
    }
}

impl State {
    /// What a person may do, all roles taken together.
    fn permissions(&self, person: &Person) -> u64 {
        let owns = self.people.first().is_some_and(|first| first.id == person.id);
        let granted = person.standing.role().map_or(0, |(.., permissions)| permissions);
        if owns || granted & ADMINISTRATOR != 0 { ALL } else { EVERYBODY | granted }
    }

    /// The same, as the wire has it.
    pub fn permissions_of(&self, whom: u64) -> String {
        self.person(whom).map_or(EVERYBODY, |person| self.permissions(person)).to_string()
    }

    /// Whether a person's client offers them a command. In direct messages nobody has to be allowed anything.
    pub fn offers(&self, whom: u64, command: &Value, place: Place) -> bool {
        let asked = command["default_member_permissions"].as_str().and_then(|bits| bits.parse::<u64>().ok());
        let (Some(asked), Some(person), Place::Server) = (asked, self.person(whom), place) else { return true };
        let held = self.permissions(person);
        held & ADMINISTRATOR != 0 || (asked != 0 && held & asked == asked)
    }

    /// The roles of the server, with the one that everybody has.
    pub fn roles_json(&self) -> Vec<Value> {
        let everyone = (self.guild_id, "@everyone", EVERYBODY);
        let others = [Standing::Manager, Standing::Administrator].into_iter().filter_map(Standing::role);
        let role = |(place, (role, name, permissions)): (u64, (u64, &str, u64))| {
            json!({
                "id": id(role), "name": name, "color": 0, "hoist": false, "icon": null, "unicode_emoji": null,
                "position": place, "permissions": permissions.to_string(), "managed": false, "mentionable": false,
                "flags": 0, "colors": {"primary_color": 0, "secondary_color": null, "tertiary_color": null},
            })
        };
        (0..).zip(std::iter::once(everyone).chain(others)).map(role).collect()
    }

    /// The member object of an interaction: with the user and with computed permissions.
    pub fn member(&self, person: &Person) -> Value {
        let mut member = person.member_facts();
        member["permissions"] = json!(self.permissions_of(person.id));
        member["user"] = person.json();
        member
    }

    /// The member object inside `resolved`: without user, deaf and mute.
    pub fn resolved_member(&self, person: &Person) -> Value {
        let mut member = person.member_facts();
        member["permissions"] = json!(self.permissions_of(person.id));
        if let Some(fields) = member.as_object_mut() {
            fields.remove("deaf");
            fields.remove("mute");
        }
        member
    }
}
