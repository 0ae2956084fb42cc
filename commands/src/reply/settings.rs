//! `/settings`.

use super::Reply;
use domain::money::Usd;
use domain::settings::{Notices, Settings};
use rust_decimal::Decimal;

/// Every setting, and how to change it.
pub(crate) fn settings(settings: &Settings) -> Reply {
    Reply::plain("Your settings")
        .with_wide("Direct messages", notices(settings.notices))
        .with_wide("Blur", blur(settings.blur))
        .with_wide("Large orders", large(settings.typed_above))
        .with_wide("Large positions", concentrated(settings))
}

fn concentrated(settings: &Settings) -> String {
    format!(
        "a card warns **above {}** of the account. `/settings concentration:40%` makes that another part.",
        settings.concentration()
    )
}

fn large(above: Option<Decimal>) -> String {
    match above {
        Some(above) => format!(
            "**above {}** a card asks for its words to be typed. `/settings typed_above:off` stops that.",
            Usd(above)
        ),
        None => "**off**: a press confirms an order of any size. `/settings typed_above:10000` makes cards of larger orders \
                 ask for their words to be typed."
            .to_owned(),
    }
}

const fn notices(notices: Notices) -> &'static str {
    match notices {
        Notices::Off => {
            "**off**: Paddock writes to you only when you use it. `/settings notices:on` lets it tell you when the fate of \
             an order or an exercise becomes known late, when an order ends or a part of it fills after its message stopped updating, and when \
             one hangs; and once a day where your audit log ends, so that nobody can rewrite it unseen."
        }
        Notices::On => {
            "**on**: Paddock tells you when the fate of an order or an exercise becomes known late, when an order ends or a part of it fills \
             after its message stopped updating, and when one hangs; and once a day where your audit log ends, so that \
             nobody can rewrite it unseen. `/settings notices:off` stops that at once."
        }
        Notices::Undeliverable => {
            "**off, because Discord did not let a message through**: you may have blocked Paddock, or closed direct \
             messages from this server. Open them, then `/settings notices:on`."
        }
    }
}

const fn blur(on: bool) -> &'static str {
    if on {
        "**on**: what you look at shows `$•••` until you press **Show amounts**. Cards and receipts of orders stay as they are: you confirm what they say. `/settings blur:off` stops that."
    } else {
        "**off**: amounts are shown at once. `/settings blur:on` masks them until you press a button."
    }
}
