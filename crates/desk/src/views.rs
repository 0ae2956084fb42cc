//! What the desk shows.

mod shown;

pub use shown::{
    Allocation, AssetCard, Balances, BoardCard, CalendarPage, ChainPage, ChainRow, Chart, ClockCard, History, Holding,
    Mark, MoversPage, NewsPage, Orders, Owner, Portfolio, Positions, WatchlistPage, Watchlists,
};

use chrono::{DateTime, Utc};
use domain::account::{BrokerAccount, Environment, LinkedAccount, MarketClock, Position, Quote};
use domain::brokerage::Wish;
use domain::drift::{Offset, Reference};
use domain::ids::{AccountId, ClientOrderId, IntentId, NoticeId, TicketId, UserId};
use domain::life::Life;
use domain::money::{Price, Quantity, Usd};
use domain::order::{BrokerOrder, Order};
use domain::outcome::{CancelOutcome, ExerciseOutcome};
use domain::package::Package;
use domain::symbol::{Contract, Symbol};
use domain::tenant::Tenant;
use domain::waiting::Reason;
use rust_decimal::Decimal;
use std::time::Duration;
use store::Found;

use crate::refused::{Refused, Trouble};

/// A user's accounts, by name.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// All of them, by name.
    pub list: Vec<LinkedAccount>,
    /// The one that commands use when none is named.
    pub default: Option<AccountId>,
}

/// The guards of an account.
#[derive(Clone, Debug)]
pub struct Guarded {
    /// The account, with its guards.
    pub account: LinkedAccount,
    /// When that was so: some become looser by themselves.
    pub at: DateTime<Utc>,
}

/// A new link.
#[derive(Clone, Debug)]
pub struct Linked {
    /// The account.
    pub account: LinkedAccount,
    /// What Alpaca shows for it.
    pub broker: BrokerAccount,
    /// Whether it became the default (the first paper account does; a live one never by itself).
    pub is_default: bool,
}

/// What a sent form did.
#[derive(Clone, Debug)]
pub enum FormDone {
    /// An account was linked.
    Linked(Box<Linked>),
    /// An account has new keys.
    Rotated(LinkedAccount),
}

/// A question that waits for a click: switching to live, removing an account, cancelling everything.
#[derive(Clone, Debug)]
pub struct Question {
    /// The ticket of the buttons.
    pub ticket: TicketId,
    /// Which account it is about.
    pub account: LinkedAccount,
    /// When it runs out.
    pub expires_at: DateTime<Utc>,
}

/// The answer to `/account use`.
#[derive(Clone, Debug)]
pub enum Switch {
    /// The default is now this account.
    Done(LinkedAccount),
    /// It is a live account: the user is asked first.
    Ask(Question),
}

/// A preview that waits for Confirm or Cancel.
#[derive(Clone, Debug)]
pub struct ConfirmCard {
    /// The ticket of the buttons.
    pub ticket: TicketId,
    /// Which account would trade.
    pub account: LinkedAccount,
    /// Exactly what would be sent.
    pub order: Order,
    /// The company's or fund's name; may be empty.
    pub company: String,
    /// The quote that the card was made with, when there is one; of a spread its underlying's.
    pub quote: Option<Quote>,
    /// What a spread itself is quoted at, when that could be read.
    pub package: Option<Package>,
    /// Cost (buy) or proceeds (sell), before fees; absent without a price.
    pub estimate: Option<Usd>,
    /// What is taken besides, at most.
    pub fees: Option<Usd>,
    /// What a trader would want to be told before pressing.
    pub warnings: Vec<Warning>,
    /// What has to be typed, because the order is large.
    pub phrase: Option<String>,
    /// Buying power now.
    pub buying_power: Option<Usd>,
    /// Buying power after a buy.
    pub buying_power_after: Option<Usd>,
    /// Held before, signed.
    pub held: Decimal,
    /// Held after, signed; absent for dollar amounts.
    pub held_after: Option<Decimal>,
    /// The market's clock, when it could be read.
    pub market: Option<MarketClock>,
    /// Whether the card replaces one whose quote moved too far.
    pub asked_again: bool,
    /// When the card was made.
    pub at: DateTime<Utc>,
    /// When it runs out.
    pub expires_at: DateTime<Utc>,
}

/// Asks whether contracts are to be exercised, or not to be.
#[derive(Clone, Debug)]
pub struct ExerciseCard {
    /// The ticket of the buttons.
    pub ticket: TicketId,
    /// Whose contracts.
    pub account: LinkedAccount,
    /// Which contract.
    pub contract: Contract,
    /// What is wished of it.
    pub wish: Wish,
    /// How many.
    pub qty: Quantity,
    /// What the shares cost (call) or bring (put) at the strike.
    pub value: Option<Usd>,
    /// The underlying's last price.
    pub price: Option<Price>,
    /// Cash in the account.
    pub cash: Option<Usd>,
    /// When the card runs out.
    pub expires_at: DateTime<Utc>,
}

/// What became of a decided wish.
#[derive(Clone, Debug)]
pub struct Exercised {
    /// Its ticket.
    pub ticket: TicketId,
    /// Whose contracts.
    pub account: LinkedAccount,
    /// Which contract.
    pub contract: Symbol,
    /// What is wished of it.
    pub wish: Wish,
    /// How many were held when it was asked.
    pub qty: Quantity,
    /// What Alpaca said; `None` when its answer is not known.
    pub answer: Option<ExerciseOutcome>,
    /// What was found of it since, when there was no answer.
    pub found: Option<Found>,
    /// How many are held now, when that was looked at.
    pub held: Option<Decimal>,
    /// How many of them Alpaca's history lists as exercised since then, when that was looked at.
    pub recorded: Option<Decimal>,
}

/// What a trader would want to be told before an order goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// It takes more than the buying power.
    BuyingPower,
    /// The market is shut: at the market, it is filled at the next open, at whatever that brings.
    Closed,
    /// Open orders hold so much of the position that only this is free.
    HeldByOrders(Decimal),
    /// The contract does not stand for a hundred shares, so no worth of it is reckoned.
    Adjusted,
    /// It opens a short position, or adds to one.
    Short,
    /// Alpaca would refuse it, because it would trade with this order.
    WashTrade(Box<BrokerOrder>),
    /// Nothing bounds the position's loss.
    Unprotected,
    /// The position would be this part of the account.
    Concentrated(Decimal),
    /// The limit is this far from the market, as a fraction of it.
    FarFromMarket(Decimal),
}

/// A question that names each order that a press would place: one per position.
#[derive(Clone, Debug)]
pub struct CloseAllCard {
    /// The ticket of the buttons.
    pub ticket: TicketId,
    /// Which account.
    pub account: LinkedAccount,
    /// What would be closed: the position and the order.
    pub closes: Vec<(Position, Order)>,
    /// When it runs out.
    pub expires_at: DateTime<Utc>,
}

/// What became of closing everything: one receipt per position.
#[derive(Clone, Debug)]
pub struct ClosedAll {
    /// Which account.
    pub account: LinkedAccount,
    /// One per order: the symbol and how it ended.
    pub results: Vec<(Symbol, Result<Receipt, Refused>)>,
}

/// What became of an intent, as far as it is proved.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// Which account.
    pub account: LinkedAccount,
    /// Our id of the intent.
    pub intent: IntentId,
    /// Our id at the broker.
    pub client_order_id: ClientOrderId,
    /// What was decided.
    pub order: Order,
    /// What is known.
    pub life: Life,
    /// Whether it hangs at the broker, for longer than is normal.
    pub stuck: bool,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// When it was last looked at, if ever since.
    pub looked_at: Option<DateTime<Utc>>,
    /// The market's clock, when it was read along with it: tells whether an order queues.
    pub market: Option<MarketClock>,
}

/// A message that nobody asked for a moment ago.
#[derive(Clone, Debug)]
pub struct Letter {
    pub(crate) tenant: Tenant,
    /// Its id: the same when it is sent again.
    pub id: NoticeId,
    /// Since when there is something to tell.
    pub made_at: DateTime<Utc>,
    pub(crate) tries: u32,
    /// The user's channel for direct messages, once it was opened.
    pub channel: Option<i64>,
    /// What it tells.
    pub tidings: Tidings,
}

impl Letter {
    /// To whom.
    pub const fn user(&self) -> UserId {
        self.tenant.user()
    }
}

/// What there is to tell.
#[derive(Clone, Debug)]
pub enum Tidings {
    /// An order that counted as not placed is at the broker after all.
    LateArrival(Box<Receipt>),
    /// What became of an order whose message could no longer be edited.
    Settled(Box<Receipt>),
    /// Part of an order was filled after its message could no longer be edited.
    PartFilled(Box<Receipt>),
    /// An order hangs at the broker.
    Stuck(Box<Receipt>),
    /// What was found of an exercise whose answer was lost.
    Exercised(Box<Exercised>),
    /// The end of the user's audit book, as it was published.
    BookEnd {
        /// Entries so far.
        seq: i64,
        /// The last entry's hash.
        hash: String,
    },
    /// The keys of an account are revoked.
    KeysRevoked(Box<LinkedAccount>),
}

/// The answer to an order command.
#[derive(Clone, Debug)]
pub enum Placed {
    /// The user is asked first.
    Ask(Box<ConfirmCard>),
    /// It went out.
    Sent(Box<Receipt>),
}

/// One order's whole life.
#[derive(Clone, Debug)]
pub struct Story {
    /// Which account.
    pub account: LinkedAccount,
    /// As the broker shows it now; absent when it shows no such order.
    pub order: Option<BrokerOrder>,
    /// What we know of it, when it is one of ours.
    pub receipt: Option<Receipt>,
    /// Why it is not filled.
    pub reasons: Vec<Reason>,
    /// What the audit book says of it, oldest first.
    pub entries: Vec<Entry>,
    /// When it was read.
    pub at: DateTime<Utc>,
}

/// A line of the audit book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: DateTime<Utc>,
    /// Its place in the chain.
    pub seq: i64,
    /// What was done, in the book's word.
    pub action: String,
    /// The order's status at the broker, when the entry says it.
    pub status: Option<String>,
    /// Why, when the entry says it.
    pub why: Option<String>,
}

/// What became of a cancel.
#[derive(Clone, Debug)]
pub struct Canceled {
    /// Which account.
    pub account: LinkedAccount,
    /// The order as it was last seen.
    pub order: Option<BrokerOrder>,
    /// What the broker said to the cancel.
    pub outcome: CancelOutcome,
}

/// What became of cancelling everything: one line per order.
#[derive(Clone, Debug)]
pub struct CanceledAll {
    /// Which account.
    pub account: LinkedAccount,
    /// One result per order.
    pub results: Vec<Canceled>,
}

/// `/account status`.
#[derive(Clone, Debug)]
pub struct AccountHealth {
    /// Which account.
    pub account: LinkedAccount,
    /// What Alpaca shows, or why it shows nothing.
    pub broker: Result<BrokerAccount, Trouble>,
    /// How long the next read would wait for the request budget.
    pub wait: Duration,
    /// Orders whose fate is not proved yet.
    pub unconfirmed: usize,
}

/// `/status`.
#[derive(Clone, Debug)]
pub struct ServiceStatus {
    /// Whether the database answers, and how fast.
    pub database: Result<Duration, Trouble>,
    /// Alpaca per environment that the user has an account in: the market's clock, or why not.
    pub brokers: Vec<(Environment, Result<MarketClock, Trouble>)>,
    /// The user's own orders whose fate is not proved yet.
    pub unconfirmed: usize,
    /// Whether the service has settled what was open when it started.
    pub settled: bool,
    /// Since when the service runs.
    pub since: DateTime<Utc>,
    /// How far our clock is known to be from others'.
    pub clocks: Vec<(Reference, Offset)>,
}

/// One line of an autocomplete list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the user reads, at most 100 characters.
    pub label: String,
    /// What the option gets, at most 100 characters.
    pub value: String,
}
