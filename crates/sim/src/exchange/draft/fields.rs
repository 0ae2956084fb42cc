//! The fields of a request body, readable but not yet judged.

use super::super::errors::{Refusal, unreadable_body};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

/// A JSON object whose fields are read by name. Fields nobody asks for are passed over, as the vendor does.
pub(in super::super) struct Fields(Map<String, Value>);

impl Fields {
    pub fn read(body: &[u8]) -> Result<Self, Refusal> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            _ => Err(unreadable_body()),
        }
    }

    /// A text field; empty counts as absent.
    pub fn word(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(word)) => Ok(Some(word.as_str()).filter(|word| !word.is_empty())),
            Some(_) => Err(unreadable_body()),
        }
    }

    /// A yes or no; absent counts as no.
    pub fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(unreadable_body()),
        }
    }

    /// A decimal field: a string or a number; null and empty count as absent.
    pub fn decimal(&self, name: &str) -> Result<Option<Decimal>, Refusal> {
        let text = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(unreadable_body()),
        };
        decimal(&text).map(Some).ok_or_else(unreadable_body)
    }

    /// A list of objects in the object; absent counts as empty.
    pub fn rows(&self, name: &str) -> Result<Vec<Self>, Refusal> {
        let row = |row: &Value| match row {
            Value::Object(fields) => Ok(Self(fields.clone())),
            _ => Err(unreadable_body()),
        };
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(rows)) => rows.iter().map(row).collect(),
            Some(_) => Err(unreadable_body()),
        }
    }

    /// An object in the object.
    pub fn inner(&self, name: &str) -> Result<Option<Self>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(Self(fields.clone()))),
            Some(_) => Err(unreadable_body()),
        }
    }
}

/// A decimal as text, also in scientific notation.
pub(in super::super) fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok()
}
