//! Other people's clients, as they come from their registries, against the simulated world. Whatever they refuse, and
//! whatever the simulator refuses them, is a defect of the simulator.
//!
//! `./run ci-deps` fetches them at pinned versions. Where one is not there its test says so and passes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "tests fail loudly and report")]

mod bots;
mod data;
mod tools;
mod trading;

/// Where the lock files lie, and the scripts.
const LOCKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/foreign");
