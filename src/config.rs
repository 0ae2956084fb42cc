//! Configuration: environment variables and `.env`, one file per concern.
//!
//! Every variable is declared once in [`VARIABLES`]; `.env.example` lists exactly these (a test proves it), an unknown or an
//! empty `PADDOCK_*` variable is an error, and a value that cannot be read is named together with what would be right.

pub mod alpaca;
pub mod audit;
pub mod data;
pub mod database;
pub mod discord;
pub mod doors;
pub mod limits;
pub mod log;
pub mod vault;

use std::collections::BTreeMap;
use std::path::PathBuf;
use thiserror::Error;

/// One variable: its name, what it stands for, and what holds without it.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// As in the environment.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// What holds when it is not set; `None` when there is nothing to fall back on.
    pub default: Option<&'static str>,
}

/// Every variable that the service reads.
pub const VARIABLES: &[Variable] = &[
    discord::TOKEN,
    discord::API,
    vault::FERNET_KEYS,
    database::URL,
    database::OWNER_URL,
    audit::URL,
    data::FOLDER,
    audit::HEADS,
    alpaca::PAPER,
    alpaca::LIVE,
    alpaca::DATA,
    limits::CONFIRM_SECONDS,
    limits::QUOTE_TOLERANCE,
    limits::MAX_ACCOUNTS,
    doors::SERVERS,
    doors::USERS,
    doors::LIVE,
    doors::USER_COMMANDS,
    doors::SERVER_COMMANDS,
    log::LEVEL,
    log::FORMAT,
];

/// Why the configuration cannot be used. Never shows a value: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigRefusal {
    /// A `PADDOCK_*` variable that nobody reads: a typo, most likely.
    #[error("{name} is set, but Paddock has no such variable. Did you mean {nearest}?")]
    Unknown {
        /// As set.
        name: String,
        /// The closest known name.
        nearest: &'static str,
    },
    /// Set, but to nothing.
    #[error("{0} is set, but empty. Remove it or give it a value.")]
    Empty(String),
    /// Needed, and not set.
    #[error("{name} is not set: {about}. {hint}")]
    Missing {
        /// The variable.
        name: &'static str,
        /// What it is.
        about: &'static str,
        /// How to get a value.
        hint: &'static str,
    },
    /// Set to something that cannot be read.
    #[error("{name} is not usable: {why}.")]
    Unusable {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The `.env` file cannot be read.
    #[error("the .env file cannot be read: {0}")]
    DotEnv(String),
}

/// The environment as it was when the process started. Not `Debug`: it holds secrets.
pub struct Env(BTreeMap<String, String>);

impl Env {
    /// Reads `.env` in the current folder (variables that are already set win) and the environment.
    ///
    /// # Errors
    /// `DotEnv`, `Unknown`, `Empty`.
    pub fn read() -> Result<Self, ConfigRefusal> {
        match dotenvy::dotenv() {
            Err(error) if !error.not_found() => return Err(ConfigRefusal::DotEnv(plain(&error))),
            _ => {}
        }
        Self::from_pairs(std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))))
    }

    /// An environment given as pairs, for the demo and for tests.
    ///
    /// # Errors
    /// `Unknown`, `Empty`.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, ConfigRefusal> {
        let known = |name: &str| VARIABLES.iter().any(|v| v.name == name);
        let mut kept = BTreeMap::new();
        for (name, value) in pairs {
            if !name.starts_with("PADDOCK_") && !known(&name) {
                continue;
            }
            if !known(&name) {
                let nearest = nearest(&name);
                return Err(ConfigRefusal::Unknown { name, nearest });
            }
            if value.trim().is_empty() {
                return Err(ConfigRefusal::Empty(name));
            }
            kept.insert(name, value);
        }
        Ok(Self(kept))
    }

    /// A variable's value, or its default.
    pub fn get(&self, variable: Variable) -> Option<&str> {
        self.0.get(variable.name).map(String::as_str).or(variable.default)
    }

    /// A variable's value read as something.
    ///
    /// # Errors
    /// `Missing` without value and default; `Unusable` with `expected` when it does not parse.
    pub fn parse<T: std::str::FromStr>(&self, variable: Variable, expected: &str) -> Result<T, ConfigRefusal> {
        let text = self.get(variable).ok_or(ConfigRefusal::Missing {
            name: variable.name,
            about: variable.about,
            hint: "",
        })?;
        text.trim()
            .parse()
            .map_err(|_| ConfigRefusal::Unusable { name: variable.name, why: format!("it should be {expected}") })
    }
}

/// dotenvy's own error prints the offending line, which may hold a secret.
fn plain(error: &dotenvy::Error) -> String {
    match error {
        dotenvy::Error::LineParse(_, at) => format!("a line is not NAME=value (near character {at})"),
        dotenvy::Error::Io(io) => io.kind().to_string(),
        _ => "not readable".to_owned(),
    }
}

/// The known name that shares the most with a typo.
fn nearest(name: &str) -> &'static str {
    let shared = |known: &str| known.chars().zip(name.chars()).take_while(|(a, b)| a == b).count();
    VARIABLES.iter().map(|v| v.name).max_by_key(|known| shared(known)).unwrap_or("PADDOCK_FERNET_KEYS")
}

/// All of it, for `serve` and `check`.
pub struct Config {
    /// Token and API base.
    pub discord: discord::Discord,
    /// Master keys.
    pub vault: vault::Vault,
    /// Where the data is.
    pub database: database::Database,
    /// The private data folder.
    pub data: data::Data,
    /// Origins.
    pub alpaca: alpaca::Alpaca,
    /// Limits.
    pub limits: desk::Limits,
    /// Where the ends of the audit chains are published, if anywhere.
    pub heads: Option<PathBuf>,
    /// Who is let in.
    pub doors: desk::Doors,
    /// How fast commands may come.
    pub rates: commands::Rates,
}

impl Config {
    /// What will be accepted, in a sentence.
    pub fn accepts(&self) -> String {
        let live = if self.limits.live { "on" } else { "off" };
        format!(
            "{}; real money: {live}; per minute {} of a user, {} of a server",
            self.doors, self.rates.user, self.rates.server
        )
    }

    /// Everything that `serve` needs.
    ///
    /// # Errors
    /// Every [`ConfigRefusal`].
    pub fn from_env(env: &Env) -> Result<Self, ConfigRefusal> {
        let data = data::Data::from_env(env);
        let database = database::Database::from_env(env)?;
        Ok(Self {
            discord: discord::Discord::from_env(env)?,
            vault: vault::Vault::from_env(env)?,
            heads: audit::heads(env, &database, &data),
            database,
            alpaca: alpaca::Alpaca::from_env(env)?,
            limits: limits::from_env(env)?,
            doors: doors::doors(env)?,
            rates: doors::rates(env)?,
            data,
        })
    }
}

#[cfg(test)]
mod tests;
