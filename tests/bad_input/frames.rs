//! What the gateway sends. After each frame the bot still answers, at once or over a new connection.

use super::Watch;
use crate::harness::{Friend, Town};
use domain::clock::{Clock, SystemClock};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sim::discord::{Act, EventFault, Place, deflate};
use sim::exchange::{Environment, Status};

enum Frame {
    /// An event, with the session's next sequence number.
    Event(&'static str, Value),
    Text(String),
    Binary(Vec<u8>),
}

impl Frame {
    fn send(&self, town: &Town) {
        match self {
            Self::Event(name, data) => town.discord.inject_raw(json!({"t": name, "d": data})),
            Self::Text(text) => town.discord.send_text(text),
            Self::Binary(bytes) => town.discord.send_binary(bytes),
        }
    }
}

/// The interaction with some of its members replaced, or taken away where the value is `null`.
#[expect(clippy::needless_pass_by_value, reason = "rows of a table read better without ampersands")]
fn altered(payload: &Value, changes: Value) -> Frame {
    let mut payload = payload.clone();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(payload.as_object_mut().unwrap().remove(name)),
            value => payload[name] = value.clone(),
        }
    }
    Frame::Event("INTERACTION_CREATE", payload)
}

fn catalogue(payload: &Value) -> Vec<(&'static str, Frame)> {
    let text = |text: &str| Frame::Text(text.to_owned());
    let whole = json!({"op": 0, "s": 3, "t": "SOMETHING_NEW", "d": {}}).to_string();
    let deep =
        format!("{{\"op\":0,\"s\":9,\"t\":\"INTERACTION_CREATE\",\"d\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    vec![
        ("unknown op", text("{\"op\":77,\"d\":{}}")),
        ("no op", text("{\"d\":{}}")),
        ("op of another type", text("{\"op\":\"zero\",\"d\":[[]],\"t\":7}")),
        ("an array", text("[0,1,2]")),
        ("not JSON", text("{\"op\": 0, \"t\": ")),
        ("empty", text("")),
        ("unknown event", Frame::Event("SOMETHING_NEW", json!({"a": [1, null]}))),
        ("event of null", Frame::Event("INTERACTION_CREATE", Value::Null)),
        ("event of another type", Frame::Event("INTERACTION_CREATE", json!([1, "two"]))),
        ("members of other types", altered(payload, json!({"data": "x", "token": 7, "type": "2"}))),
        ("unknown kind of interaction", altered(payload, json!({"type": 77}))),
        ("no member", altered(payload, json!({"member": null}))),
        ("no guild", altered(payload, json!({"guild_id": null}))),
        ("neither member nor user", altered(payload, json!({"member": null, "guild_id": null}))),
        ("ids as numbers", altered(payload, json!({"id": 1_150_000_000_000_000_321_u64, "guild_id": 5}))),
        ("an id above 2^53", altered(payload, json!({"id": 9_007_199_254_740_993_u64}))),
        ("an id of zero", altered(payload, json!({"id": "0"}))),
        ("the largest id", altered(payload, json!({"id": u64::MAX.to_string()}))),
        ("an id beyond 64 bits", altered(payload, json!({"id": "18446744073709551616"}))),
        ("a negative id", altered(payload, json!({"id": "-1"}))),
        ("nested ten thousand deep", Frame::Text(deep.clone())),
        ("nested ten thousand deep, compressed", Frame::Binary(deflate(deep.as_bytes()))),
        ("not zlib", Frame::Binary(vec![0x78, 0x9c, 0xff, 0x00, 0x13])),
        ("zlib cut off", Frame::Binary(deflate(whole.as_bytes())[..12].to_vec())),
        ("zlib of what is not UTF-8", Frame::Binary(deflate(b"{\"op\":0,\"s\":1,\"t\":\"\xff\xfe\",\"d\":{}}"))),
        ("nothing, compressed", Frame::Binary(Vec::new())),
        ("sequence going backwards", text("{\"op\":0,\"s\":1,\"t\":\"SOMETHING_NEW\",\"d\":{}}")),
        ("sequence far ahead", text("{\"op\":0,\"s\":4000000000,\"t\":\"SOMETHING_NEW\",\"d\":{}}")),
        ("no sequence", text("{\"op\":0,\"t\":\"INTERACTION_CREATE\",\"d\":{}}")),
        ("heartbeat wanted", text("{\"op\":1,\"d\":null}")),
        ("reconnect", text("{\"op\":7,\"d\":null}")),
    ]
}

/// The answer of a command that is given until one comes back: while the bot reconnects, Discord says "did not respond".
async fn answers(ham: &Friend) -> Option<String> {
    let clock = SystemClock::start();
    while clock.elapsed() < crate::harness::PATIENCE * 3 {
        let act: Act = ham.runs(Place::Server, "account list", &[]).await;
        if let Ok(reply) = act.reply().await {
            return Some(reply.text());
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn after_any_frame_the_bot_still_answers() {
    let mut town = Town::open().await;
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let act = ham.runs(Place::Server, "balance", &[]).await;
    act.reply().await.unwrap();
    let payload = town.discord.payload_of(&act);
    let mut watch = Watch::on(&town, "gateway_frames");
    for (case, frame) in catalogue(&payload) {
        frame.send(&town);
        let answer = answers(&ham).await.unwrap_or_default();
        watch.note(case, answer.contains("PAPER"), &answer, "an answer");
    }
    watch.verdict(&mut town, &ham).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_event_comes_again_in_any_way_is_placed_once() {
    let mut town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    town.discord.next_event(EventFault::Duplicate);
    let order = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "1")]).await;
    order.message_when(|m| m.text().contains("Filled")).await.unwrap();
    let mut watch = Watch::on(&town, "duplicate_events");
    let placed =
        |town: &Town| town.exchange.orders(ham.paper.account_id).iter().filter(|o| o.status == Status::Filled).count();
    town.discord.replay_interaction(&order);
    town.discord.inject_raw(json!({"t": "INTERACTION_CREATE", "d": town.discord.payload_of(&order)}));
    let seen = answers(&ham).await.unwrap_or_default();
    watch.note("the same event three times", placed(&town) == 1, &seen, "one order");
    // The client believes that it has seen the first event only, and is sent everything again when it resumes.
    town.discord.send_text("{\"op\":0,\"s\":1,\"t\":\"SOMETHING_NEW\",\"d\":{}}");
    let resumes = town.discord.resumes();
    town.discord.cut_connections();
    town.until("the session is resumed", || town.discord.resumes() > resumes).await;
    let seen = answers(&ham).await.unwrap_or_default();
    watch.note("everything replayed", placed(&town) == 1, &seen, "one order");
    watch.verdict(&mut town, &ham).await;
}

/// The largest resident size of a process so far, in MiB.
fn peak(pid: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() / 1024
}

/// serenity sets no limit to a frame, nor to what it decompresses to (SECURITY.md, "not defended"): the bot must get over a
/// large one, and the figures say what it costs.
#[tokio::test(flavor = "multi_thread")]
async fn a_frame_of_twenty_megabytes_and_a_zlib_bomb_cost_memory_and_nothing_else() {
    const MIB: usize = 1 << 20;
    let mut town = Town::open().await;
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let mut watch = Watch::on(&town, "huge_frames");
    let pid = town.pid().unwrap();
    let huge = |mib: usize| format!("{{\"op\":0,\"s\":9,\"t\":\"SOMETHING_NEW\",\"d\":\"{}\"}}", "x".repeat(mib * MIB));
    let bomb = deflate(huge(48).as_bytes());
    let bomb_kib = bomb.len() / 1024;
    let mut peaks = vec![peak(pid)];
    for (case, frame) in [("20 MB of text", Frame::Text(huge(20))), ("a zlib bomb of 48 MB", Frame::Binary(bomb))] {
        frame.send(&town);
        let answer = answers(&ham).await.unwrap_or_default();
        watch.note(case, answer.contains("PAPER"), &answer, "an answer");
        peaks.push(peak(pid));
    }
    println!(
        "PROMISE P16 door=frame_memory peak_mib_before={} after_20_mb_text={} after_48_mb_bomb_of_{bomb_kib}_kib={}",
        peaks[0], peaks[1], peaks[2]
    );
    watch.verdict(&mut town, &ham).await;
}
