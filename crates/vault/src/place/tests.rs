#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;

const MASTER: &[u8; 32] = &[7; 32];
const ACCOUNT: Uuid = Uuid::from_u128(9);

#[test]
fn every_field_of_a_place_changes_the_key_also_the_kinds_to_come() {
    let sealed = derive(MASTER, b"1", &ACCOUNT, "paper", "key_pair").seal(b"clear");
    let same = derive(MASTER, b"1", &ACCOUNT, "paper", "key_pair");
    let elsewhere = [
        derive(&[8; 32], b"1", &ACCOUNT, "paper", "key_pair"),
        derive(MASTER, b"2", &ACCOUNT, "paper", "key_pair"),
        derive(MASTER, b"1", &Uuid::from_u128(10), "paper", "key_pair"),
        derive(MASTER, b"1", &ACCOUNT, "live", "key_pair"),
        derive(MASTER, b"1", &ACCOUNT, "paper", "oauth"),
    ];
    assert_eq!(same.open(&sealed).unwrap().as_slice(), b"clear");
    for key in elsewhere {
        assert_eq!(key.open(&sealed).err(), Some(token::NotOurs));
    }
}

#[test]
fn fields_that_run_into_each_other_are_different_places() {
    let sealed = derive(MASTER, b"1", &ACCOUNT, "paper", "key_pair").seal(b"clear");
    for (environment, kind) in
        [("paperkey", "_pair"), ("pape", "rkey_pair"), ("", "paperkey_pair"), ("paperkey_pair", "")]
    {
        assert!(derive(MASTER, b"1", &ACCOUNT, environment, kind).open(&sealed).is_err(), "{environment}|{kind}");
    }
}

/// What rests in databases was sealed with these bytes. When this fails, every stored credential is lost: bring the
/// derivation back, or add a second one beside it.
#[test]
fn the_derivation_of_version_one_never_changes() {
    let place = Place {
        user: UserId(80_351_110_224_678_912),
        account: AccountId(Uuid::from_u128(0x0123_4567_89ab_4def_8123_4567_89ab_cdef)),
        environment: Environment::Paper,
        kind: CredentialKind::KeyPair,
    };
    // Made by tests/fernet_peer.py from the description in the README, not by this crate.
    let token = "gAAAAAAAAAAALbdKw48_MaXb2kODkX72GW8u9HFjlYuvFWlfhTXnBDqpvRSPZXT8PMA2yKGm84V0txLPgeyFKFaNnHkDMSStq6fLT4cRvHpOgc7_Hq90N3s="; // not-a-secret
    assert_eq!(place.key(MASTER).open(token).unwrap().as_slice(), b"opened where it was sealed");
}
