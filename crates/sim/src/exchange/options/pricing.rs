//! What a contract is worth: Black and Scholes on the underlying's last trade.
//!
//! This is a model of a market, not money: its result becomes a decimal, on the grid of cents, in one place.

use super::super::market::Quote;
use super::contracts::{Contract, Right};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

/// What money earns in a year.
pub(in super::super) const RATE: f64 = 0.04;
const SECONDS_IN_A_YEAR: f64 = 365.0 * 86_400.0;

/// How much an underlying moves in a year: between a fifth and three fifths, by its name.
pub(in super::super) fn volatility(root: &str) -> f64 {
    let sum: u32 = root.bytes().fold(7, |sum, letter| sum.wrapping_mul(31).wrapping_add(u32::from(letter)));
    0.2 + f64::from(sum % 41) / 100.0
}

/// Years until a contract ends; never less than none.
pub(in super::super) fn years(contract: &Contract, now: DateTime<Utc>) -> f64 {
    let seconds = i32::try_from((contract.ends() - now).num_seconds().max(0)).unwrap_or(i32::MAX);
    f64::from(seconds) / SECONDS_IN_A_YEAR
}

/// The share of outcomes below `x` standard deviations (Abramowitz and Stegun, 26.2.17).
pub(in super::super) fn normal(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let terms = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let tail = terms.iter().rev().fold(0.0, |sum, term| (sum + term) * t) * density(x);
    if x < 0.0 { tail } else { 1.0 - tail }
}

/// How dense outcomes are at `x` standard deviations.
pub(in super::super) fn density(x: f64) -> f64 {
    (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// Black and Scholes per share.
pub(in super::super) fn value(contract: &Contract, spot: Decimal, now: DateTime<Utc>) -> f64 {
    let spread = volatility(&contract.root) * years(contract, now).sqrt();
    let intrinsic = contract.intrinsic(spot).to_f64().unwrap_or_default();
    let spot = contract.behind(spot);
    let (Some(spot), Some(strike)) = (spot.to_f64(), contract.strike.to_f64()) else { return intrinsic };
    if spread <= 0.0 || spot <= 0.0 {
        return intrinsic;
    }
    let later = strike * (-RATE * years(contract, now)).exp();
    let near = (spot / later).ln() / spread + spread / 2.0;
    let call = spot * normal(near) - later * normal(near - spread);
    let worth = if contract.right == Right::Call { call } else { call - spot + later };
    worth.max(0.0)
}

/// What is bid and offered for a contract: its value, a cent or one in fifty to either side.
pub(in super::super) fn quote(contract: &Contract, spot: Decimal, now: DateTime<Utc>) -> Quote {
    let middle = Decimal::from_f64(value(contract, spot, now)).unwrap_or_default().round_dp(2);
    let half = (middle / Decimal::from(50)).round_dp(2).max(Decimal::new(1, 2));
    Quote { bid: (middle - half).max(Decimal::ZERO), ask: middle + half, at: now }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn contract(symbol: &str) -> Contract {
        Contract::read(symbol).expect("a symbol")
    }

    #[test]
    fn calls_and_puts_hold_their_parity_and_end_at_what_is_in_the_money() {
        let now = "2026-11-23T17:00:00Z".parse().expect("moment");
        let spot = Decimal::from(250);
        for strike in ["00200000", "00250000", "00300000"] {
            let call = contract(&format!("AAPL270115C{strike}"));
            let put = contract(&format!("AAPL270115P{strike}"));
            let later = call.strike.to_f64().expect("number") * (-RATE * years(&call, now)).exp();
            let gap = value(&call, spot, now) - value(&put, spot, now) - (250.0 - later);
            assert!(gap.abs() < 1e-6, "{strike}: {gap}");
            assert!(value(&call, spot, now) >= 0.0 && value(&put, spot, now) >= 0.0);
            let end = quote(&call, spot, call.ends());
            assert_eq!((end.bid + end.ask) / Decimal::TWO, call.intrinsic(spot).max(Decimal::new(5, 3)));
        }
    }

    #[test]
    fn the_normal_distribution_is_right_to_seven_digits() {
        for (x, below) in [(0.0, 0.5), (1.0, 0.841_344_746), (-1.96, 0.024_997_895), (3.0, 0.998_650_102)] {
            assert!((normal(x) - below).abs() < 1e-7, "{x}: {}", normal(x));
        }
    }
}
