//! A page of the desk as a message.

use super::{Button, Reply};
use crate::reply::{
    allocation, balance, book, chain, chart, csv, history, market, news, option, orders, portfolio, positions, ticket,
    watchlists,
};
use crate::routes::Action;
use desk::view::{Page, Shown, View};
use std::borrow::Cow;

/// The message for a page. The picture, when there is one, was drawn from the same page.
pub(crate) fn shown(shown: &Shown, picture: Option<Vec<u8>>) -> Reply {
    if let View::File { .. } = shown.view {
        return csv::file(&shown.page);
    }
    let reply = match &shown.page {
        Page::Balance(page) => balance::balance(page),
        Page::Positions(page) => positions::positions(page, shown),
        Page::Position(page) => positions::position(page, shown),
        Page::Orders(page) => orders::orders(page, shown),
        Page::History(page) => history::history(page, shown),
        Page::Portfolio(page) => portfolio::portfolio(page, shown),
        Page::Allocation(page) => allocation::allocation(page, shown),
        Page::Quote(page) => market::quote(page, shown),
        Page::Chart(page) => chart::chart(page, shown),
        Page::News(page) => news::news(page),
        Page::Movers(page) => news::movers(page),
        Page::Clock(page) => market::clock(page),
        Page::Calendar(page) => market::calendar(page, shown),
        Page::Asset(page) => market::asset(page, shown),
        Page::Chain(page) => chain::chain(page, shown),
        Page::Option(page) => option::option(page, shown),
        Page::Ticket(page) => ticket::ticket(page, shown),
        Page::Watchlists(page) => watchlists::all(page, shown),
        Page::Watchlist(page) => watchlists::one(page, shown),
        Page::Book(page) => book::book(page, shown),
        Page::BookFile(page) => return book::file(page),
    };
    let reply =
        if has_amounts(&shown.page) { reply.revealed(shown.link(&shown.view).map(Action::Reveal)) } else { reply };
    match picture {
        Some(png) => reply.picture("chart.png", png),
        None => reply,
    }
}

/// Whether a page shows what is the user's own.
const fn has_amounts(page: &Page) -> bool {
    match page {
        Page::Balance(_)
        | Page::Positions(_)
        | Page::Position(_)
        | Page::Orders(_)
        | Page::History(_)
        | Page::Portfolio(_)
        | Page::Allocation(_) => true,
        Page::Chart(chart) => chart.owner.is_some(),
        Page::Quote(_)
        | Page::News(_)
        | Page::Movers(_)
        | Page::Clock(_)
        | Page::Calendar(_)
        | Page::Asset(_)
        | Page::Chain(_)
        | Page::Option(_)
        | Page::Ticket(_)
        | Page::Watchlists(_)
        | Page::Watchlist(_)
        | Page::Book(_)
        | Page::BookFile(_) => false,
    }
}

impl Reply {
    /// A button to another view, when the page has one.
    pub(crate) fn lead(self, shown: &Shown, to: &View, label: impl Into<Cow<'static, str>>) -> Self {
        match shown.link(to) {
            Some(id) => self.button(Button::quiet(Action::Show(id), label)),
            None => self,
        }
    }

    /// A button to the first other view that is meant, when the page has one.
    pub(crate) fn lead_where(
        self,
        shown: &Shown,
        is_meant: impl Fn(&View) -> bool,
        label: impl Into<Cow<'static, str>>,
    ) -> Self {
        match shown.links.iter().find(|(view, _)| *view != shown.view && is_meant(view)) {
            Some((_, id)) => self.button(Button::quiet(Action::Show(*id), label)),
            None => self,
        }
    }

    /// The button that sends the whole list as a file.
    pub(crate) fn lead_to_file(self, shown: &Shown) -> Self {
        self.lead_where(shown, |view| matches!(view, View::File { .. }), "CSV")
    }
}
