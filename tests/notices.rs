//! What Paddock tells by itself, through the real service: to who asked for it, once, also when the process dies in between.

use crate::harness::{Friend, PATIENCE, Town};
use domain::clock::{Clock, SystemClock};
use rust_decimal::Decimal;
use sim::discord::{DmPolicy, MessageView, Place};
use sim::exchange::Environment;
use std::time::Duration;

/// Resting orders, decided long before Discord stopped taking edits of their messages, and then canceled at Alpaca.
async fn end_late(town: &mut Town, friends: &[&Friend]) {
    for friend in friends {
        let order = friend.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "1"), ("limit", "1")]).await;
        order.message_when(|m| m.text().contains("Working")).await.unwrap();
    }
    // Nobody follows the messages any more, as after a quarter of an hour.
    town.restart().await;
    let older = "UPDATE app.intents SET created_at = created_at - interval '20 minutes'";
    town.db.as_superuser(&format!("SET session_replication_role = replica; {older}")).await;
    for friend in friends {
        let asked = friend.says("cancel", &[("order", "all")]).await;
        let canceled = friend.presses(&asked, &asked.buttons().remove(0)).await;
        canceled.message_when(|m| m.text().contains("Cancel taken")).await.unwrap();
    }
    hurry(town).await;
}

async fn hurry(town: &Town) {
    town.db
        .as_superuser(
            "UPDATE app.intents SET next_look_at = now(), version = version + 1 WHERE next_look_at IS NOT NULL",
        )
        .await;
}

/// What the friend was told of orders: whoever wants to be written to also hears of their audit log once a day.
fn of_orders(friend: &Friend) -> Vec<MessageView> {
    friend.user.dms().into_iter().filter(|told| !told.text().contains("Your audit log today")).collect()
}

async fn told(friend: &Friend, count: usize) -> Vec<MessageView> {
    let clock = SystemClock::start();
    loop {
        let told = of_orders(friend);
        if told.len() >= count {
            return told;
        }
        assert!(clock.elapsed() < PATIENCE, "a direct message comes");
        clock.sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_friend_who_asked_is_told_of_a_late_end_once_and_one_who_did_not_is_not() {
    let mut town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let (ham, silent) = (town.friend("ham"), town.friend("silent"));
    for friend in [&ham, &silent] {
        friend.links(Environment::Paper).await;
    }
    assert!(ham.says("settings", &[]).await.text().contains("off"), "nobody is asked on their behalf");
    let set = ham.says("settings", &[("notices", "on")]).await;
    assert!(set.ephemeral && set.text().contains("on"), "{}", set.text());
    end_late(&mut town, &[&silent, &ham]).await;
    let told = told(&ham, 1).await;
    for word in ["PAPER", "Canceled", "/settings notices:off"] {
        assert!(told[0].text().contains(word), "{word}: {}", told[0].text());
    }
    town.until_sql("select string_agg(outcome, ',') from app.notices where about not like 'book_end%'", "sent").await;
    // A process that died between Discord's answer and our note sends it again, under the same id.
    town.kill();
    town.db.as_superuser("UPDATE app.notices SET outcome = NULL, ended_at = NULL, due_at = now()").await;
    town.start().await;
    town.until_sql("select string_agg(outcome, ',') from app.notices where about not like 'book_end%'", "sent").await;
    assert_eq!(of_orders(&ham).len(), 1, "Discord knows the message by its id");
    assert!(silent.user.dms().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_door_is_respected_and_said() {
    let mut town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let (ham, eggs) = (town.friend("ham"), town.friend("eggs"));
    for (friend, policy) in [(&ham, DmPolicy::Blocked), (&eggs, DmPolicy::Closed)] {
        friend.links(Environment::Paper).await;
        friend.says("settings", &[("notices", "on")]).await;
        friend.user.set_dm_policy(policy);
    }
    end_late(&mut town, &[&ham, &eggs]).await;
    town.until_sql(
        "select string_agg(outcome, ',') from app.notices where about not like 'book_end%'",
        "undeliverable,undeliverable",
    )
    .await;
    town.until_sql("select count(*)::text from app.users where settings ->> 'notices' = 'undeliverable'", "2").await;
    let said = ham.says("settings", &[]).await;
    assert!(said.text().contains("Discord did not let a message through"), "{}", said.text());
}
