//! The rules around one interaction, one test each.

use crate::kit::{Stage, Wire, button, modal, row, send};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sim::discord::{DmPolicy, Missed, Place};

fn hello() -> Value {
    json!({"type": 4, "data": {"content": "hello"}})
}

#[tokio::test]
async fn routes_need_the_bots_token_except_those_that_carry_their_own() {
    let stage = Stage::set().await;
    for path in ["/users/@me", "/gateway/bot", "/applications/@me", "/oauth2/applications/@me"] {
        stage.anyone("GET", path, Value::Null).await.refused(401, 0);
        assert_eq!(stage.bot("GET", path, Value::Null).await.status, 200, "{path}");
    }
    let wrong = send(&stage.discord, "GET", "/users/@me", "Authorization: Bot wrong\r\n", "", b"").await;
    wrong.refused(401, 0);
    let gateway = stage.anyone("GET", "/gateway", Value::Null).await;
    assert_eq!(gateway.body["url"], json!(stage.discord.gateway_url()));
    assert_eq!(stage.bot("GET", "/gateway/bot", Value::Null).await.body["session_start_limit"]["max_concurrency"], 1);
    let act = stage.buy().await;
    assert_eq!(stage.callback(&act, hello()).await.status, 204);
    assert_eq!(stage.bot("GET", "/nowhere", Value::Null).await.status, 404);
}

#[tokio::test]
async fn a_callback_is_taken_until_three_seconds_have_passed_and_not_after() {
    let stage = Stage::set().await;
    let (in_time, late) = (stage.buy().await, stage.buy().await);
    stage.clock.advance(TimeDelta::seconds(3));
    assert_eq!(stage.callback(&in_time, hello()).await.status, 204);
    stage.clock.advance(TimeDelta::milliseconds(1));
    assert!(late.failed().await.unwrap());
    assert_eq!(late.reply().await.unwrap_err(), Missed::NotResponding);
    stage.callback(&late, hello()).await.refused(404, 10_062);
    assert!(!in_time.failed().await.unwrap());
    let mut forged = in_time.clone();
    forged.token = "guessed".to_owned();
    stage.callback(&forged, hello()).await.refused(404, 10_062);
}

#[tokio::test]
async fn a_second_callback_is_refused_and_changes_nothing() {
    let stage = Stage::set().await;
    let act = stage.buy().await;
    stage.callback(&act, hello()).await;
    stage.callback(&act, json!({"type": 4, "data": {"content": "twice"}})).await.refused(400, 40_060);
    assert_eq!(stage.ham.sees(Place::Server).len(), 1);
    assert_eq!(act.reply().await.unwrap().content, "hello");
}

#[tokio::test]
async fn nothing_can_be_edited_or_added_before_the_callback() {
    let stage = Stage::set().await;
    let act = stage.buy().await;
    let body = json!({"content": "early"});
    stage.anyone("PATCH", &stage.hook(&act, "/messages/@original"), body.clone()).await.refused(404, 10_015);
    stage.anyone("POST", &stage.hook(&act, ""), body.clone()).await.refused(404, 10_015);
    stage
        .anyone("POST", &format!("/webhooks/{}/nonsense", stage.discord.application_id()), body)
        .await
        .refused(404, 10_015);
}

#[tokio::test]
async fn a_token_dies_after_fifteen_minutes() {
    let stage = Stage::set().await;
    let act = stage.buy().await;
    stage.callback(&act, hello()).await;
    let path = stage.hook(&act, "/messages/@original");
    stage.clock.advance(TimeDelta::minutes(15));
    assert_eq!(stage.anyone("PATCH", &path, json!({"content": "still"})).await.status, 200);
    stage.clock.advance(TimeDelta::milliseconds(1));
    for (method, path) in
        [("PATCH", path.clone()), ("GET", path.clone()), ("DELETE", path), ("POST", stage.hook(&act, ""))]
    {
        stage.anyone(method, &path, json!({"content": "late"})).await.refused(401, 50_027);
    }
    assert_eq!(act.reply().await.unwrap().content, "still");
}

#[tokio::test]
async fn a_deferral_shows_thinking_keeps_its_visibility_and_is_filled_by_the_first_follow_up() {
    let stage = Stage::set().await;
    for (flags, ephemeral) in [(64, true), (0, false)] {
        let act = stage.buy().await;
        let deferral = json!({"type": 5, "data": {"flags": flags}});
        assert_eq!(stage.callback(&act, deferral).await.status, 204);
        let thinking = &act.messages()[0];
        assert!(thinking.loading && thinking.ephemeral == ephemeral);
        // The follow-up asks for the opposite visibility; that of the deferral stays.
        let follow_up = json!({"content": "filled", "flags": 64 - flags});
        let answer = stage.anyone("POST", &stage.hook(&act, ""), follow_up).await;
        assert_eq!((answer.status, &answer.body["id"]), (200, &json!(thinking.id.to_string())));
        let message = act.reply().await.unwrap();
        assert!(!message.loading && message.ephemeral == ephemeral && message.content == "filled" && !message.edited);
        assert_eq!(act.messages().len(), 1);
        // The next one is a message of its own.
        let second = stage.anyone("POST", &stage.hook(&act, ""), json!({"content": "more", "flags": 64})).await;
        assert_ne!(second.body["id"], answer.body["id"]);
        assert!(act.messages()[1].ephemeral);
    }
}

#[tokio::test]
async fn original_and_follow_ups_are_read_edited_and_deleted_by_their_own_token_only() {
    let stage = Stage::set().await;
    let (act, other) = (stage.buy().await, stage.buy().await);
    stage.callback(&act, hello()).await;
    stage.callback(&other, hello()).await;
    let added = stage.anyone("POST", &stage.hook(&act, ""), json!({"content": "added"})).await;
    let rest = format!("/messages/{}", added.body["id"].as_str().unwrap());
    stage.anyone("GET", &stage.hook(&other, &rest), Value::Null).await.refused(404, 10_008);
    let edited = stage.anyone("PATCH", &stage.hook(&act, &rest), json!({"content": "changed"})).await;
    assert_eq!(edited.body["content"], "changed");
    assert!(edited.body["edited_timestamp"].is_string());
    assert_eq!(
        stage.anyone("GET", &stage.hook(&act, "/messages/@original"), Value::Null).await.body["content"],
        "hello"
    );
    assert_eq!(stage.anyone("DELETE", &stage.hook(&act, &rest), Value::Null).await.status, 204);
    stage.anyone("DELETE", &stage.hook(&act, &rest), Value::Null).await.refused(404, 10_008);
    assert_eq!(stage.ham.sees(Place::Server).len(), 2);
}

#[tokio::test]
async fn each_kind_of_interaction_takes_only_its_own_callback_types() {
    let stage = Stage::set().await;
    let data = |kind: u64| match kind {
        4 | 7 => json!({"content": "hello"}),
        8 => json!({"choices": []}),
        9 => modal(),
        _ => Value::Null,
    };
    let every = [1, 2, 4, 5, 6, 7, 8, 9, 10, 12, 77];
    for (name, allowed) in [
        ("command", vec![4, 5, 9]),
        ("component", vec![4, 5, 6, 7, 9]),
        ("modal", vec![4, 5, 6, 7]),
        ("modal of a command", vec![4, 5, 6]),
    ] {
        for kind in every {
            let act = match name {
                "command" => stage.buy().await,
                "component" => stage.ham.press(&stage.card(0).await.1, "OK").await.unwrap(),
                _ => {
                    let opener = if name == "modal" {
                        stage.ham.press(&stage.card(0).await.1, "OK").await.unwrap()
                    } else {
                        stage.buy().await
                    };
                    stage.callback(&opener, json!({"type": 9, "data": modal()})).await;
                    stage.ham.submit(&opener.modal().await.unwrap(), &[("key", "PK1")]).await.unwrap()
                }
            };
            let answer = stage.callback(&act, json!({"type": kind, "data": data(kind)})).await;
            if allowed.contains(&kind) {
                assert_eq!(answer.status, 204, "{kind} to a {name}: {answer:?}");
            } else {
                answer.refused(400, 50_035);
                assert!(answer.body["errors"]["type"]["_errors"].is_array());
            }
        }
    }
}

#[tokio::test]
async fn an_autocomplete_takes_choices_and_nothing_else() {
    let stage = Stage::set().await;
    let (mut wire, _) = Wire::identified(&stage.discord, false, 0).await;
    let bot = async {
        let d = wire.frame().await["d"].clone();
        assert_eq!(d["data"]["options"][0], json!({"type": 3, "name": "symbol", "value": "AA", "focused": true}));
        let path = format!("/interactions/{}/{}/callback", d["id"].as_str().unwrap(), d["token"].as_str().unwrap());
        for kind in [4, 5, 9] {
            stage.anyone("POST", &path, json!({"type": kind, "data": modal()})).await.refused(400, 50_035);
        }
        let choices = json!([{"name": "Apple", "value": "AAPL"}]);
        stage.anyone("POST", &path, json!({"type": 8, "data": {"choices": choices}})).await
    };
    let user = stage.ham.autocomplete(Place::Server, "buy", &[("symbol", "AA")], "symbol");
    let (answer, choices) = tokio::join!(bot, user);
    let choices = choices.unwrap();
    assert_eq!(answer.status, 204);
    assert_eq!((choices[0].name.as_str(), &choices[0].value), ("Apple", &json!("AAPL")));
}

#[tokio::test]
async fn with_response_brings_the_callback_object() {
    let stage = Stage::set().await;
    let act = stage.buy().await;
    let path = format!("/interactions/{}/{}/callback?with_response=true", act.id, act.token);
    let answer = stage.anyone("POST", &path, json!({"type": 4, "data": {"content": "hello", "flags": 64}})).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["resource"]["message"]["content"], "hello");
    assert_eq!(answer.body["interaction"]["response_message_ephemeral"], true);
}

#[tokio::test]
async fn a_button_updates_its_message_even_an_ephemeral_one_with_the_new_token() {
    let stage = Stage::set().await;
    let (old, card) = stage.card(64).await;
    stage.clock.advance(TimeDelta::hours(2));
    stage
        .anyone("PATCH", &stage.hook(&old, "/messages/@original"), json!({"content": "late"}))
        .await
        .refused(401, 50_027);
    let press = stage.ham.press(&card, "v1:ok").await.unwrap();
    let update = json!({"type": 7, "data": {"content": "done", "components": []}});
    assert_eq!(stage.callback(&press, update).await.status, 204);
    let done = press.reply().await.unwrap();
    assert_eq!((done.id, done.content.as_str(), done.ephemeral, done.edited), (card.id, "done", true, true));
    let press = stage.ham.press(&done, "OK").await;
    assert!(press.is_err(), "its buttons are gone");
    let (_, card) = stage.card(64).await;
    let press = stage.ham.press(&card, "OK").await.unwrap();
    stage.callback(&press, json!({"type": 6})).await;
    let edit = json!({"content": "later"});
    assert_eq!(stage.anyone("PATCH", &stage.hook(&press, "/messages/@original"), edit).await.status, 200);
    assert_eq!(press.reply().await.unwrap().content, "later");
}

#[tokio::test]
async fn ephemeral_messages_are_out_of_reach_of_the_channel_routes() {
    let stage = Stage::set().await;
    let channel = format!("/channels/{}/messages", stage.discord.channel_id());
    let (_, hidden) = stage.card(64).await;
    for method in ["GET", "PATCH", "DELETE"] {
        stage.bot(method, &format!("{channel}/{}", hidden.id), json!({"content": "x"})).await.refused(404, 10_008);
    }
    let (_, open) = stage.card(0).await;
    assert_eq!(stage.bot("PATCH", &format!("{channel}/{}", open.id), json!({"content": "x"})).await.status, 200);
    let listed = stage.bot("GET", &channel, Value::Null).await;
    assert_eq!(listed.body.as_array().unwrap().len(), 1);
    assert_eq!(stage.bot("DELETE", &format!("{channel}/{}", open.id), Value::Null).await.status, 204);
    stage.bot("GET", "/channels/1/messages", Value::Null).await.refused(404, 10_003);
}

#[tokio::test]
async fn direct_messages_reach_only_those_who_take_them() {
    let stage = Stage::set().await;
    let body = json!({"recipient_id": stage.ham.id().to_string()});
    let channel = stage.bot("POST", "/users/@me/channels", body.clone()).await.body["id"].clone();
    assert_eq!(stage.bot("POST", "/users/@me/channels", body).await.body["id"], channel, "the same channel every time");
    let path = format!("/channels/{}/messages", channel.as_str().unwrap());
    for (policy, refusal) in
        [(DmPolicy::Open, None), (DmPolicy::Blocked, Some(50_007)), (DmPolicy::Closed, Some(50_278))]
    {
        stage.ham.set_dm_policy(policy);
        let answer = stage.bot("POST", &path, json!({"content": "filled"})).await;
        match refusal {
            None => assert_eq!(answer.status, 200),
            Some(code) => answer.refused(403, code),
        }
    }
    assert_eq!(stage.ham.dms().len(), 1);
    assert!(stage.eve.dms().is_empty());
    stage.bot("POST", "/users/@me/channels", json!({"recipient_id": "1"})).await.refused(400, 50_033);
}

#[tokio::test]
async fn a_nonce_that_is_enforced_makes_a_message_once() {
    let stage = Stage::set().await;
    let path = format!("/channels/{}/messages", stage.discord.channel_id());
    let body = json!({"content": "filled", "nonce": "fill-1", "enforce_nonce": true});
    let first = stage.bot("POST", &path, body.clone()).await;
    assert_eq!(stage.bot("POST", &path, body).await.body["id"], first.body["id"]);
    assert_eq!(stage.ham.sees(Place::Server).len(), 1);
}

#[tokio::test]
async fn only_a_user_install_stops_at_five_follow_ups() {
    let stage = Stage::set().await;
    for (only, sixth) in [(true, 400), (false, 200)] {
        stage.discord.user_install_only(only);
        let act = stage.buy().await;
        stage.callback(&act, hello()).await;
        for _ in 0..5 {
            assert_eq!(stage.anyone("POST", &stage.hook(&act, ""), json!({"content": "x"})).await.status, 200);
        }
        assert_eq!(stage.anyone("POST", &stage.hook(&act, ""), json!({"content": "x"})).await.status, sixth);
    }
}

#[tokio::test]
async fn mentions_notify_only_whom_allowed_mentions_lets_them() {
    let stage = Stage::set().await;
    let path = format!("/channels/{}/messages", stage.discord.channel_id());
    let content = format!("<@{}> <@{}> @everyone", stage.ham.id(), stage.eve.id());
    let silent = json!({"content": content, "allowed_mentions": {"parse": []}});
    assert_eq!(stage.bot("POST", &path, silent).await.status, 200);
    assert!(stage.discord.pings().is_empty());
    let one = json!({"content": content, "allowed_mentions": {"parse": [], "users": [stage.ham.id().to_string()]}});
    stage.bot("POST", &path, one).await;
    let whom = |stage: &Stage| stage.discord.pings().into_iter().map(|ping| ping.whom).collect::<Vec<_>>();
    assert_eq!(whom(&stage), ["ham"]);
    stage.bot("POST", &path, json!({"content": content})).await;
    assert_eq!(whom(&stage), ["ham", "ham", "eve", "everyone"]);
}

#[tokio::test]
async fn bodies_that_are_no_json_or_say_nothing_are_refused() {
    let stage = Stage::set().await;
    let act = stage.buy().await;
    let path = format!("/interactions/{}/{}/callback", act.id, act.token);
    send(&stage.discord, "POST", &path, "", "application/json", b"{").await.refused(400, 50_109);
    stage.callback(&act, json!({})).await.refused(400, 50_035);
    stage.callback(&act, json!({"type": 4})).await.refused(400, 50_035);
    stage.callback(&act, json!({"type": 4, "data": {"content": "  "}})).await.refused(400, 50_006);
    stage.callback(&act, json!({"type": 4, "data": {"embeds": [{"color": 1}]}})).await.refused(400, 50_006);
    let ok = json!({"type": 4, "data": {"components": [row(&json!([button("a", "A")]))]}});
    assert_eq!(stage.callback(&act, ok).await.status, 204, "none of the refusals used the interaction up");
}
