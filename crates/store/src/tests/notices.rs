use super::world::{World, alice, eve, new_intent_id};
use crate::NoticeOutcome;
use domain::ids::NoticeId;
use domain::notice::Notice;
use domain::settings::Notices;
use domain::tenant::Tenant;
use std::time::Duration;

const SPAN: Duration = Duration::from_mins(1);

async fn due(world: &World) -> Vec<(Tenant, NoticeId)> {
    world.db.store().system().await.unwrap().due_notices(100).await.unwrap()
}

#[tokio::test]
async fn only_who_wants_to_be_told_is_told_and_each_fact_once() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    assert!(!tx.notify(&Notice::Stuck { intent: world.intent }, Duration::ZERO).await.unwrap(), "it waits already");
    let settled = Notice::Settled { intent: world.intent };
    assert!(tx.notify(&settled, SPAN).await.unwrap());
    assert!(tx.withdraw_notice(&settled).await.unwrap(), "the message told it first");
    assert!(!tx.notify(&settled, SPAN).await.unwrap(), "and it is told once");
    tx.change_settings(&serde_json::json!({ "notices": "off" })).await.unwrap();
    assert!(!tx.notify(&Notice::LateArrival { intent: world.intent }, Duration::ZERO).await.unwrap());
    tx.commit().await.unwrap();
    let mut tx = world.db.store().tenant(eve()).await.unwrap();
    assert!(
        !tx.notify(&Notice::Stuck { intent: new_intent_id() }, Duration::ZERO).await.unwrap(),
        "off is the default"
    );
}

#[tokio::test]
async fn of_a_hundred_senders_one_has_a_notice_and_its_claim_runs_out() {
    let world = World::new().await;
    let mut claims = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (store, notice) = (world.db.store().clone(), world.notice);
        claims.spawn(async move {
            // More senders than connections: whoever waits too long for one asks again.
            loop {
                let Ok(mut tx) = store.tenant(alice()).await else { continue };
                let Ok(claimed) = tx.claim_notice(notice, SPAN).await else { continue };
                tx.commit().await.unwrap();
                return claimed;
            }
        });
    }
    let winners: Vec<_> = claims.join_all().await.into_iter().flatten().collect();
    assert_eq!(winners.len(), 1);
    assert_eq!((winners[0].tries, winners[0].consent, winners[0].channel), (1, Notices::On, None));
    assert_eq!(due(&world).await, []);
    let mut tx = world.tx().await;
    tx.postpone_notice(world.notice, Duration::ZERO).await.unwrap();
    tx.set_dm_channel(Some(77)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = world.tx().await;
    let again = tx.claim_notice(world.notice, SPAN).await.unwrap().unwrap();
    assert_eq!((again.tries, again.channel), (2, Some(77)));
    tx.end_notice(world.notice, NoticeOutcome::Sent).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = world.tx().await;
    assert_eq!(tx.claim_notice(world.notice, SPAN).await.unwrap(), None, "what was sent is over");
}

#[tokio::test]
async fn a_users_many_notices_leave_room_for_anothers_one() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    for _ in 0..50 {
        assert!(tx.notify(&Notice::Settled { intent: new_intent_id() }, Duration::ZERO).await.unwrap());
    }
    tx.commit().await.unwrap();
    let mut tx = world.db.store().tenant(eve()).await.unwrap();
    tx.change_settings(&serde_json::json!({ "notices": "on" })).await.unwrap();
    assert!(tx.notify(&Notice::Settled { intent: new_intent_id() }, Duration::ZERO).await.unwrap());
    tx.commit().await.unwrap();
    let users: Vec<_> = due(&world).await.into_iter().map(|(tenant, _)| tenant).collect();
    assert_eq!(users, [alice(), eve()]);
    let mut tx = world.tx().await;
    assert_eq!(tx.end_all_notices(NoticeOutcome::Undeliverable).await.unwrap(), 51);
    tx.commit().await.unwrap();
    assert_eq!(due(&world).await.len(), 1);
}

#[tokio::test]
async fn a_setting_that_this_program_does_not_know_survives_a_change() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    tx.change_settings(&serde_json::json!({ "notices": "undeliverable" })).await.unwrap();
    assert_eq!(tx.settings().await.unwrap().notices, Notices::Undeliverable);
    tx.commit().await.unwrap();
    let kept = world.db.as_superuser("SELECT settings ->> 'note' FROM app.users WHERE user_id = 111").await;
    assert_eq!(kept[0][0].as_deref(), Some("canary"));
}

#[tokio::test]
async fn what_ended_a_month_ago_is_thrown_away_and_nothing_else() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    tx.notify(&Notice::Settled { intent: world.intent }, Duration::ZERO).await.unwrap();
    tx.end_notice(world.notice, NoticeOutcome::GivenUp).await.unwrap();
    tx.commit().await.unwrap();
    let purged = async || world.db.store().system().await.unwrap();
    let mut tx = purged().await;
    assert_eq!(tx.purge_notices().await.unwrap(), 0);
    world
        .db
        .as_superuser("UPDATE app.notices SET ended_at = now() - interval '31 days', made_at = now() - interval '60 days' WHERE outcome IS NOT NULL")
        .await;
    let mut tx = purged().await;
    assert_eq!(tx.purge_notices().await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(due(&world).await.len(), 1, "what still waits stays");
}
