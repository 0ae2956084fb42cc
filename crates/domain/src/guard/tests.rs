#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
use super::slot::meet;
use super::*;
use crate::account::Position;
use crate::ids::{BrokerOrderId, ClientOrderId};
use crate::line::Line;
use crate::money::{Price, Quantity, Usd};
use crate::order::{BrokerOrder, BrokerStatus, Order, Side, Size};
use crate::sizing::Amount;
use proptest::prelude::*;
use uuid::Uuid;

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap() + TimeDelta::minutes(minutes)
}

const DAY: i64 = 24 * 60;

fn dollars(number: i64) -> Most {
    Most(Decimal::from(number))
}

fn symbols(names: &[&str]) -> BTreeSet<Symbol> {
    names.iter().map(|name| Symbol::from_broker(*name)).collect()
}

#[test]
fn tighter_holds_at_once_and_looser_waits_a_day() {
    let mut slot = Slot::default();
    slot.set(Some(dollars(500)), at(0));
    assert_eq!(slot.at(at(0)), Some(&dollars(500)), "none is the loosest of all");
    slot.set(Some(dollars(900)), at(10));
    assert_eq!((slot.at(at(10)), slot.loosens(at(10))), (Some(&dollars(500)), Some(at(10 + DAY))));
    slot.set(Some(dollars(900)), at(60));
    assert_eq!(slot.loosens(at(60)), Some(at(10 + DAY)), "asking again does not begin anew");
    slot.set(Some(dollars(700)), at(70));
    assert_eq!(slot.loosens(at(70)), Some(at(10 + DAY)), "nor does wanting less of it");
    slot.set(None, at(80));
    assert_eq!(slot.loosens(at(80)), Some(at(80 + DAY)), "wanting more of it does");
    assert_eq!((slot.at(at(79 + DAY)), slot.at(at(80 + DAY))), (Some(&dollars(500)), None));
    slot.set(Some(dollars(100)), at(90));
    assert_eq!((slot.at(at(90)), slot.later(at(90))), (Some(&dollars(100)), None), "tightening withdraws what waits");
    let mut only = Slot::default();
    only.set(Some(Only(symbols(&["AAPL", "MSFT"]))), at(0));
    only.set(Some(Only(symbols(&["MSFT", "TSLA"]))), at(1));
    assert_eq!(only.at(at(1)), Some(&Only(symbols(&["MSFT"]))), "what is tighter of it holds at once");
    assert_eq!(only.at(at(1 + DAY)), Some(&Only(symbols(&["MSFT", "TSLA"]))));
}

fn order(line: &str) -> Order {
    let order = Line::read(line).unwrap().into_order();
    let Amount::Exactly(size) = order.size else { panic!("{line}") };
    order.sized(size)
}

fn position(symbol: &str, qty: &str) -> Position {
    Position {
        symbol: Symbol::from_broker(symbol),
        is_crypto: false,
        qty: qty.parse().unwrap(),
        qty_available: qty.parse().unwrap(),
        entry: Usd::default(),
        price: None,
        value: None,
        cost: Usd::default(),
        unrealized: None,
        unrealized_fraction: None,
        today: None,
    }
}

fn shown(line: &str, price: &str, minute: i64) -> BrokerOrder {
    let order = order(line);
    let Size::Shares(qty) = order.size else { panic!("{line}") };
    BrokerOrder {
        id: BrokerOrderId(Uuid::from_u128(minute.unsigned_abs().into())),
        client_order_id: ClientOrderId::stored("x"),
        symbol: order.symbol.clone(),
        side: Some(order.side),
        qty: Some(qty.get()),
        notional: None,
        kind: order.pricing.kind().into(),
        time_in_force: "day".into(),
        limit_price: order.pricing.limit(),
        stop_price: None,
        trail: None,
        class: "simple".into(),
        legs: Vec::new(),
        replaces: None,
        replaced_by: None,
        extended_hours: false,
        status: BrokerStatus::Filled,
        filled_qty: if price.is_empty() { Decimal::ZERO } else { qty.get() },
        filled_avg_price: Price::parse(price).ok(),
        submitted_at: None,
        updated_at: None,
        ended_at: Some(at(minute)),
    }
}

const NONE: Facts<'static> =
    Facts { positions: Some(&[]), open: Some(&[]), market: None, today: None, streak: None, now: DateTime::UNIX_EPOCH };

fn facts(positions: &[Position]) -> Facts<'_> {
    let market = Price::new(Decimal::from(100));
    let streak = Some(Streak { losses: 2, last: Some(at(-10)) });
    Facts { positions: Some(positions), market, today: Some(Usd(Decimal::from(-300))), streak, now: at(0), ..NONE }
}

fn guards(changes: impl IntoIterator<Item = Change>) -> Guards {
    let mut guards = Guards::default();
    changes.into_iter().for_each(|change| guards.change(change, at(-60)));
    guards
}

fn said(change: Change, line: &str, facts: &Facts<'_>) -> Option<Break> {
    check(&guards([change]), &order(line), facts).err().map(|stopped| stopped.because)
}

#[test]
fn each_guard_stops_its_entries_and_names_its_value() {
    let usd = |number: i64| Usd(Decimal::from(number));
    let price = |number: i64| Price::new(Decimal::from(number)).unwrap();
    let held = [position("AAPL", "3")];
    let facts = facts(&held);
    let worth = || Change::Order(Some(dollars(500)));
    assert_eq!(said(worth(), "buy 5 aapl", &facts), None);
    assert_eq!(said(worth(), "buy 6 aapl", &facts), Some(Break::Order { most: usd(500), worth: usd(600) }));
    assert_eq!(said(worth(), "buy 5 aapl lmt 101", &facts), Some(Break::Order { most: usd(500), worth: usd(505) }));
    assert_eq!(said(worth(), "buy $501 aapl", &facts), Some(Break::Order { most: usd(500), worth: usd(501) }));
    assert_eq!(said(worth(), "buy 6 aapl", &Facts { market: None, ..facts }), Some(Break::Unread(Kind::Order)));
    assert_eq!(said(worth(), "sell 6 msft", &facts), Some(Break::Order { most: usd(500), worth: usd(600) }), "a short");
    let contract = "buy 1 aapl261218c00250000 lmt 5.01";
    assert_eq!(said(worth(), contract, &facts), Some(Break::Order { most: usd(500), worth: usd(501) }));

    let whole = || Change::Position(Some(dollars(800)));
    let open = [shown("buy 2 aapl lmt 90", "", 1), shown("sell 3 aapl lmt 190", "", 2)];
    assert_eq!(said(whole(), "buy 5 aapl", &facts), None);
    assert_eq!(said(whole(), "buy 6 aapl", &facts), Some(Break::Position { most: usd(800), after: usd(900) }));
    let busy = Facts { open: Some(&open), ..facts };
    assert_eq!(said(whole(), "buy 4 aapl", &busy), Some(Break::Position { most: usd(800), after: usd(900) }));
    assert_eq!(said(whole(), "buy 1 aapl", &Facts { open: None, ..facts }), Some(Break::Unread(Kind::Position)));

    let loss = |most| Change::DayLoss(Some(dollars(most)));
    assert_eq!(said(loss(301), "buy 1 aapl", &facts), None);
    assert_eq!(said(loss(300), "buy 1 aapl", &facts), Some(Break::DayLoss { most: usd(300), lost: usd(300) }));
    assert_eq!(said(loss(1), "buy 1 aapl", &Facts { today: None, ..facts }), Some(Break::Unread(Kind::DayLoss)));

    let only = Only(symbols(&["MSFT", "AAPL"]));
    assert_eq!(said(Change::Only(Some(only.clone())), "buy 1 aapl261218c00250000 lmt 1", &facts), None);
    let stopped = Break::NotListed { symbol: Symbol::from_broker("TSLA"), only: only.clone() };
    assert_eq!(said(Change::Only(Some(only)), "buy 1 tsla", &facts), Some(stopped));
    let never = || Change::Never(Some(Never(symbols(&["TSLA", "BTC/USD"]))));
    assert_eq!(said(never(), "buy 1 aapl", &facts), None);
    assert_eq!(said(never(), "buy 1 btc/usd", &facts), Some(Break::Denied(Symbol::from_broker("BTC/USD"))));
    let option = "buy 1 tsla261218c00250000 lmt 1";
    assert_eq!(said(never(), option, &facts), Some(Break::Denied(Symbol::from_broker("TSLA261218C00250000"))));

    let cool = |losses, minutes| Change::CoolOff(Some(CoolOff { losses, minutes }));
    let until = Break::CoolOff { rule: CoolOff { losses: 2, minutes: 30 }, losses: 2, until: at(20) };
    assert_eq!(said(cool(2, 30), "buy 1 aapl", &facts), Some(until));
    assert_eq!(said(cool(2, 10), "buy 1 aapl", &facts), None, "it is over");
    assert_eq!(said(cool(3, 30), "buy 1 aapl", &facts), None, "there were two");
    assert_eq!(said(cool(2, 30), "buy 1 aapl", &Facts { streak: None, ..facts }), Some(Break::Unread(Kind::CoolOff)));

    let finger = || Change::FatFinger(Some(dollars(5)));
    assert_eq!(said(finger(), "buy 1 aapl lmt 105", &facts), None);
    assert_eq!(said(finger(), "buy 1 aapl lmt 50", &facts), None, "below the market it only waits");
    let beyond =
        |limit, market| Break::FatFinger { most: Decimal::from(5), limit: price(limit), market: price(market) };
    assert_eq!(said(finger(), "buy 1 aapl lmt 106", &facts), Some(beyond(106, 100)));
    assert_eq!(said(finger(), "sell 1 msft lmt 94", &facts), Some(beyond(94, 100)));
    assert_eq!(said(finger(), "buy 1 aapl stp 120 lmt 130", &facts), Some(beyond(130, 120)));
    assert_eq!(said(Change::Pause(true), "buy 1 aapl", &facts), Some(Break::Paused));
}

#[test]
fn an_exit_is_told_from_an_entry_by_what_is_held() {
    let held = [position("AAPL", "3"), position("TSLA", "-2"), position("BTCUSD", "0.5")];
    for (line, expected) in [
        ("sell 3 aapl", Entry::No),
        ("sell 3.1 aapl", Entry::Yes),
        ("sell $50 aapl", Entry::No),
        ("buy 1 aapl", Entry::Yes),
        ("buy 2 tsla", Entry::No),
        ("buy 3 tsla", Entry::Yes),
        ("sell 1 tsla", Entry::Yes),
        ("sell 0.5 btc/usd", Entry::No),
        ("sell 1 msft", Entry::Yes),
        ("sell 9 msft oco tp 200 sl 100", Entry::No),
        ("stc 9 aapl261218c00250000 lmt 1", Entry::No),
        ("sto 9 aapl261218c00250000 lmt 1", Entry::Yes),
    ] {
        assert_eq!(entry(&order(line), Some(&held)), expected, "{line}");
    }
    assert_eq!(entry(&order("sell 3 aapl"), None), Entry::Unknown);
    assert_eq!(entry(&order("stc 3 aapl261218c00250000 lmt 1"), None), Entry::No);
}

#[test]
fn losses_in_a_row_are_counted_from_what_is_known() {
    let streak = |orders: &[BrokerOrder], positions: &[Position]| {
        let streak = losses(orders, positions);
        (streak.losses, streak.last)
    };
    let lost = [shown("buy 2 aapl", "100", 1), shown("sell 1 aapl", "99", 2), shown("sell 1 aapl", "98", 3)];
    assert_eq!(streak(&lost, &[]), (2, Some(at(3))));
    let mut won = lost.to_vec();
    won.extend([shown("buy 1 aapl", "90", 4), shown("sell 1 aapl", "91", 5)]);
    won.reverse();
    assert_eq!(streak(&won, &[]), (0, None), "a gain ends the row, in whatever order the list is");
    let averaged = [shown("buy 1 aapl", "100", 1), shown("buy 1 aapl", "80", 2), shown("sell 2 aapl", "90.01", 3)];
    assert_eq!(streak(&averaged, &[]), (0, None));
    let short = [shown("sell 1 tsla", "100", 1), shown("buy 1 tsla", "101", 2)];
    assert_eq!(streak(&short, &[]), (1, Some(at(2))));
    let older = [shown("sell 1 aapl", "1", 1)];
    assert_eq!(streak(&older, &[]), (0, None), "it may have opened a short sale, or closed what nobody saw");
    assert_eq!(streak(&older, &[position("AAPL", "4")]), (0, None), "it closed a part of what is older than the list");
    let exit = BrokerOrder { legs: vec![shown("sell 1 aapl", "95", 2)], ..shown("buy 1 aapl", "100", 1) };
    assert_eq!(streak(&[exit], &[]), (1, Some(at(2))), "the exits of a bracket count");
    let unfilled = [shown("buy 1 aapl", "100", 1), shown("sell 1 aapl", "", 2)];
    assert_eq!(streak(&unfilled, &[position("AAPL", "1")]), (0, None));
}

fn most() -> impl Strategy<Value = Option<Most>> {
    prop::option::of((1_i64..1_000).prop_map(dollars))
}

fn names() -> impl Strategy<Value = BTreeSet<Symbol>> {
    prop::collection::btree_set(prop::sample::select(vec!["AAPL", "MSFT", "TSLA", "NVDA"]), 0..4)
        .prop_map(|names| names.into_iter().map(Symbol::from_broker).collect())
}

fn cool_off() -> impl Strategy<Value = Option<CoolOff>> {
    prop::option::of((1_u32..5, 1_u32..100).prop_map(|(losses, minutes)| CoolOff { losses, minutes }))
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        most().prop_map(Change::Order),
        most().prop_map(Change::Position),
        most().prop_map(Change::DayLoss),
        most().prop_map(Change::FatFinger),
        prop::option::of(names().prop_map(Only)).prop_map(Change::Only),
        prop::option::of(names().prop_map(Never)).prop_map(Change::Never),
        cool_off().prop_map(Change::CoolOff),
        any::<bool>().prop_map(Change::Pause),
    ]
}

fn any_order() -> impl Strategy<Value = Order> {
    let lines = [
        "buy 2 AAPL",
        "sell 2 AAPL",
        "buy 3 TSLA lmt 120",
        "sell 1 MSFT lmt 90",
        "buy $700 NVDA",
        "sell 5 AAPL oco tp 200 sl 90",
        "buy 1 TSLA stp 110 lmt 140",
        "sto 1 AAPL261218C00250000 lmt 3",
        "stc 1 AAPL261218C00250000 lmt 3",
    ];
    prop::sample::select(lines.map(order).to_vec())
}

fn any_positions() -> impl Strategy<Value = Vec<Position>> {
    prop::collection::vec((prop::sample::select(vec!["AAPL", "MSFT", "TSLA"]), -9_i64..9), 0..3)
        .prop_map(|held| held.into_iter().map(|(symbol, qty)| position(symbol, &qty.to_string())).collect())
}

/// Whether `one` is as tight as `other`, guard by guard, at a moment.
fn as_tight(one: &Guards, other: &Guards, now: DateTime<Utc>) -> bool {
    fn slot<T: Bound>(one: &Slot<T>, other: &Slot<T>, now: DateTime<Utc>) -> bool {
        meet(one.at(now), other.at(now)).as_ref() == one.at(now)
    }
    slot(&one.order, &other.order, now)
        && slot(&one.position, &other.position, now)
        && slot(&one.day_loss, &other.day_loss, now)
        && slot(&one.only, &other.only, now)
        && slot(&one.never, &other.never, now)
        && slot(&one.cool_off, &other.cool_off, now)
        && slot(&one.fat_finger, &other.fat_finger, now)
}

#[test]
fn an_exercise_is_what_the_order_for_its_shares_would_be() {
    let comes_to = |contract: &str, qty: &str| {
        let contract = Symbol::from_broker(contract).contract().unwrap();
        exercised(&contract, Quantity::parse(qty).unwrap()).unwrap()
    };
    let (call, put) = (comes_to("AAPL261218C00250000", "2"), comes_to("AAPL261218P00250000", "2"));
    assert_eq!((call.to_string(), call.side), ("200 shares of AAPL at $250.00 or better".into(), Side::Buy));
    assert_eq!((put.to_string(), put.side), ("200 shares of AAPL at $250.00 or better".into(), Side::Sell));
    let (long, short) = (position("AAPL", "200"), position("AAPL", "-200"));
    let of = |order, held: &Position| entry(order, Some(std::slice::from_ref(held)));
    assert_eq!((of(&call, &long), of(&call, &short)), (Entry::Yes, Entry::No), "it covers what is short");
    assert_eq!((of(&put, &long), of(&put, &short)), (Entry::No, Entry::Yes), "it gives what is held");
    assert_eq!(of(&put, &position("AAPL", "199")), Entry::Yes, "and no more than that");
}

proptest! {
    /// Whatever was changed before, a change makes nothing looser for a day than it would have been without it.
    #[test]
    fn no_change_loosens_anything_before_a_day_is_over(
        changes in prop::collection::vec((change(), 0_i64..2_000), 0..6), last in change(), later in 0_i64..DAY,
    ) {
        let (mut before, mut now) = (Guards::default(), 0);
        for (change, minutes) in changes {
            now += minutes;
            before.change(change, at(now));
        }
        let mut after = before.clone();
        after.change(last.clone(), at(now));
        prop_assert!(as_tight(&after, &before, at(now + later)), "{last:?}");
        // And what was wanted holds when the day is over.
        let over = at(now + DAY);
        match last {
            Change::Order(to) => prop_assert_eq!(after.order.at(over), to.as_ref()),
            Change::Only(to) => prop_assert_eq!(after.only.at(over), to.as_ref()),
            Change::Never(to) => prop_assert_eq!(after.never.at(over), to.as_ref()),
            Change::CoolOff(to) => prop_assert_eq!(after.cool_off.at(over), to.as_ref()),
            Change::Pause(to) => prop_assert_eq!(after.paused, to),
            Change::Position(to) => prop_assert_eq!(after.position.at(over), to.as_ref()),
            Change::DayLoss(to) => prop_assert_eq!(after.day_loss.at(over), to.as_ref()),
            Change::FatFinger(to) => prop_assert_eq!(after.fat_finger.at(over), to.as_ref()),
        }
    }

    #[test]
    fn what_is_tighter_holds_at_once(first in most(), second in most()) {
        let mut slot = Slot::default();
        slot.set(first, at(0));
        slot.set(second, at(1));
        prop_assert_eq!(slot.at(at(1)).copied(), meet(first.as_ref(), second.as_ref()));
    }

    #[test]
    fn no_guard_ever_stops_an_exit(
        changes in prop::collection::vec(change(), 0..8), order in any_order(), held in any_positions(),
        market in prop::option::of(1_i64..500), today in prop::option::of(-2_000_i64..2_000),
    ) {
        let guards = guards(changes);
        let facts = Facts {
            market: market.and_then(|price| Price::new(price.into())),
            today: today.map(|usd| Usd(usd.into())),
            ..facts(&held)
        };
        let stopped = check(&guards, &order, &facts).is_err();
        prop_assert!(!stopped || entry(&order, Some(&held)) == Entry::Yes);
        let against: Decimal = held.iter().find(|position| position.symbol == order.symbol).map_or(Decimal::ZERO, |position| position.qty);
        let closes = match (order.side, order.size) {
            (Side::Sell, Size::Shares(qty)) => against >= qty.get(),
            (Side::Buy, Size::Shares(qty)) => -against >= qty.get(),
            (_, Size::Dollars(_)) => false,
        };
        prop_assert!(!(stopped && closes), "an order within what is held only takes from it");
    }

    /// More guards stop more: what passes with all of them passes with some of them.
    #[test]
    fn a_tighter_guard_lets_nothing_more_pass(
        some in prop::collection::vec(change(), 0..6), more in prop::collection::vec(change(), 0..6), order in any_order(), held in any_positions(),
    ) {
        let few = guards(some.clone());
        let mut all = guards(some);
        more.into_iter().filter(|change| !matches!(change, Change::Pause(false))).for_each(|change| all.change(change, at(-60)));
        let facts = facts(&held);
        prop_assert!(as_tight(&all, &few, at(0)));
        prop_assert!(check(&all, &order, &facts).is_err() || check(&few, &order, &facts).is_ok());
    }
}
