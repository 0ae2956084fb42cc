//! Coins: the same as for shares, around the clock and for everybody.

use super::super::assets::AssetClass;
use super::super::bars::Clerk;
use super::super::errors::{Refusal, bad_request};
use super::super::json::{number, stamp};
use super::super::market::Ticker;
use super::super::routes::{Call, Reply};
use super::super::venue::Exchange;
use super::history::{PARAMS, Page};
use super::stocks::timeframe;
use super::{Latest, Series, check_names, form, symbols};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

/// Where coins trade.
const PLACES: [&str; 5] = ["us", "us-1", "us-2", "eu-1", "bs-1"];
/// Price levels on each side of an order book.
const LEVELS: u32 = 10;

/// Two names with a slash between them.
fn is_pair(symbol: &str) -> bool {
    let good = |part: &str| {
        !part.is_empty() && part.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
    };
    symbol.split_once('/').is_some_and(|(coin, money)| good(coin) && good(money))
}

fn check_place(call: &Call<'_>) -> Result<(), Refusal> {
    if PLACES.contains(&call.subject.as_str()) {
        Ok(())
    } else {
        Err(bad_request(format!("invalid location: {}", call.subject)))
    }
}

/// The clerk of a coin; a pair that nobody knows has none.
fn clerk<'a>(exchange: &'a Exchange, call: &Call<'_>, symbol: &str) -> Option<Clerk<'a>> {
    let clerk = Clerk::at(&exchange.market, symbol, call.now)?;
    (clerk.ticker.asset.class == AssetClass::Crypto).then_some(clerk)
}

pub(super) fn history(exchange: &Exchange, call: &Call<'_>, series: Series) -> Result<Reply, Refusal> {
    check_place(call)?;
    let own: &[&str] = if series == Series::Bars { &["timeframe"] } else { &[] };
    check_names(call, &[PARAMS, own])?;
    let page = Page::read(call, call.now)?;
    let asked = symbols(call, is_pair)?;
    let (name, (rows, token)) = match series {
        Series::Bars => {
            let timeframe = timeframe(call)?;
            let rows = page.fill(asked, |symbol, window| {
                let bars = clerk(exchange, call, symbol)?;
                let bars: Vec<_> = bars.bars(timeframe, window, page.newest_first).take(page.most()).collect();
                Some(bars.into_iter().map(|bar| (bar.at, form::bar(&bar))))
            });
            ("bars", rows)
        }
        Series::Quotes => {
            let rows = page.fill(asked, |symbol, window| {
                let clerk = clerk(exchange, call, symbol)?;
                let quotes: Vec<_> = clerk.quotes(window, page.newest_first).take(page.most()).collect();
                Some(quotes.into_iter().map(move |quote| (quote.at, form::coin_quote(&clerk.ticker, &quote))))
            });
            ("quotes", rows)
        }
        Series::Trades | Series::Auctions => {
            let rows = page.fill(asked, |symbol, window| {
                let clerk = clerk(exchange, call, symbol)?;
                let trades: Vec<_> = clerk.trades(window, page.newest_first).take(page.most()).collect();
                Some(trades.into_iter().map(|trade| (trade.at, form::coin_trade(&trade))))
            });
            ("trades", rows)
        }
    };
    Ok(Reply::Json(json!({name: rows, "next_page_token": token})))
}

pub(super) fn latest(exchange: &Exchange, call: &Call<'_>, latest: Latest) -> Result<Reply, Refusal> {
    check_place(call)?;
    check_names(call, &[&["symbols"]])?;
    let write = |clerk: &Clerk<'_>| {
        let ticker = &clerk.ticker;
        let quote = || form::coin_quote(ticker, &ticker.quote());
        let trade = || form::coin_trade(&ticker.trade());
        match latest {
            Latest::Bars => clerk.latest().as_ref().map(form::bar),
            Latest::Trades => Some(trade()),
            Latest::Quotes => Some(quote()),
            Latest::Orderbooks => Some(order_book(ticker)),
            Latest::Snapshots => Some(form::snapshot(clerk, &quote(), &trade())),
        }
    };
    let name = match latest {
        Latest::Bars => "bars",
        Latest::Trades => "trades",
        Latest::Quotes => "quotes",
        Latest::Orderbooks => "orderbooks",
        Latest::Snapshots => "snapshots",
    };
    let known = symbols(call, is_pair)?.into_iter().filter_map(|symbol| {
        let row = write(&clerk(exchange, call, &symbol)?)?;
        Some((symbol, row))
    });
    let rows: Map<String, Value> = known.collect();
    Ok(Reply::Json(json!({name: rows})))
}

/// The quote, and further levels behind it, each a little deeper.
fn order_book(ticker: &Ticker<'_>) -> Value {
    let quote = ticker.quote();
    let step = ((quote.ask - quote.bid) / Decimal::TWO).round_dp(9).max(Decimal::new(1, 9));
    let level = |price: Decimal, depth: u32| json!({"p": number(price), "s": number(ticker.line.unit * Decimal::from(100 * (depth + 1)))});
    let bids = (0..LEVELS).map(|depth| (quote.bid - step * Decimal::from(depth), depth));
    let bids: Value =
        bids.filter(|(price, _)| *price > Decimal::ZERO).map(|(price, depth)| level(price, depth)).collect();
    let asks: Value = (0..LEVELS).map(|depth| level(quote.ask + step * Decimal::from(depth), depth)).collect();
    json!({"t": stamp(quote.at), "b": bids, "a": asks})
}
