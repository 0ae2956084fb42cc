//! No order is ever sent twice, not even by the libraries below us.

use crate::broker::{Act, Broker, answer};
use crate::world::{NOBODY, access_of, buy, client, intent, paper, shown};
use domain::brokerage::Brokerage;
use domain::clock::SystemClock;
use domain::ids::{ClientOrderId, IntentId};
use domain::outcome::{Doubt, Outcome};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[tokio::test]
async fn a_kept_connection_that_closes_on_the_next_order_takes_it_once() {
    for act in [Act::Close, Act::Reset] {
        // The first request of each connection is answered and kept alive, the second is read and dropped.
        let (broker, alpaca) = paper(move |seen| if seen.nth == 0 { answer(200, "[]") } else { act.clone() }).await;
        for row in 0..40 {
            let on = access_of(row);
            assert!(alpaca.positions(&on).await.is_ok());
            let outcome = alpaca.submit(&on, &buy(), &intent()).await;
            assert_eq!(outcome, Outcome::Unknown(Doubt::ConnectionLost));
        }
        assert_eq!(broker.count("POST"), 40);
        let reused = broker.seen().iter().filter(|seen| seen.method == "POST" && seen.nth == 1).count();
        assert_eq!(reused, 40, "the orders did go over kept connections");
    }
}

/// Answers one request per connection, says that it keeps the connection, and closes it within a moment that races with
/// the next request. Returns how often each order id was seen, wholly or in part.
async fn closing_broker() -> (String, Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let posts: Arc<std::sync::Mutex<Vec<String>>> = Arc::default();
    let record = Arc::clone(&posts);
    tokio::spawn(async move {
        for nth in 0_u64.. {
            let (mut stream, _) = listener.accept().await.unwrap();
            let record = Arc::clone(&record);
            tokio::spawn(async move {
                let note = |bytes: &[u8]| {
                    let text = String::from_utf8_lossy(bytes).into_owned();
                    if let Some(at) = text.find("paddock-").filter(|_| text.starts_with("POST")) {
                        record.lock().unwrap().push(text[at..at + 40].to_owned());
                    }
                };
                let mut request = vec![0; 16_384];
                let Ok(length @ 1..) = stream.read(&mut request).await else { return };
                note(&request[..length]);
                let ok = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\n[]";
                if stream.write_all(ok).await.is_err() {
                    return;
                }
                let moment = Duration::from_micros(nth % 50 * 20);
                if let Ok(Ok(length)) = tokio::time::timeout(moment, stream.read(&mut request)).await {
                    note(&request[..length]);
                }
            });
        }
    });
    (origin, posts)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_closes_in_the_very_moment_of_the_order_never_doubles_it() {
    let (origin, posts) = closing_broker().await;
    let alpaca = client(&origin, NOBODY, NOBODY, Arc::new(SystemClock::start()));
    let mut outcomes = Vec::new();
    for row in 0..300_u128 {
        let on = access_of(usize::try_from(row).unwrap());
        let _ = alpaca.positions(&on).await;
        let id = ClientOrderId::of(IntentId(uuid::Uuid::from_u128(row + 1)));
        outcomes.push((id.clone(), alpaca.submit(&on, &buy(), &id).await));
    }
    let posts = posts.lock().unwrap();
    let mut violations = 0;
    for (id, outcome) in &outcomes {
        let times = posts.iter().filter(|seen| *seen == id.as_str()).count();
        violations += usize::from(times > 1);
        assert!(matches!(outcome, Outcome::Unknown(_)), "a list is no order: {outcome:?}");
    }
    println!("PROMISE P1 cases={} violations={violations} posts_seen={}", outcomes.len(), posts.len());
    assert_eq!(violations, 0);
    assert!(posts.len() > outcomes.len() / 2, "most orders did arrive");
}

#[tokio::test]
async fn no_answer_makes_an_order_be_sent_again() {
    for act in [
        answer(429, ""),
        answer(500, ""),
        answer(503, ""),
        answer(504, ""),
        answer(408, ""),
        answer(425, ""),
        Act::Close,
        Act::Reset,
        Act::Raw(b"HTTP/1.1 200".to_vec()),
        answer(200, shown(&[])),
    ] {
        let broker = Broker::start(move |_| act.clone()).await;
        let alpaca = client(&broker.origin, NOBODY, NOBODY, Arc::new(SystemClock::start()));
        alpaca.submit(&access_of(0), &buy(), &intent()).await;
        assert_eq!(broker.count("POST"), 1);
    }
}
