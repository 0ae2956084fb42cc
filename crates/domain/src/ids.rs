//! Names of things: one newtype per kind, so that an account is never passed where an order is meant.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_simple().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

uuid_id!(
    /// A linked account, as Paddock names it.
    AccountId
);
uuid_id!(
    /// An account, as Alpaca names it (`id` of `GET /v2/account`).
    BrokerAccountId
);
uuid_id!(
    /// An order, as Alpaca names it.
    BrokerOrderId
);
uuid_id!(
    /// A preview that waits for a click: 128 random bits without meaning.
    TicketId
);
uuid_id!(
    /// What a user decided; the parent of at most one order.
    IntentId
);
uuid_id!(
    /// An open form (modal) that waits for its submit: 128 random bits without meaning.
    FormId
);
uuid_id!(
    /// A message that Paddock sends by itself.
    NoticeId
);

uuid_id!(
    /// What a button shows: a stored view, 128 random bits without meaning.
    ViewId
);
uuid_id!(
    /// A watchlist, as Alpaca names it.
    WatchlistId
);

/// A Discord user's snowflake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UserId(pub i64);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A Discord interaction's snowflake: the key of idempotent intake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InteractionId(pub i64);

impl InteractionId {
    /// Discord's clock when it made the interaction: a snowflake's upper 42 bits are milliseconds since 2015
    /// (Discord: reference, snowflakes).
    pub fn made_at(self) -> Option<DateTime<Utc>> {
        const DISCORD_EPOCH_MS: i64 = 1_420_070_400_000;
        DateTime::from_timestamp_millis((self.0.cast_unsigned() >> 22).cast_signed() + DISCORD_EPOCH_MS)
    }
}

impl fmt::Display for InteractionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Our name for an order at the broker: the only idempotency handle that Alpaca has.
///
/// It follows from the intent, so that every look-up after any crash asks for the same one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ClientOrderId(String);

impl ClientOrderId {
    /// Marks an order as ours; orders without it were placed elsewhere.
    pub const PREFIX: &'static str = "paddock-";

    /// The one name that an order of this intent can have.
    pub fn of(intent: IntentId) -> Self {
        Self(format!("{}{intent}", Self::PREFIX))
    }

    /// A name read back from the broker or from our own rows.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether Paddock placed the order of that name.
    pub fn is_ours(&self) -> bool {
        self.0.starts_with(Self::PREFIX)
    }

    /// The name as it goes over the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientOrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A short name for one failure, shown to the user and written to the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference(pub String);

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
