//! `paddock bench`: how long a user waits for us, against the least that could be, in one run.
//!
//! The service runs as a process of its own; all moments are stamped by one clock, the simulated world's. The floor is what
//! nobody can leave out of a live confirm: one round trip to Discord (the acknowledgement must be accepted before the order
//! leaves), one durable commit (so must the intent be on disk), and one POST, one after the other on warm connections, through
//! the same clients as the service's own, measured between the rounds. Every round uses another account, because an account's
//! request budget would otherwise be what is measured. Every other round is a limit order: a market order's price is looked
//! at once more after the click, which costs a round trip to Alpaca that the floor does not have.

mod audit;
mod pictures;
mod roads;

use crate::cli::say;
use crate::config::{self, data::Data, discord::Discord};
use crate::{discord, keys};
use ::alpaca::{Alpaca, Limits as AlpacaLimits};
use anyhow::{Context, ensure};
use chrono::TimeDelta;
use domain::account::Environment;
use domain::brokerage::{Access, Answered, Brokerage, Meter};
use domain::clock::{Clock, SystemClock};
use domain::credential::{Fingerprint, KeyPair};
use domain::ids::{ClientOrderId, InteractionId};
use domain::money::Quantity;
use domain::order::{Order, Pricing, Side, Size};
use domain::symbol::Symbol;
use futures::StreamExt;
use roads::Roads;
use secrecy::SecretString;
use sim::clock::WorldClock;
use sim::discord::Place;
use sim::exchange::Endpoint;
use sim::world::{Friend, Hours, World, WorldSetup};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use store::embedded::{Embedded, Mode};
use store::{Limits, Store};

pub use roads::Away;

const PATIENCE: Duration = Duration::from_mins(1);

/// Runs the benchmark and prints its report.
///
/// # Errors
/// When a part cannot be started, or does not answer.
pub async fn run(rounds: usize, accounts: usize, away: Away) -> anyhow::Result<()> {
    ensure!(
        rounds > 0 && rounds <= accounts,
        "--rounds must be at least 1 and at most --accounts: each round uses another account"
    );
    let folder = Data::from_env(&config::Env::from_pairs([])?).folder.join(format!("bench-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let mut setup =
        WorldSetup::seeded(7, WorldClock::running_from(SystemClock::start().now())).hours(Hours::AlwaysOpen);
    setup.friends = (0..accounts).map(|n| format!("friend{n}")).collect();
    let world = World::start(setup).await?;
    let database = Embedded::start(&folder, Mode::Durable).await?;
    let roads = Roads::lay(&world, away).await?;
    let mut bot = Bot::start(&world, &roads, &database)?;
    discord::put_commands(&bot_of(&world, &roads)).await?;
    world.discord.wait_ready(PATIENCE).await?;
    say(&format!("Linking {accounts} live accounts through the bot …"));
    link(&world).await?;
    let idle = bot.resident_kib()?;
    say(&format!("Measuring {rounds} rounds …"));
    let figures = measure(&world, &roads, &database, rounds).await?;
    report(&figures, idle, accounts);
    say(&format!("\n{}\n{}", symbols(), pictures::pictures()));
    say(&audit::report(&database, rounds).await?);
    bot.end()?;
    database.stop().await?;
    std::fs::remove_dir_all(&folder).context("the bench's folder could not be removed")
}

fn bot_of(world: &World, roads: &Roads) -> Discord {
    Discord { token: SecretString::from(world.discord.token()), proxy: Some(roads.discord.clone()) }
}

/// The service, as `paddock serve` in a process of its own.
struct Bot(Child);

impl Bot {
    fn start(world: &World, roads: &Roads, database: &Embedded) -> anyhow::Result<Self> {
        let child = Command::new(std::env::current_exe()?)
            .arg("serve")
            .env_clear()
            .envs([
                (config::discord::TOKEN.name, world.discord.token().to_owned()),
                (config::discord::API.name, roads.discord.clone()),
                (config::vault::FERNET_KEYS.name, keys::generate()),
                (config::database::URL.name, database.app_url()),
                (config::alpaca::PAPER.name, roads.paper.clone()),
                (config::alpaca::LIVE.name, roads.live.clone()),
                (config::alpaca::DATA.name, roads.data.clone()),
                // A measurement is faster than a person.
                (config::doors::USER_COMMANDS.name, "100000".to_owned()),
                (config::doors::SERVER_COMMANDS.name, "100000".to_owned()),
                (config::log::LEVEL.name, "error".to_owned()),
            ])
            .current_dir("/")
            .stdin(Stdio::null())
            .spawn()?;
        Ok(Self(child))
    }

    fn resident_kib(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    fn end(&mut self) -> anyhow::Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.end();
    }
}

async fn link(world: &World) -> anyhow::Result<()> {
    let mut links = futures::stream::iter(world.friends()).map(link_one).buffer_unordered(8);
    while let Some(linked) = links.next().await {
        linked?;
    }
    Ok(())
}

async fn link_one(friend: &Friend) -> anyhow::Result<()> {
    let command = friend.user.run(Place::Server, "account add", &[("environment", "live")]).await?.within(PATIENCE);
    let answers = [("key_id", friend.live.key_id.as_str()), ("secret", friend.live.secret.as_str())];
    let reply = friend.user.submit(&command.modal().await?, &answers).await?.within(PATIENCE).reply().await?;
    ensure!(reply.text().contains("LIVE"), "an account could not be linked: {}", reply.text());
    Ok(())
}

#[derive(Default)]
struct Figures {
    command_to_ack: Vec<TimeDelta>,
    click_to_ack: Vec<TimeDelta>,
    market_to_exchange: Vec<TimeDelta>,
    limit_to_exchange: Vec<TimeDelta>,
    floor: Vec<TimeDelta>,
}

async fn measure(world: &World, roads: &Roads, database: &Embedded, rounds: usize) -> anyhow::Result<Figures> {
    let floor = Floor::new(world, roads, database).await?;
    let mut figures = Figures::default();
    for (round, friend) in world.friends().iter().take(rounds).enumerate() {
        figures.floor.push(floor.round(world, friend, round).await?);
        let is_limit = round % 2 == 1;
        // A limit that the market has passed: one that rested would be looked at again and again, beside the rounds that follow.
        let options = [("symbol", "F"), ("quantity", "1"), ("limit", "100")];
        let options = if is_limit { &options[..] } else { &options[..2] };
        let command = friend.user.run(Place::Server, "buy", options).await?.within(PATIENCE);
        figures.command_to_ack.push(command.ack().await?.latency);
        let card = command.reply().await?;
        let confirm = card.buttons().into_iter().next().with_context(|| format!("no card: {}", card.text()))?;
        let pressed_at = world.clock.now();
        let click = friend.user.press(&card, &confirm).await?.within(PATIENCE);
        figures.click_to_ack.push(click.ack().await?.latency);
        let placed = |text: &str| ["Filled", "Working", "Queued until"].iter().any(|word| text.contains(word));
        click.message_when(|message| placed(&message.text())).await?;
        let took = arrival(world, friend.live.account_id)? - pressed_at;
        if is_limit { figures.limit_to_exchange.push(took) } else { figures.market_to_exchange.push(took) }
    }
    Ok(figures)
}

fn arrival(world: &World, account: uuid::Uuid) -> anyhow::Result<chrono::DateTime<chrono::Utc>> {
    let requests = world.exchange.requests();
    let order = requests.iter().rev().find(|one| one.account == Some(account) && one.endpoint == Endpoint::SubmitOrder);
    Ok(order.context("no order arrived")?.at)
}

/// One round trip to Discord, one durable commit through the service's own store, then one POST through its own client.
struct Floor {
    discord: Arc<serenity::all::Http>,
    store: Store,
    alpaca: Alpaca,
    tenant: domain::tenant::Tenant,
}

impl Floor {
    async fn new(world: &World, roads: &Roads, database: &Embedded) -> anyhow::Result<Self> {
        let store = Store::connect(&database.app_url(), Limits::default()).await?;
        let nobody = Fingerprint::stored("0000000000000000");
        let rows = store.system().await?.credentials_to_reseal(&nobody, 1).await?;
        let (tenant, _) = rows.into_iter().next().context("no account is linked")?;
        let origins = ::alpaca::Origins::parse(&roads.paper, &roads.live, &roads.data)?;
        let alpaca = Alpaca::new(origins, Arc::new(SystemClock::start()), AlpacaLimits::default())?;
        let wire = discord::Wire::connect(&bot_of(world, roads)).await?;
        Ok(Self { discord: wire.interactions, store, alpaca, tenant })
    }

    async fn round(&self, world: &World, friend: &Friend, round: usize) -> anyhow::Result<TimeDelta> {
        let started_at = world.clock.now();
        self.discord.get_gateway().await.map_err(|error| discord::explain(&error))?;
        let mut tx = self.store.tenant(self.tenant).await?;
        tx.interaction_seen(InteractionId(i64::try_from(round)? + 1)).await?;
        tx.commit().await?;
        let keys = KeyPair {
            key_id: SecretString::from(friend.paper.key_id.as_str()),
            secret: SecretString::from(friend.paper.secret.as_str()),
        };
        let access = Access {
            environment: Environment::Paper,
            meter: Meter(format!("floor-{round}")),
            keys,
            answered: Answered::default(),
        };
        let order = Order::plain(Side::Buy, Symbol::parse("F")?, Size::Shares(Quantity::parse("1")?), Pricing::Market);
        self.alpaca.submit(&access, &order, &ClientOrderId::stored(format!("floor-{round}"))).await;
        Ok(arrival(world, friend.paper.account_id)? - started_at)
    }
}

/// Symbols in the autocomplete's directory: about what Alpaca lists.
const SYMBOLS: u32 = 12_000;

/// How long autocomplete thinks, for what a person types on the way to a symbol.
fn symbols() -> String {
    let clock = SystemClock::start();
    let directory = desk::Directory::default();
    directory.fill((0..SYMBOLS).map(asset).collect(), clock.elapsed());
    let mut spans = Vec::new();
    for round in 0..200 {
        for typed in ["A", "AA", "AAB", "bank", "first b", "zzzzzz"] {
            let began = clock.elapsed();
            let choices = std::hint::black_box(directory.choices(std::hint::black_box(typed)));
            let span = clock.elapsed().saturating_sub(began);
            // The first rounds find cold memory.
            if round >= 20 && choices.len() <= 25 {
                spans.push(TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX));
            }
        }
    }
    let (p50, p99) = spread(&spans);
    format!("autocomplete among {SYMBOLS} symbols in memory: p50 {p50:.3} ms, p99 {p99:.3} ms")
}

/// The n-th of many: tickers of one to four letters, names of the words that companies like.
fn asset(n: u32) -> domain::account::Asset {
    let letters: String =
        (0..4).map(|at| char::from(b'A' + u8::try_from(n / 26_u32.pow(at) % 26).unwrap_or(0))).collect();
    let words = ["First", "Bank", "Energy", "Holdings", "Global", "Systems", "Capital", "Therapeutics"];
    let word = |at: u32| words[(n / 7_u32.pow(at)) as usize % words.len()];
    domain::account::Asset {
        symbol: Symbol::from_broker(letters.trim_end_matches('A')),
        name: format!("{} {} {} {letters}", word(0), word(1), word(2)),
        active: true,
        tradable: true,
        fractionable: true,
        shortable: true,
        easy_to_borrow: true,
        attributes: Vec::new(),
        steps: domain::account::Steps::default(),
        exchange: "NYSE".into(),
        terms: None,
    }
}

fn report(figures: &Figures, idle_kib: u64, accounts: usize) {
    let floor = spread(&figures.floor);
    say("\nfrom … to                            p50 ms    p99 ms   p50/floor   p99/floor");
    say(&line("floor: ack, durable commit, POST", floor, floor));
    say(&line("command sent → acknowledged", spread(&figures.command_to_ack), floor));
    say(&line("click sent → acknowledged", spread(&figures.click_to_ack), floor));
    say(&line("click → limit order at exchange", spread(&figures.limit_to_exchange), floor));
    say(&line("click → market order at exchange", spread(&figures.market_to_exchange), floor));
    say(&format!("\nidle memory with {accounts} linked accounts: {:.1} MiB resident", kib_to_mib(idle_kib)));
    say("Read ratios, not digits: the machine's load moves both sides alike.");
}

fn line(what: &str, (p50, p99): (f64, f64), floor: (f64, f64)) -> String {
    format!("{what:<34} {p50:>8.3}  {p99:>8.3}   {:>8.2}    {:>8.2}", p50 / floor.0, p99 / floor.1)
}

/// Median and 99th percentile, in milliseconds.
fn spread(spans: &[TimeDelta]) -> (f64, f64) {
    let mut micros: Vec<i64> = spans.iter().map(|span| span.num_microseconds().unwrap_or(i64::MAX)).collect();
    micros.sort_unstable();
    let at = |percent: usize| {
        micros.get((micros.len() * percent / 100).min(micros.len().saturating_sub(1))).copied().unwrap_or_default()
    };
    (micros_to_millis(at(50)), micros_to_millis(at(99)))
}

#[expect(clippy::cast_precision_loss, reason = "a latency for people to read")]
fn micros_to_millis(micros: i64) -> f64 {
    micros as f64 / 1000.0
}

#[expect(clippy::cast_precision_loss, reason = "a size for people to read")]
fn kib_to_mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
