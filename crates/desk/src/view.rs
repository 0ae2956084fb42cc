//! What can be shown, and the way back to it: a view is a value, and a button that leads to it is a stored row.

use crate::access::named;
use crate::accounts::Named;
use crate::book::{BookFile, BookPage, Search};
use crate::desk::Desk;
use crate::export::Form;
use crate::option::{OptionDraft, OptionPage};
use crate::refused::Refused;
use crate::slip::{Slip, SlipPage};
use crate::views::{
    Allocation, AssetCard, Balances, BoardCard, CalendarPage, ChainPage, Chart, ClockCard, History, Holding,
    MoversPage, NewsPage, Orders, Portfolio, Positions, WatchlistPage, Watchlists,
};
use chrono::NaiveDate;
use domain::account::{Environment, LinkedAccount};
use domain::brokerage::Which;
use domain::fresh;
use domain::ids::{AccountId, BrokerOrderId, ViewId, WatchlistId};
use domain::market::Span;
use domain::records::Chapter;
use domain::symbol::Symbol;
use domain::tenant::Tenant;
use serde::{Deserialize, Serialize};
use store::StoreError;

/// What an account option holds for all of a user's accounts of one kind. `*` is in no account's name.
pub const ALL_PAPER: &str = "*paper";
/// See [`ALL_PAPER`].
pub const ALL_LIVE: &str = "*live";

/// Whose numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// One account's.
    One(AccountId),
    /// All the user's paper accounts, or all the live ones. There is no third: paper and live are never added up.
    All(Environment),
}

/// Something that can be shown. What is stored of it is what was asked, never what was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "view", rename_all = "snake_case")]
pub enum View {
    /// Cash, equity, buying power.
    Balance {
        /// Whose.
        whose: Whose,
    },
    /// What is held.
    Positions {
        /// Whose.
        whose: Whose,
        /// The first one shown.
        from: usize,
    },
    /// One position.
    Position {
        /// Whose.
        account: AccountId,
        /// Which.
        symbol: Symbol,
    },
    /// Orders, newest first.
    Orders {
        /// Whose.
        account: AccountId,
        /// Open, closed or all.
        which: Which,
        /// Of one symbol only.
        symbol: Option<Symbol>,
        /// Where each page before this one ended.
        trail: Vec<BrokerOrderId>,
    },
    /// What happened, newest first.
    History {
        /// Whose.
        account: AccountId,
        /// Of which kind.
        chapter: Chapter,
        /// Of one order only.
        order: Option<BrokerOrderId>,
        /// Since that day.
        since: Option<NaiveDate>,
        /// Where each page before this one ended.
        trail: Vec<String>,
    },
    /// Worth over time.
    Portfolio {
        /// Whose.
        whose: Whose,
        /// How far back.
        span: Span,
    },
    /// What the money is in.
    Allocation {
        /// Whose.
        whose: Whose,
    },
    /// A quote with its day.
    Quote {
        /// Of what.
        symbol: Symbol,
    },
    /// Candles, with the user's own orders and entry.
    Chart {
        /// Of what.
        symbol: Symbol,
        /// How far back.
        span: Span,
        /// Whose orders and entry.
        account: Option<AccountId>,
    },
    /// News.
    News {
        /// About what; about everything when there is none.
        symbol: Option<Symbol>,
    },
    /// The day's movers.
    Movers,
    /// The market's clock.
    Clock,
    /// Trading days.
    Calendar {
        /// From that day on; from today when there is none.
        from: Option<NaiveDate>,
    },
    /// What can be done with a symbol.
    Asset {
        /// Which.
        symbol: Symbol,
    },
    /// An option chain.
    Chain {
        /// Of what.
        underlying: Symbol,
        /// Of which day; of the next one when there is none.
        expires: Option<NaiveDate>,
        /// The first strike shown, counted from the lowest; around the money when there is none.
        from: Option<usize>,
    },
    /// An option order that is being put together.
    Option(OptionDraft),
    /// An order that is being filled in.
    Ticket(Slip),
    /// All watchlists.
    Watchlists {
        /// Whose.
        account: AccountId,
    },
    /// One watchlist.
    Watchlist {
        /// Whose.
        account: AccountId,
        /// Which.
        list: WatchlistId,
    },
    /// The user's own audit book, newest entries first.
    Book {
        /// What is looked for.
        search: Search,
        /// The last entry of each page before this one.
        trail: Vec<i64>,
    },
    /// A copy of the book, for others to check.
    BookFile {
        /// What is shown in it.
        search: Search,
        /// Its form.
        form: Form,
    },
    /// The whole of a list, as a file.
    File {
        /// Of which list.
        of: Box<View>,
    },
}

/// What a view showed.
#[derive(Clone, Debug)]
pub enum Page {
    /// See [`View::Balance`].
    Balance(Balances),
    /// See [`View::Positions`].
    Positions(Positions),
    /// See [`View::Position`].
    Position(Box<Holding>),
    /// See [`View::Orders`].
    Orders(Orders),
    /// See [`View::History`].
    History(History),
    /// See [`View::Portfolio`].
    Portfolio(Portfolio),
    /// See [`View::Allocation`].
    Allocation(Allocation),
    /// See [`View::Quote`].
    Quote(Box<BoardCard>),
    /// See [`View::Chart`].
    Chart(Box<Chart>),
    /// See [`View::News`].
    News(NewsPage),
    /// See [`View::Movers`].
    Movers(MoversPage),
    /// See [`View::Clock`].
    Clock(ClockCard),
    /// See [`View::Calendar`].
    Calendar(CalendarPage),
    /// See [`View::Asset`].
    Asset(Box<AssetCard>),
    /// See [`View::Chain`].
    Chain(ChainPage),
    /// See [`View::Option`].
    Option(Box<OptionPage>),
    /// See [`View::Ticket`].
    Ticket(Box<SlipPage>),
    /// See [`View::Watchlists`].
    Watchlists(Watchlists),
    /// See [`View::Watchlist`].
    Watchlist(WatchlistPage),
    /// See [`View::Book`].
    Book(Box<BookPage>),
    /// See [`View::BookFile`].
    BookFile(Box<BookFile>),
}

/// What a view showed, and where its buttons lead.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What was asked for.
    pub view: View,
    /// What came of it.
    pub page: Page,
    /// The buttons' ids, for the views that they lead to.
    pub links: Vec<(View, ViewId)>,
}

impl Shown {
    /// The button that leads to a view, if there is one.
    pub fn link(&self, to: &View) -> Option<ViewId> {
        self.links.iter().find(|(view, _)| view == to).map(|(_, id)| *id)
    }
}

impl Desk {
    /// The account, or all accounts, that an account option means.
    ///
    /// # Errors
    /// The account's refusals, [`Refused::NoneOfThatKind`], [`Refused::Trouble`].
    pub async fn whose(&self, tenant: Tenant, name: Named<'_>) -> Result<Whose, Refused> {
        let environment = match name {
            Some(ALL_PAPER) => Environment::Paper,
            Some(ALL_LIVE) => Environment::Live,
            _ => return Ok(Whose::One(named(&mut self.tx(tenant).await?, name).await?.id)),
        };
        self.accounts_of(tenant, environment).await?;
        Ok(Whose::All(environment))
    }

    /// The one account that an account option means.
    ///
    /// # Errors
    /// The account's refusals, [`Refused::OneAccountOnly`], [`Refused::Trouble`].
    pub async fn which_account(&self, tenant: Tenant, name: Named<'_>) -> Result<AccountId, Refused> {
        match self.whose(tenant, name).await? {
            Whose::One(account) => Ok(account),
            Whose::All(_) => Err(Refused::OneAccountOnly),
        }
    }

    /// All accounts of a kind, by name.
    pub(crate) async fn accounts_of(
        &self,
        tenant: Tenant,
        environment: Environment,
    ) -> Result<Vec<LinkedAccount>, Refused> {
        let mut list = self.tx(tenant).await?.accounts().await?;
        if list.is_empty() {
            return Err(Refused::NoAccount);
        }
        list.retain(|account| account.environment == environment);
        list.sort_by_cached_key(|account| account.name.as_str().to_lowercase());
        if list.is_empty() { Err(Refused::NoneOfThatKind(environment)) } else { Ok(list) }
    }

    /// What a button leads to.
    ///
    /// # Errors
    /// [`Refused::ViewGone`] when it is not this user's, too old, or of a newer program; [`Refused::Trouble`].
    pub async fn view_of(&self, tenant: Tenant, id: ViewId) -> Result<View, Refused> {
        match self.tx(tenant).await?.view(id).await {
            Ok(subject) => serde_json::from_value(subject).map_err(|_| Refused::ViewGone),
            Err(StoreError::NotFound) => Err(Refused::ViewGone),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads what a view shows, and keeps where its buttons lead.
    ///
    /// # Errors
    /// The account's refusals; [`Refused::KeysNoLongerAccepted`]; [`Refused::UnknownSymbol`]; [`Refused::NoPosition`];
    /// [`Refused::NoWatchlist`]; [`Refused::NoOptions`]; [`Refused::ViewGone`]; [`Refused::Trouble`].
    pub async fn show(&self, tenant: Tenant, view: View) -> Result<Shown, Refused> {
        let page = Box::pin(self.page(tenant, &view)).await?;
        let leads: Vec<View> = page.leads(&view);
        let links: Vec<(View, ViewId)> = leads.into_iter().map(|view| (view, fresh::view())).collect();
        let kept = if links.is_empty() { Ok(()) } else { self.keep_links(tenant, &links).await };
        match kept {
            Ok(()) => Ok(Shown { view, page, links }),
            Err(error) => {
                tracing::warn!(%error, "where the buttons lead could not be kept; the page goes without them");
                Ok(Shown { view, page, links: Vec::new() })
            }
        }
    }

    async fn keep_links(&self, tenant: Tenant, links: &[(View, ViewId)]) -> Result<(), StoreError> {
        let written = |(view, id): &(View, ViewId)| Some((*id, serde_json::to_value(view).ok()?));
        let rows: Vec<_> = links.iter().filter_map(written).collect();
        // A button that a power cut takes back says that it is gone, and the command is there to be typed again.
        let mut tx = self.tx_relaxed(tenant).await?;
        tx.insert_views(&rows).await?;
        tx.commit().await
    }

    async fn page(&self, tenant: Tenant, view: &View) -> Result<Page, Refused> {
        Ok(match view {
            View::Balance { whose } => Page::Balance(self.balances(tenant, *whose).await?),
            View::Positions { whose, from } => Page::Positions(self.holdings(tenant, *whose, *from).await?),
            View::Position { account, symbol } => {
                Page::Position(Box::new(self.holding(tenant, *account, symbol).await?))
            }
            View::Orders { account, which, symbol, trail } => {
                Page::Orders(self.order_page(tenant, *account, *which, symbol.clone(), trail).await?)
            }
            View::History { account, chapter, order, since, trail } => {
                let filter = domain::records::ActivityFilter {
                    chapter: *chapter,
                    order: *order,
                    since: *since,
                    after: trail.last().cloned(),
                    most: crate::past::HISTORY_PAGE,
                };
                Page::History(self.history(tenant, *account, &filter).await?)
            }
            View::Portfolio { whose, span } => Page::Portfolio(self.portfolio(tenant, *whose, *span).await?),
            View::Allocation { whose } => Page::Allocation(self.allocation(tenant, *whose).await?),
            View::Quote { symbol } => Page::Quote(Box::new(self.board(tenant, symbol).await?)),
            View::Chart { symbol, span, account } => {
                Page::Chart(Box::new(self.chart(tenant, symbol, *span, *account).await?))
            }
            View::News { symbol } => Page::News(self.news(tenant, symbol.as_ref()).await?),
            View::Movers => Page::Movers(self.movers(tenant).await?),
            View::Clock => Page::Clock(self.clock_card(tenant).await?),
            View::Calendar { from } => Page::Calendar(self.calendar(tenant, *from).await?),
            View::Asset { symbol } => Page::Asset(Box::new(self.asset(tenant, symbol).await?)),
            View::Chain { underlying, expires, from } => {
                Page::Chain(self.chain(tenant, underlying, *expires, *from).await?)
            }
            View::Option(draft) => Page::Option(Box::new(self.option_page(tenant, draft).await?)),
            View::Ticket(slip) => Page::Ticket(Box::new(self.slip_page(tenant, slip).await?)),
            View::Watchlists { account } => Page::Watchlists(self.watchlists(tenant, *account).await?),
            View::Watchlist { account, list } => Page::Watchlist(self.watchlist(tenant, *account, *list).await?),
            View::Book { search, trail } => {
                Page::Book(Box::new(self.book_page(tenant, search, trail.last().copied()).await?))
            }
            View::BookFile { search, form } => Page::BookFile(Box::new(self.book_file(tenant, search, *form).await?)),
            View::File { of } => self.whole(tenant, of).await?,
        })
    }

    /// The whole of a list, as far as anybody reads it.
    async fn whole(&self, tenant: Tenant, of: &View) -> Result<Page, Refused> {
        Ok(match of {
            View::Positions { whose, .. } => Page::Positions(self.holdings(tenant, *whose, 0).await?),
            View::Orders { account, which, symbol, .. } => {
                Page::Orders(self.all_orders(tenant, *account, *which, symbol.clone()).await?)
            }
            View::History { account, chapter, order, since, .. } => {
                let filter = domain::records::ActivityFilter {
                    chapter: *chapter,
                    order: *order,
                    since: *since,
                    after: None,
                    most: crate::past::FILE_PAGE,
                };
                Page::History(self.whole_history(tenant, *account, filter).await?)
            }
            View::Portfolio { whose, span } => Page::Portfolio(self.portfolio(tenant, *whose, *span).await?),
            _ => return Err(Refused::ViewGone),
        })
    }
}

#[cfg(test)]
mod tests;
