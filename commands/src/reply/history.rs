//! `/history`.

use super::escape::prose;
use super::list::paragraphs;
use super::{Reply, words};
use desk::view::{Shown, View};
use desk::views::History;
use domain::order::Side;
use domain::records::{Activity, Chapter, When};
use rust_decimal::Decimal;

/// What happened, newest first.
pub(crate) fn history(history: &History, shown: &Shown) -> Reply {
    let View::History { chapter, order, trail, .. } = &shown.view else {
        return Reply::about(&history.account, "History");
    };
    let what = match chapter {
        Chapter::All => "History",
        Chapter::Fills => "Fills",
        Chapter::Dividends => "Dividends",
        Chapter::Fees => "Fees",
        Chapter::Interest => "Interest",
        Chapter::Transfers => "Money in and out",
        Chapter::Events => "Events",
    };
    let title = if order.is_some() { format!("{what} of one order") } else { what.to_owned() };
    let mut reply = Reply::about(&history.account, title);
    if history.list.is_empty() {
        reply = reply.say("Alpaca shows nothing of that kind. Fees are booked a day later.");
    } else {
        let rows: Vec<_> = history.list.iter().map(in_a_line).collect();
        reply = reply.say(paragraphs(&rows, "The file has them all."));
        let several_pages = history.next.is_some() || !trail.is_empty();
        let sum = net(&history.list);
        let name = if several_pages { "Sum of this page" } else { "Sum" };
        reply = reply.with_some(name, sum.map(words::gain));
    }
    if history.next.is_some() || !trail.is_empty() {
        reply = reply.footer(format!("Page {}", trail.len() + 1));
    }
    let length = |view: &View| match view {
        View::History { trail, .. } => Some(trail.len()),
        _ => None,
    };
    let here = trail.len();
    reply
        .with("Read", words::counting(history.at))
        .lead_where(shown, |view| length(view).is_some_and(|length| length < here), "◀ Newer")
        .lead_where(shown, |view| length(view).is_some_and(|length| length >= here), "Older ▶")
        .lead_to_file(shown)
}

/// Of all rows that move money, as far as each says how much.
fn net(list: &[Activity]) -> Option<domain::money::Usd> {
    let mut amounts = list.iter().filter_map(|activity| activity.net).peekable();
    amounts.peek()?;
    amounts.try_fold(Decimal::ZERO, |sum, net| sum.checked_add(net.0)).map(domain::money::Usd)
}

fn in_a_line(activity: &Activity) -> String {
    let symbol = activity.symbol.as_ref().map(|symbol| prose(symbol.as_str(), words::SYMBOL));
    let mut parts = Vec::new();
    let is_fill = activity.kind == "FILL";
    if let (true, Some(side), Some(qty)) = (is_fill, activity.side, activity.qty) {
        let word = if side == Side::Buy { "Bought" } else { "Sold" };
        let at = activity.price.map(|price| format!(" at {price}")).unwrap_or_default();
        parts.push(format!("**{word} {} {}**{at}", words::quantity(qty.abs()), symbol.unwrap_or_default()));
    } else {
        let symbol = symbol.map(|symbol| format!(" {symbol}")).unwrap_or_default();
        parts.push(format!("**{}{symbol}**", kind(&activity.kind)));
        parts.extend(activity.qty.filter(|qty| !qty.is_zero()).map(words::shares));
    }
    parts.extend(activity.net.map(words::gain));
    if !activity.description.is_empty() {
        parts.push(prose(&activity.description, 80));
    }
    parts.push(when(activity.at));
    parts.join(" · ")
}

fn when(at: When) -> String {
    match at {
        When::Moment(at) => words::moment(at),
        When::Day(day) => day.format("%-d %b %Y").to_string(),
        When::Unknown => "day not said".to_owned(),
    }
}

/// Alpaca's word in a trader's.
pub(crate) fn kind(word: &str) -> String {
    let known = match word {
        "FILL" => "Fill",
        "DIV" => "Dividend",
        "DIVNRA" => "Dividend, tax withheld",
        "DIVROC" => "Return of capital",
        "FEE" => "Fee",
        "CFEE" => "Crypto fee",
        "PTC" => "Pass-through charge",
        "INT" => "Interest",
        "CSD" => "Paid in",
        "CSW" => "Paid out",
        "TRANS" => "Transfer",
        "JNL" | "JNLC" => "Cash journal",
        "JNLS" => "Shares journal",
        "ACATC" => "Transfer between brokers, cash",
        "ACATS" => "Transfer between brokers, securities",
        "OPASN" => "Option assigned",
        "OPEXC" => "Option exercised",
        "OPEXP" => "Option expired",
        "OPTRD" => "Option trade",
        "SPLIT" => "Split",
        "SPIN" => "Spin-off",
        "MA" => "Merger",
        "NC" => "Name change",
        "REORG" => "Reorganisation",
        other => return format!("`{}`", super::escape::code(other, 24)),
    };
    known.to_owned()
}
