//! Modals and autocomplete choices.

use super::check::{Checker, Need, Optional, Required, Spot};
use super::components::{Seen, custom_id, foreign, select, union};
use crate::discord::act::Choice;
use crate::discord::fault::Fault;
use serde_json::Value;

/// Checks the `data` of a modal callback.
///
/// # Errors
/// 50035 with everything that is wrong.
pub(in crate::discord) fn modal(data: &Value) -> Result<(), Fault> {
    let mut check = Checker::default();
    let spot = Spot::root(data, &["data"]);
    if check.present(&spot, Required) && check.object(&spot) {
        check.text(&spot.at("custom_id"), 1..=100, Required);
        check.text(&spot.at("title"), 1..=45, Required);
        let mut seen = Seen::new();
        for part in check.list(&spot.at("components"), 1..=5, Required) {
            if check.object(&part) {
                top(&mut check, &part, &mut seen);
            }
        }
    }
    check.verdict()
}

fn top<'a>(check: &mut Checker, spot: &Spot<'a>, seen: &mut Seen<'a>) {
    match spot.number("type") {
        Some(1) => {
            for input in check.list(&spot.at("components"), 1..=1, Required) {
                match input.number("type") {
                    Some(4) => text_input(check, &input, seen, Required),
                    _ => union(check, &input, "(4,)"),
                }
            }
        }
        Some(10) => {
            check.text(&spot.at("content"), 1..=4000, Required);
        }
        Some(18) => label(check, spot, seen),
        _ => union(check, spot, "(1, 10, 18)"),
    }
}

fn label<'a>(check: &mut Checker, spot: &Spot<'a>, seen: &mut Seen<'a>) {
    check.text(&spot.at("label"), 1..=45, Required);
    check.text(&spot.at("description"), 0..=100, Optional);
    let inner = spot.at("component");
    if !check.present(&inner, Required) || !check.object(&inner) {
        return;
    }
    match inner.number("type") {
        Some(4) => text_input(check, &inner, seen, Optional),
        Some(3 | 5..=8) => select(check, &inner, seen),
        Some(19) => {
            custom_id(check, &inner, seen);
            check.int(&inner.at("min_values"), 0..=10, Optional);
            check.int(&inner.at("max_values"), 1..=10, Optional);
        }
        Some(21) => options(check, &inner, seen, 2),
        Some(22) => options(check, &inner, seen, 1),
        Some(23) => custom_id(check, &inner, seen),
        _ => union(check, &inner, "(3, 4, 5, 6, 7, 8, 19, 21, 22, 23)"),
    }
}

fn options<'a>(check: &mut Checker, spot: &Spot<'a>, seen: &mut Seen<'a>, least: usize) {
    custom_id(check, spot, seen);
    for option in check.list(&spot.at("options"), least..=10, Required) {
        check.text(&option.at("label"), 1..=100, Required);
        check.text(&option.at("value"), 1..=100, Required);
        check.text(&option.at("description"), 0..=100, Optional);
    }
}

/// `label` is the input's own in a row, and the surrounding label's otherwise.
fn text_input<'a>(check: &mut Checker, spot: &Spot<'a>, seen: &mut Seen<'a>, label: Need) {
    custom_id(check, spot, seen);
    check.int(&spot.at("style"), 1..=2, Required);
    check.text(&spot.at("label"), if label == Required { 1..=45 } else { 0..=0 }, label);
    check.text(&spot.at("placeholder"), 0..=100, Optional);
    check.flag(&spot.at("required"));
    let min = check.int(&spot.at("min_length"), 0..=4000, Optional).unwrap_or(0);
    let max = check.int(&spot.at("max_length"), 1..=4000, Optional).unwrap_or(4000);
    if min > max {
        check.flaw(&spot.at("min_length"), "TEXT_INPUT_MIN_LENGTH", "Must not be more than max_length.");
    }
    check.text(&spot.at("value"), 0..=usize::try_from(max).unwrap_or(4000), Optional);
    foreign(check, spot, &["options", "components", "disabled", "url"]);
}

/// Checks and takes the choices of an autocomplete callback, for an option of type `kind`.
///
/// # Errors
/// 50035 with everything that is wrong.
pub(in crate::discord) fn choices(data: &Value, kind: Option<u64>) -> Result<Vec<Choice>, Fault> {
    let mut check = Checker::default();
    let spot = Spot::root(data, &["data"]);
    let mut taken = Vec::new();
    for choice in check.list(&spot.at("choices"), 0..=25, Required) {
        let name = check.text(&choice.at("name"), 1..=100, Required).unwrap_or_default().to_owned();
        let value = choice.at("value");
        if check.present(&value, Required) {
            choice_value(&mut check, &value, kind);
        }
        taken.push(Choice { name, value: value.value.clone() });
    }
    check.verdict()?;
    Ok(taken)
}

/// The value of a choice must be of its option's type.
pub(super) fn choice_value(check: &mut Checker, value: &Spot<'_>, kind: Option<u64>) {
    match kind {
        Some(4) => {
            check.int(value, -9_007_199_254_740_991..=9_007_199_254_740_991, Required);
        }
        Some(10) if !value.value.is_number() => {
            check.flaw(value, "NUMBER_TYPE_COERCE", format!("Value \"{}\" is not float.", value.value));
        }
        Some(10) => {}
        _ => {
            check.text(value, 1..=100, Required);
        }
    }
}
