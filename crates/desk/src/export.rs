//! An audit book as a file that somebody else can check: every link of the chain, and what the entries say, in JSON Lines or CSV.
//! How to check it is in docs/audit.md, in a few lines of another language.
//!
//! An entry that the search leaves out still has its line, with the hash of its text in place of the text, so that the chain is
//! whole up to its end.

use chrono::{DateTime, SecondsFormat, Utc};
use domain::ids::AccountId;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::fmt::Write;
use store::{AuditRecord, text_hash};
use uuid::Uuid;

/// Before the second form of entries, a link was made of the text itself, so the text cannot be left out.
const OLDEST_FORM: i16 = 1;

/// The form of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// One JSON object a line.
    JsonLines,
    /// A table, with a line of names first.
    Csv,
}

impl Form {
    /// As the end of a file's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Csv => "csv",
        }
    }
}

/// Which entries are shown. What is older than `from` has no line at all: the chain then begins with the first line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
    /// About this account.
    pub account: Option<AccountId>,
    /// Of this act.
    pub action: Option<String>,
    /// Of one order, by all its names; empty: of any.
    pub order: HashSet<Uuid>,
}

impl Wanted {
    /// Learns the other names of the order that is looked for. Every entry is shown to it once before the first line is made.
    pub fn learn(&mut self, record: &AuditRecord) {
        if let (Some(intent), Some(order)) = (record.intent, record.broker_order)
            && (self.order.contains(&intent.0) || self.order.contains(&order.0))
        {
            self.order.extend([intent.0, order.0]);
        }
    }

    fn fits(&self, record: &AuditRecord) -> bool {
        let named = |id: Option<Uuid>| id.is_some_and(|id| self.order.contains(&id));
        self.until.is_none_or(|until| record.at < until)
            && self.account.is_none_or(|account| record.account == Some(account))
            && self.action.as_ref().is_none_or(|action| record.action == *action)
            && (self.order.is_empty()
                || named(record.intent.map(|id| id.0))
                || named(record.broker_order.map(|id| id.0)))
    }
}

/// Makes the lines of a file.
#[derive(Clone, Debug)]
pub struct Export {
    form: Form,
    wanted: Wanted,
    lines: u64,
    shown: u64,
}

const COLUMNS: [&str; 17] = [
    "seq",
    "at",
    "asked_at",
    "action",
    "account",
    "intent",
    "order",
    "interaction",
    "message",
    "guild",
    "request_id",
    "detail",
    "form",
    "prev_hash",
    "text_hash",
    "hash",
    "text",
];

impl Export {
    /// A file of what is wanted.
    pub const fn new(form: Form, wanted: Wanted) -> Self {
        Self { form, wanted, lines: 0, shown: 0 }
    }

    /// Lines with an entry, and how many of them show it.
    pub const fn count(&self) -> (u64, u64) {
        (self.lines, self.shown)
    }

    /// What stands before the first line.
    pub fn opening(&self) -> String {
        match self.form {
            Form::JsonLines => String::new(),
            Form::Csv => format!("{}\r\n", COLUMNS.join(",")),
        }
    }

    /// The line of the next entry, with its end; nothing for one that is older than what is wanted.
    pub fn line(&mut self, record: &AuditRecord) -> String {
        if self.lines == 0 && self.wanted.from.is_some_and(|from| record.at < from) {
            return String::new();
        }
        self.lines += 1;
        let is_shown = record.form == OLDEST_FORM || self.wanted.fits(record);
        self.shown += u64::from(is_shown);
        let fields = fields(record, is_shown);
        match self.form {
            Form::JsonLines => format!("{}\n", Value::Object(fields)),
            Form::Csv => table_line(&fields),
        }
    }
}

fn fields(record: &AuditRecord, is_shown: bool) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| drop(fields.insert(name.to_owned(), value));
    put("seq", record.seq.into());
    put("form", record.form.into());
    put("prev_hash", hex(&record.prev_hash).into());
    put("text_hash", hex(&text_hash(&record.text)).into());
    put("hash", hex(&record.hash).into());
    if is_shown {
        let id = |id: Option<Uuid>| json!(id);
        let snowflake = |id: Option<i64>| json!(id.map(|id| id.to_string()));
        put("at", moment(record.at).into());
        put("asked_at", json!(record.interaction.and_then(domain::ids::InteractionId::made_at).map(moment)));
        put("action", record.action.as_str().into());
        put("account", id(record.account.map(|id| id.0)));
        put("intent", id(record.intent.map(|id| id.0)));
        put("order", id(record.broker_order.map(|id| id.0)));
        put("interaction", snowflake(record.interaction.map(|id| id.0)));
        put("message", snowflake(record.message));
        put("guild", snowflake(record.guild));
        put("request_id", json!(record.request_id));
        put("detail", record.detail.clone());
        put("text", record.text.as_str().into());
    }
    fields
}

fn table_line(fields: &Map<String, Value>) -> String {
    let mut line = String::new();
    for (at, column) in COLUMNS.iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        match fields.get(*column) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) => quoted(&mut line, text),
            Some(other) => quoted(&mut line, &other.to_string()),
        }
    }
    line.push_str("\r\n");
    line
}

/// As RFC 4180 has it.
fn quoted(line: &mut String, text: &str) {
    line.push('"');
    line.push_str(&text.replace('"', "\"\""));
    line.push('"');
}

/// As it stands in the text that is hashed.
fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Bytes as people compare them.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
