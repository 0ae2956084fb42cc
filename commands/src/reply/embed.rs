//! From a [`Reply`] to what Discord takes, within Discord's limits whatever the reply holds.

use super::{Menu, Reply, Tone};
use crate::reply::escape::{cut, plain};
use crate::routes::Action;
use serenity::all::{
    CreateActionRow, CreateAllowedMentions, CreateAttachment, CreateButton, CreateEmbed, CreateEmbedAuthor,
    CreateEmbedFooter, CreateInteractionResponseFollowup, CreateInteractionResponseMessage, CreateMessage,
    CreateSelectMenu, CreateSelectMenuKind, CreateSelectMenuOption, EditAttachments, EditInteractionResponse, Embed,
};

/// Discord's limits on an embed, in characters (Discord: message resource, embed limits).
const TITLE: usize = 256;
const AUTHOR: usize = 256;
const BODY: usize = 4_096;
const FIELD_NAME: usize = 256;
const FIELD_VALUE: usize = 1_024;
const FIELDS: usize = 25;
const FOOTER: usize = 2_048;
/// The sum over all texts of all embeds.
const ALL: usize = 6_000;
/// Buttons in one row.
const ROW: usize = 5;
/// Rows under one message; a menu takes a whole one.
const ROWS: usize = 5;
/// Lines of a menu.
const LINES: usize = 25;
/// Characters of a line's label, and of the note under it.
const LINE: usize = 100;

const fn colour(tone: Tone) -> u32 {
    match tone {
        Tone::Paper => 0x003B_82F6,
        Tone::Live => 0x00DC_2626,
        Tone::Plain => 0x0064_748B,
        Tone::Trouble => 0x00F5_9E0B,
    }
}

/// What is left of [`ALL`].
struct Budget(usize);

impl Budget {
    /// As much of `text` as one place and the rest of the sum allow. Never empty: Discord refuses empty texts.
    fn take(&mut self, text: &str, most: usize) -> String {
        let text = if text.is_empty() { "–" } else { text };
        let text = cut(text, most.min(self.0));
        self.0 -= text.chars().count();
        text
    }
}

impl Reply {
    /// With the banner and the colour of a message of ours that is shown already.
    pub(crate) fn like(shown: Option<&Embed>, title: &str) -> Self {
        let mut reply = Self::plain(title);
        if let Some(colour_shown) = shown.and_then(|embed| embed.colour) {
            let same = |tone: &Tone| colour(*tone) == colour_shown.0;
            reply.tone = [Tone::Paper, Tone::Live].into_iter().find(same).unwrap_or(Tone::Plain);
        }
        reply.banner = shown.and_then(|embed| embed.author.as_ref()).map(|author| plain(&author.name, AUTHOR));
        reply
    }

    /// The embed. Small parts first, so that a long body is what gives way.
    pub(crate) fn embed(&self) -> CreateEmbed {
        let mut budget = Budget(ALL);
        let mut embed = CreateEmbed::new().colour(colour(self.tone)).title(budget.take(&self.title, TITLE));
        if let Some(banner) = &self.banner {
            embed = embed.author(CreateEmbedAuthor::new(budget.take(banner, AUTHOR)));
        }
        if let Some(footer) = &self.footer {
            embed = embed.footer(CreateEmbedFooter::new(budget.take(footer, FOOTER.min(512))));
        }
        if let Some(file) = self.files.iter().find(|file| file.is_picture) {
            embed = embed.attachment(&file.name);
        }
        for line in self.lines.iter().take(FIELDS) {
            if budget.0 < FIELD_NAME {
                break;
            }
            let name = budget.take(line.name, FIELD_NAME);
            embed = embed.field(name, budget.take(&line.value, FIELD_VALUE), line.inline);
        }
        if self.body.is_empty() || budget.0 == 0 {
            return embed;
        }
        embed.description(budget.take(&self.body, BODY))
    }

    fn rows(&self) -> Vec<CreateActionRow> {
        let buttons: Vec<_> = self
            .buttons
            .iter()
            .map(|button| {
                CreateButton::new(button.action.to_string()).label(cut(&button.label, 80)).style(button.style)
            })
            .collect();
        let buttons = buttons.chunks(ROW).map(|row| CreateActionRow::Buttons(row.to_vec()));
        self.menus.iter().filter_map(menu).chain(buttons).take(ROWS).collect()
    }

    fn attachments(&self) -> impl Iterator<Item = CreateAttachment> + '_ {
        self.files.iter().map(|file| CreateAttachment::bytes(file.bytes.clone(), &file.name))
    }

    /// As a first answer.
    pub(crate) fn message(&self, ephemeral: bool) -> CreateInteractionResponseMessage {
        CreateInteractionResponseMessage::new()
            .embed(self.embed())
            .add_files(self.attachments())
            .components(self.rows())
            .allowed_mentions(CreateAllowedMentions::new())
            .ephemeral(ephemeral)
    }

    /// As what stands in a message from now on. Files that it had go: an edit that did not say so would keep them.
    pub(crate) fn edit(&self) -> EditInteractionResponse {
        EditInteractionResponse::new()
            .attachments(self.attachments().fold(EditAttachments::new(), EditAttachments::add))
            .content("")
            .embed(self.embed())
            .components(self.rows())
            .allowed_mentions(CreateAllowedMentions::new())
    }

    /// As a message of its own, in a direct message.
    pub(crate) fn direct(&self) -> CreateMessage {
        CreateMessage::new().embed(self.embed()).components(self.rows()).allowed_mentions(CreateAllowedMentions::new())
    }

    /// As another message that only the user sees.
    pub(crate) fn follow_up(&self) -> CreateInteractionResponseFollowup {
        CreateInteractionResponseFollowup::new()
            .embed(self.embed())
            .add_files(self.attachments())
            .components(self.rows())
            .allowed_mentions(CreateAllowedMentions::new())
            .ephemeral(true)
    }
}

/// A menu. What is chosen says which line it was, so its own name only has to be another one than its neighbours': that of a line
/// which leads elsewhere, because what is picked already may stand in each of them.
fn menu(menu: &Menu) -> Option<CreateActionRow> {
    let elsewhere = menu.lines.iter().find(|line| !line.is_picked).or(menu.lines.first())?;
    let option = |line: &super::Choice| {
        let option = CreateSelectMenuOption::new(cut(&line.label, LINE), Action::Show(line.to).to_string());
        let option = option.default_selection(line.is_picked);
        if line.note.is_empty() { option } else { option.description(cut(&line.note, LINE)) }
    };
    let kind = CreateSelectMenuKind::String { options: menu.lines.iter().take(LINES).map(option).collect() };
    let select = CreateSelectMenu::new(Action::Pick(elsewhere.to).to_string(), kind);
    Some(CreateActionRow::SelectMenu(select.placeholder(menu.title)))
}

#[cfg(test)]
impl Reply {
    /// The reply as a person reads it, for snapshots.
    #[expect(clippy::format_push_string, reason = "reads like what it writes")]
    pub(crate) fn transcript(&self) -> String {
        let mut text = String::new();
        let tone = match self.tone {
            Tone::Paper => "blue",
            Tone::Live => "RED",
            Tone::Plain => "grey",
            Tone::Trouble => "amber",
        };
        let banner = self.banner.as_deref().unwrap_or("-");
        text.push_str(&format!("[{tone}] {banner}\n# {}\n", self.title));
        if !self.body.is_empty() {
            text.push_str(&format!("{}\n", self.body));
        }
        for line in &self.lines {
            let mark = if line.inline { "·" } else { ":" };
            text.push_str(&format!("{mark} {} = {}\n", line.name, line.value.replace('\n', "\n    ")));
        }
        if let Some(footer) = &self.footer {
            text.push_str(&format!("-- {footer}\n"));
        }
        for file in &self.files {
            let kind = if file.is_picture { "picture" } else { "file" };
            text.push_str(&format!("<{kind} {}>\n", file.name));
        }
        for menu in &self.menus {
            text.push_str(&format!("[{} ▾]\n", menu.title));
            for line in &menu.lines {
                let mark = if line.is_picked { "●" } else { "○" };
                let note = if line.note.is_empty() { String::new() } else { format!(" — {}", line.note) };
                text.push_str(&format!("  {mark} {}{note}\n", line.label));
            }
        }
        for button in &self.buttons {
            let style = match button.style {
                serenity::all::ButtonStyle::Success => "green",
                serenity::all::ButtonStyle::Danger => "red",
                _ => "grey",
            };
            let word = button.action.to_string();
            let word = word.split(':').nth(1).unwrap_or_default();
            text.push_str(&format!("({} | {style} | {word})\n", button.label));
        }
        text
    }

    pub(crate) fn files(&self) -> &[super::File] {
        &self.files
    }

    /// Everything that Discord renders markdown in.
    pub(crate) fn rendered(&self) -> String {
        let mut parts = vec![self.title.as_str(), &self.body];
        parts.extend(self.lines.iter().map(|line| line.value.as_str()));
        parts.join("\n")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::super::{Button, Menu};
    use super::*;
    use domain::ids::{IntentId, ViewId};
    use serde_json::Value;
    use uuid::Uuid;

    fn embed(reply: &Reply) -> Value {
        serde_json::to_value(reply.embed()).unwrap()
    }

    fn count(value: &Value) -> usize {
        value.as_str().map_or(0, |text| text.chars().count())
    }

    #[test]
    fn a_reply_of_any_size_fits_into_discords_limits() {
        let long = "é".repeat(9_000);
        let mut reply = Reply::trouble(&long).say(&long).footer(&long);
        reply.banner = Some(long.clone());
        for _ in 0..40 {
            reply =
                reply.with("Name", &long).button(Button::quiet(Action::Check(IntentId(Uuid::from_u128(1))), "Check"));
        }
        let json = embed(&reply);
        let fields = json["fields"].as_array().unwrap();
        assert!(fields.len() <= FIELDS);
        assert!(fields.iter().all(|f| count(&f["value"]) <= FIELD_VALUE && count(&f["value"]) > 0));
        assert!(count(&json["title"]) <= TITLE);
        assert!(count(&json["author"]["name"]) <= AUTHOR);
        assert!(count(&json["description"]) <= BODY);
        let sum: usize = fields.iter().map(|f| count(&f["name"]) + count(&f["value"])).sum::<usize>()
            + count(&json["title"])
            + count(&json["description"])
            + count(&json["author"]["name"])
            + count(&json["footer"]["text"]);
        assert!(sum <= ALL, "{sum}");
        assert!(reply.rows().len() <= ROWS);
    }

    #[test]
    fn menus_come_first_and_keep_to_discords_limits() {
        let id = |n| Some(ViewId(Uuid::from_u128(n)));
        let full =
            (1..=40).fold(Menu::new("Full"), |menu, n| menu.line(id(n), "é".repeat(300), "é".repeat(300), n == 2));
        let mut reply = Reply::plain("Title").menu(Menu::new("Empty")).menu(full);
        for n in 0..30 {
            reply = reply.button(Button::quiet(Action::Check(IntentId(Uuid::from_u128(n))), "Check"));
        }
        let rows = serde_json::to_value(reply.rows()).unwrap();
        let rows = rows.as_array().unwrap();
        assert_eq!(rows.len(), ROWS);
        let select = &rows[0]["components"][0];
        assert_eq!(select["type"], 3, "an empty menu is none");
        let options = select["options"].as_array().unwrap();
        assert_eq!(options.len(), LINES);
        assert!(options.iter().all(|option| count(&option["label"]) <= LINE && count(&option["description"]) <= LINE));
        assert_eq!(options.iter().filter(|option| option["default"] == true).count(), 1);
        assert_eq!(select["custom_id"], Action::Pick(ViewId(Uuid::from_u128(1))).to_string());
        assert_eq!(options[1]["value"], Action::Show(ViewId(Uuid::from_u128(2))).to_string());
        assert_eq!(rows[1]["components"].as_array().unwrap().len(), ROW);
    }

    #[test]
    fn an_empty_value_is_never_sent() {
        let json = embed(&Reply::plain("").with("Name", ""));
        assert_eq!(json["fields"][0]["value"], "–");
        assert_eq!(json["title"], "–");
    }

    #[test]
    fn no_message_may_ping_anyone() {
        let reply = Reply::plain("Title");
        for json in [
            serde_json::to_value(reply.message(true)).unwrap(),
            serde_json::to_value(reply.edit()).unwrap(),
            serde_json::to_value(reply.follow_up()).unwrap(),
            serde_json::to_value(reply.direct()).unwrap(),
        ] {
            let mentions = &json["allowed_mentions"];
            assert_eq!(mentions["parse"], Value::Array(Vec::new()));
            assert!(mentions["users"].as_array().is_none_or(Vec::is_empty), "{mentions}");
            assert!(mentions["roles"].as_array().is_none_or(Vec::is_empty), "{mentions}");
        }
    }
}
