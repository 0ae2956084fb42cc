//! The running exchange: three local ports, a clock that drives it, and a handle for tests and the demo.

use super::accounts::Position;
use super::auth::AccountHandle;
use super::dashboard;
use super::faults::FaultRule;
use super::limits::{Arrival, Surface};
use super::line::{Switch, Trunk};
use super::orders::Order;
use super::records::Booking;
use super::routes::Endpoint;
use super::stream::{Gallery, Word};
use super::venue::{Exchange, Knobs};
use super::{Environment, Origin, http};
use crate::clock::WorldClock;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::Value;
use std::io;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// How often, in real time, the background brings the exchange up to the clock.
const TICK: Duration = Duration::from_millis(20);

/// Where the exchange listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins {
    /// Stands for `https://paper-api.alpaca.markets`.
    pub paper: String,
    /// Stands for `https://api.alpaca.markets`.
    pub live: String,
    /// Stands for `https://data.alpaca.markets`.
    pub data: String,
}

impl Origins {
    /// The trading origin of an environment.
    pub fn trading(&self, environment: Environment) -> &str {
        match environment {
            Environment::Paper => &self.paper,
            Environment::Live => &self.live,
        }
    }

    /// The trade stream of an environment, as a `ws://` address.
    pub fn stream(&self, environment: Environment) -> String {
        format!("{}/stream", self.trading(environment).replacen("http", "ws", 1))
    }
}

struct World {
    exchange: Exchange,
    gallery: Gallery,
}

/// A handle on a running exchange: looks in, and turns the knobs. Cloning shares it.
#[derive(Clone)]
pub struct Floor {
    world: Arc<Mutex<World>>,
    clock: WorldClock,
    switches: Arc<[Switch; 3]>,
}

impl Floor {
    /// An exchange without sockets, for [`super::Pit`] and tests in virtual time.
    pub fn new(exchange: Exchange, clock: WorldClock) -> Self {
        let world = Arc::new(Mutex::new(World { exchange, gallery: Gallery::default() }));
        Self { world, clock, switches: Arc::default() }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something to the exchange at the clock's present moment, and passes on what streams should hear of it.
    pub fn with<T>(&self, act: impl FnOnce(&mut Exchange, DateTime<Utc>) -> T) -> T {
        let mut world = self.world();
        let outcome = act(&mut world.exchange, self.clock.now());
        let notices = world.exchange.take_notices();
        world.gallery.tell(notices, &world.exchange);
        outcome
    }

    /// Like [`Floor::with`], after everything that is due has happened.
    fn look<T>(&self, at: impl FnOnce(&mut Exchange, DateTime<Utc>) -> T) -> T {
        self.with(|exchange, now| {
            exchange.settle(now);
            at(exchange, now)
        })
    }

    /// The clock of this world.
    pub const fn clock(&self) -> &WorldClock {
        &self.clock
    }

    /// Opens an account with cash and its first key pair.
    pub fn seed_account(&self, name: &str, environment: Environment, cash: Decimal) -> AccountHandle {
        self.with(|exchange, now| exchange.seed_account(now, name, environment, cash))
    }

    /// Cuts a new key pair; the old one opens nothing any more. None for an account that is not here.
    pub fn regenerate_keys(&self, account: Uuid) -> Option<AccountHandle> {
        self.with(|exchange, _| exchange.regenerate_keys(account))
    }

    /// Turns knobs.
    pub fn turn(&self, turn: impl FnOnce(&mut Knobs)) {
        self.with(|exchange, _| turn(&mut exchange.knobs));
    }

    /// Pins the quote of a symbol.
    pub fn set_quote(&self, symbol: &str, bid: Decimal, ask: Decimal) {
        self.with(|exchange, now| exchange.market.set_quote(symbol, bid, ask, now));
    }

    /// Lists more than ten thousand assets instead of the hundred or so that everybody knows.
    pub fn list_everything(&self) {
        self.with(|exchange, _| exchange.market.list_everything());
    }

    /// Opens or closes the regular session whatever the calendar says; `None` follows the calendar again.
    pub fn set_market_open(&self, open: Option<bool>) {
        self.with(|exchange, _| match open {
            Some(open) => exchange.market.set_open(open),
            None => exchange.market.follow_calendar(),
        });
    }

    /// Adds a fault.
    pub fn push_fault(&self, rule: FaultRule) {
        self.with(|exchange, _| exchange.push_fault(rule));
    }

    /// Takes back every fault that has not struck.
    pub fn clear_faults(&self) {
        self.with(|exchange, _| exchange.clear_faults());
    }

    /// How many fault rules have not struck to the end.
    pub fn faults_waiting(&self) -> usize {
        self.with(|exchange, _| exchange.faults_waiting())
    }

    /// Takes an origin off the network (connections are reset, new ones too) or puts it back.
    pub fn set_down(&self, origin: Origin, down: bool) {
        let [paper, live, data] = &*self.switches;
        match origin {
            Origin::Trading(Environment::Paper) => paper,
            Origin::Trading(Environment::Live) => live,
            Origin::Data => data,
        }
        .set_down(down);
    }

    /// Closes the trade streams of an account.
    pub fn drop_streams(&self, account: Uuid) {
        self.world().gallery.drop_account(account);
    }

    /// How many trade streams of an account are listening.
    pub fn listeners(&self, account: Uuid) -> usize {
        self.world().gallery.listeners(account)
    }

    /// Every order of an account, oldest first.
    pub fn orders(&self, account: Uuid) -> Vec<Order> {
        self.look(|exchange, _| exchange.orders(account).to_vec())
    }

    /// Everything that arrived, in order.
    pub fn requests(&self) -> Vec<Arrival> {
        self.with(|exchange, _| exchange.requests().to_vec())
    }

    /// How many requests to `endpoint` an account made.
    pub fn count_of(&self, account: Uuid, endpoint: Endpoint) -> usize {
        self.with(|exchange, _| exchange.count_of(account, endpoint))
    }

    /// The largest number of requests an account made to a host in any sliding 60 s of world time.
    pub fn max_in_any_minute(&self, account: Uuid, surface: Surface) -> usize {
        self.with(|exchange, _| exchange.max_in_any_minute(account, surface))
    }

    /// Moves money of an account without an order: transfers, dividends, fees, interest.
    pub fn book(&self, account: Uuid, booking: Booking) {
        self.with(|exchange, now| exchange.book(account, booking, now));
    }

    /// Cash of an account; zero for one that is not here.
    pub fn cash(&self, account: Uuid) -> Decimal {
        self.look(|exchange, _| exchange.account(account).map(|account| account.cash).unwrap_or_default())
    }

    /// Open positions of an account.
    pub fn positions(&self, account: Uuid) -> Vec<Position> {
        self.look(|exchange, _| {
            exchange.account(account).map(|account| account.positions.values().cloned().collect()).unwrap_or_default()
        })
    }

    /// What a page about an account shows.
    pub fn dashboard(&self, account: Uuid) -> Value {
        self.look(|exchange, now| dashboard::draw(exchange, account, now))
    }

    pub(super) fn sit(&self, environment: Environment) -> (u64, UnboundedReceiver<Word>) {
        self.world().gallery.sit(environment)
    }

    pub(super) fn leave(&self, seat: u64) {
        self.world().gallery.leave(seat);
    }

    pub(super) fn knows(&self, seat: u64) -> bool {
        self.world().gallery.knows(seat)
    }

    pub(super) fn hear(&self, seat: u64, text: &str) {
        let world = &mut *self.world();
        world.gallery.hear(seat, text, &world.exchange);
    }
}

/// An exchange on three ports of 127.0.0.1. It stops, and its connections are reset, when it is dropped.
pub struct ExchangeServer {
    floor: Floor,
    origins: Origins,
    tasks: Vec<JoinHandle<()>>,
}

impl ExchangeServer {
    /// Opens a new exchange.
    ///
    /// # Errors
    /// When a local port cannot be opened.
    pub async fn open(clock: WorldClock, seed: u64) -> io::Result<Self> {
        let exchange = Exchange::new(seed, clock.now());
        Self::serve(exchange, clock).await
    }

    /// Serves an exchange that exists already.
    ///
    /// # Errors
    /// When a local port cannot be opened.
    pub async fn serve(exchange: Exchange, clock: WorldClock) -> io::Result<Self> {
        let floor = Floor::new(exchange, clock);
        let [paper_switch, live_switch, data_switch] = &*floor.switches;
        let (paper, paper_task) = open(&floor, Origin::Trading(Environment::Paper), paper_switch).await?;
        let (live, live_task) = open(&floor, Origin::Trading(Environment::Live), live_switch).await?;
        let (data, data_task) = open(&floor, Origin::Data, data_switch).await?;
        let tasks = vec![paper_task, live_task, data_task, tokio::spawn(keep_time(floor.clone()))];
        Ok(Self { floor, origins: Origins { paper, live, data }, tasks })
    }

    /// Where it listens.
    pub const fn origins(&self) -> &Origins {
        &self.origins
    }

    /// A handle that can be kept and shared.
    pub fn floor(&self) -> Floor {
        self.floor.clone()
    }
}

impl Deref for ExchangeServer {
    type Target = Floor;

    fn deref(&self) -> &Floor {
        &self.floor
    }
}

impl Drop for ExchangeServer {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        self.floor.switches.iter().for_each(|switch| switch.set_down(true));
    }
}

async fn open(floor: &Floor, origin: Origin, switch: &Switch) -> io::Result<(String, JoinHandle<()>)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let router = http::router(floor.clone(), origin);
    let service = router.into_make_service_with_connect_info::<super::line::Cord>();
    let trunk = Trunk::new(listener, switch.clone());
    let task = tokio::spawn(async move {
        if let Err(error) = axum::serve(trunk, service).await {
            tracing::error!(%error, ?origin, "simulated origin stopped");
        }
    });
    Ok((url, task))
}

async fn keep_time(floor: Floor) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        floor.with(Exchange::settle);
    }
}
