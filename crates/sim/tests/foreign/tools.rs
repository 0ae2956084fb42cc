//! Where other people's programs are, and a program that ends with its test.

use super::LOCKS;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What `./run ci-deps` made from a lock file, if it is there and of today's versions.
fn made(folder: &str, lock: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?.join("foreign").join(folder);
    let same = std::fs::read(folder.join(lock)).ok()? == std::fs::read(Path::new(LOCKS).join(lock)).ok()?;
    same.then_some(folder)
}

fn or_skipped(found: Option<Command>, what: &str) -> Option<Command> {
    if found.is_none() {
        println!("SKIPPED: no {what} of the pinned versions here; ./run ci-deps fetches them");
    }
    found
}

/// A Python script, run with the pinned packages; `None`, and a word about it, where there are none.
pub fn python(script: PathBuf) -> Option<Command> {
    let found = made("python", "requirements.txt").map(|folder| {
        let mut command = Command::new(folder.join("bin/python"));
        command.arg("-W").arg("error::DeprecationWarning:__main__").arg(script);
        command
    });
    or_skipped(found, "Python clients")
}

/// A Node script, run with the pinned packages; `None`, and a word about it, where there are none.
pub fn node(script: PathBuf) -> Option<Command> {
    let found = made("node", "package-lock.json").map(|folder| {
        let mut command = Command::new("node");
        command.arg(script).env("NODE_PATH", folder.join("node_modules"));
        command
    });
    or_skipped(found, "JavaScript clients")
}

/// A running program, killed when dropped; what it says on standard error goes to a file.
pub struct Running {
    child: Child,
    said: tempfile::NamedTempFile,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let said = tempfile::NamedTempFile::new().unwrap();
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(said.reopen().unwrap()).spawn().unwrap();
        Self { child, said }
    }

    /// What it has said so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.said.path()).unwrap()
    }

    /// Closes its input, which asks it to leave, and waits for its end: its exit code and what it had said.
    pub fn leave(mut self) -> (Option<i32>, String) {
        drop(self.child.stdin.take());
        let code = self.child.wait().unwrap().code();
        (code, self.said())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("it had said: {}", self.said());
        }
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
