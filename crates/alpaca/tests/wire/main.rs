//! The client against a scripted server that speaks plain HTTP over real sockets and misbehaves on demand.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

mod broker;
mod cancels;
mod catalogue;
mod deadlines;
mod hosts;
mod lists;
mod looks;
mod proof;
mod reads;
mod secrets;
mod submits;
mod twice;
mod world;
