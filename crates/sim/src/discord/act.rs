//! What became of something a user did.

use super::Discord;
use super::interactions::Interaction;
use super::message::{LOADING, Message};
use super::modal::ModalShown;
use super::page::Happened;
use super::state::{State, World};
use super::view::MessageView;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// How long a wait lasts in real time unless [`Act::within`] says otherwise.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often, and how many times, an unanswered interaction is looked at for its user's page.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOKS: u32 = 200;

/// What was waited for and did not come.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missed {
    /// The deadline passed.
    #[error("waited in vain for {what}; {seen}")]
    TimedOut {
        /// What was waited for.
        what: String,
        /// What was there instead.
        seen: String,
    },
    /// Discord shows "The application did not respond".
    #[error("the application did not respond")]
    NotResponding,
    /// The bot answered, but with something else.
    #[error("wanted {wanted}, got a callback of type {got}")]
    AnotherAnswer {
        /// What was waited for.
        wanted: &'static str,
        /// The type of the callback.
        got: u8,
    },
}

/// The first answer to an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack {
    /// The callback's type: 4 message, 5 deferral, 6 deferred update, 7 update, 8 choices, 9 modal.
    pub kind: u8,
    /// When, by the world's clock.
    pub at: DateTime<Utc>,
    /// From the user's deed to the answer, by the world's clock.
    pub latency: TimeDelta,
}

/// A suggestion below an option.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// What the user reads.
    pub name: String,
    /// What is sent.
    pub value: Value,
}

/// An interaction a user has started.
#[derive(Clone, Debug)]
pub struct Act {
    /// The interaction's id.
    pub id: u64,
    /// The interaction's token.
    pub token: String,
    discord: Discord,
    patience: Duration,
}

impl Act {
    pub(super) fn new(discord: Discord, id: u64) -> Self {
        let token = discord.world.read(|state| state.interactions.get(&id).map(|known| known.token.clone()));
        Self { id, token: token.unwrap_or_default(), discord, patience: PATIENCE }
    }

    /// The same act, whose waits last at most this long (real time).
    #[must_use]
    pub fn within(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The first answer.
    ///
    /// # Errors
    /// [`Missed::NotResponding`] after the 3 s window, [`Missed::TimedOut`].
    pub async fn ack(&self) -> Result<Ack, Missed> {
        self.watch("an acknowledgement", |_, known| {
            known.ack.map(|ack| Ok(Ack { kind: ack.kind, at: ack.at, latency: ack.at - known.created }))
        })
        .await
    }

    /// The message the user ends up with: the answer, the filled-in deferral, the updated message, or the follow-up.
    ///
    /// # Errors
    /// [`Missed::NotResponding`], [`Missed::AnotherAnswer`] for a modal or choices, [`Missed::TimedOut`].
    pub async fn reply(&self) -> Result<MessageView, Missed> {
        self.watch("a message", |state, known| {
            let ack = known.ack?;
            if matches!(ack.kind, 8 | 9) {
                return Some(Err(Missed::AnotherAnswer { wanted: "a message", got: ack.kind }));
            }
            final_message(state, known).map(|message| Ok(MessageView::of(state, message)))
        })
        .await
    }

    /// The first state of any message of this act (its answer, its follow-ups, the message it was pressed on) that
    /// satisfies the predicate.
    ///
    /// # Errors
    /// [`Missed::NotResponding`], [`Missed::TimedOut`].
    pub async fn message_when(&self, wanted: impl Fn(&MessageView) -> bool) -> Result<MessageView, Missed> {
        self.watch("a certain message", |state, known| {
            messages(state, known).into_iter().find(|view| wanted(view)).map(Ok)
        })
        .await
    }

    /// The messages of this act as they are now.
    pub fn messages(&self) -> Vec<MessageView> {
        self.discord.world.read(|state| self.known(state).map(|known| messages(state, known)).unwrap_or_default())
    }

    /// The modal that opened.
    ///
    /// # Errors
    /// [`Missed::NotResponding`], [`Missed::AnotherAnswer`], [`Missed::TimedOut`].
    pub async fn modal(&self) -> Result<ModalShown, Missed> {
        self.watch("a modal", |_, known| {
            let got = known.ack?.kind;
            Some(known.modal.clone().ok_or(Missed::AnotherAnswer { wanted: "a modal", got }))
        })
        .await
    }

    /// The choices of an autocomplete.
    ///
    /// # Errors
    /// [`Missed::NotResponding`], [`Missed::AnotherAnswer`], [`Missed::TimedOut`].
    pub async fn choices(&self) -> Result<Vec<Choice>, Missed> {
        self.watch("choices", |_, known| {
            let got = known.ack?.kind;
            Some(known.choices.clone().ok_or(Missed::AnotherAnswer { wanted: "choices", got }))
        })
        .await
    }

    /// Whether the user reads "The application did not respond": waits until the bot answers or the 3 s window ends.
    ///
    /// # Errors
    /// [`Missed::TimedOut`] when neither happens, for the world's clock stands still.
    pub async fn failed(&self) -> Result<bool, Missed> {
        match self.ack().await {
            Ok(_) => Ok(false),
            Err(Missed::NotResponding) => Ok(true),
            Err(missed) => Err(missed),
        }
    }

    fn known<'a>(&self, state: &'a State) -> Option<&'a Interaction> {
        state.interactions.get(&self.id)
    }

    async fn watch<R>(
        &self,
        what: &str,
        look: impl Fn(&State, &Interaction) -> Option<Result<R, Missed>>,
    ) -> Result<R, Missed> {
        let world = &self.discord.world;
        let bell = world.read(|state| self.known(state).map(|known| known.bell.subscribe()));
        let bell = bell.unwrap_or_else(|| tokio::sync::watch::channel(0).1);
        let found = world.wait_for(bell, self.patience, what, |state| {
            let known = self.known(state)?;
            look(state, known).or_else(|| known.too_late(state.now()).then_some(Err(Missed::NotResponding)))
        });
        found.await.unwrap_or_else(|_| Err(Missed::TimedOut { what: what.to_owned(), seen: self.seen() }))
    }

    /// For the reader of a failed test.
    fn seen(&self) -> String {
        let ack = self.discord.world.read(|state| self.known(state).and_then(|known| known.ack));
        let ack = ack.map_or("no callback".to_owned(), |ack| format!("callback of type {}", ack.kind));
        let texts: Vec<String> = self.messages().iter().map(MessageView::text).collect();
        format!("{ack}, messages: {texts:?}")
    }
}

fn messages(state: &State, known: &Interaction) -> Vec<MessageView> {
    let ours = known.replies.iter().chain(&known.source).filter_map(|number| state.messages.get(number));
    ours.filter(|message| message.visible_to(known.user)).map(|message| MessageView::of(state, message)).collect()
}

fn final_message<'a>(state: &'a State, known: &Interaction) -> Option<&'a Message> {
    let ack = known.ack?;
    let visible = |number: &u64| state.messages.get(number).filter(|message| message.visible_to(known.user));
    let first = known.replies.iter().filter_map(visible).find(|message| !message.is(LOADING));
    let source = known.source.as_ref().and_then(visible);
    match ack.kind {
        7 => source,
        6 => source.filter(|source| source.revision > ack.revision).or(first),
        _ => first,
    }
}

/// Tells the user's page when the window ends without an answer.
pub(super) fn watch_for_silence(world: Arc<World>, number: u64) {
    tokio::spawn(async move {
        // A frozen clock never ends the window; nobody watches a page for longer than this.
        for _ in 0..LOOKS {
            tokio::time::sleep(LOOK_EVERY).await;
            let silent = world.read(|state| {
                let known = state.interactions.get(&number)?;
                if known.ack.is_some() { None } else { Some(known.too_late(state.now())) }
            });
            match silent {
                None => return,
                Some(false) => {}
                Some(true) => return world.edit(|state| state.tell_of_silence(number)),
            }
        }
    });
}

impl State {
    fn tell_of_silence(&mut self, number: u64) {
        let Some(known) = self.interactions.get(&number) else { return };
        let (user, channel) = (known.user, known.channel);
        self.tell_one(user, channel, Happened::NotResponding { interaction: number.to_string() });
    }
}
