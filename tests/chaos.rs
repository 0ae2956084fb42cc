//! The network breaks in the middle of a confirm, at each of the bot's sockets, and comes back: one order at most, the
//! truth is shown, and nobody has to do anything.

use crate::harness::PATIENCE;
use crate::kill::{HELD, Point};
use crate::path::{Scene, Stop, stops};
use domain::clock::{Clock, SystemClock};
use futures::future::join_all;
use sim::discord::Place;
use sim::proxy::{Moment, Proxy, Way, Weather};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const TOWNS: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Socket {
    Database,
    Alpaca,
    Discord,
    Gateway,
}

#[derive(Clone, Copy, Debug)]
enum Break {
    Weather(Way, Weather),
    /// Every connection is reset, and new ones are refused.
    Refuse,
    /// Every connection is reset once.
    Reset,
}

impl Socket {
    fn line(self, scene: &Scene) -> &Proxy {
        match self {
            Self::Database => &scene.lines.database,
            Self::Alpaca => &scene.lines.live,
            Self::Discord => &scene.lines.discord,
            Self::Gateway => &scene.lines.gateway,
        }
    }
}

fn breaks(socket: Socket) -> Vec<Break> {
    let stops = [Weather::Stall, Weather::HalfOpen, Weather::CutAfter(60)];
    let slow = [Weather::Drip(Duration::from_millis(1)), Weather::Delay(Duration::from_millis(120))];
    let there = stops.into_iter().chain(slow).map(|weather| Break::Weather(Way::There, weather));
    let back = stops.map(|weather| Break::Weather(Way::Back, weather));
    match socket {
        // Nothing of an order's path goes over the gateway but the click, so what is slow there is only late.
        Socket::Gateway => vec![Break::Weather(Way::There, Weather::HalfOpen), Break::Reset, Break::Refuse],
        _ => there.chain(back).chain([Break::Refuse, Break::Reset]).collect(),
    }
}

impl Scene {
    async fn breaks_in_the_middle(&mut self, socket: Socket, how: Break, middle: &Stop) -> Vec<String> {
        let shown = self.card().await;
        let (reached, trap) = self.stands_at(&shown, &Point::Statement(middle.clone())).await;
        assert!(reached, "{middle:?}");
        let line = socket.line(self);
        match how {
            Break::Weather(way, weather) => line.set(way, weather),
            Break::Refuse => {
                line.refuse(true);
                line.reset();
            }
            Break::Reset => line.reset(),
        }
        drop(trap);
        // Until the receipt comes, or for long enough to do harm.
        let click = self.clicks(&shown).within(Duration::from_millis(1200));
        let _ = click.message_when(|m| m.text().contains("Filled")).await;
        let line = socket.line(self);
        line.calm();
        // What was cut in half does not heal; a new connection does.
        if matches!(how, Break::Weather(_, Weather::HalfOpen)) {
            line.reset();
        }
        let mut wrong = Vec::new();
        if !self.recovers().await {
            wrong.push("no command was answered again".to_owned());
        }
        wrong.extend(self.verdict(&shown).await);
        wrong
    }

    /// Waits until a command that needs every socket is answered. serenity comes back from a refused gateway only with its
    /// next heartbeat, after 41 s.
    async fn recovers(&self) -> bool {
        let clock = SystemClock::start();
        while clock.elapsed() < PATIENCE * 3 {
            let friend = &self.friends()[0];
            let Ok(act) = friend.user.run(Place::Server, "balance", &[("account", "live")]).await else { continue };
            let reply = act.within(HELD).reply().await;
            if reply.is_ok_and(|reply| reply.text().contains('$')) {
                return true;
            }
        }
        false
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_network_that_breaks_in_the_middle_of_a_confirm_never_doubles_or_hides_an_order() {
    let mut scenes = join_all((0..TOWNS).map(|_| Scene::open())).await;
    let statements = scenes[0].statements().await;
    let commits: Vec<_> = stops(&statements).into_iter().filter(|stop| stop.sql == "COMMIT" && !stop.late).collect();
    let mut list = VecDeque::new();
    for (socket, moment) in [
        (Socket::Gateway, Moment::After),
        (Socket::Discord, Moment::Before),
        (Socket::Alpaca, Moment::After),
        (Socket::Database, Moment::Before),
    ] {
        for (number, how) in breaks(socket).into_iter().enumerate() {
            // The commit of the intent, and that of the right to send, in turn.
            let middle = commits.iter().filter(|stop| stop.moment == moment).nth(number % 2).unwrap();
            list.push_back((socket, how, middle.clone()));
        }
    }
    let total = list.len();
    let list = Arc::new(Mutex::new(list));
    let work = scenes.iter_mut().map(|scene| {
        let list = Arc::clone(&list);
        async move {
            let mut done = Vec::new();
            loop {
                let Some((socket, how, middle)) = list.lock().unwrap().pop_front() else { return done };
                let wrong = scene.breaks_in_the_middle(socket, how, &middle).await;
                done.push((socket, how, wrong));
            }
        }
    });
    let done: Vec<_> = join_all(work).await.into_iter().flatten().collect();
    let violations: usize = done.iter().map(|(.., wrong)| wrong.len()).sum();
    for (socket, how, wrong) in done.iter().filter(|(.., wrong)| !wrong.is_empty()) {
        println!("{socket:?} {how:?}: {wrong:?}");
    }
    println!("PROMISE P1 cases={total} violations={violations} sockets=4 restarts=0");
    assert_eq!(violations, 0);
}
