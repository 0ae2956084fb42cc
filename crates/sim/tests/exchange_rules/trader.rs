//! A person with an account, a clock and a quote that stands still.

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sim::exchange::{AccountHandle, Answer, Environment, Exchange, Origin, Request};

pub struct Trader {
    pub exchange: Exchange,
    pub now: DateTime<Utc>,
    pub keys: AccountHandle,
}

pub fn dec(text: &str) -> Decimal {
    text.parse().expect("decimal")
}

pub fn moment(text: &str) -> DateTime<Utc> {
    text.parse().expect("moment")
}

impl Trader {
    /// Ten thousand dollars on a Monday noon in New York; AAPL at 99.98 to 100.02, F at 9.99 to 10.01.
    pub fn at_noon() -> Self {
        Self::at(moment("2026-11-23T17:00:00Z"))
    }

    pub fn at(now: DateTime<Utc>) -> Self {
        let mut exchange = Exchange::new(1, now);
        let keys = exchange.seed_account(now, "ann", Environment::Paper, Decimal::from(10_000));
        let mut trader = Self { exchange, now, keys };
        trader.quote("AAPL", "99.98", "100.02");
        trader.quote("F", "9.99", "10.01");
        trader
    }

    pub fn quote(&mut self, symbol: &str, bid: &str, ask: &str) {
        self.exchange.market.set_quote(symbol, dec(bid), dec(ask), self.now);
    }

    pub fn wait(&mut self, span: TimeDelta) {
        self.now += span;
        self.exchange.settle(self.now);
    }

    /// Long enough for an order to reach the venue and trade.
    pub fn blink(&mut self) {
        self.wait(TimeDelta::milliseconds(100));
    }

    pub fn send(&mut self, origin: Origin, method: &str, target: &str, body: &str) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = vec![
            ("apca-api-key-id".to_owned(), self.keys.key_id.clone()),
            ("apca-api-secret-key".to_owned(), self.keys.secret.clone()),
        ];
        let request =
            Request { method: method.into(), path: path.into(), query: query.into(), headers, body: body.into() };
        self.exchange.answer(self.now, origin, &request).0
    }

    pub fn ask(&mut self, method: &str, target: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.send(Origin::Trading(Environment::Paper), method, target, &body);
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    pub fn get(&mut self, target: &str) -> Value {
        let (status, value) = self.ask("GET", target, &Value::Null);
        assert_eq!(status, 200, "{target}: {value}");
        value
    }

    pub fn data(&mut self, target: &str) -> (u16, Value) {
        let answer = self.send(Origin::Data, "GET", target, "");
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    /// A day order for `qty` shares of a symbol, changed as `change` says (null takes a field out).
    pub fn try_order(&mut self, side: &str, symbol: &str, qty: &str, change: &Value) -> (u16, Value) {
        let mut body = json!({"symbol": symbol, "qty": qty, "side": side, "type": "market", "time_in_force": "day"});
        for (key, value) in change.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        self.ask("POST", "/v2/orders", &body)
    }

    pub fn order(&mut self, side: &str, symbol: &str, qty: &str, change: &Value) -> Value {
        let (status, order) = self.try_order(side, symbol, qty, change);
        assert_eq!(status, 200, "{order}");
        order
    }

    /// A limit order at `price`.
    pub fn limit(&mut self, side: &str, symbol: &str, qty: &str, price: &str) -> Value {
        self.order(side, symbol, qty, &json!({"type": "limit", "limit_price": price}))
    }

    /// Buys at the market and waits until it has.
    pub fn own(&mut self, symbol: &str, qty: &str) {
        let order = self.order("buy", symbol, qty, &json!({}));
        self.blink();
        assert_eq!(self.reread(&order)["status"], "filled");
    }

    pub fn reread(&mut self, order: &Value) -> Value {
        self.get(&format!("/v2/orders/{}", order["id"].as_str().expect("id")))
    }

    pub fn cash(&self) -> Decimal {
        self.exchange.account(self.keys.account_id).expect("account").cash
    }

    /// The events told to trade streams since the last call.
    pub fn events(&mut self) -> Vec<String> {
        let notices = self.exchange.take_notices();
        notices.iter().map(|notice| notice.message["data"]["event"].as_str().expect("event").to_owned()).collect()
    }
}
