#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
use super::*;
use domain::account::Quote;
use domain::ids::BrokerAccountId;
use domain::money::{Price, Quantity};
use domain::order::Pricing;
use domain::symbol::Symbol;
use uuid::Uuid;

#[expect(clippy::unnecessary_wraps, reason = "as the broker's optional fields are")]
fn usd(number: i64) -> Option<Usd> {
    Some(Usd(Decimal::from(number)))
}

fn around(held: i64, free: i64, shorting: bool) -> Surroundings {
    let symbol = Symbol::parse("AAPL").unwrap();
    let quote = Quote { bid: Price::parse("99").ok(), ask: Price::parse("100").ok(), at: chrono::DateTime::UNIX_EPOCH };
    Surroundings {
        asset: Asset {
            symbol: symbol.clone(),
            name: "Apple Inc.".into(),
            active: true,
            tradable: true,
            fractionable: true,
            shortable: true,
            exchange: "NASDAQ".into(),
        },
        snapshot: Ok(Snapshot { quote: Some(quote), last: None, previous_close: None }),
        broker: Ok(BrokerAccount {
            id: BrokerAccountId(Uuid::from_u128(1)),
            number: "PA1".into(),
            status: "ACTIVE".into(),
            cash: usd(1000),
            equity: usd(1000),
            last_equity: usd(1000),
            buying_power: usd(1000),
            long_market_value: None,
            short_market_value: None,
            multiplier: None,
            trading_blocked: false,
            account_blocked: false,
            suspended_by_user: false,
            shorting_enabled: shorting,
        }),
        positions: Ok(vec![Position {
            symbol,
            qty: Decimal::from(held),
            qty_available: Decimal::from(free),
            entry: Usd(Decimal::ONE),
            price: None,
            value: None,
            cost: Usd(Decimal::ONE),
            unrealized: None,
            unrealized_fraction: None,
            today: None,
        }]),
        market: None,
    }
}

fn order(side: Side, amount: Size, pricing: Pricing) -> Order {
    let symbol = Symbol::parse("AAPL").unwrap();
    Order::plain(side, symbol, amount, pricing)
}

fn shares(text: &str) -> Size {
    Size::Shares(Quantity::parse(text).unwrap())
}

#[test]
fn selling_more_than_is_free_is_refused_unless_it_may_open_a_short() {
    let cases = [
        (10, 10, true, "10", true),
        (10, 10, true, "11", false),
        (10, 4, true, "5", false),
        (0, 0, true, "5", true),
        (0, 0, true, "0.5", false),
        (0, 0, false, "5", false),
        (-5, -5, true, "5", true),
    ];
    for (held, free, shorting, qty, passes) in cases {
        let seen = around(held, free, shorting);
        let verdict = seen.check_holdings(&order(Side::Sell, shares(qty), Pricing::Market));
        assert_eq!(verdict.is_ok(), passes, "held {held}, free {free}, shorting {shorting}, sells {qty}: {verdict:?}");
        assert_eq!(seen.check_holdings(&order(Side::Buy, shares(qty), Pricing::Market)), Ok(()));
    }
    let unreadable = Surroundings { positions: Err(ReadFailure::Unavailable), ..around(0, 0, false) };
    assert_eq!(unreadable.check_holdings(&order(Side::Sell, shares("5"), Pricing::Market)), Ok(()), "a hint only");
}

#[test]
fn the_numbers_of_a_card_follow_from_what_was_read() {
    let seen = around(10, 10, true);
    let buy = seen.numbers(&order(Side::Buy, shares("5"), Pricing::Market)).unwrap();
    assert_eq!((buy.estimate, buy.buying_power_after), (usd(500), usd(500)));
    assert_eq!((buy.held, buy.held_after), (Decimal::TEN, Some(Decimal::from(15))));
    let sell = seen.numbers(&order(Side::Sell, shares("4"), Pricing::Market)).unwrap();
    assert_eq!((sell.estimate, sell.buying_power_after), (usd(396), None), "a sale is estimated at the bid");
    let limit = Pricing::Limit(Price::parse("90").unwrap());
    assert_eq!(seen.numbers(&order(Side::Buy, shares("5"), limit)).unwrap().estimate, usd(450));
    let dollars = order(Side::Buy, Size::Dollars(Usd::parse("50").unwrap()), Pricing::Market);
    assert_eq!(seen.numbers(&dollars).unwrap().held_after, None);
}

#[test]
fn no_card_is_shown_without_a_price_or_without_the_position() {
    let market = order(Side::Buy, shares("5"), Pricing::Market);
    let mute =
        Surroundings { snapshot: Ok(Snapshot { quote: None, last: None, previous_close: None }), ..around(0, 0, true) };
    assert_eq!(mute.numbers(&market), Err(Refused::NoQuote(market.symbol.clone())));
    let limit = order(Side::Buy, shares("5"), Pricing::Limit(Price::parse("90").unwrap()));
    assert!(mute.numbers(&limit).is_ok(), "a limit order brings its own price");
    let blind = Surroundings { positions: Err(ReadFailure::Unavailable), ..around(0, 0, true) };
    assert_eq!(blind.numbers(&market), Err(Refused::Trouble(Trouble::Broker(ReadFailure::Unavailable))));
}
