//! Message bodies.

use super::check::{Checker, Optional, Required, Spot};
use super::components::{self, components};
use super::embeds::embeds;
use crate::discord::attachment::{Attachment, references, tidy};
use crate::discord::body::File;
use crate::discord::deliver::plain;
use crate::discord::fault::Fault;
use crate::discord::message::{COMPONENTS_V2, EPHEMERAL};
use serde_json::Value;

/// The largest file a bot may send without a boost.
const MOST_FILE: usize = 10 * 1024 * 1024;
const MOST_FILES: usize = 10;

/// What the body is for.
#[derive(Clone, Copy, Debug)]
pub(in crate::discord) enum Subject<'a> {
    /// A channel message.
    Post,
    /// An interaction's answer or follow-up.
    Reply,
    /// A change of a message that is there, and has these files.
    Edit(&'a [Attachment]),
}

/// Checks a message body; `base` is where it stands in the request (`data` in a callback).
///
/// # Errors
/// 50035 with everything that is wrong, or 40005 for a file that is too large.
pub(in crate::discord) fn message(
    body: &Value,
    files: &[File],
    subject: Subject<'_>,
    base: &[&str],
) -> Result<(), Fault> {
    if files.iter().any(|file| file.bytes.len() > MOST_FILE) {
        return Err(Fault::too_large());
    }
    let mut check = Checker::default();
    let spot = Spot::root(body, base);
    if body.is_null() && !matches!(subject, Subject::Edit(_)) {
        check.present(&spot, Required);
        return check.verdict();
    }
    if !check.object(&spot) {
        return check.verdict();
    }
    check.text(&spot.at("content"), 0..=2000, Optional);
    check.flag(&spot.at("tts"));
    let flags = spot.at("flags");
    let bits = check.int(&flags, 0..=i64::from(u32::MAX), Optional).unwrap_or(0).unsigned_abs();
    embeds(&mut check, &spot);
    if bits & COMPONENTS_V2 == 0 {
        components(&mut check, &spot.at("components"));
    } else {
        components::modern(&mut check, &spot);
    }
    if matches!(subject, Subject::Post) && bits & EPHEMERAL != 0 {
        check.flaw(&flags, "MESSAGE_FLAGS_INVALID", "Only interaction responses can be ephemeral.");
    }
    nonce(&mut check, &spot);
    mentions(&mut check, &spot.at("allowed_mentions"));
    attachments(&mut check, &spot, files, subject);
    check.verdict()
}

/// The list of files, and whatever refers to one of them: new ones by their number in the request, old ones by id.
fn attachments(check: &mut Checker, body: &Spot<'_>, files: &[File], subject: Subject<'_>) {
    let spot = body.at("attachments");
    let held = if let Subject::Edit(held) = subject { held } else { &[] };
    let mut names: Vec<String> = Vec::new();
    let mut kept = 0;
    for entry in check.list(&spot, 0..=10, Optional) {
        if !check.object(&entry) {
            continue;
        }
        check.text(&entry.at("description"), 0..=1024, Optional);
        let renamed = check.text(&entry.at("filename"), 1..=260, Optional);
        if !check.present(&entry.at("id"), Required) {
            continue;
        }
        let id = plain(&entry.value["id"]);
        if let Some(old) = held.iter().find(|old| old.id.to_string() == id) {
            kept += 1;
            names.push(old.filename.clone());
        } else if files.iter().any(|file| file.index.to_string() == id) {
            names.extend(renamed.map(tidy));
        } else {
            check.flaw(&entry, "ATTACHMENT_NOT_FOUND", "Attachment data not found");
        }
    }
    if files.len() + kept > MOST_FILES {
        check.flaw(&spot, "BASE_TYPE_BAD_LENGTH", format!("Must be between 0 and {MOST_FILES} in length."));
    }
    if spot.value.is_null() && files.is_empty() {
        names.extend(held.iter().map(|old| old.filename.clone()));
    }
    names.extend(files.iter().map(|file| tidy(&file.filename)));
    for part in ["embeds", "components"] {
        let part = body.at(part);
        for name in references(part.value) {
            if !names.contains(&tidy(name)) {
                check.flaw(&part, "ATTACHMENT_NOT_FOUND", format!("There is no file attachment://{name}."));
            }
        }
    }
}

fn nonce(check: &mut Checker, body: &Spot<'_>) {
    let spot = body.at("nonce");
    if !spot.value.is_i64() && !spot.value.is_u64() {
        check.text(&spot, 0..=25, Optional);
    }
}

fn mentions(check: &mut Checker, allowed: &Spot<'_>) {
    if allowed.value.is_null() || !check.object(allowed) {
        return;
    }
    let parse = allowed.at("parse");
    let kinds = check.list(&parse, 0..=3, Optional);
    for kind in &kinds {
        if !matches!(kind.value.as_str(), Some("roles" | "users" | "everyone")) {
            check.flaw(kind, "BASE_TYPE_CHOICES", "Value must be one of ('everyone', 'roles', 'users').");
        }
    }
    for list in ["users", "roles"] {
        let named = check.list(&allowed.at(list), 0..=100, Optional);
        if !named.is_empty() && kinds.iter().any(|kind| kind.value.as_str() == Some(list)) {
            let message = format!("parse:[\"{list}\"] and {list}: [ids...] are mutually exclusive.");
            check.flaw(allowed, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message);
        }
    }
}
