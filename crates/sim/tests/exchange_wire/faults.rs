//! Every fault: what the client sees, and whether the order is there.

use crate::client::Client;
use serde_json::Value;
use sim::exchange::{Endpoint, Environment, Fault, FaultRule};
use std::io::ErrorKind;
use std::time::Duration;
use tokio::time::timeout;

/// Whether a client saw what it should have seen.
type Judge = Box<dyn Fn(&Seen) -> bool>;

#[tokio::test]
async fn every_fault_does_what_its_name_says() {
    let client = Client::open(Environment::Paper).await;
    let html = |status| move |got: &Seen| matches!(got, Seen::Page(code) if *code == status);
    let json = |status| move |got: &Seen| matches!(got, Seen::Json(code, _) if *code == status);
    let cut = |got: &Seen| matches!(got, Seen::Broken(_));
    let reset = |got: &Seen| matches!(got, Seen::Broken(ErrorKind::ConnectionReset));
    let faults: Vec<(Fault, bool, Judge)> = vec![
        (Fault::Delay(Duration::from_millis(30)), true, Box::new(json(200))),
        (Fault::LateArrival(Duration::from_millis(30)), true, Box::new(json(200))),
        (Fault::TooManyRequests { headers: true }, false, Box::new(json(429))),
        (Fault::TooManyRequests { headers: false }, false, Box::new(json(429))),
        (Fault::ServerErrorPage, false, Box::new(html(500))),
        (Fault::Unavailable, false, Box::new(html(503))),
        (Fault::TimedOutBefore, false, Box::new(json(504))),
        (Fault::TimedOutAfter, true, Box::new(json(504))),
        (Fault::ResetBefore, false, Box::new(reset)),
        (Fault::ResetAfter, true, Box::new(reset)),
        (Fault::TruncatedJson, true, Box::new(html(200))),
        (Fault::CutBody, true, Box::new(cut)),
        (
            Fault::UnknownStatus,
            true,
            Box::new(|got| matches!(got, Seen::Json(200, body) if body["status"] == "never_seen_before")),
        ),
        (Fault::NotFound, false, Box::new(json(404))),
        (
            Fault::Canned { status: 301, content_type: "text/plain", body: "elsewhere".into(), lands: false },
            false,
            Box::new(html(301)),
        ),
    ];
    let cases = faults.len();
    for (place, (fault, lands, judge)) in faults.into_iter().enumerate() {
        assert_eq!(fault.lands(), lands, "{fault:?}");
        client.server.push_fault(FaultRule::once(Endpoint::SubmitOrder, fault.clone()));
        let name = format!("fault-{place}");
        let seen = see(&client, &name).await;
        assert!(judge(&seen), "{fault:?}: {seen:?}");
        assert_eq!(client.landed(&name), lands, "{fault:?}");
        assert_eq!(client.server.faults_waiting(), 0, "{fault:?} is used up");
    }
    println!("PROMISE sim-faults cases={cases} violations=0");
}

/// What a client makes of an answer.
#[derive(Debug)]
enum Seen {
    Json(u16, Value),
    Page(u16),
    Broken(ErrorKind),
}

async fn see(client: &Client, client_order_id: &str) -> Seen {
    match client.order(client_order_id).await {
        Ok(answer) => match serde_json::from_slice(&answer.body) {
            Ok(body) => Seen::Json(answer.status, body),
            Err(_) => Seen::Page(answer.status),
        },
        Err(error) => Seen::Broken(error.kind()),
    }
}

#[tokio::test]
async fn a_hanging_request_is_never_answered() {
    let client = Client::open(Environment::Paper).await;
    for (fault, lands) in [(Fault::HangBefore, false), (Fault::HangAfter, true)] {
        client.server.push_fault(FaultRule::once(Endpoint::SubmitOrder, fault));
        let name = format!("hang-{lands}");
        let answer = timeout(Duration::from_millis(200), client.order(&name)).await;
        assert!(answer.is_err(), "no answer");
        assert_eq!(client.landed(&name), lands);
    }
    let statuses: Vec<_> = client.server.requests().iter().map(|arrival| arrival.status).collect();
    assert_eq!(statuses, [None, None]);
}

#[tokio::test]
async fn a_late_order_lands_after_its_client_has_hung_up() {
    let client = Client::open(Environment::Paper).await;
    let fault = Fault::LateArrival(Duration::from_millis(150));
    client.server.push_fault(FaultRule::once(Endpoint::SubmitOrder, fault));
    let answer = timeout(Duration::from_millis(50), client.order("late")).await;
    assert!(answer.is_err());
    assert!(!client.landed("late"), "still on its way");
    let arrives = async {
        while !client.landed("late") {
            tokio::task::yield_now().await;
        }
    };
    timeout(crate::client::PATIENCE, arrives).await.expect("it lands");
}

#[tokio::test]
async fn a_rule_strikes_its_endpoint_its_account_and_its_number_of_times() {
    let client = Client::open(Environment::Paper).await;
    let stranger = uuid::Uuid::nil();
    let rule =
        |account, times| FaultRule { on: Some(Endpoint::OrderByClientId), account, fault: Fault::NotFound, times };
    client.server.push_fault(rule(Some(stranger), 1));
    client.server.push_fault(rule(Some(client.keys.account_id), 2));
    assert_eq!(client.order("there").await.expect("answer").status, 200);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let look_up = "/v2/orders:by_client_order_id?client_order_id=there";
        statuses.push(client.get(look_up).await.expect("answer").status);
    }
    assert_eq!(statuses, [404, 404, 200]);
    assert_eq!(client.server.faults_waiting(), 1, "the stranger's");
    client.server.clear_faults();
    assert_eq!(client.server.faults_waiting(), 0);
}
