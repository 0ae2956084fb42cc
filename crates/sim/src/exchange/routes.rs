//! Requests and answers, and which endpoint a path means.

use super::Origin;
use super::data::{self, Latest, Series};
use super::errors::Refusal;
use super::records::watchlists::{ListKey, OneList};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

/// A request, as far as the exchange cares.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path, still percent-encoded.
    pub path: String,
    /// The query, still percent-encoded.
    pub query: String,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`, unless the body is empty.
    pub content_type: Option<&'static str>,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(status: u16, value: &Value) -> Self {
        Self::new(status, Some("application/json; charset=UTF-8"), value.to_string().into_bytes())
    }

    pub(super) fn html(status: u16, page: &str) -> Self {
        Self::new(status, Some("text/html"), page.as_bytes().to_vec())
    }

    pub(super) fn refusal(refusal: &Refusal) -> Self {
        Self::json(refusal.status, &refusal.body())
    }

    pub(super) const fn new(status: u16, content_type: Option<&'static str>, body: Vec<u8>) -> Self {
        Self { status, content_type, headers: Vec::new(), body }
    }
}

/// How an answer reaches the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// At once and whole.
    Whole,
    /// Whole, but late.
    After(Duration),
    /// Not at all; the connection stays open.
    Never,
    /// Not at all; the connection is reset.
    Reset,
    /// In part; then the connection is reset.
    Cut,
}

/// Everything that can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `GET /v2/account`
    Account,
    /// `GET /v2/account/configurations`
    Configurations,
    /// `PATCH /v2/account/configurations`
    Configure,
    /// `GET /v2/clock`
    Clock,
    /// `GET /v2/calendar`
    Calendar,
    /// `GET /v2/assets`
    Assets,
    /// `GET /v2/assets/{symbol_or_id}`
    Asset,
    /// `GET /v2/positions`
    Positions,
    /// `GET /v2/positions/{symbol_or_id}`
    Position,
    /// `DELETE /v2/positions/{symbol_or_id}`
    ClosePosition,
    /// `DELETE /v2/positions`
    CloseAllPositions,
    /// `POST /v2/positions/{contract}/exercise`
    Exercise,
    /// `POST /v2/positions/{contract}/do-not-exercise`
    DoNotExercise,
    /// `POST /v2/orders`
    SubmitOrder,
    /// `GET /v2/orders`
    ListOrders,
    /// `GET /v2/orders/{id}`
    Order,
    /// `GET /v2/orders:by_client_order_id`
    OrderByClientId,
    /// `PATCH /v2/orders/{id}`
    ReplaceOrder,
    /// `DELETE /v2/orders/{id}`
    CancelOrder,
    /// `DELETE /v2/orders`
    CancelAllOrders,
    /// `GET /v2/stocks/quotes/latest`
    LatestQuotes,
    /// `GET /v2/stocks/{symbol}/quotes/latest`
    LatestQuote,
    /// `GET /v2/stocks/trades/latest`
    LatestTrades,
    /// `GET /v2/stocks/{symbol}/trades/latest`
    LatestTrade,
    /// `GET /v2/stocks/snapshots`
    Snapshots,
    /// `GET /v2/stocks/{symbol}/snapshot`
    Snapshot,
    /// `GET /v2/options/contracts`
    Contracts,
    /// `GET /v2/options/contracts/{symbol_or_id}`
    Contract,
    /// `GET /v1beta1/options/bars` and `…/trades`
    OptionHistory(Series),
    /// `GET /v1beta1/options/quotes/latest` and so on
    OptionLatest(Latest),
    /// `GET /v1beta1/options/snapshots/{underlying}`
    OptionChain,
    /// `GET /v1beta1/options/meta/…`
    OptionMeta,
    /// `GET /v3/clock`
    Clocks,
    /// `GET /v3/calendar/{market}`
    MarketDays,
    /// `GET /v2/account/activities`, with or without a type in the path
    Activities,
    /// `GET /v2/account/portfolio/history`
    PortfolioHistory,
    /// `GET /v2/watchlists`
    Watchlists,
    /// `POST /v2/watchlists`
    CreateWatchlist,
    /// `/v2/watchlists/{id}` and `/v2/watchlists:by_name`
    Watchlist(OneList, ListKey),
    /// `DELETE /v2/watchlists/{id}/{symbol}`
    RemoveFromWatchlist,
    /// `GET /v1/corporate-actions`
    CorporateActions,
    /// `GET /v2/stocks/bars/latest`
    LatestBars,
    /// `GET /v2/stocks/{symbol}/bars/latest`
    LatestBar,
    /// `GET /v2/stocks/bars` and so on, for several symbols or the one in the path.
    StockHistory(Series),
    /// `GET /v2/stocks/meta/…`
    StockMeta,
    /// `GET /v1beta3/crypto/{place}/bars` and so on
    CryptoHistory(Series),
    /// `GET /v1beta3/crypto/{place}/latest/bars` and so on, and `…/snapshots`
    CryptoLatest(Latest),
    /// `GET /v1beta1/news`
    News,
    /// `GET /v1beta1/screener/{market}/movers`
    Movers,
    /// `GET /v1beta1/screener/stocks/most-actives`
    MostActives,
    /// `GET /stream`, the upgrade to the trade stream; nobody is known yet when it arrives.
    Stream,
    /// Anything else.
    Unknown,
}

/// A request with its address read.
pub(super) struct Call<'a> {
    pub endpoint: Endpoint,
    /// The symbol or id in the path.
    pub subject: String,
    pub params: Params,
    pub body: &'a [u8],
    pub account: Uuid,
    pub now: DateTime<Utc>,
}

/// What a handler gives back.
pub(super) enum Reply {
    Json(Value),
    MultiStatus(Value),
    NoContent,
    /// 200 without a body.
    Empty,
}

/// Query parameters, decoded.
#[derive(Clone, Debug, Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    pub(super) fn read(query: &str) -> Self {
        let pair = |part: &str| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
        };
        Self(query.split('&').filter(|part| !part.is_empty()).map(pair).collect())
    }

    /// The value of a parameter; an empty one counts as absent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// The parts of a comma-separated parameter.
    pub fn list(&self, name: &str) -> Option<Vec<String>> {
        let parts = self.get(name)?.split(',').map(str::trim).filter(|part| !part.is_empty());
        Some(parts.map(str::to_owned).collect())
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// Undoes percent-encoding; what is not valid stays as it is.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while let Some(byte) = bytes.get(place) {
        let hex = bytes.get(place + 1..place + 3).and_then(|pair| std::str::from_utf8(pair).ok());
        match hex.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(value) if *byte == b'%' => {
                out.push(value);
                place += 3;
            }
            _ => {
                out.push(*byte);
                place += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The endpoint a request means, and the symbol or id in its path.
pub(super) fn route(origin: Origin, request: &Request) -> (Endpoint, String) {
    let parts: Vec<String> = request.path.trim_start_matches('/').split('/').map(decode).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let method = request.method.as_str();
    match origin {
        Origin::Trading(_) => route_trading(method, &parts),
        Origin::Data => {
            let (endpoint, subject) = data::route(method, &parts);
            (endpoint, subject.to_owned())
        }
    }
}

fn route_trading(method: &str, parts: &[&str]) -> (Endpoint, String) {
    let (endpoint, subject) = match (method, parts) {
        ("GET", ["v2", "account"]) => (Endpoint::Account, ""),
        ("GET", ["v2", "account", "configurations"]) => (Endpoint::Configurations, ""),
        ("PATCH", ["v2", "account", "configurations"]) => (Endpoint::Configure, ""),
        ("GET", ["v2", "clock"]) => (Endpoint::Clock, ""),
        ("GET", ["v2", "calendar"]) => (Endpoint::Calendar, ""),
        ("GET", ["v2", "assets"]) => (Endpoint::Assets, ""),
        ("GET", ["v2", "assets", asset]) => (Endpoint::Asset, *asset),
        ("GET", ["v2", "positions"]) => (Endpoint::Positions, ""),
        ("GET", ["v2", "positions", asset]) => (Endpoint::Position, *asset),
        ("DELETE", ["v2", "positions", asset]) => (Endpoint::ClosePosition, *asset),
        ("POST", ["v2", "positions", contract, "exercise"]) => (Endpoint::Exercise, *contract),
        ("POST", ["v2", "positions", contract, "do-not-exercise"]) => (Endpoint::DoNotExercise, *contract),
        ("DELETE", ["v2", "positions"]) => (Endpoint::CloseAllPositions, ""),
        ("POST", ["v2", "orders"]) => (Endpoint::SubmitOrder, ""),
        ("GET", ["v2", "orders"]) => (Endpoint::ListOrders, ""),
        ("GET", ["v2", "orders:by_client_order_id"]) => (Endpoint::OrderByClientId, ""),
        ("GET", ["v2", "orders", id]) => (Endpoint::Order, *id),
        ("PATCH", ["v2", "orders", id]) => (Endpoint::ReplaceOrder, *id),
        ("DELETE", ["v2", "orders", id]) => (Endpoint::CancelOrder, *id),
        ("DELETE", ["v2", "orders"]) => (Endpoint::CancelAllOrders, ""),
        ("GET", ["stream"]) => (Endpoint::Stream, ""),
        _ => return route_records(method, parts),
    };
    (endpoint, subject.to_owned())
}

/// What belongs to an account beside its orders, and the newer reference.
fn route_records(method: &str, parts: &[&str]) -> (Endpoint, String) {
    let one = match method {
        "GET" => Some(OneList::Show),
        "POST" => Some(OneList::Add),
        "PUT" => Some(OneList::Rewrite),
        "DELETE" => Some(OneList::Delete),
        _ => None,
    };
    let list = |key| one.map_or(Endpoint::Unknown, |what| Endpoint::Watchlist(what, key));
    let (endpoint, subject) = match (method, parts) {
        ("GET", ["v2", "account", "activities"]) => (Endpoint::Activities, ""),
        ("GET", ["v2", "account", "activities", kind]) => (Endpoint::Activities, *kind),
        ("GET", ["v2", "account", "portfolio", "history"]) => (Endpoint::PortfolioHistory, ""),
        ("GET", ["v2", "watchlists"]) => (Endpoint::Watchlists, ""),
        ("POST", ["v2", "watchlists"]) => (Endpoint::CreateWatchlist, ""),
        (_, ["v2", "watchlists", id]) => (list(ListKey::Id), *id),
        (_, ["v2", "watchlists:by_name"]) => (list(ListKey::Name), ""),
        ("DELETE", ["v2", "watchlists", id, symbol]) => {
            return (Endpoint::RemoveFromWatchlist, format!("{id}/{symbol}"));
        }
        ("GET", ["v2", "options", "contracts"]) => (Endpoint::Contracts, ""),
        ("GET", ["v2", "options", "contracts", contract]) => (Endpoint::Contract, *contract),
        ("GET", ["v3", "clock"]) => (Endpoint::Clocks, ""),
        ("GET", ["v3", "calendar", market]) => (Endpoint::MarketDays, *market),
        _ => (Endpoint::Unknown, ""),
    };
    (endpoint, subject.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn percent_encoding_is_undone_and_bad_encoding_survives() {
        assert_eq!(decode("BTC%2FUSD"), "BTC/USD");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%4"), "%zz%4");
        assert_eq!(decode("%é"), "%é");
    }

    #[test]
    fn the_colon_of_the_client_id_look_up_is_part_of_the_path() {
        for path in ["/v2/orders:by_client_order_id", "/v2/orders%3Aby_client_order_id"] {
            let request = Request { method: "GET".into(), path: path.into(), ..Request::default() };
            let origin = Origin::Trading(super::super::Environment::Paper);
            assert_eq!(route(origin, &request).0, Endpoint::OrderByClientId);
        }
    }
}
