//! The ledger knows every order of the account, also those that Paddock did not place, or thought were not there.

use crate::scripted::Plan;
use crate::world::{World, limit, until};
use domain::account::Environment;
use domain::brokerage::Which;
use domain::ids::{BrokerOrderId, ClientOrderId};
use domain::life::State;
use domain::outcome::Doubt;
use domain::symbol::Symbol;
use domain::tenant::Tenant;
use store::{LedgerOrder, Source};
use uuid::Uuid;

async fn ledger(world: &World, tenant: Tenant) -> Vec<LedgerOrder> {
    let account = world.desk.accounts(tenant).await.unwrap().list[0].id;
    world.db.store().tenant(tenant).await.unwrap().ledger_orders(account, 10).await.unwrap()
}

/// Turns what is at the broker into an order that the user placed with a telephone.
fn by_telephone(world: &World) {
    world.broker.change_orders(|order| {
        order.id = BrokerOrderId(Uuid::from_u128(77));
        order.client_order_id = ClientOrderId::stored("telephone-1");
    });
}

#[tokio::test]
async fn an_order_placed_elsewhere_is_in_the_ledger_as_foreign_once_orders_are_listed() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    world.broker.plan(Plan::LandSilently(Doubt::TimedOut));
    world.sent(tenant, limit(5, "90")).await;
    by_telephone(&world);
    for _ in 0..2 {
        world.orders(tenant, Which::All).await;
        let ledger = ledger(&world, tenant).await;
        assert_eq!(ledger.len(), 1, "the same list twice changes nothing");
        assert_eq!((ledger[0].source, ledger[0].intent), (Source::Foreign, None));
    }
}

#[tokio::test]
async fn the_resolver_lists_an_account_that_it_looks_at_anyway() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    world.broker.plan(Plan::LandSilently(Doubt::TimedOut));
    let intent = world.sent(tenant, limit(5, "90")).await.intent;
    by_telephone(&world);
    world.all_due().await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let desk = world.desk.clone();
    let settling = tokio::spawn(async move { desk.keep_settling(async { drop(stopped.await) }).await });
    until(|| async { ledger(&world, tenant).await.iter().any(|order| order.source == Source::Foreign) }).await;
    for _ in 0..3 {
        world.all_due().await;
        let looks = world.broker.asked("look_up");
        until(|| async { world.broker.asked("look_up") > looks }).await;
    }
    stop.send(()).unwrap();
    settling.await.unwrap();
    assert_eq!(world.broker.asked("orders"), 1, "not more often than every ten minutes");
    assert_eq!(world.intent(tenant, intent).await.life.state, State::Unconfirmed, "somebody else's order is not ours");
}

#[tokio::test]
async fn an_order_that_counted_as_absent_is_adopted_when_the_broker_lists_it() {
    for wrong in ["refused", "not_sent", "never_arrived"] {
        let world = World::open().await;
        let tenant = world.member(1, Environment::Paper).await;
        world.broker.plan(Plan::LandSilently(Doubt::TimedOut));
        let intent = world.sent(tenant, limit(5, "90")).await.intent;
        let verdict = format!("UPDATE app.intents SET state = '{wrong}', next_look_at = NULL, version = version + 1");
        world.db.as_superuser(&verdict).await;
        world.orders(tenant, Which::All).await;
        let life = world.intent(tenant, intent).await.life;
        assert_eq!(life.state, State::AtBroker, "after {wrong}");
        assert_eq!(world.actions(tenant).await.last().unwrap(), "order_landed", "and the book says so");
        let ledger = ledger(&world, tenant).await;
        assert_eq!((ledger[0].source, ledger[0].intent), (Source::Bot, Some(intent)));
    }
    println!("PROMISE P4 absent_then_listed cases=3 violations=0 adopted=3");
}

#[tokio::test]
async fn an_order_under_our_name_that_is_not_what_was_decided_is_not_adopted_from_a_list() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    world.broker.plan(Plan::LandSilently(Doubt::TimedOut));
    let intent = world.sent(tenant, limit(5, "90")).await.intent;
    world.broker.change_orders(|order| order.symbol = Symbol::parse("EVIL").unwrap());
    world.orders(tenant, Which::All).await;
    let life = world.intent(tenant, intent).await.life;
    assert_eq!((life.state, life.broker_order), (State::Unconfirmed, None));
}
