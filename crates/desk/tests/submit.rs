//! The POST: after the commit, one at a time, once, and told as it is.

use crate::scripted::Plan;
use crate::world::{World, ask, limit, market, sent, until};
use desk::Refused;
use domain::account::{AccountStatus, Environment};
use domain::life::{Ending, State};
use domain::outcome::{Doubt, RefusalReason};
use futures::future::join_all;
use std::sync::{Arc, Mutex};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_intent_is_committed_before_the_post() {
    let world = Arc::new(World::open().await);
    let tenant = world.member(1, Environment::Paper).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (witness, book) = (Arc::downgrade(&world), seen.clone());
    world.broker.in_every_post(Arc::new(move |id| {
        let (world, book) = (witness.upgrade().unwrap(), book.clone());
        Box::pin(async move {
            let sql = format!("SELECT state, sent_at IS NOT NULL FROM app.intents WHERE client_order_id = '{id}'");
            let rows = world.db.as_superuser(&sql).await;
            book.lock().unwrap().push(rows);
        })
    }));
    for shares in 1..=5 {
        world.sent(tenant, market(shares)).await;
    }
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 5);
    for rows in &seen {
        assert_eq!(rows.len(), 1, "another connection sees the intent while the POST is on its way");
        assert_eq!(rows[0][0].as_deref(), Some("intended"));
        assert!(rows[0][1].as_deref().is_some_and(|given| given.starts_with('t')));
    }
    println!("PROMISE P3 cases={} violations=0 orphans=0", seen.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_of_one_account_leave_one_at_a_time() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let other = world.another_desk();
    other.settle_at_start().await;
    world.broker.in_every_post(Arc::new(|_| Box::pin(async { tokio::task::yield_now().await })));
    let orders = (1..=20).map(|shares| {
        let desk = if shares % 2 == 0 { world.desk.clone() } else { other.clone() };
        tokio::spawn(async move { desk.place(tenant, ask(market(shares))).await })
    });
    for placed in join_all(orders).await {
        sent(placed.unwrap().unwrap());
    }
    assert_eq!(world.broker.posted().len(), 20);
    assert_eq!(world.broker.most_posting(), 1, "across two desks, too");
    let rows = world.db.as_superuser("SELECT client_order_id FROM app.intents ORDER BY seq").await;
    let decided: Vec<String> = rows.into_iter().map(|row| row[0].clone().unwrap()).collect();
    let left: Vec<String> = world.broker.posted().into_iter().map(|(_, id)| id.to_string()).collect();
    assert_eq!(left, decided, "in the order in which they were decided");
}

#[tokio::test]
async fn accounts_do_not_wait_for_each_other() {
    let world = World::open().await;
    let (slow, quick) = (world.member(1, Environment::Paper).await, world.member(2, Environment::Paper).await);
    world.broker.plan(Plan::Hang);
    let desk = world.desk.clone();
    let hanging = tokio::spawn(async move { desk.place(slow, ask(market(1))).await });
    until(|| async { world.broker.posted().len() == 1 }).await;
    assert_eq!(world.sent(quick, market(2)).await.life.state, State::AtBroker);
    hanging.abort();
}

#[tokio::test]
async fn a_timed_out_submit_is_never_called_rejected() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let doubts = [
        Doubt::TimedOut,
        Doubt::ConnectionLost,
        Doubt::ServerError { status: 504 },
        Doubt::Unreadable { status: 200 },
        Doubt::DuplicateId,
        Doubt::RateLimited { until: None },
    ];
    let mut cases = 0;
    for doubt in doubts {
        for landed in [true, false] {
            cases += 1;
            let (silent, lost) = (Plan::LandSilently(doubt.clone()), Plan::Lose(doubt.clone()));
            world.broker.plan(if landed { silent } else { lost });
            let receipt = world.sent(tenant, market(cases)).await;
            assert_eq!(receipt.life.state, State::Unconfirmed, "{doubt:?}, landed: {landed}");
            assert_eq!(receipt.life.doubt, Some(doubt.clone()));
            assert_eq!(world.intent(tenant, receipt.intent).await.life, receipt.life);
        }
    }
    assert_eq!(world.broker.posted().len(), 12, "none was sent twice");
    println!("PROMISE P2 cases={cases} violations=0 unconfirmed={cases}");
}

#[tokio::test]
async fn a_refusal_is_told_as_the_broker_gave_it() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    world.broker.plan(Plan::Refuse(RefusalReason::NotTradable));
    let receipt = world.sent(tenant, market(5)).await;
    assert_eq!(receipt.life.state, State::Over(Ending::Refused));
    assert_eq!(receipt.life.refusal.unwrap().reason, RefusalReason::NotTradable);
    assert_eq!(world.actions(tenant).await.last().unwrap(), "order_refused");
}

#[tokio::test]
async fn an_answer_about_another_order_is_not_taken_for_ours() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    world.broker.plan(Plan::Distort);
    let receipt = world.sent(tenant, market(5)).await;
    assert_eq!(receipt.life.state, State::Unconfirmed);
    assert_eq!(receipt.life.broker_order, None);
    let book = world.db.as_superuser("SELECT count(*)::text FROM app.audit WHERE detail::text LIKE '%anomaly%'").await;
    assert_eq!(book[0][0].as_deref(), Some("1"));
}

#[tokio::test]
async fn refused_keys_are_marked_and_not_tried_again() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Live).await;
    let card = world.card(tenant).await;
    world.broker.withdraw_keys(&crate::world::key_of(tenant, Environment::Live, "live"));
    let refused = world.click(tenant, card.ticket).await.unwrap_err();
    let no_longer = Refused::KeysNoLongerAccepted(card.account.name.clone(), card.account.id);
    assert_eq!(refused, no_longer);
    assert_eq!(world.states().await, ["refused"]);
    let accounts = world.desk.accounts(tenant).await.unwrap();
    assert_eq!(accounts.list[0].status, AccountStatus::KeysRefused);
    assert!(world.actions(tenant).await.contains(&"keys_refused".to_owned()));
    let asked = world.broker.asked("account");
    assert_eq!(world.balance(tenant, None).await.unwrap_err(), no_longer);
    assert_eq!(world.broker.asked("account"), asked);
}

#[tokio::test]
async fn local_rules_stop_an_order_before_the_broker_does() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    world.broker.holds(3);
    let unknown = domain::order::Order { symbol: domain::symbol::Symbol::parse("ZZZZ").unwrap(), ..market(1) };
    assert_eq!(world.place(tenant, unknown.clone()).await.unwrap_err(), Refused::UnknownSymbol(unknown.symbol));
    let sell = domain::order::Order { side: domain::order::Side::Sell, ..market(5) };
    assert!(matches!(world.place(tenant, sell).await.unwrap_err(), Refused::Rule(_)));
    let extended = domain::order::Order { extended_hours: true, ..market(5) };
    assert!(matches!(world.place(tenant, extended).await.unwrap_err(), Refused::Rule(_)));
    assert!(world.broker.posted().is_empty());
    assert!(world.states().await.is_empty());
}

#[tokio::test]
async fn an_outcome_that_cannot_be_written_is_told_now_and_written_later() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    // Stands for a database that goes away between the POST and its outcome.
    world.db.as_superuser("ALTER TABLE app.intents ADD CONSTRAINT away CHECK (state = 'intended')").await;
    let receipt = world.sent(tenant, limit(5, "90")).await;
    assert_eq!(receipt.life.state, State::AtBroker, "the user hears what the broker said");
    assert_eq!(world.states().await, ["intended"]);
    assert!(!world.desk.drain(std::time::Duration::from_millis(1)).await, "something is still to be written");
    world.db.as_superuser("ALTER TABLE app.intents DROP CONSTRAINT away").await;
    until(|| async { world.states().await == ["at_broker"] }).await;
    assert!(world.desk.drain(crate::world::PATIENCE).await);
    assert_eq!(world.broker.posted().len(), 1);
    sent(world.place(tenant, market(1)).await.unwrap());
}
