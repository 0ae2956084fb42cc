//! One interaction: whose it is, where it came from, and every way to answer it.

use crate::framework::Data;
use crate::reply::Reply;
use domain::ids::{InteractionId, UserId};
use domain::tenant::{Origin, Tenant};
use secrecy::{ExposeSecret, SecretString};
use serenity::all::{
    CommandInteraction, ComponentInteraction, CreateInteractionResponse, CreateInteractionResponseMessage, CreateModal,
    GuildId, Http, HttpError, ModalInteraction,
};
use serenity::builder::Builder;
use std::sync::Arc;
use std::time::Duration;

/// What a slash command is given.
pub(crate) type Context<'a> = poise::ApplicationContext<'a, Data, Unanswered>;

/// How often an edit is tried: it may be repeated, and losing it leaves a message that says too little.
const EDIT_TRIES: u32 = 3;
/// The longest pause between two tries.
const EDIT_PAUSE: Duration = Duration::from_millis(600);

/// Discord did not take an answer. Carries no address, because an interaction's address holds its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// It said no, with its own code: 10062 (too late), 40060 (answered already), 50027 (token too old), …
    #[error("Discord refused the answer (status {status}, code {code})")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Discord's code; -1 when it gave none.
        code: isize,
    },
    /// No connection, or no answer in time. It may have arrived.
    #[error("Discord did not answer")]
    NoAnswer,
    /// The answer could not be sent at all: a bug of ours.
    #[error("the answer could not be sent")]
    Unsendable,
}

impl Unanswered {
    /// Whether another try may help.
    const fn may_pass(self) -> bool {
        match self {
            Self::Refused { status, .. } => status == 429 || status >= 500,
            Self::NoAnswer => true,
            Self::Unsendable => false,
        }
    }
}

impl From<serenity::Error> for Unanswered {
    fn from(error: serenity::Error) -> Self {
        match error {
            serenity::Error::Http(HttpError::UnsuccessfulRequest(answer)) => {
                Self::Refused { status: answer.status_code.as_u16(), code: answer.error.code }
            }
            serenity::Error::Http(HttpError::Request(_)) | serenity::Error::Io(_) => Self::NoAnswer,
            _ => Self::Unsendable,
        }
    }
}

/// What kind of interaction it is: decides what a deferral looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Command,
    Press,
    Form,
}

/// One interaction. Its token is a credential for fifteen minutes, so nothing here can be printed.
#[derive(Clone)]
pub(crate) struct Turn {
    http: Arc<Http>,
    kind: Kind,
    id: serenity::all::InteractionId,
    token: SecretString,
    user: serenity::all::UserId,
    guild: Option<GuildId>,
    /// The message whose button was pressed.
    message: Option<i64>,
}

impl Turn {
    /// The turn of a slash command.
    pub(crate) fn of_command(http: &Arc<Http>, command: &CommandInteraction) -> Self {
        Self {
            http: Arc::clone(http),
            kind: Kind::Command,
            id: command.id,
            token: command.token.as_str().into(),
            user: command.user.id,
            guild: command.guild_id,
            message: None,
        }
    }

    /// The turn of a button.
    pub(crate) fn of_press(http: &Arc<Http>, press: &ComponentInteraction) -> Self {
        Self {
            http: Arc::clone(http),
            kind: Kind::Press,
            id: press.id,
            token: press.token.as_str().into(),
            user: press.user.id,
            guild: press.guild_id,
            message: Some(press.message.id.get().cast_signed()),
        }
    }

    /// The turn of a sent form. One that was opened by a button answers in that button's message.
    pub(crate) fn of_form(http: &Arc<Http>, form: &ModalInteraction) -> Self {
        Self {
            http: Arc::clone(http),
            kind: if form.message.is_some() { Kind::Press } else { Kind::Form },
            id: form.id,
            token: form.token.as_str().into(),
            user: form.user.id,
            guild: form.guild_id,
            message: form.message.as_ref().map(|message| message.id.get().cast_signed()),
        }
    }

    /// The right to act as the user who sent the interaction, and as nobody else.
    #[expect(clippy::disallowed_methods, reason = "the one place that makes a tenant from an interaction's own user")]
    pub(crate) fn tenant(&self) -> Tenant {
        Tenant::from_interaction(UserId(self.user.get().cast_signed())).by(Origin {
            interaction: Some(self.interaction()),
            message: self.message,
            guild: self.guild(),
        })
    }

    /// Who sent it.
    pub(crate) const fn user(&self) -> serenity::all::UserId {
        self.user
    }

    /// The key of idempotent intake.
    pub(crate) const fn interaction(&self) -> InteractionId {
        InteractionId(self.id.get().cast_signed())
    }

    /// The server that it came from; `None` in a direct message.
    pub(crate) fn guild(&self) -> Option<i64> {
        self.guild.map(|id| id.get().cast_signed())
    }

    /// The same turn, which answers in a message of its own, beside the one whose button was pressed.
    pub(crate) fn anew(&self) -> Self {
        Self { kind: Kind::Command, ..self.clone() }
    }

    /// First answer: "thinking…" for a command or a form, nothing visible for a button.
    pub(crate) async fn defer(&self) -> Result<(), Unanswered> {
        let response = match self.kind {
            Kind::Command | Kind::Form => {
                CreateInteractionResponse::Defer(CreateInteractionResponseMessage::new().ephemeral(self.is_public()))
            }
            Kind::Press => CreateInteractionResponse::Acknowledge,
        };
        self.respond(response).await
    }

    /// First answer: a message that only the user sees (in a server).
    pub(crate) async fn answer(&self, reply: &Reply) -> Result<(), Unanswered> {
        self.respond(CreateInteractionResponse::Message(reply.message(self.is_public()))).await
    }

    /// First answer: a form.
    pub(crate) async fn open(&self, form: CreateModal) -> Result<(), Unanswered> {
        self.respond(CreateInteractionResponse::Modal(form)).await
    }

    /// After [`Turn::defer`]: what stands in the message now.
    pub(crate) async fn show(&self, reply: &Reply) -> Result<(), Unanswered> {
        for _ in 1..EDIT_TRIES {
            match self.show_once(reply).await {
                Err(failure) if failure.may_pass() => {
                    tokio::time::sleep(EDIT_PAUSE / 3 + domain::fresh::jitter(EDIT_PAUSE)).await;
                }
                done => return done,
            }
        }
        self.show_once(reply).await
    }

    /// [`Turn::show`] for something that is soon replaced.
    pub(crate) async fn show_once(&self, reply: &Reply) -> Result<(), Unanswered> {
        let edited = reply.edit().execute(&self.http, self.token.expose_secret()).await;
        done_unless_refused(edited)
    }

    /// Something that is soon replaced, while the work goes on: in the message of a command; beside that of a button, which may
    /// have to stay as it is.
    pub(crate) async fn meanwhile(&self, reply: &Reply) -> Result<(), Unanswered> {
        match self.kind {
            Kind::Command | Kind::Form => self.show_once(reply).await,
            Kind::Press => self.aside(reply).await,
        }
    }

    /// After any first answer: another message that only the user sees; what was there stays as it is.
    pub(crate) async fn aside(&self, reply: &Reply) -> Result<(), Unanswered> {
        let sent = reply.follow_up().execute(&self.http, (None, self.token.expose_secret())).await;
        done_unless_refused(sent)
    }

    /// When it is not known whether there was a first answer: into the message if there is one, as a first answer otherwise.
    pub(crate) async fn tell(&self, reply: &Reply) -> Result<(), Unanswered> {
        match self.show_once(reply).await {
            Err(Unanswered::Refused { status: 404, .. }) => self.answer(reply).await,
            done => done,
        }
    }

    async fn respond(&self, response: CreateInteractionResponse) -> Result<(), Unanswered> {
        let sent = response.execute(&self.http, (self.id, self.token.expose_secret())).await;
        sent.map_err(Unanswered::from)
    }

    /// In a server others could read along, so there every reply is ephemeral.
    const fn is_public(&self) -> bool {
        self.guild.is_some()
    }
}

/// Discord took the edit even when we cannot read what it sent back.
fn done_unless_refused<T>(result: serenity::Result<T>) -> Result<(), Unanswered> {
    match result {
        Ok(_) | Err(serenity::Error::Json(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
