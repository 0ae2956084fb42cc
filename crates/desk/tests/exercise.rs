//! Exercising contracts: decided before it is sent, sent once, and never called done without an answer.

use crate::scripted::refusal;
use crate::world::{GUILD, World, click, interaction};
use desk::Refused;
use desk::confirm::{Ack, Click};
use desk::exercise::AskExercise;
use desk::views::ExerciseCard;
use domain::account::Environment;
use domain::brokerage::Wish;
use domain::outcome::{Doubt, ExerciseOutcome, RefusalReason};
use domain::symbol::Symbol;
use domain::tenant::Tenant;
use rust_decimal::Decimal;
use std::sync::{Arc, Mutex};
use store::TicketRefusal;

const CALL: &str = "AAPL271217C00050000";

fn ask(symbol: &str, wish: Wish) -> AskExercise {
    let contract = Symbol::parse(symbol).unwrap();
    AskExercise { account: None, contract, wish, interaction: interaction(), guild: GUILD }
}

/// A member who holds two calls, and the card about them.
async fn card(world: &World) -> (Tenant, ExerciseCard) {
    let tenant = world.member(1, Environment::Live).await;
    world.broker.holds_of(CALL, 2);
    let card = world.desk.exercise(tenant, ask(CALL, Wish::Exercise)).await.unwrap();
    (tenant, card)
}

async fn rows(world: &World) -> Vec<String> {
    let sql = "SELECT concat_ws(' ', decided_at IS NOT NULL, coalesce(outcome, '-')) FROM app.exercises";
    world.db.as_superuser(sql).await.into_iter().map(|row| row[0].clone().unwrap()).collect()
}

#[tokio::test]
async fn it_is_decided_on_disk_before_it_is_sent_and_the_book_has_both() {
    let world = World::open().await;
    let (tenant, card) = card(&world).await;
    assert_eq!(card.value.map(|usd| usd.0), Some(Decimal::from(10_000)), "200 shares at $50");
    assert_eq!(rows(&world).await, ["f -"], "a card decides nothing");
    let (seen, db) = (Arc::new(Mutex::new(Vec::new())), world.db.store().clone());
    let noted = Arc::clone(&seen);
    world.broker.in_every_exercise(Arc::new(move || {
        let (noted, db) = (Arc::clone(&noted), db.clone());
        Box::pin(async move {
            let stored = db.tenant(tenant).await.unwrap().exercise(card.ticket).await.unwrap();
            noted.lock().unwrap().push((stored.decided_at.is_some(), stored.answer));
        })
    }));
    let done = world.desk.confirm_exercise(tenant, click(card.ticket), async { Ack::Accepted }).await.unwrap();
    assert_eq!(done.answer, Some(ExerciseOutcome::Taken));
    assert_eq!(*seen.lock().unwrap(), [(true, None)], "inside the call the decision is stored, and no answer");
    assert_eq!(rows(&world).await, ["t taken"]);
    assert_eq!(world.actions(tenant).await[1..], ["exercise_intended", "exercise_answered"]);
    let again = world.desk.confirm_exercise(tenant, click(card.ticket), async { Ack::Accepted }).await;
    assert_eq!(again.unwrap_err(), Refused::Ticket(TicketRefusal::Used));
    assert_eq!(world.broker.asked("exercise"), 1);
}

#[tokio::test]
async fn a_lost_answer_stays_in_doubt_and_nothing_is_sent_again() {
    let world = World::open().await;
    let (tenant, card) = card(&world).await;
    world.broker.plan_exercise(ExerciseOutcome::Unknown(Doubt::TimedOut));
    let done = world.desk.confirm_exercise(tenant, click(card.ticket), async { Ack::Accepted }).await.unwrap();
    assert_eq!(done.answer, Some(ExerciseOutcome::Unknown(Doubt::TimedOut)));
    world.broker.holds_of(CALL, 0);
    let look = world.another_desk().exercised(tenant, card.ticket).await.unwrap();
    assert_eq!((look.answer, look.held), (Some(ExerciseOutcome::Unknown(Doubt::TimedOut)), Some(Decimal::ZERO)));
    assert_eq!(rows(&world).await, ["t unknown"], "that they are gone is a sight, not a proof");
    assert_eq!(world.broker.asked("exercise"), 1);
}

#[tokio::test]
async fn nothing_is_decided_without_an_acknowledged_press() {
    let world = World::open().await;
    let (tenant, card) = card(&world).await;
    let desk = &world.desk;
    let press = |ack| desk.confirm_exercise(tenant, click(card.ticket), async move { ack });
    assert_eq!(press(Ack::Refused).await.unwrap_err(), Refused::NotAcknowledged);
    assert_eq!(press(Ack::Elsewhere).await.unwrap_err(), Refused::AlreadyHandled);
    let elsewhere = Click { guild: None, ..click(card.ticket) };
    let elsewhere = desk.confirm_exercise(tenant, elsewhere, async { Ack::Accepted }).await;
    assert_eq!(elsewhere.unwrap_err(), Refused::Ticket(TicketRefusal::Elsewhere));
    let stranger = world.member(2, Environment::Live).await;
    let theirs = desk.confirm_exercise(stranger, click(card.ticket), async { Ack::Accepted }).await;
    assert_eq!(theirs.unwrap_err(), Refused::Ticket(TicketRefusal::Unknown));
    assert_eq!(rows(&world).await, ["f -"]);
    desk.waive_exercise(tenant, card.ticket, interaction()).await.unwrap();
    assert_eq!(press(Ack::Accepted).await.unwrap_err(), Refused::Ticket(TicketRefusal::Void));
    assert_eq!(world.broker.asked("exercise"), 0);
}

#[tokio::test]
async fn only_contracts_that_are_held_and_free_are_asked_about() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let about = |symbol, wish| world.desk.exercise(tenant, ask(symbol, wish));
    let contract = || Symbol::parse(CALL).unwrap();
    let share = Symbol::parse("AAPL").unwrap();
    assert_eq!(about("AAPL", Wish::Exercise).await.unwrap_err(), Refused::NotAContract(share));
    assert_eq!(about(CALL, Wish::Exercise).await.unwrap_err(), Refused::NotHeld(contract()));
    world.broker.holds_of(CALL, -1);
    assert_eq!(about(CALL, Wish::DoNotExercise).await.unwrap_err(), Refused::ShortContract(contract()));
    world.broker.holds_of(CALL, 0);
    assert_eq!(about(CALL, Wish::Exercise).await.unwrap_err(), Refused::NoneFree(contract()));
    world.broker.holds_of(CALL, 3);
    let card = about(CALL, Wish::DoNotExercise).await.unwrap();
    let refused = ExerciseOutcome::Refused(refusal(RefusalReason::OptionHours, 403));
    world.broker.plan_exercise(refused.clone());
    let done = world.desk.confirm_exercise(tenant, click(card.ticket), async { Ack::Accepted }).await.unwrap();
    assert_eq!(done.answer, Some(refused));
    assert_eq!(rows(&world).await, ["t refused"]);
}
