//! Where other people's programs are, and programs that end with their test.

use super::LOCKS;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

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

/// A Python script of ours, run with the pinned packages and nothing of this process's environment; `None`, and a word
/// about it, where there are none.
pub fn python(script: &str) -> Option<Command> {
    let found = made("python", "requirements.txt").map(|folder| {
        let mut command = Command::new(folder.join("bin/python"));
        command.args(["-u", "-W", "error::DeprecationWarning:__main__"]).arg(Path::new(LOCKS).join(script)).env_clear();
        command
    });
    or_skipped(found, "Python clients")
}

/// A Node script, run with the pinned packages; `None`, and a word about it, where there are none.
pub fn node(script: impl AsRef<Path>) -> Option<Command> {
    let found = made("node", "package-lock.json").map(|folder| {
        let mut command = Command::new("node");
        command.arg(script.as_ref()).env("NODE_PATH", folder.join("node_modules"));
        command
    });
    or_skipped(found, "JavaScript clients")
}

/// A child process that does not outlive its test.
struct Leash(Child);

impl Drop for Leash {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a program to its end. Each of its lines goes to `hear`, whose answer, if any, goes back to it.
pub fn converse(command: &mut Command, mut hear: impl FnMut(&str) -> Option<String>) -> ExitStatus {
    let mut program = Leash(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap());
    let (mut stdin, stdout) = (program.0.stdin.take().unwrap(), program.0.stdout.take().unwrap());
    for line in BufReader::new(stdout).lines() {
        if let Some(answer) = hear(&line.unwrap()) {
            // If the program has just died, its status says so.
            let _ = writeln!(stdin, "{answer}");
        }
    }
    program.0.wait().unwrap()
}

/// A running program, killed when dropped; what it says on standard error goes to a file.
pub struct Running {
    program: Leash,
    said: tempfile::NamedTempFile,
}

impl Running {
    pub fn start(command: &mut Command) -> Self {
        let said = tempfile::NamedTempFile::new().unwrap();
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(said.reopen().unwrap()).spawn().unwrap();
        Self { program: Leash(child), said }
    }

    /// What it has said so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.said.path()).unwrap()
    }

    /// Closes its input, which asks it to leave, and waits for its end: its exit code and what it had said.
    pub fn leave(mut self) -> (Option<i32>, String) {
        drop(self.program.0.stdin.take());
        let code = self.program.0.wait().unwrap().code();
        (code, self.said())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("it had said: {}", self.said());
        }
    }
}
