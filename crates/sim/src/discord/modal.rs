//! A modal as its user sees it, and what they send back.

use super::user::Refused;
use serde::Serialize;
use serde_json::{Value, json};

/// A modal on a user's screen.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModalShown {
    /// The interaction that opened it.
    #[serde(serialize_with = "as_text")]
    pub interaction: u64,
    /// Its custom id.
    pub custom_id: String,
    /// Its title.
    pub title: String,
    /// What can be filled in, top to bottom.
    pub inputs: Vec<ModalInput>,
    /// The components as the bot sent them.
    pub components: Vec<Value>,
}

/// One input of a modal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModalInput {
    /// Its custom id.
    pub custom_id: String,
    /// What stands above it.
    pub label: String,
    /// The component's type: 4 is a text input.
    pub kind: u64,
    /// 1 one line, 2 a paragraph.
    pub style: u64,
    /// The grey text in it.
    pub placeholder: String,
    /// What it is filled with at first.
    pub value: String,
    /// Whether it must be filled in.
    pub required: bool,
    /// The fewest characters.
    pub min_length: u64,
    /// The most characters.
    pub max_length: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn as_text<S: serde::Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

impl ModalShown {
    pub(super) fn of(interaction: u64, data: &Value) -> Self {
        let mut components = data["components"].as_array().cloned().unwrap_or_default();
        super::validate::number_components(&mut components);
        let inputs = components.iter().flat_map(inner).map(|(label, input)| ModalInput::of(label, input)).collect();
        let text = |key: &str| data[key].as_str().unwrap_or_default().to_owned();
        Self { interaction, custom_id: text("custom_id"), title: text("title"), inputs, components }
    }

    /// The submitted components, when the answers are what the user's client lets through.
    pub(super) fn filled(&self, answers: &[(String, String)]) -> Result<Value, Refused> {
        for (name, _) in answers {
            if !self.inputs.iter().any(|input| input.is(name)) {
                return Err(Refused::NoSuchComponent(name.clone()));
            }
        }
        for input in &self.inputs {
            input.admits(&input.answer(answers))?;
        }
        let submitted = self.components.iter().map(|top| match top["type"].as_u64() {
            Some(18) => json!({"type": 18, "id": top["id"], "component": self.answered(&top["component"], answers)}),
            Some(1) => {
                let row = top["components"].as_array().into_iter().flatten();
                let row: Vec<Value> = row.map(|input| self.answered(input, answers)).collect();
                json!({"type": 1, "id": top["id"], "components": row})
            }
            _ => json!({"type": top["type"], "id": top["id"]}),
        });
        Ok(submitted.collect())
    }

    fn answered(&self, component: &Value, answers: &[(String, String)]) -> Value {
        let known = self.inputs.iter().find(|input| component["custom_id"] == json!(input.custom_id));
        let answer = known.map(|input| input.answer(answers)).unwrap_or_default();
        let mut json = json!({"type": component["type"], "id": component["id"], "custom_id": component["custom_id"]});
        match component["type"].as_u64() {
            Some(4 | 21) => json["value"] = json!(answer),
            Some(23) => json["value"] = json!(answer == "true"),
            _ => json["values"] = answer.split(',').filter(|value| !value.is_empty()).collect(),
        }
        json
    }
}

impl ModalInput {
    fn of(label: &str, input: &Value) -> Self {
        let text = |key: &str| input[key].as_str().unwrap_or_default().to_owned();
        Self {
            custom_id: text("custom_id"),
            label: label.to_owned(),
            kind: input["type"].as_u64().unwrap_or(4),
            style: input["style"].as_u64().unwrap_or(1),
            placeholder: text("placeholder"),
            value: text("value"),
            required: input["required"].as_bool().unwrap_or(true),
            min_length: input["min_length"].as_u64().unwrap_or(0),
            max_length: input["max_length"].as_u64().unwrap_or(4000),
        }
    }

    fn is(&self, name: &str) -> bool {
        self.custom_id == name || self.label == name
    }

    fn answer(&self, answers: &[(String, String)]) -> String {
        let given = answers.iter().find(|(name, _)| self.is(name));
        given.map_or_else(|| self.value.clone(), |(_, answer)| answer.clone())
    }

    fn admits(&self, answer: &str) -> Result<(), Refused> {
        let bad = |why: &str| Err(Refused::BadValue { option: self.custom_id.clone(), why: why.to_owned() });
        if answer.is_empty() {
            return if self.required && self.kind != 23 { bad("must be filled in") } else { Ok(()) };
        }
        let length = u64::try_from(answer.chars().count()).unwrap_or(u64::MAX);
        if self.kind == 4 && !(self.min_length..=self.max_length).contains(&length) {
            return bad("too short or too long");
        }
        Ok(())
    }
}

/// The inputs inside a top component, with their labels.
fn inner(top: &Value) -> Vec<(&str, &Value)> {
    if top["type"] == json!(18) {
        return vec![(top["label"].as_str().unwrap_or_default(), &top["component"])];
    }
    let row = top["components"].as_array().into_iter().flatten();
    row.map(|input| (input["label"].as_str().unwrap_or_default(), input)).collect()
}
