//! `/orders`.

use super::escape::{code, prose};
use super::list::paragraphs;
use super::receipt;
use super::{Reply, words};
use desk::view::{Shown, View};
use desk::views::Orders;
use domain::brokerage::Which;
use domain::money::Usd;
use domain::order::{BrokerOrder, BrokerStatus};

/// Orders, newest first; what is unconfirmed always stands on top.
pub(crate) fn orders(orders: &Orders, shown: &Shown) -> Reply {
    let View::Orders { which, symbol, trail, .. } = &shown.view else {
        return Reply::about(&orders.account, "Orders");
    };
    let of = symbol.as_ref().map(|symbol| format!(" of {}", prose(symbol.as_str(), words::SYMBOL))).unwrap_or_default();
    let mut reply = Reply::about(&orders.account, title(orders, *which, trail.len()) + &of);
    if !orders.unconfirmed.is_empty() {
        let lines: Vec<_> = orders.unconfirmed.iter().take(5).map(receipt::in_a_line).collect();
        let more = orders.unconfirmed.len().saturating_sub(lines.len());
        let more = if more > 0 { format!("\n*… and {more} more.*") } else { String::new() };
        reply = reply.with_wide("Not yet confirmed: do not send these again", format!("{}{more}", lines.join("\n")));
    }
    if orders.list.is_empty() {
        reply = reply.say(match which {
            Which::Open => "Nothing is waiting at Alpaca. `/orders show:all` has the past.",
            Which::Closed | Which::All => "Alpaca shows none.",
        });
    } else {
        let rows: Vec<_> = orders.list.iter().map(in_a_line).collect();
        reply = reply.say(paragraphs(&rows, "The file has them all."));
    }
    let mut small = Vec::new();
    if orders.next.is_some() || !trail.is_empty() {
        small.push(format!("Page {}", trail.len() + 1));
    }
    if orders.list.iter().any(|order| !order.status.is_terminal()) {
        small.push("Cancel one with /cancel.".to_owned());
    }
    let length = |view: &View| match view {
        View::Orders { trail, .. } => Some(trail.len()),
        _ => None,
    };
    let here = trail.len();
    let reply = reply
        .with("Read", words::counting(orders.at))
        .lead_where(shown, |view| length(view).is_some_and(|length| length < here), "◀ Newer")
        .lead_where(shown, |view| length(view).is_some_and(|length| length >= here), "Older ▶")
        .lead_to_file(shown);
    if small.is_empty() { reply } else { reply.footer(small.join(" · ")) }
}

/// How many there are, when one page holds them all.
fn title(orders: &Orders, which: Which, page: usize) -> String {
    let kind = match which {
        Which::Open => "open orders",
        Which::Closed => "closed orders",
        Which::All => "orders",
    };
    let is_all = orders.next.is_none() && page == 0;
    match orders.list.len() {
        0 => format!("No {kind}"),
        1 if is_all => format!("1 {}", kind.trim_end_matches('s')),
        count if is_all => format!("{count} {kind}"),
        _ => {
            let mut letters = kind.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        }
    }
}

/// `**Buy 5 AAPL** · limit $184.50 · day · working · 2 filled at $184.47 · 3 minutes ago`.
pub(crate) fn in_a_line(order: &BrokerOrder) -> String {
    let mut parts = vec![format!("**{}**", what(order)), terms(order), status(&order.status)];
    if !order.filled_qty.is_zero() {
        let filled = words::quantity(order.filled_qty);
        parts.push(match order.filled_avg_price {
            Some(price) => format!("{filled} filled at {}", Usd(price.get())),
            None => format!("{filled} filled"),
        });
    }
    if let Some(at) = order.ended_at.or(order.submitted_at) {
        parts.push(words::counting(at));
    }
    if !order.client_order_id.is_ours() {
        parts.push("placed elsewhere".to_owned());
    }
    parts.join(" · ")
}

/// `Buy 5 AAPL`, of any order that Alpaca shows.
pub(crate) fn what(order: &BrokerOrder) -> String {
    let named = order.symbol.contract().map_or_else(|| order.symbol.to_string(), |contract| contract.to_string());
    let symbol = prose(&named, words::CONTRACT);
    let side = order.side.filter(|_| !is_spread(order)).map_or("Trade", words::side);
    match (order.qty, order.notional) {
        (Some(qty), _) if is_spread(order) => {
            format!("{side} {} {symbol} {}", words::quantity(qty), words::spreads(qty))
        }
        (Some(qty), _) => format!("{side} {} {symbol}", words::quantity(qty)),
        (None, Some(notional)) => format!("{side} {} of {symbol}", Usd(notional)),
        (None, None) => format!("{side} {symbol}"),
    }
}

fn is_spread(order: &BrokerOrder) -> bool {
    order.class == "mleg"
}

fn terms(order: &BrokerOrder) -> String {
    let kind = prose(&order.kind.replace('_', " "), 24);
    let stop = order.stop_price.map(|stop| format!(" {stop}")).unwrap_or_default();
    let trail = order.trail.map(|trail| format!(" {trail}")).unwrap_or_default();
    let limit = match (order.limit_price, order.stop_price) {
        (Some(limit), Some(_)) => format!(", limit {limit}"),
        (Some(limit), None) => format!(" {limit}"),
        (None, _) => String::new(),
    };
    let net = order.side.filter(|_| is_spread(order) && order.limit_price.is_some());
    let net = net.map(|side| format!(" {}", words::net(side))).unwrap_or_default();
    let time = prose(&order.time_in_force, 12);
    let hours = if order.extended_hours { " · extended hours" } else { "" };
    format!("{kind}{stop}{trail}{limit}{net} · {time}{hours}")
}

/// A status in a trader's word.
pub(crate) fn status(status: &BrokerStatus) -> String {
    match status {
        BrokerStatus::PendingNew => "arriving".into(),
        BrokerStatus::Accepted => "queued".into(),
        BrokerStatus::New => "working".into(),
        BrokerStatus::PartiallyFilled => "partially filled".into(),
        BrokerStatus::Filled => "filled".into(),
        BrokerStatus::DoneForDay => "done for today".into(),
        BrokerStatus::Canceled => "canceled".into(),
        BrokerStatus::Expired => "expired".into(),
        BrokerStatus::Replaced => "replaced".into(),
        BrokerStatus::PendingCancel => "cancel requested".into(),
        BrokerStatus::PendingReplace => "being replaced".into(),
        BrokerStatus::Rejected => "rejected".into(),
        BrokerStatus::Held => "held".into(),
        BrokerStatus::Other(word) => format!("`{}`", code(word, 24)),
    }
}
