//! An order as the exchange keeps it, and the words the wire uses for its parts.

use super::Environment;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

/// Which way an order trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Takes shares.
    Buy,
    /// Gives shares.
    Sell,
}

impl Side {
    pub(super) fn from_wire(word: &str) -> Option<Self> {
        match word {
            "buy" => Some(Self::Buy),
            "sell" => Some(Self::Sell),
            _ => None,
        }
    }

    pub(super) const fn wire(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

/// The order type, with the prices that belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// At whatever the far side asks.
    Market,
    /// At this price or better.
    Limit(Decimal),
}

impl Kind {
    pub(super) const fn wire(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Limit(_) => "limit",
        }
    }

    pub(super) const fn limit_price(self) -> Option<Decimal> {
        match self {
            Self::Market => None,
            Self::Limit(price) => Some(price),
        }
    }

    /// Whether the order would trade at `price`.
    pub(super) fn takes(self, side: Side, price: Decimal) -> bool {
        match (self, side) {
            (Self::Market, _) => true,
            (Self::Limit(limit), Side::Buy) => price <= limit,
            (Self::Limit(limit), Side::Sell) => price >= limit,
        }
    }
}

/// How much: shares, or dollars' worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Shares, up to nine decimals.
    Qty(Decimal),
    /// Dollars.
    Notional(Decimal),
}

impl Size {
    /// Whether shares may be split to fill it.
    pub(super) fn is_fractional(self) -> bool {
        match self {
            Self::Qty(qty) => !qty.fract().is_zero(),
            Self::Notional(_) => true,
        }
    }
}

/// How long an order lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeInForce {
    /// Until the close of its session.
    Day,
    /// Ninety days.
    Gtc,
}

impl TimeInForce {
    pub(super) fn from_wire(word: &str) -> Option<Self> {
        match word {
            "day" => Some(Self::Day),
            "gtc" => Some(Self::Gtc),
            _ => None,
        }
    }

    pub(super) const fn wire(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Gtc => "gtc",
        }
    }
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Queued until its session opens.
    Accepted,
    /// On its way to the venue.
    PendingNew,
    /// Working.
    New,
    /// Working, part done.
    PartiallyFilled,
    /// A cancel is on its way; it can still fill.
    PendingCancel,
    /// Done.
    Filled,
    /// Withdrawn.
    Canceled,
    /// Its time ran out.
    Expired,
}

impl Status {
    pub(super) const fn wire(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::PendingNew => "pending_new",
            Self::New => "new",
            Self::PartiallyFilled => "partially_filled",
            Self::PendingCancel => "pending_cancel",
            Self::Filled => "filled",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
        }
    }

    /// Whether the order can change no more.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Filled | Self::Canceled | Self::Expired)
    }

    /// Whether the venue has it, so that it can trade.
    pub(super) const fn is_working(self) -> bool {
        matches!(self, Self::New | Self::PartiallyFilled | Self::PendingCancel)
    }
}

/// One order.
#[derive(Clone, Debug)]
pub struct Order {
    /// Alpaca's id.
    pub id: Uuid,
    /// The client's id, unique per account for ever.
    pub client_order_id: String,
    /// The asset's symbol.
    pub symbol: String,
    /// The asset's id.
    pub asset_id: Uuid,
    /// Buy or sell.
    pub side: Side,
    /// Market or limit.
    pub kind: Kind,
    /// Shares or dollars.
    pub size: Size,
    /// Day or gtc.
    pub time_in_force: TimeInForce,
    /// May trade before 9:30 and after 16:00.
    pub extended_hours: bool,
    /// `buy_to_open` and so on, as the position at submission implies.
    pub position_intent: &'static str,
    /// Where it stands.
    pub status: Status,
    /// When it was submitted.
    pub submitted_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When its life ends.
    pub expires_at: DateTime<Utc>,
    /// When it was filled for good.
    pub filled_at: Option<DateTime<Utc>>,
    /// When it expired.
    pub expired_at: Option<DateTime<Utc>>,
    /// When it was cancelled.
    pub canceled_at: Option<DateTime<Utc>>,
    /// Shares traded so far.
    pub filled_qty: Decimal,
    /// Dollars traded so far.
    pub filled_value: Decimal,
    /// The price at which buying power was checked and is reserved.
    pub(super) check_price: Decimal,
    /// The next moment at which this order may change by itself.
    pub(super) due: DateTime<Utc>,
}

impl Order {
    /// Shares still to trade; for a dollar order, what its rest buys at the price it was checked at.
    pub(super) fn shares_left(&self) -> Decimal {
        match self.size {
            Size::Qty(qty) => qty - self.filled_qty,
            Size::Notional(dollars) if self.check_price.is_zero() => dollars,
            Size::Notional(dollars) => ((dollars - self.filled_value) / self.check_price).round_dp(9),
        }
    }

    /// Whether it closes a position rather than opening or adding to one.
    pub(super) fn closes(&self) -> bool {
        self.position_intent.ends_with("_to_close")
    }

    /// Dollars the order keeps back while open. What closes a position holds shares instead.
    pub(super) fn reserve(&self) -> Decimal {
        match self.size {
            _ if self.closes() => Decimal::ZERO,
            Size::Qty(qty) => (qty - self.filled_qty) * self.check_price,
            Size::Notional(dollars) => dollars - self.filled_value,
        }
    }

    /// Average price of what has traded.
    pub fn filled_avg_price(&self) -> Option<Decimal> {
        (!self.filled_qty.is_zero()).then(|| (self.filled_value / self.filled_qty).round_dp(9))
    }
}

/// One execution.
#[derive(Clone, Debug)]
pub struct Fill {
    /// The order it belongs to.
    pub order_id: Uuid,
    /// Which account traded.
    pub account_id: Uuid,
    /// In which environment.
    pub environment: Environment,
    /// Symbol.
    pub symbol: String,
    /// Buy or sell.
    pub side: Side,
    /// Shares.
    pub qty: Decimal,
    /// Dollars per share.
    pub price: Decimal,
    /// When.
    pub at: DateTime<Utc>,
}
