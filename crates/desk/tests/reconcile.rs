//! The audit book against the broker's list.

use crate::world::{World, limit, market};
use chrono::DateTime;
use desk::reconcile::Finding;
use domain::account::Environment;
use domain::brokerage::Which;
use domain::ids::ClientOrderId;
use domain::order::BrokerStatus;

#[tokio::test]
async fn what_the_book_and_the_broker_tell_differently_is_named_and_nothing_else() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let account = world.desk.accounts(tenant).await.unwrap().list[0].id;
    let long_ago = DateTime::UNIX_EPOCH;
    let gone = world.sent(tenant, limit(5, "100")).await;
    let altered = world.sent(tenant, limit(6, "100")).await;
    world.sent(tenant, market(2)).await;
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
    let found = world.desk.reconcile(tenant, account, long_ago).await.unwrap().findings;
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.contains(&Finding::Missing(gone.client_order_id.to_string())), "{found:?}");
    assert!(found.contains(&Finding::Extra(strange.to_string())), "{found:?}");
    let differs = |finding: &Finding| matches!(finding, Finding::Different { order, of: "how it stands", .. } if *order == altered.client_order_id.to_string());
    assert!(found.iter().any(differs), "{found:?}");
    println!("PROMISE P14 (reconcile) cases=4 violations=0 disagreements_made=3 found={}", found.len());
}
