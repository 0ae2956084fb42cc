//! The exchange through the domain's ports, in virtual time.

use crate::trader::{dec, moment};
use chrono::TimeDelta;
use domain::account;
use domain::brokerage::{Access, Answered, Brokerage, MarketData, Meter, Which};
use domain::credential::KeyPair;
use domain::ids::{ClientOrderId, IntentId};
use domain::money::{Price, Quantity};
use domain::order::{BrokerStatus, Order, Pricing, Side, Size};
use domain::outcome::{CancelOutcome, Doubt, Lookup, Outcome, ReadFailure, RefusalReason};
use domain::symbol::Symbol;
use rust_decimal::Decimal;
use sim::clock::WorldClock;
use sim::exchange::{AccountHandle, Endpoint, Environment, Exchange, Fault, FaultRule, Floor, Pit};
use std::time::Duration;

fn floor() -> (Floor, AccountHandle) {
    let noon = moment("2026-11-23T17:00:00Z");
    let floor = Floor::new(Exchange::new(3, noon), WorldClock::frozen_at(noon));
    let keys = floor.seed_account("ann", Environment::Live, Decimal::from(1_000));
    floor.set_quote("F", dec("9.99"), dec("10.01"));
    (floor, keys)
}

fn access(keys: &AccountHandle, secret: &str) -> Access {
    let keys = KeyPair { key_id: keys.key_id.clone().into(), secret: secret.into() };
    Access { environment: account::Environment::Live, meter: Meter("ann".into()), keys, answered: Answered::default() }
}

fn order(qty: i64, pricing: Pricing) -> Order {
    Order::plain(
        Side::Buy,
        Symbol::parse("F").expect("symbol"),
        Size::Shares(Quantity::new(qty.into()).expect("quantity")),
        pricing,
    )
}

fn name(floor: &Floor) -> ClientOrderId {
    // A fresh name for every order; how many requests there have been is as good as random.
    let bits = u128::try_from(floor.requests().len()).expect("count");
    ClientOrderId::of(IntentId(uuid::Uuid::from_u128(bits)))
}

#[tokio::test]
async fn an_order_lives_its_life_through_the_ports() {
    let (floor, keys) = floor();
    let (pit, on) = (Pit::on(floor.clone()), access(&keys, &keys.secret));
    let symbol = Symbol::parse("F").expect("symbol");
    let quote = pit.quote(&on, &symbol).await.expect("quote");
    assert_eq!(quote.far_side(Side::Buy), Price::new(dec("10.01")));
    let (wanted, id) = (order(3, Pricing::Market), name(&floor));
    let Outcome::Landed(landed) = pit.submit(&on, &wanted, &id).await else { panic!("must land") };
    assert!(landed.matches(&wanted) && landed.client_order_id == id && landed.status == BrokerStatus::PendingNew);
    floor.clock().advance(TimeDelta::seconds(1));
    let Lookup::Found(found) = pit.look_up(&on, &id).await else { panic!("must be found") };
    assert_eq!((&found.status, found.filled_qty), (&BrokerStatus::Filled, Decimal::from(3)));
    assert_eq!(pit.order(&on, landed.id).await, Ok(*found.clone()));
    assert_eq!(pit.cancel(&on, landed.id).await, CancelOutcome::NotOpen);
    assert_eq!(pit.positions(&on).await.expect("positions")[0].qty, Decimal::from(3));
    assert_eq!(pit.account(&on).await.expect("account").cash.map(|cash| cash.0), Some(dec("969.97")));
    let resting = order(1, Pricing::Limit(Price::new(Decimal::from(5)).expect("price")));
    pit.submit(&on, &resting, &name(&floor)).await;
    assert_eq!(pit.orders(&on, Which::Open, None, 10).await.expect("orders").len(), 1);
    assert_eq!(pit.orders(&on, Which::All, found.submitted_at, 10).await.expect("orders").len(), 1);
    let canceled = pit.cancel_all(&on).await.expect("results");
    assert!(matches!(canceled.as_slice(), [(_, CancelOutcome::Requested)]));
    assert!(pit.clock(&on).await.expect("clock").is_open);
    assert_eq!(pit.asset(&on, &symbol).await.expect("asset").name, "Ford Motor Company");
    assert!(pit.assets(&on).await.expect("assets").len() > 40);
    assert!(pit.snapshot(&on, &symbol).await.expect("snapshot").previous_close.is_some());
    assert!(pit.configurations(&on).await.expect("configurations").no_shorting);
    let thanksgiving = [moment("2026-11-25T12:00:00Z"), moment("2026-11-27T12:00:00Z")].map(|at| at.date_naive());
    assert_eq!(pit.calendar(&on, thanksgiving[0], thanksgiving[1]).await.expect("days").len(), 2);
    assert_eq!(pit.look_up(&on, &ClientOrderId::stored("other")).await, Lookup::NotFound);
    assert_eq!(pit.account(&access(&keys, "wrong")).await, Err(ReadFailure::Credentials));
}

#[tokio::test]
async fn no_fault_is_taken_for_a_refusal_and_no_refusal_for_doubt() {
    let (floor, keys) = floor();
    let (pit, on) = (Pit::on(floor.clone()), access(&keys, &keys.secret));
    let cases = [
        (Fault::LateArrival(Duration::from_secs(20)), Doubt::TimedOut),
        (Fault::HangBefore, Doubt::TimedOut),
        (Fault::HangAfter, Doubt::TimedOut),
        (Fault::ResetBefore, Doubt::ConnectionLost),
        (Fault::ResetAfter, Doubt::ConnectionLost),
        (Fault::CutBody, Doubt::ConnectionLost),
        (Fault::TruncatedJson, Doubt::Unreadable { status: 200 }),
        (Fault::TimedOutBefore, Doubt::ServerError { status: 504 }),
        (Fault::TimedOutAfter, Doubt::ServerError { status: 504 }),
        (Fault::ServerErrorPage, Doubt::ServerError { status: 500 }),
        (Fault::Unavailable, Doubt::ServerError { status: 503 }),
        (Fault::TooManyRequests { headers: true }, Doubt::RateLimited { until: None }),
    ];
    for (fault, doubt) in cases {
        let id = name(&floor);
        floor.push_fault(FaultRule::once(Endpoint::SubmitOrder, fault.clone()));
        let outcome = pit.submit(&on, &order(1, Pricing::Market), &id).await;
        assert_eq!(outcome, Outcome::Unknown(doubt), "{fault:?}");
        let found = matches!(pit.look_up(&on, &id).await, Lookup::Found(_));
        assert_eq!(found, fault.lands(), "{fault:?}");
    }
    let taken = ClientOrderId::stored(floor.orders(keys.account_id)[0].client_order_id.clone());
    let again = pit.submit(&on, &order(1, Pricing::Market), &taken).await;
    assert_eq!(again, Outcome::Unknown(Doubt::DuplicateId));
    let Outcome::Refused(refusal) = pit.submit(&on, &order(1_000, Pricing::Market), &name(&floor)).await else {
        panic!("must be refused")
    };
    let cost = Some(Decimal::from(10_010));
    assert!(matches!(refusal.reason, RefusalReason::BuyingPower { cost: said, .. } if said == cost), "{refusal:?}");
    assert!(refusal.request_id.is_some());
}
