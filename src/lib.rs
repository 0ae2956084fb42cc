//! The service: configuration, wiring, telemetry and the command line. What Paddock does for a user is in `commands`,
//! `desk` and the crates below; nothing here decides anything about an order.

pub mod audit;
pub mod bench;
pub mod boot;
pub mod check;
pub mod cli;
pub mod config;
pub mod cores;
pub mod database;
pub mod demo;
pub mod discord;
pub mod heads;
pub mod housekeeping;
pub mod keys;
pub mod serve;
pub mod telemetry;
pub mod watchdog;
