//! A line between two programs that misbehaves on demand: late, silent, cut, one byte at a time, or held at a certain
//! statement of a PostgreSQL session. It can be switched while connections are open.
//!
//! crates.io's tests keep a proxy of this kind before their database; this one stands before anything.

mod postgres;
mod pump;

use postgres::Splitter;
use pump::{Side, Torn};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// So many statements are remembered; a demo may run for days.
const MOST_HEARD: usize = 100_000;

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the client to the server.
    There,
    /// From the server to the client.
    Back,
}

/// How a direction behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// Everything passes.
    Calm,
    /// Everything passes, this much later.
    Delay(Duration),
    /// Nothing passes and nothing is closed; what was sent meanwhile passes when the weather changes.
    Stall,
    /// One byte at a time, with this pause between two.
    Drip(Duration),
    /// So many bytes more pass, on all connections together; then each connection that sends more is reset.
    CutAfter(usize),
    /// This direction is closed in order, while the other one stays open.
    HalfOpen,
}

/// When a statement is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// The client has sent it, the server has not got it.
    Before,
    /// The server has carried it out, the client does not know.
    After,
}

/// Statements by their text, with what is in quotes left out; a transaction for no single user is marked `system`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The text.
    pub sql: String,
    /// Whether it belongs to a transaction for no single user.
    pub system: bool,
}

/// A statement that was waited for. Dropping this lets it go on.
pub struct Trap {
    road: Arc<Road>,
    number: u64,
    sprung: watch::Receiver<bool>,
}

impl Trap {
    /// Waits until the statement is held, at most this long (real time). Returns whether it is.
    pub async fn sprung(&mut self, within: Duration) -> bool {
        matches!(tokio::time::timeout(within, self.sprung.wait_for(|sprung| *sprung)).await, Ok(Ok(_)))
    }
}

impl Drop for Trap {
    fn drop(&mut self) {
        let mut set = self.road.trap();
        if set.as_ref().is_some_and(|set| set.number == self.number) {
            *set = None;
        }
        drop(set);
        self.road.released.send_modify(|released| *released = self.number);
    }
}

/// What all connections of a proxy share.
struct Road {
    there: watch::Sender<Weather>,
    back: watch::Sender<Weather>,
    /// What [`Weather::CutAfter`] still lets pass, per way.
    left: [AtomicUsize; 2],
    resets: watch::Sender<u64>,
    refuses: AtomicBool,
    connections: AtomicU64,
    trap: Mutex<Option<Set>>,
    traps: AtomicU64,
    released: watch::Sender<u64>,
    heard: Mutex<Vec<Statement>>,
}

/// A trap that has not sprung.
struct Set {
    number: u64,
    sql: String,
    skip: usize,
    moment: Moment,
    sprung: watch::Sender<bool>,
}

/// A trap that a statement has stepped into.
struct Caught {
    number: u64,
    moment: Moment,
    sprung: watch::Sender<bool>,
}

impl Road {
    fn new() -> Self {
        Self {
            there: watch::Sender::new(Weather::Calm),
            back: watch::Sender::new(Weather::Calm),
            left: [AtomicUsize::new(0), AtomicUsize::new(0)],
            resets: watch::Sender::new(0),
            refuses: AtomicBool::new(false),
            connections: AtomicU64::new(0),
            trap: Mutex::new(None),
            traps: AtomicU64::new(0),
            released: watch::Sender::new(0),
            heard: Mutex::new(Vec::new()),
        }
    }

    fn trap(&self) -> MutexGuard<'_, Option<Set>> {
        self.trap.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn heard(&self) -> MutexGuard<'_, Vec<Statement>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a statement, and whether it is the one that is waited for.
    fn meet(&self, statement: &Statement) -> Option<Caught> {
        let mut heard = self.heard();
        if heard.len() >= MOST_HEARD {
            heard.clear();
        }
        heard.push(statement.clone());
        drop(heard);
        let mut trap = self.trap();
        let set = trap.as_mut().filter(|set| !statement.system && set.sql == statement.sql)?;
        if set.skip > 0 {
            set.skip -= 1;
            return None;
        }
        trap.take().map(|set| Caught { number: set.number, moment: set.moment, sprung: set.sprung })
    }

    fn weather(&self, way: Way) -> &watch::Sender<Weather> {
        match way {
            Way::There => &self.there,
            Way::Back => &self.back,
        }
    }

    fn left(&self, way: Way) -> &AtomicUsize {
        let [there, back] = &self.left;
        match way {
            Way::There => there,
            Way::Back => back,
        }
    }
}

/// A stream that can be torn off without a goodbye.
trait Wire: AsyncRead + AsyncWrite + Unpin + Send + 'static {
    fn tear(&self);
}

impl Wire for TcpStream {
    fn tear(&self) {
        // Closing with zero linger sends RST rather than FIN; if that fails a plain close must do.
        let _ = self.set_zero_linger();
    }
}

impl Wire for UnixStream {
    fn tear(&self) {}
}

/// A listening socket whose connections lead to a server. It stops, and its connections are reset, when it is dropped.
pub struct Proxy {
    road: Arc<Road>,
    port: Option<u16>,
    task: JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.reset();
        self.task.abort();
    }
}

impl Proxy {
    /// A proxy on a free port of 127.0.0.1, before a server that listens on TCP.
    ///
    /// # Errors
    /// When no port can be opened.
    pub async fn before(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let road = Arc::new(Road::new());
        let task = tokio::spawn({
            let road = Arc::clone(&road);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    let road = Arc::clone(&road);
                    tokio::spawn(async move {
                        let _ = client.set_nodelay(true); // Only speed depends on it.
                        match TcpStream::connect(server).await {
                            Ok(server) => {
                                let _ = server.set_nodelay(true);
                                converse(road, client, server, None).await;
                            }
                            Err(_) => client.tear(),
                        }
                    });
                }
            }
        });
        Ok(Self { road, port: Some(port), task })
    }

    /// A proxy before a PostgreSQL server's Unix socket, on a socket of the usual name in `folder`. It understands the
    /// sessions well enough to hold a certain statement.
    ///
    /// # Errors
    /// When the socket cannot be made.
    pub fn before_postgres(server: PathBuf, folder: &Path) -> io::Result<Self> {
        let listener = UnixListener::bind(folder.join(".s.PGSQL.5432"))?;
        let road = Arc::new(Road::new());
        let task = tokio::spawn({
            let road = Arc::clone(&road);
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    let (road, server) = (Arc::clone(&road), server.clone());
                    tokio::spawn(async move {
                        if let Ok(server) = UnixStream::connect(server).await {
                            converse(road, client, server, Some(Splitter::default())).await;
                        }
                    });
                }
            }
        });
        Ok(Self { road, port: None, task })
    }

    /// The port of a TCP proxy.
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// Changes the weather of one way, for open connections and new ones.
    pub fn set(&self, way: Way, weather: Weather) {
        if let Weather::CutAfter(bytes) = weather {
            self.road.left(way).store(bytes, Ordering::SeqCst);
        }
        self.road.weather(way).send_replace(weather);
    }

    /// Changes the weather of both ways.
    pub fn set_both(&self, weather: Weather) {
        self.set(Way::There, weather);
        self.set(Way::Back, weather);
    }

    /// Everything passes again, and new connections are taken.
    pub fn calm(&self) {
        self.refuse(false);
        self.set_both(Weather::Calm);
    }

    /// Resets every open connection.
    pub fn reset(&self) {
        self.road.resets.send_modify(|resets| *resets += 1);
    }

    /// Resets every new connection at once, or no longer.
    pub fn refuse(&self, refuse: bool) {
        self.road.refuses.store(refuse, Ordering::SeqCst);
    }

    /// How many connections there have been.
    pub fn connections(&self) -> u64 {
        self.road.connections.load(Ordering::SeqCst)
    }

    /// Holds the next statement with this text, after `skip` others with the same text.
    pub fn hold(&self, sql: &str, skip: usize, moment: Moment) -> Trap {
        let number = self.road.traps.fetch_add(1, Ordering::SeqCst) + 1;
        let sprung = watch::Sender::new(false);
        let trap = Trap { road: Arc::clone(&self.road), number, sprung: sprung.subscribe() };
        *self.road.trap() = Some(Set { number, sql: sql.to_owned(), skip, moment, sprung });
        trap
    }

    /// Forgets what was heard so far.
    pub fn listen_anew(&self) {
        self.road.heard().clear();
    }

    /// Every statement since [`Proxy::listen_anew`].
    pub fn heard(&self) -> Vec<Statement> {
        self.road.heard().clone()
    }
}

async fn converse<C: Wire, S: Wire>(road: Arc<Road>, mut client: C, mut server: S, splitter: Option<Splitter>) {
    road.connections.fetch_add(1, Ordering::SeqCst);
    if road.refuses.load(Ordering::SeqCst) {
        return client.tear();
    }
    let mut resets = road.resets.subscribe();
    let torn = {
        let (client_read, client_write) = tokio::io::split(&mut client);
        let (server_read, server_write) = tokio::io::split(&mut server);
        let held = watch::Sender::new(None);
        let there = Side::new(&road, Way::There, client_read, server_write);
        let back = Side::new(&road, Way::Back, server_read, client_write);
        tokio::select! {
            ended = async { tokio::try_join!(there.carry(splitter, &held), back.carry_back(held.subscribe())) } => ended.is_err(),
            _ = resets.changed() => true,
        }
    };
    if torn {
        client.tear();
        server.tear();
    }
}

impl From<io::Error> for Torn {
    fn from(_: io::Error) -> Self {
        Self
    }
}
