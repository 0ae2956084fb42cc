//! What goes wrong with one request, drawn from the seed.

use sim::exchange::Fault;
use sim::rng::Rng;
use std::time::Duration;

/// A page of a proxy, in place of an answer.
fn page(status: u16, lands: bool) -> Fault {
    let body = "<html><body><h1>Bad gateway</h1></body></html>".to_owned();
    Fault::Canned { status, content_type: "text/html", body, lands }
}

fn empty(status: u16, lands: bool) -> Fault {
    Fault::Canned { status, content_type: "application/json", body: String::new(), lands }
}

/// The broker is away: nothing lands.
fn away(rng: &mut Rng) -> Fault {
    match rng.below(5) {
        0 => Fault::Unavailable,
        1 => Fault::ServerErrorPage,
        2 => Fault::HangBefore,
        3 => Fault::TimedOutBefore,
        _ => Fault::ResetBefore,
    }
}

/// What strikes a POST. Once the storm is over, only what was under way before.
pub fn of_post(rng: &mut Rng, outage: bool, calm: bool) -> Option<Fault> {
    if calm {
        return None;
    }
    if outage {
        return Some(away(rng));
    }
    Some(match rng.below(36) {
        0 | 1 => Fault::TimedOutAfter,
        2 => Fault::TimedOutBefore,
        3 | 4 => Fault::ResetAfter,
        5 => Fault::ResetBefore,
        6 | 7 => Fault::HangAfter,
        8 => Fault::HangBefore,
        9 => Fault::CutBody,
        10 => Fault::TruncatedJson,
        11 => Fault::UnknownStatus,
        12 => Fault::TooManyRequests { headers: true },
        13 => Fault::TooManyRequests { headers: false },
        14 => Fault::ServerErrorPage,
        15 => Fault::Unavailable,
        16 => page(200, true),
        17 => page(502, true),
        18 => empty(200, true),
        19 => empty(422, true),
        20 => page(403, false),
        21 => empty(301, false),
        22 => Fault::Delay(Duration::from_secs(5)),
        23..=25 => Fault::LateArrival(lateness(rng)),
        _ => return None,
    })
}

/// Mostly a moment; sometimes the hours of 12 March 2026; now and then longer than anybody's patience.
fn lateness(rng: &mut Rng) -> Duration {
    Duration::from_secs(match rng.below(10) {
        0..6 => 1 + rng.below(60),
        6..9 => 60 + rng.below(7_200),
        _ => 90_000 + rng.below(54_000),
    })
}

/// What strikes a look-up.
pub fn of_look(rng: &mut Rng, outage: bool, calm: bool) -> Option<Fault> {
    if calm {
        return None;
    }
    if outage {
        return Some(away(rng));
    }
    Some(match rng.below(24) {
        0 | 1 => Fault::NotFound,
        2 => Fault::HangAfter,
        3 => Fault::ResetAfter,
        4 => Fault::TruncatedJson,
        5 => Fault::UnknownStatus,
        6 => Fault::TooManyRequests { headers: true },
        7 => Fault::ServerErrorPage,
        8 => Fault::TimedOutBefore,
        9 => page(200, true),
        10 => empty(200, true),
        11 => Fault::CutBody,
        _ => return None,
    })
}
