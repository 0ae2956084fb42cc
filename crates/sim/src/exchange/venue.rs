//! The exchange itself: accounts, market, and the knobs that set how it behaves.

use super::accounts::Account;
use super::auth::{AccountHandle, KeyRack};
use super::book::Book;
use super::calendar;
use super::faults::Faults;
use super::limits::{Arrival, Meter, Surface, most_in_a_minute};
use super::market::Market;
use super::options::exercise::Ending;
use super::orders::{Fill, Order};
use super::records::{Booking, Records};
use super::stream::SecondConnection;
use super::{Configurations, Endpoint, Environment, FaultRule};
use crate::rng::Rng;
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How the exchange behaves where Alpaca's behaviour varies or tests want another.
#[derive(Clone, Debug)]
pub struct Knobs {
    /// How many fills in a hundred are partial (paper trading: 10). Default 0.
    pub partial_fill_percent: u64,
    /// World time from `pending_new` to `new`. Default 6 ms.
    pub venue_latency: TimeDelta,
    /// World time a cancel takes, during which the order is `pending_cancel` and can fill. Default none.
    pub cancel_latency: TimeDelta,
    /// World time for which an order is not yet visible to reads. Default none.
    pub rest_lag: TimeDelta,
    /// Requests per account, host and minute. Default 200.
    pub requests_per_minute: u32,
    /// Whether 401 and 429 bodies carry a code; both shapes exist. Default no.
    pub coded_errors: bool,
    /// Whether `extended_hours` goes with gtc too, as the newer reference says. Default yes.
    pub extended_hours_gtc: bool,
    /// Whether a client order id is free again once its order has ended. Default no.
    pub reuse_client_order_ids: bool,
    /// Whether the data subscription includes the consolidated feed. Default no.
    pub sip: bool,
    /// What happens to a second trade stream of an account.
    pub second_connection: SecondConnection,
    /// Sends every stream message twice, as the vendor sometimes does. Default no.
    pub duplicate_stream: bool,
    /// Sends nothing on trade streams, though they stay open. Default no.
    pub silent_stream: bool,
}

impl Default for Knobs {
    fn default() -> Self {
        Self {
            partial_fill_percent: 0,
            venue_latency: TimeDelta::milliseconds(6),
            cancel_latency: TimeDelta::zero(),
            rest_lag: TimeDelta::zero(),
            requests_per_minute: 200,
            coded_errors: false,
            extended_hours_gtc: true,
            reuse_client_order_ids: false,
            sip: false,
            second_connection: SecondConnection::Displaces,
            duplicate_stream: false,
            silent_stream: false,
        }
    }
}

/// A message for the trade streams of an account.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Whose.
    pub account_id: Uuid,
    /// The whole message.
    pub message: Value,
}

/// A simulated Alpaca without I/O: it is given the moment and a request, and gives the answer.
pub struct Exchange {
    /// How it behaves.
    pub knobs: Knobs,
    /// What is listed, and at what price.
    pub market: Market,
    pub(super) rng: Rng,
    pub(super) keys: KeyRack,
    pub(super) meter: Meter,
    pub(super) faults: Faults,
    pub(super) arrivals: Vec<Arrival>,
    pub(super) accounts: BTreeMap<Uuid, Account>,
    pub(super) fills: Vec<Fill>,
    pub(super) endings: Vec<Ending>,
    pub(super) outbox: Vec<Notice>,
    pub(super) records: Records,
    pub(super) settled_to: DateTime<Utc>,
}

impl Exchange {
    /// An exchange at `now`, with no accounts, whose every random choice follows from `seed`.
    pub fn new(seed: u64, now: DateTime<Utc>) -> Self {
        Self::around(Market::new(seed, now), seed, now)
    }

    /// The same around a market that exists already.
    pub fn around(market: Market, seed: u64, now: DateTime<Utc>) -> Self {
        Self {
            knobs: Knobs::default(),
            market,
            rng: Rng::seeded(seed),
            keys: KeyRack::default(),
            meter: Meter::default(),
            faults: Faults::default(),
            arrivals: Vec::new(),
            accounts: BTreeMap::new(),
            fills: Vec::new(),
            endings: Vec::new(),
            outbox: Vec::new(),
            records: Records::default(),
            settled_to: now,
        }
    }

    /// Opens an account with cash, as a cash account without margin or shorting; see [`Exchange::configure`].
    pub fn seed_account(
        &mut self,
        now: DateTime<Utc>,
        name: &str,
        environment: Environment,
        cash: Decimal,
    ) -> AccountHandle {
        let id = self.rng.uuid();
        let digits = 100_000_000 + self.rng.below(900_000_000);
        let number = match environment {
            Environment::Paper => format!("PA{digits}"),
            Environment::Live => digits.to_string(),
        };
        let account = Account {
            id,
            number,
            name: name.to_owned(),
            environment,
            created_at: now,
            cash,
            last_equity: cash,
            balance_asof: calendar::date_of(now - TimeDelta::days(1)),
            trading_blocked: false,
            account_blocked: false,
            configurations: Configurations::default(),
            last_maintenance_margin: Decimal::ZERO,
            spared: BTreeSet::new(),
            positions: BTreeMap::new(),
            book: Book::default(),
        };
        self.accounts.insert(id, account);
        let opening = match environment {
            Environment::Paper => Booking::Grant(cash),
            Environment::Live => Booking::Transfer(cash),
        };
        self.write_down_opening(id, opening, now);
        self.keys.cut(id, environment, &mut self.rng)
    }

    /// Cuts a new key pair; the old one opens nothing any more. None for an account that is not here.
    pub fn regenerate_keys(&mut self, account: Uuid) -> Option<AccountHandle> {
        let environment = self.accounts.get(&account)?.environment;
        Some(self.keys.cut(account, environment, &mut self.rng))
    }

    /// The present key pair of an account.
    pub fn keys(&self, account: Uuid) -> Option<AccountHandle> {
        self.keys.of(account)
    }

    /// An account.
    pub fn account(&self, id: Uuid) -> Option<&Account> {
        self.accounts.get(&id)
    }

    /// Changes an account from outside: its configuration, its blocks, its cash.
    pub fn configure(&mut self, id: Uuid, change: impl FnOnce(&mut Account)) {
        if let Some(account) = self.accounts.get_mut(&id) {
            change(account);
        }
    }

    /// The accounts there are.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    pub(super) fn order(&self, account: Uuid, id: Uuid) -> Option<&Order> {
        self.accounts.get(&account)?.book.get(id)
    }

    /// Changes an order; None when there is no such order.
    pub(super) fn change<T>(&mut self, account: Uuid, id: Uuid, change: impl FnOnce(&mut Order) -> T) -> Option<T> {
        self.accounts.get_mut(&account)?.book.change(id, change)
    }

    /// Every order of an account, oldest first.
    pub fn orders(&self, account: Uuid) -> &[Order] {
        self.accounts.get(&account).map_or(&[], Account::orders)
    }

    /// Every execution there has been.
    pub fn fills(&self) -> &[Fill] {
        &self.fills
    }

    /// Every contract that ended otherwise than by being traded.
    pub fn endings(&self) -> &[Ending] {
        &self.endings
    }

    /// Adds a fault.
    pub fn push_fault(&mut self, rule: FaultRule) {
        self.faults.push(rule);
    }

    /// Takes back every fault still waiting.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
    }

    /// How many fault rules still wait for their requests.
    pub fn faults_waiting(&self) -> usize {
        self.faults.waiting()
    }

    /// Everything that arrived, in order.
    pub fn requests(&self) -> &[Arrival] {
        &self.arrivals
    }

    /// How many requests to `endpoint` an account made.
    pub fn count_of(&self, account: Uuid, endpoint: Endpoint) -> usize {
        let counts = |arrival: &&Arrival| arrival.account == Some(account) && arrival.endpoint == endpoint;
        self.arrivals.iter().filter(counts).count()
    }

    /// The largest number of requests an account made to a host in any sliding 60 s of world time.
    pub fn max_in_any_minute(&self, account: Uuid, surface: Surface) -> usize {
        let of_account =
            |arrival: &&Arrival| arrival.account == Some(account) && Surface::from(arrival.origin) == surface;
        let mut moments: Vec<DateTime<Utc>> =
            self.arrivals.iter().filter(of_account).map(|arrival| arrival.at).collect();
        moments.sort_unstable();
        most_in_a_minute(&moments)
    }

    /// Messages for the trade streams since the last call, in order.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.outbox)
    }
}
