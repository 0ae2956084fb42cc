//! How Alpaca writes things down: decimals as strings (trading) or numbers (data), times with any offset, `""` and
//! `null` for nothing.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A decimal that has to be there, string or number, read from its own digits: no binary fraction in between.
pub(crate) fn exact<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
    maybe(from)?.ok_or_else(|| D::Error::custom("no number"))
}

/// A decimal that may be `null`, `""` or (with `#[serde(default)]`) absent.
pub(crate) fn maybe<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Decimal>, D::Error> {
    let token = <&RawValue>::deserialize(from)?.get();
    let text = match token.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<Cow<'_, str>>(token).map_err(D::Error::custom)?,
        _ if token == "null" => return Ok(None),
        _ => Cow::Borrowed(token),
    };
    if text.is_empty() {
        return Ok(None);
    }
    decimal(&text).map(Some).ok_or_else(|| D::Error::custom("not a decimal"))
}

/// The same for a number that only helps to explain something: unreadable is as good as absent.
pub(crate) fn hint<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Decimal>, D::Error> {
    let token = <&RawValue>::deserialize(from)?.get();
    Ok(decimal(token.trim_matches('"')))
}

/// A time that may be missing. One that cannot be read counts as missing: whether an order landed does not hang on it.
pub(crate) fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let token = <&RawValue>::deserialize(from)?.get();
    Ok(DateTime::parse_from_rfc3339(token.trim_matches('"')).ok().map(|at| at.to_utc()))
}

/// The digits as they stand. Digits beyond what a `Decimal` holds (28) are rounded off; only ratios have so many.
fn decimal(text: &str) -> Option<Decimal> {
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
    if !text.bytes().all(plain) {
        return None;
    }
    if text.contains(['e', 'E']) {
        return Decimal::from_scientific(text).ok();
    }
    Decimal::from_str_exact(text).or_else(|_| text.parse()).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    #[derive(Deserialize)]
    struct Row {
        #[serde(default, deserialize_with = "maybe")]
        n: Option<Decimal>,
        #[serde(default, deserialize_with = "time")]
        t: Option<DateTime<Utc>>,
    }

    fn number(json: &str) -> Result<Option<String>, ()> {
        let row: Result<Row, _> = serde_json::from_slice(json.as_bytes());
        row.map(|row| row.n.map(|n| n.to_string())).map_err(|_| ())
    }

    #[test]
    fn decimals_are_read_from_their_own_digits_as_string_or_number() {
        for (json, digits) in [
            (r#"{"n":"150.25"}"#, "150.25"),
            (r#"{"n":150.25}"#, "150.25"),
            (r#"{"n":0.1}"#, "0.1"),
            (r#"{"n":-3}"#, "-3"),
            (r#"{"n":9007199254740993}"#, "9007199254740993"),
            (r#"{"n":184.49999999999997}"#, "184.49999999999997"),
            (r#"{"n":0.123456789012345678901234}"#, "0.123456789012345678901234"),
            (r#"{"n":1e3}"#, "1000"),
            (r#"{"n":"0.0119760479041916"}"#, "0.0119760479041916"),
            (r#"{"n": "1.5" }"#, "1.5"),
        ] {
            assert_eq!(number(json), Ok(Some(digits.to_owned())), "{json}");
        }
    }

    #[test]
    fn nothing_is_none_and_nonsense_is_refused() {
        for json in [r#"{"n":null}"#, r#"{"n":""}"#, "{}"] {
            assert_eq!(number(json), Ok(None), "{json}");
        }
        for json in
            [r#"{"n":"NaN"}"#, r#"{"n":"1_000"}"#, r#"{"n":"1,5"}"#, r#"{"n":{}}"#, r#"{"n":true}"#, r#"{"n":1e99}"#]
        {
            assert_eq!(number(json), Err(()), "{json}");
        }
    }

    #[test]
    fn times_are_read_with_any_offset_and_fraction() {
        for (json, utc) in [
            (r#"{"t":"2026-09-11T10:31:02.5-04:00"}"#, Some("2026-09-11T14:31:02.500Z")),
            (r#"{"t":"2026-09-11T14:31:02.118273645Z"}"#, Some("2026-09-11T14:31:02.118Z")),
            (r#"{"t":null}"#, None),
            (r#"{"t":""}"#, None),
            (r#"{"t":17}"#, None),
        ] {
            let row: Row = serde_json::from_slice(json.as_bytes()).unwrap();
            let shown = row.t.map(|t| t.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
            assert_eq!(shown.as_deref(), utc, "{json}");
        }
    }
}
