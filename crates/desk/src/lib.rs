#![doc = include_str!("../README.md")]

mod access;
pub mod accounts;
pub mod cancel;
pub mod choices;
mod clocks;
pub mod confirm;
pub mod connect;
mod desk;
mod directory;
mod doors;
pub mod export;
mod gate;
pub mod house;
mod keys;
pub mod leaving;
mod look;
pub mod notices;
pub mod place;
mod preview;
mod queue;
pub mod reconcile;
mod record;
pub mod refused;
pub mod resolve;
mod session;
pub mod settings;
pub mod status;
mod submit;
mod sweep;
pub mod views;
pub mod watch;

pub use crate::desk::{Desk, Limits, Parts};
pub use crate::directory::Directory;
pub use crate::doors::{Admitted, Doors, Shut};
pub use crate::refused::{Field, KeysRefusal, Refused, Trouble};
pub use store::{Kept, ServerRules, TicketRefusal};
