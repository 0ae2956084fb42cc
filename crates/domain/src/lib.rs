#![doc = include_str!("../README.md")]
#![warn(clippy::float_arithmetic)]

pub mod account;
pub mod brokerage;
pub mod clock;
pub mod credential;
pub mod drift;
pub mod equity;
pub mod fresh;
pub mod guard;
pub mod ids;
pub mod life;
pub mod line;
pub mod market;
pub mod money;
pub mod notice;
pub mod order;
pub mod outcome;
pub mod payoff;
pub mod policy;
pub mod records;
pub mod settings;
pub mod sizing;
pub mod strategy;
pub mod symbol;
pub mod tenant;
pub mod waiting;
