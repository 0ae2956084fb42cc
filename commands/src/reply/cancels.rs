//! `/cancel`: one order, or all.

use super::error::broker;
use super::list::paragraphs;
use super::orders::{in_a_line, what};
use super::{Button, Reply, words};
use crate::routes::Action;
use desk::views::{Canceled, CanceledAll, Question};
use domain::account::Environment;
use domain::order::BrokerStatus;
use domain::outcome::CancelOutcome;

/// What became of one cancel.
pub(crate) fn canceled(canceled: &Canceled) -> Reply {
    let over = canceled.order.as_ref().filter(|order| order.status.is_terminal());
    let title = match (&canceled.outcome, over.map(|order| &order.status)) {
        (_, Some(BrokerStatus::Canceled)) => "Canceled",
        (_, Some(BrokerStatus::Filled)) => "Too late: filled",
        (CancelOutcome::Requested, _) => "Cancel requested",
        (CancelOutcome::NotOpen, _) => "Not open any more",
        (CancelOutcome::NoSuchOrder, _) => "No such order",
        (CancelOutcome::Refused(_), _) => "Alpaca refused the cancel",
        (CancelOutcome::Unknown(_), _) => "Cancel not yet confirmed",
    };
    let mut reply = Reply::about(&canceled.account, title).say(outcome(&canceled.outcome, over.is_some()));
    if let Some(order) = &canceled.order {
        reply = reply.with_wide("Order, as last seen", in_a_line(order));
    }
    reply
}

/// One outcome in a sentence.
pub(crate) fn outcome(outcome: &CancelOutcome, is_over: bool) -> String {
    match outcome {
        CancelOutcome::Requested if is_over => "Alpaca took the cancel, and the order is over.".into(),
        CancelOutcome::Requested => {
            "Alpaca took the cancel. Until it is through, the order may still fill; `/orders` shows it.".into()
        }
        CancelOutcome::NotOpen => {
            "There was nothing left to cancel: the order was over before, or is just ending.".into()
        }
        CancelOutcome::NoSuchOrder => "Alpaca knows no such order in this account.".into(),
        CancelOutcome::Refused(refusal) => format!("{} **The order is still there.**", broker::refusal(refusal)),
        CancelOutcome::Unknown(doubt) => {
            format!(
                "{} The order may or may not be canceled. Look at `/orders`; canceling once more does no harm.",
                broker::doubt(doubt)
            )
        }
    }
}

/// Asks before everything is canceled.
pub(crate) fn ask_all(question: &Question) -> Reply {
    let label = match question.account.environment {
        Environment::Paper => "Cancel all paper orders",
        Environment::Live => "Cancel all LIVE orders",
    };
    Reply::about(&question.account, "Cancel all open orders?")
        .say("Every open order of this account is canceled, those placed elsewhere too. Positions stay.")
        .with_wide("Good until", words::counting(question.expires_at))
        .button(Button::danger(Action::CancelAll(question.ticket), label))
        .button(Button::quiet(Action::Keep(question.ticket), "Keep them"))
}

/// One line per order.
pub(crate) fn canceled_all(all: &CanceledAll) -> Reply {
    if all.results.is_empty() {
        return Reply::about(&all.account, "Nothing to cancel").say("The account had no open orders.");
    }
    let taken = all.results.iter().filter(|one| one.outcome == CancelOutcome::Requested).count();
    let title = match all.results.len() {
        1 if taken == 1 => "Cancel taken for 1 order".to_owned(),
        count if taken == count => format!("Cancel taken for {count} orders"),
        count => format!("Cancel taken for {taken} of {count} orders"),
    };
    let rows: Vec<_> = all.results.iter().map(line).collect();
    Reply::about(&all.account, title)
        .say(paragraphs(&rows, "`/orders` shows what is still open."))
        .footer("Until Alpaca is through, an order may still fill; /orders shows it.")
}

fn line(one: &Canceled) -> String {
    let order = one.order.as_ref().map_or_else(|| "An order".to_owned(), what);
    let word = match &one.outcome {
        CancelOutcome::Requested => "cancel taken".to_owned(),
        CancelOutcome::NotOpen => "was over before".to_owned(),
        CancelOutcome::NoSuchOrder => "not known to Alpaca".to_owned(),
        CancelOutcome::Refused(refusal) => format!("**not canceled.** {}", broker::refusal(refusal)),
        CancelOutcome::Unknown(doubt) => format!("**not sure.** {} Cancel once more.", broker::doubt(doubt)),
    };
    format!("**{order}** · {word}")
}
