//! New ids and random bytes: the only place where Paddock draws randomness.

use crate::ids::{AccountId, FormId, IntentId, NoticeId, Reference, TicketId, ViewId};
use chrono::{DateTime, Utc};
use uuid::{Builder, Uuid};

/// Random bytes from the operating system.
///
/// # Panics
/// When the operating system has no randomness to give; nothing safe can be done without it.
#[expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "the one place that draws randomness; without it nothing is safe"
)]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A ticket's 128 random bits.
pub fn ticket() -> TicketId {
    TicketId(Uuid::from_bytes(bytes()))
}

/// A form's 128 random bits.
pub fn form() -> FormId {
    FormId(Uuid::from_bytes(bytes()))
}

/// A notice's id.
pub fn notice() -> NoticeId {
    NoticeId(Uuid::from_bytes(bytes()))
}

/// A view's 128 random bits.
pub fn view() -> ViewId {
    ViewId(Uuid::from_bytes(bytes()))
}

/// A new account's id.
pub fn account() -> AccountId {
    AccountId(Builder::from_random_bytes(bytes()).into_uuid())
}

/// A new intent's id, ordered by time so that its index stays warm.
pub fn intent(now: DateTime<Utc>) -> IntentId {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    IntentId(Builder::from_unix_timestamp_millis(millis, &bytes()).into_uuid())
}

/// A reference that a person can read out: no vowels, no look-alikes.
pub fn reference() -> Reference {
    const LETTERS: &[u8; 24] = b"23456789BCDFGHJKMNPQRTVX";
    let text = bytes::<6>().iter().map(|b| char::from(LETTERS[usize::from(*b) % LETTERS.len()])).collect();
    Reference(text)
}

/// A fraction of `span` between nothing and all of it, for full-jitter back-off.
pub fn jitter(span: std::time::Duration) -> std::time::Duration {
    let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    std::time::Duration::from_millis(u64::from_be_bytes(bytes()) % (millis.saturating_add(1)))
}
