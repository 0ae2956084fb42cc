//! `/portfolio`: the words beside the curve.

use super::balance::without;
use super::{Reply, words};
use desk::view::{Shown, View};
use desk::views::Portfolio;
use domain::market::Span;

/// What the curve says.
pub(crate) fn portfolio(portfolio: &Portfolio, shown: &Shown) -> Reply {
    let span = portfolio.curve.span;
    let performance = portfolio.curve.performance().filter(|_| portfolio.curve.points.len() > 1);
    let mut reply = match performance {
        None => Reply::of(&portfolio.owner, "No curve yet").say(format!(
            "Alpaca has fewer than two points for {}. A new account gets its first ones in a day.",
            name(span)
        )),
        Some(performance) => {
            let mut reply = Reply::of(&portfolio.owner, format!("{} · {}", performance.end, name(span)))
                .with("Gain", words::gain_and_percent(performance.gain, performance.rate))
                .with_some("Deepest fall", performance.drawdown.map(words::percent));
            if !performance.flow.0.is_zero() {
                reply = reply.with("Paid in and out", words::gain(performance.flow));
            }
            reply.footer("Deposits and withdrawals are not counted as gains or losses; the return is time-weighted.")
        }
    };
    reply = reply.with("Read", words::counting(portfolio.at));
    for other in [Span::Day, Span::Week, Span::Month, Span::Quarter, Span::Year] {
        let is_it = |view: &View| matches!(view, View::Portfolio { span, .. } if *span == other);
        reply = reply.lead_where(shown, is_it, other.as_str());
    }
    without(reply.lead_to_file(shown), portfolio.missing.iter().map(|(account, trouble)| (account, trouble)))
}

pub(crate) const fn name(span: Span) -> &'static str {
    match span {
        Span::Day => "today",
        Span::Week => "one week",
        Span::Month => "one month",
        Span::Quarter => "three months",
        Span::Year => "one year",
        Span::FiveYears => "five years",
    }
}
