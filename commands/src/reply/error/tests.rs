#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use crate::reply::escape::tests::{HOSTILE, is_tame};
use crate::reply::fixtures::{decimal, now, refusal};
use crate::routes::RouteRefusal;
use crate::turnstile::Full;
use desk::{Field, KeysRefusal, TicketRefusal};
use domain::account::{AccountName, Environment, NameRefusal};
use domain::money::{NumberRefusal, Usd};
use domain::outcome::{Doubt, ReadFailure, RefusalReason};
use domain::policy::RuleBreak;
use domain::symbol::{Symbol, SymbolRefusal};
use std::collections::HashSet;
use std::time::Duration;

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
        Refused::Keys(_) => Refused::KeysNoLongerAccepted(AccountName::stored("swing")),
        Refused::KeysNoLongerAccepted(_) => Refused::KeysRevoked(AccountName::stored("swing")),
        Refused::KeysRevoked(_) => Refused::LiveClosed,
        Refused::LiveClosed => Refused::NotFromHere,
        Refused::NotFromHere => Refused::ServerForbidsLive,
        Refused::ServerForbidsLive => Refused::OverServerLimit(Usd(decimal("500"))),
        Refused::OverServerLimit(_) => Refused::FormGone,
        Refused::FormGone => Refused::Symbol(SymbolRefusal::Empty),
        Refused::Symbol(_) => Refused::UnknownSymbol(symbol()),
        Refused::UnknownSymbol(_) => Refused::Number(Field::Quantity, NumberRefusal::Zero),
        Refused::Number(..) => Refused::SizeMissing,
        Refused::SizeMissing => Refused::SizeTwice,
        Refused::SizeTwice => Refused::Rule(RuleBreak::FractionNeedsDay),
        Refused::Rule(_) => Refused::NoQuote(symbol()),
        Refused::NoQuote(_) => Refused::Ticket(TicketRefusal::Expired),
        Refused::Ticket(_) => Refused::NotAcknowledged,
        Refused::NotAcknowledged => Refused::NoSuchOrder,
        Refused::NoSuchOrder => Refused::AlreadyHandled,
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
#[expect(clippy::too_many_lines, reason = "one line of code, and all the texts")]
fn every_kind_of_refusal_has_its_words() {
    insta::assert_snapshot!(read_all(one_of_each(), Doing::Ordering), @r#"
    # No account yet
    Paddock trades your own Alpaca account, so it needs one.
    **Nothing was sent.**
    Make paper keys at `app.alpaca.markets` (free, and no real money), then use `/account add`. `/help` has the steps.
    # Which account?
    You have several accounts and no default.
    **Nothing was sent.**
    Name one with the `account` option, or set a default with `/account use`.
    # No such account
    You have no account called **swnig**.
    **Nothing was sent.**
    `/account list` shows yours.
    # Name taken
    You already have an account called **swing\_2**.
    **Nothing was sent.**
    Choose another name.
    # Not a name for an account
    The name is empty.
    **Nothing was sent.**
    Give it one to 32 letters or digits.
    # Already linked
    You linked this Alpaca account before, as **swing**.
    **Nothing was sent.**
    To give it new keys, use `/account rotate`.
    # Too many accounts
    One person can link 10 accounts.
    **Nothing was sent.**
    Remove one with `/account remove` first.
    # Not yet
    It is not known yet what became of 2 orders of this account, and without its keys Paddock could not find out.
    **Nothing was sent.**
    Wait until that is settled; `/orders` shows it.
    # The two are swapped
    The key ID (short, capitals) goes into the first field, the secret key (long) into the second.
    **Nothing was stored.**
    Copy both again from Alpaca's page and open a new form with `/account add` or `/account rotate`.
    # Alpaca no longer takes the keys
    The keys of **swing** were deleted or replaced at Alpaca. Resetting a paper account does that, too.
    **No order was placed.**
    Make new keys at Alpaca, then use `/account rotate`.
    # These keys are revoked
    Somebody may know the keys of **swing**, so Paddock orders nothing with them. You can still look and cancel.
    **Nothing was sent.**
    **Regenerate the keys at Alpaca now**, which makes the old ones worthless, then use `/account rotate`.
    # Paper only at the moment
    Whoever runs Paddock has switched trading with real money off. You can still look and cancel.
    **Nothing was sent.**
    Use a paper account, or trade at Alpaca itself.
    # Use it in the server first
    Whoever runs Paddock lets it be used in certain servers only, and you have not used it in one of them yet.
    **Nothing was sent.**
    Give a command there once; from then on direct messages work, too. What you have here stays yours: `/orders`, `/cancel`, `/account list`, `/account remove` and `/mydata` go on working.
    # Paper only in this server
    The admins of a server in which you use Paddock forbid orders with real money. That holds in direct messages, too. You can still look and cancel.
    **Nothing was sent.**
    Use a paper account, trade at Alpaca itself, or talk to them: `/server rules` shows what they set.
    # More than this server allows
    The admins of a server in which you use Paddock allow buys with real money up to $500.00 each.
    **Nothing was sent.**
    Buy less, or talk to them: `/server rules` shows what they set.
    # This form can no longer be used
    It was opened more than 15 minutes ago, was sent before, or Paddock could not note down that it was opened.
    **Nothing was stored.**
    Open a new one with `/account add` or `/account rotate`.
    # Not a symbol
    The symbol is empty.
    **Nothing was sent.**
    Start typing a ticker or a company name and pick from the list.
    # No such symbol
    Alpaca knows no US stock or fund called **AAPL**.
    **Nothing was sent.**
    Start typing a ticker or a company name and pick from the list.
    # Not a number that an order can have
    `quantity` is zero.
    **Nothing was sent.**
    Give a number above zero.
    # How much?
    An order needs a size.
    **Nothing was sent.**
    Give `quantity` in shares, or `dollars`.
    # Shares or dollars?
    You gave both `quantity` and `dollars`.
    **Nothing was sent.**
    Give one of them.
    # Fractions are day orders
    Alpaca takes fractions and dollar amounts for the day only.
    **Nothing was sent.**
    Leave `tif` out, or round to whole shares.
    # No quote
    Alpaca has no quote for **AAPL** now, so there is no price to show you.
    **Nothing was sent.**
    Try again in a moment, or name your own price with `limit`.
    # This card has expired
    Prices move, so a card is good for a short time only.
    **Nothing was sent.**
    Give the command again for a new card.
    # Discord did not take the confirmation
    Paddock sends a confirmed order only when it is sure that you will see what becomes of it.
    **Nothing was sent.**
    Place the order again.
    -- Reference 7KQ4RT
    # No such order
    This account has no such order.
    **Nothing was sent.**
    Pick one from the list that `/cancel` offers, or look at `/orders`.
    # Done before
    This was taken care of before.
    **Nothing was done twice.**
    Look at `/orders`.
    # This account is busy
    Alpaca takes 200 requests a minute from one account, and this one has used them up.
    **Nothing was sent.**
    Try again in 5 s.
    # Paddock has just started
    It first asks Alpaca what became of the orders that were under way.
    **Nothing was sent.**
    Try again in a few seconds.
    # Paddock is restarting
    It takes nothing new at this moment.
    **Nothing was sent.**
    Try again in a minute.
    # Paddock's database does not answer
    Paddock does nothing that it cannot write down first.
    **Nothing was sent.**
    Try again in a minute.
    -- Reference 7KQ4RT
    "#);
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
            Refused::KeysNoLongerAccepted(AccountName::stored(text)),
            Refused::UnknownSymbol(Symbol::from_broker(text)),
            Refused::NoQuote(Symbol::from_broker(text)),
            Refused::Rule(RuleBreak::NotTradable(text.into())),
            Refused::Rule(RuleBreak::NotFractionable(text.into())),
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
