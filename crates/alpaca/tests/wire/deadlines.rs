//! Deadlines, on a clock that the tests move.

use crate::broker::{Act, Broker, answer};
use crate::world::{NOBODY, access, buy, client, intent, paper_at_rest, until};
use alpaca::{Alpaca, Limits, Origins};
use domain::account::Environment;
use domain::brokerage::Brokerage;
use domain::clock::SystemClock;
use domain::outcome::{CancelOutcome, Doubt, Lookup, Outcome, ReadFailure, RefusalReason};
use std::sync::Arc;
use std::time::Duration;

const TOTAL: Duration = Duration::from_secs(15);

#[tokio::test]
async fn a_timed_out_submit_is_never_called_rejected_and_never_repeated() {
    let (broker, alpaca, clock) = paper_at_rest(|_| Act::Hang).await;
    let submit = tokio::spawn(async move { alpaca.submit(&access(Environment::Paper), &buy(), &intent()).await });
    until("the order arrived", || broker.count("POST") == 1).await;
    clock.advance(TOTAL.saturating_sub(Duration::from_millis(1)));
    tokio::task::yield_now().await;
    assert!(!submit.is_finished(), "not a moment early");
    clock.advance(Duration::from_millis(1));
    assert_eq!(submit.await.unwrap(), Outcome::Unknown(Doubt::TimedOut));
    assert_eq!(broker.count("POST"), 1);
}

#[tokio::test]
async fn reads_and_cancels_end_at_the_same_deadline_with_all_their_tries() {
    let (broker, alpaca, clock) = paper_at_rest(|_| Act::Hang).await;
    let alpaca = Arc::new(alpaca);
    let (a, b, c) = (Arc::clone(&alpaca), Arc::clone(&alpaca), Arc::clone(&alpaca));
    let read = tokio::spawn(async move { a.positions(&access(Environment::Paper)).await });
    let look = tokio::spawn(async move { b.look_up(&access(Environment::Paper), &intent()).await });
    let id = crate::world::ORDER_ID.parse().unwrap();
    let cancel = tokio::spawn(async move { c.cancel(&access(Environment::Paper), id).await });
    until("all three arrived", || broker.seen().len() == 3).await;
    clock.advance(TOTAL);
    assert_eq!(read.await.unwrap(), Err(ReadFailure::Unavailable));
    assert_eq!(look.await.unwrap(), Lookup::Failed(ReadFailure::Unavailable));
    assert_eq!(cancel.await.unwrap(), CancelOutcome::Unknown(Doubt::TimedOut));
    assert_eq!(broker.seen().len(), 3, "no time was left for another try");
}

#[tokio::test]
async fn an_order_that_never_left_is_refused_not_doubted() {
    let nobody = client(NOBODY, "http://127.0.0.1:2", NOBODY, Arc::new(SystemClock::start()));
    let Outcome::Refused(refusal) = nobody.submit(&access(Environment::Paper), &buy(), &intent()).await else {
        panic!("nobody listens there")
    };
    assert_eq!((refusal.reason, refusal.status), (RefusalReason::NeverSent, 0));
    // A name that does not resolve, and a TLS handshake with somebody who speaks no TLS.
    let plain = Broker::start(|_| answer(200, "")).await;
    let no_tls = plain.origin.replace("http://", "https://");
    for origin in ["https://paddock.invalid", &no_tls] {
        let alpaca = client(origin, NOBODY, NOBODY, Arc::new(SystemClock::start()));
        let outcome = alpaca.submit(&access(Environment::Paper), &buy(), &intent()).await;
        assert!(
            matches!(&outcome, Outcome::Refused(refusal) if refusal.reason == RefusalReason::NeverSent),
            "{origin}: {outcome:?}"
        );
    }
    assert!(plain.seen().is_empty());
    // Somebody who takes the connection and never shakes hands: the connect deadline ends it, still before any order.
    let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("https://{}", mute.local_addr().unwrap());
    let limits = Limits { connect: Duration::from_millis(100), ..Limits::default() };
    let origins = Origins::parse(&origin, NOBODY, NOBODY).unwrap();
    let alpaca = Alpaca::new(origins, Arc::new(SystemClock::start()), limits).unwrap();
    let outcome = alpaca.submit(&access(Environment::Paper), &buy(), &intent()).await;
    assert!(matches!(&outcome, Outcome::Refused(refusal) if refusal.reason == RefusalReason::NeverSent), "{outcome:?}");
}
