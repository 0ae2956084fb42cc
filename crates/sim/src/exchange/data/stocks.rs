//! Shares: bars, trades, quotes and auctions of the past, and what is latest.

use super::super::bars::{Bar, Clerk, Timeframe};
use super::super::calendar::date_of;
use super::super::corporate::split_since;
use super::super::errors::{self, Refusal, bad_request};
use super::super::json::{number, stamp};
use super::super::routes::{Call, Endpoint, Reply};
use super::super::venue::Exchange;
use super::history::{PARAMS, Page};
use super::{Series, check_names, form, invalid_symbol, symbols};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Map, Value, json};

/// How long the consolidated feed is kept from those who do not pay for it.
const DELAY: TimeDelta = TimeDelta::minutes(15);
/// Adjustments for splits and payouts, which may be combined.
const ADJUSTMENTS: [&str; 5] = ["raw", "split", "dividend", "spin-off", "all"];

fn is_symbol(symbol: &str) -> bool {
    let good = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '.';
    !symbol.is_empty() && symbol.len() <= 12 && symbol.chars().all(good)
}

fn check_currency(call: &Call<'_>) -> Result<(), Refusal> {
    match call.params.get("currency") {
        None | Some("USD") => Ok(()),
        Some(currency) => Err(bad_request(format!("invalid currency: {currency}"))),
    }
}

fn not_subscribed() -> Refusal {
    errors::forbidden("subscription does not permit querying recent SIP data")
}

/// The moment that the caller sees as now, on the feed asked for.
fn latest_moment(exchange: &Exchange, call: &Call<'_>) -> Result<DateTime<Utc>, Refusal> {
    check_currency(call)?;
    match call.params.get("feed") {
        None | Some("iex" | "boats" | "overnight" | "otc") => Ok(call.now),
        Some("delayed_sip") => Ok(call.now - DELAY),
        Some("sip") if exchange.knobs.sip => Ok(call.now),
        Some("sip") => Err(not_subscribed()),
        Some(feed) => Err(bad_request(format!("invalid feed: {feed}"))),
    }
}

/// One item of a symbol: the name it has in an answer for several, the name it has alone, and how it is written.
type Item = (&'static str, &'static str, fn(&Clerk<'_>) -> Option<Value>);

fn item(endpoint: Endpoint) -> Item {
    let quote = |clerk: &Clerk<'_>| Some(form::stock_quote(&clerk.ticker, &clerk.ticker.quote()));
    let trade = |clerk: &Clerk<'_>| Some(form::stock_trade(&clerk.ticker, &clerk.ticker.trade()));
    match endpoint {
        Endpoint::LatestQuotes | Endpoint::LatestQuote => ("quotes", "quote", quote),
        Endpoint::LatestTrades | Endpoint::LatestTrade => ("trades", "trade", trade),
        Endpoint::LatestBars | Endpoint::LatestBar => ("bars", "bar", |clerk| clerk.latest().as_ref().map(form::bar)),
        _ => ("snapshots", "snapshot", |clerk| {
            let ticker = &clerk.ticker;
            let quote = form::stock_quote(ticker, &ticker.quote());
            Some(form::snapshot(clerk, &quote, &form::stock_trade(ticker, &ticker.trade())))
        }),
    }
}

/// `?symbols=`: unknown symbols are left out. Snapshots come without a wrapper.
pub(super) fn several(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    check_names(call, &[&["symbols", "feed", "currency"]])?;
    let now = latest_moment(exchange, call)?;
    let (name, _, write) = item(call.endpoint);
    let known = symbols(call, is_symbol)?.into_iter().filter_map(|symbol| {
        let row = write(&Clerk::at(&exchange.market, &symbol, now)?)?;
        Some((symbol, row))
    });
    let rows: Map<String, Value> = known.collect();
    Ok(Reply::Json(if call.endpoint == Endpoint::Snapshots { Value::Object(rows) } else { json!({name: rows}) }))
}

pub(super) fn single(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    check_names(call, &[&["feed", "currency"]])?;
    let now = latest_moment(exchange, call)?;
    let symbol = call.subject.as_str();
    if !is_symbol(symbol) {
        return Err(invalid_symbol(symbol));
    }
    let (_, name, write) = item(call.endpoint);
    let missing = || Refusal { code: None, ..errors::not_found(format!("no {name} found for {symbol}")) };
    let row = Clerk::at(&exchange.market, symbol, now).and_then(|clerk| write(&clerk)).ok_or_else(missing)?;
    let mut answer = if call.endpoint == Endpoint::Snapshot { row } else { json!({name: row}) };
    answer["symbol"] = symbol.into();
    Ok(Reply::Json(answer))
}

/// Bars, trades, quotes or auctions, of several symbols or of the one in the path.
pub(super) fn history(exchange: &Exchange, call: &Call<'_>, series: Series) -> Result<Reply, Refusal> {
    let own: &[&str] = if series == Series::Bars { &["timeframe", "adjustment"] } else { &[] };
    let common: &[&str] = if call.subject.is_empty() { PARAMS } else { &PARAMS[1..] };
    check_names(call, &[common, own, &["feed", "asof", "currency"]])?;
    check_currency(call)?;
    check_as_of(call)?;
    let page = page(exchange, call, series)?;
    let several = call.subject.is_empty();
    let asked = match call.subject.as_str() {
        "" => symbols(call, is_symbol)?,
        symbol if is_symbol(symbol) => vec![symbol.to_owned()],
        symbol => return Err(invalid_symbol(symbol)),
    };
    let (name, (mut rows, token)) = match series {
        Series::Bars => ("bars", bars(exchange, call, &page, asked)?),
        Series::Trades => ("trades", trades(exchange, call, &page, asked)),
        Series::Quotes => ("quotes", quotes(exchange, call, &page, asked)),
        Series::Auctions => ("auctions", auctions(exchange, call, &page, asked)),
    };
    Ok(Reply::Json(if several {
        json!({name: rows, "next_page_token": token})
    } else {
        let rows = rows.remove(&call.subject).unwrap_or_else(|| json!([]));
        json!({"symbol": call.subject, name: rows, "next_page_token": token})
    }))
}

fn check_as_of(call: &Call<'_>) -> Result<(), Refusal> {
    match call.params.get("asof") {
        Some(text) if text != "-" && text.parse::<NaiveDate>().is_err() => {
            Err(bad_request(format!("invalid asof: {text}")))
        }
        _ => Ok(()),
    }
}

/// The page asked for, as far as the plan lets the caller see it.
fn page(exchange: &Exchange, call: &Call<'_>, series: Series) -> Result<Page, Refusal> {
    let consolidated = match (call.params.get("feed"), series) {
        (None | Some("sip"), _) => true,
        (Some("iex" | "boats" | "otc"), Series::Bars | Series::Trades | Series::Quotes) => false,
        (Some(feed), _) => return Err(bad_request(format!("invalid feed: {feed}"))),
    };
    let withheld = consolidated && !exchange.knobs.sip;
    let visible = if withheld { call.now - DELAY } else { call.now };
    let page = Page::read(call, visible)?;
    if withheld && page.end > visible {
        return Err(not_subscribed());
    }
    Ok(page)
}

fn bars(
    exchange: &Exchange,
    call: &Call<'_>,
    page: &Page,
    asked: Vec<String>,
) -> Result<super::history::Rows, Refusal> {
    let timeframe = timeframe(call)?;
    let adjustments = call.params.list("adjustment").unwrap_or_default();
    if let Some(bad) = adjustments.iter().find(|word| !ADJUSTMENTS.contains(&word.as_str())) {
        return Err(bad_request(format!("invalid adjustment: {bad}")));
    }
    // The tape runs as if no share had ever been split; raw prices are those that were paid.
    let adjusted = adjustments.iter().any(|word| word == "split" || word == "all");
    let today = date_of(call.now);
    let raw = |symbol: &str, bar: Bar| {
        if adjusted { bar } else { bar.unsplit(split_since(symbol, date_of(bar.at), today)) }
    };
    let clerks = |symbol: &str| Clerk::at(&exchange.market, symbol, call.now);
    let found = page.fill(asked, |symbol, window| {
        let bars: Vec<Bar> = clerks(symbol)?.bars(timeframe, window, page.newest_first).take(page.most()).collect();
        let rows: Vec<_> = bars.into_iter().map(|bar| (bar.at, form::bar(&raw(symbol, bar)))).collect();
        Some(rows.into_iter())
    });
    Ok(found)
}

pub(super) fn timeframe(call: &Call<'_>) -> Result<Timeframe, Refusal> {
    let text = call.params.get("timeframe").ok_or_else(|| bad_request("timeframe is required"))?;
    Timeframe::read(text).ok_or_else(|| bad_request(format!("invalid timeframe: {text}")))
}

fn trades(exchange: &Exchange, call: &Call<'_>, page: &Page, asked: Vec<String>) -> super::history::Rows {
    page.fill(asked, |symbol, window| {
        let clerk = Clerk::at(&exchange.market, symbol, call.now)?;
        let trades: Vec<_> = clerk.trades(window, page.newest_first).take(page.most()).collect();
        Some(trades.into_iter().map(move |trade| (trade.at, form::stock_trade(&clerk.ticker, &trade))))
    })
}

fn quotes(exchange: &Exchange, call: &Call<'_>, page: &Page, asked: Vec<String>) -> super::history::Rows {
    page.fill(asked, |symbol, window| {
        let clerk = Clerk::at(&exchange.market, symbol, call.now)?;
        let quotes: Vec<_> = clerk.quotes(window, page.newest_first).take(page.most()).collect();
        Some(quotes.into_iter().map(move |quote| (quote.at, form::stock_quote(&clerk.ticker, &quote))))
    })
}

/// The first and the last trade of every day's regular hours.
fn auctions(exchange: &Exchange, call: &Call<'_>, page: &Page, asked: Vec<String>) -> super::history::Rows {
    page.fill(asked, |symbol, window| {
        let clerk = Clerk::at(&exchange.market, symbol, call.now)?;
        let days: Vec<Bar> = clerk.bars(Timeframe::Day, window, page.newest_first).take(page.most()).collect();
        let row = move |day: Bar| {
            let hours = exchange.market.hours().of_date(date_of(day.at), false);
            let share = |price| {
                let size = (day.volume / Decimal::from(20)).to_u64();
                move |at: DateTime<Utc>, condition: &str| {
                    json!([{"t": stamp(at), "x": "Q", "p": number(price), "s": size, "c": condition}])
                }
            };
            let (open, close) = (hours.first().map(|span| span.start), hours.last().map(|span| span.end));
            let closed = close.filter(|close| *close <= call.now);
            let auction = json!({
                "d": date_of(day.at).to_string(),
                "o": open.map_or_else(|| json!([]), |at| share(day.open)(at, "Q")),
                "c": closed.map_or_else(|| json!([]), |at| share(day.close)(at, "M")),
            });
            (day.at, auction)
        };
        Some(days.into_iter().map(row))
    })
}
