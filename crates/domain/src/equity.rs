//! What an account was worth over time, and what follows from it when deposits are not counted as gains.

use crate::market::Span;
use crate::money::Usd;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// One point of a curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// When.
    pub at: DateTime<Utc>,
    /// Worth at that time.
    pub equity: Usd,
    /// What was paid in (above zero) or out (below) since the point before.
    pub flow: Usd,
}

/// An account's worth over a span, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve {
    /// How far it looks back.
    pub span: Span,
    /// Its points.
    pub points: Vec<Point>,
}

/// What a curve says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Performance {
    /// Worth at the end.
    pub end: Usd,
    /// Gained or lost, without what was paid in or out.
    pub gain: Usd,
    /// Paid in less paid out.
    pub flow: Usd,
    /// The time-weighted return as a fraction: what one dollar that was there all the time would have made.
    pub rate: Option<Decimal>,
    /// The deepest fall from a high before it, as a fraction at or below zero.
    pub drawdown: Option<Decimal>,
}

impl Curve {
    /// `None` for a curve without a point.
    ///
    /// Each step's return is `(equity − flow) / equity before`: a deposit counts as made at the end of its step, so it neither
    /// earns nor loses in it. A step that begins at or below zero has no return, so then there is no rate.
    pub fn performance(&self) -> Option<Performance> {
        let (first, last) = (self.points.first()?, self.points.last()?);
        let flow = self.points.iter().skip(1).try_fold(Decimal::ZERO, |sum, point| sum.checked_add(point.flow.0))?;
        let gain = last.equity.0.checked_sub(first.equity.0)?.checked_sub(flow)?;
        let growth = self.growth();
        let rate = growth.as_ref().and_then(|growth| growth.last().map(|last| last - Decimal::ONE));
        let drawdown = growth.and_then(|growth| deepest(&growth));
        Some(Performance { end: last.equity, gain: Usd(gain), flow: Usd(flow), rate, drawdown })
    }

    /// What one dollar at the start has become at each point.
    pub fn growth(&self) -> Option<Vec<Decimal>> {
        let mut growth = Vec::with_capacity(self.points.len());
        let mut worth = Decimal::ONE;
        growth.push(worth);
        for pair in self.points.windows(2) {
            let (before, after) = (pair[0].equity.0, pair[1]);
            if before <= Decimal::ZERO {
                return None;
            }
            let step = after.equity.0.checked_sub(after.flow.0)?.checked_div(before)?;
            // Twelve digits are more than any reader needs, and keep a long product from overflowing.
            worth = worth.checked_mul(step)?.round_dp(12);
            growth.push(worth);
        }
        Some(growth)
    }

    /// The worth of several accounts together. Between its points an account keeps its worth; one that begins later than the
    /// others is paid in when it begins.
    pub fn together(span: Span, curves: &[Self]) -> Self {
        let mut moments: BTreeMap<DateTime<Utc>, (Decimal, Decimal)> = BTreeMap::new();
        for curve in curves {
            for point in &curve.points {
                moments.entry(point.at).or_default();
            }
        }
        let first = moments.keys().next().copied();
        for curve in curves {
            let mut points = curve.points.iter().peekable();
            let mut worth: Option<Decimal> = None;
            for (at, (equity, flow)) in &mut moments {
                while let Some(point) = points.next_if(|point| point.at <= *at) {
                    let begins_late = worth.is_none() && first != Some(point.at);
                    *flow = flow.saturating_add(if begins_late { point.equity.0 } else { point.flow.0 });
                    worth = Some(point.equity.0);
                }
                *equity = equity.saturating_add(worth.unwrap_or_default());
            }
        }
        let point = |(at, (equity, flow))| Point { at, equity: Usd(equity), flow: Usd(flow) };
        Self { span, points: moments.into_iter().map(point).collect() }
    }
}

fn deepest(growth: &[Decimal]) -> Option<Decimal> {
    let mut high = *growth.first()?;
    let mut deepest = Decimal::ZERO;
    for worth in growth {
        high = high.max(*worth);
        if high > Decimal::ZERO {
            deepest = deepest.min(worth.checked_div(high)? - Decimal::ONE);
        }
    }
    Some(deepest)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn curve(points: &[(i64, i64)]) -> Curve {
        let point = |(step, (equity, flow)): (i64, &(i64, i64))| Point {
            at: DateTime::UNIX_EPOCH + TimeDelta::days(step),
            equity: Usd(Decimal::from(*equity)),
            flow: Usd(Decimal::from(*flow)),
        };
        Curve { span: Span::Month, points: (0..).zip(points).map(point).collect() }
    }

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_deposit_is_no_gain_and_a_withdrawal_no_loss() {
        let paid_in = curve(&[(1_000, 0), (1_500, 500), (1_650, 0)]).performance().unwrap();
        assert_eq!((paid_in.gain.0, paid_in.flow.0, paid_in.rate), (dec("150"), dec("500"), Some(dec("0.1"))));
        assert_eq!(paid_in.drawdown, Some(Decimal::ZERO));
        let paid_out = curve(&[(1_000, 0), (500, -500), (550, 0)]).performance().unwrap();
        assert_eq!((paid_out.gain.0, paid_out.rate, paid_out.drawdown), (dec("50"), Some(dec("0.1")), Some(dec("0"))));
    }

    #[test]
    fn the_drawdown_is_the_deepest_fall_from_a_high() {
        let fell = curve(&[(100, 0), (200, 0), (150, 0), (220, 0), (110, 0), (120, 0)]).performance().unwrap();
        assert_eq!(fell.drawdown, Some(dec("-0.5")));
        assert_eq!(fell.rate, Some(dec("0.2")));
    }

    #[test]
    fn an_account_that_was_empty_has_no_rate_and_still_a_gain() {
        let fresh = curve(&[(0, 0), (1_000, 1_000), (1_010, 0)]).performance().unwrap();
        assert_eq!((fresh.gain.0, fresh.rate, fresh.drawdown), (dec("10"), None, None));
        assert_eq!(curve(&[]).performance(), None);
        assert_eq!(curve(&[(7, 0)]).performance().unwrap().rate, Some(Decimal::ZERO));
    }

    #[test]
    fn an_account_that_begins_later_is_paid_in_when_it_begins() {
        let old = curve(&[(100, 0), (110, 0), (110, 0)]);
        let mut late = curve(&[(50, 0), (60, 0)]);
        late.points.iter_mut().for_each(|point| point.at += TimeDelta::days(1));
        let both = Curve::together(Span::Month, &[old, late]);
        let shown: Vec<_> = both.points.iter().map(|point| (point.equity.0, point.flow.0)).collect();
        assert_eq!(shown, [(100, 0), (160, 50), (170, 0)].map(|(a, b)| (Decimal::from(a), Decimal::from(b))));
        assert_eq!(both.performance().unwrap().gain.0, dec("20"));
    }

    proptest! {
        #[test]
        fn money_paid_in_or_out_never_changes_the_rate(
            steps in proptest::collection::vec((-30_i64..=30, -400_i64..=800), 1..40)
        ) {
            let (mut plain, mut paid) = (Decimal::from(1_000), Decimal::from(1_000));
            let at = |step: usize| DateTime::UNIX_EPOCH + TimeDelta::days(i64::try_from(step).unwrap());
            let first = Point { at: at(0), equity: Usd(plain), flow: Usd(Decimal::ZERO) };
            let (mut without, mut with) = (vec![first], vec![first]);
            for (step, (percent, flow)) in steps.into_iter().enumerate() {
                let factor = Decimal::ONE + Decimal::new(percent, 2);
                plain = (plain * factor).round_dp(8);
                let grown = (paid * factor).round_dp(8);
                let flow = if grown + Decimal::from(flow) > Decimal::ONE { Decimal::from(flow) } else { Decimal::ZERO };
                paid = grown + flow;
                without.push(Point { at: at(step + 1), equity: Usd(plain), flow: Usd(Decimal::ZERO) });
                with.push(Point { at: at(step + 1), equity: Usd(paid), flow: Usd(flow) });
            }
            let rate = |points| Curve { span: Span::Year, points }.performance().unwrap().rate;
            if let (Some(without), Some(with)) = (rate(without), rate(with)) {
                let wide = without.abs().max(Decimal::ONE) * Decimal::new(1, 5);
                prop_assert!((without - with).abs() < wide, "{} {}", without, with);
            }
        }
    }
}
