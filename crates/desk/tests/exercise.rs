//! Exercising contracts: decided before it is sent, sent once, and never called done without an answer.

use crate::scripted::refusal;
use crate::world::{GUILD, World, click, interaction, until};
use desk::confirm::{Ack, Click};
use desk::exercise::AskExercise;
use desk::views::{ExerciseCard, Letter, Tidings};
use desk::{Found, Refused};
use domain::account::Environment;
use domain::brokerage::Wish;
use domain::ids::TicketId;
use domain::outcome::{Doubt, ExerciseOutcome, RefusalReason};
use domain::settings::Notices;
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

/// A press whose answer is lost.
async fn lost(world: &World) -> (Tenant, TicketId) {
    let (tenant, card) = card(world).await;
    world.broker.plan_exercise(ExerciseOutcome::Unknown(Doubt::TimedOut));
    world.desk.confirm_exercise(tenant, click(card.ticket), async { Ack::Accepted }).await.unwrap();
    (tenant, card.ticket)
}

/// Makes what is looked for due and so old, and lets the resolver pass until `done`.
async fn resolves<F: Future<Output = bool>>(world: &World, age: &str, done: impl FnMut() -> F) {
    let due = format!(
        "UPDATE app.exercises SET decided_at = decided_at - interval '{age}', next_look_at = now() - interval '1 s'
          WHERE next_look_at IS NOT NULL"
    );
    world.db.as_superuser(&due).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let desk = world.desk.clone();
    let settling = tokio::spawn(async move { desk.keep_settling(async { drop(stopped.await) }).await });
    until(done).await;
    stop.send(()).unwrap();
    settling.await.unwrap();
}

async fn found(world: &World) -> Option<String> {
    world.db.as_superuser("SELECT found FROM app.exercises").await[0][0].clone()
}

async fn letters(world: &World) -> Vec<Letter> {
    world.db.as_superuser("UPDATE app.notices SET due_at = now() - interval '1 second' WHERE outcome IS NULL").await;
    world.desk.due_letters().await.unwrap()
}

#[tokio::test]
async fn what_the_history_lists_is_found_without_a_press_noted_once_and_told_with_consent() {
    let world = World::open().await;
    let (tenant, ticket) = lost(&world).await;
    world.desk.change_settings(tenant, interaction(), |it| it.notices = Notices::On).await.unwrap();
    world.broker.lists_exercise(CALL, 1);
    resolves(&world, "1 hour", || async { world.broker.asked("activities") == 1 }).await;
    assert_eq!((found(&world).await, letters(&world).await.len()), (None, 0), "one of two proves nothing");
    world.broker.lists_exercise(CALL, 1);
    resolves(&world, "1 hour", || async { found(&world).await.is_some() }).await;
    assert_eq!(found(&world).await.as_deref(), Some("exercised"));
    let book = world.actions(tenant).await;
    assert_eq!(book.iter().filter(|action| *action == "exercise_settled").count(), 1, "{book:?}");
    let letters = letters(&world).await;
    assert!(matches!(&letters[..], [Letter { tidings: Tidings::Exercised(done), .. }]
        if done.ticket == ticket && done.found == Some(Found::Exercised)));
    let asked = world.broker.asked("activities");
    resolves(&world, "1 hour", || async { true }).await;
    assert_eq!((world.broker.asked("activities"), world.broker.asked("exercise")), (asked, 1), "settled is settled");
}

#[tokio::test]
async fn an_exercise_that_no_history_lists_is_given_up_after_four_days_and_a_press_may_still_find_it() {
    let world = World::open().await;
    let (tenant, ticket) = lost(&world).await;
    resolves(&world, "4 days", || async { found(&world).await.is_some() }).await;
    assert_eq!(found(&world).await.as_deref(), Some("given_up"));
    assert_eq!(letters(&world).await.len(), 0, "nobody is written to who did not ask for it");
    world.broker.lists_exercise(CALL, 2);
    let look = world.desk.exercised(tenant, ticket).await.unwrap();
    assert_eq!(look.found, Some(Found::Exercised));
    assert_eq!(found(&world).await.as_deref(), Some("exercised"));
    let book = world.actions(tenant).await;
    assert_eq!(book.iter().filter(|action| *action == "exercise_settled").count(), 2, "{book:?}");
}
