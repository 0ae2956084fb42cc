//! What comes in from outside, reachable with any bytes: for `fuzz/` and for the test below. Not part of the service.
//!
//! Each function reads its bytes as the bot would and asserts what has to hold of the result. `docs/fuzzing.md` says how to
//! run them for hours; here every committed seed and some thousand mutations of them run with the other tests.

use crate::context::Turn;
use crate::form::{filled, pasted};
use crate::press::asked_by;
use crate::reply::line::{stuck, underlined};
use crate::routes::Action;
use crate::typed::{Typed, legs, net};
use desk::slip::{Filled, Slip};
use desk::view::View;
use domain::ids::AccountId;
use domain::line::Line;
use domain::money::Price;
use domain::order::{Side, Size};
use domain::sizing::Amount;
use domain::symbol::{AssetKind, Symbol};
use secrecy::ExposeSecret;
use serenity::all::{Event, Http, Interaction, InteractionCreateEvent, ModalInteractionData};
use serenity::model::event::GatewayEvent;
use std::sync::Arc;
use uuid::Uuid;

/// The options of `/buy` as they were typed, one a line: symbol, quantity, dollars, limit, stop, trail, take profit, stop loss,
/// then legs and net price of a spread. An empty line was left out. All of it is read as the one line of `/t`, too.
pub fn order_text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    one_line(&text);
    let mut lines = text.split('\n');
    let mut next = || lines.next().filter(|line| !line.is_empty()).map(str::to_owned);
    let symbol = next().unwrap_or_default();
    let (quantity, dollars, limit, stop) = (next(), next(), next(), next());
    let (trail, take_profit, stop_loss) = (next(), next(), next());
    let typed = Typed { symbol, quantity, dollars, limit, stop, trail, take_profit, stop_loss, ..Typed::default() };
    let _ = (next().map(|text| legs(&text)), next().map(|text| net(&text)));
    for side in [Side::Buy, Side::Sell] {
        let Ok(order) = typed.order(side) else { continue };
        let Amount::Exactly(amount) = order.size else { panic!("{order:?}") };
        let order = order.sized(amount);
        let symbol = order.symbol.as_str();
        assert!((1..=21).contains(&symbol.len()) && symbol.is_ascii(), "{symbol:?}");
        let size = match order.size {
            Size::Shares(quantity) => quantity.get(),
            Size::Dollars(usd) => usd.0,
        };
        assert!(size.is_sign_positive() && !size.is_zero() && size.scale() <= 9, "{order:?}");
        if order.symbol.kind() != AssetKind::Crypto {
            assert!(order.pricing.limit().is_none_or(Price::fits_increment), "{order:?}");
        }
        assert_eq!(order.columns().order().as_ref(), Some(&order), "what was understood reads back the same");
    }
}

fn one_line(text: &str) {
    match Line::read(text) {
        Ok(line) => {
            let again = Line::read(&line.to_string());
            assert_eq!(again.as_ref(), Ok(&line), "what was understood reads back the same");
        }
        Err(misread) => {
            assert!(misread.at <= misread.words.len(), "{misread:?}");
            assert!((1..=100).contains(&stuck(&misread).chars().count()), "{misread:?}");
            assert_eq!(underlined(&misread).matches("```").count(), 2, "{misread:?}");
        }
    }
}

/// The custom id of a button or a form.
pub fn custom_id(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(action) = text.parse::<Action>() {
        assert_eq!(action.to_string(), text, "one id has one text");
        assert!(text.len() <= 100, "{text}");
    }
}

/// The `data` of a sent form.
pub fn modal(bytes: &[u8]) {
    let Ok(sent) = serde_json::from_slice::<ModalInteractionData>(bytes) else { return };
    read_form(&sent);
}

fn read_form(sent: &ModalInteractionData) {
    custom_id(sent.custom_id.as_bytes());
    let pasted = pasted(&sent.components);
    let total: usize = sent.components.iter().map(|row| row.components.len()).sum();
    for text in [pasted.key_id.expose_secret(), pasted.secret.expose_secret()] {
        assert!(total > 0 || text.is_empty(), "a form without fields has no values");
    }
    for symbol in ["AAPL", "BTC/USD", "AAPL261218C00250000"].map(Symbol::from_broker) {
        let slip = Slip::new(AccountId(Uuid::nil()), symbol);
        let Ok(numbers) = filled(&sent.components, &slip) else { continue };
        assert!(total > 0 || numbers == Filled::default(), "a form without fields fills nothing in");
        let view = View::Ticket(slip.filled(&numbers));
        let Ok(stored) = serde_json::to_string(&view) else { panic!("{view:?}") };
        assert!(stored.len() <= 4_096, "a row takes any slip: {stored}");
        assert_eq!(serde_json::from_str(&stored).ok(), Some(view), "what was stored is read again");
    }
}

/// One frame of the gateway, after decompression, as serenity reads it; an interaction in it, as we do.
pub fn gateway_frame(bytes: &[u8]) {
    // serenity decompresses into a `String` and takes text frames as such, so what is not UTF-8 goes no further.
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(GatewayEvent::Dispatch(_, event)) = serde_json::from_str(text) else { return };
    let Event::InteractionCreate(InteractionCreateEvent { interaction, .. }) = event else { return };
    let http = Arc::new(Http::new(""));
    let turn = match &interaction {
        Interaction::Command(command) => Turn::of_command(&http, command),
        Interaction::Component(press) => {
            custom_id(press.data.custom_id.as_bytes());
            let _owner = asked_by(press);
            Turn::of_press(&http, press)
        }
        Interaction::Modal(sent) => {
            read_form(&sent.data);
            Turn::of_form(&http, sent)
        }
        _ => return,
    };
    let user = match &interaction {
        Interaction::Command(command) => &command.user,
        Interaction::Component(press) => &press.user,
        Interaction::Modal(sent) => &sent.user,
        _ => return,
    };
    assert_eq!(turn.user(), user.id, "an interaction's turn is its own user's");
    assert_eq!(turn.tenant().user().0.cast_unsigned(), user.id.get(), "and so is its tenant");
}

#[cfg(test)]
#[path = "../../fuzz/corpus.rs"]
mod corpus;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_an_order_breaks_the_parsers() {
        corpus::feed("order_text", 2_000, order_text);
    }

    #[test]
    fn no_custom_id_breaks_the_router() {
        corpus::feed("custom_id", 2_000, custom_id);
    }

    #[test]
    fn no_form_breaks_the_reader_of_forms() {
        corpus::feed("modal", 2_000, modal);
    }

    #[test]
    fn no_gateway_frame_breaks_the_way_to_a_turn() {
        corpus::feed("gateway_frame", 2_000, gateway_frame);
    }
}
