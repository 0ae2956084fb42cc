//! When the market trades: the calendar, and the times at which a test or the demo held its doors open or shut.

use super::calendar::{self, Session, TradingDay};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use std::ops::Range;

/// A stretch of time.
pub(super) type Span = Range<DateTime<Utc>>;

/// How many days back the last one with trading can lie.
pub(super) const LONGEST_BREAK: u64 = 10;

/// What the doors were told, and when; before the first word the calendar decides.
#[derive(Clone, Debug, Default)]
pub(super) struct Hours {
    words: Vec<(DateTime<Utc>, Option<bool>)>,
}

impl Hours {
    /// From `at` on, holds the doors open or shut, or follows the calendar again.
    pub fn hold(&mut self, at: DateTime<Utc>, open: Option<bool>) {
        self.words.retain(|(since, _)| *since < at);
        self.words.push((at, open));
    }

    /// What the doors are told last.
    pub fn held(&self) -> Option<bool> {
        self.words.last().and_then(|(_, open)| *open)
    }

    /// The session at `moment`.
    pub fn session(&self, moment: DateTime<Utc>) -> Session {
        match self.words.iter().rev().find(|(since, _)| *since <= moment).and_then(|(_, open)| *open) {
            Some(true) => Session::Regular,
            Some(false) => Session::Closed,
            None => calendar::session_at(moment),
        }
    }

    /// When there was trading on `date`: in regular hours, or in the early and late sessions too.
    pub fn of_date(&self, date: NaiveDate, extended: bool) -> Vec<Span> {
        let day = midnight_to_midnight(date);
        let hours = |day: TradingDay| if extended { day.pre_open..day.post_close } else { day.open..day.close };
        let listed = calendar::trading_day(date).map(hours);
        let starts = std::iter::once((DateTime::<Utc>::MIN_UTC, None)).chain(self.words.iter().copied());
        let ends = self.words.iter().map(|(since, _)| *since).chain([DateTime::<Utc>::MAX_UTC]);
        starts
            .zip(ends)
            .filter_map(|((start, open), end)| match open {
                Some(true) => Some(cut(&day, &(start..end))),
                Some(false) => None,
                None => listed.as_ref().map(|hours| cut(hours, &(start..end))),
            })
            .filter(|span| span.start < span.end)
            .collect()
    }

    /// The last second up to `now` in which there was trading.
    pub fn last_second(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let today = calendar::date_of(now);
        let dates = (0..LONGEST_BREAK).filter_map(|back| today.checked_sub_days(Days::new(back)));
        let ends = dates.flat_map(|date| self.of_date(date, true).into_iter().rev());
        let last = ends.filter(|span| span.start <= now).map(|span| (span.end - TimeDelta::seconds(1)).min(now)).next();
        last.unwrap_or(now)
    }
}

/// The whole of a date in New York.
pub(super) fn midnight_to_midnight(date: NaiveDate) -> Span {
    calendar::midnight(date)..calendar::midnight(date.succ_opt().unwrap_or(date))
}

/// What two stretches have in common; empty when that is nothing.
pub(super) fn cut(one: &Span, other: &Span) -> Span {
    one.start.max(other.start)..one.end.min(other.end)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().expect("moment")
    }

    #[test]
    fn a_closed_market_stands_where_its_last_session_ended() {
        let hours = Hours::default();
        assert_eq!(hours.last_second(moment("2026-11-22T17:00:00Z")), moment("2026-11-21T00:59:59Z"));
        assert_eq!(hours.last_second(moment("2026-11-23T17:00:00Z")), moment("2026-11-23T17:00:00Z"));
        assert_eq!(hours.last_second(moment("2026-11-28T03:00:00Z")), moment("2026-11-27T21:59:59Z"), "a half day");
    }

    #[test]
    fn held_doors_count_from_when_they_were_held() {
        let (mut hours, sunday) = (Hours::default(), moment("2026-11-22T17:00:00Z"));
        hours.hold(sunday, Some(true));
        assert_eq!(hours.session(sunday - TimeDelta::seconds(1)), Session::Closed);
        assert_eq!(hours.session(sunday), Session::Regular);
        let date = calendar::date_of(sunday);
        assert_eq!(hours.of_date(date, false), [sunday..moment("2026-11-23T05:00:00Z")]);
        hours.hold(sunday + TimeDelta::hours(1), Some(false));
        assert_eq!(hours.of_date(date, true), [sunday..moment("2026-11-22T18:00:00Z")]);
        assert_eq!(hours.last_second(moment("2026-11-22T20:00:00Z")), moment("2026-11-22T17:59:59Z"));
        hours.hold(sunday + TimeDelta::hours(2), None);
        assert_eq!(hours.session(moment("2026-11-23T15:00:00Z")), Session::Regular);
    }
}
