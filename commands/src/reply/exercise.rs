//! `/exercise`: what a press would ask of Alpaca, and what Alpaca said.

use super::error::broker;
use super::escape::prose;
use super::{Button, Reply, words};
use crate::routes::Action;
use desk::Found;
use desk::views::{ExerciseCard, Exercised};
use domain::account::Environment;
use domain::brokerage::Wish;
use domain::money::Usd;
use domain::outcome::ExerciseOutcome;
use domain::symbol::{Contract, Right, Symbol};
use rust_decimal::Decimal;

/// The longest name of a contract.
const NAME: usize = 40;

/// Asks first, in any case.
pub(crate) fn ask(card: &ExerciseCard) -> Reply {
    let name = format!("{} {}", card.qty, prose(&card.contract.to_string(), NAME));
    let (title, label) = match card.wish {
        Wish::Exercise => (format!("Exercise {name}?"), "Exercise"),
        Wish::DoNotExercise => (format!("Let {name} end unexercised?"), "Do not exercise"),
    };
    let reply = Reply::about(&card.account, title);
    let reply = match card.wish {
        Wish::Exercise => reply.say(exchange(card)).say(
            "All of the contract that no open order holds is exercised: Alpaca takes no part of it. **It cannot be taken back.**",
        ),
        Wish::DoNotExercise => reply.say(
            "At its end Alpaca exercises by itself what is at least a cent in the money. This asks it not to, so that the \
             contracts end worth nothing. Alpaca takes it on their last day only.",
        ),
    };
    let button = match card.account.environment {
        Environment::Live => Button::danger(Action::Exercise(card.ticket), label),
        Environment::Paper => Button::go(Action::Exercise(card.ticket), label),
    };
    reply
        .with("Contract ends", card.contract.expiry.format("%a %-d %b %Y").to_string())
        .with_some("Cash", card.cash.filter(|_| card.wish == Wish::Exercise).map(|cash| cash.to_string()))
        .with_wide("Worth it?", worth(card))
        .with_wide("Good until", words::counting(card.expires_at))
        .footer("Nothing is sent until you press the first button.")
        .button(button)
        .button(Button::quiet(Action::Waive(card.ticket), "Cancel"))
}

/// What changes hands.
fn exchange(card: &ExerciseCard) -> String {
    let Contract { root, right, strike, .. } = &card.contract;
    let shares = card.qty.get().checked_mul(Contract::MULTIPLIER).map_or_else(String::new, words::quantity);
    let (root, value) = (prose(root, words::SYMBOL), card.value.map_or_else(|| "–".to_owned(), |usd| usd.to_string()));
    match right {
        Right::Call => format!("You pay **{value}** ({strike} a share) and get **{shares} {root}**."),
        Right::Put => format!("You give **{shares} {root}** and get **{value}** ({strike} a share)."),
    }
}

/// Where the share stands to the strike.
fn worth(card: &ExerciseCard) -> String {
    let root = prose(&card.contract.root, words::SYMBOL);
    let Some(price) = card.price else { return format!("the price of {root} is not known now") };
    let gain = match card.contract.right {
        Right::Call => price.get() - card.contract.strike.get(),
        Right::Put => card.contract.strike.get() - price.get(),
    };
    if gain > Decimal::ZERO {
        return format!("{root} trades at {price}: in the money by {} a share", Usd(gain));
    }
    match card.wish {
        Wish::Exercise => {
            format!(
                "{root} trades at {price}: **out of the money**. The market has the better price, and Alpaca will refuse."
            )
        }
        Wish::DoNotExercise => {
            format!("{root} trades at {price}: out of the money, so it would not be exercised anyway")
        }
    }
}

/// What Alpaca said, as far as it is known.
pub(crate) fn done(done: &Exercised) -> Reply {
    let (title, text) = match (&done.answer, done.wish) {
        (Some(ExerciseOutcome::Taken), Wish::Exercise) => {
            ("Exercise taken", "Alpaca took it. `/positions` shows the shares once it is through.".to_owned())
        }
        (Some(ExerciseOutcome::Taken), Wish::DoNotExercise) => {
            ("Will not be exercised", "Alpaca took it: the contracts end as they are.".to_owned())
        }
        (Some(ExerciseOutcome::Refused(refusal)), _) => {
            ("Refused by Alpaca", format!("{} **Nothing was changed.**", broker::refusal(refusal)))
        }
        // Its history is Alpaca's own word, later than the answer that was lost.
        (_, Wish::Exercise) if exercised(done) => ("Exercised", recorded(done)),
        (_, Wish::Exercise) if done.found == Some(Found::GivenUp) => ("Not found at Alpaca", given_up()),
        (Some(ExerciseOutcome::Unknown(doubt)), _) => {
            ("Sent, not yet confirmed", format!("{} {}", broker::doubt(doubt), unknown(done)))
        }
        (None, _) => ("Sent, not yet confirmed", unknown(done)),
    };
    let reply = Reply::about(&done.account, title)
        .say(text)
        .with_wide("Contracts", format!("{} {}", done.qty, name(&done.contract)))
        .with_some("Held now", done.held.map(words::quantity));
    match done.answer {
        Some(ExerciseOutcome::Taken | ExerciseOutcome::Refused(_)) => reply,
        _ if exercised(done) => reply,
        Some(ExerciseOutcome::Unknown(_)) | None => {
            reply.button(Button::quiet(Action::LookExercise(done.ticket), "Look again"))
        }
    }
}

/// Whether the history lists as many as were held.
fn exercised(done: &Exercised) -> bool {
    done.found == Some(Found::Exercised) || done.recorded.is_some_and(|recorded| recorded >= done.qty.get())
}

/// Whether Paddock goes on looking by itself.
pub(crate) fn is_looked_for(done: &Exercised) -> bool {
    let is_answered = matches!(done.answer, Some(ExerciseOutcome::Taken | ExerciseOutcome::Refused(_)));
    done.wish == Wish::Exercise && !is_answered && done.found.is_none()
}

fn recorded(done: &Exercised) -> String {
    let listed = words::quantity(done.recorded.unwrap_or(done.qty.get()));
    format!(
        "Alpaca's answer was lost, and its history lists **{listed}** of them as exercised since then. `/positions` shows the shares."
    )
}

fn given_up() -> String {
    "Alpaca's answer was lost, and for four days its history has not listed the contracts as exercised. Paddock does not look by \
     itself any more. See `/positions` whether you still hold them, and ask Alpaca's support before they end."
        .to_owned()
}

/// Alpaca gives such a call no name to be asked for, so the positions and the history are all there is to go by.
fn unknown(done: &Exercised) -> String {
    let seen = match (done.wish, done.held) {
        (Wish::Exercise, Some(held)) if held.is_zero() => {
            "The contracts are gone from the account: it went through, unless they were sold meanwhile. Alpaca's history says so \
             for sure once it lists it, and Paddock keeps looking there."
        }
        (Wish::Exercise, Some(_)) => {
            "The contracts are still there, so it has not gone through so far. It still may, so **do not ask for it twice**. \
             Paddock keeps looking in Alpaca's history; ask Alpaca's support before the contracts end."
        }
        (Wish::Exercise, None) => {
            "It may be at Alpaca, which gives it no name to be asked for. **Do not ask for it twice**: Paddock looks in Alpaca's \
             history by itself, for four days, and shows here or writes to you (`/settings notices:on`) what it finds."
        }
        (Wish::DoNotExercise, _) => {
            "It may be at Alpaca, which does not show what it has noted. To ask once more on the same day does no harm."
        }
    };
    seen.to_owned()
}

fn name(contract: &Symbol) -> String {
    match contract.contract() {
        Some(contract) => prose(&contract.to_string(), NAME),
        None => prose(contract.as_str(), words::SYMBOL),
    }
}
