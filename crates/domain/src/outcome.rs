//! How a call to the broker ended. A lost response is not a rejection.

use crate::order::BrokerOrder;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

/// How an order call ended. There is no fourth way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The broker has the order, and showed it.
    Landed(Box<BrokerOrder>),
    /// The broker proved that it has no such order, and will have none from this call.
    Refused(Refusal),
    /// Neither is proved. Only a look-up may settle it.
    Unknown(Doubt),
}

/// How a cancel call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CancelOutcome {
    /// The broker took the request; the order may still fill before it is canceled.
    Requested,
    /// The order is already over, or over soon; look at it for how.
    NotOpen,
    /// The broker knows no such order.
    NoSuchOrder,
    /// Refused for another reason.
    Refused(Refusal),
    /// No proof either way. A cancel may be repeated safely.
    Unknown(Doubt),
}

/// How the call about exercising a contract ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExerciseOutcome {
    /// The broker took it.
    Taken,
    /// The broker proved that it does nothing.
    Refused(Refusal),
    /// No proof either way. Not to be repeated: only the position and the account's history tell.
    Unknown(Doubt),
}

/// Why we do not know. Every one of them leaves the order possibly alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// No answer within the deadline.
    TimedOut,
    /// The connection broke after bytes may have left.
    ConnectionLost,
    /// The broker or a proxy answered with a 5xx; 504 says that the broker's own deadline passed.
    ServerError {
        /// HTTP status.
        status: u16,
    },
    /// An answer that cannot be read as what it should be: HTML, truncated JSON, another shape.
    Unreadable {
        /// HTTP status.
        status: u16,
    },
    /// The `client_order_id` is taken: an earlier call of ours landed.
    DuplicateId,
    /// Too many requests. Normally not executed, but that is not proof.
    RateLimited {
        /// When the broker says that it will listen again.
        until: Option<DateTime<Utc>>,
    },
    /// The process ended between the commit and the answer.
    Interrupted,
}

/// A refusal that the broker proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason, as far as status, code and extra fields tell.
    pub reason: RefusalReason,
    /// The broker's own words. Foreign text: to be escaped, never relayed as it is.
    pub message: String,
    /// HTTP status; 0 when nothing was sent.
    pub status: u16,
    /// The broker's numeric code.
    pub code: Option<i64>,
    /// `X-Request-ID`, for the audit log and for Alpaca's support.
    pub request_id: Option<String>,
}

/// Why the broker refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefusalReason {
    /// The connection could not be made, so no byte of the order left.
    NeverSent,
    /// The account's request budget is used up for longer than it makes sense to wait, so nothing was sent.
    BudgetFull {
        /// When there is room again.
        until: DateTime<Utc>,
    },
    /// Not enough buying power.
    BuyingPower {
        /// What is there.
        available: Option<Decimal>,
        /// What the order would cost.
        cost: Option<Decimal>,
    },
    /// Not enough shares that are not held by other orders.
    Quantity {
        /// Free shares.
        available: Option<Decimal>,
        /// Shares in all.
        existing: Option<Decimal>,
        /// Held by open orders.
        held: Option<Decimal>,
    },
    /// An open order on the other side would trade with this one.
    WashTrade {
        /// The order in the way.
        existing_order: Option<String>,
    },
    /// The symbol is unknown.
    UnknownSymbol,
    /// The symbol cannot be traded now.
    NotTradable,
    /// Fractions of the symbol cannot be traded.
    NotFractionable,
    /// The price is finer than the exchange allows.
    PriceIncrement,
    /// Selling more than is held, and shorting is not possible.
    CannotShort,
    /// The user suspended trading at Alpaca.
    SuspendedByUser,
    /// Alpaca restricts the account.
    AccountRestricted,
    /// Extended hours want a limit order for the day.
    ExtendedHours,
    /// The keys are not accepted (401).
    Credentials,
    /// A crypto order below the smallest amount.
    BelowMinimum,
    /// Fractions and dollar amounts come as simple day orders.
    FractionTerms,
    /// Outside the hours in which auction orders are taken.
    AuctionHours,
    /// The exits of a bracket are the wrong way round, or too near.
    Exits,
    /// Opening was said where it closes, or the other way round.
    OpensOrCloses,
    /// The account's options level does not reach.
    OptionsLevel,
    /// A short call without its shares, or a short put without its cash.
    Uncovered {
        /// What is there.
        available: Option<Decimal>,
        /// What it would take.
        required: Option<Decimal>,
    },
    /// The contract is expired, or too near to its expiry for a new position.
    ContractExpires,
    /// Options at the market, or an exercise, outside the hours for it.
    OptionHours,
    /// The order cannot be replaced (any more, or yet).
    NotReplaceable,
    /// There is no such position to be closed or exercised.
    NoSuchPosition,
    /// There is no such order to be replaced.
    NoSuchOrder,
    /// A field of the order is not acceptable; the message says which.
    Invalid,
    /// A reason that this program does not know by name.
    Unrecognised,
}

/// Why a read brought nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadFailure {
    /// The keys are not accepted.
    #[error("keys not accepted")]
    Credentials,
    /// The keys are accepted but not for this.
    #[error("not permitted (status {status})")]
    Forbidden {
        /// HTTP status.
        status: u16,
    },
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// The request itself was wrong.
    #[error("request refused (status {status})")]
    Invalid {
        /// HTTP status.
        status: u16,
    },
    /// Too many requests.
    #[error("rate limited")]
    RateLimited {
        /// When the broker says that it will listen again.
        until: Option<DateTime<Utc>>,
    },
    /// No answer in time, no connection, or a 5xx.
    #[error("unavailable")]
    Unavailable,
    /// An answer that cannot be read.
    #[error("unreadable answer (status {status})")]
    Unreadable {
        /// HTTP status.
        status: u16,
    },
}

/// What a look-up by `client_order_id` showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The broker has it.
    Found(Box<BrokerOrder>),
    /// The broker answered that it has none. It may still arrive.
    NotFound,
    /// The look-up itself failed: says nothing about the order.
    Failed(ReadFailure),
}
