//! From numbers to pixels, and the round numbers that stand at an axis.

use domain::money::Usd;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// A stretch of numbers over a stretch of pixels, the largest number on top.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    low: Decimal,
    high: Decimal,
    top: f32,
    bottom: f32,
}

impl Scale {
    /// Over all of these, with some room above and below. `None` without a number.
    pub(crate) fn over(numbers: impl Iterator<Item = Decimal> + Clone, top: f32, bottom: f32) -> Option<Self> {
        let (low, high) = (numbers.clone().min()?, numbers.max()?);
        let room = high.checked_sub(low)?.checked_div(Decimal::from(16))?;
        // A flat line stands in the middle of something.
        let least = high.abs().checked_div(Decimal::from(200))?.max(Decimal::new(1, 2));
        let room = room.max(least);
        Some(Self { low: low.checked_sub(room)?, high: high.checked_add(room)?, top, bottom })
    }

    /// From these two numbers, exactly.
    pub(crate) const fn exactly(low: Decimal, high: Decimal, top: f32, bottom: f32) -> Self {
        Self { low, high, top, bottom }
    }

    /// Where a number is. What lies outside lies at the edge.
    pub(crate) fn y(&self, number: Decimal) -> f32 {
        let span = self.high.saturating_sub(self.low);
        let above = number.saturating_sub(self.low);
        let share = above.checked_div(span).and_then(|share| share.to_f32()).unwrap_or(0.5);
        self.bottom - share.clamp(0.0, 1.0) * (self.bottom - self.top)
    }

    /// Whether a number is within.
    pub(crate) fn holds(&self, number: Decimal) -> bool {
        self.low <= number && number <= self.high
    }

    /// About `count` round numbers within, the lowest first, and the step between them.
    pub(crate) fn ticks(&self, count: u32) -> (Vec<Decimal>, Decimal) {
        let span = self.high.saturating_sub(self.low);
        let Some(step) = span.checked_div(Decimal::from(count.max(1))).and_then(round_step) else {
            return (Vec::new(), Decimal::ONE);
        };
        let first = self.low.checked_div(step).map_or(Decimal::ZERO, |times| times.ceil().saturating_mul(step));
        let mut ticks = Vec::new();
        let mut tick = first;
        while tick <= self.high && ticks.len() < 20 {
            ticks.push(tick);
            tick = tick.saturating_add(step);
        }
        (ticks, step)
    }
}

/// The next of 1, 2, 2.5, 5 and 10 times a power of ten.
fn round_step(least: Decimal) -> Option<Decimal> {
    if least <= Decimal::ZERO {
        return None;
    }
    let mut power = Decimal::ONE;
    while power > least {
        power = power.checked_div(Decimal::TEN)?;
    }
    while power.checked_mul(Decimal::TEN)? <= least {
        power = power.checked_mul(Decimal::TEN)?;
    }
    let steps = [10, 20, 25, 50, 100].into_iter().map(|tenths| Decimal::new(tenths, 1).saturating_mul(power));
    steps.into_iter().find(|step| *step >= least)
}

/// Money at an axis: as short as the steps allow, `$184.50`, `$12,000`, `$1.25M`.
pub(crate) fn money(amount: Decimal, step: Decimal) -> String {
    let (thousand, million) = (Decimal::ONE_THOUSAND, Decimal::from(1_000_000));
    let sign = if amount.is_sign_negative() && !amount.is_zero() { "-" } else { "" };
    if amount.abs() >= Decimal::from(10) * million {
        return format!("{sign}${}M", (amount.abs() / million).round_dp(2).normalize());
    }
    let text = Usd(amount).to_string();
    let is_whole = step >= Decimal::ONE && step.fract().is_zero() && amount.fract().is_zero();
    match text.strip_suffix(".00").filter(|_| is_whole || amount.abs() >= Decimal::from(100) * thousand) {
        Some(short) => short.to_owned(),
        None => text,
    }
}

/// A volume: `850`, `12.4K`, `3.1M`.
pub(crate) fn amount(number: Decimal) -> String {
    let units = [(1_000_000_000_i64, "B"), (1_000_000, "M"), (1_000, "K")];
    for (size, unit) in units {
        let size = Decimal::from(size);
        if number.abs() >= size {
            return format!("{}{unit}", (number / size).round_dp(1).normalize());
        }
    }
    number.round_dp(2).normalize().to_string()
}

/// A count as pixels count.
pub(crate) fn many(count: usize) -> f32 {
    u16::try_from(count).map_or(f32::from(u16::MAX), f32::from)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use proptest::prelude::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn ticks_are_round_numbers() {
        let scale = Scale::exactly(dec("183.2"), dec("187.9"), 0.0, 100.0);
        assert_eq!(scale.ticks(5).0, ["184", "185", "186", "187"].map(dec));
        let scale = Scale::exactly(dec("-3"), dec("12000"), 0.0, 100.0);
        assert_eq!(scale.ticks(4).0, ["0", "5000", "10000"].map(dec));
    }

    #[test]
    fn money_at_an_axis_is_short() {
        for (amount, step, text) in [
            ("184.5", "0.5", "$184.50"),
            ("185", "0.5", "$185.00"),
            ("185", "1", "$185"),
            ("12000", "1000", "$12,000"),
            ("-500", "500", "-$500"),
            ("12500000", "500000", "$12.5M"),
            ("0.0125", "0.0025", "$0.0125"),
        ] {
            assert_eq!(money(dec(amount), dec(step)), text);
        }
        for (number, text) in [("850", "850"), ("12400", "12.4K"), ("3100000", "3.1M"), ("0.25", "0.25")] {
            assert_eq!(amount_of(number), text);
        }
    }

    fn amount_of(text: &str) -> String {
        amount(dec(text))
    }

    proptest! {
        #[test]
        fn every_number_lands_on_the_picture(low in -1_000_000_i64..1_000_000, more in 0_i64..5_000_000, at in -2_000_000_i64..8_000_000) {
            let numbers = [Decimal::new(low, 2), Decimal::new(low + more, 2)];
            let scale = Scale::over(numbers.into_iter(), 10.0, 200.0).unwrap();
            let y = scale.y(Decimal::new(at, 2));
            prop_assert!((10.0..=200.0).contains(&y), "{}", y);
            let (ticks, _) = scale.ticks(5);
            prop_assert!((1..=12).contains(&ticks.len()), "{:?}", ticks);
            prop_assert!(ticks.iter().all(|tick| scale.holds(*tick)));
        }
    }
}
