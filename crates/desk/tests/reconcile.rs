//! The audit book against the broker's list.

use crate::world::{World, limit, market};
use chrono::DateTime;
use desk::reconcile::Finding;
use domain::account::Environment;
use domain::brokerage::Which;
use domain::ids::ClientOrderId;
use domain::order::BrokerStatus;
use rust_decimal::Decimal;

#[tokio::test]
async fn what_the_book_and_the_broker_tell_differently_is_named_and_nothing_else() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let account = world.desk.accounts(tenant).await.unwrap().list[0].id;
    let long_ago = DateTime::UNIX_EPOCH;
    let gone = world.sent(tenant, limit(5, "100")).await;
    let altered = world.sent(tenant, limit(6, "100")).await;
    let filled = world.sent(tenant, market(2)).await;
    world.broker.change_orders(|order| {
        if order.client_order_id == filled.client_order_id {
            (order.status, order.filled_qty) = (BrokerStatus::Filled, Decimal::TWO);
        }
    });
    world.orders(tenant, Which::All).await;
    let agreed = world.desk.reconcile(tenant, account, long_ago).await.unwrap();
    assert_eq!((agreed.compared, agreed.findings), (3, vec![]));

    // One order of ours is under a name that we never gave, so that one is missing and one is too many; another one ended.
    let strange = ClientOrderId::stored("paddock-ffffffffffffffffffffffffffffffff");
    world.broker.change_orders(|order| {
        if order.client_order_id == gone.client_order_id {
            order.client_order_id = strange.clone();
        } else if order.client_order_id == altered.client_order_id {
            order.status = BrokerStatus::Filled;
        }
    });
    // And of one that the book has as filled, the broker has no fill on record.
    let orders = world.broker.orders();
    let filled = orders.iter().find(|order| order.client_order_id == filled.client_order_id).unwrap();
    assert!(filled.filled_qty > Decimal::ZERO, "{filled:?}");
    world.broker.forgets_fills_of(filled.id);
    let found = world.desk.reconcile(tenant, account, long_ago).await.unwrap().findings;
    assert_eq!(found.len(), 4, "{found:?}");
    let unlike = |finding: &Finding| matches!(finding, Finding::Different { order, of: "what its fills add up to", book, broker } if *order == filled.client_order_id.to_string() && book == "2" && broker == "0");
    assert!(found.iter().any(unlike), "{found:?}");
    assert!(found.contains(&Finding::Missing(gone.client_order_id.to_string())), "{found:?}");
    assert!(found.contains(&Finding::Extra(strange.to_string())), "{found:?}");
    let differs = |finding: &Finding| matches!(finding, Finding::Different { order, of: "how it stands", .. } if *order == altered.client_order_id.to_string());
    assert!(found.iter().any(differs), "{found:?}");
    println!("PROMISE P14 (reconcile) cases=5 violations=0 disagreements_made=4 found={}", found.len());
}
