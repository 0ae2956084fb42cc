//! Standing in the account's line is not the broker's silence.

use crate::world::{World, balance_at};
use desk::{Refused, Trouble};
use domain::account::Environment;
use domain::clock::{Clock, ManualClock, SystemClock};
use domain::outcome::ReadFailure;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

/// Why a balance is not shown, and after how long.
async fn balance_refused(line: Duration) -> (Refused, Duration) {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    world.broker.falls_silent(line);
    let clock = Arc::new(ManualClock::at(SystemClock::start().now()));
    let desk = world.desk_by(clock.clone()).apart();
    let mut reading = pin!(balance_at(&desk, tenant, None));
    loop {
        tokio::select! {
            answer = &mut reading => return (answer.unwrap_err(), clock.elapsed()),
            () = tokio::time::sleep(Duration::from_millis(2)) => clock.advance(Duration::from_millis(250)),
        }
    }
}

#[tokio::test]
async fn a_read_that_gave_up_in_line_does_not_say_that_alpaca_is_silent() {
    let (refused, after) = balance_refused(Duration::from_secs(7)).await;
    let Refused::Trouble(Trouble::Broker(ReadFailure::RateLimited { until: Some(_) })) = refused else {
        panic!("{refused:?}")
    };
    assert!(after >= Duration::from_secs(30), "the line is waited for: {after:?}");
    let (refused, after) = balance_refused(Duration::ZERO).await;
    assert_eq!(refused, Refused::Trouble(Trouble::Broker(ReadFailure::Unavailable)));
    assert!(after >= Duration::from_secs(10), "{after:?}");
}
