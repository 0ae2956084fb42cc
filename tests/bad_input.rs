//! Whatever comes in, from a person, from Discord or from Alpaca: no panic, no ping, no order, and a typed answer.
//!
//! The catalogue is a table per door. Each entry is also a seed in `fuzz/seeds`.

mod broker;
mod buttons;
mod forms;
mod frames;
mod orders;

use crate::harness::{Friend, Town};
use sim::discord::MessageView;
use sim::exchange::Endpoint;

/// What an order, a card or a receipt must not have come from.
const WRITES: [Endpoint; 4] =
    [Endpoint::SubmitOrder, Endpoint::CancelOrder, Endpoint::CancelAllOrders, Endpoint::Configure];

/// Counts what bad input brings about in one town.
struct Watch {
    door: &'static str,
    /// What a person asks for in this table; it is repeated at odd answers, also behind the first reply.
    asked: Option<Endpoint>,
    writes: usize,
    cases: usize,
    violations: Vec<String>,
}

impl Watch {
    fn on(town: &Town, door: &'static str) -> Self {
        Self { door, asked: None, writes: writes(town, None), cases: 0, violations: Vec::new() }
    }

    fn on_what_is_asked_for(town: &Town, door: &'static str, asked: Endpoint) -> Self {
        let asked = Some(asked);
        Self { asked, writes: writes(town, asked), ..Self::on(town, door) }
    }

    /// Notes an answer that should say one of some things (`a|b`).
    fn answer(&mut self, case: &str, answer: &MessageView, says: &str) {
        let text = answer.text();
        self.note(case, says_any(&text, says) && !text.contains("Something broke"), &text, says);
    }

    fn note(&mut self, case: &str, holds: bool, seen: &str, wanted: &str) {
        self.cases += 1;
        if !holds {
            self.violations.push(format!("{case}: wanted {wanted:?}, saw {seen:?}"));
        }
    }

    /// The end of a table: everything was answered as it should be, and nothing else has happened.
    async fn verdict(self, town: &mut Town, somebody: &Friend) {
        let alive = somebody.says("account list", &[]).await;
        assert!(town.is_running() && alive.text().contains("PAPER"), "the bot goes on: {}", alive.text());
        let log = town.log();
        let panics = panics(&log);
        let pings = town.discord.pings().len();
        let broker_calls = writes(town, self.asked) - self.writes;
        println!(
            "PROMISE P16 door={} cases={} violations={} panics={} pings={pings} broker_calls={broker_calls}",
            self.door,
            self.cases,
            self.violations.len(),
            panics.len(),
        );
        assert!(self.violations.is_empty(), "\n  {}\n", self.violations.join("\n  "));
        assert!(panics.is_empty(), "{panics:?}");
        assert_eq!((pings, broker_calls), (0, 0), "pings, calls that change something");
    }
}

fn says_any(text: &str, titles: &str) -> bool {
    titles.split('|').any(|title| text.contains(title))
}

fn writes(town: &Town, asked: Option<Endpoint>) -> usize {
    let is_meant = |endpoint: Endpoint| WRITES.contains(&endpoint) && Some(endpoint) != asked;
    town.exchange.requests().iter().filter(|request| is_meant(request.endpoint)).count()
}

/// Lines in which a panic was noted, by our hook, by the standard one, or by the reply that follows one.
fn panics(log: &str) -> Vec<&str> {
    let marks = ["\"panic\"", "panicked at", "kind\":\"panic"];
    log.lines().filter(|line| marks.iter().any(|mark| line.contains(mark))).collect()
}

/// Everything that Alpaca was asked for this friend's paper account.
fn asked(town: &Town, friend: &Friend) -> usize {
    town.exchange.requests().iter().filter(|request| request.account == Some(friend.paper.account_id)).count()
}

#[test]
fn a_panic_in_the_log_is_seen() {
    assert_eq!(panics("{\"fields\":{\"message\":\"panic\",\"place\":\"x.rs:1\"}}\nfine").len(), 1);
    assert_eq!(panics("thread 'x' panicked at src/lib.rs:1").len(), 1);
}
