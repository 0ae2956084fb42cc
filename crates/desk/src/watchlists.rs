//! Lists of symbols that the user keeps at Alpaca, per account.

use crate::accounts::Named;
use crate::desk::Desk;
use crate::refused::Refused;
use crate::views::{WatchlistPage, Watchlists};
use domain::ids::{AccountId, WatchlistId};
use domain::outcome::ReadFailure;
use domain::records::Watchlist;
use domain::symbol::Symbol;
use domain::tenant::Tenant;
use futures::StreamExt;

/// Lists that have a button.
pub(crate) const MOST: usize = 20;
/// Symbols whose prices are shown: as many calls of the budget.
const PRICED: usize = 15;
/// Symbols on one list.
const LONGEST: usize = 100;
/// Characters of a name, by Alpaca's rule.
const NAME: usize = 64;

/// What is to become of a watchlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// There is to be one, with these symbols.
    Create(Vec<Symbol>),
    /// This symbol goes on it.
    Add(Symbol),
    /// This symbol goes from it.
    Remove(Symbol),
    /// It goes.
    Delete,
}

/// What became of a watchlist.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The account that it belongs to.
    pub account: domain::account::LinkedAccount,
    /// The list as it is now; as it was, when it was deleted.
    pub list: Watchlist,
    /// What was done.
    pub edit: Edit,
}

impl Desk {
    pub(crate) async fn watchlists(&self, tenant: Tenant, account: AccountId) -> Result<Watchlists, Refused> {
        let opened = self.open_one(tenant, account).await?;
        let mut list = self.read_one(tenant, &opened, self.inner().records.watchlists(&opened.access)).await?;
        list.sort_by_cached_key(|list| list.name.to_lowercase());
        Ok(Watchlists { account: opened.account, list })
    }

    pub(crate) async fn watchlist(
        &self,
        tenant: Tenant,
        account: AccountId,
        id: WatchlistId,
    ) -> Result<WatchlistPage, Refused> {
        let opened = self.open_one(tenant, account).await?;
        let list = match self.read_one(tenant, &opened, self.inner().records.watchlist(&opened.access, id)).await {
            Err(Refused::Trouble(crate::Trouble::Broker(ReadFailure::NotFound))) => {
                return Err(Refused::NoWatchlist(String::new()));
            }
            other => other?,
        };
        let priced = futures::stream::iter(list.symbols.iter().take(PRICED).cloned()).map(|symbol| {
            let access = &opened.access;
            async move {
                let board = self.board_on(access, &symbol).await.ok().map(|(board, _)| board);
                (symbol, board)
            }
        });
        let mut boards: Vec<_> = priced.buffered(4).collect().await;
        boards.extend(list.symbols.iter().skip(PRICED).map(|symbol| (symbol.clone(), None)));
        Ok(WatchlistPage { account: opened.account, list, boards, at: self.inner().clock.now() })
    }

    /// The list of that name, when there is one.
    ///
    /// # Errors
    /// The account's refusals, [`Refused::NoWatchlist`], [`Refused::Trouble`].
    pub async fn watchlist_named(&self, tenant: Tenant, account: AccountId, name: &str) -> Result<Watchlist, Refused> {
        let all = self.watchlists(tenant, account).await?;
        let wanted = name.trim().to_lowercase();
        let found = all.list.into_iter().find(|list| list.name.to_lowercase() == wanted);
        found.ok_or_else(|| Refused::NoWatchlist(name.to_owned()))
    }

    /// Changes a watchlist.
    ///
    /// # Errors
    /// The account's refusals; [`Refused::NoWatchlist`]; [`Refused::WatchlistExists`]; [`Refused::WatchlistName`];
    /// [`Refused::WatchlistFull`]; [`Refused::UnknownSymbol`]; [`Refused::Trouble`].
    pub async fn edit_watchlist(
        &self,
        tenant: Tenant,
        account: Named<'_>,
        name: &str,
        edit: Edit,
    ) -> Result<Edited, Refused> {
        let account = self.which_account(tenant, account).await?;
        let opened = self.open_one(tenant, account).await?;
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME || name.chars().any(char::is_control) {
            return Err(Refused::WatchlistName);
        }
        if let Edit::Add(symbol) = &edit {
            // Alpaca's refusal of a list would not say which symbol it is about.
            self.known_asset(tenant, &opened, symbol).await?;
        }
        let known = self.watchlist_named(tenant, account, name).await;
        let records = &self.inner().records;
        let list = match (&edit, known) {
            (Edit::Create(_), Ok(_)) => return Err(Refused::WatchlistExists(name.to_owned())),
            (Edit::Create(symbols), Err(Refused::NoWatchlist(_))) => {
                for symbol in symbols {
                    self.known_asset(tenant, &opened, symbol).await?;
                }
                self.read_one(tenant, &opened, records.create_watchlist(&opened.access, name, symbols)).await?
            }
            (_, Err(refused)) => return Err(refused),
            (Edit::Delete, Ok(list)) => {
                self.read_one(tenant, &opened, records.delete_watchlist(&opened.access, list.id)).await?;
                list
            }
            (Edit::Add(symbol), Ok(list)) => {
                let mut list = self.read_one(tenant, &opened, records.watchlist(&opened.access, list.id)).await?;
                if list.symbols.len() >= LONGEST {
                    return Err(Refused::WatchlistFull(LONGEST));
                }
                if !list.symbols.contains(symbol) {
                    list.symbols.push(symbol.clone());
                }
                self.read_one(tenant, &opened, records.rewrite_watchlist(&opened.access, &list)).await?
            }
            (Edit::Remove(symbol), Ok(list)) => {
                let mut list = self.read_one(tenant, &opened, records.watchlist(&opened.access, list.id)).await?;
                list.symbols.retain(|on| on != symbol);
                self.read_one(tenant, &opened, records.rewrite_watchlist(&opened.access, &list)).await?
            }
        };
        Ok(Edited { account: opened.account, list, edit })
    }
}
