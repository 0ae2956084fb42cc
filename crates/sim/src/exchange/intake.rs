//! The steps every request takes: who is it, what goes wrong, do it, write the answer.

use super::auth::Stranger;
use super::errors::{self, Refusal};
use super::faults::Fault;
use super::limits::{Arrival, Standing};
use super::options::exercise;
use super::records::{activities, portfolio, watchlists};
use super::routes::{Answer, Call, Delivery, Endpoint, Params, Reply, Request, route};
use super::venue::Exchange;
use super::{Origin, chains, closing, data, markets, reference, replace, trading};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

/// A request that has been let in, counted and judged for faults, but not carried out.
#[derive(Debug)]
pub(super) struct Arrived {
    endpoint: Endpoint,
    subject: String,
    caller: Result<(Uuid, Standing), Stranger>,
    fault: Option<Fault>,
    place: usize,
    request_id: Uuid,
}

impl Arrived {
    /// How long the request is still on its way.
    pub(super) fn travels(&self) -> Option<Duration> {
        match self.fault {
            Some(Fault::LateArrival(span)) => Some(span),
            _ => None,
        }
    }
}

impl Exchange {
    /// Takes a request from its arrival to its answer.
    pub fn answer(&mut self, now: DateTime<Utc>, origin: Origin, request: &Request) -> (Answer, Delivery) {
        let arrived = self.arrive(now, origin, request);
        self.carry_out(now, request, arrived)
    }

    /// Who asks for what: counts and records it, and takes the fault that strikes it.
    pub(super) fn arrive(&mut self, now: DateTime<Utc>, origin: Origin, request: &Request) -> Arrived {
        let (endpoint, subject) = route(origin, request);
        let caller = self.admit(now, origin, request);
        let account = caller.as_ref().ok().map(|(account, _)| *account);
        // A request that gets no further than the door uses up no fault.
        let fault = match &caller {
            Ok((account, standing)) if !standing.exceeded => self.faults.strike(endpoint, Some(*account)),
            _ => None,
        };
        let request_id = self.rng.uuid();
        let place = self.arrivals.len();
        self.arrivals.push(Arrival {
            at: now,
            origin,
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            body: request.body.clone(),
            endpoint,
            account,
            client_order_id: client_order_id(endpoint, request),
            status: None,
            request_id,
        });
        Arrived { endpoint, subject, caller, fault, place, request_id }
    }

    fn admit(&mut self, now: DateTime<Utc>, origin: Origin, request: &Request) -> Result<(Uuid, Standing), Stranger> {
        let account = self.keys.identify(origin, request, self.knobs.coded_errors)?;
        let limit = self.knobs.requests_per_minute;
        Ok((account, self.meter.count(account, origin.into(), now, limit)))
    }

    /// Does what was asked, unless a fault or the rate limit stands before it, and writes the answer.
    pub(super) fn carry_out(&mut self, now: DateTime<Utc>, request: &Request, arrived: Arrived) -> (Answer, Delivery) {
        let Arrived { endpoint, subject, caller, fault, place, request_id } = arrived;
        let (mut answer, delivery) = match caller {
            // Coins are quoted to everybody.
            Err(Stranger::Silent) if matches!(endpoint, Endpoint::CryptoHistory(_) | Endpoint::CryptoLatest(_)) => {
                let (params, account) = (Params::read(&request.query), Uuid::nil());
                let call = Call { endpoint, subject, params, body: &request.body, account, now };
                self.settle(now);
                (write_out(self.handle(&call)), Delivery::Whole)
            }
            Err(Stranger::Silent) => (Answer::html(401, errors::NO_CREDENTIALS_PAGE), Delivery::Whole),
            Err(Stranger::Refused(refusal)) => (Answer::refusal(&refusal), Delivery::Whole),
            Ok((account, standing)) => {
                let params = Params::read(&request.query);
                let call = Call { endpoint, subject, params, body: &request.body, account, now };
                self.serve(&call, standing, fault)
            }
        };
        answer.headers.push(("x-request-id", request_id.simple().to_string()));
        if let Some(arrival) = self.arrivals.get_mut(place) {
            arrival.status = (!matches!(delivery, Delivery::Never | Delivery::Reset)).then_some(answer.status);
        }
        (answer, delivery)
    }

    fn serve(&mut self, call: &Call<'_>, standing: Standing, fault: Option<Fault>) -> (Answer, Delivery) {
        let coded = self.knobs.coded_errors;
        let landed = match &fault {
            _ if standing.exceeded => Answer::refusal(&errors::rate_limited(coded)),
            Some(fault) if !fault.lands() => Answer::new(0, None, Vec::new()),
            _ => {
                self.settle(call.now);
                write_out(self.handle(call))
            }
        };
        let bare = fault == Some(Fault::TooManyRequests { headers: false });
        let (mut answer, delivery) = match fault {
            Some(fault) if !standing.exceeded => spoil(landed, &fault, call, coded),
            _ => (landed, Delivery::Whole),
        };
        if !bare {
            let remaining = if answer.status == 429 { 0 } else { standing.remaining };
            answer.headers.push(("x-ratelimit-limit", standing.limit.to_string()));
            answer.headers.push(("x-ratelimit-remaining", remaining.to_string()));
            answer.headers.push(("x-ratelimit-reset", standing.resets_at.to_string()));
        }
        (answer, delivery)
    }

    fn handle(&mut self, call: &Call<'_>) -> Result<Reply, Refusal> {
        match call.endpoint {
            Endpoint::Account => reference::account(self, call),
            Endpoint::Configurations => reference::configurations(self, call),
            Endpoint::Configure => reference::configure(self, call),
            Endpoint::Clock => Ok(reference::clock(self, call)),
            Endpoint::Calendar => reference::calendar(call),
            Endpoint::Contracts => chains::list(self, call),
            Endpoint::Contract => chains::one(self, call),
            Endpoint::Clocks => markets::clocks(self, call),
            Endpoint::MarketDays => markets::days(call),
            Endpoint::Activities => activities::list(self, call),
            Endpoint::PortfolioHistory => portfolio::history(self, call),
            Endpoint::Watchlists => Ok(watchlists::all(self, call)),
            Endpoint::CreateWatchlist => watchlists::create(self, call),
            Endpoint::Watchlist(what, key) => watchlists::one(self, call, what, key),
            Endpoint::RemoveFromWatchlist => watchlists::remove(self, call),
            Endpoint::Assets => reference::assets(self, call),
            Endpoint::Asset => reference::asset(self, call),
            Endpoint::Positions => reference::positions(self, call),
            Endpoint::Position => reference::position(self, call),
            Endpoint::SubmitOrder => trading::submit(self, call),
            Endpoint::ListOrders => trading::list(self, call),
            Endpoint::Order => trading::order(self, call),
            Endpoint::OrderByClientId => trading::order_by_client_id(self, call),
            Endpoint::ClosePosition => closing::one(self, call),
            Endpoint::CloseAllPositions => closing::all(self, call),
            Endpoint::Exercise => exercise::exercise(self, call),
            Endpoint::DoNotExercise => exercise::spare(self, call),
            Endpoint::ReplaceOrder => replace::replace(self, call),
            Endpoint::CancelOrder => trading::cancel(self, call),
            Endpoint::CancelAllOrders => trading::cancel_all(self, call),
            Endpoint::Stream | Endpoint::Unknown => Err(errors::endpoint_not_found()),
            _ => data::answer(self, call),
        }
    }
}

/// The client order id a request is about.
fn client_order_id(endpoint: Endpoint, request: &Request) -> Option<String> {
    match endpoint {
        Endpoint::SubmitOrder | Endpoint::ReplaceOrder => {
            let body: Value = serde_json::from_slice(&request.body).ok()?;
            body["client_order_id"].as_str().map(str::to_owned)
        }
        Endpoint::OrderByClientId => Params::read(&request.query).get("client_order_id").map(str::to_owned),
        _ => None,
    }
}

fn write_out(outcome: Result<Reply, Refusal>) -> Answer {
    match outcome {
        Ok(Reply::Json(value)) => Answer::json(200, &value),
        Ok(Reply::MultiStatus(value)) => Answer::json(207, &value),
        Ok(Reply::NoContent) => Answer::new(204, None, Vec::new()),
        Ok(Reply::Empty) => Answer::new(200, None, Vec::new()),
        Err(refusal) => Answer::refusal(&refusal),
    }
}

/// Turns what happened into what the client is made to see.
fn spoil(landed: Answer, fault: &Fault, call: &Call<'_>, coded: bool) -> (Answer, Delivery) {
    let whole = |answer| (answer, Delivery::Whole);
    match fault {
        Fault::Delay(span) => (landed, Delivery::After(*span)),
        Fault::LateArrival(_) => whole(landed),
        Fault::TooManyRequests { .. } => whole(Answer::refusal(&errors::rate_limited(coded))),
        Fault::ServerErrorPage => whole(Answer::html(500, errors::SERVER_ERROR_PAGE)),
        Fault::Unavailable => whole(Answer::html(503, errors::UNAVAILABLE_PAGE)),
        Fault::TimedOutBefore | Fault::TimedOutAfter => whole(Answer::refusal(&errors::timed_out())),
        Fault::ResetBefore | Fault::ResetAfter => (landed, Delivery::Reset),
        Fault::HangBefore | Fault::HangAfter => (landed, Delivery::Never),
        Fault::TruncatedJson => {
            let half = landed.body.len() / 2;
            let body = landed.body.into_iter().take(half).collect();
            whole(Answer { body, ..landed })
        }
        Fault::CutBody => (landed, Delivery::Cut),
        Fault::UnknownStatus => {
            let mut value: Value = serde_json::from_slice(&landed.body).unwrap_or_default();
            estrange(&mut value);
            whole(Answer { body: value.to_string().into_bytes(), ..landed })
        }
        Fault::NotFound => {
            let id = call.params.get("client_order_id").unwrap_or(&call.subject);
            whole(Answer::refusal(&errors::order_not_found(id)))
        }
        Fault::Canned { status, content_type, body, .. } => {
            whole(Answer::new(*status, Some(content_type), body.clone().into_bytes()))
        }
    }
}

/// Gives every order in `value` a status that does not exist.
fn estrange(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(estrange),
        Value::Object(fields) => {
            if let Some(status) = fields.get_mut("status") {
                *status = "never_seen_before".into();
            }
        }
        _ => {}
    }
}
