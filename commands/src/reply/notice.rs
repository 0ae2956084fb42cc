//! What Paddock says by itself.

use super::receipt::{name, sheet};
use super::{Reply, exercise, words};
use desk::views::{Receipt, Tidings};

/// The message that tells it.
pub(crate) fn notice(tidings: &Tidings) -> Reply {
    match tidings {
        Tidings::LateArrival(order) => order_notice(
            order,
            "**This order counted as not placed, and has turned up at Alpaca after all.** What stands above is how it is now. \
             If you placed another one in its stead, you may have two: cancel or sell what you do not want.",
        ),
        Tidings::Settled(order) => order_notice(
            order,
            &format!("This is what became of the order that you placed {}.", words::counting(order.decided_at)),
        ),
        Tidings::BookEnd { seq, hash } => Reply::plain("Your audit log today")
            .say(format!(
                "It has {seq} entries and ends with `{hash}`. Keep this message: should anybody write your log anew, a later copy \
                 of it will not have this hash at entry {seq}."
            ))
            .footer("/settings notices:off stops such messages"),
        Tidings::KeysRevoked(account) => Reply::about(account, "The keys of this account are revoked")
            .footer("/settings notices:off stops such messages"),
        Tidings::PartFilled(order) => order_notice(
            order,
            &format!(
                "A part of the order that you placed {} is filled. Paddock writes once more when it is over, not at every part: \
                 `/orders` shows how it stands.",
                words::counting(order.decided_at)
            ),
        ),
        Tidings::Exercised(done) => {
            exercise::done(done).footer("/settings notices:off stops such messages")
        }
        Tidings::Stuck(order) => order_notice(order, "Its own message is too old to be updated, hence this one."),
    }
}

fn order_notice(order: &Receipt, why: &str) -> Reply {
    sheet(order).say(why).footer(format!("{} · /settings notices:off stops such messages", name(order)))
}
