//! What an order's way costs at the database, and what a crash of the database leaves of it.

use crate::world::{World, ask, click, market, sent, until};
use desk::confirm::Ack;
use desk::{Refused, Trouble};
use domain::account::Environment;
use domain::life::State;
use std::sync::{Arc, Mutex};
use store::Asked;
use tokio::sync::{Notify, oneshot};

/// The asset list is read in the background after the first opening of an account, and asks the database too.
async fn directory_is_read(world: &World) {
    until(|| async { world.broker.asked("assets") > 0 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_click_waits_for_the_disk_once_before_its_order_leaves() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    let at_post: Arc<Mutex<Option<Asked>>> = Arc::default();
    let (store, seen) = (world.db.store().clone(), at_post.clone());
    world.broker.in_every_post(Arc::new(move |_| {
        let (store, seen) = (store.clone(), seen.clone());
        Box::pin(async move { *seen.lock().unwrap() = Some(store.asked()) })
    }));
    for round in 0..3 {
        let card = world.card(tenant).await;
        directory_is_read(&world).await;
        let before = world.db.store().asked();
        sent(world.click(tenant, card.ticket).await.unwrap());
        let until_sent = at_post.lock().unwrap().take().unwrap() - before;
        // Begin, the click with its entry and the keys, commit; begin, the lease with its entry and the keys, commit.
        assert_eq!(until_sent, Asked { trips: 6, commits: 2, flushes: 1 }, "round {round}");
        let in_all = world.db.store().asked() - before;
        assert_eq!((in_all.commits, in_all.flushes), (3, 2), "the outcome's commit is the last, in round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paper_order_waits_for_the_disk_once_before_it_leaves() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let at_post: Arc<Mutex<Option<Asked>>> = Arc::default();
    let (store, seen) = (world.db.store().clone(), at_post.clone());
    world.broker.in_every_post(Arc::new(move |_| {
        let (store, seen) = (store.clone(), seen.clone());
        Box::pin(async move { *seen.lock().unwrap() = Some(store.asked()) })
    }));
    world.balance(tenant, None).await.unwrap();
    directory_is_read(&world).await;
    let before = world.db.store().asked();
    world.sent(tenant, market(5)).await;
    let until_sent = at_post.lock().unwrap().take().unwrap() - before;
    assert_eq!((until_sent.commits, until_sent.flushes), (3, 1), "keys opened, intent, lease");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_notes_that_the_keys_were_opened_and_waits_for_no_disk() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let before = world.db.store().asked();
    world.balance(tenant, None).await.unwrap();
    directory_is_read(&world).await;
    let first = world.db.store().asked() - before;
    let why = "that the keys were opened is noted, for the directory too, and where the page's button leads";
    assert_eq!((first.commits, first.flushes), (3, 0), "{why}");
    let before = world.db.store().asked();
    world.balance(tenant, None).await.unwrap();
    world.balance(tenant, None).await.unwrap();
    let next = world.db.store().asked() - before;
    assert_eq!((next.commits, next.flushes), (4, 0), "every opening is noted, and every button");
    let book = world.book(tenant).await;
    let opened: Vec<_> = book.iter().filter(|entry| entry.action == "credential_opened").collect();
    assert_eq!(opened.len(), 4, "three reads and the directory's");
    assert!(opened.iter().all(|entry| entry.account.is_some() && entry.detail["for"].is_string()), "{opened:?}");
}

/// The server dies with an order at the broker: what is written of it in memory only is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_at_the_broker_is_on_disk_whenever_the_database_crashes() {
    let mut world = World::alone().await;
    // The log's writer would hide it, if the commit before the POST did not wait.
    world.db.as_superuser("ALTER SYSTEM SET wal_writer_delay = '10s'").await;
    world.db.as_superuser("SELECT pg_reload_conf()").await;
    let tenant = world.member(1, Environment::Live).await;
    let card = world.card(tenant).await;
    directory_is_read(&world).await;
    let (arrived, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (inside, leave) = (arrived.clone(), go_on.clone());
    world.broker.in_every_post(Arc::new(move |_| {
        let (inside, leave) = (inside.clone(), leave.clone());
        Box::pin(async move {
            inside.notify_one();
            leave.notified().await;
        })
    }));
    let desk = world.desk.clone();
    let clicked = tokio::spawn(async move { desk.confirm(tenant, click(card.ticket), async { Ack::Accepted }).await });
    arrived.notified().await;
    world.db.restart().await;
    let sql = "SELECT i.state || ' ' || (i.sent_at IS NOT NULL) || ' ' || (t.consumed_at IS NOT NULL) \
               FROM app.intents i JOIN app.tickets t USING (user_id, ticket_id)";
    assert_eq!(world.db.as_superuser(sql).await, [[Some("intended true true".to_owned())]]);
    go_on.notify_one();
    let receipt = sent(clicked.await.unwrap().unwrap());
    assert_eq!(receipt.life.state, State::AtBroker);
    until(|| async { world.states().await == ["at_broker"] }).await;
    assert_eq!(world.broker.posted().len(), 1);
}

/// The server dies between the click's commit and the lease's, before the former is on disk: the rows are as before the click.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_click_that_a_crash_of_the_database_undoes_sends_nothing_and_may_be_made_again() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    let card = world.card(tenant).await;
    let (accept, accepted) = oneshot::channel();
    let desk = world.desk.clone();
    let confirming = tokio::spawn(async move {
        let ack = async {
            accepted.await.unwrap();
            Ack::Accepted
        };
        desk.confirm(tenant, click(card.ticket), ack).await
    });
    until(|| async { world.states().await == ["intended"] }).await;
    let undo =
        "SET session_replication_role = replica; DELETE FROM app.intents; UPDATE app.tickets SET consumed_at = NULL";
    world.db.as_superuser(undo).await;
    accept.send(()).unwrap();
    let told = confirming.await.unwrap().unwrap_err();
    assert_eq!(told, Refused::Trouble(Trouble::Database), "which says that nothing was sent");
    assert!(world.broker.posted().is_empty());
    sent(world.click(tenant, card.ticket).await.unwrap());
    assert_eq!(world.broker.posted().len(), 1);
    // Nobody goes on trying to write down what became of the first one.
    assert!(world.desk.drain(crate::world::PATIENCE).await);
    let paper = world.member(2, Environment::Paper).await;
    assert!(world.desk.place(paper, ask(market(1))).await.is_ok());
}
