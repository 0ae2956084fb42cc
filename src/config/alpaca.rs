//! Alpaca: where its hosts are. Only tests and the demo change them.

use super::{ConfigRefusal, Env, Variable};
use ::alpaca::{Origin, Origins};

/// Paper trading.
pub const PAPER: Variable = Variable {
    name: "PADDOCK_ALPACA_PAPER_URL",
    about: "Alpaca's paper trading host; set it only to use a simulated exchange",
    default: Some("https://paper-api.alpaca.markets"),
};

/// Live trading.
pub const LIVE: Variable = Variable {
    name: "PADDOCK_ALPACA_LIVE_URL",
    about: "Alpaca's live trading host; set it only to use a simulated exchange",
    default: Some("https://api.alpaca.markets"),
};

/// Market data.
pub const DATA: Variable = Variable {
    name: "PADDOCK_ALPACA_DATA_URL",
    about: "Alpaca's market data host; set it only to use a simulated exchange",
    default: Some("https://data.alpaca.markets"),
};

/// The three hosts.
pub struct Alpaca {
    /// As the client wants them.
    pub origins: Origins,
}

impl Alpaca {
    /// # Errors
    /// `Unusable` for an address that is no origin. That paper and live are two hosts is the client's own rule.
    pub fn from_env(env: &Env) -> Result<Self, ConfigRefusal> {
        Ok(Self { origins: Origins { paper: origin(env, PAPER)?, live: origin(env, LIVE)?, data: origin(env, DATA)? } })
    }
}

fn origin(env: &Env, variable: Variable) -> Result<Origin, ConfigRefusal> {
    let text = env.get(variable).unwrap_or_default();
    Origin::parse(text).map_err(|refusal| ConfigRefusal::Unusable { name: variable.name, why: refusal.to_string() })
}
