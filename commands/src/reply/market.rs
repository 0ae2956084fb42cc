//! `/quote`, `/clock`, `/calendar`, `/asset`.

use super::escape::prose;
use super::list::{Align, table};
use super::{Reply, words};
use chrono::{Datelike, NaiveTime};
use desk::view::{Shown, View};
use desk::views::{AssetCard, BoardCard, CalendarPage, ClockCard};
use domain::account::{Quote, TradingDay};
use domain::market::{Bar, Board, Feed};
use domain::money::Usd;
use rust_decimal::Decimal;

/// Which tape it is, in a sentence.
pub(crate) const fn tape(feed: Option<Feed>) -> &'static str {
    match feed {
        Some(Feed::Sip) => "All US exchanges, at once.",
        Some(Feed::Iex) => "From one exchange (IEX): your Alpaca subscription has no other live data.",
        Some(Feed::Delayed) => {
            "All US exchanges, a quarter of an hour ago: your Alpaca subscription has no newer ones."
        }
        None => "Alpaca's crypto market.",
    }
}

/// A quote with its day.
pub(crate) fn quote(card: &BoardCard, shown: &Shown) -> Reply {
    let board = &card.board;
    let symbol = prose(card.symbol.as_str(), words::SYMBOL);
    let title = board.price().map_or_else(|| symbol.clone(), |price| format!("{symbol} {price}"));
    let mut reply = Reply::plain(title);
    if !card.name.is_empty() {
        reply = reply.say(prose(&card.name, 120));
    }
    let change = board.change().map(|(change, fraction)| words::gain_and_percent(change, Some(fraction)));
    reply = reply.with_some("Since the last close", change);
    if let Some(quote) = board.quote {
        reply = reply
            .with("Bid", side(quote.bid, board.bid_size))
            .with("Ask", side(quote.ask, board.ask_size))
            .with_some("Spread", spread(&quote));
    }
    if let Some(day) = board.day {
        reply = reply
            .with("Day", format!("{} to {}", day.low, day.high))
            .with("Open", day.open.to_string())
            .with("Volume", crate::chart::amount(day.volume));
    }
    reply = reply
        .with_some("Last close", board.previous.map(|bar: Bar| bar.close.to_string()))
        .with_some("Last trade", board.last.map(|last| words::counting(last.at)))
        .footer(tape(card.feed));
    reply
        .lead(shown, &shown.view, "Again")
        .lead_where(shown, |view| matches!(view, View::Chart { .. }), "Chart")
        .lead_where(shown, |view| matches!(view, View::News { .. }), "News")
}

fn side(price: Option<domain::money::Price>, size: Option<Decimal>) -> String {
    match (price, size) {
        (Some(price), Some(size)) if !size.is_zero() => format!("{price} × {}", words::quantity(size)),
        (Some(price), _) => price.to_string(),
        (None, _) => "none".to_owned(),
    }
}

/// `$0.02 (0.01%)`.
fn spread(quote: &Quote) -> Option<String> {
    let (bid, ask) = (quote.bid?.get(), quote.ask?.get());
    let spread = ask.checked_sub(bid)?;
    let middle = bid.checked_add(ask)?.checked_div(Decimal::TWO)?;
    Some(format!("{} ({})", Usd(spread), words::share(spread.checked_div(middle)?)))
}

/// Whether the market is open, and until when.
pub(crate) fn clock(card: &ClockCard) -> Reply {
    let clock = &card.clock;
    let reply = if clock.is_open {
        Reply::plain("The market is open")
            .with("Closes", format!("{} · {}", words::eastern(clock.next_close), words::counting(clock.next_close)))
    } else {
        Reply::plain("The market is closed")
            .with("Opens", format!("{} · {}", words::eastern(clock.next_open), words::counting(clock.next_open)))
    };
    let half = card.day.filter(is_half);
    let reply = match half {
        Some(day) => {
            reply.say(format!("**{} is a half day:** it ends at {} ET.", day_name(&day), day.close.format("%H:%M")))
        }
        None => reply,
    };
    reply
        .with("Alpaca's clock", words::eastern(clock.at))
        .with_wide("Hours (ET)", "Pre-market 04:00 to 09:30 · regular 09:30 to 16:00 · after-hours 16:00 to 20:00")
        .footer("Crypto trades around the clock.")
}

/// Trading days, with half days marked and closed weekdays named.
pub(crate) fn calendar(page: &CalendarPage, shown: &Shown) -> Reply {
    let span = format!("{} to {}", page.from.format("%-d %b"), page.until.format("%-d %b %Y"));
    let mut reply = Reply::plain(format!("Trading days, {span}"));
    if page.days.is_empty() {
        reply = reply.say("Alpaca's calendar has no trading day in that time.");
    } else {
        let row = |day: &TradingDay| {
            let mark = if is_half(day) { "half day" } else { "" };
            let hours = format!("{} to {}", day.open.format("%H:%M"), day.close.format("%H:%M"));
            [day_name(day), hours, mark.to_owned()]
        };
        let rows: Vec<_> = page.days.iter().map(row).collect();
        let heads = [("DAY", Align::Left), ("OPEN (ET)", Align::Left), ("", Align::Left)];
        reply = reply.say(table(heads, &rows, "The next page shows them."));
    }
    let closed: Vec<_> = page
        .from
        .iter_days()
        .take_while(|day| *day <= page.until)
        .filter(|day| day.weekday().number_from_monday() < 6 && page.days.iter().all(|open| open.date != *day))
        .map(|day| day.format("%a %-d %b").to_string())
        .collect();
    if !closed.is_empty() {
        reply = reply.with_wide("Closed on weekdays", super::escape::cut(&closed.join(" · "), 1_000));
    }
    let is = |wanted: Option<chrono::NaiveDate>| move |view: &View| matches!(view, View::Calendar { from } if from.is_some() && *from == wanted);
    reply
        .lead_where(shown, is(page.earlier), "◀ Earlier")
        .lead_where(shown, is(page.later), "Later ▶")
        .footer("Pre-market from 04:00 and after-hours until 20:00 ET on full days.")
}

fn day_name(day: &TradingDay) -> String {
    day.date.format("%a %-d %b").to_string()
}

fn is_half(day: &TradingDay) -> bool {
    NaiveTime::from_hms_opt(16, 0, 0).is_some_and(|four| day.close < four)
}

/// What can be done with a symbol.
pub(crate) fn asset(card: &AssetCard, shown: &Shown) -> Reply {
    let asset = &card.asset;
    let symbol = prose(asset.symbol.as_str(), words::SYMBOL);
    let mut reply = Reply::plain(symbol);
    if !asset.name.is_empty() {
        reply = reply.say(prose(&asset.name, 200));
    }
    if !asset.active || !asset.tradable {
        reply = reply.say("**It cannot be traded at Alpaca now.**");
    }
    let yes = |is: bool| if is { "yes" } else { "no" };
    reply
        .with("Exchange", prose(&asset.exchange, 24))
        .with("Tradable", yes(asset.active && asset.tradable))
        .with("Fractions and dollars", yes(asset.fractionable))
        .with("Can be shorted", yes(asset.shortable))
        .with_some("Price", card.board.as_ref().and_then(Board::price).map(|price| price.to_string()))
        .lead_where(shown, |view| matches!(view, View::Quote { .. }), "Quote")
        .lead_where(shown, |view| matches!(view, View::Chart { .. }), "Chart")
}
