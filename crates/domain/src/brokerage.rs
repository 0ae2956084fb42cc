//! The ports: what the desk needs of a broker. Implemented by the Alpaca client and by the simulated exchange.

use crate::account::{
    Asset, BrokerAccount, Configurations, Environment, MarketClock, Position, Quote, Snapshot, TradingDay,
};
use crate::credential::KeyPair;
use crate::ids::{AccountId, BrokerOrderId, ClientOrderId};
use crate::order::{BrokerOrder, Order, Replaces};
use crate::outcome::{CancelOutcome, ExerciseOutcome, Lookup, Outcome, ReadFailure};
use crate::symbol::Symbol;
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Whose request budget a call is counted against: the Alpaca account, so that two links to it share one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Meter(pub String);

impl Meter {
    /// Before Alpaca's account id is known, while keys are checked for the first time.
    pub fn unverified(form: AccountId) -> Self {
        Self(format!("unverified-{form}"))
    }
}

/// What one call is made with. Made for one request, dropped (and wiped) after it.
pub struct Access {
    /// Decides the host. Comes from the account's row, never from the user.
    pub environment: Environment,
    /// Which budget pays.
    pub meter: Meter,
    /// The opened credential.
    pub keys: KeyPair,
    /// What the broker calls the last answer that came on it.
    pub answered: Answered,
}

/// The broker's name (`X-Request-ID`) for the last answer: by it, the call is found in the broker's own log.
#[derive(Debug, Default)]
pub struct Answered(Mutex<Option<String>>);

impl Answered {
    /// An answer came.
    pub fn note(&self, request_id: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = request_id;
    }

    /// Its name, if it had one.
    pub fn request_id(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("environment", &self.environment)
            .field("meter", &self.meter)
            .finish_non_exhaustive()
    }
}

/// The three lanes of an account's request budget, most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Cancels and look-ups: a share is kept for them.
    Urgent,
    /// New orders.
    Orders,
    /// Everything else.
    Reads,
}

/// What a shared budget says to a call that wants to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// One call is reserved: it may go after this long.
    In(Duration),
    /// Nothing is reserved, because the line is too long. Ask again after this long.
    NotYet(Duration),
}

/// The shared budget could not be asked. Whether a call was reserved is not known; if so, it is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the shared request budget could not be asked")]
pub struct Unasked;

/// An account's request budget as all processes share it.
#[async_trait]
pub trait SharedBudget: Send + Sync + 'static {
    /// Reserves one call, first come, first served within its lane's share. Never tried again by whoever implements it.
    ///
    /// # Errors
    /// [`Unasked`].
    async fn reserve(&self, meter: &Meter, lane: Lane) -> Result<Reserved, Unasked>;
}

/// Which orders to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// Still working.
    Open,
    /// Over.
    Closed,
    /// All.
    All,
}

/// What is wanted of a held option contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wish {
    /// To be exercised.
    Exercise,
    /// Not to be exercised at its expiry, though it is in the money.
    DoNotExercise,
}

impl Wish {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exercise => "exercise",
            Self::DoNotExercise => "do_not_exercise",
        }
    }

    /// Reads the stored form.
    pub fn from_stored(text: &str) -> Option<Self> {
        match text {
            "exercise" => Some(Self::Exercise),
            "do_not_exercise" => Some(Self::DoNotExercise),
            _ => None,
        }
    }
}

/// A broker's trading side.
#[async_trait]
pub trait Brokerage: Send + Sync + 'static {
    /// The account that the keys open.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn account(&self, on: &Access) -> Result<BrokerAccount, ReadFailure>;

    /// The account's settings at the broker.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn configurations(&self, on: &Access) -> Result<Configurations, ReadFailure>;

    /// The market's clock.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn clock(&self, on: &Access) -> Result<MarketClock, ReadFailure>;

    /// Trading days from `start` to `end`, both included.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn calendar(&self, on: &Access, start: NaiveDate, end: NaiveDate) -> Result<Vec<TradingDay>, ReadFailure>;

    /// All active US equities.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn assets(&self, on: &Access) -> Result<Vec<Asset>, ReadFailure>;

    /// One asset.
    ///
    /// # Errors
    /// [`ReadFailure`]; `NotFound` for an unknown symbol.
    async fn asset(&self, on: &Access, symbol: &Symbol) -> Result<Asset, ReadFailure>;

    /// All open positions.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn positions(&self, on: &Access) -> Result<Vec<Position>, ReadFailure>;

    /// Places one order with one POST. Never repeats it.
    async fn submit(&self, on: &Access, order: &Order, id: &ClientOrderId) -> Outcome;

    /// Puts an order in the place of another one, with one PATCH and a name of its own. Never repeats it.
    async fn replace(&self, on: &Access, replaces: Replaces, order: &Order, id: &ClientOrderId) -> Outcome;

    /// Says what is wanted of all of a held contract, with one POST. Never repeats it: there is no name of ours that it
    /// could be found by.
    async fn exercise(&self, on: &Access, contract: &Symbol, wish: Wish) -> ExerciseOutcome;

    /// Looks an order up by our own name for it.
    async fn look_up(&self, on: &Access, id: &ClientOrderId) -> Lookup;

    /// An order by the broker's id.
    ///
    /// # Errors
    /// [`ReadFailure`]; `NotFound` when there is none.
    async fn order(&self, on: &Access, id: BrokerOrderId) -> Result<BrokerOrder, ReadFailure>;

    /// Orders submitted after a moment (all when `None`), newest first, at most `most`. Pages by itself.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn orders(
        &self,
        on: &Access,
        which: Which,
        after: Option<DateTime<Utc>>,
        most: usize,
    ) -> Result<Vec<BrokerOrder>, ReadFailure>;

    /// Asks for an order to be canceled.
    async fn cancel(&self, on: &Access, id: BrokerOrderId) -> CancelOutcome;

    /// Asks for all open orders to be canceled: one result per order.
    ///
    /// # Errors
    /// [`ReadFailure`] when the call as a whole failed; then nothing is known.
    async fn cancel_all(&self, on: &Access) -> Result<Vec<(BrokerOrderId, CancelOutcome)>, ReadFailure>;

    /// How long a call in `lane` would wait for its budget now. Zero when it would go at once.
    fn wait(&self, meter: &Meter, lane: Lane) -> Duration;

    /// A call in `lane` follows in a moment: what it needs besides its contents may be prepared meanwhile.
    fn announce(&self, _meter: &Meter, _lane: Lane) {}
}

/// A broker's market data, as far as an order needs it.
#[async_trait]
pub trait MarketData: Send + Sync + 'static {
    /// The latest quote.
    ///
    /// # Errors
    /// [`ReadFailure`]; `NotFound` for a symbol without one.
    async fn quote(&self, on: &Access, symbol: &Symbol) -> Result<Quote, ReadFailure>;

    /// The latest quote, last trade and previous close.
    ///
    /// # Errors
    /// [`ReadFailure`]; `NotFound` for an unknown symbol.
    async fn snapshot(&self, on: &Access, symbol: &Symbol) -> Result<Snapshot, ReadFailure>;

    /// The latest quotes of some option contracts, with one call. What has none is left out.
    ///
    /// # Errors
    /// [`ReadFailure`].
    async fn quotes(&self, on: &Access, contracts: &[Symbol]) -> Result<HashMap<Symbol, Quote>, ReadFailure>;
}
