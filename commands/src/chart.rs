//! Pictures: drawn here, from the same pages that the words come from. Not on the async threads.

mod candles;
mod canvas;
mod frame;
mod scale;
mod slices;
mod worth;

pub(crate) use scale::amount;

use desk::view::{Page, Shown};

/// The picture that belongs to a page, when it has one. Drawing one takes milliseconds of one core.
pub fn draw(page: &Page) -> Option<Vec<u8>> {
    match page {
        Page::Chart(chart) => candles::draw(chart),
        Page::Portfolio(portfolio) => worth::draw(portfolio),
        Page::Allocation(allocation) => slices::draw(allocation),
        Page::Balance(_)
        | Page::Positions(_)
        | Page::Position(_)
        | Page::Orders(_)
        | Page::History(_)
        | Page::Quote(_)
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
        | Page::BookFile(_) => None,
    }
}

/// The same on a thread that may take its time. Without a picture the words still say it all.
pub(crate) async fn picture(shown: &Shown) -> Option<Vec<u8>> {
    if !matches!(shown.page, Page::Chart(_) | Page::Portfolio(_) | Page::Allocation(_)) {
        return None;
    }
    let page = shown.page.clone();
    match tokio::task::spawn_blocking(move || draw(&page)).await {
        Ok(picture) => picture,
        Err(error) => {
            tracing::error!(%error, kind = "picture", "a picture could not be drawn");
            None
        }
    }
}

#[cfg(test)]
mod tests;
