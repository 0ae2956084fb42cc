//! `/positions` and `/position`.

use super::balance::without;
use super::escape::{code, prose};
use super::list::{Align, paragraphs, table};
use super::orders::in_a_line;
use super::{Reply, words};
use desk::view::{Shown, View, Whose};
use desk::views::{Holding, Owner, Positions};
use domain::account::Position;
use domain::brokerage::Which;
use domain::money::Usd;
use rust_decimal::Decimal;

/// Rows in one page: as many as have a button.
const PAGE: usize = 15;

/// What is held, and how it stands.
pub(crate) fn positions(positions: &Positions, shown: &Shown) -> Reply {
    let all = &positions.list;
    if all.is_empty() {
        let reply = Reply::of(&positions.owner, "No positions")
            .say("Nothing is held here. `/buy` opens a position.")
            .with("Read", words::counting(positions.at));
        return missing(reply, positions);
    }
    let page: Vec<_> = all.iter().skip(positions.from).take(PAGE).collect();
    let title = if all.len() == 1 { "1 position".to_owned() } else { format!("{} positions", all.len()) };
    let mut reply = Reply::of(&positions.owner, title).say(rows(&positions.owner, &page));
    if all.len() > page.len() {
        reply = reply.say(format!("{} to {} of {}.", positions.from + 1, positions.from + page.len(), all.len()));
    }
    let bare: Vec<_> = all.iter().filter(|holding| holding.is_bare()).collect();
    if !bare.is_empty() {
        let names = bare.iter().map(|holding| prose(holding.position.symbol.as_str(), words::SYMBOL));
        let names = names.collect::<Vec<_>>().join(", ");
        reply = reply.with_wide("⚠ Without a stop", super::escape::cut(&names, 1_000));
    }
    if all.iter().any(|holding| holding.orders.is_none()) {
        reply = reply.with_wide("Stops not known", "Alpaca did not show the open orders just now.");
    }
    let list: Vec<_> = all.iter().map(|holding| &holding.position).collect();
    reply = reply
        .with_some("Value", sum(&list, |position| position.value).map(|usd| usd.to_string()))
        .with_some("P&L, open", total(&list, |position| position.unrealized))
        .with_some("P&L, today", sum(&list, |position| position.today).map(words::gain))
        .with("Read", words::counting(positions.at));
    for holding in &page {
        let view = View::Position { account: holding.account.id, symbol: holding.position.symbol.clone() };
        let mark = if holding.is_bare() { "⚠ " } else { "" };
        let label = format!("{mark}{}", code(holding.position.symbol.as_str(), words::SYMBOL));
        reply = reply.lead(shown, &view, label);
    }
    let at = |from: usize| move |view: &View| matches!(view, View::Positions { from: at, .. } if *at == from);
    if positions.from > 0 {
        reply = reply.lead_where(shown, at(positions.from.saturating_sub(PAGE)), "◀ Larger");
    }
    reply = reply.lead_where(shown, at(positions.from + PAGE), "Smaller ▶").lead_to_file(shown);
    missing(reply, positions)
}

fn missing(reply: Reply, positions: &Positions) -> Reply {
    without(reply, positions.missing.iter().map(|(account, trouble)| (account, trouble)))
}

/// With the account's name when there are several.
fn rows(owner: &Owner, page: &[&Holding]) -> String {
    let (qty, value, gain) = (("QTY", Align::Right), ("VALUE", Align::Right), ("P&L", Align::Right));
    let rest = "The other pages show them.";
    match owner {
        Owner::One(_) => {
            let rows: Vec<_> = page.iter().map(|holding| row(&holding.position)).collect();
            table([("SYMBOL", Align::Left), qty, value, gain], &rows, rest)
        }
        Owner::All(..) => {
            let row = |holding: &&Holding| {
                let [symbol, qty, value, gain] = row(&holding.position);
                [symbol, code(holding.account.name.as_str(), 14), qty, value, gain]
            };
            let rows: Vec<_> = page.iter().map(row).collect();
            table([("SYMBOL", Align::Left), ("ACCOUNT", Align::Left), qty, value, gain], &rows, rest)
        }
    }
}

fn row(position: &Position) -> [String; 4] {
    let unknown = || "?".to_owned();
    [
        code(position.symbol.as_str(), words::SYMBOL),
        words::quantity(position.qty),
        position.value.map_or_else(unknown, |usd| usd.to_string()),
        match (position.unrealized, position.unrealized_fraction) {
            (_, Some(fraction)) => words::percent(fraction),
            (Some(usd), None) => words::gain(usd),
            (None, None) => unknown(),
        },
    ]
}

/// One position: how it stands, and what protects it.
pub(crate) fn position(holding: &Holding, shown: &Shown) -> Reply {
    let position = &holding.position;
    let symbol = prose(position.symbol.as_str(), words::SYMBOL);
    let side = if position.qty < Decimal::ZERO { "Short" } else { "Long" };
    let title = format!("{side} {} {symbol}", words::quantity(position.qty.abs()));
    let mut reply = Reply::about(&holding.account, title);
    if holding.is_bare() {
        reply = reply.say(bare(holding));
    }
    reply = reply
        .with("Entry", position.entry.to_string())
        .with_some("Price", position.price.map(|usd| usd.to_string()))
        .with_some("Value", position.value.map(|usd| usd.to_string()))
        .with_some(
            "P&L, open",
            position.unrealized.map(|usd| words::gain_and_percent(usd, position.unrealized_fraction)),
        )
        .with_some("P&L, today", position.today.map(words::gain))
        .with("Cost", position.cost.to_string());
    if position.qty_available != position.qty {
        let free = words::quantity(position.qty_available);
        reply = reply.with("Free to trade", format!("{free} of {}", words::quantity(position.qty)));
    }
    reply = match &holding.orders {
        None => reply.with_wide("Open orders", "Alpaca did not show them just now."),
        Some(orders) if orders.is_empty() => reply.with_wide("Open orders", "None."),
        Some(orders) => {
            let lines: Vec<_> = orders.iter().take(6).map(in_a_line).collect();
            let more = orders.len().saturating_sub(lines.len());
            let more = if more > 0 { format!("\n*… and {more} more: `/orders symbol:`.*") } else { String::new() };
            reply.with_wide("Open orders", format!("{}{more}", paragraphs(&lines, "")))
        }
    };
    reply
        .with("Read", words::counting(holding.at))
        .lead_where(shown, |view| matches!(view, View::Chart { .. }), "Chart")
        .lead_where(shown, |view| matches!(view, View::Orders { which: Which::All, .. }), "Its orders")
        .lead_where(shown, |view| matches!(view, View::Positions { whose: Whose::One(_), .. }), "All positions")
}

fn bare(holding: &Holding) -> String {
    match holding.protected {
        Some(part) if part > Decimal::ZERO => {
            let all = words::quantity(holding.position.qty.abs());
            format!("**⚠ A stop protects only {} of {all}.**", words::quantity(part))
        }
        _ if holding.position.qty < Decimal::ZERO => "**⚠ No stop protects it.** A rise is yours in full.".to_owned(),
        _ => "**⚠ No stop protects it.** A fall is yours in full.".to_owned(),
    }
}

/// Of all positions or not at all: a sum that leaves some out would be wrong.
fn sum(list: &[&Position], of: impl Fn(&Position) -> Option<Usd>) -> Option<Usd> {
    list.iter().try_fold(Decimal::ZERO, |sum, position| sum.checked_add(of(position)?.0)).map(Usd)
}

/// A sum with its percentage of what was paid.
fn total(list: &[&Position], of: impl Fn(&Position) -> Option<Usd>) -> Option<String> {
    let gain = sum(list, of)?;
    let cost = list.iter().try_fold(Decimal::ZERO, |sum, position| sum.checked_add(position.cost.0.abs()))?;
    let fraction = if cost.is_zero() { None } else { gain.0.checked_div(cost) };
    Some(words::gain_and_percent(gain, fraction))
}
