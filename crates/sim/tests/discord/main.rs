//! The simulated Discord over real sockets, spoken to by a client of a few lines: HTTP by hand, WebSocket by
//! tungstenite.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

mod chaos;
mod files;
mod gateway;
mod kit;
mod limits;
mod registration;
mod rules;
mod strict;
mod users;
