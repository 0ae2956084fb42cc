//! One confirmation, one order: seeded schedules of everything that can go wrong between a click and its fill.
//!
//! Two speeds. The pure one runs `domain::life` against the pure exchange in virtual time, a hundred thousand schedules in
//! a minute. The whole one runs the real desk on the real database. A schedule follows from its seed alone; one that breaks
//! a promise prints its seed, which then goes into [`REGRESSIONS`], where it is run first for ever.
//!
//! More: `cargo test --release --locked --test main -- --ignored --nocapture many_pure` runs a million.

mod check;
mod dark;
mod desk_check;
mod desks;
mod faults;
mod gallows;
mod model;
mod pure;
mod sabotage;

use check::Figures;
use desk_check::Tally;
use desks::Town;
use pure::World;
use sabotage::Sabotage;
use std::thread;

/// Seeds that once broke a promise, of the pure schedules.
const REGRESSIONS: &[u64] = &[];
/// The same of the schedules of whole desks.
const REGRESSIONS_OF_DESKS: &[u64] = &[];

const SEEDS: u64 = 100_000;
const MANY: u64 = 1_000_000;
/// Schedules of whole desks, and how many share two processes.
const DESK_SEEDS: u64 = 2_000;
const ABREAST: usize = 25;

fn run(seeds: impl Iterator<Item = u64>) -> Figures {
    let mut figures = Figures::default();
    for seed in seeds {
        let mut world = World::new(seed, None);
        if let Err(broken) = world.run() {
            panic!(
                "{broken}\nagain: add {seed} to REGRESSIONS in tests/schedules.rs and run `cargo test --test main pure_schedules`"
            );
        }
        figures.add(world.figures);
    }
    figures
}

fn all(seeds: u64) -> Figures {
    let mut figures = run(REGRESSIONS.iter().copied());
    let threads = 2;
    thread::scope(|scope| {
        let runs: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || run((0..seeds).filter(move |seed| seed % threads == thread))))
            .collect();
        for run in runs {
            figures.add(run.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
    });
    figures
}

/// p50, p99 and the maximum, in virtual seconds.
fn spread(mut millis: Vec<i64>) -> String {
    millis.sort_unstable();
    let at = |percent: usize| {
        let place = (millis.len() * percent / 100).min(millis.len().saturating_sub(1));
        let millis = millis.get(place).copied().unwrap_or_default();
        format!("{}.{:03}", millis / 1_000, millis % 1_000)
    };
    format!("p50={}s p99={}s max={}s n={}", at(50), at(99), at(100), millis.len())
}

fn report(seeds: u64, figures: Figures) {
    let Figures { clicks, posts, looks, crashes, late, intents, unconfirmed, verdicts, .. } = figures;
    let share = unconfirmed * 1_000 / intents.max(1);
    println!(
        "PROMISE P1 cases={seeds} violations=0 clicks={clicks} intents={intents} posts={posts} duplicates=0 crashes={crashes}"
    );
    println!(
        "PROMISE P2 cases={seeds} violations=0 verdicts={verdicts} false=0 unconfirmed_share={}.{}%",
        share / 10,
        share % 10
    );
    println!("PROMISE P3 cases={seeds} violations=0 orphans=0 crashes={crashes}");
    println!(
        "PROMISE P4 cases={seeds} violations=0 unresolved=0 looks={looks} late_arrivals={late} resolve: {}",
        spread(figures.to_know)
    );
    println!("PROMISE P4 adopted after \"never arrived\": {}", spread(figures.to_adopt));
    println!("PROMISE P4 given up: {}", spread(figures.to_give_up));
}

#[test]
fn pure_schedules_keep_every_promise() {
    report(SEEDS, all(SEEDS));
}

#[test]
fn whole_desks_keep_every_promise() {
    let seeds: Vec<u64> = REGRESSIONS_OF_DESKS.iter().copied().chain(0..DESK_SEEDS).collect();
    let (even, odd): (Vec<_>, Vec<_>) = seeds.chunks(ABREAST).enumerate().partition(|(place, _)| place % 2 == 0);
    let run = |thread, batches: Vec<(usize, &[u64])>| {
        let mut tally = Tally::default();
        let mut town = Town::found(thread);
        for (_, seeds) in batches {
            tally.add(town.run(seeds));
        }
        tally
    };
    let mut tally = Tally::default();
    thread::scope(|scope| {
        for run in [scope.spawn(|| run(0, even)), scope.spawn(|| run(1, odd))] {
            tally.add(run.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
    });
    let Tally { schedules, clicks, unheard, intents, posts, orders, doubted, verdicts, kills, mut ready_millis } =
        tally;
    ready_millis.sort_unstable();
    let ready = |percent: usize| ready_millis[(ready_millis.len() * percent / 100).min(ready_millis.len() - 1)];
    println!(
        "PROMISE P1 desks cases={schedules} violations=0 clicks={clicks} intents={intents} posts={posts} orders={orders} duplicates=0"
    );
    println!(
        "PROMISE P2 desks cases={schedules} violations=0 verdicts={verdicts} false=0 unconfirmed_share={}%",
        doubted * 100 / intents.max(1)
    );
    println!("PROMISE P3 desks cases={posts} violations=0 orphans=0 kills={kills}");
    println!("PROMISE P4 desks cases={intents} violations=0 unresolved=0");
    println!(
        "PROMISE P15 desks kills={kills} unheard={unheard} ready_p50={}ms ready_max={}ms manual_steps=0",
        ready(50),
        ready(100)
    );
}

#[test]
#[ignore = "ten times as many schedules, for an evening and an optimised build: docs/benchmarks.md"]
fn many_pure_schedules_keep_every_promise() {
    report(MANY, all(MANY));
}

#[test]
fn the_checks_of_a_schedule_see_every_sabotage() {
    for sabotage in Sabotage::ALL {
        let caught =
            (0..2_000).find_map(|seed| World::new(seed, Some(sabotage)).run().err().map(|broken| (seed, broken)));
        let (seed, broken) = caught.unwrap_or_else(|| panic!("{sabotage:?} was not seen"));
        println!("PROMISE checks sabotage={sabotage:?} seen_after={} as {broken}", seed + 1);
    }
}
