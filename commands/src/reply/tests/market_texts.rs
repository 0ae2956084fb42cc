//! The market.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use chrono::{NaiveDate, NaiveTime};
use desk::views::{
    AssetCard, BoardCard, CalendarPage, ChainPage, ChainRow, Chart, ClockCard, Mark, MoversPage, NewsPage,
    WatchlistPage, Watchlists,
};
use desk::watchlists::{Edit, Edited};
use domain::account::{Asset, Quote, TradingDay};
use domain::ids::WatchlistId;
use domain::market::{Bar, Board, Busy, Feed, Mover, Movers, News, Span, Strike, Trade};
use domain::money::Price;
use domain::records::Watchlist;

fn text(view: View, page: Page) -> String {
    super::super::shown::shown(&shown(view, page), None).transcript()
}

fn price(text: &str) -> Price {
    Price::new(decimal(text)).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn aapl() -> Symbol {
    Symbol::from_broker("AAPL")
}

fn bar(open: &str, high: &str, low: &str, close: &str) -> Bar {
    Bar {
        at: now(),
        open: price(open),
        high: price(high),
        low: price(low),
        close: price(close),
        volume: decimal("48123456"),
    }
}

fn board() -> Board {
    Board {
        quote: Some(Quote { bid: Some(price("184.5")), ask: Some(price("184.52")), at: now() }),
        bid_size: Some(decimal("300")),
        ask_size: Some(decimal("200")),
        last: Some(Trade { price: price("184.51"), size: Some(decimal("5")), at: now() }),
        day: Some(bar("183", "185.2", "182.4", "184.51")),
        previous: Some(bar("181", "183", "180", "182")),
    }
}

fn quote(symbol: &str, name: &str, board: &Board, feed: Option<Feed>) -> String {
    let symbol = Symbol::from_broker(symbol);
    let card = BoardCard { symbol: symbol.clone(), name: name.into(), board: *board, feed, at: now() };
    text(View::Quote { symbol }, Page::Quote(Box::new(card)))
}

#[test]
fn quotes_read_well() {
    let half = Board {
        quote: Some(Quote { bid: None, ask: Some(price("0.0125")), at: now() }),
        previous: Some(bar("1", "1", "1", "1")),
        ..Board::default()
    };
    let texts = [
        quote("AAPL", "Apple Inc. Common Stock", &board(), Some(Feed::Sip)),
        quote("DOGE/USD", "", &half, None),
        quote("F", "", &Board { last: None, ..board() }, Some(Feed::Iex)),
    ];
    insta::assert_snapshot!(texts.concat(), @r#"
    [grey] -
    # AAPL $184.51
    Apple Inc. Common Stock
    · Since the last close = +$2.51 (+1.38%)
    · Bid = $184.50 × 300
    · Ask = $184.52 × 200
    · Spread = $0.02 (0.01%)
    · Day = $182.40 to $185.20
    · Open = $183.00
    · Volume = 48.1M
    · Last close = $182.00
    · Last trade = <t:1795204800:R>
    -- All US exchanges, at once.
    (Again | grey | show)
    (Chart | grey | show)
    (News | grey | show)
    [grey] -
    # DOGE/USD $1.00
    · Since the last close = $0.00 (0.00%)
    · Bid = none
    · Ask = $0.0125
    · Last close = $1.00
    -- Alpaca's crypto market.
    (Again | grey | show)
    (Chart | grey | show)
    (News | grey | show)
    [grey] -
    # F $184.51
    · Since the last close = +$2.51 (+1.38%)
    · Bid = $184.50 × 300
    · Ask = $184.52 × 200
    · Spread = $0.02 (0.01%)
    · Day = $182.40 to $185.20
    · Open = $183.00
    · Volume = 48.1M
    · Last close = $182.00
    -- From one exchange (IEX): your Alpaca subscription has no other live data.
    (Again | grey | show)
    (Chart | grey | show)
    (News | grey | show)
    "#);
}

#[test]
fn the_clock_says_until_when_and_names_a_half_day() {
    let at = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
    let half = TradingDay { date: day("2026-11-27"), open: at("09:30"), close: at("13:00") };
    let texts = [
        text(View::Clock, Page::Clock(ClockCard { clock: clock(true), day: None })),
        text(View::Clock, Page::Clock(ClockCard { clock: clock(false), day: Some(half) })),
    ];
    insta::assert_snapshot!(texts.concat(), @r#"
    [grey] -
    # The market is open
    · Closes = 16:00 ET Fri 20 Nov · <t:1795208400:R>
    · Alpaca's clock = 15:00 ET Fri 20 Nov
    : Hours (ET) = Pre-market 04:00 to 09:30 · regular 09:30 to 16:00 · after-hours 16:00 to 20:00
    -- Crypto trades around the clock.
    [grey] -
    # The market is closed
    **Fri 27 Nov is a half day:** it ends at 13:00 ET.
    · Opens = 09:30 ET Mon 23 Nov · <t:1795444200:R>
    · Alpaca's clock = 15:00 ET Fri 20 Nov
    : Hours (ET) = Pre-market 04:00 to 09:30 · regular 09:30 to 16:00 · after-hours 16:00 to 20:00
    -- Crypto trades around the clock.
    "#);
}

#[test]
fn a_calendar_names_half_days_and_closed_ones() {
    let at = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
    let row = |date: &str, close: &str| TradingDay { date: day(date), open: at("09:30"), close: at(close) };
    let page = CalendarPage {
        days: vec![row("2026-11-24", "16:00"), row("2026-11-25", "16:00"), row("2026-11-27", "13:00")],
        from: day("2026-11-24"),
        until: day("2026-11-29"),
        earlier: Some(day("2026-10-20")),
        later: Some(day("2026-12-29")),
    };
    insta::assert_snapshot!(text(View::Calendar { from: None }, Page::Calendar(page)), @r#"
    [grey] -
    # Trading days, 24 Nov to 29 Nov 2026
    ```
    DAY         OPEN (ET)
    Tue 24 Nov  09:30 to 16:00
    Wed 25 Nov  09:30 to 16:00
    Fri 27 Nov  09:30 to 13:00  half day
    ```
    : Closed on weekdays = Thu 26 Nov
    -- Pre-market from 04:00 and after-hours until 20:00 ET on full days.
    (◀ Earlier | grey | show)
    (Later ▶ | grey | show)
    "#);
}

#[test]
fn an_asset_says_what_can_be_done_with_it() {
    let asset = Asset {
        symbol: aapl(),
        name: "Apple Inc. Common Stock".into(),
        active: true,
        tradable: true,
        fractionable: true,
        shortable: true,
        easy_to_borrow: true,
        attributes: Vec::new(),
        steps: domain::account::Steps::default(),
        exchange: "NASDAQ".into(),
        terms: None,
    };
    let dead = Asset { active: false, fractionable: false, shortable: false, name: String::new(), ..asset.clone() };
    let card = |asset, board| Page::Asset(Box::new(AssetCard { asset, board }));
    let view = View::Asset { symbol: aapl() };
    let texts = [text(view.clone(), card(asset, Some(board()))), text(view, card(dead, None))];
    insta::assert_snapshot!(texts.concat(), @r#"
    [grey] -
    # AAPL
    Apple Inc. Common Stock
    · Exchange = NASDAQ
    · Tradable = yes
    · Fractions and dollars = yes
    · Can be shorted = yes
    · Price = $184.51
    (Quote | grey | show)
    (Chart | grey | show)
    [grey] -
    # AAPL
    **It cannot be traded at Alpaca now.**
    · Exchange = NASDAQ
    · Tradable = no
    · Fractions and dollars = no
    · Can be shorted = no
    (Quote | grey | show)
    (Chart | grey | show)
    "#);
}

#[test]
fn news_and_movers_read_well() {
    let news = News {
        headline: "Apple *opens* a [shop](https://evil.example)".into(),
        source: "benzinga".into(),
        at: now(),
        url: Some("https://www.benzinga.com/news/1".into()),
        symbols: vec![aapl(), Symbol::from_broker("MSFT")],
    };
    let mover = |symbol: &str, fraction: &str| Mover {
        symbol: Symbol::from_broker(symbol),
        price: price("12.5"),
        change: usd("1"),
        fraction: decimal(fraction),
    };
    let busy = Busy { symbol: aapl(), volume: decimal("48123456"), trades: decimal("512340") };
    let movers = Movers {
        gainers: vec![mover("UP", "0.42"), mover("AAPL", "0.05")],
        losers: vec![mover("DOWN", "-0.31")],
        busiest: vec![busy],
        at: Some(now()),
    };
    let page = |symbol, list| Page::News(NewsPage { symbol, list, at: now() });
    let texts = [
        text(View::News { symbol: None }, page(None, vec![news.clone()])),
        text(View::News { symbol: Some(aapl()) }, page(Some(aapl()), Vec::new())),
        text(View::Movers, Page::Movers(MoversPage { movers, at: now() })),
        text(View::Movers, Page::Movers(MoversPage { movers: Movers::default(), at: now() })),
    ];
    insta::assert_snapshot!(texts.concat(), @r#"
    [grey] -
    # News
    **Apple \*opens\* a \[shop\]\(https\://evil.example\)**
    <t:1795204800:R> · benzinga · AAPL, MSFT · [www.benzinga.com](<https://www.benzinga.com/news/1>)
    -- Written by others, and brought by Alpaca. Links lead out of Discord.
    [grey] -
    # News about AAPL
    Alpaca has none.
    · Read = <t:1795204800:R>
    [grey] -
    # Movers of the day
    **Up**
    ```
    SYMBOL   PRICE    TODAY
    UP      $12.50  +42.00%
    AAPL    $12.50   +5.00%
    ```

    **Down**
    ```
    SYMBOL   PRICE    TODAY
    DOWN    $12.50  -31.00%
    ```

    **Most traded**
    ```
    SYMBOL  SHARES  TRADES
    AAPL     48.1M  512.3K
    ```
    · As of = <t:1795204800:R>
    [grey] -
    # Movers
    Alpaca has none yet today.
    · Read = <t:1795204800:R>
    "#);
}

pub(super) fn chain_page() -> ChainPage {
    let strike = |letter: char, at: i64| {
        let symbol = Symbol::from_broker(format!("AAPL261218{letter}{:08}", at * 1_000));
        Strike {
            contract: symbol.contract().unwrap(),
            symbol,
            quote: Some(Quote { bid: Some(price("1.1")), ask: Some(price("1.15")), at: now() }),
            last: None,
            volatility: Some(decimal("0.3125")),
            delta: Some(decimal("0.5123")),
            theta: None,
        }
    };
    let row = |at: i64| ChainRow {
        strike: price(&at.to_string()),
        call: Some(strike('C', at)),
        put: (at != 190).then(|| strike('P', at)),
    };
    ChainPage {
        underlying: aapl(),
        price: Some(price("184.51")),
        expires: day("2026-12-18"),
        expiries: vec![day("2026-11-27"), day("2026-12-18"), day("2027-01-15")],
        rows: (30..=42).map(|n| row(n * 5)).collect(),
        from: 1,
        at: now(),
    }
}

#[test]
fn a_chain_stands_around_the_money() {
    let view = View::Chain { underlying: aapl(), expires: Some(day("2026-12-18")), from: None };
    insta::assert_snapshot!(text(view, Page::Chain(chain_page())), @r#"
    [grey] -
    # AAPL options, 18 Dec 2026
    ```
         CALL   IV  STRIKE        PUT   IV
    1.10/1.15  31%     155  1.10/1.15  31%
    1.10/1.15  31%     160  1.10/1.15  31%
    1.10/1.15  31%     165  1.10/1.15  31%
    1.10/1.15  31%     170  1.10/1.15  31%
    1.10/1.15  31%     175  1.10/1.15  31%
    1.10/1.15  31%     180  1.10/1.15  31%
    1.10/1.15  31%    ›185  1.10/1.15  31%
    1.10/1.15  31%     190          –    –
    1.10/1.15  31%     195  1.10/1.15  31%
    1.10/1.15  31%     200  1.10/1.15  31%
    1.10/1.15  31%     205  1.10/1.15  31%
    ```

    Strikes 2 to 12 of 13. Bid/ask per share; one contract is for 100. `›` marks the strikes next to the money.
    : At the money = Call: delta 0.512, theta – a day
        Put: delta 0.512, theta – a day
    · Price = $184.51
    · Expiries = 3
    · Read = <t:1795204800:R>
    (▲ Lower strikes | grey | show)
    (▼ Higher strikes | grey | show)
    (◀ Sooner | grey | show)
    (Later ▶ | grey | show)
    "#);
}

#[test]
fn a_chart_has_words_beside_it() {
    let chart = Chart {
        symbol: aapl(),
        name: "Apple Inc.".into(),
        span: Span::Month,
        bars: vec![bar("180", "186", "179", "184"), bar("184", "187", "183", "186.5")],
        feed: Some(Feed::Delayed),
        owner: Some(live()),
        marks: vec![Mark { at: now(), price: price("181"), bought: true }],
        entry: Some(usd("181")),
        waiting: Vec::new(),
        at: now(),
    };
    let none = Chart { bars: Vec::new(), owner: None, marks: Vec::new(), entry: None, ..chart.clone() };
    let view = View::Chart { symbol: aapl(), span: Span::Month, account: None };
    let page = |chart| Page::Chart(Box::new(chart));
    insta::assert_snapshot!([text(view.clone(), page(chart)), text(view, page(none))].concat(), @r#"
    [RED] LIVE · savings
    # AAPL · one month
    Apple Inc.
    · Last = $186.50
    · Change = +$6.50 (+3.61%)
    · High = $187.00
    · Low = $179.00
    · Your entry = $181.00
    · Your fills = 1 marked
    · Read = <t:1795204800:R>
    -- All US exchanges, a quarter of an hour ago: your Alpaca subscription has no newer ones. Times are New York's.
    (1D | grey | show)
    (1W | grey | show)
    (3M | grey | show)
    (1A | grey | show)
    (5A | grey | show)
    [grey] -
    # AAPL · one month
    Apple Inc.

    Nothing was traded in that time.
    · Read = <t:1795204800:R>
    -- All US exchanges, a quarter of an hour ago: your Alpaca subscription has no newer ones. Times are New York's.
    (1D | grey | show)
    (1W | grey | show)
    (3M | grey | show)
    (1A | grey | show)
    (5A | grey | show)
    "#);
}

fn list(name: &str, symbols: &[&str]) -> Watchlist {
    let symbols = symbols.iter().map(|symbol| Symbol::from_broker(*symbol)).collect();
    Watchlist { id: WatchlistId(Uuid::from_u128(5)), name: name.into(), symbols }
}

#[test]
fn watchlists_read_well() {
    let account = paper().id;
    let all = |list| Page::Watchlists(Watchlists { account: paper(), list });
    let one = WatchlistPage {
        account: paper(),
        list: list("Tech", &["AAPL", "OLD"]),
        boards: vec![(aapl(), Some(board())), (Symbol::from_broker("OLD"), None)],
        at: now(),
    };
    let edited = |edit, list| watchlists::edited(&Edited { account: paper(), list, edit }).transcript();
    let texts = [
        text(View::Watchlists { account }, all(vec![list("Tech", &[]), list("*Banks*", &[])])),
        text(View::Watchlists { account }, all(Vec::new())),
        text(View::Watchlist { account, list: one.list.id }, Page::Watchlist(one)),
        edited(Edit::Create(Vec::new()), list("Tech", &[])),
        edited(Edit::Add(aapl()), list("Tech", &["MSFT", "AAPL"])),
        edited(Edit::Remove(aapl()), list("Tech", &["MSFT"])),
        edited(Edit::Delete, list("Tech", &["MSFT"])),
    ];
    insta::assert_snapshot!(texts.concat(), @r#"
    [blue] PAPER · swing
    # 2 watchlists
    Tech
    \*Banks\*
    (Tech | grey | show)
    (*Banks* | grey | show)
    [blue] PAPER · swing
    # No watchlists
    `/watchlist create` makes one. Lists made here are Alpaca's own, and are seen through its API only.
    [blue] PAPER · swing
    # Tech
    ```
    SYMBOL    PRICE   TODAY
    AAPL    $184.51  +1.38%
    OLD           –       –
    ```
    · Read = <t:1795204800:R>
    -- A dash: no price, or too many to ask for at once.
    (Again | grey | show)
    (All watchlists | grey | show)
    [blue] PAPER · swing
    # Watchlist Tech made
    Nothing is on it yet. `/watchlist add` puts a symbol on it.
    [blue] PAPER · swing
    # AAPL is on Tech
    : On it = MSFT, AAPL
    [blue] PAPER · swing
    # AAPL is not on Tech
    : On it = MSFT
    [blue] PAPER · swing
    # Watchlist Tech deleted
    : It held = MSFT
    "#);
}

/// The market's pages with foreign text wherever there can be any.
pub(super) fn hostile_looks(account: &LinkedAccount, words: &str) -> Vec<Reply> {
    let symbol = Symbol::from_broker(words);
    let news = News {
        headline: words.into(),
        source: words.into(),
        at: now(),
        // A link that is safe to show says where it leads: `reply::news` has the test of it.
        url: None,
        symbols: vec![symbol.clone()],
    };
    let asset = Asset {
        symbol: symbol.clone(),
        name: words.into(),
        active: true,
        tradable: true,
        fractionable: true,
        shortable: true,
        easy_to_borrow: true,
        attributes: Vec::new(),
        steps: domain::account::Steps::default(),
        exchange: words.into(),
        terms: None,
    };
    let named = Watchlist { name: words.into(), symbols: vec![symbol.clone()], ..list("", &[]) };
    let mover = Mover { symbol: symbol.clone(), price: price("1"), change: usd("1"), fraction: decimal("1") };
    let movers = Movers { gainers: vec![mover], ..Movers::default() };
    let id = account.id;
    let pages = [
        (
            View::News { symbol: Some(symbol.clone()) },
            Page::News(NewsPage { symbol: Some(symbol.clone()), list: vec![news], at: now() }),
        ),
        (View::Asset { symbol: symbol.clone() }, Page::Asset(Box::new(AssetCard { asset, board: None }))),
        (
            View::Quote { symbol: symbol.clone() },
            Page::Quote(Box::new(BoardCard {
                symbol: symbol.clone(),
                name: words.into(),
                board: board(),
                feed: None,
                at: now(),
            })),
        ),
        (View::Movers, Page::Movers(MoversPage { movers, at: now() })),
        (
            View::Chain { underlying: symbol.clone(), expires: None, from: None },
            Page::Chain(ChainPage { underlying: symbol.clone(), ..chain_page() }),
        ),
        (
            View::Watchlists { account: id },
            Page::Watchlists(Watchlists { account: account.clone(), list: vec![named.clone()] }),
        ),
        (
            View::Watchlist { account: id, list: named.id },
            Page::Watchlist(WatchlistPage {
                account: account.clone(),
                list: named.clone(),
                boards: vec![(symbol, None)],
                at: now(),
            }),
        ),
    ];
    let mut replies: Vec<_> =
        pages.into_iter().map(|(view, page)| super::super::shown::shown(&shown(view, page), None)).collect();
    replies.push(watchlists::edited(&Edited { account: account.clone(), list: named, edit: Edit::Delete }));
    replies
}
