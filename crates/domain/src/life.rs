//! The life of an intent: one pure step function over everything that can be observed of its order.
//!
//! State known × what is seen → verdict:
//!
//! | known \ seen | landed, or found | refused | doubt | not found | failed look-up | never sent |
//! |---|---|---|---|---|---|---|
//! | `Intended` | as the broker says | `Refused` | `Unconfirmed` | stays | stays | `NotSent` |
//! | `Unconfirmed` | as the broker says | stays: an older answer cannot undo doubt | stays | `NeverArrived`, by [`Patience`] only | stays | stays |
//! | `AtBroker` | as the broker says, never backwards | stays | stays | stays | stays | stays |
//! | `Over(NeverArrived)` | as the broker says: a late arrival is adopted | stays | stays | stays | stays | stays |
//! | `Over(_)` | stays | stays | stays | stays | stays | stays |
//!
//! "Not found" is a verdict only when the broker has answered so for long enough (see [`Patience`]): on 12 March 2026
//! Alpaca's orders sat undelivered for hours, so a few seconds of 404 prove nothing. A look-up that failed is not an
//! observation of the order at all.

use crate::ids::BrokerOrderId;
use crate::money::Price;
use crate::order::{BrokerOrder, BrokerStatus};
use crate::outcome::{Doubt, Lookup, Outcome, Refusal};
use chrono::{DateTime, TimeDelta, Utc};
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
    /// The broker had no such order for as long as [`Patience`] asks. The one ending that a late arrival reopens.
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

/// How long "not found" must last before it is a verdict.
///
/// A day order that nobody has seen by the next day cannot fill any more; before that, an order that Alpaca took in but does
/// not show yet could. A 429 normally means that the order was not executed, so there the wait is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For how long after the call.
    pub span: TimeDelta,
    /// How many answered look-ups must have said "not found" in that time.
    pub looks: u32,
}

impl Patience {
    /// The rule for a doubt.
    pub const fn after(doubt: Option<&Doubt>) -> Self {
        match doubt {
            Some(Doubt::RateLimited { .. }) => Self { span: TimeDelta::seconds(60), looks: 3 },
            _ => Self { span: TimeDelta::hours(24), looks: 10 },
        }
    }

    /// Whether it is exhausted.
    pub fn is_exhausted(self, since_call: TimeDelta, answered_looks: u32) -> bool {
        since_call >= self.span && answered_looks >= self.looks
    }
}

/// What the resolver knows of the time around an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Since the intent was committed.
    pub since_call: TimeDelta,
    /// Look-ups that the broker answered with "not found", this one included.
    pub answered_looks: u32,
}

/// Takes one observation in. Total, pure, and idempotent: the same observation twice changes nothing the second time.
#[must_use]
pub fn step(life: &Life, seen: &Seen, wait: Wait) -> Life {
    let mut next = life.clone();
    match (&life.state, seen) {
        (_, Seen::Posted(Outcome::Landed(order)) | Seen::LookedUp(Lookup::Found(order)) | Seen::Shown(order)) => {
            show(&mut next, order);
        }
        (State::Intended, Seen::Posted(Outcome::Refused(refusal))) => {
            next.state = State::Over(Ending::Refused);
            next.refusal = Some(refusal.clone());
        }
        (State::Intended, Seen::Posted(Outcome::Unknown(doubt))) => doubted(&mut next, doubt.clone()),
        (State::Intended, Seen::Interrupted) => doubted(&mut next, Doubt::Interrupted),
        (State::Intended, Seen::NotSent) => next.state = State::Over(Ending::NotSent),
        (State::Unconfirmed, Seen::LookedUp(Lookup::NotFound)) => {
            if Patience::after(life.doubt.as_ref()).is_exhausted(wait.since_call, wait.answered_looks) {
                next.state = State::Over(Ending::NeverArrived);
            }
        }
        (State::Intended, Seen::LookedUp(Lookup::NotFound | Lookup::Failed(_)))
        | (
            State::Unconfirmed,
            Seen::LookedUp(Lookup::Failed(_)) | Seen::Posted(_) | Seen::NotSent | Seen::Interrupted,
        )
        | (State::AtBroker | State::Over(_), Seen::LookedUp(_) | Seen::Posted(_) | Seen::NotSent | Seen::Interrupted) =>
            {}
    }
    next
}

fn doubted(life: &mut Life, doubt: Doubt) {
    life.state = State::Unconfirmed;
    life.doubt = Some(doubt);
}

/// Takes over what the broker shows, unless it is older than what we know.
fn show(life: &mut Life, order: &BrokerOrder) {
    let reopenable = !matches!(life.state, State::Over(ending) if ending != Ending::NeverArrived);
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
