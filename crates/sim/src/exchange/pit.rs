//! The exchange behind the domain's ports, without sockets: for fault schedules in virtual time.
//!
//! Every call is made as a request in JSON and its answer read back, so that faults, rate limit and refusals are those
//! of the served exchange. Virtual time does not pass while a call is out: a delayed answer comes at once, and a
//! request that arrives late lands at once but its caller hears nothing.

mod read;
mod write;

use super::routes::{Delivery, Request};
use super::server::Floor;
use super::{Environment, Origin};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::account::{self, BrokerAccount, Configurations, MarketClock, Snapshot, TradingDay};
use domain::brokerage::{Access, Brokerage, Lane, MarketData, Meter, Which, Wish};
use domain::ids::{BrokerOrderId, ClientOrderId};
use domain::order::{BrokerOrder, Order, Replaces};
use domain::outcome::{CancelOutcome, Doubt, ExerciseOutcome, Lookup, Outcome, ReadFailure, Refusal, RefusalReason};
use domain::symbol::Symbol;
use read::Reading;
use secrecy::ExposeSecret;
use serde_json::Value;
use std::collections::HashMap;
use std::time::Duration;

/// The trading pit: where the desk meets the exchange in person.
#[derive(Clone)]
pub struct Pit {
    floor: Floor,
}

/// What came back from a call.
enum Heard {
    /// An answer; a body that is no JSON is null.
    Answer { status: u16, request_id: Option<String>, body: Value },
    /// Nothing within any deadline.
    Silence,
    /// The connection broke.
    Broken,
}

impl Pit {
    /// Trades on a floor, served or not.
    pub const fn on(floor: Floor) -> Self {
        Self { floor }
    }

    fn call(&self, on: &Access, origin: Origin, method: &str, target: &str, body: &Value) -> Heard {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: vec![
                header("apca-api-key-id", on.keys.key_id.expose_secret()),
                header("apca-api-secret-key", on.keys.secret.expose_secret()),
            ],
            body: if body.is_null() { Vec::new() } else { body.to_string().into_bytes() },
        };
        let (late, answer, delivery) = self.floor.with(|exchange, now| {
            let arrived = exchange.arrive(now, origin, &request);
            let late = arrived.travels().is_some();
            let (answer, delivery) = exchange.carry_out(now, &request, arrived);
            (late, answer, delivery)
        });
        match delivery {
            Delivery::Whole | Delivery::After(_) if !late => {
                let request_id = answer.headers.iter().find(|(name, _)| *name == "x-request-id");
                let request_id = request_id.map(|(_, value)| value.clone());
                let body = serde_json::from_slice(&answer.body).unwrap_or_default();
                Heard::Answer { status: answer.status, request_id, body }
            }
            Delivery::Reset | Delivery::Cut => Heard::Broken,
            _ => Heard::Silence,
        }
    }

    fn trading(&self, on: &Access, method: &str, target: &str, body: &Value) -> Heard {
        let environment = match on.environment {
            account::Environment::Paper => Environment::Paper,
            account::Environment::Live => Environment::Live,
        };
        self.call(on, Origin::Trading(environment), method, target, body)
    }

    fn get<T>(&self, on: &Access, target: &str, reading: Reading<T>) -> Result<T, ReadFailure> {
        read_out(self.trading(on, "GET", target, &Value::Null), reading)
    }

    fn data<T>(&self, on: &Access, target: &str, reading: Reading<T>) -> Result<T, ReadFailure> {
        read_out(self.call(on, Origin::Data, "GET", target, &Value::Null), reading)
    }
}

fn read_out<T>(heard: Heard, reading: Reading<T>) -> Result<T, ReadFailure> {
    let Heard::Answer { status, body, .. } = heard else { return Err(ReadFailure::Unavailable) };
    match status {
        200 | 207 => reading(&body).ok_or(ReadFailure::Unreadable { status }),
        400 | 422 => Err(ReadFailure::Invalid { status }),
        401 => Err(ReadFailure::Credentials),
        403 => Err(ReadFailure::Forbidden { status }),
        404 => Err(ReadFailure::NotFound),
        429 => Err(ReadFailure::RateLimited { until: None }),
        500.. => Err(ReadFailure::Unavailable),
        _ => Err(ReadFailure::Unreadable { status }),
    }
}

/// What an answer other than success leaves open, or proves.
fn failed(status: u16, request_id: Option<String>, body: &Value) -> Outcome {
    let message = body["message"].as_str().unwrap_or_default();
    Outcome::Unknown(match status {
        429 => Doubt::RateLimited { until: None },
        500.. => Doubt::ServerError { status },
        422 if message == "client_order_id must be unique" => Doubt::DuplicateId,
        400 | 401 | 403 | 404 | 422 if !message.is_empty() => {
            let reason = if status == 401 { RefusalReason::Credentials } else { read::reason(body) };
            let (message, code) = (message.to_owned(), body["code"].as_i64());
            return Outcome::Refused(Refusal { reason, message, status, code, request_id });
        }
        _ => Doubt::Unreadable { status },
    })
}

/// What the answer to an order, or to its replacement, proves.
fn placed(heard: Heard) -> Outcome {
    match heard {
        Heard::Silence => Outcome::Unknown(Doubt::TimedOut),
        Heard::Broken => Outcome::Unknown(Doubt::ConnectionLost),
        Heard::Answer { status: 200, body, .. } => read::order(&body)
            .map_or(Outcome::Unknown(Doubt::Unreadable { status: 200 }), |order| Outcome::Landed(Box::new(order))),
        Heard::Answer { status, request_id, body } => failed(status, request_id, &body),
    }
}

#[async_trait]
impl Brokerage for Pit {
    async fn account(&self, on: &Access) -> Result<BrokerAccount, ReadFailure> {
        self.get(on, "/v2/account", read::account)
    }

    async fn configurations(&self, on: &Access) -> Result<Configurations, ReadFailure> {
        self.get(on, "/v2/account/configurations", read::configurations)
    }

    async fn clock(&self, on: &Access) -> Result<MarketClock, ReadFailure> {
        self.get(on, "/v2/clock", read::clock)
    }

    async fn calendar(&self, on: &Access, start: NaiveDate, end: NaiveDate) -> Result<Vec<TradingDay>, ReadFailure> {
        self.get(on, &format!("/v2/calendar?start={start}&end={end}"), |body| read::list(body, read::trading_day))
    }

    async fn assets(&self, on: &Access) -> Result<Vec<account::Asset>, ReadFailure> {
        self.get(on, "/v2/assets?status=active&asset_class=us_equity", |body| read::list(body, read::asset))
    }

    async fn asset(&self, on: &Access, symbol: &Symbol) -> Result<account::Asset, ReadFailure> {
        self.get(on, &format!("/v2/assets/{symbol}"), read::asset)
    }

    async fn positions(&self, on: &Access) -> Result<Vec<account::Position>, ReadFailure> {
        self.get(on, "/v2/positions", |body| read::list(body, read::position))
    }

    async fn submit(&self, on: &Access, order: &Order, id: &ClientOrderId) -> Outcome {
        placed(self.trading(on, "POST", "/v2/orders", &write::submission(order, id)))
    }

    async fn replace(&self, on: &Access, replaces: Replaces, order: &Order, id: &ClientOrderId) -> Outcome {
        let target = format!("/v2/orders/{}", replaces.order.0);
        placed(self.trading(on, "PATCH", &target, &write::replacement(replaces.changes, order, id)))
    }

    async fn exercise(&self, on: &Access, contract: &Symbol, wish: Wish) -> ExerciseOutcome {
        let word = match wish {
            Wish::Exercise => "exercise",
            Wish::DoNotExercise => "do-not-exercise",
        };
        match self.trading(on, "POST", &format!("/v2/positions/{contract}/{word}"), &Value::Null) {
            Heard::Silence => ExerciseOutcome::Unknown(Doubt::TimedOut),
            Heard::Broken => ExerciseOutcome::Unknown(Doubt::ConnectionLost),
            Heard::Answer { status: 200, .. } => ExerciseOutcome::Taken,
            Heard::Answer { status, request_id, body } => match failed(status, request_id, &body) {
                Outcome::Refused(refusal) => ExerciseOutcome::Refused(refusal),
                Outcome::Unknown(doubt) => ExerciseOutcome::Unknown(doubt),
                Outcome::Landed(_) => ExerciseOutcome::Taken,
            },
        }
    }

    async fn look_up(&self, on: &Access, id: &ClientOrderId) -> Lookup {
        let target = format!("/v2/orders:by_client_order_id?client_order_id={id}");
        match self.get(on, &target, read::order) {
            Ok(order) => Lookup::Found(Box::new(order)),
            Err(ReadFailure::NotFound) => Lookup::NotFound,
            Err(failure) => Lookup::Failed(failure),
        }
    }

    async fn order(&self, on: &Access, id: BrokerOrderId) -> Result<BrokerOrder, ReadFailure> {
        self.get(on, &format!("/v2/orders/{id}"), read::order)
    }

    async fn orders(
        &self,
        on: &Access,
        which: Which,
        after: Option<DateTime<Utc>>,
        most: usize,
    ) -> Result<Vec<BrokerOrder>, ReadFailure> {
        let status = match which {
            Which::Open => "open",
            Which::Closed => "closed",
            Which::All => "all",
        };
        // The time window is cut here: its parameter cannot be used together with the paging cursor.
        let recent = |order: &BrokerOrder| after.is_none_or(|after| order.submitted_at.is_some_and(|at| at > after));
        let mut found: Vec<BrokerOrder> = Vec::new();
        let mut cursor = String::new();
        loop {
            let target = format!("/v2/orders?status={status}&limit=500{cursor}");
            let page = self.get(on, &target, |body| read::list(body, read::order))?;
            let (last, full) = (page.last().map(|order| order.id), page.len() == 500);
            found.extend(page.into_iter().take_while(recent));
            match last {
                Some(id) if full && found.len() < most => cursor = format!("&before_order_id={id}"),
                _ => break,
            }
        }
        found.truncate(most);
        Ok(found)
    }

    async fn cancel(&self, on: &Access, id: BrokerOrderId) -> CancelOutcome {
        match self.trading(on, "DELETE", &format!("/v2/orders/{id}"), &Value::Null) {
            Heard::Silence => CancelOutcome::Unknown(Doubt::TimedOut),
            Heard::Broken => CancelOutcome::Unknown(Doubt::ConnectionLost),
            Heard::Answer { status: 204, .. } => CancelOutcome::Requested,
            Heard::Answer { status: 404, .. } => CancelOutcome::NoSuchOrder,
            Heard::Answer { status: 422, .. } => CancelOutcome::NotOpen,
            Heard::Answer { status, request_id, body } => match failed(status, request_id, &body) {
                Outcome::Unknown(doubt) => CancelOutcome::Unknown(doubt),
                Outcome::Refused(refusal) => CancelOutcome::Refused(refusal),
                Outcome::Landed(_) => CancelOutcome::Requested,
            },
        }
    }

    async fn cancel_all(&self, on: &Access) -> Result<Vec<(BrokerOrderId, CancelOutcome)>, ReadFailure> {
        let heard = self.trading(on, "DELETE", "/v2/orders", &Value::Null);
        read_out(heard, |body| read::list(body, |row| Some((read::order_id(row)?, CancelOutcome::Requested))))
    }

    fn wait(&self, _meter: &Meter, _lane: Lane) -> Duration {
        Duration::ZERO
    }
}

#[async_trait]
impl MarketData for Pit {
    async fn quote(&self, on: &Access, symbol: &Symbol) -> Result<account::Quote, ReadFailure> {
        self.data(on, &format!("/v2/stocks/{symbol}/quotes/latest"), |body| read::quote(&body["quote"]))
    }

    async fn snapshot(&self, on: &Access, symbol: &Symbol) -> Result<Snapshot, ReadFailure> {
        self.data(on, &format!("/v2/stocks/{symbol}/snapshot"), read::snapshot)
    }

    async fn quotes(&self, on: &Access, contracts: &[Symbol]) -> Result<HashMap<Symbol, account::Quote>, ReadFailure> {
        let names: Vec<_> = contracts.iter().map(Symbol::as_str).collect();
        self.data(on, &format!("/v1beta1/options/quotes/latest?symbols={}", names.join(",")), read::quotes)
    }
}
