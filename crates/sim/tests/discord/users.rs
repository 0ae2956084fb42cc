//! What users can do and see.

use crate::kit::{Stage, Wire, button, modal, row};
use serde_json::{Value, json};
use sim::discord::{Happened, Place, Refused};

/// A command, its options, and what the client says to it.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Refused);

fn bad(option: &str, why: &str) -> Refused {
    Refused::BadValue { option: option.to_owned(), why: why.to_owned() }
}

#[tokio::test]
async fn options_are_checked_and_converted_as_the_registered_command_says() {
    let stage = Stage::set().await;
    let (mut wire, _) = Wire::identified(&stage.discord, false, 0).await;
    let cases: [Case<'_>; 9] = [
        ("sell", &[], Refused::UnknownCommand("sell".into())),
        ("account", &[], Refused::UnknownCommand("account".into())),
        ("account drop", &[], Refused::UnknownCommand("account drop".into())),
        ("buy", &[], Refused::MissingOption("symbol".into())),
        ("buy", &[("symbol", "A"), ("price", "1")], Refused::UnknownOption("price".into())),
        ("buy", &[("symbol", "A"), ("shares", "1.5")], bad("shares", "not a whole number")),
        ("buy", &[("symbol", "A"), ("shares", "101")], bad("shares", "out of range")),
        ("buy", &[("symbol", "A"), ("tif", "ioc")], bad("tif", "not one of the choices")),
        ("buy", &[("symbol", "A"), ("friend", "nobody")], bad("friend", "nobody of that name")),
    ];
    for (command, options, refusal) in cases {
        assert_eq!(stage.ham.run(Place::Server, command, options).await.err(), Some(refusal), "{command} {options:?}");
    }
    let options = [("symbol", "A"), ("shares", "7"), ("tif", "Until cancelled"), ("friend", "eve"), ("quiet", "true")];
    stage.ham.run(Place::Server, "buy", &options).await.unwrap();
    let data = wire.frame().await["d"]["data"].clone();
    let eve = stage.eve.id().to_string();
    assert_eq!(
        data["options"],
        json!([
            {"type": 3, "name": "symbol", "value": "A"}, {"type": 4, "name": "shares", "value": 7},
            {"type": 3, "name": "tif", "value": "gtc"}, {"type": 6, "name": "friend", "value": eve},
            {"type": 5, "name": "quiet", "value": true},
        ])
    );
    assert_eq!(data["resolved"]["users"][&eve]["username"], "eve");
    stage.ham.run(Place::Server, "account key rotate", &[("name", "main")]).await.unwrap();
    let data = wire.frame().await["d"]["data"].clone();
    let inner = json!([{"type": 1, "name": "rotate", "options": [{"type": 3, "name": "name", "value": "main"}]}]);
    assert_eq!(data["options"], json!([{"type": 2, "name": "key", "options": inner}]));
    let elsewhere = stage.ham.run(Place::Dm, "account add", &[]).await;
    assert_eq!(elsewhere.err(), Some(Refused::UnknownCommand("account add".into())), "its contexts say servers only");
}

#[tokio::test]
async fn an_ephemeral_message_is_seen_and_used_by_its_reader_only() {
    let stage = Stage::set().await;
    let (_, hidden) = stage.card(64).await;
    let (_, open) = stage.card(0).await;
    let ids = |user: &sim::discord::User| user.sees(Place::Server).iter().map(|message| message.id).collect::<Vec<_>>();
    assert_eq!(ids(&stage.ham), [hidden.id, open.id]);
    assert_eq!(ids(&stage.eve), [open.id]);
    assert_eq!(stage.eve.press(&hidden, "OK").await.err(), Some(Refused::NotVisible));
    assert!(stage.eve.press(&open, "OK").await.is_ok(), "anyone may press a public button");
    let (mut wire, _) = Wire::identified(&stage.discord, false, 0).await;
    stage.discord.force_press(&stage.eve, &hidden, "v1:ok");
    let forged = wire.frame().await["d"].clone();
    assert_eq!(forged["member"]["user"]["username"], "eve");
    assert_eq!(
        (&forged["data"]["custom_id"], &forged["message"]["id"]),
        (&json!("v1:ok"), &json!(hidden.id.to_string()))
    );
    stage.ham.dismiss(&hidden);
    assert_eq!(ids(&stage.ham), [open.id]);
    assert_eq!(stage.ham.press(&hidden, "OK").await.err(), Some(Refused::NotVisible));
}

#[tokio::test]
async fn a_component_interaction_carries_the_whole_message() {
    let stage = Stage::set().await;
    let (mut wire, _) = Wire::identified(&stage.discord, false, 0).await;
    let (_, card) = stage.card(64).await;
    wire.frame().await;
    stage.ham.press(&card, "OK").await.unwrap();
    let d = wire.frame().await["d"].clone();
    assert_eq!((&d["type"], &d["data"]["component_type"]), (&json!(3), &json!(2)));
    for field in [
        "id",
        "channel_id",
        "author",
        "content",
        "timestamp",
        "tts",
        "mention_everyone",
        "mentions",
        "mention_roles",
        "attachments",
        "embeds",
        "pinned",
        "type",
        "flags",
        "components",
    ] {
        assert!(!d["message"][field].is_null(), "message lacks {field}");
    }
    assert!(d["message"].as_object().unwrap().contains_key("edited_timestamp"));
}

#[tokio::test]
async fn selects_and_disabled_buttons_behave_as_on_the_screen() {
    let stage = Stage::set().await;
    let act = stage.buy().await;
    let options = json!([{"label": "Paper", "value": "p"}, {"label": "Live", "value": "l"}]);
    let select = json!({"type": 3, "custom_id": "pick", "placeholder": "Account", "options": options, "max_values": 2});
    let mut off = button("off", "Off");
    off["disabled"] = json!(true);
    let link = json!({"type": 2, "style": 5, "label": "Docs", "url": "https://x.y"});
    let data = json!({"content": "c", "components": [row(&json!([select])), row(&json!([off, link]))]});
    stage.callback(&act, json!({"type": 4, "data": data})).await;
    let card = act.reply().await.unwrap();
    assert_eq!(card.text(), "c\n<Account: Paper | Live>\n[Off (off)] [Docs -> https://x.y]");
    assert_eq!(stage.ham.press(&card, "Off").await.err(), Some(Refused::Disabled("Off".into())));
    assert!(matches!(stage.ham.press(&card, "Docs").await, Err(Refused::NoSuchComponent(_))));
    assert!(matches!(stage.ham.press(&card, "None").await, Err(Refused::NoSuchComponent(_))));
    assert_eq!(stage.ham.select(&card, "pick", &["x"]).await.err(), Some(bad("pick", "not offered")));
    assert!(stage.ham.select(&card, "pick", &[]).await.is_err());
    let (mut wire, _) = Wire::identified(&stage.discord, false, 0).await;
    stage.ham.select(&card, "Account", &["Live", "p"]).await.unwrap();
    assert_eq!(wire.frame().await["d"]["data"]["values"], json!(["l", "p"]));
}

#[tokio::test]
async fn a_modal_is_filled_in_as_its_inputs_allow_and_submitted_in_its_own_shape() {
    let stage = Stage::set().await;
    let (_, card) = stage.card(64).await;
    let press = stage.ham.press(&card, "OK").await.unwrap();
    stage.callback(&press, json!({"type": 9, "data": modal()})).await;
    let shown = press.modal().await.unwrap();
    assert_eq!((shown.title.as_str(), shown.inputs.len()), ("Keys", 2));
    assert_eq!(stage.ham.submit(&shown, &[]).await.err(), Some(bad("key", "must be filled in")));
    assert_eq!(stage.ham.submit(&shown, &[("key", "P")]).await.err(), Some(bad("key", "too short or too long")));
    assert!(stage.ham.submit(&shown, &[("other", "P")]).await.is_err());
    assert_eq!(stage.eve.submit(&shown, &[("key", "PK1")]).await.err(), Some(Refused::NoModal));
    let (mut wire, _) = Wire::identified(&stage.discord, false, 0).await;
    stage.ham.submit(&shown, &[("Key", "PK1"), ("kind", "live")]).await.unwrap();
    let d = wire.frame().await["d"].clone();
    assert_eq!((&d["type"], &d["data"]["custom_id"]), (&json!(5), &json!("v1:keys")));
    assert_eq!(d["message"]["id"], json!(card.id.to_string()));
    let parts = &d["data"]["components"];
    assert_eq!(parts[0]["components"][0]["value"], "PK1");
    assert_eq!(parts[1]["component"]["values"], json!(["live"]));
    stage.ham.submit_raw(Place::Dm, "v0:gone", &json!([]));
    assert_eq!(wire.frame().await["d"]["data"]["custom_id"], "v0:gone");
}

#[tokio::test]
async fn a_page_can_do_all_of_it_in_json_and_hears_of_every_change() {
    let stage = Stage::set().await;
    let mut changes = stage.discord.subscribe();
    let run = json!({"do": "run", "place": "server", "command": "buy", "options": {"symbol": "AAPL", "shares": 3}});
    let begun = stage.discord.act_json(&stage.ham, run).await.unwrap();
    let received = |stage: &Stage| stage.discord.view(&stage.ham, Place::Server)["messages"].clone();
    let id: u64 = begun["interaction"].as_str().unwrap().parse().unwrap();
    assert_eq!(received(&stage), json!([]));
    let (_, card) = stage.card(64).await;
    let change = changes.recv().await.unwrap();
    assert_eq!((change.user.as_str(), &change.what), ("ham", &Happened::Created { message: card.id.to_string() }));
    assert_eq!(serde_json::to_value(&change).unwrap()["what"], "created");
    let shown = received(&stage);
    assert_eq!((&shown[0]["ephemeral"], &shown[0]["interaction"]["name"]), (&json!(true), &json!("buy")));
    assert_eq!(stage.discord.view(&stage.eve, Place::Server)["messages"], json!([]));
    let press = json!({"do": "press", "message": card.id.to_string(), "custom_id": "v1:ok"});
    let pressed = stage.discord.act_json(&stage.ham, press.clone()).await.unwrap();
    assert_ne!(pressed["interaction"], begun["interaction"]);
    assert_eq!(stage.discord.act_json(&stage.eve, press).await, Err(Refused::NotVisible));
    let odd = stage.discord.act_json(&stage.ham, json!({"do": "fly"})).await;
    assert!(matches!(odd, Err(Refused::NotUnderstood(_))));
    let dismiss = json!({"do": "dismiss", "message": card.id.to_string()});
    assert_eq!(stage.discord.act_json(&stage.ham, dismiss).await, Ok(json!({})));
    assert_eq!(received(&stage), json!([]));
    assert!(id > 0 && stage.discord.people_json().as_array().is_some_and(|people| people.len() == 2));
}

#[tokio::test]
async fn the_page_is_told_when_the_bot_stays_silent() {
    let stage = Stage::set().await;
    let mut changes = stage.discord.subscribe();
    let act = stage.buy().await;
    stage.clock.advance(chrono::TimeDelta::seconds(4));
    let change = tokio::time::timeout(crate::kit::SOON, changes.recv()).await.unwrap().unwrap();
    assert_eq!(change.what, Happened::NotResponding { interaction: act.id.to_string() });
}

#[tokio::test]
async fn a_message_renders_as_plain_text() {
    let stage = Stage::set().await;
    let act = stage.buy().await;
    let embed = json!({
        "author": {"name": "PAPER"}, "title": "Buy AAPL", "description": "two\nlines", "footer": {"text": "ref 1"},
        "fields": [{"name": "Cost", "value": "$1"}],
    });
    let data = json!({"content": "hi", "flags": 64, "embeds": [embed], "components": [row(&json!([button("a", "Yes"), button("b", "No")]))]});
    stage.callback(&act, json!({"type": 4, "data": data})).await;
    let text = act.reply().await.unwrap().text();
    assert_eq!(
        text,
        "hi\n| PAPER\n| # Buy AAPL\n| two\n| lines\n| Cost: $1\n| -- ref 1\n[Yes] [No]\n(only you can see this)"
    );
}

#[tokio::test]
async fn snowflakes_tell_the_worlds_time_and_only_grow() {
    let stage = Stage::set().await;
    let first = stage.buy().await.id;
    let millis = i64::try_from(first >> 22).unwrap() + 1_420_070_400_000;
    assert_eq!(millis, stage.clock.now().timestamp_millis());
    stage.clock.advance(chrono::TimeDelta::hours(-1));
    assert!(stage.buy().await.id > first);
    assert_eq!(stage.discord.view(&stage.ham, Place::Dm)["messages"], Value::Array(Vec::new()));
}
