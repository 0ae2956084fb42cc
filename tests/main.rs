//! Whole-system tests: the real service as a process, a simulated Discord and Alpaca over real sockets, the real PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests fail loudly and print their figures"
)]

mod harness;
mod lines;
mod path;

mod accounts;
mod acks;
mod after;
mod audit;
mod bad_input;
mod browser;
mod chaos;
mod demo;
mod doors;
mod drill;
mod evening;
mod guards;
mod kill;
mod leaks;
mod limits;
mod line;
mod live;
mod mydata;
mod notices;
mod options;
mod orders;
mod outages;
mod paper;
mod records;
mod restart;
mod rotation;
mod schedules;
mod service;
mod specification;
mod stopping;
mod ticket;
mod two_processes;
mod views;
mod walls;
