//! The market: quotes, charts, news, movers, chains, clock, calendar, assets. Read with an account of the user's own, and shared
//! as far as its subscription goes; see `tape`.

use crate::access::Opened;
use crate::accounts::READ;
use crate::desk::Desk;
use crate::refused::{Refused, Trouble};
use crate::tape::{Kept, Key};
use crate::views::{AssetCard, BoardCard, CalendarPage, ChainPage, ChainRow, ClockCard, MoversPage, NewsPage};
use chrono::{Datelike, Days, NaiveDate};
use chrono_tz::America::New_York;
use domain::account::{AccountStatus, Asset, Environment, TradingDay};
use domain::brokerage::Access;
use domain::market::{Board, Feed, Strike};
use domain::money::Price;
use domain::outcome::ReadFailure;
use domain::symbol::{AssetKind, Right, Symbol};
use domain::tenant::Tenant;
use std::collections::BTreeMap;
use std::sync::Arc;

/// News in one page.
const NEWS: usize = 8;
/// Movers of each kind.
const MOVERS: usize = 10;
/// Days of one page of the calendar.
const CALENDAR: u64 = 35;

impl Desk {
    /// An account to ask about the market with: the default, the only one, or else any whose keys work, paper before live.
    pub(crate) async fn open_any(&self, tenant: Tenant) -> Result<Opened, Refused> {
        let accounts = self.accounts(tenant).await?;
        let mut list = accounts.list;
        if list.is_empty() {
            return Err(Refused::NoAccount);
        }
        list.sort_by_key(|account| {
            let is_refused = account.status == AccountStatus::KeysRefused;
            (is_refused, Some(account.id) != accounts.default, account.environment == Environment::Live)
        });
        self.open_one(tenant, list[0].id).await
    }

    /// An asset that must exist.
    pub(crate) async fn known_asset(&self, tenant: Tenant, on: &Opened, symbol: &Symbol) -> Result<Asset, Refused> {
        match self.read_in_turn(READ, self.inner().brokerage.asset(&on.access, symbol)).await {
            Ok(asset) => Ok(asset),
            Err(ReadFailure::NotFound) => Err(Refused::UnknownSymbol(symbol.clone())),
            Err(failure) => Err(self.failed(tenant, &on.account, failure).await),
        }
    }

    /// What a failed market read means.
    pub(crate) async fn market_failed(
        &self,
        tenant: Tenant,
        on: &Opened,
        symbol: &Symbol,
        failure: ReadFailure,
    ) -> Refused {
        match failure {
            ReadFailure::NotFound | ReadFailure::Invalid { .. } => Refused::UnknownSymbol(symbol.clone()),
            failure => self.failed(tenant, &on.account, failure).await,
        }
    }

    /// Reads from the best tape that an account has. Who reads with the account's own keys says so to the tape; what was kept
    /// proves nothing about anybody's subscription.
    pub(crate) async fn on_best_tape<T, R>(
        &self,
        access: &Access,
        read: impl Fn(Feed) -> R + Send + Sync,
    ) -> Result<(T, Feed), ReadFailure>
    where
        R: Future<Output = Result<T, ReadFailure>> + Send,
        T: Send,
    {
        let tape = &self.inner().tape;
        if tape.seat(&access.meter, self.inner().clock.elapsed()) != Some(Feed::Iex) {
            match read(Feed::Sip).await {
                Err(ReadFailure::Forbidden { .. }) => tape.unseat(&access.meter),
                done => return done.map(|value| (value, Feed::Sip)),
            }
        }
        read(Feed::Iex).await.map(|value| (value, Feed::Iex))
    }

    /// A quote with its day, from the best tape that the account has. The tape is `None` for crypto, which has no such thing.
    pub(crate) async fn board_on(
        &self,
        access: &Access,
        symbol: &Symbol,
    ) -> Result<(Board, Option<Feed>), ReadFailure> {
        let (tape, now) = (&self.inner().tape, self.inner().clock.elapsed());
        let own = |feed| async move {
            let board = self.read_in_turn(READ, self.inner().screen.board(access, feed, symbol)).await?;
            let (tape, now) = (&self.inner().tape, self.inner().clock.elapsed());
            if !is_crypto(symbol) {
                tape.seated(&access.meter, feed, now);
            }
            tape.keep(Key::Board(feed, symbol.clone()), Kept::Board(Box::new(board)), now);
            Ok(board)
        };
        if is_crypto(symbol) {
            return match tape.kept(&Key::Board(Feed::Iex, symbol.clone()), now) {
                Some(Kept::Board(board)) => Ok((*board, None)),
                _ => own(Feed::Iex).await.map(|board| (board, None)),
            };
        }
        if let Some(feed) = tape.seat(&access.meter, now)
            && let Some(Kept::Board(board)) = tape.kept(&Key::Board(feed, symbol.clone()), now)
        {
            return Ok((*board, Some(feed)));
        }
        self.on_best_tape(access, own).await.map(|(board, feed)| (board, Some(feed)))
    }

    pub(crate) async fn board(&self, tenant: Tenant, symbol: &Symbol) -> Result<BoardCard, Refused> {
        let on = self.open_any(tenant).await?;
        match self.board_on(&on.access, symbol).await {
            Ok((board, feed)) => {
                let (name, at) = (self.inner().directory.name(symbol), self.inner().clock.now());
                Ok(BoardCard { symbol: symbol.clone(), name, board, feed, at })
            }
            Err(failure) => Err(self.market_failed(tenant, &on, symbol, failure).await),
        }
    }

    pub(crate) async fn news(&self, tenant: Tenant, symbol: Option<&Symbol>) -> Result<NewsPage, Refused> {
        let on = self.open_any(tenant).await?;
        let key = Key::News(symbol.cloned());
        let (tape, clock) = (&self.inner().tape, &self.inner().clock);
        let list = if let Some(Kept::News(list)) = tape.kept(&key, clock.elapsed()) {
            list
        } else {
            let read = self.read_one(tenant, &on, self.inner().screen.news(&on.access, symbol, NEWS));
            let list: Arc<[_]> = read.await?.into();
            tape.keep(key, Kept::News(Arc::clone(&list)), clock.elapsed());
            list
        };
        Ok(NewsPage { symbol: symbol.cloned(), list: list.to_vec(), at: clock.now() })
    }

    pub(crate) async fn movers(&self, tenant: Tenant) -> Result<MoversPage, Refused> {
        let on = self.open_any(tenant).await?;
        let (tape, clock) = (&self.inner().tape, &self.inner().clock);
        let movers = if let Some(Kept::Movers(movers)) = tape.kept(&Key::Movers, clock.elapsed()) {
            movers
        } else {
            let movers = Arc::new(self.read_one(tenant, &on, self.inner().screen.movers(&on.access, MOVERS)).await?);
            tape.keep(Key::Movers, Kept::Movers(Arc::clone(&movers)), clock.elapsed());
            movers
        };
        Ok(MoversPage { movers: (*movers).clone(), at: clock.now() })
    }

    pub(crate) async fn clock_card(&self, tenant: Tenant) -> Result<ClockCard, Refused> {
        let on = self.open_any(tenant).await?;
        let clock = self.read_one(tenant, &on, self.market_time(&on.access)).await?;
        self.inner().session.note(clock, self.inner().clock.elapsed());
        let today = clock.at.with_timezone(&New_York).date_naive();
        // Without the calendar the clock still says what matters most.
        let days = self.days(tenant, &on, today, today.checked_add_days(Days::new(9)).unwrap_or(today)).await;
        let closes = clock.next_close.with_timezone(&New_York).date_naive();
        let day = days.ok().and_then(|days| days.iter().find(|day| day.date == closes).copied());
        Ok(ClockCard { clock, day })
    }

    pub(crate) async fn calendar(&self, tenant: Tenant, from: Option<NaiveDate>) -> Result<CalendarPage, Refused> {
        let on = self.open_any(tenant).await?;
        let today = self.inner().clock.now().with_timezone(&New_York).date_naive();
        let from = from.unwrap_or(today).clamp(first_day(), last_day());
        let until = from.checked_add_days(Days::new(CALENDAR - 1)).unwrap_or(from).min(last_day());
        let days = self.days(tenant, &on, from, until).await?;
        let page = Days::new(CALENDAR);
        Ok(CalendarPage {
            days: days.to_vec(),
            from,
            until,
            earlier: from.checked_sub_days(page).filter(|day| *day >= first_day()),
            later: from.checked_add_days(page).filter(|day| *day <= last_day()),
        })
    }

    async fn days(
        &self,
        tenant: Tenant,
        on: &Opened,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Result<Arc<[TradingDay]>, Refused> {
        let (tape, clock, key) = (&self.inner().tape, &self.inner().clock, Key::Days(from, until));
        if let Some(Kept::Days(days)) = tape.kept(&key, clock.elapsed()) {
            return Ok(days);
        }
        let read = self.read_one(tenant, on, self.inner().brokerage.calendar(&on.access, from, until));
        let days: Arc<[_]> = read.await?.into();
        tape.keep(key, Kept::Days(Arc::clone(&days)), clock.elapsed());
        Ok(days)
    }

    pub(crate) async fn asset(&self, tenant: Tenant, symbol: &Symbol) -> Result<AssetCard, Refused> {
        let on = self.open_any(tenant).await?;
        let (asset, board) = tokio::join!(self.known_asset(tenant, &on, symbol), self.board_on(&on.access, symbol));
        Ok(AssetCard { asset: asset?, board: board.ok().map(|(board, _)| board) })
    }

    /// One day's chain. Not shared: Alpaca sells the options tape apart, and does not say which one an answer came from.
    pub(crate) async fn chain(
        &self,
        tenant: Tenant,
        underlying: &Symbol,
        expires: Option<NaiveDate>,
        from: Option<usize>,
    ) -> Result<ChainPage, Refused> {
        let on = self.open_any(tenant).await?;
        let mut page = self.chain_on(tenant, &on, underlying, expires).await?;
        page.from = from.filter(|from| *from < page.rows.len()).unwrap_or_else(|| page.around(ChainPage::STRIKES));
        Ok(page)
    }

    /// One day's chain from its lowest strike on, read with this account.
    pub(crate) async fn chain_on(
        &self,
        tenant: Tenant,
        on: &Opened,
        underlying: &Symbol,
        expires: Option<NaiveDate>,
    ) -> Result<ChainPage, Refused> {
        let (access, screen) = (&on.access, &self.inner().screen);
        let from_day = self.inner().clock.now().with_timezone(&New_York).date_naive();
        let (days, board) = tokio::join!(
            self.read_in_turn(READ, screen.expiries(access, underlying, from_day)),
            self.board_on(access, underlying)
        );
        let all = match days {
            Ok(days) => days,
            Err(failure) => return Err(self.market_failed(tenant, on, underlying, failure).await),
        };
        let wanted = expires.filter(|day| all.contains(day)).or_else(|| all.first().copied());
        let chosen = wanted.ok_or_else(|| Refused::NoOptions(underlying.clone()))?;
        let strikes = match self.read_in_turn(READ, screen.chain(access, underlying, chosen)).await {
            Ok(strikes) => strikes,
            Err(failure) => return Err(self.market_failed(tenant, on, underlying, failure).await),
        };
        Ok(ChainPage {
            underlying: underlying.clone(),
            price: board.ok().and_then(|(board, _)| board.price()),
            expires: chosen,
            expiries: all,
            rows: rows(strikes),
            from: 0,
            at: self.inner().clock.now(),
        })
    }

    /// Days on which the options of what was typed so far expire: for autocomplete.
    pub(crate) async fn expiry_days(&self, tenant: Tenant, underlying: &Symbol) -> Result<Vec<NaiveDate>, Refused> {
        let on = self.open_any(tenant).await?;
        let today = self.inner().clock.now().with_timezone(&New_York).date_naive();
        let read = self.inner().screen.expiries(&on.access, underlying, today).await;
        read.map_err(|failure| Refused::Trouble(Trouble::Broker(failure)))
    }
}

/// Calls and puts of one strike side by side. Adjusted contracts have strikes of their own kind, and are not among them.
fn rows(strikes: Vec<Strike>) -> Vec<ChainRow> {
    let mut rows: BTreeMap<Price, ChainRow> = BTreeMap::new();
    for strike in strikes.into_iter().filter(|strike| !strike.contract.has_adjusted_root()) {
        let price = strike.contract.strike;
        let row = rows.entry(price).or_insert(ChainRow { strike: price, call: None, put: None });
        match strike.contract.right {
            Right::Call => row.call = Some(strike),
            Right::Put => row.put = Some(strike),
        }
    }
    rows.into_values().collect()
}

/// `BTC/USD`.
pub(crate) fn is_crypto(symbol: &Symbol) -> bool {
    symbol.kind() == AssetKind::Crypto
}

/// The first day of Alpaca's calendar, and its last.
fn first_day() -> NaiveDate {
    NaiveDate::default()
}

fn last_day() -> NaiveDate {
    NaiveDate::default()
        .with_year(2029)
        .and_then(|day| day.with_month(12))
        .and_then(|day| day.with_day(31))
        .unwrap_or_default()
}
