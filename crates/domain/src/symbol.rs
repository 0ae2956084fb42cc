//! What is traded.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// An equity symbol in the broker's own spelling: `AAPL`, `BRK.B`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Symbol(String);

/// Why a text is not a symbol.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SymbolRefusal {
    /// Nothing was typed.
    #[error("nothing was typed")]
    Empty,
    /// Longer than any symbol.
    #[error("too long")]
    TooLong,
    /// Something other than the letters A–Z, digits and one point: look-alikes, marks, emoji.
    #[error("not letters and digits")]
    NotLetters,
    /// It has the shape of an API key or secret: somebody typed a secret into the wrong field.
    #[error("looks like a secret")]
    LooksLikeSecret,
    /// A crypto pair such as `BTC/USD`.
    #[error("crypto")]
    Crypto,
    /// An option contract such as `AAPL261218C00250000`.
    #[error("option contract")]
    OptionContract,
}

impl Symbol {
    /// Reads what a person typed, in any case.
    ///
    /// # Errors
    /// Every [`SymbolRefusal`].
    pub fn parse(text: &str) -> Result<Self, SymbolRefusal> {
        let text = text.trim();
        let text = text.strip_prefix('$').unwrap_or(text);
        if text.is_empty() {
            return Err(SymbolRefusal::Empty);
        }
        if looks_like_secret(text) {
            return Err(SymbolRefusal::LooksLikeSecret);
        }
        if !text.is_ascii() || text.bytes().any(|b| !(b.is_ascii_alphanumeric() || b == b'.' || b == b'/')) {
            return Err(SymbolRefusal::NotLetters);
        }
        let upper = text.to_ascii_uppercase();
        if upper.contains('/') {
            return Err(if is_class_share_with_slash(&upper) {
                SymbolRefusal::NotLetters
            } else {
                SymbolRefusal::Crypto
            });
        }
        if is_option(&upper) {
            return Err(SymbolRefusal::OptionContract);
        }
        if upper.len() > 12 {
            return Err(SymbolRefusal::TooLong);
        }
        let plain = upper.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
            && upper.bytes().filter(|b| *b == b'.').count() <= 1
            && !upper.ends_with('.');
        if plain { Ok(Self(upper)) } else { Err(SymbolRefusal::NotLetters) }
    }

    /// A symbol that the broker itself named, of any asset class.
    pub fn from_broker(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The spelling on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `BRK/B`: a class share in another vendor's spelling, not a crypto pair.
fn is_class_share_with_slash(upper: &str) -> bool {
    upper.split_once('/').is_some_and(|(_, class)| class.len() == 1)
}

/// OCC without padding: root, six digits of date, C or P, eight digits of strike.
fn is_option(upper: &str) -> bool {
    let Some(root) = upper.len().checked_sub(15).filter(|root| (1..=6).contains(root)) else { return false };
    let (date, rest) = upper[root..].split_at(6);
    date.bytes().all(|b| b.is_ascii_digit())
        && matches!(rest.as_bytes()[0], b'C' | b'P')
        && rest[1..].bytes().all(|b| b.is_ascii_digit())
}

/// Whether a text has the shape of an Alpaca key id or secret, so that we can tell the user to revoke it.
///
/// Key ids are `PK…`/`AK…`/`CK…` of 20 to 32 capitals and digits; a secret is about 40 letters and digits of mixed kind.
pub fn looks_like_secret(text: &str) -> bool {
    let text = text.trim().trim_matches(|c| matches!(c, '"' | '\'' | '`'));
    let key_id = (20..=32).contains(&text.len())
        && ["PK", "AK", "CK"].iter().any(|p| text.starts_with(p))
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let secret = (36..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'/' || b == b'+')
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().any(|b| b.is_ascii_uppercase());
    key_id || secret
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn symbols_are_read_in_any_case() {
        for (text, symbol) in [("aapl", "AAPL"), (" brk.b ", "BRK.B"), ("$tsla", "TSLA"), ("AAPL ", "AAPL")] {
            assert_eq!(Symbol::parse(text).unwrap().as_str(), symbol);
        }
    }

    #[test]
    fn every_odd_symbol_of_the_catalogue_is_refused_by_name() {
        use SymbolRefusal::*;
        let long = "A".repeat(200);
        let cases = [
            ("", Empty),
            ("   ", Empty),
            ("BRK/B", NotLetters),
            ("BTC/USD", Crypto),
            ("AAPL261218C00250000", OptionContract),
            ("ＡＡＰＬ", NotLetters),
            ("ААРL", NotLetters),
            ("🚀", NotLetters),
            ("\u{202e}AAPL", NotLetters),
            ("AA\u{200b}PL", NotLetters),
            (long.as_str(), TooLong),
            ("A..B", NotLetters),
            (".A", NotLetters),
            ("5AAPL", NotLetters),
            ("AAPL; drop", NotLetters),
            ("PK0000000000EXAMPLE0", LooksLikeSecret),
            ("@everyone", NotLetters),
        ];
        for (text, refusal) in cases {
            assert_eq!(Symbol::parse(text), Err(refusal), "{text:?}");
        }
    }
}
