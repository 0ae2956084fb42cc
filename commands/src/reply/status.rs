//! `/status`.

use super::error::in_a_line;
use super::{Reply, words};
use chrono::TimeDelta;
use desk::Trouble;
use desk::views::ServiceStatus;
use domain::account::MarketClock;
use domain::drift::Reference;

/// What works and what does not.
pub(crate) fn status(status: &ServiceStatus) -> Reply {
    let works = status.settled && status.database.is_ok() && status.brokers.iter().all(|(_, broker)| broker.is_ok());
    let mut reply = if works { Reply::plain("Everything works") } else { Reply::trouble("Not everything works") };
    reply = reply.with(
        "Database",
        match &status.database {
            Ok(took) => format!("answers in {} ms", took.as_millis().max(1)),
            Err(trouble) => in_a_line(trouble),
        },
    );
    for (environment, broker) in &status.brokers {
        let name = match environment {
            domain::account::Environment::Paper => "Alpaca, paper",
            domain::account::Environment::Live => "Alpaca, live",
        };
        reply = reply.with(name, answers(broker));
    }
    if status.brokers.is_empty() {
        reply = reply.with("Alpaca", "not asked: you have no account yet");
    }
    for (reference, offset) in status.clocks.iter().filter(|(_, offset)| offset.is_alarming()) {
        reply = reply.say(clock_is_off(*reference, offset.proved()));
    }
    if !status.settled {
        reply = reply.say("Paddock has just started and is asking Alpaca about orders that were under way. Trading waits until that is through.");
    }
    if status.unconfirmed > 0 {
        reply = reply.with("Your unconfirmed orders", format!("{}; see `/orders`", status.unconfirmed));
    }
    reply.with("Running since", words::counting(status.since))
}

/// Proved, so without "about" in the other direction: it may be more.
fn clock_is_off(reference: Reference, offset: TimeDelta) -> String {
    let direction = if offset > TimeDelta::zero() { "ahead of" } else { "behind" };
    let (millis, of) = (offset.num_milliseconds().abs(), reference.as_str());
    format!(
        "Paddock's clock is at least {millis} ms {direction} that of {of}. Times in your records may be off by that. Orders are \
         not affected. Tell whoever runs Paddock."
    )
}

fn answers(broker: &Result<MarketClock, Trouble>) -> String {
    match broker {
        Ok(clock) if clock.is_open => format!("answers; market open until {}", words::eastern(clock.next_close)),
        Ok(clock) => format!("answers; market opens {}", words::eastern(clock.next_open)),
        Err(trouble) => in_a_line(trouble),
    }
}
