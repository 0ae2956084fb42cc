//! The card that waits for Confirm or Cancel: the same lines in the same places, every time.

use super::escape::prose;
use super::{Button, Reply, words};
use crate::routes::Action;
use desk::views::ConfirmCard;
use domain::account::{Environment, Quote};
use domain::order::Side;
use rust_decimal::Decimal;
use serenity::all::Embed;
use std::time::Duration;

/// The longest company name that we show.
const COMPANY: usize = 80;

/// The card with its buttons.
pub(crate) fn card(card: &ConfirmCard) -> Reply {
    let order = &card.order;
    let mut reply = Reply::about(&card.account, format!("{}?", words::order(order)));
    if card.asked_again {
        reply = reply.say("**The price moved while you decided, so nothing was sent.** This card has the new price.");
    }
    if !card.company.trim().is_empty() {
        reply = reply.say(prose(&card.company, COMPANY));
    }
    for warning in warnings(card) {
        reply = reply.say(format!("**{warning}**"));
    }
    reply
        .with("Side", words::side(order.side))
        .with("Size", words::size(order))
        .with("Type", words::terms(order))
        .with("Bid / ask", card.quote.map_or_else(|| "no quote".to_owned(), |quote| bid_ask(&quote, card)))
        .with(
            money_name(order.side),
            card.estimate.map_or_else(|| "unknown".to_owned(), |usd| format!("{usd} before fees")),
        )
        .with_some("Buying power", card.buying_power.map(|now| after(now, card.buying_power_after)))
        .with("Position", position(card))
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
    let action = Action::Confirm(card.ticket);
    match card.account.environment {
        Environment::Live => Button::danger(action, "Confirm with real money"),
        Environment::Paper => Button::go(action, "Confirm on paper"),
    }
}

const fn money_name(side: Side) -> &'static str {
    match side {
        Side::Buy => "Estimated cost",
        Side::Sell => "Estimated proceeds",
    }
}

fn bid_ask(quote: &Quote, card: &ConfirmCard) -> String {
    let price = |price: Option<domain::money::Price>| price.map_or_else(|| "–".to_owned(), |price| price.to_string());
    format!("{} / {}, {} old", price(quote.bid), price(quote.ask), words::span(card.at - quote.at))
}

fn after(now: domain::money::Usd, after: Option<domain::money::Usd>) -> String {
    match after {
        Some(after) => format!("{now} → {after}"),
        None => now.to_string(),
    }
}

fn position(card: &ConfirmCard) -> String {
    match card.held_after {
        Some(after) => format!("{} → {}", words::quantity(card.held), words::shares(after)),
        None => words::shares(card.held),
    }
}

/// What a trader would want to be told before pressing.
fn warnings(card: &ConfirmCard) -> Vec<&'static str> {
    let mut warnings = Vec::new();
    if card.buying_power_after.is_some_and(|usd| usd.0 < Decimal::ZERO) {
        warnings.push("This takes more than your buying power; Alpaca will probably refuse it.");
    }
    if card.held_after.is_some_and(|after| after < Decimal::ZERO) && card.order.side == Side::Sell {
        warnings.push("This sells more than you hold and opens a short position.");
    }
    warnings
}
