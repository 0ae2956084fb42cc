//! Reading a `POST /v2/orders` body: its fields one by one, before anything is known about account or market.

use super::errors::{Refusal, invalid, unreadable_body};
use super::orders::{Kind, Side, Size, TimeInForce};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

/// An order as the client wrote it, with every field in itself valid.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    pub symbol: String,
    pub side: Side,
    pub kind: Kind,
    pub size: Size,
    pub time_in_force: TimeInForce,
    pub extended_hours: bool,
    pub client_order_id: Option<String>,
    pub position_intent: Option<String>,
}

/// The raw fields, readable but not yet judged.
struct Fields {
    words: Map<String, Value>,
    qty: Option<Decimal>,
    notional: Option<Decimal>,
    limit_price: Option<Decimal>,
    stop_price: Option<Decimal>,
    extended_hours: bool,
}

impl Fields {
    fn read(body: &[u8]) -> Result<Self, Refusal> {
        let Ok(Value::Object(words)) = serde_json::from_slice(body) else { return Err(unreadable_body()) };
        for key in ["symbol", "side", "type", "time_in_force", "order_class", "client_order_id", "position_intent"] {
            if !matches!(words.get(key), None | Some(Value::Null | Value::String(_))) {
                return Err(unreadable_body());
            }
        }
        let extended_hours = match words.get("extended_hours") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => return Err(unreadable_body()),
        };
        Ok(Self {
            qty: decimal(&words, "qty")?,
            notional: decimal(&words, "notional")?,
            limit_price: decimal(&words, "limit_price")?,
            stop_price: decimal(&words, "stop_price")?,
            extended_hours,
            words,
        })
    }

    /// A text field; empty counts as absent.
    fn word(&self, key: &str) -> Option<&str> {
        self.words.get(key).and_then(Value::as_str).filter(|word| !word.is_empty())
    }
}

/// A decimal field: a string or a number; null and empty count as absent.
fn decimal(words: &Map<String, Value>, key: &str) -> Result<Option<Decimal>, Refusal> {
    let text = match words.get(key) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) if text.is_empty() => return Ok(None),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(_) => return Err(unreadable_body()),
    };
    let read = Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text));
    read.map(Some).map_err(|_| unreadable_body())
}

impl Draft {
    pub fn read(body: &[u8], extended_hours_gtc: bool) -> Result<Self, Refusal> {
        let fields = Fields::read(body)?;
        let symbol = fields.word("symbol").ok_or_else(|| invalid("symbol is required"))?.to_owned();
        let amount = amount(&fields)?;
        let side = fields.word("side").and_then(Side::from_wire).ok_or_else(|| invalid("invalid side"))?;
        let kind = kind(&fields)?;
        let time_in_force = fields.word("time_in_force").and_then(TimeInForce::from_wire);
        let time_in_force = time_in_force.ok_or_else(|| invalid("invalid time_in_force"))?;
        if !matches!(fields.word("order_class"), None | Some("simple")) {
            return Err(invalid("invalid order_class"));
        }
        let position_intent = fields.word("position_intent").map(str::to_owned);
        if position_intent.as_deref().is_some_and(|intent| !INTENTS.contains(&intent)) {
            return Err(invalid("invalid position_intent"));
        }
        let day = time_in_force == TimeInForce::Day;
        if fields.extended_hours && (kind == Kind::Market || !(day || extended_hours_gtc)) {
            let allowed = if extended_hours_gtc { "DAY or GTC" } else { "DAY" };
            return Err(invalid(format!("extended hours order must be {allowed} limit orders")));
        }
        let client_order_id = fields.word("client_order_id").map(str::to_owned);
        if client_order_id.as_ref().is_some_and(|id| id.chars().count() > 128) {
            return Err(invalid("client_order_id must be no more than 128 characters"));
        }
        let extended_hours = fields.extended_hours;
        Ok(Self { symbol, side, kind, size: amount, time_in_force, extended_hours, client_order_id, position_intent })
    }
}

const INTENTS: [&str; 4] = ["buy_to_open", "buy_to_close", "sell_to_open", "sell_to_close"];

fn amount(fields: &Fields) -> Result<Size, Refusal> {
    match (fields.qty, fields.notional) {
        (None, None) => Err(invalid("qty or notional is required")),
        (Some(_), Some(_)) => Err(invalid("only one of qty or notional is accepted")),
        (Some(qty), None) if qty <= Decimal::ZERO => Err(invalid("qty must be > 0")),
        (Some(qty), None) if qty.normalize().scale() > 9 => Err(invalid("qty must be limited to 9 decimal places")),
        (Some(qty), None) => Ok(Size::Qty(qty)),
        (None, Some(dollars)) if dollars < Decimal::ONE => Err(invalid("notional must be >= 1.00")),
        (None, Some(dollars)) if dollars.normalize().scale() > 2 => {
            Err(invalid("notional value must be limited to 2 decimal places"))
        }
        (None, Some(dollars)) => Ok(Size::Notional(dollars)),
    }
}

fn kind(fields: &Fields) -> Result<Kind, Refusal> {
    match (fields.word("type"), fields.limit_price, fields.stop_price) {
        (Some("market"), None, None) => Ok(Kind::Market),
        (Some("market"), ..) => Err(invalid("market orders require no stop or limit price")),
        (Some("limit"), None, _) => Err(invalid("limit orders require a limit price")),
        (Some("limit"), _, Some(_)) => Err(invalid("limit orders require no stop price")),
        (Some("limit"), Some(price), None) if price <= Decimal::ZERO => Err(invalid("limit_price must be > 0")),
        (Some("limit"), Some(price), None) => Ok(Kind::Limit(price)),
        _ => Err(invalid("invalid order type")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use serde_json::json;

    fn refused(change: &Value) -> Refusal {
        let mut body = json!({"symbol": "AAPL", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"});
        for (key, value) in change.as_object().expect("object") {
            body[key] = value.clone();
        }
        Draft::read(body.to_string().as_bytes(), true).expect_err("must be refused")
    }

    #[test]
    fn every_bad_field_has_its_own_refusal() {
        let long_id = "x".repeat(129);
        let cases = [
            (json!({"symbol": ""}), "symbol is required"),
            (json!({"qty": null}), "qty or notional is required"),
            (json!({"notional": "5"}), "only one of qty or notional is accepted"),
            (json!({"qty": "0"}), "qty must be > 0"),
            (json!({"qty": "-0"}), "qty must be > 0"),
            (json!({"qty": -1}), "qty must be > 0"),
            (json!({"qty": "1e-10"}), "qty must be limited to 9 decimal places"),
            (json!({"qty": null, "notional": "0.99"}), "notional must be >= 1.00"),
            (json!({"qty": null, "notional": "5.001"}), "notional value must be limited to 2 decimal places"),
            (json!({"side": "BUY"}), "invalid side"),
            (json!({"type": "stop"}), "invalid order type"),
            (json!({"type": null}), "invalid order type"),
            (json!({"time_in_force": "forever"}), "invalid time_in_force"),
            (json!({"order_class": "bracket"}), "invalid order_class"),
            (json!({"limit_price": "5"}), "market orders require no stop or limit price"),
            (json!({"type": "limit"}), "limit orders require a limit price"),
            (json!({"type": "limit", "limit_price": "0"}), "limit_price must be > 0"),
            (json!({"extended_hours": true}), "extended hours order must be DAY or GTC limit orders"),
            (json!({"client_order_id": long_id}), "client_order_id must be no more than 128 characters"),
        ];
        for (change, message) in cases {
            let refusal = refused(&change);
            assert_eq!((refusal.status, refusal.code), (422, Some(40_010_001)), "{change}");
            assert_eq!(refusal.message, message, "{change}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_400() {
        for qty in ["NaN", "inf", "0x10", "1,000", "1.000,00", "½", "١", "ten", "1 ", "1e99"] {
            assert_eq!(refused(&json!({"qty": qty})).status, 400, "{qty}");
        }
        for change in
            [json!({"qty": true}), json!({"symbol": 5}), json!({"extended_hours": "yes"}), json!({"qty": [1]})]
        {
            assert_eq!(refused(&change).code, Some(40_010_000), "{change}");
        }
        for body in ["", "{", "[]", "\"order\"", "null"] {
            assert_eq!(Draft::read(body.as_bytes(), true).expect_err("unreadable").status, 400, "{body}");
        }
    }

    #[test]
    fn numbers_and_strings_read_the_same() {
        let read = |qty: Value| {
            let body = json!({"symbol": "F", "qty": qty, "side": "sell", "type": "market", "time_in_force": "gtc"});
            Draft::read(body.to_string().as_bytes(), true).expect("readable")
        };
        assert_eq!(read(json!("1.5")), read(json!(1.5)));
        assert_eq!(read(json!("1e5")), read(json!(100_000)));
    }
}
