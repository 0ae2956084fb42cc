//! Paper is never live, a redirect is never followed, and the body is never longer than it may be.

use crate::broker::{Act, Broker, answer, with};
use crate::world::{NOBODY, SECRET, access, buy, client, intent, paper};
use alpaca::{Alpaca, Limits, Origin, OriginRefusal, Origins, Unusable};
use domain::account::Environment;
use domain::brokerage::{Brokerage, MarketData, Which};
use domain::clock::SystemClock;
use domain::outcome::{Doubt, Outcome, ReadFailure};
use domain::symbol::Symbol;
use std::sync::Arc;

#[tokio::test]
async fn the_environment_alone_decides_the_host() {
    let mut brokers = Vec::new();
    for _ in 0..3 {
        brokers.push(Broker::start(|_| answer(500, "")).await);
    }
    let [paper, live, data] = &brokers[..] else { panic!("three") };
    let alpaca = client(&paper.origin, &live.origin, &data.origin, Arc::new(SystemClock::start()));
    alpaca.submit(&access(Environment::Paper), &buy(), &intent()).await;
    assert_eq!((paper.seen().len(), live.seen().len(), data.seen().len()), (1, 0, 0));
    alpaca.submit(&access(Environment::Live), &buy(), &intent()).await;
    assert_eq!((paper.seen().len(), live.seen().len(), data.seen().len()), (1, 1, 0));
    let symbol = Symbol::parse("XYZ").unwrap();
    assert!(alpaca.quote(&access(Environment::Live), &symbol).await.is_err());
    assert_eq!((paper.seen().len(), live.seen().len(), data.seen().len()), (1, 1, 3));
}

#[test]
fn paper_and_live_cannot_be_one_origin() {
    for (paper, live) in [("https://a.example", "https://a.example:443/"), (NOBODY, NOBODY)] {
        let origins = Origins::parse(paper, live, "https://d.example").unwrap();
        let made = Alpaca::new(origins, Arc::new(SystemClock::start()), Limits::default());
        assert!(matches!(made.err(), Some(Unusable::PaperIsLive)));
    }
    let alpaca = Origins::alpaca().unwrap();
    assert_eq!(alpaca.paper.to_string(), "https://paper-api.alpaca.markets");
    assert_eq!(alpaca.live.to_string(), "https://api.alpaca.markets");
    assert!(Alpaca::new(alpaca, Arc::new(SystemClock::start()), Limits::default()).is_ok());
}

#[test]
fn keys_are_sent_over_https_or_on_this_machine_only() {
    for text in ["https://api.alpaca.markets", "http://127.0.0.1:8080/", "http://localhost:1", "http://[::1]:9"] {
        assert!(Origin::parse(text).is_ok(), "{text}");
    }
    for (text, refusal) in [
        ("http://api.alpaca.markets", OriginRefusal::NotHttps),
        ("http://localhost.evil.example", OriginRefusal::NotHttps),
        ("http://127.0.0.1.evil.example", OriginRefusal::NotHttps),
        ("ftp://api.alpaca.markets", OriginRefusal::NotHttps),
        ("https://api.alpaca.markets/v2", OriginRefusal::MoreThanOrigin),
        ("https://api.alpaca.markets/?x", OriginRefusal::MoreThanOrigin),
        ("https://api.alpaca.markets@evil.example", OriginRefusal::MoreThanOrigin),
        ("api.alpaca.markets", OriginRefusal::Unreadable),
        ("", OriginRefusal::Unreadable),
    ] {
        assert_eq!(Origin::parse(text), Err(refusal), "{text}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_keys_go_nowhere_else() {
    let elsewhere = Broker::start(|_| answer(200, crate::world::shown(&[]))).await;
    for status in [301_u16, 302, 303, 307, 308] {
        let there = elsewhere.origin.clone();
        let (broker, alpaca) = paper(move |_| with(status, &[("location", &there)], "")).await;
        let on = access(Environment::Paper);
        let outcome = alpaca.submit(&on, &buy(), &intent()).await;
        assert_eq!(outcome, Outcome::Unknown(Doubt::Unreadable { status }));
        assert_eq!(alpaca.account(&on).await, Err(ReadFailure::Unreadable { status }));
        assert_eq!(broker.seen().len(), 2);
        assert!(broker.seen().iter().all(|seen| seen.head.contains(SECRET)));
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_body_is_read_up_to_its_bound_and_no_further() {
    let (broker, alpaca) = paper(|_| Act::Endless).await;
    assert_eq!(alpaca.assets(&access(Environment::Paper)).await, Err(ReadFailure::Unreadable { status: 200 }));
    assert_eq!(broker.seen().len(), 1, "an endless body is not asked for again");
    let (_broker, alpaca) = paper(|_| with(200, &[("content-length", "1099511627776")], "[")).await;
    let orders = alpaca.orders(&access(Environment::Paper), Which::All, None, 5).await;
    assert_eq!(orders, Err(ReadFailure::Unreadable { status: 200 }));
    let head = paper(|seen| {
        if seen.head.to_ascii_lowercase().contains("accept-encoding") { answer(500, "") } else { answer(200, "[]") }
    });
    let (_broker, alpaca) = head.await;
    assert_eq!(alpaca.assets(&access(Environment::Paper)).await, Ok(vec![]), "nothing compressed is asked for");
}

#[tokio::test]
async fn any_http_answer_counts_as_reachable_and_no_key_is_shown() {
    for status in [200_u16, 301, 404, 500] {
        let (broker, alpaca) = paper(move |_| answer(status, "<html>")).await;
        assert!(alpaca.reachable(Environment::Paper).await.is_ok());
        assert_eq!(alpaca.reachable(Environment::Live).await, Err(ReadFailure::Unavailable));
        let seen = broker.seen().remove(0);
        assert_eq!((seen.method.as_str(), seen.target.as_str()), ("HEAD", "/"));
        assert!(!seen.head.to_ascii_lowercase().contains("apca"));
    }
}
