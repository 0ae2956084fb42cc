//! What Paddock tells a user by itself. A notice names a row and tells nothing of it: what is sent is read when it is sent.

use crate::ids::{AccountId, IntentId, TicketId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One thing worth a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notice {
    /// An order that counted as not placed is at the broker after all.
    LateArrival {
        /// Which.
        intent: IntentId,
    },
    /// An order's fate became known, or it ended, after its message could no longer be edited.
    Settled {
        /// Which.
        intent: IntentId,
    },
    /// Part of an order was filled after its message could no longer be edited. Told of the first such part only.
    PartFilled {
        /// Which.
        intent: IntentId,
    },
    /// An order hangs at the broker, and its message can no longer be edited.
    Stuck {
        /// Which.
        intent: IntentId,
    },
    /// What the broker's history says of an exercise whose answer was lost.
    Exercised {
        /// Which.
        exercise: TicketId,
    },
    /// The end of the user's audit book, as it was published. The one notice that tells what it was made with: the end as it is
    /// when it is sent may be another one, and the user is to have the one of then.
    BookEnd {
        /// Of which day (UTC).
        day: NaiveDate,
        /// Entries so far.
        seq: i64,
        /// The last entry's hash.
        hash: String,
    },
    /// Whoever runs the service revoked the keys of an account.
    KeysRevoked {
        /// Whose.
        account: AccountId,
        /// The master key that may be known.
        master: String,
    },
}

/// What makes two notices one: each fact is told once.
impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LateArrival { intent } => write!(f, "late_arrival {intent}"),
            Self::Settled { intent } => write!(f, "settled {intent}"),
            Self::PartFilled { intent } => write!(f, "part_filled {intent}"),
            Self::Stuck { intent } => write!(f, "stuck {intent}"),
            Self::Exercised { exercise } => write!(f, "exercised {exercise}"),
            Self::BookEnd { day, .. } => write!(f, "book_end {day}"),
            Self::KeysRevoked { account, master } => write!(f, "keys_revoked {account} {master}"),
        }
    }
}
