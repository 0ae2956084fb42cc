//! `GET /v2/account/portfolio/history`: what an account was worth, worked out backwards from what it holds now.

use super::super::calendar::date_of;
use super::super::errors::{self, Refusal, invalid};
use super::super::hours::midnight_to_midnight;
use super::super::json::number;
use super::super::kinds::Side;
use super::super::options::contracts::{Contract, MULTIPLIER};
use super::super::routes::{Call, Params, Reply};
use super::super::venue::Exchange;
use super::Change;
use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The longest span for which there are points within a day.
const INTRADAY_DAYS: i64 = 30;
/// Types of money that came or went, as `ALL` means them.
const CASH_FLOWS: [&str; 6] = ["CSD", "CSW", "DIV", "FEE", "INT", "JNLC"];

/// The distance between points.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Minutes(i64),
    Day,
}

impl Step {
    fn read(params: &Params, days: i64) -> Result<(Self, String), Refusal> {
        let word = params.get("timeframe").unwrap_or(match days {
            ..7 => "1Min",
            7..30 => "15Min",
            _ => "1D",
        });
        let step = match word {
            "1Min" => Self::Minutes(1),
            "5Min" => Self::Minutes(5),
            "15Min" => Self::Minutes(15),
            "1H" => Self::Minutes(60),
            "1D" => Self::Day,
            _ => return Err(invalid(format!("invalid timeframe: {word}"))),
        };
        if step != Self::Day && days > INTRADAY_DAYS {
            return Err(invalid("only the 1D timeframe is accepted for more than 30 days"));
        }
        Ok((step, word.to_owned()))
    }
}

/// A point: its label and the moment at which the account is valued.
struct Point {
    label: DateTime<Utc>,
    valued: DateTime<Utc>,
    date: NaiveDate,
}

/// Which dates are asked for, and how many days that spans by name: a month is thirty.
fn dates(exchange: &Exchange, call: &Call<'_>) -> Result<(Vec<NaiveDate>, i64), Refusal> {
    let params = &call.params;
    let day = |name: &str| match params.get(name) {
        None => Ok(None),
        Some(text) => {
            let full = DateTime::parse_from_rfc3339(text).map(|moment| date_of(moment.to_utc()));
            let read = full.or_else(|_| text.parse::<NaiveDate>());
            read.map(Some).map_err(|_| invalid(format!("invalid {name}")))
        }
    };
    let (start, end) = (day("start")?, day("end")?);
    if start.is_some() && end.is_some() && params.get("period").is_some() {
        return Err(invalid("only two of start, end and period can be specified at the same time"));
    }
    let last = end.unwrap_or(date_of(call.now)).min(date_of(call.now));
    let traded = |date: &NaiveDate| !exchange.market.hours().of_date(*date, false).is_empty();
    let from = |first: NaiveDate| first.iter_days().take_while(|date| *date <= last).filter(traded).collect();
    if let (Some(start), None) = (start, params.get("period")) {
        return Ok((from(start), (last - start).num_days()));
    }
    let (count, unit) = period(params.get("period").unwrap_or("1M"))?;
    let days = i64::from(count)
        * match unit {
            'D' => 1,
            'W' => 7,
            'M' => 30,
            _ => 365,
        };
    if let Some(start) = start {
        let dates: Vec<NaiveDate> = from(start);
        let end = after(start, count, unit)?;
        return Ok((dates.into_iter().filter(|date| *date < end).collect(), days));
    }
    if unit == 'D' {
        let back = (0..).map_while(|back| last.checked_sub_days(Days::new(back)));
        let count = usize::try_from(count).unwrap_or(1);
        // Seven days hold five with trading, and the longest break is short.
        let mut dates: Vec<NaiveDate> = back.take(count * 2 + 12).filter(traded).take(count).collect();
        dates.reverse();
        return Ok((dates, days));
    }
    let first = match unit {
        'W' => last.checked_sub_days(Days::new(7 * u64::from(count))),
        'M' => last.checked_sub_months(Months::new(count)),
        _ => last.checked_sub_months(Months::new(12 * count)),
    };
    let first = first.and_then(|first| first.succ_opt()).ok_or_else(|| invalid("invalid period"))?;
    Ok((from(first), days))
}

fn after(start: NaiveDate, count: u32, unit: char) -> Result<NaiveDate, Refusal> {
    let end = match unit {
        'D' => start.checked_add_days(Days::new(count.into())),
        'W' => start.checked_add_days(Days::new(7 * u64::from(count))),
        'M' => start.checked_add_months(Months::new(count)),
        _ => start.checked_add_months(Months::new(12 * count)),
    };
    end.ok_or_else(|| invalid("invalid period"))
}

/// `5D`, `2W`, `1M`, `1A`.
fn period(text: &str) -> Result<(u32, char), Refusal> {
    let wrong = || invalid(format!("invalid period: {text}"));
    let unit = text.chars().last().filter(|unit| "DWMA".contains(*unit)).ok_or_else(wrong)?;
    let count = text.trim_end_matches(unit).parse().ok().filter(|count| (1..=1_000).contains(count));
    Ok((count.ok_or_else(wrong)?, unit))
}

/// The points of the dates, none of them in the future or before the account was opened.
fn points(
    exchange: &Exchange,
    call: &Call<'_>,
    dates: &[NaiveDate],
    step: Step,
    opened: DateTime<Utc>,
) -> Result<Vec<Point>, Refusal> {
    let extended = call.params.get("extended_hours") == Some("true");
    let (extended, around_the_clock) = match call.params.get("intraday_reporting") {
        None => (extended, false),
        Some("market_hours") => (false, false),
        Some("extended_hours") => (true, false),
        Some("continuous") => (true, true),
        Some(word) => return Err(invalid(format!("invalid intraday_reporting: {word}"))),
    };
    let of_date = |date: &NaiveDate| -> Vec<Point> {
        let date = *date;
        let length = match step {
            Step::Day => {
                let label = date.and_time(NaiveTime::MIN).and_utc();
                return vec![Point { label, valued: midnight_to_midnight(date).end, date }];
            }
            Step::Minutes(length) => TimeDelta::minutes(length),
        };
        let whole = vec![midnight_to_midnight(date)];
        let spans = if around_the_clock { whole } else { exchange.market.hours().of_date(date, extended) };
        let labels = spans.into_iter().flat_map(|span| {
            let first = DateTime::from_timestamp(span.start.timestamp() / 60 * 60, 0).unwrap_or(span.start);
            std::iter::successors(Some(first), move |label| Some(*label + length))
                .take_while(move |label| *label < span.end)
        });
        labels.map(|label| Point { label, valued: label + length, date }).collect()
    };
    let mut points: Vec<Point> = dates.iter().flat_map(of_date).collect();
    points.retain(|point| point.valued > opened && (step == Step::Day || point.label <= call.now));
    for point in &mut points {
        point.valued = point.valued.min(call.now);
    }
    Ok(points)
}

/// What an account holds, walked back in time.
struct Past<'a> {
    exchange: &'a Exchange,
    changes: Vec<Change>,
    cash: Decimal,
    shares: BTreeMap<String, Decimal>,
}

impl<'a> Past<'a> {
    fn of(exchange: &'a Exchange, account: Uuid) -> Option<Self> {
        let owner = exchange.accounts.get(&account)?;
        let shares = owner.positions.values().map(|position| (position.symbol.clone(), position.qty)).collect();
        Some(Self { exchange, changes: changes(exchange, account), cash: owner.cash, shares })
    }

    /// Undoes everything after `moment`, and values what was held then.
    fn worth(&mut self, moment: DateTime<Utc>) -> Decimal {
        while let Some(change) = self.changes.pop_if(|change| change.at > moment) {
            self.cash -= change.cash;
            if let Some((symbol, shares)) = change.shares {
                *self.shares.entry(symbol).or_default() -= shares;
            }
        }
        let market = &self.exchange.market;
        let held = self.shares.iter().filter(|(_, shares)| !shares.is_zero());
        self.cash + held.map(|(symbol, shares)| *shares * market.worth_at(symbol, moment)).sum::<Decimal>()
    }
}

/// Everything that changed cash or shares, oldest first.
fn changes(exchange: &Exchange, account: Uuid) -> Vec<Change> {
    let fills = exchange.fills().iter().filter(|fill| fill.account_id == account).map(|fill| {
        let shares = if fill.side == Side::Buy { fill.qty } else { -fill.qty };
        // The fee is kept of what is received: of the coins that came, or of the dollars.
        let (less_shares, less_cash) =
            if fill.side == Side::Buy { (fill.fee, Decimal::ZERO) } else { (Decimal::ZERO, fill.fee) };
        let multiplier = if Contract::read(&fill.symbol).is_some() { MULTIPLIER } else { Decimal::ONE };
        let cash = -shares * fill.price * multiplier - less_cash;
        Change { at: fill.at, cash, shares: Some((fill.symbol.clone(), shares - less_shares)), kind: None }
    });
    let endings = exchange.endings().iter().filter(|ending| ending.account_id == account).flat_map(|ending| {
        let change = |cash, symbol: &str, shares| Change {
            at: ending.at,
            cash,
            shares: Some((symbol.to_owned(), shares)),
            kind: None,
        };
        let delivery = ending.delivery.as_ref().map(|(share, shares, _)| change(Decimal::ZERO, share, *shares));
        std::iter::once(change(ending.cash, &ending.symbol, -ending.qty)).chain(delivery)
    });
    let entries = exchange.records.entries.iter().filter(|entry| entry.account == account);
    let money = entries.map(|entry| Change { at: entry.at, cash: entry.amount, shares: None, kind: Some(entry.kind) });
    let mut changes: Vec<Change> = fills.chain(endings).chain(money).collect();
    changes.sort_by_key(|change| change.at);
    changes
}

/// The types of money movements to report.
fn flows(params: &Params) -> Vec<String> {
    match params.get("cashflow_types") {
        None | Some("NONE") => Vec::new(),
        Some("ALL") => CASH_FLOWS.map(str::to_owned).to_vec(),
        Some(_) => params.list("cashflow_types").unwrap_or_default(),
    }
}

pub(in super::super) fn history(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let owner = exchange.accounts.get(&call.account).ok_or_else(errors::endpoint_not_found)?;
    let (dates, days) = dates(exchange, call)?;
    let (step, word) = Step::read(&call.params, days)?;
    let per_day = match call.params.get("pnl_reset") {
        None | Some("per_day") => true,
        Some("no_reset") => false,
        Some(word) => return Err(invalid(format!("invalid pnl_reset: {word}"))),
    };
    let points = points(exchange, call, &dates, step, owner.created_at)?;
    let before = points.first().and_then(|point| last_close(exchange, point.date));
    let before = before.filter(|close| *close > owner.created_at);
    let mut past = Past::of(exchange, call.account).ok_or_else(errors::endpoint_not_found)?;
    let mut worth: Vec<Decimal> = points.iter().rev().map(|point| past.worth(point.valued)).collect();
    worth.reverse();
    let base = before.map(|close| past.worth(close)).or_else(|| worth.first().copied());
    let moved = changes(exchange, call.account);
    let (profit, share) = profits(&points, &worth, base, &moved, per_day && step != Step::Day, before);
    let numbers = |amounts: &[Decimal]| amounts.iter().map(|amount| number(*amount)).collect::<Value>();
    let cash_flow: Map<String, Value> =
        flows(&call.params).into_iter().map(|kind| (kind.clone(), numbers(&paid(&points, &moved, &kind)))).collect();
    let mut answer = json!({
        "timestamp": points.iter().map(|point| point.label.timestamp()).collect::<Vec<i64>>(),
        "equity": numbers(&worth),
        "profit_loss": numbers(&profit),
        "profit_loss_pct": numbers(&share),
        "base_value": number(base.unwrap_or(owner.last_equity)),
        "timeframe": word,
        "cashflow": cash_flow,
    });
    if let Some(close) = before {
        answer["base_value_asof"] = date_of(close).to_string().into();
    }
    Ok(Reply::Json(answer))
}

/// The end of the last day of trading before `date`.
fn last_close(exchange: &Exchange, date: NaiveDate) -> Option<DateTime<Utc>> {
    let before = (1..12).filter_map(|back| date.checked_sub_days(Days::new(back)));
    let mut closes = before.filter_map(|date| exchange.market.hours().of_date(date, false).pop());
    closes.next().map(|span| span.end)
}

/// What was gained since the base, or since the close before when every day begins anew. What was paid in is no gain.
fn profits(
    points: &[Point],
    worth: &[Decimal],
    base: Option<Decimal>,
    moved: &[Change],
    per_day: bool,
    since: Option<DateTime<Utc>>,
) -> (Vec<Decimal>, Vec<Decimal>) {
    let mut from = base.unwrap_or_default();
    let mut begun = since.or_else(|| points.first().map(|point| point.valued)).unwrap_or_default();
    let mut last: Option<(NaiveDate, Decimal, DateTime<Utc>)> = None;
    let rows = points.iter().zip(worth).map(|(point, worth)| {
        if let Some((date, closing, at)) = last.filter(|(date, ..)| per_day && *date != point.date) {
            debug_assert!(date < point.date, "points are in order");
            (from, begun) = (closing, at);
        }
        last = Some((point.date, *worth, point.valued));
        let outside = |change: &&Change| matches!(change.kind, Some("CSD" | "CSW" | "JNLC"));
        let within = moved.iter().filter(|change| begun < change.at && change.at <= point.valued);
        let paid: Decimal = within.filter(outside).map(|change| change.cash).sum();
        let gain = worth - from - paid;
        let basis = from + paid;
        (gain, if basis.is_zero() { Decimal::ZERO } else { (gain / basis).round_dp(9) })
    });
    rows.unzip()
}

/// What came or went under one type in each window.
fn paid(points: &[Point], moved: &[Change], kind: &str) -> Vec<Decimal> {
    let mut begun = DateTime::<Utc>::MIN_UTC;
    let window = points.iter().map(|point| {
        let within = moved.iter().filter(|change| begun < change.at && change.at <= point.valued);
        let sum = within.filter(|change| change.kind == Some(kind)).map(|change| change.cash).sum();
        begun = point.valued;
        sum
    });
    window.collect()
}
