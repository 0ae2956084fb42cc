//! The data folder: the private PostgreSQL, the demo's key file and `demo.json`.

use super::{Env, Variable};
use std::path::PathBuf;

/// The folder.
pub const FOLDER: Variable = Variable {
    name: "PADDOCK_DATA",
    about: "the data folder; by default /var/lib/paddock as root, else $XDG_DATA_HOME/paddock",
    default: None,
};

/// The folder, resolved.
#[derive(Clone, Debug)]
pub struct Data {
    /// Where it is.
    pub folder: PathBuf,
}

impl Data {
    /// The folder that is set, or the usual one.
    pub fn from_env(env: &Env) -> Self {
        Self { folder: env.get(FOLDER).map_or_else(usual, PathBuf::from) }
    }
}

fn usual() -> PathBuf {
    if nix::unistd::Uid::effective().is_root() {
        return PathBuf::from("/var/lib/paddock");
    }
    let home = || std::env::var_os("HOME").map_or_else(|| PathBuf::from("."), PathBuf::from);
    std::env::var_os("XDG_DATA_HOME").map_or_else(|| home().join(".local/share"), PathBuf::from).join("paddock")
}
