//! Watchlists: found by id or by name, changed by either.

use super::super::errors::{self, Refusal, invalid};
use super::super::json::{self, stamp};
use super::super::routes::{Call, Reply};
use super::super::venue::Exchange;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

const LONGEST_NAME: usize = 64;

/// Symbols in the order in which they were added.
pub(in super::super) struct Watchlist {
    id: Uuid,
    name: String,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    symbols: Vec<String>,
}

/// What can be done with one list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OneList {
    /// `GET`
    Show,
    /// `POST` with a symbol
    Add,
    /// `PUT` with a name and symbols
    Rewrite,
    /// `DELETE`
    Delete,
}

/// How a list is addressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListKey {
    /// In the path.
    Id,
    /// As `?name=`.
    Name,
}

fn missing() -> Refusal {
    errors::not_found("watchlist not found")
}

fn write(exchange: &Exchange, call: &Call<'_>, list: &Watchlist, with_assets: bool) -> Value {
    let mut value = json!({
        "id": list.id,
        "account_id": call.account,
        "name": list.name,
        "created_at": stamp(list.created_at),
        "updated_at": stamp(list.updated_at),
    });
    if with_assets {
        let assets = list.symbols.iter().filter_map(|symbol| exchange.market.asset(symbol));
        value["assets"] = assets.map(json::asset).collect();
    }
    value
}

fn body(call: &Call<'_>) -> Result<Value, Refusal> {
    match serde_json::from_slice(call.body) {
        Ok(Value::Object(fields)) => Ok(Value::Object(fields)),
        _ => Err(errors::unreadable_body()),
    }
}

/// A symbol as it is listed.
fn listed(exchange: &Exchange, symbol: &str) -> Result<String, Refusal> {
    let asset = exchange.market.asset(symbol);
    asset.map(|asset| asset.symbol.clone()).ok_or_else(|| errors::not_found(format!("asset not found for {symbol}")))
}

/// The symbols of a body, each once; none when it names none.
fn symbols(exchange: &Exchange, body: &Value) -> Result<Option<Vec<String>>, Refusal> {
    let named = match &body["symbols"] {
        Value::Null => return Ok(None),
        Value::Array(named) => named,
        _ => return Err(errors::unreadable_body()),
    };
    let mut symbols = Vec::new();
    for symbol in named {
        let symbol = listed(exchange, symbol.as_str().ok_or_else(errors::unreadable_body)?)?;
        if !symbols.contains(&symbol) {
            symbols.push(symbol);
        }
    }
    Ok(Some(symbols))
}

fn name(exchange: &Exchange, call: &Call<'_>, body: &Value, own: Option<Uuid>) -> Result<String, Refusal> {
    let name = body["name"].as_str().map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| invalid("watchlist name is required"))?;
    if name.chars().count() > LONGEST_NAME {
        return Err(invalid(format!("watchlist name must be no more than {LONGEST_NAME} characters")));
    }
    let mut lists = exchange.records.watchlists.get(&call.account).into_iter().flatten();
    if lists.any(|list| list.name == name && Some(list.id) != own) {
        return Err(invalid("watchlist name must be unique"));
    }
    Ok(name.to_owned())
}

pub(in super::super) fn all(exchange: &Exchange, call: &Call<'_>) -> Reply {
    let lists = exchange.records.watchlists.get(&call.account).into_iter().flatten();
    Reply::Json(lists.map(|list| write(exchange, call, list, false)).collect())
}

pub(in super::super) fn create(exchange: &mut Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let body = body(call)?;
    let name = name(exchange, call, &body, None)?;
    let symbols = symbols(exchange, &body)?.unwrap_or_default();
    let id = exchange.rng.uuid();
    let list = Watchlist { id, name, created_at: call.now, updated_at: call.now, symbols };
    let answer = write(exchange, call, &list, true);
    exchange.records.watchlists.entry(call.account).or_default().push(list);
    Ok(Reply::Json(answer))
}

/// The place of the list that is meant.
fn place(exchange: &Exchange, call: &Call<'_>, key: ListKey) -> Result<usize, Refusal> {
    let lists = exchange.records.watchlists.get(&call.account);
    let found = match key {
        ListKey::Id => {
            let id: Uuid = call.subject.parse().map_err(|_| invalid("watchlist_id is invalid"))?;
            lists.and_then(|lists| lists.iter().position(|list| list.id == id))
        }
        ListKey::Name => {
            let name = call.params.get("name").ok_or_else(|| invalid("name is required"))?;
            lists.and_then(|lists| lists.iter().position(|list| list.name == name))
        }
    };
    found.ok_or_else(missing)
}

pub(in super::super) fn one(
    exchange: &mut Exchange,
    call: &Call<'_>,
    what: OneList,
    key: ListKey,
) -> Result<Reply, Refusal> {
    let place = place(exchange, call, key)?;
    match what {
        OneList::Show => {}
        OneList::Delete => {
            if let Some(lists) = exchange.records.watchlists.get_mut(&call.account) {
                lists.remove(place);
            }
            return Ok(Reply::NoContent);
        }
        OneList::Add => {
            let body = body(call)?;
            let symbol = body["symbol"].as_str().ok_or_else(|| invalid("symbol is required"))?;
            let symbol = listed(exchange, symbol)?;
            change(exchange, call, place, |list| {
                if !list.symbols.contains(&symbol) {
                    list.symbols.push(symbol);
                }
            })?;
        }
        OneList::Rewrite => {
            let body = body(call)?;
            let own = exchange.records.watchlists.get(&call.account).and_then(|lists| Some(lists.get(place)?.id));
            let name = name(exchange, call, &body, own)?;
            let symbols = symbols(exchange, &body)?;
            change(exchange, call, place, |list| {
                list.name = name;
                list.symbols = symbols.unwrap_or_default();
            })?;
        }
    }
    show(exchange, call, place)
}

/// `DELETE /v2/watchlists/{id}/{symbol}`; the subject is `id/symbol`.
pub(in super::super) fn remove(exchange: &mut Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (id, symbol) = call.subject.split_once('/').unwrap_or_default();
    let id: Uuid = id.parse().map_err(|_| invalid("watchlist_id is invalid"))?;
    let lists = exchange.records.watchlists.get(&call.account);
    let place = lists.and_then(|lists| lists.iter().position(|list| list.id == id)).ok_or_else(missing)?;
    let symbol = listed(exchange, symbol)?;
    let mut found = false;
    change(exchange, call, place, |list| {
        found = list.symbols.contains(&symbol);
        list.symbols.retain(|kept| *kept != symbol);
    })?;
    if found { show(exchange, call, place) } else { Err(errors::not_found(format!("symbol not found: {symbol}"))) }
}

fn change(
    exchange: &mut Exchange,
    call: &Call<'_>,
    place: usize,
    change: impl FnOnce(&mut Watchlist),
) -> Result<(), Refusal> {
    let lists = exchange.records.watchlists.get_mut(&call.account);
    let list = lists.and_then(|lists| lists.get_mut(place)).ok_or_else(missing)?;
    list.updated_at = call.now;
    change(list);
    Ok(())
}

fn show(exchange: &Exchange, call: &Call<'_>, place: usize) -> Result<Reply, Refusal> {
    let list = exchange.records.watchlists.get(&call.account).and_then(|lists| lists.get(place)).ok_or_else(missing)?;
    Ok(Reply::Json(write(exchange, call, list, true)))
}
