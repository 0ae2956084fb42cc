use super::world::{World, fill, shown};
use crate::{Constraint, Source, StoreError};
use domain::ids::ClientOrderId;
use domain::order::{BrokerOrder, BrokerStatus};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;

#[tokio::test]
async fn an_order_reads_back_as_the_broker_showed_it() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let foreign = BrokerOrder {
        side: None,
        ..shown(ClientOrderId::stored("by hand"), BrokerStatus::Other("sparkling".into()), 0, 1)
    };
    assert!(tx.upsert_order(world.live, &foreign).await.unwrap());
    assert!(!tx.upsert_order(world.live, &foreign).await.unwrap(), "the same sight twice changes nothing");
    let stored = tx.ledger_order(world.live, foreign.id).await.unwrap();
    assert_eq!((&stored.order, stored.source, stored.intent), (&foreign, Source::Foreign, None));
    let ours = tx.ledger_order(world.paper, world.broker_order).await.unwrap();
    assert_eq!((ours.source, ours.intent), (Source::Bot, Some(world.intent)));
    assert_eq!(tx.ledger_orders(world.live, 10).await.unwrap(), [stored]);
}

#[tokio::test]
async fn a_fill_that_is_seen_twice_is_one_fill() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let seen = fill(world.broker_order, "e-2");
    assert!(tx.insert_fill(world.paper, &seen).await.unwrap());
    assert!(!tx.insert_fill(world.paper, &seen).await.unwrap());
    assert_eq!(tx.fills(world.paper, world.broker_order).await.unwrap(), [fill(world.broker_order, "canary-1"), seen]);
    let unknown = shown(ClientOrderId::stored("x"), BrokerStatus::New, 0, 0).id;
    let refused = tx.insert_fill(world.paper, &fill(unknown, "e-3")).await;
    assert_eq!(refused, Err(StoreError::Conflict(Constraint::Reference)));
}

#[tokio::test]
async fn the_ledger_never_goes_backwards_in_whatever_order_the_sights_come() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let mut runner = TestRunner::deterministic();
    let status = proptest::sample::select(vec![
        BrokerStatus::New,
        BrokerStatus::PartiallyFilled,
        BrokerStatus::PendingCancel,
        BrokerStatus::Canceled,
        BrokerStatus::Filled,
    ]);
    let sights = proptest::collection::vec((status, 0_i64..6, 0_i64..20), 6);
    let mut cases = 0;
    for _ in 0..40 {
        let first = shown(ClientOrderId::stored("x"), BrokerStatus::New, 0, 0);
        let mut before = first.clone();
        tx.upsert_order(world.live, &first).await.unwrap();
        for (status, filled, updated) in sights.new_tree(&mut runner).unwrap().current() {
            let sight = BrokerOrder { id: first.id, ..shown(first.client_order_id.clone(), status, filled, updated) };
            let changed = tx.upsert_order(world.live, &sight).await.unwrap();
            let after = tx.ledger_order(world.live, first.id).await.unwrap().order;
            assert!(after.filled_qty >= before.filled_qty);
            if before.status.is_terminal() {
                assert_eq!(after, before, "what is over stays as it ended");
            }
            assert_eq!(changed, after != before);
            before = after;
            cases += 1;
        }
    }
    println!("PROMISE P12 (ledger) cases={cases} violations=0");
}

#[tokio::test]
async fn money_is_kept_to_the_last_digit() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let exact: Decimal = "12345678901.123456789".parse().unwrap();
    let order =
        BrokerOrder { qty: None, notional: Some(exact), ..shown(ClientOrderId::stored("y"), BrokerStatus::New, 0, 0) };
    tx.upsert_order(world.live, &order).await.unwrap();
    assert_eq!(tx.ledger_order(world.live, order.id).await.unwrap().order.notional, Some(exact));
    let nan = format!(
        "BEGIN; SET LOCAL app.user_id = '111';
        INSERT INTO app.fills VALUES (111, '{}', 'n', '{}', 'A', 'buy', 'NaN', 1, now())",
        world.paper, world.broker_order
    );
    assert_eq!(world.db.try_as("paddock_app", &nan).await, Err("23514".into()));
}
