//! `/option`: menus for what is not picked yet, numbers for what is.

use super::escape::prose;
use super::{Button, Menu, Reply, words};
use crate::routes::Action;
use desk::option::{Aim, Menu as Picks, Offer, OptionDraft, OptionPage};
use desk::view::{Shown, View};
use desk::views::ChainRow;
use domain::account::Quote;
use domain::market::Strike;
use domain::money::{Price, Usd};
use domain::order::Side;
use domain::strategy::Strategy;
use rust_decimal::{Decimal, RoundingStrategy};

/// The longest name of a contract.
const CONTRACT: usize = 40;

/// The message with its menus.
pub(crate) fn option(page: &OptionPage, shown: &Shown) -> Reply {
    let draft = &page.draft;
    let symbol = prose(draft.underlying.as_str(), words::SYMBOL);
    let day = draft.expires.map(|day| format!(", {}", day.format("%-d %b %Y"))).unwrap_or_default();
    let named = |strategy| format!("{} on {symbol}{day}", name(strategy));
    let title =
        draft.strategy.filter(|_| !page.legs.is_empty()).map_or_else(|| format!("{symbol} options{day}"), named);
    let reply = Reply::about(&page.account, title).say(next_step(page));
    let reply = match &page.offer {
        Some(offer) => numbers(reply, page, offer),
        None => reply.with_some("Price", page.chain.price.map(|price| price.to_string())),
    };
    let reply = reply
        .with("Read", words::counting(page.chain.at))
        .menu(days(page, shown))
        .menu(strikes(page, shown))
        .menu(strategies(page, shown));
    let itself = shown.link(&View::Option(draft.clone()));
    let reply = match itself.filter(|_| page.offer.is_some()) {
        Some(id) => reply.button(Button::go(Action::Order(id), "Preview the order")),
        None => reply,
    };
    let otherwise = match draft.aim {
        Aim::Middle => "At bid and ask",
        Aim::Market => "Between bid and ask",
    };
    [(page.fewer(), "One less"), (page.more(), "One more"), (page.otherwise(), otherwise)]
        .into_iter()
        .filter_map(|(draft, label)| Some((View::Option(draft?), label)))
        .fold(reply, |reply, (view, label)| reply.lead(shown, &view, label))
        .lead(shown, &shown.view, "Refresh")
        .footer(match page.offer {
            Some(_) => "At expiry and before fees. Nothing is sent from here: the order's card asks first.",
            None => "Nothing is sent from here: the order's card asks first.",
        })
}

fn next_step(page: &OptionPage) -> String {
    let draft = &page.draft;
    let mut picked = draft.strikes.clone();
    picked.sort_unstable();
    let picked: Vec<_> = picked.iter().map(ToString::to_string).collect();
    let picked = picked.join(", ");
    match (draft.expires, draft.strategy, draft.missing()) {
        (None, ..) => "**1.** Pick the day on which the contracts end.".to_owned(),
        (Some(day), ..) if day != page.chain.expires => "That day is over. Pick another one.".to_owned(),
        (_, None, 1) => "**2.** Pick a strike. Prices are bid/ask per share; one contract is for 100.".to_owned(),
        (_, None, _) => format!("**3.** Pick what to do at {picked}."),
        (_, Some(_), 0) if page.legs.is_empty() => "Not all of these contracts exist. Pick another strike.".to_owned(),
        (_, Some(_), 0) if page.offer.is_none() => {
            "One of these contracts has no price now, so this comes to no order. Pick another strike, or refresh."
                .to_owned()
        }
        (_, Some(strategy), 0) if page.offer.as_ref().is_some_and(|offer| offer.is_odd) => {
            let meant = if strategy.side() == Side::Buy { "a debit" } else { "a credit" };
            format!("**At these quotes it is not {meant}, as it should be.** Look at them twice, or refresh.")
        }
        (_, Some(strategy), 0) => what(strategy).to_owned(),
        (_, Some(strategy), missing) if missing == strategy.strikes() => {
            let wanted = if missing == 1 { "a strike".to_owned() } else { format!("{missing} strikes") };
            format!("**2.** Pick {wanted} for the {}.\n{}", name(strategy).to_lowercase(), what(strategy))
        }
        (_, Some(strategy), missing) => {
            let wanted = if missing == 1 { "one more strike".to_owned() } else { format!("{missing} more strikes") };
            let named = name(strategy).to_lowercase();
            format!("**4.** Picked {picked}. Pick {wanted} for the {named}.\n{}", what(strategy))
        }
    }
}

fn numbers(reply: Reply, page: &OptionPage, offer: &Offer) -> Reply {
    let units = page.draft.units;
    let legs: Vec<_> = page.legs.iter().map(|(side, strike)| leg(*side, strike, units)).collect();
    let word = words::net(offer.side);
    let whole = Usd(offer.limit.get() * Decimal::ONE_HUNDRED * Decimal::from(units));
    let evens: Vec<_> = offer.payoff.break_evens().into_iter().map(|price| Usd(cents(price)).to_string()).collect();
    reply
        .say(legs.join("\n"))
        .with_some("Price", page.chain.price.map(|price| price.to_string()))
        .with("Limit", format!("{} {word}", offer.limit))
        .with(if offer.side == Side::Buy { "Paid" } else { "Received" }, whole.to_string())
        .with("Max loss", bound(offer.payoff.max_loss()))
        .with("Max gain", bound(offer.payoff.max_gain()))
        .with("Break-even", if evens.is_empty() { "none".to_owned() } else { evens.join(" and ") })
        .with_some("Takes", page.draft.strategy.and_then(|strategy| takes(strategy, page)))
}

/// What has to be there already.
fn takes(strategy: Strategy, page: &OptionPage) -> Option<String> {
    let shares = u32::from(page.draft.units) * 100;
    match strategy {
        Strategy::CoveredCall => {
            let symbol = prose(page.draft.underlying.as_str(), words::SYMBOL);
            Some(format!("{shares} shares of {symbol} that you hold; reckoned at today's price"))
        }
        Strategy::CashSecuredPut => {
            let strike = page.draft.strikes.first()?;
            Some(format!("{} of cash, set aside", Usd(strike.get() * Decimal::from(shares))))
        }
        _ => None,
    }
}

/// `$150.00`, `no end`.
fn bound(dollars: Option<Decimal>) -> String {
    match dollars {
        None => "no end".to_owned(),
        Some(dollars) if dollars > Decimal::ZERO => Usd(dollars).to_string(),
        Some(_) => "none".to_owned(),
    }
}

fn cents(number: Decimal) -> Decimal {
    number.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// `Buy 1 AAPL 18 Dec 2026 $185.00 call · 1.10/1.15 · delta 0.51`.
fn leg(side: Side, strike: &Strike, units: u16) -> String {
    let contract = prose(&strike.contract.to_string(), CONTRACT);
    format!("{} {units} {contract} · {}", words::side(side), market(strike, "delta "))
}

/// `1.10/1.15 · delta 0.51`.
fn market(strike: &Strike, delta: &str) -> String {
    let side = |price: Option<Price>| price.map_or_else(|| "–".to_owned(), |price| format!("{:.2}", price.get()));
    let quote = |quote: Quote| format!("{}/{}", side(quote.bid), side(quote.ask));
    let quote = strike.quote.map_or_else(|| "no price".to_owned(), quote);
    match strike.delta {
        Some(number) => format!("{quote} · {delta}{:.2}", cents(number)),
        None => quote,
    }
}

fn days(page: &OptionPage, shown: &Shown) -> Menu {
    menu("The day on which they expire", &page.days(), ["◀ Sooner…", "Later… ▶"], shown, |day| Said {
        label: day.format("%a %-d %b %Y").to_string(),
        note: String::new(),
        is_picked: page.draft.expires == Some(*day),
    })
}

fn strikes(page: &OptionPage, shown: &Shown) -> Menu {
    menu("A strike", &page.strikes(), ["▲ Lower strikes…", "▼ Higher strikes…"], shown, |row: &ChainRow| {
        let side =
            |word: &str, strike: Option<&Strike>| strike.map(|strike| format!("{word} {}", market(strike, "Δ ")));
        let sides = [side("call", row.call.as_ref()), side("put", row.put.as_ref())];
        let note = sides.into_iter().flatten().collect::<Vec<_>>().join(" | ");
        Said { label: row.strike.to_string(), note, is_picked: false }
    })
}

fn strategies(page: &OptionPage, shown: &Shown) -> Menu {
    menu("What to do", &page.strategies(), ["", ""], shown, |strategy| Said {
        label: name(*strategy).to_owned(),
        note: what(*strategy).to_owned(),
        is_picked: page.draft.strategy == Some(*strategy),
    })
}

/// A line's words.
struct Said {
    label: String,
    note: String,
    is_picked: bool,
}

fn menu<T>(
    title: &'static str,
    picks: &Picks<'_, T>,
    [before, after]: [&str; 2],
    shown: &Shown,
    said: impl Fn(&T) -> Said,
) -> Menu {
    let to = |draft: &OptionDraft| shown.link(&View::Option(draft.clone()));
    let turned = |menu: Menu, draft: Option<&OptionDraft>, label: &str| match draft {
        Some(draft) => menu.line(to(draft), label, "", false),
        None => menu,
    };
    let menu = turned(Menu::new(title), picks.before.as_ref(), before);
    let menu = picks.lines.iter().fold(menu, |menu, (subject, draft)| {
        let Said { label, note, is_picked } = said(subject);
        menu.line(to(draft), label, note, is_picked)
    });
    turned(menu, picks.after.as_ref(), after)
}

const fn name(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::LongCall => "Call",
        Strategy::LongPut => "Put",
        Strategy::CoveredCall => "Covered call",
        Strategy::CashSecuredPut => "Cash-secured put",
        Strategy::BullCall => "Bull call spread",
        Strategy::BearPut => "Bear put spread",
        Strategy::BullPut => "Bull put spread",
        Strategy::BearCall => "Bear call spread",
        Strategy::IronCondor => "Iron condor",
    }
}

/// At most the hundred characters that a menu's line has for it.
const fn what(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::LongCall => "Buy a call: gains when the price rises.",
        Strategy::LongPut => "Buy a put: gains when the price falls.",
        Strategy::CoveredCall => "Sell a call against a hundred shares that you hold.",
        Strategy::CashSecuredPut => "Sell a put, with the money for the shares set aside.",
        Strategy::BullCall => {
            "Two strikes: buy the lower call, sell the higher. A debit that gains when the price rises."
        }
        Strategy::BearPut => {
            "Two strikes: buy the higher put, sell the lower. A debit that gains when the price falls."
        }
        Strategy::BullPut => "Two strikes: sell the higher put, buy the lower. A credit, kept when the price rises.",
        Strategy::BearCall => "Two strikes: sell the lower call, buy the higher. A credit, kept when the price falls.",
        Strategy::IronCondor => "Four strikes: sell the inner put and call, buy the outer. A credit, kept in between.",
    }
}
