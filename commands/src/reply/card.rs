//! The card that waits for Confirm or Cancel: the same lines in the same places, every time.

use super::escape::{code, prose};
use super::{Button, Reply, orders, words};
use crate::routes::Action;
use chrono::{DateTime, Utc};
use desk::views::{ConfirmCard, Warning};
use domain::account::{Environment, Quote};
use domain::money::Usd;
use domain::order::{Class, Order, Pricing, Side};
use domain::package::Package;
use domain::symbol::Symbol;
use rust_decimal::Decimal;
use serenity::all::Embed;
use std::time::Duration;

/// The longest company name that we show.
const COMPANY: usize = 80;
/// The longest leg of a spread: `sell 10 GOOGL 18 Dec 2026 $250.00 call`.
const LEG: usize = 60;

/// The card with its buttons.
pub(crate) fn card(card: &ConfirmCard) -> Reply {
    let order = &card.order;
    let is_spread = !order.class.legs().is_empty();
    let mut reply = Reply::about(&card.account, format!("{}?", words::order(order)));
    if card.asked_again {
        reply = reply.say("**The price moved while you decided, so nothing was sent.** This card has the new price.");
    }
    if !card.company.trim().is_empty() {
        reply = reply.say(prose(&card.company, COMPANY));
    }
    if let Class::MultiLeg(legs) = &order.class {
        let legs: Vec<_> = legs.as_slice().iter().map(|leg| prose(&leg.to_string(), LEG)).collect();
        reply = reply.say(legs.join("\n"));
        if let Some(unquoted) = unquoted(card) {
            reply = reply.say(unquoted);
        }
    }
    for warning in &card.warnings {
        reply = reply.say(format!("**{}**", warned(warning)));
    }
    if let Some(phrase) = &card.phrase {
        reply = reply.say(format!("This is a large order. To confirm, type `{}`.", code(phrase, 100)));
    }
    reply
        .with("Side", side(card))
        .with("Size", words::size(order))
        .with("Type", words::terms(order))
        .with_some("Exits", exits(order))
        .with("Bid / ask", own_quote(card))
        .with_some("Underlying", underlying(card))
        .with(
            money_name(order.side),
            card.estimate.map_or_else(|| "unknown".to_owned(), |usd| format!("{usd} before fees")),
        )
        .with_some("Fees", card.fees.filter(|fees| !fees.0.is_zero()).map(|fees| format!("up to about {fees}")))
        .with_some("Buying power", card.buying_power.map(|now| after(now, card.buying_power_after)))
        .with(
            if is_spread { "Underlying held" } else { "Position" },
            position(&order.symbol, card.held, card.held_after),
        )
        .with_wide(
            "Session",
            card.market.as_ref().map_or_else(|| "unknown".to_owned(), |clock| words::session(order, clock)),
        )
        .with_wide("Good until", words::counting(card.expires_at))
        .footer("Nothing is sent until you press Confirm.")
        .button(confirm(card))
        .button(Button::quiet(Action::Discard(card.ticket), "Cancel"))
}

/// While the order is on its way: no buttons, so that a second press has nothing to hit.
///
/// `pressed` is the card as Discord hands it back: its account banner stays on top. `wait` is for the request budget.
pub(crate) fn sending(pressed: Option<&Embed>, wait: Option<Duration>) -> Reply {
    let reply = match wait {
        Some(wait) => {
            Reply::like(pressed, &queue(wait)).say(BUSY).say("The order goes out by itself when it is its turn.")
        }
        None => Reply::like(pressed, "Sending…").say("The order is on its way to Alpaca."),
    };
    reply.footer("If this does not change within a minute, look at /orders before you try again.")
}

/// While a command waits for the account's request budget.
pub(crate) fn queued(wait: Duration) -> Reply {
    Reply::plain(queue(wait)).say(BUSY).say("What you asked for follows by itself; there is nothing to do.")
}

const BUSY: &str =
    "Alpaca takes 200 requests a minute from one account, and this account's are used up for the moment.";

fn queue(wait: Duration) -> String {
    format!("Queued, about {}", words::wait(wait))
}

/// After Cancel.
pub(crate) fn discarded() -> Reply {
    Reply::plain("Canceled").say("**Nothing was sent.** The card cannot be used any more.")
}

fn confirm(card: &ConfirmCard) -> Button {
    let action = match card.phrase {
        Some(_) => Action::Phrase(card.ticket),
        None => Action::Confirm(card.ticket),
    };
    match card.account.environment {
        Environment::Live => Button::danger(action, "Confirm with real money"),
        Environment::Paper => Button::go(action, "Confirm on paper"),
    }
}

pub(super) const fn money_name(side: Side) -> &'static str {
    match side {
        Side::Buy => "Estimated cost",
        Side::Sell => "Estimated proceeds",
    }
}

/// Of a spread what it is: at the market that is known only if its legs' quotes could be read.
fn side(card: &ConfirmCard) -> &'static str {
    match (&card.order.class, card.order.pricing, card.order.side) {
        (Class::MultiLeg(_), Pricing::Market, _) if card.package.is_none() => "Debit or credit",
        (Class::MultiLeg(_), _, Side::Buy) => "Debit",
        (Class::MultiLeg(_), _, Side::Sell) => "Credit",
        (_, _, side) => words::side(side),
    }
}

/// What the order itself is quoted at.
fn own_quote(card: &ConfirmCard) -> String {
    if card.order.class.legs().is_empty() {
        return card.quote.map_or_else(|| "no quote".to_owned(), |quote| bid_ask(&quote, card.at));
    }
    card.package.as_ref().map_or_else(|| "could not be read".to_owned(), |package| net_bid_ask(package, card.at))
}

/// Of a spread: what its contracts are on.
fn underlying(card: &ConfirmCard) -> Option<String> {
    let quote = card.quote.filter(|_| !card.order.class.legs().is_empty())?;
    Some(format!("{} {}", prose(card.order.symbol.as_str(), words::SYMBOL), bid_ask(&quote, card.at)))
}

/// Legs that nobody bids for, or that nobody offers.
fn unquoted(card: &ConfirmCard) -> Option<String> {
    let name = |symbol: &Symbol| symbol.contract().map_or_else(|| symbol.to_string(), |contract| contract.to_string());
    let thin: Vec<_> =
        card.package.iter().flat_map(|package| &package.thin).map(|leg| prose(&name(leg), LEG)).collect();
    (!thin.is_empty()).then(|| {
        format!(
            "**Not quoted on both sides now: {}.** What is missing of the net bid and ask is left out.",
            thin.join(", ")
        )
    })
}

/// `$2.90 / $3.20 debit, $0.30 apart, 3 s old`; each with its own word when one is a debit and the other a credit.
fn net_bid_ask(package: &Package, at: DateTime<Utc>) -> String {
    let age = package.at.map(|made| format!(", {} old", words::span(at - made))).unwrap_or_default();
    match (package.bid, package.ask) {
        (None, None) => format!("no quote{age}"),
        (Some(bid), Some(ask)) if bid >= Decimal::ZERO => {
            let (word, apart) = (words::net(package.side), Usd(ask - bid));
            format!("{} / {} {word}, {apart} apart{age}", Usd(bid), Usd(ask))
        }
        (bid, ask) => {
            let end = |net: Option<Decimal>| match net {
                None => "–".to_owned(),
                Some(net) if net < Decimal::ZERO => format!("{} {}", Usd(-net), words::net(package.side.opposite())),
                Some(net) => format!("{} {}", Usd(net), words::net(package.side)),
            };
            format!("{} / {}{age}", end(bid), end(ask))
        }
    }
}

pub(super) fn bid_ask(quote: &Quote, at: DateTime<Utc>) -> String {
    let price = |price: Option<domain::money::Price>| price.map_or_else(|| "–".to_owned(), |price| price.to_string());
    let spread = match (quote.bid, quote.ask) {
        (Some(bid), Some(ask)) if ask >= bid => format!(" (spread {})", Usd(ask.get() - bid.get())),
        _ => String::new(),
    };
    format!("{} / {}{spread}, {} old", price(quote.bid), price(quote.ask), words::span(at - quote.at))
}

pub(super) fn after(now: Usd, after: Option<Usd>) -> String {
    match after {
        Some(after) => format!("{now} → {after}"),
        None => now.to_string(),
    }
}

pub(super) fn position(symbol: &Symbol, held: Decimal, after: Option<Decimal>) -> String {
    match after {
        Some(after) => format!("{} → {}", words::quantity(held), words::units(symbol, after)),
        None => words::units(symbol, held),
    }
}

/// `take profit at $200.00, stop loss at $170.00`.
pub(super) fn exits(order: &Order) -> Option<String> {
    let exits = order.class.to_string();
    (!exits.is_empty()).then(|| exits.trim_start_matches(", ").to_owned())
}

/// What a trader would want to be told before pressing.
pub(super) fn warned(warning: &Warning) -> String {
    match warning {
        Warning::BuyingPower => "This takes more than your buying power; Alpaca will probably refuse it.".into(),
        Warning::Closed => {
            "The market is closed. This is filled when it opens, at whatever the price is then; a `limit` would bound it.".into()
        }
        Warning::HeldByOrders(free) => format!(
            "Open orders hold what you would sell: {} free. Alpaca will refuse it; then there is a button that cancels them.",
            words::quantity(*free)
        ),
        Warning::Adjusted => {
            "This is an adjusted contract: one is not 100 shares, so Paddock does not reckon what it is worth. Alpaca's own site shows what it stands for.".into()
        }
        Warning::Short => "This sells more than you hold and opens a short position.".into(),
        Warning::WashTrade(other) => format!(
            "Your open order ({}) is on the other side and would trade with this one; Alpaca will refuse it. Cancel that one, or make them the two exits of one order (`oco`).",
            orders::what(other)
        ),
        Warning::Unprotected => {
            "Nothing bounds the loss of this position: no stop loss, and no open stop order.".into()
        }
        Warning::Concentrated(part) => {
            format!("The position would be {} of the account.", words::share(*part))
        }
        Warning::FarFromMarket(away) => format!("The limit is {} the market.", words::beside(*away)),
    }
}
