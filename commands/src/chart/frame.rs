//! What all charts have: a title, a tag that says whose money it is, axes.

use super::canvas::{Anchor, Canvas, FAINT, GRID, Ink, TEXT, Type, WIDTH};
use super::scale::{Scale, many};
use chrono::{DateTime, Utc};
use chrono_tz::America::New_York;
use desk::views::Owner;
use domain::account::Environment;
use domain::market::Span;
use rust_decimal::Decimal;

/// Left edge of what is drawn.
pub(crate) const LEFT: f32 = 28.0;
/// Right edge of the plot; labels stand beyond it.
pub(crate) const RIGHT: f32 = 886.0;
/// Upper edge of the plot.
pub(crate) const TOP: f32 = 104.0;

/// Paper's blue and live's red, as on the cards.
pub(crate) const fn tag_ink(environment: Environment) -> Ink {
    match environment {
        Environment::Paper => Ink(0x003B_82F6),
        Environment::Live => Ink(0x00DC_2626),
    }
}

/// `PAPER · swing`, `LIVE · all 3 accounts`: in plain letters, as the picture has no others.
pub(crate) fn tag(owner: &Owner) -> (Environment, String) {
    match owner {
        Owner::One(account) => (account.environment, account.name.to_string()),
        Owner::All(environment, 1) => (*environment, "all accounts (1)".to_owned()),
        Owner::All(environment, count) => (*environment, format!("all {count} accounts")),
    }
}

/// Title and what stands beside and under it. The tag is on the picture, because pictures get saved and shown around.
pub(crate) fn head(canvas: &mut Canvas, title: &str, under: &[(String, Ink)], owner: Option<&Owner>) {
    canvas.text((LEFT, 50.0), Anchor::Start, Type::bold(36.0, TEXT), title);
    let mut x = LEFT;
    for (text, ink) in under {
        let look = Type::plain(24.0, *ink);
        canvas.text((x, 84.0), Anchor::Start, look, text);
        x += canvas.width(look, text) + 18.0;
    }
    let Some((environment, name)) = owner.map(tag) else { return };
    let word = match environment {
        Environment::Paper => "PAPER",
        Environment::Live => "LIVE",
    };
    let look = Type::bold(22.0, Ink(0x00FF_FFFF));
    let width = canvas.width(look, word) + 28.0;
    let right = WIDTH - 24.0;
    canvas.pill(right - width, 24.0, width, 34.0, tag_ink(environment));
    canvas.text((right - width / 2.0, 49.0), Anchor::Middle, look, word);
    canvas.text((right, 84.0), Anchor::End, Type::plain(22.0, FAINT), &name);
}

/// Lines across the plot with their numbers at the right.
pub(crate) fn rungs(canvas: &mut Canvas, scale: &Scale, count: u32, write: impl Fn(Decimal, Decimal) -> String) {
    let (ticks, step) = scale.ticks(count);
    for tick in ticks {
        let y = scale.y(tick);
        canvas.line(&[(LEFT, y), (RIGHT, y)], 1.0, GRID);
        canvas.text((RIGHT + 10.0, y + 7.0), Anchor::Start, Type::plain(21.0, FAINT), &write(tick, step));
    }
}

/// Where the n-th of `count` things stands.
pub(crate) fn column(n: usize, count: usize) -> f32 {
    LEFT + (RIGHT - LEFT) * (many(n) + 0.5) / many(count.max(1))
}

/// Times under the plot: about six, none twice, New York's.
pub(crate) fn times(canvas: &mut Canvas, moments: &[DateTime<Utc>], span: Span, y: f32) {
    let format = match span {
        Span::Day => "%H:%M",
        Span::Week => "%a %-d",
        Span::Month | Span::Quarter => "%-d %b",
        Span::Year => "%b %y",
        Span::FiveYears => "%Y",
    };
    let look = Type::plain(21.0, FAINT);
    let mut written = f32::MIN;
    let mut before = String::new();
    for (at, moment) in moments.iter().enumerate() {
        let text = moment.with_timezone(&New_York).format(format).to_string();
        let (x, half) = (column(at, moments.len()), canvas.width(look, &text) / 2.0);
        // A label stands where its time begins, not in the midst of it.
        let begins = text != before;
        let is_first = before.is_empty() && at == 0 && span != Span::Day;
        before.clone_from(&text);
        if !begins || is_first || x - half < written + 44.0 || x + half > RIGHT + 20.0 || x - half < LEFT {
            continue;
        }
        if span == Span::Day && !text.ends_with(":00") && !text.ends_with(":30") {
            continue;
        }
        canvas.text((x, y), Anchor::Middle, look, &text);
        written = x + half;
    }
}
