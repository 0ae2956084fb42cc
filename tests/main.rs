//! Whole-system tests: the real service as a process, a simulated Discord and Alpaca over real sockets, the real PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests fail loudly and print their figures"
)]

mod harness;

mod accounts;
mod leaks;
mod live;
mod outages;
mod paper;
mod restart;
mod rotation;
mod service;
mod walls;
