//! Requests that are wrong before they say anything: names, types, methods, ids, paces.

use crate::kit::{Heard, Stage, Wire, send};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sim::clock::WorldClock;
use sim::discord::{Discord, DiscordSetup};
use std::time::Duration;

#[tokio::test]
async fn a_client_says_who_it_is_what_it_sends_and_which_version_it_speaks() {
    let stage = Stage::set().await;
    let post = format!("/channels/{}/messages", stage.discord.channel_id());
    let token = format!("Authorization: Bot {}\r\n", stage.discord.token());
    let say = async |path: &str, head: &str, kind: &str, body: &str| {
        send(&stage.discord, "POST", path, &format!("{token}{head}"), kind, body.as_bytes()).await
    };
    let hello = r#"{"content": "hello"}"#;
    say(&post, "User-Agent: \r\n", "application/json", hello).await.refused(403, 40_333);
    for kind in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let answer = say(&post, "", kind, hello).await;
        answer.refused(400, 50_035);
        assert_eq!(answer.body["errors"]["_errors"][0]["code"], "CONTENT_TYPE_INVALID", "{kind:?}");
    }
    for version in ["8", "11", "x"] {
        say(&format!("/api/v{version}{post}"), "", "application/json", hello).await.refused(400, 50_041);
    }
    for base in ["/api/v9", "/api/v10", "/api"] {
        let answer = say(&format!("{base}{post}"), "", "application/json; charset=utf-8", hello).await;
        assert_eq!(answer.status, 200, "{base}");
    }
}

#[tokio::test]
async fn a_known_path_with_another_method_is_405_and_an_unknown_one_404() {
    let stage = Stage::set().await;
    let (channel, app) = (stage.discord.channel_id(), stage.discord.application_id());
    let act = stage.buy().await;
    for (method, path) in [
        ("POST", "/gateway/bot".to_owned()),
        ("DELETE", "/users/@me".to_owned()),
        ("GET", "/users/@me/channels".to_owned()),
        ("GET", format!("/interactions/{}/{}/callback", act.id, act.token)),
        ("PUT", format!("/channels/{channel}/messages")),
        ("POST", format!("/channels/{channel}/messages/1")),
        ("DELETE", format!("/applications/{app}/commands")),
    ] {
        assert_eq!(stage.bot(method, &path, Value::Null).await.status, 405, "{method} {path}");
    }
    for path in ["/nowhere", "/channels/1/nowhere", "/gateway/nowhere"] {
        assert_eq!(stage.bot("GET", path, Value::Null).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn what_should_be_an_id_and_is_none_is_refused_by_name() {
    let stage = Stage::set().await;
    let channel = stage.discord.channel_id();
    for (method, path, body, field) in [
        ("GET", "/channels/trading".to_owned(), Value::Null, "channel_id"),
        ("GET", format!("/channels/{channel}/messages/first"), Value::Null, "message_id"),
        ("GET", "/users/ham".to_owned(), Value::Null, "user_id"),
        ("POST", "/users/@me/channels".to_owned(), json!({"recipient_id": "ham"}), "recipient_id"),
    ] {
        let answer = stage.bot(method, &path, body).await;
        answer.refused(400, 50_035);
        assert_eq!(answer.body["errors"][field]["_errors"][0]["code"], "NUMBER_TYPE_COERCE", "{path}");
    }
    stage.bot("GET", "/channels/1", Value::Null).await.refused(404, 10_003);
    stage.bot("GET", "/users/1", Value::Null).await.refused(404, 10_013);
    stage.bot("POST", "/users/@me/channels", json!({"recipient_id": "1"})).await.refused(400, 50_033);
}

#[tokio::test]
async fn a_reply_needs_the_message_it_answers() {
    let stage = Stage::set().await;
    let post = format!("/channels/{}/messages", stage.discord.channel_id());
    let reply = |to: &Value, mind: bool| json!({"content": "re", "message_reference": {"message_id": to, "fail_if_not_exists": mind}});
    let first = stage.bot("POST", &post, json!({"content": "first"})).await;
    let answered = stage.bot("POST", &post, reply(&first.body["id"], true)).await;
    assert_eq!(answered.body["message_reference"]["message_id"], first.body["id"]);
    let nothing = stage.bot("POST", &post, reply(&json!("77"), true)).await;
    nothing.refused(400, 50_035);
    assert_eq!(nothing.body["errors"]["message_reference"]["_errors"][0]["code"], "REPLIES_UNKNOWN_MESSAGE");
    assert_eq!(stage.bot("POST", &post, reply(&json!("77"), false)).await.status, 200);
}

#[tokio::test]
async fn two_hundred_new_commands_a_day_and_not_one_more() {
    let stage = Stage::set().await;
    let path = format!("/applications/{}/commands", stage.discord.application_id());
    // The stage has two already.
    let names = |from: usize| -> Value {
        (from..from + 99).map(|n| json!({"name": format!("c{n}"), "description": "d"})).collect()
    };
    assert_eq!(stage.bot("PUT", &path, names(0)).await.status, 200);
    assert_eq!(stage.bot("PUT", &path, names(0)).await.status, 200, "the same names again are none");
    assert_eq!(stage.bot("PUT", &path, names(99)).await.status, 200);
    let one = json!({"name": "one", "description": "d"});
    stage.bot("POST", &path, one.clone()).await.refused(400, 30_034);
    stage.clock.advance(TimeDelta::hours(24));
    assert_eq!(stage.bot("POST", &path, one).await.status, 200);
}

#[tokio::test]
async fn a_command_is_changed_field_by_field() {
    let stage = Stage::set().await;
    let path = format!("/applications/{}/commands", stage.discord.application_id());
    let before = stage.bot("GET", &path, Value::Null).await.body[0].clone();
    let one = format!("{path}/{}", before["id"].as_str().unwrap());
    let after = stage.bot("PATCH", &one, json!({"description": "Buy more"})).await.body;
    assert_eq!(
        (&after["description"], &after["name"], &after["id"]),
        (&json!("Buy more"), &json!("buy"), &before["id"])
    );
    assert_ne!(after["version"], before["version"]);
    stage.bot("PATCH", &one, json!({"description": ""})).await.refused(400, 50_035);
    stage.bot("PATCH", &format!("{path}/1"), json!({})).await.refused(404, 10_063);
}

#[tokio::test]
async fn fifty_requests_a_second_are_the_whole_bots_and_interactions_do_not_count() {
    let stage = Stage::set().await;
    stage.discord.enforce_rate_limits(true);
    for number in 0..50 {
        assert_eq!(stage.bot("GET", &format!("/users/{number}"), Value::Null).await.status, 404);
    }
    let over = stage.bot("GET", "/users/51", Value::Null).await;
    assert_eq!((over.status, &over.body["global"]), (429, &json!(true)));
    assert!(over.headers.contains("x-ratelimit-global: true"), "{}", over.headers);
    let act = stage.buy().await;
    assert_eq!(stage.callback(&act, json!({"type": 5})).await.status, 204);
    stage.clock.advance(TimeDelta::seconds(1));
    assert_eq!(stage.bot("GET", "/users/52", Value::Null).await.status, 404);
}

#[tokio::test]
async fn a_client_that_stops_its_heartbeats_loses_its_session() {
    let clock = WorldClock::frozen_at("2026-11-20T15:00:00Z".parse().unwrap());
    let heartbeat = Duration::from_millis(40);
    let discord = Discord::start(DiscordSetup { heartbeat, ..DiscordSetup::new(clock, 42) }).await.unwrap();
    let (mut wire, ready) = Wire::identified(&discord, false, 0).await;
    wire.say(json!({"op": 1, "d": 1})).await;
    assert_eq!(wire.frame().await["op"], 11);
    assert_eq!(wire.hear().await, Heard::Closed(Some(4009)));
    let mut wire = Wire::resume(&discord, ready["session_id"].as_str().unwrap(), 1).await;
    assert_eq!(wire.frame().await, json!({"op": 9, "d": false}));
}

#[tokio::test]
async fn a_second_identify_within_five_seconds_is_turned_away_when_the_pace_is_enforced() {
    let stage = Stage::set().await;
    stage.discord.enforce_identify_pace(true);
    let (_first, _) = Wire::identified(&stage.discord, false, 0).await;
    let identify = json!({"op": 2, "d": {"token": stage.discord.token(), "intents": 0, "properties": {}}});
    let mut second = Wire::open(&stage.discord, "v=10").await;
    second.frame().await;
    second.say(identify.clone()).await;
    assert_eq!(second.frame().await, json!({"op": 9, "d": false}));
    stage.clock.advance(TimeDelta::seconds(5));
    second.say(identify).await;
    assert_eq!(second.frame().await["t"], "READY");
}

#[test]
fn every_test_that_the_table_of_rules_names_is_there() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["tests/discord", "tests/foreign"].map(|folder| std::fs::read_dir(here.join(folder)).unwrap());
    let sources = folders.into_iter().flatten().map(|file| file.unwrap().path());
    let sources = sources.filter(|file| file.extension().is_some_and(|ending| ending == "rs"));
    let code: String = sources.map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let table = std::fs::read_to_string(here.join("../../docs/discord-rules.md")).unwrap();
    let named = table.lines().filter_map(|row| row.rsplit('|').nth(1)?.trim().strip_prefix('`')?.strip_suffix('`'));
    let (there, gone): (Vec<&str>, Vec<&str>) = named.partition(|test| code.contains(&format!("fn {test}(")));
    assert!(gone.is_empty(), "the table names tests that are not there: {gone:?}");
    assert!(there.len() > 40, "the table was read: {}", there.len());
}
