//! What is told by itself: with consent, once, and what is true when it is sent.

use crate::scripted::{Plan, landed};
use crate::world::{World, interaction, limit};
use desk::notices::Unposted;
use desk::views::{Letter, Tidings};
use domain::account::Environment;
use domain::ids::{ClientOrderId, IntentId};
use domain::life::{Ending, State};
use domain::order::BrokerStatus;
use domain::outcome::{Doubt, Lookup};
use domain::settings::Notices;
use domain::tenant::Tenant;
use rust_decimal::Decimal;

async fn consents(world: &World, tenant: Tenant, notices: Notices) {
    let set = world.desk.change_settings(tenant, interaction(), |it| it.notices = notices).await.unwrap();
    assert_eq!(set.notices, notices);
}

/// Everything was decided that long ago.
async fn ages(world: &World, minutes: u32) {
    let sql = format!(
        "SET session_replication_role = replica; UPDATE app.intents SET created_at = created_at - interval '{minutes} minutes', \
         sent_at = sent_at - interval '{minutes} minutes', broker_updated_at = broker_updated_at - interval '{minutes} minutes'"
    );
    world.db.as_superuser(&sql).await;
}

async fn look(world: &World) {
    world.all_due().await;
    world.desk.settle_at_start().await;
}

async fn letters(world: &World) -> Vec<Letter> {
    world.db.as_superuser("UPDATE app.notices SET due_at = now() - interval '1 second' WHERE outcome IS NULL").await;
    world.desk.due_letters().await.unwrap()
}

async fn outcomes(world: &World) -> Vec<Option<String>> {
    let rows = world.db.as_superuser("SELECT outcome FROM app.notices ORDER BY made_at").await;
    rows.into_iter().map(|row| row[0].clone()).collect()
}

/// That the order never arrived was no longer worth telling when it had arrived; then the other notice.
fn withdrawn_and(outcome: &str) -> [Option<String>; 2] {
    ["withdrawn", outcome].map(|outcome| Some(outcome.to_owned()))
}

async fn lost(world: &World, tenant: Tenant) -> IntentId {
    world.broker.plan(Plan::Lose(Doubt::TimedOut));
    world.sent(tenant, limit(5, "90")).await.intent
}

/// Somebody's order counts as never arrived, and then it is there.
async fn late_arrival(world: &World, tenant: Tenant) -> IntentId {
    let id = lost(world, tenant).await;
    ages(world, 25 * 60).await;
    world.db.as_superuser("UPDATE app.intents SET answered_looks = 50, version = version + 1").await;
    look(world).await;
    assert_eq!(world.intent(tenant, id).await.life.state, State::Over(Ending::NeverArrived));
    let arrived = landed(&limit(5, "90"), &ClientOrderId::of(id));
    world.broker.look_up_says(Some(Lookup::Found(Box::new(arrived))));
    look(world).await;
    assert_eq!(world.intent(tenant, id).await.life.state, State::AtBroker, "adopted");
    id
}

#[tokio::test]
async fn a_late_arrival_is_told_to_who_wants_to_be_told_and_only_once() {
    let world = World::open().await;
    let (willing, silent) = (world.member(1, Environment::Paper).await, world.member(2, Environment::Paper).await);
    consents(&world, willing, Notices::On).await;
    let id = late_arrival(&world, willing).await;
    world.broker.look_up_says(None);
    late_arrival(&world, silent).await;
    let told = letters(&world).await;
    let [letter] = told.as_slice() else { panic!("one letter, not {told:?}") };
    assert_eq!(letter.user(), willing.user());
    let Tidings::LateArrival(receipt) = &letter.tidings else { panic!("{letter:?}") };
    assert_eq!((receipt.intent, &receipt.life.state), (id, &State::AtBroker));
    assert!(world.another_desk().due_letters().await.unwrap().is_empty(), "another process leaves it alone meanwhile");
    let again = letters(&world).await;
    assert_eq!(again[0].id, letter.id, "what was not noted as sent is sent again under the same id");
    world.desk.posted(&again[0], 77).await.unwrap();
    assert!(letters(&world).await.is_empty());
    look(&world).await;
    assert!(letters(&world).await.is_empty());
    assert_eq!(outcomes(&world).await.iter().filter(|outcome| outcome.as_deref() == Some("sent")).count(), 1);
    println!("PROMISE P4 (late arrivals told) cases=2 violations=0");
}

#[tokio::test]
async fn an_order_that_ends_after_its_message_is_told_as_it_is_when_the_letter_leaves() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    let card = world.card(tenant).await;
    world.broker.plan(Plan::Land);
    consents(&world, tenant, Notices::On).await;
    let id = crate::world::sent(world.click(tenant, card.ticket).await.unwrap()).intent;
    ages(&world, 20).await;
    world.broker.change_orders(|order| {
        order.status = BrokerStatus::Filled;
        order.filled_qty = Decimal::from(5);
    });
    look(&world).await;
    let told = letters(&world).await;
    let Tidings::Settled(receipt) = &told[0].tidings else { panic!("{told:?}") };
    assert_eq!((receipt.intent, &receipt.life.state), (id, &State::Over(Ending::Filled)));
    assert_eq!(receipt.account.environment, Environment::Live);
}

#[tokio::test]
async fn what_the_message_itself_can_tell_makes_no_letter() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    consents(&world, tenant, Notices::On).await;
    world.broker.plan(Plan::LandSilently(Doubt::TimedOut));
    let id = world.sent(tenant, limit(5, "90")).await.intent;
    look(&world).await;
    assert_eq!(world.intent(tenant, id).await.life.state, State::AtBroker);
    assert_eq!(outcomes(&world).await, [None], "a doubt is told even when a restart lost the message");
    assert!(world.desk.due_letters().await.unwrap().is_empty(), "but the message goes first");
    world.desk.shown(tenant, id).await.unwrap();
    assert_eq!(outcomes(&world).await, [Some("withdrawn".to_owned())]);
    world.broker.change_orders(|order| order.status = BrokerStatus::Canceled);
    look(&world).await;
    assert_eq!(outcomes(&world).await.len(), 1, "an end within the quarter of an hour shows in the message");
}

/// Orders that filled that far, well after their message could be edited.
async fn fills(world: &World, qty: u32) {
    world.broker.change_orders(|order| {
        order.status = if qty < 5 { BrokerStatus::PartiallyFilled } else { BrokerStatus::Filled };
        order.filled_qty = Decimal::from(qty);
        order.updated_at = order.updated_at.map(|at| at + chrono::TimeDelta::seconds(1));
    });
    look(world).await;
}

#[tokio::test]
async fn the_first_part_that_fills_after_the_message_is_told_and_then_the_whole() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    consents(&world, tenant, Notices::On).await;
    let id = world.sent(tenant, limit(5, "90")).await.intent;
    fills(&world, 1).await;
    assert!(outcomes(&world).await.is_empty(), "the message itself tells that");
    ages(&world, 20).await;
    look(&world).await;
    assert!(outcomes(&world).await.is_empty(), "nothing new has filled");
    fills(&world, 2).await;
    let told = letters(&world).await;
    let Tidings::PartFilled(receipt) = &told[0].tidings else { panic!("{told:?}") };
    assert_eq!((receipt.intent, receipt.life.filled_qty), (id, Decimal::TWO));
    world.desk.posted(&told[0], 77).await.unwrap();
    fills(&world, 3).await;
    assert!(letters(&world).await.is_empty(), "once, not at every part");
    fills(&world, 5).await;
    let told = letters(&world).await;
    let Tidings::Settled(receipt) = &told[0].tidings else { panic!("{told:?}") };
    assert_eq!(receipt.life.state, State::Over(Ending::Filled));
}

#[tokio::test]
async fn a_part_that_became_the_whole_meanwhile_is_told_as_the_whole_only() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    consents(&world, tenant, Notices::On).await;
    world.sent(tenant, limit(5, "90")).await;
    ages(&world, 20).await;
    fills(&world, 2).await;
    assert!(world.desk.due_letters().await.unwrap().is_empty(), "it waits for more");
    fills(&world, 5).await;
    // One letter a user in each pass; which of the two is looked at first is left to chance.
    let mut told = Vec::new();
    for _ in 0..2 {
        for letter in letters(&world).await {
            assert!(matches!(letter.tidings, Tidings::Settled(_)), "{letter:?}");
            world.desk.posted(&letter, 77).await.unwrap();
            told.push(letter.id);
        }
    }
    assert_eq!(told.len(), 1);
    let mut ended = outcomes(&world).await;
    ended.sort();
    assert_eq!(ended, ["sent", "withdrawn"].map(|outcome| Some(outcome.to_owned())));
}

#[tokio::test]
async fn a_stuck_order_is_told_while_it_is_stuck() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    consents(&world, tenant, Notices::On).await;
    let receipt = world.sent(tenant, limit(5, "90")).await;
    world.broker.change_orders(|order| {
        order.status = BrokerStatus::PendingCancel;
        order.updated_at = Some(receipt.decided_at);
    });
    assert!(!receipt.stuck);
    look(&world).await;
    ages(&world, 20).await;
    world
        .broker
        .change_orders(|order| order.updated_at = order.updated_at.map(|at| at - chrono::TimeDelta::minutes(20)));
    assert!(world.desk.check_now(tenant, receipt.intent).await.unwrap().stuck);
    let told = letters(&world).await;
    assert!(matches!(told[0].tidings, Tidings::Stuck(_)), "{told:?}");
    world.desk.not_posted(&told[0], Unposted::NotNow).await.unwrap();
    world.broker.change_orders(|order| {
        order.status = BrokerStatus::New;
        order.updated_at = None;
    });
    look(&world).await;
    assert!(letters(&world).await.is_empty(), "it is not stuck any more");
    assert_eq!(outcomes(&world).await, [Some("withdrawn".to_owned())]);
}

#[tokio::test]
async fn who_cannot_be_reached_is_not_tried_again_before_they_ask_anew() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    consents(&world, tenant, Notices::On).await;
    late_arrival(&world, tenant).await;
    let told = letters(&world).await;
    world.desk.not_posted(&told[0], Unposted::Closed).await.unwrap();
    assert_eq!(world.desk.settings(tenant).await.unwrap().notices, Notices::Undeliverable);
    assert_eq!(outcomes(&world).await, withdrawn_and("undeliverable"));
    assert_eq!(world.actions(tenant).await.iter().filter(|action| *action == "settings_changed").count(), 2);
    consents(&world, tenant, Notices::On).await;
    assert!(letters(&world).await.is_empty(), "what was missed is not told late: /orders shows it");
}

#[tokio::test]
async fn who_says_no_is_not_written_to_from_that_moment_on() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    consents(&world, tenant, Notices::On).await;
    late_arrival(&world, tenant).await;
    consents(&world, tenant, Notices::Off).await;
    assert!(letters(&world).await.is_empty());
    assert_eq!(outcomes(&world).await, withdrawn_and("withdrawn"));
    let by = interaction();
    world.desk.change_settings(tenant, by, |it| it.notices = Notices::On).await.unwrap();
    let twice = world.desk.change_settings(tenant, by, |it| it.notices = Notices::Off).await;
    assert_eq!(twice.unwrap_err(), desk::Refused::AlreadyHandled, "one command, delivered twice");
}

#[tokio::test]
async fn a_letter_that_discord_does_not_take_waits_longer_each_time_and_not_for_ever() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    consents(&world, tenant, Notices::On).await;
    late_arrival(&world, tenant).await;
    let mut waits = Vec::new();
    for _ in 0..20 {
        let told = letters(&world).await;
        world.desk.not_posted(&told[0], Unposted::NotNow).await.unwrap();
        let wait = "SELECT extract(epoch FROM due_at - now())::int::text FROM app.notices WHERE outcome IS NULL";
        waits.extend(
            world.db.as_superuser(wait).await.into_iter().filter_map(|row| row[0].clone()?.parse::<u32>().ok()),
        );
    }
    assert!(waits.is_sorted() && waits.len() == 19, "{waits:?}");
    assert!(waits[0] <= 10 && (3_590..=3_600).contains(&waits[18]), "{waits:?}");
    assert_eq!(outcomes(&world).await, withdrawn_and("given_up"));
}
