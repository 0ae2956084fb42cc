#![doc = include_str!("../README.md")]

pub mod clock;
pub mod discord;
pub mod exchange;
pub mod page;
pub mod proxy;
pub mod rng;
pub mod world;
