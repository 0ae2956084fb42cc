//! Why something was not done: the one place of error prose. Every text says what happened, what state things are in, and
//! what to do next. Matches name every variant, so a new reason does not compile until it has its words.

mod account;
pub(crate) mod broker;
mod framework;
mod guard;
mod input;
pub(crate) mod line;
mod look;
mod order;
mod rule;

pub(crate) use framework::{Mishap, mishap};

use super::{Button, Reply};
use crate::routes::Action;
use desk::{Refused, Trouble};
use domain::fresh;
use domain::ids::Reference;
use std::borrow::Cow;

/// What the user was about: decides which sentence tells the state of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Only looking.
    Reading,
    /// Changing an account in Paddock.
    Changing,
    /// Placing or confirming an order.
    Ordering,
    /// Canceling one order or all.
    Canceling,
    /// Having everything deleted.
    Leaving,
}

/// Whose fault it is: ours and Alpaca's get a reference that is also in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The user's, or nobody's.
    Nobody,
    /// Alpaca's.
    Alpaca,
    /// Paddock's, or what it runs on.
    Paddock,
    /// Discord's.
    Discord,
}

/// The words for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prose {
    kind: &'static str,
    fault: Fault,
    title: Cow<'static, str>,
    what: Cow<'static, str>,
    next: Cow<'static, str>,
    /// Replaces the sentence that follows from [`Doing`].
    state: Option<&'static str>,
    /// Whether what was asked may have been done after all.
    in_doubt: bool,
    /// Whether it may be Alpaca's own answer to an order: that one was sent, and proved to be none.
    answered: bool,
}

impl Prose {
    fn new(kind: &'static str, title: impl Into<Cow<'static, str>>, what: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            fault: Fault::Nobody,
            title: title.into(),
            what: what.into(),
            next: "".into(),
            state: None,
            in_doubt: false,
            answered: false,
        }
    }

    fn next(self, next: impl Into<Cow<'static, str>>) -> Self {
        Self { next: next.into(), ..self }
    }

    fn by(self, fault: Fault) -> Self {
        Self { fault, ..self }
    }

    fn in_doubt(self) -> Self {
        Self { in_doubt: true, ..self }
    }

    fn answered(self) -> Self {
        Self { answered: true, ..self }
    }

    fn state(self, state: &'static str) -> Self {
        Self { state: Some(state), ..self }
    }
}

/// The reply to a refusal. Logs it under the reference that the user sees, unless it is nobody's fault.
pub(crate) fn reply(refused: &Refused, doing: Doing) -> Reply {
    let reply = logged(&explain(refused), doing);
    match refused {
        Refused::KeysNoLongerAccepted(_, account) => {
            reply.button(Button::quiet(Action::NewKeys(*account), "Enter new keys"))
        }
        _ => reply,
    }
}

fn logged(prose: &Prose, doing: Doing) -> Reply {
    let reference = match prose.fault {
        Fault::Nobody => None,
        Fault::Alpaca | Fault::Paddock | Fault::Discord => Some(fresh::reference()),
    };
    if let Some(reference) = &reference {
        tracing::warn!(%reference, kind = prose.kind, "told a user that something was not done");
    }
    written(prose, doing, reference.as_ref())
}

fn written(prose: &Prose, doing: Doing, reference: Option<&Reference>) -> Reply {
    let mut reply = Reply::trouble(prose.title.as_ref()).say(prose.what.as_ref());
    let state = prose.state.unwrap_or_else(|| state_of_things(prose, doing));
    if !state.is_empty() {
        reply = reply.say(format!("**{state}**"));
    }
    if !prose.next.is_empty() {
        reply = reply.say(prose.next.as_ref());
    }
    match reference {
        Some(reference) => reply.footer(format!("Reference {reference}")),
        None => reply,
    }
}

/// What is sure, and what is not. A cancel that met trouble may have gone out before it did; an order did not, because its call
/// ends as a receipt and never as a refusal. But for one: keys that Alpaca does not take.
const fn state_of_things(prose: &Prose, doing: Doing) -> &'static str {
    match (doing, prose.fault) {
        (Doing::Reading, _) => "",
        (Doing::Changing, _) if prose.in_doubt => "The change may or may not have been saved.",
        (Doing::Changing, _) => "Nothing was changed.",
        (Doing::Leaving, _) if prose.in_doubt => "It may or may not have been deleted: `/mydata what` shows it.",
        (Doing::Leaving, _) => "Nothing was deleted.",
        (Doing::Ordering, _) if prose.answered => "No order was placed.",
        (Doing::Ordering, _) => "Nothing was sent.",
        (Doing::Canceling, Fault::Nobody | Fault::Discord) => "Nothing was canceled.",
        (Doing::Canceling, Fault::Alpaca | Fault::Paddock) => {
            "The cancel may or may not have gone out. Look at `/orders`; canceling once more does no harm."
        }
    }
}

/// A refusal in a few words, for a line of a list.
pub(crate) fn title_of(refused: &Refused) -> String {
    explain(refused).title.into_owned()
}

/// What keeps an order that is being put together from becoming one, as a paragraph.
pub(crate) fn in_the_way(refused: &Refused) -> String {
    let Prose { title, what, next, .. } = explain(refused);
    let end = if title.ends_with('?') { "" } else { "." };
    format!("**{title}{end}** {what} {next}").trim_end().to_owned()
}

/// The words for a refusal.
pub(crate) fn explain(refused: &Refused) -> Prose {
    match refused {
        Refused::NoAccount => account::none(),
        Refused::WhichAccount => account::which(),
        Refused::NoSuchAccount(typed) => account::unknown(typed),
        Refused::NameTaken(name) => account::taken(name),
        Refused::Name(refusal) => input::name(refusal),
        Refused::AlreadyLinked(name) => account::already_linked(name),
        Refused::TooManyAccounts(most) => account::too_many(*most),
        Refused::UnsettledOrders(count) => account::unsettled(*count),
        Refused::Keys(refusal) => input::keys(refusal),
        Refused::KeysNoLongerAccepted(name, _) => account::keys_refused(name),
        Refused::KeysRevoked(name) => account::keys_revoked(name),
        Refused::LiveClosed => account::live_closed(),
        Refused::NotFromHere => framework::not_from_here(),
        Refused::ServerForbidsLive => order::server_forbids_live(),
        Refused::OverServerLimit(most) => order::over_server_limit(*most),
        Refused::FormGone => account::form_gone(),
        Refused::Symbol(refusal) => input::symbol(refusal),
        Refused::UnknownSymbol(symbol) => order::unknown_symbol(symbol),
        Refused::Number(field, refusal) => input::number(*field, refusal),
        Refused::SizeMissing => order::size_missing(),
        Refused::SizeOdd => order::size_odd(),
        Refused::SizeTwice => order::size_twice(),
        Refused::Sizing(refusal) => order::sizing(*refusal),
        Refused::PricesMixed => order::prices_mixed(),
        Refused::ExitsMissing => order::exits_missing(),
        Refused::Line(misread) => line::misread(misread),
        Refused::Leg(text) => order::leg(text),
        Refused::Legs(refusal) => order::legs(refusal),
        Refused::DebitOrCredit => order::debit_or_credit(),
        Refused::NotHeld(symbol) => order::not_held(symbol),
        Refused::NotAContract(symbol) => order::not_a_contract(symbol),
        Refused::ShortContract(symbol) => order::short_contract(symbol),
        Refused::NoneFree(symbol) => order::none_free(symbol),
        Refused::Rule(broken) => rule::rule(broken),
        Refused::CannotJoin => order::cannot_join(),
        Refused::Guard(stopped) => guard::stopped(stopped),
        Refused::CoolOffOdd => guard::cool_off_odd(),
        Refused::NoQuote(symbol) => order::no_quote(symbol),
        Refused::Ticket(refusal) => input::ticket(*refusal),
        Refused::NotAcknowledged => order::not_acknowledged(),
        Refused::NoSuchOrder => order::unknown(),
        Refused::NoSuchDay => look::no_such_day(),
        Refused::NoPosition(symbol) => look::no_position(symbol),
        Refused::NoOptions(symbol) => look::no_options(symbol),
        Refused::NoWatchlist(name) => look::no_watchlist(name),
        Refused::WatchlistExists(name) => look::watchlist_exists(name),
        Refused::WatchlistName => look::watchlist_name(),
        Refused::WatchlistFull(most) => look::watchlist_full(*most),
        Refused::NoneOfThatKind(environment) => look::none_of_that_kind(*environment),
        Refused::OneAccountOnly => look::one_account_only(),
        Refused::ViewGone => look::view_gone(),
        Refused::AlreadyHandled => order::already_handled(),
        Refused::Busy(wait) => order::busy(*wait),
        Refused::Settling => order::settling(),
        Refused::Stopping => order::stopping(),
        Refused::Trouble(trouble) => explain_trouble(trouble),
    }
}

/// The words for what is wrong outside.
pub(crate) fn explain_trouble(trouble: &Trouble) -> Prose {
    match trouble {
        Trouble::Broker(failure) => broker::read(failure),
        Trouble::Database => Prose::new(
            "database",
            "Paddock's database does not answer",
            "Paddock does nothing that it cannot write down first.",
        )
        .next("Try again in a minute.")
        .by(Fault::Paddock),
        Trouble::DatabaseInDoubt => Prose::new(
            "database_in_doubt",
            "Paddock's database broke off",
            "The connection was lost while something was being written down, so it may or may not have been noted.",
        )
        .next("Look at `/orders` or `/account list` before you try again.")
        .by(Fault::Paddock)
        .in_doubt(),
        Trouble::Vault => Prose::new(
            "vault",
            "Paddock cannot open this account's keys",
            "They were stored under a master key that the service does not have now.",
        )
        .next("Use `/account rotate` to store them again, and tell whoever runs Paddock.")
        .by(Fault::Paddock),
        Trouble::KeyRevoked => Prose::new(
            "key_revoked",
            "Paddock takes no keys at the moment",
            "The master key that they would be stored under may be known to somebody and was withdrawn.",
        )
        .next("Whoever runs Paddock is replacing it. Try again in some minutes.")
        .by(Fault::Paddock),
    }
}

/// One line about trouble, for lists that go on without the part that failed.
pub(crate) fn in_a_line(trouble: &Trouble) -> String {
    let prose = explain_trouble(trouble);
    prose.title.into_owned()
}

#[cfg(test)]
mod tests;
