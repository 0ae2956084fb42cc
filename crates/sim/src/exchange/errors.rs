//! The vendor's refusals: HTTP status, numeric code, text and extra fields, each written once.
//!
//! Texts follow what the official reference and public reports show; clients should read status and code.

use super::json::money;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

/// A refusal as the wire carries it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    pub status: u16,
    pub code: Option<u32>,
    pub message: String,
    pub extras: Map<String, Value>,
}

impl Refusal {
    fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code: Some(code), message: message.into(), extras: Map::new() }
    }

    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.extras.insert(key.to_owned(), value.into());
        self
    }

    /// The JSON envelope.
    pub fn body(&self) -> Value {
        let mut body = self.extras.clone();
        if let Some(code) = self.code {
            body.insert("code".to_owned(), code.into());
        }
        body.insert("message".to_owned(), json!(self.message));
        Value::Object(body)
    }
}

/// 400: the body cannot be read.
pub(super) fn unreadable_body() -> Refusal {
    Refusal::new(400, 40_010_000, "request body format is invalid")
}

/// 400 of the data host: a parameter it does not know.
pub(super) fn unexpected_parameters(names: &str) -> Refusal {
    Refusal::new(400, 40_010_000, format!("unexpected parameter(s): {names}"))
}

/// 400 of the data host, without a code.
pub(super) fn bad_request(message: impl Into<String>) -> Refusal {
    Refusal { code: None, ..Refusal::new(400, 0, message) }
}

/// 422/40010001: a field of the request is wrong.
pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(422, 40_010_001, message)
}

/// 422/42210000: the request reads well but cannot be done.
pub(super) fn unprocessable(message: impl Into<String>) -> Refusal {
    Refusal::new(422, 42_210_000, message)
}

/// 403/40310000: the business says no.
pub(super) fn forbidden(message: impl Into<String>) -> Refusal {
    Refusal::new(403, 40_310_000, message)
}

/// 404/40410000.
pub(super) fn not_found(message: impl Into<String>) -> Refusal {
    Refusal::new(404, 40_410_000, message)
}

pub(super) fn endpoint_not_found() -> Refusal {
    not_found("endpoint not found.")
}

pub(super) fn order_not_found(id: &str) -> Refusal {
    not_found(format!("order not found for {id}"))
}

/// 401 with the shape a wrong, dead or misplaced key gets.
pub(super) fn unauthorized(coded: bool) -> Refusal {
    if coded {
        Refusal::new(401, 40_110_000, "request is not authorized")
    } else {
        Refusal { code: None, ..Refusal::new(401, 0, "unauthorized.") }
    }
}

/// 429 in one of the two shapes that have been seen.
pub(super) fn rate_limited(coded: bool) -> Refusal {
    if coded {
        Refusal::new(429, 42_910_000, "rate limit exceeded")
    } else {
        Refusal { code: None, ..Refusal::new(429, 0, "too many requests.") }
    }
}

/// 504: the server's own deadline passed; the order may have landed.
pub(super) fn timed_out() -> Refusal {
    Refusal::new(504, 50_410_000, "request timed out")
}

pub(super) fn insufficient_buying_power(buying_power: Decimal, cost_basis: Decimal) -> Refusal {
    forbidden("insufficient buying power")
        .with("buying_power", money(buying_power))
        .with("cost_basis", money(cost_basis))
}

pub(super) fn insufficient_options_power(options_buying_power: Decimal, cost_basis: Decimal) -> Refusal {
    forbidden("insufficient options buying power")
        .with("options_buying_power", money(options_buying_power))
        .with("cost_basis", money(cost_basis))
}

pub(super) fn insufficient_qty(symbol: &str, requested: Decimal, existing: Decimal, held: Decimal) -> Refusal {
    let available = existing - held;
    let (requested, free) = (money(requested), money(available));
    forbidden(format!("insufficient qty available for order (requested: {requested}, available: {free})"))
        .with("available", free)
        .with("existing_qty", money(existing))
        .with("held_for_orders", money(held))
        .with("symbol", symbol)
}

/// Not enough of a coin, or of dollars for one.
pub(super) fn insufficient_balance(name: &str, requested: Decimal, balance: Decimal, available: Decimal) -> Refusal {
    let (requested, free) = (money(requested), money(available));
    forbidden(format!("insufficient balance for {name} (requested: {requested}, available: {free})"))
        .with("available", free)
        .with("balance", money(balance))
        .with("symbol", name)
}

pub(super) fn wash_trade(existing_order_id: &str, reject_reason: &str) -> Refusal {
    forbidden("potential wash trade detected. use complex orders")
        .with("existing_order_id", existing_order_id)
        .with("reject_reason", reject_reason)
}

pub(super) fn sub_penny(field: &str, price: Decimal) -> Refusal {
    let price = money(price);
    unprocessable(format!("invalid {field} {price}. sub-penny increment does not fulfill minimum pricing criteria"))
}

/// An exit that lies on the wrong side of the price it is measured against.
pub(super) fn wrong_side(field: &str, above: bool, base_price: Decimal) -> Refusal {
    let bound = if above { ">= base_price + 0.01" } else { "<= base_price - 0.01" };
    unprocessable(format!("{field} must be {bound}")).with("base_price", money(base_price))
}

pub(super) fn already(state: &str) -> Refusal {
    unprocessable(format!("order is already in \"{state}\" state"))
}

/// The page a proxy puts up when a request carries no credentials at all.
pub(super) const NO_CREDENTIALS_PAGE: &str = "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n\
    <body>\r\n<center><h1>401 Authorization Required</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// The page of a broken gateway.
pub(super) const SERVER_ERROR_PAGE: &str = "<html>\r\n<head><title>500 Internal Server Error</title></head>\r\n\
    <body>\r\n<center><h1>500 Internal Server Error</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// The page of a gateway without a backend.
pub(super) const UNAVAILABLE_PAGE: &str = "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n\
    <body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
