//! When the opening and the closing auction take orders.

use super::super::calendar;
use super::super::errors::{Refusal, forbidden};
use super::super::kinds::TimeInForce;
use super::Bench;
use chrono::TimeDelta;

/// Orders for an auction are taken from 19:00 of the evening before until shortly before it.
pub(super) fn auction_takes_orders(bench: &Bench<'_>) -> Result<(), Refusal> {
    // A market held open by hand has no auctions to miss.
    let Some(day) = calendar::trading_day(calendar::date_of(bench.now)).filter(|_| !bench.market.is_forced()) else {
        return Ok(());
    };
    let evening = calendar::at(day.date, 19, 0);
    let (last_call, message) = match bench.draft.time_in_force {
        TimeInForce::Opg => {
            let message = "opg orders must be submitted after 7:00pm and before 9:28am";
            (day.open - TimeDelta::minutes(2), message)
        }
        TimeInForce::Cls => {
            let message = "cls orders must be submitted after 7:00pm and before 3:50pm";
            (day.close - TimeDelta::minutes(10), message)
        }
        _ => return Ok(()),
    };
    if last_call <= bench.now && bench.now < evening { Err(forbidden(message)) } else { Ok(()) }
}
