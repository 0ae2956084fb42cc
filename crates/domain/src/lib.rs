#![doc = include_str!("../README.md")]
#![warn(clippy::float_arithmetic)]

pub mod account;
pub mod brokerage;
pub mod clock;
pub mod credential;
pub mod drift;
pub mod fresh;
pub mod ids;
pub mod life;
pub mod money;
pub mod notice;
pub mod order;
pub mod outcome;
pub mod policy;
pub mod settings;
pub mod sizing;
pub mod symbol;
pub mod tenant;
