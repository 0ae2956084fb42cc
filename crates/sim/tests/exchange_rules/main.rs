//! The pure exchange, asked in JSON and answering in JSON, without sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "tests fail loudly and report")]

mod life;
mod money;
mod pit;
mod reads;
mod submit;
mod trader;
