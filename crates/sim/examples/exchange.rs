//! The simulated Alpaca by itself: prints where it listens and a key pair for each environment, and runs until it is
//! stopped. `cargo run -p sim --example exchange [--always-open]`
#![allow(clippy::print_stdout, reason = "the addresses are what somebody starts this for")]

use domain::clock::{Clock, SystemClock};
use rust_decimal::Decimal;
use sim::clock::WorldClock;
use sim::exchange::{Environment, ExchangeServer};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let clock = WorldClock::running_from(SystemClock::start().now());
    let server = ExchangeServer::open(clock, 7).await?;
    server.list_everything();
    if std::env::args().any(|argument| argument == "--always-open") {
        server.set_market_open(Some(true));
    }
    println!("market data  {}", server.origins().data);
    for environment in [Environment::Paper, Environment::Live] {
        let keys = server.seed_account("you", environment, Decimal::from(100_000));
        println!("{:<11}  {}", environment.name(), server.origins().trading(environment));
        println!("  stream     {}", server.origins().stream(environment));
        println!("  key id     {}\n  secret     {}", keys.key_id, keys.secret);
    }
    std::future::pending().await
}
