//! The common part of all histories: which stretch, how much of it, and where the next page begins.

use super::super::calendar::{date_of, midnight};
use super::super::errors::{Refusal, bad_request};
use super::super::routes::{Call, Params};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};

/// Parameters that every history knows.
pub(in super::super) const PARAMS: &[&str] = &["symbols", "start", "end", "limit", "page_token", "sort"];

/// A page to be filled.
pub(super) struct Page {
    pub start: DateTime<Utc>,
    pub end: DateTime<Utc>,
    pub newest_first: bool,
    limit: usize,
    /// The symbol and moment with which this page begins.
    mark: Option<(String, DateTime<Utc>)>,
}

/// The rows of a page by symbol, and the token of the next one.
pub(super) type Rows = (Map<String, Value>, Value);

impl Page {
    /// Reads the parameters; `end` is the moment up to which the plan lets the caller see by default.
    pub fn read(call: &Call<'_>, end: DateTime<Utc>) -> Result<Self, Refusal> {
        let params = &call.params;
        let today = midnight(date_of(call.now));
        let start = moment(params, "start")?.unwrap_or(today);
        let asked = moment(params, "end")?;
        if asked.is_some_and(|end| end < start) {
            return Err(bad_request("end should not be before start"));
        }
        let limit = super::count(call, "limit", 1_000, 10_000)?;
        Ok(Self {
            start,
            end: asked.unwrap_or(end),
            newest_first: newest_first(params, false)?,
            limit,
            mark: mark(params)?,
        })
    }

    /// How many rows of one symbol are ever needed: a whole page, and the one with which the next begins.
    pub fn most(&self) -> usize {
        self.limit + 1
    }

    /// Fills the page, symbol after symbol.
    pub fn fill<I: Iterator<Item = (DateTime<Utc>, Value)>>(
        &self,
        mut symbols: Vec<String>,
        rows: impl Fn(&str, (DateTime<Utc>, DateTime<Utc>)) -> Option<I>,
    ) -> Rows {
        symbols.sort_unstable();
        symbols.dedup();
        let (mut page, mut left) = (Map::new(), self.limit);
        for symbol in symbols {
            let window = match &self.mark {
                Some((first, _)) if symbol < *first => continue,
                Some((first, at)) if symbol == *first && self.newest_first => (self.start, *at),
                Some((first, at)) if symbol == *first => (*at, self.end),
                _ => (self.start, self.end),
            };
            let mut found = Vec::new();
            for (at, row) in rows(&symbol, window).into_iter().flatten() {
                if left == 0 {
                    page.extend((!found.is_empty()).then(|| (symbol.clone(), Value::Array(found))));
                    return (page, token(&symbol, at).into());
                }
                left -= 1;
                found.push(row);
            }
            page.extend((!found.is_empty()).then_some((symbol, Value::Array(found))));
        }
        (page, Value::Null)
    }
}

pub(super) fn newest_first(params: &Params, otherwise: bool) -> Result<bool, Refusal> {
    match params.get("sort") {
        None => Ok(otherwise),
        Some("asc") => Ok(false),
        Some("desc") => Ok(true),
        Some(sort) => Err(bad_request(format!("invalid sort: {sort}"))),
    }
}

/// A moment in RFC 3339, or a date, which means its midnight in New York.
pub(super) fn moment(params: &Params, name: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
    let Some(text) = params.get(name) else { return Ok(None) };
    let full = DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc());
    let date = || text.parse::<NaiveDate>().map(midnight);
    let read = full.or_else(|_| date()).map(Some);
    read.map_err(|_| bad_request(format!("invalid {name}: {text} is neither an RFC 3339 time nor a date")))
}

pub(super) fn token(name: &str, at: DateTime<Utc>) -> String {
    URL_SAFE_NO_PAD.encode(format!("{name}|{}", at.timestamp_nanos_opt().unwrap_or_default()))
}

pub(super) fn mark(params: &Params) -> Result<Option<(String, DateTime<Utc>)>, Refusal> {
    let Some(text) = params.get("page_token") else { return Ok(None) };
    let read = || {
        let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (name, at) = plain.split_once('|')?;
        Some((name.to_owned(), DateTime::from_timestamp_nanos(at.parse().ok()?)))
    };
    read().map(Some).ok_or_else(|| bad_request("invalid page_token"))
}
