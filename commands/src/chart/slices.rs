//! What the money is in: bars, because lengths are easier to compare than angles.

use super::canvas::{Anchor, CURVE, Canvas, DOWN, FAINT, GRID, Ink, TEXT, Type, WIDTH};
use super::frame::{LEFT, head};
use super::scale::many;
use crate::reply::words;
use desk::views::Allocation;
use domain::money::Usd;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Rows that have a name of their own; the rest is one more.
const NAMED: usize = 11;
const ROW: f32 = 46.0;
const FIRST: f32 = 124.0;
/// Where bars begin and where the longest ends.
const BARS: (f32, f32) = (170.0, 690.0);

/// The picture. `None` when nothing is worth anything.
pub(crate) fn draw(allocation: &Allocation) -> Option<Vec<u8>> {
    let rows = rows(allocation);
    let whole: Decimal = rows.iter().try_fold(Decimal::ZERO, |sum, (_, worth, _)| sum.checked_add(worth.abs()))?;
    if whole.is_zero() {
        return None;
    }
    let height = FIRST + ROW * many(rows.len()) + 16.0;
    let mut canvas = Canvas::new(1_000, height.to_u32()?)?;
    let title = allocation.equity.map_or_else(|| "Allocation".to_owned(), |equity| equity.to_string());
    let count = allocation.slices.len();
    let under = [(if count == 1 { "1 position".to_owned() } else { format!("{count} positions") }, FAINT)];
    head(&mut canvas, &title, &under, Some(&allocation.owner));

    let longest = rows.iter().map(|(_, worth, _)| worth.abs()).max()?;
    for (at, (name, worth, ink)) in rows.iter().enumerate() {
        let y = FIRST + ROW * many(at);
        canvas.text((LEFT, y + 24.0), Anchor::Start, Type::bold(24.0, TEXT), name);
        canvas.pill(BARS.0, y + 4.0, BARS.1 - BARS.0, 22.0, GRID);
        let share = worth.abs().checked_div(longest).and_then(|share| share.to_f32()).unwrap_or_default();
        canvas.pill(BARS.0, y + 4.0, ((BARS.1 - BARS.0) * share).max(22.0), 22.0, *ink);
        let percent = worth.abs().checked_div(whole).map(words::share).unwrap_or_default();
        canvas.text((BARS.1 + 92.0, y + 24.0), Anchor::End, Type::bold(23.0, TEXT), &percent);
        let money = Usd(*worth).to_string();
        canvas.text((WIDTH - 24.0, y + 24.0), Anchor::End, Type::plain(23.0, FAINT), &money);
    }
    canvas.png()
}

/// The largest, the rest of them as one, and cash.
fn rows(allocation: &Allocation) -> Vec<(String, Decimal, Ink)> {
    let ink = |worth: Decimal| if worth < Decimal::ZERO { DOWN } else { CURVE };
    let named = if allocation.slices.len() > NAMED + 1 { NAMED } else { allocation.slices.len() };
    let (shown, rest) = allocation.slices.split_at(named);
    let mut rows: Vec<_> = shown.iter().map(|(symbol, worth)| (symbol.to_string(), worth.0, ink(worth.0))).collect();
    if !rest.is_empty() {
        let sum = rest.iter().fold(Decimal::ZERO, |sum, (_, worth)| sum.saturating_add(worth.0));
        rows.push((format!("{} others", rest.len()), sum, ink(sum)));
    }
    if let Some(cash) = allocation.cash.filter(|cash| !cash.0.is_zero()) {
        let ink = if cash.0 < Decimal::ZERO { DOWN } else { Ink(0x0064_748B) };
        rows.push((if cash.0 < Decimal::ZERO { "borrowed" } else { "cash" }.to_owned(), cash.0, ink));
    }
    rows
}
