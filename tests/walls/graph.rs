//! Who uses whom, as `cargo metadata` tells.

use super::rules::{Ban, Version, licence_allowed};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::process::Command;

pub struct Package {
    pub name: String,
    pub version: Version,
    pub licence: String,
    pub ours: bool,
    pub manifest: PathBuf,
}

pub struct Edge {
    pub from: usize,
    pub to: usize,
    /// Only tests, benches and examples use it.
    pub tests_only: bool,
}

/// Every package that is built, and every use that one makes of another.
pub struct House {
    pub packages: Vec<Package>,
    pub edges: Vec<Edge>,
}

impl House {
    pub fn read() -> Self {
        // Without a platform, crates for Windows and others would have to be fetched, which no build has done.
        let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let out = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
            .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", &platform])
            .current_dir(super::sources::root())
            .output()
            .unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        Self::from_metadata(&serde_json::from_slice(&out.stdout).unwrap())
    }

    fn from_metadata(metadata: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let list = |value: &Value| value.as_array().cloned().unwrap();
        let members: BTreeSet<String> = list(&metadata["workspace_members"]).iter().map(text).collect();
        let mut index = HashMap::new();
        let mut packages = vec![];
        for package in list(&metadata["packages"]) {
            let id = text(&package["id"]);
            packages.push(Package {
                name: text(&package["name"]),
                version: Version::parse(&text(&package["version"])),
                licence: text(&package["license"]),
                ours: members.contains(&id),
                manifest: PathBuf::from(text(&package["manifest_path"])),
            });
            index.insert(id, packages.len() - 1);
        }
        let mut edges = vec![];
        for node in list(&metadata["resolve"]["nodes"]) {
            for used in list(&node["deps"]) {
                let tests_only = list(&used["dep_kinds"]).iter().all(|kind| kind["kind"] == "dev");
                edges.push(Edge { from: index[&text(&node["id"])], to: index[&text(&used["pkg"])], tests_only });
            }
        }
        Self { packages, edges }
    }

    pub fn ours(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.ours)
    }

    fn uses(&self) -> impl Iterator<Item = (&Package, &Package, bool)> {
        self.edges.iter().map(|edge| (&self.packages[edge.from], &self.packages[edge.to], edge.tests_only))
    }

    /// Uses between our own packages, by their tests too, that the table does not have.
    pub fn undrawn_edges(&self, drawn: &[(&str, &[&str])]) -> Vec<String> {
        self.uses()
            // A package's tests may use the package itself, with a feature for tests switched on.
            .filter(|(from, to, tests_only)| from.ours && to.ours && !(*tests_only && from.name == to.name))
            .filter(|(from, to, _)| !drawn.iter().any(|(name, may)| *name == from.name && may.contains(&&*to.name)))
            .map(|(from, to, _)| format!("{} must not use {}", from.name, to.name))
            .collect()
    }

    /// Banned crates and versions in the tree, and crates used outside their walls.
    pub fn breaches(&self, bans: &[Ban], tests_only: &[(&str, &str)]) -> Vec<String> {
        let banned = self.packages.iter().filter_map(|package| {
            let hit = bans.iter().find(|ban| ban.wrappers.is_empty() && ban.hits(&package.name, &package.version));
            hit.map(|ban| format!("{} {:?} is banned: {}", package.name, package.version, ban.reason))
        });
        let outside = self.uses().filter_map(|(from, to, in_tests)| {
            let ban = bans.iter().find(|ban| !ban.wrappers.is_empty() && ban.hits(&to.name, &to.version))?;
            let of_the_roots_tests = from.name == "paddock" && in_tests;
            (!ban.wrappers.contains(&from.name) && !of_the_roots_tests)
                .then(|| format!("{} must not use {}: {}", from.name, to.name, ban.reason))
        });
        let in_product = self
            .uses()
            .filter(|(from, to, in_tests)| !in_tests && tests_only.contains(&(&*from.name, &*to.name)))
            .map(|(from, to, _)| format!("only the tests of {} may use {}", from.name, to.name));
        banned.chain(outside).chain(in_product).collect()
    }

    pub fn unlicensed(&self, allowed: &BTreeSet<String>) -> Vec<String> {
        self.packages
            .iter()
            .filter(|package| !licence_allowed(&package.licence, allowed))
            .map(|package| format!("{}: licence {:?} is not allowed", package.name, package.licence))
            .collect()
    }
}

mod planted {
    use super::super::{EDGES, TESTS_ONLY};
    use super::*;

    fn house(uses: &[(&str, &str, bool)]) -> House {
        let mut packages: Vec<Package> = vec![];
        let mut index = |name: &str| {
            packages.iter().position(|package| package.name == name).unwrap_or_else(|| {
                packages.push(Package {
                    name: name.into(),
                    version: Version::parse("0.22.4"),
                    licence: "MIT".into(),
                    ours: EDGES.iter().any(|(ours, _)| *ours == name),
                    manifest: PathBuf::new(),
                });
                packages.len() - 1
            })
        };
        let edges = uses.iter().map(|&(from, to, tests_only)| Edge { from: index(from), to: index(to), tests_only });
        let edges = edges.collect();
        House { packages, edges }
    }

    fn ban(entry: &str) -> Ban {
        Ban::parse(entry).unwrap()
    }

    #[test]
    fn an_edge_that_is_not_drawn_is_found_also_in_tests() {
        for in_tests in [false, true] {
            for (from, to) in [("desk", "alpaca"), ("sim", "alpaca"), ("commands", "store"), ("domain", "vault")] {
                assert_eq!(house(&[(from, to, in_tests)]).undrawn_edges(EDGES), [format!("{from} must not use {to}")]);
            }
        }
        assert!(house(&[("desk", "store", false), ("desk", "serde", false)]).undrawn_edges(EDGES).is_empty());
    }

    #[test]
    fn a_crate_behind_the_wrong_wall_is_found() {
        let bans = [ban(r#"{ crate = "sqlx", wrappers = ["store"], reason = "SQL lives in store" },"#)];
        let breaches = |from, in_tests| house(&[(from, "sqlx", in_tests)]).breaches(&bans, TESTS_ONLY);
        assert_eq!(breaches("desk", false), ["desk must not use sqlx: SQL lives in store"]);
        assert_eq!(breaches("desk", true).len(), 1);
        assert_eq!(breaches("paddock", false).len(), 1);
        assert_eq!(breaches("paddock", true).len(), 0, "the whole-system tests may use everything");
        assert_eq!(breaches("store", false).len(), 0);
    }

    #[test]
    fn a_crate_for_tests_in_the_product_is_found() {
        let bans = [ban(r#"{ crate = "axum", wrappers = ["alpaca", "sim"], reason = "" },"#)];
        assert_eq!(house(&[("alpaca", "axum", true)]).breaches(&bans, TESTS_ONLY).len(), 0);
        assert_eq!(house(&[("alpaca", "axum", false)]).breaches(&bans, TESTS_ONLY).len(), 1);
    }

    #[test]
    fn a_banned_crate_is_found_however_deep_it_sits() {
        let house = house(&[("serenity", "rustls", false)]);
        for (entry, hits) in
            [("rustls", 1), ("rustls:<0.23", 1), ("rustls:<0.22.5", 1), ("rustls:<0.22.4", 0), ("rust", 0)]
        {
            let bans = [ban(&format!("{{ crate = \"{entry}\", reason = \"old\" }}"))];
            assert_eq!(house.breaches(&bans, &[]).len(), hits, "{entry}");
        }
    }

    #[test]
    fn a_licence_that_is_not_allowed_is_found() {
        let mut house = house(&[("desk", "stranger", false)]);
        house.packages[1].licence = "GPL-3.0-only".into();
        assert_eq!(house.unlicensed(&["MIT".to_owned()].into()).len(), 1);
        house.packages[1].licence = String::new();
        assert_eq!(house.unlicensed(&["MIT".to_owned()].into()).len(), 1);
    }
}
