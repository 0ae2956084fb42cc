//! `GET /v2/options/contracts`: which contracts there are, and the filters that the chains of the data host share.

use super::assets::Asset;
use super::calendar::{self, date_of};
use super::errors::{self, Refusal, invalid};
use super::json::money;
use super::market::Market;
use super::options::contracts::{self, Contract, Right};
use super::options::pricing;
use super::routes::{Call, Params, Reply};
use super::venue::Exchange;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

/// What a client wants to see of the contracts.
pub(super) struct Filter {
    right: Option<Right>,
    root: Option<String>,
    on: Option<NaiveDate>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    at_least: Option<Decimal>,
    at_most: Option<Decimal>,
}

impl Filter {
    /// Reads the parameters; `wrong` makes the refusal of the host that is asked.
    pub fn read(params: &Params, wrong: fn(String) -> Refusal) -> Result<Self, Refusal> {
        let date = |name: &str| match params.get(name) {
            None => Ok(None),
            Some(text) => text.parse::<NaiveDate>().map(Some).map_err(|_| wrong(format!("invalid {name}: {text}"))),
        };
        let price = |name: &str| match params.get(name) {
            None => Ok(None),
            Some(text) => text.parse::<Decimal>().map(Some).map_err(|_| wrong(format!("invalid {name}: {text}"))),
        };
        let right = match params.get("type") {
            None => None,
            Some("call") => Some(Right::Call),
            Some("put") => Some(Right::Put),
            Some(text) => return Err(wrong(format!("invalid type: {text}"))),
        };
        Ok(Self {
            right,
            root: params.get("root_symbol").map(str::to_owned),
            on: date("expiration_date")?,
            from: date("expiration_date_gte")?,
            to: date("expiration_date_lte")?,
            at_least: price("strike_price_gte")?,
            at_most: price("strike_price_lte")?,
        })
    }

    /// Without a date, only what ends before the next weekend is over.
    fn until_the_weekend(mut self, today: NaiveDate) -> Self {
        if self.on.is_none() && self.from.is_none() && self.to.is_none() {
            let to_sunday = 6 - u64::from(today.weekday().num_days_from_monday());
            self.to = Some(today + Days::new(to_sunday));
        }
        self
    }

    pub fn wants(&self, contract: &Contract) -> bool {
        self.right.is_none_or(|right| contract.right == right)
            && self.root.as_ref().is_none_or(|root| contract.root == *root)
            && self.on.is_none_or(|on| contract.expires == on)
            && self.from.is_none_or(|from| contract.expires >= from)
            && self.to.is_none_or(|to| contract.expires <= to)
            && self.at_least.is_none_or(|least| contract.strike >= least)
            && self.at_most.is_none_or(|most| contract.strike <= most)
    }
}

/// A number that belongs to a contract.
fn drawn(contract: &Contract, bound: u128) -> u64 {
    u64::try_from(contract.id().as_u128() % bound).unwrap_or_default()
}

/// The close of the last trading day before `now`.
fn last_close(now: DateTime<Utc>) -> DateTime<Utc> {
    let today = date_of(now);
    let days = (1..12).filter_map(|back| calendar::trading_day(today.checked_sub_days(Days::new(back))?));
    days.map(|day| day.close).next().unwrap_or(now)
}

fn write(contract: &Contract, share: &Asset, market: &Market, now: DateTime<Utc>, deliverables: bool) -> Value {
    let close = last_close(now);
    let spot = market.worth_at(&share.symbol, close - TimeDelta::seconds(1));
    let quote = pricing::quote(contract, spot, close);
    let middle = ((quote.bid + quote.ask) / Decimal::TWO).round_dp(2);
    let ended = contract.ends() <= now;
    let date = date_of(close).to_string();
    let right = if contract.right == Right::Call { "call" } else { "put" };
    let mut row = json!({
        "id": contract.id(),
        "symbol": contract.symbol,
        "name": contract.listed(share).name,
        "status": if ended { "inactive" } else { "active" },
        "tradable": !ended,
        "expiration_date": contract.expires.to_string(),
        "root_symbol": contract.root,
        "underlying_symbol": share.symbol,
        "underlying_asset_id": share.id,
        "type": right,
        "style": "american",
        "strike_price": money(contract.strike),
        "multiplier": "100",
        "size": money(contract.size()),
        "open_interest": drawn(contract, 9_000).to_string(),
        "open_interest_date": date,
        "close_price": money(middle),
        "close_price_date": date,
        "ppind": true,
    });
    if deliverables {
        row["deliverables"] = json!([{
            "type": "equity", "symbol": share.symbol, "asset_id": share.id, "amount": money(contract.size()),
            "allocation_percentage": "100", "settlement_type": "T+1", "settlement_method": "CCC",
            "delayed_settlement": false,
        }]);
    }
    row
}

fn flag(params: &Params, name: &str) -> Result<Option<bool>, Refusal> {
    match params.get(name).map(str::to_ascii_lowercase).as_deref() {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(text) => Err(invalid(format!("invalid {name}: {text}"))),
    }
}

pub(super) fn list(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (params, market, today) = (&call.params, &exchange.market, date_of(call.now));
    let filter = Filter::read(params, invalid)?.until_the_weekend(today);
    let deliverables = flag(params, "show_deliverables")? == Some(true);
    // All of these are in the penny programme, are American, and are active until they end.
    let none = flag(params, "ppind")? == Some(false) || params.get("style") == Some("european");
    let none = none || params.get("status") == Some("inactive");
    let limit = match params.get("limit") {
        None => 100,
        Some(text) => {
            let limit = text.parse().ok().filter(|limit| (1..=10_000).contains(limit));
            limit.ok_or_else(|| invalid("limit must be between 1 and 10000"))?
        }
    };
    let named = params.list("underlying_symbols");
    let asked = |asset: &&Asset| !none && named.as_ref().is_none_or(|named| named.contains(&asset.symbol));
    let of_share = |share| {
        let contracts = contracts::on(share, today).into_iter();
        contracts.map(move |contract| (Contract { strike: contract.strike.normalize(), ..contract }, share))
    };
    let listed = market.assets().filter(asked).flat_map(of_share).filter(|(contract, _)| filter.wants(contract));
    let after = match params.get("page_token") {
        None => None,
        Some(token) => {
            let symbol = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            Some(symbol.ok_or_else(|| invalid("invalid page_token"))?)
        }
    };
    let mut waiting = after.is_some();
    let rest = listed.filter(|(contract, _)| {
        let passes = !waiting;
        waiting = waiting && Some(&contract.symbol) != after.as_ref();
        passes
    });
    let mut page: Vec<(Contract, &Asset)> = rest.take(limit + 1).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let token = page.last().filter(|_| more).map(|(contract, _)| URL_SAFE_NO_PAD.encode(&contract.symbol));
    let row = |(contract, share): &(Contract, &Asset)| write(contract, share, market, call.now, deliverables);
    Ok(Reply::Json(json!({"option_contracts": page.iter().map(row).collect::<Value>(), "next_page_token": token})))
}

pub(super) fn one(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (market, today) = (&exchange.market, date_of(call.now));
    let by_id = |id: Uuid| {
        let mut contracts = market.assets().flat_map(|share| contracts::on(share, today));
        contracts.find(|contract| contract.id() == id)
    };
    let found = match call.subject.parse() {
        Ok(id) => by_id(id),
        Err(_) => contracts::find(market, &call.subject, today),
    };
    let missing = || errors::not_found(format!("option contract {} not found", call.subject));
    let contract = found.map(|found| Contract { strike: found.strike.normalize(), ..found }).ok_or_else(missing)?;
    let share = contracts::underlying(market, &contract.root).ok_or_else(missing)?;
    Ok(Reply::Json(write(&contract, share, market, call.now, true)))
}
