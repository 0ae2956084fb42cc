#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;

pub(super) fn troubles() -> Vec<Refused> {
    let failures = [
        ReadFailure::Credentials,
        ReadFailure::Forbidden { status: 403 },
        ReadFailure::NotFound,
        ReadFailure::Invalid { status: 422 },
        ReadFailure::RateLimited { until: None },
        ReadFailure::RateLimited { until: Some(now()) },
        ReadFailure::Unavailable,
        ReadFailure::Unreadable { status: 200 },
    ];
    let others = [Trouble::Database, Trouble::DatabaseInDoubt, Trouble::Vault, Trouble::KeyRevoked];
    failures.into_iter().map(Trouble::Broker).chain(others).map(Refused::Trouble).collect()
}

pub(super) fn reasons() -> Vec<RefusalReason> {
    vec![
        RefusalReason::NeverSent,
        RefusalReason::BudgetFull { until: now() },
        RefusalReason::BuyingPower { available: Some(decimal("100")), cost: Some(decimal("922.5")) },
        RefusalReason::BuyingPower { available: None, cost: None },
        RefusalReason::Quantity {
            available: Some(decimal("2")),
            existing: Some(decimal("5")),
            held: Some(decimal("3")),
        },
        RefusalReason::Quantity { available: None, existing: None, held: None },
        RefusalReason::WashTrade { existing_order: Some("904837e3-3b76".into()) },
        RefusalReason::WashTrade { existing_order: None },
        RefusalReason::UnknownSymbol,
        RefusalReason::NotTradable,
        RefusalReason::NotFractionable,
        RefusalReason::PriceIncrement,
        RefusalReason::CannotShort,
        RefusalReason::SuspendedByUser,
        RefusalReason::AccountRestricted,
        RefusalReason::ExtendedHours,
        RefusalReason::Credentials,
        RefusalReason::BelowMinimum,
        RefusalReason::FractionTerms,
        RefusalReason::AuctionHours,
        RefusalReason::Exits,
        RefusalReason::OpensOrCloses,
        RefusalReason::OptionsLevel,
        RefusalReason::Uncovered { available: Some(decimal("0")), required: Some(decimal("100")) },
        RefusalReason::ContractExpires,
        RefusalReason::OptionHours,
        RefusalReason::NotReplaceable,
        RefusalReason::NoSuchPosition,
        RefusalReason::NoSuchOrder,
        RefusalReason::Invalid,
        RefusalReason::Unrecognised,
    ]
}

#[test]
fn every_trouble_has_its_words() {
    insta::assert_snapshot!(read_all(troubles(), Doing::Canceling), @r#"
    # Alpaca does not take the keys
    They were deleted or replaced at Alpaca.
    **Nothing was canceled.**
    Make new keys there, then use `/account rotate`.
    # Alpaca does not allow it
    It takes the keys, but not for this (status 403).
    **The cancel may or may not have gone out. Look at `/orders`; canceling once more does no harm.**
    See whether Alpaca's own page shows a restriction.
    -- Reference 7KQ4RT
    # Alpaca has no such thing
    It was asked, and knows nothing of it.
    **Nothing was canceled.**
    Look again in a moment.
    # Alpaca did not understand
    It refused the question itself (status 422). That is a fault of Paddock.
    **The cancel may or may not have gone out. Look at `/orders`; canceling once more does no harm.**
    Tell whoever runs Paddock, with the reference below.
    -- Reference 7KQ4RT
    # Alpaca is busy
    It takes only so many requests a minute from one account.
    **The cancel may or may not have gone out. Look at `/orders`; canceling once more does no harm.**
    Try again in a minute.
    -- Reference 7KQ4RT
    # Alpaca is busy
    It takes only so many requests a minute from one account.
    **The cancel may or may not have gone out. Look at `/orders`; canceling once more does no harm.**
    Try again <t:1795204800:R>.
    -- Reference 7KQ4RT
    # Alpaca does not answer
    There was no connection, no answer in time, or an error on its side.
    **The cancel may or may not have gone out. Look at `/orders`; canceling once more does no harm.**
    Try again in a minute. `/status` shows when it answers again.
    -- Reference 7KQ4RT
    # Alpaca does not answer
    What came back could not be read (status 200).
    **The cancel may or may not have gone out. Look at `/orders`; canceling once more does no harm.**
    Try again in a minute. `/status` shows when it answers again.
    -- Reference 7KQ4RT
    # Paddock's database does not answer
    Paddock does nothing that it cannot write down first.
    **The cancel may or may not have gone out. Look at `/orders`; canceling once more does no harm.**
    Try again in a minute.
    -- Reference 7KQ4RT
    # Paddock's database broke off
    The connection was lost while something was being written down, so it may or may not have been noted.
    **The cancel may or may not have gone out. Look at `/orders`; canceling once more does no harm.**
    Look at `/orders` or `/account list` before you try again.
    -- Reference 7KQ4RT
    # Paddock cannot open this account's keys
    They were stored under a master key that the service does not have now.
    **The cancel may or may not have gone out. Look at `/orders`; canceling once more does no harm.**
    Use `/account rotate` to store them again, and tell whoever runs Paddock.
    -- Reference 7KQ4RT
    # Paddock takes no keys at the moment
    The master key that they would be stored under may be known to somebody and was withdrawn.
    **The cancel may or may not have gone out. Look at `/orders`; canceling once more does no harm.**
    Whoever runs Paddock is replacing it. Try again in some minutes.
    -- Reference 7KQ4RT
    "#);
}

#[test]
fn every_refusal_of_alpaca_is_translated() {
    let texts: Vec<_> =
        reasons().into_iter().map(|reason| broker::refusal(&refusal(reason, "cost basis must be >= 1"))).collect();
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn every_doubt_has_its_words() {
    let doubts = [
        Doubt::TimedOut,
        Doubt::ConnectionLost,
        Doubt::ServerError { status: 504 },
        Doubt::Unreadable { status: 200 },
        Doubt::DuplicateId,
        Doubt::RateLimited { until: None },
        Doubt::Interrupted,
    ];
    insta::assert_snapshot!(doubts.iter().map(broker::doubt).collect::<Vec<_>>().join("\n"), @r#"
    Alpaca did not answer in time.
    The connection to Alpaca broke.
    Alpaca answered with an error of its own (status 504).
    Alpaca's answer could not be read (status 200).
    Alpaca says that it already has an order of this name.
    Alpaca says that it gets too many requests.
    Paddock was stopped while it waited for Alpaca's answer.
    "#);
}

#[test]
fn every_mishap_has_its_words() {
    let mishaps = [
        Mishap::Broken,
        Mishap::Outdated,
        Mishap::NotPermitted,
        Mishap::Crowded(Full::ThisUser),
        Mishap::Crowded(Full::Everyone),
        Mishap::Route(RouteRefusal::NotOurs),
        Mishap::Route(RouteRefusal::OtherVersion),
        Mishap::NotYours,
    ];
    let texts: String = mishaps.into_iter().map(|it| read(&framework::explain(it), Doing::Reading)).collect();
    insta::assert_snapshot!(texts, @r#"
    # Something broke in Paddock
    That is our fault, not yours.
    **If this was about an order, it may or may not have been sent.**
    Look at `/orders` before you try again, and tell whoever runs Paddock, with the reference below.
    -- Reference 7KQ4RT
    # This command has changed
    Discord still shows another version of it than Paddock knows.
    **Nothing was done.**
    Restart Discord and try again. If that does not help, tell whoever runs Paddock.
    -- Reference 7KQ4RT
    # Not here
    Paddock may not do that in this place.
    **Nothing was done.**
    Write to the bot in a direct message instead.
    # One at a time
    Several of your commands are still being worked on.
    **This one was not started.**
    Wait for their answers, then try again.
    # Paddock is busy
    Very many commands are being worked on.
    **This one was not started.**
    Try again in a moment.
    -- Reference 7KQ4RT
    # Not a button of ours
    Paddock did not make this button or form.
    **Nothing was done.**
    Give a command of Paddock's instead; `/help` names them.
    # Too old or too new
    This button or form is from another version of Paddock.
    **Nothing was done.**
    Give the command again.
    # Not yours
    This message answers somebody else, and so do its buttons.
    **Nothing was done.**
    Use a command of your own.
    "#);
}
