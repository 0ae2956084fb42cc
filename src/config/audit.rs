//! Where the ends of the audit chains are published, and who reads all of them.

use super::database::{Database, address};
use super::{ConfigRefusal, Env, Variable, data::Data};
use secrecy::SecretString;
use std::path::PathBuf;

/// For `paddock audit` only.
pub const URL: Variable = Variable {
    name: "PADDOCK_AUDIT_DATABASE_URL",
    about: "the same database as the role that reads all audit books; read by `paddock audit` only",
    default: None,
};

/// A folder, best on storage where a file cannot be changed once it is written.
pub const HEADS: Variable = Variable {
    name: "PADDOCK_AUDIT_HEADS",
    about: "the folder for the daily ends of the audit chains; for a private PostgreSQL by default `heads` in the data folder",
    default: None,
};

/// The reader's address, when there is one.
///
/// # Errors
/// `Unusable` for an address that is not PostgreSQL's.
pub fn url(env: &Env) -> Result<Option<SecretString>, ConfigRefusal> {
    address(env, URL)
}

/// The folder. For somebody's database there is none by default: a folder belongs to one database, and a machine may serve
/// several.
pub fn heads(env: &Env, database: &Database, data: &Data) -> Option<PathBuf> {
    env.get(HEADS).map(PathBuf::from).or_else(|| match database {
        Database::Embedded => Some(data.folder.join("heads")),
        Database::At { .. } => None,
    })
}
