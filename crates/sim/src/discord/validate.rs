//! Body validation: Discord's limits, answered with 50035 and the nested list of what is wrong.

mod check;
mod commands;
mod components;
mod embeds;
mod message;
mod modal;

pub(super) use commands::{command, commands};
pub(super) use components::number_components;
pub(super) use message::{Subject, message};
pub(super) use modal::{choices, modal};
