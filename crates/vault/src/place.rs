//! Where a credential was written, and the key that works only there.

use crate::token;
use domain::account::Environment;
use domain::credential::CredentialKind;
use domain::ids::{AccountId, UserId};
use hkdf::Hkdf;
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Keeps these keys apart from any other use of the same master.
const SALT: &[u8] = b"paddock/vault/place/v1";

/// The one row in which a credential may rest.
///
/// Fernet has no associated data: a token moved to another row would open there. So the place goes into the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Whose credential it is.
    pub user: UserId,
    /// The account that it opens.
    pub account: AccountId,
    /// Paper or live.
    pub environment: Environment,
    /// What is inside.
    pub kind: CredentialKind,
}

impl Place {
    /// The key that a master gives for this place.
    pub(crate) fn key(&self, master: &[u8; 32]) -> token::Key {
        derive(master, &self.user.0.to_be_bytes(), &self.account.0, self.environment.as_str(), self.kind.as_str())
    }
}

/// HKDF-SHA256 over the fields, each preceded by its length, so that no two places share a key.
#[expect(clippy::expect_used, reason = "HKDF-SHA256 refuses only above 8160 bytes")]
fn derive(master: &[u8; 32], user: &[u8], account: &Uuid, environment: &str, kind: &str) -> token::Key {
    let fields = [user, account.as_bytes(), environment.as_bytes(), kind.as_bytes()];
    let lengths = fields.map(|field| (field.len() as u64).to_be_bytes());
    let info: Vec<&[u8]> = lengths.iter().zip(fields).flat_map(|(length, field)| [&length[..], field]).collect();
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(SALT), master).expand_multi_info(&info, key.as_mut_slice()).expect("32 bytes are few");
    token::Key::new(&key)
}

#[cfg(test)]
mod tests;
