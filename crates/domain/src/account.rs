//! Accounts, as linked with Paddock and as the broker shows them.

use crate::guard::Guards;
use crate::ids::{AccountId, BrokerAccountId};
use crate::money::{Price, Usd};
use crate::order::Side;
use crate::symbol::Symbol;
use crate::terms::Terms;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// Paper money or real money. Decides host, card colour, envelope and whether a click is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// Simulated money at `paper-api.alpaca.markets`.
    Paper,
    /// Real money at `api.alpaca.markets`.
    Live,
}

impl Environment {
    /// As stored, and as mixed into the sealing key.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Live => "live",
        }
    }

    /// Reads the stored form.
    pub fn from_stored(text: &str) -> Option<Self> {
        match text {
            "paper" => Some(Self::Paper),
            "live" => Some(Self::Live),
            _ => None,
        }
    }

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Paper => Self::Live,
            Self::Live => Self::Paper,
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name that a user gives an account: 1 to 32 letters, digits, spaces, `-`, `_`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountName(String);

/// Why a text is not an account name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NameRefusal {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// Longer than 32 characters.
    #[error("longer than 32 characters")]
    TooLong,
    /// Something other than letters, digits, spaces, `-` and `_`.
    #[error("not letters, digits, spaces, - or _")]
    OddCharacter,
    /// It has the shape of an API key or secret.
    #[error("looks like a secret")]
    LooksLikeSecret,
}

impl AccountName {
    /// Reads what a person typed.
    ///
    /// # Errors
    /// Every [`NameRefusal`].
    pub fn parse(text: &str) -> Result<Self, NameRefusal> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return Err(NameRefusal::Empty);
        }
        if crate::symbol::looks_like_secret(&text) {
            return Err(NameRefusal::LooksLikeSecret);
        }
        if text.chars().count() > 32 {
            return Err(NameRefusal::TooLong);
        }
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        if plain { Ok(Self(text)) } else { Err(NameRefusal::OddCharacter) }
    }

    /// A name read back from a row.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountStatus {
    /// Linked, and its keys were accepted when they were last used.
    Active,
    /// Alpaca refused the keys: they have to be replaced with `/account rotate`.
    KeysRefused,
    /// Whoever runs the service declared a master key compromised that these keys were sealed under: nothing is ordered until
    /// they are replaced by others.
    KeysRevoked,
}

/// An account that a user linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedAccount {
    /// Paddock's id.
    pub id: AccountId,
    /// The user's name for it.
    pub name: AccountName,
    /// Paper or live. Never changes.
    pub environment: Environment,
    /// Alpaca's id.
    pub broker_id: BrokerAccountId,
    /// The last four characters of Alpaca's account number.
    pub number_tail: String,
    /// Whether its keys work.
    pub status: AccountStatus,
    /// The last four characters of the key id in use.
    pub key_tail: String,
    /// Whether paper orders, too, wait for a click.
    pub always_confirm: bool,
    /// When it was linked.
    pub linked_at: DateTime<Utc>,
    /// When its keys were stored.
    pub keys_since: DateTime<Utc>,
    /// What its owner bounds.
    pub guards: Box<Guards>,
}

/// `GET /v2/account`: only the id and the status are sure to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerAccount {
    /// Alpaca's id.
    pub id: BrokerAccountId,
    /// Alpaca's account number; shown by its last four characters only.
    pub number: String,
    /// `ACTIVE` and many others.
    pub status: String,
    /// Cash.
    pub cash: Option<Usd>,
    /// Cash and positions.
    pub equity: Option<Usd>,
    /// Equity at the previous trading day's close.
    pub last_equity: Option<Usd>,
    /// What new orders may cost.
    pub buying_power: Option<Usd>,
    /// Value of long positions.
    pub long_market_value: Option<Usd>,
    /// Value of short positions, zero or below.
    pub short_market_value: Option<Usd>,
    /// Margin multiplier: 1, 2 or 4.
    pub multiplier: Option<Decimal>,
    /// Alpaca blocks trading.
    pub trading_blocked: bool,
    /// Alpaca blocks the account.
    pub account_blocked: bool,
    /// The user suspended trading at Alpaca.
    pub suspended_by_user: bool,
    /// Shorting is switched on.
    pub shorting_enabled: bool,
}

/// One open position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// What is held, as positions spell it: a pair without its slash.
    pub symbol: Symbol,
    /// Whether it is a coin.
    pub is_crypto: bool,
    /// Held quantity, below zero when short.
    pub qty: Decimal,
    /// Not held by open orders.
    pub qty_available: Decimal,
    /// Average entry price.
    pub entry: Usd,
    /// Price now; absent when Alpaca has none.
    pub price: Option<Usd>,
    /// Value now.
    pub value: Option<Usd>,
    /// Cost.
    pub cost: Usd,
    /// Unrealised profit or loss.
    pub unrealized: Option<Usd>,
    /// The same as a fraction of cost (0.05 is 5 %).
    pub unrealized_fraction: Option<Decimal>,
    /// Profit or loss since the previous close.
    pub today: Option<Usd>,
}

/// One row of `GET /v2/assets`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its symbol.
    pub symbol: Symbol,
    /// Company or fund name; may be empty.
    pub name: String,
    /// Alpaca's `status` is `active`.
    pub active: bool,
    /// Can be traded now.
    pub tradable: bool,
    /// Fractions of a share can be traded.
    pub fractionable: bool,
    /// Can be sold short.
    pub shortable: bool,
    /// Its shares are easy to borrow; without that a short sale needs a locate.
    pub easy_to_borrow: bool,
    /// What Alpaca says of it besides, in its own words: `ipo`, `fractional_eh_enabled`, …
    pub attributes: Vec<String>,
    /// The steps that a coin trades in; all absent of anything else.
    pub steps: Steps,
    /// Exchange, as Alpaca names it.
    pub exchange: String,
    /// What one stands for; of option contracts only.
    pub terms: Option<Terms>,
}

impl Position {
    /// The pair that orders name it by, of a coin. Alpaca's pairs are against four currencies.
    pub fn pair(&self) -> Option<Symbol> {
        let text = self.symbol.as_str();
        let money = ["USDT", "USDC", "USD", "BTC"].into_iter().find(|money| text.ends_with(money))?;
        let coin = text.strip_suffix(money)?.trim_end_matches('/');
        (self.is_crypto && !coin.is_empty()).then(|| Symbol::from_broker(format!("{coin}/{money}")))
    }
}

impl Asset {
    /// Whether Alpaca says that of it.
    pub fn has(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|word| word == attribute)
    }
}

/// The steps that a coin trades in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// The smallest order.
    pub least: Option<Decimal>,
    /// The step of a quantity.
    pub quantity: Option<Decimal>,
    /// The step of a price.
    pub price: Option<Decimal>,
}

/// A quote, as shown to the user and remembered with the ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Best bid; absent when there is no bid.
    pub bid: Option<Price>,
    /// Best ask; absent when there is no ask.
    pub ask: Option<Price>,
    /// When it was made, by the exchange's stamp.
    pub at: DateTime<Utc>,
}

impl Quote {
    /// The side that an order would meet now: the ask for a buy, the bid for a sell.
    pub const fn far_side(&self, side: Side) -> Option<Price> {
        match side {
            Side::Buy => self.ask,
            Side::Sell => self.bid,
        }
    }
}

/// A quote with the day around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Best bid and ask.
    pub quote: Option<Quote>,
    /// Last trade.
    pub last: Option<Price>,
    /// Previous day's close.
    pub previous_close: Option<Price>,
}

impl Snapshot {
    /// The price that an order of that side would meet now, as well as it is known.
    pub fn met_by(&self, side: Side) -> Option<Price> {
        self.quote.and_then(|quote| quote.far_side(side)).or(self.last).or(self.previous_close)
    }
}

/// `GET /v2/clock`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketClock {
    /// Alpaca's time.
    pub at: DateTime<Utc>,
    /// Whether the regular session is on.
    pub is_open: bool,
    /// Next 09:30 ET of a trading day.
    pub next_open: DateTime<Utc>,
    /// Next close.
    pub next_close: DateTime<Utc>,
}

/// One trading day of `GET /v2/calendar`, in New York wall time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradingDay {
    /// The day.
    pub date: chrono::NaiveDate,
    /// Opening time.
    pub open: chrono::NaiveTime,
    /// Closing time: 16:00, or earlier on half days.
    pub close: chrono::NaiveTime,
}

/// `GET /v2/account/configurations`: the parts that matter to an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configurations {
    /// The user told Alpaca to refuse new orders.
    pub suspend_trade: bool,
    /// Shorting is switched off.
    pub no_shorting: bool,
    /// Fractions are switched on.
    pub fractional_trading: bool,
}
