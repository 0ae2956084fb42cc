//! `/mydata`: counts, files, a question, a receipt.

use super::escape::code;
use super::list::{Align, paragraphs, table};
use super::{Button, Reply, words};
use crate::routes::Action;
use desk::Kept;
use desk::leaving::{Copy, Gone};
use domain::ids::FormId;
use serde_json::{Map, Value, json};

/// Files that one message takes (Discord: create message, files).
const FILES: usize = 10;
/// Bytes of one file; Discord takes ten MiB by default.
const FILE_MAX: usize = 8 << 20;

/// How a copy is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// One file.
    Json,
    /// A file for each kind.
    Csv,
}

/// What is kept, by kind.
pub(crate) fn what(kept: &[Kept]) -> Reply {
    let rows: Vec<_> = kept
        .iter()
        .filter(|kept| kept.entries > 0)
        .map(|kept| {
            let fields = kept.fields.iter().map(|field| code(field, 40)).collect::<Vec<_>>().join(", ");
            format!("**{}** ({}): `{fields}`", word(&kept.kind), kept.entries)
        })
        .collect();
    let reply = Reply::plain("What is kept of you");
    if rows.is_empty() {
        return reply.say("Nothing.");
    }
    reply
        .say(paragraphs(&rows, "`/mydata get` has all."))
        .say("`ciphertext` is your encrypted key pair: it is never shown, not even encrypted. `/mydata get` gives you the rest, `/mydata delete` ends it.")
}

/// A kind in a person's words; a new table has its own name until it gets one here.
fn word(kind: &str) -> &str {
    match kind {
        "users" => "You",
        "accounts" => "Accounts",
        "credentials" => "Keys, encrypted",
        "forms" => "Forms",
        "tickets" => "Cards",
        "intents" => "Orders you decided on",
        "orders" => "Orders at Alpaca",
        "fills" => "Fills",
        "interactions" => "Commands of the last week",
        "places" => "Servers you used Paddock in",
        "notices" => "Messages to you",
        "views" => "Where buttons lead",
        "audit" => "Record of what was done",
        "audit_heads" => "End of that record",
        other => other,
    }
}

/// A copy as messages with files.
pub(crate) fn copy(copy: &Copy, format: Format) -> Vec<Reply> {
    let files = match format {
        Format::Json => vec![("paddock.json".to_owned(), as_json(copy))],
        Format::Csv => {
            copy.kinds.iter().map(|(kept, rows)| (format!("paddock-{}.csv", kept.kind), as_csv(rows))).collect()
        }
    };
    let cut = copy.kinds.iter().any(|(kept, rows)| usize::try_from(kept.entries).is_ok_and(|all| all > rows.len()));
    let whole = files.iter().all(|(_, bytes)| bytes.len() <= FILE_MAX);
    let mut messages: Vec<_> = files
        .chunks(FILES)
        .map(|files| {
            let fitting = files.iter().filter(|(_, bytes)| bytes.len() <= FILE_MAX);
            fitting.fold(Reply::plain("Your data"), |reply, (name, bytes)| reply.file(name, bytes.clone()))
        })
        .collect();
    if messages.is_empty() {
        messages.push(Reply::plain("Your data").say("Nothing is kept of you."));
    }
    if let Some(first) = messages.first_mut() {
        let mut reply = first
            .clone()
            .say("Everything that is kept of you but the keys themselves. Keep the files where nobody else looks.");
        if cut {
            reply =
                reply.say("Of very long lists, the latest 10,000 rows are in it; `entries` says how many there are.");
        }
        if !whole {
            reply =
                reply.say("A file was too large for Discord and is left out. Whoever runs Paddock can give it to you.");
        }
        *first = reply.with("Taken", words::moment(copy.at));
    }
    messages
}

fn as_json(copy: &Copy) -> Vec<u8> {
    let kinds: Map<String, Value> = copy
        .kinds
        .iter()
        .map(|(kept, rows)| (kept.kind.clone(), json!({ "entries": kept.entries, "rows": rows })))
        .collect();
    let whole = json!({ "taken_at": copy.at.to_rfc3339(), "kinds": kinds });
    serde_json::to_vec_pretty(&whole).unwrap_or_default()
}

/// RFC 4180: a line of names, then one for each row; quotes are doubled. A cell that a spreadsheet would take for a formula gets a
/// space before it.
fn as_csv(rows: &[Value]) -> Vec<u8> {
    let Some(names) = rows.first().and_then(Value::as_object).map(|row| row.keys().cloned().collect::<Vec<_>>()) else {
        return Vec::new();
    };
    let line = |cells: Vec<String>| cells.join(",") + "\r\n";
    let mut text = line(names.iter().map(|name| cell(name)).collect());
    for row in rows {
        let value = |name: &String| match row.get(name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => cell(text),
            Some(other) => cell(&other.to_string()),
        };
        text.push_str(&line(names.iter().map(value).collect()));
    }
    text.into_bytes()
}

fn cell(text: &str) -> String {
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let formula =
        text.starts_with(['=', '+', '@', '\t', '\r']) || text.strip_prefix('-').is_some_and(|rest| !is_number(rest));
    let text = if formula { format!(" {text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Asks before everything is deleted.
pub(crate) fn ask(form: FormId) -> Reply {
    Reply::plain("Delete everything?")
        .say("Paddock deletes your keys, accounts, orders, settings and all else it keeps of you, at once. **It cannot be undone.**")
        .say(
            "**Positions and open orders stay at Alpaca** as they are; cancel there, or with `/cancel` first. The record of what was done \
             stays, as `/privacy` says, without the link to you. `/mydata get` gives you a copy first.",
        )
        .say("To be thorough, delete the API keys at Alpaca, too.")
        .button(Button::danger(Action::Forget(form), "Delete everything"))
        .button(Button::quiet(Action::Stay(form), "Keep it"))
}

/// The receipt.
pub(crate) fn gone(gone: &Gone) -> Reply {
    let rows: Vec<_> = gone
        .deleted
        .iter()
        .filter(|(kind, entries)| *entries > 0 && kind != "subjects")
        .map(|(kind, entries)| [word(kind).to_owned(), entries.to_string()])
        .collect();
    let reply = Reply::plain("Everything is deleted")
        .say("This is your receipt. Paddock holds no key of yours any more and does not know you.")
        .say(table([("DELETED", Align::Left), ("ROWS", Align::Right)], &rows, ""))
        .with("When", words::moment(gone.at));
    match gone.subject {
        Some(subject) => reply
            .with("Record kept", format!("{} entries, until seven years after each", gone.entries))
            .with("Its number", format!("`{subject}`: only you know now that it was yours")),
        None => reply,
    }
    .footer("Backups made before this are destroyed in their turn; no key in them opens without the master key.")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use crate::reply::fixtures::now;

    fn kept(kind: &str, entries: i64, fields: &[&str]) -> Kept {
        Kept { kind: kind.into(), entries, fields: fields.iter().map(|field| (*field).to_owned()).collect() }
    }

    #[test]
    fn what_is_kept_is_counted_and_named() {
        let some = [
            kept("accounts", 2, &["account_id", "name"]),
            kept("credentials", 2, &["ciphertext"]),
            kept("forms", 0, &["form_id"]),
        ];
        insta::assert_snapshot!(what(&some).transcript(), @r#"
        [grey] -
        # What is kept of you
        **Accounts** (2): `account_id, name`
        **Keys, encrypted** (2): `ciphertext`

        `ciphertext` is your encrypted key pair: it is never shown, not even encrypted. `/mydata get` gives you the rest, `/mydata delete` ends it.
        "#);
        insta::assert_snapshot!(what(&[]).transcript(), @r#"
        [grey] -
        # What is kept of you
        Nothing.
        "#);
    }

    #[test]
    fn a_copy_is_one_json_or_a_csv_for_each_kind_and_says_what_was_cut() {
        let rows = vec![json!({ "name": "a \"b\", c", "qty": "=1+1", "gain": "-3.5", "none": null, "list": [1, 2] })];
        let many: Vec<_> = (0..11).map(|n| (kept(&format!("kind{n}"), 1, &["name"]), rows.clone())).collect();
        let whole = Copy { at: now(), kinds: many };
        let messages = copy(&whole, Format::Csv);
        assert_eq!(messages.iter().map(|reply| reply.files().len()).collect::<Vec<_>>(), [10, 1]);
        let (name, bytes) = (&messages[0].files()[0].name, &messages[0].files()[0].bytes);
        assert_eq!(name, "paddock-kind0.csv");
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert_eq!(text, "gain,list,name,none,qty\r\n-3.5,\"[1,2]\",\"a \"\"b\"\", c\",, =1+1\r\n");
        let [json] = copy(&whole, Format::Json).try_into().ok().unwrap();
        let json: Value = serde_json::from_slice(&json.files()[0].bytes).unwrap();
        assert_eq!(json["kinds"]["kind3"]["rows"][0]["name"], "a \"b\", c");
        let cut = Copy { at: now(), kinds: vec![(kept("audit", 20_000, &[]), rows)] };
        assert!(copy(&cut, Format::Json)[0].transcript().contains("latest 10,000"));
    }

    #[test]
    fn deleting_asks_and_gives_a_receipt() {
        insta::assert_snapshot!(ask(FormId(uuid::Uuid::from_u128(7))).transcript(), @r#"
        [grey] -
        # Delete everything?
        Paddock deletes your keys, accounts, orders, settings and all else it keeps of you, at once. **It cannot be undone.**

        **Positions and open orders stay at Alpaca** as they are; cancel there, or with `/cancel` first. The record of what was done stays, as `/privacy` says, without the link to you. `/mydata get` gives you a copy first.

        To be thorough, delete the API keys at Alpaca, too.
        (Delete everything | red | forget)
        (Keep it | grey | stay)
        "#);
        let receipt = Gone {
            at: now(),
            deleted: vec![("credentials".into(), 2), ("forms".into(), 0), ("subjects".into(), 1), ("users".into(), 1)],
            subject: Some(-42),
            entries: 17,
        };
        insta::assert_snapshot!(gone(&receipt).transcript(), @r#"
        [grey] -
        # Everything is deleted
        This is your receipt. Paddock holds no key of yours any more and does not know you.

        ```
        DELETED          ROWS
        Keys, encrypted     2
        You                 1
        ```
        · When = <t:1795204800:f>
        · Record kept = 17 entries, until seven years after each
        · Its number = `-42`: only you know now that it was yours
        -- Backups made before this are destroyed in their turn; no key in them opens without the master key.
        "#);
    }
}
