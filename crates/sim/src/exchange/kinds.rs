//! The words of an order: side, type, size, time in force, intent and status, as the exchange and the wire use them.

use rust_decimal::Decimal;

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

    pub(super) const fn other(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }
}

/// How far a trailing stop stays behind the best price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trail {
    /// Dollars.
    Price(Decimal),
    /// Percent of the best price.
    Percent(Decimal),
}

impl Trail {
    pub(super) const fn amount(self) -> Decimal {
        match self {
            Self::Price(amount) | Self::Percent(amount) => amount,
        }
    }

    /// The same kind of trail, another distance.
    pub(super) const fn with(self, amount: Decimal) -> Self {
        match self {
            Self::Price(_) => Self::Price(amount),
            Self::Percent(_) => Self::Percent(amount),
        }
    }

    /// Where the stop stands when the best price so far is `mark`.
    pub(super) fn behind(self, side: Side, mark: Decimal) -> Decimal {
        let distance = match self {
            Self::Price(dollars) => dollars,
            Self::Percent(percent) => mark * percent / Decimal::ONE_HUNDRED,
        };
        match side {
            Side::Sell => mark - distance,
            Side::Buy => mark + distance,
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
    /// At the market, once this price has traded.
    Stop(Decimal),
    /// At `limit` or better, once `stop` has traded.
    StopLimit {
        /// What must trade first.
        stop: Decimal,
        /// Then that price or better.
        limit: Decimal,
    },
    /// At the market, once the price has come back this far from its best.
    TrailingStop(Trail),
}

impl Kind {
    pub(super) const fn wire(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Limit(_) => "limit",
            Self::Stop(_) => "stop",
            Self::StopLimit { .. } => "stop_limit",
            Self::TrailingStop(_) => "trailing_stop",
        }
    }

    pub(super) const fn limit_price(self) -> Option<Decimal> {
        match self {
            Self::Limit(limit) | Self::StopLimit { limit, .. } => Some(limit),
            Self::Market | Self::Stop(_) | Self::TrailingStop(_) => None,
        }
    }

    pub(super) const fn stop_price(self) -> Option<Decimal> {
        match self {
            Self::Stop(stop) | Self::StopLimit { stop, .. } => Some(stop),
            Self::Market | Self::Limit(_) | Self::TrailingStop(_) => None,
        }
    }

    pub(super) const fn trail(self) -> Option<Trail> {
        match self {
            Self::TrailingStop(trail) => Some(trail),
            _ => None,
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
    /// At once, as much as there is.
    Ioc,
    /// At once and whole, or not at all.
    Fok,
    /// At the opening only.
    Opg,
    /// At the close only.
    Cls,
}

impl TimeInForce {
    pub(super) fn from_wire(word: &str) -> Option<Self> {
        match word {
            "day" => Some(Self::Day),
            "gtc" => Some(Self::Gtc),
            "ioc" => Some(Self::Ioc),
            "fok" => Some(Self::Fok),
            "opg" => Some(Self::Opg),
            "cls" => Some(Self::Cls),
            _ => None,
        }
    }

    pub(super) const fn wire(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Gtc => "gtc",
            Self::Ioc => "ioc",
            Self::Fok => "fok",
            Self::Opg => "opg",
            Self::Cls => "cls",
        }
    }

    /// Whether the order has one chance: what does not trade at it is canceled.
    pub(super) const fn has_one_chance(self) -> bool {
        matches!(self, Self::Ioc | Self::Fok | Self::Opg | Self::Cls)
    }
}

/// What an order does to the position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Intent {
    /// Goes long or adds to it.
    BuyToOpen,
    /// Covers a short position.
    BuyToClose,
    /// Goes short or adds to it.
    SellToOpen,
    /// Takes a long position back.
    SellToClose,
}

impl Intent {
    pub(super) const fn new(side: Side, closes: bool) -> Self {
        match (side, closes) {
            (Side::Buy, false) => Self::BuyToOpen,
            (Side::Buy, true) => Self::BuyToClose,
            (Side::Sell, false) => Self::SellToOpen,
            (Side::Sell, true) => Self::SellToClose,
        }
    }

    pub(super) fn from_wire(word: &str) -> Option<Self> {
        [Self::BuyToOpen, Self::BuyToClose, Self::SellToOpen, Self::SellToClose]
            .into_iter()
            .find(|intent| intent.wire() == word)
    }

    pub(super) const fn wire(self) -> &'static str {
        match self {
            Self::BuyToOpen => "buy_to_open",
            Self::BuyToClose => "buy_to_close",
            Self::SellToOpen => "sell_to_open",
            Self::SellToClose => "sell_to_close",
        }
    }

    pub(super) const fn closes(self) -> bool {
        matches!(self, Self::BuyToClose | Self::SellToClose)
    }
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Queued until its session opens.
    Accepted,
    /// On its way to the venue.
    PendingNew,
    /// Waits for another order of its group.
    Held,
    /// Working.
    New,
    /// Working, part done.
    PartiallyFilled,
    /// A cancel is on its way; it can still fill.
    PendingCancel,
    /// A successor is on its way; it can still fill.
    PendingReplace,
    /// Done.
    Filled,
    /// Withdrawn.
    Canceled,
    /// Its time ran out.
    Expired,
    /// Its successor has taken its place.
    Replaced,
    /// Refused after it had been taken in.
    Rejected,
}

impl Status {
    pub(super) const fn wire(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::PendingNew => "pending_new",
            Self::Held => "held",
            Self::New => "new",
            Self::PartiallyFilled => "partially_filled",
            Self::PendingCancel => "pending_cancel",
            Self::PendingReplace => "pending_replace",
            Self::Filled => "filled",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
            Self::Replaced => "replaced",
            Self::Rejected => "rejected",
        }
    }

    /// Whether the order can change no more.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Filled | Self::Canceled | Self::Expired | Self::Replaced | Self::Rejected)
    }

    /// Whether the venue has it, so that it can trade.
    pub(super) const fn is_working(self) -> bool {
        matches!(self, Self::New | Self::PartiallyFilled | Self::PendingCancel | Self::PendingReplace)
    }
}
