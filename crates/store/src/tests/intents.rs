use super::world::{World, alice, click, direct, issue, new_intent_id, order, order_ask, shown};
use crate::{Confirm, Constraint, Direct, Lease, NewIntent, Recorded, Step, StoreError};
use chrono::TimeDelta;
use domain::account::Environment;
use domain::ids::{ClientOrderId, IntentId, InteractionId};
use domain::life::{Ending, Life, Seen, State, Wait, step};
use domain::money::{Price, Quantity, Usd};
use domain::order::{BrokerStatus, Class, Effect, Exit, Order, Pricing, Side, Size, StopLoss, TimeInForce, Trail};
use domain::outcome::{Doubt, Outcome};
use domain::symbol::Symbol;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;
use std::time::Duration;
use uuid::Uuid;

const WAIT: Wait = Wait { since_call: TimeDelta::zero(), answered_looks: 0 };
const TTL: Duration = Duration::from_secs(20);

fn any_order() -> impl Strategy<Value = Order> {
    let number = (1_i64..10_000_000_000, 0_u32..=9);
    let symbol = proptest::sample::select(vec!["AAPL", "BRK.B", "F"]);
    (number.clone(), number, symbol, proptest::num::u32::ANY).prop_map(
        |((mantissa, scale), (limit, digits), symbol, bits)| {
            let amount = Decimal::new(mantissa, scale);
            let shares = Size::Shares(Quantity::new(amount).expect("a quantity"));
            let limit = Price::new(Decimal::new(limit, digits.min(4))).expect("a price");
            let loss = StopLoss { stop: limit, limit: (bits & 32 != 0).then_some(limit) };
            Order {
                symbol: Symbol::from_broker(symbol),
                side: if bits & 1 == 0 { Side::Buy } else { Side::Sell },
                size: if bits & 2 == 0 { shares } else { Size::Dollars(Usd(amount)) },
                pricing: match bits >> 6 & 7 {
                    0..=2 => Pricing::Market,
                    3 | 4 => Pricing::Limit(limit),
                    5 => Pricing::Stop(limit),
                    6 => Pricing::StopLimit { stop: limit, limit },
                    _ => Pricing::Trail(Trail::Price(limit)),
                },
                time_in_force: TimeInForce::ALL[(bits >> 9) as usize % 6],
                extended_hours: bits & 16 != 0,
                class: match bits >> 12 & 3 {
                    0 | 1 => Class::Simple,
                    2 => Class::Oto(Exit::StopLoss(loss)),
                    _ => Class::Bracket { take_profit: limit, stop_loss: loss },
                },
                effect: (bits & 8 != 0).then_some(Effect::Open),
                replaces: None,
            }
        },
    )
}

#[tokio::test]
async fn the_database_and_the_program_agree_on_what_every_order_is() {
    let world = World::new().await;
    let mut runner = TestRunner::deterministic();
    let mut tx = world.tx().await;
    let mut decided = Vec::new();
    for case in 0..300 {
        let order = any_order().new_tree(&mut runner).unwrap().current();
        let ask = crate::Ask::Order { order: Box::new(order.clone()), quote: None };
        let ticket = issue(&mut tx, world.live, Environment::Live, ask).await;
        let confirmed = tx.consume_order_ticket(&click(ticket, 20_000 + case)).await.unwrap();
        let confirmed = confirmed.unwrap_or_else(|refusal| panic!("{refusal}: {}", order.canonical()));
        assert_eq!(confirmed.intent.order.canonical(), order.canonical());
        assert_eq!(confirmed.digest, order.digest());
        decided.push(order.canonical());
    }
    let noted = tx.audit_after(0, 1_000).await.unwrap().into_iter().filter(|entry| entry.action == "order_intended");
    let noted: Vec<_> = noted.filter_map(|entry| entry.detail["order"].as_str().map(str::to_owned)).collect();
    assert_eq!(noted[noted.len() - decided.len()..], decided, "the book names each as the program does");
}

#[tokio::test]
async fn one_interaction_makes_one_intent() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let new = NewIntent { id: new_intent_id(), account: world.paper, order: order(), interaction: InteractionId(7002) };
    let Direct::Repeat(first) = tx.insert_intent_direct(&new).await.unwrap() else { panic!("a repeat") };
    assert_eq!(first.id, world.intent);
    let again = Confirm { interaction: InteractionId(7002), ..click(world.ticket, 0) };
    let refused = tx.consume_order_ticket(&again).await.unwrap_err();
    assert_eq!(refused, StoreError::Conflict(Constraint::InteractionUsed));
}

/// What is recorded reads back, for one life of each kind.
#[tokio::test]
async fn a_step_is_stored_from_the_version_that_it_was_made_from_only() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let first = tx.intent(world.intent).await.unwrap();
    let doubted = step(&first.life, &Seen::Posted(Outcome::Unknown(Doubt::ServerError { status: 504 })), WAIT);
    let made = Step {
        intent: first.id,
        from: first.version,
        life: &doubted,
        answered_looks: 1,
        look_again: Some(Duration::from_secs(1)),
    };
    let Recorded::Stored(second) = tx.record_step(&made).await.unwrap() else { panic!("stored") };
    assert_eq!((&second.life, second.answered_looks), (&doubted, 1));
    assert!(second.answered_at.is_some() && second.settled_at.is_none() && second.next_look_at.is_some());
    assert_eq!(tx.record_step(&made).await.unwrap(), Recorded::Stale(second.clone()));

    let found = shown(first.client_order_id.clone(), BrokerStatus::Filled, 5, 1);
    let filled = step(&second.life, &Seen::Shown(Box::new(found)), WAIT);
    assert_eq!(filled.state, State::Over(Ending::Filled));
    let made = Step { from: second.version, life: &filled, look_again: None, ..made };
    let Recorded::Stored(third) = tx.record_step(&made).await.unwrap() else { panic!("stored") };
    assert_eq!(third.life, filled);
    assert!(third.settled_at.is_some() && third.next_look_at.is_none());
    assert_eq!(tx.intents_open(world.paper).await.unwrap(), []);
    assert_eq!(tx.intents_recent(world.paper, 5).await.unwrap(), std::slice::from_ref(&third));

    // Backwards is refused by the database too.
    let back = Step { from: third.version, life: &Life::intended(), ..made };
    assert_eq!(tx.record_step(&back).await, Err(StoreError::Conflict(Constraint::Check)));
}

#[tokio::test]
async fn an_intent_that_was_altered_in_the_database_is_never_handed_out() {
    let world = World::new().await;
    world.db.as_superuser("UPDATE app.intents SET qty = 500, version = version + 1").await;
    let mut tx = world.tx().await;
    let answer = tx.intent(world.intent).await;
    assert_eq!(answer, Err(StoreError::Broken("a stored order is not what was decided")));
}

#[tokio::test]
async fn orders_of_one_account_are_sent_one_at_a_time_in_the_order_of_the_clicks() {
    let world = World::new().await;
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let mut tx = world.tx().await;
    let first = world.intent;
    let second = direct(&mut tx, world.paper, 7100).await;
    assert_eq!(tx.take_submit_lease(second, two, TTL).await.unwrap(), Lease::Busy, "not before the first");
    let Lease::Taken(leased) = tx.take_submit_lease(first, one, TTL).await.unwrap() else { panic!("taken") };
    assert!(leased.intent.sent_at.is_some());
    assert_eq!(tx.take_submit_lease(second, two, TTL).await.unwrap(), Lease::Busy, "not while the first is on its way");
    assert!(
        matches!(tx.take_submit_lease(first, one, TTL).await.unwrap(), Lease::Taken(..)),
        "its owner may extend it"
    );
    assert!(matches!(tx.take_submit_lease(first, two, TTL).await.unwrap(), Lease::TooLate(_)), "nobody sends it twice");
    record(&mut tx, first, &Seen::Posted(Outcome::Unknown(Doubt::TimedOut))).await;
    assert!(tx.release_lease(world.paper, one).await.unwrap());
    assert!(!tx.release_lease(world.paper, one).await.unwrap());
    let Lease::Taken(leased) = tx.take_submit_lease(second, two, TTL).await.unwrap() else { panic!("taken") };
    assert!(leased.intent.seq > 1);
    let other = issue(&mut tx, world.live, Environment::Live, order_ask()).await;
    let other = tx.consume_order_ticket(&click(other, 7101)).await.unwrap().unwrap().intent;
    let clicked = tx.intent_of_ticket(world.clicked).await.unwrap();
    assert!(
        matches!(tx.take_submit_lease(clicked.id, one, TTL).await.unwrap(), Lease::Taken(..)),
        "accounts run in parallel"
    );
    assert_eq!(tx.take_submit_lease(other.id, two, TTL).await.unwrap(), Lease::Busy);
}

async fn record(tx: &mut crate::TenantTx, intent: IntentId, seen: &Seen) {
    let now = tx.intent(intent).await.unwrap();
    let life = step(&now.life, seen, WAIT);
    let made = Step { intent, from: now.version, life: &life, answered_looks: 0, look_again: Some(TTL) };
    assert!(matches!(tx.record_step(&made).await.unwrap(), Recorded::Stored(_)));
}

#[tokio::test]
async fn whoever_died_in_the_line_neither_sends_later_nor_blocks_the_others() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let second = direct(&mut tx, world.paper, 7200).await;
    tx.commit().await.unwrap();
    let mut system = world.db.store().system().await.unwrap();
    assert_eq!(system.due_intents(10).await.unwrap(), [], "somebody may still be with them");
    world.db.make_due(world.intent).await;
    let due = system.due_intents(10).await.unwrap();
    assert_eq!(due, [crate::DueIntent { tenant: alice(), intent: world.intent, account: world.paper }]);
    let mut tx = world.tx().await;
    let owner = Uuid::from_u128(3);
    let Lease::TooLate(dead) = tx.take_submit_lease(world.intent, owner, TTL).await.unwrap() else {
        panic!("too late")
    };
    assert_eq!(dead.sent_at, None, "provably, no byte has left");
    assert!(matches!(tx.take_submit_lease(second, owner, TTL).await.unwrap(), Lease::Taken(..)));
}

#[tokio::test]
async fn a_lease_that_ran_out_goes_to_the_next_one() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let second = direct(&mut tx, world.paper, 7300).await;
    assert!(matches!(tx.take_submit_lease(world.intent, Uuid::from_u128(1), TTL).await.unwrap(), Lease::Taken(..)));
    tx.commit().await.unwrap();
    world
        .db
        .as_superuser(
            "UPDATE app.accounts SET lease_until = now(); UPDATE app.intents SET next_look_at = now(),
        version = version + 1 WHERE sent_at IS NOT NULL",
        )
        .await;
    let mut tx = world.tx().await;
    let late = tx.take_submit_lease(world.intent, Uuid::from_u128(1), TTL).await.unwrap();
    assert!(matches!(late, Lease::TooLate(intent) if intent.sent_at.is_some()));
    assert!(matches!(tx.take_submit_lease(second, Uuid::from_u128(2), TTL).await.unwrap(), Lease::Taken(..)));
}

#[tokio::test]
async fn a_live_intent_without_a_click_cannot_be_stored_at_all() {
    let world = World::new().await;
    let mut tx = world.tx().await;
    let intent = tx.intent(world.intent).await.unwrap();
    assert_eq!(intent.client_order_id, ClientOrderId::of(intent.id));
    let sql = format!("BEGIN; SET LOCAL app.user_id = '111';
        INSERT INTO app.intents (user_id, intent_id, account_id, environment, interaction_id, client_order_id, seq, symbol,
            side, qty, order_type, time_in_force, extended_hours, digest)
        VALUES (111, gen_random_uuid(), '{}', 'live', 1, 'x', 99, 'A', 'buy', 1, 'market', 'day', false, sha256(''))", world.live);
    assert_eq!(world.db.try_as("paddock_app", &sql).await, Err("23514".into()));
}

#[tokio::test]
async fn the_right_to_send_is_given_only_where_the_commit_waits_for_the_disk() {
    let world = World::new().await;
    let owner = Uuid::from_u128(4);
    let mut relaxed = world.db.store().tenant_relaxed(alice()).await.unwrap();
    let refused = relaxed.take_submit_lease(world.intent, owner, TTL).await;
    assert_eq!(refused, Err(StoreError::Broken("a right to send in a commit that does not wait for the disk")));
    drop(relaxed);
    let mut tx = world.tx().await;
    assert!(matches!(tx.take_submit_lease(world.intent, owner, TTL).await.unwrap(), Lease::Taken(..)));
}

#[tokio::test]
async fn a_start_finds_what_is_open_but_not_what_somebody_is_sending() {
    let world = World::new().await;
    let open = async || {
        let mut system = world.db.store().system().await.unwrap();
        system.open_intents(10).await.unwrap().into_iter().map(|open| open.intent).collect::<Vec<_>>()
    };
    assert_eq!(open().await, [], "somebody may wait to send them");
    let mut tx = world.tx().await;
    let clicked = tx.intent_of_ticket(world.clicked).await.unwrap().id;
    let Lease::Taken(..) = tx.take_submit_lease(world.intent, Uuid::from_u128(1), TTL).await.unwrap() else {
        panic!("taken")
    };
    tx.commit().await.unwrap();
    assert_eq!(open().await, [], "it is being sent");
    let mut tx = world.tx().await;
    let name = tx.intent(world.intent).await.unwrap().client_order_id;
    record(&mut tx, world.intent, &Seen::Shown(Box::new(shown(name, BrokerStatus::New, 0, 1)))).await;
    record(&mut tx, clicked, &Seen::Posted(Outcome::Unknown(Doubt::TimedOut))).await;
    tx.commit().await.unwrap();
    let due = world.db.store().system().await.unwrap().due_intents(10).await.unwrap();
    assert_eq!((due.len(), open().await), (0, vec![clicked, world.intent]), "in doubt first, and not due yet");
    let mut tx = world.tx().await;
    let name = tx.intent(world.intent).await.unwrap().client_order_id;
    let seen = tx.intent(world.intent).await.unwrap().life.broker_order.unwrap();
    let filled = domain::order::BrokerOrder { id: seen, ..shown(name, BrokerStatus::Filled, 5, 2) };
    let now = tx.intent(world.intent).await.unwrap();
    let life = step(&now.life, &Seen::Shown(Box::new(filled)), WAIT);
    let made = Step { intent: now.id, from: now.version, life: &life, answered_looks: 0, look_again: None };
    assert!(matches!(tx.record_step(&made).await.unwrap(), Recorded::Stored(_)));
    tx.commit().await.unwrap();
    assert_eq!(open().await, [clicked], "what is over is not open");
}
