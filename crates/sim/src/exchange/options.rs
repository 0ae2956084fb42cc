//! Options on shares: which contracts there are, what they are worth, what they tie up, and how they end.

pub(super) mod contracts;
pub(super) mod exercise;
pub(super) mod margin;
pub(super) mod pricing;
pub(super) mod strategy;
