//! One client, its keys and an order, for every test.

use crate::broker::{Act, Broker, Seen};
use alpaca::{Alpaca, Limits, Origins};
use chrono::DateTime;
use domain::account::Environment;
use domain::brokerage::{Access, Answered, Meter};
use domain::clock::{Clock, ManualClock, SystemClock};
use domain::credential::KeyPair;
use domain::ids::{ClientOrderId, IntentId};
use domain::money::{Price, Quantity};
use domain::order::{Order, Pricing, Side, Size};
use domain::symbol::Symbol;
use std::sync::Arc;
use std::time::Duration;

/// A port that nothing listens on.
pub const NOBODY: &str = "http://127.0.0.1:1";
pub const KEY_ID: &str = "PKSECRETKEYID0000001"; // not-a-secret
pub const SECRET: &str = "s3cretS3cretS3cretS3cretS3cretS3cret0001";
pub const ORDER_ID: &str = "0f1c2b7e-6f53-4a75-9c0c-6d2b2a9e1f01";

pub fn client(paper: &str, live: &str, data: &str, clock: Arc<dyn Clock>) -> Alpaca {
    Alpaca::new(Origins::parse(paper, live, data).unwrap(), clock, Limits::default()).unwrap()
}

/// A paper client of one scripted broker, on the machine's clock.
pub async fn paper(script: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> (Broker, Alpaca) {
    let broker = Broker::start(script).await;
    let alpaca = client(&broker.origin, NOBODY, &broker.origin, Arc::new(SystemClock::start()));
    (broker, alpaca)
}

/// The same on a clock that stands still.
pub async fn paper_at_rest(
    script: impl Fn(&Seen) -> Act + Send + Sync + 'static,
) -> (Broker, Alpaca, Arc<ManualClock>) {
    let broker = Broker::start(script).await;
    let clock = Arc::new(ManualClock::at(DateTime::from_timestamp(1_790_000_000, 0).unwrap()));
    let alpaca = client(&broker.origin, NOBODY, &broker.origin, clock.clone());
    (broker, alpaca, clock)
}

pub fn access(environment: Environment) -> Access {
    let keys = KeyPair { key_id: KEY_ID.to_owned().into(), secret: SECRET.to_owned().into() };
    Access { environment, meter: Meter("account".to_owned()), keys, answered: Answered::default() }
}

/// Keys of their own budget, so that a table of many rows never waits.
pub fn access_of(meter: usize) -> Access {
    Access { meter: Meter(format!("account {meter}")), ..access(Environment::Paper) }
}

pub fn intent() -> ClientOrderId {
    ClientOrderId::of("11112222333344445555666677778888".parse::<IntentId>().unwrap())
}

pub fn buy() -> Order {
    Order::plain(
        Side::Buy,
        Symbol::parse("XYZ").unwrap(),
        Size::Shares(Quantity::parse("3").unwrap()),
        Pricing::Limit(Price::parse("41.07").unwrap()),
    )
}

/// The order as the broker shows it, with some members replaced: `shown(&[("status", "\"new\"")])`.
pub fn shown(changes: &[(&str, &str)]) -> String {
    let mut order: Vec<(String, String)> = [
        ("id", &format!("\"{ORDER_ID}\"")),
        ("client_order_id", &format!("\"{}\"", intent())),
        ("created_at", &"\"2026-09-11T14:31:02.118273645Z\"".to_owned()),
        ("updated_at", &"\"2026-09-11T14:31:02.120884112Z\"".to_owned()),
        ("submitted_at", &"\"2026-09-11T14:31:02.118001223Z\"".to_owned()),
        ("symbol", &"\"XYZ\"".to_owned()),
        ("qty", &"\"3\"".to_owned()),
        ("notional", &"null".to_owned()),
        ("filled_qty", &"\"0\"".to_owned()),
        ("filled_avg_price", &"null".to_owned()),
        ("order_class", &"\"\"".to_owned()),
        ("type", &"\"limit\"".to_owned()),
        ("side", &"\"buy\"".to_owned()),
        ("time_in_force", &"\"day\"".to_owned()),
        ("limit_price", &"\"41.07\"".to_owned()),
        ("status", &"\"pending_new\"".to_owned()),
        ("extended_hours", &"false".to_owned()),
        ("legs", &"null".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value.clone()))
    .to_vec();
    for (name, value) in changes {
        order.retain(|(known, _)| known != name);
        if *value != "absent" {
            order.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    let members: Vec<_> = order.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

pub fn problem(code: i64, message: &str) -> String {
    format!("{{\"code\":{code},\"message\":\"{message}\"}}")
}

/// Waits until something has happened, and fails loudly when it does not.
pub async fn until(what: &str, happened: impl Fn() -> bool) {
    for _ in 0..2_000 {
        if happened() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never happened: {what}");
}
