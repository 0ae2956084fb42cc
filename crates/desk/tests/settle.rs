//! What is not proved is settled by looking, never by guessing, and without a human.

use crate::scripted::{Plan, landed};
use crate::world::{World, ask, interaction, limit, market, until};
use chrono::DateTime;
use desk::Refused;
use domain::account::Environment;
use domain::fresh;
use domain::ids::IntentId;
use domain::life::{Ending, State};
use domain::order::BrokerStatus;
use domain::outcome::{Doubt, Lookup, ReadFailure};
use domain::symbol::Symbol;
use domain::tenant::Tenant;
use rust_decimal::Decimal;
use std::time::Duration;
use store::{Direct, Lease, NewIntent};
use uuid::Uuid;

async fn unconfirmed(world: &World, tenant: Tenant, lands: bool) -> IntentId {
    world.broker.plan(if lands { Plan::LandSilently(Doubt::TimedOut) } else { Plan::Lose(Doubt::TimedOut) });
    world.sent(tenant, limit(5, "90")).await.intent
}

#[tokio::test]
async fn an_unconfirmed_order_is_settled_by_look_up() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let intent = unconfirmed(&world, tenant, true).await;
    world.all_due().await;
    let settled = world.desk.settle_at_start().await;
    assert_eq!((settled.open, settled.settled), (1, 1));
    let life = world.intent(tenant, intent).await.life;
    assert_eq!(life.state, State::AtBroker);
    assert_eq!(life.broker_order, Some(world.broker.orders()[0].id));
    assert_eq!(world.actions(tenant).await.last().unwrap(), "order_landed");
    assert_eq!(world.broker.posted().len(), 1);
    println!("PROMISE P4 cases=1 violations=0 unresolved=0");
}

#[tokio::test]
async fn the_resolver_settles_by_itself_and_learns_the_fill() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let intent = unconfirmed(&world, tenant, true).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let desk = world.desk.clone();
    let settling = tokio::spawn(async move { desk.keep_settling(async { drop(stopped.await) }).await });
    until(|| async { world.intent(tenant, intent).await.life.state == State::AtBroker }).await;
    world.broker.change_orders(|order| {
        order.status = BrokerStatus::Filled;
        order.filled_qty = Decimal::from(5);
    });
    world.all_due().await;
    until(|| async { world.intent(tenant, intent).await.life.state == State::Over(Ending::Filled) }).await;
    stop.send(()).unwrap();
    settling.await.unwrap();
    let account = world.desk.accounts(tenant).await.unwrap().list[0].id;
    let ledger = world.db.store().tenant(tenant).await.unwrap().ledger_orders(account, 10).await.unwrap();
    assert_eq!(ledger.len(), 1);
    assert_eq!(ledger[0].order.filled_qty, Decimal::from(5));
    assert_eq!(ledger[0].intent, Some(intent));
}

#[tokio::test]
async fn a_failed_look_changes_nothing_but_the_time_of_the_next() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let id = unconfirmed(&world, tenant, true).await;
    let before = world.intent(tenant, id).await;
    for failure in
        [ReadFailure::Unavailable, ReadFailure::Unreadable { status: 200 }, ReadFailure::RateLimited { until: None }]
    {
        world.broker.look_up_says(Some(Lookup::Failed(failure)));
        world.all_due().await;
        let settled = world.desk.settle_at_start().await;
        assert_eq!((settled.open, settled.settled), (1, 0));
        let after = world.intent(tenant, id).await;
        assert_eq!((&after.life, after.answered_looks), (&before.life, 0));
        assert!(after.next_look_at > before.next_look_at);
    }
    world.broker.look_up_says(Some(Lookup::NotFound));
    world.all_due().await;
    world.desk.settle_at_start().await;
    let after = world.intent(tenant, id).await;
    assert_eq!((&after.life, after.answered_looks), (&before.life, 1), "seconds of not-found prove nothing");
    world.broker.look_up_says(None);
    world.all_due().await;
    world.desk.settle_at_start().await;
    assert_eq!(world.intent(tenant, id).await.life.state, State::AtBroker, "and the late arrival is adopted");
}

#[tokio::test]
async fn only_patience_says_that_an_order_never_arrived() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let id = unconfirmed(&world, tenant, false).await;
    let age = |answered: u32, hours: u32| {
        format!(
            "SET session_replication_role = replica; UPDATE app.intents SET answered_looks = {answered}, \
             created_at = clock_timestamp() - interval '{hours} hours', sent_at = clock_timestamp() - interval '{hours} hours'"
        )
    };
    for (answered, hours, state) in
        [(100, 1, State::Unconfirmed), (3, 48, State::Unconfirmed), (20, 25, State::Over(Ending::NeverArrived))]
    {
        world.db.as_superuser(&age(answered, hours)).await;
        world.all_due().await;
        world.desk.settle_at_start().await;
        assert_eq!(world.intent(tenant, id).await.life.state, state, "{answered} looks, {hours} hours");
    }
    assert_eq!(world.actions(tenant).await.last().unwrap(), "order_never_arrived");
}

#[tokio::test]
async fn another_order_under_our_name_is_not_adopted() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let id = unconfirmed(&world, tenant, true).await;
    world.broker.change_orders(|order| order.symbol = Symbol::parse("EVIL").unwrap());
    world.all_due().await;
    world.desk.settle_at_start().await;
    let intent = world.intent(tenant, id).await;
    assert_eq!((intent.life.state, intent.life.broker_order), (State::Unconfirmed, None));
    let book = world.db.as_superuser("SELECT count(*)::text FROM app.audit WHERE detail::text LIKE '%anomaly%'").await;
    assert_eq!(book[0][0].as_deref(), Some("1"));
}

/// A process that dies leaves an intent: before it was given the right to send, or after.
#[tokio::test]
async fn a_crash_between_commit_and_post_is_settled() {
    let world = World::shut().await;
    let mut left = Vec::new();
    for (id, right_given) in [(1, false), (2, true), (3, true)] {
        let tenant = world.member(id, Environment::Paper).await;
        let account = world.desk.accounts(tenant).await.unwrap().list[0].id;
        let new = NewIntent {
            id: fresh::intent(DateTime::UNIX_EPOCH),
            account,
            order: market(5),
            interaction: interaction(),
        };
        let mut tx = world.db.store().tenant(tenant).await.unwrap();
        assert!(matches!(tx.insert_intent_direct(&new).await.unwrap(), Direct::Stored(_)));
        tx.commit().await.unwrap();
        if right_given {
            let mut tx = world.db.store().tenant(tenant).await.unwrap();
            let lease = tx.take_submit_lease(new.id, Uuid::from_bytes(fresh::bytes()), Duration::from_secs(45)).await;
            assert!(matches!(lease.unwrap(), Lease::Taken(_)));
            tx.commit().await.unwrap();
        }
        left.push(new.id);
    }
    // Of the two that may have left, one did.
    let arrived = landed(&market(5), &domain::ids::ClientOrderId::of(left[2]));
    world.broker.look_up_says(Some(Lookup::NotFound));
    world.all_due().await;
    let started = world.another_desk();
    let tenant = world.member(4, Environment::Paper).await;
    assert_eq!(started.place(tenant, ask(market(1))).await.unwrap_err(), Refused::Settling);
    let settled = started.settle_at_start().await;
    assert_eq!((settled.open, settled.settled), (3, 1), "without the right to send, nothing was sent");
    assert_eq!(world.states().await, ["not_sent", "unconfirmed", "unconfirmed"]);
    world.broker.look_up_says(Some(Lookup::Found(Box::new(arrived))));
    world.all_due().await;
    started.settle_at_start().await;
    assert_eq!(world.states().await, ["not_sent", "unconfirmed", "at_broker"], "the other one's find is not its own");
    assert!(world.broker.posted().is_empty(), "settling never sends");
    println!("PROMISE P15 cases=3 violations=0 manual_steps=0");
}

#[test]
fn a_process_killed_during_the_post_leaves_nothing_to_do_by_hand() {
    let outer = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let doomed = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    outer.block_on(async {
        let world = World::open().await;
        let tenant = world.member(1, Environment::Paper).await;
        world.broker.plan(Plan::Hang);
        let url = world.db.app_url();
        let connect = async move { store::Store::connect(&url, store::Limits::default()).await };
        let victim = doomed.spawn(connect).await.unwrap().unwrap();
        let desk = world.another_desk_on(victim);
        doomed.spawn(async move {
            desk.settle_at_start().await;
            desk.place(tenant, ask(market(5))).await
        });
        until(|| async { world.broker.orders().len() == 1 }).await;
        doomed.shutdown_background();
        assert_eq!(world.states().await, ["intended"]);
        world.all_due().await;
        let started = world.another_desk();
        started.settle_at_start().await;
        assert_eq!(world.states().await, ["at_broker"]);
        assert_eq!(world.broker.posted().len(), 1);
    });
}

#[tokio::test]
async fn a_user_can_look_and_can_wait_for_a_change() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let id = unconfirmed(&world, tenant, true).await;
    world.broker.look_up_says(Some(Lookup::Failed(ReadFailure::Unavailable)));
    assert!(matches!(world.desk.check_now(tenant, id).await.unwrap_err(), Refused::Trouble(_)));
    world.broker.look_up_says(None);
    let receipt = world.desk.check_now(tenant, id).await.unwrap();
    assert_eq!(receipt.life.state, State::AtBroker);
    assert!(receipt.looked_at.is_some());
    let unchanged = world.desk.next_change(tenant, &receipt, Duration::from_millis(50)).await.unwrap();
    assert_eq!(unchanged, None);
    world.broker.change_orders(|order| {
        order.status = BrokerStatus::Filled;
        order.filled_qty = Decimal::from(5);
    });
    let changed = world.desk.next_change(tenant, &receipt, crate::world::PATIENCE).await.unwrap().unwrap();
    assert_eq!(changed.life.state, State::Over(Ending::Filled));
    assert_eq!(world.desk.next_change(tenant, &changed, crate::world::PATIENCE).await.unwrap(), None);
}
