#![doc = include_str!("../README.md")]

mod account;
mod after;
mod answer;
mod audit;
mod cancel;
pub mod chart;
mod choices;
mod close;
mod context;
mod exercise;
mod failures;
mod form;
mod framework;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod gateway;
mod guard;
mod help;
mod line;
mod look;
mod market;
mod mend;
mod mydata;
mod pace;
mod post;
mod press;
mod privacy;
mod reply;
mod routes;
mod sent;
mod server;
mod settings;
mod status;
mod ticket;
mod trade;
mod turnstile;
mod typed;
mod watchers;
mod watchlist;
mod words;

pub use context::Unanswered;
pub use framework::{Data, framework, registration};
pub use post::deliver;
pub use turnstile::{Rates, Turnstile};
