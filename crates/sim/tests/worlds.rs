//! Many worlds in one process: what one costs, and that a hundred side by side do not meet. Times are printed, not judged.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests fail loudly and print figures"
)]

use domain::clock::{Clock, SystemClock};
use serde_json::json;
use sim::clock::WorldClock;
use sim::discord::Place;
use sim::world::{World, WorldSetup};
use std::collections::BTreeSet;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

const WORLDS: u64 = 100;
/// What a world may cost, in KiB.
const MOST_KIB: u64 = 5 * 1024;
const ANSWERS: u32 = 500;

/// Resident memory of this process, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

async fn world(seed: u64) -> World {
    let noon = "2026-11-20T17:00:00Z".parse().unwrap();
    World::start(WorldSetup::seeded(seed, WorldClock::frozen_at(noon))).await.unwrap()
}

/// A bot's connection: one request after another on it.
struct Line(BufReader<TcpStream>);

impl Line {
    async fn to(world: &World) -> Self {
        let host = world.discord.api_base();
        let socket = TcpStream::connect(host.trim_start_matches("http://")).await.unwrap();
        socket.set_nodelay(true).unwrap();
        Self(BufReader::new(socket))
    }

    /// The status of the answer.
    async fn send(&mut self, method: &str, path: &str, token: &str, body: &str) -> u16 {
        let length = body.len();
        let head = format!(
            "{method} /api/v10{path} HTTP/1.1\r\nHost: d\r\nUser-Agent: t\r\nAuthorization: Bot {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.0.get_mut().write_all(head.as_bytes()).await.unwrap();
        let (mut status, mut length) = (0, 0);
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.unwrap();
            let line = line.trim_end().to_lowercase();
            if let Some(rest) = line.strip_prefix("http/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some(rest) = line.strip_prefix("content-length: ") {
                length = rest.parse().unwrap();
            } else if line.is_empty() {
                break;
            }
        }
        self.0.read_exact(&mut vec![0; length]).await.unwrap();
        status
    }
}

/// Registers a command in that world.
async fn register(world: &World) -> Line {
    let mut line = Line::to(world).await;
    let path = format!("/applications/{}/commands", world.discord.application_id());
    let commands = json!([{"name": "hello", "description": "Says hello"}]).to_string();
    assert_eq!(line.send("PUT", &path, world.discord.token(), &commands).await, 200);
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_worlds_run_side_by_side_and_none_hears_of_another() {
    drop(world(0).await);
    let (clock, before) = (SystemClock::start(), resident());
    let mut worlds = Vec::new();
    for seed in 1..=WORLDS {
        worlds.push(world(seed).await);
    }
    let (took, kib) = (clock.elapsed(), resident().saturating_sub(before) / WORLDS);
    let each = took.as_secs_f64() * 1000.0 / f64::from(u32::try_from(WORLDS).unwrap());
    println!("WORLDS count={WORLDS} start_ms_each={each:.1} resident_kib_each={kib}");
    assert!(kib < MOST_KIB, "a world costs {kib} KiB");

    let mut tokens = BTreeSet::new();
    for world in &worlds {
        let mut line = register(world).await;
        let act = world.discord.user("ham").run(Place::Server, "hello", &[]).await.unwrap();
        let path = format!("/interactions/{}/{}/callback", act.id, act.token);
        let answer = json!({"type": 4, "data": {"content": act.token, "flags": 64}}).to_string();
        assert_eq!(line.send("POST", &path, "none", &answer).await, 204);
        assert!(tokens.insert(act.token.clone()), "every world has tokens of its own");
        assert_eq!(act.reply().await.unwrap().content, act.token);
    }
    for world in &worlds {
        let seen = world.discord.user("ham").sees(Place::Server);
        assert_eq!(seen.len(), 1, "each heard its own word only");
        assert_eq!(world.discord.received().len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn interactions_are_answered_one_after_another_without_a_loss() {
    let world = world(7).await;
    let mut line = register(&world).await;
    let ham = world.discord.user("ham");
    let clock = SystemClock::start();
    for number in 0..ANSWERS {
        let act = ham.run(Place::Server, "hello", &[]).await.unwrap();
        let path = format!("/interactions/{}/{}/callback", act.id, act.token);
        let answer = json!({"type": 4, "data": {"content": number.to_string(), "flags": 64}}).to_string();
        assert_eq!(line.send("POST", &path, "none", &answer).await, 204);
    }
    let rate = f64::from(ANSWERS) / clock.elapsed().as_secs_f64();
    println!("DISCORD answers={ANSWERS} per_second={rate:.0} on one connection, one at a time");
    let seen = ham.sees(Place::Server);
    let contents: Vec<String> = seen.into_iter().map(|message| message.content).collect();
    assert_eq!(contents, (0..ANSWERS).map(|number| number.to_string()).collect::<Vec<_>>());
}
