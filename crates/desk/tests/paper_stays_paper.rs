//! Paper never becomes live, not even by hand in the database.

use crate::world::{World, ask, click, interaction, market, user};
use desk::confirm::Ack;
use desk::place::Ask;
use desk::views::Placed;
use domain::account::Environment;

/// What is edited in the database, past every trigger and grant, between two commands of a user with paper accounts only.
const EDITS: [&str; 5] = [
    "UPDATE app.accounts SET environment = 'live'",
    "UPDATE app.tickets SET environment = 'live'",
    "UPDATE app.accounts SET environment = 'live'; UPDATE app.tickets SET environment = 'live'",
    "ALTER TABLE app.intents DROP CONSTRAINT intents_live_needs_click; UPDATE app.accounts SET environment = 'live'; \
     UPDATE app.tickets SET environment = 'live'; UPDATE app.intents SET environment = 'live'",
    "UPDATE app.credentials c SET ciphertext = l.ciphertext, fingerprint = l.fingerprint \
     FROM app.credentials l, app.accounts a \
     WHERE a.account_id = l.account_id AND a.environment = 'live' AND c.account_id <> l.account_id",
];

#[tokio::test]
async fn paper_never_becomes_live() {
    let mut cases = 0;
    let mut live_from_paper = 0;
    for edit in EDITS {
        let world = World::open().await;
        let tenant = world.member(1, Environment::Paper).await;
        world.member(2, Environment::Live).await;
        let asked = Ask { card: true, ..ask(market(5)) };
        let Placed::Ask(card) = world.desk.place(tenant, asked).await.unwrap() else { panic!("not asked") };
        world.sent(tenant, market(1)).await;
        let live_before = world.broker.asked_of(Environment::Live);
        world.db.as_superuser(&format!("SET session_replication_role = replica; {edit}")).await;

        let clicked = world.desk.confirm(tenant, click(card.ticket), async { Ack::Accepted }).await;
        assert!(clicked.is_err(), "{edit}: {clicked:?}");
        // Where only the ticket was edited the account is still good for paper orders.
        let _ = world.desk.place(tenant, ask(market(3))).await;
        let _ = world.balance(tenant, None).await;
        let _ = world.desk.use_account(tenant, "paper", interaction()).await;
        world.all_due().await;
        world.desk.settle_at_start().await;
        cases += 5;
        live_from_paper += world.broker.asked_of(Environment::Live) - live_before;
        assert!(world.broker.posted().iter().all(|(environment, _)| *environment == Environment::Paper), "{edit}");
    }
    assert_eq!(live_from_paper, 0);
    println!("PROMISE P13 cases={cases} violations=0 live_requests_from_paper={live_from_paper}");
}

#[tokio::test]
async fn an_order_goes_to_the_environment_of_its_account_and_nowhere_else() {
    let world = World::open().await;
    let tenant = user(1);
    world.link(tenant, Environment::Paper, "play").await;
    let paper_only = world.broker.asked_of(Environment::Live);
    for shares in 1..=3 {
        world.sent(tenant, market(shares)).await;
    }
    assert_eq!(world.broker.asked_of(Environment::Live), paper_only);
    world.link(tenant, Environment::Live, "real").await;
    let asked = Ask { account: Some("REAL".into()), ..ask(market(4)) };
    let Placed::Ask(card) = world.desk.place(tenant, asked).await.unwrap() else { panic!("live without a click") };
    world.click(tenant, card.ticket).await.unwrap();
    let posted: Vec<Environment> = world.broker.posted().into_iter().map(|(environment, _)| environment).collect();
    assert_eq!(posted, [Environment::Paper, Environment::Paper, Environment::Paper, Environment::Live]);
}
