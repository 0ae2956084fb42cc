//! What a user wants traded, and an order as the broker shows it.

use crate::ids::{BrokerOrderId, ClientOrderId};
use crate::money::{Price, Quantity, Usd};
use crate::symbol::Symbol;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use std::fmt;

/// Buy or sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Adds to a position.
    Buy,
    /// Takes from a position.
    Sell,
}

impl Side {
    /// The broker's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

/// How much: shares, or dollars. Never both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Size {
    /// A number of shares (`qty`).
    Shares(Quantity),
    /// An amount of money (`notional`).
    Dollars(Usd),
}

/// At what price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pricing {
    /// Whatever the market gives.
    Market,
    /// That price or better.
    Limit(Price),
}

/// How long an order works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeInForce {
    /// Until the close of the session.
    Day,
    /// Until canceled, 90 days at most.
    Gtc,
}

impl TimeInForce {
    /// The broker's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Gtc => "gtc",
        }
    }
}

/// An order that a user wants.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    /// What.
    pub symbol: Symbol,
    /// Buy or sell.
    pub side: Side,
    /// How much.
    pub size: Size,
    /// At what price.
    pub pricing: Pricing,
    /// How long.
    pub time_in_force: TimeInForce,
    /// Also before 09:30 and after 16:00 ET.
    pub extended_hours: bool,
}

impl Order {
    /// The order in one unambiguous line: what a ticket's digest is taken over.
    pub fn canonical(&self) -> String {
        let size = match self.size {
            Size::Shares(qty) => format!("{qty} shares"),
            Size::Dollars(amount) => format!("{} dollars", amount.0.normalize()),
        };
        let price = match self.pricing {
            Pricing::Market => "market".to_owned(),
            Pricing::Limit(limit) => format!("limit {}", limit.get().normalize()),
        };
        let hours = if self.extended_hours { "extended" } else { "regular" };
        let tif = self.time_in_force.as_str();
        format!("v1|{}|{}|{size}|{price}|{tif}|{hours}", self.side.as_str(), self.symbol)
    }

    /// SHA-256 of [`Order::canonical`]: what was shown is what is sent.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.canonical().as_bytes()).into()
    }
}

/// `5 shares of AAPL at the market`, `$50.00 of AAPL at $184.50 or better`.
impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.size {
            Size::Shares(qty) if qty.get() == Decimal::ONE => write!(f, "1 share of {}", self.symbol)?,
            Size::Shares(qty) => write!(f, "{qty} shares of {}", self.symbol)?,
            Size::Dollars(usd) => write!(f, "{usd} of {}", self.symbol)?,
        }
        match self.pricing {
            Pricing::Market => f.write_str(" at the market"),
            Pricing::Limit(price) => write!(f, " at {price} or better"),
        }
    }
}

/// An order's status at the broker. Open: words that we have never seen are kept, not errors.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BrokerStatus {
    /// Taken in, not yet routed.
    PendingNew,
    /// Queued, for instance until the market opens.
    Accepted,
    /// Working.
    New,
    /// Partly filled, still working.
    PartiallyFilled,
    /// Wholly filled.
    Filled,
    /// No more today; may work again tomorrow.
    DoneForDay,
    /// Canceled; part of it may have been filled before.
    Canceled,
    /// Its time ran out; part of it may have been filled before.
    Expired,
    /// Replaced by another order.
    Replaced,
    /// A cancel is on its way.
    PendingCancel,
    /// A replacement is on its way.
    PendingReplace,
    /// Refused after it had been taken in.
    Rejected,
    /// Waits for its parent.
    Held,
    /// `accepted_for_bidding`, `stopped`, `suspended`, `calculated`, or a word newer than this program.
    Other(String),
}

impl BrokerStatus {
    /// Reads the broker's word.
    pub fn from_wire(word: &str) -> Self {
        match word {
            "pending_new" => Self::PendingNew,
            "accepted" => Self::Accepted,
            "new" => Self::New,
            "partially_filled" => Self::PartiallyFilled,
            "filled" => Self::Filled,
            "done_for_day" => Self::DoneForDay,
            "canceled" => Self::Canceled,
            "expired" => Self::Expired,
            "replaced" => Self::Replaced,
            "pending_cancel" => Self::PendingCancel,
            "pending_replace" => Self::PendingReplace,
            "rejected" => Self::Rejected,
            "held" => Self::Held,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The broker's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::PendingNew => "pending_new",
            Self::Accepted => "accepted",
            Self::New => "new",
            Self::PartiallyFilled => "partially_filled",
            Self::Filled => "filled",
            Self::DoneForDay => "done_for_day",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
            Self::Replaced => "replaced",
            Self::PendingCancel => "pending_cancel",
            Self::PendingReplace => "pending_replace",
            Self::Rejected => "rejected",
            Self::Held => "held",
            Self::Other(word) => word,
        }
    }

    /// Whether nothing more can happen to the order.
    pub const fn is_terminal(&self) -> bool {
        matches!(self, Self::Filled | Self::Canceled | Self::Expired | Self::Replaced | Self::Rejected)
    }
}

/// An order as the broker shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerOrder {
    /// Alpaca's id.
    pub id: BrokerOrderId,
    /// Our id, or somebody else's.
    pub client_order_id: ClientOrderId,
    /// What.
    pub symbol: Symbol,
    /// Buy or sell; absent on multi-leg parents.
    pub side: Option<Side>,
    /// Ordered shares, when ordered in shares.
    pub qty: Option<Decimal>,
    /// Ordered dollars, when ordered in dollars.
    pub notional: Option<Decimal>,
    /// `market`, `limit`, …
    pub kind: String,
    /// `day`, `gtc`, …
    pub time_in_force: String,
    /// Limit, when it has one.
    pub limit_price: Option<Price>,
    /// Whether it also works outside the regular session.
    pub extended_hours: bool,
    /// Where it stands.
    pub status: BrokerStatus,
    /// Filled so far.
    pub filled_qty: Decimal,
    /// Average price of the fills.
    pub filled_avg_price: Option<Price>,
    /// When Alpaca took it in.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When it last changed.
    pub updated_at: Option<DateTime<Utc>>,
    /// When its fate was sealed: filled, canceled, expired or failed.
    pub ended_at: Option<DateTime<Utc>>,
}

impl BrokerOrder {
    /// Whether this is the order that `wanted` describes: adopted only then.
    pub fn matches(&self, wanted: &Order) -> bool {
        let size = match wanted.size {
            Size::Shares(qty) => self.qty == Some(qty.get()),
            Size::Dollars(usd) => self.notional == Some(usd.0),
        };
        let price = match wanted.pricing {
            Pricing::Market => self.kind == "market" && self.limit_price.is_none(),
            Pricing::Limit(price) => self.kind == "limit" && self.limit_price == Some(price),
        };
        size && price && self.symbol == wanted.symbol && self.side == Some(wanted.side)
    }
}
