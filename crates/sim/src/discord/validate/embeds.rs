//! Embeds and their limits, each for itself and all together.

use super::check::{Checker, Optional, Required, Spot};

const WEB: [&str; 2] = ["http", "https"];
const IMAGE: [&str; 3] = ["http", "https", "attachment"];
/// All texts of all embeds of a message.
const MOST_TEXT: usize = 6000;

pub(super) fn embeds(check: &mut Checker, body: &Spot<'_>) {
    let spot = body.at("embeds");
    let mut total = 0;
    for embed in check.list(&spot, 0..=10, Optional) {
        if check.object(&embed) {
            total += one(check, &embed);
        }
    }
    if total > MOST_TEXT {
        check.flaw(&spot, "MAX_EMBED_SIZE_EXCEEDED", format!("Embed size exceeds maximum size of {MOST_TEXT}"));
    }
}

fn one(check: &mut Checker, embed: &Spot<'_>) -> usize {
    let mut total = 0;
    let mut count = |text: Option<&str>| total += text.map_or(0, |text| text.trim().chars().count());
    count(check.text(&embed.at("title"), 0..=256, Optional));
    count(check.text(&embed.at("description"), 0..=4096, Optional));
    check.int(&embed.at("color"), 0..=0x00FF_FFFF, Optional);
    if embed.has("url") {
        check.url(&embed.at("url"), 2048, &WEB, Optional);
    }
    for picture in ["image", "thumbnail"] {
        if embed.has(picture) {
            check.url(&embed.at(picture).at("url"), 2048, &IMAGE, Required);
        }
    }
    for (part, field, schemes) in
        [("footer", "icon_url", &IMAGE[..]), ("author", "icon_url", &IMAGE[..]), ("author", "url", &WEB[..])]
    {
        if embed.at(part).has(field) {
            check.url(&embed.at(part).at(field), 2048, schemes, Optional);
        }
    }
    timestamp(check, &embed.at("timestamp"));
    if embed.has("footer") {
        count(check.text(&embed.at("footer").at("text"), 0..=2048, Required));
    }
    if embed.has("author") {
        count(check.text(&embed.at("author").at("name"), 1..=256, Required));
    }
    for field in check.list(&embed.at("fields"), 0..=25, Optional) {
        for (part, most) in [("name", 256), ("value", 1024)] {
            let text = check.text(&field.at(part), 1..=most, Required);
            // Discord trims first, so a part of blanks is as good as none.
            if text.is_some_and(|text| !text.is_empty() && text.trim().is_empty()) {
                check.flaw(&field.at(part), "BASE_TYPE_REQUIRED", "This field is required");
            }
            count(text);
        }
        check.flag(&field.at("inline"));
    }
    total
}

fn timestamp(check: &mut Checker, spot: &Spot<'_>) {
    if let Some(text) = check.text(spot, 1..=64, Optional)
        && chrono::DateTime::parse_from_rfc3339(text).is_err()
    {
        check.flaw(spot, "DATE_TIME_TYPE_PARSE", format!("Could not parse {text}. Should be ISO8601."));
    }
}
