//! The rules that an order can break.

use crate::money::Price;
use crate::order::{BrokerStatus, TimeInForce};
use crate::symbol::Symbol;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use thiserror::Error;

/// What of an order a rule is about: as the user filled it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The limit price.
    Limit,
    /// The stop price.
    Stop,
    /// How far it trails.
    Trail,
    /// The price that takes the profit.
    TakeProfit,
    /// The price that bounds the loss.
    StopLoss,
    /// The worst price of the exit that bounds the loss.
    StopLossLimit,
    /// The quantity.
    Quantity,
    /// How long it works.
    TimeInForce,
}

/// A rule that an order breaks. Its words name the field and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RuleBreak {
    /// Alpaca lists the asset as inactive or not tradable.
    #[error("{0} cannot be traded")]
    NotTradable(String),
    /// A fraction or a dollar amount of an asset that trades in whole shares only.
    #[error("{0} trades in whole shares only")]
    NotFractionable(String),
    /// Fractions and dollar amounts are day orders.
    #[error("fractions and dollar amounts are day orders")]
    FractionNeedsDay,
    /// Fractions and dollar amounts do not trail.
    #[error("fractions and dollar amounts do not trail")]
    FractionTrails,
    /// Fractions and dollar amounts have no exits.
    #[error("fractions and dollar amounts stand alone")]
    FractionNeedsSimple,
    /// A fraction outside the regular session, of an asset that does not trade so.
    #[error("fractions of {0} trade in the regular session only")]
    FractionExtended(String),
    /// Dollar amounts start at $1.
    #[error("dollar amounts start at $1.00")]
    BelowOneDollar,
    /// Extended hours want a limit order.
    #[error("extended hours need a limit price")]
    ExtendedNeedsLimit,
    /// Extended hours want an order for the day or until canceled.
    #[error("extended hours need day or gtc")]
    ExtendedNeedsDayOrGtc,
    /// An order with exits works in the regular session only.
    #[error("an order with exits works in the regular session only")]
    ExtendedNeedsSimple,
    /// A price is finer than the exchange allows.
    #[error("{part:?} is finer than {step}")]
    PriceIncrement {
        /// Which price.
        part: Part,
        /// The smallest step.
        step: Decimal,
    },
    /// Auctions, and orders that are filled at once or not, are market or limit orders.
    #[error("{0:?} takes market or limit orders")]
    TimeNeedsMarketOrLimit(TimeInForce),
    /// Opening orders are taken from 19:00 to 09:28 ET.
    #[error("opening orders are taken from 19:00 to 09:28 ET")]
    TooLateForOpen,
    /// Closing orders are taken from 19:00 to 15:50 ET.
    #[error("closing orders are taken from 19:00 to 15:50 ET")]
    TooLateForClose,
    /// A trailing stop follows at least 0.1 % behind.
    #[error("a trail is at least 0.1%")]
    TrailTooSmall,
    /// OTC stocks do not trail, and work for the day or until canceled.
    #[error("{0} trades over the counter")]
    OverTheCounter(String),
    /// Before its first trade a new stock takes limit orders only.
    #[error("{0} takes limit orders until its first trade")]
    IpoNeedsLimit(String),

    /// Orders with exits work for the day or until canceled.
    #[error("orders with exits work for the day or until canceled")]
    ExitsNeedDayOrGtc,
    /// An entry does not trail.
    #[error("an entry does not trail")]
    EntryTrails,
    /// Two exits of a position are built on a limit, which takes the profit.
    #[error("two exits need the price that takes the profit")]
    OcoNeedsLimit,
    /// Two exits without a position on that side.
    #[error("there is nothing to exit")]
    NothingToExit,
    /// The profit would be taken on the wrong side of the stop.
    #[error("take profit and stop loss are the wrong way round")]
    ExitsCrossed {
        /// Takes the profit.
        take_profit: Price,
        /// Bounds the loss.
        stop_loss: Price,
    },
    /// The stop is not at least a cent away from the entry, on the losing side.
    #[error("the stop loss is not a cent beyond {base}")]
    StopTooNear {
        /// The entry's limit, or the market's price.
        base: Price,
        /// Whether the stop has to be below it.
        below: bool,
    },

    /// Crypto takes market, limit and stop-limit orders.
    #[error("crypto takes market, limit and stop-limit orders")]
    CryptoKind,
    /// Crypto orders work until canceled, or at once.
    #[error("crypto orders work until canceled or at once")]
    CryptoTime,
    /// Crypto trades around the clock.
    #[error("crypto has no extended hours")]
    CryptoExtended,
    /// Crypto orders have no exits.
    #[error("crypto orders stand alone")]
    CryptoNeedsSimple,
    /// Less than the smallest order of the coin.
    #[error("less than {0}")]
    CryptoTooSmall(Decimal),
    /// More than $200 000 in one order.
    #[error("more than $200,000")]
    CryptoTooLarge,
    /// The quantity is finer than the coin's smallest step.
    #[error("the quantity is finer than {0}")]
    QuantityIncrement(Decimal),

    /// Contracts and spreads come whole.
    #[error("contracts come whole")]
    ContractsWhole,
    /// Option orders are market or limit orders.
    #[error("option orders are market or limit orders")]
    OptionKind,
    /// Option orders work for the day.
    #[error("option orders work for the day")]
    OptionNeedsDay,
    /// Options trade in the regular session only.
    #[error("options have no extended hours")]
    OptionExtended,
    /// Option orders have no exits.
    #[error("option orders have no exits")]
    OptionNeedsSimple,
    /// The contract is over.
    #[error("expired on {0}")]
    OptionExpired(NaiveDate),
    /// The contract does not stand for a hundred shares.
    #[error("{0} is an adjusted contract")]
    AdjustedContract(Symbol),
    /// Option orders at the market are taken while the market is open.
    #[error("option orders at the market want an open market")]
    OptionMarketClosed,
    /// Opening or closing is said of option contracts only.
    #[error("opening or closing is said of option contracts only")]
    EffectNeedsOption,

    /// More than is free to sell.
    #[error("only {held} held")]
    SellsMoreThanHeld {
        /// Free shares.
        held: Decimal,
    },
    /// One order cannot turn a short position into a long one.
    #[error("only {short} short")]
    BuysMoreThanShort {
        /// Shares that are short.
        short: Decimal,
    },
    /// Selling what is not held, of something that cannot be sold short.
    #[error("{0} cannot be sold short")]
    NotShortable(String),
    /// Selling short in an account that cannot.
    #[error("the account cannot sell short")]
    ShortingOff,
    /// Short sales come in whole shares.
    #[error("short sales come in whole shares")]
    ShortNeedsWhole,
    /// Short sales want $2 000 of equity.
    #[error("short sales want $2,000 of equity")]
    ShortNeedsEquity,
    /// Alpaca or the user has switched trading off for the account.
    #[error("the account cannot trade")]
    AccountBlocked,

    /// A replacement that changes nothing.
    #[error("nothing changes")]
    NothingChanges,
    /// The order is in a state in which it cannot be replaced.
    #[error("cannot be replaced while {}", .0.as_str())]
    NotReplaceable(BrokerStatus),
    /// An order in dollars cannot be replaced.
    #[error("an order in dollars cannot be replaced")]
    DollarsNotReplaceable,
    /// A spread cannot be replaced.
    #[error("a spread cannot be replaced")]
    SpreadNotReplaceable,
    /// A fractional quantity cannot change.
    #[error("a fractional quantity cannot change")]
    FractionNotReplaceable,
    /// Not more than is filled already.
    #[error("{0} are filled already")]
    BelowFilled(Decimal),
    /// The order has no such part.
    #[error("the order has no {0:?}")]
    NoSuchPart(Part),
    /// Of an order with exits only prices change.
    #[error("only prices of an exit change")]
    ExitPricesOnly,
}
