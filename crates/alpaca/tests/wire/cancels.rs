//! The tables of the two cancel calls.

use crate::broker::{Act, answer};
use crate::world::{ORDER_ID, access, access_of, paper, problem};
use domain::account::Environment;
use domain::brokerage::Brokerage;
use domain::ids::BrokerOrderId;
use domain::outcome::{CancelOutcome, Doubt, ReadFailure, RefusalReason};
use std::sync::Mutex;

fn id() -> BrokerOrderId {
    ORDER_ID.parse().unwrap()
}

#[tokio::test]
async fn a_cancel_says_only_what_the_broker_proved() {
    let unknown = |status| CancelOutcome::Unknown(Doubt::Unreadable { status });
    let rows: Vec<(Act, CancelOutcome)> = vec![
        (answer(204, ""), CancelOutcome::Requested),
        (answer(200, ""), CancelOutcome::Requested),
        (answer(200, "<html>"), unknown(200)),
        (answer(404, problem(40_410_000, "order not found for x")), CancelOutcome::NoSuchOrder),
        (answer(404, problem(40_410_000, "endpoint not found.")), unknown(404)),
        (answer(404, "<html>"), unknown(404)),
        (answer(422, problem(42_210_000, "order is already in \\\"filled\\\" state")), CancelOutcome::NotOpen),
        (answer(422, "<html>"), unknown(422)),
        (answer(301, ""), unknown(301)),
        (answer(429, ""), CancelOutcome::Unknown(Doubt::RateLimited { until: None })),
        (answer(500, ""), CancelOutcome::Unknown(Doubt::ServerError { status: 500 })),
        (
            answer(504, problem(50_410_000, "request timed out")),
            CancelOutcome::Unknown(Doubt::ServerError { status: 504 }),
        ),
    ];
    let acts = Mutex::new(rows.iter().map(|(act, _)| act.clone()).collect::<Vec<_>>().into_iter());
    let (broker, alpaca) = paper(move |_| acts.lock().unwrap().next().unwrap()).await;
    for (row, (act, outcome)) in rows.iter().enumerate() {
        assert_eq!(alpaca.cancel(&access_of(row), id()).await, *outcome, "{act:?}");
    }
    assert_eq!(broker.count("DELETE"), rows.len());
    assert!(broker.seen().iter().all(|seen| seen.target == format!("/v2/orders/{ORDER_ID}")));
}

#[tokio::test]
async fn a_cancel_that_is_refused_says_why() {
    for (status, body, reason) in [
        (401, problem(40_110_000, "no"), RefusalReason::Credentials),
        (403, problem(40_310_000, "account is not authorized to trade"), RefusalReason::AccountRestricted),
        (422, problem(40_010_001, "order_id is missing"), RefusalReason::Invalid),
    ] {
        let (_broker, alpaca) = paper(move |_| answer(status, body.clone())).await;
        let CancelOutcome::Refused(refusal) = alpaca.cancel(&access(Environment::Paper), id()).await else {
            panic!("{status} is a refusal")
        };
        assert_eq!((refusal.reason, refusal.status), (reason, status));
    }
}

#[tokio::test]
async fn a_cancel_is_tried_once_more_after_a_lost_connection_and_no_more() {
    for (acts, outcome) in [
        ([Act::Close, answer(204, "")], CancelOutcome::Requested),
        ([Act::Reset, Act::Reset], CancelOutcome::Unknown(Doubt::ConnectionLost)),
    ] {
        let acts = Mutex::new(acts.into_iter());
        let (broker, alpaca) = paper(move |_| acts.lock().unwrap().next().unwrap()).await;
        assert_eq!(alpaca.cancel(&access(Environment::Paper), id()).await, outcome);
        assert_eq!(broker.count("DELETE"), 2);
    }
}

#[tokio::test]
async fn cancel_all_has_one_outcome_per_order() {
    let ids = ["a", "b", "c", "d", "e"].map(|n| format!("0000000{n}-6f53-4a75-9c0c-6d2b2a9e1f01"));
    let [done, over, failed, gone, barred] = &ids;
    let body = format!(
        r#"[{{"id":"{done}","status":200,"body":{{"id":"{done}","status":"pending_cancel"}}}},
            {{"id":"{over}","status":422,"body":{{"code":42210000,"message":"order is already in \"filled\" state"}}}},
            {{"id":"{failed}","status":500}},{{"id":"{gone}","status":404,"body":null}},
            {{"id":"{barred}","status":403,"body":{{"code":40310000,"message":"no","available":1}},"new":1}}]"#
    );
    let (_broker, alpaca) = paper(move |_| answer(207, body.clone())).await;
    let outcomes = alpaca.cancel_all(&access(Environment::Paper)).await.unwrap();
    assert!(outcomes.iter().map(|(id, _)| id.0.to_string()).eq(ids));
    let outcomes: Vec<_> = outcomes.into_iter().map(|(_, outcome)| outcome).collect();
    assert_eq!(
        outcomes[..4],
        [
            CancelOutcome::Requested,
            CancelOutcome::NotOpen,
            CancelOutcome::Unknown(Doubt::ServerError { status: 500 }),
            CancelOutcome::NoSuchOrder
        ]
    );
    assert!(matches!(outcomes[4], CancelOutcome::Refused(_)));
}

#[tokio::test]
async fn a_cancel_all_that_failed_as_a_whole_claims_nothing() {
    for (status, body, result) in [
        (207, "[]", Ok(0)),
        (200, "null", Ok(0)),
        (207, "{}", Err(ReadFailure::Unreadable { status: 207 })),
        (204, "", Err(ReadFailure::Unreadable { status: 204 })),
        (500, "<html>", Err(ReadFailure::Unavailable)),
        (401, "{\"message\":\"unauthorized.\"}", Err(ReadFailure::Credentials)),
    ] {
        let (broker, alpaca) = paper(move |_| answer(status, body)).await;
        let outcome = alpaca.cancel_all(&access(Environment::Paper)).await.map(|all| all.len());
        assert_eq!(outcome, result, "{status} {body}");
        assert_eq!(broker.count("DELETE"), 1);
    }
}
