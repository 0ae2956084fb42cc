//! One schedule at full speed: the real `life::step` and the real exchange in virtual time, around a small model of the desk.
//!
//! The model keeps the desk's rules in their smallest form: tickets and intents survive a crash, everything else does not;
//! the intent is committed before the POST; a lease says who may send; the resolver looks when an intent is due. Each turn
//! one thing happens, drawn from the seed, and after each turn the whole world is checked.

use super::check::{Broken, Figures};
use super::sabotage::Sabotage;
use chrono::{DateTime, TimeDelta, Utc};
use domain::account;
use domain::brokerage::{Access, Answered, Brokerage, Meter};
use domain::credential::KeyPair;
use domain::ids::ClientOrderId;
use domain::life::{Ending, Life, Seen, State};
use domain::money::{Price, Quantity};
use domain::order::{BrokerOrder, Order, Pricing, Side, Size};
use domain::outcome::Lookup;
use domain::symbol::Symbol;
use futures::FutureExt;
use rust_decimal::Decimal;
use sim::clock::WorldClock;
use sim::exchange::{self, Exchange, Floor, Market, Pit};
use sim::rng::Rng;
use std::sync::LazyLock;
use uuid::Uuid;

/// Longest wait for the truth once the broker answers and shows the order.
const BOUND: TimeDelta = TimeDelta::minutes(16);
/// The same for an order that turned up after it had counted as never arrived.
const BOUND_LATE: TimeDelta = TimeDelta::hours(25);

/// A market with one stock, whose price stands still. Made once: it costs more than a schedule.
static MARKET: LazyLock<Market> = LazyLock::new(|| {
    let mut market = Exchange::new(0, start()).market;
    market.keep_only("F");
    market.set_quote("F", Decimal::new(999, 2), Decimal::new(1001, 2), start());
    market
});

/// 2026-11-23, 15:00 UTC: a Monday, the market is open.
fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_446_000, 0).unwrap()
}

/// An intent's row.
pub struct Row {
    pub name: ClientOrderId,
    pub ticket: usize,
    pub order: Order,
    pub life: Life,
    pub answered_looks: u32,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub next_look: Option<DateTime<Utc>>,
    /// When the truth could first have been seen.
    pub visible_at: Option<DateTime<Utc>>,
    /// When the row first knew of the order.
    pub known_at: Option<DateTime<Utc>>,
    /// When it was given up for lost.
    pub lost_at: Option<DateTime<Utc>>,
    pub was_in_doubt: bool,
}

pub(super) enum Stage {
    Clicked { ticket: usize },
    Committed { row: usize, since: DateTime<Utc> },
    Leased { row: usize },
    Heard { row: usize, seen: Seen },
    Looking { row: usize },
    Looked { row: usize, seen: Seen },
}

/// Something a process is in the middle of. Gone when it crashes.
pub(super) struct Task {
    pub(super) process: u64,
    pub(super) stage: Stage,
}

/// A world of one schedule.
pub struct World {
    pub rng: Rng,
    pub floor: Floor,
    pub account: Uuid,
    pub rows: Vec<Row>,
    /// What users were told, by row.
    pub told: Vec<(usize, State)>,
    pub sabotage: Option<Sabotage>,
    pub figures: Figures,
    pub(super) pit: Pit,
    pub(super) access: Access,
    pub(super) used: Vec<bool>,
    pub(super) wanted: Vec<Order>,
    pub(super) lease: Option<(usize, DateTime<Utc>)>,
    pub(super) tasks: Vec<Task>,
    /// Requests that are still on their way.
    pub(super) flying: Vec<(DateTime<Utc>, usize)>,
    /// What a stream is about to say, late, twice or out of order.
    pub(super) sights: Vec<(DateTime<Utc>, BrokerOrder)>,
    pub(super) outage: bool,
    pub(super) rest_lag: TimeDelta,
    pub(super) calm_since: Option<DateTime<Utc>>,
}

impl World {
    pub fn new(seed: u64, sabotage: Option<Sabotage>) -> Self {
        let mut rng = Rng::seeded(seed);
        let start = start();
        let mut exchange = Exchange::around(MARKET.clone(), seed, start);
        let rest_lag = TimeDelta::milliseconds([0, 0, 0, 25, 250, 5_000, 600_000, 21_600_000][at(&mut rng, 8)]);
        exchange.knobs.rest_lag = rest_lag;
        exchange.knobs.partial_fill_percent = [0, 50][at(&mut rng, 2)];
        exchange.knobs.cancel_latency = TimeDelta::seconds([0, 3, 3_600][at(&mut rng, 3)]);
        exchange.knobs.venue_latency = TimeDelta::milliseconds([6, 6, 2_000, 7_200_000][at(&mut rng, 4)]);
        exchange.knobs.requests_per_minute = 100_000;
        let keys = exchange.seed_account(start, "ann", exchange::Environment::Live, Decimal::from(10_000));
        let floor = Floor::new(exchange, WorldClock::frozen_at(start));
        let access = Access {
            environment: account::Environment::Live,
            meter: Meter("ann".into()),
            keys: KeyPair { key_id: keys.key_id.clone().into(), secret: keys.secret.clone().into() },
            answered: Answered::default(),
        };
        let tickets = 1 + at(&mut rng, 2);
        let wanted: Vec<Order> = (0..tickets).map(|_| order(&mut rng)).collect();
        let mut tasks = Vec::new();
        for ticket in 0..tickets {
            for _ in 0..=at(&mut rng, 3) {
                tasks.push(Task { process: rng.below(2), stage: Stage::Clicked { ticket } });
            }
        }
        Self {
            pit: Pit::on(floor.clone()),
            floor,
            account: keys.account_id,
            rows: Vec::new(),
            told: Vec::new(),
            sabotage,
            figures: Figures::default(),
            access,
            used: vec![false; tickets],
            wanted,
            lease: None,
            tasks,
            flying: Vec::new(),
            sights: Vec::new(),
            outage: rng.chance(10),
            rest_lag,
            calm_since: None,
            rng,
        }
    }

    /// Runs the schedule to its end.
    pub fn run(&mut self) -> Result<(), Broken> {
        for _ in 0..15 + self.rng.below(30) {
            self.turn();
            self.check()?;
        }
        // From here on the broker answers, and nobody dies any more.
        self.outage = false;
        self.calm_since = Some(self.now());
        self.floor.turn(|knobs| knobs.venue_latency = knobs.venue_latency.min(TimeDelta::seconds(60)));
        let mut turns = 0;
        while self.calm_turn() {
            self.check()?;
            turns += 1;
            if turns > 2_000 {
                return Err(Broken::Unresolved(self.states()));
            }
        }
        self.check_end()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.floor.clock().now()
    }

    pub fn is_flying(&self, row: usize) -> bool {
        self.flying.iter().any(|(_, flying)| *flying == row)
    }

    pub fn states(&self) -> String {
        let rows = self.rows.iter().map(|row| format!("{}@{:?}", row.life.state.as_str(), row.next_look));
        rows.collect::<Vec<_>>().join(", ")
    }

    fn pass(&mut self, span: TimeDelta) {
        let until = self.now() + span;
        // What flies lands at its own moment.
        self.flying.sort_by_key(|(at, _)| *at);
        while self.flying.first().is_some_and(|(at, _)| *at <= until) {
            let (at, row) = self.flying.remove(0);
            self.floor.clock().set(at.max(self.now()));
            self.land(row);
        }
        self.floor.clock().set(until);
    }

    /// One thing happens.
    fn turn(&mut self) {
        match self.rng.below(100) {
            0..56 => self.move_on(),
            56..66 => {
                let seconds = [0, 0, 1, 1, 1, 5, 5, 31, 50, 900][at(&mut self.rng, 10)];
                self.pass(TimeDelta::milliseconds(50 + seconds * 1_000));
            }
            66..77 => {
                self.look_round();
            }
            77..81 => self.crash(),
            81..88 => self.show_something(),
            88..92 => {
                let ticket = at(&mut self.rng, self.wanted.len());
                let process = self.rng.below(2);
                self.tasks.push(Task { process, stage: Stage::Clicked { ticket } });
            }
            92..95 => self.outage = !self.outage,
            95..98 => self.withdraw(),
            _ => self.pass(TimeDelta::minutes(30)),
        }
    }

    /// Drains what is under way, then goes to the next moment at which something is due. `false` when all is over.
    fn calm_turn(&mut self) -> bool {
        if !self.tasks.is_empty() {
            if self.tasks.iter().all(|task| matches!(task.stage, Stage::Committed { .. })) {
                self.pass(TimeDelta::seconds(1)); // all wait for the lease
            }
            self.move_on();
            return true;
        }
        if self.look_round() {
            return true;
        }
        let open = |row: &Row| !row.life.state.is_settled();
        let looks = self.rows.iter().filter(|row| open(row)).filter_map(|row| row.next_look);
        let late =
            self.rows.iter().filter(|row| !open(row)).filter(|row| Self::is_owed(row)).filter_map(|r| r.next_look);
        let flights = self.flying.iter().map(|(at, _)| *at);
        let sights = self.sights.iter().map(|(at, _)| *at);
        let Some(next) = looks.chain(late).chain(flights).chain(sights).min() else { return false };
        let next = self.skip(next);
        self.pass((next - self.now()).max(TimeDelta::zero()));
        self.show_something();
        true
    }

    /// An order that turned up after it had counted as never arrived: the daily look owes its user the truth.
    fn is_owed(row: &Row) -> bool {
        row.life.state == State::Over(Ending::NeverArrived) && row.visible_at.is_some()
    }

    /// Nothing new can be seen for hours: a look that comes later is as good, and the schedule costs a tenth.
    fn skip(&self, next: DateTime<Utc>) -> DateTime<Utc> {
        let waits_for_patience =
            |row: &Row| row.life.state == State::Unconfirmed && row.visible_at.is_none() && row.answered_looks >= 10;
        let quiet = self.flying.is_empty()
            && self.sights.is_empty()
            && self.rows.iter().filter(|row| !row.life.state.is_settled()).all(waits_for_patience);
        let day = self.rows.iter().filter(|row| waits_for_patience(row)).filter_map(|row| row.sent_at).min();
        match day {
            Some(sent) if quiet => next.max(sent + TimeDelta::hours(24)),
            _ => next,
        }
    }

    fn crash(&mut self) {
        let process = self.rng.below(2);
        self.tasks.retain(|task| task.process != process);
        if let (Some(Sabotage::CrashForgetsIntent), Some(row)) = (self.sabotage, self.rows.last_mut()) {
            row.name = ClientOrderId::stored("forgotten");
        }
        self.figures.crashes += 1;
        self.pass(TimeDelta::seconds(1));
    }

    /// The user cancels an order that works.
    fn withdraw(&mut self) {
        let known = self.rows.iter().find_map(|row| row.life.broker_order);
        if let Some(id) = known {
            let _ = now(self.pit.cancel(&self.access, id));
        }
    }

    /// A stream event comes, perhaps long after it was true; another is made.
    fn show_something(&mut self) {
        let present = self.now();
        if let Some(place) = self.sights.iter().position(|(at, _)| *at <= present) {
            let (_, order) = self.sights.swap_remove(place);
            if let Some(row) = self.rows.iter().position(|row| row.name == order.client_order_id) {
                self.record(row, &Seen::Shown(Box::new(order)));
            }
        }
        if self.calm_since.is_some() || self.outage {
            return;
        }
        let names: Vec<ClientOrderId> = self.rows.iter().map(|row| row.name.clone()).collect();
        for name in names {
            if let (true, Lookup::Found(order)) = (self.rng.chance(40), now(self.pit.look_up(&self.access, &name))) {
                // Lost now and then, sent twice now and then.
                for _ in 0..self.rng.below(3) {
                    let delay = TimeDelta::seconds(i64::try_from(self.rng.below(600)).unwrap());
                    self.sights.push((present + delay, (*order).clone()));
                }
            }
        }
    }

    /// The resolver of one process takes up what is due. `false` when nothing was.
    fn look_round(&mut self) -> bool {
        let (process, present) = (self.rng.below(2), self.now());
        let held = |row: usize| {
            self.tasks.iter().any(|task| match task.stage {
                Stage::Looking { row: r } | Stage::Looked { row: r, .. } => r == row,
                Stage::Committed { row: r, .. } | Stage::Leased { row: r } | Stage::Heard { row: r, .. } => {
                    r == row && task.process == process
                }
                Stage::Clicked { .. } => false,
            })
        };
        let due: Vec<usize> = (0..self.rows.len())
            .filter(|row| self.rows[*row].next_look.is_some_and(|at| at <= present) && !held(*row))
            .collect();
        let found = !due.is_empty();
        self.tasks.extend(due.into_iter().map(|row| Task { process, stage: Stage::Looking { row } }));
        found
    }

    /// How long a row in doubt took to know, once the broker answered and showed the order; `None` for rows without doubt.
    pub fn time_to_know(&self, row: &Row) -> Option<(TimeDelta, TimeDelta)> {
        let (visible, known, calm) = (row.visible_at?, row.known_at?, self.calm_since?);
        let bound = if row.lost_at.is_some_and(|lost| lost < known) { BOUND_LATE } else { BOUND };
        let since = visible.max(calm).max(row.sent_at?);
        (row.was_in_doubt && known >= calm).then_some((known.max(since) - since, bound))
    }
}

/// A call on the pit is answered at once: no virtual time passes in it.
pub(super) fn now<T>(call: impl Future<Output = T>) -> T {
    call.now_or_never().expect("the pit does not wait")
}

pub fn at(rng: &mut Rng, below: usize) -> usize {
    usize::try_from(rng.below(below as u64)).unwrap()
}

fn order(rng: &mut Rng) -> Order {
    let price = |cents: i64| Pricing::Limit(Price::new(Decimal::new(cents, 2)).unwrap());
    let (shares, pricing) = match rng.below(6) {
        0 => (5, price(500)),         // rests until the close
        1 => (100_000, price(1_000)), // refused: too little buying power
        2 => (7, price(1_050)),       // trades at once
        _ => (1 + rng.below(9), Pricing::Market),
    };
    Order::plain(
        Side::Buy,
        Symbol::parse("F").unwrap(),
        Size::Shares(Quantity::new(Decimal::from(shares)).unwrap()),
        pricing,
    )
}
