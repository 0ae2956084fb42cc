//! Lists of orders: several pages, legs, and cursors that stand still.

use crate::broker::{Broker, Seen, answer};
use crate::world::{NOBODY, access, client, paper, shown};
use chrono::{DateTime, TimeDelta, Utc};
use domain::account::Environment;
use domain::brokerage::{Brokerage, Which};
use domain::clock::SystemClock;
use std::collections::HashMap;
use std::sync::Arc;

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn row(n: usize) -> String {
    let at = (start() + TimeDelta::seconds(i64::try_from(n).unwrap())).to_rfc3339();
    shown(&[("id", &format!("\"{}\"", name(n))), ("submitted_at", &format!("\"{at}\""))])
}

fn name(n: usize) -> String {
    format!("{n:08x}-0000-4000-8000-000000000000")
}

fn query(seen: &Seen) -> HashMap<String, String> {
    let pairs = seen.target.split_once('?').map_or("", |(_, query)| query).split('&');
    pairs.filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.to_owned(), v.replace("%3A", ":"))).collect()
}

/// A broker with orders 1 to `count`, which pages as Alpaca does.
async fn book(count: usize) -> Broker {
    Broker::start(move |seen| {
        let query = query(seen);
        assert!(!(query.contains_key("after") && query.contains_key("before_order_id")), "not together");
        assert_eq!((query["direction"].as_str(), query["nested"].as_str()), ("desc", "true"));
        let limit: usize = query["limit"].parse().unwrap();
        assert!((1..=500).contains(&limit));
        let after = query.get("after").map(|at| DateTime::parse_from_rfc3339(at).unwrap().to_utc());
        let rows: Vec<_> = (1..=count)
            .rev()
            .filter(|n| query.get("before_order_id").is_none_or(|id| name(*n) < *id))
            .filter(|n| after.is_none_or(|after| start() + TimeDelta::seconds(i64::try_from(*n).unwrap()) > after))
            .take(limit)
            .map(row)
            .collect();
        answer(200, format!("[{}]", rows.join(",")))
    })
    .await
}

#[tokio::test]
async fn a_long_list_is_whole_newest_first_and_without_doubles() {
    for (count, after, most, expected, pages) in [
        (0, None, 10, 0..0, 1),
        (1_203, None, 5_000, 1..1_204, 3),
        (1_203, None, 700, 504..1_204, 2),
        (1_203, Some(900), 5_000, 901..1_204, 1),
        (1_203, Some(100), 5_000, 101..1_204, 3),
        (500, None, 500, 1..501, 1),
        (10, None, 0, 0..0, 0),
    ] {
        let broker = book(count).await;
        let alpaca = client(&broker.origin, NOBODY, NOBODY, Arc::new(SystemClock::start()));
        let after = after.map(|n| start() + TimeDelta::seconds(n));
        let orders = alpaca.orders(&access(Environment::Paper), Which::All, after, most).await.unwrap();
        let ids: Vec<_> = orders.iter().map(|order| order.id.0.to_string()).collect();
        let wanted: Vec<_> = expected.rev().map(name).collect();
        assert_eq!(ids, wanted, "count {count} after {after:?} most {most}");
        assert_eq!(broker.seen().len(), pages, "count {count} after {after:?} most {most}");
    }
}

#[tokio::test]
async fn legs_follow_their_parents() {
    let leg = |n| shown(&[("id", &format!("\"{}\"", name(n))), ("status", "\"held\"")]);
    let parent = shown(&[("id", &format!("\"{}\"", name(1))), ("legs", &format!("[{},{}]", leg(2), leg(3)))]);
    let multi = shown(&[
        ("id", &format!("\"{}\"", name(4))),
        ("symbol", "\"\""),
        ("side", "\"\""),
        ("limit_price", "\"-0.85\""),
    ]);
    let (broker, alpaca) = paper(move |_| answer(200, format!("[{parent},{multi}]"))).await;
    let orders = alpaca.orders(&access(Environment::Paper), Which::Open, None, 50).await.unwrap();
    let ids: Vec<_> = orders.iter().map(|order| order.id.0.to_string()).collect();
    assert_eq!(ids, [1, 2, 3, 4].map(name));
    assert_eq!((orders[3].side, orders[3].limit_price), (None, None));
    assert_eq!(broker.seen()[0].target, "/v2/orders?status=open&limit=50&direction=desc&nested=true");
}

#[tokio::test]
async fn a_list_that_never_ends_is_ended_here() {
    // The same full page for ever.
    let page: Vec<_> = (1..=500).rev().map(row).collect();
    let page = format!("[{}]", page.join(","));
    let (broker, alpaca) = paper(move |_| answer(200, page.clone())).await;
    let orders = alpaca.orders(&access(Environment::Paper), Which::All, None, usize::MAX).await.unwrap();
    assert_eq!((orders.len(), broker.seen().len()), (500, 2));
}
