//! Worth over time, with what was paid in and out, and the fall from the last high below it.

use super::canvas::{Anchor, CURVE, Canvas, DOWN, FAINT, GRID, OWN, Type, UP};
use super::frame::{LEFT, RIGHT, TOP, column, head, rungs, times};
use super::scale::{Scale, money};
use crate::reply::words;
use desk::views::Portfolio;
use domain::equity::{Curve, Performance};
use domain::money::Usd;
use rust_decimal::Decimal;

const HEIGHT: u32 = 600;
/// Lower edges of the curve, and of the falls.
const WORTH: f32 = 428.0;
const FALLS: f32 = 548.0;

/// The picture. `None` with fewer than two points.
pub(crate) fn draw(portfolio: &Portfolio) -> Option<Vec<u8>> {
    let curve = &portfolio.curve;
    let performance = curve.performance().filter(|_| curve.points.len() > 1)?;
    let mut canvas = Canvas::new(1_000, HEIGHT)?;
    head(&mut canvas, &performance.end.to_string(), &under(curve, &performance), Some(&portfolio.owner));

    let scale = Scale::over(curve.points.iter().map(|point| point.equity.0), TOP + 12.0, WORTH)?;
    rungs(&mut canvas, &scale, 4, money);
    let places: Vec<(f32, f32)> = curve
        .points
        .iter()
        .enumerate()
        .map(|(at, point)| (column(at, curve.points.len()), scale.y(point.equity.0)))
        .collect();
    let began = scale.y(curve.points.first()?.equity.0);
    canvas.area(&places, WORTH, CURVE, 0.16);
    canvas.dashes(&[(LEFT, began), (RIGHT, began)], 1.5, FAINT);
    canvas.line(&places, 3.2, CURVE);
    flows(&mut canvas, curve, &places);
    falls(&mut canvas, curve);
    let moments: Vec<_> = curve.points.iter().map(|point| point.at).collect();
    times(&mut canvas, &moments, curve.span, 582.0);
    canvas.png()
}

fn under(curve: &Curve, performance: &Performance) -> Vec<(String, super::canvas::Ink)> {
    let ink = if performance.gain.0 < Decimal::ZERO { DOWN } else { UP };
    let mut under = vec![
        (words::gain_and_percent(performance.gain, performance.rate), ink),
        (curve.span.as_str().to_owned(), FAINT),
    ];
    if !performance.flow.0.is_zero() {
        let word = if performance.flow.0 > Decimal::ZERO { "paid in" } else { "paid out" };
        under.push((format!("{} {word}", Usd(performance.flow.0.abs())), OWN));
    }
    under
}

/// A mark where money came or went: it moved the curve, and is no gain.
fn flows(canvas: &mut Canvas, curve: &Curve, places: &[(f32, f32)]) {
    for (point, (x, y)) in curve.points.iter().zip(places).skip(1) {
        if point.flow.0.is_zero() {
            continue;
        }
        let way = if point.flow.0 > Decimal::ZERO { -1.0 } else { 1.0 };
        canvas.line(&[(*x, TOP + 12.0), (*x, WORTH)], 1.0, OWN);
        canvas.polygon(&[(*x, y + way * 20.0), (x - 9.0, y + way * 5.0), (x + 9.0, y + way * 5.0)], OWN, 1.0);
    }
}

/// How far below the last high, without what was paid.
fn falls(canvas: &mut Canvas, curve: &Curve) {
    let Some(growth) = curve.growth() else { return };
    let mut high = Decimal::ZERO;
    let falls: Vec<Decimal> = growth
        .iter()
        .map(|worth| {
            high = high.max(*worth);
            worth.checked_div(high).map_or(Decimal::ZERO, |share| share - Decimal::ONE)
        })
        .collect();
    let deepest = falls.iter().min().copied().unwrap_or_default().min(Decimal::new(-1, 3));
    let scale = Scale::exactly(deepest, Decimal::ZERO, WORTH + 36.0, FALLS);
    let places: Vec<_> = falls.iter().enumerate().map(|(at, fall)| (column(at, falls.len()), scale.y(*fall))).collect();
    let (top, bottom) = (scale.y(Decimal::ZERO), scale.y(deepest));
    canvas.line(&[(LEFT, top), (RIGHT, top)], 1.0, GRID);
    canvas.area(&places, top, DOWN, 0.30);
    canvas.line(&places, 1.8, DOWN);
    let look = Type::plain(20.0, FAINT);
    canvas.text((LEFT, top - 9.0), Anchor::Start, look, "below the last high");
    canvas.text((RIGHT + 10.0, top + 7.0), Anchor::Start, look, "0%");
    canvas.text((RIGHT + 10.0, bottom + 2.0), Anchor::Start, look, &words::percent(deepest));
}
