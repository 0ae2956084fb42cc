//! Lists as files, for spreadsheets: numbers as they are, no units, no thousands.

use super::{Reply, words};
use desk::view::Page;
use desk::views::{History, Orders, Owner, Portfolio, Positions};
use domain::records::When;
use rust_decimal::Decimal;

/// The message with the file.
pub(crate) fn file(page: &Page) -> Reply {
    let (owner, name, rows, is_whole) = match page {
        Page::Positions(page) => (page.owner.clone(), "positions.csv", positions(page), page.missing.is_empty()),
        Page::Orders(page) => (Owner::One(page.account.clone()), "orders.csv", orders(page), page.next.is_none()),
        Page::History(page) => (Owner::One(page.account.clone()), "history.csv", history(page), page.next.is_none()),
        Page::Portfolio(page) => (page.owner.clone(), "portfolio.csv", portfolio(page), page.missing.is_empty()),
        _ => return Reply::plain("Nothing to send"),
    };
    let count = rows.len() - 1;
    let title = if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
    let reply = Reply::of(&owner, title).file(name, text(&rows).into_bytes());
    if is_whole {
        reply
    } else {
        reply.say("**There is more than the file holds.** Ask for less: one symbol, one kind, a later day.")
    }
}

fn positions(page: &Positions) -> Vec<Vec<String>> {
    let heads = [
        "account",
        "symbol",
        "qty",
        "available",
        "entry",
        "price",
        "value",
        "cost",
        "pl",
        "pl_percent",
        "pl_today",
        "behind_stops",
    ];
    let rows = page.list.iter().map(|holding| {
        let position = &holding.position;
        vec![
            holding.account.name.to_string(),
            position.symbol.to_string(),
            number(position.qty),
            number(position.qty_available),
            number(position.entry.0),
            maybe(position.price.map(|usd| usd.0)),
            maybe(position.value.map(|usd| usd.0)),
            number(position.cost.0),
            maybe(position.unrealized.map(|usd| usd.0)),
            maybe(position.unrealized_fraction.and_then(|fraction| fraction.checked_mul(Decimal::ONE_HUNDRED))),
            maybe(position.today.map(|usd| usd.0)),
            maybe(holding.protected),
        ]
    });
    table(&heads, rows)
}

fn orders(page: &Orders) -> Vec<Vec<String>> {
    let heads = [
        "submitted",
        "ended",
        "symbol",
        "side",
        "type",
        "qty",
        "dollars",
        "limit",
        "stop",
        "tif",
        "status",
        "filled",
        "filled_price",
        "order_id",
    ];
    let rows = page.list.iter().map(|order| {
        vec![
            order.submitted_at.map(|at| at.to_rfc3339()).unwrap_or_default(),
            order.ended_at.map(|at| at.to_rfc3339()).unwrap_or_default(),
            order.symbol.to_string(),
            order.side.map(|side| side.as_str().to_owned()).unwrap_or_default(),
            order.kind.clone(),
            maybe(order.qty),
            maybe(order.notional),
            maybe(order.limit_price.map(domain::money::Price::get)),
            maybe(order.stop_price.map(domain::money::Price::get)),
            order.time_in_force.clone(),
            order.status.as_str().to_owned(),
            number(order.filled_qty),
            maybe(order.filled_avg_price.map(domain::money::Price::get)),
            order.id.0.to_string(),
        ]
    });
    table(&heads, rows)
}

fn history(page: &History) -> Vec<Vec<String>> {
    let heads = ["when", "kind", "symbol", "side", "qty", "price", "net", "order_id", "description", "id"];
    let rows = page.list.iter().map(|activity| {
        vec![
            match activity.at {
                When::Moment(at) => at.to_rfc3339(),
                When::Day(day) => day.to_string(),
                When::Unknown => String::new(),
            },
            activity.kind.clone(),
            activity.symbol.as_ref().map(ToString::to_string).unwrap_or_default(),
            activity.side.map(|side| side.as_str().to_owned()).unwrap_or_default(),
            maybe(activity.qty),
            maybe(activity.price.map(domain::money::Price::get)),
            maybe(activity.net.map(|usd| usd.0)),
            activity.order.map(|id| id.0.to_string()).unwrap_or_default(),
            activity.description.clone(),
            activity.id.clone(),
        ]
    });
    table(&heads, rows)
}

fn portfolio(page: &Portfolio) -> Vec<Vec<String>> {
    let rows = page.curve.points.iter();
    let rows = rows.map(|point| vec![point.at.to_rfc3339(), number(point.equity.0), number(point.flow.0)]);
    table(&["when", "equity", "paid_in_or_out"], rows)
}

fn table(heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Vec<Vec<String>> {
    let heads = heads.iter().map(|head| (*head).to_owned()).collect();
    [heads].into_iter().chain(rows).collect()
}

fn number(number: Decimal) -> String {
    words::quantity(number)
}

fn maybe(number: Option<Decimal>) -> String {
    number.map(words::quantity).unwrap_or_default()
}

/// RFC 4180. A cell that a spreadsheet would take for a formula is made a text, unless it is a number.
fn text(rows: &[Vec<String>]) -> String {
    let mut out = String::new();
    for row in rows {
        let cells: Vec<_> = row.iter().map(|cell| quoted(cell)).collect();
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    out
}

fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<Decimal>().is_err();
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_none_breaks_its_row() {
        for (cell, written) in [
            ("AAPL", "AAPL"),
            ("-12.5", "-12.5"),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+1+1", "'+1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
        ] {
            assert_eq!(quoted(cell), written);
        }
    }
}
