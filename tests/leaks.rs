//! P7: no secret leaves the process but to Alpaca. Canaries go through everything that succeeds, fails, breaks or is misconfigured;
//! afterwards every byte that anybody could read is searched for them, in every form.

mod needles;

use self::needles::{FORMS, Needles};
use crate::harness::{Friend, Town, paddock_in};
use paddock::config::log::{Format, Log};
use serde_json::json;
use sim::discord::Place;
use sim::exchange::{Endpoint, Environment, Fault, FaultRule};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tracing_subscriber::filter::LevelFilter;

/// Named heaps of bytes.
type Heaps = Vec<(String, Vec<u8>)>;

/// Every column of every row, in PostgreSQL's own words.
const DUMP: &str = "select query_to_xml(format('select * from %I.%I', n.nspname, c.relname), true, false, '')::text
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'app' and c.relkind in ('r', 'p')";

async fn what_succeeds(town: &Town, ham: &Friend) {
    ham.links(Environment::Paper).await;
    ham.links(Environment::Live).await;
    ham.says("account list", &[]).await;
    ham.says("balance", &[]).await;
    let order = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "1")]).await;
    order.message_when(|message| message.text().contains("Filled")).await.unwrap();
    let card = ham.says("buy", &[("symbol", "AAPL"), ("quantity", "2"), ("account", "live")]).await;
    let confirm = card.buttons().remove(0);
    ham.presses(&card, &confirm).await.ack().await.unwrap();
    ham.says("orders", &[("show", "all")]).await;
    ham.says("account status", &[]).await;
    ham.says("mydata what", &[]).await;
    let form = ham.runs(Place::Server, "account rotate", &[("account", "paper")]).await.modal().await.unwrap();
    ham.submits(&form, &ham.paper.key_id, &ham.paper.secret).await;
    for words in [&["keys", "status"][..], &["keys", "rotate"], &["check"], &["keys", "revoke", "0123456789abcdef"]] {
        town.paddock(words);
    }
}

async fn what_fails(town: &Town, ham: &Friend) {
    ham.links_with(Environment::Live, &ham.paper.key_id, &ham.paper.secret, &[("name", "wrong")]).await;
    ham.links_with(Environment::Paper, &ham.live.secret, &ham.live.key_id, &[("name", "swapped")]).await;
    ham.links_with(Environment::Paper, &format!("\"{}\"", ham.live.key_id), &ham.live.secret, &[("name", "quoted")])
        .await;
    ham.links_with(Environment::Paper, &ham.paper.key_id, &format!(" {}", ham.paper.secret), &[("name", "spaced")])
        .await;
    for (command, options) in [
        ("buy", vec![("symbol", ham.live.secret.as_str()), ("quantity", "1")]),
        ("buy", vec![("symbol", "AAPL"), ("quantity", ham.live.secret.as_str())]),
        ("balance", vec![("account", ham.live.secret.as_str())]),
        ("account rename", vec![("account", "paper"), ("name", ham.live.key_id.as_str())]),
        ("account rotate", vec![("account", ham.live.secret.as_str())]),
        ("cancel", vec![("order", ham.paper.secret.as_str())]),
    ] {
        ham.says(command, &options).await;
    }
    for fault in [Fault::ServerErrorPage, Fault::Unavailable, Fault::TruncatedJson, Fault::CutBody, Fault::ResetAfter] {
        town.exchange.push_fault(FaultRule { on: Some(Endpoint::SubmitOrder), account: None, fault, times: 1 });
        let order = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "1")]).await;
        order.ack().await.unwrap();
    }
    town.db.pause();
    ham.says("balance", &[]).await;
    town.db.resume();
}

/// Frames that serenity cannot read: it prints them as a whole when it may.
fn what_is_malformed(town: &Town, ham: &Friend, token: &str) {
    let (id, secret) = (&ham.paper.key_id, &ham.paper.secret);
    let label = |name: &str, value: &str| json!({"type": 18, "label": name, "component": {"type": 4, "custom_id": name, "value": value}});
    let components = json!([label("key_id", id), label("secret", secret)]);
    for data in [
        json!({"type": 5, "token": token, "data": {"custom_id": "v1:form:x", "components": components}}),
        json!({"type": 2, "token": token, "data": {"name": secret, "options": [{"name": id, "value": [secret]}]}}),
        json!([secret, id, token]),
        json!(secret),
    ] {
        town.discord.inject_raw(json!({"t": "INTERACTION_CREATE", "d": data}));
    }
    for frame in [format!("{{\"op\":0,\"t\":\"INTERACTION_CREATE\",\"d\":\"{secret}"), format!("{secret} {token}")] {
        town.discord.send_text(&frame);
    }
}

/// Each configuration that does not work, with a canary where the mistake is.
fn what_is_misconfigured(town: &Town, canary: &str) -> Heaps {
    let folder = tempfile::tempdir().unwrap();
    let sound = town.environment();
    let with = |name: &str, value: &str| {
        let mut variables = sound.clone();
        variables.retain(|(known, _)| known != name);
        variables.push((name.to_owned(), value.to_owned()));
        variables
    };
    let broken = [
        with("PADDOCK_FERNET_KEYS", canary),
        with("PADDOCK_FERNET_KEYS", &format!("{},{canary}", town.ring)),
        with("PADDOCK_DISCORD_TOKEN", canary),
        with("PADDOCK_DISCORD_API", &format!("ftp://{canary}")),
        with("PADDOCK_LOG", canary),
        with("PADDOCK_MAX_ACCOUNTS", canary),
        with("PADDOCK_SERVERS", canary),
        with("DATABASE_URL", canary),
        with("DATABASE_URL", &format!("postgres://paddock_app:{canary}@127.0.0.1:1/none")),
        with("PADDOCK_ALPACA_PAPER_URL", canary),
    ];
    let mut heaps = Heaps::new();
    let mut keep = |what: String, output: Output| {
        heaps.push((format!("stdout of {what}"), output.stdout));
        heaps.push((format!("stderr of {what}"), output.stderr));
    };
    for (number, variables) in broken.iter().enumerate() {
        for words in [&["serve"][..], &["check"], &["keys", "status"]] {
            // `serve` with a variable that it does not look at would serve.
            let output = paddock_in(folder.path(), words, variables);
            keep(format!("{words:?} {number}"), output);
        }
    }
    std::fs::write(folder.path().join(".env"), format!("PADDOCK_LOG=info\n{canary} {canary}\n")).unwrap();
    keep("a broken .env".to_owned(), paddock_in(folder.path(), &["check"], &sound));
    heaps
}

/// This very test program as a process that breaks with a secret in hand.
fn what_breaks(canary: &str, how: &str) -> Heaps {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "leaks::a_process_that_breaks_with_a_secret_in_hand", "--nocapture"])
        .current_dir(folder.path())
        .envs([("PADDOCK_TEST_CANARY", canary), ("PADDOCK_TEST_END", how)])
        .output()
        .unwrap();
    assert_eq!(output.status.success(), how == "panic", "{how}: {output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("\"message\":\"panic\""), "{output:?}");
    let mut heaps = vec![(format!("stdout of {how}"), output.stdout), (format!("stderr of {how}"), output.stderr)];
    heaps.extend(files(folder.path()));
    heaps
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the canary test, as a process of its own"]
async fn a_process_that_breaks_with_a_secret_in_hand() {
    let canary = std::env::var("PADDOCK_TEST_CANARY").unwrap();
    paddock::cores::off().unwrap();
    paddock::telemetry::start(Log { level: LevelFilter::TRACE, format: Format::Json });
    let keys = domain::credential::KeyPair { key_id: canary.as_str().into(), secret: canary.as_str().into() };
    let text = canary.clone();
    assert!(tokio::spawn(async move { panic!("cannot work with {text}") }).await.is_err());
    assert!(std::panic::catch_unwind(|| std::panic::panic_any(canary)).is_err());
    if std::env::var("PADDOCK_TEST_END").unwrap() == "abort" {
        std::process::abort();
    }
    drop(keys);
}

/// Every file below a folder.
fn files(folder: &Path) -> Heaps {
    let mut heaps = Heaps::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => {
                    let bytes = std::fs::read(entry.path()).unwrap_or_default();
                    heaps.push((entry.path().display().to_string(), bytes));
                }
                _ => {}
            }
        }
    }
    heaps
}

/// The tokens of all interactions: they stand in the addresses that are asked, and nowhere else.
fn interaction_tokens(town: &Town) -> Vec<String> {
    let received = town.discord.received();
    // …/interactions/{id}/{token}/callback and …/webhooks/{application}/{token}…
    let token = |path: &str| {
        let parts: Vec<&str> = path.split(['/', '?']).collect();
        let at = parts.iter().position(|part| matches!(*part, "interactions" | "webhooks"))?;
        parts.get(at + 2).map(|token| (*token).to_owned())
    };
    let mut tokens: Vec<String> = received.iter().filter_map(|sent| token(&sent.path)).collect();
    tokens.sort();
    tokens.dedup();
    tokens
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_anywhere_but_at_alpaca() {
    let mut town = Town::open_alone().await;
    town.exchange.set_quote("AAPL", rust_decimal::Decimal::new(100, 2), rust_decimal::Decimal::new(101, 2));
    let ham = town.friend("ham");
    let canary = "canary-9f3Kx7-not-a-secret-Qw4Zt8Lm2Vb6"; // not-a-secret
    what_succeeds(&town, &ham).await;
    what_fails(&town, &ham).await;
    what_is_malformed(&town, &ham, canary);
    ham.asks("status", &[]).await;
    let core = format!("/proc/{}/limits", town.pid().unwrap());
    let limits = std::fs::read_to_string(core).unwrap();
    let cores = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(cores.split_whitespace().filter(|word| *word == "0").count(), 2, "{cores}");
    town.abort().await;

    town.db.as_superuser("CHECKPOINT").await;
    let data = town.db.as_superuser("SHOW data_directory").await[0][0].clone().unwrap();
    let dump = town.db.as_superuser(DUMP).await;
    let mut heaps: Heaps = vec![("log".to_owned(), town.log().into_bytes())];
    heaps.extend(dump.into_iter().flatten().flatten().map(|text| ("database".to_owned(), text.into_bytes())));
    heaps.extend(files(Path::new(&data)));
    heaps.extend(files(town.folder()));
    heaps.extend(what_is_misconfigured(&town, canary));
    heaps.extend(what_breaks(canary, "panic"));
    heaps.extend(what_breaks(canary, "abort"));
    for sent in town.discord.received() {
        heaps.push((format!("{} {}", sent.method, sent.path.len()), sent.body.to_vec()));
    }

    let tokens = interaction_tokens(&town);
    assert!(tokens.len() > 20, "tokens of interactions: {}", tokens.len());
    let mut secrets = vec![
        ("paper key", ham.paper.key_id.as_str()),
        ("paper secret", &ham.paper.secret),
        ("live key", &ham.live.key_id),
        ("live secret", &ham.live.secret),
        ("master key", &town.ring),
        ("bot token", town.discord.token()),
        ("canary", canary),
    ];
    secrets.extend(tokens.iter().map(|token| ("interaction token", token.as_str())));
    let needles = Needles::of(&secrets);
    let bytes: usize = heaps.iter().map(|(_, hay)| hay.len()).sum();
    let mut hits = Vec::new();
    for (place, hay) in &heaps {
        // The bot says who it is at the gateway with its token, as Discord wants it.
        let identify = place.starts_with("GATEWAY");
        let found = needles.found_in(hay).into_iter().filter(|name| !(identify && *name == "bot token, plain"));
        hits.extend(found.map(|name| format!("{name} in {place}")));
    }
    println!(
        "PROMISE P7 cases={} violations={} bytes_scanned={bytes} places={} secrets={} forms={} ({})",
        needles.count,
        hits.len(),
        heaps.len(),
        secrets.len(),
        FORMS.len(),
        FORMS.join(", ")
    );
    assert!(hits.is_empty(), "{hits:#?}");
    assert!(bytes > 10_000_000, "the database's own files were searched: {bytes}");
    let keys_are_where_they_belong = town.exchange.requests().len();
    assert!(keys_are_where_they_belong > 20, "Alpaca was asked with them: {keys_are_where_they_belong}");
}
