//! P11: one account's calls, from all processes together.

use crate::testing::TestDb;
use crate::{Limits, Store};
use domain::brokerage::{Lane, Meter, Reserved};
use std::collections::HashMap;
use std::time::Duration;

const LANES: [Lane; 3] = [Lane::Urgent, Lane::Orders, Lane::Reads];

fn meter(name: &str) -> Meter {
    Meter(name.to_owned())
}

/// Microseconds of the database's clock.
async fn now(db: &TestDb) -> i64 {
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint::text";
    db.as_superuser(sql).await[0][0].as_ref().unwrap().parse().unwrap()
}

/// Lets the account's past be this much longer ago.
async fn pass(db: &TestDb, span: Duration) {
    let us = span.as_micros();
    db.as_superuser(&format!(
        "UPDATE app.budgets SET urgent = urgent - {us}, orders = orders - {us}, reads = reads - {us}; UPDATE app.budgets_since SET since = since - {us}"
    ))
    .await;
}

/// Calls that go at once now.
async fn at_once(store: &Store, meter: &Meter, lane: Lane) -> usize {
    let mut went = 0;
    while store.reserve_call(meter, lane).await.unwrap() == Reserved::In(Duration::ZERO) {
        went += 1;
        assert!(went <= 40, "a burst ends");
    }
    went
}

#[tokio::test]
async fn each_lane_has_its_share_beside_lanes_that_take_all_they_can() {
    let db = TestDb::new().await;
    let account = meter("one");
    // Each of these asks once too often, and so holds a place in the line as well.
    assert_eq!(at_once(db.store(), &account, Lane::Reads).await, 12, "reads leave the rest");
    assert_eq!(at_once(db.store(), &account, Lane::Orders).await, 4, "orders have theirs beside reads");
    assert_eq!(at_once(db.store(), &account, Lane::Urgent).await, 4, "and cancels beside both");
    assert_eq!(at_once(db.store(), &meter("other"), Lane::Urgent).await, 20, "a cancel may use every share");
    assert_eq!(at_once(db.store(), &meter("third"), Lane::Orders).await, 16, "an order all but the cancels'");
}

#[tokio::test]
async fn the_line_is_first_come_first_served_and_ends_where_waiting_makes_no_sense() {
    let db = TestDb::new().await;
    let account = meter("one");
    let mut last = Duration::ZERO;
    let mut waits = 0;
    let not_yet = loop {
        match db.store().reserve_call(&account, Lane::Reads).await.unwrap() {
            Reserved::In(wait) => {
                // As seen from the first asker's moment, each comes one interval after the one before; a little time passes.
                assert!(wait.is_zero() || wait + Duration::from_millis(480) > last, "{wait:?} after {last:?}");
                last = wait;
                waits += 1;
            }
            Reserved::NotYet(wait) => break wait,
        }
        assert!(waits <= 60, "the line ends");
    };
    assert!(waits >= 12 + 10, "{waits}");
    assert!(last <= Duration::from_secs(5), "{last:?}");
    assert!(not_yet <= Duration::from_millis(480), "just until the line's end is short enough: {not_yet:?}");
    let urgent = db.store().reserve_call(&account, Lane::Urgent).await.unwrap();
    assert_eq!(urgent, Reserved::In(Duration::ZERO), "the line of reads is none of a cancel's");
}

/// Four processes that always want to, on the real clock, against the bound of burst + ⌊t / interval⌋ over every window.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_window_holds_more_than_the_bound_whoever_asks() {
    let db = TestDb::new().await;
    let began = now(&db).await;
    let mut processes = Vec::new();
    for number in 0..4 {
        let store = Store::connect(&db.app_url(), Limits { connections: 2, ..Limits::default() }).await.unwrap();
        processes.push(tokio::spawn(async move {
            let mut mine = 0;
            for turn in 0..40 {
                let lane = LANES[(number + turn) % 3];
                mine += usize::from(matches!(store.reserve_call(&meter("one"), lane).await.unwrap(), Reserved::In(_)));
            }
            mine
        }));
    }
    let mut shares = Vec::new();
    for process in processes {
        shares.push(process.await.unwrap());
    }
    let took = now(&db).await - began;
    let granted: usize = shares.iter().sum();
    // All that was granted goes within `ahead` of the last answer.
    let window = usize::try_from(took + 5_000_000).unwrap();
    let bound = (4 + window / 2_500_000) + (4 + window / 2_400_000) + (12 + window / 480_000);
    println!(
        "PROMISE P11 (database) cases=160 violations={} granted={granted} bound={bound} shares={shares:?} statements_per_call=1",
        usize::from(granted > bound)
    );
    assert!(granted <= bound, "{granted} of {bound}");
    assert!(
        granted + 3 >= bound - usize::try_from(took / 400_000).unwrap(),
        "the budget is used: {granted} of {bound}"
    );
}

#[tokio::test]
async fn in_a_minute_of_moved_time_no_more_than_two_hundred_are_granted() {
    let db = TestDb::new().await;
    let account = meter("one");
    let mut sent: HashMap<&str, usize> = HashMap::new();
    // Time is moved by shifting the account's past, in steps that no share's interval divides.
    let step = Duration::from_millis(700);
    let steps = Duration::from_mins(1).as_millis() / step.as_millis();
    for _ in 0..=steps {
        for (lane, name) in [(Lane::Reads, "reads"), (Lane::Orders, "orders"), (Lane::Urgent, "urgent")] {
            *sent.entry(name).or_default() += at_once(db.store(), &account, lane).await;
        }
        // What was asked once too often waits in the line: as calls, they belong to the time after.
        pass(&db, step).await;
    }
    let total: usize = sent.values().sum();
    println!(
        "PROMISE P11 (moved time) cases={} violations={} max_per_window={total}",
        steps + 1,
        usize::from(total > 200)
    );
    assert!(total <= 200, "{sent:?}");
    assert!(sent["urgent"] > 0 && sent["orders"] > 0, "each lane went on: {sent:?}");
}

#[tokio::test]
async fn after_a_crash_every_account_starts_with_all_its_budget_used_up_and_has_it_back_soon() {
    let mut db = TestDb::alone().await;
    let account = meter("one");
    assert_eq!(db.store().reserve_call(&account, Lane::Orders).await.unwrap(), Reserved::In(Duration::ZERO));
    // The throw-away server keeps on disk what it was told to, and no more: not even the schema.
    db.as_superuser("CHECKPOINT").await;
    db.restart().await;
    let store = Store::connect(&db.app_url(), Limits::default()).await.unwrap();
    let forgotten = db
        .as_superuser("SELECT ((SELECT count(*) FROM app.budgets) + (SELECT count(*) FROM app.budgets_since))::text")
        .await;
    assert_eq!(forgotten[0][0].as_deref(), Some("0"), "the crash is what this test is about");
    for account in ["one", "never seen"] {
        for lane in LANES {
            let answer = store.reserve_call(&meter(account), lane).await.unwrap();
            let Reserved::NotYet(wait) = answer else { panic!("{account}, {lane:?}: {answer:?}") };
            assert!(wait <= Duration::from_millis(480), "{wait:?}");
        }
    }
    pass(&db, Duration::from_secs(6)).await;
    assert_eq!(store.reserve_call(&account, Lane::Orders).await.unwrap(), Reserved::In(Duration::ZERO));
    pass(&db, Duration::from_mins(1)).await;
    assert_eq!(at_once(&store, &account, Lane::Urgent).await, 20);
    println!("PROMISE P11 (crash) cases=6 violations=0 calls_before_the_debt_is_paid=0");
}

#[tokio::test]
async fn a_clock_that_is_set_back_never_locks_an_account_up() {
    let db = TestDb::new().await;
    let account = meter("one");
    at_once(db.store(), &account, Lane::Urgent).await;
    let hour = 3_600_000_000_i64;
    db.as_superuser(&format!(
        "UPDATE app.budgets SET urgent = urgent + {hour}, orders = orders + {hour}, reads = reads + {hour}"
    ))
    .await;
    let answer = db.store().reserve_call(&account, Lane::Urgent).await.unwrap();
    let Reserved::NotYet(wait) = answer else { panic!("{answer:?}") };
    assert!(wait <= Duration::from_millis(480), "{wait:?}");
    pass(&db, Duration::from_secs(6)).await;
    assert_eq!(db.store().reserve_call(&account, Lane::Urgent).await.unwrap(), Reserved::In(Duration::ZERO));
}

#[tokio::test]
async fn the_rows_name_nobody_are_closed_to_the_app_role_and_go_when_they_say_nothing() {
    let db = TestDb::new().await;
    for number in 0..20 {
        db.store().reserve_call(&meter(&format!("canary {number}")), Lane::Reads).await.unwrap();
    }
    let rows = db.as_superuser("SELECT b::text FROM app.budgets b").await;
    assert_eq!(rows.len(), 20);
    assert!(rows.iter().all(|row| !row[0].as_ref().unwrap().contains("canary")));
    for sql in ["SELECT * FROM app.budgets", "SELECT * FROM app.budgets_since", "DELETE FROM app.budgets"] {
        assert_eq!(db.try_as("paddock_app", sql).await.unwrap_err(), "42501", "{sql}");
    }
    assert_eq!(db.try_as("paddock_audit", "SELECT * FROM app.budgets").await.unwrap_err(), "42501");
    assert_eq!(db.try_as("paddock_audit", "SELECT app.reserve_call('x', 'reads')").await.unwrap_err(), "42501");
    assert_eq!(db.as_owner("SELECT * FROM app.budgets").await.len(), 0, "forced on the owner");
    assert_eq!(db.try_as("paddock_app", "SELECT app.reserve_call('x', 'all')").await.unwrap_err(), "22023");
    pass(&db, Duration::from_mins(2)).await;
    for number in 0..2 {
        db.store().reserve_call(&meter(&format!("later {number}")), Lane::Reads).await.unwrap();
    }
    let left = db.as_superuser("SELECT count(*)::text FROM app.budgets").await;
    assert_eq!(left[0][0].as_deref(), Some("2"));
}
