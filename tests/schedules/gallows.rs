//! The way to the exchange: checks that the intent was committed first, loses requests, and says when a process dies.

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::account::{self, Asset, BrokerAccount, Configurations, MarketClock, Position, Snapshot, TradingDay};
use domain::brokerage::{Access, Answered, Brokerage, Lane, MarketData, Meter, Which, Wish};
use domain::credential::KeyPair;
use domain::ids::{BrokerOrderId, ClientOrderId};
use domain::order::{BrokerOrder, Order, Replaces};
use domain::outcome::{CancelOutcome, Doubt, ExerciseOutcome, Lookup, Outcome, ReadFailure};
use domain::symbol::Symbol;
use domain::tenant::Tenant;
use futures::FutureExt;
use secrecy::ExposeSecret;
use sim::exchange::{Floor, Pit};
use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Store, StoreError};
use tokio::sync::Notify;
use uuid::Uuid;

/// What becomes of an account's POST.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// The call is made; the exchange may have a fault for it.
    Call,
    /// It travels for long; nobody hears the answer.
    Late,
    /// The process dies before a byte has left.
    DieBefore,
    /// The process dies before the answer is read.
    DieAfter,
}

/// One POST.
#[derive(Clone, Debug)]
pub struct Posted {
    pub name: ClientOrderId,
    /// Whether its intent could be read, by another connection, before the first byte left.
    pub committed: bool,
}

struct Letter {
    order: Order,
    name: ClientOrderId,
    access: Access,
}

#[derive(Default)]
struct Inner {
    plans: HashMap<String, (Tenant, Plan)>,
    posted: Vec<Posted>,
    letters: Vec<Letter>,
}

/// Shared by all processes of a batch.
#[derive(Clone)]
pub struct Gallows {
    pit: Pit,
    /// How a process sees what is committed, and whether it may die.
    process: Option<(Store, bool)>,
    inner: Arc<Mutex<Inner>>,
    bell: Arc<Notify>,
}

impl Gallows {
    pub fn over(floor: Floor) -> Self {
        Self { pit: Pit::on(floor), process: None, inner: Arc::default(), bell: Arc::default() }
    }

    /// The same in one process.
    pub fn within(&self, store: Store, mortal: bool) -> Self {
        Self { process: Some((store, mortal)), ..self.clone() }
    }

    pub fn plan(&self, account: Uuid, tenant: Tenant, plan: Plan) {
        self.inner.lock().unwrap().plans.insert(account.as_simple().to_string(), (tenant, plan));
    }

    /// Waits until a process is to die.
    pub async fn signal(&self) {
        self.bell.notified().await;
    }

    pub fn posted(&self) -> Vec<Posted> {
        self.inner.lock().unwrap().posted.clone()
    }

    /// Half of what was long on its way arrives.
    pub fn land(&self) {
        self.deliver(2);
    }

    /// The rest arrives.
    pub fn land_very_late(&self) {
        self.deliver(1);
    }

    fn deliver(&self, share: usize) {
        let mut letters = std::mem::take(&mut self.inner.lock().unwrap().letters);
        let kept = letters.split_off(letters.len().div_ceil(share));
        self.inner.lock().unwrap().letters = kept;
        for Letter { order, name, access } in letters {
            let _ = self.pit.submit(&access, &order, &name).now_or_never();
        }
    }

    fn plan_of(&self, meter: &Meter) -> Option<(Tenant, Plan)> {
        let key: String = meter.0.chars().filter(char::is_ascii_hexdigit).collect();
        self.inner.lock().unwrap().plans.get(&key).copied()
    }

    /// The process ends here; one that lives on hears nothing.
    async fn die(&self) -> Outcome {
        if self.process.as_ref().is_some_and(|(_, mortal)| *mortal) {
            self.bell.notify_one();
            pending::<()>().await;
        }
        Outcome::Unknown(Doubt::TimedOut)
    }

    /// Whether the intent, and its right to be sent, can be read on another connection.
    async fn is_committed(&self, tenant: Tenant, id: &ClientOrderId) -> bool {
        let (store, _) = self.process.as_ref().expect("a desk's own gallows");
        let read = async { store.tenant(tenant).await?.intent_by_client_order_id(id).await };
        match read.await {
            Ok(intent) => intent.sent_at.is_some(),
            Err(StoreError::NotFound) => false,
            Err(error) => panic!("the check could not read: {error}"),
        }
    }
}

#[async_trait]
impl Brokerage for Gallows {
    async fn submit(&self, on: &Access, order: &Order, id: &ClientOrderId) -> Outcome {
        let (tenant, plan) = self.plan_of(&on.meter).expect("a POST without a plan");
        let committed = self.is_committed(tenant, id).await;
        self.inner.lock().unwrap().posted.push(Posted { name: id.clone(), committed });
        match plan {
            Plan::Call => self.pit.submit(on, order, id).await,
            Plan::DieBefore => self.die().await,
            Plan::DieAfter => {
                let _ = self.pit.submit(on, order, id).await;
                self.die().await
            }
            Plan::Late => {
                let keys = KeyPair {
                    key_id: on.keys.key_id.expose_secret().into(),
                    secret: on.keys.secret.expose_secret().into(),
                };
                let access = Access {
                    environment: on.environment,
                    meter: on.meter.clone(),
                    keys,
                    answered: Answered::default(),
                };
                let letter = Letter { order: order.clone(), name: id.clone(), access };
                self.inner.lock().unwrap().letters.push(letter);
                Outcome::Unknown(Doubt::TimedOut)
            }
        }
    }

    async fn replace(&self, on: &Access, _: Replaces, order: &Order, id: &ClientOrderId) -> Outcome {
        self.submit(on, order, id).await
    }

    async fn exercise(&self, on: &Access, contract: &Symbol, wish: Wish) -> ExerciseOutcome {
        self.pit.exercise(on, contract, wish).await
    }

    async fn account(&self, on: &Access) -> Result<BrokerAccount, ReadFailure> {
        self.pit.account(on).await
    }

    async fn configurations(&self, on: &Access) -> Result<Configurations, ReadFailure> {
        self.pit.configurations(on).await
    }

    async fn clock(&self, on: &Access) -> Result<MarketClock, ReadFailure> {
        self.pit.clock(on).await
    }

    async fn calendar(&self, on: &Access, start: NaiveDate, end: NaiveDate) -> Result<Vec<TradingDay>, ReadFailure> {
        self.pit.calendar(on, start, end).await
    }

    async fn assets(&self, on: &Access) -> Result<Vec<Asset>, ReadFailure> {
        self.pit.assets(on).await
    }

    async fn asset(&self, on: &Access, symbol: &Symbol) -> Result<Asset, ReadFailure> {
        self.pit.asset(on, symbol).await
    }

    async fn positions(&self, on: &Access) -> Result<Vec<Position>, ReadFailure> {
        self.pit.positions(on).await
    }

    async fn look_up(&self, on: &Access, id: &ClientOrderId) -> Lookup {
        self.pit.look_up(on, id).await
    }

    async fn order(&self, on: &Access, id: BrokerOrderId) -> Result<BrokerOrder, ReadFailure> {
        self.pit.order(on, id).await
    }

    async fn orders(
        &self,
        on: &Access,
        which: Which,
        after: Option<DateTime<Utc>>,
        most: usize,
    ) -> Result<Vec<BrokerOrder>, ReadFailure> {
        self.pit.orders(on, which, after, most).await
    }

    async fn cancel(&self, on: &Access, id: BrokerOrderId) -> CancelOutcome {
        self.pit.cancel(on, id).await
    }

    async fn cancel_all(&self, on: &Access) -> Result<Vec<(BrokerOrderId, CancelOutcome)>, ReadFailure> {
        self.pit.cancel_all(on).await
    }

    fn wait(&self, meter: &Meter, lane: Lane) -> Duration {
        self.pit.wait(meter, lane)
    }
}

#[async_trait]
impl MarketData for Gallows {
    async fn quote(&self, on: &Access, symbol: &Symbol) -> Result<account::Quote, ReadFailure> {
        self.pit.quote(on, symbol).await
    }

    async fn snapshot(&self, on: &Access, symbol: &Symbol) -> Result<Snapshot, ReadFailure> {
        self.pit.snapshot(on, symbol).await
    }

    async fn quotes(&self, on: &Access, contracts: &[Symbol]) -> Result<HashMap<Symbol, account::Quote>, ReadFailure> {
        self.pit.quotes(on, contracts).await
    }
}
