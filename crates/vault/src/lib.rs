#![doc = include_str!("../README.md")]

mod contents;
mod place;
mod ring;
mod token;

pub use place::Place;
pub use ring::{KeyRing, OpenRefusal, RingRefusal};
