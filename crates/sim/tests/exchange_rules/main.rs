//! The pure exchange, asked in JSON and answering in JSON, without sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "tests fail loudly and report")]

mod closing;
mod coins;
mod groups;
mod life;
mod market_data;
mod money;
mod options;
mod pit;
mod reads;
mod records;
mod replaced;
mod stops;
mod submit;
mod table;
mod trader;
