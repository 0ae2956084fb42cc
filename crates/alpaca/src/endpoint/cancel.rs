//! `DELETE /v2/orders/{id}` and `DELETE /v2/orders`.
//!
//! | status | code | outcome |
//! |---|---|---|
//! | 204, or 200 with nothing in it | | `Requested` |
//! | 404 | 40410000 | `NoSuchOrder` |
//! | 422 | 42210000 | `NotOpen` |
//! | 400, 401, 403, 422 | as for a submit | `Refused` |
//! | 429 | | `Unknown(RateLimited)` |
//! | 5xx | | `Unknown(ServerError)` |
//! | all else | | `Unknown(Unreadable)` |

use super::{Endpoint, failure, look_up, submit, unreadable};
use crate::path::Path;
use crate::problem::Problem;
use crate::transport::Answer;
use bytes::Bytes;
use domain::brokerage::Lane;
use domain::ids::BrokerOrderId;
use domain::outcome::{CancelOutcome, Doubt, ReadFailure};
use reqwest::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

/// Asks for one order to be canceled.
pub(crate) struct Cancel(pub(crate) BrokerOrderId);

impl Endpoint for Cancel {
    type Reply = CancelOutcome;
    const NAME: &'static str = "cancel";
    const METHOD: Method = Method::DELETE;
    const LANE: Lane = Lane::Urgent;

    fn path(&self) -> Path {
        Path::Order(self.0)
    }

    fn read(&self, answer: &Answer) -> CancelOutcome {
        match answer.status {
            204 => CancelOutcome::Requested,
            200 if answer.body.iter().all(u8::is_ascii_whitespace) => CancelOutcome::Requested,
            _ => not_requested(answer),
        }
    }
}

fn not_requested(answer: &Answer) -> CancelOutcome {
    let status = answer.status;
    match (status, Problem::read(&answer.body)) {
        (404, _) if look_up::is_no_such_order(answer) => CancelOutcome::NoSuchOrder,
        (422, Some(problem)) if problem.code == Some(42_210_000) => CancelOutcome::NotOpen,
        (429, _) => CancelOutcome::Unknown(Doubt::RateLimited { until: answer.listens_at }),
        (500.., _) => CancelOutcome::Unknown(Doubt::ServerError { status }),
        (_, Some(problem)) if submit::is_definitive(status, &problem) => {
            CancelOutcome::Refused(problem.refusal(answer))
        }
        _ => CancelOutcome::Unknown(Doubt::Unreadable { status }),
    }
}

/// Asks for all open orders to be canceled.
pub(crate) struct CancelAll;

#[derive(Deserialize)]
struct Item<'a> {
    id: Uuid,
    status: u16,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
}

impl Endpoint for CancelAll {
    type Reply = Result<Vec<(BrokerOrderId, CancelOutcome)>, ReadFailure>;
    const NAME: &'static str = "cancel_all";
    const METHOD: Method = Method::DELETE;
    const LANE: Lane = Lane::Urgent;
    /// An item may carry a whole order.
    const LIMIT: usize = 8 << 20;

    fn path(&self) -> Path {
        Path::Orders
    }

    /// 207 with one status per order; a plain 200 with the same list is taken as well.
    fn read(&self, answer: &Answer) -> Self::Reply {
        if !matches!(answer.status, 200 | 207) {
            return Err(failure(answer));
        }
        let items: Option<Vec<Item<'_>>> = serde_json::from_slice(&answer.body).map_err(|_| unreadable(answer))?;
        Ok(items.unwrap_or_default().into_iter().map(|item| (BrokerOrderId(item.id), outcome(answer, &item))).collect())
    }
}

/// What became of one order, by its own status. 200 stands for "requested" here, whatever body comes with it.
fn outcome(answer: &Answer, item: &Item<'_>) -> CancelOutcome {
    if matches!(item.status, 200 | 204) {
        return CancelOutcome::Requested;
    }
    let body = item.body.map_or_else(Bytes::new, |raw| Bytes::copy_from_slice(raw.get().as_bytes()));
    let part = Answer { status: item.status, body, request_id: answer.request_id.clone(), listens_at: None };
    match not_requested(&part) {
        CancelOutcome::Unknown(Doubt::Unreadable { status: 404 }) => CancelOutcome::NoSuchOrder,
        CancelOutcome::Unknown(Doubt::Unreadable { status: 422 }) => CancelOutcome::NotOpen,
        other => other,
    }
}
