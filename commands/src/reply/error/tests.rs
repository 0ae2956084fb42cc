#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use crate::reply::escape::tests::{HOSTILE, is_tame};
use crate::reply::fixtures::{decimal, now, refusal};
use crate::routes::RouteRefusal;
use crate::turnstile::Full;
use desk::{Field, KeysRefusal, TicketRefusal};
use domain::account::{AccountName, Environment, NameRefusal};
use domain::guard::{Break, Stopped};
use domain::ids::AccountId;
use domain::line::Line;
use domain::money::{NumberRefusal, Usd};
use domain::order::LegsRefusal;
use domain::outcome::{Doubt, ReadFailure, RefusalReason};
use domain::policy::RuleBreak;
use domain::sizing::SizingRefusal;
use domain::symbol::{Symbol, SymbolRefusal};
use std::collections::HashSet;
use std::time::Duration;
use uuid::Uuid;

mod alpaca;
mod typed;

use self::alpaca::{reasons, troubles};

/// The reply as it is written, with a reference that is always the same.
fn read(prose: &Prose, doing: Doing) -> String {
    let reference = (prose.fault != Fault::Nobody).then(|| Reference("7KQ4RT".into()));
    let text = written(prose, doing, reference.as_ref()).transcript();
    text.strip_prefix("[amber] -\n").expect("trouble is amber and about no account").replace("\n\n", "\n")
}

fn read_all(refusals: impl IntoIterator<Item = Refused>, doing: Doing) -> String {
    refusals.into_iter().map(|refused| read(&explain(&refused), doing)).collect()
}

fn an_account() -> AccountId {
    AccountId(Uuid::from_u128(1))
}

fn symbol() -> Symbol {
    Symbol::parse("AAPL").unwrap()
}

/// One of each kind, as a chain: a new kind does not compile until it has a place in it.
fn following(refused: &Refused) -> Option<Refused> {
    Some(match refused {
        Refused::NoAccount => Refused::WhichAccount,
        Refused::WhichAccount => Refused::NoSuchAccount("swnig".into()),
        Refused::NoSuchAccount(_) => Refused::NameTaken(AccountName::stored("swing_2")),
        Refused::NameTaken(_) => Refused::Name(NameRefusal::Empty),
        Refused::Name(_) => Refused::AlreadyLinked(AccountName::stored("swing")),
        Refused::AlreadyLinked(_) => Refused::TooManyAccounts(10),
        Refused::TooManyAccounts(_) => Refused::UnsettledOrders(2),
        Refused::UnsettledOrders(_) => Refused::Keys(KeysRefusal::Swapped),
        Refused::Keys(_) => Refused::KeysNoLongerAccepted(AccountName::stored("swing"), an_account()),
        Refused::KeysNoLongerAccepted(..) => Refused::KeysRevoked(AccountName::stored("swing")),
        Refused::KeysRevoked(_) => Refused::LiveClosed,
        Refused::LiveClosed => Refused::NotFromHere,
        Refused::NotFromHere => Refused::ServerForbidsLive,
        Refused::ServerForbidsLive => Refused::OverServerLimit(Usd(decimal("500"))),
        Refused::OverServerLimit(_) => Refused::FormGone,
        Refused::FormGone => Refused::Symbol(SymbolRefusal::Empty),
        Refused::Symbol(_) => Refused::UnknownSymbol(symbol()),
        Refused::UnknownSymbol(_) => Refused::Number(Field::Quantity, NumberRefusal::Zero),
        Refused::Number(..) => Refused::SizeMissing,
        Refused::SizeMissing => Refused::SizeOdd,
        Refused::SizeOdd => Refused::SizeTwice,
        Refused::SizeTwice => Refused::Sizing(SizingRefusal::RiskNeedsStop),
        Refused::Sizing(_) => Refused::PricesMixed,
        Refused::PricesMixed => Refused::ExitsMissing,
        Refused::ExitsMissing => Refused::Line(Box::new(Line::read("buy 5 aapl lmt 184,5 gtc").unwrap_err())),
        Refused::Line(_) => Refused::Leg("buy all".into()),
        Refused::Leg(_) => Refused::Legs(LegsRefusal::Ratios),
        Refused::Legs(_) => Refused::DebitOrCredit,
        Refused::DebitOrCredit => Refused::NotHeld(symbol()),
        Refused::NotHeld(_) => Refused::NotAContract(symbol()),
        Refused::NotAContract(_) => Refused::ShortContract(symbol()),
        Refused::ShortContract(_) => Refused::NoneFree(symbol()),
        Refused::NoneFree(_) => Refused::Rule(RuleBreak::FractionNeedsDay),
        Refused::Rule(_) => Refused::CannotJoin,
        Refused::CannotJoin => Refused::Guard(Box::new(Stopped { because: Break::Paused, loosens: None })),
        Refused::Guard(_) => Refused::CoolOffOdd,
        Refused::CoolOffOdd => Refused::NoQuote(symbol()),
        Refused::NoQuote(_) => Refused::Ticket(TicketRefusal::Expired),
        Refused::Ticket(_) => Refused::NotAcknowledged,
        Refused::NotAcknowledged => Refused::NoSuchOrder,
        Refused::NoSuchOrder => Refused::NoSuchDay,
        Refused::NoSuchDay => Refused::NoPosition(symbol()),
        Refused::NoPosition(_) => Refused::NoOptions(symbol()),
        Refused::NoOptions(_) => Refused::NoWatchlist("Tech".into()),
        Refused::NoWatchlist(_) => Refused::WatchlistExists("Tech".into()),
        Refused::WatchlistExists(_) => Refused::WatchlistName,
        Refused::WatchlistName => Refused::WatchlistFull(100),
        Refused::WatchlistFull(_) => Refused::NoneOfThatKind(Environment::Live),
        Refused::NoneOfThatKind(_) => Refused::OneAccountOnly,
        Refused::OneAccountOnly => Refused::ViewGone,
        Refused::ViewGone => Refused::AlreadyHandled,
        Refused::AlreadyHandled => Refused::Busy(Duration::from_millis(4_200)),
        Refused::Busy(_) => Refused::Settling,
        Refused::Settling => Refused::Stopping,
        Refused::Stopping => Refused::Trouble(Trouble::Database),
        Refused::Trouble(_) => return None,
    })
}

fn one_of_each() -> Vec<Refused> {
    std::iter::successors(Some(Refused::NoAccount), following).collect()
}

#[test]
fn every_kind_of_refusal_has_its_words() {
    insta::assert_snapshot!(read_all(one_of_each(), Doing::Ordering));
}

#[test]
fn the_state_of_things_is_said_for_what_the_user_was_about() {
    let doings = [Doing::Reading, Doing::Changing, Doing::Ordering, Doing::Canceling];
    for refused in one_of_each().into_iter().chain(troubles()) {
        for doing in doings {
            let text = read(&explain(&refused), doing);
            let is_said = text.lines().any(|line| line.starts_with("**") && line.ends_with("**"));
            assert!(doing == Doing::Reading || is_said, "{refused:?} {doing:?}: {text}");
        }
    }
    // A cancel that met trouble at Alpaca may have gone out; it is never called unsent.
    let unsure = read(&explain(&Refused::Trouble(Trouble::Broker(ReadFailure::Unavailable))), Doing::Canceling);
    assert!(unsure.contains("may or may not have gone out"), "{unsure}");
}

#[test]
fn a_reference_is_shown_exactly_when_the_log_has_one() {
    for refused in one_of_each().into_iter().chain(troubles()) {
        let shown = reply(&refused, Doing::Ordering).transcript().contains("Reference ");
        assert_eq!(shown, explain(&refused).fault != Fault::Nobody, "{refused:?}");
    }
}

#[test]
fn hostile_text_is_tame_in_every_refusal() {
    let mut cases = 0;
    for text in HOSTILE {
        let refusals = [
            Refused::NoSuchAccount(text.into()),
            Refused::NameTaken(AccountName::stored(text)),
            Refused::AlreadyLinked(AccountName::stored(text)),
            Refused::KeysNoLongerAccepted(AccountName::stored(text), an_account()),
            Refused::UnknownSymbol(Symbol::from_broker(text)),
            Refused::NoQuote(Symbol::from_broker(text)),
            Refused::NoPosition(Symbol::from_broker(text)),
            Refused::NoOptions(Symbol::from_broker(text)),
            Refused::NoWatchlist(text.into()),
            Refused::WatchlistExists(text.into()),
            Refused::Rule(RuleBreak::NotTradable(text.into())),
            Refused::Rule(RuleBreak::NotFractionable(text.into())),
            Refused::Leg(text.into()),
            Refused::Keys(KeysRefusal::NotActive(text.into())),
        ];
        for refused in refusals {
            let shown = explain(&refused).what.into_owned();
            let outside: String = match &refused {
                Refused::Keys(_) => shown.split('`').step_by(2).collect(),
                _ => shown.replace("**", "").replace("`dollars`", "").replace("`/account list`", ""),
            };
            assert!(is_tame(&outside), "{refused:?}: {shown}");
            assert!(!shown.contains('\u{202e}') && !shown.contains('\n'), "{refused:?}: {shown}");
            cases += 1;
        }
        for reason in reasons() {
            let shown = broker::refusal(&refusal(reason, text));
            assert!(!shown.contains("@everyone") || shown.contains("\\@everyone"), "{shown}");
            assert!(!shown.contains("](http") && !shown.contains("```") && !shown.contains('\n'), "{shown}");
            cases += 1;
        }
    }
    println!("PROMISE P16 cases={cases} violations=0 what=refusals_with_hostile_text");
}

#[test]
fn a_pasted_secret_is_never_shown_again() {
    let secret = "aB3".repeat(13) + "x";
    let text = reply(&Refused::NoSuchAccount(secret.clone()), Doing::Reading).transcript();
    assert!(!text.contains(&secret), "{text}");
    assert!(text.contains("Delete that key at Alpaca"), "{text}");
}
