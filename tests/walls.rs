//! The walls of the house: who may use whom and what, and the few rules of taste that a compiler does not keep.
//!
//! Every wall is one test over the real house and one over a planted violation, which proves that the wall can fail.

mod graph;
mod order_rules;
mod rules;
mod sources;

use graph::House;
use order_rules::OrderRules;
use rules::Rules;
use sources::{Rule, Source};

/// Who may depend on whom among our own packages. The root may use all of them. Absent on purpose: `desk` on `alpaca`
/// (it sees the ports), `sim` on `alpaca` (a wire type that both share would hide a wrong field on both sides),
/// `commands` on `store`.
const EDGES: &[(&str, &[&str])] = &[
    ("alpaca", &["domain"]),
    ("commands", &["desk", "domain"]),
    ("desk", &["domain", "store", "vault"]),
    ("domain", &[]),
    ("paddock", &["alpaca", "commands", "desk", "domain", "sim", "store", "vault"]),
    ("sim", &["domain"]),
    ("store", &["domain"]),
    ("vault", &["domain"]),
];

/// Uses that `deny.toml` allows, but that tests alone may make of them.
const TESTS_ONLY: &[(&str, &str)] = &[("alpaca", "axum"), ("commands", "reqwest")];

/// Files above the limit of length, each with its reason.
const LONG: &[(&str, &str)] = &[];

fn holds(broken: &[String]) {
    assert!(broken.is_empty(), "\n  {}\n", broken.join("\n  "));
}

#[test]
fn our_packages_use_each_other_only_as_drawn() {
    let house = House::read();
    assert_eq!(house.ours().count(), EDGES.len(), "every package of the workspace stands in the table");
    holds(&house.undrawn_edges(EDGES));
}

#[test]
fn crates_from_outside_stay_behind_their_walls() {
    let bans = Rules::read().bans;
    assert!(bans.iter().any(|ban| ban.name == "sqlx") && bans.len() > 10, "deny.toml was read");
    holds(&House::read().breaches(&bans, TESTS_ONLY));
}

#[test]
fn every_licence_is_one_that_we_allow() {
    let house = House::read();
    assert!(house.packages.len() > 200, "the whole tree is looked at");
    holds(&house.unlicensed(&Rules::read().licences));
}

#[test]
fn every_package_keeps_the_workspaces_lints() {
    holds(&House::read().ours().filter_map(|package| rules::lax(&package.manifest)).collect::<Vec<_>>());
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    let broken = sources::broken(&Source::product(), Rule::Length(LONG));
    holds(&broken);
}

#[test]
fn a_tenant_is_made_in_two_files_only() {
    holds(&sources::broken(&Source::product(), Rule::Tenant));
}

#[test]
fn sql_is_put_together_in_one_file_of_the_store_only() {
    holds(&sources::broken(&Source::product(), Rule::DynamicSql));
}

#[test]
fn sql_is_written_in_the_store_only() {
    holds(&sources::broken(&Source::product(), Rule::Sql));
}

#[test]
fn no_setting_outlives_its_transaction() {
    holds(&sources::broken(&Source::product_and_migrations(), Rule::SessionSetting));
}

#[test]
fn every_rule_of_orders_has_tests_that_exist() {
    let read = |file: &str| std::fs::read_to_string(sources::root().join(file)).ok();
    let page = OrderRules::parse(&read("docs/order-rules.md").unwrap());
    assert!(page.rules.len() > 30 && page.tests.len() > 15, "the page was read");
    holds(&page.broken(read));
}
