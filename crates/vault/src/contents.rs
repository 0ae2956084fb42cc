//! A key pair as the bytes inside an envelope.

use domain::credential::KeyPair;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// The first byte: which encoding follows.
const VERSION: u8 = 1;

/// Authenticated bytes that are not a key pair: another version wrote them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotAKeyPair;

/// Version, length of the key id (eight bytes, big-endian), key id, secret to the end.
pub(crate) fn encode(keys: &KeyPair) -> Zeroizing<Vec<u8>> {
    let (id, secret) = (keys.key_id.expose_secret().as_bytes(), keys.secret.expose_secret().as_bytes());
    // Room for all of it at once: a vector that grows leaves unwiped copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(1 + 8 + id.len() + secret.len()));
    bytes.push(VERSION);
    bytes.extend_from_slice(&(id.len() as u64).to_be_bytes());
    bytes.extend_from_slice(id);
    bytes.extend_from_slice(secret);
    bytes
}

/// Reads [`encode`]'s bytes back.
pub(crate) fn decode(bytes: &[u8]) -> Result<KeyPair, NotAKeyPair> {
    let Some((&VERSION, rest)) = bytes.split_first() else { return Err(NotAKeyPair) };
    let (length, rest) = rest.split_first_chunk::<8>().ok_or(NotAKeyPair)?;
    let length = usize::try_from(u64::from_be_bytes(*length)).map_err(|_| NotAKeyPair)?;
    let (id, secret) = rest.split_at_checked(length).ok_or(NotAKeyPair)?;
    Ok(KeyPair { key_id: text(id)?, secret: text(secret)? })
}

fn text(bytes: &[u8]) -> Result<SecretString, NotAKeyPair> {
    std::str::from_utf8(bytes).map(SecretString::from).map_err(|_| NotAKeyPair)
}

#[cfg(test)]
mod tests;
