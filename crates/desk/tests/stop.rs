//! Starting and stopping: trades only between the two, and nothing in flight is lost.

use crate::world::{PATIENCE, World, ask, click, interaction, market, until};
use desk::cancel::Target;
use desk::confirm::Ack;
use desk::views::Placed;
use desk::{Refused, Trouble};
use domain::account::Environment;
use domain::life::State;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

#[tokio::test]
async fn a_desk_trades_only_after_it_has_settled_and_before_it_stops() {
    let world = World::shut().await;
    let tenant = world.member(1, Environment::Paper).await;
    assert_eq!(world.place(tenant, market(1)).await.unwrap_err(), Refused::Settling);
    assert!(!world.desk.status(tenant).await.settled);
    world.desk.settle_at_start().await;
    let receipt = world.sent(tenant, market(1)).await;
    world.desk.stop_accepting();
    assert_eq!(world.place(tenant, market(1)).await.unwrap_err(), Refused::Stopping);
    let cancel = world.desk.cancel(tenant, None, Target::Intent(receipt.intent), interaction()).await;
    assert_eq!(cancel.unwrap_err(), Refused::Stopping);
    world.desk.settle_at_start().await;
    assert_eq!(world.place(tenant, market(1)).await.unwrap_err(), Refused::Stopping, "a stop is for good");
    assert!(world.desk.drain(PATIENCE).await);
    assert_eq!(world.broker.posted().len(), 1);
}

#[tokio::test]
async fn a_drain_waits_for_what_is_in_flight() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let release = Arc::new(Notify::new());
    let gate = release.clone();
    world.broker.in_every_post(Arc::new(move |_| {
        let gate = gate.clone();
        Box::pin(async move { gate.notified().await })
    }));
    let desk = world.desk.clone();
    let placing = tokio::spawn(async move { desk.place(tenant, ask(market(5))).await });
    until(|| async { world.broker.posted().len() == 1 }).await;
    world.desk.stop_accepting();
    assert!(!world.desk.drain(Duration::from_millis(20)).await);
    release.notify_one();
    assert!(world.desk.drain(PATIENCE).await);
    assert_eq!(world.states().await, ["at_broker"], "drained means written");
    let Placed::Sent(receipt) = placing.await.unwrap().unwrap() else { panic!("asked") };
    assert_eq!(receipt.life.state, State::AtBroker);
    println!("PROMISE P18 cases=1 violations=0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_does_not_answer_costs_the_order_and_not_the_acknowledgement() {
    let world = World::alone().await;
    let tenant = world.member(1, Environment::Live).await;
    let card = world.card(tenant).await;
    world.db.pause();
    let (acked, ack) = tokio::sync::oneshot::channel();
    let desk = world.desk.clone();
    let confirming = tokio::spawn(async move {
        let ack = async {
            acked.send(()).unwrap();
            Ack::Accepted
        };
        desk.confirm(tenant, click(card.ticket), ack).await
    });
    ack.await.unwrap();
    assert!(!confirming.is_finished(), "the database has not even timed out when the acknowledgement is through");
    let refused = confirming.await.unwrap().unwrap_err();
    assert!(matches!(refused, Refused::Trouble(Trouble::Database | Trouble::DatabaseInDoubt)), "{refused:?}");
    assert!(world.desk.status(tenant).await.database.is_err());
    world.db.resume();
    assert!(world.broker.posted().is_empty());
    until(|| async { world.desk.accounts(tenant).await.is_ok() }).await;
    assert!(world.states().await.iter().all(|state| state == "not_sent" || state == "intended"));
    world.all_due().await;
    world.desk.settle_at_start().await;
    assert!(world.states().await.iter().all(|state| state == "not_sent"));
    assert!(world.broker.posted().is_empty());
}
