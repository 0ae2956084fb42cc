//! The bad-answer catalogue: each entry ends in a typed verdict, never in a panic, never in a claim.

use crate::broker::{Act, answer};
use crate::submits::outcomes;
use crate::world::{access, access_of, paper, problem, shown};
use domain::account::Environment;
use domain::brokerage::Brokerage;
use domain::order::BrokerStatus;
use domain::outcome::{Doubt, Outcome};
use domain::symbol::Symbol;
use rust_decimal::Decimal;

fn landed(outcome: Outcome) -> domain::order::BrokerOrder {
    match outcome {
        Outcome::Landed(order) => *order,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_200_that_is_no_order_of_ours_proves_nothing() {
    let gzip = Act::Answer {
        status: 200,
        headers: vec![("content-encoding", "gzip".to_owned())],
        body: vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xed, 0xc1, 1, 1, 0, 0, 0, 0x80],
    };
    let rows = vec![
        answer(200, "<html>ok</html>"),
        answer(200, ""),
        answer(200, "null"),
        answer(200, "\"ok\""),
        answer(200, format!("[{}]", shown(&[]))),
        answer(200, shown(&[("id", "absent")])),
        answer(200, shown(&[("id", "\"\"")])),
        answer(200, shown(&[("id", "\"not-a-uuid\"")])),
        answer(200, shown(&[("status", "absent")])),
        answer(200, shown(&[("client_order_id", "absent")])),
        answer(200, shown(&[("client_order_id", "\"somebody-else\"")])),
        answer(200, shown(&[("client_order_id", "\"PADDOCK-11112222333344445555666677778888\"")])),
        answer(200, shown(&[("filled_qty", "\"4\"")])),
        answer(200, shown(&[("filled_qty", "\"-1\"")])),
        answer(200, shown(&[("filled_qty", "\"many\"")])),
        answer(200, shown(&[]).split_at(200).0),
        answer(200, problem(40_310_000, "an error dressed as success")),
        answer(200, "{".repeat(100_000)),
        gzip,
    ];
    let count = rows.len();
    let outcomes = outcomes(rows.clone()).await;
    assert_eq!(outcomes.len(), count);
    for (act, outcome) in rows.iter().zip(outcomes) {
        assert_eq!(outcome, Outcome::Unknown(Doubt::Unreadable { status: 200 }), "{act:?}");
    }
    let bare: Vec<_> = super::submits::outcomes(vec![answer(204, ""), answer(301, "")]).await;
    assert_eq!(bare[0], Outcome::Unknown(Doubt::Unreadable { status: 204 }));
    assert_eq!(bare[1], Outcome::Unknown(Doubt::Unreadable { status: 301 }));
}

#[tokio::test]
async fn odd_but_sound_orders_land() {
    let rows = vec![
        answer(200, shown(&[("status", "\"a_brand_new_status\"")])),
        answer(200, shown(&[("qty", "3"), ("limit_price", "41.07"), ("filled_qty", "0")])),
        answer(
            200,
            shown(&[("filled_qty", "\"2\""), ("filled_avg_price", "null"), ("status", "\"partially_filled\"")]),
        ),
        answer(200, shown(&[("filled_qty", "null"), ("submitted_at", "\"yesterday\""), ("updated_at", "absent")])),
        answer(200, shown(&[("type", "absent"), ("order_type", "\"limit\""), ("side", "\"\""), ("legs", "[]")])),
    ];
    let mut orders = outcomes(rows).await.into_iter().map(landed);
    assert_eq!(orders.next().unwrap().status, BrokerStatus::Other("a_brand_new_status".to_owned()));
    assert!(orders.next().unwrap().matches(&crate::world::buy()));
    let partial = orders.next().unwrap();
    assert_eq!((partial.filled_qty, partial.filled_avg_price), (Decimal::TWO, None));
    assert_eq!(orders.next().unwrap().submitted_at, None);
    let old = orders.next().unwrap();
    assert_eq!((old.kind.as_str(), old.side), ("limit", None));
}

#[tokio::test]
async fn an_answer_broken_on_the_wire_is_a_doubt_of_its_kind() {
    let cut = |body: &str| Act::Raw(format!("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{body}").into_bytes());
    let lost = Doubt::ConnectionLost;
    let rows: Vec<(Act, Doubt)> = vec![
        (Act::Close, lost.clone()),
        (Act::Reset, lost.clone()),
        (cut(""), lost.clone()),
        (cut(&shown(&[])), lost.clone()),
        (Act::Raw(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()), lost.clone()),
        (Act::Raw(b"\x16\x03\x01 what".to_vec()), lost.clone()),
        (Act::Raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_vec()), lost.clone()),
        (
            Act::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n{".to_vec()),
            Doubt::Unreadable { status: 200 },
        ),
        (
            Act::Raw(b"HTTP/1.1 502 Bad\r\ncontent-length: 99999999999\r\n\r\n{".to_vec()),
            Doubt::ServerError { status: 502 },
        ),
        (Act::Endless, Doubt::Unreadable { status: 200 }),
    ];
    let acts = rows.iter().map(|(act, _)| act.clone()).collect();
    for ((act, doubt), outcome) in rows.iter().zip(outcomes(acts).await) {
        assert_eq!(outcome, Outcome::Unknown(doubt.clone()), "{act:?}");
    }
}

#[tokio::test]
async fn foreign_words_are_kept_short_and_as_they_are() {
    let long = format!("@everyone **[free](http://x)** {}", "x".repeat(10_000));
    let outcome = outcomes(vec![answer(403, problem(40_310_000, &long))]).await.remove(0);
    let Outcome::Refused(refusal) = outcome else { panic!("{outcome:?}") };
    assert_eq!(refusal.message.chars().count(), 500);
    assert!(refusal.message.starts_with("@everyone **[free]"));
}

#[tokio::test]
async fn a_symbol_that_cannot_be_one_is_not_found_without_a_call() {
    let (broker, alpaca) = paper(|_| answer(200, "[]")).await;
    let long = "A".repeat(200);
    for (row, text) in
        ["", ".", "..", "../account", "A/../../wallets", "a b", "A?x=1", "A#", "%2e%2e", "\u{202e}AAPL", &long]
            .iter()
            .enumerate()
    {
        let symbol = Symbol::from_broker(*text);
        let asset = alpaca.asset(&access_of(row), &symbol).await;
        let sent = broker.seen();
        let is_one_segment = sent.iter().all(|seen| seen.path().starts_with("/v2/assets/A%2F..%2F..%2F"));
        assert!(asset.is_err() && is_one_segment, "{text:?}: {sent:?}");
    }
}

#[tokio::test]
async fn keys_that_no_header_can_carry_are_refused_without_a_call() {
    let (broker, alpaca) = paper(|_| answer(200, "[]")).await;
    for bad in ["", "two\nlines", "PK\r\nx-evil: 1", "PK\u{0}"] {
        let mut on = access(Environment::Paper);
        on.keys.key_id = bad.to_owned().into();
        assert_eq!(alpaca.account(&on).await, Err(domain::outcome::ReadFailure::Credentials), "{bad:?}");
        let outcome = alpaca.submit(&on, &crate::world::buy(), &crate::world::intent()).await;
        assert!(matches!(outcome, Outcome::Refused(refusal) if refusal.status == 0), "{bad:?}");
    }
    assert!(broker.seen().is_empty());
}
