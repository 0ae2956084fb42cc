//! What is only looked at: records and screens, the same for every account but for the tape that it has.

use super::{Book, Scripted};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta};
use domain::brokerage::{Access, Brokerage};
use domain::clock::{Clock, SystemClock};
use domain::equity::{Curve, Point};
use domain::ids::WatchlistId;
use domain::market::{Bar, Board, Feed, Movers, News, Screen, Span, Stretch, Strike, Trade};
use domain::money::{Price, Usd};
use domain::order::BrokerOrder;
use domain::outcome::ReadFailure;
use domain::records::{
    Activity, ActivityFilter, ActivityPage, Chapter, OrderFilter, OrderPage, Records, Watchlist, When,
};
use domain::symbol::Symbol;
use rust_decimal::Decimal;
use secrecy::ExposeSecret;
use uuid::Uuid;

impl Scripted {
    /// From now on Alpaca serves these keys from the paid tape.
    pub fn pays_for_the_tape(&self, key_id: &str) {
        self.book(|book| book.paying.insert(key_id.to_owned()));
    }

    pub fn ends_subscription(&self, key_id: &str) {
        self.book(|book| book.paying.remove(key_id));
    }

    fn serves(&self, on: &Access, feed: Feed) -> Result<(), ReadFailure> {
        let pays = self.book(|book| book.paying.contains(on.keys.key_id.expose_secret()));
        if feed == Feed::Sip && !pays { Err(ReadFailure::Forbidden { status: 403 }) } else { Ok(()) }
    }
}

/// Each tape has prices of its own, so that a test sees whose it was served.
pub fn price_on(feed: Feed) -> Price {
    let number = match feed {
        Feed::Sip => 100,
        Feed::Iex => 200,
        Feed::Delayed => 300,
    };
    Price::new(Decimal::from(number)).unwrap()
}

fn bar(feed: Feed) -> Bar {
    let price = price_on(feed);
    let at = DateTime::UNIX_EPOCH;
    Bar { at, open: price, high: price, low: price, close: price, volume: Decimal::ONE }
}

#[async_trait]
impl Screen for Scripted {
    async fn board(&self, on: &Access, feed: Feed, _: &Symbol) -> Result<Board, ReadFailure> {
        self.admit("board", on)?;
        self.serves(on, feed)?;
        let last = Trade { price: price_on(feed), size: None, at: DateTime::UNIX_EPOCH };
        Ok(Board { last: Some(last), day: Some(bar(feed)), ..Board::default() })
    }

    async fn bars(&self, on: &Access, stretch: &Stretch) -> Result<Vec<Bar>, ReadFailure> {
        self.admit("bars", on)?;
        self.serves(on, stretch.feed)?;
        Ok(vec![bar(stretch.feed)])
    }

    async fn news(&self, on: &Access, _: Option<&Symbol>, _: usize) -> Result<Vec<News>, ReadFailure> {
        self.admit("news", on).map(|_| Vec::new())
    }

    async fn movers(&self, on: &Access, _: usize) -> Result<Movers, ReadFailure> {
        self.admit("movers", on).map(|_| Movers::default())
    }

    async fn expiries(&self, on: &Access, _: &Symbol, from: NaiveDate) -> Result<Vec<NaiveDate>, ReadFailure> {
        self.admit("expiries", on)?;
        Ok(vec![from, from + TimeDelta::days(7)])
    }

    async fn chain(&self, on: &Access, _: &Symbol, expires: NaiveDate) -> Result<Vec<Strike>, ReadFailure> {
        self.admit("chain", on)?;
        let symbol = |strike: i64| format!("AAPL{}C{:08}", expires.format("%y%m%d"), strike * 1_000);
        let strike = |strike| Strike {
            contract: Symbol::from_broker(symbol(strike)).contract().unwrap(),
            symbol: Symbol::from_broker(symbol(strike)),
            quote: None,
            last: None,
            volatility: None,
            delta: None,
            theta: None,
        };
        Ok((1..=40).map(|n| strike(n * 10)).collect())
    }
}

impl Scripted {
    /// Orders with fills on record.
    fn fills(&self) -> Vec<BrokerOrder> {
        let recorded = |book: &Book, order: &BrokerOrder| !book.unrecorded.contains(&order.id);
        let all = self.book(|book| {
            book.orders.iter().map(|(_, order)| order.clone()).filter(|order| recorded(book, order)).collect::<Vec<_>>()
        });
        all.into_iter().filter(|order| !order.filled_qty.is_zero()).collect()
    }
}

fn fill(row: Activity, order: &BrokerOrder) -> Activity {
    Activity { kind: "FILL".into(), order: Some(order.id), qty: Some(order.filled_qty), ..row }
}

#[async_trait]
impl Records for Scripted {
    async fn order_page(&self, on: &Access, filter: &OrderFilter) -> Result<OrderPage, ReadFailure> {
        let all = Brokerage::orders(self, on, filter.which, None, usize::MAX).await?;
        let begin = filter.older_than.map_or(0, |id| all.iter().take_while(|order| order.id != id).count() + 1);
        let orders: Vec<_> = all.iter().skip(begin).take(filter.most).cloned().collect();
        let next = orders.last().map(|order| order.id).filter(|_| begin + orders.len() < all.len());
        Ok(OrderPage { orders, next })
    }

    async fn activities(&self, on: &Access, filter: &ActivityFilter) -> Result<ActivityPage, ReadFailure> {
        self.admit("activities", on)?;
        let from = filter.after.as_ref().map_or(0, |id| id.parse::<usize>().unwrap() + 1);
        let activity = |n: usize| Activity {
            id: n.to_string(),
            kind: "FEE".into(),
            at: When::Unknown,
            symbol: None,
            side: None,
            qty: None,
            price: None,
            net: None,
            order: None,
            description: String::new(),
        };
        let all: Vec<_> = match filter.chapter {
            Chapter::Fills => {
                self.fills().into_iter().enumerate().map(|(n, order)| fill(activity(n), &order)).collect()
            }
            Chapter::Events => {
                let exercised = self.book(|book| book.exercised.clone());
                let row = |(n, (symbol, qty)): (usize, (&str, i64))| Activity {
                    kind: "OPEXC".into(),
                    at: When::Moment(SystemClock::start().now()),
                    symbol: Some(Symbol::from_broker(symbol)),
                    qty: Some(Decimal::from(-qty)),
                    ..activity(n)
                };
                exercised.into_iter().enumerate().map(row).collect()
            }
            _ => (0..230).map(activity).collect(),
        };
        let list: Vec<_> = all.into_iter().skip(from).take(filter.most).collect();
        let next = list.last().map(|it| it.id.clone()).filter(|_| list.len() == filter.most);
        Ok(ActivityPage { list, next })
    }

    async fn curve(&self, on: &Access, span: Span) -> Result<Curve, ReadFailure> {
        self.admit("curve", on)?;
        let point = |step: i64| Point {
            at: DateTime::UNIX_EPOCH + TimeDelta::days(step),
            equity: Usd(Decimal::from(1_000 + step)),
            flow: Usd(Decimal::ZERO),
        };
        Ok(Curve { span, points: (0..3).map(point).collect() })
    }

    async fn watchlists(&self, on: &Access) -> Result<Vec<Watchlist>, ReadFailure> {
        self.admit("watchlists", on)?;
        Ok(self.book(|book| book.lists.clone()))
    }

    async fn watchlist(&self, on: &Access, id: WatchlistId) -> Result<Watchlist, ReadFailure> {
        self.admit("watchlist", on)?;
        self.book(|book| book.lists.iter().find(|list| list.id == id).cloned().ok_or(ReadFailure::NotFound))
    }

    async fn create_watchlist(&self, on: &Access, name: &str, symbols: &[Symbol]) -> Result<Watchlist, ReadFailure> {
        self.admit("create_watchlist", on)?;
        let id = WatchlistId(Uuid::from_bytes(domain::fresh::bytes()));
        let list = Watchlist { id, name: name.to_owned(), symbols: symbols.to_vec() };
        self.book(|book| book.lists.push(list.clone()));
        Ok(list)
    }

    async fn rewrite_watchlist(&self, on: &Access, list: &Watchlist) -> Result<Watchlist, ReadFailure> {
        self.admit("rewrite_watchlist", on)?;
        self.book(|book| {
            let known = book.lists.iter_mut().find(|known| known.id == list.id).ok_or(ReadFailure::NotFound)?;
            *known = list.clone();
            Ok(list.clone())
        })
    }

    async fn delete_watchlist(&self, on: &Access, id: WatchlistId) -> Result<(), ReadFailure> {
        self.admit("delete_watchlist", on)?;
        self.book(|book| book.lists.retain(|list| list.id != id));
        Ok(())
    }
}
