//! Mistakes that a desk could make, for the test that the checks see them.

use domain::outcome::{Refusal, RefusalReason};

/// One mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// A call that ended in doubt is made again, under another name.
    RetriesPost,
    /// One 404 is taken for the proof that the order never arrived.
    OneNotFoundIsEnough,
    /// A look-up that failed is taken for one that found nothing.
    FailureIsNotFound,
    /// Doubt is shown as a refusal.
    DoubtToldAsRefusal,
    /// A crash loses intents.
    CrashForgetsIntent,
    /// A ticket can be used again.
    TicketTwice,
    /// The order leaves before its intent is stored.
    CommitAfterPost,
}

impl Sabotage {
    pub const ALL: [Self; 7] = [
        Self::RetriesPost,
        Self::OneNotFoundIsEnough,
        Self::FailureIsNotFound,
        Self::DoubtToldAsRefusal,
        Self::CrashForgetsIntent,
        Self::TicketTwice,
        Self::CommitAfterPost,
    ];
}

pub fn refusal() -> Refusal {
    let message = "made up".to_owned();
    Refusal { reason: RefusalReason::Unrecognised, message, status: 504, code: None, request_id: None }
}
