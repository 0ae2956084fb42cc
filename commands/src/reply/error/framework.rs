//! What goes wrong between Discord and a command, before or around the desk.

use super::{Doing, Fault, Prose, logged};
use crate::reply::Reply;
use crate::routes::RouteRefusal;
use crate::turnstile::Full;

/// Something between Discord and a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// Our code panicked. What it was about may or may not have been done.
    Broken,
    /// Discord shows an older or newer form of the command than this program has.
    Outdated,
    /// The bot, or the user, may not do that there.
    NotPermitted,
    /// Too much under way.
    Crowded(Full),
    /// A button or form that this program does not know.
    Route(RouteRefusal),
    /// Somebody else's button.
    NotYours,
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
        Mishap::Route(RouteRefusal::NotOurs | RouteRefusal::UnreadableId) => {
            Prose::new("route_not_ours", "Not a button of ours", "Paddock did not make this button or form.")
                .state("Nothing was done.")
        }
        Mishap::Route(RouteRefusal::OtherVersion | RouteRefusal::UnknownAction) => Prose::new(
            "route_other_version",
            "Too old or too new",
            "This button or form is from another version of Paddock.",
        )
        .state("Nothing was done.")
        .next("Give the command again."),
        Mishap::NotYours => {
            Prose::new("not_yours", "Not yours", "This message answers somebody else, and so do its buttons.")
                .state("Nothing was done.")
                .next("Use a command of your own.")
        }
    }
}
