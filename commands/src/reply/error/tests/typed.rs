#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use super::*;
use domain::guard::{CoolOff, Kind, Only};
use domain::money::Price;
use domain::order::{BrokerStatus, LegsRefusal, TimeInForce};
use domain::policy::Part;
use domain::sizing::SizingRefusal;

#[test]
fn every_number_that_is_none_has_its_words() {
    let numbers = [
        NumberRefusal::Empty,
        NumberRefusal::NotPlain,
        NumberRefusal::Comma,
        NumberRefusal::Zero,
        NumberRefusal::Negative,
        NumberRefusal::TooFine { max: 2 },
        NumberRefusal::TooLarge,
    ];
    let refusals = numbers.into_iter().map(|number| Refused::Number(Field::Limit, number));
    insta::assert_snapshot!(read_all(refusals, Doing::Ordering), @r#"
    # Not a number that an order can have
    There is no number in `limit`.
    **Nothing was sent.**
    Write it plainly: `5`, `0.25`, `184.50`.
    # Not a number that an order can have
    What stands in `limit` is no plain number.
    **Nothing was sent.**
    Write it plainly: `5`, `0.25`, `184.50`.
    # Not a number that an order can have
    There is a comma in `limit`. It means thousands to some and decimals to others, and Paddock does not guess with money.
    **Nothing was sent.**
    Write `1000` for a thousand and `0.5` for a half.
    # Not a number that an order can have
    `limit` is zero.
    **Nothing was sent.**
    Give a number above zero.
    # Not a number that an order can have
    `limit` is below zero.
    **Nothing was sent.**
    Give a number above zero. To sell, use `/sell`.
    # Not a number that an order can have
    `limit` has more than 2 digits after the point.
    **Nothing was sent.**
    Round it.
    # Not a number that an order can have
    `limit` is larger than any order could be.
    **Nothing was sent.**
    Check for a digit too many.
    "#);
}

#[test]
fn every_line_that_is_none_has_its_words() {
    let secret = "aB3".repeat(13) + "x";
    let lines = [
        String::new(),
        "buy aapl 5".to_owned(),
        "buy 5".to_owned(),
        "buy 5 brk/b".to_owned(),
        "buy 5 aapl tp".to_owned(),
        "buy 5 aapl tp 195.505 gtc".to_owned(),
        "buy 5 aapl `rm` gtc".to_owned(),
        "buy 5 aapl gtc day".to_owned(),
        "buy 5 aapl lmt 5 trail 2".to_owned(),
        "sell 5 aapl oco tp 200".to_owned(),
        "buy ".repeat(30),
        format!("buy 5 {secret}"),
    ];
    let refusals = lines.iter().map(|line| Refused::Line(Box::new(Line::read(line).unwrap_err())));
    let text = read_all(refusals, Doing::Ordering);
    assert!(!text.contains(&secret));
    insta::assert_snapshot!(text);
}

#[test]
fn every_guard_that_stops_an_entry_has_its_words() {
    let price = |text: &str| Price::parse(text).unwrap();
    let usd = |text: &str| Usd(decimal(text));
    let breaks = [
        Break::Paused,
        Break::Order { most: usd("500"), worth: usd("600.5") },
        Break::Position { most: usd("2000"), after: usd("2100") },
        Break::DayLoss { most: usd("300"), lost: usd("312.25") },
        Break::NotListed { symbol: symbol(), only: Only([Symbol::from_broker("BTC/USD")].into()) },
        Break::Denied(symbol()),
        Break::CoolOff { rule: CoolOff { losses: 2, minutes: 30 }, losses: 3, until: now() },
        Break::FatFinger { most: decimal("2.50"), limit: price("190"), market: price("184.52") },
        Break::Unread(Kind::Position),
    ];
    let one = |because, loosens| Refused::Guard(Box::new(Stopped { because, loosens }));
    let later = one(Break::Order { most: usd("500"), worth: usd("600") }, Some(now()));
    let refusals = breaks.into_iter().map(|because| one(because, None)).chain([later]);
    insta::assert_snapshot!(read_all(refusals, Doing::Ordering));
}

#[test]
fn every_symbol_and_name_that_is_none_has_its_words() {
    let symbols = [
        SymbolRefusal::Empty,
        SymbolRefusal::TooLong,
        SymbolRefusal::NotLetters,
        SymbolRefusal::LooksLikeSecret,
        SymbolRefusal::NoSuchDay,
    ];
    let names = [NameRefusal::Empty, NameRefusal::TooLong, NameRefusal::OddCharacter, NameRefusal::LooksLikeSecret];
    let refusals = symbols.into_iter().map(Refused::Symbol).chain(names.into_iter().map(Refused::Name));
    insta::assert_snapshot!(read_all(refusals, Doing::Ordering), @r#"
    # Not a symbol
    The symbol is empty.
    **Nothing was sent.**
    Start typing a ticker or a company name and pick from the list.
    # Not a symbol
    No US stock has a symbol that long.
    **Nothing was sent.**
    Start typing a ticker or a company name and pick from the list.
    # Not a symbol
    A symbol has letters A–Z, perhaps a digit or one point, such as `AAPL` or `BRK.B`. Look-alike letters from other alphabets do not count.
    **Nothing was sent.**
    Start typing a ticker or a company name and pick from the list.
    # That looks like an Alpaca key
    Options of a command are no place for a key or a secret: Discord keeps them with the message. Paddock did not store it, and it should not be used any more.
    **Nothing was sent.**
    Delete that key at Alpaca now and make a new one. Then use `/account add` or `/account rotate`, and paste it into the form that opens.
    # Not a symbol
    It reads like an option contract whose expiry is no day of the calendar.
    **Nothing was sent.**
    Start typing a ticker or a company name and pick from the list.
    # Not a name for an account
    The name is empty.
    **Nothing was sent.**
    Give it one to 32 letters or digits.
    # Not a name for an account
    The name is longer than 32 characters.
    **Nothing was sent.**
    Choose a shorter one.
    # Not a name for an account
    A name has letters A–Z, digits, spaces, `-` and `_`.
    **Nothing was sent.**
    Choose another one.
    # That looks like an Alpaca key
    Options of a command are no place for a key or a secret: Discord keeps them with the message. Paddock did not store it, and it should not be used any more.
    **Nothing was sent.**
    Delete that key at Alpaca now and make a new one. Then use `/account add` or `/account rotate`, and paste it into the form that opens.
    "#);
}

#[test]
fn every_broken_rule_has_its_words() {
    let at = |text: &str| Price::parse(text).unwrap();
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 19).unwrap();
    let named = || "AAPL".to_owned();
    let rules = [
        RuleBreak::NotTradable(named()),
        RuleBreak::NotFractionable("BRK.A".into()),
        RuleBreak::FractionNeedsDay,
        RuleBreak::FractionTrails,
        RuleBreak::FractionNeedsSimple,
        RuleBreak::FractionExtended(named()),
        RuleBreak::BelowOneDollar,
        RuleBreak::ExtendedNeedsLimit,
        RuleBreak::ExtendedNeedsDayOrGtc,
        RuleBreak::ExtendedNeedsSimple,
        RuleBreak::PriceIncrement { part: Part::TakeProfit, step: decimal("0.01") },
        RuleBreak::TimeNeedsMarketOrLimit(TimeInForce::Fok),
        RuleBreak::TooLateForOpen,
        RuleBreak::TooLateForClose,
        RuleBreak::TrailTooSmall,
        RuleBreak::OverTheCounter(named()),
        RuleBreak::IpoNeedsLimit(named()),
        RuleBreak::ExitsNeedDayOrGtc,
        RuleBreak::EntryTrails,
        RuleBreak::OcoNeedsLimit,
        RuleBreak::NothingToExit,
        RuleBreak::ExitsCrossed { take_profit: at("170"), stop_loss: at("200") },
        RuleBreak::StopTooNear { base: at("184.5"), below: true },
        RuleBreak::StopTooNear { base: at("184.5"), below: false },
        RuleBreak::CryptoKind,
        RuleBreak::CryptoTime,
        RuleBreak::CryptoExtended,
        RuleBreak::CryptoNeedsSimple,
        RuleBreak::CryptoTooSmall(decimal("0.00040")),
        RuleBreak::CryptoTooLarge,
        RuleBreak::QuantityIncrement(decimal("0.001")),
        RuleBreak::ContractsWhole,
        RuleBreak::OptionKind,
        RuleBreak::OptionNeedsDay,
        RuleBreak::OptionExtended,
        RuleBreak::OptionNeedsSimple,
        RuleBreak::OptionExpired(day),
        RuleBreak::AdjustedContract(Symbol::from_broker("AAPL1261218C00025000")),
        RuleBreak::OptionMarketClosed,
        RuleBreak::EffectNeedsOption,
        RuleBreak::SellsMoreThanHeld { held: decimal("0.50") },
        RuleBreak::BuysMoreThanShort { short: decimal("5") },
        RuleBreak::NotShortable(named()),
        RuleBreak::ShortingOff,
        RuleBreak::ShortNeedsWhole,
        RuleBreak::ShortNeedsEquity,
        RuleBreak::AccountBlocked,
        RuleBreak::NothingChanges,
        RuleBreak::NotReplaceable(BrokerStatus::Accepted),
        RuleBreak::DollarsNotReplaceable,
        RuleBreak::SpreadNotReplaceable,
        RuleBreak::FractionNotReplaceable,
        RuleBreak::BelowFilled(decimal("3")),
        RuleBreak::NoSuchPart(Part::Trail),
        RuleBreak::ExitPricesOnly,
    ];
    insta::assert_snapshot!(read_all(rules.map(Refused::Rule), Doing::Ordering));
}

#[test]
fn every_wish_and_every_spread_that_comes_to_nothing_has_its_words() {
    let sizings = [
        SizingRefusal::Unknown,
        SizingRefusal::NoPrice,
        SizingRefusal::RiskNeedsStop,
        SizingRefusal::NothingAtRisk,
        SizingRefusal::NothingHeld,
        SizingRefusal::TooSmall,
    ];
    let legs = [
        LegsRefusal::Count(5),
        LegsRefusal::NotAnOption(symbol()),
        LegsRefusal::Twice(symbol()),
        LegsRefusal::Underlyings("AAPL".into(), "MSFT".into()),
        LegsRefusal::Ratios,
    ];
    let rest = [
        Refused::PricesMixed,
        Refused::ExitsMissing,
        Refused::Leg("buy *all* of it".into()),
        Refused::DebitOrCredit,
        Refused::NotHeld(symbol()),
        Refused::NotAContract(symbol()),
        Refused::ShortContract(symbol()),
        Refused::NoneFree(symbol()),
        Refused::CannotJoin,
        Refused::SizeMissing,
        Refused::SizeTwice,
        Refused::Ticket(TicketRefusal::Phrase),
    ];
    let refusals = sizings.into_iter().map(Refused::Sizing).chain(legs.into_iter().map(Refused::Legs)).chain(rest);
    insta::assert_snapshot!(read_all(refusals, Doing::Ordering));
}

#[test]
fn every_pair_of_keys_that_is_none_has_its_words() {
    let keys = [
        KeysRefusal::Empty(Field::KeyId),
        KeysRefusal::PastedExtras(Field::Secret),
        KeysRefusal::Swapped,
        KeysRefusal::SameTwice,
        KeysRefusal::OtherEnvironment { actual: Environment::Live },
        KeysRefusal::NotAccepted,
        KeysRefusal::Revoked,
        KeysRefusal::DifferentAccount,
        KeysRefusal::NotActive("ONBOARDING".into()),
    ];
    insta::assert_snapshot!(read_all(keys.map(Refused::Keys), Doing::Changing), @r#"
    # Something is missing
    Nothing was pasted as the key ID.
    **Nothing was stored.**
    Copy both again from Alpaca's page and open a new form with `/account add` or `/account rotate`.
    # More than the key was pasted
    There are quotes, spaces, line breaks or other words in the secret key.
    **Nothing was stored.**
    Copy both again from Alpaca's page and open a new form with `/account add` or `/account rotate`.
    # The two are swapped
    The key ID (short, capitals) goes into the first field, the secret key (long) into the second.
    **Nothing was stored.**
    Copy both again from Alpaca's page and open a new form with `/account add` or `/account rotate`.
    # Twice the same
    The same text was pasted into both fields.
    **Nothing was stored.**
    Copy both again from Alpaca's page and open a new form with `/account add` or `/account rotate`.
    # Keys of the other kind
    These are LIVE keys, and the form was for PAPER.
    **Nothing was stored.**
    To link this LIVE account, use `/account add` and choose live.
    # Alpaca does not take these keys
    They are mistyped, deleted, or cut off while copying. Alpaca shows a secret only once.
    **Nothing was stored.**
    Make new keys at Alpaca and try again.
    # These are the revoked keys
    Somebody may know them, so Paddock does not take them again.
    **Nothing was stored.**
    **Regenerate** the keys on Alpaca's page first, then give the new ones with `/account rotate`.
    # Keys of another account
    These keys open another Alpaca account than the one that they should replace the keys of.
    **Nothing was stored.**
    To link that other account, use `/account add`.
    # This Alpaca account is not active
    Alpaca shows it as `ONBOARDING`, so it cannot trade yet.
    **Nothing was stored.**
    Finish what Alpaca asks for on its page, then try again.
    "#);
}

#[test]
fn every_spent_ticket_has_its_own_words() {
    let tickets = [
        TicketRefusal::Unknown,
        TicketRefusal::Expired,
        TicketRefusal::Used,
        TicketRefusal::Void,
        TicketRefusal::Elsewhere,
        TicketRefusal::Altered,
        TicketRefusal::EnvironmentChanged,
    ];
    let kinds: HashSet<_> = tickets.iter().map(|ticket| explain(&Refused::Ticket(*ticket)).kind).collect();
    assert_eq!(kinds.len(), tickets.len());
    insta::assert_snapshot!(read_all(tickets.map(Refused::Ticket), Doing::Ordering), @r#"
    # Not your card
    These buttons belong to somebody else, or to nothing that Paddock knows.
    **This press sent nothing.**
    Use a command of your own.
    # This card has expired
    Prices move, so a card is good for a short time only.
    **Nothing was sent.**
    Give the command again for a new card.
    # Pressed before
    This card was used already. One card does one thing, once.
    **This press sent nothing.**
    The first press counts. `/orders` shows what became of it.
    # This card was withdrawn
    It was canceled, or a newer one took its place.
    **This press sent nothing.**
    Give the command again for a new card.
    # Not the place
    A card is pressed where it was asked for.
    **This press sent nothing.**
    Give the command again for a new card.
    # This card is not what was shown
    What Paddock has noted for it differs from what it was made for.
    **Nothing was sent.**
    Give the command again for a new card.
    -- Reference 7KQ4RT
    # This account changed
    The account is not in the environment that the card was made for.
    **Nothing was sent.**
    Give the command again for a new card.
    -- Reference 7KQ4RT
    "#);
}
