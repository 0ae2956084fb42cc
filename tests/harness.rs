//! A whole town: a simulated Discord and Alpaca, a real database, and the real service as a process of its own.

use domain::clock::{Clock, SystemClock};
use rust_decimal::Decimal;
use sim::clock::WorldClock;
use sim::discord::{Act, Discord, DiscordSetup, MessageView, Place, User};
use sim::exchange::{AccountHandle, Environment, ExchangeServer};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use store::testing::TestDb;
use tempfile::TempDir;

/// How long anything may take before a test gives up. Generous: the machine may be busy.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The longest that an account's request budget keeps anything waiting.
const QUEUE: Duration = Duration::from_mins(1);

/// What the bot logs when it takes orders.
pub const READY: &str = "what was open at start has been looked at";

/// One friend: a Discord user with a paper and a live account at the exchange.
#[derive(Clone)]
pub struct Friend {
    pub user: User,
    pub paper: AccountHandle,
    pub live: AccountHandle,
}

impl Friend {
    /// Runs a command in the server and returns its final answer.
    pub async fn says(&self, command: &str, options: &[(&str, &str)]) -> MessageView {
        self.says_in(Place::Server, command, options).await
    }

    /// Runs a command as a person does who tries again when Discord says that the application did not respond.
    pub async fn asks(&self, command: &str, options: &[(&str, &str)]) -> Option<String> {
        for _ in 0..4 {
            if let Ok(reply) = self.runs(Place::Server, command, options).await.reply().await {
                return Some(reply.text());
            }
        }
        None
    }

    pub async fn says_in(&self, place: Place, command: &str, options: &[(&str, &str)]) -> MessageView {
        // A reply that has to wait for the account's request budget says so first, and is edited then: a minute later at most.
        let act = self.runs(place, command, options).await.within(QUEUE + PATIENCE);
        let waits = |message: &MessageView| message.loading || message.text().contains("Queued, about");
        act.message_when(|message| !waits(message)).await.unwrap()
    }

    pub async fn runs(&self, place: Place, command: &str, options: &[(&str, &str)]) -> Act {
        self.user.run(place, command, options).await.unwrap().within(PATIENCE)
    }

    pub async fn presses(&self, message: &MessageView, button: &str) -> Act {
        self.user.press(message, button).await.unwrap_or_else(|e| panic!("{e}: {}", message.text())).within(PATIENCE)
    }

    /// Links an account as a person does: command, form, answer.
    pub async fn links(&self, environment: Environment) -> MessageView {
        let keys = match environment {
            Environment::Paper => &self.paper,
            Environment::Live => &self.live,
        };
        let linked = self.links_with(environment, &keys.key_id, &keys.secret, &[]).await;
        assert!(linked.text().contains(&environment.name().to_uppercase()), "linked: {}", linked.text());
        linked
    }

    pub async fn links_with(
        &self,
        environment: Environment,
        key_id: &str,
        secret: &str,
        more: &[(&str, &str)],
    ) -> MessageView {
        let mut options = vec![("environment", environment.name())];
        options.extend(more);
        let form = self.runs(Place::Server, "account add", &options).await.modal().await.unwrap();
        self.submits(&form, key_id, secret).await
    }

    pub async fn submits(&self, form: &sim::discord::ModalShown, key_id: &str, secret: &str) -> MessageView {
        let answers = [("key_id", key_id), ("secret", secret)];
        self.user.submit(form, &answers).await.unwrap().within(PATIENCE).reply().await.unwrap()
    }
}

/// Everything one test needs; nothing is shared with another test but the database server.
pub struct Town {
    pub discord: Discord,
    pub exchange: ExchangeServer,
    pub db: TestDb,
    pub ring: String,
    /// Replaces variables of the bot's environment, or adds to it.
    pub overrides: Vec<(String, String)>,
    folder: TempDir,
    bot: Option<Child>,
}

impl Town {
    /// A town with the market open and the bot running.
    pub async fn open() -> Self {
        Self::without_bot().await.populated().await
    }

    /// The same, with a database server of its own that may be paused and restarted.
    pub async fn open_alone() -> Self {
        Self::on(TestDb::alone().await).await.populated().await
    }

    /// A town whose bot has not been started yet.
    pub async fn without_bot() -> Self {
        Self::on(TestDb::new().await).await
    }

    pub async fn populated(mut self) -> Self {
        let registered = self.paddock(&["register"]);
        assert!(registered.status.success(), "{}", String::from_utf8_lossy(&registered.stderr));
        self.start().await;
        self
    }

    /// A town on this database, whose bot has not been started yet.
    pub async fn on(db: TestDb) -> Self {
        let clock = WorldClock::running_from(SystemClock::start().now());
        let discord = Discord::start(DiscordSetup::new(clock.clone(), 7)).await.unwrap();
        let exchange = ExchangeServer::open(clock, 7).await.unwrap();
        exchange.set_market_open(Some(true));
        let ring = paddock_in(Path::new("/"), &["keys", "generate"], &[]);
        let ring = String::from_utf8(ring.stdout).unwrap().trim().to_owned();
        Self { discord, exchange, db, ring, overrides: Vec::new(), folder: tempfile::tempdir().unwrap(), bot: None }
    }

    pub fn friend(&self, name: &str) -> Friend {
        let account = |environment| {
            self.exchange.seed_account(
                &format!("{name}'s {}", Environment::name(environment)),
                environment,
                Decimal::from(100_000),
            )
        };
        Friend { user: self.discord.user(name), paper: account(Environment::Paper), live: account(Environment::Live) }
    }

    /// The bot's environment.
    pub fn environment(&self) -> Vec<(String, String)> {
        let origins = self.exchange.origins();
        let mut variables = vec![
            ("PADDOCK_DISCORD_TOKEN".to_owned(), self.discord.token().to_owned()),
            ("PADDOCK_DISCORD_API".to_owned(), self.discord.api_base()),
            ("PADDOCK_FERNET_KEYS".to_owned(), self.ring.clone()),
            ("PADDOCK_ALPACA_PAPER_URL".to_owned(), origins.paper.clone()),
            ("PADDOCK_ALPACA_LIVE_URL".to_owned(), origins.live.clone()),
            ("PADDOCK_ALPACA_DATA_URL".to_owned(), origins.data.clone()),
            ("DATABASE_URL".to_owned(), self.db.app_url()),
            ("PADDOCK_LOG".to_owned(), "debug".to_owned()),
            // A test is faster than a person.
            ("PADDOCK_USER_COMMANDS_PER_MINUTE".to_owned(), "100000".to_owned()),
            ("PADDOCK_SERVER_COMMANDS_PER_MINUTE".to_owned(), "100000".to_owned()),
        ];
        variables.retain(|(name, _)| !self.overrides.iter().any(|(other, _)| other == name));
        variables.extend(self.overrides.iter().cloned());
        variables
    }

    /// Starts the bot and waits until it answers commands.
    pub async fn start(&mut self) {
        let ready = self.times_logged(READY);
        self.launch();
        let clock = SystemClock::start();
        while self.times_logged(READY) <= ready {
            assert!(self.is_running() && clock.elapsed() < PATIENCE, "the bot gets ready: {}", self.log());
            clock.sleep(Duration::from_millis(15)).await;
        }
        self.discord.wait_ready(PATIENCE).await.unwrap();
    }

    /// Starts the bot and waits for nothing.
    pub fn launch(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log_file()).unwrap();
        let mut command = bare(self.folder.path(), &["serve"]);
        let bot = command.envs(self.environment()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        self.bot = Some(bot);
    }

    /// Whether the bot's process is there.
    pub fn is_running(&mut self) -> bool {
        self.bot.as_mut().is_some_and(|bot| bot.try_wait().unwrap().is_none())
    }

    /// The bot's process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.bot.as_ref().map(Child::id)
    }

    /// Ends the bot as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut bot) = self.bot.take() {
            bot.kill().unwrap();
            bot.wait().unwrap();
        }
    }

    /// Asks the bot to stop, and returns its exit code.
    pub async fn stop(&mut self) -> Option<i32> {
        self.ask_to_stop();
        self.ended().await
    }

    /// SIGTERM, and no wait.
    pub fn ask_to_stop(&self) {
        let bot = self.bot.as_ref().expect("a running bot");
        let pid = nix::unistd::Pid::from_raw(i32::try_from(bot.id()).unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    }

    /// The exit code of a bot that was asked to stop.
    pub async fn ended(&mut self) -> Option<i32> {
        let mut bot = self.bot.take().expect("a running bot");
        let deadline = SystemClock::start();
        loop {
            if let Some(status) = bot.try_wait().unwrap() {
                return status.code();
            }
            assert!(deadline.elapsed() < PATIENCE, "the bot stops: {}", self.log());
            deadline.sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn restart(&mut self) {
        self.kill();
        self.start().await;
    }

    /// Everything that the bot has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    pub fn times_logged(&self, text: &str) -> usize {
        self.log().matches(text).count()
    }

    /// How long each start so far took, by the bot's own account.
    pub fn ready_ms(&self) -> Vec<u64> {
        let log = self.log();
        let after = log.split("\"ready_ms\":").skip(1);
        after.filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()).collect()
    }

    /// Where the bot runs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Ends the bot as a defect in its libraries would: SIGABRT.
    pub async fn abort(&mut self) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.pid().expect("a running bot")).unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGABRT).unwrap();
        self.ended().await;
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("bot.log")
    }

    /// Runs another command of the binary in the bot's environment.
    pub fn paddock(&self, arguments: &[&str]) -> std::process::Output {
        paddock_in(self.folder.path(), arguments, &self.environment())
    }

    /// Waits until the database (seen by its administrator) shows what it should.
    pub async fn until_sql(&self, sql: &str, shows: &str) {
        let clock = SystemClock::start();
        loop {
            let rows = self.db.as_superuser(sql).await;
            let cell = rows.first().and_then(|row| row.first()).cloned().flatten().unwrap_or_default();
            if cell == shows {
                return;
            }
            assert!(clock.elapsed() < PATIENCE, "waited in vain: {sql} shows {cell:?}, not {shows:?}\n{}", self.log());
            clock.sleep(Duration::from_millis(25)).await;
        }
    }

    /// Waits until something holds.
    pub async fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let clock = SystemClock::start();
        while !holds() {
            assert!(clock.elapsed() < PATIENCE, "waited in vain until {what}\n{}", self.log());
            clock.sleep(Duration::from_millis(15)).await;
        }
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- the bot's log ---\n{}", self.log());
        }
    }
}

/// The binary with nothing of this process's environment but a home.
pub fn bare(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_paddock"));
    command.args(arguments).current_dir(folder).env_clear().env("HOME", folder).stdin(Stdio::null());
    if let Some(binaries) = std::env::var_os("PG_BINDIR") {
        command.env("PG_BINDIR", binaries);
    }
    command
}

/// Runs a command of the binary to its end, which must come within a minute.
pub fn paddock_in(folder: &Path, arguments: &[&str], environment: &[(String, String)]) -> std::process::Output {
    let mut command = bare(folder, arguments);
    let child =
        command.envs(environment.iter().cloned()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    let (ended, end) = std::sync::mpsc::channel::<()>();
    let alarm = std::thread::spawn(move || {
        if end.recv_timeout(Duration::from_mins(1)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            // It may have ended in this very moment.
            let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL);
        }
    });
    let output = child.wait_with_output().unwrap();
    drop(ended);
    alarm.join().unwrap();
    output
}
