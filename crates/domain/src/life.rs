//! The life of an intent: one pure step function over everything that can be observed of its order.
//!
//! State known × what is seen → verdict:
//!
//! | known \\ seen | shown | refused | doubt | not found | failed look-up | never sent | interrupted |
//! |---|---|---|---|---|---|---|---|
//! | `Intended` | adopts | `Refused` | `Unconfirmed` | stays | stays | `NotSent` | `Unconfirmed` |
//! | `Unconfirmed`, interrupted | adopts | `Refused` | `Unconfirmed` | `NeverArrived` by patience | stays | `NotSent` | stays |
//! | `Unconfirmed`, answered | adopts | stays | stays | `NeverArrived` by patience | stays | stays | stays |
//! | `AtBroker` | adopts | stays | stays | stays | stays | stays | stays |
//! | `NotSent`, `Refused`, `NeverArrived` | adopts | stays | stays | stays | stays | stays | stays |
//! | `Filled`, `Canceled`, `Expired`, `Rejected`, `Replaced` | stays | stays | stays | stays | stays | stays | stays |
//!
//! - *Shown*: the POST's answer, a look-up, a list or a stream shows the order. *Adopts* takes over what the broker says of it,
//!   never backwards: fills do not shrink, and between two sights with equal fills the broker's later stamp wins.
//! - An order has one POST, so its answer still counts when it comes after somebody called it interrupted. It does not count
//!   against another doubt: whatever a second answer says, the first call may have landed.
//! - "Not found" is a verdict only when the broker has answered so for long enough (see [`Patience`]): on 12 March 2026
//!   Alpaca's orders sat undelivered for hours, so a few seconds of 404 prove nothing. A look-up that failed is not an
//!   observation of the order at all.
//! - The three endings that say "there is no order" are our conclusions, so the order itself overrules them: a late arrival
//!   is adopted. The endings that the broker told us are final.
//! - There is no operator's verdict. Nobody at a keyboard knows more than the broker shows, and what it shows is adopted anyway.

mod pace;

use crate::ids::BrokerOrderId;
use crate::money::Price;
use crate::order::{BrokerOrder, BrokerStatus};
use crate::outcome::{Doubt, Lookup, Outcome, Refusal};
use chrono::{DateTime, Utc};
pub use pace::{Patience, STUCK, Wait, next_look};
use rust_decimal::Decimal;

/// Where an intent stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Committed. The order may or may not have left; the answer has not come.
    Intended,
    /// The call ended without proof. The order may exist.
    Unconfirmed,
    /// The broker has the order and it is not over.
    AtBroker,
    /// Over.
    Over(Ending),
}

/// How an intent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Nothing was sent, and nothing will be.
    NotSent,
    /// The broker refused the order.
    Refused,
    /// The broker had no such order for as long as [`Patience`] asks.
    NeverArrived,
    /// Wholly filled.
    Filled,
    /// Canceled, perhaps after a partial fill.
    Canceled,
    /// Expired, perhaps after a partial fill.
    Expired,
    /// Refused by the venue after Alpaca had taken it in.
    Rejected,
    /// Replaced by another order.
    Replaced,
}

impl Ending {
    /// Whether it is our conclusion that there is no order: the order itself overrules it.
    pub const fn is_absence(self) -> bool {
        matches!(self, Self::NotSent | Self::Refused | Self::NeverArrived)
    }
}

impl State {
    /// As stored.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Unconfirmed => "unconfirmed",
            Self::AtBroker => "at_broker",
            Self::Over(Ending::NotSent) => "not_sent",
            Self::Over(Ending::Refused) => "refused",
            Self::Over(Ending::NeverArrived) => "never_arrived",
            Self::Over(Ending::Filled) => "filled",
            Self::Over(Ending::Canceled) => "canceled",
            Self::Over(Ending::Expired) => "expired",
            Self::Over(Ending::Rejected) => "rejected",
            Self::Over(Ending::Replaced) => "replaced",
        }
    }

    /// Reads the stored form.
    pub fn from_stored(text: &str) -> Option<Self> {
        Some(match text {
            "intended" => Self::Intended,
            "unconfirmed" => Self::Unconfirmed,
            "at_broker" => Self::AtBroker,
            "not_sent" => Self::Over(Ending::NotSent),
            "refused" => Self::Over(Ending::Refused),
            "never_arrived" => Self::Over(Ending::NeverArrived),
            "filled" => Self::Over(Ending::Filled),
            "canceled" => Self::Over(Ending::Canceled),
            "expired" => Self::Over(Ending::Expired),
            "rejected" => Self::Over(Ending::Rejected),
            "replaced" => Self::Over(Ending::Replaced),
            _ => return None,
        })
    }

    /// Whether we have concluded that there is no order.
    pub const fn is_absence(&self) -> bool {
        matches!(self, Self::Over(ending) if ending.is_absence())
    }

    /// Whether the resolver still has work with it.
    pub const fn is_settled(&self) -> bool {
        matches!(self, Self::Over(_))
    }
}

/// What is known of an intent's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// Where it stands.
    pub state: State,
    /// The broker's id, once it is known.
    pub broker_order: Option<BrokerOrderId>,
    /// The broker's last word on it.
    pub status: Option<BrokerStatus>,
    /// Filled so far; never shrinks.
    pub filled_qty: Decimal,
    /// Average price of the fills.
    pub filled_avg_price: Option<Price>,
    /// Why the last call ended in doubt, when it did.
    pub doubt: Option<Doubt>,
    /// The refusal, when there was one.
    pub refusal: Option<Refusal>,
    /// The broker's own stamp of the last change that we took over.
    pub broker_updated_at: Option<DateTime<Utc>>,
}

impl Life {
    /// A committed intent whose order has not been heard of.
    pub const fn intended() -> Self {
        Self {
            state: State::Intended,
            broker_order: None,
            status: None,
            filled_qty: Decimal::ZERO,
            filled_avg_price: None,
            doubt: None,
            refusal: None,
            broker_updated_at: None,
        }
    }
}

/// Everything that can be observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The POST ended.
    Posted(Outcome),
    /// A look-up by our own id.
    LookedUp(Lookup),
    /// The order, as read by id, in a list or on a stream.
    Shown(Box<BrokerOrder>),
    /// The process that held the intent proves that no byte left (the acknowledgement was refused, or it was stopped first).
    NotSent,
    /// The process ended between the commit and the answer.
    Interrupted,
}

/// Takes one observation in. Total, pure, and idempotent: the same observation twice changes nothing the second time.
#[must_use]
pub fn step(life: &Life, seen: &Seen, wait: Wait) -> Life {
    let mut next = life.clone();
    match (&life.state, seen) {
        (_, Seen::Posted(Outcome::Landed(order)) | Seen::LookedUp(Lookup::Found(order)) | Seen::Shown(order)) => {
            show(&mut next, order);
        }
        (State::Intended | State::Unconfirmed, Seen::Posted(Outcome::Refused(refusal))) if is_unanswered(life) => {
            next.state = State::Over(Ending::Refused);
            next.refusal = Some(refusal.clone());
        }
        (State::Intended | State::Unconfirmed, Seen::Posted(Outcome::Unknown(doubt))) if is_unanswered(life) => {
            doubted(&mut next, doubt.clone());
        }
        (State::Intended | State::Unconfirmed, Seen::NotSent) if is_unanswered(life) => {
            next.state = State::Over(Ending::NotSent);
        }
        (State::Intended, Seen::Interrupted) => doubted(&mut next, Doubt::Interrupted),
        (State::Unconfirmed, Seen::LookedUp(Lookup::NotFound)) => {
            if Patience::after(life.doubt.as_ref()).is_exhausted(wait.since_call, wait.answered_looks) {
                next.state = State::Over(Ending::NeverArrived);
            }
        }
        (
            State::Intended | State::Unconfirmed | State::AtBroker | State::Over(_),
            Seen::LookedUp(_) | Seen::Posted(_) | Seen::NotSent | Seen::Interrupted,
        ) => {}
    }
    next
}

/// Whether the one POST has not been heard of: what is said of it now is its first answer.
fn is_unanswered(life: &Life) -> bool {
    life.state == State::Intended || life.doubt == Some(Doubt::Interrupted)
}

fn doubted(life: &mut Life, doubt: Doubt) {
    life.state = State::Unconfirmed;
    life.doubt = Some(doubt);
}

/// Takes over what the broker shows, unless it is older than what we know.
fn show(life: &mut Life, order: &BrokerOrder) {
    let reopenable = !matches!(life.state, State::Over(ending) if !ending.is_absence());
    let ours = life.broker_order.is_none_or(|id| id == order.id);
    if !reopenable || !ours || is_older(life, order) {
        return;
    }
    life.broker_order = Some(order.id);
    life.status = Some(order.status.clone());
    life.filled_qty = order.filled_qty;
    life.filled_avg_price = order.filled_avg_price.or(life.filled_avg_price);
    life.broker_updated_at = order.updated_at.or(life.broker_updated_at);
    life.state = match order.status {
        BrokerStatus::Filled => State::Over(Ending::Filled),
        BrokerStatus::Canceled => State::Over(Ending::Canceled),
        BrokerStatus::Expired => State::Over(Ending::Expired),
        BrokerStatus::Rejected => State::Over(Ending::Rejected),
        BrokerStatus::Replaced => State::Over(Ending::Replaced),
        _ => State::AtBroker,
    };
}

/// Late and reordered sights: fills never shrink, and between two equal fills the broker's later stamp wins.
fn is_older(life: &Life, order: &BrokerOrder) -> bool {
    if order.status.is_terminal() {
        return order.filled_qty < life.filled_qty;
    }
    order.filled_qty < life.filled_qty
        || matches!((order.updated_at, life.broker_updated_at), (Some(theirs), Some(ours)) if theirs < ours)
}

#[cfg(test)]
mod tests;
