//! P6: a connection that is used again keeps nothing of its last user.

use super::isolation::{alices, nobody};
use super::world::{World, alice, eve, everything};
use crate::{Store, StoreError};
use domain::settings::Notices;

/// A store of one connection: whoever comes next gets the connection of whoever was before.
async fn one_connection(world: &World) -> Store {
    Store::connect(&world.db.app_url(), crate::Limits { connections: 1, ..crate::Limits::default() }).await.unwrap()
}

/// First without any transaction of ours: what the connection itself still lets through.
async fn rows_seen_by_eve(store: &Store) -> usize {
    let bare = "SELECT user_id FROM app.accounts UNION ALL SELECT user_id FROM app.audit";
    let bare: Vec<(i64,)> = sqlx::query_as(bare).fetch_all(&store.pool).await.unwrap();
    bare.len() + rows_seen_in_transactions(store).await
}

async fn rows_seen_in_transactions(store: &Store) -> usize {
    let mut tx = store.tenant(eve()).await.unwrap();
    let seen = tx.accounts().await.unwrap().len() + tx.audit_page(&everything(), None, 100).await.unwrap().len();
    tx.commit().await.unwrap();
    let mut tx = nobody(store).await;
    seen + tx.accounts().await.unwrap().len() + tx.audit_page(&everything(), None, 100).await.unwrap().len()
}

#[tokio::test]
async fn a_reused_connection_keeps_nothing_of_its_last_user() {
    let world = World::new().await;
    let store = one_connection(&world).await;
    let reuses = std::env::var("PADDOCK_REUSES").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000_u32);
    let mut leaked = 0;
    for round in 0..reuses {
        let mut tx = store.tenant(alice()).await.unwrap();
        assert_eq!(tx.accounts().await.unwrap().len(), 2);
        if round % 2 == 0 {
            tx.commit().await.unwrap();
        } else {
            drop(tx);
        }
        leaked += rows_seen_by_eve(&store).await;
    }
    println!("PROMISE P6 (reuse) cases={reuses} violations=0 rows_leaked={leaked}");
    assert_eq!(leaked, 0);
}

#[tokio::test]
async fn a_cancelled_or_panicked_transaction_leaves_neither_rows_nor_a_user_behind() {
    let world = World::new().await;
    let store = one_connection(&world).await;
    let before = alices(&world).await;
    let (mut leaked, mut cases) = (0, 0);
    for polls in 0..40 {
        let work = async {
            let mut tx = store.tenant(alice()).await.unwrap();
            tx.change_settings(&serde_json::json!({ "half": "done" })).await.unwrap();
            tx.remove_account(world.paper).await.unwrap();
            std::future::pending::<()>().await;
        };
        // Dropped after some number of wake-ups: in the begin, in a statement, between two of them.
        let mut work = Box::pin(work);
        for _ in 0..polls {
            tokio::select! { biased; () = &mut work => {}, () = tokio::task::yield_now() => {} }
        }
        drop(work);
        leaked += rows_seen_by_eve(&store).await;
        cases += 1;
    }
    for _ in 0..10 {
        let store_too = store.clone();
        let paper = world.paper;
        let task = tokio::spawn(async move {
            let mut tx = store_too.tenant(alice()).await.unwrap();
            tx.remove_account(paper).await.unwrap();
            panic!("on purpose");
        });
        assert!(task.await.unwrap_err().is_panic());
        leaked += rows_seen_by_eve(&store).await;
        cases += 1;
    }
    assert_eq!(alices(&world).await, before);
    println!("PROMISE P6 (cancelled and panicked) cases={cases} violations=0 rows_leaked={leaked}");
    assert_eq!(leaked, 0);
}

#[tokio::test]
async fn a_transaction_in_which_a_statement_failed_cannot_be_committed() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    tx.change_settings(&serde_json::json!({ "notices": "off" })).await.unwrap();
    assert!(tx.change_settings(&serde_json::json!("half")).await.is_err());
    assert_eq!(tx.accounts().await.unwrap_err(), StoreError::Broken("statement after a failed one"));
    assert_eq!(tx.commit().await, Err(StoreError::Broken("commit after a failed statement")));
    let mut tx = world.tx().await;
    assert_eq!(tx.settings().await.unwrap().notices, Notices::On, "as it was before");
}
