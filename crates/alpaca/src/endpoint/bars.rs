//! Bars: `GET /v2/stocks/{symbol}/bars` and `GET /v1beta3/crypto/us/bars`.

use super::quotes::{BarRow, data_failure, is_pair};
use super::{Endpoint, value};
use crate::path::Path;
use crate::transport::Answer;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::brokerage::Lane;
use domain::market::{Bar, Feed, Stretch, Timeframe};
use domain::outcome::ReadFailure;
use reqwest::Method;
use serde::Deserialize;
use std::collections::HashMap;

/// One page of a stretch, oldest first.
pub(crate) struct Bars<'a> {
    pub(crate) stretch: &'a Stretch,
    pub(crate) page_token: Option<String>,
}

/// A page.
pub(crate) struct Page {
    pub(crate) bars: Vec<Bar>,
    pub(crate) next: Option<String>,
}

impl Bars<'_> {
    /// Ten thousand is the most that Alpaca gives; a chart has a few hundred.
    const LONGEST: &'static str = "10000";
}

#[derive(Deserialize)]
struct OneRow {
    bars: Option<Vec<BarRow>>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct SeveralRow {
    bars: Option<HashMap<String, Vec<BarRow>>>,
    next_page_token: Option<String>,
}

impl Endpoint for Bars<'_> {
    type Reply = Result<Page, ReadFailure>;
    const NAME: &'static str = "bars";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;
    /// Ten thousand rows of 120 bytes, and room for as many again.
    const LIMIT: usize = 4 << 20;

    fn path(&self) -> Path {
        let symbol = &self.stretch.symbol;
        if is_pair(symbol) { Path::CryptoBars } else { Path::Bars(symbol.clone()) }
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        let Stretch { symbol, feed, timeframe, start, end } = self.stretch;
        let mut query = vec![
            ("timeframe", word(*timeframe)),
            ("start", moment(*start)),
            ("end", moment(*end)),
            ("limit", Self::LONGEST.to_owned()),
            ("sort", "asc".to_owned()),
        ];
        if is_pair(symbol) {
            query.push(("symbols", symbol.to_string()));
        } else {
            // The delayed tape is the whole one, asked for its past.
            let tape = if *feed == Feed::Iex { "iex" } else { "sip" };
            // A chart across a split shows one scale.
            query.extend([("feed", tape.to_owned()), ("adjustment", "split".to_owned())]);
        }
        query.extend(self.page_token.clone().map(|token| ("page_token", token)));
        query
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        if answer.status != 200 {
            return Err(data_failure(answer));
        }
        let (rows, next) = if is_pair(&self.stretch.symbol) {
            let page: SeveralRow = value(answer)?;
            (page.bars.and_then(|mut bars| bars.remove(self.stretch.symbol.as_str())), page.next_page_token)
        } else {
            let page: OneRow = value(answer)?;
            (page.bars, page.next_page_token)
        };
        let bars = rows.unwrap_or_default().iter().filter_map(BarRow::bar).collect();
        Ok(Page { bars, next: next.filter(|token| !token.is_empty()) })
    }
}

fn word(timeframe: Timeframe) -> String {
    match timeframe {
        Timeframe::Minutes(minutes) => format!("{}Min", minutes.clamp(1, 59)),
        Timeframe::Hour => "1Hour".to_owned(),
        Timeframe::Day => "1Day".to_owned(),
        Timeframe::Week => "1Week".to_owned(),
    }
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
