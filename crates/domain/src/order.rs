//! What a user wants traded, and an order as the broker shows it.

mod broker;
mod class;
mod line;
mod pieces;
mod pricing;
mod replaces;

pub use broker::{BrokerOrder, BrokerStatus};
pub use class::{Class, Exit, Leg, Legs, LegsRefusal, StopLoss};
pub use line::Columns;
pub use pieces::{Mismatch, Pieces};
pub use pricing::{Pricing, Trail};
pub use replaces::{Changes, Replaces};

use crate::account::Environment;
use crate::money::{Quantity, Usd};
use crate::symbol::{AssetKind, Symbol};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Buy or sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

    /// Reads the broker's word.
    pub fn from_wire(word: &str) -> Option<Self> {
        match word {
            "buy" => Some(Self::Buy),
            "sell" => Some(Self::Sell),
            _ => None,
        }
    }

    /// The other one.
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }
}

/// Whether an option order opens a position or closes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Opens one, or adds to it.
    Open,
    /// Closes one, or takes from it.
    Close,
}

impl Effect {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Close => "close",
        }
    }

    /// Reads the stored form.
    pub fn from_stored(text: &str) -> Option<Self> {
        match text {
            "open" => Some(Self::Open),
            "close" => Some(Self::Close),
            _ => None,
        }
    }

    /// The broker's word for it, together with the side (`position_intent`).
    pub const fn of(self, side: Side) -> &'static str {
        match (side, self) {
            (Side::Buy, Self::Open) => "buy_to_open",
            (Side::Buy, Self::Close) => "buy_to_close",
            (Side::Sell, Self::Open) => "sell_to_open",
            (Side::Sell, Self::Close) => "sell_to_close",
        }
    }
}

/// How much: shares (contracts, coins, units of a spread), or dollars. Never both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// A number of shares (`qty`).
    Shares(Quantity),
    /// An amount of money (`notional`).
    Dollars(Usd),
}

/// How long an order works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeInForce {
    /// Until the close of the session.
    Day,
    /// Until canceled, 90 days at most.
    Gtc,
    /// In the opening auction only.
    Opg,
    /// In the closing auction only.
    Cls,
    /// What can be filled at once; the rest is canceled.
    Ioc,
    /// All of it at once, or nothing.
    Fok,
}

impl TimeInForce {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Day, Self::Gtc, Self::Opg, Self::Cls, Self::Ioc, Self::Fok];

    /// How long an order works when nothing is said.
    pub fn usual(symbol: &Symbol) -> Self {
        if symbol.kind() == AssetKind::Crypto { Self::Gtc } else { Self::Day }
    }

    /// The broker's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Gtc => "gtc",
            Self::Opg => "opg",
            Self::Cls => "cls",
            Self::Ioc => "ioc",
            Self::Fok => "fok",
        }
    }

    /// Reads the broker's word.
    pub fn from_wire(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tif| tif.as_str() == word)
    }
}

/// An order that a user wants. While its size is only a wish (a share of the buying power, a risk), `S` is that wish;
/// what is shown, stored and sent has a [`Size`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Order<S = Size> {
    /// What; of a spread its underlying.
    pub symbol: Symbol,
    /// Buy or sell; of a spread a debit or a credit.
    pub side: Side,
    /// How much.
    pub size: S,
    /// At what price.
    pub pricing: Pricing,
    /// How long.
    pub time_in_force: TimeInForce,
    /// Also before 09:30 and after 16:00 ET.
    pub extended_hours: bool,
    /// Whether it stands alone.
    pub class: Class,
    /// Whether it opens or closes, when that is said: of option contracts only.
    pub effect: Option<Effect>,
    /// The order whose place it takes.
    pub replaces: Option<Replaces>,
}

impl Order {
    /// The words that a large order is confirmed with: `SELL 500 TSLA LIVE`.
    pub fn phrase(&self, environment: Environment) -> String {
        let amount = match self.size {
            Size::Shares(qty) => qty.to_string(),
            Size::Dollars(usd) => format!("${}", usd.0.normalize()),
        };
        let spread = if self.class.legs().is_empty() { "" } else { " SPREAD" };
        format!("{} {amount} {}{spread} {environment}", self.side.as_str(), self.symbol).to_uppercase()
    }
}

impl<S> Order<S> {
    /// A simple order for the day, in the regular session: what is meant when nothing more is said.
    pub const fn plain(side: Side, symbol: Symbol, amount: S, pricing: Pricing) -> Self {
        Self {
            symbol,
            side,
            size: amount,
            pricing,
            time_in_force: TimeInForce::Day,
            extended_hours: false,
            class: Class::Simple,
            effect: None,
            replaces: None,
        }
    }

    /// The same order of another size.
    pub fn sized<T>(self, amount: T) -> Order<T> {
        let Self { symbol, side, size: _, pricing, time_in_force, extended_hours, class, effect, replaces } = self;
        Order { symbol, side, size: amount, pricing, time_in_force, extended_hours, class, effect, replaces }
    }
}

/// `5 shares of AAPL at the market`, `$50.00 of AAPL at $184.50 or better`.
impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.size {
            Size::Dollars(usd) => write!(f, "{usd} of {}", self.symbol)?,
            Size::Shares(qty) => {
                let one = qty.get() == Decimal::ONE;
                match (self.symbol.kind(), &self.class) {
                    (_, Class::MultiLeg(legs)) => {
                        write!(f, "{qty} {} {}", self.symbol, if one { "spread" } else { "spreads" })?;
                        for (at, leg) in legs.as_slice().iter().enumerate() {
                            write!(f, "{}{leg}", if at == 0 { " (" } else { ", " })?;
                        }
                        f.write_str(")")?;
                    }
                    (AssetKind::Equity, _) => {
                        write!(f, "{qty} {} of {}", if one { "share" } else { "shares" }, self.symbol)?;
                    }
                    (AssetKind::Crypto, _) => write!(f, "{qty} {}", self.symbol)?,
                    (AssetKind::Contract(contract), _) => write!(f, "{qty} {contract}")?,
                }
            }
        }
        write!(f, " {}{}", self.pricing, self.class)
    }
}
