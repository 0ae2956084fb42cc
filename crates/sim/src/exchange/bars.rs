//! Bars: the tape added up over minutes, hours, days, weeks or months.

use super::assets::AssetClass;
use super::calendar::date_of;
use super::hours::{Hours, LONGEST_BREAK, Span, cut, midnight_to_midnight};
use super::market::{Market, Ticker};
use super::tape::{HALF_HOUR, Line, MINUTE, Stretch};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::ops::Range;

/// The vendor's history begins here.
const FIRST_DATE: Option<NaiveDate> = NaiveDate::from_ymd_opt(2016, 1, 4);

/// The span of one bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timeframe {
    Minutes(i64),
    Day,
    Week,
    Months(u32),
}

impl Timeframe {
    /// Reads `5Min`, `1Hour`, `1D` and so on; none for spans which the vendor does not make.
    pub fn read(text: &str) -> Option<Self> {
        let unit = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let count: u32 = text.strip_suffix(unit)?.parse().ok()?;
        match (unit, count) {
            ("Min" | "T", 1..=59) => Some(Self::Minutes(count.into())),
            ("Hour" | "H", 1..=23) => Some(Self::Minutes(60 * i64::from(count))),
            ("Day" | "D", 1) => Some(Self::Day),
            ("Week" | "W", 1) => Some(Self::Week),
            ("Month" | "M", 1 | 2 | 3 | 4 | 6 | 12) => Some(Self::Months(count)),
            _ => None,
        }
    }

    /// The first date of the bar that `date` falls in.
    fn first_date(self, date: NaiveDate) -> NaiveDate {
        match self {
            Self::Minutes(_) | Self::Day => date,
            Self::Week => date - Days::new(date.weekday().num_days_from_monday().into()),
            Self::Months(count) => {
                NaiveDate::from_ymd_opt(date.year(), date.month0() / count * count + 1, 1).unwrap_or(date)
            }
        }
    }

    /// The first date of the next bar.
    fn next_date(self, first: NaiveDate) -> NaiveDate {
        match self {
            Self::Minutes(_) | Self::Day => first + Days::new(1),
            Self::Week => first + Days::new(7),
            Self::Months(count) => first + Months::new(count),
        }
    }
}

/// One bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub at: DateTime<Utc>,
    pub open: Decimal,
    pub high: Decimal,
    pub low: Decimal,
    pub close: Decimal,
    pub volume: Decimal,
    pub trades: u64,
    /// About what was paid on average: typical prices of its pieces, weighted by their volume.
    pub average: Decimal,
}

impl Bar {
    /// A bar of one trade.
    fn of(at: DateTime<Utc>, price: Decimal, volume: Decimal) -> Self {
        Self { at, open: price, high: price, low: price, close: price, volume, trades: 1, average: price }
    }

    /// The bar as it was before each share became so many.
    pub fn unsplit(self, ratio: Decimal) -> Self {
        Self {
            open: self.open * ratio,
            high: self.high * ratio,
            low: self.low * ratio,
            close: self.close * ratio,
            average: self.average * ratio,
            volume: (self.volume / ratio).trunc(),
            ..self
        }
    }

    fn and(self, next: Self) -> Self {
        let volume = self.volume + next.volume;
        let worth = self.average * self.volume + next.average * next.volume;
        Self {
            high: self.high.max(next.high),
            low: self.low.min(next.low),
            close: next.close,
            volume,
            trades: self.trades + next.trades,
            average: if volume.is_zero() { next.average } else { (worth / volume).round_dp(9) },
            ..self
        }
    }
}

/// Adds up the tape of one symbol.
pub(super) struct Clerk<'a> {
    pub ticker: Ticker<'a>,
    hours: &'a Hours,
    /// No minute from this moment on is complete.
    until: DateTime<Utc>,
}

impl<'a> Clerk<'a> {
    /// A clerk who knows what had happened by `now`.
    pub fn at(market: &'a Market, symbol: &str, now: DateTime<Utc>) -> Option<Self> {
        let ticker = market.ticker_at(symbol, now)?;
        let until = DateTime::from_timestamp(now.timestamp().div_euclid(MINUTE) * MINUTE, 0)?;
        Some(Self { ticker, hours: market.hours(), until })
    }

    /// The bars that begin in `window`, both ends included.
    pub fn bars(
        &self,
        timeframe: Timeframe,
        window: (DateTime<Utc>, DateTime<Utc>),
        newest_first: bool,
    ) -> impl Iterator<Item = Bar> {
        let first = FIRST_DATE.unwrap_or_default().max(date_of(window.0));
        let last = date_of(window.1.min(self.until));
        let mut starts: Vec<NaiveDate> =
            std::iter::successors(Some(timeframe.first_date(first)), |start| Some(timeframe.next_date(*start)))
                .take_while(|start| *start <= last)
                .collect();
        if newest_first {
            starts.reverse();
        }
        starts.into_iter().flat_map(move |start| {
            let mut bars = match timeframe {
                Timeframe::Minutes(minutes) => self.within(start, minutes * MINUTE, window),
                _ => self.over(start, timeframe.next_date(start)).into_iter().collect(),
            };
            bars.retain(|bar| window.0 <= bar.at && bar.at <= window.1);
            if newest_first {
                bars.reverse();
            }
            bars
        })
    }

    /// The latest minute bar.
    pub fn latest(&self) -> Option<Bar> {
        let pinned = self.ticker.pins.last().map(|pin| pin.quote.at);
        let before = self.until - TimeDelta::seconds(1);
        let minute = pinned.unwrap_or_else(|| if self.is_coin() { before } else { self.hours.last_second(before) });
        let minute = minute.timestamp().div_euclid(MINUTE);
        self.add_up(DateTime::from_timestamp(minute * MINUTE, 0)?, std::iter::once(minute..minute + 1))
    }

    /// The bars of the last two days on which there was trading, the later one first.
    pub fn last_days(&self) -> (Option<Bar>, Option<Bar>) {
        let today = date_of(self.ticker.at);
        let dates = (0..LONGEST_BREAK).filter_map(|back| today.checked_sub_days(Days::new(back)));
        let mut bars = dates.filter_map(|date| self.over(date, date.succ_opt()?));
        (bars.next(), bars.next())
    }

    fn is_coin(&self) -> bool {
        self.ticker.asset.class == AssetClass::Crypto
    }

    pub fn hours_of(&self, date: NaiveDate, extended: bool) -> Vec<Span> {
        if self.is_coin() { vec![midnight_to_midnight(date)] } else { self.hours.of_date(date, extended) }
    }

    /// The minutes of a stretch of time that are complete.
    fn minutes(&self, span: &Span) -> Range<i64> {
        let known = cut(span, &(DateTime::<Utc>::MIN_UTC..self.until));
        let up = (known.start.timestamp() + MINUTE - 1).div_euclid(MINUTE);
        up..known.end.timestamp().div_euclid(MINUTE).max(up)
    }

    /// The bars of one date, early and late sessions included, each `length` seconds long and counted from midnight.
    fn within(&self, date: NaiveDate, length: i64, window: (DateTime<Utc>, DateTime<Utc>)) -> Vec<Bar> {
        let midnight = midnight_to_midnight(date).start.timestamp();
        let step = length / MINUTE;
        let mut pieces: BTreeMap<i64, Vec<Range<i64>>> = BTreeMap::new();
        for span in self.hours_of(date, true) {
            let minutes = self.minutes(&span);
            let mut from = minutes.start;
            while from < minutes.end {
                let bucket = (from - midnight / MINUTE).div_euclid(step);
                let to = (midnight / MINUTE + (bucket + 1) * step).min(minutes.end);
                pieces.entry(midnight + bucket * length).or_default().push(from..to);
                from = to;
            }
        }
        let wanted = window.0.timestamp()..=window.1.timestamp();
        let bars = pieces.into_iter().filter(|(start, _)| wanted.contains(start));
        bars.filter_map(|(start, minutes)| self.add_up(DateTime::from_timestamp(start, 0)?, minutes)).collect()
    }

    /// The bar of the regular hours from one date up to another.
    fn over(&self, first: NaiveDate, next: NaiveDate) -> Option<Bar> {
        let dates = first.iter_days().take_while(|date| *date < next);
        let spans = dates.flat_map(|date| self.hours_of(date, false));
        self.add_up(midnight_to_midnight(first).start, spans.map(|span| self.minutes(&span)))
    }

    /// One bar of several runs of minutes.
    fn add_up(&self, at: DateTime<Utc>, runs: impl IntoIterator<Item = Range<i64>>) -> Option<Bar> {
        let mut half_hours = HalfHours { line: self.ticker.line, last: None };
        let bars = runs.into_iter().filter_map(|run| {
            let moved = self.ticker.pins.first().map(|pin| pin.quote.at.timestamp().div_euclid(MINUTE));
            let untouched = run.start..moved.map_or(run.end, |moved| moved.clamp(run.start, run.end));
            let pinned = |at: DateTime<Utc>| run.contains(&at.timestamp().div_euclid(MINUTE));
            let pins = self.ticker.pins.iter().filter(|pin| pinned(pin.quote.at));
            let pins = pins.filter_map(|pin| Some(Bar::of(at, pin.traded?, Decimal::ONE_HUNDRED)));
            half_hours.add_up(at, untouched).into_iter().chain(pins).reduce(Bar::and)
        });
        bars.reduce(Bar::and)
    }
}

/// Runs of the tape, the present half-hour at hand.
struct HalfHours {
    line: Line,
    last: Option<(i64, Stretch)>,
}

impl HalfHours {
    fn half_hour(&mut self, place: i64) -> Stretch {
        match self.last {
            Some((last, stretch)) if last == place => stretch,
            _ => {
                let stretch = self.line.half_hour(place);
                self.last = Some((place, stretch));
                stretch
            }
        }
    }

    /// The bar of a run of minutes, made of whole half-hours as far as possible.
    fn add_up(&mut self, at: DateTime<Utc>, run: Range<i64>) -> Option<Bar> {
        let thirty = HALF_HOUR / MINUTE;
        let mut minute = run.start;
        let mut sum: Option<Bar> = None;
        while minute < run.end {
            let half_hour = self.half_hour(minute.div_euclid(thirty));
            let whole = minute.rem_euclid(thirty) == 0 && minute + thirty <= run.end;
            let (stretch, length) =
                if whole { (half_hour, thirty) } else { (self.line.minute_of(&half_hour, minute), 1) };
            let piece = self.bar(at, &stretch, minute..minute + length);
            sum = Some(sum.map_or(piece, |sum| sum.and(piece)));
            minute += length;
        }
        sum
    }

    fn bar(&self, at: DateTime<Utc>, stretch: &Stretch, minutes: Range<i64>) -> Bar {
        let ohlc = self.line.ohlc(stretch);
        let traffic = minutes.map(|minute| self.line.traffic(minute));
        let (volume, trades) = traffic.fold((0, 0), |sum, minute| (sum.0 + minute.0, sum.1 + minute.1));
        let typical = (ohlc.high + ohlc.low + ohlc.close) / Decimal::from(3);
        Bar {
            at,
            open: ohlc.open,
            high: ohlc.high,
            low: ohlc.low,
            close: ohlc.close,
            volume: Decimal::from(volume) * self.line.unit,
            trades,
            average: typical.round_dp(9),
        }
    }
}

#[cfg(test)]
mod tests;
