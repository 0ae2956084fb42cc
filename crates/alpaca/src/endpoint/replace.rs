//! `PATCH /v2/orders/{id}`: an order in the place of another one. It has a `client_order_id` of its own and is found by it, so
//! its table is that of a submit, with one row more:
//!
//! | status | code | outcome |
//! |---|---|---|
//! | 404 | 40410000 | `Refused` (there is no such order to be replaced) |

use super::ticket::digits;
use super::{Endpoint, look_up, submit};
use crate::path::Path;
use crate::problem::Problem;
use crate::transport::Answer;
use domain::brokerage::Lane;
use domain::ids::{BrokerOrderId, ClientOrderId};
use domain::order::{Changes, Order, Size, Trail};
use domain::outcome::{Doubt, Outcome};
use reqwest::Method;
use serde::Serialize;

/// Puts an order in the place of another one.
pub(crate) struct Replace<'a> {
    pub(crate) old: BrokerOrderId,
    pub(crate) order: &'a Order,
    pub(crate) changes: Changes,
    pub(crate) id: &'a ClientOrderId,
}

/// What changes, and nothing else: the exits of a bracket take new prices only.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    qty: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_in_force: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trail: Option<String>,
    client_order_id: &'a str,
}

impl Endpoint for Replace<'_> {
    type Reply = Outcome;
    const NAME: &'static str = "replace";
    const METHOD: Method = Method::PATCH;
    const LANE: Lane = Lane::Orders;

    fn path(&self) -> Path {
        Path::Order(self.old)
    }

    fn body(&self) -> Option<Vec<u8>> {
        let Self { order, changes, .. } = self;
        let qty = match order.size {
            Size::Shares(qty) => Some(qty.get().to_string()),
            Size::Dollars(_) => None,
        };
        let trail = order.pricing.trail().map(|trail| match trail {
            Trail::Price(price) => digits(price),
            Trail::Percent(percent) => percent.get().to_string(),
        });
        let body = Body {
            qty: qty.filter(|_| changes.qty),
            time_in_force: changes.time_in_force.then_some(order.time_in_force.as_str()),
            limit_price: order.pricing.limit().filter(|_| changes.limit).map(digits),
            stop_price: order.pricing.stop().filter(|_| changes.stop).map(digits),
            trail: trail.filter(|_| changes.trail),
            client_order_id: self.id.as_str(),
        };
        serde_json::to_vec(&body).ok()
    }

    fn read(&self, answer: &Answer) -> Outcome {
        match Problem::read(&answer.body) {
            Some(problem) if answer.status == 404 && look_up::is_no_such_order(answer) => {
                Outcome::Refused(problem.refusal(answer))
            }
            None if answer.status == 404 => Outcome::Unknown(Doubt::Unreadable { status: 404 }),
            _ => submit::outcome(answer, self.id),
        }
    }
}
