#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;

fn env(pairs: &[(&str, &str)]) -> Result<Env, ConfigRefusal> {
    Env::from_pairs(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
}

#[test]
fn the_example_file_lists_exactly_the_variables_that_are_read() {
    let example = include_str!("../../.env.example");
    let listed: Vec<&str> = example
        .lines()
        .filter_map(|line| line.trim_start_matches(['#', ' ']).split_once('=').map(|(name, _)| name))
        .filter(|name| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') && !name.is_empty())
        .collect();
    let read: Vec<&str> = VARIABLES.iter().map(|v| v.name).collect();
    assert_eq!(listed, read);
}

#[test]
fn a_misspelt_variable_is_an_error_that_names_the_right_one() {
    let refusal = env(&[("PADDOCK_FERNET_KEY", "x")]).err().unwrap();
    assert_eq!(
        refusal.to_string(),
        "PADDOCK_FERNET_KEY is set, but Paddock has no such variable. Did you mean PADDOCK_FERNET_KEYS?"
    );
}

#[test]
fn an_empty_variable_is_an_error() {
    assert_eq!(env(&[("PADDOCK_LOG", "  ")]).err().unwrap(), ConfigRefusal::Empty("PADDOCK_LOG".into()));
    assert!(env(&[("HOME", "")]).is_ok(), "other programs' variables are theirs");
}

#[test]
fn no_refusal_shows_a_value() {
    let secret = "canary-value";
    for variable in VARIABLES {
        let env = env(&[(variable.name, secret)]).unwrap();
        if let Err(refusal) = Config::from_env(&env) {
            assert!(!refusal.to_string().contains(secret), "{refusal}");
        }
    }
}

#[test]
fn a_missing_key_says_how_to_make_one() {
    let env = env(&[("PADDOCK_DISCORD_TOKEN", "t")]).unwrap();
    let text = vault::Vault::from_env(&env).err().unwrap().to_string();
    assert!(text.contains("paddock keys generate"), "{text}");
}
