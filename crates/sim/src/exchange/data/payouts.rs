//! `GET /v1/corporate-actions`.

use super::super::assets::Asset;
use super::super::calendar::{date_of, midnight};
use super::super::corporate::{Action, Deed, actions, cusip};
use super::super::errors::{Refusal, bad_request};
use super::super::json::number;
use super::super::routes::{Call, Reply};
use super::super::venue::Exchange;
use super::check_names;
use super::history::{mark, newest_first, token};
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

/// Types that can be asked for; only the first two happen here.
const TYPES: [&str; 15] = [
    "cash_dividend",
    "forward_split",
    "reverse_split",
    "unit_split",
    "stock_dividend",
    "spin_off",
    "cash_merger",
    "stock_merger",
    "stock_and_cash_merger",
    "redemption",
    "name_change",
    "worthless_removal",
    "rights_distribution",
    "partial_call",
    "reorganization",
];
/// A look-up by id goes back this far.
const LOOK_BACK: Days = Days::new(400);

const fn kind(action: &Action) -> &'static str {
    match action.deed {
        Deed::CashDividend(_) => "cash_dividend",
        Deed::ForwardSplit(_) => "forward_split",
    }
}

fn write(action: &Action, asset: &Asset) -> Value {
    let (ex_date, process_date) = (action.ex_date.to_string(), action.process_date.to_string());
    let common = json!({
        "id": action.id, "symbol": action.symbol, "ex_date": ex_date, "process_date": process_date,
        "record_date": ex_date, "payable_date": process_date,
    });
    let own = match action.deed {
        Deed::CashDividend(rate) => {
            json!({"cusip": cusip(asset.id), "rate": number(rate), "special": false, "foreign": false, "currency": "USD"})
        }
        Deed::ForwardSplit(ratio) => {
            json!({"cusip": cusip(asset.id), "new_rate": number(Decimal::from(ratio)), "old_rate": 1})
        }
    };
    let fields = [common, own].into_iter().filter_map(|part| part.as_object().cloned());
    Value::Object(fields.flatten().collect())
}

fn date(call: &Call<'_>, name: &str) -> Result<NaiveDate, Refusal> {
    let Some(text) = call.params.get(name) else { return Ok(date_of(call.now)) };
    text.parse().map_err(|_| bad_request(format!("invalid {name}: {text}")))
}

pub(super) fn list(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let own = ["symbols", "cusips", "types", "region", "start", "end", "ids", "limit", "sort", "page_token"];
    check_names(call, &[&own])?;
    let (symbols, cusips, types, ids) =
        (call.params.list("symbols"), call.params.list("cusips"), call.params.list("types"), call.params.list("ids"));
    if ids.is_some()
        && ["symbols", "cusips", "types", "start", "end"].iter().any(|name| call.params.get(name).is_some())
    {
        return Err(bad_request("ids cannot be combined with other filters"));
    }
    if let Some(bad) = types.iter().flatten().find(|kind| !TYPES.contains(&kind.as_str())) {
        return Err(bad_request(format!("invalid type: {bad}")));
    }
    let at_home = match call.params.get("region") {
        None | Some("us" | "all") => true,
        Some("non_us") => false,
        Some(region) => return Err(bad_request(format!("invalid region: {region}"))),
    };
    let (first, last) = (date(call, "start")?, date(call, "end")?);
    if last < first {
        return Err(bad_request("end should not be before start"));
    }
    let first = if ids.is_some() { first - LOOK_BACK } else { first };
    let wanted = |asset: &&Asset| {
        at_home
            && symbols.as_ref().is_none_or(|symbols| symbols.contains(&asset.symbol))
            && cusips.as_ref().is_none_or(|cusips| cusips.contains(&cusip(asset.id)))
    };
    let of_asset = |asset| actions(asset, first, last).into_iter().map(move |action| (action, asset));
    let mut found: Vec<(Action, &Asset)> = exchange.market.assets().filter(wanted).flat_map(of_asset).collect();
    found.retain(|(action, _)| {
        types.as_ref().is_none_or(|types| types.iter().any(|wanted| wanted == kind(action)))
            && ids.as_ref().is_none_or(|ids| ids.contains(&action.id.to_string()))
    });
    found.sort_by_key(|(action, _)| (action.process_date, action.id));
    if newest_first(&call.params, false)? {
        found.reverse();
    }
    if let Some((id, _)) = mark(&call.params)? {
        let place = found.iter().position(|(action, _)| action.id.to_string() == id);
        found.drain(..place.ok_or_else(|| bad_request("invalid page_token"))?);
    }
    let rest = found.split_off(found.len().min(super::count(call, "limit", 100, 1_000)?));
    let next = rest.first().map(|(action, _)| token(&action.id.to_string(), midnight(action.process_date)));
    let mut groups: Map<String, Value> = Map::new();
    for (action, asset) in &found {
        let group = groups.entry(format!("{}s", kind(action))).or_insert_with(|| json!([]));
        if let Value::Array(rows) = group {
            rows.push(write(action, asset));
        }
    }
    Ok(Reply::Json(json!({"corporate_actions": groups, "next_page_token": next})))
}
