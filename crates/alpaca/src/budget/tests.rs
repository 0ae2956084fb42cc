#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use domain::clock::ManualClock;
use futures::FutureExt;
use proptest::prelude::*;
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;

const T: Duration = Duration::from_millis(345);
const MINUTE: Duration = Duration::from_mins(1);
/// A pseudo-random step for schedules, so that a failing one can be named by its seed.
fn random(state: &Cell<u64>, below: u64) -> u64 {
    state.set(state.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
    (state.get() >> 33) % below
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn world() -> (Arc<ManualClock>, Budget) {
    let clock = Arc::new(ManualClock::at(start()));
    (Arc::clone(&clock), Budget::new(clock, None))
}

fn meter() -> Meter {
    Meter("account".to_owned())
}

/// The most of sorted `times` in any closed window.
fn most_in(times: &[Duration], window: Duration) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (at, time) in times.iter().enumerate() {
        while time.saturating_sub(times[first]) > window {
            first += 1;
        }
        most = most.max(at + 1 - first);
    }
    most
}

fn headers(pairs: &[(&'static str, String)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap())).collect()
}

/// Drives `work` on the manual clock, in steps, until it is done or `limit` has passed.
fn drive<F: Future>(clock: &ManualClock, work: F, step: Duration, limit: Duration) -> Option<F::Output> {
    let mut work = pin!(work);
    let until = clock.elapsed() + limit;
    loop {
        let wake = futures::task::noop_waker();
        let mut context = std::task::Context::from_waker(&wake);
        for _ in 0..3 {
            if let std::task::Poll::Ready(done) = work.as_mut().poll(&mut context) {
                return Some(done);
            }
        }
        if clock.elapsed() >= until {
            return None;
        }
        clock.advance(step);
    }
}

/// Calls of `lanes` that try all the time for `span`; the moments at which they went.
fn saturate(lanes: &[Lane], span: Duration, pause: impl Fn() -> Duration) -> Vec<(Duration, Lane)> {
    let clock: Arc<ManualClock> = Arc::new(ManualClock::at(start()));
    let as_clock: Arc<dyn Clock> = clock.clone();
    let mut book = Book::new(&as_clock);
    let mut went = Vec::new();
    let mut places: Vec<(Lane, Place)> = Vec::new();
    while clock.elapsed() < span {
        for lane in lanes {
            let queued = places.iter().filter(|(queued, _)| queued == lane).count();
            (queued..25).for_each(|_| places.push((*lane, book.queue(Surface::Trading, *lane))));
        }
        book.admit();
        places.retain_mut(|(lane, place)| {
            let went_now = place.turn.try_recv().is_ok();
            if went_now {
                went.push((clock.elapsed(), *lane));
            }
            !went_now
        });
        clock.advance(pause());
    }
    went
}

#[test]
fn no_window_of_a_minute_holds_more_than_two_hundred_calls_even_when_the_network_holds_some_back() {
    let (mut cases, mut violations, mut most, mut most_arrived) = (0, 0, 0, 0);
    let all = [Lane::Urgent, Lane::Orders, Lane::Reads];
    for seed in 0..63_u64 {
        let state = Cell::new(seed);
        // A third of the schedules never pauses, a third pauses at random, a third idles long and then bursts.
        let pause = || match seed / 3 % 3 {
            0 => Duration::from_millis(1 + random(&state, 20)),
            1 => Duration::from_millis(random(&state, 2_000)),
            _ if random(&state, 100) == 0 => Duration::from_millis(random(&state, 40_000)),
            _ => Duration::from_millis(random(&state, 50)),
        };
        let lanes = &all[..=usize::try_from(seed % 3).unwrap()];
        let went: Vec<_> = saturate(lanes, MINUTE * 4, pause).into_iter().map(|(at, _)| at).collect();
        let mut arrived: Vec<_> = went.iter().map(|at| *at + Duration::from_millis(random(&state, 2_001))).collect();
        arrived.sort_unstable();
        // The worst that two seconds of jitter can do: the first calls of a window are all held back, the later ones not.
        let worst = most_in(&went, MINUTE + Duration::from_secs(2));
        let (sent, seen) = (most_in(&went, MINUTE), most_in(&arrived, MINUTE).max(worst));
        cases += 1;
        violations += usize::from(sent > 193) + usize::from(seen > 200);
        (most, most_arrived) = (most.max(sent), most_arrived.max(seen));
    }
    println!("PROMISE P11 cases={cases} violations={violations} max_per_window={most} max_arrived={most_arrived}");
    assert_eq!(violations, 0);
    assert_eq!(most, 193, "the bound is reached, so the schedules do saturate");
}

#[test]
fn a_cancel_goes_at_once_beside_saturating_reads_and_orders() {
    let (clock, budget) = world();
    let account = budget.account(&meter());
    let book = &account.book;
    let mut places = Vec::new();
    for step in 0..4_000_u32 {
        for lane in [Lane::Orders, Lane::Reads] {
            places.push(open(book).queue(Surface::Trading, lane));
        }
        open(book).admit();
        if step % 250 == 249 {
            let wait = budget.wait(&meter(), Lane::Urgent);
            assert_eq!(wait, Duration::ZERO, "after {:?}", clock.elapsed());
            let went = budget.enter(&meter(), Surface::Trading, Lane::Urgent, MINUTE).now_or_never();
            assert_eq!(went, Some(Ok(())), "after {:?}", clock.elapsed());
        }
        clock.advance(Duration::from_millis(20));
    }
    // Ten cancels together: four at once, one each 345 ms after that, whatever else waits.
    let cancels: Vec<_> = (0..10).map(|_| open(book).queue(Surface::Trading, Lane::Urgent)).collect();
    let asked = clock.elapsed();
    let mut cancels = cancels;
    while !cancels.is_empty() {
        open(book).admit();
        cancels.retain_mut(|place| place.turn.try_recv().is_err());
        if !cancels.is_empty() {
            clock.advance(Duration::from_millis(5));
        }
    }
    let took = clock.elapsed().saturating_sub(asked);
    assert!(took <= T * 7, "{took:?}");
}

#[test]
fn orders_keep_a_share_beside_saturating_reads() {
    let went = saturate(&[Lane::Orders, Lane::Reads], MINUTE * 2, || Duration::from_millis(10));
    let orders = went.iter().filter(|(_, lane)| *lane == Lane::Orders).count();
    assert!(orders > went.len() * 9 / 10, "orders go before reads: {orders} of {}", went.len());
    let reads = saturate(&[Lane::Reads], MINUTE, || Duration::from_millis(10)).len();
    assert!(reads <= 137, "reads alone leave the rest to orders and cancels: {reads}");
}

#[test]
fn a_lane_is_first_come_first_served() {
    let (clock, budget) = world();
    let account = budget.account(&meter());
    let book = &account.book;
    let mut places: Vec<_> = (0..60).map(|n| (n, open(book).queue(Surface::Trading, Lane::Reads))).collect();
    let mut order = Vec::new();
    while !places.is_empty() {
        open(book).admit();
        places.retain_mut(|(n, place)| {
            let went = place.turn.try_recv().is_ok();
            if went {
                order.push(*n);
            }
            !went
        });
        clock.advance(Duration::from_millis(50));
    }
    assert_eq!(order, (0..60).collect::<Vec<_>>());
}

/// Real tasks on a moved clock: the queue has to move by itself, through whoever is still waiting.
#[tokio::test]
async fn everyone_who_waits_goes_in_turn_and_nobody_is_forgotten() {
    let (clock, budget) = world();
    let budget = Arc::new(budget);
    let went: Arc<Mutex<Vec<(Lane, u32, Duration)>>> = Arc::default();
    let mut tasks = Vec::new();
    for (lane, count) in [(Lane::Reads, 60), (Lane::Orders, 30), (Lane::Urgent, 20)] {
        for n in 0..count {
            let (clock, budget, went) = (Arc::clone(&clock), Arc::clone(&budget), Arc::clone(&went));
            let task = tokio::spawn(async move {
                budget.enter(&meter(), Surface::Trading, lane, MINUTE).await.unwrap();
                open(&went).push((lane, n, clock.elapsed()));
            });
            // Some of those who wait go away.
            if n % 7 == 3 {
                tokio::task::yield_now().await;
                task.abort();
            } else {
                tasks.push(task);
            }
        }
    }
    for _ in 0..2_000 {
        clock.advance(Duration::from_millis(50));
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
    }
    assert!(tasks.iter().all(tokio::task::JoinHandle::is_finished), "nobody waits for ever");
    for task in tasks {
        task.await.unwrap();
    }
    let went = open(&went);
    for lane in [Lane::Urgent, Lane::Orders, Lane::Reads] {
        let numbers: Vec<_> = went.iter().filter(|(of, ..)| *of == lane).map(|(_, n, _)| *n).collect();
        assert!(numbers.is_sorted(), "{lane:?}: {numbers:?}");
    }
    let times: Vec<_> = went.iter().map(|(.., at)| *at).collect();
    assert!(most_in(&times, MINUTE) <= 193);
}

#[test]
fn whoever_goes_away_does_not_hold_up_the_queue() {
    let (clock, budget) = world();
    let meter = meter();
    let mut waiting: Vec<_> =
        (0..40).map(|_| Box::pin(budget.enter(&meter, Surface::Trading, Lane::Reads, MINUTE))).collect();
    for call in &mut waiting {
        let _ = call.as_mut().now_or_never();
    }
    let last = waiting.pop().unwrap();
    drop(waiting);
    let went = drive(&clock, last, Duration::from_millis(20), Duration::from_secs(1));
    assert_eq!(went, Some(Ok(())), "the others are gone, so the last waits for one call only");
}

#[test]
fn a_wait_beyond_patience_is_refused_at_once_and_says_when_to_come_back() {
    let (clock, budget) = world();
    let meter = meter();
    let account = budget.account(&meter);
    let book = &account.book;
    let _places: Vec<_> = (0..100).map(|_| open(book).queue(Surface::Trading, Lane::Reads)).collect();
    open(book).admit();
    let foreseen = budget.wait(&meter, Lane::Reads);
    assert!(foreseen > Duration::from_secs(30), "{foreseen:?}");
    let refused = budget.enter(&meter, Surface::Trading, Lane::Reads, Duration::from_secs(30)).now_or_never();
    let until = refused.expect("no waiting").expect_err("refused");
    let Barred::Full(Full { until }) = until else { panic!("{until:?}") };
    assert!(until > start() + TimeDelta::seconds(30));
    assert_eq!(clock.elapsed(), Duration::ZERO);
}

#[test]
fn a_pause_that_comes_while_waiting_ends_in_a_refusal_not_in_endless_waiting() {
    let (clock, budget) = world();
    let meter = meter();
    let account = budget.account(&meter);
    let book = &account.book;
    let _places: Vec<_> = (0..14).map(|_| open(book).queue(Surface::Trading, Lane::Reads)).collect();
    open(book).admit();
    let mut call = Box::pin(budget.enter(&meter, Surface::Trading, Lane::Reads, Duration::from_secs(10)));
    assert!(call.as_mut().now_or_never().is_none(), "waits for its turn");
    let reset = (clock.now().timestamp() + 50).to_string();
    budget.heed(&meter, Surface::Trading, 429, &headers(&[("x-ratelimit-reset", reset)]));
    let ended = drive(&clock, call, Duration::from_millis(100), Duration::from_secs(20)).expect("it ended");
    assert!(ended.is_err());
    assert!(clock.elapsed() <= Duration::from_secs(11));
}

#[test]
fn after_a_429_everyone_waits_for_the_reset_and_a_cancel_for_five_seconds_at_most() {
    let (clock, budget) = world();
    let meter = meter();
    let reset = (clock.now().timestamp() + 40).to_string();
    budget.heed(&meter, Surface::Trading, 429, &headers(&[("x-ratelimit-reset", reset)]));
    assert_eq!(budget.wait(&meter, Lane::Reads), Duration::from_secs(40));
    assert_eq!(budget.wait(&meter, Lane::Orders), Duration::from_secs(40));
    assert_eq!(budget.wait(&meter, Lane::Urgent), Duration::from_secs(5));
    clock.advance(Duration::from_secs(41));
    assert_eq!(budget.wait(&meter, Lane::Reads), Duration::ZERO);
}

#[test]
fn a_busy_data_host_never_holds_back_an_order() {
    let (_clock, budget) = world();
    let meter = meter();
    budget.heed(&meter, Surface::Data, 429, &headers(&[("retry-after", "30".to_owned())]));
    assert_eq!(budget.wait(&meter, Lane::Orders), Duration::ZERO);
    let quote = budget.enter(&meter, Surface::Data, Lane::Reads, MINUTE).now_or_never();
    assert_eq!(quote, None, "market data wait");
    let read = budget.enter(&meter, Surface::Trading, Lane::Reads, MINUTE).now_or_never();
    assert_eq!(read, Some(Ok(())), "a trading read passes the paused one");
}

#[test]
fn when_the_broker_counts_few_left_reads_then_orders_leave_them_to_cancels() {
    let (clock, budget) = world();
    let meter = meter();
    let says = |left: &str, reset: i64| {
        headers(&[
            ("x-ratelimit-remaining", left.to_owned()),
            ("x-ratelimit-reset", (clock.now().timestamp() + reset).to_string()),
        ])
    };
    budget.heed(&meter, Surface::Trading, 200, &says("11", 30));
    assert_eq!(budget.wait(&meter, Lane::Reads), Duration::ZERO);
    budget.heed(&meter, Surface::Trading, 200, &says("10", 30));
    assert_eq!(budget.wait(&meter, Lane::Reads), Duration::from_secs(30));
    assert_eq!(budget.wait(&meter, Lane::Orders), Duration::ZERO);
    budget.heed(&meter, Surface::Trading, 200, &says("0", 30));
    assert_eq!(budget.wait(&meter, Lane::Orders), Duration::from_secs(30));
    assert_eq!(budget.wait(&meter, Lane::Urgent), Duration::ZERO);
}

#[test]
fn idle_accounts_are_forgotten_and_busy_ones_are_not() {
    let (clock, budget) = world();
    let enter = |n: usize| {
        let meter = Meter(format!("account {n}"));
        budget.enter(&meter, Surface::Trading, Lane::Reads, MINUTE).now_or_never().expect("at once").expect("went");
    };
    (0..FEW).for_each(enter);
    clock.advance(Duration::from_secs(30));
    enter(FEW);
    assert_eq!(open(&budget.meters).accounts.len(), 1, "all others had their budget back");
    (0..FEW).for_each(enter);
    enter(FEW * 2);
    assert!(open(&budget.meters).accounts.len() > FEW, "none of these had");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_header_makes_anyone_wait_more_than_a_minute(
        status in prop_oneof![Just(200_u16), Just(429), Just(500)],
        reset in any::<i64>(),
        near in -120_i64..120,
        remaining in any::<u64>(),
        after in any::<u64>(),
        repeats in 1_usize..40,
    ) {
        let (clock, budget) = world();
        let meter = meter();
        for n in 0..repeats {
            let reset = if n % 2 == 0 { reset } else { clock.now().timestamp() + near };
            let lies = headers(&[
                ("x-ratelimit-reset", reset.to_string()),
                ("x-ratelimit-remaining", remaining.to_string()),
                ("retry-after", after.to_string()),
            ]);
            budget.heed(&meter, Surface::Trading, status, &lies);
            for lane in [Lane::Urgent, Lane::Orders, Lane::Reads] {
                prop_assert!(budget.wait(&meter, lane) <= MINUTE);
            }
            clock.advance(Duration::from_millis(700));
        }
        clock.advance(MINUTE);
        for lane in [Lane::Urgent, Lane::Orders, Lane::Reads] {
            prop_assert_eq!(budget.wait(&meter, lane), Duration::ZERO);
        }
    }
}
