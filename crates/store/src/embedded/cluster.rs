//! The folder of an embedded server: its lock, its data, its socket, its log.

use super::guard::Guard;
use super::identity::Identity;
use super::programs::Programs;
use super::{ADMIN, EmbeddedError, Mode};
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// Longest path of a Unix socket, without the closing zero (`sun_path` of unix(7)).
const SOCKET_PATH: usize = 107;
const SOCKET_NAME: &str = "/.s.PGSQL.5432";
/// What the log may grow to before it is begun anew, at a start.
const LOG_BYTES: u64 = 16 << 20;

/// A data folder and how its server is run.
#[derive(Debug)]
pub(super) struct Cluster {
    dir: PathBuf,
    socket_folder: PathBuf,
    mode: Mode,
    programs: Programs,
    identity: Identity,
}

/// Makes the folder if need be, and locks it against a second service.
pub(super) fn lock(dir: &Path, identity: &Identity) -> Result<File, EmbeddedError> {
    let refuse = |why: io::Error| EmbeddedError::Folder { at: dir.to_path_buf(), why };
    // The folders on the way are as open as any; only the last one is ours alone.
    fs::create_dir_all(dir).map_err(refuse)?;
    if let Some(parent) = dir.parent() {
        identity.must_reach(parent)?;
    }
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).map_err(refuse)?;
    identity.own(dir).map_err(refuse)?;
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(dir.join("lock")).map_err(refuse)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(EmbeddedError::AlreadyRunning(dir.to_path_buf())),
        Err(TryLockError::Error(why)) => Err(refuse(why)),
    }
}

impl Cluster {
    /// Looks at a locked folder, ends what an earlier run left behind, and makes the data when there is none.
    pub(super) fn open(dir: &Path, mode: Mode, programs: Programs, identity: Identity) -> Result<Self, EmbeddedError> {
        let dir = fs::canonicalize(dir).map_err(|why| EmbeddedError::Folder { at: dir.to_path_buf(), why })?;
        let socket_folder = socket_folder(&dir, &identity)?;
        let cluster = Self { dir, socket_folder, mode, programs, identity };
        cluster.end_leftover()?;
        if cluster.data().exists() {
            cluster.must_be_of_this_version()?;
        } else {
            cluster.init()?;
        }
        Ok(cluster)
    }

    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.dir.join("postgres.log")
    }

    pub(super) fn socket_folder(&self) -> &Path {
        &self.socket_folder
    }

    fn folder_error(&self, why: io::Error) -> EmbeddedError {
        EmbeddedError::Folder { at: self.dir.clone(), why }
    }

    /// Makes the data beside its place and moves it there, so that a cut-off first start leaves nothing half-made.
    fn init(&self) -> Result<(), EmbeddedError> {
        let half = self.dir.join("data.half");
        if half.exists() {
            fs::remove_dir_all(&half).map_err(|why| self.folder_error(why))?;
        }
        let keep = match self.mode {
            Mode::Durable => "--data-checksums",
            Mode::Throwaway => "--no-sync",
        };
        let output = self
            .identity
            .command(&self.programs.path("initdb"))
            .args(["-A", "trust", "-U", ADMIN, "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions", keep, "-D"])
            .arg(&half)
            .stdin(Stdio::null())
            .output()
            .map_err(|why| self.folder_error(why))?;
        if !output.status.success() {
            let last_words = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(EmbeddedError::Failed { last_words });
        }
        // Local connections only, by the socket behind its 0700 folder; see the module's text.
        fs::write(half.join("pg_hba.conf"), "local all all trust\n").map_err(|why| self.folder_error(why))?;
        fs::rename(&half, self.data()).map_err(|why| self.folder_error(why))
    }

    fn must_be_of_this_version(&self) -> Result<(), EmbeddedError> {
        let data = fs::read_to_string(self.data().join("PG_VERSION")).map_err(|why| self.folder_error(why))?;
        let (data, server) = (data.trim().to_owned(), self.programs.major());
        if data == server.to_string() {
            Ok(())
        } else {
            Err(EmbeddedError::OtherVersion { at: self.data(), data, server })
        }
    }

    /// Starts the server under its guard.
    pub(super) fn spawn(&self) -> Result<Guard, EmbeddedError> {
        let log = self.open_log().map_err(|why| self.folder_error(why))?;
        let again = log.try_clone().map_err(|why| self.folder_error(why))?;
        let mut shell = self.identity.command(Path::new("/bin/sh"));
        shell.stdout(log).stderr(again);
        let (junk, signal) = match self.mode {
            Mode::Durable => (String::new(), "INT"),
            Mode::Throwaway => (self.dir.to_string_lossy().into_owned(), "QUIT"),
        };
        Guard::spawn(shell, &junk, signal, &self.server()).map_err(|why| self.folder_error(why))
    }

    /// The server's command line.
    fn server(&self) -> Vec<String> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let mut command = vec![text(&self.programs.path("postgres")), "-D".into(), text(&self.data())];
        let socket = format!("unix_socket_directories={}", text(&self.socket_folder));
        let mut settings = vec![
            "listen_addresses=",
            "port=5432",
            socket.as_str(),
            "unix_socket_permissions=0700",
            "max_connections=100",
            "timezone=UTC",
            "log_timezone=UTC",
            "log_line_prefix=%m [%p] ",
            "logging_collector=off",
            // The parameters of a statement never go to the log: they are users' orders and ciphertexts.
            "log_parameter_max_length=0",
            "log_parameter_max_length_on_error=0",
            "log_min_error_statement=panic",
            // Nor do rows: DETAIL of a refused one shows it whole.
            "log_error_verbosity=terse",
        ];
        if self.mode == Mode::Throwaway {
            settings.extend(["fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off"]);
        }
        for setting in settings {
            command.extend(["-c".to_owned(), setting.to_owned()]);
        }
        command
    }

    /// What the guard of a throw-away server has no right to delete: the empty folder, when its parent is not its own.
    pub(super) fn clear(&self) {
        if self.mode == Mode::Throwaway {
            fs::remove_dir_all(&self.dir).ok();
            if self.socket_folder != self.dir {
                fs::remove_dir_all(&self.socket_folder).ok();
            }
        }
    }

    fn open_log(&self) -> io::Result<File> {
        let path = self.log();
        let too_long = fs::metadata(&path).is_ok_and(|about| about.len() > LOG_BYTES);
        let log = OpenOptions::new().create(true).append(true).open(&path)?;
        if too_long {
            log.set_len(0)?;
        }
        self.identity.own(&path)?;
        Ok(log)
    }

    /// The end of the log, for a person.
    pub(super) fn last_words(&self) -> String {
        let log = fs::read(self.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(8)..].join("\n")
    }

    /// A server whose guard was killed too still runs, and a pid file may be left from a power cut. We hold the lock,
    /// so whatever runs here serves nobody.
    fn end_leftover(&self) -> Result<(), EmbeddedError> {
        let Some(pid) = self.server_pid() else { return Ok(()) };
        for round in 0..1200_u32 {
            if !self.is_our_server(pid) {
                // Also when the number belongs to another process by now: PostgreSQL itself would refuse to start then.
                return match fs::remove_file(self.data().join("postmaster.pid")) {
                    Err(why) if why.kind() != io::ErrorKind::NotFound => Err(self.folder_error(why)),
                    _ => Ok(()),
                };
            }
            let signal = if round < 900 { Signal::SIGINT } else { Signal::SIGQUIT };
            if round % 100 == 0 {
                kill(pid, signal)
                    .or_else(|error| if error == Errno::ESRCH { Ok(()) } else { Err(error) })
                    .map_err(|error| EmbeddedError::Folder { at: self.dir.clone(), why: io::Error::from(error) })?;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Err(EmbeddedError::Stuck(self.log()))
    }

    fn server_pid(&self) -> Option<Pid> {
        let text = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok().map(Pid::from_raw)
    }

    /// A server works in its data folder.
    fn is_our_server(&self, pid: Pid) -> bool {
        fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == self.data())
            && fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "postgres")
    }

    /// Signals the server first, so that it makes no new process, then its processes.
    #[cfg(feature = "testing")]
    pub(super) fn signal_all(&self, signal: Signal) {
        let Some(server) = self.server_pid() else { return };
        let _ = kill(server, signal);
        for process in fs::read_dir("/proc").into_iter().flatten().filter_map(Result::ok) {
            let Some(pid) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let stat = fs::read_to_string(process.path().join("stat")).unwrap_or_default();
            // `pid (name) state ppid …`; the name may hold anything but its closing parenthesis is the last.
            let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1));
            if parent == Some(server.to_string().as_str()) {
                let _ = kill(Pid::from_raw(pid), signal);
            }
        }
    }
}

/// The data folder itself, or a short private one when the socket's path would be too long.
fn socket_folder(dir: &Path, identity: &Identity) -> Result<PathBuf, EmbeddedError> {
    if dir.as_os_str().as_bytes().len() + SOCKET_NAME.len() <= SOCKET_PATH {
        return Ok(dir.to_path_buf());
    }
    let mut hash = DefaultHasher::new();
    dir.hash(&mut hash);
    let short = PathBuf::from(format!("/tmp/paddock-{:016x}", hash.finish()));
    let refuse = |why: io::Error| EmbeddedError::Folder { at: short.clone(), why };
    match DirBuilder::new().mode(0o700).create(&short) {
        Ok(()) => identity.own(&short).map_err(refuse)?,
        // From an earlier run, unless somebody else made it in wait for us.
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists && identity.owns(&short) => {
            fs::set_permissions(&short, fs::Permissions::from_mode(0o700)).map_err(refuse)?;
        }
        Err(why) => return Err(refuse(why)),
    }
    Ok(short)
}
