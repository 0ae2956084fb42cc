#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use desk::Found;
use desk::views::{ExerciseCard, Exercised};
use domain::brokerage::Wish;
use domain::money::Quantity;
use domain::outcome::ExerciseOutcome;

const CALL: &str = "AAPL261218C00250000";
const PUT: &str = "AAPL261218P00250000";

fn ask(account: LinkedAccount, symbol: &str, wish: Wish, price: Option<&str>) -> String {
    let card = ExerciseCard {
        ticket: TicketId(Uuid::from_u128(9)),
        account,
        contract: Symbol::from_broker(symbol).contract().unwrap(),
        wish,
        qty: Quantity::parse("2").unwrap(),
        value: Some(usd("50000")),
        price: price.map(|price| Price::parse(price).unwrap()),
        cash: Some(usd("61000")),
        expires_at: now() + TimeDelta::seconds(60),
    };
    exercise::ask(&card).transcript()
}

fn told(wish: Wish, answer: Option<ExerciseOutcome>, held: Option<&str>) -> String {
    recorded(wish, answer, held, None)
}

fn recorded(wish: Wish, answer: Option<ExerciseOutcome>, held: Option<&str>, recorded: Option<&str>) -> String {
    let done = Exercised {
        ticket: TicketId(Uuid::from_u128(9)),
        account: paper(),
        contract: Symbol::from_broker(CALL),
        wish,
        qty: Quantity::parse("2").unwrap(),
        answer,
        found: None,
        held: held.map(decimal),
        recorded: recorded.map(decimal),
    };
    exercise::done(&done).transcript()
}

#[test]
fn a_card_about_contracts_says_what_changes_hands() {
    let cards = [
        ask(live(), CALL, Wish::Exercise, Some("262.50")),
        ask(paper(), PUT, Wish::Exercise, Some("262.50")),
        ask(paper(), CALL, Wish::DoNotExercise, Some("262.50")),
        ask(paper(), CALL, Wish::DoNotExercise, None),
    ];
    insta::assert_snapshot!(cards.join("\n"));
}

#[test]
fn what_became_of_contracts_is_told_as_far_as_it_is_known() {
    let unknown = || Some(ExerciseOutcome::Unknown(Doubt::TimedOut));
    let refused = ExerciseOutcome::Refused(refusal(RefusalReason::NoSuchPosition, "no available position"));
    let told = [
        told(Wish::Exercise, Some(ExerciseOutcome::Taken), None),
        told(Wish::DoNotExercise, Some(ExerciseOutcome::Taken), None),
        told(Wish::Exercise, Some(refused), None),
        told(Wish::Exercise, unknown(), None),
        told(Wish::Exercise, unknown(), Some("0")),
        told(Wish::Exercise, None, Some("2")),
        told(Wish::DoNotExercise, unknown(), None),
        recorded(Wish::Exercise, unknown(), Some("1"), Some("1")),
        recorded(Wish::Exercise, unknown(), Some("0"), Some("2")),
    ];
    let is_open = |text: &String| text.contains("not yet confirmed") && text.contains("look_exercise");
    assert!(told[3..8].iter().all(is_open) && !is_open(&told[8]));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_was_found_without_a_press_is_told_as_such() {
    let found = |found| {
        let done = Exercised {
            ticket: TicketId(Uuid::from_u128(9)),
            account: paper(),
            contract: Symbol::from_broker(CALL),
            wish: Wish::Exercise,
            qty: Quantity::parse("2").unwrap(),
            answer: Some(ExerciseOutcome::Unknown(Doubt::TimedOut)),
            found: Some(found),
            held: None,
            recorded: None,
        };
        assert!(!exercise::is_looked_for(&done));
        notice::notice(&Tidings::Exercised(Box::new(done))).transcript()
    };
    insta::assert_snapshot!(found(Found::Exercised) + &found(Found::GivenUp), @r"
    [blue] PAPER · swing
    # Exercised
    Alpaca's answer was lost, and its history lists **2** of them as exercised since then. `/positions` shows the shares.
    : Contracts = 2 AAPL 18 Dec 2026 $250.00 call
    -- /settings notices:off stops such messages
    [blue] PAPER · swing
    # Not found at Alpaca
    Alpaca's answer was lost, and for four days its history has not listed the contracts as exercised. Paddock does not look by itself any more. See `/positions` whether you still hold them, and ask Alpaca's support before they end.
    : Contracts = 2 AAPL 18 Dec 2026 $250.00 call
    -- /settings notices:off stops such messages
    (Look again | grey | look_exercise)
    ");
}
