//! What the snapshots show: one account of each kind, and orders in every state.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use desk::view::{Page, Shown, View};
use desk::views::{ConfirmCard, Holding, Receipt};
use domain::account::{
    AccountName, AccountStatus, BrokerAccount, Environment, LinkedAccount, MarketClock, Position, Quote,
};
use domain::ids::{AccountId, BrokerAccountId, BrokerOrderId, ClientOrderId, IntentId, TicketId, ViewId};
use domain::life::{Life, State};
use domain::money::{Price, Quantity, Usd};
use domain::order::{BrokerOrder, BrokerStatus, Order, Pricing, Side, Size};
use domain::outcome::{Refusal, RefusalReason};
use domain::symbol::Symbol;
use rust_decimal::Decimal;
use uuid::Uuid;

/// Friday, 20 November 2026, 15:00 in New York.
pub(crate) fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 20, 0, 0).unwrap()
}

pub(crate) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(crate) fn usd(text: &str) -> Usd {
    Usd(decimal(text))
}

pub(crate) fn account(environment: Environment, name: &str) -> LinkedAccount {
    LinkedAccount {
        id: AccountId(Uuid::from_u128(if environment == Environment::Paper { 1 } else { 2 })),
        name: AccountName::stored(name),
        environment,
        broker_id: BrokerAccountId(Uuid::from_u128(3)),
        number_tail: "5309".into(),
        status: AccountStatus::Active,
        key_tail: "QX7A".into(),
        always_confirm: false,
        linked_at: now(),
        keys_since: now(),
        guards: Box::default(),
    }
}

pub(crate) fn paper() -> LinkedAccount {
    account(Environment::Paper, "swing")
}

pub(crate) fn live() -> LinkedAccount {
    account(Environment::Live, "savings")
}

pub(crate) fn broker_account() -> BrokerAccount {
    BrokerAccount {
        id: BrokerAccountId(Uuid::from_u128(3)),
        number: "PA3D5Q0W5309".into(),
        status: "ACTIVE".into(),
        cash: Some(usd("7312.5")),
        equity: Some(usd("10250.25")),
        last_equity: Some(usd("10000")),
        buying_power: Some(usd("14625")),
        long_market_value: Some(usd("2937.75")),
        short_market_value: Some(usd("0")),
        multiplier: Some(decimal("2")),
        trading_blocked: false,
        account_blocked: false,
        suspended_by_user: false,
        shorting_enabled: true,
    }
}

pub(crate) fn position(symbol: &str, qty: &str, value: &str, gain: &str, fraction: &str) -> Position {
    Position {
        symbol: Symbol::from_broker(symbol),
        qty: decimal(qty),
        is_crypto: false,
        qty_available: decimal(qty),
        entry: usd("100"),
        price: Some(usd("101")),
        value: Some(usd(value)),
        cost: usd("1000"),
        unrealized: Some(usd(gain)),
        unrealized_fraction: Some(decimal(fraction)),
        today: Some(usd("-1.5")),
    }
}

/// A page with all the buttons that the desk gives it.
pub(crate) fn shown(view: View, page: Page) -> Shown {
    let links = page.leads(&view).into_iter().zip(1..).map(|(view, n)| (view, ViewId(Uuid::from_u128(n)))).collect();
    Shown { view, page, links }
}

pub(crate) fn holding(account: LinkedAccount, position: Position) -> Holding {
    Holding { account, position, orders: Some(Vec::new()), protected: Some(Decimal::ZERO), at: now() }
}

pub(crate) fn clock(is_open: bool) -> MarketClock {
    MarketClock {
        at: now(),
        is_open,
        next_open: Utc.with_ymd_and_hms(2026, 11, 23, 14, 30, 0).unwrap(),
        next_close: Utc.with_ymd_and_hms(2026, 11, 20, 21, 0, 0).unwrap(),
    }
}

pub(crate) fn order(side: Side) -> Order {
    Order::plain(
        side,
        Symbol::parse("AAPL").unwrap(),
        Size::Shares(Quantity::parse("5").unwrap()),
        Pricing::Limit(Price::parse("184.50").unwrap()),
    )
}

pub(crate) fn card(account: LinkedAccount) -> ConfirmCard {
    ConfirmCard {
        ticket: TicketId(Uuid::from_u128(9)),
        account,
        order: order(Side::Buy),
        company: "Apple Inc.".into(),
        quote: Some(Quote {
            bid: Some(Price::parse("184.40").unwrap()),
            ask: Some(Price::parse("184.52").unwrap()),
            at: now() - TimeDelta::seconds(3),
        }),
        package: None,
        estimate: Some(usd("922.5")),
        fees: Some(usd("0")),
        warnings: Vec::new(),
        phrase: None,
        buying_power: Some(usd("14625")),
        buying_power_after: Some(usd("13702.5")),
        held: decimal("2"),
        held_after: Some(decimal("7")),
        market: Some(clock(true)),
        asked_again: false,
        at: now(),
        expires_at: now() + TimeDelta::seconds(60),
    }
}

pub(crate) fn receipt(state: State) -> Receipt {
    let intent = IntentId(Uuid::from_u128(11));
    Receipt {
        account: paper(),
        intent,
        client_order_id: ClientOrderId::of(intent),
        order: order(Side::Buy),
        life: Life { state, ..Life::intended() },
        stuck: false,
        decided_at: now(),
        looked_at: None,
        market: Some(clock(true)),
    }
}

pub(crate) fn at_broker(status: BrokerStatus) -> Receipt {
    let mut receipt = receipt(State::AtBroker);
    receipt.life.broker_order = Some(BrokerOrderId(Uuid::from_u128(0xA1)));
    receipt.life.status = Some(status);
    receipt
}

pub(crate) fn filled(mut receipt: Receipt, qty: &str) -> Receipt {
    receipt.life.filled_qty = decimal(qty);
    receipt.life.filled_avg_price = Some(Price::parse("184.47").unwrap());
    receipt
}

pub(crate) fn broker_order(status: BrokerStatus) -> BrokerOrder {
    BrokerOrder {
        id: BrokerOrderId(Uuid::from_u128(0xA1)),
        client_order_id: ClientOrderId::of(IntentId(Uuid::from_u128(11))),
        symbol: Symbol::from_broker("AAPL"),
        side: Some(Side::Buy),
        qty: Some(decimal("5")),
        notional: None,
        kind: "limit".into(),
        time_in_force: "day".into(),
        limit_price: Some(Price::parse("184.50").unwrap()),
        stop_price: None,
        trail: None,
        class: String::new(),
        legs: Vec::new(),
        replaces: None,
        replaced_by: None,
        extended_hours: false,
        status,
        filled_qty: Decimal::ZERO,
        filled_avg_price: None,
        submitted_at: Some(now()),
        updated_at: Some(now()),
        ended_at: None,
    }
}

pub(crate) fn refusal(reason: RefusalReason, message: &str) -> Refusal {
    Refusal { reason, message: message.into(), status: 403, code: Some(40_310_000), request_id: Some("7c1f0a".into()) }
}
