//! `/guard show`, and what stands there after every change.

use super::escape::prose;
use super::{Reply, words};
use desk::views::Guarded;
use domain::guard::{Bound, CoolOff, Most, Never, Only, Slot};
use domain::money::Usd;
use domain::symbol::Symbol;
use std::collections::BTreeSet;

/// Symbols of a list that are named.
const NAMED: usize = 30;

/// Every guard with its value, and what becomes of it later.
pub(crate) fn guards(guarded: &Guarded) -> Reply {
    let guards = &guarded.account.guards;
    let title = if guards.paused { "Paused: nothing is entered" } else { "Your guards" };
    let mut reply = Reply::about(&guarded.account, title);
    if guards.paused {
        reply = reply.say("**This account is paused.** Exits and cancels pass. `/resume` lets it enter again.");
    }
    reply
        .say("They stop entries, never exits or cancels. Tighter holds at once, looser in 24 hours: `/guard set`, `/guard clear`.")
        .with_wide("Largest order", line(&guards.order, guarded, dollars))
        .with_wide("Largest position", line(&guards.position, guarded, dollars))
        .with_wide("Day's loss", line(&guards.day_loss, guarded, dollars))
        .with_wide("Only", line(&guards.only, guarded, only))
        .with_wide("Never", line(&guards.never, guarded, never))
        .with_wide("Cool-off", line(&guards.cool_off, guarded, |rule| cool_off(*rule)))
        .with_wide("Fat finger", line(&guards.fat_finger, guarded, beyond))
}

/// `**$500.00** · $900.00 in 24 hours`.
fn line<T: Bound>(slot: &Slot<T>, guarded: &Guarded, said: fn(&T) -> String) -> String {
    let value = |bound: Option<&T>| bound.map_or_else(|| "none".to_owned(), said);
    let now = slot.at(guarded.at);
    let shown = if now.is_some() { format!("**{}**", value(now)) } else { value(now) };
    match slot.later(guarded.at) {
        Some(later) => format!("{shown} · {}: {}", words::counting(later.from), value(later.to.as_ref())),
        None => shown,
    }
}

fn dollars(most: &Most) -> String {
    Usd(most.0).to_string()
}

/// `AAPL, MSFT`.
pub(crate) fn list(symbols: &BTreeSet<Symbol>) -> String {
    let named: Vec<_> = symbols.iter().take(NAMED).map(|symbol| prose(symbol.as_str(), words::SYMBOL)).collect();
    let more = symbols.len().saturating_sub(NAMED);
    match (named.is_empty(), more) {
        (true, _) => "nothing".to_owned(),
        (false, 0) => named.join(", "),
        (false, more) => format!("{} and {more} more", named.join(", ")),
    }
}

fn only(only: &Only) -> String {
    list(&only.0)
}

fn never(never: &Never) -> String {
    list(&never.0)
}

/// `30 minutes after 2 losing exits in a row`.
pub(crate) fn cool_off(rule: CoolOff) -> String {
    let exits =
        if rule.losses == 1 { "a losing exit".to_owned() } else { format!("{} losing exits in a row", rule.losses) };
    format!("{} after {exits}", words::span(chrono::TimeDelta::minutes(rule.minutes.into())))
}

fn beyond(most: &Most) -> String {
    format!("{}% beyond the market", most.0.normalize())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use crate::reply::fixtures::{decimal, now, paper};
    use chrono::TimeDelta;
    use domain::guard::Change;

    fn symbols(names: &[&str]) -> BTreeSet<Symbol> {
        names.iter().map(|name| Symbol::from_broker(*name)).collect()
    }

    #[test]
    fn guards_read_well_with_what_becomes_of_them() {
        let mut account = paper();
        let changes = [
            Change::Order(Some(Most(decimal("500")))),
            Change::Position(Some(Most(decimal("2000")))),
            Change::Only(Some(Only(symbols(&["AAPL", "BTC/USD"])))),
            Change::Never(Some(Never(symbols(&["TSLA"])))),
            Change::CoolOff(Some(CoolOff { losses: 2, minutes: 30 })),
            Change::FatFinger(Some(Most(decimal("2.5")))),
        ];
        for change in changes {
            account.guards.change(change, now());
        }
        let later = [Change::Order(Some(Most(decimal("900")))), Change::Only(None), Change::Pause(true)];
        for change in later {
            account.guards.change(change, now() + TimeDelta::hours(1));
        }
        let set = Guarded { account: account.clone(), at: now() + TimeDelta::hours(1) };
        account.guards = Box::default();
        let none = Guarded { account, at: now() };
        insta::assert_snapshot!(guards(&set).transcript() + &guards(&none).transcript(), @r"
        [blue] PAPER · swing
        # Paused: nothing is entered
        **This account is paused.** Exits and cancels pass. `/resume` lets it enter again.

        They stop entries, never exits or cancels. Tighter holds at once, looser in 24 hours: `/guard set`, `/guard clear`.
        : Largest order = **$500.00** · <t:1795294800:R>: $900.00
        : Largest position = **$2,000.00**
        : Day's loss = none
        : Only = **AAPL, BTC/USD** · <t:1795294800:R>: none
        : Never = **TSLA**
        : Cool-off = **30 min after 2 losing exits in a row**
        : Fat finger = **2.5% beyond the market**
        [blue] PAPER · swing
        # Your guards
        They stop entries, never exits or cancels. Tighter holds at once, looser in 24 hours: `/guard set`, `/guard clear`.
        : Largest order = none
        : Largest position = none
        : Day's loss = none
        : Only = none
        : Never = none
        : Cool-off = none
        : Fat finger = none
        ");
    }
}
