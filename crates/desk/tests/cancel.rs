//! Canceling: asked for in the book first, repeated once in doubt, and only what is the user's own.

use crate::scripted::Plan;
use crate::world::{World, interaction, market};
use desk::Refused;
use desk::cancel::Target;
use domain::account::Environment;
use domain::fresh;
use domain::ids::BrokerOrderId;
use domain::life::{Ending, State};
use domain::outcome::{CancelOutcome, Doubt};
use uuid::Uuid;

#[tokio::test]
async fn a_cancel_is_audited_before_and_after_and_our_book_learns_of_it() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let receipt = world.sent(tenant, market(5)).await;
    let canceled = world.desk.cancel(tenant, None, Target::Intent(receipt.intent), interaction()).await.unwrap();
    assert_eq!(canceled.outcome, CancelOutcome::Requested);
    assert_eq!(canceled.order.unwrap().id, receipt.life.broker_order.unwrap());
    assert_eq!(world.intent(tenant, receipt.intent).await.life.state, State::Over(Ending::Canceled));
    let book = world.actions(tenant).await;
    assert_eq!(book.iter().filter(|action| action.starts_with("cancel_")).count(), 2);
    assert_eq!(book.last().unwrap(), "order_ended");
}

#[tokio::test]
async fn a_cancel_in_doubt_is_asked_once_more_and_a_replayed_one_is_not() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let receipt = world.sent(tenant, market(5)).await;
    world.broker.plan_cancel(CancelOutcome::Unknown(Doubt::TimedOut));
    let press = interaction();
    let canceled = world.desk.cancel(tenant, None, Target::Intent(receipt.intent), press).await.unwrap();
    assert_eq!((canceled.outcome, world.broker.asked("cancel")), (CancelOutcome::Requested, 2));
    let replayed = world.desk.cancel(tenant, None, Target::Intent(receipt.intent), press).await.unwrap_err();
    assert_eq!(replayed, Refused::AlreadyHandled);
    let over = world.desk.cancel(tenant, None, Target::Intent(receipt.intent), interaction()).await.unwrap();
    assert_eq!(over.outcome, CancelOutcome::NotOpen);
    assert_eq!(world.broker.asked("cancel"), 3);
}

#[tokio::test]
async fn an_order_of_somebody_else_is_no_order() {
    let world = World::open().await;
    let (owner, other) = (world.member(1, Environment::Paper).await, world.member(2, Environment::Paper).await);
    let receipt = world.sent(owner, market(5)).await;
    let foreign = Target::Order(receipt.life.broker_order.unwrap());
    assert_eq!(world.desk.cancel(other, None, foreign, interaction()).await.unwrap_err(), Refused::NoSuchOrder);
    let unknown = Target::Order(BrokerOrderId(Uuid::from_bytes(fresh::bytes())));
    assert_eq!(world.desk.cancel(owner, None, unknown, interaction()).await.unwrap_err(), Refused::NoSuchOrder);
    assert!(!world.broker.orders()[0].status.is_terminal());
}

#[tokio::test]
async fn an_unconfirmed_order_is_looked_up_and_then_canceled() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    world.broker.plan(Plan::LandSilently(Doubt::TimedOut));
    let receipt = world.sent(tenant, market(5)).await;
    world.desk.cancel(tenant, None, Target::Intent(receipt.intent), interaction()).await.unwrap();
    assert_eq!(world.states().await, ["canceled"]);
}

#[tokio::test]
async fn all_open_orders_are_canceled_after_a_question() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    for shares in 1..=3 {
        world.sent(tenant, market(shares)).await;
    }
    let question = world.desk.cancel_all(tenant, None, interaction()).await.unwrap();
    assert_eq!(world.broker.asked("cancel_all"), 0);
    let all = world.desk.confirm_cancel_all(tenant, question.ticket, interaction()).await.unwrap();
    assert_eq!(all.results.len(), 3);
    assert!(all.results.iter().all(|one| one.outcome == CancelOutcome::Requested && one.order.is_some()));
    assert_eq!(world.states().await, ["canceled", "canceled", "canceled"]);
    assert!(world.desk.confirm_cancel_all(tenant, question.ticket, interaction()).await.is_err());
    assert_eq!(world.broker.asked("cancel_all"), 1);
}
