//! The shell between us and the server: it stops the server when we are gone.
//!
//! `PR_SET_PDEATHSIG` would do the same, but it needs `unsafe` code and fires when the spawning *thread* ends.

use std::process::{Child, ChildStdin, Command, Stdio};

/// Arguments: the folder to delete afterwards (or nothing), the signal that stops the server, the server's command.
///
/// Only a server that was stopped from here loses its folder: the reader has then ended by itself, and `wait` says so.
///
/// Reading ends when the other end of the pipe is closed. The server does not get the pipe, and resets the signals that
/// a shell lets its background jobs ignore. The guard itself ignores them, so that it outlives a signal to the whole
/// group.
const SCRIPT: &str = r#"
exec 3<&0 </dev/null
junk=$1 signal=$2
shift 2
"$@" 3<&- &
server=$!
trap '' INT TERM HUP QUIT
{ read -r _ <&3; kill -s "$signal" "$server"; } 2>/dev/null &
watch=$!
exec 3<&-
wait "$server"
code=$?
kill -s KILL "$watch" 2>/dev/null
wait "$watch" && [ -n "$junk" ] && rm -rf -- "$junk"
exit "$code"
"#;

/// A server with its guard.
#[derive(Debug)]
pub(super) struct Guard {
    child: Child,
    pipe: Option<ChildStdin>,
}

impl Guard {
    /// The script and the arguments before the server's own; `shell` runs as the server's user.
    pub(super) fn spawn(mut shell: Command, junk: &str, signal: &str, server: &[String]) -> std::io::Result<Self> {
        shell.args(["-c", SCRIPT, "paddock-postgres-guard", junk, signal]).args(server);
        let mut child = shell.stdin(Stdio::piped()).spawn()?;
        let pipe = child.stdin.take();
        Ok(Self { child, pipe })
    }

    /// Closes the pipe: the guard stops the server.
    pub(super) fn let_go(&mut self) {
        self.pipe = None;
    }

    /// Whether server and guard are gone.
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}
