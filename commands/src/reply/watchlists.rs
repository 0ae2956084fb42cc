//! `/watchlist …`.

use super::escape::{code, prose};
use super::list::{Align, paragraphs, table};
use super::{Reply, words};
use desk::view::{Shown, View};
use desk::views::{WatchlistPage, Watchlists};
use desk::watchlists::{Edit, Edited};
use domain::market::Board;

/// Names only.
pub(crate) fn all(page: &Watchlists, shown: &Shown) -> Reply {
    let title = match page.list.len() {
        0 => "No watchlists".to_owned(),
        1 => "1 watchlist".to_owned(),
        count => format!("{count} watchlists"),
    };
    let mut reply = Reply::about(&page.account, title);
    if page.list.is_empty() {
        return reply.say(
            "`/watchlist create` makes one. Lists made here are Alpaca's own, and are seen through its API only.",
        );
    }
    let names: Vec<_> = page.list.iter().map(|list| prose(&list.name, 64)).collect();
    reply = reply.say(paragraphs(&names, "`/watchlist show` takes any name."));
    for list in &page.list {
        let is_it = |view: &View| matches!(view, View::Watchlist { list: id, .. } if *id == list.id);
        let label = code(&list.name, 60);
        let label = if label.is_empty() { "–".to_owned() } else { label };
        reply = reply.lead_where(shown, is_it, label);
    }
    reply
}

/// One list with prices.
pub(crate) fn one(page: &WatchlistPage, shown: &Shown) -> Reply {
    let mut reply = Reply::about(&page.account, prose(&page.list.name, 64));
    if page.boards.is_empty() {
        reply = reply.say("Nothing is on it. `/watchlist add` puts a symbol on it.");
    } else {
        let heads = [("SYMBOL", Align::Left), ("PRICE", Align::Right), ("TODAY", Align::Right)];
        let row = |(symbol, board): &(domain::symbol::Symbol, Option<Board>)| {
            let price = board.and_then(|board| board.price()).map_or_else(|| "–".into(), |price| price.to_string());
            let change = board.and_then(|board| board.change());
            let change = change.map_or_else(|| "–".into(), |(_, fraction)| words::percent(fraction));
            [code(symbol.as_str(), words::SYMBOL), price, change]
        };
        let rows: Vec<_> = page.boards.iter().map(row).collect();
        reply = reply.say(table(heads, &rows, "Alpaca's API shows all."));
        if page.boards.iter().any(|(_, board)| board.is_none()) {
            reply = reply.footer("A dash: no price, or too many to ask for at once.");
        }
    }
    reply.with("Read", words::counting(page.at)).lead(shown, &shown.view, "Again").lead_where(
        shown,
        |view| matches!(view, View::Watchlists { .. }),
        "All watchlists",
    )
}

/// What became of a list.
pub(crate) fn edited(edited: &Edited) -> Reply {
    let name = prose(&edited.list.name, 64);
    let title = match &edited.edit {
        Edit::Create(_) => format!("Watchlist {name} made"),
        Edit::Add(symbol) => format!("{} is on {name}", prose(symbol.as_str(), words::SYMBOL)),
        Edit::Remove(symbol) => format!("{} is not on {name}", prose(symbol.as_str(), words::SYMBOL)),
        Edit::Delete => format!("Watchlist {name} deleted"),
    };
    let symbols = edited.list.symbols.iter().map(|symbol| prose(symbol.as_str(), words::SYMBOL));
    let symbols = symbols.collect::<Vec<_>>().join(", ");
    let reply = Reply::about(&edited.account, title);
    match (&edited.edit, symbols.is_empty()) {
        (Edit::Delete, true) => reply,
        (Edit::Delete, false) => reply.with_wide("It held", super::escape::cut(&symbols, 1_000)),
        (_, true) => reply.say("Nothing is on it yet. `/watchlist add` puts a symbol on it."),
        (_, false) => reply.with_wide("On it", super::escape::cut(&symbols, 1_000)),
    }
}
