//! The ring of master keys, and what it does: seal, open, reseal.

use crate::{Place, contents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use domain::credential::{Fingerprint, KeyPair, Sealed};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use thiserror::Error;
use zeroize::Zeroizing;

/// Keeps fingerprints apart from any other hash of the same key.
const FINGERPRINT: &[u8] = b"paddock/vault/fingerprint/v1";
/// A rotation needs two. More than this is a mistake in the variable.
const MOST: usize = 16;

/// The master keys, newest first. Seals under the newest and opens under any.
///
/// Wiped when dropped. It cannot be printed, copied or serialised:
///
/// ```compile_fail,E0277
/// fn show(ring: &vault::KeyRing) -> String {
///     format!("{ring:?}")
/// }
/// ```
pub struct KeyRing {
    newest: Master,
    older: Vec<Master>,
}

struct Master {
    key: Zeroizing<[u8; 32]>,
    fingerprint: Fingerprint,
}

/// Why a text is not a ring of keys. Names positions (from 1), never the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RingRefusal {
    /// There is no key at all.
    #[error("there is no key in it")]
    Empty,
    /// That entry is not url-safe base64.
    #[error("key {position} is not url-safe base64 with its padding")]
    NotBase64 {
        /// Counted from 1, newest first.
        position: usize,
    },
    /// That entry is not 32 bytes long.
    #[error("key {position} is not 32 bytes long")]
    WrongLength {
        /// Counted from 1, newest first.
        position: usize,
    },
    /// That entry is an earlier one again.
    #[error("key {position} is in the ring already")]
    Duplicate {
        /// Counted from 1, newest first.
        position: usize,
    },
    /// More keys than any rotation needs.
    #[error("more than {MOST} keys")]
    TooMany,
}

/// Why a credential stays shut.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OpenRefusal {
    /// It was sealed under a master that is not in the ring: withdrawn too early, or another deployment's.
    #[error("sealed under master key {fingerprint}, which is not in the ring")]
    UnknownKey {
        /// The missing master.
        fingerprint: Fingerprint,
    },
    /// Not what was written at this place: altered, cut, or moved here from another user, account, environment or
    /// kind. These cannot be told apart, and must not be: to all of them this place's key is simply the wrong key.
    #[error("not what was sealed at this place")]
    Damaged,
    /// Whole and ours, but not a key pair in an encoding that this version reads.
    #[error("sealed by a version with another encoding")]
    Malformed,
}

impl KeyRing {
    /// Reads comma-separated Fernet keys, newest first. White space around them does not matter.
    ///
    /// # Errors
    /// Every [`RingRefusal`].
    pub fn parse(text: &SecretString) -> Result<Self, RingRefusal> {
        let text = text.expose_secret();
        if text.trim().is_empty() {
            return Err(RingRefusal::Empty);
        }
        let mut masters: Vec<Master> = Vec::with_capacity(MOST);
        for (entry, position) in text.split(',').zip(1..) {
            if position > MOST {
                return Err(RingRefusal::TooMany);
            }
            let master = Master::parse(entry.trim(), position)?;
            if masters.iter().any(|earlier| earlier.fingerprint == master.fingerprint) {
                return Err(RingRefusal::Duplicate { position });
            }
            masters.push(master);
        }
        let mut masters = masters.into_iter();
        let newest = masters.next().ok_or(RingRefusal::Empty)?;
        Ok(Self { newest, older: masters.collect() })
    }

    /// A new master: a Fernet key that any implementation of Fernet takes.
    pub fn generate() -> SecretString {
        let key = Zeroizing::new(domain::fresh::bytes::<32>());
        SecretString::from(URL_SAFE.encode(key.as_slice()))
    }

    /// The master that seals.
    pub const fn newest(&self) -> &Fingerprint {
        &self.newest.fingerprint
    }

    /// All masters, newest first.
    pub fn fingerprints(&self) -> impl Iterator<Item = &Fingerprint> {
        self.masters().map(|master| &master.fingerprint)
    }

    /// Whether what was sealed under that master can be opened.
    pub fn knows(&self, fingerprint: &Fingerprint) -> bool {
        self.fingerprints().any(|known| known == fingerprint)
    }

    /// Seals a key pair for one place, under the newest master.
    pub fn seal(&self, place: &Place, keys: &KeyPair) -> Sealed {
        let ciphertext = place.key(&self.newest.key).seal(&contents::encode(keys));
        Sealed { ciphertext, fingerprint: self.newest.fingerprint.clone() }
    }

    /// Opens what was sealed for that place.
    ///
    /// # Errors
    /// Every [`OpenRefusal`].
    pub fn open(&self, place: &Place, sealed: &Sealed) -> Result<KeyPair, OpenRefusal> {
        let master = self
            .masters()
            .find(|master| master.fingerprint == sealed.fingerprint)
            .ok_or_else(|| OpenRefusal::UnknownKey { fingerprint: sealed.fingerprint.clone() })?;
        let clear = place.key(&master.key).open(&sealed.ciphertext).map_err(|_| OpenRefusal::Damaged)?;
        contents::decode(&clear).map_err(|_| OpenRefusal::Malformed)
    }

    /// Moves a credential to the newest master; `None` when it is there already.
    ///
    /// # Errors
    /// Every [`OpenRefusal`].
    pub fn reseal(&self, place: &Place, sealed: &Sealed) -> Result<Option<Sealed>, OpenRefusal> {
        if sealed.fingerprint == self.newest.fingerprint {
            return Ok(None);
        }
        self.open(place, sealed).map(|keys| Some(self.seal(place, &keys)))
    }

    fn masters(&self) -> impl Iterator<Item = &Master> {
        std::iter::once(&self.newest).chain(&self.older)
    }
}

impl Master {
    fn parse(text: &str, position: usize) -> Result<Self, RingRefusal> {
        let bytes = URL_SAFE.decode(text).map(Zeroizing::new).map_err(|_| RingRefusal::NotBase64 { position })?;
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| RingRefusal::WrongLength { position })?;
        let key = Zeroizing::new(key);
        let digest = Sha256::new().chain_update(FINGERPRINT).chain_update(key.as_slice()).finalize();
        let mut hex = String::with_capacity(16);
        for byte in &digest[..8] {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Ok(Self { key, fingerprint: Fingerprint::stored(hex) })
    }
}

#[cfg(test)]
mod tests;
