//! `POST /v2/orders`: the one call that must not be misread.
//!
//! | status | code | message | outcome |
//! |---|---|---|---|
//! | 200, 201 | | a readable order with our `client_order_id` | `Landed` |
//! | 400 | 40010000, 40010001 | | `Refused` |
//! | 401 | 40110000, or none with `unauthorized` | | `Refused` (credentials) |
//! | 403 | 40310000, 40310100 | | `Refused` |
//! | 422 | 40010001 | about the `client_order_id` (not its length), or empty | `Unknown(DuplicateId)` |
//! | 422 | 40010001, 42210000 | anything else | `Refused` |
//! | 429 | | | `Unknown(RateLimited)` |
//! | 5xx | | | `Unknown(ServerError)` |
//! | all else | | another's order, HTML, no code, 204, 301 | `Unknown(Unreadable)` |

use super::ticket::Ticket;
use super::{Endpoint, orders};
use crate::path::Path;
use crate::problem::Problem;
use crate::transport::Answer;
use domain::brokerage::Lane;
use domain::ids::ClientOrderId;
use domain::order::Order;
use domain::outcome::{Doubt, Outcome};
use reqwest::Method;

/// Places one order.
pub(crate) struct Submit<'a> {
    pub(crate) order: &'a Order,
    pub(crate) id: &'a ClientOrderId,
}

impl Endpoint for Submit<'_> {
    type Reply = Outcome;
    const NAME: &'static str = "submit";
    const METHOD: Method = Method::POST;
    const LANE: Lane = Lane::Orders;

    fn path(&self) -> Path {
        Path::Orders
    }

    fn body(&self) -> Option<Vec<u8>> {
        serde_json::to_vec(&Ticket::of(self.order, self.id)).ok()
    }

    fn read(&self, answer: &Answer) -> Outcome {
        outcome(answer, self.id)
    }
}

/// The table: what an answer to an order, or to its replacement, proves.
pub(super) fn outcome(answer: &Answer, id: &ClientOrderId) -> Outcome {
    let status = answer.status;
    match (status, Problem::read(&answer.body)) {
        (200 | 201, _) => landed(answer, id).unwrap_or(Outcome::Unknown(Doubt::Unreadable { status })),
        (429, _) => Outcome::Unknown(Doubt::RateLimited { until: answer.listens_at }),
        (500.., _) => Outcome::Unknown(Doubt::ServerError { status }),
        (422, Some(problem)) if problem.code == Some(40_010_001) && problem.may_be_duplicate_id() => {
            Outcome::Unknown(Doubt::DuplicateId)
        }
        (_, Some(problem)) if is_definitive(status, &problem) => Outcome::Refused(problem.refusal(answer)),
        _ => Outcome::Unknown(Doubt::Unreadable { status }),
    }
}

fn landed(answer: &Answer, id: &ClientOrderId) -> Option<Outcome> {
    let order = serde_json::from_slice::<orders::Row>(&answer.body).ok()?.order()?;
    (order.client_order_id == *id).then(|| Outcome::Landed(Box::new(order)))
}

/// Status and code that only Alpaca's own order check gives, after which there is no order.
pub(crate) fn is_definitive(status: u16, problem: &Problem) -> bool {
    match (status, problem.code) {
        (400, Some(40_010_000 | 40_010_001))
        | (403, Some(40_310_000 | 40_310_100))
        | (422, Some(40_010_001 | 42_210_000)) => true,
        (401, _) => problem.is_about_keys(status),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use domain::ids::IntentId;
    use domain::money::Quantity;
    use domain::order::{Pricing, Side, Size};
    use domain::symbol::Symbol;
    use proptest::prelude::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn order() -> Order {
        let three = Size::Shares(Quantity::parse("3").unwrap());
        Order::plain(Side::Buy, Symbol::parse("XYZ").unwrap(), three, Pricing::Market)
    }

    /// Bodies near to what the table knows: right and wrong members, cut anywhere, with any bytes thrown in.
    fn body() -> impl Strategy<Value = Vec<u8>> {
        let member = prop_oneof![
            (prop_oneof![Just(40_010_001_i64), Just(40_310_000), Just(42_210_000), Just(40_110_000), any::<i64>()])
                .prop_map(|code| format!("\"code\":{code}")),
            prop_oneof![Just("client_order_id must be unique".to_owned()), "[ -~]{0,30}"]
                .prop_map(|text| format!("\"message\":{}", serde_json::to_string(&text).unwrap())),
            Just("\"id\":\"0f1c2b7e-6f53-4a75-9c0c-6d2b2a9e1f01\"".to_owned()),
            prop_oneof![Just("paddock-00000000000000000000000000000001"), Just("someone-else")]
                .prop_map(|id| format!("\"client_order_id\":\"{id}\"")),
            prop_oneof![Just("new"), Just("rejected"), Just("??")].prop_map(|word| format!("\"status\":\"{word}\"")),
            "[ -~]{0,12}",
        ];
        let object = prop::collection::vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(",")));
        let cut = (object.clone(), any::<prop::sample::Index>())
            .prop_map(|(text, at)| text.as_bytes()[..at.index(text.len())].to_vec());
        prop_oneof![4 => object.prop_map(String::into_bytes), 1 => cut, 1 => prop::collection::vec(any::<u8>(), 0..60)]
    }

    #[test]
    fn no_bytes_make_a_claim_that_they_do_not_prove() {
        let cases = AtomicU32::new(0);
        let id = ClientOrderId::of(IntentId(uuid::Uuid::from_u128(1)));
        let config = ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() };
        proptest!(config, |(status in prop_oneof![Just(200_u16), Just(422), Just(403), Just(401), 100_u16..600], body in body())| {
            cases.fetch_add(1, Ordering::Relaxed);
            let text = String::from_utf8_lossy(&body).into_owned();
            let answer = Answer { status, request_id: None, listens_at: None, body: body.into() };
            match (Submit { order: &order(), id: &id }).read(&answer) {
                Outcome::Landed(order) => {
                    prop_assert!(matches!(status, 200 | 201) && text.contains(id.as_str()));
                    prop_assert_eq!(order.client_order_id, id.clone());
                }
                Outcome::Refused(refusal) => {
                    prop_assert!(matches!(status, 400 | 401 | 403 | 422));
                    prop_assert!(!refusal.message.contains("must be unique") || refusal.code != Some(40_010_001));
                }
                Outcome::Unknown(_) => {}
            }
        });
        println!("PROMISE P16 cases={} violations=0 panics=0", cases.into_inner());
    }
}
