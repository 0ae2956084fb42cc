//! `/allocation`: the words beside the bars.

use super::balance::without;
use super::escape::prose;
use super::{Reply, words};
use desk::view::{Shown, View};
use desk::views::Allocation;
use rust_decimal::Decimal;

/// Above this share of all, one symbol decides how the account does.
const HEAVY: Decimal = Decimal::from_parts(25, 0, 0, false, 2);

/// What the money is in.
pub(crate) fn allocation(allocation: &Allocation, shown: &Shown) -> Reply {
    let positions: Decimal =
        allocation.slices.iter().fold(Decimal::ZERO, |sum, (_, worth)| sum.saturating_add(worth.0.abs()));
    let title = match (allocation.slices.len(), allocation.equity) {
        (0, _) if allocation.unvalued.is_empty() => "Nothing is held".to_owned(),
        (0, _) => "Nothing held has a price now".to_owned(),
        (_, Some(equity)) => format!("Allocation of {equity}"),
        (_, None) => "Allocation".to_owned(),
    };
    let mut reply = Reply::of(&allocation.owner, title);
    if let Some((symbol, worth)) = allocation.slices.first() {
        let of = allocation.equity.map_or(positions, |equity| equity.0).max(Decimal::ONE);
        let share = worth.0.abs().checked_div(of).unwrap_or_default();
        let symbol = prose(symbol.as_str(), words::SYMBOL);
        reply = reply.with("Largest", format!("{symbol} · {}", words::share(share)));
        if share > HEAVY {
            reply = reply.say(format!("More than a quarter of it is in **{symbol}**."));
        }
    } else if allocation.unvalued.is_empty() {
        reply = reply.say("All of it is cash. `/buy` opens a position.");
    }
    if !allocation.unvalued.is_empty() {
        let names: Vec<_> =
            allocation.unvalued.iter().take(20).map(|symbol| prose(symbol.as_str(), words::SYMBOL)).collect();
        let more = allocation.unvalued.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        reply = reply.with_wide("No price, so not in the picture", format!("{}{more}", names.join(", ")));
    }
    reply = reply
        .with_some("Cash", allocation.cash.map(|cash| cash.to_string()))
        .with("Read", words::counting(allocation.at))
        .lead_where(shown, |view| matches!(view, View::Positions { .. }), "Positions");
    without(reply, allocation.missing.iter().map(|(account, trouble)| (account, trouble)))
}
