//! `paddock demo`: everything starts with nothing configured, says where it is, keeps its data, and stops cleanly.

use crate::harness::{PATIENCE, bare};
use domain::clock::{Clock, SystemClock};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

/// A running demo.
pub struct Demo(Child);

impl Demo {
    /// Starts it on any free port and waits for `demo.json`.
    pub async fn start(data: &Path) -> (Self, Value) {
        let about = data.join("demo.json");
        let _ = std::fs::remove_file(&about);
        let folder = data.display().to_string();
        let mut demo =
            Self(bare(data, &["demo", "--port", "0", "--data", &folder]).stdout(Stdio::null()).spawn().unwrap());
        let clock = SystemClock::start();
        loop {
            let text = std::fs::read_to_string(&about).unwrap_or_default();
            if let Ok(told) = serde_json::from_str(&text) {
                return (demo, told);
            }
            assert!(demo.0.try_wait().unwrap().is_none() && clock.elapsed() < PATIENCE, "the demo starts");
            clock.sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn stop(mut self) -> Option<i32> {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.0.id()).unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        self.0.wait().unwrap().code()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn get(url: &str) -> String {
    let host = url.trim_start_matches("http://").trim_end_matches('/');
    let mut socket = TcpStream::connect(host).unwrap();
    write!(socket, "GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_says_where_everything_is_keeps_its_data_and_stops_cleanly() {
    let data = tempfile::tempdir().unwrap();
    // As root, the database server runs as another user, who has to get to its folder.
    std::fs::set_permissions(data.path(), std::fs::Permissions::from_mode(0o711)).unwrap();

    let (demo, told) = Demo::start(data.path()).await;
    assert!(get(told["page"].as_str().unwrap()).starts_with("HTTP/1.1 200"), "the page is there");
    for origin in ["paper", "live", "data"] {
        let answer = get(told["alpaca"][origin].as_str().unwrap());
        assert!(answer.starts_with("HTTP/1.1 4"), "{origin}: an Alpaca host that wants keys: {answer}");
    }
    assert_eq!(told["friends"].as_array().unwrap().len(), 2);
    for file in ["fernet.key", "demo.json"] {
        let mode = std::fs::metadata(data.path().join(file)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{file} is its owner's only");
    }
    let key = std::fs::read_to_string(data.path().join("fernet.key")).unwrap();
    assert_eq!(demo.stop(), Some(0));

    let (again, told_again) = Demo::start(data.path()).await;
    assert_eq!(std::fs::read_to_string(data.path().join("fernet.key")).unwrap(), key, "the key is kept");
    assert_eq!(told_again["friends"], told["friends"], "the same seed, the same accounts and keys");
    assert_eq!(again.stop(), Some(0));
}
