//! `/close-all`: what a press would place, and what became of it.

use super::error::title_of;
use super::list::paragraphs;
use super::{Button, Reply, receipt, words};
use crate::reply::escape::prose;
use crate::routes::Action;
use desk::views::{CloseAllCard, ClosedAll};
use domain::account::Environment;
use domain::life::State;

/// Asks before everything is closed, and names each order.
pub(crate) fn ask(card: &CloseAllCard) -> Reply {
    if card.closes.is_empty() {
        return Reply::about(&card.account, "Nothing to close").say("The account holds no positions.");
    }
    let rows: Vec<_> = card
        .closes
        .iter()
        .map(|(position, order)| {
            let value = position.value.map(|value| format!(" · now {value}")).unwrap_or_default();
            format!("**{}**{value}", words::order(order))
        })
        .collect();
    let label = match card.account.environment {
        Environment::Paper => "Close all on paper",
        Environment::Live => "Close all with real money",
    };
    let count = if rows.len() == 1 { "the one position".to_owned() } else { format!("all {} positions", rows.len()) };
    Reply::about(&card.account, format!("Close {count}?"))
        .say("First every open order of the account is canceled, those placed elsewhere too. Then these orders go out:")
        .say(paragraphs(&rows, "`/positions` shows all."))
        .with_wide("Good until", words::counting(card.expires_at))
        .footer("Nothing is sent until you press Close.")
        .button(Button::danger(Action::CloseAll(card.ticket), label))
        .button(Button::quiet(Action::Keep(card.ticket), "Keep everything"))
}

/// One line per order.
pub(crate) fn closed(closed: &ClosedAll) -> Reply {
    let rows: Vec<_> = closed
        .results
        .iter()
        .map(|(symbol, result)| match result {
            Ok(receipt) => receipt::in_a_line(receipt),
            Err(refused) => {
                let symbol = prose(symbol.as_str(), words::SYMBOL);
                format!("**{symbol}** · not sent: {}", title_of(refused))
            }
        })
        .collect();
    let is_taken = |state: &State| matches!(state, State::AtBroker) || state.is_settled();
    let taken =
        closed.results.iter().filter(|(_, one)| one.as_ref().is_ok_and(|one| is_taken(&one.life.state))).count();
    Reply::about(&closed.account, format!("{taken} of {} closing orders answered by Alpaca", rows.len()))
        .say(paragraphs(&rows, "`/orders` shows the rest."))
        .footer("/orders and /positions show what becomes of them.")
}
