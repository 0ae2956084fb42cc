#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
use super::*;
use crate::account::Quote;
use crate::ids::{BrokerOrderId, ClientOrderId};
use crate::money::Percent;
use crate::order::Trail;
use crate::symbol::Symbol;
use proptest::prelude::*;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn price(cents: i64) -> Price {
    Price::new(Decimal::new(cents, 2)).unwrap()
}

fn order(side: Side) -> BrokerOrder {
    BrokerOrder {
        id: BrokerOrderId(Uuid::from_u128(1)),
        client_order_id: ClientOrderId::stored("x"),
        symbol: Symbol::from_broker("AAPL"),
        side: Some(side),
        qty: Some(Decimal::ONE),
        notional: None,
        kind: "market".into(),
        time_in_force: "day".into(),
        limit_price: None,
        stop_price: None,
        trail: None,
        class: String::new(),
        legs: Vec::new(),
        replaces: None,
        replaced_by: None,
        extended_hours: false,
        status: BrokerStatus::New,
        filled_qty: Decimal::ZERO,
        filled_avg_price: None,
        submitted_at: None,
        updated_at: None,
        ended_at: None,
    }
}

fn limit(side: Side, cents: i64) -> BrokerOrder {
    BrokerOrder { kind: "limit".into(), limit_price: Some(price(cents)), ..order(side) }
}

fn stop(side: Side, cents: i64) -> BrokerOrder {
    BrokerOrder { kind: "stop".into(), stop_price: Some(price(cents)), ..order(side) }
}

/// Bid 100, ask 101, last 100.50.
fn market() -> Snapshot {
    let quote = Quote { bid: Some(price(10_000)), ask: Some(price(10_100)), at: now() };
    Snapshot { quote: Some(quote), last: Some(price(10_050)), previous_close: None }
}

fn clock(is_open: bool) -> MarketClock {
    let hours = |hours| now() + TimeDelta::hours(hours);
    MarketClock { at: now(), is_open, next_open: hours(20), next_close: hours(2) }
}

fn said(order: &BrokerOrder, is_open: bool) -> Vec<Reason> {
    reasons(order, Some(&market()), Some(&clock(is_open)), now())
}

#[test]
fn each_reason_is_found_where_a_trader_would_look() {
    let opens = now() + TimeDelta::hours(20);
    let with = |status| BrokerOrder { status, ..limit(Side::Buy, 9_090) };
    let away = |limit, market, digits| Reason::LimitAway {
        limit: price(limit),
        market: price(market),
        away: Decimal::new(digits, 1),
    };
    let below = || away(9_090, 10_100, -1);
    let timed = |word: &str| BrokerOrder { time_in_force: word.into(), ..limit(Side::Buy, 9_090) };
    let cases = [
        (with(BrokerStatus::Held), vec![Reason::Held]),
        (with(BrokerStatus::DoneForDay), vec![Reason::DoneForDay]),
        (with(BrokerStatus::PendingNew), vec![Reason::NotRouted, below()]),
        (with(BrokerStatus::PendingCancel), vec![Reason::Leaving, below()]),
        (with(BrokerStatus::Filled), vec![]),
        (limit(Side::Buy, 9_090), vec![below()]),
        (limit(Side::Sell, 11_000), vec![away(11_000, 10_000, 1)]),
        (limit(Side::Buy, 10_100), vec![Reason::Marketable]),
        (order(Side::Sell), vec![Reason::Marketable]),
        (timed("opg"), vec![Reason::OpeningAuction { at: opens }, below()]),
        (timed("cls"), vec![Reason::ClosingAuction { at: now() + TimeDelta::hours(2) }, below()]),
        (
            stop(Side::Sell, 5_025),
            vec![Reason::StopAway { stop: price(5_025), market: price(10_050), away: Decimal::new(-5, 1) }],
        ),
        (
            stop(Side::Buy, 15_075),
            vec![Reason::StopAway { stop: price(15_075), market: price(10_050), away: Decimal::new(5, 1) }],
        ),
        (stop(Side::Buy, 10_000), vec![Reason::Marketable]),
        (
            BrokerOrder { trail: Some(Trail::Percent(Percent::parse("2").unwrap())), ..stop(Side::Sell, 9_800) },
            vec![Reason::Trailing { stop: Some(price(9_800)) }],
        ),
        (BrokerOrder { class: "mleg".into(), ..limit(Side::Buy, 9_090) }, vec![below()]),
        (BrokerOrder { class: "mleg".into(), side: None, ..order(Side::Buy) }, vec![]),
    ];
    for (order, reasons) in cases {
        assert_eq!(said(&order, true), reasons, "{order:?}");
    }
    let closed = Reason::SessionClosed { opens };
    assert_eq!(said(&limit(Side::Buy, 9_090), false), [closed, below()]);
    assert_eq!(said(&limit(Side::Buy, 10_100), false), [closed], "it would be met, but nobody trades");
    let extended = BrokerOrder { extended_hours: true, ..limit(Side::Buy, 9_090) };
    assert_eq!(said(&extended, false), [below()]);
    let coin = BrokerOrder { symbol: Symbol::from_broker("BTC/USD"), ..limit(Side::Buy, 9_090) };
    assert_eq!(said(&coin, false), [below()], "coins have no session");
}

#[test]
fn a_silent_market_and_a_missing_quote_are_said() {
    let since = now() - TimeDelta::minutes(6);
    let old = Snapshot { quote: market().quote.map(|quote| Quote { at: since, ..quote }), ..market() };
    let silent = |is_open| reasons(&limit(Side::Buy, 10_100), Some(&old), Some(&clock(is_open)), now());
    assert_eq!(silent(true), [Reason::Silent { since }]);
    assert_eq!(silent(false).len(), 1, "after hours nobody quotes anyway");
    let bare = Snapshot { quote: None, last: None, previous_close: None };
    assert_eq!(reasons(&limit(Side::Buy, 1), Some(&bare), Some(&clock(true)), now()), [Reason::NoQuote]);
    assert_eq!(reasons(&limit(Side::Buy, 1), None, None, now()), [Reason::NoQuote]);
}

#[test]
fn the_middle_is_rounded_to_the_orders_own_advantage() {
    let (bid, ask) = (Some(price(10_000)), Some(price(10_001)));
    let at = |touch: Touch, side| touch.price(side, bid, ask, None);
    assert_eq!((at(Touch::Bid, Side::Buy), at(Touch::Ask, Side::Buy)), (bid, ask));
    assert_eq!((at(Touch::Middle, Side::Buy), at(Touch::Middle, Side::Sell)), (bid, ask));
    assert_eq!(Touch::Middle.price(Side::Buy, None, ask, None), None);
    let coarse = Some(Decimal::new(5, 2));
    assert_eq!(Touch::Middle.price(Side::Sell, bid, Some(price(10_012)), coarse), Some(price(10_010)));
}

proptest! {
    #[test]
    fn a_middle_lies_between_bid_and_ask_and_fits_its_steps(bid in 1_i64..10_000_000, spread in 0_i64..100_000, sells in any::<bool>()) {
        let side = if sells { Side::Sell } else { Side::Buy };
        let scaled = |number: i64| Price::new(Decimal::new(number, if number < 10_000 { 4 } else { 2 })).unwrap();
        let (bid, ask) = (scaled(bid), scaled(bid + spread));
        prop_assume!(bid <= ask);
        if let Some(middle) = Touch::Middle.price(side, Some(bid), Some(ask), None) {
            prop_assert!(middle.fits_increment(), "{middle}");
            prop_assert!(bid.get() - bid.step() < middle.get() && middle.get() < ask.get() + ask.step(), "{bid} {middle} {ask}");
        }
    }

    /// A reason that speaks of a distance speaks of one that is there.
    #[test]
    fn a_limit_that_is_away_is_on_the_waiting_side(cents in 1_i64..30_000, sells in any::<bool>()) {
        let side = if sells { Side::Sell } else { Side::Buy };
        for reason in said(&limit(side, cents), true) {
            match reason {
                Reason::LimitAway { limit, market, away } => {
                    prop_assert_eq!(limit < market, side == Side::Buy);
                    prop_assert_eq!(away.is_sign_negative(), side == Side::Buy);
                }
                Reason::Marketable => {
                    let met = if sells { cents <= 10_000 } else { cents >= 10_100 };
                    prop_assert!(met);
                }
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }
}
