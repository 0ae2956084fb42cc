#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
use super::*;
use crate::ids::BrokerOrderId;
use proptest::prelude::*;
use uuid::Uuid;

fn plainest() -> Order {
    let five = Size::Shares(Quantity::parse("5").unwrap());
    Order::plain(Side::Buy, Symbol::parse("AAPL").unwrap(), five, Pricing::Market)
}

fn price() -> impl Strategy<Value = Price> + Clone {
    (1_i64..100_000_000, 0_u32..=4).prop_map(|(digits, scale)| Price::new(Decimal::new(digits, scale)).unwrap())
}

fn stop_loss() -> impl Strategy<Value = StopLoss> {
    (price(), prop::option::of(price())).prop_map(|(stop, limit)| StopLoss { stop, limit })
}

fn pricing() -> impl Strategy<Value = Pricing> {
    let percent = (1_i64..=1_000_000).prop_map(|digits| Percent::new(Decimal::new(digits, 4)).unwrap());
    prop_oneof![
        Just(Pricing::Market),
        price().prop_map(Pricing::Limit),
        price().prop_map(Pricing::Stop),
        (price(), price()).prop_map(|(stop, limit)| Pricing::StopLimit { stop, limit }),
        price().prop_map(|price| Pricing::Trail(Trail::Price(price))),
        percent.prop_map(|percent| Pricing::Trail(Trail::Percent(percent))),
    ]
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

fn effect() -> impl Strategy<Value = Effect> {
    prop_oneof![Just(Effect::Open), Just(Effect::Close)]
}

fn class() -> impl Strategy<Value = Class> {
    let leg = (side(), effect(), 1_u16..4);
    let legs = prop::collection::vec(leg, 1..=3).prop_map(|legs| {
        let first =
            Leg { symbol: Symbol::from_broker("XYZ261218C00045000"), side: Side::Buy, effect: Effect::Open, ratio: 1 };
        let more = legs.into_iter().enumerate().map(|(at, (side, effect, ratio))| {
            let symbol = Symbol::from_broker(format!("XYZ261218P0004{at}000"));
            Leg { symbol, side, effect, ratio }
        });
        Class::MultiLeg(Legs::new(std::iter::once(first).chain(more).collect()).unwrap())
    });
    prop_oneof![
        Just(Class::Simple),
        (price(), stop_loss()).prop_map(|(take_profit, stop_loss)| Class::Bracket { take_profit, stop_loss }),
        price().prop_map(|price| Class::Oto(Exit::TakeProfit(price))),
        stop_loss().prop_map(|loss| Class::Oto(Exit::StopLoss(loss))),
        stop_loss().prop_map(Class::Oco),
        legs,
    ]
}

fn replaces() -> impl Strategy<Value = Option<Replaces>> {
    let changes = any::<[bool; 5]>().prop_filter("something changes", |parts| parts.contains(&true));
    let replaces = (any::<u128>(), changes).prop_map(|(id, [qty, time_in_force, limit, stop, trail])| Replaces {
        order: BrokerOrderId(Uuid::from_u128(id)),
        changes: Changes { qty, time_in_force, limit, stop, trail },
    });
    prop::option::of(replaces)
}

/// Any order that the types allow, sensible or not.
fn any_order() -> impl Strategy<Value = Order> {
    let symbol = prop_oneof![Just("AAPL"), Just("BTC/USD"), Just("XYZ261218C00045000")];
    let size = prop_oneof![
        (1_i64..1_000_000_000, 0_u32..=9).prop_map(|(n, dp)| Size::Shares(Quantity::new(Decimal::new(n, dp)).unwrap())),
        (1_i64..1_000_000_000).prop_map(|cents| Size::Dollars(Usd(Decimal::new(cents, 2).normalize()))),
    ];
    let tif = prop::sample::select(&TimeInForce::ALL);
    let terms = (class(), prop::option::of(effect()), replaces());
    (symbol, side(), size, pricing(), tif, any::<bool>(), terms).prop_map(
        |(symbol, side, size, pricing, time_in_force, extended_hours, (class, effect, replaces))| Order {
            symbol: Symbol::from_broker(symbol),
            side,
            size,
            pricing,
            time_in_force,
            extended_hours,
            class,
            effect,
            replaces,
        },
    )
}

#[test]
fn what_the_first_version_could_say_is_still_said_in_it() {
    assert_eq!(plainest().canonical(), "v1|buy|AAPL|5 shares|market|day|regular");
    let limit = Price::parse("184.50").unwrap();
    let order = Order { pricing: Pricing::Limit(limit), extended_hours: true, ..plainest() };
    assert_eq!(order.canonical(), "v1|buy|AAPL|5 shares|limit 184.5|day|extended");
}

#[test]
fn whatever_more_an_order_says_stands_at_the_end_of_its_line() {
    let at = |text: &str| Price::parse(text).unwrap();
    let order = Order {
        pricing: Pricing::StopLimit { stop: at("184"), limit: at("184.50") },
        class: Class::Bracket { take_profit: at("200"), stop_loss: StopLoss { stop: at("170"), limit: None } },
        ..plainest()
    };
    let line = "v2|buy|AAPL|5 shares|stop_limit 184.5|day|regular|stop 184 class bracket take 200 lose 170";
    assert_eq!(order.canonical(), line);
}

#[test]
fn columns_that_are_not_understood_to_the_last_word_are_no_order() {
    let columns = Columns { terms: Some("stop 184".into()), order_type: "stop".into(), ..plainest().columns() };
    assert!(columns.order().is_some());
    for terms in ["stop 184 stop 184", "stop 184.0", "stop", "stop x", "stop 184 take 200", "stop 184 colour red", " "]
    {
        assert_eq!(Columns { terms: Some(terms.into()), ..columns.clone() }.order(), None, "{terms:?}");
    }
}

proptest! {
    #[test]
    fn any_order_reads_back_from_its_columns(order in any_order()) {
        prop_assert_eq!(order.columns().order(), Some(order));
    }

    #[test]
    fn two_orders_have_one_line_only_when_they_are_one(a in any_order(), b in any_order()) {
        prop_assert_eq!(a == b, a.canonical() == b.canonical());
    }
}
