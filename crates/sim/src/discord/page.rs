//! What a web page needs to let a person act as one of the users: JSON in, JSON out, and a stream of changes.

use super::Discord;
use super::modal::ModalShown;
use super::options::Typed;
use super::user::{Place, Refused, User};
use super::view::MessageView;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Something changed on one user's screen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The user's name.
    pub user: String,
    /// Where.
    pub place: Place,
    /// What.
    #[serde(flatten)]
    pub what: Happened,
}

/// What can change. Ids are written as text, as in all of Discord's JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Happened {
    /// A message appeared.
    Created {
        /// Its id.
        message: String,
    },
    /// A message changed.
    Edited {
        /// Its id.
        message: String,
    },
    /// A message went away.
    Deleted {
        /// Its id.
        message: String,
    },
    /// A modal opened.
    ModalOpened {
        /// The modal.
        modal: ModalShown,
    },
    /// The bot answered an interaction.
    Acknowledged {
        /// The interaction's id.
        interaction: String,
        /// The callback's type.
        kind: u8,
    },
    /// "The application did not respond".
    NotResponding {
        /// The interaction's id.
        interaction: String,
    },
}

/// A deed as the page sends it.
#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
enum Deed {
    Run {
        place: Place,
        command: String,
        #[serde(default)]
        options: BTreeMap<String, Value>,
    },
    Autocomplete {
        place: Place,
        command: String,
        #[serde(default)]
        options: BTreeMap<String, Value>,
        focused: String,
    },
    Press {
        message: String,
        custom_id: String,
    },
    Select {
        message: String,
        custom_id: String,
        values: Vec<String>,
    },
    Submit {
        modal: String,
        #[serde(default)]
        values: BTreeMap<String, Value>,
    },
    Dismiss {
        message: String,
    },
}

impl Discord {
    /// What the user sees there, as JSON: `{"user", "place", "messages": […]}`.
    pub fn view(&self, user: &User, place: Place) -> Value {
        let messages: Vec<Value> = user.sees(place).iter().map(MessageView::json).collect();
        json!({"user": user.name(), "place": place, "messages": messages})
    }

    /// Everyone who has joined, by name.
    pub fn people_json(&self) -> Value {
        self.world.read(|state| {
            let people = state.people.iter();
            people
                .map(|person| {
                    json!({
                        "id": person.id.to_string(), "name": person.name, "display_name": person.display,
                        "permissions": state.permissions_of(person.id),
                    })
                })
                .collect()
        })
    }

    /// Acts as the user. `body` is one of
    /// `{"do":"run","place":"server","command":"account add","options":{…}}`,
    /// `{"do":"autocomplete", …, "focused":"symbol"}`, `{"do":"press","message":"id","custom_id":"…"}`,
    /// `{"do":"select", …, "values":[…]}`, `{"do":"submit","modal":"interaction id","values":{…}}`,
    /// `{"do":"dismiss","message":"id"}`. Answers `{"interaction":"id"}`, or `{"choices":[…]}`.
    ///
    /// # Errors
    /// As the calls of [`User`] that it stands for; [`Refused::NotUnderstood`] for any other body.
    pub async fn act_json(&self, user: &User, body: Value) -> Result<Value, Refused> {
        let deed = serde_json::from_value(body).map_err(|error| Refused::NotUnderstood(error.to_string()))?;
        let act = match deed {
            Deed::Run { place, command, options } => user.begin_command(&Typed {
                user: user.id(),
                place,
                command: &command,
                options: &written(&options),
                focused: None,
            })?,
            Deed::Autocomplete { place, command, options, focused } => {
                let options = written(&options);
                let typed =
                    Typed { user: user.id(), place, command: &command, options: &options, focused: Some(&focused) };
                return Ok(json!({"choices": user.begin_command(&typed)?.choices().await?}));
            }
            Deed::Press { message, custom_id } => user.begin_component(number(&message)?, &custom_id, &[])?,
            Deed::Select { message, custom_id, values } => {
                let values: Vec<&str> = values.iter().map(String::as_str).collect();
                user.begin_component(number(&message)?, &custom_id, &values)?
            }
            Deed::Submit { modal, values } => {
                let opener = number(&modal)?;
                let shown = self.world.read(|state| state.interactions.get(&opener)?.modal.clone());
                user.begin_submit(&shown.ok_or(Refused::NoModal)?, &written(&values))?
            }
            Deed::Dismiss { message } => {
                let wanted = number(&message)?;
                let seen = [Place::Server, Place::Dm].into_iter().flat_map(|place| user.sees(place));
                let view = seen.into_iter().find(|view| view.id == wanted).ok_or(Refused::NotVisible)?;
                user.dismiss(&view);
                return Ok(json!({}));
            }
        };
        Ok(json!({"interaction": act.id.to_string()}))
    }
}

impl MessageView {
    /// The message as a page shows it.
    pub fn json(&self) -> Value {
        json!({
            "id": self.id.to_string(), "author": self.author, "bot": self.raw["author"]["bot"],
            "timestamp": self.raw["timestamp"], "edited": self.edited, "ephemeral": self.ephemeral,
            "loading": self.loading, "content": self.content, "embeds": self.embeds, "components": self.components,
            "attachments": self.raw["attachments"],
            "interaction": {
                "name": self.raw["interaction_metadata"]["name"],
                "user": self.raw["interaction_metadata"]["user"]["global_name"],
            },
        })
    }
}

fn number(id: &str) -> Result<u64, Refused> {
    id.parse().map_err(|_| Refused::NotUnderstood(format!("{id} is not an id")))
}

fn written(values: &BTreeMap<String, Value>) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    values.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.clone(), text(value))).collect()
}
