#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use domain::account::Environment;
use domain::credential::CredentialKind;
use domain::ids::UserId;
use proptest::prelude::*;

/// Fails to compile when a type has one of the traits: `probe` is then ambiguous.
macro_rules! lacks {
    ($of:ty: $($what:path),+) => {$(
        const _: fn() = || {
            trait Probe<Marker> { fn probe() {} }
            impl<T: ?Sized> Probe<()> for T {}
            struct Has;
            impl<T: ?Sized + $what> Probe<Has> for T {}
            <$of as Probe<_>>::probe();
        };
    )+};
}
lacks!(KeyRing: std::fmt::Debug, std::fmt::Display, Clone, serde::Serialize);
lacks!(Master: std::fmt::Debug, std::fmt::Display, Clone, serde::Serialize);
lacks!(KeyPair: std::fmt::Debug, std::fmt::Display, Clone, serde::Serialize);
lacks!(crate::token::Key: std::fmt::Debug, std::fmt::Display, Clone, serde::Serialize);

fn place() -> Place {
    Place {
        user: UserId(1),
        account: domain::fresh::account(),
        environment: Environment::Paper,
        kind: CredentialKind::KeyPair,
    }
}

fn pair() -> KeyPair {
    KeyPair { key_id: "an id".into(), secret: "a secret".into() }
}

fn joined(keys: &[&SecretString]) -> String {
    keys.iter().map(|key| key.expose_secret()).collect::<Vec<_>>().join(",")
}

fn ring(keys: &[&SecretString]) -> KeyRing {
    KeyRing::parse(&joined(keys).into()).expect("a ring")
}

fn refused(text: impl Into<String>) -> RingRefusal {
    KeyRing::parse(&SecretString::from(text.into())).err().expect("a refusal")
}

fn same(keys: &KeyPair, others: &KeyPair) -> bool {
    keys.key_id.expose_secret() == others.key_id.expose_secret()
        && keys.secret.expose_secret() == others.secret.expose_secret()
}

#[test]
fn a_ring_is_read_with_white_space_anywhere_around_its_keys() {
    let (a, b) = (KeyRing::generate(), KeyRing::generate());
    let spaced = format!("\n {} ,\r\n\t{}  ", a.expose_secret(), b.expose_secret());
    let ring = KeyRing::parse(&spaced.into()).expect("a ring");
    let alone = [self::ring(&[&a]), self::ring(&[&b])];
    assert!(ring.fingerprints().eq(alone.iter().map(KeyRing::newest)));
    assert_eq!(ring.newest(), alone[0].newest());
    assert!(ring.knows(alone[1].newest()));
    assert!(!alone[0].knows(alone[1].newest()));
}

#[test]
fn what_is_not_a_ring_is_refused_by_position() {
    let (key, other) = (KeyRing::generate(), KeyRing::generate());
    let (key, other) = (key.expose_secret(), other.expose_secret());
    for nothing in ["", " ", "\n\t"] {
        assert_eq!(refused(nothing), RingRefusal::Empty);
    }
    assert_eq!(refused(format!("{key},not base64")), RingRefusal::NotBase64 { position: 2 });
    assert_eq!(refused(key.trim_end_matches('=')), RingRefusal::NotBase64 { position: 1 });
    assert_eq!(refused(format!("\"{key}\"")), RingRefusal::NotBase64 { position: 1 });
    for short in [String::new(), URL_SAFE.encode([1; 31]), URL_SAFE.encode([1; 33])] {
        assert_eq!(refused(format!("{key},{other},{short}")), RingRefusal::WrongLength { position: 3 });
    }
    assert_eq!(refused(format!("{key},{other},{key}")), RingRefusal::Duplicate { position: 3 });
}

#[test]
fn a_ring_holds_sixteen_keys_and_no_more() {
    let keys: Vec<_> = (0..=MOST).map(|_| KeyRing::generate()).collect();
    let keys: Vec<_> = keys.iter().collect();
    assert_eq!(ring(&keys[..MOST]).fingerprints().count(), MOST);
    assert_eq!(refused(joined(&keys)), RingRefusal::TooMany);
}

#[test]
fn a_refusal_shows_nothing_of_the_text() {
    let text = "HUSHHUSHHUSH*";
    let refusal = refused(text);
    assert!(!format!("{refusal} {refusal:?}").contains("HUSH"));
}

#[test]
fn a_fingerprint_tells_nothing_of_its_master() {
    let key = SecretString::from(URL_SAFE.encode([7; 32]));
    let ring = ring(&[&key]);
    // Computed by hand: sha256("paddock/vault/fingerprint/v1" and 32 bytes of 7), first 8 bytes.
    assert_eq!(ring.newest().as_str(), "781d794e59878e11");
    let bare = Sha256::digest([7; 32]);
    assert_ne!(ring.newest().as_str()[..2], format!("{:02x}", bare[0]), "not the bare hash, which others may publish");
}

#[test]
fn rotation_opens_the_old_seals_the_new_and_needs_the_old_until_all_have_moved() {
    let (old, new, place) = (KeyRing::generate(), KeyRing::generate(), place());
    let (before, during, after) = (ring(&[&old]), ring(&[&new, &old]), ring(&[&new]));

    let sealed = before.seal(&place, &pair());
    assert!(before.reseal(&place, &sealed).unwrap().is_none());
    assert!(same(&during.open(&place, &sealed).expect("opens"), &pair()));
    let missing = OpenRefusal::UnknownKey { fingerprint: before.newest().clone() };
    assert_eq!(after.open(&place, &sealed).err(), Some(missing.clone()));
    assert_eq!(after.reseal(&place, &sealed).err(), Some(missing));

    let moved = during.reseal(&place, &sealed).unwrap().expect("moved");
    assert_eq!(&moved.fingerprint, during.newest());
    assert!(same(&after.open(&place, &moved).expect("opens"), &pair()));
    assert!(during.reseal(&place, &moved).unwrap().is_none(), "a second pass has nothing to do");
}

#[test]
fn resealing_never_carries_a_credential_to_another_place() {
    let (old, new, here) = (KeyRing::generate(), KeyRing::generate(), place());
    let sealed = ring(&[&old]).seal(&here, &pair());
    let there = Place { environment: Environment::Live, ..here };
    assert_eq!(ring(&[&new, &old]).reseal(&there, &sealed).err(), Some(OpenRefusal::Damaged));
}

#[test]
fn contents_of_another_version_are_malformed_not_damaged() {
    let (ring, place) = (ring(&[&KeyRing::generate()]), place());
    let ciphertext = place.key(&ring.newest.key).seal(b"\x02 of another version");
    let sealed = Sealed { ciphertext, fingerprint: ring.newest().clone() };
    assert_eq!(ring.open(&place, &sealed).err(), Some(OpenRefusal::Malformed));
}

#[test]
fn the_same_keys_never_give_the_same_ciphertext_twice() {
    let (ring, place) = (ring(&[&KeyRing::generate()]), place());
    assert_ne!(ring.seal(&place, &pair()).ciphertext, ring.seal(&place, &pair()).ciphertext);
}

proptest! {
    #[test]
    fn what_was_sealed_opens_in_its_place(user: i64, live: bool, id in "\\PC{0,60}", secret in "\\PC{0,200}") {
        let ring = ring(&[&KeyRing::generate()]);
        let environment = if live { Environment::Live } else { Environment::Paper };
        let place = Place { user: UserId(user), environment, ..place() };
        let keys = KeyPair { key_id: id.into(), secret: secret.into() };
        let opened = ring.open(&place, &ring.seal(&place, &keys)).expect("opens");
        prop_assert!(same(&opened, &keys));
    }
}
