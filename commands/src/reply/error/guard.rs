//! An entry that its account's own guards stopped: which one, its value, and when it lets entries pass again.

use super::Prose;
use crate::reply::escape::prose;
use crate::reply::guards::{cool_off, list};
use crate::reply::words;
use domain::guard::{Break, Kind, Stopped};

/// The words for a stopped entry.
pub(super) fn stopped(stopped: &Stopped) -> Prose {
    let what = what(&stopped.because);
    let reset = match (&stopped.because, stopped.loosens) {
        (_, Some(at)) => format!("It becomes looser {}.", words::counting(at)),
        (Break::Paused, None) => "It holds until you use `/resume`.".to_owned(),
        (Break::DayLoss { .. }, None) => "It starts anew with the next trading day.".to_owned(),
        (Break::CoolOff { until, .. }, None) => format!("It is over {}.", words::counting(*until)),
        (Break::Unread(_), None) => "Try again in a moment.".to_owned(),
        (_, None) => "It holds until you loosen it with `/guard set`, which takes 24 hours.".to_owned(),
    };
    Prose::new(stopped.because.kind().as_str(), title(&stopped.because), what)
        .next(format!("{reset} Exits and cancels always pass."))
}

const fn title(because: &Break) -> &'static str {
    match because {
        Break::Paused => "This account is paused",
        Break::Unread(_) => "A guard could not be checked",
        _ => "Your guard stopped this entry",
    }
}

fn what(because: &Break) -> String {
    match because {
        Break::Paused => "You paused it, so nothing is entered with it.".to_owned(),
        Break::Order { most, worth } => {
            format!("**Largest order {most}**: this one is worth {worth}.")
        }
        Break::Position { most, after } => {
            format!("**Largest position {most}**: with what is held and ordered already, it would be worth {after}.")
        }
        Break::DayLoss { most, lost } => {
            format!("**Day's loss {most}**: the account is {lost} below the previous close.")
        }
        Break::NotListed { symbol, only } => {
            format!("**Only {}**: {} is not among them.", list(&only.0), prose(symbol.as_str(), words::SYMBOL))
        }
        Break::Denied(symbol) => format!("**Never {}**.", prose(symbol.as_str(), words::SYMBOL)),
        Break::CoolOff { rule, losses, .. } => {
            let lost =
                if *losses == 1 { "the last exit lost".to_owned() } else { format!("the last {losses} exits lost") };
            format!("**Cool-off {}**: {lost}.", cool_off(*rule))
        }
        Break::FatFinger { most, limit, market } => {
            format!("**Fat finger {}%**: {limit} is further than that beyond {market}.", most.normalize())
        }
        Break::Unread(kind) => format!("**{}**: what it asks for could not be read from Alpaca.", name(*kind)),
    }
}

/// The words for a text that is no cool-off.
pub(super) fn cool_off_odd() -> Prose {
    Prose::new(
        "cool_off_odd",
        "Not a cool-off",
        "It is two numbers: how many losing exits in a row, and then how many minutes.",
    )
    .next("Write `2/30` for 30 minutes after 2 losing exits; at most 100 exits, and a week.")
}

/// As `/guard show` calls it.
const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Order => "Largest order",
        Kind::Position => "Largest position",
        Kind::DayLoss => "Day's loss",
        Kind::Only => "Only",
        Kind::Never => "Never",
        Kind::CoolOff => "Cool-off",
        Kind::FatFinger => "Fat finger",
        Kind::Pause => "Pause",
    }
}
