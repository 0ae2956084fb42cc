//! Options on shares: which contracts there are, and what they are worth.

pub(super) mod contracts;
pub(super) mod pricing;
