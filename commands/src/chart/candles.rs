//! Candles and volume, with the user's own fills, entry and waiting orders.

use super::canvas::{Anchor, Canvas, DOWN, FAINT, Ink, OWN, PAPER, Type, UP};
use super::frame::{LEFT, RIGHT, TOP, column, head, rungs, times};
use super::scale::{Scale, amount, many, money};
use crate::reply::words;
use desk::views::{Chart, Mark, Owner};
use domain::market::Bar;
use domain::money::Usd;
use rust_decimal::Decimal;

const HEIGHT: u32 = 600;
/// Lower edges of prices and volume.
const PRICES: f32 = 440.0;
const VOLUME: f32 = 548.0;

/// The picture. `None` without a bar.
pub(crate) fn draw(chart: &Chart) -> Option<Vec<u8>> {
    let (first, last) = (chart.bars.first()?, chart.bars.last()?);
    let mut canvas = Canvas::new(1_000, HEIGHT)?;
    let change = last.close.get().checked_sub(first.open.get())?;
    let ink = if change < Decimal::ZERO { DOWN } else { UP };
    let fraction = change.checked_div(first.open.get());
    let under = [
        (last.close.to_string(), ink),
        (words::gain_and_percent(Usd(change), fraction), ink),
        (chart.span.as_str().to_owned(), FAINT),
    ];
    let owner = chart.owner.clone().map(Owner::One);
    head(&mut canvas, chart.symbol.as_str(), &under, owner.as_ref());

    let scale = scale(chart)?;
    rungs(&mut canvas, &scale, 5, money);
    let moments: Vec<_> = chart.bars.iter().map(|bar| bar.at).collect();
    times(&mut canvas, &moments, chart.span, 582.0);
    bars(&mut canvas, &chart.bars, &scale);
    own(&mut canvas, chart, &scale);
    price_tag(&mut canvas, &scale, last.close.get(), ink);
    canvas.png()
}

/// The bars decide; what is the user's own is in it when it is near.
fn scale(chart: &Chart) -> Option<Scale> {
    let bars = chart.bars.iter().flat_map(|bar| [bar.low.get(), bar.high.get()]);
    let (low, high) = (bars.clone().min()?, bars.clone().max()?);
    let reach = high.checked_sub(low)?.max(high.checked_div(Decimal::from(50))?);
    let near = |price: &Decimal| *price >= low - reach / Decimal::TWO && *price <= high + reach / Decimal::TWO;
    let entry = chart.entry.map(|entry| entry.0);
    let waiting = chart.waiting.iter().map(|(price, _)| price.get());
    let own: Vec<Decimal> = entry.into_iter().chain(waiting).filter(near).collect();
    Scale::over(bars.chain(own.iter().copied()), TOP, PRICES)
}

fn bars(canvas: &mut Canvas, bars: &[Bar], scale: &Scale) {
    let most = bars.iter().map(|bar| bar.volume).max().unwrap_or_default().max(Decimal::ONE);
    let volume = Scale::exactly(Decimal::ZERO, most, PRICES + 18.0, VOLUME);
    let width = ((RIGHT - LEFT) / many(bars.len()) * 0.68).clamp(1.0, 26.0);
    for (at, bar) in bars.iter().enumerate() {
        let x = column(at, bars.len());
        let ink = if bar.close < bar.open { DOWN } else { UP };
        let top = volume.y(bar.volume);
        canvas.rect(x - width / 2.0, top, width, VOLUME - top, ink, 0.38);
        canvas.line(&[(x, scale.y(bar.high.get())), (x, scale.y(bar.low.get()))], 1.6, ink);
        let (open, close) = (scale.y(bar.open.get()), scale.y(bar.close.get()));
        canvas.rect(x - width / 2.0, open.min(close), width, (open - close).abs(), ink, 1.0);
    }
    canvas.text((RIGHT + 10.0, PRICES + 34.0), Anchor::Start, Type::plain(20.0, FAINT), &amount(most));
    canvas.text((RIGHT + 10.0, VOLUME), Anchor::Start, Type::plain(20.0, FAINT), "vol");
}

/// Entry as a line, waiting orders as shorter ones, fills as arrows.
fn own(canvas: &mut Canvas, chart: &Chart, scale: &Scale) {
    if let Some(entry) = chart.entry.filter(|entry| scale.holds(entry.0)) {
        let y = scale.y(entry.0);
        canvas.dashes(&[(LEFT, y), (RIGHT, y)], 2.0, OWN);
        canvas.label((LEFT + 4.0, y - 7.0), Anchor::Start, Type::plain(20.0, OWN), &format!("entry {entry}"));
    }
    for (price, buys) in &chart.waiting {
        if scale.holds(price.get()) {
            let (y, ink) = (scale.y(price.get()), if *buys { UP } else { DOWN });
            canvas.dashes(&[(RIGHT - 190.0, y), (RIGHT, y)], 2.0, ink);
            let word = if *buys { "buy" } else { "sell" };
            canvas.label((RIGHT - 4.0, y - 7.0), Anchor::End, Type::plain(20.0, ink), &format!("{word} {price}"));
        }
    }
    for mark in &chart.marks {
        arrow(canvas, chart, mark, scale);
    }
}

/// Under a buy pointing up, above a sale pointing down, at the bar that it happened in.
fn arrow(canvas: &mut Canvas, chart: &Chart, mark: &Mark, scale: &Scale) {
    let at = chart.bars.partition_point(|bar| bar.at <= mark.at).saturating_sub(1);
    let (x, y) = (column(at, chart.bars.len()), scale.y(mark.price.get()));
    let (ink, way) = if mark.bought { (UP, 1.0) } else { (DOWN, -1.0) };
    let tip = |grow: f32| {
        [
            (x, y + way * (4.0 - grow)),
            (x - 10.0 - grow, y + way * (24.0 + grow)),
            (x + 10.0 + grow, y + way * (24.0 + grow)),
        ]
    };
    canvas.polygon(&tip(4.0), PAPER, 1.0);
    canvas.polygon(&tip(1.5), OWN, 1.0);
    canvas.polygon(&tip(-1.0), ink, 1.0);
}

/// The last price, on the axis.
fn price_tag(canvas: &mut Canvas, scale: &Scale, price: Decimal, ink: Ink) {
    let y = scale.y(price);
    canvas.dashes(&[(LEFT, y), (RIGHT, y)], 1.0, ink);
    let text = Usd(price).to_string();
    let look = Type::bold(20.0, PAPER);
    canvas.rect(RIGHT + 4.0, y - 15.0, canvas.width(look, &text) + 12.0, 30.0, ink, 1.0);
    canvas.text((RIGHT + 10.0, y + 7.0), Anchor::Start, look, &text);
}
