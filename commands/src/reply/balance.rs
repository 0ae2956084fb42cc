//! `/balance`.

use super::{Reply, words};
use crate::routes::Action;
use desk::views::Balance;
use domain::account::BrokerAccount;
use domain::money::Usd;
use rust_decimal::Decimal;

/// What an account is worth and what it may spend.
pub(crate) fn balance(balance: &Balance) -> Reply {
    let broker = &balance.broker;
    let title = broker.equity.map_or_else(|| "Balance".to_owned(), |equity| format!("Equity {equity}"));
    let mut reply = Reply::about(&balance.account, title).revealed(Action::ShowBalance(balance.account.id));
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
        .with("Read", words::counting(balance.at))
        .footer(format!("Alpaca account …{}", super::escape::plain(&balance.account.number_tail, 8)))
}

/// Equity against the previous close. Deposits count as gains here, as they do on Alpaca's own page.
fn today(broker: &BrokerAccount) -> Option<String> {
    let (equity, last) = (broker.equity?, broker.last_equity?);
    let change = Usd(equity.0.checked_sub(last.0)?);
    let fraction = if last.0 > Decimal::ZERO { change.0.checked_div(last.0) } else { None };
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
