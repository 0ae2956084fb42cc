//! The form for an account's keys: shown as the first answer, and read back without any memory of having shown it.
//!
//! Only the old shape of modal (action row with a text input) works: serenity 0.12.5 loses the values of the newer one.

use crate::reply::escape::{cut, plain};
use crate::reply::words as shown;
use crate::routes::Action;
use crate::typed::{amount, maybe, price, quantity, trail};
use desk::connect::{FormFor, Pasted};
use desk::slip::{Exit, Filled, Kind, Slip, Trigger};
use desk::{Field, Refused};
use domain::account::NameRefusal;
use domain::ids::{FormId, IntentId, TicketId, ViewId};
use domain::policy::Edits;
use domain::symbol::{AssetKind, looks_like_secret};
use serenity::all::{ActionRow, ActionRowComponent, CreateActionRow, CreateInputText, CreateModal, InputTextStyle};

const KEY_ID: &str = "key_id";
const SECRET: &str = "secret";
/// Characters of a modal's title and of a field's label (Discord: interactions, modals).
const SHORT: usize = 45;
/// Alpaca's keys have fewer; what is longer was not copied from there.
const LONGEST: u16 = 200;

/// The form. Says before anything is typed that Discord sees it.
pub(crate) fn form(id: FormId, purpose: &FormFor) -> CreateModal {
    let title = match purpose {
        FormFor::Link { environment, .. } => format!("Link a {} account", shown::environment(*environment)),
        FormFor::Rotate { account: Some(name) } => format!("New keys for {}", plain(name, 32)),
        FormFor::Rotate { account: None } => "New keys for your default account".to_owned(),
        FormFor::Renew { .. } => "New keys for this account".to_owned(),
    };
    let key_id = CreateInputText::new(InputTextStyle::Short, "API key ID", KEY_ID)
        .placeholder("From Alpaca's API Keys page: PK… is paper, AK… is live")
        .max_length(LONGEST);
    let secret = CreateInputText::new(InputTextStyle::Short, "Secret key (Discord sees what you type here)", SECRET)
        .placeholder("Sent to Alpaca for a check, then stored encrypted. Never shown again.")
        .max_length(LONGEST);
    CreateModal::new(Action::Form(id).to_string(), cut(&title, SHORT))
        .components(vec![CreateActionRow::InputText(key_id), CreateActionRow::InputText(secret)])
}

const WORDS: &str = "words";

/// The form with the words of a large order. What they are, the card says.
pub(crate) fn phrase(ticket: TicketId) -> CreateModal {
    let words = CreateInputText::new(InputTextStyle::Short, "The words on the card, just as they stand", WORDS)
        .placeholder("Such as SELL 500 TSLA LIVE")
        .max_length(100);
    CreateModal::new(Action::Typed(ticket).to_string(), "A large order")
        .components(vec![CreateActionRow::InputText(words)])
}

const LIMIT: &str = "limit";
const STOP: &str = "stop";
const TRAIL: &str = "trail";
const QUANTITY: &str = "quantity";

/// The form with new terms for an order. Its own stay wherever nothing is typed.
pub(crate) fn terms(intent: IntentId) -> CreateModal {
    let field = |label, id, such_as| {
        let input = CreateInputText::new(InputTextStyle::Short, label, id).placeholder(such_as);
        CreateActionRow::InputText(input.required(false).max_length(32))
    };
    CreateModal::new(Action::Terms(intent).to_string(), "New terms; what is left empty stays").components(vec![
        field("Limit", LIMIT, "184.5"),
        field("Stop", STOP, "180"),
        field("Trail, in the kind that it has", TRAIL, "2 or 2.5%"),
        field("Quantity, with what is filled already", QUANTITY, "5"),
    ])
}

/// What was typed into it. Whether it is a coin's price, only the order itself knows; the finer reading refuses nothing that is right.
pub(crate) fn edits(rows: &[ActionRow]) -> Result<Edits, Refused> {
    let typed = |id| Some(value(rows, id).trim()).filter(|text| !text.is_empty());
    let price = |field, id| maybe(typed(id), |text| price(field, text, &AssetKind::Crypto));
    Ok(Edits {
        qty: maybe(typed(QUANTITY), quantity)?,
        time_in_force: None,
        limit: price(Field::Limit, LIMIT)?,
        stop: price(Field::Stop, STOP)?,
        trail: maybe(typed(TRAIL), trail)?,
    })
}

const SIZE: &str = "size";
const TAKE_PROFIT: &str = "take_profit";
const STOP_LOSS: &str = "stop_loss";
/// What takes an exit away.
const NONE: [&str; 3] = ["-", "–", "none"];

/// The form with the numbers of a ticket. It knows nothing of the ticket, because it has to leave before anything is read.
pub(crate) fn numbers(view: ViewId) -> CreateModal {
    let field = |label, id, such_as| {
        let input = CreateInputText::new(InputTextStyle::Short, label, id).placeholder(such_as);
        CreateActionRow::InputText(input.required(false).max_length(32))
    };
    CreateModal::new(Action::Filled(view).to_string(), "Size and prices; what is left empty stays").components(vec![
        field("Quantity, dollars, percent or risk", SIZE, "5, or $50, or 25%, or risk 1%"),
        field("Limit", LIMIT, "184.5"),
        field("Stop, or how far it trails", STOP, "180, or 2.5%"),
        field("Take profit", TAKE_PROFIT, "195; a dash takes it away"),
        field("Stop loss", STOP_LOSS, "178; a dash takes it away"),
    ])
}

/// What was typed into it, as that ticket takes it.
pub(crate) fn filled(rows: &[ActionRow], slip: &Slip) -> Result<Filled, Refused> {
    let typed = |id| Some(value(rows, id).trim()).filter(|text| !text.is_empty());
    if [SIZE, LIMIT, STOP, TAKE_PROFIT, STOP_LOSS].into_iter().filter_map(typed).any(looks_like_secret) {
        return Err(Refused::Name(NameRefusal::LooksLikeSecret));
    }
    let kind = slip.symbol.kind();
    let exit = |field, id| match typed(id) {
        None => Ok(Exit::Stays),
        Some(text) if NONE.contains(&text) => Ok(Exit::Gone),
        Some(text) => price(field, text, &kind).map(Exit::At),
    };
    let trigger = |text: &str| {
        let trails = slip.kind == Kind::Trail || text.ends_with('%');
        if trails { trail(text).map(Trigger::Behind) } else { price(Field::Stop, text, &kind).map(Trigger::At) }
    };
    Ok(Filled {
        amount: maybe(typed(SIZE), |text| amount(slip.side, text))?,
        limit: maybe(typed(LIMIT), |text| price(Field::Limit, text, &kind))?,
        trigger: maybe(typed(STOP), trigger)?,
        take_profit: exit(Field::TakeProfit, TAKE_PROFIT)?,
        stop_loss: exit(Field::StopLoss, STOP_LOSS)?,
    })
}

/// The words that were typed, without regard to case and to blanks between them.
pub(crate) fn words(rows: &[ActionRow]) -> String {
    value(rows, WORDS).split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase()
}

/// What was pasted. A field that is missing, or there twice, counts as empty.
pub(crate) fn pasted(rows: &[ActionRow]) -> Pasted {
    Pasted { key_id: value(rows, KEY_ID).into(), secret: value(rows, SECRET).into() }
}

fn value<'a>(rows: &'a [ActionRow], id: &str) -> &'a str {
    let mut values = rows.iter().flat_map(|row| &row.components).filter_map(|component| match component {
        ActionRowComponent::InputText(input) if input.custom_id == id => input.value.as_deref(),
        _ => None,
    });
    match (values.next(), values.next()) {
        (Some(value), None) => value,
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use domain::account::Environment;
    use secrecy::ExposeSecret;
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn show(purpose: &FormFor) -> Value {
        serde_json::to_value(form(FormId(Uuid::from_u128(1)), purpose)).unwrap()
    }

    fn rows(json: Value) -> Vec<ActionRow> {
        serde_json::from_value(json).unwrap()
    }

    fn input(id: &str, value: &str) -> Value {
        json!({"type": 1, "components": [{"type": 4, "custom_id": id, "value": value}]})
    }

    #[test]
    fn a_form_says_that_discord_reads_along_and_keeps_to_discords_limits() {
        let purposes = [
            FormFor::Link { environment: Environment::Paper, name: None },
            FormFor::Link { environment: Environment::Live, name: None },
            FormFor::Rotate { account: None },
            FormFor::Rotate { account: Some("\u{202e}".to_owned() + &"x".repeat(4_000)) },
        ];
        let titles: Vec<_> =
            purposes.iter().map(|purpose| show(purpose)["title"].as_str().unwrap().to_owned()).collect();
        insta::assert_snapshot!(titles.join("\n"), @r#"
        Link a PAPER account
        Link a LIVE account
        New keys for your default account
        New keys for xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
        "#);
        for purpose in &purposes {
            let json = show(purpose);
            assert!(json["title"].as_str().unwrap().chars().count() <= SHORT);
            assert!(json["custom_id"].as_str().unwrap().starts_with("v1:form:"));
            let labels = json["components"].to_string();
            assert!(labels.contains("Discord sees what you type here"));
            for row in json["components"].as_array().unwrap() {
                let field = &row["components"][0];
                assert!(field["label"].as_str().unwrap().chars().count() <= SHORT);
                assert!(field["placeholder"].as_str().unwrap().chars().count() <= 100);
            }
        }
    }

    #[test]
    fn new_terms_are_read_and_what_is_empty_stays() {
        let read = |fields: &[(&str, &str)]| {
            let fields: Vec<_> = fields.iter().map(|(id, text)| input(id, text)).collect();
            edits(&rows(Value::Array(fields)))
        };
        assert_eq!(read(&[]), Ok(Edits::default()));
        assert_eq!(read(&[("limit", "  "), ("quantity", "")]), Ok(Edits::default()));
        let typed = read(&[("limit", "184.5"), ("stop", "$180"), ("trail", "2.5%"), ("quantity", "6")]).unwrap();
        assert_eq!(typed.limit.unwrap().to_string(), "$184.50");
        assert_eq!(typed.trail.unwrap().to_string(), "2.5%");
        assert!(typed.stop.is_some() && typed.qty.is_some() && typed.time_in_force.is_none());
        assert!(matches!(read(&[("limit", "1,5")]), Err(Refused::Number(Field::Limit, _))));
        let json = serde_json::to_value(terms(IntentId(Uuid::from_u128(1)))).unwrap();
        assert!(json["title"].as_str().unwrap().chars().count() <= SHORT);
        for row in json["components"].as_array().unwrap() {
            assert!(row["components"][0]["label"].as_str().unwrap().chars().count() <= SHORT);
            assert_eq!(row["components"][0]["required"], false);
        }
    }

    #[test]
    fn odd_submits_of_the_catalogue_read_as_empty() {
        let whole = pasted(&rows(json!([input("key_id", "PK1"), input("secret", "s")])));
        assert_eq!((whole.key_id.expose_secret(), whole.secret.expose_secret()), ("PK1", "s"));
        for odd in [
            json!([]),
            json!([input("other", "PK1")]),
            json!([input("key_id", "PK1"), input("key_id", "PK2")]),
            json!([{"type": 1, "components": []}]),
            json!([{"type": 1, "components": [{"type": 4, "custom_id": "key_id"}]}]),
        ] {
            assert_eq!(pasted(&rows(odd.clone())).key_id.expose_secret(), "", "{odd}");
        }
    }
}
