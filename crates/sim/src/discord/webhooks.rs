//! The routes behind an interaction's token: `@original` and follow-ups.

use super::body::Call;
use super::deliver::Post;
use super::fault::Fault;
use super::interactions::{Interaction, TOKEN_LIFE};
use super::message::{EPHEMERAL, LOADING};
use super::rest::Reply;
use super::state::State;
use super::validate::{self, Subject};

/// Follow-ups per interaction where only the user installed the app.
const MOST_FOLLOW_UPS: u32 = 5;

impl State {
    pub fn webhook_route(
        &mut self,
        call: &Call,
        application: &str,
        token: &str,
        rest: &[&str],
    ) -> Result<Reply, Fault> {
        let interaction = self.open_token(application, token)?;
        match (call.method.as_str(), rest) {
            ("POST", []) => self.follow_up(call, &interaction),
            ("GET", ["messages", which]) => {
                let message = self.of_interaction(&interaction, which)?;
                self.answer_with(message)
            }
            ("PATCH", ["messages", which]) => {
                let message = self.of_interaction(&interaction, which)?;
                self.change(call, message)
            }
            ("DELETE", ["messages", which]) => {
                let message = self.of_interaction(&interaction, which)?;
                self.delete(message);
                Ok(Reply::Done)
            }
            (_, [] | ["messages", _]) => Err(Fault::wrong_method()),
            _ => Err(Fault::no_route()),
        }
    }

    fn open_token(&self, application: &str, token: &str) -> Result<Interaction, Fault> {
        if application != self.application_id.to_string() {
            return Err(Fault::unknown_webhook());
        }
        let known = self.interactions.values().rev().find(|known| known.token == token);
        let known = known.ok_or_else(Fault::unknown_webhook)?;
        if self.now() - known.created > TOKEN_LIFE {
            return Err(Fault::dead_token());
        }
        // Before the callback there is no webhook yet; an autocomplete never has one.
        if known.ack.is_none_or(|ack| ack.kind == 8) {
            return Err(Fault::unknown_webhook());
        }
        Ok(known.clone())
    }

    /// A message this token may touch: what it made, or the message its component sits on.
    fn of_interaction(&self, interaction: &Interaction, which: &str) -> Result<u64, Fault> {
        let wanted = if which == "@original" { interaction.original } else { which.parse().ok() };
        wanted
            .filter(|wanted| interaction.original == Some(*wanted) || interaction.replies.contains(wanted))
            .filter(|wanted| self.messages.get(wanted).is_some_and(|message| !message.deleted))
            .ok_or_else(Fault::unknown_message)
    }

    fn change(&mut self, call: &Call, message: u64) -> Result<Reply, Fault> {
        let form = call.form()?;
        validate::message(&form.json, &form.files, Subject::Edit(self.files_of(message)), &[])?;
        self.revise(message, &form.json, &form.files)?;
        self.answer_with(message)
    }

    fn follow_up(&mut self, call: &Call, interaction: &Interaction) -> Result<Reply, Fault> {
        let original = interaction.original.and_then(|original| self.messages.get(&original));
        let loading = original.filter(|message| message.is(LOADING) && !message.deleted).map(|message| message.id);
        if let Some(loading) = loading {
            return self.change(call, loading);
        }
        let form = call.form()?;
        validate::message(&form.json, &form.files, Subject::Reply, &[])?;
        if self.chaos.user_install_only && interaction.follow_ups >= MOST_FOLLOW_UPS {
            return Err(Fault::too_many_follow_ups());
        }
        let ephemeral = form.json["flags"].as_u64().unwrap_or(0) & EPHEMERAL != 0;
        let post = Post { data: &form.json, files: &form.files, channel: interaction.channel };
        let made = self.post(&post, Some(interaction), ephemeral)?;
        if let Some(known) = self.interactions.get_mut(&interaction.id) {
            known.follow_ups += 1;
        }
        self.answer_with(made)
    }

    pub fn answer_with(&self, message: u64) -> Result<Reply, Fault> {
        let message = self.messages.get(&message).ok_or_else(Fault::unknown_message)?;
        Ok(Reply::Json(self.message_json(message)))
    }
}
