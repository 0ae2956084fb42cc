//! Where PostgreSQL's programs are.

use super::EmbeddedError;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest server that Paddock runs on.
const OLDEST: u32 = 15;

/// A folder with `postgres` and `initdb` of one version.
#[derive(Debug)]
pub(super) struct Programs {
    folder: PathBuf,
    major: u32,
}

impl Programs {
    /// `$PG_BINDIR`, else Debian's newest, else what `pg_config` says.
    pub(super) fn find() -> Result<Self, EmbeddedError> {
        let folder = std::env::var_os("PG_BINDIR")
            .map(PathBuf::from)
            .or_else(newest_of_debian)
            .or_else(of_pg_config)
            .filter(|folder| folder.join("postgres").is_file() && folder.join("initdb").is_file())
            .ok_or(EmbeddedError::NoPrograms)?;
        let said = said_by(Command::new(folder.join("postgres")).arg("--version")).ok_or(EmbeddedError::NoPrograms)?;
        let major = major_in(&said).ok_or(EmbeddedError::NoPrograms)?;
        if major < OLDEST { Err(EmbeddedError::TooOld { major, at: folder }) } else { Ok(Self { folder, major }) }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }

    pub(super) const fn major(&self) -> u32 {
        self.major
    }
}

fn newest_of_debian() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    versions
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("postgres").is_file())
        .max_by_key(|(version, _)| *version)
        .map(|(_, folder)| folder)
}

fn of_pg_config() -> Option<PathBuf> {
    said_by(Command::new("pg_config").arg("--bindir")).map(|said| PathBuf::from(said.trim()))
}

fn said_by(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` and `postgres (PostgreSQL) 18beta1`.
fn major_in(said: &str) -> Option<u32> {
    let version = said.split_whitespace().nth(2)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major_in;

    #[test]
    fn the_major_version_is_read_from_every_vendors_text() {
        assert_eq!(major_in("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_in("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_in("something else"), None);
    }
}
