//! `/audit`: the user's own audit book.

use super::escape::{code, prose};
use super::list::paragraphs;
use super::{Reply, words};
use desk::book::{BookFile, BookPage};
use desk::export::{Form, hex};
use desk::view::{Shown, View};
use desk::{AuditRecord, AuditVerdict};
use serde_json::Value;

/// Characters of one fact.
const FACT: usize = 80;
/// Digits of a hash that are shown: enough to compare by eye with a copy.
const HASH: usize = 16;

/// A page, newest first.
pub(crate) fn book(page: &BookPage, shown: &Shown) -> Reply {
    let mut reply = match page.verdict {
        Some(AuditVerdict::BrokenAt(place) | AuditVerdict::NotAsPublished(place)) => Reply::trouble("Your audit log was changed")
            .say(format!("**Entry {place} is missing, or not as it was written.** Entries before it are as they were. Tell whoever runs Paddock, and keep a copy.")),
        Some(AuditVerdict::Whole(_)) | None => Reply::plain("Your audit log"),
    };
    if page.entries.is_empty() {
        reply = reply.say("No entry fits. Without options, `/audit` shows all.");
    } else {
        let rows: Vec<_> = page.entries.iter().map(|entry| in_a_line(entry, page)).collect();
        reply = reply.say(paragraphs(&rows, "The file has them all."));
    }
    if let Some(AuditVerdict::Whole(Some(head))) = &page.verdict {
        let hash: String = hex(&head.hash).chars().take(HASH).collect();
        reply = reply.with("Whole", format!("{} entries; the last is `{hash}…`", head.seq));
    }
    let View::Book { search, trail } = &shown.view else { return reply };
    let search = search.clone();
    let number = (page.next.is_some() || !trail.is_empty()).then(|| format!("Page {}", trail.len() + 1));
    let omitted = search
        .leaves_out()
        .map(|act| format!("{} is left out: name it as act to see it; copies have it", act.as_str().replace('_', " ")));
    let foot: Vec<_> = number.into_iter().chain(omitted).collect();
    if !foot.is_empty() {
        reply = reply.footer(foot.join(" · "));
    }
    let pages = trail.len();
    let leads_to =
        move |length: usize| move |view: &View| matches!(view, View::Book { trail, .. } if trail.len() == length);
    if let Some(newer) = pages.checked_sub(1) {
        reply = reply.lead_where(shown, leads_to(newer), "Newer");
    }
    reply
        .lead_where(shown, leads_to(pages + 1), "Older")
        .lead(shown, &View::BookFile { search: search.clone(), form: Form::JsonLines }, "Copy (JSON Lines)")
        .lead(shown, &View::BookFile { search, form: Form::Csv }, "Copy (CSV)")
}

/// A copy.
pub(crate) fn file(file: &BookFile) -> Reply {
    let name = match file.form {
        Form::JsonLines => "audit.jsonl",
        Form::Csv => "audit.csv",
    };
    let mut reply = Reply::plain("A copy of your audit log").say(
        "It has a line for every entry, so that anybody can check that none is missing or changed; what you did not search for is \
         there as a hash only.",
    );
    if let Some(begins_with) = file.begins_with {
        reply = reply.say(format!("**It begins with entry {begins_with}**: with all of them it would be too large for Discord. Search until an earlier day for the rest."));
    }
    reply = reply.with("Lines", file.lines.to_string());
    if let Some(head) = &file.head {
        reply = reply.with_wide("Ends with", format!("entry {}, `{}`", head.seq, hex(&head.hash)));
    }
    reply.file(name, file.bytes.clone())
}

/// `#12 · 3 minutes ago · **order sent** · swing · …`.
fn in_a_line(entry: &AuditRecord, page: &BookPage) -> String {
    let mut parts = vec![
        format!("#{}", entry.seq),
        words::moment(entry.at),
        format!("**{}**", prose(&entry.action.replace('_', " "), FACT)),
    ];
    let account = page.accounts.iter().find(|account| Some(account.id) == entry.account);
    parts.extend(account.map(|account| prose(account.name.as_str(), 40)));
    parts.extend(["order", "guard", "refusal", "why", "for", "to"].iter().filter_map(|name| fact(entry, name)));
    parts.join(" · ")
}

/// A fact worth a place in the line; numbers and objects are in the copy.
fn fact(entry: &AuditRecord, name: &str) -> Option<String> {
    match entry.detail.get(name) {
        Some(Value::String(text)) => Some(format!("`{}`", code(text, FACT))),
        _ => None,
    }
}
