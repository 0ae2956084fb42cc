//! The newer clock and calendar, which tell markets apart; here all of them keep New York's hours.

use super::calendar::{self, Session, TradingDay, date_of};
use super::errors::{Refusal, bad_request};
use super::routes::{Call, Reply};
use super::venue::Exchange;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use chrono_tz::America::New_York;
use serde_json::{Value, json};

/// Acronym, name and market identifier code.
const MARKETS: [(&str, &str, &str); 6] = [
    ("NYSE", "New York Stock Exchange", "XNYS"),
    ("NASDAQ", "National Association of Securities Dealers Automated Quotations", "XNAS"),
    ("IEX", "Investors Exchange", "IEXG"),
    ("OTC", "OTC Markets", "OTCM"),
    ("OPRA", "Options Price Reporting Authority", "OPRA"),
    ("BOATS", "Blue Ocean Alternative Trading System", "OCEA"),
];

/// A market by its acronym or code.
fn market(name: &str) -> Result<Value, Refusal> {
    let found = MARKETS.iter().find(|(acronym, _, mic)| *acronym == name || *mic == name);
    let (acronym, title, mic) = found.ok_or_else(|| bad_request(format!("invalid market: {name}")))?;
    Ok(json!({"acronym": acronym, "name": title, "mic": mic, "timezone": "America/New_York"}))
}

fn local(moment: DateTime<Utc>) -> String {
    moment.with_timezone(&New_York).to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

pub(super) fn clocks(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let at = match call.params.get("time") {
        None => call.now,
        Some(text) => {
            let read = DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc());
            read.map_err(|_| bad_request(format!("invalid time: {text}")))?
        }
    };
    let names = call.params.list("markets").unwrap_or_else(|| vec!["NYSE".to_owned()]);
    let today = calendar::trading_day(date_of(at));
    let (phase, until) = match (exchange.market.session(at), today) {
        (Session::Regular, _) => ("core", calendar::next_close(at)),
        (Session::Extended, Some(day)) if at < day.open => ("pre", day.open),
        (Session::Extended, Some(day)) => ("post", day.post_close),
        _ => ("closed", calendar::next_edge(at, |day| day.pre_open)),
    };
    let clock = |name: &String| {
        Ok(json!({
            "market": market(name)?,
            "timestamp": local(at),
            "is_market_day": today.is_some(),
            "phase": phase,
            "phase_until": local(until),
            "next_market_open": local(calendar::next_open(at)),
            "next_market_close": local(calendar::next_close(at)),
        }))
    };
    let clocks: Result<Vec<Value>, Refusal> = names.iter().map(clock).collect();
    Ok(Reply::Json(json!({"clocks": clocks?})))
}

pub(super) fn days(call: &Call<'_>) -> Result<Reply, Refusal> {
    let date = |name: &str| match call.params.get(name) {
        None => Ok(date_of(call.now)),
        Some(text) => text.parse::<NaiveDate>().map_err(|_| bad_request(format!("invalid {name}: {text}"))),
    };
    let written = |moment: DateTime<Utc>| match call.params.get("timezone") {
        Some("UTC") => moment.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        _ => local(moment),
    };
    let row = |day: TradingDay| {
        json!({
            "date": day.date.to_string(),
            "pre_start": written(day.pre_open), "pre_end": written(day.open),
            "core_start": written(day.open), "core_end": written(day.close),
            "post_start": written(day.close), "post_end": written(day.post_close),
            "settlement_date": calendar::next_trading_day(day.date).date.to_string(),
        })
    };
    let rows: Value = calendar::trading_days(date("start")?, date("end")?).map(row).collect();
    Ok(Reply::Json(json!({"market": market(&call.subject)?, "calendar": rows})))
}
