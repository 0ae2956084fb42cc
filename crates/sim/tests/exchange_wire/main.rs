//! The served exchange, over real sockets, with a client of its own that knows nothing but HTTP and WebSocket.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "tests fail loudly and report")]

mod client;
mod faults;
mod http;
mod stream;
