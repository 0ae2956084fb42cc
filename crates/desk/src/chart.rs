//! Candles, and what of the user's own belongs into them: fills, entry, waiting orders.

use crate::access::Opened;
use crate::accounts::READ;
use crate::desk::Desk;
use crate::market::is_crypto;
use crate::refused::Refused;
use crate::tape::{Kept, Key};
use crate::views::{Chart, Mark};
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::America::New_York;
use domain::brokerage::{Access, Which};
use domain::ids::AccountId;
use domain::market::{Bar, Feed, Span, Stretch};
use domain::money::{Price, Usd};
use domain::order::{BrokerOrder, BrokerStatus, Side};
use domain::outcome::ReadFailure;
use domain::records::OrderFilter;
use domain::symbol::Symbol;
use domain::tenant::Tenant;
use std::sync::Arc;

/// Orders of the symbol that are looked through for fills.
const ORDERS_MAX: usize = 100;

/// What of the user's is in the picture.
#[derive(Default)]
struct Own {
    marks: Vec<Mark>,
    waiting: Vec<(Price, bool)>,
    entry: Option<Usd>,
}

impl Desk {
    pub(crate) async fn chart(
        &self,
        tenant: Tenant,
        symbol: &Symbol,
        span: Span,
        account: Option<AccountId>,
    ) -> Result<Chart, Refused> {
        let on = match account {
            Some(account) => self.open_one(tenant, account).await?,
            None => self.open_any(tenant).await?,
        };
        let (bars, own) = tokio::join!(self.bars_on(&on.access, symbol, span), self.own_part(&on, symbol));
        let (bars, feed) = match bars {
            Ok(bars) => bars,
            Err(failure) => return Err(self.market_failed(tenant, &on, symbol, failure).await),
        };
        let bars = last_session(span, is_crypto(symbol), &bars);
        let began = bars.first().map(|bar| bar.at);
        let mut own = own.unwrap_or_default();
        own.marks.retain(|mark| began.is_some_and(|began| mark.at >= began));
        let is_in_it = !own.marks.is_empty() || !own.waiting.is_empty() || own.entry.is_some();
        Ok(Chart {
            symbol: symbol.clone(),
            name: self.inner().directory.name(symbol),
            span,
            bars,
            feed,
            owner: (is_in_it || account.is_some()).then_some(on.account),
            marks: own.marks,
            entry: own.entry,
            waiting: own.waiting,
            at: self.inner().clock.now(),
        })
    }

    /// Bars from the best tape that the account has. Who has only one exchange at once is shown all of them up to a quarter of an
    /// hour ago, unless it is today that counts.
    async fn bars_on(
        &self,
        access: &Access,
        symbol: &Symbol,
        span: Span,
    ) -> Result<(Arc<[Bar]>, Option<Feed>), ReadFailure> {
        let own_bars = |feed| self.bars_from(access, feed, symbol, span);
        if is_crypto(symbol) {
            return own_bars(Feed::Iex).await.map(|bars| (bars, None));
        }
        let seat = match self.inner().tape.seat(&access.meter, self.inner().clock.elapsed()) {
            Some(feed) => Some(feed),
            None => self.board_on(access, symbol).await?.1,
        };
        if seat == Some(Feed::Sip) || span == Span::Day {
            return self.on_best_tape(access, own_bars).await.map(|(bars, feed)| (bars, Some(feed)));
        }
        match own_bars(Feed::Delayed).await {
            Err(ReadFailure::Forbidden { .. }) => own_bars(Feed::Iex).await.map(|bars| (bars, Some(Feed::Iex))),
            done => done.map(|bars| (bars, Some(Feed::Delayed))),
        }
    }

    /// Kept bars are for accounts that Alpaca has served from that tape itself; the delayed one is everybody's.
    async fn bars_from(
        &self,
        access: &Access,
        feed: Feed,
        symbol: &Symbol,
        span: Span,
    ) -> Result<Arc<[Bar]>, ReadFailure> {
        let (tape, clock) = (&self.inner().tape, &self.inner().clock);
        let key = Key::Bars(feed, symbol.clone(), span);
        let may_share =
            feed == Feed::Delayed || is_crypto(symbol) || tape.seat(&access.meter, clock.elapsed()) == Some(feed);
        if may_share && let Some(Kept::Bars(bars)) = tape.kept(&key, clock.elapsed()) {
            return Ok(bars);
        }
        let now = clock.now().with_nanosecond(0).unwrap_or_else(|| clock.now());
        let end = if feed == Feed::Delayed { now - Feed::DELAY } else { now };
        let timeframe = span.timeframe();
        let stretch =
            Stretch { symbol: symbol.clone(), feed, timeframe, start: end - TimeDelta::days(span.days()), end };
        let bars: Arc<[Bar]> = self.read_in_turn(READ, self.inner().screen.bars(access, &stretch)).await?.into();
        if feed != Feed::Delayed && !is_crypto(symbol) {
            tape.seated(&access.meter, feed, clock.elapsed());
        }
        tape.keep(key, Kept::Bars(Arc::clone(&bars)), clock.elapsed());
        Ok(bars)
    }

    /// Fills, entry and waiting orders. A chart without them is still a chart.
    async fn own_part(&self, on: &Opened, symbol: &Symbol) -> Option<Own> {
        let filter =
            OrderFilter { which: Which::All, symbol: Some(symbol.clone()), older_than: None, most: ORDERS_MAX };
        let (orders, positions) = tokio::join!(
            self.read_in_turn(READ, self.inner().records.order_page(&on.access, &filter)),
            self.read_in_turn(READ, self.inner().brokerage.positions(&on.access)),
        );
        let held = positions.ok()?.into_iter().find(|it| it.symbol.is_same_asset(symbol));
        let mut own = Own { entry: held.map(|position| position.entry), ..Own::default() };
        for order in orders.ok()?.orders {
            own.marks.extend(mark(&order));
            if !order.status.is_terminal() && order.status != BrokerStatus::Held {
                let waits_at = order.limit_price.or(order.stop_price);
                own.waiting.extend(waits_at.map(|price| (price, order.side == Some(Side::Buy))));
            }
        }
        Some(own)
    }
}

fn mark(order: &BrokerOrder) -> Option<Mark> {
    let at = order.ended_at.or(order.updated_at).filter(|_| !order.filled_qty.is_zero())?;
    Some(Mark { at, price: order.filled_avg_price?, bought: order.side? == Side::Buy })
}

/// Of a day's chart only the last trading day, and of that what people look at: from 04:00 on. Crypto never closes, so there it is
/// the last 24 hours.
fn last_session(span: Span, is_crypto: bool, bars: &[Bar]) -> Vec<Bar> {
    let Some(last) = bars.last().filter(|_| span == Span::Day) else { return bars.to_vec() };
    let day = |at: DateTime<Utc>| at.with_timezone(&New_York).date_naive();
    let keep = |bar: &&Bar| {
        if is_crypto { last.at - bar.at < TimeDelta::days(1) } else { day(bar.at) == day(last.at) }
    };
    bars.iter().filter(keep).copied().collect()
}
