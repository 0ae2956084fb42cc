//! The market: `/quote`, `/chart`, `/chain`, `/option`, `/news`, `/movers`, `/asset`, `/clock`, `/calendar`.

use crate::choices::{accounts, expiries, symbols};
use crate::context::{Context, Unanswered};
use crate::look::{day, show, spelled};
use crate::words::SpanWord;
use desk::option::OptionDraft;
use desk::view::View;
use domain::market::Span;

/// Bid, ask, last trade and the day around them
#[poise::command(slash_command)]
pub(crate) async fn quote(
    ctx: Context<'_>,
    #[description = "Ticker or company name"]
    #[autocomplete = "symbols"]
    symbol: String,
) -> Result<(), Unanswered> {
    show(ctx, |_, _| async move { Ok(View::Quote { symbol: spelled(&symbol)? }) }).await
}

/// Candles and volume, with your own fills, entry and open orders
#[poise::command(slash_command)]
pub(crate) async fn chart(
    ctx: Context<'_>,
    #[description = "Ticker or company name"]
    #[autocomplete = "symbols"]
    symbol: String,
    #[description = "How far back; a month if you leave it out"] span: Option<SpanWord>,
    #[description = "Whose orders to mark; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    let span = span.map_or(Span::Month, |word| word.0);
    show(ctx, move |desk, tenant| async move {
        let symbol = spelled(&symbol)?;
        let account = match account {
            Some(name) => Some(desk.which_account(tenant, Some(&name)).await?),
            None => None,
        };
        Ok(View::Chart { symbol, span, account })
    })
    .await
}

/// Calls and puts of one expiry, with implied volatility and Greeks
#[poise::command(slash_command)]
pub(crate) async fn chain(
    ctx: Context<'_>,
    #[description = "The underlying: ticker or company name"]
    #[autocomplete = "symbols"]
    symbol: String,
    #[description = "Which day they expire; the next one if you leave it out"]
    #[autocomplete = "expiries"]
    expires: Option<String>,
) -> Result<(), Unanswered> {
    show(ctx, |_, _| async move {
        let expires = expires.as_deref().map(day).transpose()?;
        Ok(View::Chain { underlying: spelled(&symbol)?, expires, from: None })
    })
    .await
}

/// Pick a day, strikes and a strategy; see what it can lose and gain, then order it
#[poise::command(slash_command)]
pub(crate) async fn option(
    ctx: Context<'_>,
    #[description = "The underlying: ticker or company name"]
    #[autocomplete = "symbols"]
    symbol: String,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    show(ctx, |desk, tenant| async move {
        let underlying = spelled(&symbol)?;
        let account = desk.which_account(tenant, account.as_deref()).await?;
        Ok(View::Option(OptionDraft::new(account, underlying)))
    })
    .await
}

/// News about a symbol, or about everything
#[poise::command(slash_command)]
pub(crate) async fn news(
    ctx: Context<'_>,
    #[description = "Ticker or company name; everything if you leave it out"]
    #[autocomplete = "symbols"]
    symbol: Option<String>,
) -> Result<(), Unanswered> {
    show(ctx, |_, _| async move { Ok(View::News { symbol: symbol.as_deref().map(spelled).transpose()? }) }).await
}

/// The day's largest movers and most traded stocks
#[poise::command(slash_command)]
pub(crate) async fn movers(ctx: Context<'_>) -> Result<(), Unanswered> {
    show(ctx, |_, _| async { Ok(View::Movers) }).await
}

/// What can be done with a symbol: fractions, shorting, where it is listed
#[poise::command(slash_command)]
pub(crate) async fn asset(
    ctx: Context<'_>,
    #[description = "Ticker or company name"]
    #[autocomplete = "symbols"]
    symbol: String,
) -> Result<(), Unanswered> {
    show(ctx, |_, _| async move { Ok(View::Asset { symbol: spelled(&symbol)? }) }).await
}

/// Whether the market is open, and until when
#[poise::command(slash_command)]
pub(crate) async fn clock(ctx: Context<'_>) -> Result<(), Unanswered> {
    show(ctx, |_, _| async { Ok(View::Clock) }).await
}

/// Trading days, half days and holidays
#[poise::command(slash_command)]
pub(crate) async fn calendar(
    ctx: Context<'_>,
    #[description = "From that day on, such as 2026-12-01; today if you leave it out"] from: Option<String>,
) -> Result<(), Unanswered> {
    show(ctx, |_, _| async move { Ok(View::Calendar { from: from.as_deref().map(day).transpose()? }) }).await
}
