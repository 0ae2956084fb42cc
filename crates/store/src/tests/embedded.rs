use super::world::{alice, link};
use crate::embedded::{Embedded, EmbeddedError, Mode};
use crate::{Limits, Store, boot};
use domain::account::Environment;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid, User, chown};
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A folder that the server's user can reach; in memory, because a durable start waits for a slow disk otherwise.
fn folder() -> TempDir {
    let place = if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "/tmp" };
    let folder = tempfile::Builder::new().prefix("paddock-embedded-").tempdir_in(place).unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    folder
}

#[test]
fn starting_can_move_between_threads() {
    fn sendable(_: &impl Send) {}
    sendable(&Embedded::start(Path::new("/"), Mode::Durable));
}

async fn durable(dir: &Path) -> Embedded {
    Embedded::start(dir, Mode::Durable).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn accounts(embedded: &Embedded) -> usize {
    let store = Store::connect(&embedded.app_url(), Limits::default()).await.unwrap();
    boot::check(&store).await.unwrap();
    let count = store.tenant(alice()).await.unwrap().accounts().await.unwrap().len();
    store.close().await;
    count
}

async fn link_one(embedded: &Embedded, name: &str) {
    let store = Store::connect(&embedded.app_url(), Limits::default()).await.unwrap();
    let mut tx = store.tenant(alice()).await.unwrap();
    tx.ensure_user(None).await.unwrap();
    link(&mut tx, name, Environment::Paper).await;
    tx.commit().await.unwrap();
    store.close().await;
}

fn server_of(dir: &Path) -> Option<Pid> {
    let text = fs::read_to_string(dir.join("data/postmaster.pid")).ok()?;
    text.lines().next()?.parse().ok().map(Pid::from_raw)
}

fn parent_of(pid: Pid) -> Pid {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let rest = stat.rsplit(')').next().unwrap();
    Pid::from_raw(rest.split_whitespace().nth(1).unwrap().parse().unwrap())
}

fn is_alive(pid: Pid) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// Waits, for at most ten seconds. Returns for how long it did, in steps of 10 ms.
async fn until(mut done: impl FnMut() -> bool) -> u32 {
    for waited in 0..1000 {
        if done() {
            return waited;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("still not so after ten seconds");
}

/// A service in a process of its own, so that it can be killed.
fn service(dir: &Path, uid: Option<u32>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", "tests::embedded::service_in_a_process_of_its_own"]);
    command.env("PADDOCK_TEST_FOLDER", dir).current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped());
    if let Some(uid) = uid {
        command.uid(uid).gid(uid);
    }
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = lines.any(|line| line.unwrap().contains("READY"));
    assert!(ready, "the service starts");
    child
}

#[tokio::test]
#[ignore = "run by the tests below, as another process"]
async fn service_in_a_process_of_its_own() {
    let Some(dir) = std::env::var_os("PADDOCK_TEST_FOLDER").map(PathBuf::from) else { return };
    let embedded = durable(&dir).await;
    let name = format!("account {}", accounts(&embedded).await);
    link_one(&embedded, &name).await;
    println!("READY");
    // Until it is killed, or the test is gone.
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
}

#[tokio::test]
async fn a_stopped_server_keeps_its_data_and_refuses_a_second_service_while_it_runs() {
    let folder = folder();
    let dir = folder.path().join("paddock");
    let first = durable(&dir).await;
    link_one(&first, "kept").await;
    let second = Embedded::start(&dir, Mode::Durable).await.unwrap_err();
    assert!(matches!(second, EmbeddedError::AlreadyRunning(_)), "{second}");
    assert_eq!(accounts(&first).await, 1, "the refused one did not disturb it");
    let server = server_of(&dir).unwrap();
    first.stop().await.unwrap();
    assert!(!is_alive(server));
    let again = durable(&dir).await;
    assert_eq!(accounts(&again).await, 1);
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
    let server = server_of(&dir).unwrap();
    drop(again);
    until(|| !is_alive(server)).await;
}

#[tokio::test]
async fn a_killed_service_takes_its_server_with_it_and_loses_nothing() {
    let folder = folder();
    let dir = folder.path().join("paddock");
    let mut waits = Vec::new();
    for _ in 0..3 {
        let mut child = service(&dir, None);
        let server = server_of(&dir).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        waits.push(until(|| !is_alive(server)).await * 10);
    }
    let embedded = durable(&dir).await;
    let kept = accounts(&embedded).await;
    println!("PROMISE P15 (embedded database) cases=3 violations={} server_gone_ms={waits:?} manual_steps=0", 3 - kept);
    assert_eq!(kept, 3);
}

#[tokio::test]
async fn a_server_whose_guard_was_killed_too_is_ended_by_the_next_start() {
    let folder = folder();
    let dir = folder.path().join("paddock");
    let mut child = service(&dir, None);
    let server = server_of(&dir).unwrap();
    let guard = parent_of(server);
    for pid in fs::read_dir("/proc").unwrap().filter_map(|p| p.unwrap().file_name().to_str()?.parse().ok()) {
        let pid = Pid::from_raw(pid);
        if pid != server && is_alive(pid) && parent_of(pid) == guard {
            kill(pid, Signal::SIGKILL).unwrap();
        }
    }
    kill(guard, Signal::SIGKILL).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(is_alive(server), "an orphan");
    let embedded = durable(&dir).await;
    assert!(!is_alive(server));
    assert_eq!(accounts(&embedded).await, 1);
}

#[tokio::test]
async fn a_pid_file_of_a_power_cut_does_not_stop_the_next_start() {
    let folder = folder();
    let dir = folder.path().join("paddock");
    durable(&dir).await.stop().await.unwrap();
    // The number belongs to another living process by now: this one.
    let stale = format!("{}\n{}\n", std::process::id(), dir.join("data").display());
    fs::write(dir.join("data/postmaster.pid"), stale).unwrap();
    fs::create_dir(dir.join("data.half")).unwrap();
    assert_eq!(accounts(&durable(&dir).await).await, 0);
}

#[tokio::test]
async fn a_folder_that_cannot_serve_is_refused_in_plain_words() {
    let folder = folder();
    let dir = folder.path().join("paddock");
    durable(&dir).await.stop().await.unwrap();
    fs::write(dir.join("data/PG_VERSION"), "9\n").unwrap();
    let other = Embedded::start(&dir, Mode::Durable).await.unwrap_err();
    assert!(matches!(&other, EmbeddedError::OtherVersion { data, .. } if data == "9"), "{other}");
    let file = folder.path().join("a file");
    fs::write(&file, "").unwrap();
    let no_folder = Embedded::start(&file, Mode::Durable).await.unwrap_err();
    assert!(matches!(no_folder, EmbeddedError::Folder { .. }), "{no_folder}");
    if Uid::effective().is_root() {
        let closed = folder.path().join("closed");
        fs::create_dir(&closed).unwrap();
        fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
        let refusal = Embedded::start(&closed.join("paddock"), Mode::Durable).await.unwrap_err();
        assert!(matches!(&refusal, EmbeddedError::OutOfReach { at, .. } if *at == closed), "{refusal}");
        assert!(refusal.to_string().contains("/var/lib/paddock"));
    }
}

#[tokio::test]
async fn a_throwaway_server_leaves_nothing_behind_and_a_long_path_gets_a_short_socket() {
    let folder = folder();
    let dir = folder.path().join("d".repeat(100));
    let embedded = Embedded::start(&dir, Mode::Throwaway).await.unwrap();
    assert_eq!(accounts(&embedded).await, 0);
    assert!(embedded.app_url().contains("host=/tmp/paddock-"), "{}", embedded.app_url());
    embedded.stop().await.unwrap();
    assert!(!dir.exists());
}

#[tokio::test]
async fn an_ordinary_user_can_run_it_too() {
    let Some(nobody) = User::from_name("nobody").unwrap().filter(|_| Uid::effective().is_root()) else { return };
    let exe = std::env::current_exe().unwrap();
    let reachable = exe.ancestors().skip(1).all(|step| fs::metadata(step).unwrap().permissions().mode() & 1 == 1);
    if !reachable {
        println!("skipped: {} cannot be entered by nobody", exe.display());
        return;
    }
    let folder = folder();
    let dir = folder.path().join("paddock");
    fs::create_dir(&dir).unwrap();
    chown(&dir, Some(nobody.uid), Some(nobody.gid)).unwrap();
    for _ in 0..2 {
        let mut child = service(&dir, Some(nobody.uid.as_raw()));
        let server = server_of(&dir).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        until(|| !is_alive(server)).await;
    }
}
