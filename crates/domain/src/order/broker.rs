//! An order as the broker shows it.

use super::{Class, Order, Pricing, Side, Size, Trail};
use crate::ids::{BrokerOrderId, ClientOrderId};
use crate::money::Price;
use crate::symbol::Symbol;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

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
    /// Buy or sell; of a spread a debit or a credit, absent when it is at the market.
    pub side: Option<Side>,
    /// Ordered shares, when ordered in shares.
    pub qty: Option<Decimal>,
    /// Ordered dollars, when ordered in dollars.
    pub notional: Option<Decimal>,
    /// `market`, `limit`, …
    pub kind: String,
    /// `day`, `gtc`, …
    pub time_in_force: String,
    /// Limit, when it has one; of a spread the net price, whose sign is the side.
    pub limit_price: Option<Price>,
    /// Stop price, when it has one.
    pub stop_price: Option<Price>,
    /// How it trails, when it does.
    pub trail: Option<Trail>,
    /// `simple`, `bracket`, `oco`, `oto`, `mleg`, or nothing, which means simple.
    pub class: String,
    /// What hangs on it: exits, or the legs of a spread.
    pub legs: Vec<BrokerOrder>,
    /// The order whose place it took.
    pub replaces: Option<BrokerOrderId>,
    /// The order that took its place.
    pub replaced_by: Option<BrokerOrderId>,
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
        size && self.pricing() == Some(wanted.pricing) && self.is_of_class(wanted)
    }

    /// At what price, if it is one of ours. A trailing stop is shown with the stop that it stands at now, which is no term of it.
    pub fn pricing(&self) -> Option<Pricing> {
        let stop = self.stop_price.filter(|_| self.trail.is_none());
        Pricing::of_parts(&self.kind, self.limit_price, stop, self.trail)
    }

    /// The same things on the same sides, hanging together in the same way.
    fn is_of_class(&self, wanted: &Order) -> bool {
        let same = self.symbol.is_same_asset(&wanted.symbol) && self.side == Some(wanted.side);
        match &wanted.class {
            // A replaced exit keeps its place in its bracket, whatever that is called then.
            _ if wanted.replaces.is_some() => same,
            Class::Simple => same && matches!(self.class.as_str(), "" | "simple"),
            Class::Bracket { .. } | Class::Oto(_) | Class::Oco(_) => same && self.class == wanted.class.as_str(),
            // Nobody is told the parent's symbol, and its side only by the sign of its price. An answer without legs (a
            // look-up by our name need not nest them) does not contradict; one with legs must show these.
            Class::MultiLeg(legs) => {
                let shown = |leg: &super::Leg| {
                    self.legs.iter().any(|shown| shown.symbol == leg.symbol && shown.side == Some(leg.side))
                };
                self.class == "mleg"
                    && (wanted.pricing == Pricing::Market || self.side == Some(wanted.side))
                    && (self.legs.is_empty()
                        || self.legs.len() == legs.as_slice().len() && legs.as_slice().iter().all(shown))
            }
        }
    }
}
