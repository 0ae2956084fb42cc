//! Alpaca down, PostgreSQL down, and back: everything is acknowledged, nothing is claimed, nothing is lost.

use crate::harness::{PATIENCE, Town};
use domain::clock::{Clock, SystemClock};
use rust_decimal::Decimal;
use sim::discord::Place;
use sim::exchange::{Endpoint, Environment, Fault, FaultRule, Origin};

#[tokio::test(flavor = "multi_thread")]
async fn when_alpaca_is_down_every_command_says_so_and_nothing_is_sent() {
    let town = Town::open().await;
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    for origin in [Origin::Trading(Environment::Paper), Origin::Data] {
        town.exchange.set_down(origin, true);
    }
    for (command, options) in [
        ("balance", vec![]),
        ("positions", vec![]),
        ("orders", vec![]),
        ("buy", vec![("symbol", "AAPL"), ("quantity", "1")]),
    ] {
        let answer = ham.says(command, &options).await;
        assert!(answer.text().contains("Alpaca"), "/{command}: {}", answer.text());
    }
    assert!(town.exchange.orders(ham.paper.account_id).is_empty());
    for origin in [Origin::Trading(Environment::Paper), Origin::Data] {
        town.exchange.set_down(origin, false);
    }
    assert!(ham.says("balance", &[]).await.text().contains("$100,000.00"));
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_database_pauses_commands_are_acknowledged_and_work_again_after() {
    let town = Town::open_alone().await;
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    town.db.pause();
    let mut acknowledged = 0;
    for command in ["balance", "positions", "orders", "account list"] {
        let act = ham.runs(Place::Server, command, &[]).await;
        act.ack().await.unwrap();
        acknowledged += 1;
        let told = act.reply().await.unwrap();
        assert!(told.text().contains("database"), "/{command}: {}", told.text());
    }
    town.db.resume();
    assert_eq!(acknowledged, 4);
    let clock = SystemClock::start();
    loop {
        let answer = ham.says("balance", &[]).await.text();
        if answer.contains("$100,000.00") {
            break;
        }
        assert!(clock.elapsed() < PATIENCE, "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_database_restarts_the_bot_goes_on_by_itself() {
    let mut town = Town::open_alone().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    town.db.restart().await;
    let clock = SystemClock::start();
    while !ham.says("balance", &[]).await.text().contains("$100,000.00") {
        assert!(clock.elapsed() < PATIENCE, "{}", town.log());
    }
    let order = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "1")]).await;
    order.message_when(|m| m.text().contains("Filled")).await.unwrap();
    assert_eq!(town.exchange.orders(ham.paper.account_id).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_shown_as_unconfirmed_and_settled_by_look_up_without_a_second_order() {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let mut placed = 0;
    for fault in [Fault::TimedOutAfter, Fault::ResetAfter, Fault::TruncatedJson, Fault::CutBody] {
        town.exchange.push_fault(FaultRule::once(Endpoint::SubmitOrder, fault.clone()));
        let order = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "1")]).await;
        let told = order.message_when(|m| m.text().contains("Filled")).await.unwrap();
        assert!(!told.text().contains("refused"), "{fault:?}: {}", told.text());
        placed += 1;
        assert_eq!(town.exchange.orders(ham.paper.account_id).len(), placed, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_alpaca_refuses_is_shown_with_its_reason() {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let order = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "100000")]).await;
    let told = order.message_when(|m| m.text().to_lowercase().contains("buying power")).await.unwrap();
    assert!(!told.text().contains("40310000"), "plain words: {}", told.text());
    assert!(town.exchange.orders(ham.paper.account_id).is_empty());
}
