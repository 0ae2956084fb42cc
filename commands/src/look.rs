//! What accounts hold, did and were worth: `/balance`, `/positions`, `/position`, `/orders`, `/history`, `/portfolio`, `/allocation`.

use crate::answer;
use crate::chart;
use crate::choices::{accounts, all_accounts, held, symbols};
use crate::context::{Context, Turn, Unanswered};
use crate::reply;
use crate::reply::error::Doing;
use crate::words::{ChapterWord, ShowWord, WorthWord};
use chrono::NaiveDate;
use desk::view::View;
use desk::{Desk, Refused};
use domain::brokerage::{Lane, Which};
use domain::ids::BrokerOrderId;
use domain::market::Span;
use domain::records::Chapter;
use domain::symbol::Symbol;
use domain::tenant::Tenant;
use std::future::Future;

/// Shows what `view` comes to. The view is made on the desk's time, because naming an account takes a look at the database.
pub(crate) async fn show<F, V>(ctx: Context<'_>, view: F) -> Result<(), Unanswered>
where
    F: FnOnce(Desk, Tenant) -> V + Send,
    V: Future<Output = Result<View, Refused>> + Send,
{
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk.apart();
    let view = view(desk.clone(), turn.tenant());
    // On the heap: it reads Alpaca and the ledger, which makes it too large a future for the stack of a command.
    let work = Box::pin(async {
        let shown = desk.show(turn.tenant(), view.await?).await?;
        let picture = chart::picture(&shown).await;
        Ok(reply::shown::shown(&shown, picture))
    });
    let work = answer::telling_waits(&turn, desk, Lane::Reads, work);
    answer::with_reply(ctx, &turn, Doing::Reading, work).await
}

/// What an account is worth and what it can spend
#[poise::command(slash_command)]
pub(crate) async fn balance(
    ctx: Context<'_>,
    #[description = "Which account, or all of a kind; your default if you leave it out"]
    #[autocomplete = "all_accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    show(ctx, |desk, tenant| async move { Ok(View::Balance { whose: desk.whose(tenant, account.as_deref()).await? }) })
        .await
}

/// What an account holds, with profit and loss, stops and targets
#[poise::command(slash_command)]
pub(crate) async fn positions(
    ctx: Context<'_>,
    #[description = "Which account, or all of a kind; your default if you leave it out"]
    #[autocomplete = "all_accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    show(ctx, |desk, tenant| async move {
        Ok(View::Positions { whose: desk.whose(tenant, account.as_deref()).await?, from: 0 })
    })
    .await
}

/// One position, and the orders that hang on it
#[poise::command(slash_command)]
pub(crate) async fn position(
    ctx: Context<'_>,
    #[description = "What is held"]
    #[autocomplete = "held"]
    symbol: String,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    show(ctx, |desk, tenant| async move {
        // Any spelling that Alpaca has for something held: option contracts and crypto, too.
        let symbol = spelled(&symbol)?;
        Ok(View::Position { account: desk.which_account(tenant, account.as_deref()).await?, symbol })
    })
    .await
}

/// Orders of an account, newest first
#[poise::command(slash_command)]
pub(crate) async fn orders(
    ctx: Context<'_>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
    #[description = "Which orders; open ones if you leave it out"]
    #[rename = "show"]
    word: Option<ShowWord>,
    #[description = "Of one symbol only"]
    #[autocomplete = "symbols"]
    symbol: Option<String>,
) -> Result<(), Unanswered> {
    let which = word.map_or(Which::Open, |word| word.0);
    show(ctx, move |desk, tenant| async move {
        let symbol = symbol.as_deref().map(spelled).transpose()?;
        let account = desk.which_account(tenant, account.as_deref()).await?;
        Ok(View::Orders { account, which, symbol, trail: Vec::new() })
    })
    .await
}

/// What happened in an account: fills, dividends, fees, transfers
#[poise::command(slash_command)]
pub(crate) async fn history(
    ctx: Context<'_>,
    #[description = "Which kind; all if you leave it out"] kind: Option<ChapterWord>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
    #[description = "Of one order only: its id, as the CSV of /orders has it"] order: Option<String>,
    #[description = "Since that day, such as 2026-11-01"] since: Option<String>,
) -> Result<(), Unanswered> {
    let chapter = kind.map_or(Chapter::All, |word| word.0);
    show(ctx, move |desk, tenant| async move {
        let order = order.as_deref().map(order_id).transpose()?;
        let since = since.as_deref().map(day).transpose()?;
        let account = desk.which_account(tenant, account.as_deref()).await?;
        Ok(View::History { account, chapter, order, since, trail: Vec::new() })
    })
    .await
}

/// What an account was worth over time, as a picture
#[poise::command(slash_command)]
pub(crate) async fn portfolio(
    ctx: Context<'_>,
    #[description = "How far back; a month if you leave it out"] span: Option<WorthWord>,
    #[description = "Which account, or all of a kind; your default if you leave it out"]
    #[autocomplete = "all_accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    let span = span.map_or(Span::Month, |word| word.0);
    show(ctx, move |desk, tenant| async move {
        Ok(View::Portfolio { whose: desk.whose(tenant, account.as_deref()).await?, span })
    })
    .await
}

/// What the money is in, as a picture
#[poise::command(slash_command)]
pub(crate) async fn allocation(
    ctx: Context<'_>,
    #[description = "Which account, or all of a kind; your default if you leave it out"]
    #[autocomplete = "all_accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    show(
        ctx,
        |desk, tenant| async move { Ok(View::Allocation { whose: desk.whose(tenant, account.as_deref()).await? }) },
    )
    .await
}

/// A symbol as a person types it.
pub(crate) fn spelled(typed: &str) -> Result<Symbol, Refused> {
    Symbol::parse(typed).map_err(Refused::Symbol)
}

fn order_id(typed: &str) -> Result<BrokerOrderId, Refused> {
    typed.trim().parse().map_err(|_| Refused::NoSuchOrder)
}

/// `2026-11-01`: the one spelling that means the same everywhere.
pub(crate) fn day(typed: &str) -> Result<NaiveDate, Refused> {
    typed.trim().parse().map_err(|_| Refused::NoSuchDay)
}
