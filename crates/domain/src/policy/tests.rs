#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
use super::*;
use crate::account::{Asset, BrokerAccount, Steps};
use crate::ids::{BrokerAccountId, BrokerOrderId, ClientOrderId};
use crate::money::{Percent, Quantity};
use crate::order::{
    BrokerOrder, BrokerStatus, Class, Effect, Exit, Leg, Legs, Pricing, Side, StopLoss, TimeInForce, Trail,
};
use crate::symbol::Symbol;
use chrono::{DateTime, NaiveDate, Utc};
use proptest::prelude::*;
use uuid::Uuid;

fn asset() -> Asset {
    Asset {
        symbol: Symbol::parse("AAPL").unwrap(),
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
    }
}

fn coin() -> Asset {
    let step = |text: &str| Some(text.parse().unwrap());
    let steps = Steps { least: step("0.0001"), quantity: step("0.000000001"), price: step("0.01") };
    Asset { shortable: false, steps, ..asset() }
}

fn price(text: &str) -> Price {
    Price::parse_fine(text).unwrap()
}

fn shares(text: &str) -> Size {
    Size::Shares(Quantity::parse(text).unwrap())
}

fn of(symbol: &str, amount: Size, pricing: Pricing) -> Order {
    Order::plain(Side::Buy, Symbol::parse(symbol).unwrap(), amount, pricing)
}

fn loss(stop: &str) -> StopLoss {
    StopLoss { stop: price(stop), limit: None }
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
}

fn spread() -> Class {
    let leg = |symbol: &str, side| Leg { symbol: Symbol::from_broker(symbol), side, effect: Effect::Open, ratio: 1 };
    let legs = vec![leg("AAPL261218C00250000", Side::Buy), leg("AAPL261218C00260000", Side::Sell)];
    Class::MultiLeg(Legs::new(legs).unwrap())
}

/// The rows of `docs/order-rules.md` that can be told from the order and its asset.
#[test]
fn each_rule_of_each_kind_is_named() {
    use RuleBreak::*;
    let (one, half, market) = (shares("1"), shares("0.5"), Pricing::Market);
    let limit = Pricing::Limit(price("184.5"));
    let dollars = |text: &str| Size::Dollars(Usd::parse(text).unwrap());
    let day = of("AAPL", one, market);
    let gtc = |order: Order| Order { time_in_force: TimeInForce::Gtc, ..order };
    let at = |time_in_force, order: Order| Order { time_in_force, ..order };
    let late = |order: Order| Order { extended_hours: true, ..order };
    let with = |class, order: Order| Order { class, ..order };
    let bracket = |take: &str, stop: &str| Class::Bracket { take_profit: price(take), stop_loss: loss(stop) };
    let trail = Pricing::Trail(Trail::Percent(Percent::parse("0.05").unwrap()));
    let steady = Pricing::Trail(Trail::Price(price("1")));
    let stop = Pricing::Stop(price("180"));
    let named = || "AAPL".to_owned();
    let finer = |part, step: &str| PriceIncrement { part, step: step.parse().unwrap() };
    let cases = vec![
        (Asset { tradable: false, ..asset() }, day.clone(), NotTradable(named())),
        (Asset { active: false, ..asset() }, day.clone(), NotTradable(named())),
        (Asset { fractionable: false, ..asset() }, of("AAPL", half, market), NotFractionable(named())),
        (Asset { fractionable: false, ..asset() }, of("AAPL", dollars("5"), market), NotFractionable(named())),
        (asset(), gtc(of("AAPL", half, market)), FractionNeedsDay),
        (asset(), of("AAPL", half, steady), FractionTrails),
        (asset(), with(bracket("200", "170"), of("AAPL", half, market)), FractionNeedsSimple),
        (asset(), late(of("AAPL", half, limit)), FractionExtended(named())),
        (asset(), of("AAPL", dollars("0.99"), market), BelowOneDollar),
        (asset(), late(day.clone()), ExtendedNeedsLimit),
        (asset(), late(of("AAPL", one, stop)), ExtendedNeedsLimit),
        (asset(), at(TimeInForce::Ioc, late(of("AAPL", one, limit))), ExtendedNeedsDayOrGtc),
        (asset(), with(bracket("200", "170"), late(of("AAPL", one, limit))), ExtendedNeedsSimple),
        (asset(), of("AAPL", one, Pricing::Limit(price("1.005"))), finer(Part::Limit, "0.01")),
        (asset(), of("AAPL", one, Pricing::Stop(price("0.00005"))), finer(Part::Stop, "0.0001")),
        (asset(), with(bracket("200.001", "170"), day.clone()), finer(Part::TakeProfit, "0.01")),
        (asset(), with(Class::Oto(Exit::StopLoss(loss("170.001"))), day.clone()), finer(Part::StopLoss, "0.01")),
        (asset(), at(TimeInForce::Opg, of("AAPL", one, stop)), TimeNeedsMarketOrLimit(TimeInForce::Opg)),
        (asset(), at(TimeInForce::Fok, of("AAPL", one, steady)), TimeNeedsMarketOrLimit(TimeInForce::Fok)),
        (asset(), of("AAPL", one, trail), TrailTooSmall),
        (Asset { exchange: "OTC".into(), ..asset() }, of("AAPL", one, steady), OverTheCounter(named())),
        (Asset { attributes: vec!["ipo".into()], ..asset() }, day.clone(), IpoNeedsLimit(named())),
        (asset(), with(bracket("200", "170"), at(TimeInForce::Opg, day.clone())), ExitsNeedDayOrGtc),
        (asset(), with(bracket("200", "170"), of("AAPL", one, steady)), EntryTrails),
        (asset(), with(Class::Oco(loss("170")), day.clone()), OcoNeedsLimit),
        (
            asset(),
            with(bracket("170", "200"), day.clone()),
            ExitsCrossed { take_profit: price("170"), stop_loss: price("200") },
        ),
        (
            asset(),
            with(bracket("200", "184.5"), of("AAPL", one, limit)),
            StopTooNear { base: price("184.5"), below: true },
        ),
        (asset(), Order { effect: Some(Effect::Open), ..day.clone() }, EffectNeedsOption),
        (coin(), gtc(of("BTC/USD", one, steady)), CryptoKind),
        (coin(), gtc(of("BTC/USD", one, stop)), CryptoKind),
        (coin(), of("BTC/USD", one, market), CryptoTime),
        (coin(), at(TimeInForce::Fok, of("BTC/USD", one, market)), CryptoTime),
        (coin(), gtc(late(of("BTC/USD", one, limit))), CryptoExtended),
        (coin(), gtc(with(bracket("200", "170"), of("BTC/USD", one, market))), CryptoNeedsSimple),
        (coin(), gtc(of("BTC/USD", shares("0.00001"), market)), CryptoTooSmall("0.0001".parse().unwrap())),
        (coin(), gtc(of("BTC/USD", dollars("200001"), market)), CryptoTooLarge),
        (coin(), gtc(of("BTC/USD", shares("2"), Pricing::Limit(price("100001")))), CryptoTooLarge),
        (coin(), gtc(of("BTC/USD", one, Pricing::Limit(price("100.001")))), finer(Part::Limit, "0.01")),
        (asset(), of("AAPL261218C00250000", half, market), ContractsWhole),
        (asset(), of("AAPL261218C00250000", dollars("5"), market), ContractsWhole),
        (asset(), of("AAPL261218C00250000", one, stop), OptionKind),
        (asset(), gtc(of("AAPL261218C00250000", one, market)), OptionNeedsDay),
        (asset(), late(of("AAPL261218C00250000", one, limit)), OptionExtended),
        (asset(), with(bracket("2", "1"), of("AAPL261218C00250000", one, market)), OptionNeedsSimple),
        (
            asset(),
            of("AAPL261119C00250000", one, market),
            OptionExpired(NaiveDate::from_ymd_opt(2026, 11, 19).unwrap()),
        ),
        (asset(), with(spread(), of("AAPL", one, stop)), OptionKind),
        (asset(), with(spread(), gtc(of("AAPL", one, limit))), OptionNeedsDay),
    ];
    for (asset, order, broken) in &cases {
        assert_eq!(check(order, asset, today()), Err(broken.clone()), "{}", order.canonical());
    }
    println!("ORDER RULES cases={} violations=0 (rules before the network)", cases.len());
}

/// The table of types and times in force, cell by cell.
#[test]
fn each_cell_of_the_table_of_types_and_times_is_as_alpaca_takes_it() {
    let kinds = [
        Pricing::Market,
        Pricing::Limit(price("100")),
        Pricing::Stop(price("100")),
        Pricing::StopLimit { stop: price("100"), limit: price("101") },
        Pricing::Trail(Trail::Price(price("1"))),
    ];
    let rows = [
        ("AAPL", "1", [31_u8, 31, 3, 3, 3, 3]),
        ("AAPL", "0.5", [15, 0, 0, 0, 0, 0]),
        ("BTC/USD", "0.5", [0, 11, 0, 0, 3, 0]),
        ("AAPL261218C00250000", "1", [3, 0, 0, 0, 0, 0]),
    ];
    let mut cells = 0;
    for (symbol, qty, takes) in rows {
        for (time_in_force, takes) in TimeInForce::ALL.into_iter().zip(takes) {
            for (at, pricing) in kinds.into_iter().enumerate() {
                let order = Order { time_in_force, ..of(symbol, shares(qty), pricing) };
                let asset = if symbol == "BTC/USD" { coin() } else { asset() };
                let taken = check(&order, &asset, today()).is_ok();
                assert_eq!(taken, takes >> at & 1 == 1, "{}", order.canonical());
                cells += 1;
            }
        }
    }
    println!("ORDER RULES cases={cells} violations=0 (types and times in force)");
}

fn account(equity: i64, shorting: bool) -> BrokerAccount {
    BrokerAccount {
        id: BrokerAccountId(Uuid::from_u128(1)),
        number: "PA1".into(),
        status: "ACTIVE".into(),
        cash: None,
        equity: Some(Usd(Decimal::from(equity))),
        last_equity: None,
        buying_power: None,
        long_market_value: None,
        short_market_value: None,
        multiplier: None,
        trading_blocked: false,
        account_blocked: false,
        suspended_by_user: false,
        shorting_enabled: shorting,
    }
}

#[test]
fn holdings_account_and_clock_refuse_what_cannot_be() {
    use RuleBreak::*;
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let noon = at("2026-11-20T17:00:00Z");
    let whole = account(10_000, true);
    let sell = |qty: &str| Order { side: Side::Sell, ..of("AAPL", shares(qty), Pricing::Market) };
    let around = |held: i64, free: i64| Around {
        account: Some(&whole),
        holding: Some((Decimal::from(held), Decimal::from(free))),
        market: Some(price("100")),
        is_open: Some(true),
        now: noon,
    };
    let heard = |order: &Order, around: &Around<'_>| check_around(order, &asset(), around).err();
    assert_eq!(heard(&sell("10"), &around(10, 10)), None);
    assert_eq!(heard(&sell("11"), &around(10, 10)), Some(SellsMoreThanHeld { held: Decimal::TEN }));
    assert_eq!(heard(&sell("5"), &around(10, 4)), None, "what open orders hold, Alpaca tells");
    assert_eq!(heard(&sell("5"), &around(0, 0)), None, "a short sale");
    assert_eq!(heard(&sell("5"), &around(-5, -5)), None, "more of one");
    assert_eq!(heard(&sell("0.5"), &around(0, 0)), Some(ShortNeedsWhole));
    assert_eq!(
        heard(&of("AAPL", shares("6"), Pricing::Market), &around(-5, -5)),
        Some(BuysMoreThanShort { short: Decimal::from(5) })
    );
    assert_eq!(heard(&sell("5"), &Around { holding: None, ..around(0, 0) }), None, "a hint only");
    let off = account(10_000, false);
    assert_eq!(heard(&sell("5"), &Around { account: Some(&off), ..around(0, 0) }), Some(ShortingOff));
    let poor = account(1_999, true);
    assert_eq!(heard(&sell("5"), &Around { account: Some(&poor), ..around(0, 0) }), Some(ShortNeedsEquity));
    let scarce = Asset { easy_to_borrow: false, ..asset() };
    assert_eq!(check_around(&sell("5"), &scarce, &around(0, 0)), Err(NotShortable("AAPL".into())));
    let blocked = BrokerAccount { trading_blocked: true, ..account(10_000, true) };
    assert_eq!(heard(&sell("5"), &Around { account: Some(&blocked), ..around(9, 9) }), Some(AccountBlocked));

    let oco = Order { class: Class::Oco(loss("90")), pricing: Pricing::Limit(price("110")), ..sell("5") };
    assert_eq!(heard(&oco, &around(5, 5)), None);
    assert_eq!(heard(&oco, &around(0, 0)), Some(NothingToExit));
    let near = Order { class: Class::Oco(loss("100")), ..oco };
    assert_eq!(heard(&near, &around(5, 5)), Some(StopTooNear { base: price("100"), below: true }));

    let coin = Order { side: Side::Sell, ..of("BTC/USD", shares("1"), Pricing::Market) };
    assert_eq!(heard(&coin, &around(0, 0)), Some(SellsMoreThanHeld { held: Decimal::ZERO }));
    let call = of("AAPL261218C00250000", shares("1"), Pricing::Market);
    assert_eq!(heard(&call, &Around { is_open: Some(false), ..around(0, 0) }), Some(OptionMarketClosed));

    let auction = |tif, now| {
        let order = Order { time_in_force: tif, ..of("AAPL", shares("1"), Pricing::Market) };
        heard(&order, &Around { now: at(now), ..around(0, 0) })
    };
    for (tif, now, broken) in [
        (TimeInForce::Opg, "2026-11-20T14:27:59Z", None),
        (TimeInForce::Opg, "2026-11-20T14:28:00Z", Some(TooLateForOpen)),
        (TimeInForce::Opg, "2026-11-20T23:59:59Z", Some(TooLateForOpen)),
        (TimeInForce::Opg, "2026-11-21T00:00:00Z", None),
        (TimeInForce::Cls, "2026-11-20T20:49:59Z", None),
        (TimeInForce::Cls, "2026-11-20T20:50:00Z", Some(TooLateForClose)),
        (TimeInForce::Cls, "2026-07-20T19:50:00Z", Some(TooLateForClose)),
    ] {
        assert_eq!(auction(tif, now), broken, "{tif:?} {now}");
    }
}

fn working() -> BrokerOrder {
    BrokerOrder {
        id: BrokerOrderId(Uuid::from_u128(7)),
        client_order_id: ClientOrderId::stored("x"),
        symbol: Symbol::from_broker("AAPL"),
        side: Some(Side::Sell),
        qty: Some(Decimal::from(5)),
        notional: None,
        kind: "stop_limit".into(),
        time_in_force: "day".into(),
        limit_price: Some(price("99")),
        stop_price: Some(price("100")),
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

#[test]
fn a_replacement_keeps_what_is_not_named_and_changes_only_what_can_be() {
    use RuleBreak::*;
    let edits = Edits { limit: Some(price("98")), qty: Quantity::parse("6").ok(), ..Edits::default() };
    let order = replacement(&working(), &edits).unwrap();
    assert_eq!(order.pricing, Pricing::StopLimit { stop: price("100"), limit: price("98") });
    let changes = order.replaces.unwrap().changes;
    assert!(changes.qty && changes.limit && !changes.stop && !changes.time_in_force && !changes.trail);

    // A trailing stop stands at a price that is no term of it.
    let trailing = BrokerOrder {
        kind: "trailing_stop".into(),
        limit_price: None,
        stop_price: Some(price("98")),
        trail: Some(Trail::Price(price("2"))),
        ..working()
    };
    let tighter = Edits { trail: Some(Trail::Price(price("1"))), ..Edits::default() };
    let order = replacement(&trailing, &tighter).unwrap();
    assert_eq!(order.pricing, Pricing::Trail(Trail::Price(price("1"))));
    let shown = BrokerOrder { trail: order.pricing.trail(), ..trailing.clone() };
    assert!(shown.matches(&order) && !trailing.matches(&order));
    let stop = Edits { stop: Some(price("97")), ..Edits::default() };
    assert_eq!(replacement(&trailing, &stop), Err(NoSuchPart(Part::Stop)));

    let limit = Edits { limit: Some(price("98")), ..Edits::default() };
    let qty = |text: &str| Edits { qty: Quantity::parse(text).ok(), ..Edits::default() };
    let old = working;
    let cases = [
        (BrokerOrder { status: BrokerStatus::Accepted, ..old() }, limit, NotReplaceable(BrokerStatus::Accepted)),
        (BrokerOrder { status: BrokerStatus::Filled, ..old() }, limit, NotReplaceable(BrokerStatus::Filled)),
        (BrokerOrder { qty: None, notional: Some(Decimal::TEN), ..old() }, limit, DollarsNotReplaceable),
        (BrokerOrder { qty: Some(Decimal::new(5, 1)), ..old() }, qty("1"), FractionNotReplaceable),
        (BrokerOrder { filled_qty: Decimal::from(3), ..old() }, qty("3"), BelowFilled(Decimal::from(3))),
        (BrokerOrder { class: "bracket".into(), ..old() }, qty("6"), ExitPricesOnly),
        (BrokerOrder { class: "mleg".into(), ..old() }, limit, SpreadNotReplaceable),
        (old(), Edits { limit: Some(price("99")), ..Edits::default() }, NothingChanges),
        (old(), Edits::default(), NothingChanges),
        (old(), Edits { trail: Some(Trail::Price(price("1"))), ..Edits::default() }, NoSuchPart(Part::Trail)),
        (
            BrokerOrder {
                kind: "trailing_stop".into(),
                limit_price: None,
                stop_price: None,
                trail: Some(Trail::Price(price("1"))),
                ..old()
            },
            Edits { trail: Some(Trail::Percent(Percent::parse("1").unwrap())), ..Edits::default() },
            NoSuchPart(Part::Trail),
        ),
        (
            BrokerOrder { kind: "market".into(), limit_price: None, stop_price: None, ..old() },
            limit,
            NoSuchPart(Part::Limit),
        ),
    ];
    for (old, edits, broken) in &cases {
        assert_eq!(replacement(old, edits), Err(broken.clone()), "{edits:?}");
    }
}

#[test]
fn an_estimate_uses_the_limit_when_there_is_one_and_counts_contracts_by_the_hundred() {
    let ten = Decimal::new(1005, 2);
    assert_eq!(estimate(&of("AAPL", shares("2"), Pricing::Market), ten), Some(Usd(Decimal::new(2010, 2))));
    let limit = Pricing::Limit(price("9"));
    assert_eq!(estimate(&of("AAPL", shares("2"), limit), ten), Some(Usd(Decimal::from(18))));
    assert_eq!(estimate(&of("AAPL261218C00250000", shares("2"), limit), ten), Some(Usd(Decimal::from(1800))));
}

proptest! {
    /// Whatever passes keeps the two rules that cost most when they are broken.
    #[test]
    fn no_bracket_passes_with_its_exits_the_wrong_way_round(
        side in prop_oneof![Just(Side::Buy), Just(Side::Sell)],
        cents in (100_i64..100_000, 100_i64..100_000, 100_i64..100_000),
    ) {
        let at = |cents| Price::new(Decimal::new(cents, 2)).unwrap();
        let (entry, take, stop) = (at(cents.0), at(cents.1), at(cents.2));
        let class = Class::Bracket { take_profit: take, stop_loss: StopLoss { stop, limit: None } };
        let order = Order { side, class, ..of("AAPL", shares("1"), Pricing::Limit(entry)) };
        let sound = match side {
            Side::Buy => stop < entry && take > stop,
            Side::Sell => stop > entry && take < stop,
        };
        prop_assert_eq!(check(&order, &asset(), today()).is_ok(), sound);
    }

    #[test]
    fn no_price_that_passes_is_finer_than_its_step(digits in 1_i64..10_000_000, scale in 0_u32..=6) {
        let limit = Price::new(Decimal::new(digits, scale)).unwrap();
        let passes = check(&of("AAPL", shares("1"), Pricing::Limit(limit)), &asset(), today()).is_ok();
        prop_assert_eq!(passes, limit.fits_increment());
    }
}
