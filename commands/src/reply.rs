//! Everything that a user reads. Foreign and user text enters through [`escape`], and only [`Reply`] becomes an embed.

pub(crate) mod accounts;
pub(crate) mod balance;
mod blur;
pub(crate) mod cancels;
pub(crate) mod card;
pub(crate) mod closes;
mod embed;
pub(crate) mod error;
pub(crate) mod escape;
#[cfg(test)]
pub(crate) mod fixtures;
pub(crate) mod help;
pub(crate) mod list;
pub(crate) mod mydata;
pub(crate) mod notice;
pub(crate) mod orders;
pub(crate) mod positions;
pub(crate) mod privacy;
pub(crate) mod receipt;
pub(crate) mod server;
pub(crate) mod settings;
pub(crate) mod status;
pub(crate) mod words;

use crate::routes::Action;
use domain::account::{AccountStatus, Environment, LinkedAccount};
use serenity::all::ButtonStyle;

/// The colour of the left edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Paper money: calm blue.
    Paper,
    /// Real money: red, which nothing else uses.
    Live,
    /// About no account: grey.
    Plain,
    /// Something was not done: amber.
    Trouble,
}

/// A line under the text with a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    name: &'static str,
    value: String,
    inline: bool,
}

/// A button: what it does and how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Button {
    action: Action,
    label: &'static str,
    style: ButtonStyle,
}

impl Button {
    /// Places or removes something of paper money.
    pub(crate) const fn go(action: Action, label: &'static str) -> Self {
        Self { action, label, style: ButtonStyle::Success }
    }

    /// Touches real money, or cannot be undone.
    pub(crate) const fn danger(action: Action, label: &'static str) -> Self {
        Self { action, label, style: ButtonStyle::Danger }
    }

    /// Anything else.
    pub(crate) const fn quiet(action: Action, label: &'static str) -> Self {
        Self { action, label, style: ButtonStyle::Secondary }
    }
}

/// One message: always the same parts in the same order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) struct Reply {
    tone: Tone,
    banner: Option<String>,
    title: String,
    body: String,
    lines: Vec<Line>,
    footer: Option<String>,
    buttons: Vec<Button>,
    files: Vec<(String, Vec<u8>)>,
    /// What shows the amounts of this reply to somebody who has them masked.
    reveal: Option<Action>,
}

impl Reply {
    fn new(tone: Tone, title: impl Into<String>) -> Self {
        Self {
            tone,
            banner: None,
            title: title.into(),
            body: String::new(),
            lines: Vec::new(),
            footer: None,
            buttons: Vec::new(),
            files: Vec::new(),
            reveal: None,
        }
    }

    /// About one account: its banner stands on top, in its colour.
    pub(crate) fn about(account: &LinkedAccount, title: impl Into<String>) -> Self {
        let tone = match account.environment {
            Environment::Paper => Tone::Paper,
            Environment::Live => Tone::Live,
        };
        let reply = Self { banner: Some(banner(account)), ..Self::new(tone, title) };
        match account.status {
            AccountStatus::Active | AccountStatus::KeysRefused => reply,
            AccountStatus::KeysRevoked => reply.say(
                "**Somebody may know these keys. Regenerate them at Alpaca now, then use `/account rotate`.** Until then this \
                 account orders nothing.",
            ),
        }
    }

    /// About no account in particular.
    pub(crate) fn plain(title: impl Into<String>) -> Self {
        Self::new(Tone::Plain, title)
    }

    /// Something was not done.
    pub(crate) fn trouble(title: impl Into<String>) -> Self {
        Self::new(Tone::Trouble, title)
    }

    /// One more paragraph. Whoever writes it has escaped what is foreign in it.
    pub(crate) fn say(mut self, paragraph: impl AsRef<str>) -> Self {
        if !self.body.is_empty() {
            self.body.push_str("\n\n");
        }
        self.body.push_str(paragraph.as_ref());
        self
    }

    /// One more named value, beside the others.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.lines.push(Line { name, value: value.into(), inline: true });
        self
    }

    /// One more named value, on a line of its own.
    pub(crate) fn with_wide(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.lines.push(Line { name, value: value.into(), inline: false });
        self
    }

    /// [`Reply::with`], when there is something to show.
    pub(crate) fn with_some(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The small print. Shown as it is, without markdown.
    pub(crate) fn footer(mut self, text: impl Into<String>) -> Self {
        self.footer = Some(text.into());
        self
    }

    /// It shows amounts, and `by` shows it anew.
    pub(crate) fn revealed(mut self, by: Action) -> Self {
        self.reveal = Some(by);
        self
    }

    /// Whether it shows amounts that can be masked.
    pub(crate) const fn has_amounts(&self) -> bool {
        self.reveal.is_some()
    }

    /// With its amounts masked, and a button that shows them.
    pub(crate) fn blurred(mut self) -> Self {
        let Some(reveal) = self.reveal else { return self };
        self.title = blur::masked(&self.title);
        self.body = blur::masked(&self.body);
        for line in &mut self.lines {
            line.value = blur::masked(&line.value);
        }
        self.footer = self.footer.as_deref().map(blur::masked);
        self.button(Button::quiet(reveal, "Show amounts"))
    }

    /// One more file beside the message.
    pub(crate) fn file(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.files.push((name.to_owned(), bytes));
        self
    }

    /// One more button.
    pub(crate) fn button(mut self, button: Button) -> Self {
        self.buttons.push(button);
        self
    }
}

/// `PAPER · swing`: the words say what the colour says.
fn banner(account: &LinkedAccount) -> String {
    let environment = words::environment(account.environment);
    format!("{environment} · {}", escape::plain(account.name.as_str(), 40))
}

#[cfg(test)]
mod tests;
