//! What was to be looked at, and why it is not there.

use super::Prose;
use crate::reply::escape::prose;
use crate::reply::words;
use domain::account::Environment;
use domain::symbol::Symbol;

fn name(symbol: &Symbol) -> String {
    prose(symbol.as_str(), words::SYMBOL)
}

pub(super) fn no_such_day() -> Prose {
    Prose::new("no_such_day", "Not a day", "A day is written with its year first, such as `2026-11-27`.")
        .next("Write it again.")
}

pub(super) fn no_position(symbol: &Symbol) -> Prose {
    let symbol = name(symbol);
    Prose::new("no_position", "Not held", format!("This account holds no **{symbol}**."))
        .next("`/positions` shows what it holds. Another account has to be named with `account`.")
}

pub(super) fn no_options(symbol: &Symbol) -> Prose {
    let symbol = name(symbol);
    Prose::new("no_options", "No options", format!("Alpaca lists no option contracts on {symbol}."))
        .next("Options are on larger US stocks and funds, such as `AAPL` or `SPY`.")
}

pub(super) fn no_watchlist(name: &str) -> Prose {
    let what = if name.is_empty() {
        "The watchlist is not there any more.".to_owned()
    } else {
        format!("The account has no watchlist \u{201c}{}\u{201d}.", prose(name, 64))
    };
    Prose::new("no_watchlist", "No such watchlist", what)
        .next("`/watchlist show` names those that there are, `/watchlist create` makes one.")
}

pub(super) fn watchlist_exists(name: &str) -> Prose {
    let what = format!("The account has a watchlist \u{201c}{}\u{201d} already.", prose(name, 64));
    Prose::new("watchlist_exists", "That watchlist exists", what)
        .next("Add to it with `/watchlist add`, or choose another name.")
}

pub(super) fn watchlist_name() -> Prose {
    Prose::new(
        "watchlist_name",
        "Not a name for a watchlist",
        "A watchlist's name has one to 64 characters on one line.",
    )
    .next("Choose another one.")
}

pub(super) fn watchlist_full(most: usize) -> Prose {
    Prose::new("watchlist_full", "The watchlist is full", format!("A watchlist holds {most} symbols here."))
        .next("Take one from it with `/watchlist remove`, or begin another list.")
}

pub(super) fn none_of_that_kind(environment: Environment) -> Prose {
    let what = match environment {
        Environment::Paper => "You have no paper account.",
        Environment::Live => "You have no live account.",
    };
    Prose::new("none_of_that_kind", "No such accounts", what)
        .next("`/account list` shows yours, `/account add` links one.")
}

pub(super) fn one_account_only() -> Prose {
    Prose::new("one_account_only", "One account at a time", "This command shows one account, not all of them together.")
        .next("Name one with `account`. `/balance`, `/positions`, `/portfolio` and `/allocation` show them together.")
}

pub(super) fn view_gone() -> Prose {
    Prose::new("view_gone", "This button is too old", "What it led to is not kept any more, or its account is gone.")
        .next("Type the command again.")
}
