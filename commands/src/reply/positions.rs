//! `/positions`.

use super::escape::code;
use super::list::{Align, table};
use super::{Reply, words};
use crate::routes::Action;
use desk::views::Positions;
use domain::account::Position;
use domain::money::Usd;
use rust_decimal::Decimal;

/// What is held, and how it stands.
pub(crate) fn positions(positions: &Positions) -> Reply {
    let list = &positions.list;
    if list.is_empty() {
        return Reply::about(&positions.account, "No positions")
            .say("Nothing is held in this account. `/buy` opens a position.")
            .with("Read", words::counting(positions.at));
    }
    let title = if list.len() == 1 { "1 position".to_owned() } else { format!("{} positions", list.len()) };
    let heads = [("SYMBOL", Align::Left), ("QTY", Align::Right), ("VALUE", Align::Right), ("P&L", Align::Right)];
    let rows: Vec<_> = list.iter().map(row).collect();
    Reply::about(&positions.account, title)
        .revealed(Action::ShowPositions(positions.account.id))
        .say(table(heads, &rows, "Alpaca's own page shows all."))
        .with_some("Value", sum(list, |position| position.value).map(|usd| usd.to_string()))
        .with_some("P&L, open", total(list, |position| position.unrealized))
        .with_some("P&L, today", sum(list, |position| position.today).map(words::gain))
        .with("Read", words::counting(positions.at))
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

/// Of all positions or not at all: a sum that leaves some out would be wrong.
fn sum(list: &[Position], of: impl Fn(&Position) -> Option<Usd>) -> Option<Usd> {
    list.iter().try_fold(Decimal::ZERO, |sum, position| sum.checked_add(of(position)?.0)).map(Usd)
}

/// A sum with its percentage of what was paid.
fn total(list: &[Position], of: impl Fn(&Position) -> Option<Usd>) -> Option<String> {
    let gain = sum(list, of)?;
    let cost = list.iter().try_fold(Decimal::ZERO, |sum, position| sum.checked_add(position.cost.0.abs()))?;
    let fraction = if cost.is_zero() { None } else { gain.0.checked_div(cost) };
    Some(words::gain_and_percent(gain, fraction))
}
