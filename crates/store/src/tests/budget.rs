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

/// Checks that as many calls went as `shares` hold, and none beyond those which the time since `began` gave back: the
/// budget runs on the database's clock, which nobody can hold while a busy machine looks elsewhere.
async fn assert_share(db: &TestDb, went: usize, share: usize, began: i64, what: &str) {
    let took = usize::try_from(now(db).await - began).unwrap();
    let back = took / 480_000 + took / 2_400_000 + took / 2_500_000;
    assert!((share..=share + back).contains(&went), "{what}: {went} of {share}, and {back} given back in {took} µs");
}

/// What any window of so many microseconds may hold: burst + ⌊window / interval⌋ of each share.
fn bound(window: i64) -> usize {
    usize::try_from((4 + window / 2_500_000) + (4 + window / 2_400_000) + (12 + window / 480_000)).unwrap()
}

/// Calls that go at once now. The one that ends it holds a place in the line, if there is one.
async fn at_once(store: &Store, meter: &Meter, lane: Lane) -> usize {
    asked(store, meter, lane).await.0
}

/// Calls that go at once now, and whether one more was given a place in the line.
async fn asked(store: &Store, meter: &Meter, lane: Lane) -> (usize, bool) {
    let mut went = 0;
    loop {
        match store.reserve_call(meter, lane).await.unwrap() {
            Reserved::In(Duration::ZERO) => went += 1,
            later => return (went, matches!(later, Reserved::In(_))),
        }
        assert!(went <= 60, "a burst ends");
    }
}

#[tokio::test]
async fn each_lane_has_its_share_beside_lanes_that_take_all_they_can() {
    let db = TestDb::new().await;
    let account = meter("one");
    // Each of these asks once too often, and so holds a place in the line as well.
    let began = now(&db).await;
    for (account, lane, share, what) in [
        (&account, Lane::Reads, 12, "reads leave the rest"),
        (&account, Lane::Orders, 4, "orders have theirs beside reads"),
        (&account, Lane::Urgent, 4, "and cancels beside both"),
        (&meter("other"), Lane::Urgent, 20, "a cancel may use every share"),
        (&meter("third"), Lane::Orders, 16, "an order all but the cancels'"),
    ] {
        let went = at_once(db.store(), account, lane).await;
        assert_share(&db, went, share, began, what).await;
    }
}

#[tokio::test]
async fn the_line_is_first_come_first_served_and_ends_where_waiting_makes_no_sense() {
    let db = TestDb::new().await;
    let account = meter("one");
    let (mut last, mut last_goes_at) = (Duration::ZERO, 0);
    let mut waits = 0;
    let not_yet = loop {
        let before = now(&db).await;
        match db.store().reserve_call(&account, Lane::Reads).await.unwrap() {
            Reserved::In(wait) => {
                // Behind the burst, each goes one interval after the one before. The answer was made between `before` and now.
                let goes_at = now(&db).await + i64::try_from(wait.as_micros()).unwrap();
                assert!(last.is_zero() || goes_at >= last_goes_at + 480_000, "{wait:?} after {last:?}");
                (last, last_goes_at) = (wait, before + i64::try_from(wait.as_micros()).unwrap());
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
    let bound = bound(took + 5_000_000);
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
async fn over_a_minute_of_moved_time_the_bound_is_kept_and_used() {
    let db = TestDb::new().await;
    let account = meter("one");
    let mut sent: HashMap<&str, usize> = HashMap::new();
    // Time is moved by shifting the account's past, in steps that no share's interval divides.
    let step = Duration::from_millis(700);
    let steps = Duration::from_mins(1).as_millis() / step.as_millis();
    let began = now(&db).await;
    for _ in 0..=steps {
        for (lane, name) in [(Lane::Reads, "reads"), (Lane::Orders, "orders"), (Lane::Urgent, "urgent")] {
            let (went, in_line) = asked(db.store(), &account, lane).await;
            *sent.entry(name).or_default() += went + usize::from(in_line);
        }
        pass(&db, step).await;
    }
    let total: usize = sent.values().sum();
    // The window is what was moved, what passed by itself meanwhile, and the line's end, five seconds ahead.
    let window = 5_000_000 + now(&db).await - began + i64::try_from(step.as_micros() * steps).unwrap();
    println!(
        "PROMISE P11 (moved time) cases={} violations={} granted={total} window_ms={} bound={} bound_of_a_minute={}",
        steps + 1,
        usize::from(total > bound(window)),
        window / 1000,
        bound(window),
        bound(60_000_000)
    );
    assert!(bound(60_000_000) <= 200 && total <= bound(window), "{sent:?} of {}", bound(window));
    assert!(total >= bound(60_000_000), "the budget is used: {sent:?} of {}", bound(window));
    assert!(sent["urgent"] > 25 && sent["orders"] > 25, "each lane went on: {sent:?}");
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
    let began = now(&db).await;
    let forgotten = db
        .as_superuser("SELECT ((SELECT count(*) FROM app.budgets) + (SELECT count(*) FROM app.budgets_since))::text")
        .await;
    assert_eq!(forgotten[0][0].as_deref(), Some("0"), "the crash is what this test is about");
    for account in ["one", "never seen"] {
        for lane in LANES {
            match store.reserve_call(&meter(account), lane).await.unwrap() {
                Reserved::NotYet(wait) => assert!(wait <= Duration::from_millis(480), "{wait:?}"),
                // The first of the debt is paid one interval after the first question, on however slow a machine.
                Reserved::In(_) => assert!(now(&db).await - began >= 480_000, "{account}, {lane:?}"),
            }
        }
    }
    pass(&db, Duration::from_secs(6)).await;
    assert_eq!(store.reserve_call(&account, Lane::Orders).await.unwrap(), Reserved::In(Duration::ZERO));
    pass(&db, Duration::from_mins(1)).await;
    let began = now(&db).await;
    assert_share(&db, at_once(&store, &account, Lane::Urgent).await, 20, began, "all of it").await;
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
