#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use std::process::Command;

/// The key of the specification's vectors (github.com/fernet/spec).
const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="; // not-a-secret

fn key(text: &str) -> Key {
    Key::new(&URL_SAFE.decode(text).unwrap().try_into().unwrap())
}

#[test]
fn the_specifications_token_opens() {
    // The same one in generate.json and verify.json.
    let token = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=="; // not-a-secret
    assert_eq!(key(KEY).open(token).unwrap().as_slice(), b"hello");
}

#[test]
fn the_specifications_invalid_tokens_are_refused() {
    let invalid = [
        (
            "incorrect mac",
            "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==", // not-a-secret
        ),
        ("too short", "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA=="), // not-a-secret
        (
            "invalid base64",
            "%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==",
        ),
        (
            "not whole blocks",
            "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm", // not-a-secret
        ),
        (
            "padding",
            "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==", // not-a-secret
        ),
        (
            "incorrect iv",
            "gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==", // not-a-secret
        ),
    ];
    for (why, token) in invalid {
        assert_eq!(key(KEY).open(token).err(), Some(NotOurs), "{why}");
    }
}

/// The specification's two remaining invalid tokens are invalid by the clock alone.
#[test]
fn time_alone_never_shuts_a_credential() {
    for token in [
        "gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw==", // not-a-secret
        "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==", // not-a-secret
    ] {
        assert_eq!(key(KEY).open(token).unwrap().as_slice(), b"");
    }
    for stamp in [0, 1, 1 << 31, 1 << 32, u64::MAX - 61, u64::MAX - 60, u64::MAX - 1, u64::MAX] {
        let key = key(KEY);
        let token = key.0.encrypt_at_time(b"kept", stamp);
        assert_eq!(key.open(&token).unwrap().as_slice(), b"kept", "stamped {stamp}");
    }
}

#[test]
fn a_token_has_one_spelling() {
    let token = key(KEY).seal(b"hello");
    let bare = token.trim_end_matches('=');
    assert_ne!(bare, token, "this length is padded");
    for other in [bare.to_owned(), format!("{bare}="), format!("{token}="), format!("{token}\n"), format!(" {token}")] {
        assert_eq!(key(KEY).open(&other).err(), Some(NotOurs), "{other:?}");
    }
}

/// Opens and makes tokens with Python's `cryptography`, Fernet's first implementation.
#[test]
fn python_opens_our_tokens_and_we_open_pythons() {
    let Ok(python) = std::env::var("PADDOCK_TEST_PYTHON") else {
        println!(
            "SKIPPED: PADDOCK_TEST_PYTHON names no Python with the package `cryptography`; after ./run ci-deps, ./run test sets it"
        );
        return;
    };
    let clear: Vec<Vec<u8>> = (0..=100u8).map(|length| (0..length).map(|i| i.wrapping_mul(37)).collect()).collect();
    let tokens: Vec<String> = clear.iter().map(|clear| key(KEY).seal(clear)).collect();
    let peer = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fernet_peer.py");
    let out = Command::new(python).arg(peer).arg(KEY).args(&tokens).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));

    // One line a token: what Python read, in base64, and the same sealed again by Python.
    let said = String::from_utf8(out.stdout).unwrap();
    let lines: Vec<(&str, &str)> = said.lines().map(|line| line.split_once(' ').unwrap()).collect();
    assert_eq!(lines.len(), clear.len());
    for (clear, (read, theirs)) in clear.iter().zip(lines) {
        assert_eq!(URL_SAFE.decode(read).unwrap(), *clear);
        assert_eq!(key(KEY).open(theirs).unwrap().as_slice(), clear.as_slice());
    }
    println!("FERNET peer=cryptography both_ways={}", clear.len());
}
