//! P9: a ciphertext works only where it was written.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use domain::account::Environment;
use domain::credential::{CredentialKind, KeyPair, Sealed};
use domain::ids::UserId;
use secrecy::{ExposeSecret, SecretString};
use vault::{KeyRing, OpenRefusal, Place};

/// Counts attempts; anything that opens, or is refused for another reason than the expected one, is a violation.
#[derive(Default)]
struct Tally {
    cases: usize,
    accepted: usize,
    violations: usize,
}

impl Tally {
    fn refused(&mut self, ring: &KeyRing, place: &Place, sealed: &Sealed) {
        self.cases += 1;
        match ring.open(place, sealed) {
            Ok(_) => self.accepted += 1,
            Err(OpenRefusal::Damaged) => {}
            Err(OpenRefusal::UnknownKey { .. } | OpenRefusal::Malformed) => self.violations += 1,
        }
    }

    fn altered(&mut self, ring: &KeyRing, place: &Place, sealed: &Sealed, ciphertext: impl Into<String>) {
        let ciphertext = ciphertext.into();
        assert_ne!(ciphertext, sealed.ciphertext, "an alteration alters");
        self.refused(ring, place, &Sealed { ciphertext, fingerprint: sealed.fingerprint.clone() });
    }
}

fn pair() -> KeyPair {
    KeyPair { key_id: "PK-EXAMPLE-NOT-A-KEY".into(), secret: "an example, forty characters long, no key".into() }
}

fn ring(keys: &[&SecretString]) -> KeyRing {
    let text = keys.iter().map(|key| key.expose_secret()).collect::<Vec<_>>().join(",");
    KeyRing::parse(&text.into()).expect("a ring")
}

fn places() -> Vec<Place> {
    let accounts = [(); 3].map(|()| domain::fresh::account());
    let mut places = vec![];
    for user in [1, 2, -1] {
        for account in accounts {
            for environment in [Environment::Paper, Environment::Live] {
                places.push(Place { user: UserId(user), account, environment, kind: CredentialKind::KeyPair });
            }
        }
    }
    places
}

/// Every ciphertext in every other row, and under every other master of the ring.
fn swap(tally: &mut Tally) {
    let (a, b) = (KeyRing::generate(), KeyRing::generate());
    let (first, second) = (ring(&[&a, &b]), ring(&[&b, &a]));
    let places = places();
    for here in &places {
        for (sealing, other) in [(&first, second.newest()), (&second, first.newest())] {
            let sealed = sealing.seal(here, &pair());
            assert!(
                first.open(here, &sealed).is_ok() && second.open(here, &sealed).is_ok(),
                "opens where it was sealed"
            );
            for there in places.iter().filter(|there| *there != here) {
                tally.refused(&first, there, &sealed);
            }
            tally.refused(&first, here, &Sealed { fingerprint: other.clone(), ciphertext: sealed.ciphertext });
        }
    }
}

/// Every cut, every bit, every other spelling of one ciphertext.
fn alter(tally: &mut Tally) {
    let ring = ring(&[&KeyRing::generate()]);
    let place = places()[0];
    let sealed = ring.seal(&place, &pair());
    let text = &sealed.ciphertext;
    let bytes = URL_SAFE.decode(text).unwrap();

    for cut in 0..text.len() {
        tally.altered(&ring, &place, &sealed, &text[..cut]);
        tally.altered(&ring, &place, &sealed, &text[cut + 1..]);
        for bit in 0..7 {
            let mut flipped = text.clone().into_bytes();
            flipped[cut] ^= 1 << bit;
            tally.altered(&ring, &place, &sealed, String::from_utf8(flipped).unwrap());
        }
    }
    for at in 0..bytes.len() {
        tally.altered(&ring, &place, &sealed, URL_SAFE.encode(&bytes[..at]));
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            tally.altered(&ring, &place, &sealed, URL_SAFE.encode(flipped));
        }
    }
    for more in ["=", "A", "\n", " ", "\0", "AAAA"] {
        tally.altered(&ring, &place, &sealed, format!("{text}{more}"));
        tally.altered(&ring, &place, &sealed, format!("{more}{text}"));
    }
    tally.altered(&ring, &place, &sealed, format!("{text}{text}"));
    for spelled in [STANDARD.encode(&bytes), text.trim_end_matches('=').to_owned()] {
        if spelled != *text {
            tally.altered(&ring, &place, &sealed, spelled);
        }
    }
}

/// The stamp is part of what is signed: a forged one is refused (and overflows nothing), whatever the clock says.
fn forge_stamps(tally: &mut Tally) {
    let ring = ring(&[&KeyRing::generate()]);
    let place = places()[0];
    let sealed = ring.seal(&place, &pair());
    for stamp in [1, 1 << 31, 1 << 32, u64::MAX - 61, u64::MAX - 60, u64::MAX - 59, u64::MAX] {
        let mut bytes = URL_SAFE.decode(&sealed.ciphertext).unwrap();
        bytes[1..9].copy_from_slice(&u64::to_be_bytes(stamp));
        tally.altered(&ring, &place, &sealed, URL_SAFE.encode(bytes));
    }
}

#[test]
fn a_ciphertext_works_only_where_it_was_written() {
    let mut tally = Tally::default();
    swap(&mut tally);
    alter(&mut tally);
    forge_stamps(&mut tally);
    println!("PROMISE P9 cases={} violations={} accepted={}", tally.cases, tally.violations, tally.accepted);
    assert!(tally.cases > 3000, "the schedule ran");
    assert_eq!((tally.violations, tally.accepted), (0, 0));
}

#[test]
fn another_deployments_ciphertext_names_the_missing_key() {
    let (ours, theirs) = (ring(&[&KeyRing::generate()]), ring(&[&KeyRing::generate()]));
    for place in places() {
        let refusal = ours.open(&place, &theirs.seal(&place, &pair())).err();
        assert_eq!(refusal, Some(OpenRefusal::UnknownKey { fingerprint: theirs.newest().clone() }));
    }
}
