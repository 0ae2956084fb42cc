//! Walking a JSON body and collecting what is wrong with it.

use crate::discord::fault::{Fault, Flaws};
use serde_json::Value;
use std::ops::RangeInclusive;

/// A place in the body.
#[derive(Clone, Debug)]
pub(super) struct Spot<'a> {
    pub value: &'a Value,
    pub path: Vec<String>,
}

/// Whether a field must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
}
pub(super) use Need::{Optional, Required};

/// Collects flaws.
#[derive(Debug, Default)]
pub(super) struct Checker(Flaws);

impl<'a> Spot<'a> {
    pub fn root(value: &'a Value, path: &[&str]) -> Self {
        Self { value, path: path.iter().map(|step| (*step).to_owned()).collect() }
    }

    pub fn at(&self, key: &str) -> Self {
        self.step(&self.value[key], key.to_owned())
    }

    fn step(&self, value: &'a Value, step: String) -> Self {
        let mut path = self.path.clone();
        path.push(step);
        Self { value, path }
    }

    pub fn has(&self, key: &str) -> bool {
        !self.value[key].is_null()
    }

    pub fn number(&self, key: &str) -> Option<u64> {
        self.value[key].as_u64()
    }

    pub fn is_true(&self, key: &str) -> bool {
        self.value[key] == Value::Bool(true)
    }
}

impl Checker {
    pub fn verdict(self) -> Result<(), Fault> {
        self.0.verdict()
    }

    pub fn flaw(&mut self, spot: &Spot<'_>, code: &'static str, message: impl Into<String>) {
        self.0.add(&spot.path, code, message);
    }

    /// Whether the field is there; says so when it must be and is not.
    pub fn present(&mut self, spot: &Spot<'_>, need: Need) -> bool {
        if spot.value.is_null() && need == Required {
            self.flaw(spot, "BASE_TYPE_REQUIRED", "This field is required");
        }
        !spot.value.is_null()
    }

    /// A string whose length, in characters, lies in the range.
    pub fn text<'a>(&mut self, spot: &Spot<'a>, length: RangeInclusive<usize>, need: Need) -> Option<&'a str> {
        if !self.present(spot, need) {
            return None;
        }
        let Some(text) = spot.value.as_str() else {
            self.flaw(spot, "STRING_TYPE_CONVERT", format!("Could not interpret \"{}\" as string.", spot.value));
            return None;
        };
        let (min, max) = (*length.start(), *length.end());
        let count = text.chars().count();
        if count == 0 && min > 0 {
            self.flaw(spot, "BASE_TYPE_REQUIRED", "This field is required");
        } else if !length.contains(&count) {
            if min > 0 {
                self.flaw(spot, "BASE_TYPE_BAD_LENGTH", format!("Must be between {min} and {max} in length."));
            } else {
                self.flaw(spot, "BASE_TYPE_MAX_LENGTH", format!("Must be {max} or fewer in length."));
            }
        }
        Some(text)
    }

    /// A whole number in the range.
    pub fn int(&mut self, spot: &Spot<'_>, range: RangeInclusive<i64>, need: Need) -> Option<i64> {
        if !self.present(spot, need) {
            return None;
        }
        let Some(number) = spot.value.as_i64() else {
            self.flaw(spot, "NUMBER_TYPE_COERCE", format!("Value \"{}\" is not int.", spot.value));
            return None;
        };
        if number < *range.start() {
            self.flaw(
                spot,
                "NUMBER_TYPE_MIN",
                format!("int value should be greater than or equal to {}.", range.start()),
            );
        }
        if number > *range.end() {
            self.flaw(spot, "NUMBER_TYPE_MAX", format!("int value should be less than or equal to {}.", range.end()));
        }
        Some(number)
    }

    pub fn flag(&mut self, spot: &Spot<'_>) {
        if !spot.value.is_null() && !spot.value.is_boolean() {
            self.flaw(spot, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.");
        }
    }

    /// The items of a list of allowed length.
    pub fn list<'a>(&mut self, spot: &Spot<'a>, length: RangeInclusive<usize>, need: Need) -> Vec<Spot<'a>> {
        if !self.present(spot, need) {
            return Vec::new();
        }
        let Some(items) = spot.value.as_array() else {
            self.flaw(spot, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
            return Vec::new();
        };
        if !length.contains(&items.len()) {
            let (min, max) = (length.start(), length.end());
            self.flaw(spot, "BASE_TYPE_BAD_LENGTH", format!("Must be between {min} and {max} in length."));
        }
        items.iter().enumerate().map(|(number, item)| spot.step(item, number.to_string())).collect()
    }

    /// Whether the value is an object.
    pub fn object(&mut self, spot: &Spot<'_>) -> bool {
        let right = spot.value.is_object();
        if !right {
            self.flaw(spot, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType");
        }
        right
    }

    /// A URL of one of the schemes.
    pub fn url(&mut self, spot: &Spot<'_>, most: usize, schemes: &[&str], need: Need) {
        let Some(url) = self.text(spot, 1..=most, need) else { return };
        let scheme = url.split_once("://").map(|(scheme, _)| scheme);
        match scheme {
            Some(scheme) if schemes.contains(&scheme) => {
                if url.len() == scheme.len() + 3 || url.contains(char::is_whitespace) {
                    self.flaw(spot, "URL_TYPE_INVALID_URL", "Not a well formed URL.");
                }
            }
            Some(scheme) => {
                let message = format!("Scheme \"{scheme}\" must be one of ('{}').", schemes.join("', '"));
                self.flaw(spot, "URL_TYPE_INVALID_SCHEME", message);
            }
            None => self.flaw(spot, "URL_TYPE_INVALID_URL", "Not a well formed URL."),
        }
    }
}
