//! The command line: one binary for every role.

use crate::audit::{self, AuditCommand};
use crate::config::log::{Format, Log};
use crate::config::{Env, log};
use crate::{bench, check, database, demo, discord, keys, serve, telemetry};
use anyhow::Context;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tracing_subscriber::filter::LevelFilter;

/// Trade your own Alpaca account from Discord.
#[derive(Parser)]
#[command(name = "paddock", version, about, long_about = None, arg_required_else_help = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the bot. Configuration comes from the environment and from .env; see .env.example.
    Serve,
    /// Try everything without an account anywhere: a simulated Discord and Alpaca, the real bot, and a page to use them on.
    Demo(DemoArgs),
    /// Tell Discord which commands there are. Once after installing, and after an update that changes them.
    Register {
        /// Print what would be sent, and send nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Bring the database's schema up to date, as the owning role.
    Migrate {
        /// Print the SQL that makes the roles, for an administrator to run once, and do nothing else.
        #[arg(long)]
        print_bootstrap: bool,
    },
    /// Master keys: make one, re-seal everything under the newest, see what is sealed under which.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// The audit books: check them, copy them out, hold them against the broker, let go of what is older than seven years.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Check configuration, database role, migrations, keys and reachability. Fails with a sentence for each that is wrong.
    Check,
    /// Measure acknowledgement and order latency against their floor, in the simulated world.
    Bench {
        /// Orders and interactions to measure.
        #[arg(long, default_value_t = 300)]
        rounds: usize,
        /// Linked accounts for the idle memory figure.
        #[arg(long, default_value_t = 1000)]
        accounts: usize,
        /// How long a question to Discord and its answer are on their way, in milliseconds.
        #[arg(long, default_value_t = 0)]
        discord_ms: u64,
        /// The same to Alpaca.
        #[arg(long, default_value_t = 0)]
        alpaca_ms: u64,
    },
}

/// What `demo` can be told.
#[derive(clap::Args, Clone, Debug)]
pub struct DemoArgs {
    /// The page's port on this machine.
    #[arg(long, default_value_t = 4100)]
    pub port: u16,
    /// Where the demo keeps its data between runs. By default a folder `demo` in the data folder.
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// The seed of the simulated market, its keys and its fills.
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Print a new master key.
    Generate,
    /// Re-seal every stored credential under the newest key. May run while the service runs, and may be stopped at any moment.
    Rotate,
    /// Show how many credentials are sealed under which key, and how old they are.
    Status,
    /// A key may be known: what was ever sealed under it orders nothing until its owner brings new keys. See docs/runbooks/keys.md.
    Revoke {
        /// The key's name, as `keys status` shows it.
        fingerprint: String,
    },
}

/// Runs the command and turns its error into one plain sentence.
pub fn run(cli: Cli) -> ExitCode {
    if crate::cores::off().is_err() {
        return fail(&anyhow::anyhow!("core dumps, which would hold keys in clear, could not be switched off"));
    }
    if domain_tls().is_err() {
        return fail(&anyhow::anyhow!("the TLS library could not be set up"));
    }
    let runtime = match tokio::runtime::Runtime::new().context("the async runtime could not be started") {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(dispatch(cli.command)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

/// One TLS provider for the whole process, chosen before anything connects.
fn domain_tls() -> Result<(), ()> {
    rustls::crypto::ring::default_provider().install_default().map_err(|_| ())
}

async fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(args) => {
            telemetry::start(Log { level: LevelFilter::WARN, format: Format::Text });
            demo::run(args).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Bench { rounds, accounts, discord_ms, alpaca_ms } => {
            telemetry::start(Log { level: LevelFilter::ERROR, format: Format::Text });
            let away =
                bench::Away { discord: Duration::from_millis(discord_ms), alpaca: Duration::from_millis(alpaca_ms) };
            bench::run(rounds, accounts, away).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Keys(KeysCommand::Generate) => {
            say(&keys::generate());
            Ok(ExitCode::SUCCESS)
        }
        Command::Migrate { print_bootstrap: true } => {
            say(store::BOOTSTRAP);
            Ok(ExitCode::SUCCESS)
        }
        Command::Register { dry_run: true } => discord::print_commands().map(|()| ExitCode::SUCCESS),
        other => {
            let env = Env::read()?;
            telemetry::start(log::Log::from_env(&env)?);
            with_env(other, &env).await
        }
    }
}

async fn with_env(command: Command, env: &Env) -> anyhow::Result<ExitCode> {
    match command {
        Command::Serve => serve::run(env).await?,
        Command::Register { .. } => discord::register(env).await?,
        Command::Migrate { .. } => database::migrate(env).await?,
        Command::Keys(KeysCommand::Rotate) => keys::rotate(env).await?,
        Command::Keys(KeysCommand::Status) => keys::status(env).await?,
        Command::Audit(command) => return audit::run(command, env).await,
        Command::Keys(KeysCommand::Revoke { fingerprint }) => keys::revoke::run(env, &fingerprint).await?,
        Command::Check => return check::run(env).await,
        Command::Demo(_) | Command::Bench { .. } | Command::Keys(KeysCommand::Generate) => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a line to standard output: the CLI's own answer, not a log line.
#[expect(clippy::print_stdout, reason = "the command line's answers go to standard output")]
pub fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "the command line's errors go to standard error")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("paddock: {error:#}");
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
