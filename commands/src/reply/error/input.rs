//! What a user typed or pressed, and why it does not do.

use super::{Fault, Prose};
use crate::reply::escape::code;
use crate::reply::words;
use desk::{Field, KeysRefusal, TicketRefusal};
use domain::account::NameRefusal;
use domain::money::NumberRefusal;
use domain::symbol::SymbolRefusal;

/// A secret in a place that is not made for it. Never shown again.
pub(super) fn secret() -> Prose {
    Prose::new(
        "secret_in_option",
        "That looks like an Alpaca key",
        "Options of a command are no place for a key or a secret: Discord keeps them with the message. \
         Paddock did not store it, and it should not be used any more.",
    )
    .next("Delete that key at Alpaca now and make a new one. Then use `/account add` or `/account rotate`, and paste it into the form that opens.")
}

pub(super) fn name(refusal: &NameRefusal) -> Prose {
    let title = "Not a name for an account";
    match refusal {
        NameRefusal::Empty => {
            Prose::new("name_empty", title, "The name is empty.").next("Give it one to 32 letters or digits.")
        }
        NameRefusal::TooLong => {
            Prose::new("name_too_long", title, "The name is longer than 32 characters.").next("Choose a shorter one.")
        }
        NameRefusal::OddCharacter => {
            Prose::new("name_odd", title, "A name has letters A–Z, digits, spaces, `-` and `_`.")
                .next("Choose another one.")
        }
        NameRefusal::LooksLikeSecret => secret(),
    }
}

pub(super) fn symbol(refusal: &SymbolRefusal) -> Prose {
    let title = "Not a symbol";
    let pick = "Start typing a ticker or a company name and pick from the list.";
    match refusal {
        SymbolRefusal::Empty => Prose::new("symbol_empty", title, "The symbol is empty.").next(pick),
        SymbolRefusal::TooLong => Prose::new("symbol_too_long", title, "No US stock has a symbol that long.").next(pick),
        SymbolRefusal::NotLetters => {
            Prose::new("symbol_odd", title, "A symbol has letters A–Z, perhaps a digit or one point, such as `AAPL` or `BRK.B`. Look-alike letters from other alphabets do not count.").next(pick)
        }
        SymbolRefusal::LooksLikeSecret => secret(),
        SymbolRefusal::NoSuchDay => {
            Prose::new("symbol_no_day", title, "It reads like an option contract whose expiry is no day of the calendar.").next(pick)
        }
    }
}

/// How a field is called where the user filled it in.
const fn field_name(field: Field) -> &'static str {
    match field {
        Field::Symbol => "`symbol`",
        Field::Quantity => "`quantity`",
        Field::Dollars => "`dollars`",
        Field::Limit => "`limit`",
        Field::Stop => "`stop`",
        Field::Trail => "`trail`",
        Field::TakeProfit => "`take_profit`",
        Field::StopLoss => "`stop_loss`",
        Field::StopLossLimit => "`stop_loss_limit`",
        Field::Percent => "`percent`",
        Field::Risk => "`risk`",
        Field::TypedAbove => "`typed_above`",
        Field::Concentration => "`concentration`",
        Field::GuardOrder => "`order`",
        Field::GuardPosition => "`position`",
        Field::GuardDayLoss => "`day_loss`",
        Field::GuardFatFinger => "`fat_finger`",
        Field::Name => "`name`",
        Field::KeyId => "the key ID",
        Field::Secret => "the secret key",
    }
}

pub(super) fn number(field: Field, refusal: &NumberRefusal) -> Prose {
    let name = field_name(field);
    let title = "Not a number that an order can have";
    let plain = "Write it plainly: `5`, `0.25`, `184.50`.";
    match refusal {
        NumberRefusal::Empty => Prose::new("number_empty", title, format!("There is no number in {name}.")).next(plain),
        NumberRefusal::NotPlain => Prose::new("number_odd", title, format!("What stands in {name} is no plain number.")).next(plain),
        NumberRefusal::Comma => Prose::new(
            "number_comma",
            title,
            format!("There is a comma in {name}. It means thousands to some and decimals to others, and Paddock does not guess with money."),
        )
        .next("Write `1000` for a thousand and `0.5` for a half."),
        NumberRefusal::Zero => Prose::new("number_zero", title, format!("{name} is zero.")).next("Give a number above zero."),
        NumberRefusal::Negative => {
            Prose::new("number_negative", title, format!("{name} is below zero.")).next("Give a number above zero. To sell, use `/sell`.")
        }
        NumberRefusal::TooFine { max } => {
            Prose::new("number_too_fine", title, format!("{name} has more than {max} digits after the point.")).next("Round it.")
        }
        NumberRefusal::TooLarge => {
            Prose::new("number_too_large", title, format!("{name} is larger than any order could be.")).next("Check for a digit too many.")
        }
    }
}

pub(super) fn keys(refusal: &KeysRefusal) -> Prose {
    let stored = "Nothing was stored.";
    let again = "Copy both again from Alpaca's page and open a new form with `/account add` or `/account rotate`.";
    match refusal {
        KeysRefusal::Empty(field) => {
            Prose::new("keys_empty", "Something is missing", format!("Nothing was pasted as {}.", field_name(*field)))
                .state(stored)
                .next(again)
        }
        KeysRefusal::PastedExtras(field) => Prose::new(
            "keys_pasted_extras",
            "More than the key was pasted",
            format!("There are quotes, spaces, line breaks or other words in {}.", field_name(*field)),
        )
        .state(stored)
        .next(again),
        KeysRefusal::Swapped => Prose::new(
            "keys_swapped",
            "The two are swapped",
            "The key ID (short, capitals) goes into the first field, the secret key (long) into the second.",
        )
        .state(stored)
        .next(again),
        KeysRefusal::SameTwice => {
            Prose::new("keys_same_twice", "Twice the same", "The same text was pasted into both fields.")
                .state(stored)
                .next(again)
        }
        KeysRefusal::OtherEnvironment { actual } => {
            let other = words::environment(actual.other());
            let actual = words::environment(*actual);
            Prose::new(
                "keys_other_environment",
                "Keys of the other kind",
                format!("These are {actual} keys, and the form was for {other}."),
            )
            .state(stored)
            .next(format!(
                "To link this {actual} account, use `/account add` and choose {}.",
                actual.to_ascii_lowercase()
            ))
        }
        KeysRefusal::NotAccepted => Prose::new(
            "keys_not_accepted",
            "Alpaca does not take these keys",
            "They are mistyped, deleted, or cut off while copying. Alpaca shows a secret only once.",
        )
        .state(stored)
        .next("Make new keys at Alpaca and try again."),
        KeysRefusal::Revoked => Prose::new(
            "keys_revoked_again",
            "These are the revoked keys",
            "Somebody may know them, so Paddock does not take them again.",
        )
        .state(stored)
        .next("**Regenerate** the keys on Alpaca's page first, then give the new ones with `/account rotate`."),
        KeysRefusal::DifferentAccount => Prose::new(
            "keys_different_account",
            "Keys of another account",
            "These keys open another Alpaca account than the one that they should replace the keys of.",
        )
        .state(stored)
        .next("To link that other account, use `/account add`."),
        KeysRefusal::NotActive(status) => {
            let status = code(status, 40);
            Prose::new(
                "keys_not_active",
                "This Alpaca account is not active",
                format!("Alpaca shows it as `{status}`, so it cannot trade yet."),
            )
            .state(stored)
            .next("Finish what Alpaca asks for on its page, then try again.")
        }
    }
}

pub(super) fn ticket(refusal: TicketRefusal) -> Prose {
    let sent = "This press sent nothing.";
    let again = "Give the command again for a new card.";
    match refusal {
        TicketRefusal::Unknown => Prose::new(
            "ticket_unknown",
            "Not your card",
            "These buttons belong to somebody else, or to nothing that Paddock knows.",
        )
        .state(sent)
        .next("Use a command of your own."),
        TicketRefusal::Expired => Prose::new(
            "ticket_expired",
            "This card has expired",
            "Prices move, so a card is good for a short time only.",
        )
        .state("Nothing was sent.")
        .next(again),
        TicketRefusal::Used => {
            Prose::new("ticket_used", "Pressed before", "This card was used already. One card does one thing, once.")
                .state(sent)
                .next("The first press counts. `/orders` shows what became of it.")
        }
        TicketRefusal::Void => {
            Prose::new("ticket_void", "This card was withdrawn", "It was canceled, or a newer one took its place.")
                .state(sent)
                .next(again)
        }
        TicketRefusal::Elsewhere => {
            Prose::new("ticket_elsewhere", "Not the place", "A card is pressed where it was asked for.")
                .state(sent)
                .next(again)
        }
        TicketRefusal::Altered => Prose::new(
            "ticket_altered",
            "This card is not what was shown",
            "What Paddock has noted for it differs from what it was made for.",
        )
        .state("Nothing was sent.")
        .next(again)
        .by(Fault::Paddock),
        TicketRefusal::Phrase => Prose::new(
            "ticket_phrase",
            "Not the words",
            "For an order of this size the words on the card have to be typed, just as they stand there.",
        )
        .state("Nothing was sent.")
        .next("Press the button again; the card is still good."),
        TicketRefusal::EnvironmentChanged => Prose::new(
            "ticket_environment_changed",
            "This account changed",
            "The account is not in the environment that the card was made for.",
        )
        .state("Nothing was sent.")
        .next(again)
        .by(Fault::Paddock),
    }
}
