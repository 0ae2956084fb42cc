//! The vault: the ring of master keys.

use super::{ConfigRefusal, Env, Variable};
use secrecy::SecretString;
use vault::KeyRing;

/// The ring.
pub const FERNET_KEYS: Variable = Variable {
    name: "PADDOCK_FERNET_KEYS",
    about: "the master keys that credentials are sealed under, newest first, separated by commas",
    default: None,
};

/// The ring, read.
pub struct Vault {
    /// The keys.
    pub ring: KeyRing,
}

impl Vault {
    /// # Errors
    /// `Missing` without a key; `Unusable` for a ring that cannot be read.
    pub fn from_env(env: &Env) -> Result<Self, ConfigRefusal> {
        let text = env.get(FERNET_KEYS).ok_or(ConfigRefusal::Missing {
            name: FERNET_KEYS.name,
            about: FERNET_KEYS.about,
            hint: "Make one with `paddock keys generate`, and keep a copy where the database's backups are not: without it no stored credential opens.",
        })?;
        Self::from_text(&SecretString::from(text))
    }

    /// # Errors
    /// `Unusable` for a ring that cannot be read.
    pub fn from_text(text: &SecretString) -> Result<Self, ConfigRefusal> {
        let ring = KeyRing::parse(text)
            .map_err(|refusal| ConfigRefusal::Unusable { name: FERNET_KEYS.name, why: refusal.to_string() })?;
        Ok(Self { ring })
    }
}
