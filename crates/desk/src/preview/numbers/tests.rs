#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
use super::super::*;
use super::*;
use domain::account::Steps;
use domain::ids::BrokerAccountId;
use domain::money::{Percent, Price, Quantity};
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
            easy_to_borrow: true,
            attributes: Vec::new(),
            steps: Steps::default(),
            exchange: "NASDAQ".into(),
            terms: None,
        },
        snapshot: Ok(Snapshot { quote: Some(quote), last: None, previous_close: None }),
        package: None,
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
            is_crypto: false,
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
        open: Some(Vec::new()),
        ended: None,
        now: chrono::DateTime::UNIX_EPOCH,
    }
}

fn closed() -> MarketClock {
    let at = chrono::DateTime::UNIX_EPOCH;
    MarketClock { at, is_open: false, next_open: at, next_close: at }
}

fn order(side: Side, amount: Size, pricing: Pricing) -> Order {
    let symbol = Symbol::parse("AAPL").unwrap();
    Order::plain(side, symbol, amount, pricing)
}

fn shares(text: &str) -> Size {
    Size::Shares(Quantity::parse(text).unwrap())
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

fn standing(side: Side, kind: &str, limit: Option<&str>) -> BrokerOrder {
    BrokerOrder {
        id: domain::ids::BrokerOrderId(Uuid::from_u128(5)),
        client_order_id: domain::ids::ClientOrderId::stored("x"),
        symbol: Symbol::parse("AAPL").unwrap(),
        side: Some(side),
        qty: Some(Decimal::ONE),
        notional: None,
        kind: kind.into(),
        time_in_force: "day".into(),
        limit_price: limit.and_then(|limit| Price::parse(limit).ok()),
        stop_price: kind.contains("stop").then(|| Price::parse("95").unwrap()),
        trail: None,
        class: String::new(),
        legs: Vec::new(),
        replaces: None,
        replaced_by: None,
        extended_hours: false,
        status: domain::order::BrokerStatus::New,
        filled_qty: Decimal::ZERO,
        filled_avg_price: None,
        submitted_at: None,
        updated_at: None,
        ended_at: None,
    }
}

/// Alpaca's matrix: a market or stop order on the other side always, limits when they cross; exits never.
#[test]
fn a_wash_trade_is_seen_before_alpaca_refuses_it() {
    let at = |text: &str| Pricing::Limit(Price::parse(text).unwrap());
    let cases = [
        (Pricing::Market, standing(Side::Sell, "limit", Some("120")), true),
        (at("99"), standing(Side::Sell, "market", None), true),
        (at("99"), standing(Side::Sell, "stop", None), true),
        (at("99"), standing(Side::Sell, "limit", Some("100")), false),
        (at("100"), standing(Side::Sell, "limit", Some("100")), true),
        (at("100"), standing(Side::Buy, "limit", Some("100")), false),
        (at("100"), BrokerOrder { class: "bracket".into(), ..standing(Side::Sell, "limit", Some("90")) }, false),
        (
            at("100"),
            BrokerOrder { symbol: Symbol::parse("MSFT").unwrap(), ..standing(Side::Sell, "market", None) },
            false,
        ),
    ];
    for (pricing, other, trades) in cases {
        let buy = order(Side::Buy, shares("1"), pricing);
        assert_eq!(trades_with(&buy, &other), trades, "{pricing} against {other:?}");
    }
}

#[test]
fn a_card_warns_of_what_a_trader_would_want_to_know() {
    let warned = |seen: &Surroundings, order: &Order| {
        let numbers = seen.numbers(order).unwrap();
        seen.warnings(order, numbers, Percent::parse("25").unwrap())
    };
    let seen = around(0, 0, true);
    let limit = |text: &str| Pricing::Limit(Price::parse(text).unwrap());
    assert_eq!(warned(&seen, &order(Side::Buy, shares("1"), limit("100"))), [Warning::Unprotected]);
    let large = warned(&seen, &order(Side::Buy, shares("5"), limit("100")));
    assert_eq!(large, [Warning::Unprotected, Warning::Concentrated(Decimal::new(5, 1))]);
    let half = order(Side::Buy, shares("5"), limit("100"));
    let bolder = seen.warnings(&half, seen.numbers(&half).unwrap(), Percent::parse("50").unwrap());
    assert_eq!(bolder, [Warning::Unprotected], "their owner wants to hear of more than a half only");
    let far = warned(&seen, &order(Side::Buy, shares("1"), limit("80")));
    assert_eq!(far, [Warning::Unprotected, Warning::FarFromMarket(Decimal::new(-2, 1))]);
    assert_eq!(warned(&seen, &order(Side::Sell, shares("1"), limit("100"))), [Warning::Short]);
    let shut = Surroundings { market: Some(closed()), ..around(0, 0, true) };
    let at_night = order(Side::Buy, shares("1"), Pricing::Market);
    assert_eq!(warned(&shut, &at_night), [Warning::Closed, Warning::Unprotected]);
    assert_eq!(warned(&shut, &order(Side::Buy, shares("1"), limit("100"))), [Warning::Unprotected]);
    let busy = around(10, 4, true);
    assert_eq!(warned(&busy, &order(Side::Sell, shares("5"), limit("100"))), [Warning::HeldByOrders(Decimal::from(4))]);
    let guarded = Surroundings { open: Some(vec![standing(Side::Sell, "stop", None)]), ..around(0, 0, true) };
    let warnings = warned(&guarded, &order(Side::Buy, shares("1"), limit("100")));
    assert!(matches!(&warnings[..], [Warning::WashTrade(_)]), "{warnings:?}");
}

#[test]
fn fees_are_estimated_upwards_and_stocks_are_bought_free_of_charge() {
    let seen = around(10, 10, true);
    let of = |order: &Order| seen.numbers(order).unwrap().fees;
    assert_eq!(of(&order(Side::Buy, shares("5"), Pricing::Market)), usd(0));
    assert_eq!(of(&order(Side::Sell, shares("5"), Pricing::Market)), Some(Usd(Decimal::new(2, 2))));
    let coin = Order { symbol: Symbol::parse("BTC/USD").unwrap(), ..order(Side::Buy, shares("1"), Pricing::Market) };
    assert_eq!(of(&coin), Some(Usd(Decimal::new(25, 2))));
    let call = Order {
        symbol: Symbol::parse("AAPL261218C00250000").unwrap(),
        ..order(Side::Buy, shares("2"), Pricing::Market)
    };
    assert_eq!(of(&call), Some(Usd(Decimal::new(1, 1))));
}

/// 2.90 to 3.20 for the spread, with the underlying at 99 to 100 and one share held by an order.
fn around_a_spread(side: Side) -> Surroundings {
    let cents = |cents| Some(Decimal::new(cents, 2));
    let at = Some(chrono::DateTime::UNIX_EPOCH);
    let package = Package { side, bid: cents(290), ask: cents(320), at, thin: Vec::new() };
    Surroundings { package: Some(package), ..around(1, 0, true) }
}

fn spread(side: Side, pricing: Pricing) -> Order {
    use domain::order::{Effect, Leg, Legs};
    let leg = |symbol: &str, side| Leg { symbol: Symbol::from_broker(symbol), side, effect: Effect::Open, ratio: 1 };
    let legs = vec![leg("AAPL261218C00250000", side), leg("AAPL261218C00260000", side.opposite())];
    Order { class: Class::MultiLeg(Legs::new(legs).unwrap()), ..order(side, shares("1"), pricing) }
}

#[test]
fn a_spread_is_reckoned_and_warned_of_by_its_own_quote_and_never_by_the_underlyings() {
    let limit = |text: &str| Pricing::Limit(Price::parse(text).unwrap());
    for (side, worth) in [(Side::Buy, 320), (Side::Sell, 290)] {
        let seen = around_a_spread(side);
        let numbers = |pricing| seen.numbers(&spread(side, pricing)).unwrap();
        assert_eq!(numbers(Pricing::Market).estimate, usd(worth), "{side:?}");
        assert_eq!(seen.quoted(&spread(side, Pricing::Market)).unwrap().ask, Price::parse("3.20").ok());
        let warned = |pricing| {
            let order = spread(side, pricing);
            seen.warnings(&order, seen.numbers(&order).unwrap(), Percent::parse("100").unwrap())
        };
        assert_eq!(warned(limit("3")), [], "between bid and ask, and the share that is held is not what is sold");
        assert_eq!(warned(limit("4")), [Warning::FarFromMarket(Decimal::new(25, 2))]);
        let blind = Surroundings { package: None, ..around_a_spread(side) };
        assert_eq!(blind.numbers(&spread(side, Pricing::Market)).unwrap().estimate, None);
        assert_eq!(blind.quoted(&spread(side, Pricing::Market)), None);
    }
}

#[test]
fn a_spread_at_the_market_is_what_its_legs_come_to() {
    let seen = around_a_spread(Side::Sell);
    let wish = spread(Side::Buy, Pricing::Market);
    let exactly = domain::sizing::Amount::Exactly(wish.size);
    assert_eq!(seen.order(&wish.sized(exactly)).unwrap().side, Side::Sell);
    let limit = spread(Side::Buy, Pricing::Limit(Price::parse("3").unwrap()));
    let exactly = domain::sizing::Amount::Exactly(limit.size);
    assert_eq!(seen.order(&limit.sized(exactly)).unwrap().side, Side::Buy, "a limit has said it");
}
