//! Command registration.

use super::body::Call;
use super::fault::{Fault, Flaws};
use super::rest::Reply;
use super::state::{State, id};
use super::validate;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

/// The registered commands: global ones and those of the server.
#[derive(Debug, Default)]
pub(super) struct CommandBook {
    pub global: Vec<Value>,
    pub guild: Vec<Value>,
    /// When commands of new names were made, and whether for the server alone.
    created: Vec<(DateTime<Utc>, bool)>,
}

/// Commands of new names that may be made in a day, for everywhere and for each server.
const MOST_CREATES: usize = 200;

impl CommandBook {
    pub fn iter(&self) -> impl Iterator<Item = &Value> {
        self.global.iter().chain(&self.guild)
    }

    pub fn is_empty(&self) -> bool {
        self.global.is_empty() && self.guild.is_empty()
    }

    fn list(&mut self, guild: bool) -> &mut Vec<Value> {
        if guild { &mut self.guild } else { &mut self.global }
    }
}

impl State {
    pub fn commands_route(&mut self, call: &Call, application: &str, rest: &[&str]) -> Result<Reply, Fault> {
        if application != self.application_id.to_string() {
            return Err(Fault::unknown_application());
        }
        let (guild, rest) = match rest {
            ["guilds", guild, rest @ ..] if *guild == self.guild_id.to_string() => (true, rest),
            ["guilds", ..] => return Err(Fault::unknown_guild()),
            _ => (false, rest),
        };
        match (call.method.as_str(), rest) {
            ("GET", ["commands"]) => Ok(Reply::Json(Value::Array(self.commands.list(guild).clone()))),
            ("PUT", ["commands"]) => self.overwrite(&call.json()?, guild),
            ("POST", ["commands"]) => self.upsert(&call.json()?, guild),
            ("GET", ["commands", command]) => {
                let place = self.command_place(guild, command)?;
                Ok(Reply::Json(self.commands.list(guild)[place].clone()))
            }
            ("PATCH", ["commands", command]) => self.amend(&call.json()?, guild, command),
            ("DELETE", ["commands", command]) => {
                let place = self.command_place(guild, command)?;
                self.commands.list(guild).remove(place);
                Ok(Reply::Done)
            }
            (_, ["commands"] | ["commands", _]) => Err(Fault::wrong_method()),
            _ => Err(Fault::no_route()),
        }
    }

    fn command_place(&mut self, guild: bool, command: &str) -> Result<usize, Fault> {
        let place = self.commands.list(guild).iter().position(|known| known["id"] == json!(command));
        place.ok_or_else(Fault::unknown_command)
    }

    fn overwrite(&mut self, body: &Value, guild: bool) -> Result<Reply, Fault> {
        let Some(wanted) = body.as_array() else {
            return Err(Flaws::one(&[], "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"));
        };
        validate::commands(wanted)?;
        self.count_creates(wanted, guild)?;
        let registered: Vec<Value> = wanted.iter().map(|command| self.registered(command, guild)).collect();
        self.commands.list(guild).clone_from(&registered);
        Ok(Reply::Json(Value::Array(registered)))
    }

    fn upsert(&mut self, body: &Value, guild: bool) -> Result<Reply, Fault> {
        validate::command(body)?;
        self.count_creates(std::slice::from_ref(body), guild)?;
        let registered = self.registered(body, guild);
        let list = self.commands.list(guild);
        list.retain(|known| known["id"] != registered["id"]);
        list.push(registered.clone());
        Ok(Reply::Json(registered))
    }

    /// Changes the named fields of one command.
    fn amend(&mut self, body: &Value, guild: bool, command: &str) -> Result<Reply, Fault> {
        let place = self.command_place(guild, command)?;
        let mut wanted = self.commands.list(guild)[place].clone();
        for (field, value) in body.as_object().into_iter().flatten() {
            wanted[field] = value.clone();
        }
        validate::command(&wanted)?;
        wanted["version"] = self.new_id();
        self.commands.list(guild)[place] = wanted.clone();
        Ok(Reply::Json(wanted))
    }

    fn new_id(&mut self) -> Value {
        let fresh = self.snowflake();
        id(fresh)
    }

    /// Names that were not there count as creations, of which there are only so many a day.
    fn count_creates(&mut self, wanted: &[Value], guild: bool) -> Result<(), Fault> {
        let now = self.now();
        self.commands.created.retain(|(at, _)| (now - *at).num_hours() < 24);
        let known: Vec<Value> = self.commands.list(guild).iter().map(name_and_kind).collect();
        let fresh = wanted.iter().filter(|command| !known.contains(&name_and_kind(command))).count();
        let so_far = self.commands.created.iter().filter(|(_, theirs)| *theirs == guild).count();
        if so_far + fresh > MOST_CREATES {
            return Err(Fault::too_many_creates());
        }
        self.commands.created.extend(std::iter::repeat_n((now, guild), fresh));
        Ok(())
    }

    /// The command as Discord stores it. A name that was there keeps its id; what changed gets a new version.
    fn registered(&mut self, wanted: &Value, guild: bool) -> Value {
        let kind = wanted["type"].as_u64().unwrap_or(1);
        let same = |known: &&Value| known["name"] == wanted["name"] && known["type"] == json!(kind);
        let known = self.commands.list(guild).iter().find(same).cloned();
        let mut fields: Map<String, Value> = wanted.as_object().cloned().unwrap_or_default();
        fields.retain(|_, value| !value.is_null());
        let mut command = json!({
            "application_id": id(self.application_id), "default_member_permissions": null, "type": kind,
            "description": "", "nsfw": false, "dm_permission": true, "contexts": null, "integration_types": [0],
        });
        if guild {
            command["guild_id"] = id(self.guild_id);
        }
        for (name, value) in fields {
            command[name] = value;
        }
        if let Some(options) = command.get_mut("options") {
            strip(options);
        }
        let unchanged = known.as_ref().is_some_and(|known| {
            let mut old = known.clone();
            for field in ["id", "version"] {
                old.as_object_mut().map(|old| old.remove(field));
            }
            old == command
        });
        let fresh = self.snowflake();
        command["id"] = known.as_ref().map_or_else(|| id(fresh), |known| known["id"].clone());
        command["version"] = known.filter(|_| unchanged).map_or_else(|| id(fresh), |known| known["version"].clone());
        command
    }
}

/// Discord stores what an option says, not what it leaves open.
fn strip(options: &mut Value) {
    for option in options.as_array_mut().into_iter().flatten() {
        strip(&mut option["options"]);
        let Some(fields) = option.as_object_mut() else { continue };
        let silent = |value: &Value| value.is_null() || *value == json!([]) || *value == json!(false);
        // A subcommand's empty list of options is told, and so are lists that are not empty.
        fields.retain(|name, value| !silent(value) || (name == "options" && value.is_array()));
    }
}

/// Names are unique among commands of one kind.
fn name_and_kind(command: &Value) -> Value {
    json!([command["name"], command["type"].as_u64().unwrap_or(1)])
}
