//! What keeps an order, or a press, from going ahead.

use super::{Fault, Prose};
use crate::reply::escape::prose;
use crate::reply::words;
use domain::money::Usd;
use domain::symbol::Symbol;
use std::time::Duration;

pub(super) fn unknown_symbol(symbol: &Symbol) -> Prose {
    let symbol = prose(symbol.as_str(), words::SYMBOL);
    Prose::new("unknown_symbol", "No such symbol", format!("Alpaca knows no US stock or fund called **{symbol}**."))
        .next("Start typing a ticker or a company name and pick from the list.")
}

pub(super) fn size_missing() -> Prose {
    Prose::new("size_missing", "How much?", "An order needs a size.").next("Give `quantity` in shares, or `dollars`.")
}

pub(super) fn size_twice() -> Prose {
    Prose::new("size_twice", "Shares or dollars?", "You gave both `quantity` and `dollars`.").next("Give one of them.")
}

pub(super) fn no_quote(symbol: &Symbol) -> Prose {
    let symbol = prose(symbol.as_str(), words::SYMBOL);
    let what = format!("Alpaca has no quote for **{symbol}** now, so there is no price to show you.");
    Prose::new("no_quote", "No quote", what).next("Try again in a moment, or name your own price with `limit`.")
}

pub(super) fn not_acknowledged() -> Prose {
    Prose::new(
        "not_acknowledged",
        "Discord did not take the confirmation",
        "Paddock sends a confirmed order only when it is sure that you will see what becomes of it.",
    )
    .state("Nothing was sent.")
    .next("Place the order again.")
    .by(Fault::Discord)
}

pub(super) fn unknown() -> Prose {
    Prose::new("no_such_order", "No such order", "This account has no such order.")
        .next("Pick one from the list that `/cancel` offers, or look at `/orders`.")
}

pub(super) fn already_handled() -> Prose {
    Prose::new("already_handled", "Done before", "This was taken care of before.")
        .state("Nothing was done twice.")
        .next("Look at `/orders`.")
}

pub(super) fn busy(wait: Duration) -> Prose {
    let what = "Alpaca takes 200 requests a minute from one account, and this one has used them up.";
    Prose::new("budget", "This account is busy", what).next(format!("Try again in {}.", words::wait(wait)))
}

pub(super) fn settling() -> Prose {
    let what = "It first asks Alpaca what became of the orders that were under way.";
    Prose::new("settling", "Paddock has just started", what).next("Try again in a few seconds.")
}

pub(super) fn stopping() -> Prose {
    Prose::new("stopping", "Paddock is restarting", "It takes nothing new at this moment.")
        .next("Try again in a minute.")
}

pub(super) fn server_forbids_live() -> Prose {
    Prose::new(
        "server_forbids_live",
        "Paper only in this server",
        "The admins of a server in which you use Paddock forbid orders with real money. That holds in direct messages, too. You can \
         still look and cancel.",
    )
    .next("Use a paper account, trade at Alpaca itself, or talk to them: `/server rules` shows what they set.")
}

pub(super) fn over_server_limit(most: Usd) -> Prose {
    Prose::new(
        "over_server_limit",
        "More than this server allows",
        format!("The admins of a server in which you use Paddock allow buys with real money up to {most} each."),
    )
    .next("Buy less, or talk to them: `/server rules` shows what they set.")
}
