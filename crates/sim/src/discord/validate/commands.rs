//! Command registration.

use super::check::{Checker, Optional, Required, Spot};
use super::modal::choice_value;
use crate::discord::fault::Fault;
use serde_json::Value;
use std::collections::BTreeSet;

/// All names, descriptions and choice values of one command.
const MOST_TEXT: usize = 8000;
/// The locales Discord knows.
const LOCALES: [&str; 32] = [
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR",
    "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
];
/// The largest whole number that a double holds exactly.
const MOST_INTEGER: i64 = 9_007_199_254_740_991;

/// Checks one command.
///
/// # Errors
/// 50035 with everything that is wrong.
pub(in crate::discord) fn command(body: &Value) -> Result<(), Fault> {
    let mut check = Checker::default();
    one(&mut check, &Spot::root(body, &[]));
    check.verdict()
}

/// Checks a whole set of commands.
///
/// # Errors
/// 50035 with everything that is wrong.
pub(in crate::discord) fn commands(body: &[Value]) -> Result<(), Fault> {
    let mut check = Checker::default();
    let mut names = BTreeSet::new();
    for (number, value) in body.iter().enumerate() {
        let spot = Spot::root(value, &[&number.to_string()]);
        one(&mut check, &spot);
        let kind = value["type"].as_u64().unwrap_or(1);
        if !names.insert((kind, value["name"].as_str().unwrap_or_default())) {
            check.flaw(
                &spot.at("name"),
                "APPLICATION_COMMANDS_DUPLICATE_NAME",
                "Application command names must be unique",
            );
        }
    }
    let root = Value::Null;
    for (kind, most) in [(1, 100), (2, 15), (3, 15)] {
        if names.iter().filter(|(of, _)| *of == kind).count() > most {
            let message = format!("Maximum number of application commands reached ({most})");
            check.flaw(&Spot::root(&root, &[]), "APPLICATION_COMMANDS_MAX", message);
        }
    }
    check.verdict()
}

fn one(check: &mut Checker, spot: &Spot<'_>) {
    if !check.object(spot) {
        return;
    }
    let kind = check.int(&spot.at("type"), 1..=3, Optional).unwrap_or(1);
    if kind == 1 {
        slash_name(check, &spot.at("name"));
        check.text(&spot.at("description"), 1..=100, Required);
    } else {
        check.text(&spot.at("name"), 1..=32, Required);
        check.text(&spot.at("description"), 0..=0, Optional);
        if spot.value["options"].as_array().is_some_and(|options| !options.is_empty()) {
            let message = "Context menu commands cannot have options";
            check.flaw(&spot.at("options"), "APPLICATION_COMMAND_OPTIONS_UNEXPECTED", message);
        }
    }
    localizations(check, spot, kind == 1);
    bits(check, &spot.at("contexts"), 2);
    bits(check, &spot.at("integration_types"), 1);
    if spot.has("default_member_permissions")
        && spot.value["default_member_permissions"].as_str().is_none_or(|bits| bits.parse::<u64>().is_err())
    {
        check.flaw(&spot.at("default_member_permissions"), "NUMBER_TYPE_COERCE", "Value is not a permission set.");
    }
    options(check, spot, 0);
    if weight(spot.value) > MOST_TEXT {
        let message = format!("Command exceeds maximum size of {MOST_TEXT}");
        check.flaw(spot, "APPLICATION_COMMAND_TOO_LARGE", message);
    }
}

fn slash_name(check: &mut Checker, spot: &Spot<'_>) {
    let Some(name) = check.text(spot, 1..=32, Required) else { return };
    let right = |letter: char| matches!(letter, '-' | '_' | '\'') || (letter.is_alphanumeric() && !has_lower(letter));
    if !name.is_empty() && !name.chars().all(right) {
        check.flaw(spot, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
    }
}

/// Letters that have a lower-case variant must be written in it.
fn has_lower(letter: char) -> bool {
    letter.to_lowercase().ne(std::iter::once(letter))
}

fn bits(check: &mut Checker, spot: &Spot<'_>, most: i64) {
    let mut seen = BTreeSet::new();
    for item in check.list(spot, 0..=3, Optional) {
        if let Some(number) = check.int(&item, 0..=most, Required)
            && !seen.insert(number)
        {
            check.flaw(&item, "SET_TYPE_ALREADY_CONTAINS_VALUE", "The Set already contains this value");
        }
    }
}

fn localizations(check: &mut Checker, spot: &Spot<'_>, slash: bool) {
    for (field, most) in [("name_localizations", 32), ("description_localizations", 100)] {
        let place = spot.at(field);
        for locale in place.value.as_object().into_iter().flat_map(|map| map.keys()) {
            let text = place.at(locale);
            if !LOCALES.contains(&locale.as_str()) {
                check.flaw(&text, "BASE_TYPE_CHOICES", "Not a locale.");
            } else if field == "name_localizations" && slash {
                slash_name(check, &text);
            } else {
                check.text(&text, 1..=most, Required);
            }
        }
    }
}

/// `depth` counts the subcommand levels above: a group may stand at 0, a subcommand at 0 or in a group.
fn options(check: &mut Checker, parent: &Spot<'_>, depth: u8) {
    let mut names = BTreeSet::new();
    let mut optional_seen = false;
    let list = check.list(&parent.at("options"), 0..=25, Optional);
    let subs = list.iter().filter(|option| matches!(option.number("type"), Some(1 | 2))).count();
    if subs > 0 && subs < list.len() {
        let message = "Sub-command and sub-command group option types are mutually exclusive to all other types";
        check.flaw(&parent.at("options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
    }
    for option in list {
        if !check.object(&option) {
            continue;
        }
        let kind = check.int(&option.at("type"), 1..=11, Required).unwrap_or(0);
        slash_name(check, &option.at("name"));
        check.text(&option.at("description"), 1..=100, Required);
        localizations(check, &option, true);
        if option.value["name"].as_str().is_some_and(|name| !names.insert(name)) {
            let message = "Option name already used";
            check.flaw(&option.at("name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message);
        }
        check.flag(&option.at("required"));
        if option.is_true("required") && optional_seen {
            let message = "Required options must be placed before non-required options";
            check.flaw(&option, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message);
        }
        optional_seen |= kind > 2 && !option.is_true("required");
        match kind {
            // depth 0: in the command; 1: in a group; 2: in a subcommand, where only values may stand.
            1 if depth < 2 => options(check, &option, 2),
            2 if depth == 0 => options(check, &option, 1),
            1 | 2 => {
                let message = "Sub-command option type is invalid here";
                check.flaw(&option.at("type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
            }
            _ if depth == 1 => {
                let message = "Only sub-commands may stand in a sub-command group";
                check.flaw(&option.at("type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
            }
            _ => value_option(check, &option, kind),
        }
    }
}

fn value_option(check: &mut Checker, option: &Spot<'_>, kind: i64) {
    let listed = check.list(&option.at("choices"), 0..=25, Optional);
    if !listed.is_empty() && !matches!(kind, 3 | 4 | 10) {
        let message = "Choices are only valid for string, integer and number options";
        check.flaw(&option.at("choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", message);
    }
    let mut names = BTreeSet::new();
    for choice in &listed {
        let name = check.text(&choice.at("name"), 1..=100, Required);
        if name.is_some_and(|name| !names.insert(name)) {
            let message = "The specified choice name is already used";
            check.flaw(&choice.at("name"), "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", message);
        }
        choice_value(check, &choice.at("value"), u64::try_from(kind).ok());
    }
    if option.is_true("autocomplete") && (!listed.is_empty() || !matches!(kind, 3 | 4 | 10)) {
        let message = "Autocomplete needs a string, integer or number option without choices";
        check.flaw(&option.at("autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", message);
    }
    match kind {
        3 => {
            check.int(&option.at("min_length"), 0..=6000, Optional);
            check.int(&option.at("max_length"), 1..=6000, Optional);
        }
        4 => {
            check.int(&option.at("min_value"), -MOST_INTEGER..=MOST_INTEGER, Optional);
            check.int(&option.at("max_value"), -MOST_INTEGER..=MOST_INTEGER, Optional);
        }
        _ => {}
    }
}

/// The characters that count against a command's total: the longest localization of each text, and string values.
fn weight(part: &Value) -> usize {
    let length = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let longest = |field: &str| {
        let localized = part[format!("{field}_localizations")].as_object();
        let most = localized.into_iter().flat_map(|map| map.values()).map(length).max().unwrap_or(0);
        most.max(length(&part[field]))
    };
    let inner: usize =
        ["options", "choices"].iter().flat_map(|list| part[*list].as_array().into_iter().flatten()).map(weight).sum();
    longest("name") + longest("description") + length(&part["value"]) + inner
}
