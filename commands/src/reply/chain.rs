//! `/chain`.

use super::escape::prose;
use super::list::{Align, table};
use super::{Reply, words};
use desk::view::{Shown, View};
use desk::views::{ChainPage, ChainRow};
use domain::market::Strike;
use rust_decimal::Decimal;

/// One day's calls and puts, around the money.
pub(crate) fn chain(page: &ChainPage, shown: &Shown) -> Reply {
    let symbol = prose(page.underlying.as_str(), words::SYMBOL);
    let rows: Vec<_> = page.rows.iter().skip(page.from).take(ChainPage::STRIKES).collect();
    let mut reply = Reply::plain(format!("{symbol} options, {}", page.expires.format("%-d %b %Y")));
    if rows.is_empty() {
        reply = reply.say("Alpaca shows no prices for that day.");
    } else {
        let heads = [
            ("CALL", Align::Right),
            ("IV", Align::Right),
            ("STRIKE", Align::Right),
            ("PUT", Align::Right),
            ("IV", Align::Right),
        ];
        let lines: Vec<_> = rows.iter().map(|row| line(row, page.price.map(domain::money::Price::get))).collect();
        reply = reply.say(table(heads, &lines, "The other pages show them."));
        let shown = format!("Strikes {} to {} of {}.", page.from + 1, page.from + rows.len(), page.rows.len());
        reply = reply.say(format!(
            "{shown} Bid/ask per share; one contract is for 100. `›` marks the strikes next to the money."
        ));
        if let Some((name, greeks)) = nearest(page) {
            reply = reply.with_wide(name, greeks);
        }
    }
    let strikes = |wanted: Option<usize>| move |view: &View| matches!(view, View::Chain { from, .. } if wanted.is_some() && *from == wanted);
    let other_day = |later: bool| {
        let today = page.expires;
        move |view: &View| match view {
            View::Chain { expires: Some(day), from: None, .. } => (*day > today) == later && *day != today,
            _ => false,
        }
    };
    let lower = (page.from > 0).then(|| page.from.saturating_sub(ChainPage::STRIKES));
    reply
        .with_some("Price", page.price.map(|price| price.to_string()))
        .with("Expiries", page.expiries.len().to_string())
        .with("Read", words::counting(page.at))
        .lead_where(shown, strikes(lower), "▲ Lower strikes")
        .lead_where(shown, strikes(Some(page.from + ChainPage::STRIKES)), "▼ Higher strikes")
        .lead_where(shown, other_day(false), "◀ Sooner")
        .lead_where(shown, other_day(true), "Later ▶")
}

fn line(row: &ChainRow, price: Option<Decimal>) -> [String; 5] {
    let strike = row.strike.get();
    let is_near = price.is_some_and(|price| (price - strike).abs() <= strike / Decimal::from(100));
    let mark = if is_near { "›" } else { "" };
    [
        quote(row.call.as_ref()),
        volatility(row.call.as_ref()),
        format!("{mark}{}", strike.normalize()),
        quote(row.put.as_ref()),
        volatility(row.put.as_ref()),
    ]
}

/// `1.10/1.15`.
fn quote(strike: Option<&Strike>) -> String {
    let Some(quote) = strike.and_then(|strike| strike.quote) else { return "–".to_owned() };
    let side = |price: Option<domain::money::Price>| {
        price.map_or_else(|| "–".to_owned(), |price| format!("{:.2}", price.get()))
    };
    format!("{}/{}", side(quote.bid), side(quote.ask))
}

fn volatility(strike: Option<&Strike>) -> String {
    let fraction = strike.and_then(|strike| strike.volatility).and_then(|iv| iv.checked_mul(Decimal::ONE_HUNDRED));
    fraction.map_or_else(|| "–".to_owned(), |percent| format!("{percent:.0}%"))
}

/// The Greeks of the strike at the money.
fn nearest(page: &ChainPage) -> Option<(&'static str, String)> {
    let price = page.price?.get();
    let row = page.rows.iter().min_by_key(|row| (row.strike.get() - price).abs())?;
    let greeks = |name: &str, strike: Option<&Strike>| {
        let strike = strike?;
        let number = |number: Option<Decimal>| number.map_or_else(|| "–".to_owned(), |n| format!("{n:.3}"));
        Some(format!("{name}: delta {}, theta {} a day", number(strike.delta), number(strike.theta)))
    };
    let lines: Vec<_> =
        [greeks("Call", row.call.as_ref()), greeks("Put", row.put.as_ref())].into_iter().flatten().collect();
    (!lines.is_empty()).then(|| ("At the money", lines.join("\n")))
}
