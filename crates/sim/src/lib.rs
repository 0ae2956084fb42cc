#![doc = include_str!("../README.md")]

pub mod clock;
pub mod discord;
pub mod exchange;
pub mod rng;
