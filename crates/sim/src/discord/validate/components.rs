//! Message components: rows of buttons and selects, and the newer layout components.

use super::check::{Checker, Optional, Required, Spot};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ACTION_ROW: u64 = 1;
const BUTTON: u64 = 2;
const STRING_SELECT: u64 = 3;
/// Components of a message with the newer layout, nested ones included.
const MOST_MODERN: usize = 40;
/// All text displays of such a message together.
const MOST_MODERN_TEXT: usize = 4000;

/// The custom ids seen in one message or modal.
pub(super) type Seen<'a> = BTreeSet<&'a str>;

/// Rows without the newer layout's flag.
pub(super) fn components(check: &mut Checker, spot: &Spot<'_>) {
    let mut seen = Seen::new();
    for row in check.list(spot, 0..=5, Optional) {
        if !check.object(&row) {
            continue;
        }
        match row.number("type") {
            Some(ACTION_ROW) => action_row(check, &row, &mut seen),
            _ => union(check, &row, "(1,)"),
        }
    }
}

/// The newer layout: no content and no embeds beside it.
pub(super) fn modern(check: &mut Checker, body: &Spot<'_>) {
    for field in ["content", "embeds", "poll", "sticker_ids"] {
        let spot = body.at(field);
        let blank = spot.value.is_null() || *spot.value == json!("") || *spot.value == json!([]);
        if !blank {
            let message = format!("The '{field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2");
            check.flaw(&spot, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message);
        }
    }
    let spot = body.at("components");
    let mut count = 0;
    let mut text = 0;
    let mut seen = Seen::new();
    for component in check.list(&spot, 0..=MOST_MODERN, Optional) {
        layout(check, &component, &mut seen, &mut count, &mut text);
    }
    if count > MOST_MODERN {
        check.flaw(&spot, "COMPONENT_LIMIT_EXCEEDED", format!("Must have {MOST_MODERN} or fewer components in total."));
    }
    if text > MOST_MODERN_TEXT {
        check.flaw(&spot, "COMPONENT_TEXT_LIMIT_EXCEEDED", "Texts must have 4000 or fewer characters in total.");
    }
}

fn layout<'a>(check: &mut Checker, spot: &Spot<'a>, seen: &mut Seen<'a>, count: &mut usize, text: &mut usize) {
    if !check.object(spot) {
        return;
    }
    *count += 1;
    match spot.number("type") {
        Some(ACTION_ROW) => {
            *count += spot.value["components"].as_array().map_or(0, Vec::len);
            action_row(check, spot, seen);
        }
        Some(9) => {
            for inner in check.list(&spot.at("components"), 1..=3, Required) {
                layout(check, &inner, seen, count, text);
            }
            let accessory = spot.at("accessory");
            if check.present(&accessory, Required) {
                *count += 1;
                match accessory.number("type") {
                    Some(BUTTON) => button(check, &accessory, seen),
                    Some(11) => {}
                    _ => union(check, &accessory, "(2, 11)"),
                }
            }
        }
        Some(10) => *text += check.text(&spot.at("content"), 1..=4000, Required).map_or(0, |text| text.chars().count()),
        Some(12) => {
            check.list(&spot.at("items"), 1..=10, Required);
        }
        Some(13 | 14) => {}
        Some(17) => {
            for inner in check.list(&spot.at("components"), 1..=MOST_MODERN, Required) {
                layout(check, &inner, seen, count, text);
            }
        }
        _ => union(check, spot, "(1, 9, 10, 12, 13, 14, 17)"),
    }
}

fn action_row<'a>(check: &mut Checker, row: &Spot<'a>, seen: &mut Seen<'a>) {
    let spot = row.at("components");
    let inner = check.list(&spot, 1..=5, Required);
    let selects = inner.iter().filter(|part| matches!(part.number("type"), Some(3 | 5..=8))).count();
    if selects > 0 && inner.len() > 1 {
        let message = "A select takes a whole row: it must be the only component of it.";
        check.flaw(&spot, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message);
    }
    for part in inner {
        if !check.object(&part) {
            continue;
        }
        match part.number("type") {
            Some(BUTTON) => button(check, &part, seen),
            Some(STRING_SELECT | 5..=8) => select(check, &part, seen),
            _ => union(check, &part, "(2, 3, 5, 6, 7, 8)"),
        }
    }
}

fn button<'a>(check: &mut Checker, spot: &Spot<'a>, seen: &mut Seen<'a>) {
    let style = check.int(&spot.at("style"), 1..=6, Required);
    check.text(&spot.at("label"), 0..=80, Optional);
    check.flag(&spot.at("disabled"));
    let blank = spot.value["label"].as_str().is_none_or(str::is_empty) && !spot.has("emoji");
    match style {
        Some(5) => {
            check.url(&spot.at("url"), 512, &["http", "https", "discord"], Required);
            foreign(check, spot, &["custom_id", "sku_id"]);
        }
        Some(6) => {
            check.present(&spot.at("sku_id"), Required);
            foreign(check, spot, &["custom_id", "label", "url", "emoji"]);
        }
        Some(_) => {
            custom_id(check, spot, seen);
            foreign(check, spot, &["url", "sku_id"]);
        }
        None => {}
    }
    if blank && style != Some(6) {
        check.flaw(spot, "BUTTON_COMPONENT_INVALID", "A button must have a label or an emoji.");
    }
    foreign(check, spot, &["components", "options", "placeholder", "min_values", "max_values", "value"]);
}

/// A select in a message, or in a modal's label.
pub(super) fn select<'a>(check: &mut Checker, spot: &Spot<'a>, seen: &mut Seen<'a>) {
    custom_id(check, spot, seen);
    check.text(&spot.at("placeholder"), 0..=150, Optional);
    check.flag(&spot.at("disabled"));
    let min = check.int(&spot.at("min_values"), 0..=25, Optional).unwrap_or(1);
    let max = check.int(&spot.at("max_values"), 1..=25, Optional).unwrap_or(1);
    if min > max {
        check.flaw(&spot.at("min_values"), "SELECT_COMPONENT_MIN_VALUES", "Must not be more than max_values.");
    }
    foreign(check, spot, &["components", "style", "url", "label", "value"]);
    if spot.number("type") != Some(STRING_SELECT) {
        foreign(check, spot, &["options"]);
        return;
    }
    let options = check.list(&spot.at("options"), 1..=25, Required);
    if spot.has("max_values") && usize::try_from(max).is_ok_and(|max| max > options.len()) {
        check.flaw(&spot.at("max_values"), "SELECT_COMPONENT_MAX_VALUES", "Must not be more than there are options.");
    }
    let chosen = options.iter().filter(|option| option.is_true("default")).count();
    if usize::try_from(max).is_ok_and(|max| chosen > max) {
        let message = "There are more options chosen by default than may be chosen.";
        check.flaw(&spot.at("options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", message);
    }
    let mut values = BTreeSet::new();
    for option in options {
        check.flag(&option.at("default"));
        check.text(&option.at("label"), 1..=100, Required);
        check.text(&option.at("description"), 0..=100, Optional);
        let value = check.text(&option.at("value"), 1..=100, Required);
        if value.is_some_and(|value| !values.insert(value)) {
            check.flaw(
                &option.at("value"),
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            );
        }
    }
}

pub(super) fn custom_id<'a>(check: &mut Checker, spot: &Spot<'a>, seen: &mut Seen<'a>) {
    let place = spot.at("custom_id");
    if let Some(text) = check.text(&place, 1..=100, Required)
        && !seen.insert(text)
    {
        check.flaw(&place, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
    }
}

/// Fields that belong to another kind of component.
pub(super) fn foreign(check: &mut Checker, spot: &Spot<'_>, fields: &[&str]) {
    for field in fields {
        if spot.has(field) {
            check.flaw(&spot.at(field), "COMPONENT_FIELD_UNEXPECTED", "This field is not valid for this component.");
        }
    }
}

pub(super) fn union(check: &mut Checker, spot: &Spot<'_>, kinds: &str) {
    let place = spot.at("type");
    if check.present(&place, Required) {
        check.flaw(&place, "UNION_TYPE_CHOICES", format!("Value of field \"type\" must be one of {kinds}."));
    }
}

/// Fills in what the bot left out and Discord answers: each component's number, a select's bounds.
pub(in crate::discord) fn number_components(components: &mut [Value]) {
    fn walk(component: &mut Value, next: &mut u64) {
        if component["id"].as_u64().unwrap_or(0) == 0 {
            component["id"] = json!(*next);
        }
        *next += 1;
        if matches!(component["type"].as_u64(), Some(3 | 5..=8)) {
            for bound in ["min_values", "max_values"] {
                if component[bound].is_null() {
                    component[bound] = json!(1);
                }
            }
        }
        for inner in component.get_mut("components").and_then(Value::as_array_mut).into_iter().flatten() {
            walk(inner, next);
        }
        if let Some(inner) = component.get_mut("accessory") {
            walk(inner, next);
        }
    }
    let mut next = 1;
    for component in components {
        walk(component, &mut next);
    }
}
