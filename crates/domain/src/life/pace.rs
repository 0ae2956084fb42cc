//! Time in the life of an intent: when to look again, how long "not found" must last, and when a user is told that it drags on.

use super::{Ending, Life, State};
use crate::order::BrokerStatus;
use crate::outcome::Doubt;
use chrono::{DateTime, TimeDelta, Utc};

/// How long an order may be `pending_*` before its user is told that this is not normal. At Alpaca it takes milliseconds, a
/// cancel some seconds; in the incident of 12 March 2026 it took hours.
pub const STUCK: TimeDelta = TimeDelta::minutes(2);
/// Longest wait between two looks.
const LOOK_MAX: TimeDelta = TimeDelta::minutes(15);
/// For how long an order that never arrived is still looked for, once a day.
const LATE_MAX: TimeDelta = TimeDelta::days(7);

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

/// How long after `age` to look next; `None` for never. The wait grows with the age, so that failed looks back off as well as
/// answered ones do: doubt at 2 s, 3 s, 5 s, 7 s, … and at most 15 min; working orders at half that pace, because nobody is in
/// the dark about them.
pub fn next_look(life: &Life, age: TimeDelta) -> Option<TimeDelta> {
    match life.state {
        State::Intended | State::Unconfirmed => Some((age / 2).clamp(TimeDelta::seconds(2), LOOK_MAX)),
        State::AtBroker => Some((age / 2).clamp(TimeDelta::seconds(4), LOOK_MAX * 2)),
        State::Over(Ending::NeverArrived) if age < LATE_MAX => Some(TimeDelta::days(1)),
        State::Over(_) => None,
    }
}

impl Life {
    /// Whether the order has been on its way in, out or over for longer than [`STUCK`]. No verdict follows from it: it is still
    /// looked at, for as long as it takes, and can still fill.
    pub fn is_stuck(&self, now: DateTime<Utc>) -> bool {
        let pending = matches!(
            self.status,
            Some(BrokerStatus::PendingNew | BrokerStatus::PendingCancel | BrokerStatus::PendingReplace)
        );
        self.state == State::AtBroker && pending && self.broker_updated_at.is_some_and(|since| now - since >= STUCK)
    }
}
