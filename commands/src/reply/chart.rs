//! `/chart`: the words beside the candles.

use super::escape::prose;
use super::market::tape;
use super::{Reply, portfolio, words};
use desk::view::{Shown, View};
use desk::views::Chart;
use domain::market::Span;
use domain::money::Usd;

/// What the candles say.
pub(crate) fn chart(chart: &Chart, shown: &Shown) -> Reply {
    let symbol = prose(chart.symbol.as_str(), words::SYMBOL);
    let title = format!("{symbol} · {}", portfolio::name(chart.span));
    let mut reply = match &chart.owner {
        Some(account) => Reply::about(account, title),
        None => Reply::plain(title),
    };
    if !chart.name.is_empty() {
        reply = reply.say(prose(&chart.name, 120));
    }
    match (chart.bars.first(), chart.bars.last()) {
        (Some(first), Some(last)) => {
            let change = last.close.get().checked_sub(first.open.get()).map(Usd);
            let fraction = change.and_then(|change| change.0.checked_div(first.open.get()));
            let high = chart.bars.iter().map(|bar| bar.high).max();
            let low = chart.bars.iter().map(|bar| bar.low).min();
            reply = reply
                .with("Last", last.close.to_string())
                .with_some("Change", change.map(|change| words::gain_and_percent(change, fraction)))
                .with_some("High", high.map(|price| price.to_string()))
                .with_some("Low", low.map(|price| price.to_string()));
        }
        _ => reply = reply.say("Nothing was traded in that time."),
    }
    if let Some(entry) = chart.entry {
        reply = reply.with("Your entry", entry.to_string());
    }
    if !chart.marks.is_empty() {
        reply = reply.with("Your fills", format!("{} marked", chart.marks.len()));
    }
    for span in [Span::Day, Span::Week, Span::Month, Span::Quarter, Span::Year, Span::FiveYears] {
        let is_it = |view: &View| matches!(view, View::Chart { span: other, .. } if *other == span);
        reply = reply.lead_where(shown, is_it, span.as_str());
    }
    reply.with("Read", words::counting(chart.at)).footer(format!("{} Times are New York's.", tape(chart.feed)))
}
