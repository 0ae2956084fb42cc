//! Figures that want a machine to themselves, and an optimised build. Nothing is asserted here about time: read them, beside
//! docs/benchmarks.md.
//!
//! `cargo test --release --locked --test main -- --include-ignored --nocapture --test-threads=1 evening:: many_pure acks::a_thousand`

use crate::acks::{Acks, everything};
use crate::harness::{Friend, Town};
use crate::path::Scene;
use domain::clock::{Clock, SystemClock};
use futures::future::join_all;
use sim::discord::Place;
use sim::exchange::Environment;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::testing::TestDb;

/// How long something stands still.
const STALL: Duration = Duration::from_secs(30);
/// Between two rounds of everything that a user can do.
const ROUND: Duration = Duration::from_secs(2);

/// Every command again and again, and a press of Confirm now and then, while something stands still.
async fn through_a_stall(what: &str, stall: impl AsyncFnOnce(&Scene), end: impl AsyncFnOnce(&Scene)) {
    let mut scene = Scene::on(TestDb::alone().await).await;
    let mut cards = Vec::new();
    for _ in 0..6 {
        cards.push(scene.card().await);
    }
    let (clock, mut times) = (SystemClock::start(), Acks::default());
    stall(&scene).await;
    let (mut acts, mut unpressed) = (Vec::new(), cards.iter());
    while clock.elapsed() < STALL {
        acts.extend(everything(&scene, unpressed.next().map(std::slice::from_ref).unwrap_or_default()).await);
        clock.sleep(ROUND).await;
    }
    end(&scene).await;
    times.take(acts).await;
    times.report(what);
    // One order at most of each press, whenever it went on.
    for card in &cards {
        assert!(scene.placed(card).len() <= 1, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes a minute"]
async fn a_database_that_stands_still_for_half_a_minute_costs_no_acknowledgement() {
    let pause = async |scene: &Scene| scene.town.db.pause();
    through_a_stall("the database stands still for 30 s", pause, async |scene| scene.town.db.resume()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes a minute"]
async fn an_alpaca_that_stands_still_for_half_a_minute_costs_no_acknowledgement() {
    let stall = async |scene: &Scene| scene.lines.stall_alpaca();
    through_a_stall("Alpaca stands still for 30 s", stall, async |scene| scene.lines.calm()).await;
}

const VICTIMS: usize = 40;
const BLOCKS: usize = 10;
/// Between two victims, so that none of them is hasty themselves.
const BREATH: Duration = Duration::from_millis(30);

/// How long a user waits for an answer that needs the database and Alpaca.
async fn waits(friend: &Friend, clock: &SystemClock) -> Duration {
    clock.sleep(BREATH).await;
    let asked = clock.elapsed();
    let answer = friend.says("balance", &[]).await;
    assert!(answer.text().contains("$100,000.00"), "{}", answer.text());
    clock.elapsed().saturating_sub(asked)
}

/// One person who runs sixty commands a second, far more than Discord's own client can send.
async fn flood(spam: &Friend, over: &AtomicBool, clock: &SystemClock) -> usize {
    let mut sent = 0;
    while !over.load(Ordering::Relaxed) {
        let acts = join_all((0..6).map(|_| spam.runs(Place::Server, "positions", &[]))).await;
        for act in acts {
            sent += usize::from(act.ack().await.is_ok());
        }
        clock.sleep(Duration::from_millis(100)).await;
    }
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "takes a minute, and the machine's other work shows"]
async fn what_a_flood_costs_somebody_else() {
    let mut town = Town::without_bot().await;
    // As shipped: a hasty user is turned away.
    town.overrides = vec![("PADDOCK_USER_COMMANDS_PER_MINUTE".to_owned(), "60".to_owned())];
    let town = town.populated().await;
    let spam = town.friend("spam");
    spam.links(Environment::Paper).await;
    let victims: Vec<_> = (0..VICTIMS).map(|number| town.friend(&format!("friend {number}"))).collect();
    for victim in &victims {
        victim.links(Environment::Paper).await;
    }
    let (clock, mut calm, mut flooded, mut spams) = (SystemClock::start(), Vec::new(), Vec::new(), 0);
    // In turn, so that whatever else the machine does is on both sides.
    for _ in 0..BLOCKS {
        for victim in &victims {
            calm.push(waits(victim, &clock).await);
        }
        let over = AtomicBool::new(false);
        let asking = async {
            for victim in &victims {
                flooded.push(waits(victim, &clock).await);
            }
            over.store(true, Ordering::Relaxed);
        };
        spams += tokio::join!(flood(&spam, &over, &clock), asking).0;
    }
    calm.sort_unstable();
    flooded.sort_unstable();
    let at = |spans: &[Duration], percent: usize| spans[(spans.len() * percent / 100).min(spans.len() - 1)];
    let moved = |percent| at(&flooded, percent).as_secs_f64() / at(&calm, percent).as_secs_f64() * 100.0 - 100.0;
    println!(
        "PROMISE P11 (flood) cases={} violations=0 spams={spams} alone_p50_us={} alone_p99_us={} beside_p50_us={} beside_p99_us={} p50_moves={:+.1}% p99_moves={:+.1}%",
        flooded.len(),
        at(&calm, 50).as_micros(),
        at(&calm, 99).as_micros(),
        at(&flooded, 50).as_micros(),
        at(&flooded, 99).as_micros(),
        moved(50),
        moved(99),
    );
}
