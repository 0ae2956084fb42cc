//! `/status`.

use super::error::in_a_line;
use super::{Reply, words};
use desk::Trouble;
use desk::views::ServiceStatus;
use domain::account::MarketClock;

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
    if !status.settled {
        reply = reply.say("Paddock has just started and is asking Alpaca about orders that were under way. Trading waits until that is through.");
    }
    if status.unconfirmed > 0 {
        reply = reply.with("Your unconfirmed orders", format!("{}; see `/orders`", status.unconfirmed));
    }
    reply.with("Running since", words::counting(status.since))
}

fn answers(broker: &Result<MarketClock, Trouble>) -> String {
    match broker {
        Ok(clock) if clock.is_open => format!("answers; market open until {}", words::eastern(clock.next_close)),
        Ok(clock) => format!("answers; market opens {}", words::eastern(clock.next_open)),
        Err(trouble) => in_a_line(trouble),
    }
}
