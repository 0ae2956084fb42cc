#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
use super::super::assets::AssetClass;
use super::super::kinds::{Intent, Kind, Side, Size, TimeInForce};
use super::*;
use chrono::TimeDelta;
use proptest::prelude::*;

fn moment(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).expect("a moment")
}

fn order(number: u128, side: Side, closes: bool, cents: i64, replaces: Option<Uuid>) -> Order {
    Order {
        id: Uuid::from_u128(number + 1),
        client_order_id: number.to_string(),
        symbol: if number.is_multiple_of(3) { "F" } else { "AAPL" }.to_owned(),
        asset_id: Uuid::nil(),
        asset_class: AssetClass::Equity,
        side,
        kind: Kind::Limit(Decimal::new(cents, 2)),
        size: Size::Qty(Decimal::from(cents)),
        time_in_force: TimeInForce::Day,
        extended_hours: false,
        position_intent: Intent::new(side, closes),
        bond: None,
        replaces,
        replaced_by: None,
        status: Status::PendingNew,
        submitted_at: moment(0),
        updated_at: moment(0),
        expires_at: moment(1_000),
        ended_at: None,
        filled_qty: Decimal::ZERO,
        filled_value: Decimal::ZERO,
        high_water_mark: None,
        triggered: false,
        check_price: Decimal::new(cents, 2),
        due: moment(cents),
    }
}

const STATES: [Status; 6] =
    [Status::New, Status::PartiallyFilled, Status::Held, Status::PendingReplace, Status::Filled, Status::Canceled];

#[derive(Clone, Debug)]
enum Act {
    Take(bool, bool, i64),
    Replace(usize, i64),
    Turn(usize, usize),
    Fill(usize, i64),
    Postpone(usize, i64),
}

fn act() -> impl Strategy<Value = Act> {
    let place = || 0..20_usize;
    prop_oneof![
        (any::<bool>(), any::<bool>(), 1..900_i64).prop_map(|(buys, closes, cents)| Act::Take(buys, closes, cents)),
        (place(), 1..900_i64).prop_map(|(place, cents)| Act::Replace(place, cents)),
        (place(), 0..STATES.len()).prop_map(|(place, state)| Act::Turn(place, state)),
        (place(), 1..50_i64).prop_map(|(place, qty)| Act::Fill(place, qty)),
        (place(), 1..900_i64).prop_map(|(place, second)| Act::Postpone(place, second)),
    ]
}

fn perform(book: &mut Book, act: &Act) {
    let number = book.all().len() as u128;
    let at = |book: &Book, place: usize| book.all().get(place).filter(|order| !order.status.is_terminal()).cloned();
    match act {
        Act::Take(buys, closes, cents) => {
            book.take(order(number, if *buys { Side::Buy } else { Side::Sell }, *closes, *cents, None));
        }
        Act::Replace(place, cents) => {
            let Some(old) = at(book, *place).filter(|old| old.replaced_by.is_none()) else { return };
            let mut heir = order(number, old.side, old.closes(), *cents, Some(old.id));
            heir.symbol = old.symbol;
            book.change(old.id, |old| old.replaced_by = Some(heir.id));
            book.take(heir);
        }
        Act::Turn(place, state) => {
            let Some(old) = at(book, *place) else { return };
            book.change(old.id, |order| order.status = STATES[*state]);
        }
        Act::Fill(place, qty) => {
            let Some(old) = at(book, *place) else { return };
            book.change(old.id, |order| order.filled_qty += Decimal::from(*qty));
        }
        Act::Postpone(place, second) => {
            let Some(old) = at(book, *place) else { return };
            book.change(old.id, |order| order.due = moment(*second));
        }
    }
}

/// What open orders keep back, counted from nothing.
fn kept(book: &Book, measure: impl Fn(&Order) -> Decimal) -> Decimal {
    let living = |id: Option<Uuid>| id.and_then(|id| book.get(id)).filter(|order| !order.status.is_terminal());
    let counts = |order: &&Order| {
        !order.status.is_terminal() && order.status != Status::Held && living(order.replaces).is_none()
    };
    let most = |order: &Order| measure(order).max(living(order.replaced_by).map_or(Decimal::ZERO, &measure));
    book.all().iter().filter(counts).map(most).sum()
}

fn check(book: &Book) {
    let open: Vec<&Order> = book.all().iter().filter(|order| !order.status.is_terminal()).collect();
    assert_eq!(book.open().map(|order| order.id).collect::<Vec<_>>(), open.iter().map(|it| it.id).collect::<Vec<_>>());
    assert_eq!(book.reserved(), kept(book, Order::reserve));
    for symbol in ["F", "AAPL"] {
        let hold = |order: &Order| {
            if order.symbol == symbol && order.closes() { order.shares_left() } else { Decimal::ZERO }
        };
        assert_eq!(book.held(symbol), kept(book, hold), "{symbol}");
        for intent in [Intent::BuyToOpen, Intent::BuyToClose, Intent::SellToOpen, Intent::SellToClose] {
            let one = open.iter().any(|order| order.symbol == symbol && order.position_intent == intent);
            assert_eq!(book.intends(symbol, intent), one, "{symbol} {intent:?}");
        }
        for cents in [1, 300, 900] {
            let price = Decimal::new(cents, 2);
            let meets = |order: &&&Order| {
                order.symbol == symbol
                    && order.side == Side::Sell
                    && order.kind.limit_price().is_some_and(|limit| limit <= price)
            };
            let first = open.iter().find(meets).map(|order| order.id);
            assert_eq!(book.facing(symbol, Side::Sell, Some(price), |_| true).map(|order| order.id), first);
        }
    }
    for second in [0, 250, 999] {
        let dues = open.iter().flat_map(|order| [order.due, order.expires_at]);
        assert_eq!(book.next_due(moment(second)), dues.filter(|due| *due > moment(second)).min());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_noted_is_what_counting_from_nothing_gives(acts in prop::collection::vec(act(), 1..60)) {
        let mut book = Book::default();
        for act in &acts {
            perform(&mut book, act);
            check(&book);
        }
    }
}

#[test]
fn what_has_changed_is_called_up_once() {
    let market = Market::new(1, moment(0));
    let mut book = Book::default();
    for number in 0..3 {
        book.take(order(number, Side::Buy, false, 100 + i64::try_from(number).unwrap(), None));
    }
    let calls = |book: &mut Book, from, to| book.call_up(moment(from), moment(to), Stir::Nothing, &market);
    assert_eq!(calls(&mut book, 0, 1), [0, 1, 2], "what is new");
    assert!(calls(&mut book, 1, 99).is_empty());
    assert_eq!(calls(&mut book, 99, 101), [0, 1], "what is due");
    book.change(Uuid::from_u128(3), |order| order.due += TimeDelta::seconds(100));
    assert_eq!(calls(&mut book, 101, 102), [2], "what has changed; it is not due any more");
    assert!(calls(&mut book, 102, 201).is_empty());
    assert_eq!(book.call_up(moment(201), moment(201), Stir::Hours, &market), [0, 1, 2], "everything");
}
