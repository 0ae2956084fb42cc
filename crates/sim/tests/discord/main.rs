//! The simulated Discord over real sockets, spoken to by a client of a few lines: HTTP by hand, WebSocket by
//! tungstenite.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "tests fail loudly and report")]

mod chaos;
mod files;
mod gateway;
mod kit;
mod limits;
mod permissions;
mod registration;
mod rules;
mod specification;
mod strict;
mod users;
