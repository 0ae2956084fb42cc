//! Limits that an operator may set.

use super::{ConfigRefusal, Env, Variable};
use desk::Limits;
use rust_decimal::Decimal;
use std::time::Duration;

/// How long a confirm card is good for.
pub const CONFIRM_SECONDS: Variable = Variable {
    name: "PADDOCK_CONFIRM_SECONDS",
    about: "how long a confirm card can be pressed, in seconds (5 to 60)",
    default: Some("60"),
};

/// How far a quote may move between card and click.
pub const QUOTE_TOLERANCE: Variable = Variable {
    name: "PADDOCK_QUOTE_TOLERANCE_PERCENT",
    about: "how far the price may move against the user between card and click before Paddock asks again",
    default: Some("1"),
};

/// Accounts per user.
pub const MAX_ACCOUNTS: Variable = Variable {
    name: "PADDOCK_MAX_ACCOUNTS",
    about: "how many accounts one user may link (1 to 25)",
    default: Some("10"),
};

/// # Errors
/// `Unusable` for a number out of its range.
pub fn from_env(env: &Env) -> Result<Limits, ConfigRefusal> {
    let seconds: u64 = env.parse(CONFIRM_SECONDS, "a whole number of seconds")?;
    let percent: Decimal = env.parse(QUOTE_TOLERANCE, "a percentage such as 0.5")?;
    let accounts: usize = env.parse(MAX_ACCOUNTS, "a whole number")?;
    within(CONFIRM_SECONDS, (5..=60).contains(&seconds), "5 to 60")?;
    within(QUOTE_TOLERANCE, percent > Decimal::ZERO && percent <= Decimal::from(50), "above 0, at most 50")?;
    within(MAX_ACCOUNTS, (1..=25).contains(&accounts), "1 to 25")?;
    let ticket = Duration::from_secs(seconds);
    let live = super::doors::live(env)?;
    Ok(Limits { ticket, live, tolerance: percent / Decimal::ONE_HUNDRED, accounts, ..Limits::default() })
}

fn within(variable: Variable, holds: bool, range: &str) -> Result<(), ConfigRefusal> {
    let why = || format!("it should be {range}");
    if holds { Ok(()) } else { Err(ConfigRefusal::Unusable { name: variable.name, why: why() }) }
}
