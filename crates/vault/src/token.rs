//! Plain Fernet, as the specification has it, without its clock.
//!
//! The crate's `decrypt` refuses a token stamped more than a minute ahead of the machine's clock: a restored backup on
//! a machine whose clock fell behind would lock every user out. Its `decrypt_with_ttl` adds to the stamp before the MAC
//! is checked, and so panics on a forged one. Credentials do not expire, so neither clock nor time to live is asked:
//! tokens are stamped zero and the stamp is read by nobody. When a credential was sealed is a column of its row.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use fernet::Fernet;
use zeroize::Zeroizing;

/// The stamp in every token that we make.
const NO_TIME: u64 = 0;
/// The latest "now" that cannot overflow when the crate adds its minute of clock skew: no stamp lies beyond it.
const END_OF_TIME: u64 = u64::MAX - 60;

/// An ordinary Fernet key: 16 bytes that sign, 16 that encrypt. Wiped when dropped.
pub(crate) struct Key(Fernet);

/// Not a token, or not one that this key made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotOurs;

impl Key {
    #[expect(clippy::expect_used, reason = "the crate takes a key as text only, and refuses only another length")]
    pub(crate) fn new(bytes: &[u8; 32]) -> Self {
        let text = Zeroizing::new(URL_SAFE.encode(bytes));
        Self(Fernet::new(&text).expect("32 bytes are a Fernet key"))
    }

    /// Makes a token.
    pub(crate) fn seal(&self, clear: &[u8]) -> String {
        self.0.encrypt_at_time(clear, NO_TIME)
    }

    /// Opens a token. The MAC is compared in constant time, before anything is decrypted.
    pub(crate) fn open(&self, token: &str) -> Result<Zeroizing<Vec<u8>>, NotOurs> {
        // The crate trims any number of `=` from the end; one sealed text shall have one spelling.
        URL_SAFE.decode(token).map_err(|_| NotOurs)?;
        self.0.decrypt_at_time(token, None, END_OF_TIME).map(Zeroizing::new).map_err(|_| NotOurs)
    }
}

#[cfg(test)]
mod tests;
