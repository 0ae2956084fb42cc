//! The database: somebody's PostgreSQL, or our own in the data folder.

use super::{ConfigRefusal, Env, Variable};
use secrecy::SecretString;

/// Where the service's data is.
pub const URL: Variable = Variable {
    name: "DATABASE_URL",
    about: "PostgreSQL as the restricted role; without it Paddock runs a private PostgreSQL in its data folder",
    default: None,
};

/// For `paddock migrate` only.
pub const OWNER_URL: Variable = Variable {
    name: "PADDOCK_OWNER_DATABASE_URL",
    about: "the same database as the owning role; read by `paddock migrate` only",
    default: None,
};

/// Which database.
pub enum Database {
    /// Our own, in the data folder.
    Embedded,
    /// Somebody's.
    At {
        /// As the restricted role.
        url: SecretString,
    },
}

impl Database {
    /// # Errors
    /// `Unusable` for an address that is not PostgreSQL's.
    pub fn from_env(env: &Env) -> Result<Self, ConfigRefusal> {
        address(env, URL).map(|url| url.map_or(Self::Embedded, |url| Self::At { url }))
    }
}

/// The owner's address, when there is one.
///
/// # Errors
/// `Unusable` for an address that is not PostgreSQL's.
pub fn owner_url(env: &Env) -> Result<Option<SecretString>, ConfigRefusal> {
    address(env, OWNER_URL)
}

pub(super) fn address(env: &Env, variable: Variable) -> Result<Option<SecretString>, ConfigRefusal> {
    match env.get(variable) {
        None => Ok(None),
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Ok(Some(SecretString::from(url)))
        }
        Some(_) => {
            Err(ConfigRefusal::Unusable { name: variable.name, why: "it should start with postgres://".to_owned() })
        }
    }
}
