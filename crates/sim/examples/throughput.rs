//! What the simulated exchange costs: orders per second of one core through HTTP.
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
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use tokio::runtime::{Builder, Runtime};

const CONNECTIONS: usize = 8;
const ORDERS: usize = 5_000;

fn noon() -> DateTime<Utc> {
    "2026-11-23T17:00:00Z".parse().expect("a moment")
}

fn one_core() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Nanoseconds that the calling thread has spent on a core.
fn spent() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    text.split(' ').next().and_then(|word| word.parse().ok()).expect("a number")
}

/// Sends orders one after the other on a connection of its own, and reads every answer.
fn trade(address: &str, keys: &AccountHandle, name: usize, limit: bool) {
    let mut socket = TcpStream::connect(address).expect("a connection");
    socket.set_nodelay(true).expect("no delay");
    let mut heard = vec![0; 16_384];
    for number in 0..ORDERS {
        let kind = if limit { r#""type":"limit","limit_price":"5.00""# } else { r#""type":"market""# };
        let body = format!(
            r#"{{"symbol":"F","qty":"1","side":"buy",{kind},"time_in_force":"day","client_order_id":"{name}-{limit}-{number}"}}"#
        );
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

fn throughput(limit: bool) {
    let (tell, hear) = mpsc::channel::<(String, Floor)>();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = std::thread::spawn(move || {
        one_core().block_on(async move {
            let server = ExchangeServer::open(WorldClock::running_from(noon()), 1).await.expect("open ports");
            server.turn(|knobs| knobs.requests_per_minute = u32::MAX);
            server.set_quote("F", Decimal::new(999, 2), Decimal::new(1_001, 2));
            let address = server.origins().paper.trim_start_matches("http://").to_owned();
            tell.send((address, server.floor())).expect("somebody listens");
            let before = spent();
            stopped.await.expect("the end is told");
            spent() - before
        })
    });
    let (address, floor) = hear.recv().expect("an address");
    let clock = WorldClock::running_from(noon());
    std::thread::scope(|scope| {
        for name in 0..CONNECTIONS {
            let keys = floor.seed_account(&format!("trader {name}"), Environment::Paper, Decimal::from(10_000_000));
            let address = &address;
            scope.spawn(move || trade(address, &keys, name, limit));
        }
    });
    let passed = (clock.now() - noon()).num_milliseconds();
    stop.send(()).expect("the server runs");
    let on_core = server.join().expect("the server ends");
    let orders = (CONNECTIONS * ORDERS) as u64;
    let kind = if limit { "resting limit" } else { "market" };
    println!(
        "{kind} orders: {orders} through HTTP in {passed} ms; {} a second of one core",
        orders * 1_000_000_000 / on_core.max(1)
    );
}

fn main() {
    throughput(false);
    throughput(true);
}
