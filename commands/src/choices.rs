//! Autocomplete. An answer that comes late is worth nothing, so after two seconds the list is empty.

use crate::context::{Context, Turn};
use crate::reply::escape::plain;
use crate::reply::line::{stuck, understood};
use desk::AuditAction;
use desk::views::Choice;
use domain::line::{Line, Why};
use serenity::all::{AutocompleteChoice, CreateAutocompleteResponse, ResolvedValue};
use std::future::Future;
use std::time::Duration;

/// Discord waits three.
const WITHIN: Duration = Duration::from_secs(2);
/// Lines that Discord takes.
const MOST: usize = 25;
/// Characters of a line, and of the value behind it.
const LENGTH: usize = 100;

/// What `/cancel` takes for everything.
pub(crate) const ALL_ORDERS: &str = "all";
const ALL_ORDERS_LABEL: &str = "All open orders";

/// The user's accounts.
pub(crate) async fn accounts(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let tenant = turn(ctx).tenant();
    in_time(WITHIN, ctx.data().desk.account_choices(tenant, typed)).await
}

/// The user's accounts, and all paper or all live ones together. Both at once are not offered: they are never added up.
pub(crate) async fn all_accounts(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let tenant = turn(ctx).tenant();
    in_time(WITHIN, ctx.data().desk.owner_choices(tenant, typed)).await
}

/// What the account that was named so far holds.
pub(crate) async fn held(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let tenant = turn(ctx).tenant();
    in_time(WITHIN, ctx.data().desk.holding_choices(tenant, option(ctx, "account"), typed)).await
}

/// The watchlists of the account that was named so far.
pub(crate) async fn lists(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let tenant = turn(ctx).tenant();
    in_time(WITHIN, ctx.data().desk.watchlist_choices(tenant, option(ctx, "account"), typed)).await
}

/// The days on which options on the symbol that was typed so far expire.
pub(crate) async fn expiries(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let tenant = turn(ctx).tenant();
    let symbol = option(ctx, "symbol").unwrap_or_default();
    in_time(WITHIN, ctx.data().desk.expiry_choices(tenant, symbol, typed)).await
}

/// What another option holds while this one is typed.
fn option<'a>(ctx: Context<'a>, name: &str) -> Option<&'a str> {
    ctx.args.iter().find_map(|arg| match arg.value {
        ResolvedValue::String(value) if arg.name == name => Some(value),
        _ => None,
    })
}

/// Tickers, then company names.
pub(crate) async fn symbols(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    in_time(WITHIN, async { ctx.data().desk.symbol_choices(typed) }).await
}

/// A line of `/t` as it is understood so far, or where it stops; then symbols, while one is being typed.
pub(crate) async fn order_line(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    in_time(WITHIN, async { line_choices(typed, |symbol| ctx.data().desk.symbol_choices(symbol)) }).await
}

fn line_choices(typed: &str, symbols: impl FnOnce(&str) -> Vec<Choice>) -> Vec<Choice> {
    let first = match Line::read(typed) {
        Ok(line) => Choice { label: understood(&line), value: line.to_string() },
        // What was typed is what is sent; but for a secret, of which nothing is.
        Err(misread) if misread.why == Why::LooksLikeSecret => {
            return vec![Choice { label: stuck(&misread), value: "?".into() }];
        }
        Err(misread) => Choice { label: stuck(&misread), value: typed.trim().into() },
    };
    let mut list = vec![first];
    let (before, symbol) = typed.trim_start().rsplit_once(char::is_whitespace).unwrap_or_default();
    let is_symbols_place = Line::read(before).is_err_and(|misread| misread.why == Why::NoSymbol);
    if is_symbols_place && !symbol.is_empty() {
        let before = before.split_whitespace().collect::<Vec<_>>().join(" ");
        list.extend(symbols(symbol).into_iter().map(|found| Choice {
            label: format!("{before} {}", found.label),
            value: format!("{before} {}", found.value),
        }));
    }
    list
}

/// Open orders of the account that was named so far, and all of them as the last line.
pub(crate) async fn open_orders(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let account = option(ctx, "account");
    let tenant = turn(ctx).tenant();
    in_time(WITHIN, async {
        let mut list = ctx.data().desk.open_order_choices(tenant, account, typed).await;
        list.truncate(MOST - 1);
        if ALL_ORDERS_LABEL.to_lowercase().contains(&typed.trim().to_lowercase()) {
            list.push(Choice { label: ALL_ORDERS_LABEL.into(), value: ALL_ORDERS.into() });
        }
        list
    })
    .await
}

/// Kinds of acts in the audit book.
pub(crate) async fn acts(_: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let typed = typed.trim().to_lowercase().replace('_', " ");
    let words = AuditAction::ALL.iter().map(|act| act.as_str().replace('_', " "));
    offer(words.filter(|word| word.contains(&typed)).map(|word| Choice { label: word.clone(), value: word }).collect())
}

/// The newest orders of the account that was named so far.
pub(crate) async fn known_orders(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let (tenant, account) = (turn(ctx).tenant(), option(ctx, "account"));
    in_time(WITHIN, ctx.data().desk.order_choices(tenant, account, typed)).await
}

fn turn(ctx: Context<'_>) -> Turn {
    Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction)
}

async fn in_time(within: Duration, list: impl Future<Output = Vec<Choice>> + Send) -> CreateAutocompleteResponse {
    offer(tokio::time::timeout(within, list).await.unwrap_or_default())
}

/// A value that would have to be cut would mean something else, so its line is left out.
fn offer(list: Vec<Choice>) -> CreateAutocompleteResponse {
    let lines = list
        .into_iter()
        .filter(|choice| (1..=LENGTH).contains(&choice.value.chars().count()))
        .map(|choice| (plain(&choice.label, LENGTH), choice.value))
        .filter(|(label, _)| !label.is_empty())
        .take(MOST)
        .map(|(label, value)| AutocompleteChoice::new(label, value));
    CreateAutocompleteResponse::new().set_choices(lines.collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn discords_limits_hold_for_any_list() {
        let mut list: Vec<_> = (0..40).map(|n| Choice { label: "é".repeat(90 + n), value: format!("{n}") }).collect();
        list.insert(0, Choice { label: "too long a value".into(), value: "x".repeat(101) });
        list.insert(0, Choice { label: "\u{200b}".into(), value: "nameless".into() });
        list.insert(0, Choice { label: "valueless".into(), value: String::new() });
        let json = serde_json::to_value(offer(list)).unwrap();
        let lines = json["choices"].as_array().unwrap();
        assert_eq!(lines.len(), MOST);
        assert_eq!(lines[0]["value"], "0");
        assert!(lines.iter().all(|line| (1..=LENGTH).contains(&line["name"].as_str().unwrap().chars().count())));
    }

    #[test]
    fn a_line_is_echoed_and_its_symbol_completed() {
        let symbols = |typed: &str| vec![Choice { label: format!("{typed} · Apple Inc."), value: "AAPL".into() }];
        let lines = |typed: &str| {
            let list = line_choices(typed, symbols).into_iter();
            list.map(|choice| format!("{} => {}", choice.label, choice.value)).collect::<Vec<_>>()
        };
        assert_eq!(
            lines(" buy  5 app"),
            ["Buy 5 APP at the market · day => buy 5 APP mkt day", "buy 5 app · Apple Inc. => buy 5 AAPL"]
        );
        assert_eq!(lines("buy 5 app "), ["Buy 5 APP at the market · day => buy 5 APP mkt day"]);
        assert_eq!(lines("buy risk 1% a").len(), 2, "a size of two words");
        assert_eq!(lines("buy 5"), ["buy 5 ›…‹ here comes what: AAPL, BTC/USD, an option contract => buy 5"]);
        let secret = "aB3".repeat(13) + "x";
        assert!(!lines(&format!("buy 5 {secret}")).join(" ").contains(&secret));
        assert_eq!(lines("").len(), 1);
    }

    #[tokio::test]
    async fn a_list_that_takes_too_long_is_empty() {
        let late = std::future::pending::<Vec<Choice>>();
        let json = serde_json::to_value(in_time(Duration::from_millis(1), late).await).unwrap();
        assert_eq!(json["choices"], serde_json::json!([]));
    }
}
