//! Account, configurations, clock, calendar, assets and positions over the wire.

use super::accounts::{Account, Configurations, Position};
use super::assets::Asset;
use super::errors::{self, Refusal};
use super::routes::{Call, Params, Reply};
use super::venue::Exchange;
use super::{calendar, json};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use chrono_tz::America::New_York;
use serde_json::{Map, Value, json};

fn owner<'a>(exchange: &'a Exchange, call: &Call<'_>) -> Result<&'a Account, Refusal> {
    exchange.accounts.get(&call.account).ok_or_else(errors::endpoint_not_found)
}

pub(super) fn account(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::Json(json::account(owner(exchange, call)?, &exchange.market)))
}

pub(super) fn configurations(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    Ok(Reply::Json(json::configurations(&owner(exchange, call)?.configurations)))
}

pub(super) fn configure(exchange: &mut Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let Ok(Value::Object(changes)) = serde_json::from_slice(call.body) else { return Err(errors::unreadable_body()) };
    let account = exchange.accounts.get_mut(&call.account).ok_or_else(errors::endpoint_not_found)?;
    account.configurations = changed(account.configurations.clone(), &changes)?;
    Ok(Reply::Json(json::configurations(&account.configurations)))
}

/// All changes or none. Keys that are not known are passed over.
fn changed(mut set: Configurations, changes: &Map<String, Value>) -> Result<Configurations, Refusal> {
    for (key, value) in changes.iter().filter(|(_, value)| !value.is_null()) {
        let flag = || value.as_bool().ok_or_else(errors::unreadable_body);
        let wrong = || errors::invalid(format!("invalid {key}"));
        match key.as_str() {
            "suspend_trade" => set.suspend_trade = flag()?,
            "no_shorting" => set.no_shorting = flag()?,
            "fractional_trading" => set.fractional_trading = flag()?,
            "ptp_no_exception_entry" => set.ptp_no_exception_entry = flag()?,
            "disable_overnight_trading" => set.disable_overnight_trading = flag()?,
            "max_margin_multiplier" => {
                set.max_margin_multiplier = match value.as_str() {
                    Some("1") => 1,
                    Some("2") => 2,
                    Some("4") => 4,
                    _ => return Err(wrong()),
                };
            }
            "max_options_trading_level" => {
                let level = value.as_u64().and_then(|level| u8::try_from(level).ok()).filter(|level| *level <= 3);
                set.max_options_trading_level = Some(level.ok_or_else(wrong)?);
            }
            "trade_confirm_email" => {
                set.trade_confirm_email = match value.as_str() {
                    Some("all") => true,
                    Some("none") => false,
                    _ => return Err(wrong()),
                };
            }
            _ => {}
        }
    }
    Ok(set)
}

pub(super) fn clock(exchange: &Exchange, call: &Call<'_>) -> Reply {
    let local = |moment: DateTime<Utc>| moment.with_timezone(&New_York).to_rfc3339_opts(SecondsFormat::AutoSi, false);
    Reply::Json(json!({
        "timestamp": local(call.now),
        "is_open": exchange.market.is_open(call.now),
        "next_open": local(calendar::next_open(call.now)),
        "next_close": local(calendar::next_close(call.now)),
    }))
}

fn date(params: &Params, name: &str, otherwise: Option<NaiveDate>) -> Result<NaiveDate, Refusal> {
    match params.get(name) {
        None => Ok(otherwise.unwrap_or_default()),
        // Clients may send a full timestamp; its date counts.
        Some(text) => {
            let day = text.get(..10).unwrap_or(text).parse();
            day.map_err(|_| errors::invalid(format!("invalid {name}")))
        }
    }
}

pub(super) fn calendar(call: &Call<'_>) -> Result<Reply, Refusal> {
    // The vendor's calendar spans these years, whatever is asked.
    let (earliest, latest) = (NaiveDate::from_ymd_opt(1970, 1, 1), NaiveDate::from_ymd_opt(2029, 12, 31));
    let first = date(&call.params, "start", earliest)?.max(earliest.unwrap_or_default());
    let last = date(&call.params, "end", latest)?.min(latest.unwrap_or_default());
    let hour = |moment: DateTime<Utc>, form: &str| moment.with_timezone(&New_York).format(form).to_string();
    let row = |day: calendar::TradingDay| {
        json!({
            "date": day.date.to_string(),
            "open": hour(day.open, "%H:%M"),
            "close": hour(day.close, "%H:%M"),
            "session_open": hour(day.pre_open, "%H%M"),
            "session_close": hour(day.post_close, "%H%M"),
            "settlement_date": calendar::next_trading_day(day.date).date.to_string(),
        })
    };
    Ok(Reply::Json(calendar::trading_days(first, last).map(row).collect()))
}

pub(super) fn assets(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let params = &call.params;
    let active = match params.get("status") {
        None | Some("all") => None,
        Some("active") => Some(true),
        Some("inactive") => Some(false),
        Some(_) => return Err(errors::invalid("invalid status")),
    };
    let class = params.get("asset_class").unwrap_or("us_equity");
    let (venue, attributes) = (params.get("exchange"), params.list("attributes"));
    let has = |asset: &Asset, wanted: &String| asset.attributes.contains(&wanted.as_str());
    let wanted = |asset: &&Asset| {
        asset.class.wire() == class
            && active.is_none_or(|active| asset.active == active)
            && venue.is_none_or(|venue| asset.exchange == venue)
            && attributes.as_ref().is_none_or(|wanted| wanted.iter().any(|attribute| has(asset, attribute)))
    };
    Ok(Reply::Json(exchange.market.assets().filter(wanted).map(json::asset).collect()))
}

pub(super) fn asset(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let asset = exchange.market.asset(&call.subject);
    let missing = || errors::not_found(format!("asset not found for {}", call.subject));
    asset.map(|asset| Reply::Json(json::asset(asset))).ok_or_else(missing)
}

pub(super) fn positions(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let account = owner(exchange, call)?;
    let row = |position| json::position(position, &exchange.market, account.held(&position.symbol));
    Ok(Reply::Json(account.positions.values().map(row).collect()))
}

pub(super) fn position(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let position = exchange.position_of(call)?;
    let held = owner(exchange, call)?.held(&position.symbol);
    Ok(Reply::Json(json::position(position, &exchange.market, held)))
}

impl Exchange {
    /// The position a path names, by symbol or asset id.
    pub(super) fn position_of(&self, call: &Call<'_>) -> Result<&Position, Refusal> {
        let asset = self.market.asset(&call.subject);
        let asset = asset.ok_or_else(|| errors::not_found(format!("symbol not found: {}", call.subject)))?;
        let position = owner(self, call)?.positions.get(&asset.symbol);
        position.ok_or_else(|| errors::not_found("position does not exist"))
    }
}
