//! `/ticket`: what was said of an order, what it comes to, and menus for the rest.

use super::card::{after, bid_ask, exits, money_name, position, warned};
use super::error::in_the_way;
use super::escape::prose;
use super::{Button, Menu, Reply, words};
use crate::routes::Action;
use desk::slip::{Gap, Kind, Reckoned, Slip, SlipPage};
use desk::view::{Shown, View};
use domain::order::{Effect, Order, Side, Size, TimeInForce};
use domain::sizing::Amount;
use domain::symbol::AssetKind;

/// The longest company name that we show.
const COMPANY: usize = 80;
/// The longest name of a contract.
const CONTRACT: usize = 40;
/// In the place of what is still to be said.
const OPEN: &str = "…";

/// The message with its menus.
pub(crate) fn ticket(page: &SlipPage, shown: &Shown) -> Reply {
    let slip = &page.slip;
    let order = match &page.reckoned {
        Reckoned::Order { order, .. } => Some(&**order),
        Reckoned::Missing(_) | Reckoned::Stopped(_) => None,
    };
    let title = order.map_or_else(|| format!("{} {}", words::side(slip.side), what(slip)), words::order);
    let mut reply = Reply::about(&page.account, title);
    if !page.company.trim().is_empty() {
        reply = reply.say(prose(&page.company, COMPANY));
    }
    let reply = match &page.reckoned {
        Reckoned::Missing(gaps) => reply.say(missing(gaps)),
        Reckoned::Stopped(refused) => reply.say(in_the_way(refused)),
        Reckoned::Order { warnings, .. } => {
            warnings.iter().fold(reply, |reply, warning| reply.say(format!("**{}**", warned(warning))))
        }
    };
    let itself = shown.link(&shown.view);
    let preview = itself.filter(|_| order.is_some()).map(|id| Button::go(Action::Order(id), "Preview the order"));
    let fill = itself.map(|id| Button::quiet(Action::Fill(id), "Size and prices"));
    let reply = fields(reply, page, order).menu(sides(slip, shown)).menu(kinds(slip, shown)).menu(times(slip, shown));
    [preview, fill]
        .into_iter()
        .flatten()
        .fold(reply, Reply::button)
        .lead(shown, &shown.view, "Refresh")
        .footer("Nothing is sent from here: the order's card asks first.")
}

/// The same lines in the same places as on the card.
fn fields(reply: Reply, page: &SlipPage, order: Option<&Order>) -> Reply {
    let slip = &page.slip;
    let numbers = match &page.reckoned {
        Reckoned::Order { numbers, .. } => Some(numbers),
        Reckoned::Missing(_) | Reckoned::Stopped(_) => None,
    };
    let cost = numbers.and_then(|numbers| numbers.estimate);
    let fees = numbers.and_then(|numbers| numbers.fees).filter(|fees| !fees.0.is_zero());
    let power = page.buying_power.map(|now| after(now, numbers.and_then(|numbers| numbers.buying_power_after)));
    let held_after = numbers.and_then(|numbers| numbers.held_after);
    let session = order.zip(page.market.as_ref()).map(|(order, clock)| words::session(order, clock));
    let reply = reply
        .with("Size", size(slip, order))
        .with("Type", terms(slip))
        .with_some("Exits", order.map_or_else(|| said_exits(slip), exits))
        .with("Bid / ask", page.quote.map_or_else(|| "no quote".to_owned(), |quote| bid_ask(&quote, page.at)))
        .with(money_name(slip.side), cost.map_or_else(|| OPEN.to_owned(), |usd| format!("{usd} before fees")))
        .with_some("Fees", fees.map(|fees| format!("up to about {fees}")))
        .with("Buying power", power.unwrap_or_else(|| "unknown".to_owned()))
        .with_some("Position", page.held.map(|held| position(&slip.symbol, held, held_after)))
        .with("Read", words::counting(page.at));
    match session {
        Some(session) => reply.with_wide("Session", session),
        None => reply,
    }
}

/// `AAPL`, `AAPL 18 Dec 2026 $250.00 call`.
fn what(slip: &Slip) -> String {
    match slip.symbol.kind() {
        AssetKind::Contract(contract) => prose(&contract.to_string(), CONTRACT),
        AssetKind::Equity | AssetKind::Crypto => prose(slip.symbol.as_str(), words::SYMBOL),
    }
}

/// `**Still missing: how much, and the limit.** Press **Size and prices**.`
fn missing(gaps: &[Gap]) -> String {
    let names: Vec<_> = gaps.iter().map(|gap| gap_name(*gap)).collect();
    let names = match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    };
    format!("**Still missing: {names}.** Press **Size and prices**.")
}

const fn gap_name(gap: Gap) -> &'static str {
    match gap {
        Gap::Size => "how much",
        Gap::Limit => "the limit",
        Gap::Stop => "the stop",
        Gap::Trail => "how far it trails",
    }
}

/// `5 shares`, `25% of the buying power: 13 shares`.
fn size(slip: &Slip, order: Option<&Order>) -> String {
    let wish = match slip.amount {
        None => return OPEN.to_owned(),
        Some(Amount::Exactly(Size::Shares(quantity))) => return words::units(&slip.symbol, quantity.get()),
        Some(Amount::Exactly(Size::Dollars(dollars))) => return dollars.to_string(),
        Some(Amount::OfBuyingPower(part)) => format!("{part} of the buying power"),
        Some(Amount::OfPosition(part)) => format!("{part} of what you hold"),
        Some(Amount::Risk(part)) => format!("{part} of the account at risk"),
    };
    match order.map(|order| order.size) {
        Some(Size::Shares(quantity)) => format!("{wish}: {}", words::units(&slip.symbol, quantity.get())),
        Some(Size::Dollars(_)) | None => wish,
    }
}

/// `Limit $184.50 · day`, with a gap where something is missing.
fn terms(slip: &Slip) -> String {
    let said = |price: Option<String>| price.unwrap_or_else(|| OPEN.to_owned());
    let (limit, stop) =
        (said(slip.pieces.limit.map(|it| it.to_string())), said(slip.pieces.stop.map(|it| it.to_string())));
    let price = match slip.kind {
        Kind::Market => "Market".to_owned(),
        Kind::Limit => format!("Limit {limit}"),
        Kind::Stop => format!("Stop {stop}"),
        Kind::StopLimit => format!("Stop {stop}, limit {limit}"),
        Kind::Trail => format!("Trailing stop {}", said(slip.pieces.trail.map(|it| it.to_string()))),
    };
    let (time, extended) = slip.time();
    format!("{price} · {}{}", words::time(time), if extended { " · extended hours" } else { "" })
}

/// The exits that were said, while there is no order that they could hang on.
fn said_exits(slip: &Slip) -> Option<String> {
    let take = slip.pieces.take_profit.map(|price| format!("take profit at {price}"));
    let stop = slip.pieces.stop_loss.map(|price| format!("stop loss at {price}"));
    let said: Vec<_> = [take, stop].into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// A menu of slips. Of one line there is nothing to choose.
fn menu(title: &'static str, lines: Vec<(&str, &str, bool, Slip)>, shown: &Shown) -> Menu {
    if lines.len() < 2 {
        return Menu::new(title);
    }
    lines.into_iter().fold(Menu::new(title), |menu, (label, note, is_picked, slip)| {
        menu.line(shown.link(&View::Ticket(slip)), label, note, is_picked)
    })
}

fn sides(slip: &Slip, shown: &Shown) -> Menu {
    let now = (slip.side, slip.pieces.effect);
    let line =
        |(side, effect, then): (Side, Option<Effect>, Slip)| (side_name(side, effect), "", (side, effect) == now, then);
    menu("Buy or sell", slip.sides().into_iter().map(line).collect(), shown)
}

const fn side_name(side: Side, effect: Option<Effect>) -> &'static str {
    match (side, effect) {
        (Side::Buy, None) => "Buy",
        (Side::Sell, None) => "Sell",
        (Side::Buy, Some(Effect::Open)) => "Buy to open",
        (Side::Buy, Some(Effect::Close)) => "Buy to close",
        (Side::Sell, Some(Effect::Open)) => "Sell to open",
        (Side::Sell, Some(Effect::Close)) => "Sell to close",
    }
}

fn kinds(slip: &Slip, shown: &Shown) -> Menu {
    let line = |(kind, then): (Kind, Slip)| {
        let (label, note) = kind_name(kind);
        (label, note, kind == slip.kind, then)
    };
    menu("At what price", slip.kinds().into_iter().map(line).collect(), shown)
}

const fn kind_name(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Market => ("Market", "At once, at whatever the price is."),
        Kind::Limit => ("Limit", "At your price or a better one."),
        Kind::Stop => ("Stop", "At the market, once your price is reached."),
        Kind::StopLimit => ("Stop limit", "Once your stop is reached, at your limit or better."),
        Kind::Trail => ("Trailing stop", "At the market, once the price has turned back so far."),
    }
}

fn times(slip: &Slip, shown: &Shown) -> Menu {
    let line = |(time, then): ((TimeInForce, bool), Slip)| {
        let (label, note) = time_name(time);
        (label, note, time == slip.time(), then)
    };
    menu("For how long", slip.times().into_iter().map(line).collect(), shown)
}

const fn time_name((time, extended): (TimeInForce, bool)) -> (&'static str, &'static str) {
    const EXTENDED: &str = "Also before 09:30 and after 16:00 ET.";
    match (time, extended) {
        (TimeInForce::Day, false) => ("Day", "Until the session closes."),
        (TimeInForce::Day, true) => ("Day, extended hours", EXTENDED),
        (TimeInForce::Gtc, false) => ("Until canceled", "For 90 days at most."),
        (TimeInForce::Gtc, true) => ("Until canceled, extended hours", EXTENDED),
        (TimeInForce::Opg, _) => ("At the open", "In the opening auction, or not at all."),
        (TimeInForce::Cls, _) => ("At the close", "In the closing auction, or not at all."),
        (TimeInForce::Ioc, _) => ("At once", "As much as can be had now; the rest is canceled."),
        (TimeInForce::Fok, _) => ("At once and whole", "All of it now, or nothing."),
    }
}
