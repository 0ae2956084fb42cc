use crate::kit::{Heard, SOON, Stage, Wire};
use serde_json::{Value, json};
use sim::discord::Place;

async fn run(stage: &Stage) -> u64 {
    stage.ham.run(Place::Server, "buy", &[("symbol", "AAPL")]).await.unwrap().id
}

#[tokio::test]
async fn identify_brings_ready_and_then_interactions_with_every_field_a_client_insists_on() {
    let stage = Stage::set().await;
    let (mut wire, ready) = Wire::identified(&stage.discord, false, 0).await;
    stage.discord.wait_ready(SOON).await.unwrap();
    for field in ["v", "user", "guilds", "session_id", "resume_gateway_url", "application", "shard"] {
        assert!(!ready[field].is_null(), "READY lacks {field}");
    }
    let id = run(&stage).await;
    let event = wire.frame().await;
    assert_eq!((&event["t"], &event["s"]), (&json!("INTERACTION_CREATE"), &json!(2)));
    let d = &event["d"];
    assert_eq!(
        (&d["id"], &d["type"], &d["version"], &d["context"]),
        (&json!(id.to_string()), &json!(2), &json!(1), &json!(0))
    );
    for field in [
        "application_id",
        "token",
        "channel_id",
        "channel",
        "locale",
        "entitlements",
        "attachment_size_limit",
        "guild_id",
        "app_permissions",
        "authorizing_integration_owners",
    ] {
        assert!(!d[field].is_null(), "INTERACTION_CREATE lacks {field}");
    }
    for field in ["user", "roles", "deaf", "mute", "flags", "joined_at", "permissions"] {
        assert!(!d["member"][field].is_null(), "member lacks {field}");
    }
    assert!(d.get("user").is_none(), "in a server the user is inside member");
    stage.ham.run(Place::Dm, "buy", &[("symbol", "AAPL")]).await.unwrap();
    let d = wire.frame().await["d"].clone();
    assert_eq!((&d["user"]["username"], &d["context"]), (&json!("ham"), &json!(1)));
    assert!(d.get("member").is_none() && d.get("guild_id").is_none());
    assert_eq!(d["authorizing_integration_owners"], json!({"0": "0"}));
}

#[tokio::test]
async fn heartbeats_are_acknowledged_unless_the_acks_are_muted() {
    let stage = Stage::set().await;
    let (mut wire, _) = Wire::identified(&stage.discord, false, 0).await;
    wire.say(json!({"op": 1, "d": 1})).await;
    assert_eq!(wire.frame().await["op"], 11);
    stage.discord.mute_acks(true);
    wire.say(json!({"op": 1, "d": 1})).await;
    let heard = || {
        let frames = stage.discord.received();
        frames.iter().filter(|frame| frame.method == "GATEWAY" && frame.contains("\"op\":1")).count()
    };
    tokio::time::timeout(SOON, async {
        while heard() < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the second heartbeat is heard");
    stage.discord.request_heartbeat();
    assert_eq!(wire.frame().await["op"], 1, "no ACK came before the request");
}

#[tokio::test]
async fn compressed_payloads_are_one_zlib_stream_each_and_zlib_stream_is_one_for_all() {
    let stage = Stage::set().await;
    let (mut wire, _) = Wire::identified(&stage.discord, true, 0).await;
    assert!(wire.binary);
    run(&stage).await;
    assert_eq!(wire.frame().await["t"], "INTERACTION_CREATE");

    let mut wire = Wire::open(&stage.discord, "encoding=json&v=10&compress=zlib-stream").await;
    assert_eq!(wire.frame().await["op"], 10);
    wire.say(json!({"op": 2, "d": {"token": stage.discord.token(), "intents": 1, "properties": {}}})).await;
    assert_eq!(wire.frame().await["t"], "READY");
    let guild = wire.frame().await;
    assert_eq!((&guild["t"], &guild["d"]["name"]), (&json!("GUILD_CREATE"), &json!("Paddock Friends")));
    for _ in 0..20 {
        run(&stage).await;
        assert_eq!(wire.frame().await["t"], "INTERACTION_CREATE");
        assert!(wire.binary);
    }
}

#[tokio::test]
async fn a_resume_replays_what_was_missed_in_order_and_then_says_so() {
    let stage = Stage::set().await;
    let (mut wire, ready) = Wire::identified(&stage.discord, false, 0).await;
    stage.discord.cut_connections();
    assert_eq!(wire.hear().await, Heard::Cut);
    let missed = [run(&stage).await, run(&stage).await];
    let mut wire = Wire::resume(&stage.discord, ready["session_id"].as_str().unwrap(), 1).await;
    for (number, id) in missed.iter().enumerate() {
        let frame = wire.frame().await;
        assert_eq!((&frame["s"], &frame["d"]["id"]), (&json!(number + 2), &json!(id.to_string())));
    }
    assert_eq!(wire.frame().await["t"], "RESUMED");
    let live = run(&stage).await;
    assert_eq!(wire.frame().await["d"]["id"], json!(live.to_string()));
    assert_eq!((stage.discord.identifies(), stage.discord.resumes()), (1, 1));
}

#[tokio::test]
async fn a_session_that_is_unknown_or_was_closed_by_its_client_cannot_be_resumed() {
    let stage = Stage::set().await;
    let mut wire = Wire::resume(&stage.discord, "nonsense", 1).await;
    assert_eq!(wire.frame().await, json!({"op": 9, "d": false}));
    for (code, resumable) in [(1000, false), (4000, true)] {
        let (wire, ready) = Wire::identified(&stage.discord, false, 0).await;
        wire.hang_up(code).await;
        let mut wire = Wire::resume(&stage.discord, ready["session_id"].as_str().unwrap(), 1).await;
        let frame = wire.frame().await;
        assert_eq!(frame["t"] == "RESUMED", resumable, "after {code}: {frame}");
    }
    let (wire, ready) = Wire::identified(&stage.discord, false, 0).await;
    wire.hang_up(4000).await;
    let mut wire = Wire::resume(&stage.discord, ready["session_id"].as_str().unwrap(), 99).await;
    assert_eq!(wire.hear().await, Heard::Closed(Some(4007)));
}

#[tokio::test]
async fn wrong_openings_are_closed_with_their_own_codes() {
    let stage = Stage::set().await;
    let token = stage.discord.token().to_owned();
    let identify = |extra: Value| {
        let mut d = json!({"token": token, "intents": 0, "properties": {}});
        for (key, value) in extra.as_object().unwrap() {
            d[key] = value.clone();
        }
        json!({"op": 2, "d": d})
    };
    let cases = [
        (json!({"op": 99}), 4001),
        (json!("no object"), 4001),
        (json!({"op": 3, "d": {}}), 4003),
        (identify(json!({"token": "Bot wrong"})), 4004),
        (identify(json!({"shard": [1, 1]})), 4010),
        (identify(json!({"intents": 1_u64 << 40})), 4013),
        (identify(json!({"intents": 1 << 15})), 4014),
        (json!({"op": 1, "d": "x".repeat(5000)}), 4002),
    ];
    for (payload, code) in cases {
        let mut wire = Wire::open(&stage.discord, "v=10").await;
        wire.frame().await;
        wire.say(payload.clone()).await;
        assert_eq!(wire.hear().await, Heard::Closed(Some(code)), "{payload}");
    }
    let mut wire = Wire::open(&stage.discord, "v=6").await;
    assert_eq!(wire.hear().await, Heard::Closed(Some(4012)));
    let (mut wire, _) = Wire::identified(&stage.discord, false, 0).await;
    wire.say(identify(json!({}))).await;
    assert_eq!(wire.hear().await, Heard::Closed(Some(4005)));
    let (mut wire, _) = Wire::identified(&stage.discord, false, 0).await;
    for _ in 0..120 {
        wire.say(json!({"op": 3, "d": {}})).await;
    }
    assert_eq!(wire.hear().await, Heard::Closed(Some(4008)));
}
