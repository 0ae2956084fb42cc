#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

mod accounts;
mod audit;
mod boot;
mod budget;
mod connections;
mod constraints;
mod embedded;
mod exercises;
mod intents;
mod isolation;
mod leaving;
mod ledger;
mod notices;
mod sql;
mod tickets;
mod tx;
mod world;
