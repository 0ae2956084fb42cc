//! At what price an order trades, and what sets it off.

use crate::money::{Percent, Price};
use serde::{Deserialize, Serialize};
use std::fmt;

/// At what price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pricing {
    /// Whatever the market gives.
    Market,
    /// That price or better.
    Limit(Price),
    /// At the market, once the stock trades at the stop price.
    Stop(Price),
    /// That limit or better, once the stock trades at the stop price.
    StopLimit {
        /// Sets it off.
        stop: Price,
        /// From then on the worst price.
        limit: Price,
    },
    /// At the market, once the price has turned back this far from its best.
    Trail(Trail),
}

/// How far behind the best price a trailing stop follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trail {
    /// In dollars (`trail_price`).
    Price(Price),
    /// In percent of the best price (`trail_percent`).
    Percent(Percent),
}

impl Pricing {
    /// The broker's word (`type`).
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Limit(_) => "limit",
            Self::Stop(_) => "stop",
            Self::StopLimit { .. } => "stop_limit",
            Self::Trail(_) => "trailing_stop",
        }
    }

    /// The limit price, when there is one.
    pub const fn limit(self) -> Option<Price> {
        match self {
            Self::Limit(limit) | Self::StopLimit { limit, .. } => Some(limit),
            Self::Market | Self::Stop(_) | Self::Trail(_) => None,
        }
    }

    /// The stop price, when there is one. A trailing stop's moves, so it has none of its own.
    pub const fn stop(self) -> Option<Price> {
        match self {
            Self::Stop(stop) | Self::StopLimit { stop, .. } => Some(stop),
            Self::Market | Self::Limit(_) | Self::Trail(_) => None,
        }
    }

    /// How a trailing stop trails.
    pub const fn trail(self) -> Option<Trail> {
        match self {
            Self::Trail(trail) => Some(trail),
            Self::Market | Self::Limit(_) | Self::Stop(_) | Self::StopLimit { .. } => None,
        }
    }

    /// The pricing that these pieces make, if they make one.
    pub fn of_parts(kind: &str, limit: Option<Price>, stop: Option<Price>, trail: Option<Trail>) -> Option<Self> {
        Some(match (kind, limit, stop, trail) {
            ("market", None, None, None) => Self::Market,
            ("limit", Some(limit), None, None) => Self::Limit(limit),
            ("stop", None, Some(stop), None) => Self::Stop(stop),
            ("stop_limit", Some(limit), Some(stop), None) => Self::StopLimit { stop, limit },
            ("trailing_stop", None, None, Some(trail)) => Self::Trail(trail),
            _ => return None,
        })
    }
}

/// `at the market`, `at $184.50 or better`, `at the market once it trades at $180.00`.
impl fmt::Display for Pricing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Market => f.write_str("at the market"),
            Self::Limit(limit) => write!(f, "at {limit} or better"),
            Self::Stop(stop) => write!(f, "at the market once it trades at {stop}"),
            Self::StopLimit { stop, limit } => write!(f, "at {limit} or better once it trades at {stop}"),
            Self::Trail(trail) => write!(f, "at the market once it turns by {trail}"),
        }
    }
}

/// `$2.00`, `2.5%`.
impl fmt::Display for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Price(price) => price.fmt(f),
            Self::Percent(percent) => percent.fmt(f),
        }
    }
}
