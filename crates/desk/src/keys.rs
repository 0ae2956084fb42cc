//! Pasted keys: what a person pastes into a form, looked at before Alpaca is asked.
//!
//! Nothing is repaired silently. A space or a line break that came along is an answer of its own: cutting it off here
//! would hide it from the user, whose next paste into another tool then fails without a reason.

use crate::connect::Pasted;
use crate::refused::{Field, KeysRefusal};
use domain::account::Environment;
use domain::credential::KeyPair;
use secrecy::ExposeSecret;

/// Header names and the like that are copied along with a key, in lower case.
const LABELS: [&str; 6] = ["bearer", "basic", "apca", "authorization", "key id", "secret key"];

/// Takes the two fields as a key pair, if they can be one.
pub(crate) fn read(pasted: Pasted) -> Result<KeyPair, KeysRefusal> {
    let (id, secret) = (pasted.key_id.expose_secret(), pasted.secret.expose_secret());
    for (text, field) in [(id, Field::KeyId), (secret, Field::Secret)] {
        if text.trim().is_empty() {
            return Err(KeysRefusal::Empty(field));
        }
    }
    for (text, field) in [(id, Field::KeyId), (secret, Field::Secret)] {
        if has_extras(text) {
            return Err(KeysRefusal::PastedExtras(field));
        }
    }
    if id == secret {
        return Err(KeysRefusal::SameTwice);
    }
    if has_key_id_shape(secret) && !has_key_id_shape(id) {
        return Err(KeysRefusal::Swapped);
    }
    Ok(KeyPair { key_id: pasted.key_id, secret: pasted.secret })
}

/// The environment that a key id's first letters speak of. A hint for wording only: Alpaca promises no such thing.
pub(crate) fn hinted(keys: &KeyPair) -> Option<Environment> {
    match keys.key_id.expose_secret().get(..2) {
        Some("PK") => Some(Environment::Paper),
        Some("AK") => Some(Environment::Live),
        _ => None,
    }
}

/// Anything that cannot stand in a key, and so was pasted along with it. Lengths are not judged: Alpaca changed them before.
fn has_extras(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    LABELS.iter().any(|label| lower.starts_with(label))
        || text.chars().any(|c| !c.is_ascii_graphic() || matches!(c, '"' | '\'' | '`' | ':' | ',' | ';' | '<' | '>'))
}

/// `PK…`, `AK…`, `CK…`: 20 to 32 capitals and digits (Alpaca's published pattern for key ids).
fn has_key_id_shape(text: &str) -> bool {
    (20..=32).contains(&text.len())
        && ["PK", "AK", "CK"].iter().any(|prefix| text.starts_with(prefix))
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    const ID: &str = "PKTEST0000000000TEST";
    const SECRET: &str = "notARealSecret0000000000000000000000test";

    fn verdict(id: &str, secret: &str) -> Option<KeysRefusal> {
        read(Pasted { key_id: id.into(), secret: secret.into() }).err()
    }

    #[test]
    fn a_plain_pair_passes_unchanged() {
        let pair = read(Pasted { key_id: ID.into(), secret: SECRET.into() }).ok().unwrap();
        assert_eq!((pair.key_id.expose_secret(), pair.secret.expose_secret()), (ID, SECRET));
        assert_eq!(verdict(&ID[..10], "short/secret+with=signs"), None, "lengths are Alpaca's business");
    }

    #[test]
    fn each_slip_of_the_paste_has_an_answer_of_its_own() {
        use Field::{KeyId, Secret};
        use KeysRefusal::{Empty, PastedExtras, SameTwice, Swapped};
        let with = |before: &str, text: &str, after: &str| format!("{before}{text}{after}");
        let cases = [
            (String::new(), SECRET.to_owned(), Empty(KeyId)),
            ("  \n".to_owned(), SECRET.to_owned(), Empty(KeyId)),
            (ID.to_owned(), " ".to_owned(), Empty(Secret)),
            (with(" ", ID, ""), SECRET.to_owned(), PastedExtras(KeyId)),
            (with("", ID, "\n"), SECRET.to_owned(), PastedExtras(KeyId)),
            (with("\u{200b}", ID, ""), SECRET.to_owned(), PastedExtras(KeyId)),
            (with("APCA-API-KEY-ID: ", ID, ""), SECRET.to_owned(), PastedExtras(KeyId)),
            (with("APCA_API_KEY_ID=", ID, ""), SECRET.to_owned(), PastedExtras(KeyId)),
            (ID.to_owned(), with("", SECRET, " "), PastedExtras(Secret)),
            (ID.to_owned(), with("\"", SECRET, "\""), PastedExtras(Secret)),
            (ID.to_owned(), with("\u{201c}", SECRET, "\u{201d}"), PastedExtras(Secret)),
            (ID.to_owned(), with("Bearer ", SECRET, ""), PastedExtras(Secret)),
            (ID.to_owned(), with("", &SECRET[..20], &format!("\n{}", &SECRET[20..])), PastedExtras(Secret)),
            (ID.to_owned(), ID.to_owned(), SameTwice),
            (SECRET.to_owned(), SECRET.to_owned(), SameTwice),
            (SECRET.to_owned(), ID.to_owned(), Swapped),
            (SECRET.to_owned(), ID.replace("PK", "AK"), Swapped),
        ];
        for (id, secret, expected) in cases {
            assert_eq!(verdict(&id, &secret), Some(expected), "{id:?} {secret:?}");
        }
    }
}
