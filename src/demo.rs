//! `paddock demo`: a private PostgreSQL, a simulated Discord and Alpaca, the real service, and a page to use them on.
//!
//! The service talks to the simulated world over sockets, as it would to the real one; nothing in it knows of the demo.

use crate::boot::Service;
use crate::cli::{DemoArgs, say};
use crate::config::{self, Config, Env, data::Data};
use crate::database::Database;
use crate::serve::Stop;
use crate::{discord, keys};
use anyhow::Context;
use domain::clock::{Clock, SystemClock};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sim::clock::WorldClock;
use sim::page;
use sim::proxy::Proxy;
use sim::world::{Hours, World, WorldSetup};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use store::embedded::Embedded;

/// Runs the demo until SIGTERM or SIGINT.
///
/// # Errors
/// When a part of it cannot be started.
pub async fn run(args: DemoArgs) -> anyhow::Result<()> {
    let clock = SystemClock::start();
    let mut stop = Stop::listen()?;
    let data = folder(&args)?;
    let setup = WorldSetup::seeded(args.seed, WorldClock::running_from(clock.now())).hours(Hours::AlwaysOpen);
    let world = World::start(setup).await.context("the simulated world could not be started")?;
    world.exchange.list_everything();
    let config = configure(&world, &data)?;
    say("Starting the private PostgreSQL and the bot …");
    let mut line = None;
    let database = Database::embedded(&config.data, |server| match line_before(server, &data.folder) {
        Ok((through, proxy)) => {
            line = Some(proxy);
            through
        }
        Err(error) => {
            say(&format!("The page will not be able to pause the database: {error}"));
            server.app_url()
        }
    })
    .await?;
    discord::put_commands(&config.discord).await?;
    let mut service = Service::start(config, &database).await?;
    let page = page::serve(args.port, &world, line)
        .await
        .with_context(|| format!("the page could not be served on port {}; choose another with --port", args.port))?;
    write_private(&data.folder.join("demo.json"), &serde_json::to_string_pretty(&about(&world, &page.url()))?)?;
    announce(&world, &page.url(), &data, &clock);
    let outcome = tokio::select! {
        outcome = service.failed() => outcome,
        () = stop.asked() => Ok(()),
    };
    say("Stopping …");
    service.stop().await;
    database.close().await;
    outcome
}

/// One folder per seed: the exchange's keys follow from it, so another seed's accounts could not be used.
fn folder(args: &DemoArgs) -> anyhow::Result<Data> {
    let folder = match &args.data {
        Some(folder) => folder.clone(),
        None => Data::from_env(&Env::from_pairs([])?).folder.join(format!("demo-{}", args.seed)),
    };
    std::fs::create_dir_all(&folder).with_context(|| format!("the data folder {} cannot be made", folder.display()))?;
    // The database server may run as another user, who must be able to walk through to its own folder.
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o711))?;
    Ok(Data { folder: folder.canonicalize()? })
}

/// A line before the database's socket, so that the page can pause it, and the address that leads through it.
fn line_before(server: &Embedded, folder: &Path) -> std::io::Result<(String, Proxy)> {
    let folder = folder.join("line");
    // Left behind by a demo that was killed.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir(&folder)?;
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700))?;
    let proxy = Proxy::before_postgres(server.socket(), &folder)?;
    Ok((server.app_url_through(&folder), proxy))
}

/// The configuration that an operator would write, with the simulated origins in the place of the real ones.
fn configure(world: &World, data: &Data) -> anyhow::Result<Config> {
    let key = key_file(&data.folder.join("fernet.key"))?;
    let origins = world.exchange.origins();
    let pairs = [
        (config::discord::TOKEN.name, world.discord.token().to_owned()),
        (config::discord::API.name, world.discord.api_base()),
        (config::vault::FERNET_KEYS.name, key.expose_secret().to_owned()),
        (config::data::FOLDER.name, data.folder.display().to_string()),
        (config::alpaca::PAPER.name, origins.paper.clone()),
        (config::alpaca::LIVE.name, origins.live.clone()),
        (config::alpaca::DATA.name, origins.data.clone()),
    ];
    let env = Env::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value)))?;
    Ok(Config::from_env(&env)?)
}

/// The demo's own master key: made once, readable by its owner only.
fn key_file(path: &Path) -> anyhow::Result<SecretString> {
    if !path.exists() {
        write_private(path, &keys::generate())?;
    }
    let text =
        std::fs::read_to_string(path).with_context(|| format!("the key file {} cannot be read", path.display()))?;
    Ok(SecretString::from(text.trim()))
}

fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n").map_err(Into::into)
}

/// What `demo.json` tells other clients: every simulated origin, and the sample keys.
fn about(world: &World, page: &str) -> serde_json::Value {
    let origins = world.exchange.origins();
    json!({
        "page": page,
        "discord": { "api": world.discord.api_base(), "gateway": world.discord.gateway_url(), "token": world.discord.token() },
        "alpaca": { "paper": origins.paper, "live": origins.live, "data": origins.data },
        "friends": world.friends().iter().map(|friend| json!({
            "name": friend.name,
            "paper": { "key_id": friend.paper.key_id, "secret": friend.paper.secret },
            "live": { "key_id": friend.live.key_id, "secret": friend.live.secret },
        })).collect::<Vec<_>>(),
    })
}

fn announce(world: &World, page: &str, data: &Data, clock: &SystemClock) {
    let origins = world.exchange.origins();
    say(&format!("\n  Open {page}   (ready after {:.1} s)\n", clock.elapsed().as_secs_f32()));
    say(
        "Nothing here is real: the Discord, the exchange, the money and the keys are simulated; the bot is the real one.\n",
    );
    for friend in world.friends() {
        say(&format!("  {}  paper  key {}  secret {}", friend.name, friend.paper.key_id, friend.paper.secret));
        say(&format!("  {}  live   key {}  secret {}", friend.name, friend.live.key_id, friend.live.secret));
    }
    say(&format!("\n  Alpaca paper {}   live {}   data {}", origins.paper, origins.live, origins.data));
    say(&format!("  Discord      {}", world.discord.api_base()));
    say(&format!("  All of this is also in {}\n", data.folder.join("demo.json").display()));
    say("Stop with Ctrl-C. Accounts that you link stay in the data folder for the next time.");
}
