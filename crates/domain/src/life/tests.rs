#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use crate::ids::{ClientOrderId, IntentId};
use crate::order::Side;
use crate::outcome::{ReadFailure, RefusalReason};
use crate::symbol::Symbol;
use chrono::TimeDelta;
use proptest::prelude::*;
use uuid::Uuid;

mod table;

fn order(status: BrokerStatus, filled: i64, updated: i64) -> BrokerOrder {
    BrokerOrder {
        id: BrokerOrderId(Uuid::from_u128(7)),
        client_order_id: ClientOrderId::of(IntentId(Uuid::from_u128(1))),
        symbol: Symbol::parse("AAPL").unwrap(),
        side: Some(Side::Buy),
        qty: Some(Decimal::TEN),
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
        status,
        filled_qty: Decimal::from(filled),
        filled_avg_price: None,
        submitted_at: None,
        updated_at: DateTime::from_timestamp(updated, 0),
        ended_at: None,
    }
}

fn refusal() -> Refusal {
    Refusal { reason: RefusalReason::Invalid, message: String::new(), status: 422, code: None, request_id: None }
}

fn any_seen() -> impl Strategy<Value = Seen> {
    let status = prop_oneof![
        Just(BrokerStatus::PendingNew),
        Just(BrokerStatus::New),
        Just(BrokerStatus::PartiallyFilled),
        Just(BrokerStatus::Filled),
        Just(BrokerStatus::Canceled),
        Just(BrokerStatus::Expired),
        Just(BrokerStatus::Rejected),
        Just(BrokerStatus::PendingCancel),
        Just(BrokerStatus::Other("sparkling".into())),
    ];
    let shown = (status, 0_i64..=10, 0_i64..100).prop_map(|(s, f, u)| Box::new(order(s, f, u)));
    let doubt = prop_oneof![
        Just(Doubt::TimedOut),
        Just(Doubt::ConnectionLost),
        Just(Doubt::ServerError { status: 504 }),
        Just(Doubt::DuplicateId),
        Just(Doubt::RateLimited { until: None }),
        Just(Doubt::Unreadable { status: 200 }),
    ];
    prop_oneof![
        shown.clone().prop_map(|o| Seen::Posted(Outcome::Landed(o))),
        shown.clone().prop_map(|o| Seen::LookedUp(Lookup::Found(o))),
        shown.prop_map(Seen::Shown),
        Just(Seen::Posted(Outcome::Refused(refusal()))),
        doubt.prop_map(|d| Seen::Posted(Outcome::Unknown(d))),
        Just(Seen::LookedUp(Lookup::NotFound)),
        Just(Seen::LookedUp(Lookup::Failed(ReadFailure::Unavailable))),
        Just(Seen::NotSent),
        Just(Seen::Interrupted),
    ]
}

fn any_wait() -> impl Strategy<Value = Wait> {
    (0_i64..200_000, 0_u32..40).prop_map(|(s, looks)| Wait { since_call: TimeDelta::seconds(s), answered_looks: looks })
}

const SOON: Wait = Wait { since_call: TimeDelta::seconds(2), answered_looks: 1 };
const NEXT_DAY: Wait = Wait { since_call: TimeDelta::hours(25), answered_looks: 50 };

#[test]
fn a_timed_out_submit_is_never_called_rejected() {
    let life = step(&Life::intended(), &Seen::Posted(Outcome::Unknown(Doubt::TimedOut)), SOON);
    assert_eq!(life.state, State::Unconfirmed);
    let life = step(&life, &Seen::LookedUp(Lookup::NotFound), SOON);
    assert_eq!(life.state, State::Unconfirmed, "two seconds of not-found prove nothing");
    let life = step(&life, &Seen::Posted(Outcome::Refused(refusal())), SOON);
    assert_eq!(life.state, State::Unconfirmed, "a refusal of another attempt does not undo the doubt");
}

#[test]
fn a_failed_look_up_is_not_proof_however_long_it_lasts() {
    let life = step(&Life::intended(), &Seen::Posted(Outcome::Unknown(Doubt::ConnectionLost)), SOON);
    for _ in 0..1000 {
        assert_eq!(step(&life, &Seen::LookedUp(Lookup::Failed(ReadFailure::Unavailable)), NEXT_DAY), life);
    }
}

#[test]
fn a_late_arrival_is_adopted_even_after_the_verdict() {
    let life = step(&Life::intended(), &Seen::Interrupted, SOON);
    let life = step(&life, &Seen::LookedUp(Lookup::NotFound), NEXT_DAY);
    assert_eq!(life.state, State::Over(Ending::NeverArrived));
    let life = step(&life, &Seen::LookedUp(Lookup::Found(Box::new(order(BrokerStatus::Filled, 10, 5)))), NEXT_DAY);
    assert_eq!(life.state, State::Over(Ending::Filled));
}

#[test]
fn a_fill_is_not_undone_by_an_older_sight() {
    let filled = step(&Life::intended(), &Seen::Shown(Box::new(order(BrokerStatus::Filled, 10, 9))), SOON);
    assert_eq!(step(&filled, &Seen::Shown(Box::new(order(BrokerStatus::New, 0, 3))), SOON), filled);
    let partial = step(&Life::intended(), &Seen::Shown(Box::new(order(BrokerStatus::PartiallyFilled, 4, 9))), SOON);
    assert_eq!(
        step(&partial, &Seen::Posted(Outcome::Landed(Box::new(order(BrokerStatus::PendingNew, 0, 3)))), SOON),
        partial
    );
}

#[test]
fn the_answer_to_the_one_post_counts_also_after_it_was_called_interrupted() {
    let interrupted = step(&Life::intended(), &Seen::Interrupted, SOON);
    let told = step(&interrupted, &Seen::Posted(Outcome::Refused(refusal())), SOON);
    assert_eq!((told.state, told.refusal), (State::Over(Ending::Refused), Some(refusal())));
    let limited = step(&interrupted, &Seen::Posted(Outcome::Unknown(Doubt::RateLimited { until: None })), SOON);
    assert_eq!(
        Patience::after(limited.doubt.as_ref()).looks,
        3,
        "the doubt that the broker gave is the one that counts"
    );
    let again = step(&limited, &Seen::Posted(Outcome::Refused(refusal())), SOON);
    assert_eq!(again, limited);
}

#[test]
fn looks_come_fast_at_first_then_slower_and_never_stop_before_a_verdict() {
    let life = |state| Life { state, ..Life::intended() };
    let doubt = life(State::Unconfirmed);
    assert_eq!(next_look(&doubt, TimeDelta::zero()), Some(TimeDelta::seconds(2)));
    assert_eq!(next_look(&doubt, TimeDelta::seconds(60)), Some(TimeDelta::seconds(30)));
    assert_eq!(next_look(&doubt, TimeDelta::days(30)), Some(TimeDelta::minutes(15)));
    assert_eq!(next_look(&life(State::AtBroker), TimeDelta::days(80)), Some(TimeDelta::minutes(30)));
    let late = life(State::Over(Ending::NeverArrived));
    assert_eq!(next_look(&late, TimeDelta::days(6)), Some(TimeDelta::hours(24)));
    assert_eq!(next_look(&late, TimeDelta::days(7)), None);
    assert_eq!(next_look(&life(State::Over(Ending::Filled)), TimeDelta::zero()), None);
}

#[test]
fn a_pending_order_is_called_stuck_but_no_verdict_follows() {
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
    for (status, stuck) in [
        (BrokerStatus::PendingNew, true),
        (BrokerStatus::PendingCancel, true),
        (BrokerStatus::PendingReplace, true),
        (BrokerStatus::New, false),
        (BrokerStatus::Accepted, false),
    ] {
        let life = step(&Life::intended(), &Seen::Shown(Box::new(order(status.clone(), 0, 100))), SOON);
        assert_eq!(life.state, State::AtBroker);
        assert!(!life.is_stuck(at(219)), "{status:?}: not before two minutes");
        assert_eq!(life.is_stuck(at(220)), stuck, "{status:?}");
        assert!(next_look(&life, TimeDelta::days(30)).is_some(), "{status:?}: looked at for as long as it takes");
    }
    let filled = step(&Life::intended(), &Seen::Shown(Box::new(order(BrokerStatus::Filled, 10, 100))), SOON);
    assert!(!filled.is_stuck(at(9999)));
}

proptest! {
    #[test]
    fn the_step_is_total_idempotent_and_never_leaves_an_ending(seens in prop::collection::vec((any_seen(), any_wait()), 1..40)) {
        let mut life = Life::intended();
        for (seen, wait) in seens {
            let next = step(&life, &seen, wait);
            prop_assert_eq!(&step(&next, &seen, wait), &next, "the same sight twice");
            if let State::Over(ending) = life.state && !ending.is_absence() {
                prop_assert_eq!(&next, &life);
            }
            prop_assert!(next.state != State::Intended || life.state == State::Intended);
            prop_assert!(life.broker_order.is_none() || next.broker_order == life.broker_order);
            prop_assert!(next.filled_qty >= life.filled_qty);
            prop_assert_eq!(State::from_stored(next.state.as_str()), Some(next.state.clone()));
            life = next;
        }
    }

    #[test]
    fn only_a_first_answer_may_refuse(seens in prop::collection::vec((any_seen(), any_wait()), 1..40)) {
        let mut life = Life::intended();
        for (seen, wait) in seens {
            let next = step(&life, &seen, wait);
            if next.state == State::Over(Ending::Refused) && life.state != next.state {
                prop_assert!(is_unanswered(&life), "{:?}", life);
                prop_assert!(matches!(seen, Seen::Posted(Outcome::Refused(_))));
            }
            life = next;
        }
    }
}
