//! What became of an order, as far as it is proved. Each state has its own words, and "unconfirmed" never reads as "no".

use super::error::broker;
use super::escape::{code, prose};
use super::{Button, Reply, words};
use crate::routes::Action;
use desk::mend::Mend;
use desk::views::Receipt;
use domain::life::{Ending, State};
use domain::money::Usd;
use domain::order::BrokerStatus;
use domain::outcome::RefusalReason;
use domain::policy;
use rust_decimal::Decimal;

/// Whether the message goes on changing by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Following {
    /// It does, for as long as Discord allows.
    Yes,
    /// It does not (any more).
    No,
}

/// The receipt as a message that was asked for.
pub(crate) fn receipt(receipt: &Receipt, following: Following) -> Reply {
    let mut reply = sheet(receipt);
    if receipt.life.state == State::Unconfirmed || receipt.stuck {
        reply = reply.button(Button::quiet(Action::TellMe(receipt.intent), "Message me when it is known"));
    }
    reply.footer(footer(receipt, following))
}

/// What a receipt says, wherever it stands.
pub(crate) fn sheet(receipt: &Receipt) -> Reply {
    let (title, text) = headline(receipt);
    let (order, life) = (&receipt.order, &receipt.life);
    let mut reply = Reply::about(&receipt.account, title)
        .say(text)
        .with_wide("Order", words::order(order))
        .with("Type", words::terms(order))
        .with_some("Filled", filled(receipt))
        .with_some("Value", value(receipt))
        .with("Decided", words::moment(receipt.decided_at));
    if life.state == State::Unconfirmed {
        let looked = receipt.looked_at.map_or_else(|| "not yet".to_owned(), words::counting);
        reply = reply.with("Last asked", looked);
    }
    for button in deeds(receipt) {
        reply = reply.button(button);
    }
    if life.state == State::Over(Ending::Refused) {
        reply = helps(receipt).into_iter().fold(reply, Reply::button);
    }
    // The one ending that a late arrival reopens.
    if !life.state.is_settled() || life.state == State::Over(Ending::NeverArrived) {
        reply = reply.button(Button::quiet(Action::Check(receipt.intent), "Check again"));
    }
    reply
}

/// What can be done with the order now.
fn deeds(receipt: &Receipt) -> Vec<Button> {
    let (intent, order) = (receipt.intent, &receipt.order);
    let mut deeds = Vec::new();
    let repeat = Button::quiet(Action::Repeat(intent), "Repeat");
    match receipt.life.state {
        // What hangs is neither sent again nor moved.
        State::AtBroker if receipt.stuck => deeds.push(Button::quiet(Action::Cancel(intent), "Cancel order")),
        State::AtBroker => {
            deeds.push(Button::quiet(Action::Cancel(intent), "Cancel order"));
            // A spread keeps its terms.
            let is_single = order.class.legs().is_empty();
            if is_single {
                deeds.push(Button::quiet(Action::Replace(intent), "Replace"));
            }
            if order.pricing.limit().is_some() && is_single {
                deeds.push(Button::quiet(Action::Bid(intent), "To bid"));
                deeds.push(Button::quiet(Action::Middle(intent), "To mid"));
                deeds.push(Button::quiet(Action::Ask(intent), "To ask"));
            }
            deeds.push(repeat);
        }
        // Of any other ending it is not sure that the same would do, or that there is no order.
        State::Over(Ending::Filled | Ending::Canceled | Ending::Expired | Ending::NotSent) => deeds.push(repeat),
        State::Intended | State::Unconfirmed | State::Over(_) => {}
    }
    deeds.push(Button::quiet(Action::Details(intent), "Details"));
    deeds
}

/// The state in one word, and in a sentence.
fn headline(receipt: &Receipt) -> (String, String) {
    match &receipt.life.state {
        State::Intended => (
            "Sending…".into(),
            "The order is on its way to Alpaca. **Do not send it again**; what becomes of it shows here.".into(),
        ),
        State::Unconfirmed => ("Sent, not yet confirmed".into(), unconfirmed(receipt)),
        State::AtBroker => at_broker(receipt),
        State::Over(ending) => over(*ending, receipt),
    }
}

fn unconfirmed(receipt: &Receipt) -> String {
    let why = receipt.life.doubt.as_ref().map(|doubt| format!("{} ", broker::doubt(doubt))).unwrap_or_default();
    format!(
        "{why}The order may be at Alpaca. **Do not send it again**: Paddock keeps asking and will show what it finds."
    )
}

/// An order that is on its way in, out or over, and does not get there. It may still fill, so nothing is concluded.
fn stuck(receipt: &Receipt) -> Option<(String, String)> {
    let waits_for = match receipt.life.status.as_ref().filter(|_| receipt.stuck)? {
        BrokerStatus::PendingCancel => "to cancel it: **until that is through, it may still fill**",
        BrokerStatus::PendingReplace => "to replace it: **until that is through, the old one may still fill**",
        _ => "to pass it on to the market: **it may still fill**",
    };
    let text = format!(
        "Alpaca has the order and has not managed {waits_for}. That normally takes moments; something is wrong at Alpaca. \
         **Do not send it again.** Paddock keeps looking. If it lasts, see <https://status.alpaca.markets> or ask Alpaca's \
         support, and give them the order's id below."
    );
    Some(("Stuck at Alpaca".to_owned(), text))
}

fn at_broker(receipt: &Receipt) -> (String, String) {
    if let Some(stuck) = stuck(receipt) {
        return stuck;
    }
    let queues = receipt.market.filter(|clock| !clock.is_open);
    let (title, text) = match receipt.life.status.as_ref() {
        None => ("At Alpaca".to_owned(), "Alpaca has the order.".to_owned()),
        Some(BrokerStatus::PendingNew | BrokerStatus::Accepted | BrokerStatus::New) => match queues {
            Some(clock) if !receipt.order.extended_hours => (
                "Queued".to_owned(),
                format!("Alpaca has the order. It queues until {}.", words::eastern(clock.next_open)),
            ),
            _ => ("Working".to_owned(), "Alpaca has the order and works on it.".to_owned()),
        },
        Some(BrokerStatus::PartiallyFilled) => {
            ("Partially filled".into(), "The rest of the order is still working.".into())
        }
        Some(BrokerStatus::PendingCancel) => {
            ("Cancel requested".into(), "Alpaca has the cancel. Until it is through, the order may still fill.".into())
        }
        Some(BrokerStatus::PendingReplace) => {
            ("Being replaced".into(), "Alpaca is replacing the order with another one.".into())
        }
        Some(BrokerStatus::DoneForDay) => {
            ("Done for today".into(), "The order does nothing more today; it may work again tomorrow.".into())
        }
        Some(BrokerStatus::Held) => ("Held".into(), "Alpaca holds the order until another one is through.".into()),
        Some(
            status @ (BrokerStatus::Other(_)
            | BrokerStatus::Filled
            | BrokerStatus::Canceled
            | BrokerStatus::Expired
            | BrokerStatus::Replaced
            | BrokerStatus::Rejected),
        ) => ("At Alpaca".into(), format!("Alpaca has the order and calls its state `{}`.", code(status.as_str(), 40))),
    };
    (title, text)
}

fn over(ending: Ending, receipt: &Receipt) -> (String, String) {
    let part = if receipt.life.filled_qty > Decimal::ZERO {
        " Part of it was filled before that; it stays."
    } else {
        " None of it was filled."
    };
    let (title, text) = match ending {
        Ending::NotSent => ("Not sent", "**Nothing was sent** to Alpaca, and nothing will be.".to_owned()),
        Ending::Refused => ("Refused by Alpaca", format!("{} **There is no order.**", refusal(receipt))),
        Ending::NeverArrived => (
            "Never arrived",
            "Alpaca was asked often and for long, and has no such order. It counts as **not placed**; should it turn up after all, Paddock shows it.".to_owned(),
        ),
        Ending::Filled => ("Filled", "The whole order is done.".to_owned()),
        Ending::Canceled => ("Canceled", format!("The order is canceled.{part}")),
        Ending::Expired => ("Expired", format!("The order's time ran out.{part}")),
        Ending::Rejected => ("Rejected", format!("The exchange refused the order after Alpaca had taken it in.{part}")),
        Ending::Replaced => ("Replaced", format!("Another order took this one's place.{part} `/orders` shows the new one.")),
    };
    (title.to_owned(), text)
}

/// What helps against a refusal, as buttons.
fn helps(receipt: &Receipt) -> Vec<Button> {
    let Some(refusal) = &receipt.life.refusal else { return Vec::new() };
    if refusal.reason == RefusalReason::Credentials {
        return vec![Button::quiet(Action::NewKeys(receipt.account.id), "Enter new keys")];
    }
    let button = |mend: &Mend| match mend {
        Mend::Clear => Some(Button::quiet(Action::InTheWay(receipt.intent), "Show what is in the way")),
        // Offered beside what is in the way, once that is seen to make one order with this.
        Mend::Join => None,
        Mend::Limit => Some(Button::quiet(Action::Mend(receipt.intent), "Make it a limit order")),
    };
    Mend::of(&receipt.order, &refusal.reason).iter().filter_map(button).collect()
}

fn refusal(receipt: &Receipt) -> String {
    receipt.life.refusal.as_ref().map_or_else(|| "Alpaca refused the order.".to_owned(), broker::refusal)
}

/// `2 of 5 at $184.47`.
fn filled(receipt: &Receipt) -> Option<String> {
    let done = receipt.life.filled_qty;
    if done.is_zero() {
        return None;
    }
    let of = match receipt.order.size {
        domain::order::Size::Shares(qty) => format!("{} of {qty}", words::quantity(done)),
        domain::order::Size::Dollars(_) => words::units(&receipt.order.symbol, done),
    };
    Some(match receipt.life.filled_avg_price {
        Some(price) => format!("{of} at {}", Usd(price.get())),
        None => of,
    })
}

/// What the fills cost or brought; of an adjusted contract nobody here knows that.
fn value(receipt: &Receipt) -> Option<String> {
    let order = &receipt.order;
    let price = receipt.life.filled_avg_price.filter(|_| !policy::is_adjusted(&order.symbol, None))?;
    let value = receipt.life.filled_qty.checked_mul(price.get())?.checked_mul(policy::multiplier(order))?;
    (!value.is_zero()).then(|| Usd(value.round_dp(2)).to_string())
}

/// By which Alpaca finds it.
pub(crate) fn name(receipt: &Receipt) -> String {
    match receipt.life.broker_order {
        Some(id) => format!("Alpaca order {}", id.0.hyphenated()),
        None => format!("Paddock's name for it: {}", receipt.client_order_id),
    }
}

fn footer(receipt: &Receipt, following: Following) -> String {
    let name = name(receipt);
    match following {
        _ if receipt.life.state.is_settled() => name,
        Following::Yes => format!("{name} · updates by itself for a quarter of an hour"),
        Following::No => format!("{name} · no longer updates by itself: press Check again"),
    }
}

/// The receipt in one line, for lists.
pub(crate) fn in_a_line(receipt: &Receipt) -> String {
    let (title, _) = headline(receipt);
    format!("**{}** · {} · {}", words::order(&receipt.order), prose(&title, 60), words::counting(receipt.decided_at))
}
