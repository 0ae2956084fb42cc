//! Everything that a user reads. Foreign and user text enters through [`escape`], and only [`Reply`] becomes an embed.

pub(crate) mod accounts;
mod allocation;
pub(crate) mod balance;
mod blur;
mod book;
pub(crate) mod cancels;
pub(crate) mod card;
mod chain;
mod chart;
pub(crate) mod closes;
mod csv;
mod embed;
pub(crate) mod error;
pub(crate) mod escape;
pub(crate) mod exercise;
#[cfg(test)]
pub(crate) mod fixtures;
pub(crate) mod guards;
pub(crate) mod help;
mod history;
pub(crate) mod in_the_way;
pub(crate) mod line;
pub(crate) mod list;
mod market;
pub(crate) mod mydata;
mod news;
pub(crate) mod notice;
mod option;
pub(crate) mod orders;
mod portfolio;
pub(crate) mod positions;
pub(crate) mod privacy;
pub(crate) mod receipt;
pub(crate) mod server;
pub(crate) mod settings;
pub(crate) mod shown;
pub(crate) mod status;
pub(crate) mod story;
mod ticket;
pub(crate) mod watchlists;
pub(crate) mod words;

use crate::routes::Action;
use desk::views::Owner;
use domain::account::{AccountStatus, Environment, LinkedAccount};
use domain::ids::ViewId;
use serenity::all::ButtonStyle;
use std::borrow::Cow;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Button {
    action: Action,
    label: Cow<'static, str>,
    style: ButtonStyle,
}

impl Button {
    /// Places or removes something of paper money.
    pub(crate) const fn go(action: Action, label: &'static str) -> Self {
        Self { action, label: Cow::Borrowed(label), style: ButtonStyle::Success }
    }

    /// Touches real money, or cannot be undone.
    pub(crate) const fn danger(action: Action, label: &'static str) -> Self {
        Self { action, label: Cow::Borrowed(label), style: ButtonStyle::Danger }
    }

    /// Anything else.
    pub(crate) fn quiet(action: Action, label: impl Into<Cow<'static, str>>) -> Self {
        Self { action, label: label.into(), style: ButtonStyle::Secondary }
    }
}

/// A menu. Each of its lines leads to a view of its own, as a button does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Menu {
    title: &'static str,
    lines: Vec<Choice>,
}

/// A line of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    to: ViewId,
    label: String,
    note: String,
    is_picked: bool,
}

impl Menu {
    /// A menu without lines, which is not shown.
    pub(crate) const fn new(title: &'static str) -> Self {
        Self { title, lines: Vec::new() }
    }

    /// One more line, when there is something that it leads to.
    pub(crate) fn line(
        mut self,
        to: Option<ViewId>,
        label: impl Into<String>,
        note: impl Into<String>,
        is_picked: bool,
    ) -> Self {
        self.lines.extend(to.map(|to| Choice { to, label: label.into(), note: note.into(), is_picked }));
        self
    }
}

/// A file that goes with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    /// Shown within the message, instead of beside it.
    is_picture: bool,
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
    menus: Vec<Menu>,
    buttons: Vec<Button>,
    files: Vec<File>,
    /// Whether it shows amounts that can be masked.
    amounts: bool,
    /// What shows them to somebody who has them masked.
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
            menus: Vec::new(),
            buttons: Vec::new(),
            files: Vec::new(),
            amounts: false,
            reveal: None,
        }
    }

    /// About one account: its banner stands on top, in its colour.
    pub(crate) fn about(account: &LinkedAccount, title: impl Into<String>) -> Self {
        let reply = Self { banner: Some(banner(account)), ..Self::new(tone(account.environment), title) };
        match account.status {
            AccountStatus::Active | AccountStatus::KeysRefused => reply,
            AccountStatus::KeysRevoked => reply.say(
                "**Somebody may know these keys. Regenerate them at Alpaca now, then use `/account rotate`.** Until then this \
                 account orders nothing.",
            ),
        }
    }

    /// About one account, or about all accounts of a kind.
    pub(crate) fn of(owner: &Owner, title: impl Into<String>) -> Self {
        match owner {
            Owner::One(account) => Self::about(account, title),
            Owner::All(environment, count) => {
                let word = words::environment(*environment);
                let accounts =
                    if *count == 1 { "your only account".to_owned() } else { format!("all {count} accounts") };
                Self { banner: Some(format!("{word} · {accounts}")), ..Self::new(tone(*environment), title) }
            }
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

    /// It shows amounts, and `by` shows it anew. Without it there is no button, and the amounts are masked all the same.
    pub(crate) fn revealed(mut self, by: Option<Action>) -> Self {
        self.amounts = true;
        self.reveal = by;
        self
    }

    /// Whether it shows amounts that can be masked.
    pub(crate) const fn has_amounts(&self) -> bool {
        self.amounts
    }

    /// With its amounts masked, its picture left out, and a button that shows them.
    pub(crate) fn blurred(mut self) -> Self {
        if !self.amounts {
            return self;
        }
        self.title = blur::masked(&self.title);
        self.body = blur::masked(&self.body);
        for line in &mut self.lines {
            line.value = blur::masked(&line.value);
        }
        self.footer = self.footer.as_deref().map(blur::masked);
        self.files.retain(|file| !file.is_picture);
        match self.reveal {
            Some(reveal) => self.button(Button::quiet(reveal, "Show amounts")),
            None => self,
        }
    }

    /// One more file beside the message.
    pub(crate) fn file(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.files.push(File { name: name.to_owned(), bytes, is_picture: false });
        self
    }

    /// With a picture inside the message.
    pub(crate) fn picture(mut self, name: &str, png: Vec<u8>) -> Self {
        self.files.push(File { name: name.to_owned(), bytes: png, is_picture: true });
        self
    }

    /// One more menu, above the buttons; none when it has no lines.
    pub(crate) fn menu(mut self, menu: Menu) -> Self {
        self.menus.extend(Some(menu).filter(|menu| !menu.lines.is_empty()));
        self
    }

    /// One more button.
    pub(crate) fn button(mut self, button: Button) -> Self {
        self.buttons.push(button);
        self
    }
}

const fn tone(environment: Environment) -> Tone {
    match environment {
        Environment::Paper => Tone::Paper,
        Environment::Live => Tone::Live,
    }
}

/// `PAPER · swing`: the words say what the colour says.
fn banner(account: &LinkedAccount) -> String {
    let environment = words::environment(account.environment);
    format!("{environment} · {}", escape::plain(account.name.as_str(), 40))
}

#[cfg(test)]
mod tests;
