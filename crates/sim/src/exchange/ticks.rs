//! Single trades and quotes of the past, straight from the tape.

use super::bars::Clerk;
use super::calendar::date_of;
use super::hours::cut;
use super::market::{Quote, Trade};
use super::tape::MINUTE;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use std::ops::Range;

/// From a moment to another, both included.
type Window = (DateTime<Utc>, DateTime<Utc>);

fn moment(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(second, 0).unwrap_or_default()
}

fn turned<T: DoubleEndedIterator>(items: T, backwards: bool) -> impl Iterator<Item = T::Item> {
    let (forth, back) = if backwards { (None, Some(items.rev())) } else { (Some(items), None) };
    forth.into_iter().flatten().chain(back.into_iter().flatten())
}

impl Clerk<'_> {
    /// The seconds of a window in which there was trading and nobody had pinned the price, as runs.
    fn seconds(&self, window: Window, newest_first: bool) -> impl Iterator<Item = Range<i64>> {
        let known = self.ticker.at + TimeDelta::seconds(1);
        let pinned = self.ticker.pins.first().map_or(known, |pin| pin.quote.at.min(known));
        let span = window.0..(window.1 + TimeDelta::nanoseconds(1)).min(pinned);
        let dates: Vec<NaiveDate> =
            date_of(span.start).iter_days().take_while(|date| *date <= date_of(span.end)).collect();
        let runs = move |date| {
            let spans = self.hours_of(date, true).into_iter();
            let seconds = spans.map(|open| cut(&open, &span)).filter(|open| open.start < open.end);
            let up = |at: DateTime<Utc>| at.timestamp() + i64::from(at.timestamp_subsec_nanos() > 0);
            let runs: Vec<Range<i64>> = seconds.map(|open| up(open.start)..up(open.end)).collect();
            turned(runs.into_iter(), newest_first)
        };
        turned(dates.into_iter(), newest_first).flat_map(runs)
    }

    /// The trades of a window.
    pub fn trades(&self, window: Window, newest_first: bool) -> impl Iterator<Item = Trade> {
        let of_tape = self.seconds(window, newest_first).flat_map(move |run| {
            let minutes = run.start.div_euclid(MINUTE)..(run.end + MINUTE - 1).div_euclid(MINUTE);
            turned(minutes, newest_first).flat_map(move |minute| {
                let prints = turned(self.ticker.line.prints(minute), newest_first);
                let run = run.clone();
                prints.filter(move |print| run.contains(&print.second)).map(|print| Trade {
                    id: print.second,
                    at: moment(print.second),
                    price: print.price,
                    size: Decimal::from(print.size) * self.ticker.line.unit,
                })
            })
        });
        let pinned = self.ticker.pins.iter().filter_map(|pin| {
            let at = pin.quote.at;
            Some(Trade { id: at.timestamp(), at, price: pin.traded?, size: Decimal::ONE_HUNDRED })
        });
        let pinned: Vec<Trade> = pinned.filter(|trade| window.0 <= trade.at && trade.at <= window.1).collect();
        in_order(of_tape, pinned, newest_first)
    }

    /// The quotes of a window, one a second.
    pub fn quotes(&self, window: Window, newest_first: bool) -> impl Iterator<Item = Quote> {
        let of_tape = self
            .seconds(window, newest_first)
            .flat_map(move |run| turned(run, newest_first).map(|second| self.ticker.quote_in(second)));
        let pinned = self.ticker.pins.iter().map(|pin| pin.quote);
        let pinned: Vec<Quote> = pinned.filter(|quote| window.0 <= quote.at && quote.at <= window.1).collect();
        in_order(of_tape, pinned, newest_first)
    }
}

/// What was pinned comes after what the tape made.
fn in_order<T>(of_tape: impl Iterator<Item = T>, pinned: Vec<T>, newest_first: bool) -> impl Iterator<Item = T> {
    let (before, after) = if newest_first { (pinned, Vec::new()) } else { (Vec::new(), pinned) };
    before.into_iter().rev().chain(of_tape).chain(after)
}
