//! Command options as the user's client checks and converts them before it sends anything.

use super::interactions::Kind;
use super::people::Person;
use super::state::{State, id};
use super::user::{Place, Refused};
use serde_json::{Map, Value, json};

/// What the person typed behind a command.
pub(super) struct Typed<'a> {
    pub user: u64,
    pub place: Place,
    /// "buy", or "account add".
    pub command: &'a str,
    pub options: &'a [(String, String)],
    /// The option being typed into, for autocomplete.
    pub focused: Option<&'a str>,
}

impl Typed<'_> {
    pub fn kind(&self) -> Kind {
        if self.focused.is_some() { Kind::Autocomplete } else { Kind::Command }
    }

    /// The interaction's `data`.
    pub fn data(&self, state: &State) -> Result<Value, Refused> {
        let mut words = self.command.split_whitespace();
        let name = words.next().unwrap_or_default();
        let command = self.find(state, name).ok_or_else(|| Refused::UnknownCommand(self.command.to_owned()))?;
        let mut resolved = Map::new();
        let options = self.within(state, command, &words.collect::<Vec<_>>(), &mut resolved)?;
        let mut data =
            json!({"id": command["id"], "name": command["name"], "type": command["type"], "options": options});
        if let Some(guild) = command.get("guild_id") {
            data["guild_id"] = guild.clone();
        }
        if !resolved.is_empty() {
            data["resolved"] = Value::Object(resolved);
        }
        Ok(data)
    }

    /// The slash command of that name that this person can use there; the server's own come before global ones.
    fn find<'a>(&self, state: &'a State, name: &str) -> Option<&'a Value> {
        let slash = |command: &&Value| command["type"] == json!(1) && command["name"] == json!(name);
        let (context, in_server) = match self.place {
            Place::Server => (0, true),
            Place::Dm => (1, false),
        };
        let there = |command: &&Value| match command["contexts"].as_array() {
            Some(contexts) => contexts.contains(&json!(context)),
            None => in_server || command["dm_permission"] != json!(false),
        };
        let own = state.commands.guild.iter().filter(|_| in_server).find(slash);
        let found = own.or_else(|| state.commands.global.iter().find(|command| slash(command) && there(command)));
        found.filter(|command| state.offers(self.user, command, self.place))
    }

    fn within(
        &self,
        state: &State,
        parent: &Value,
        path: &[&str],
        resolved: &mut Map<String, Value>,
    ) -> Result<Value, Refused> {
        let known = parent["options"].as_array().map(Vec::as_slice).unwrap_or_default();
        let has_subs = known.iter().any(is_sub);
        match path {
            [word, rest @ ..] => {
                let sub = known.iter().find(|option| is_sub(option) && option["name"] == json!(word));
                let sub = sub.ok_or_else(|| Refused::UnknownCommand(self.command.to_owned()))?;
                let inner = self.within(state, sub, rest, resolved)?;
                Ok(json!([{"type": sub["type"], "name": sub["name"], "options": inner}]))
            }
            [] if has_subs => Err(Refused::UnknownCommand(self.command.to_owned())),
            [] => self.values(state, known, resolved),
        }
    }

    fn values(&self, state: &State, known: &[Value], resolved: &mut Map<String, Value>) -> Result<Value, Refused> {
        let mut values = Vec::new();
        for (name, text) in self.options {
            let option = known.iter().find(|option| option["name"] == json!(name));
            let option = option.ok_or_else(|| Refused::UnknownOption(name.clone()))?;
            let mut value = json!({"type": option["type"], "name": name});
            if self.focused == Some(name.as_str()) {
                if option["autocomplete"] != json!(true) {
                    return Err(bad(name, "it has no autocomplete"));
                }
                value["value"] = json!(text);
                value["focused"] = json!(true);
            } else {
                let converted = self.convert(state, option, text, resolved);
                // While the user is still typing, the other options may be incomplete; a client sends them as they are.
                value["value"] = if self.focused.is_some() { converted.unwrap_or(json!(text)) } else { converted? };
            }
            values.push(value);
        }
        if let Some(focused) = self.focused
            && !self.options.iter().any(|(name, _)| name == focused)
        {
            return Err(Refused::UnknownOption(focused.to_owned()));
        }
        let given = |option: &Value| self.options.iter().any(|(name, _)| option["name"] == json!(name));
        let missing = known.iter().find(|option| option["required"] == json!(true) && !given(option));
        match missing {
            Some(missing) if self.focused.is_none() => {
                Err(Refused::MissingOption(missing["name"].as_str().unwrap_or_default().to_owned()))
            }
            _ => Ok(Value::Array(values)),
        }
    }

    fn convert(
        &self,
        state: &State,
        option: &Value,
        text: &str,
        resolved: &mut Map<String, Value>,
    ) -> Result<Value, Refused> {
        let name = option["name"].as_str().unwrap_or_default();
        let choices = option["choices"].as_array().filter(|choices| !choices.is_empty());
        if let Some(choices) = choices {
            let chosen =
                choices.iter().find(|choice| choice["name"] == json!(text) || written(&choice["value"]) == text);
            return chosen.map(|choice| choice["value"].clone()).ok_or_else(|| bad(name, "not one of the choices"));
        }
        match option["type"].as_u64() {
            Some(3) => string(option, name, text),
            Some(4) => {
                let number: i64 = text.parse().map_err(|_| bad(name, "not a whole number"))?;
                if number.abs() > 9_007_199_254_740_991 {
                    return Err(bad(name, "beyond 2^53"));
                }
                in_range(option, name, &json!(number))
            }
            Some(5) => text.to_lowercase().parse().map(Value::Bool).map_err(|_| bad(name, "not true or false")),
            Some(6 | 9) => {
                let wanted = text.trim_start_matches("<@").trim_end_matches('>');
                let matches = |person: &&Person| person.name == wanted || person.id.to_string() == wanted;
                let person = state.people.iter().find(matches).ok_or_else(|| bad(name, "nobody of that name"))?;
                for (list, value) in [("users", person.json()), ("members", state.resolved_member(person))] {
                    let entry = resolved.entry(list).or_insert_with(|| json!({}));
                    entry[person.id.to_string()] = value;
                }
                Ok(id(person.id))
            }
            Some(7) if text.trim_start_matches('#') == "trading" => {
                let entry = resolved.entry("channels").or_insert_with(|| json!({}));
                entry[state.channel_id.to_string()] = state.interaction_channel(state.channel_id, self.user);
                Ok(id(state.channel_id))
            }
            Some(10) => {
                let number: f64 = text.parse().map_err(|_| bad(name, "not a number"))?;
                if !number.is_finite() {
                    return Err(bad(name, "not a number"));
                }
                in_range(option, name, &json!(number))
            }
            _ => Err(bad(name, "no such thing here")),
        }
    }
}

fn is_sub(option: &Value) -> bool {
    matches!(option["type"].as_u64(), Some(1 | 2))
}

fn bad(option: &str, why: &str) -> Refused {
    Refused::BadValue { option: option.to_owned(), why: why.to_owned() }
}

fn string(option: &Value, name: &str, text: &str) -> Result<Value, Refused> {
    let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    let least = option["min_length"].as_u64().unwrap_or(1).max(1);
    let most = option["max_length"].as_u64().unwrap_or(6000);
    if (least..=most).contains(&length) { Ok(json!(text)) } else { Err(bad(name, "too short or too long")) }
}

fn in_range(option: &Value, name: &str, number: &Value) -> Result<Value, Refused> {
    let value = number.as_f64().unwrap_or_default();
    let low = option["min_value"].as_f64().is_some_and(|min| value < min);
    let high = option["max_value"].as_f64().is_some_and(|max| value > max);
    if low || high { Err(bad(name, "out of range")) } else { Ok(number.clone()) }
}

fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}
