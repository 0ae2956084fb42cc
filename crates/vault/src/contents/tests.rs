#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use proptest::prelude::*;

fn pair(id: &str, secret: &str) -> KeyPair {
    KeyPair { key_id: id.into(), secret: secret.into() }
}

fn clear(keys: &KeyPair) -> (&str, &str) {
    (keys.key_id.expose_secret(), keys.secret.expose_secret())
}

proptest! {
    #[test]
    fn what_went_in_comes_out(id in ".*", secret in ".*") {
        let back = decode(&encode(&pair(&id, &secret))).expect("decodes");
        prop_assert_eq!(clear(&back), (id.as_str(), secret.as_str()));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(keys) = decode(&bytes) {
            let again = encode(&keys).to_vec();
            prop_assert_eq!(again, bytes);
        }
    }
}

#[test]
fn the_border_between_id_and_secret_is_kept() {
    let encoded =
        [("AB", "C"), ("A", "BC"), ("", "ABC"), ("ABC", "")].map(|(id, secret)| encode(&pair(id, secret)).to_vec());
    for (i, one) in encoded.iter().enumerate() {
        assert!(encoded.iter().skip(i + 1).all(|other| other != one));
    }
}

#[test]
fn other_versions_lengths_and_texts_are_refused() {
    let whole = encode(&pair("id", "secret")).to_vec();
    let altered = |at: usize, to: u8| {
        let mut bytes = whole.clone();
        bytes[at] = to;
        bytes
    };
    for bytes in
        [vec![], altered(0, 0), altered(0, 2), altered(1, 255), altered(8, 9), altered(9, 0xff), whole[..8].to_vec()]
    {
        assert_eq!(decode(&bytes).err(), Some(NotAKeyPair), "{bytes:?}");
    }
}
