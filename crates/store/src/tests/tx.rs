//! What a transaction promises of its commit, and what it costs.

use super::world::{World, alice};
use crate::tx::{Disk, Tx};
use crate::{Asked, Store};

async fn waits(store: &Store, disk: Disk) -> String {
    let mut tx = Tx::begin(store, None, disk).await.unwrap();
    let (setting,): (String,) = tx.one(sqlx::query_as("SHOW synchronous_commit")).await.unwrap();
    tx.commit().await.unwrap();
    setting
}

#[tokio::test]
async fn whether_a_commit_waits_for_the_disk_is_said_each_time_and_ends_with_it() {
    let world = World::new().await;
    let limits = crate::Limits { connections: 1, ..crate::Limits::default() };
    let store = Store::connect(&world.db.app_url(), limits).await.unwrap();
    // The throw-away server's own setting is `off`, as a server's may be whose owner did not think of orders.
    let (servers,): (String,) = sqlx::query_as("SHOW synchronous_commit").fetch_one(&store.pool).await.unwrap();
    assert_eq!(servers, "off");
    for _ in 0..3 {
        assert_eq!(waits(&store, Disk::Now).await, "on");
        assert_eq!(waits(&store, Disk::Later).await, "off");
    }
    world.db.as_superuser("ALTER ROLE paddock_app SET synchronous_commit = on").await;
    let store = Store::connect(&world.db.app_url(), limits).await.unwrap();
    assert_eq!(waits(&store, Disk::Later).await, "off");
    let (servers,): (String,) = sqlx::query_as("SHOW synchronous_commit").fetch_one(&store.pool).await.unwrap();
    world.db.as_superuser("ALTER ROLE paddock_app RESET synchronous_commit").await;
    assert_eq!(servers, "on", "the next user of the connection finds the server's own setting");
}

#[tokio::test]
async fn connections_that_died_in_the_pool_cost_nobody_an_answer() {
    let world = World::new().await;
    let store = world.db.store();
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for _ in 0..5 {
        // All of the pool's connections at once, idle ones and such as were in use a moment ago.
        let all = futures::future::join_all((0..8).map(|_| store.tenant(alice()))).await;
        assert!(all.iter().all(Result::is_ok), "{all:?}");
        drop(all);
        assert!(!world.db.as_superuser(cut).await.is_empty());
        assert_eq!(store.tenant(alice()).await.unwrap().accounts().await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn trips_and_commits_are_counted() {
    let world = World::new().await;
    let store = world.db.store();
    let before = store.asked();
    let mut tx = store.tenant(alice()).await.unwrap();
    tx.accounts().await.unwrap();
    drop(tx);
    assert_eq!(store.asked() - before, Asked { trips: 2, commits: 0, flushes: 0 });
    store.tenant(alice()).await.unwrap().commit().await.unwrap();
    store.tenant_relaxed(alice()).await.unwrap().commit().await.unwrap();
    assert_eq!(store.asked() - before, Asked { trips: 6, commits: 2, flushes: 1 });
}
