//! Why Alpaca did not do it, in a trader's words. Its own words are shown only where we have none, escaped and cut.

use super::{Fault, Prose};
use crate::reply::escape::{code, prose};
use crate::reply::words;
use domain::money::Usd;
use domain::outcome::{Doubt, ReadFailure, Refusal, RefusalReason};
use rust_decimal::Decimal;

/// What Alpaca refused, and what helps. One or two sentences.
pub(crate) fn refusal(refusal: &Refusal) -> String {
    match &refusal.reason {
        RefusalReason::NeverSent => {
            "Alpaca could not be reached, so the order never left Paddock. Try again in a minute.".into()
        }
        RefusalReason::BudgetFull { until } => format!(
            "Alpaca takes only so many requests a minute from one account, and this one has used them up; the order never left Paddock. Try again {}.",
            words::counting(*until)
        ),
        RefusalReason::BuyingPower { available, cost } => format!(
            "Not enough buying power{}. Order less, or free some by canceling open buys.",
            numbers(&[("there is", available.map(money)), ("it would take", cost.map(money))])
        ),
        RefusalReason::Quantity { available, existing, held } => format!(
            "Not enough free shares{}. Cancel the open order that holds them (`/orders`), or sell less.",
            numbers(&[
                ("free", available.map(words::quantity)),
                ("in all", existing.map(words::quantity)),
                ("held by open orders", held.map(words::quantity)),
            ])
        ),
        RefusalReason::WashTrade { existing_order } => {
            let which = existing_order.as_deref().map(|id| format!(" (`{}`)", code(id, 40))).unwrap_or_default();
            format!(
                "You have an open order on the other side of the same stock{which}, and the two would trade with each other. Cancel that one first."
            )
        }
        RefusalReason::UnknownSymbol => "Alpaca does not know the symbol. Pick one from the list that appears as you type.".into(),
        RefusalReason::NotTradable => "It cannot be traded now; it may be halted or delisted. `/asset` shows whether it can be again.".into(),
        RefusalReason::NotFractionable => {
            "This stock trades in whole shares only. Give a whole number as `quantity`.".into()
        }
        RefusalReason::PriceIncrement => {
            "The limit is finer than the exchange allows: whole cents from $1.00 up, hundredths of a cent below.".into()
        }
        RefusalReason::CannotShort => {
            "This would sell more than you hold, and the stock or this account allows no short sale. Sell what you hold.".into()
        }
        RefusalReason::SuspendedByUser => {
            "Trading is suspended in your settings at Alpaca. Switch it on there first.".into()
        }
        RefusalReason::AccountRestricted => "Alpaca restricts this account. Its own page says why.".into(),
        RefusalReason::ExtendedHours => {
            "Outside 09:30–16:00 ET Alpaca takes limit orders only, for the day or until canceled.".into()
        }
        RefusalReason::Credentials => {
            "Alpaca no longer takes this account's keys. Use `/account rotate` with new ones.".into()
        }
        RefusalReason::BelowMinimum => "Alpaca takes crypto buys from about $10 up. Order more.".into(),
        RefusalReason::FractionTerms => {
            "Fractions and dollar amounts come as plain day orders. Round to whole shares, or leave `tif`, `trail` and the exits out.".into()
        }
        RefusalReason::AuctionHours => {
            "Auction orders are taken from 19:00 ET until shortly before the auction. Set `tif` to `day`.".into()
        }
        RefusalReason::Exits => {
            "`take_profit` and `stop_loss` have to stand on either side of the market, at least a cent away from it. Move them.".into()
        }
        RefusalReason::OpensOrCloses => {
            "The order opens where it said that it closes, or the other way round. Leave `effect` out, or look at `/positions`.".into()
        }
        RefusalReason::OptionsLevel => {
            "The account's options level at Alpaca does not reach for this: covered sales are level 1, buying is 2, spreads are 3. Ask for more on Alpaca's page.".into()
        }
        RefusalReason::Uncovered { available, required } => format!(
            "A sold call wants 100 free shares of the stock, a sold put the cash to buy them{}.",
            numbers(&[("there is", available.map(words::quantity)), ("it would take", required.map(words::quantity))])
        ),
        RefusalReason::ContractExpires => {
            "The contract is expired, or so near to it that Alpaca opens no new positions. Pick a later one.".into()
        }
        RefusalReason::OptionHours => {
            "Options trade at the market from 09:30 to 16:00 ET, and are exercised before the close. Name a `limit`, or wait.".into()
        }
        RefusalReason::NotReplaceable => {
            "The order cannot be replaced in the state that it is in now. `/orders` shows it; cancel it if it still waits.".into()
        }
        RefusalReason::NoSuchPosition => "The account has no such position, or it is short. `/positions` shows what it holds.".into(),
        RefusalReason::NoSuchOrder => "Alpaca knows no such order in this account any more. `/orders` shows what is there.".into(),
        RefusalReason::Invalid => format!("Alpaca finds fault with the order.{}", own_words(refusal)),
        RefusalReason::Unrecognised => {
            format!(
                "Alpaca refused for a reason that Paddock has no words for (status {}).{}",
                refusal.status,
                own_words(refusal)
            )
        }
    }
}

/// Why it is not known whether an order arrived.
pub(crate) fn doubt(doubt: &Doubt) -> String {
    match doubt {
        Doubt::TimedOut => "Alpaca did not answer in time.".into(),
        Doubt::ConnectionLost => "The connection to Alpaca broke.".into(),
        Doubt::ServerError { status } => format!("Alpaca answered with an error of its own (status {status})."),
        Doubt::Unreadable { status } => format!("Alpaca's answer could not be read (status {status})."),
        Doubt::DuplicateId => "Alpaca says that it already has an order of this name.".into(),
        Doubt::RateLimited { .. } => "Alpaca says that it gets too many requests.".into(),
        Doubt::Interrupted => "Paddock was stopped while it waited for Alpaca's answer.".into(),
    }
}

/// Why a look at Alpaca brought nothing.
pub(super) fn read(failure: &ReadFailure) -> Prose {
    let silent = "Alpaca does not answer";
    match failure {
        ReadFailure::Credentials => Prose::new(
            "alpaca_credentials",
            "Alpaca does not take the keys",
            "They were deleted or replaced at Alpaca.",
        )
        .next("Make new keys there, then use `/account rotate`."),
        ReadFailure::Forbidden { status } => Prose::new(
            "alpaca_forbidden",
            "Alpaca does not allow it",
            format!("It takes the keys, but not for this (status {status})."),
        )
        .next("See whether Alpaca's own page shows a restriction.")
        .by(Fault::Alpaca),
        ReadFailure::NotFound => {
            Prose::new("alpaca_not_found", "Alpaca has no such thing", "It was asked, and knows nothing of it.")
                .next("Look again in a moment.")
        }
        ReadFailure::Invalid { status } => Prose::new(
            "alpaca_invalid",
            "Alpaca did not understand",
            format!("It refused the question itself (status {status}). That is a fault of Paddock."),
        )
        .next("Tell whoever runs Paddock, with the reference below.")
        .by(Fault::Paddock),
        ReadFailure::RateLimited { until } => {
            let when = until.map_or_else(|| "in a minute".to_owned(), words::counting);
            Prose::new(
                "alpaca_rate_limited",
                "Alpaca is busy",
                "It takes only so many requests a minute from one account.",
            )
            .next(format!("Try again {when}."))
            .by(Fault::Alpaca)
        }
        ReadFailure::Unavailable => Prose::new(
            "alpaca_unavailable",
            silent,
            "There was no connection, no answer in time, or an error on its side.",
        )
        .next("Try again in a minute. `/status` shows when it answers again.")
        .by(Fault::Alpaca),
        ReadFailure::Unreadable { status } => {
            Prose::new("alpaca_unreadable", silent, format!("What came back could not be read (status {status})."))
                .next("Try again in a minute. `/status` shows when it answers again.")
                .by(Fault::Alpaca)
        }
    }
}

fn money(number: Decimal) -> String {
    Usd(number).to_string()
}

/// ` (free 2, in all 5)`, of what is known.
fn numbers(parts: &[(&str, Option<String>)]) -> String {
    let known: Vec<_> =
        parts.iter().filter_map(|(name, value)| value.as_ref().map(|value| format!("{name} {value}"))).collect();
    if known.is_empty() { String::new() } else { format!(" ({})", known.join(", ")) }
}

fn own_words(refusal: &Refusal) -> String {
    let message = prose(&refusal.message, 200);
    let words = if message.is_empty() { String::new() } else { format!(" Its words: “{message}”.") };
    let id = refusal.request_id.as_deref().map(|id| format!(" Alpaca's support finds it as `{}`.", code(id, 64)));
    words + &id.unwrap_or_default()
}
