//! What `deny.toml` and the manifests say. Read by hand: one entry a line is all the TOML that is needed.

use std::collections::BTreeSet;
use std::path::Path;

/// Major, minor, patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version([u64; 3]);

impl Version {
    /// Missing parts are zero; a pre-release counts as its release.
    pub fn parse(text: &str) -> Self {
        let mut parts = text.split(['.', '-', '+']).map_while(|part| part.parse().ok());
        Self([(); 3].map(|()| parts.next().unwrap_or_default()))
    }
}

/// A crate that nobody may use, or nobody but its wrappers.
#[derive(Debug)]
pub struct Ban {
    pub name: String,
    below: Option<Version>,
    pub wrappers: Vec<String>,
    pub reason: String,
}

impl Ban {
    pub fn parse(line: &str) -> Option<Self> {
        let named = between(line, "crate = \"", "\"")?;
        let (name, below) = named.split_once(":<").map_or((named, None), |(name, below)| (name, Some(below)));
        Some(Self {
            name: name.to_owned(),
            below: below.map(Version::parse),
            wrappers: between(line, "wrappers = [", "]").map(quoted).unwrap_or_default(),
            reason: between(line, "reason = \"", "\"").unwrap_or_default().to_owned(),
        })
    }

    pub fn hits(&self, name: &str, version: &Version) -> bool {
        self.name == name && self.below.is_none_or(|below| *version < below)
    }
}

pub struct Rules {
    pub licences: BTreeSet<String>,
    pub bans: Vec<Ban>,
}

impl Rules {
    pub fn read() -> Self {
        let text = std::fs::read_to_string(super::sources::root().join("deny.toml")).unwrap();
        let licences = between(&text, "\nallow = [", "\n]").unwrap();
        let bans = between(&text, "\ndeny = [", "\n]").unwrap();
        Self {
            licences: licences.lines().flat_map(|line| quoted(line.split('#').next().unwrap_or_default())).collect(),
            bans: bans.lines().filter_map(Ban::parse).collect(),
        }
    }
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let rest = &text[text.find(open)? + open.len()..];
    Some(&rest[..rest.find(close)?])
}

fn quoted(text: &str) -> Vec<String> {
    text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Whether a licence expression (SPDX, or the older `MIT/Apache-2.0`) can be met with the allowed ones alone.
pub fn licence_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    let met = any_of(&mut words, allowed);
    met && words.next().is_none()
}

type Words<'a, 'b> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(words: &mut Words, allowed: &BTreeSet<String>) -> bool {
    let mut met = all_of(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= all_of(words, allowed);
    }
    met
}

fn all_of(words: &mut Words, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut Words, allowed: &BTreeSet<String>) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let met = any_of(words, allowed);
        return words.next_if_eq(&")").is_some() && met;
    }
    let Some(licence) = words.next() else { return false };
    // An exception only adds rights to the licence before it.
    if words.next_if_eq(&"WITH").is_some() {
        words.next();
    }
    allowed.contains(licence)
}

/// Whether a package goes its own way with lints.
pub fn lax(manifest: &Path) -> Option<String> {
    let text = std::fs::read_to_string(manifest).unwrap();
    (!keeps_lints(&text)).then(|| format!("{} lacks `[lints] workspace = true`", manifest.display()))
}

fn keeps_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim);
    lines.any(|line| line == "[lints]") && lines.next() == Some("workspace = true")
}

mod planted {
    use super::*;

    #[test]
    fn licences_are_weighed_as_they_are_written() {
        let allowed: BTreeSet<String> = ["MIT", "Apache-2.0", "ISC"].map(str::to_owned).into();
        for good in
            ["MIT", "MIT OR GPL-3.0", "GPL-3.0/MIT", "(GPL-3.0 OR ISC) AND MIT", "Apache-2.0 WITH LLVM-exception"]
        {
            assert!(licence_allowed(good, &allowed), "{good}");
        }
        for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0", "MIT MIT", "(MIT", "GPL-3.0 WITH MIT"]
        {
            assert!(!licence_allowed(bad, &allowed), "{bad}");
        }
    }

    #[test]
    fn a_manifest_without_the_workspaces_lints_is_found() {
        assert!(keeps_lints("[package]\nname = \"a\"\n[lints]\nworkspace = true\n"));
        for lax in
            ["[package]\n", "[lints]\nworkspace = false\n", "[lints.rust]\nworkspace = true\n", "workspace = true\n"]
        {
            assert!(!keeps_lints(lax), "{lax}");
        }
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(Version::parse("0.103.9") < Version::parse("0.103.13"));
        assert!(Version::parse("0.23") < Version::parse("0.23.1"));
        assert!(Version::parse("1.0.0") > Version::parse("0.99.99"));
    }
}
