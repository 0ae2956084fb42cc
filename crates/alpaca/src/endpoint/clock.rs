//! `GET /v2/clock` and `GET /v2/calendar`.

use super::{Endpoint, unreadable, value};
use crate::path::Path;
use crate::transport::Answer;
use crate::wire;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::account::{MarketClock, TradingDay};
use domain::brokerage::Lane;
use domain::outcome::ReadFailure;
use reqwest::Method;
use serde::Deserialize;

/// The market's clock.
pub(crate) struct Clock;

#[derive(Deserialize)]
struct ClockRow {
    #[serde(default, deserialize_with = "wire::time")]
    timestamp: Option<DateTime<Utc>>,
    is_open: bool,
    #[serde(default, deserialize_with = "wire::time")]
    next_open: Option<DateTime<Utc>>,
    #[serde(default, deserialize_with = "wire::time")]
    next_close: Option<DateTime<Utc>>,
}

impl Endpoint for Clock {
    type Reply = Result<MarketClock, ReadFailure>;
    const NAME: &'static str = "clock";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;

    fn path(&self) -> Path {
        Path::Clock
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let row: ClockRow = value(answer)?;
        let clock = || {
            Some(MarketClock {
                at: row.timestamp?,
                is_open: row.is_open,
                next_open: row.next_open?,
                next_close: row.next_close?,
            })
        };
        clock().ok_or_else(|| unreadable(answer))
    }
}

/// Trading days, both ends included.
pub(crate) struct Calendar {
    pub(crate) start: NaiveDate,
    pub(crate) end: NaiveDate,
}

#[derive(Deserialize)]
struct DayRow {
    date: NaiveDate,
    open: String,
    close: String,
}

impl Endpoint for Calendar {
    type Reply = Result<Vec<TradingDay>, ReadFailure>;
    const NAME: &'static str = "calendar";
    const METHOD: Method = Method::GET;
    const LANE: Lane = Lane::Reads;
    /// Sixty years of days.
    const LIMIT: usize = 4 << 20;

    fn path(&self) -> Path {
        Path::Calendar
    }

    fn query(&self) -> Vec<(&'static str, String)> {
        vec![("start", self.start.to_string()), ("end", self.end.to_string())]
    }

    fn read(&self, answer: &Answer) -> Self::Reply {
        let rows: Option<Vec<DayRow>> = value(answer)?;
        let day = |row: DayRow| {
            let wall = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
            Some(TradingDay { date: row.date, open: wall(&row.open)?, close: wall(&row.close)? })
        };
        let days: Option<Vec<_>> = rows.unwrap_or_default().into_iter().map(day).collect();
        days.ok_or_else(|| unreadable(answer))
    }
}
