//! `kill -9` at every commit and await of a live order's path, and a new start: docs/kill-points.md, run.

use crate::path::{Scene, Shown, Stop, name_of, stops};
use domain::clock::{Clock, SystemClock};
use futures::future::join_all;
use sim::discord::RestFault;
use sim::exchange::{Endpoint, Fault, FaultRule};
use sim::proxy::{Way, Weather};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Towns that work the list off side by side.
const TOWNS: usize = 3;
pub const HELD: Duration = Duration::from_secs(6);

/// Where the process dies.
#[derive(Clone, Debug)]
pub enum Point {
    /// At a statement.
    Statement(Stop),
    /// While a request to Alpaca is under way.
    Broker(Endpoint, Fault),
    /// While the acknowledgement is under way and Discord has not got it.
    AckBefore,
    /// While an answer of Discord's is under way: the path's part, and how many answers to let pass.
    DiscordAfter(&'static str),
}

pub fn points(statements: &[sim::proxy::Statement]) -> VecDeque<Point> {
    let asked = [
        (Endpoint::LatestQuote, Fault::HangBefore),
        (Endpoint::SubmitOrder, Fault::HangBefore),
        (Endpoint::SubmitOrder, Fault::HangAfter),
        (Endpoint::SubmitOrder, Fault::LateArrival(Duration::from_millis(2500))),
        (Endpoint::Order, Fault::HangBefore),
    ];
    let asked = asked.into_iter().map(|(endpoint, fault)| Point::Broker(endpoint, fault));
    let told = [Point::AckBefore, Point::DiscordAfter("/callback"), Point::DiscordAfter("/messages/@original")];
    stops(statements).into_iter().map(Point::Statement).chain(asked).chain(told).collect()
}

impl Scene {
    /// Presses Confirm and waits until the path stands still at the point; false when it was never reached.
    pub async fn stands_at(&self, shown: &Shown, point: &Point) -> (bool, Option<sim::proxy::Trap>) {
        let heard = self.town.discord.received().len();
        match point {
            Point::Statement(stop) => {
                let mut trap = self.lines.database.hold(&stop.sql, stop.skip, stop.moment);
                self.clicks(shown);
                (trap.sprung(HELD).await, Some(trap))
            }
            Point::Broker(endpoint, fault) => {
                self.town.exchange.push_fault(FaultRule::once(*endpoint, fault.clone()));
                self.clicks(shown);
                let clock = SystemClock::start();
                while self.town.exchange.faults_waiting() > 0 && clock.elapsed() < HELD {
                    clock.sleep(Duration::from_millis(10)).await;
                }
                (self.town.exchange.faults_waiting() == 0, None)
            }
            Point::AckBefore => {
                self.lines.discord.set(Way::There, Weather::Stall);
                self.clicks(shown);
                self.until_intended(shown).await;
                (true, None)
            }
            Point::DiscordAfter(part) => {
                self.town.discord.fail_rest(part, RestFault::Delay(Duration::from_mins(1)), 1);
                self.clicks(shown);
                let told = || self.town.discord.received().iter().skip(heard).any(|it| it.path.contains(part));
                self.town.until("Discord is told", told).await;
                (true, None)
            }
        }
    }

    pub async fn until_intended(&self, shown: &Shown) {
        while self.row(shown).await.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// One order, one death, one start.
    async fn dies_at(&mut self, point: &Point) -> (bool, Vec<String>) {
        let shown = self.card().await;
        let (reached, trap) = self.stands_at(&shown, point).await;
        let mut wrong = Vec::new();
        if matches!(point, Point::AckBefore | Point::DiscordAfter("/callback")) && !self.placed(&shown).is_empty() {
            wrong.push("sent before the click was acknowledged".to_owned());
        }
        for order in self.placed(&shown) {
            // Read in another session, so it is committed; and the broker's answer has not been taken in.
            let known = self.row(&shown).await.is_some_and(|row| row.client_order_id == order.client_order_id);
            if !known {
                wrong.push("at the exchange before its intent was committed".to_owned());
            }
        }
        self.town.kill();
        let late = matches!(point, Point::Statement(Stop { late: true, .. })).then_some(trap);
        if late.is_none() {
            self.lines.all().iter().for_each(|line| line.reset());
        }
        self.lines.calm();
        self.town.exchange.clear_faults();
        if shown.quantity % 2 == 0 {
            self.time_passes().await;
        }
        self.town.start().await;
        drop(late);
        wrong.extend(self.verdict(&shown).await);
        (reached, wrong)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_that_dies_anywhere_leaves_one_order_at_most_and_nothing_to_do_by_hand() {
    let mut scenes = join_all((0..TOWNS).map(|_| Scene::open())).await;
    let statements = scenes[0].statements().await;
    let document = include_str!("../docs/kill-points.md");
    for statement in &statements {
        let name = name_of(&statement.sql).unwrap_or_else(|| panic!("not in the list: {}", statement.sql));
        assert!(document.contains(&format!("| `{name}` |")), "docs/kill-points.md has no `{name}`");
    }
    let list = points(&statements);
    let total = list.len();
    let list = Arc::new(Mutex::new(list));
    let work = scenes.iter_mut().map(|scene| {
        let list = Arc::clone(&list);
        async move {
            let mut done = Vec::new();
            loop {
                let point = list.lock().unwrap().pop_front();
                let Some(point) = point else { return done };
                let (reached, wrong) = scene.dies_at(&point).await;
                done.push((point, reached, wrong));
            }
        }
    });
    let done: Vec<_> = join_all(work).await.into_iter().flatten().collect();
    let ready: Vec<u64> = scenes.iter().flat_map(|scene| scene.town.ready_ms()).collect();
    let covered = done.iter().filter(|(_, reached, _)| *reached).count();
    for (point, reached, wrong) in &done {
        if !reached || !wrong.is_empty() {
            println!("{point:?} reached={reached} {wrong:?}");
        }
    }
    let violations: usize = done.iter().map(|(.., wrong)| wrong.len()).sum();
    let placed: usize = scenes.iter().map(Scene::orders_in_all).sum();
    println!("PROMISE P1 cases={total} violations={violations} kill_points={covered}/{total} orders={placed}");
    let of = |what: &str| done.iter().flat_map(|(.., wrong)| wrong).filter(|wrong| wrong.contains(what)).count();
    let orphans = of("without an intent") + of("before its intent");
    println!("PROMISE P3 cases={placed} violations={orphans} orphans={orphans}");
    println!(
        "PROMISE P15 cases={total} violations={violations} kills={total} ready_ms_p50={} ready_ms_max={} manual_steps={}",
        middle(&ready),
        ready.iter().max().unwrap(),
        of("orders at the exchange")
    );
    assert_eq!(violations, 0);
    assert!(covered * 100 >= total * 95, "{covered} of {total}");
}

pub fn middle(figures: &[u64]) -> u64 {
    let mut sorted = figures.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}
