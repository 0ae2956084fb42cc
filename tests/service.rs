//! The binary as an operator meets it: plain sentences, exit codes, an orderly stop.

use crate::harness::{Town, paddock_in};
use sim::exchange::Environment;
use std::path::Path;

fn said(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_wrong_environment_stops_the_service_with_a_sentence_that_names_the_variable() {
    let token = ("PADDOCK_DISCORD_TOKEN", "a.b.c");
    for (environment, sentence) in [
        (vec![], "PADDOCK_DISCORD_TOKEN is not set"),
        (vec![token], "Make one with `paddock keys generate`"),
        (vec![token, ("PADDOCK_FERNET_KEYS", "short")], "PADDOCK_FERNET_KEYS is not usable"),
        (vec![token, ("PADDOCK_TOKEN", "x")], "PADDOCK_TOKEN is set, but Paddock has no such variable"),
        (vec![token, ("PADDOCK_LOG", "")], "PADDOCK_LOG is set, but empty"),
    ] {
        let output = paddock_in(Path::new("/"), &["serve"], &pairs(&environment));
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(sentence), "{}", said(&output));
    }
}

#[test]
fn every_command_has_help_and_each_generated_key_is_new() {
    for command in ["serve", "demo", "register", "migrate", "keys", "check", "bench"] {
        let output = paddock_in(Path::new("/"), &[command, "--help"], &[]);
        assert!(output.status.success() && output.stdout.len() > 80, "{command}: {}", said(&output));
    }
    let key = || paddock_in(Path::new("/"), &["keys", "generate"], &[]).stdout;
    let (one, other) = (key(), key());
    assert_ne!(one, other);
    assert_eq!(one.trim_ascii().len(), 44);
}

#[test]
fn the_commands_are_printed_without_a_token() {
    let output = paddock_in(Path::new("/"), &["register", "--dry-run"], &[]);
    let commands: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let names: Vec<_> = commands.as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    for name in ["account", "balance", "positions", "orders", "buy", "sell", "cancel", "status", "help"] {
        assert!(names.contains(&name), "{names:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_the_service_in_order_with_exit_code_zero() {
    let mut town = Town::open().await;
    assert_eq!(town.stop().await, Some(0), "{}", town.log());
    assert!(town.log().contains("stopped"), "{}", town.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_superuser_an_owner_and_an_empty_database_are_refused_at_boot() {
    for (role, sentence) in [("superuser", "superuser"), ("owner", "owns tables")] {
        let mut town = Town::without_bot().await;
        let url = if role == "superuser" { town.db.superuser_url() } else { town.db.owner_url() };
        let mut environment = town.environment();
        environment.retain(|(name, _)| name != "DATABASE_URL");
        environment.push(("DATABASE_URL".to_owned(), url));
        let output = paddock_in(Path::new("/"), &["serve"], &environment);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(sentence), "{}", said(&output));
        town.kill();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn check_names_each_thing_that_is_wrong_and_passes_when_nothing_is() {
    let town = Town::open().await;
    let sound = town.paddock(&["check"]);
    assert!(sound.status.success(), "{}", said(&sound));
    town.exchange.set_down(sim::exchange::Origin::Trading(Environment::Live), true);
    let unsound = town.paddock(&["check"]);
    assert_eq!(unsound.status.code(), Some(1));
    assert!(said(&unsound).contains("WRONG alpaca (live)"), "{}", said(&unsound));
    assert!(said(&unsound).contains("ok    alpaca (paper)"), "{}", said(&unsound));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_whose_ring_lacks_a_needed_key_does_not_start() {
    let mut town = Town::open().await;
    town.friend("ham").links(Environment::Paper).await;
    town.stop().await;
    let other = paddock_in(Path::new("/"), &["keys", "generate"], &[]);
    town.ring = String::from_utf8(other.stdout).unwrap().trim().to_owned();
    let output = town.paddock(&["serve"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("lacks a key that stored credentials still need"), "{}", said(&output));
}
