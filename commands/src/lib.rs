#![doc = include_str!("../README.md")]

mod account;
mod answer;
mod cancel;
mod choices;
mod context;
mod failures;
mod form;
mod framework;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod gateway;
mod help;
mod look;
mod post;
mod press;
mod reply;
mod routes;
mod settings;
mod status;
mod trade;
mod turnstile;
mod watchers;
mod words;

pub use context::Unanswered;
pub use framework::{Data, framework, registration};
pub use post::deliver;
pub use turnstile::Turnstile;
