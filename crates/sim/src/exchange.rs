//! A simulated Alpaca: a pure exchange, and a thin HTTP and WebSocket shell that serves it on local sockets.
//!
//! [`Exchange`] does no I/O. It takes the present moment and a request and gives the answer; everything random in it
//! follows from its seed. [`ExchangeServer`] puts it behind real ports, where clients which know nothing of this crate
//! can use it; [`Pit`] offers it to the desk through the domain's ports, in virtual time. JSON is built here from Alpaca's published shapes; no type is shared with our own client.

mod accounts;
mod assets;
mod auth;
mod bars;
mod book;
mod calendar;
mod chains;
mod checks;
mod closing;
mod corporate;
mod dashboard;
mod data;
mod draft;
mod errors;
mod faults;
mod groups;
mod hours;
mod http;
mod intake;
mod json;
mod kinds;
mod limits;
mod line;
mod listing;
mod market;
mod markets;
mod matching;
mod options;
mod orders;
mod pit;
mod records;
mod reference;
mod replace;
mod routes;
mod server;
mod stream;
mod tape;
mod ticks;
mod trading;
mod venue;

pub use accounts::{Account, Configurations, Position};
pub use assets::{Asset, AssetClass};
pub use auth::AccountHandle;
pub use calendar::Session;
pub use data::{Latest, Series};
pub use faults::{Fault, FaultRule};
pub use kinds::{Intent, Kind, Side, Size, Status, TimeInForce, Trail};
pub use limits::{Arrival, Surface};
pub use market::{Market, Quote};
pub use options::exercise::{Ending, Fate};
pub use orders::{Bond, Class, Fill, Order, Role};
pub use pit::Pit;
pub use records::Booking;
pub use records::watchlists::{ListKey, OneList};
pub use routes::{Answer, Delivery, Endpoint, Request};
pub use server::{ExchangeServer, Floor, Origins};
pub use stream::SecondConnection;
pub use venue::{Exchange, Knobs, Notice};

/// Paper money or real money. The two are different hosts with different credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Environment {
    /// `paper-api.alpaca.markets`
    Paper,
    /// `api.alpaca.markets`
    Live,
}

impl Environment {
    /// `paper` or `live`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Live => "live",
        }
    }
}

/// A host of the vendor, served here on a port of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Trading API and trade stream of one environment.
    Trading(Environment),
    /// Market Data API, for the keys of both environments.
    Data,
}
