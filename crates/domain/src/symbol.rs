//! What is traded.

mod contract;

pub use contract::{Contract, Right};

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// What is traded, in the broker's own spelling: a stock or fund (`AAPL`, `BRK.B`), a crypto pair (`BTC/USD`) or an option
/// contract (`AAPL261218C00250000`).
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
    /// An option contract whose expiry is no day of the calendar.
    #[error("no such day")]
    NoSuchDay,
}

/// What kind of thing a symbol names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssetKind {
    /// A stock or fund.
    Equity,
    /// A crypto pair.
    Crypto,
    /// An option contract.
    Contract(Contract),
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
        let upper = text.to_ascii_uppercase();
        if contract::has_shape(&upper) {
            return if Contract::read(&upper).is_some() { Ok(Self(upper)) } else { Err(SymbolRefusal::NoSuchDay) };
        }
        if looks_like_secret(text) {
            return Err(SymbolRefusal::LooksLikeSecret);
        }
        if !text.is_ascii() || text.bytes().any(|b| !(b.is_ascii_alphanumeric() || b == b'.' || b == b'/')) {
            return Err(SymbolRefusal::NotLetters);
        }
        if upper.len() > 12 {
            return Err(SymbolRefusal::TooLong);
        }
        let plain = upper.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
            && upper.bytes().filter(|b| *b == b'.').count() <= 1
            && !upper.ends_with('.')
            && !upper.contains('/');
        if plain || is_pair(&upper) { Ok(Self(upper)) } else { Err(SymbolRefusal::NotLetters) }
    }

    /// A symbol that the broker itself named, of any asset class.
    pub fn from_broker(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The spelling on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it names, as far as its spelling tells.
    pub fn kind(&self) -> AssetKind {
        match Contract::read(&self.0) {
            Some(contract) => AssetKind::Contract(contract),
            None if is_pair(&self.0) => AssetKind::Crypto,
            None => AssetKind::Equity,
        }
    }

    /// The option contract that it names.
    pub fn contract(&self) -> Option<Contract> {
        Contract::read(&self.0)
    }

    /// Whether both name the same thing: positions spell a crypto pair without its slash.
    pub fn is_same_asset(&self, other: &Self) -> bool {
        let letters = |symbol: &'_ Self| symbol.0.replace('/', "");
        self == other || (is_pair(&self.0) != is_pair(&other.0) && letters(self) == letters(other))
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `BTC/USD`: two names of at least two letters, so that `BRK/B`, a class share in another vendor's spelling, is none.
fn is_pair(upper: &str) -> bool {
    let name = |text: &str| {
        (2..=8).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    upper.split_once('/').is_some_and(|(coin, money)| name(coin) && name(money))
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
    fn a_symbol_says_what_it_names() {
        let kind = |text: &str| Symbol::parse(text).unwrap().kind();
        assert_eq!(kind("brk.b"), AssetKind::Equity);
        assert_eq!(kind("btc/usd"), AssetKind::Crypto);
        let AssetKind::Contract(contract) = kind("aapl261218c00250000") else { panic!("a contract") };
        assert_eq!(contract.to_string(), "AAPL 18 Dec 2026 $250.00 call");
        assert_eq!(contract.symbol(), Symbol::parse("AAPL261218C00250000").ok());
    }

    #[test]
    fn a_pair_is_the_same_with_and_without_its_slash() {
        let same = |a: &str, b: &str| Symbol::from_broker(a).is_same_asset(&Symbol::from_broker(b));
        assert!(same("BTC/USD", "BTCUSD") && same("BTCUSD", "BTC/USD") && same("AAPL", "AAPL"));
        assert!(!same("BTC/USD", "ETHUSD") && !same("AAPL", "AAP") && !same("BT/CUSD", "BTC/USD"));
    }

    #[test]
    fn every_odd_symbol_of_the_catalogue_is_refused_by_name() {
        use SymbolRefusal::*;
        let long = "A".repeat(200);
        let cases = [
            ("", Empty),
            ("   ", Empty),
            ("BRK/B", NotLetters),
            ("BTC/", NotLetters),
            ("/USD", NotLetters),
            ("BTC/USD/EUR", NotLetters),
            ("AAPL261318C00250000", NoSuchDay),
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
