use crate::kit::{Heard, Stage, Wire, send};
use serde_json::{Value, json};
use sim::discord::{EventFault, Malformed, Place, RestFault};
use std::time::Duration;

#[tokio::test]
async fn events_are_dropped_doubled_and_delayed_on_demand() {
    let stage = Stage::set().await;
    let (mut wire, _) = Wire::identified(&stage.discord, false, 0).await;
    for fault in [EventFault::Drop, EventFault::Duplicate, EventFault::Delay(Duration::from_millis(30))] {
        stage.discord.next_event(fault);
    }
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(stage.buy().await.id.to_string());
    }
    let mut heard = Vec::new();
    for _ in 0..4 {
        heard.push(wire.frame().await["d"]["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(heard, [&ids[1], &ids[1], &ids[3], &ids[2]].map(Clone::clone), "2 twice, 4 before the late 3, 1 never");
}

#[tokio::test]
async fn connections_end_in_every_way_there_is() {
    let stage = Stage::set().await;
    let discord = &stage.discord;
    let cut = || discord.cut_connections();
    let coded = || discord.close_connections(4009);
    let codeless = || discord.close_without_code();
    let ways: [(&dyn Fn(), Heard); 3] =
        [(&cut, Heard::Cut), (&coded, Heard::Closed(Some(4009))), (&codeless, Heard::Closed(None))];
    for (end, expected) in ways {
        let (mut wire, _) = Wire::identified(discord, false, 0).await;
        end();
        assert_eq!(wire.hear().await, expected);
    }
    let (mut wire, ready) = Wire::identified(discord, false, 0).await;
    discord.ask_reconnect();
    assert_eq!(wire.frame().await["op"], 7);
    discord.invalidate_session(false);
    assert_eq!(wire.frame().await, json!({"op": 9, "d": false}));
    let mut wire = Wire::resume(discord, ready["session_id"].as_str().unwrap(), 1).await;
    assert_eq!(wire.frame().await["op"], 9, "an invalidated session is gone");
}

#[tokio::test]
async fn unreadable_frames_and_raw_events_are_sent_on_demand() {
    let stage = Stage::set().await;
    let (mut wire, _) = Wire::identified(&stage.discord, false, 0).await;
    for how in [Malformed::NotJson, Malformed::NotZlib, Malformed::WrongShape, Malformed::UnknownOp] {
        stage.discord.send_malformed(how);
    }
    assert!(wire.frame().await.is_string());
    assert_eq!(wire.frame().await, Value::Null);
    assert_eq!(wire.frame().await["op"], "zero");
    assert_eq!(wire.frame().await["op"], 77);
    stage.discord.inject_raw(json!({"t": "ENTITLEMENT_CREATE", "d": {"id": "1"}}));
    assert_eq!(wire.frame().await["t"], "ENTITLEMENT_CREATE");
    let act = stage.buy().await;
    let first = wire.frame().await;
    stage.discord.replay_interaction(&act);
    let again = wire.frame().await;
    assert_eq!(first["d"], again["d"]);
    assert_ne!(first["s"], again["s"]);
}

#[tokio::test]
async fn rest_faults_hit_the_requests_they_name_and_a_lost_answer_was_still_carried_out() {
    let stage = Stage::set().await;
    let act = stage.buy().await;
    let answer = json!({"type": 4, "data": {"content": "hello"}});
    stage.discord.fail_rest("/callback", RestFault::TooMany { retry_after: 1.5, global: false }, 1);
    stage.discord.fail_rest("/callback", RestFault::Html(503), 1);
    stage.discord.fail_rest("/callback", RestFault::LoseAnswer, 1);
    let limited = stage.callback(&act, answer.clone()).await;
    assert_eq!((limited.status, &limited.body["retry_after"]), (429, &json!(1.5)));
    assert!(limited.headers.contains("retry-after: 2"), "{}", limited.headers);
    let html = stage.callback(&act, answer.clone()).await;
    assert_eq!(html.status, 503);
    assert!(html.headers.contains("text/html"));
    assert!(stage.ham.sees(Place::Server).is_empty());
    assert_eq!(stage.callback(&act, answer.clone()).await.status, 502);
    stage.discord.fail_rest("/callback", RestFault::Coded { status: 404, code: 10_062 }, 1);
    stage.callback(&act, answer.clone()).await.refused(404, 10_062);
    assert_eq!(act.reply().await.unwrap().content, "hello");
    stage.callback(&act, answer).await.refused(400, 40_060);
}

#[tokio::test]
async fn rate_limits_are_always_told_and_bite_only_when_enforced() {
    let stage = Stage::set().await;
    let path = format!("/channels/{}/messages", stage.discord.channel_id());
    for left in [4, 3, 2, 1, 0, 0, 0] {
        let answer = stage.bot("POST", &path, json!({"content": "x"})).await;
        assert_eq!(answer.status, 200);
        assert!(answer.headers.contains(&format!("x-ratelimit-remaining: {left}\r")), "{}", answer.headers);
    }
    stage.discord.enforce_rate_limits(true);
    let limited = stage.bot("POST", &path, json!({"content": "x"})).await;
    assert_eq!(limited.status, 429);
    assert_eq!(limited.body["retry_after"], json!(5.0));
    stage.clock.advance(chrono::TimeDelta::seconds(5));
    assert_eq!(stage.bot("POST", &path, json!({"content": "x"})).await.status, 200);
}

#[tokio::test]
async fn every_byte_the_bot_sends_can_be_searched() {
    let stage = Stage::set().await;
    let head = "X-Odd: needle-in-header\r\n";
    send(
        &stage.discord,
        "POST",
        "/interactions/1/needle-in-path/callback?q=needle-in-query",
        head,
        "text/odd",
        b"\xff\xfeneedle-in-body",
    )
    .await;
    let received = stage.discord.received();
    let last = received.last().unwrap();
    for needle in ["needle-in-header", "needle-in-path", "needle-in-query", "needle-in-body"] {
        assert!(last.contains(needle), "{needle}");
    }
    assert!(!last.contains("needle-in-a-haystack"));
    assert_eq!((last.status, last.method.as_str()), (400, "POST"));
}

#[tokio::test]
async fn upgrades_are_refused_on_demand_and_only_so_often() {
    let stage = Stage::set().await;
    stage.discord.refuse_upgrades(1);
    let url = format!("{}?v=10", stage.discord.gateway_url());
    assert!(tokio_tungstenite::connect_async(&url).await.is_err());
    stage.discord.hang_upgrades(1);
    assert!(tokio::time::timeout(Duration::from_millis(50), tokio_tungstenite::connect_async(&url)).await.is_err());
    assert!(tokio_tungstenite::connect_async(&url).await.is_ok());
}
