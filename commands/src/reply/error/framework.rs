//! What goes wrong between Discord and a command, before or around the desk.

use super::{Doing, Fault, Prose, logged};
use crate::pace::{MINUTE, Met};
use crate::reply::{Reply, words};
use crate::routes::RouteRefusal;
use crate::turnstile::Full;
use desk::Shut;

/// Something between Discord and a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// Our code panicked. What it was about may or may not have been done.
    Broken,
    /// Discord shows an older or newer form of the command than this program has.
    Outdated,
    /// The bot, or the user, may not do that there.
    NotPermitted,
    /// Too much under way, or too much in a minute.
    Crowded(Full),
    /// The operator's lists do not have this user or server.
    Shut(Shut),
    /// A button or form that this program does not know.
    Route(RouteRefusal),
    /// Somebody else's button.
    NotYours,
    /// Only a server has what was asked about.
    ServerOnly,
    /// Only those who manage the server may change that.
    AdminsOnly,
}

/// The reply to a mishap.
pub(crate) fn mishap(mishap: Mishap) -> Reply {
    logged(&explain(mishap), Doing::Reading)
}

pub(super) fn explain(mishap: Mishap) -> Prose {
    match mishap {
        Mishap::Broken => Prose::new("panic", "Something broke in Paddock", "That is our fault, not yours.")
            .state("If this was about an order, it may or may not have been sent.")
            .next("Look at `/orders` before you try again, and tell whoever runs Paddock, with the reference below.")
            .by(Fault::Paddock),
        Mishap::Outdated => Prose::new(
            "outdated_command",
            "This command has changed",
            "Discord still shows another version of it than Paddock knows.",
        )
        .state("Nothing was done.")
        .next("Restart Discord and try again. If that does not help, tell whoever runs Paddock.")
        .by(Fault::Paddock),
        Mishap::NotPermitted => Prose::new("not_permitted", "Not here", "Paddock may not do that in this place.")
            .state("Nothing was done.")
            .next("Write to the bot in a direct message instead."),
        Mishap::Crowded(Full::ThisUser) => {
            Prose::new("crowded_user", "One at a time", "Several of your commands are still being worked on.")
                .state("This one was not started.")
                .next("Wait for their answers, then try again.")
        }
        Mishap::Crowded(Full::Everyone) => {
            Prose::new("crowded", "Paddock is busy", "Very many commands are being worked on.")
                .state("This one was not started.")
                .next("Try again in a moment.")
                .by(Fault::Paddock)
        }
        Mishap::Crowded(Full::UserTooFast(met)) => too_fast("You can give", met),
        Mishap::Crowded(Full::ServerTooFast(met)) => too_fast("All of you in this server can give", met),
        Mishap::Shut(why) => shut(why),
        Mishap::Route(RouteRefusal::NotOurs | RouteRefusal::UnreadableId) => {
            Prose::new("route_not_ours", "Not a button of ours", "Paddock did not make this button or form.")
                .state("Nothing was done.")
                .next("Give a command of Paddock's instead; `/help` names them.")
        }
        Mishap::Route(RouteRefusal::OtherVersion | RouteRefusal::UnknownAction) => Prose::new(
            "route_other_version",
            "Too old or too new",
            "This button or form is from another version of Paddock.",
        )
        .state("Nothing was done.")
        .next("Give the command again."),
        Mishap::ServerOnly => Prose::new(
            "server_only",
            "Only in a server",
            "This is about a server, and a direct message belongs to none.",
        )
        .state("Nothing was done.")
        .next("Give the command in the server that you mean."),
        Mishap::AdminsOnly => Prose::new(
            "admins_only",
            "For admins of this server",
            "Only who may manage the server decides what it forbids. They cannot see your accounts or trade for you.",
        )
        .state("Nothing was changed.")
        .next("`/server rules` shows what is set."),
        Mishap::NotYours => {
            Prose::new("not_yours", "Not yours", "This message answers somebody else, and so do its buttons.")
                .state("Nothing was done.")
                .next("Use a command of your own.")
        }
    }
}

fn too_fast(who: &str, Met { most, within, wait }: Met) -> Prose {
    let wait = words::wait(wait);
    let span = if within == MINUTE { "a minute".to_owned() } else { format!("in {} seconds", within.as_secs()) };
    Prose::new("too_fast", "Slower, please", format!("{who} {most} commands {span}. Canceling is not counted."))
        .state("This one was not started.")
        .next(format!("Try again in {wait}."))
}

/// What is left to somebody who is not let in: to see what is open, to get out, and to have everything deleted.
const WAY_OUT: &str = "What you have here stays yours: `/orders`, `/cancel`, `/account list`, `/account remove` and `/mydata` go on working.";

fn shut(why: Shut) -> Prose {
    let prose = match why {
        Shut::User => {
            Prose::new("shut_user", "Not for you, so far", "Whoever runs Paddock lets certain people use it only.")
        }
        Shut::Server => Prose::new(
            "shut_server",
            "Not in this server",
            "Whoever runs Paddock lets it be used in certain servers only.",
        ),
    };
    prose.state("Nothing was done.").next(format!("Ask whoever runs Paddock to let you in. {WAY_OUT}"))
}

pub(super) fn not_from_here() -> Prose {
    Prose::new(
        "not_from_here",
        "Use it in the server first",
        "Whoever runs Paddock lets it be used in certain servers only, and you have not used it in one of them yet.",
    )
    .next(format!("Give a command there once; from then on direct messages work, too. {WAY_OUT}"))
}
