//! What the simulated world costs: orders per second of one core through HTTP, beside few and many open ones, and the
//! start and the memory of a world.
//!
//! `cargo run --release -p sim --example throughput`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement fails loudly and reports"
)]

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sim::clock::WorldClock;
use sim::exchange::{AccountHandle, Environment, ExchangeServer, Floor};
use sim::world::{World, WorldSetup};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::mpsc;
use tokio::runtime::{Builder, Runtime};

const CONNECTIONS: usize = 8;
const ORDERS: usize = 2_500;
const WORLDS: u64 = 100;

fn noon() -> DateTime<Utc> {
    "2026-11-23T17:00:00Z".parse().expect("a moment")
}

fn one_core() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Nanoseconds that a thread has spent on a core.
fn spent(thread: &PathBuf) -> u64 {
    let text = std::fs::read_to_string(PathBuf::from("/proc").join(thread).join("schedstat")).expect("Linux");
    text.split(' ').next().and_then(|word| word.parse().ok()).expect("a number")
}

/// What is sent: orders that trade at once, or that rest below the market.
#[derive(Clone, Copy, PartialEq)]
enum Sent {
    Market,
    Resting,
}

/// Sends orders one after the other on a connection of its own, and reads every answer.
fn trade(address: &str, keys: &AccountHandle, what: Sent, orders: usize) {
    let mut socket = TcpStream::connect(address).expect("a connection");
    socket.set_nodelay(true).expect("no delay");
    let mut heard = vec![0; 16_384];
    for _ in 0..orders {
        let kind = match what {
            Sent::Resting => r#""type":"limit","limit_price":"5.00""#,
            Sent::Market => r#""type":"market""#,
        };
        let body = format!(r#"{{"symbol":"F","qty":"1","side":"buy",{kind},"time_in_force":"day"}}"#);
        let request = format!(
            "POST /v2/orders HTTP/1.1\r\nHost: sim\r\nAPCA-API-KEY-ID: {}\r\nAPCA-API-SECRET-KEY: {}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            keys.key_id,
            keys.secret,
            body.len()
        );
        socket.write_all(request.as_bytes()).expect("sent");
        let mut length = 0;
        loop {
            length += socket.read(&mut heard[length..]).expect("an answer");
            if heard[..length].ends_with(b"}") {
                break;
            }
        }
        assert!(heard.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&heard[..length]));
    }
}

fn everybody(address: &str, traders: &[AccountHandle], what: Sent, orders: usize) {
    std::thread::scope(|scope| {
        for keys in traders {
            scope.spawn(move || trade(address, keys, what, orders));
        }
    });
}

/// Market orders beside so many open ones, all of them in the same share.
fn throughput(open: usize) {
    let (tell, hear) = mpsc::channel::<(String, Floor, PathBuf)>();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = std::thread::spawn(move || {
        one_core().block_on(async move {
            let server = ExchangeServer::open(WorldClock::running_from(noon()), 1).await.expect("open ports");
            server.turn(|knobs| knobs.requests_per_minute = u32::MAX);
            server.set_quote("F", Decimal::new(999, 2), Decimal::new(1_001, 2));
            let address = server.origins().paper.trim_start_matches("http://").to_owned();
            let thread = std::fs::read_link("/proc/thread-self").expect("Linux");
            tell.send((address, server.floor(), thread)).expect("somebody listens");
            stopped.await.expect("the end is told");
        });
    });
    let (address, floor, thread) = hear.recv().expect("an address");
    let seed = |name| floor.seed_account(&format!("trader {name}"), Environment::Paper, Decimal::from(10_000_000));
    let traders: Vec<AccountHandle> = (0..CONNECTIONS).map(seed).collect();
    everybody(&address, &traders[..1], Sent::Resting, open % CONNECTIONS);
    everybody(&address, &traders, Sent::Resting, open / CONNECTIONS);
    let (clock, before) = (WorldClock::running_from(noon()), spent(&thread));
    everybody(&address, &traders, Sent::Market, ORDERS);
    let (passed, on_core) = ((clock.now() - noon()).num_milliseconds(), spent(&thread) - before);
    stop.send(()).expect("the server runs");
    server.join().expect("the server ends");
    let orders = (CONNECTIONS * ORDERS) as u64;
    let rate = orders * 1_000_000_000 / on_core.max(1);
    let each = on_core / orders / 1_000;
    println!("{open:6} open: {orders} orders through HTTP in {passed} ms; {each} us each, {rate} a second of one core");
}

/// Resident memory of this process, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// Many worlds, each with its Discord, its exchange, and two friends.
fn worlds() {
    one_core().block_on(async {
        let open =
            async |seed| World::start(WorldSetup::seeded(seed, WorldClock::frozen_at(noon()))).await.expect("a world");
        drop(open(0).await);
        let (clock, before) = (WorldClock::running_from(noon()), resident());
        let mut worlds = Vec::new();
        for seed in 1..=WORLDS {
            worlds.push(open(seed).await);
        }
        let micros = (clock.now() - noon()).num_microseconds().unwrap_or_default().unsigned_abs();
        let (each, kib) = (micros / WORLDS, resident().saturating_sub(before) / WORLDS);
        println!("{WORLDS} worlds side by side: each starts in {each} us and takes {kib} KiB");
    });
}

fn main() {
    for open in [1, 1_000, 10_000] {
        throughput(open);
    }
    worlds();
}
