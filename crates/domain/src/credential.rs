//! What opens an account at the broker, in clear and sealed.

use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// An Alpaca API key pair in clear. Lives for one request, is wiped when dropped, cannot be printed or copied.
pub struct KeyPair {
    /// `APCA-API-KEY-ID`. Not secret by itself, but treated so: it names the account.
    pub key_id: SecretString,
    /// `APCA-API-SECRET-KEY`.
    pub secret: SecretString,
}

impl KeyPair {
    /// The last four characters of the key id: enough for a user to recognise it.
    pub fn tail(&self) -> String {
        let id = self.key_id.expose_secret();
        let skip = id.chars().count().saturating_sub(4);
        id.chars().skip(skip).collect()
    }
}

/// Which kind of credential a row holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// Key id and secret.
    KeyPair,
}

impl CredentialKind {
    /// As stored, and as mixed into the sealing key.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeyPair => "key_pair",
        }
    }
}

/// Names a master key without telling anything about it: 8 bytes of a hash, in hex.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// A fingerprint as computed by the vault or read from a row.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Sixteen hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A credential as it rests: a Fernet token and the master key that it was sealed under.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The Fernet token.
    pub ciphertext: String,
    /// The master key of the ring that opens it.
    pub fingerprint: Fingerprint,
}
