#![doc = include_str!("../README.md")]
#![warn(clippy::float_arithmetic)]

mod alpaca;
mod budget;
mod calls;
mod endpoint;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod listing;
mod market;
mod origins;
mod path;
mod problem;
mod reach;
mod records;
pub mod transport;
mod wire;

pub use alpaca::{Alpaca, Limits, Unusable};
pub use origins::{Origin, OriginRefusal, Origins};
pub use reach::Reached;
