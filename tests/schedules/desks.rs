//! A batch of schedules on the whole desk: real desks, the real database, the exchange in virtual time.
//!
//! The users of a batch share two processes, as in life; what goes wrong for each follows from that user's seed. A process
//! is a runtime of its own, so that killing it ends every task at whatever await it has reached.

use super::dark::Dark;
use super::desk_check::{self, Tally};
use super::faults;
use super::gallows::{Gallows, Plan};
use super::pure::at;
use chrono::{DateTime, TimeDelta, Utc};
use desk::confirm::{Ack, Click};
use desk::connect::{FormFor, Pasted};
use desk::place::Ask;
use desk::views::{Placed, Receipt};
use desk::{Desk, Limits, Parts, Refused};
use domain::account::{AccountName, Environment};
use domain::clock::{Clock, SystemClock};
use domain::fresh;
use domain::ids::{InteractionId, TicketId, UserId};
use domain::money::{Price, Quantity};
use domain::order::{Order, Pricing, Side, Size};
use domain::sizing::Amount;
use domain::symbol::Symbol;
use domain::tenant::Tenant;
use futures::future::join_all;
use rust_decimal::Decimal;
use secrecy::SecretString;
use sim::clock::WorldClock;
use sim::exchange::{self, AccountHandle, Endpoint, Exchange, Fault, FaultRule, Floor};
use sim::rng::Rng;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use store::Store;
use store::testing::TestDb;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use vault::KeyRing;

/// Longest honest wait for anything in a batch.
const PATIENCE: Duration = Duration::from_mins(2);

static INTERACTIONS: AtomicI64 = AtomicI64::new(1);

/// One user, one account, one order, one seed.
pub struct Member {
    pub seed: u64,
    pub tenant: Tenant,
    pub keys: AccountHandle,
    pub order: Order,
    /// Straight to the exchange, without a card.
    direct: bool,
    clicks: Vec<Press>,
    pub ticket: Option<TicketId>,
    /// What the user was told; `None` when the process died before it could say.
    pub told: Vec<Option<Result<Receipt, Refused>>>,
}

/// One press of the button.
#[derive(Clone, Copy)]
struct Press {
    process: usize,
    interaction: InteractionId,
    acknowledged: bool,
}

/// The machine's clock, moved ahead.
struct Ahead {
    clock: SystemClock,
    by: Arc<AtomicI64>,
}

#[async_trait::async_trait]
impl Clock for Ahead {
    fn now(&self) -> DateTime<Utc> {
        self.clock.now() + TimeDelta::seconds(self.by.load(Ordering::SeqCst))
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    async fn sleep(&self, span: Duration) {
        self.clock.sleep(span).await;
    }
}

/// A process: everything in it ends at once when it is killed.
struct Process {
    runtime: Runtime,
    desk: Desk,
}

/// What the batches of one thread share.
pub struct Town {
    rt: Runtime,
    db: TestDb,
    ring: SecretString,
    next_user: i64,
}

impl Town {
    pub fn found(thread: i64) -> Self {
        let rt = Builder::new_current_thread().enable_all().build().unwrap();
        let db = rt.block_on(TestDb::new());
        Self { rt, db, ring: KeyRing::generate(), next_user: 1 + thread * 1_000_000 }
    }

    /// Runs one batch and checks it.
    pub fn run(&mut self, seeds: &[u64]) -> Tally {
        let clock = WorldClock::frozen_at(SystemClock::start().now());
        let mut exchange = Exchange::new(seeds[0], clock.now());
        exchange.market.keep_only("F");
        exchange.market.set_quote("F", Decimal::new(999, 2), Decimal::new(1001, 2), clock.now());
        exchange.market.set_open(true);
        exchange.knobs.partial_fill_percent = 30;
        exchange.knobs.requests_per_minute = 100_000;
        let floor = Floor::new(exchange, clock);
        let first = self.next_user;
        self.next_user += i64::try_from(seeds.len()).unwrap();
        let members = seeds.iter().zip(first..).map(|(seed, user)| member(*seed, user, &floor)).collect();
        let gallows = Gallows::over(floor.clone());
        let batch = Batch { town: self, floor, gallows, ahead: Arc::default(), members, users: (first, first + 999) };
        batch.run()
    }
}

struct Batch<'a> {
    town: &'a Town,
    floor: Floor,
    gallows: Gallows,
    ahead: Arc<AtomicI64>,
    members: Vec<Member>,
    users: (i64, i64),
}

impl Batch<'_> {
    fn run(mut self) -> Tally {
        let mut tally = Tally::default();
        let processes = [self.start(true), self.start(false)];
        for process in &processes {
            self.on(process, |desk| async move { desk.settle_at_start().await });
        }
        self.link(&processes[0]);
        self.show_cards(&processes[0]);
        self.prepare_faults();
        let [first, second] = processes;
        self.click(first, &second);
        let began = SystemClock::start();
        let third = self.start(false);
        self.make_due();
        self.on(&third, |desk| async move { desk.settle_at_start().await });
        tally.ready_millis.push(began.elapsed().as_millis());
        self.click_again(&third);
        self.settle(&third);
        tally.kills += 1;
        desk_check::check(&self.members, &self.floor, &self.gallows, &self.rows(), &mut tally);
        third.runtime.shutdown_background();
        second.runtime.shutdown_background();
        tally
    }

    fn start(&self, mortal: bool) -> Process {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let limits = store::Limits { connections: 8, acquire: Duration::from_secs(30), ..store::Limits::default() };
        let store = runtime.block_on(Store::connect(&self.town.db.app_url(), limits)).unwrap();
        let broker = Arc::new(self.gallows.within(store.clone(), mortal));
        let desk = Desk::new(Parts {
            store,
            ring: KeyRing::parse(&self.town.ring).unwrap(),
            brokerage: broker.clone(),
            market: broker,
            screen: Arc::new(Dark),
            records: Arc::new(Dark),
            clock: Arc::new(Ahead { clock: SystemClock::start(), by: self.ahead.clone() }),
            limits: Limits { ticket: Duration::from_mins(15), ..Limits::default() },
            doors: desk::Doors::default(),
        });
        Process { runtime, desk }
    }

    /// Does something at a desk, in its process.
    fn on<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
        &self,
        process: &Process,
        act: impl FnOnce(Desk) -> F,
    ) -> T {
        let work = process.runtime.spawn(act(process.desk.clone()));
        self.town.rt.block_on(async { tokio::time::timeout(PATIENCE, work).await.unwrap().unwrap() })
    }

    fn link(&self, process: &Process) {
        let links: Vec<_> = self.members.iter().map(|m| (m.tenant, m.keys.clone())).collect();
        self.on(process, |desk| async move {
            join_all(links.into_iter().map(|(tenant, keys)| link(desk.clone(), tenant, keys))).await;
        });
    }

    fn show_cards(&mut self, process: &Process) {
        let asks: Vec<_> =
            self.members.iter().map(|m| (m.direct, m.tenant, ask(&m.order, true, interaction()))).collect();
        let tickets = self.on(process, |desk| async move {
            join_all(asks.into_iter().map(|(direct, tenant, ask)| {
                let desk = desk.clone();
                async move {
                    match (direct, desk.place(tenant, ask).await) {
                        (false, Ok(Placed::Ask(card))) => Some(card.ticket),
                        (false, other) => panic!("no card: {other:?}"),
                        (true, _) => None,
                    }
                }
            }))
            .await
        });
        for (member, ticket) in self.members.iter_mut().zip(tickets) {
            member.ticket = ticket;
        }
    }

    fn prepare_faults(&self) {
        for member in &self.members {
            let mut rng = Rng::seeded(member.seed ^ 0xFA17);
            let account = Some(member.keys.account_id);
            let push = |on, fault| self.floor.push_fault(FaultRule { on: Some(on), account, fault, times: 1 });
            let mut plan = match rng.below(12) {
                0 => Plan::DieBefore,
                1 => Plan::DieAfter,
                _ => Plan::Call,
            };
            match faults::of_post(&mut rng, false, false) {
                Some(Fault::LateArrival(_)) => plan = Plan::Late,
                Some(fault) => push(Endpoint::SubmitOrder, fault),
                None => {}
            }
            for _ in 0..rng.below(3) {
                if let Some(fault) = faults::of_look(&mut rng, false, false) {
                    push(Endpoint::OrderByClientId, fault);
                }
            }
            if rng.chance(5) {
                self.floor.with(|exchange, _| exchange.configure(member.keys.account_id, |a| a.cash = Decimal::ONE));
            }
            self.gallows.plan(member.keys.account_id, member.tenant, plan);
        }
    }

    /// Everybody presses, in both processes; the first of them dies on the way, if anybody's seed says so.
    fn click(&mut self, doomed: Process, other: &Process) {
        let processes = [&doomed, other];
        let presses: Vec<_> = (self.members.iter().enumerate())
            .flat_map(|(place, member)| member.clicks.iter().map(move |press| (place, press, act(member, *press))))
            .map(|(place, press, act)| {
                let Process { runtime, desk } = processes[press.process];
                (place, runtime.spawn(act(desk.clone())))
            })
            .collect();
        let told = self.town.rt.block_on(async {
            let all = join_all(presses.into_iter().map(|(place, press)| async move { (place, press.await.ok()) }));
            let over = Notify::new();
            let wait_for_death = async {
                tokio::select! {
                    () = self.gallows.signal() => {}
                    () = over.notified() => {}
                }
                doomed.runtime.shutdown_background();
            };
            let hear = async {
                let told = tokio::time::timeout(PATIENCE, all).await.unwrap();
                over.notify_one();
                told
            };
            tokio::join!(wait_for_death, hear).1
        });
        for (place, told) in told {
            self.members[place].told.push(told);
        }
    }

    /// After the restart, the same button again: by those who heard nothing, and by some who did.
    fn click_again(&mut self, process: &Process) {
        for place in 0..self.members.len() {
            let member = &self.members[place];
            if member.told.iter().any(Option::is_none) || member.seed.is_multiple_of(5) {
                let press = Press { process: 0, interaction: interaction(), acknowledged: true };
                // The order command was delivered once; only its click can be repeated.
                let press =
                    if member.direct { Press { interaction: member.clicks[0].interaction, ..press } } else { press };
                let told = self.on(process, act(member, press));
                self.members[place].told.push(Some(told));
            }
        }
    }

    /// The broker answers again; hours pass; everything finds its end.
    fn settle(&self, process: &Process) {
        self.pass(TimeDelta::seconds(10), process);
        self.floor.clear_faults();
        self.pass(TimeDelta::minutes(10), process);
        self.gallows.land();
        for _ in 0..10 {
            self.pass(TimeDelta::minutes(15), process);
        }
        self.pass(TimeDelta::hours(25), process);
        self.gallows.land_very_late();
        self.pass(TimeDelta::hours(25), process);
        self.pass(TimeDelta::hours(25), process);
    }

    fn pass(&self, span: TimeDelta, process: &Process) {
        self.ahead.fetch_add(span.num_seconds(), Ordering::SeqCst);
        self.floor.clock().advance(span);
        self.make_due();
        self.on(process, |desk| async move { desk.settle_at_start().await });
    }

    /// Whoever was with an intent counts as gone.
    fn make_due(&self) {
        let (first, last) = self.users;
        self.town.rt.block_on(self.town.db.as_superuser(&format!(
            "UPDATE app.intents SET next_look_at = clock_timestamp(), version = version + 1
              WHERE next_look_at IS NOT NULL AND user_id BETWEEN {first} AND {last}"
        )));
    }

    fn rows(&self) -> Vec<Vec<Option<String>>> {
        let (first, last) = self.users;
        self.town.rt.block_on(self.town.db.as_superuser(&format!(
            "SELECT user_id, client_order_id, state, filled_qty, broker_order_id, doubt IS NOT NULL
               FROM app.intents WHERE user_id BETWEEN {first} AND {last}"
        )))
    }
}

fn interaction() -> InteractionId {
    InteractionId(INTERACTIONS.fetch_add(1, Ordering::Relaxed))
}

/// What a press does at a desk.
fn act(
    member: &Member,
    press: Press,
) -> impl FnOnce(Desk) -> futures::future::BoxFuture<'static, Result<Receipt, Refused>> + use<> {
    let (tenant, ticket) = (member.tenant, member.ticket);
    let asked = ask(&member.order, false, press.interaction);
    move |desk| {
        Box::pin(async move {
            let placed = match ticket {
                Some(ticket) => {
                    let click = Click { ticket, interaction: press.interaction, guild: None };
                    let ack = if press.acknowledged { Ack::Accepted } else { Ack::Refused };
                    desk.confirm(tenant, click, async move { ack }).await
                }
                None => desk.place(tenant, asked).await,
            };
            placed.map(|placed| match placed {
                Placed::Sent(receipt) => *receipt,
                Placed::Ask(card) => panic!("asked again though the price stands still: {card:?}"),
            })
        })
    }
}

async fn link(desk: Desk, tenant: Tenant, keys: AccountHandle) {
    let form = fresh::form();
    let environment = match keys.environment {
        exchange::Environment::Paper => Environment::Paper,
        exchange::Environment::Live => Environment::Live,
    };
    let purpose = FormFor::Link { environment, name: Some(AccountName::parse("main").unwrap()) };
    desk.open_form(tenant, form, purpose).await.unwrap();
    let pasted = Pasted { key_id: keys.key_id.clone().into(), secret: keys.secret.clone().into() };
    desk.submit_form(tenant, form, pasted, interaction()).await.unwrap();
}

fn ask(order: &Order, card: bool, interaction: InteractionId) -> Ask {
    let exactly = Amount::Exactly(order.size);
    Ask { account: None, order: order.clone().sized(exactly), card, interaction, guild: None }
}

#[expect(clippy::disallowed_methods, reason = "the test is Discord")]
fn member(seed: u64, user: i64, floor: &Floor) -> Member {
    let mut rng = Rng::seeded(seed);
    let environment = [exchange::Environment::Paper, exchange::Environment::Live][at(&mut rng, 2)];
    let keys = floor.seed_account(&format!("user {user}"), environment, Decimal::from(10_000));
    let pricing = match rng.below(3) {
        0 => Pricing::Limit(Price::new(Decimal::from(5)).unwrap()),
        _ => Pricing::Market,
    };
    let order = Order::plain(
        Side::Buy,
        Symbol::parse("F").unwrap(),
        Size::Shares(Quantity::new(Decimal::from(1 + rng.below(9))).unwrap()),
        pricing,
    );
    let direct = environment == exchange::Environment::Paper && rng.chance(40);
    let original = interaction();
    let clicks = (0..=rng.below(3))
        .map(|_| Press {
            process: at(&mut rng, 2),
            // The same event again after a RESUME, or another press. A command has only ever one id.
            interaction: if direct || rng.chance(30) { original } else { interaction() },
            acknowledged: direct || !rng.chance(10),
        })
        .collect();
    let tenant = Tenant::from_interaction(UserId(user));
    Member { seed, tenant, keys, order, direct, clicks, ticket: None, told: Vec::new() }
}
