//! SIGTERM at every statement of a live order's path, while something hangs, and during the start: always in order.

use crate::harness::READY;
use crate::kill::{HELD, Point};
use crate::path::{Scene, stops};
use domain::clock::{Clock, SystemClock};
use futures::future::join_all;
use sim::discord::RestFault;
use sim::exchange::{Endpoint, Fault, FaultRule};
use sim::proxy::{Moment, Way, Weather};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const TOWNS: usize = 3;
/// What promise P18 allows.
const IN_ORDER: Duration = Duration::from_secs(10);

/// How a stop went.
struct Stopped {
    after: Duration,
    wrong: Vec<String>,
}

impl Scene {
    /// Asks the bot to stop, lets go of what was held, and waits for its end.
    async fn stops(&mut self, let_go: impl FnOnce(&Self)) -> Stopped {
        let clock = SystemClock::start();
        self.town.ask_to_stop();
        let_go(self);
        let code = self.town.ended().await;
        let after = clock.elapsed();
        let mut wrong = Vec::new();
        if code != Some(0) {
            wrong.push(format!("exit code {code:?}"));
        }
        if after > IN_ORDER {
            wrong.push(format!("{after:?} until the exit"));
        }
        Stopped { after, wrong }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stop_at_any_statement_ends_in_order_and_loses_nothing() {
    let mut scenes = join_all((0..TOWNS).map(|_| Scene::open())).await;
    let statements = scenes[0].statements().await;
    let list: VecDeque<_> = stops(&statements).into_iter().filter(|s| s.moment == Moment::Before && !s.late).collect();
    let total = list.len();
    let list = Arc::new(Mutex::new(list));
    let work = scenes.iter_mut().map(|scene| {
        let list = Arc::clone(&list);
        async move {
            let mut done = Vec::new();
            loop {
                let Some(stop) = list.lock().unwrap().pop_front() else { return done };
                let shown = scene.card().await;
                let (_, trap) = scene.stands_at(&shown, &Point::Statement(stop.clone())).await;
                let mut stopped = scene.stops(|_| drop(trap)).await;
                // In order: what was decided has an end, or is with the broker, without anybody's later help.
                if scene.row(&shown).await.is_some_and(|row| row.state == "intended") {
                    stopped.wrong.push("an intent without an outcome".to_owned());
                }
                scene.town.start().await;
                stopped.wrong.extend(scene.verdict(&shown).await);
                done.push((stop, stopped));
            }
        }
    });
    let done: Vec<_> = join_all(work).await.into_iter().flatten().collect();
    report(total, done.iter().map(|(stop, stopped)| (format!("{stop:?}"), stopped)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stop_while_something_hangs_still_ends_in_order() {
    let mut scenes = join_all((0..4).map(|_| Scene::open())).await;
    let work = scenes.iter_mut().enumerate().map(|(number, scene)| async move {
        let shown = scene.card().await;
        let what = match number {
            0 => "the database",
            1 => "Alpaca, and the order did not land",
            2 => "Alpaca, and the order landed",
            _ => "Discord",
        };
        match number {
            0 => {
                let (_, _trap) = scene.stands_at(&shown, &Point::Broker(Endpoint::SubmitOrder, Fault::HangAfter)).await;
                scene.lines.database.set_both(Weather::Stall);
            }
            1 => drop(scene.stands_at(&shown, &Point::Broker(Endpoint::SubmitOrder, Fault::HangBefore)).await),
            2 => drop(scene.stands_at(&shown, &Point::Broker(Endpoint::SubmitOrder, Fault::HangAfter)).await),
            _ => {
                scene.town.discord.fail_rest("/webhooks", RestFault::Delay(Duration::from_mins(1)), 20);
                scene.clicks(&shown);
                scene.until_intended(&shown).await;
                scene.lines.discord.set_both(Weather::Stall);
            }
        }
        let mut stopped = scene.stops(|_| ()).await;
        scene.lines.all().iter().for_each(|line| line.reset());
        scene.lines.calm();
        scene.town.exchange.clear_faults();
        scene.town.start().await;
        stopped.wrong.extend(scene.verdict(&shown).await);
        (what.to_owned(), stopped)
    });
    let done = join_all(work).await;
    report(done.len(), done.iter().map(|(what, stopped)| (what.clone(), stopped)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stop_during_the_start_ends_in_order_too() {
    let mut scene = Scene::open().await;
    // Something to settle at the start.
    let shown = scene.card().await;
    drop(scene.stands_at(&shown, &Point::Broker(Endpoint::SubmitOrder, Fault::HangAfter)).await);
    scene.town.kill();
    scene.town.exchange.clear_faults();
    scene.time_passes().await;
    let mut done = Vec::new();
    for what in ["the database", "Discord", "the gateway", "Alpaca"] {
        let line = match what {
            "the database" => &scene.lines.database,
            "Discord" => &scene.lines.discord,
            "the gateway" => &scene.lines.gateway,
            _ => &scene.lines.live,
        };
        line.set(Way::Back, Weather::Stall);
        let before = line.connections();
        let ready = scene.town.times_logged(READY);
        scene.town.launch();
        let line = match what {
            "the database" => &scene.lines.database,
            "Discord" => &scene.lines.discord,
            "the gateway" => &scene.lines.gateway,
            _ => &scene.lines.live,
        };
        scene.town.until("it is under way", || line.connections() > before).await;
        let mut stopped = scene.stops(|_| ()).await;
        if what != "the gateway" && scene.town.times_logged(READY) > ready {
            stopped.wrong.push("it was ready before".to_owned());
        }
        scene.lines.all().iter().for_each(|line| line.reset());
        scene.lines.calm();
        done.push((what, stopped));
    }
    scene.town.start().await;
    let wrong = scene.verdict(&shown).await;
    assert!(wrong.is_empty(), "{wrong:?}");
    report(done.len(), done.iter().map(|(what, stopped)| ((*what).to_owned(), stopped)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn until_it_has_settled_a_new_process_acknowledges_and_refuses_to_trade_in_plain_words() {
    let mut scene = Scene::open().await;
    let shown = scene.card().await;
    drop(scene.stands_at(&shown, &Point::Broker(Endpoint::SubmitOrder, Fault::HangAfter)).await);
    scene.town.kill();
    scene.town.exchange.clear_faults();
    scene.time_passes().await;
    let hang = FaultRule { on: Some(Endpoint::OrderByClientId), account: None, fault: Fault::HangBefore, times: 100 };
    scene.town.exchange.push_fault(hang);
    let ready = scene.town.times_logged(READY);
    let connections = scene.lines.live.connections();
    scene.town.launch();
    scene.town.until("it settles", || scene.lines.live.connections() > connections).await;
    scene.town.until("it is at the gateway", || scene.town.times_logged("connected; trades are refused") >= 2).await;
    scene.town.discord.wait_ready(HELD).await.unwrap();
    let other = scene.other_than(&shown);
    let told = other.says("buy", &[("symbol", "AAPL"), ("quantity", "1")]).await;
    assert_eq!(scene.town.times_logged(READY), ready, "it was still settling");
    assert!(told.text().contains("start"), "{}", told.text());
    let pressed = scene.clicks(&shown);
    pressed.ack().await.unwrap();
    assert!(scene.placed(&shown).len() == 1);
    scene.town.exchange.clear_faults();
    scene.lines.live.reset();
    let wrong = scene.verdict(&shown).await;
    println!("PROMISE P15 cases=2 violations={} kills=1 refused_while_settling=2", wrong.len());
    assert!(wrong.is_empty(), "{wrong:?}");
}

fn report<'a>(total: usize, done: impl Iterator<Item = (String, &'a Stopped)>) {
    let mut most = Duration::ZERO;
    let mut violations = 0;
    for (what, Stopped { after, wrong }) in done {
        most = most.max(*after);
        violations += wrong.len();
        if !wrong.is_empty() {
            println!("{what}: {wrong:?}");
        }
    }
    println!("PROMISE P18 cases={total} violations={violations} max_drain_ms={}", most.as_millis());
    assert_eq!(violations, 0);
}
