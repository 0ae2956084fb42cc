//! What Paddock tells by itself, through the real service: to who asked for it, once, also when the process dies in between.

use crate::harness::{Friend, PATIENCE, Town};
use domain::clock::{Clock, SystemClock};
use rust_decimal::Decimal;
use sim::discord::{DmPolicy, MessageView, Place};
use sim::exchange::Environment;
use std::time::Duration;

/// A resting order, decided long before Discord stopped taking edits of its message, and then canceled at Alpaca.
async fn ends_late(town: &Town, friend: &Friend) {
    let order = friend.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "1"), ("limit", "1")]).await;
    order.message_when(|m| m.text().contains("Working")).await.unwrap();
    town.db
        .as_superuser("SET session_replication_role = replica; UPDATE app.intents SET created_at = created_at - interval '20 minutes'")
        .await;
    let said = friend.says("cancel", &[("order", "all")]).await;
    friend.presses(&said, &said.buttons().remove(0)).await.message_when(|m| !m.text().contains("?")).await.unwrap();
    hurry(town).await;
}

async fn hurry(town: &Town) {
    town.db
        .as_superuser(
            "UPDATE app.intents SET next_look_at = now(), version = version + 1 WHERE next_look_at IS NOT NULL",
        )
        .await;
}

async fn told(friend: &Friend, count: usize) -> Vec<MessageView> {
    let clock = SystemClock::start();
    loop {
        let told: Vec<_> = friend.user.dms();
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
    ends_late(&town, &silent).await;
    ends_late(&town, &ham).await;
    let told = told(&ham, 1).await;
    for word in ["PAPER", "Canceled", "/settings notices:off"] {
        assert!(told[0].text().contains(word), "{word}: {}", told[0].text());
    }
    town.until_sql("select string_agg(outcome, ',') from app.notices", "sent").await;
    // A process that died between Discord's answer and our note sends it again, under the same id.
    town.kill();
    town.db.as_superuser("UPDATE app.notices SET outcome = NULL, ended_at = NULL, due_at = now()").await;
    town.start().await;
    town.until_sql("select string_agg(outcome, ',') from app.notices", "sent").await;
    assert_eq!(ham.user.dms().len(), 1, "Discord knows the message by its id");
    assert!(silent.user.dms().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_door_is_respected_and_said() {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    for (name, policy) in [("ham", DmPolicy::Blocked), ("eggs", DmPolicy::Closed)] {
        let friend = town.friend(name);
        friend.links(Environment::Paper).await;
        friend.says("settings", &[("notices", "on")]).await;
        friend.user.set_dm_policy(policy);
        ends_late(&town, &friend).await;
    }
    town.until_sql("select string_agg(outcome, ',') from app.notices", "undeliverable,undeliverable").await;
    town.until_sql("select count(*)::text from app.users where settings ->> 'notices' = 'undeliverable'", "2").await;
    let said = town.friend("ham").says("settings", &[]).await;
    assert!(said.text().contains("Discord did not let a message through"), "{}", said.text());
}
