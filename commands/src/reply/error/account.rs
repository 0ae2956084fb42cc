//! Which account, and what is the matter with it.

use super::{Prose, input};
use crate::reply::escape::prose;
use domain::account::AccountName;
use domain::symbol::looks_like_secret;

/// The longest account name is 32 characters; what somebody typed instead may be longer.
const NAME: usize = 40;

pub(super) fn none() -> Prose {
    Prose::new("no_account", "No account yet", "Paddock trades your own Alpaca account, so it needs one.").next(
        "Make paper keys at `app.alpaca.markets` (free, and no real money), then use `/account add`. `/help` has the steps.",
    )
}

pub(super) fn which() -> Prose {
    Prose::new("which_account", "Which account?", "You have several accounts and no default.")
        .next("Name one with the `account` option, or set a default with `/account use`.")
}

/// Somebody may have pasted a secret into the option; it is not shown again.
pub(super) fn unknown(typed: &str) -> Prose {
    if looks_like_secret(typed) {
        return input::secret();
    }
    let typed = prose(typed, NAME);
    Prose::new("no_such_account", "No such account", format!("You have no account called **{typed}**."))
        .next("`/account list` shows yours.")
}

pub(super) fn taken(name: &AccountName) -> Prose {
    let name = prose(name.as_str(), NAME);
    Prose::new("name_taken", "Name taken", format!("You already have an account called **{name}**."))
        .next("Choose another name.")
}

pub(super) fn already_linked(name: &AccountName) -> Prose {
    let name = prose(name.as_str(), NAME);
    Prose::new("already_linked", "Already linked", format!("You linked this Alpaca account before, as **{name}**."))
        .next("To give it new keys, use `/account rotate`.")
}

pub(super) fn too_many(most: usize) -> Prose {
    Prose::new("too_many_accounts", "Too many accounts", format!("One person can link {most} accounts."))
        .next("Remove one with `/account remove` first.")
}

pub(super) fn unsettled(count: usize) -> Prose {
    let orders = if count == 1 { "an order".to_owned() } else { format!("{count} orders") };
    Prose::new(
        "unsettled_orders",
        "Not yet",
        format!("It is not known yet what became of {orders} of this account, and without its keys Paddock could not find out."),
    )
    .next("Wait until that is settled; `/orders` shows it.")
}

pub(super) fn keys_revoked(name: &AccountName) -> Prose {
    let name = prose(name.as_str(), NAME);
    Prose::new(
        "keys_revoked",
        "These keys are revoked",
        format!("Somebody may know the keys of **{name}**, so Paddock orders nothing with them. You can still look and cancel."),
    )
    .next("**Regenerate the keys at Alpaca now**, which makes the old ones worthless, then use `/account rotate`.")
}

pub(super) fn live_closed() -> Prose {
    Prose::new(
        "live_closed",
        "Paper only at the moment",
        "Whoever runs Paddock has switched trading with real money off. You can still look and cancel.",
    )
    .next("Use a paper account, or trade at Alpaca itself.")
}

pub(super) fn keys_refused(name: &AccountName) -> Prose {
    let name = prose(name.as_str(), NAME);
    Prose::new(
        "keys_no_longer_accepted",
        "Alpaca no longer takes the keys",
        format!("The keys of **{name}** were deleted or replaced at Alpaca. Resetting a paper account does that, too."),
    )
    .next("Make new keys at Alpaca, then use `/account rotate`.")
    .answered()
}

pub(super) fn form_gone() -> Prose {
    Prose::new(
        "form_gone",
        "This form can no longer be used",
        "It was opened more than 15 minutes ago, was sent before, or Paddock could not note down that it was opened.",
    )
    .state("Nothing was stored.")
    .next("Open a new one with `/account add` or `/account rotate`.")
}
