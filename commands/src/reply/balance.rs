//! `/balance`.

use super::escape::{code, plain};
use super::list::{Align, table};
use super::{Reply, error, words};
use desk::Trouble;
use desk::views::{Balances, Owner};
use domain::account::{BrokerAccount, LinkedAccount};
use domain::money::Usd;
use rust_decimal::Decimal;

/// What accounts are worth and may spend.
pub(crate) fn balance(balances: &Balances) -> Reply {
    match (&balances.owner, balances.list.as_slice()) {
        (Owner::One(account), [(_, Ok(broker))]) => one(account, broker, balances),
        _ => several(balances),
    }
}

fn one(account: &LinkedAccount, broker: &BrokerAccount, balances: &Balances) -> Reply {
    let title = broker.equity.map_or_else(|| "Balance".to_owned(), |equity| format!("Equity {equity}"));
    let mut reply = Reply::about(account, title);
    for warning in warnings(broker) {
        reply = reply.say(format!("**{warning}**"));
    }
    reply
        .with_some("Today", today(broker))
        .with_some("Cash", broker.cash.map(|usd| usd.to_string()))
        .with_some("Buying power", broker.buying_power.map(|usd| usd.to_string()))
        .with_some("Long", broker.long_market_value.map(|usd| usd.to_string()))
        .with_some("Short", broker.short_market_value.filter(|usd| !usd.0.is_zero()).map(|usd| usd.to_string()))
        .with_some("Margin", broker.multiplier.map(|times| format!("{}×", words::quantity(times))))
        .with("Read", words::counting(balances.at))
        .footer(format!("Alpaca account …{}", plain(&account.number_tail, 8)))
}

fn several(balances: &Balances) -> Reply {
    let known: Vec<_> = balances.list.iter().filter_map(|(_, read)| read.as_ref().ok()).collect();
    // Of all accounts or not at all: a sum that leaves some out would be wrong.
    let sum = |of: fn(&BrokerAccount) -> Option<Usd>| {
        let complete = known.len() == balances.list.len();
        let sum = known.iter().try_fold(Decimal::ZERO, |sum, broker| sum.checked_add(of(broker)?.0));
        sum.filter(|_| complete).map(Usd)
    };
    let equity = sum(|broker| broker.equity);
    let title = equity.map_or_else(|| "Balances".to_owned(), |equity| format!("Equity {equity}"));
    let heads =
        [("ACCOUNT", Align::Left), ("EQUITY", Align::Right), ("TODAY", Align::Right), ("BUYING P.", Align::Right)];
    let rows: Vec<_> = balances.list.iter().map(|(account, read)| row(account, read)).collect();
    let change = equity.zip(sum(|broker| broker.last_equity));
    let change = change.and_then(|(now, before)| day(now, before));
    let reply = Reply::of(&balances.owner, title)
        .say(table(heads, &rows, "`/account list` names all."))
        .with_some("Today", change)
        .with_some("Cash", sum(|broker| broker.cash).map(|usd| usd.to_string()))
        .with("Read", words::counting(balances.at));
    let missing = balances.list.iter().filter_map(|(account, read)| Some((account, read.as_ref().err()?)));
    without(reply, missing)
}

/// Names the accounts that could not be read: what is shown is then not all.
pub(crate) fn without<'a>(reply: Reply, missing: impl Iterator<Item = (&'a LinkedAccount, &'a Trouble)>) -> Reply {
    let lines: Vec<_> = missing
        .map(|(account, trouble)| {
            format!("**{}**: {}", super::escape::prose(account.name.as_str(), 40), error::in_a_line(trouble))
        })
        .collect();
    if lines.is_empty() { reply } else { reply.with_wide("Not in these numbers", lines.join("\n")) }
}

fn row(account: &LinkedAccount, read: &Result<BrokerAccount, Trouble>) -> [String; 4] {
    let name = code(account.name.as_str(), 20);
    let Ok(broker) = read else { return [name, "?".into(), "?".into(), "?".into()] };
    let shown = |usd: Option<Usd>| usd.map_or_else(|| "?".to_owned(), |usd| usd.to_string());
    let gained = broker.equity.zip(broker.last_equity).and_then(|(now, before)| now.0.checked_sub(before.0));
    let gained = gained.map_or_else(|| "?".to_owned(), |gained| words::gain(Usd(gained)));
    [name, shown(broker.equity), gained, shown(broker.buying_power)]
}

/// Equity against the previous close. Deposits count as gains here, as they do on Alpaca's own page.
fn today(broker: &BrokerAccount) -> Option<String> {
    day(broker.equity?, broker.last_equity?)
}

fn day(now: Usd, before: Usd) -> Option<String> {
    let change = Usd(now.0.checked_sub(before.0)?);
    let fraction = if before.0 > Decimal::ZERO { change.0.checked_div(before.0) } else { None };
    Some(words::gain_and_percent(change, fraction))
}

/// What keeps an account from trading, in Alpaca's own flags.
pub(crate) fn warnings(broker: &BrokerAccount) -> Vec<&'static str> {
    let mut warnings = Vec::new();
    if broker.account_blocked {
        warnings.push("Alpaca blocks this account. Its own page says why.");
    }
    if broker.trading_blocked {
        warnings.push("Alpaca blocks trading in this account. Its own page says why.");
    }
    if broker.suspended_by_user {
        warnings.push("Trading is suspended in your settings at Alpaca.");
    }
    warnings
}
