//! P2: whatever the broker answers, and whether or not it took the order, no verdict is ever false.

use crate::broker::{Act, Broker, Seen, answer, with};
use crate::world::{NOBODY, access_of, buy, client, intent, problem, shown};
use domain::brokerage::Brokerage;
use domain::clock::SystemClock;
use domain::outcome::{Lookup, Outcome};
use std::sync::Arc;

/// An answer, and in which worlds an honest broker can give it.
struct Class {
    act: Act,
    landed: &'static [bool],
}

const EITHER: &[bool] = &[true, false];
const LANDED: &[bool] = &[true];
const NOT_LANDED: &[bool] = &[false];

fn classes() -> Vec<Class> {
    let html = "<html><body>Something went wrong</body></html>";
    let mut classes: Vec<Class> = Vec::new();
    let mut add = |landed, act| classes.push(Class { act, landed });
    add(LANDED, answer(200, shown(&[])));
    add(LANDED, answer(200, shown(&[("status", "\"rejected\"")])));
    add(LANDED, answer(422, problem(40_010_001, "client_order_id must be unique")));
    for (status, code) in
        [(400, 40_010_000), (401, 40_110_000), (403, 40_310_000), (403, 40_310_100), (422, 42_210_000)]
    {
        add(NOT_LANDED, answer(status, problem(code, "a refusal by the order check")));
    }
    add(NOT_LANDED, answer(422, problem(40_010_001, "qty must be > 0")));
    add(NOT_LANDED, answer(401, "{\"message\":\"unauthorized.\"}"));
    for status in [
        200, 201, 202, 204, 207, 301, 302, 307, 400, 401, 403, 404, 408, 409, 418, 422, 425, 429, 451, 500, 502, 503,
        504, 520, 599,
    ] {
        for body in ["", html, "{}", "[]", "null", "{\"message\":\"?\"}", "{\"code\":1,\"message\":\"?\"}", "{\"cod"] {
            add(EITHER, answer(status, body));
        }
    }
    for (status, code) in
        [(500, 50_010_000), (504, 50_410_000), (429, 42_910_000), (404, 40_410_000), (403, 40_310_001)]
    {
        add(EITHER, answer(status, problem(code, "request timed out")));
    }
    add(EITHER, with(429, &[("x-ratelimit-reset", "1"), ("x-ratelimit-remaining", "0")], html));
    add(EITHER, answer(200, shown(&[("client_order_id", "\"another\"")])));
    add(EITHER, answer(200, shown(&[]).split_at(150).0));
    add(EITHER, Act::Close);
    add(EITHER, Act::Reset);
    add(EITHER, Act::Endless);
    add(EITHER, Act::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 800\r\n\r\n{\"id\":".to_vec()));
    add(EITHER, Act::Raw(b"HTTP/1.1 422 No\r\ncontent-length: 800\r\n\r\n{\"code\":40010001".to_vec()));
    add(EITHER, Act::Raw(b"\0\0\0".to_vec()));
    classes
}

#[tokio::test]
async fn no_verdict_is_false_whatever_is_answered_and_the_look_up_settles_every_doubt() {
    let (mut cases, mut violations, mut unconfirmed) = (0_u32, 0, 0_u32);
    for class in classes() {
        for landed in class.landed {
            let act = class.act.clone();
            let exchange = move |seen: &Seen| match (seen.method.as_str(), *landed) {
                ("POST", _) => act.clone(),
                (_, true) => answer(200, shown(&[])),
                (_, false) => answer(404, problem(40_410_000, "order not found for it")),
            };
            let broker = Broker::start(exchange).await;
            let alpaca = client(&broker.origin, NOBODY, NOBODY, Arc::new(SystemClock::start()));
            let outcome = alpaca.submit(&access_of(0), &buy(), &intent()).await;
            let looked = alpaca.look_up(&access_of(1), &intent()).await;
            let is_false = match &outcome {
                Outcome::Landed(_) => !landed,
                Outcome::Refused(_) => *landed,
                Outcome::Unknown(_) => false,
            };
            let is_settled = matches!((&looked, landed), (Lookup::Found(_), true) | (Lookup::NotFound, false));
            cases += 1;
            unconfirmed += u32::from(matches!(outcome, Outcome::Unknown(_)));
            if is_false || !is_settled || broker.count("POST") != 1 {
                violations += 1;
                println!("landed={landed} {:?}: {outcome:?}, {looked:?}", class.act);
            }
        }
    }
    let share = f64::from(unconfirmed) / f64::from(cases);
    println!("PROMISE P2 cases={cases} violations={violations} unconfirmed_share={share:.3}");
    assert_eq!(violations, 0);
    assert!(cases > 300 && unconfirmed < cases);
}
