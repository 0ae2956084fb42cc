//! Why the desk did not do what was asked. Each variant is a decision that a user can act on; none carries foreign text
//! except where it says so. The prose is written in one place, in `commands`.

use domain::account::{AccountName, Environment, NameRefusal};
use domain::guard::Stopped;
use domain::ids::AccountId;
use domain::line::Misread;
use domain::money::{NumberRefusal, Usd};
use domain::order::{LegsRefusal, Mismatch};
use domain::outcome::ReadFailure;
use domain::policy::RuleBreak;
use domain::sizing::SizingRefusal;
use domain::symbol::{Symbol, SymbolRefusal};
use std::time::Duration;
use store::{Constraint, StoreError, TicketRefusal};

/// What the user typed into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The symbol option.
    Symbol,
    /// The quantity option.
    Quantity,
    /// The dollars option.
    Dollars,
    /// The limit price option.
    Limit,
    /// The stop price option.
    Stop,
    /// The trail option.
    Trail,
    /// The take-profit option.
    TakeProfit,
    /// The stop-loss option.
    StopLoss,
    /// The limit of the stop-loss.
    StopLossLimit,
    /// The percent option.
    Percent,
    /// The risk option.
    Risk,
    /// The amount above which words are typed.
    TypedAbove,
    /// The part of an account from which on a position is worth a word.
    Concentration,
    /// The guard of an order's worth.
    GuardOrder,
    /// The guard of a position's worth.
    GuardPosition,
    /// The guard of a day's loss.
    GuardDayLoss,
    /// The guard of a price.
    GuardFatFinger,
    /// An account's name.
    Name,
    /// The key id in the form.
    KeyId,
    /// The secret in the form.
    Secret,
}

/// Why pasted keys were not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeysRefusal {
    /// A field is empty.
    Empty(Field),
    /// A field holds quotes, spaces, line breaks, or `Bearer `/header names that were pasted along.
    PastedExtras(Field),
    /// The key id stands in the secret's field and the other way round.
    Swapped,
    /// The same text stands in both fields.
    SameTwice,
    /// These keys open an account of the other environment.
    OtherEnvironment {
        /// What they are good for.
        actual: Environment,
    },
    /// Alpaca does not accept them.
    NotAccepted,
    /// They are the very keys that were revoked, or look so.
    Revoked,
    /// They open another Alpaca account than the one that is being rotated.
    DifferentAccount,
    /// The Alpaca account exists but is not active; Alpaca's word for its status.
    NotActive(String),
}

/// What is wrong outside of us and of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Alpaca could not be asked.
    Broker(ReadFailure),
    /// The database could not be asked, so nothing was done.
    Database,
    /// The commit was sent and its answer lost: what was asked may or may not have been noted. No order was sent.
    DatabaseInDoubt,
    /// The stored credential does not open with the keys that the service has.
    Vault,
    /// The master key that the service seals under was revoked, so it takes no keys until it is restarted with another.
    KeyRevoked,
}

/// Why the desk did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The user has no account yet.
    NoAccount,
    /// The user has several accounts, named none, and has no default.
    WhichAccount,
    /// The user has no account of that name.
    NoSuchAccount(String),
    /// The user already has an account of that name.
    NameTaken(AccountName),
    /// A text is no account name.
    Name(NameRefusal),
    /// The user already linked this Alpaca account, under that name.
    AlreadyLinked(AccountName),
    /// The user has as many accounts as one may have.
    TooManyAccounts(usize),
    /// The account has orders whose fate is not known yet, so it cannot be removed.
    UnsettledOrders(usize),
    /// Pasted keys were not stored.
    Keys(KeysRefusal),
    /// Alpaca stopped accepting the account's stored keys.
    KeysNoLongerAccepted(AccountName, AccountId),
    /// The account's keys were revoked by whoever runs the service: only new ones trade.
    KeysRevoked(AccountName),
    /// Whoever runs the service has switched trading with real money off.
    LiveClosed,
    /// Only some servers are served, and the user, who writes directly, never came from one of them.
    NotFromHere,
    /// The admins of a server that the user came from forbid orders with real money.
    ServerForbidsLive,
    /// They allow buys with real money up to this.
    OverServerLimit(Usd),
    /// The form was opened too long ago, was already sent, or is not this user's.
    FormGone,
    /// A text is no symbol.
    Symbol(SymbolRefusal),
    /// A text is no day.
    NoSuchDay,
    /// Alpaca knows no such symbol.
    UnknownSymbol(Symbol),
    /// A text is no number.
    Number(Field, NumberRefusal),
    /// No size of any kind.
    SizeMissing,
    /// A text is no size.
    SizeOdd,
    /// Sizes of two kinds.
    SizeTwice,
    /// A size that is a wish, and cannot be reckoned.
    Sizing(SizingRefusal),
    /// Two prices that do not go together: a stop and a trail, for instance.
    PricesMixed,
    /// Two exits were asked for without naming both.
    ExitsMissing,
    /// A line is no order. It holds the user's own words.
    Line(Box<Misread>),
    /// A text is no leg of a spread.
    Leg(String),
    /// The legs are no spread.
    Legs(LegsRefusal),
    /// A spread's limit does not say whether it is paid or received.
    DebitOrCredit,
    /// The account does not hold that symbol.
    NotHeld(Symbol),
    /// Only option contracts are exercised.
    NotAContract(Symbol),
    /// The account is short of the contract: its holders decide.
    ShortContract(Symbol),
    /// Open orders hold all contracts of it.
    NoneFree(Symbol),
    /// The order breaks a rule that Alpaca would refuse it for.
    Rule(RuleBreak),
    /// An order and the one in its way do not make one order. Nothing was canceled.
    CannotJoin,
    /// A guard of the account's owner stopped the entry.
    Guard(Box<Stopped>),
    /// A text is no cool-off.
    CoolOffOdd,
    /// Alpaca has no quote for the symbol now, so no card can be shown.
    NoQuote(Symbol),
    /// The ticket cannot be used.
    Ticket(TicketRefusal),
    /// Discord did not accept the acknowledgement of a live confirmation, so nothing was sent.
    NotAcknowledged,
    /// The user has no such order in that account.
    NoSuchOrder,
    /// The account holds none of it.
    NoPosition(Symbol),
    /// There are no options on it.
    NoOptions(Symbol),
    /// The account has no watchlist of that name; of a button, no name.
    NoWatchlist(String),
    /// The account has a watchlist of that name.
    WatchlistExists(String),
    /// A text is no name of a watchlist.
    WatchlistName,
    /// A watchlist has as many symbols as one may have.
    WatchlistFull(usize),
    /// The user has no account of that kind.
    NoneOfThatKind(Environment),
    /// What was asked for is one account's, and all were named.
    OneAccountOnly,
    /// What a button led to is too old, another user's, or of an account that is gone.
    ViewGone,
    /// The interaction was handled before; nothing is to be shown.
    AlreadyHandled,
    /// The account's request budget is used up for longer than it makes sense to wait.
    Busy(Duration),
    /// The service has just started and is still settling what was open. Nothing was done.
    Settling,
    /// The service is stopping. Nothing was done.
    Stopping,
    /// Something outside is wrong.
    Trouble(Trouble),
}

impl Refused {
    /// Which guard it was, for the audit book. A word of ours: what a user typed has no place there.
    pub(crate) fn guard(&self) -> &'static str {
        match self {
            Self::NoAccount => "no_account",
            Self::WhichAccount => "which_account",
            Self::NoSuchAccount(_) => "no_such_account",
            Self::NameTaken(_) => "name_taken",
            Self::Name(_) => "name",
            Self::AlreadyLinked(_) => "already_linked",
            Self::TooManyAccounts(_) => "too_many_accounts",
            Self::UnsettledOrders(_) => "unsettled_orders",
            Self::Keys(keys) => keys.guard(),
            Self::KeysNoLongerAccepted(..) => "keys_no_longer_accepted",
            Self::KeysRevoked(_) => "keys_revoked",
            Self::LiveClosed => "live_closed",
            Self::NotFromHere => "not_from_here",
            Self::ServerForbidsLive => "server_forbids_live",
            Self::OverServerLimit(_) => "over_server_limit",
            Self::FormGone => "form_gone",
            Self::Symbol(_) => "symbol",
            Self::NoSuchDay => "no_such_day",
            Self::UnknownSymbol(_) => "unknown_symbol",
            Self::Number(_, _) => "number",
            Self::SizeMissing => "size_missing",
            Self::SizeOdd => "size_odd",
            Self::SizeTwice => "size_twice",
            Self::Sizing(_) => "sizing",
            Self::PricesMixed => "prices_mixed",
            Self::ExitsMissing => "exits_missing",
            Self::Line(_) => "line",
            Self::Leg(_) => "leg",
            Self::Legs(_) => "legs",
            Self::DebitOrCredit => "debit_or_credit",
            Self::NotHeld(_) => "not_held",
            Self::NotAContract(_) => "not_a_contract",
            Self::ShortContract(_) => "short_contract",
            Self::NoneFree(_) => "none_free",
            Self::Rule(_) => "rule",
            Self::CannotJoin => "cannot_join",
            Self::Guard(stopped) => stopped.because.kind().as_str(),
            Self::CoolOffOdd => "cool_off_odd",
            Self::NoQuote(_) => "no_quote",
            Self::Ticket(_) => "ticket",
            Self::NotAcknowledged => "not_acknowledged",
            Self::NoSuchOrder => "no_such_order",
            Self::NoPosition(_) => "no_position",
            Self::NoOptions(_) => "no_options",
            Self::NoWatchlist(_) => "no_watchlist",
            Self::WatchlistExists(_) => "watchlist_exists",
            Self::WatchlistName => "watchlist_name",
            Self::WatchlistFull(_) => "watchlist_full",
            Self::NoneOfThatKind(_) => "none_of_that_kind",
            Self::OneAccountOnly => "one_account_only",
            Self::ViewGone => "view_gone",
            Self::AlreadyHandled => "already_handled",
            Self::Busy(_) => "budget",
            Self::Settling => "settling",
            Self::Stopping => "stopping",
            Self::Trouble(Trouble::Broker(_)) => "broker_away",
            Self::Trouble(Trouble::Database) => "database_away",
            Self::Trouble(Trouble::DatabaseInDoubt) => "database_in_doubt",
            Self::Trouble(Trouble::Vault) => "vault",
            Self::Trouble(Trouble::KeyRevoked) => "key_revoked",
        }
    }
}

impl KeysRefusal {
    const fn guard(&self) -> &'static str {
        match self {
            Self::Empty(_) => "keys_empty",
            Self::PastedExtras(_) => "keys_pasted_extras",
            Self::Swapped => "keys_swapped",
            Self::SameTwice => "keys_same_twice",
            Self::OtherEnvironment { .. } => "keys_other_environment",
            Self::NotAccepted => "keys_not_accepted",
            Self::Revoked => "keys_revoked_again",
            Self::DifferentAccount => "keys_different_account",
            Self::NotActive(_) => "keys_not_active",
        }
    }
}

impl From<Mismatch> for Refused {
    fn from(mismatch: Mismatch) -> Self {
        match mismatch {
            Mismatch::Prices => Self::PricesMixed,
            Mismatch::Exits => Self::ExitsMissing,
        }
    }
}

impl From<StoreError> for Refused {
    /// What callers do not decide for themselves: the database is away, or there is a defect (then the log says which).
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Ambiguous => Self::Trouble(Trouble::DatabaseInDoubt),
            StoreError::Unavailable | StoreError::Timeout => Self::Trouble(Trouble::Database),
            StoreError::Conflict(Constraint::KeyRevoked) => {
                tracing::error!(
                    "the master key that this process seals under was revoked; restart it with a new one in front"
                );
                Self::Trouble(Trouble::KeyRevoked)
            }
            StoreError::Conflict(_) | StoreError::NotFound | StoreError::Denied | StoreError::Broken(_) => {
                tracing::error!(%error, "the database refused what the desk expected it to take");
                Self::Trouble(Trouble::Database)
            }
        }
    }
}
