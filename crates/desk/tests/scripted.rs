//! A broker that does as it is told, and remembers what it was asked.

pub mod looks;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::account::{
    Asset, BrokerAccount, Configurations, Environment, MarketClock, Position, Quote, Snapshot, TradingDay,
};
use domain::brokerage::{Access, Brokerage, Lane, MarketData, Meter, Which, Wish};
use domain::ids::{BrokerAccountId, BrokerOrderId, ClientOrderId};
use domain::money::{Price, Usd};
use domain::order::{BrokerOrder, BrokerStatus, Order, Replaces, Size};
use domain::outcome::{CancelOutcome, Doubt, ExerciseOutcome, Lookup, Outcome, ReadFailure, Refusal, RefusalReason};
use domain::symbol::Symbol;
use futures::future::BoxFuture;
use rust_decimal::Decimal;
use secrecy::ExposeSecret;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use uuid::Uuid;

/// What the next POST does.
pub enum Plan {
    Land,
    /// Lands, and the answer is lost.
    LandSilently(Doubt),
    /// Does not land, and the answer is lost.
    Lose(Doubt),
    Refuse(RefusalReason),
    /// Answers with an order that nobody asked for.
    Distort,
    /// Lands and never answers.
    Hang,
}

/// What happens inside a POST before it lands.
pub type Hook = Arc<dyn Fn(ClientOrderId) -> BoxFuture<'static, ()> + Send + Sync>;

/// What happens inside a call about a contract before it is answered.
pub type ExerciseHook = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

#[derive(Default)]
struct Book {
    accounts: HashMap<(Environment, String), BrokerAccount>,
    orders: Vec<(BrokerAccountId, BrokerOrder)>,
    plans: VecDeque<Plan>,
    cancels: VecDeque<CancelOutcome>,
    hook: Option<Hook>,
    /// `None`: as it is.
    look_up: Option<Lookup>,
    quote: Option<(i64, i64)>,
    /// Bid and ask of contracts; none is none.
    contracts: HashMap<&'static str, (i64, i64)>,
    held: Option<(&'static str, i64)>,
    exercises: VecDeque<ExerciseOutcome>,
    exercise_hook: Option<ExerciseHook>,
    /// Contracts that the history lists as exercised today.
    exercised: Vec<(&'static str, i64)>,
    /// How long the account's line is.
    line: Duration,
    /// Accounts are asked for in vain.
    silent: bool,
    /// Keys that Alpaca serves from the paid tape.
    paying: HashSet<String>,
    lists: Vec<domain::records::Watchlist>,
    /// Orders whose fills are not on record.
    unrecorded: HashSet<BrokerOrderId>,
    /// Every request, in order: what, and where to.
    asked: Vec<(&'static str, Environment)>,
    posted: Vec<(Environment, ClientOrderId)>,
    posting: HashMap<String, usize>,
    most_posting: usize,
}

#[derive(Clone, Default)]
pub struct Scripted(Arc<Mutex<Book>>);

impl Scripted {
    fn book<T>(&self, read: impl FnOnce(&mut Book) -> T) -> T {
        read(&mut self.0.lock().unwrap())
    }

    /// An account that these keys open.
    pub fn opens(&self, environment: Environment, key_id: &str, account: u128) {
        self.book(|book| book.accounts.insert((environment, key_id.to_owned()), broker_account(account)));
    }

    pub fn withdraw_keys(&self, key_id: &str) {
        self.book(|book| book.accounts.retain(|(_, key), _| key != key_id));
    }

    pub fn plan(&self, plan: Plan) {
        self.book(|book| book.plans.push_back(plan));
    }

    pub fn plan_cancel(&self, outcome: CancelOutcome) {
        self.book(|book| book.cancels.push_back(outcome));
    }

    pub fn in_every_post(&self, hook: Hook) {
        self.book(|book| book.hook = Some(hook));
    }

    pub fn look_up_says(&self, lookup: Option<Lookup>) {
        self.book(|book| book.look_up = lookup);
    }

    pub fn quotes(&self, bid: i64, ask: i64) {
        self.book(|book| book.quote = Some((bid, ask)));
    }

    pub fn quotes_contract(&self, symbol: &'static str, bid: i64, ask: i64) {
        self.book(|book| book.contracts.insert(symbol, (bid, ask)));
    }

    /// Accounts are asked for in vain from now on, and behind a line of that length.
    pub fn falls_silent(&self, line: Duration) {
        self.book(|book| (book.silent, book.line) = (true, line));
    }

    pub fn holds(&self, qty: i64) {
        self.holds_of("AAPL", qty);
    }

    pub fn holds_of(&self, symbol: &'static str, qty: i64) {
        self.book(|book| book.held = Some((symbol, qty)));
    }

    pub fn plan_exercise(&self, outcome: ExerciseOutcome) {
        self.book(|book| book.exercises.push_back(outcome));
    }

    /// The history lists so many of them as exercised.
    pub fn lists_exercise(&self, symbol: &'static str, qty: i64) {
        self.book(|book| book.exercised.push((symbol, qty)));
    }

    pub fn in_every_exercise(&self, hook: ExerciseHook) {
        self.book(|book| book.exercise_hook = Some(hook));
    }

    pub fn posted(&self) -> Vec<(Environment, ClientOrderId)> {
        self.book(|book| book.posted.clone())
    }

    pub fn orders(&self) -> Vec<BrokerOrder> {
        self.book(|book| book.orders.iter().map(|(_, order)| order.clone()).collect())
    }

    pub fn change_orders(&self, change: impl Fn(&mut BrokerOrder)) {
        self.book(|book| book.orders.iter_mut().for_each(|(_, order)| change(order)));
    }

    /// The broker's record has no fill of that order.
    pub fn forgets_fills_of(&self, order: BrokerOrderId) {
        self.book(|book| book.unrecorded.insert(order));
    }

    pub fn most_posting(&self) -> usize {
        self.book(|book| book.most_posting)
    }

    pub fn asked(&self, what: &str) -> usize {
        self.book(|book| book.asked.iter().filter(|(asked, _)| *asked == what).count())
    }

    pub fn asked_of(&self, environment: Environment) -> usize {
        self.book(|book| book.asked.iter().filter(|(_, asked)| *asked == environment).count())
    }

    fn admit(&self, what: &'static str, on: &Access) -> Result<BrokerAccount, ReadFailure> {
        self.book(|book| {
            book.asked.push((what, on.environment));
            let key = (on.environment, on.keys.key_id.expose_secret().to_owned());
            book.accounts.get(&key).cloned().ok_or(ReadFailure::Credentials)
        })
    }

    fn own(&self, account: BrokerAccountId, wanted: impl Fn(&BrokerOrder) -> bool) -> Option<BrokerOrder> {
        self.book(|book| {
            book.orders.iter().find(|(owner, order)| *owner == account && wanted(order)).map(|(_, order)| order.clone())
        })
    }
}

#[async_trait]
impl Brokerage for Scripted {
    async fn account(&self, on: &Access) -> Result<BrokerAccount, ReadFailure> {
        if self.book(|book| book.silent) {
            std::future::pending::<()>().await;
        }
        self.admit("account", on)
    }

    async fn configurations(&self, on: &Access) -> Result<Configurations, ReadFailure> {
        self.admit("configurations", on)?;
        Ok(Configurations { suspend_trade: false, no_shorting: false, fractional_trading: true })
    }

    async fn clock(&self, on: &Access) -> Result<MarketClock, ReadFailure> {
        self.admit("clock", on)?;
        let at = DateTime::UNIX_EPOCH;
        let hour = chrono::TimeDelta::hours(1);
        Ok(MarketClock { at, is_open: true, next_open: at + hour * 18, next_close: at + hour })
    }

    async fn calendar(&self, on: &Access, _: NaiveDate, _: NaiveDate) -> Result<Vec<TradingDay>, ReadFailure> {
        self.admit("calendar", on).map(|_| Vec::new())
    }

    async fn assets(&self, on: &Access) -> Result<Vec<Asset>, ReadFailure> {
        self.admit("assets", on)?;
        Ok(vec![asset("AAPL", "Apple Inc."), asset("MSFT", "Microsoft Corporation")])
    }

    async fn asset(&self, on: &Access, symbol: &Symbol) -> Result<Asset, ReadFailure> {
        self.admit("asset", on)?;
        if symbol.as_str() == "ZZZZ" { Err(ReadFailure::NotFound) } else { Ok(asset(symbol.as_str(), "Apple Inc.")) }
    }

    async fn positions(&self, on: &Access) -> Result<Vec<Position>, ReadFailure> {
        self.admit("positions", on)?;
        let held = self.book(|book| book.held);
        Ok(held.map(|(symbol, qty)| position(symbol, qty)).into_iter().collect())
    }

    async fn submit(&self, on: &Access, order: &Order, id: &ClientOrderId) -> Outcome {
        let (plan, hook) = self.book(|book| {
            book.posted.push((on.environment, id.clone()));
            let posting = book.posting.entry(on.meter.0.clone()).or_default();
            *posting += 1;
            book.most_posting = book.most_posting.max(*posting);
            (book.plans.pop_front().unwrap_or(Plan::Land), book.hook.clone())
        });
        let outcome = match self.admit("submit", on) {
            Err(_) => Outcome::Refused(refusal(RefusalReason::Credentials, 401)),
            Ok(account) => {
                if let Some(hook) = hook {
                    hook(id.clone()).await;
                }
                self.answer(account.id, plan, order, id).await
            }
        };
        self.book(|book| *book.posting.get_mut(&on.meter.0).unwrap() -= 1);
        outcome
    }

    async fn replace(&self, on: &Access, _: Replaces, order: &Order, id: &ClientOrderId) -> Outcome {
        self.submit(on, order, id).await
    }

    async fn exercise(&self, on: &Access, _: &Symbol, _: Wish) -> ExerciseOutcome {
        if self.admit("exercise", on).is_err() {
            return ExerciseOutcome::Refused(refusal(RefusalReason::Credentials, 401));
        }
        if let Some(hook) = self.book(|book| book.exercise_hook.clone()) {
            hook().await;
        }
        self.book(|book| book.exercises.pop_front()).unwrap_or(ExerciseOutcome::Taken)
    }

    async fn look_up(&self, on: &Access, id: &ClientOrderId) -> Lookup {
        let account = match self.admit("look_up", on) {
            Ok(account) => account,
            Err(failure) => return Lookup::Failed(failure),
        };
        if let Some(told) = self.book(|book| book.look_up.clone()) {
            return told;
        }
        let found = self.own(account.id, |order| order.client_order_id == *id);
        found.map_or(Lookup::NotFound, |order| Lookup::Found(Box::new(order)))
    }

    async fn order(&self, on: &Access, id: BrokerOrderId) -> Result<BrokerOrder, ReadFailure> {
        let account = self.admit("order", on)?;
        self.own(account.id, |order| order.id == id).ok_or(ReadFailure::NotFound)
    }

    async fn orders(
        &self,
        on: &Access,
        _: Which,
        _: Option<DateTime<Utc>>,
        most: usize,
    ) -> Result<Vec<BrokerOrder>, ReadFailure> {
        let account = self.admit("orders", on)?;
        Ok(self.book(|book| {
            let own = book.orders.iter().rev().filter(|(owner, _)| *owner == account.id);
            own.map(|(_, order)| order.clone()).take(most).collect()
        }))
    }

    async fn cancel(&self, on: &Access, id: BrokerOrderId) -> CancelOutcome {
        let Ok(account) = self.admit("cancel", on) else {
            return CancelOutcome::Refused(refusal(RefusalReason::Credentials, 401));
        };
        if let Some(told) = self.book(|book| book.cancels.pop_front()) {
            return told;
        }
        self.book(|book| {
            let order = book.orders.iter_mut().find(|(owner, order)| *owner == account.id && order.id == id);
            match order {
                None => CancelOutcome::NoSuchOrder,
                Some((_, order)) if order.status.is_terminal() => CancelOutcome::NotOpen,
                Some((_, order)) => {
                    order.status = BrokerStatus::Canceled;
                    CancelOutcome::Requested
                }
            }
        })
    }

    async fn cancel_all(&self, on: &Access) -> Result<Vec<(BrokerOrderId, CancelOutcome)>, ReadFailure> {
        let account = self.admit("cancel_all", on)?;
        Ok(self.book(|book| {
            let own =
                book.orders.iter_mut().filter(|(owner, order)| *owner == account.id && !order.status.is_terminal());
            own.map(|(_, order)| {
                order.status = BrokerStatus::Canceled;
                (order.id, CancelOutcome::Requested)
            })
            .collect()
        }))
    }

    fn wait(&self, _: &Meter, _: Lane) -> Duration {
        self.book(|book| book.line)
    }
}

impl Scripted {
    async fn answer(&self, owner: BrokerAccountId, plan: Plan, order: &Order, id: &ClientOrderId) -> Outcome {
        let land = || {
            let landed = landed(order, id);
            self.book(|book| book.orders.push((owner, landed.clone())));
            landed
        };
        match plan {
            Plan::Land => Outcome::Landed(Box::new(land())),
            Plan::LandSilently(doubt) => {
                land();
                Outcome::Unknown(doubt)
            }
            Plan::Lose(doubt) => Outcome::Unknown(doubt),
            Plan::Refuse(reason) => Outcome::Refused(refusal(reason, 403)),
            Plan::Distort => {
                let order = land();
                Outcome::Landed(Box::new(BrokerOrder { symbol: Symbol::parse("EVIL").unwrap(), ..order }))
            }
            Plan::Hang => {
                land();
                std::future::pending().await
            }
        }
    }
}

#[async_trait]
impl MarketData for Scripted {
    async fn quote(&self, on: &Access, _: &Symbol) -> Result<Quote, ReadFailure> {
        self.admit("quote", on)?;
        let (bid, ask) = self.book(|book| book.quote).unwrap_or((99, 100));
        Ok(Quote { bid: price(bid), ask: price(ask), at: DateTime::UNIX_EPOCH })
    }

    async fn snapshot(&self, on: &Access, symbol: &Symbol) -> Result<Snapshot, ReadFailure> {
        let quote = self.quote(on, symbol).await?;
        Ok(Snapshot { quote: Some(quote), last: quote.ask, previous_close: quote.bid })
    }

    async fn quotes(&self, on: &Access, contracts: &[Symbol]) -> Result<HashMap<Symbol, Quote>, ReadFailure> {
        self.admit("quotes", on)?;
        let mut quoted = HashMap::new();
        for contract in contracts {
            if let Some((bid, ask)) = self.book(|book| book.contracts.get(contract.as_str()).copied()) {
                let quote = Quote { bid: price(bid), ask: price(ask), at: DateTime::UNIX_EPOCH };
                quoted.insert(contract.clone(), quote);
            }
        }
        Ok(quoted)
    }
}

fn price(number: i64) -> Option<Price> {
    Price::new(Decimal::from(number))
}

pub fn refusal(reason: RefusalReason, status: u16) -> Refusal {
    Refusal { reason, message: "no".into(), status, code: None, request_id: Some("request-1".into()) }
}

/// What the broker would show of that order.
pub fn landed(order: &Order, id: &ClientOrderId) -> BrokerOrder {
    let (qty, notional) = match order.size {
        Size::Shares(qty) => (Some(qty.get()), None),
        Size::Dollars(usd) => (None, Some(usd.0)),
    };
    BrokerOrder {
        id: BrokerOrderId(Uuid::from_bytes(domain::fresh::bytes())),
        client_order_id: id.clone(),
        symbol: order.symbol.clone(),
        side: Some(order.side),
        qty,
        notional,
        kind: order.pricing.kind().into(),
        time_in_force: order.time_in_force.as_str().into(),
        limit_price: order.pricing.limit(),
        stop_price: order.pricing.stop(),
        trail: order.pricing.trail(),
        class: order.class.as_str().into(),
        legs: Vec::new(),
        replaces: order.replaces.map(|replaces| replaces.order),
        replaced_by: None,
        extended_hours: order.extended_hours,
        status: BrokerStatus::New,
        filled_qty: Decimal::ZERO,
        filled_avg_price: None,
        submitted_at: None,
        updated_at: None,
        ended_at: None,
    }
}

fn asset(symbol: &str, name: &str) -> Asset {
    Asset {
        symbol: Symbol::parse(symbol).unwrap(),
        name: name.into(),
        active: true,
        tradable: true,
        fractionable: true,
        shortable: true,
        easy_to_borrow: true,
        attributes: Vec::new(),
        steps: domain::account::Steps::default(),
        exchange: "NASDAQ".into(),
        terms: None,
    }
}

fn position(symbol: &str, held: i64) -> Position {
    Position {
        symbol: Symbol::parse(symbol).unwrap(),
        qty: Decimal::from(held),
        is_crypto: false,
        qty_available: Decimal::from(held),
        entry: Usd(Decimal::ONE),
        price: None,
        value: None,
        cost: Usd(Decimal::from(held)),
        unrealized: None,
        unrealized_fraction: None,
        today: None,
    }
}

fn broker_account(id: u128) -> BrokerAccount {
    let usd = Some(Usd(Decimal::from(100_000)));
    BrokerAccount {
        id: BrokerAccountId(Uuid::from_u128(id)),
        number: format!("PA{id:06}"),
        status: "ACTIVE".into(),
        cash: usd,
        equity: usd,
        last_equity: usd,
        buying_power: usd,
        long_market_value: None,
        short_market_value: None,
        multiplier: None,
        trading_blocked: false,
        account_blocked: false,
        suspended_by_user: false,
        shorting_enabled: true,
    }
}
