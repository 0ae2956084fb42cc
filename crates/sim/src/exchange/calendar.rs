//! New York's trading days: weekends, holidays, early closes, and the sessions of a day.
//!
//! Holidays and early closes are those the NYSE has published for 2025 to 2028. Outside these years only weekends are
//! closed.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::America::New_York;

/// Month and day of every full closing, by year.
const HOLIDAYS: &[(i32, &[(u32, u32)])] = &[
    (2025, &[(1, 1), (1, 9), (1, 20), (2, 17), (4, 18), (5, 26), (6, 19), (7, 4), (9, 1), (11, 27), (12, 25)]),
    (2026, &[(1, 1), (1, 19), (2, 16), (4, 3), (5, 25), (6, 19), (7, 3), (9, 7), (11, 26), (12, 25)]),
    (2027, &[(1, 1), (1, 18), (2, 15), (3, 26), (5, 31), (6, 18), (7, 5), (9, 6), (11, 25), (12, 24)]),
    (2028, &[(1, 17), (2, 21), (4, 14), (5, 29), (6, 19), (7, 4), (9, 4), (11, 23), (12, 25)]),
];

/// Month and day of every 13:00 close, by year.
const EARLY_CLOSES: &[(i32, &[(u32, u32)])] = &[
    (2025, &[(7, 3), (11, 28), (12, 24)]),
    (2026, &[(11, 27), (12, 24)]),
    (2027, &[(11, 26)]),
    (2028, &[(7, 3), (11, 24)]),
];

fn listed(table: &[(i32, &[(u32, u32)])], date: NaiveDate) -> bool {
    table.iter().any(|(year, days)| *year == date.year() && days.contains(&(date.month(), date.day())))
}

/// What part of the day the market is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// 9:30 to the close.
    Regular,
    /// 4:00 to 9:30 and the close to 20:00 (17:00 after an early close).
    Extended,
    /// Nothing trades.
    Closed,
}

/// One day on which the market opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TradingDay {
    /// The date in New York.
    pub date: NaiveDate,
    /// 4:00.
    pub pre_open: DateTime<Utc>,
    /// 9:30.
    pub open: DateTime<Utc>,
    /// 16:00, or 13:00.
    pub close: DateTime<Utc>,
    /// 20:00, or 17:00.
    pub post_close: DateTime<Utc>,
}

/// The date in New York at `moment`.
pub(super) fn date_of(moment: DateTime<Utc>) -> NaiveDate {
    moment.with_timezone(&New_York).date_naive()
}

/// Midnight in New York of `date`.
pub(super) fn midnight(date: NaiveDate) -> DateTime<Utc> {
    at(date, 0, 0)
}

/// A time of day in New York.
pub(super) fn at(date: NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
    let local = date.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default());
    // New York skips and repeats only 02:00 to 03:00 on Sundays, when nothing here happens.
    New_York.from_local_datetime(&local).earliest().map_or_else(|| local.and_utc(), |moment| moment.to_utc())
}

/// The sessions of `date`, if the market opens on it.
pub(super) fn trading_day(date: NaiveDate) -> Option<TradingDay> {
    if matches!(date.weekday(), Weekday::Sat | Weekday::Sun) || listed(HOLIDAYS, date) {
        return None;
    }
    let (close, post_close) = if listed(EARLY_CLOSES, date) { (13, 17) } else { (16, 20) };
    Some(TradingDay {
        date,
        pre_open: at(date, 4, 0),
        open: at(date, 9, 30),
        close: at(date, close, 0),
        post_close: at(date, post_close, 0),
    })
}

/// The trading days from `first` to `last`, both included.
pub(super) fn trading_days(first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = TradingDay> {
    first.iter_days().take_while(move |date| *date <= last).filter_map(trading_day)
}

/// The first trading day after `date`.
pub(super) fn next_trading_day(date: NaiveDate) -> TradingDay {
    let mut date = date;
    loop {
        date = date.checked_add_days(Days::new(1)).unwrap_or(date);
        if let Some(day) = trading_day(date) {
            return day;
        }
    }
}

/// The session at `moment`.
pub(super) fn session_at(moment: DateTime<Utc>) -> Session {
    match trading_day(date_of(moment)) {
        Some(day) if day.open <= moment && moment < day.close => Session::Regular,
        Some(day) if day.pre_open <= moment && moment < day.post_close => Session::Extended,
        _ => Session::Closed,
    }
}

/// The first moment after `now` that `edge` picks from a trading day.
pub(super) fn next_edge(now: DateTime<Utc>, edge: impl Fn(&TradingDay) -> DateTime<Utc>) -> DateTime<Utc> {
    let today = date_of(now);
    match trading_day(today).map(|day| edge(&day)) {
        Some(moment) if moment > now => moment,
        _ => edge(&next_trading_day(today)),
    }
}

/// The next regular open after `now`.
pub(super) fn next_open(now: DateTime<Utc>) -> DateTime<Utc> {
    next_edge(now, |day| day.open)
}

/// The next regular close after `now`.
pub(super) fn next_close(now: DateTime<Utc>) -> DateTime<Utc> {
    next_edge(now, |day| day.close)
}

/// When a day order taken at `now` ends; with extended hours the day lasts to the end of the late session.
pub(super) fn day_end(now: DateTime<Utc>, extended_hours: bool) -> DateTime<Utc> {
    next_edge(now, |day| if extended_hours { day.post_close } else { day.close })
}

/// Ninety days after `now`, at 16:15 in New York: when the vendor's job ends a gtc order.
pub(super) fn gtc_end(now: DateTime<Utc>) -> DateTime<Utc> {
    let end = date_of(now + TimeDelta::days(90));
    at(end, 16, 15)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("date")
    }

    fn moment(text: &str) -> DateTime<Utc> {
        text.parse().expect("moment")
    }

    #[test]
    fn the_calendar_knows_holidays_and_half_days() {
        for closed in ["2026-01-01", "2026-04-03", "2026-07-03", "2026-11-26", "2027-03-26", "2027-12-24", "2026-08-01"]
        {
            assert_eq!(trading_day(day(closed)), None, "{closed}");
        }
        let half = trading_day(day("2026-11-27")).expect("half day");
        assert_eq!(half.close, moment("2026-11-27T18:00:00Z"));
        assert_eq!(half.post_close, moment("2026-11-27T22:00:00Z"));
        assert_eq!(trading_days(day("2026-01-01"), day("2026-12-31")).count(), 251);
        assert_eq!(trading_days(day("2027-01-01"), day("2027-12-31")).count(), 251);
    }

    #[test]
    fn the_session_follows_daylight_saving() {
        // 9:30 in New York is 14:30 in winter and 13:30 in summer.
        assert_eq!(session_at(moment("2026-01-15T14:29:59Z")), Session::Extended);
        assert_eq!(session_at(moment("2026-01-15T14:30:00Z")), Session::Regular);
        assert_eq!(session_at(moment("2026-07-15T13:30:00Z")), Session::Regular);
        assert_eq!(session_at(moment("2026-07-15T20:00:00Z")), Session::Extended);
        assert_eq!(session_at(moment("2026-07-16T00:00:00Z")), Session::Closed);
    }

    #[test]
    fn the_next_edges_skip_a_long_weekend() {
        let thursday_night = moment("2026-07-02T21:00:00Z");
        assert_eq!(next_open(thursday_night), moment("2026-07-06T13:30:00Z"));
        assert_eq!(next_close(thursday_night), moment("2026-07-06T20:00:00Z"));
    }
}
