//! A Python of our own, with packages from `PyPI` at pinned versions and hashes, kept between runs.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;

/// One set of packages is installed at a time.
static INSTALLING: Mutex<()> = Mutex::new(());

/// What pip says when the index or its network cannot be reached, or has nothing for this Python.
const OUT_OF_REACH: [&str; 4] =
    ["Failed to establish a new connection", "Could not find a version", "No matching distribution", "timed out"];

/// The Python that has what `requirements` asks for.
///
/// # Errors
/// The reason why there is none on this machine. A package that is not what its hash says is a failure, not a reason.
pub fn with(name: &str, requirements: &str) -> Result<PathBuf, String> {
    let _alone = INSTALLING.lock().expect("nobody installing has failed");
    let mut hasher = DefaultHasher::new();
    requirements.hash(&mut hasher);
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{:016x}", hasher.finish()));
    let (python, ready) = (home.join("bin/python"), home.join("ready"));
    if ready.exists() {
        return Ok(python);
    }
    let made = Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home).output();
    let made = made.map_err(|error| format!("python3 cannot be started: {error}"))?;
    if !made.status.success() {
        return Err(format!("python3 has no venv: {}", said(&made.stderr)));
    }
    let list = home.join("requirements.txt");
    std::fs::write(&list, requirements).expect("a list of packages");
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"];
    let pip = Command::new(&python).args(pip).args(["--only-binary", ":all:", "-r"]).arg(&list).output();
    let pip = pip.expect("the new Python starts");
    let complaint = said(&pip.stderr);
    if !pip.status.success() {
        assert!(OUT_OF_REACH.iter().any(|reason| complaint.contains(reason)), "pip: {complaint}");
        return Err(format!("PyPI is out of reach: {complaint}"));
    }
    std::fs::write(ready, "").expect("a mark");
    Ok(python)
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

/// A running script, spoken to in lines.
pub struct Script {
    child: Child,
    stdin: ChildStdin,
}

impl Script {
    /// Starts `script` with `settings` in its environment, and hands each of its lines to `hear`, whose answer, if any,
    /// goes back to it. Gives how the script ended.
    pub fn run(
        python: &Path,
        script: &str,
        settings: &[(&str, &str)],
        mut hear: impl FnMut(&str) -> Option<String>,
    ) -> std::process::ExitStatus {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign").join(script);
        let mut child = Command::new(python)
            .arg("-u")
            .arg(path)
            .env_clear()
            .envs(settings.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the script starts");
        let (stdin, stdout) = (child.stdin.take().expect("stdin"), child.stdout.take().expect("stdout"));
        let mut script = Self { child, stdin };
        for line in BufReader::new(stdout).lines() {
            if let Some(answer) = hear(&line.expect("text")) {
                // If the script has just died, its status says so.
                let _ = writeln!(script.stdin, "{answer}");
            }
        }
        script.child.wait().expect("the script ends")
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = self.child.kill(); // It has ended already, unless the test failed.
    }
}
