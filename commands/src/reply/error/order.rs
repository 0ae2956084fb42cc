//! What keeps an order, or a press, from going ahead.

use super::{Fault, Prose};
use crate::reply::escape::prose;
use crate::reply::words;
use domain::money::Usd;
use domain::order::LegsRefusal;
use domain::sizing::SizingRefusal;
use domain::symbol::Symbol;
use std::time::Duration;

pub(super) fn unknown_symbol(symbol: &Symbol) -> Prose {
    let symbol = prose(symbol.as_str(), words::SYMBOL);
    Prose::new("unknown_symbol", "No such symbol", format!("Alpaca knows nothing to trade called **{symbol}**."))
        .next("Start typing a ticker or a company name and pick from the list.")
}

pub(super) fn size_missing() -> Prose {
    Prose::new("size_missing", "How much?", "An order needs a size.")
        .next("Give `quantity`, `dollars`, `percent`, or `risk` with a `stop_loss`.")
}

pub(super) fn size_odd() -> Prose {
    Prose::new("size_odd", "How much?", "That is no size of an order.").next(
        "Such as `5`, `$50`, `25%` (of your buying power, or of what you hold), `all` of what you hold, `risk 1%`.",
    )
}

pub(super) fn size_twice() -> Prose {
    Prose::new("size_twice", "Which size?", "You gave more than one of `quantity`, `dollars`, `percent` and `risk`.")
        .next("Give one of them.")
}

pub(super) fn sizing(refusal: SizingRefusal) -> Prose {
    let title = "No size comes of it";
    match refusal {
        SizingRefusal::Unknown => {
            Prose::new("sizing_unknown", title, "Alpaca did not show the number that it is a part of.")
                .next("Try again in a moment, or give `quantity`.")
        }
        SizingRefusal::NoPrice => Prose::new("sizing_no_price", title, "There is no price to reckon with now.")
            .next("Name your own with `limit`, or give `quantity`."),
        SizingRefusal::RiskNeedsStop => {
            Prose::new("sizing_risk_needs_stop", title, "What may be lost depends on where the loss is bounded.")
                .next("Give `stop_loss` with `risk`.")
        }
        SizingRefusal::NothingAtRisk => Prose::new(
            "sizing_nothing_at_risk",
            title,
            "The stop loss is not on the losing side of the price at which you would get in.",
        )
        .next("Move `stop_loss`, or give `quantity`."),
        SizingRefusal::NothingHeld => {
            Prose::new("sizing_nothing_held", title, "You hold none of it.").next("`/positions` shows what you hold.")
        }
        SizingRefusal::TooSmall => Prose::new("sizing_too_small", title, "It is less than the smallest quantity.")
            .next("Raise the part, or give `quantity`."),
    }
}

pub(super) fn prices_mixed() -> Prose {
    Prose::new("prices_mixed", "Stop, limit or trail?", "A trailing stop has no other price.")
        .next("Give `trail` alone, or `stop` and `limit` without it.")
}

pub(super) fn exits_missing() -> Prose {
    Prose::new(
        "exits_missing",
        "Which exits?",
        "Two exits need `take_profit` and `stop_loss`, and no `limit`; and `stop_loss_limit` belongs to a `stop_loss`.",
    )
    .next("Give both prices.")
}

pub(super) fn leg(text: &str) -> Prose {
    let text = prose(text, 60);
    Prose::new("leg_odd", "Not a leg", format!("“{text}” is no leg of a spread."))
        .next("Write each as `buy AAPL261218C00250000`, with commas between them.")
}

pub(super) fn legs(refusal: &LegsRefusal) -> Prose {
    let what = match refusal {
        LegsRefusal::Count(count) => format!("A spread has two to four legs; this has {count}."),
        LegsRefusal::NotAnOption(symbol) => {
            format!("**{}** is no option contract.", prose(symbol.as_str(), words::SYMBOL))
        }
        LegsRefusal::Twice(symbol) => {
            format!("**{}** is there twice.", prose(symbol.as_str(), words::SYMBOL))
        }
        LegsRefusal::Underlyings(one, other) => {
            format!("**{}** and **{}** are different underlyings.", prose(one, 8), prose(other, 8))
        }
        LegsRefusal::Ratios => "The numbers of the legs have a common divisor, or one is zero.".to_owned(),
    };
    Prose::new("legs", "Not a spread", what).next("Change `legs`; how many spreads is said with `quantity`.")
}

pub(super) fn debit_or_credit() -> Prose {
    Prose::new("debit_or_credit", "Paid or received?", "The net price does not say which.")
        .next("Write `0.85 debit` if you pay it, `0.85 credit` if you get it.")
}

pub(super) fn not_held(symbol: &Symbol) -> Prose {
    let symbol = prose(symbol.as_str(), words::SYMBOL);
    Prose::new("not_held", "Not held", format!("This account holds no **{symbol}**."))
        .next("`/positions` shows what it holds. Another account has to be named with `account`.")
}

pub(super) fn not_a_contract(symbol: &Symbol) -> Prose {
    let symbol = prose(symbol.as_str(), words::SYMBOL);
    Prose::new("not_a_contract", "Not an option", format!("**{symbol}** is no option contract."))
        .next("Pick one of the contracts that you hold from the list.")
}

pub(super) fn short_contract(symbol: &Symbol) -> Prose {
    let symbol = prose(symbol.as_str(), words::SYMBOL);
    let what = format!("You have sold **{symbol}**: whether it is exercised, its holders decide.");
    Prose::new("short_contract", "Not yours to exercise", what).next("`/close` buys it back.")
}

pub(super) fn none_free(symbol: &Symbol) -> Prose {
    let symbol = prose(symbol.as_str(), words::SYMBOL);
    Prose::new("none_free", "Held by an open order", format!("Open orders hold every contract of **{symbol}**."))
        .next("Cancel them first: `/cancel` takes the symbol.")
}

pub(super) fn cannot_join() -> Prose {
    Prose::new(
        "cannot_join",
        "They do not make one order",
        "It takes two orders of the same whole number of shares: two exits of what you hold, one with a limit and one with a \
         stop; or one that gets in and one that gets out of it.",
    )
    .state("Nothing was sent, and nothing canceled.")
    .next("Cancel what is in the way, and order with `take_profit` and `stop_loss`.")
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
