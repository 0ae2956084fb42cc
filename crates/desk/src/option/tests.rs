#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use chrono::DateTime;
use domain::account::{AccountName, AccountStatus, Environment, Quote};
use domain::ids::BrokerAccountId;
use uuid::Uuid;

fn price(text: &str) -> Price {
    Price::new(text.parse().unwrap()).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Calls of 100 to 160 cost less by a dollar a strike, puts more; each between a bid and an ask ten cents apart.
fn chain() -> ChainPage {
    let strike = |letter: char, at: i64, cents: i64| {
        let symbol = Symbol::from_broker(format!("AAPL261218{letter}{:08}", at * 1_000));
        let quoted = |cents| Price::new(Decimal::new(cents, 2));
        Strike {
            contract: symbol.contract().unwrap(),
            symbol,
            quote: Some(Quote { bid: quoted(cents - 5), ask: quoted(cents + 5), at: DateTime::UNIX_EPOCH }),
            last: None,
            volatility: None,
            delta: None,
            theta: None,
        }
    };
    let row = |n: i64| ChainRow {
        strike: Price::new((100 + n).into()).unwrap(),
        call: Some(strike('C', 100 + n, 6_500 - n * 100)),
        put: Some(strike('P', 100 + n, 500 + n * 100)),
    };
    ChainPage {
        underlying: Symbol::from_broker("AAPL"),
        price: Some(price("130")),
        expires: day("2026-12-18"),
        expiries: (0..30).map(|n| day("2026-12-18") + chrono::Days::new(n * 7)).collect(),
        rows: (0..=60).map(row).collect(),
        from: 0,
        at: DateTime::UNIX_EPOCH,
    }
}

fn account() -> LinkedAccount {
    LinkedAccount {
        id: AccountId(Uuid::from_u128(1)),
        name: AccountName::stored("swing"),
        environment: Environment::Paper,
        broker_id: BrokerAccountId(Uuid::from_u128(2)),
        number_tail: String::new(),
        status: AccountStatus::Active,
        key_tail: String::new(),
        always_confirm: false,
        linked_at: DateTime::UNIX_EPOCH,
        keys_since: DateTime::UNIX_EPOCH,
        guards: Box::default(),
    }
}

fn draft() -> OptionDraft {
    OptionDraft::new(account().id, Symbol::from_broker("AAPL"))
}

fn picked(strategy: Strategy, strikes: &[&str]) -> OptionDraft {
    let begun = draft().on(day("2026-12-18")).at(price(strikes[0])).by(strategy);
    strikes[1..].iter().fold(begun, |draft, strike| draft.at(price(strike)))
}

fn page(draft: OptionDraft) -> OptionPage {
    OptionPage::of(account(), draft, chain())
}

fn line(page: &OptionPage) -> String {
    let order = page.order().unwrap();
    let Amount::Exactly(size) = order.size else { panic!("{:?}", order.size) };
    order.sized(size).canonical()
}

#[test]
fn picks_become_the_order_that_they_name() {
    let one = |strategy, strike| line(&page(picked(strategy, &[strike])));
    assert_eq!(one(Strategy::LongCall, "130"), "v2|buy|AAPL261218C00130000|1 shares|limit 35|day|regular|effect open");
    assert_eq!(
        one(Strategy::CashSecuredPut, "130"),
        "v2|sell|AAPL261218P00130000|1 shares|limit 35|day|regular|effect open"
    );
    // Picked the other way round it is the same spread.
    for strikes in [["130", "135"], ["135", "130"]] {
        let bull = line(&page(picked(Strategy::BullCall, &strikes)));
        assert!(bull.starts_with("v2|buy|AAPL|1 shares|limit 5|day|regular|class mleg legs "), "{bull}");
    }
    let credit = page(picked(Strategy::BearCall, &["130", "135"]));
    assert!(line(&credit).starts_with("v2|sell|AAPL|1 shares|limit 5|"), "{}", line(&credit));
    let condor = page(picked(Strategy::IronCondor, &["140", "120", "145", "115"]));
    let sides: Vec<_> = condor.legs.iter().map(|(side, leg)| format!("{} {}", side.as_str(), leg.contract)).collect();
    insta::assert_snapshot!(sides.join("\n"), @r#"
    buy AAPL 18 Dec 2026 $115.00 put
    sell AAPL 18 Dec 2026 $120.00 put
    sell AAPL 18 Dec 2026 $140.00 call
    buy AAPL 18 Dec 2026 $145.00 call
    "#);
    assert!(line(&condor).starts_with("v2|sell|AAPL|1 shares|limit 10|"), "{}", line(&condor));
}

#[test]
fn numbers_are_those_of_the_limit_and_of_all_units() {
    let spread = picked(Strategy::BullCall, &["130", "140"]);
    let offer = page(OptionDraft { units: 3, ..spread.clone() }).offer.unwrap();
    assert_eq!((offer.side, offer.limit), (Side::Buy, price("10")), "at the middle");
    let market = page(OptionDraft { aim: Aim::Market, ..spread }).offer.unwrap();
    assert_eq!(market.limit, price("10.1"), "the ask of one and the bid of the other");
    assert_eq!((offer.payoff.max_loss(), offer.payoff.max_gain()), (Some(3_000.into()), Some(0.into())));

    let covered = page(picked(Strategy::CoveredCall, &["140"])).offer.unwrap();
    // A hundred shares at 130, a call sold for 25.
    assert_eq!((covered.payoff.max_loss(), covered.payoff.max_gain()), (Some(10_500.into()), Some(3_500.into())));
    assert_eq!(covered.payoff.break_evens(), [Decimal::from(105)]);
    let put = page(picked(Strategy::CashSecuredPut, &["130"])).offer.unwrap();
    assert_eq!(put.payoff.max_loss(), Some(9_500.into()));
}

#[test]
fn nothing_is_offered_while_something_is_missing() {
    let begun = draft().on(day("2026-12-18"));
    let half = picked(Strategy::IronCondor, &["120", "115"]);
    let other_day = picked(Strategy::LongCall, &["130"]).on(day("2026-12-25"));
    let no_such = picked(Strategy::LongCall, &["131.5"]);
    for draft in [draft(), begun.clone(), begun.at(price("130")), half, other_day, no_such] {
        let page = page(draft);
        assert!(page.legs.is_empty() && page.offer.is_none() && page.order().is_none(), "{:?}", page.draft);
    }
    let mut unquoted = chain();
    unquoted.rows.iter_mut().filter_map(|row| row.call.as_mut()).for_each(|call| call.quote = None);
    let page = OptionPage::of(account(), picked(Strategy::LongCall, &["130"]), unquoted);
    assert!(page.legs.len() == 1 && page.order().is_none());
}

#[test]
fn one_more_strike_than_needed_takes_the_last_ones_place() {
    let strikes = |draft: OptionDraft| draft.strikes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let spread = picked(Strategy::BullCall, &["130", "135", "140"]);
    assert_eq!(strikes(spread.clone()), "$130.00 $140.00");
    assert_eq!(strikes(spread.by(Strategy::LongPut)), "$130.00");
    assert_eq!(strikes(spread.by(Strategy::IronCondor).at(price("150"))), "$130.00 $140.00 $150.00");
    assert_eq!(strikes(spread.on(day("2026-12-25"))), "");
}

#[test]
fn every_day_and_every_strike_can_be_reached_in_menus_that_discord_takes() {
    let count = |menu: &Menu<'_, NaiveDate>| {
        menu.lines.len() + usize::from(menu.before.is_some()) + usize::from(menu.after.is_some())
    };
    let first = page(draft());
    assert_eq!((first.days().lines.len(), count(&first.days()), first.strikes().lines.len()), (23, 24, 0));
    let second = page(first.days().after.unwrap());
    assert_eq!((second.days().lines.len(), second.days().after.is_none()), (7, true));
    assert_eq!(page(second.days().before.unwrap()).draft, draft());

    let mut seen = std::collections::BTreeSet::new();
    let mut at = page(draft().on(day("2026-12-18")));
    let middle: Vec<_> = at.strikes().lines.iter().map(|(row, _)| row.strike).collect();
    assert!(middle.contains(&price("130")), "it opens around the money");
    while let Some(before) = at.strikes().before {
        at = page(before);
    }
    loop {
        let menu = at.strikes();
        assert!(menu.lines.len() + usize::from(menu.before.is_some()) + usize::from(menu.after.is_some()) <= 25);
        seen.extend(menu.lines.iter().map(|(row, _)| row.strike));
        match menu.after {
            Some(after) => at = page(after),
            None => break,
        }
    }
    assert_eq!(seen.len(), 61);
}

#[test]
fn a_stored_draft_keeps_its_spelling_and_fits_into_its_row() {
    let draft = OptionDraft { units: UNITS, ..picked(Strategy::IronCondor, &["140", "120", "145.5", "115"]) };
    let text = serde_json::to_string(&View::Option(draft.clone())).unwrap();
    insta::assert_snapshot!(text, @r#"{"view":"option","account":"00000000-0000-0000-0000-000000000001","underlying":"AAPL","expires":"2026-12-18","strikes":["140","120","145.5","115"],"strategy":"iron_condor","units":999,"aim":"middle","days_from":0,"strikes_from":null}"#);
    assert_eq!(serde_json::from_str::<View>(&text).unwrap(), View::Option(draft));
    assert!(
        serde_json::from_str::<View>(&text.replace("145.5", "-1")).is_err(),
        "no row makes a price of what is none"
    );
}
