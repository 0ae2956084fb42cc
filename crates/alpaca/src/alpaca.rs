//! The client: one Alpaca, both environments, every account.

use crate::budget::Budget;
use crate::calls::NoAnswer;
use crate::endpoint::{
    Endpoint, account, assets, cancel, clock, exercise, look_up, orders, positions, replace, submit,
};
use crate::listing::Listing;
use crate::origins::Origins;
use crate::transport::{self, NoClient};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::account::{Asset, BrokerAccount, Configurations, MarketClock, Position, TradingDay};
use domain::brokerage::{Access, Brokerage, Lane, Meter, SharedBudget, Which, Wish};
use domain::clock::Clock;
use domain::ids::{BrokerOrderId, ClientOrderId};
use domain::order::{BrokerOrder, Order, Replaces};
use domain::outcome::{CancelOutcome, ExerciseOutcome, Lookup, Outcome, ReadFailure};
use domain::symbol::Symbol;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// How long anything may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until a connection is made.
    pub connect: Duration,
    /// From the first byte out to the last byte in; for reads, all tries together.
    pub total: Duration,
    /// A read that would wait longer for its budget fails as `RateLimited`.
    pub reads_wait: Duration,
    /// An order that would wait longer for its budget is refused as `NeverSent`.
    pub orders_wait: Duration,
    /// A cancel or look-up that would wait longer for its budget ends as the others do.
    pub urgent_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(15),
            reads_wait: Duration::from_secs(30),
            orders_wait: Duration::from_mins(1),
            urgent_wait: Duration::from_mins(1),
        }
    }
}

/// Why no client can be made.
#[derive(Debug, Error)]
pub enum Unusable {
    /// Paper and live are one origin: paper could become live.
    #[error("paper and live are the same origin")]
    PaperIsLive,
    /// There is no HTTP client.
    #[error(transparent)]
    NoClient(#[from] NoClient),
}

/// Alpaca, over HTTP. Keeps no keys: they come with every call and go with it.
pub struct Alpaca {
    pub(crate) origins: Origins,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) http: reqwest::Client,
    pub(crate) budget: Budget,
}

impl Alpaca {
    /// A client of these origins, whose budgets are this process's own. Makes no connection yet.
    ///
    /// # Errors
    /// Every [`Unusable`].
    pub fn new(origins: Origins, clock: Arc<dyn Clock>, limits: Limits) -> Result<Self, Unusable> {
        if origins.paper == origins.live {
            return Err(Unusable::PaperIsLive);
        }
        let http = transport::client(limits.connect, limits.total)?;
        let budget = Budget::new(Arc::clone(&clock), None);
        Ok(Self { origins, clock, limits, http, budget })
    }

    /// The same client, whose calls also need a place in a budget that is shared with other processes.
    #[must_use]
    pub fn sharing(mut self, shared: Arc<dyn SharedBudget>) -> Self {
        self.budget = Budget::new(Arc::clone(&self.clock), Some(shared));
        self
    }

    /// A read.
    pub(crate) async fn get<E, T>(&self, on: &Access, endpoint: &E) -> Result<T, ReadFailure>
    where
        E: Endpoint<Reply = Result<T, ReadFailure>>,
    {
        let answer = self.call(on, endpoint).await.map_err(NoAnswer::failure)?;
        endpoint.read(&answer)
    }
}

#[async_trait]
impl Brokerage for Alpaca {
    async fn account(&self, on: &Access) -> Result<BrokerAccount, ReadFailure> {
        self.get(on, &account::Account).await
    }

    async fn configurations(&self, on: &Access) -> Result<Configurations, ReadFailure> {
        self.get(on, &account::Settings).await
    }

    async fn clock(&self, on: &Access) -> Result<MarketClock, ReadFailure> {
        self.get(on, &clock::Clock).await
    }

    async fn calendar(&self, on: &Access, start: NaiveDate, end: NaiveDate) -> Result<Vec<TradingDay>, ReadFailure> {
        self.get(on, &clock::Calendar { start, end }).await
    }

    async fn assets(&self, on: &Access) -> Result<Vec<Asset>, ReadFailure> {
        self.get(on, &assets::Assets).await
    }

    async fn asset(&self, on: &Access, symbol: &Symbol) -> Result<Asset, ReadFailure> {
        match symbol.contract() {
            Some(_) => self.get(on, &assets::Contract(symbol.clone())).await,
            None => self.get(on, &assets::Asset(symbol.clone())).await,
        }
    }

    async fn positions(&self, on: &Access) -> Result<Vec<Position>, ReadFailure> {
        self.get(on, &positions::Positions).await
    }

    async fn submit(&self, on: &Access, order: &Order, id: &ClientOrderId) -> Outcome {
        let submit = submit::Submit { order, id };
        match self.call(on, &submit).await {
            Ok(answer) => submit.read(&answer),
            Err(none) => none.verdict().into(),
        }
    }

    async fn replace(&self, on: &Access, replaces: Replaces, order: &Order, id: &ClientOrderId) -> Outcome {
        let replace = replace::Replace { old: replaces.order, order, changes: replaces.changes, id };
        match self.call(on, &replace).await {
            Ok(answer) => replace.read(&answer),
            Err(none) => none.verdict().into(),
        }
    }

    async fn exercise(&self, on: &Access, contract: &Symbol, wish: Wish) -> ExerciseOutcome {
        let exercise = exercise::Exercise { contract, wish };
        match self.call(on, &exercise).await {
            Ok(answer) => exercise.read(&answer),
            Err(none) => none.verdict().into(),
        }
    }

    async fn look_up(&self, on: &Access, id: &ClientOrderId) -> Lookup {
        let look_up = look_up::LookUp(id);
        match self.call(on, &look_up).await {
            Ok(answer) => look_up.read(&answer),
            Err(none) => Lookup::Failed(none.failure()),
        }
    }

    async fn order(&self, on: &Access, id: BrokerOrderId) -> Result<BrokerOrder, ReadFailure> {
        self.get(on, &orders::Order(id)).await
    }

    async fn orders(
        &self,
        on: &Access,
        which: Which,
        after: Option<DateTime<Utc>>,
        most: usize,
    ) -> Result<Vec<BrokerOrder>, ReadFailure> {
        let mut book = Listing::new(after, most);
        while let Some(page) = book.wanted(which) {
            let got = self.get(on, &page).await?;
            book.add(page.limit, got);
        }
        Ok(book.orders())
    }

    async fn cancel(&self, on: &Access, id: BrokerOrderId) -> CancelOutcome {
        let cancel = cancel::Cancel(id);
        match self.call(on, &cancel).await {
            Ok(answer) => cancel.read(&answer),
            Err(none) => none.verdict().into(),
        }
    }

    async fn cancel_all(&self, on: &Access) -> Result<Vec<(BrokerOrderId, CancelOutcome)>, ReadFailure> {
        self.get(on, &cancel::CancelAll).await
    }

    fn wait(&self, meter: &Meter, lane: Lane) -> Duration {
        self.budget.wait(meter, lane)
    }

    fn announce(&self, meter: &Meter, lane: Lane) {
        self.budget.announce(meter, lane);
    }
}
