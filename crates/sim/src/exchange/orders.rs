//! An order as the exchange keeps it, and one execution.

use super::Environment;
use super::assets::AssetClass;
use super::kinds::{Intent, Kind, Side, Size, Status, TimeInForce};
use super::options::contracts::MULTIPLIER;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

/// How orders belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// An entry with a profit to take and a loss to stop.
    Bracket,
    /// An entry with one of the two.
    Oto,
    /// A profit to take and a loss to stop, without an entry.
    Oco,
    /// Contracts that trade together.
    MultiLeg,
}

impl Class {
    pub(super) const fn wire(self) -> &'static str {
        match self {
            Self::Bracket => "bracket",
            Self::Oto => "oto",
            Self::Oco => "oco",
            Self::MultiLeg => "mleg",
        }
    }
}

/// What an order is for in its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Opens the position.
    Entry,
    /// Closes it with a gain.
    TakeProfit,
    /// Closes it before the loss grows.
    StopLoss,
    /// Trades its legs together.
    Strategy,
    /// Trades with the others, this many for one of the whole.
    Leg {
        /// How many.
        ratio: Decimal,
    },
}

/// An order's place in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond {
    /// Which group.
    pub group: Uuid,
    /// What kind of group.
    pub class: Class,
    /// Which place.
    pub role: Role,
}

impl Bond {
    /// Whether the wire shows the others as this order's legs.
    pub(super) fn leads(&self) -> bool {
        matches!(self.role, Role::Entry | Role::Strategy) || (self.class == Class::Oco && self.role == Role::TakeProfit)
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
    /// What kind of asset that is.
    pub asset_class: AssetClass,
    /// Buy or sell.
    pub side: Side,
    /// Type and prices.
    pub kind: Kind,
    /// Shares or dollars.
    pub size: Size,
    /// How long it lives.
    pub time_in_force: TimeInForce,
    /// May trade before 9:30 and after 16:00.
    pub extended_hours: bool,
    /// As the position at submission implies.
    pub position_intent: Intent,
    /// The group it belongs to, if any.
    pub bond: Option<Bond>,
    /// The order whose place this one takes.
    pub replaces: Option<Uuid>,
    /// The order that takes this one's place.
    pub replaced_by: Option<Uuid>,
    /// Where it stands.
    pub status: Status,
    /// When it was submitted.
    pub submitted_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// When its life ends.
    pub expires_at: DateTime<Utc>,
    /// When it ended for good, whichever way `status` says.
    pub ended_at: Option<DateTime<Utc>>,
    /// Shares traded so far, those of the orders it replaces included.
    pub filled_qty: Decimal,
    /// Dollars traded so far, likewise.
    pub filled_value: Decimal,
    /// The best price since a trailing stop began to work.
    pub high_water_mark: Option<Decimal>,
    /// Whether its stop has been reached.
    pub triggered: bool,
    /// The price at which buying power was checked and is reserved.
    pub(super) check_price: Decimal,
    /// The next moment at which this order may change by itself.
    pub(super) due: DateTime<Utc>,
}

/// At what price an order would trade now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Terms {
    /// At none: its stop has not been reached.
    Waits,
    /// At any.
    Any,
    /// At this one or better.
    Limit(Decimal),
}

impl Terms {
    pub fn accept(self, side: Side, price: Decimal) -> bool {
        match (self, side) {
            (Self::Waits, _) => false,
            (Self::Any, _) => true,
            (Self::Limit(limit), Side::Buy) => price <= limit,
            (Self::Limit(limit), Side::Sell) => price >= limit,
        }
    }
}

/// The highest price a buy stop pays once it is reached: 4 % above it, or 2.5 % from 50 dollars on.
fn collar(stop: Decimal) -> Decimal {
    let percent = if stop < Decimal::from(50) { Decimal::new(4, 0) } else { Decimal::new(25, 1) };
    stop + stop * percent / Decimal::ONE_HUNDRED
}

impl Order {
    pub(super) fn terms(&self) -> Terms {
        match self.kind {
            Kind::Market => Terms::Any,
            Kind::Limit(limit) => Terms::Limit(limit),
            _ if !self.triggered => Terms::Waits,
            Kind::StopLimit { limit, .. } => Terms::Limit(limit),
            Kind::Stop(stop) if self.side == Side::Buy => Terms::Limit(collar(stop)),
            Kind::Stop(_) | Kind::TrailingStop(_) => Terms::Any,
        }
    }

    /// The price that sets a stop order off; a trailing one takes it with the market.
    pub(super) fn stop_price(&self) -> Option<Decimal> {
        match self.kind {
            Kind::TrailingStop(trail) => Some(trail.behind(self.side, self.high_water_mark?)),
            kind => kind.stop_price(),
        }
    }

    /// Looks at the last trade: a trailing stop follows it, and a stop that it reaches goes off. True when it just did.
    pub(super) fn watch(&mut self, last: Decimal) -> bool {
        if self.triggered {
            return false;
        }
        if let Kind::TrailingStop(_) = self.kind {
            let mark = self.high_water_mark.unwrap_or(last);
            self.high_water_mark = Some(if self.side == Side::Sell { mark.max(last) } else { mark.min(last) });
        }
        let Some(stop) = self.stop_price() else { return false };
        self.triggered = if self.side == Side::Sell { last <= stop } else { last >= stop };
        self.triggered
    }

    /// Whether it waits for another order of its group.
    pub(super) fn waits(&self) -> bool {
        self.status == Status::Held
    }

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
        self.position_intent.closes()
    }

    /// What one unit of price is worth in one unit of quantity.
    pub(super) fn multiplier(&self) -> Decimal {
        if self.asset_class == AssetClass::Option { MULTIPLIER } else { Decimal::ONE }
    }

    /// Dollars the order keeps back while open. What closes a position holds shares instead.
    pub(super) fn reserve(&self) -> Decimal {
        match self.size {
            _ if self.closes() => Decimal::ZERO,
            // Written contracts are covered, not paid for.
            _ if self.asset_class == AssetClass::Option && self.side == Side::Sell => Decimal::ZERO,
            Size::Qty(qty) => (qty - self.filled_qty) * self.check_price * self.multiplier(),
            Size::Notional(dollars) => dollars - self.filled_value,
        }
    }

    /// Average price of what has traded.
    pub fn filled_avg_price(&self) -> Option<Decimal> {
        (!self.filled_qty.is_zero()).then(|| (self.filled_value / self.filled_qty).round_dp(9))
    }

    /// When it ended, if it ended that way.
    pub(super) fn ended(&self, status: Status) -> Option<DateTime<Utc>> {
        self.ended_at.filter(|_| self.status == status)
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
    /// What was kept of what was received: coins of a purchase, dollars of a sale.
    pub fee: Decimal,
    /// When.
    pub at: DateTime<Utc>,
}
