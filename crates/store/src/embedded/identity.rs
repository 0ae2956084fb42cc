//! As whom the server runs: PostgreSQL refuses to be root.

use super::EmbeddedError;
use nix::unistd::{Gid, Uid, User, chown};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The user that the server runs as.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    name: String,
    uid: Uid,
    gid: Gid,
    /// We are root and step down for the server.
    steps_down: bool,
}

impl Identity {
    /// Ourselves; for root, `postgres` where there is one, else `nobody`.
    pub(super) fn choose() -> Self {
        let own = Uid::effective();
        let by_name = |name: &str| User::from_name(name).ok().flatten();
        let found = if own.is_root() { by_name("postgres").or_else(|| by_name("nobody")) } else { None };
        match found {
            Some(user) => Self { name: user.name, uid: user.uid, gid: user.gid, steps_down: true },
            None => Self { name: own.to_string(), uid: own, gid: Gid::effective(), steps_down: false },
        }
    }

    /// Gives a file or folder to the server's user.
    pub(super) fn own(&self, path: &Path) -> io::Result<()> {
        if self.steps_down {
            chown(path, Some(self.uid), Some(self.gid))?;
        }
        Ok(())
    }

    /// Whether a folder belongs to the server's user.
    pub(super) fn owns(&self, path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok_and(|about| about.is_dir() && about.uid() == self.uid.as_raw())
    }

    /// A command that runs as the server's user, in no terminal's process group, with nothing of our environment.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8").current_dir("/").process_group(0);
        if self.steps_down {
            command.uid(self.uid.as_raw()).gid(self.gid.as_raw());
        }
        command
    }

    /// Every folder on the way must let the server's user pass.
    pub(super) fn must_reach(&self, folder: &Path) -> Result<(), EmbeddedError> {
        if !self.steps_down {
            return Ok(());
        }
        let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
        let closed = folder.ancestors().filter(|step| !self.may_enter(step)).map(PathBuf::from).last();
        closed.map_or(Ok(()), |at| Err(EmbeddedError::OutOfReach { at, user: self.name.clone() }))
    }

    fn may_enter(&self, folder: &Path) -> bool {
        let Ok(about) = fs::metadata(folder) else { return true };
        let bit = if about.uid() == self.uid.as_raw() {
            0o100
        } else if about.gid() == self.gid.as_raw() {
            0o010
        } else {
            0o001
        };
        about.mode() & bit != 0
    }
}
