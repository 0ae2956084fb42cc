//! The tables of docs/simulated-exchange.md: that each rule in them has its tests, the tests that no other file has room
//! for, and that it makes no difference which orders the exchange takes the trouble to look at.

use crate::trader::{Trader, dec, moment};
use chrono::TimeDelta;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::cell::Cell;
use std::path::{Path, PathBuf};

/// Rust sources below a folder, with the name by which the tables know them.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let stem = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
            let name = if stem(&path) == "tests" { stem(path.parent().unwrap()) } else { stem(&path) };
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn every_rule_that_is_enforced_names_tests_that_are_there() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = Vec::new();
    for folder in ["tests/exchange_rules", "tests/exchange_wire", "tests/specification", "src/exchange"] {
        sources(&here.join(folder), &mut code);
    }
    let is_there = |test: &str| {
        let Some((file, name)) = test.split_once("::") else { return false };
        code.iter().any(|(stem, text)| stem == file && text.contains(&format!("fn {name}(")))
    };
    let table = std::fs::read_to_string(here.join("../../docs/simulated-exchange.md")).unwrap();
    let (mut rules, mut named, mut wrong) = (0, 0, Vec::new());
    for row in table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| rule")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 3, "{row}");
        let tests: Vec<&str> = cells[2].split('`').filter(|part| part.contains("::") && !part.contains(' ')).collect();
        let tests: Vec<&str> = tests.into_iter().filter(|test| !test.starts_with("Exchange::")).collect();
        if cells[1] != "no" {
            rules += 1;
            wrong.extend(tests.is_empty().then(|| format!("{} names no test", cells[0])));
        }
        named += tests.len();
        wrong.extend(tests.into_iter().filter(|test| !is_there(test)).map(|test| format!("{test} is not there")));
    }
    println!("PROMISE sim-rules-have-tests cases={rules} violations={} tests={named}", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rules > 60, "the tables were read: {rules}");
}

#[test]
fn fields_that_nobody_knows_are_ignored() {
    let mut trader = Trader::at_noon();
    let order = trader.order("buy", "F", "1", &json!({"colour": "green", "stop_loss": null, "legs": null}));
    assert_eq!(order["status"], "pending_new");
    let group = json!({"order_class": "oto", "stop_loss": {"stop_price": "9", "trail_percent": "1"}});
    let group = trader.order("buy", "F", "1", &group);
    assert_eq!((&group["legs"][0]["type"], &group["legs"][0]["trail_percent"]), (&json!("stop"), &Value::Null));
}

#[test]
fn nothing_is_opened_both_ways_or_in_dollars_while_something_closes() {
    let mut trader = Trader::at_noon();
    let change = json!({"max_margin_multiplier": "2", "no_shorting": false});
    assert_eq!(trader.ask("PATCH", "/v2/account/configurations", &change).0, 200);
    let message = |(status, body): (u16, Value)| (status, body["message"].as_str().unwrap_or_default().to_owned());
    let limit = |price: &str| json!({"type": "limit", "limit_price": price});
    let long = trader.limit("buy", "F", "1", "9");
    let both = message(trader.try_order("sell", "F", "1", &limit("12")));
    assert_eq!(both, (403, "cannot open a short sell while a long buy order is open".into()));
    trader.ask("DELETE", &format!("/v2/orders/{}", long["id"].as_str().expect("id")), &Value::Null);
    let short = trader.limit("sell", "F", "1", "12");
    let both = message(trader.try_order("buy", "F", "1", &limit("9")));
    assert_eq!(both, (403, "cannot open a long buy while a short sell order is open".into()));
    trader.ask("DELETE", &format!("/v2/orders/{}", short["id"].as_str().expect("id")), &Value::Null);
    trader.own("F", "5");
    let exit = trader.limit("sell", "F", "1", "12");
    let dollars = json!({"qty": null, "notional": "50"});
    let while_closing = message(trader.try_order("buy", "F", "", &dollars));
    let words = "unable to open new notional orders while having open closing position orders";
    assert_eq!(while_closing, (403, words.into()));
    trader.ask("DELETE", &format!("/v2/orders/{}", exit["id"].as_str().expect("id")), &Value::Null);
    trader.order("buy", "F", "", &dollars);
}

#[test]
fn an_order_costs_what_the_session_asks() {
    for (at, cost) in [
        ("2026-11-23T17:00:00Z", "20000"), // The far side, 10.00.
        ("2026-11-23T22:00:00Z", "19970"), // The middle, 9.985.
        ("2026-11-24T03:00:00Z", "19960"), // The last trade, 9.98.
    ] {
        let mut trader = Trader::at(moment(at));
        trader.quote("F", "9.97", "10.00");
        let (status, body) = trader.try_order("buy", "F", "2000", &json!({}));
        assert_eq!((status, &body["cost_basis"]), (403, &json!(cost)), "{at}");
    }
}

/// Something that a trader or the market does.
#[derive(Clone, Debug)]
enum Act {
    Order { sell: bool, qty: u32, kind: usize, price: u32 },
    Cancel(usize),
    Replace { place: usize, price: u32 },
    Quote(u32),
    Wait(i64),
    Doors(bool),
}

fn act() -> impl Strategy<Value = Act> {
    let price = || 900..1_100_u32;
    prop_oneof![
        8 => (any::<bool>(), 1..40_u32, 0..9_usize, price())
            .prop_map(|(sell, qty, kind, price)| Act::Order { sell, qty, kind, price }),
        1 => (0..40_usize).prop_map(Act::Cancel),
        1 => (0..40_usize, price()).prop_map(|(place, price)| Act::Replace { place, price }),
        3 => price().prop_map(Act::Quote),
        6 => (0..4_000_i64).prop_map(Act::Wait),
        1 => (1..30_i64).prop_map(|hours| Act::Wait(hours * 3_600_000)),
        1 => any::<bool>().prop_map(Act::Doors),
    ]
}

fn cents(price: u32) -> String {
    Decimal::new(price.into(), 2).to_string()
}

fn body(kind: usize, price: u32) -> Value {
    let at = cents(price);
    let (above, below) = (cents(price + 60), cents(price - 60));
    match kind {
        0 => json!({}),
        1 => json!({"type": "limit", "limit_price": at, "time_in_force": "gtc"}),
        2 => json!({"type": "stop", "stop_price": at}),
        3 => json!({"type": "stop_limit", "stop_price": at, "limit_price": above}),
        4 => json!({"type": "trailing_stop", "trail_percent": "2", "time_in_force": "gtc"}),
        5 => json!({"type": "limit", "limit_price": at, "order_class": "bracket",
            "take_profit": {"limit_price": above}, "stop_loss": {"stop_price": below}}),
        6 => json!({"type": "limit", "limit_price": above, "order_class": "oco",
            "take_profit": {"limit_price": above}, "stop_loss": {"stop_price": below, "limit_price": below}}),
        7 => json!({"type": "limit", "limit_price": at, "extended_hours": true}),
        _ => json!({"type": "limit", "limit_price": at, "time_in_force": "cls"}),
    }
}

/// What the doors are told makes the exchange look at every open order, also if they are told what they do already.
fn tell_doors(trader: &mut Trader, follow: bool) {
    let market = &mut trader.exchange.market;
    if follow { market.follow_calendar() } else { market.set_open(false) }
}

/// What is left after all of it: every order as the wire shows it, every event, in order, and how many fills there were.
/// `thorough`, the exchange is made to look at everything all the time.
fn world_after(acts: &[Act], percent: u64, thorough: bool) -> (Value, Vec<String>, usize) {
    let mut trader = Trader::at_noon();
    trader.exchange.knobs.requests_per_minute = u32::MAX;
    trader.exchange.knobs.partial_fill_percent = percent;
    trader.exchange.knobs.cancel_latency = TimeDelta::milliseconds(3);
    trader.own("F", "200");
    let mut follows = true;
    for act in acts {
        match act {
            Act::Order { sell, qty, kind, price } => {
                let side = if *sell { "sell" } else { "buy" };
                let (status, answer) = trader.try_order(side, "F", &qty.to_string(), &body(*kind, *price));
                assert!(matches!(status, 200 | 403 | 422), "{status} {answer}");
            }
            Act::Cancel(place) | Act::Replace { place, .. } => {
                let orders = trader.exchange.orders(trader.keys.account_id);
                let Some(id) = orders.get(*place).map(|order| order.id) else { continue };
                match act {
                    Act::Replace { price, .. } => {
                        trader.ask("PATCH", &format!("/v2/orders/{id}"), &json!({"limit_price": cents(*price)}))
                    }
                    _ => trader.ask("DELETE", &format!("/v2/orders/{id}"), &Value::Null),
                };
            }
            Act::Quote(bid) => {
                let bid = Decimal::new((*bid).into(), 2);
                trader.quote("F", &bid.to_string(), &(bid + dec("0.02")).to_string());
            }
            Act::Doors(follow) => {
                follows = *follow;
                tell_doors(&mut trader, follows);
            }
            Act::Wait(millis) => {
                for _ in 0..8 {
                    if thorough {
                        tell_doors(&mut trader, follows);
                    }
                    trader.wait(TimeDelta::milliseconds(*millis) / 8);
                }
            }
        }
        if thorough {
            tell_doors(&mut trader, follows);
        }
    }
    let events = trader.events();
    let fills = trader.exchange.fills().len();
    (trader.get("/v2/orders?status=all&limit=500&nested=true"), events, fills)
}

#[test]
fn what_is_looked_at_makes_no_difference_to_the_world() {
    let cases = 192;
    let traded = Cell::new(0);
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(acts in prop::collection::vec(act(), 1..60), percent in 0..60_u64)| {
        let world = world_after(&acts, percent, false);
        prop_assert_eq!(&world, &world_after(&acts, percent, true));
        traded.set(traded.get() + world.2);
    });
    println!("PROMISE sim-index cases={cases} violations=0 fills={}", traded.get());
    assert!(traded.get() > 500, "the flows trade: {}", traded.get());
}
