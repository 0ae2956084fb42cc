//! `/balance`, `/positions`, `/orders`.

use crate::answer;
use crate::choices::accounts;
use crate::context::{Context, Turn, Unanswered};
use crate::reply;
use crate::reply::error::Doing;
use crate::words::ShowWord;
use domain::brokerage::{Lane, Which};

/// What an account is worth and what it can spend
#[poise::command(slash_command)]
pub(crate) async fn balance(
    ctx: Context<'_>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk.apart();
    let work = async { desk.balance(turn.tenant(), account.as_deref()).await.map(|it| reply::balance::balance(&it)) };
    let work = answer::telling_waits(&turn, desk, Lane::Reads, Box::pin(work));
    answer::with_reply(ctx, &turn, Doing::Reading, work).await
}

/// What an account holds, with profit and loss
#[poise::command(slash_command)]
pub(crate) async fn positions(
    ctx: Context<'_>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk.apart();
    let work =
        async { desk.positions(turn.tenant(), account.as_deref()).await.map(|it| reply::positions::positions(&it)) };
    let work = answer::telling_waits(&turn, desk, Lane::Reads, Box::pin(work));
    answer::with_reply(ctx, &turn, Doing::Reading, work).await
}

/// Orders of an account, newest first
#[poise::command(slash_command)]
pub(crate) async fn orders(
    ctx: Context<'_>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
    #[description = "Which orders; open ones if you leave it out"] show: Option<ShowWord>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let which = show.map_or(Which::Open, |word| word.0);
    let desk = &ctx.data().desk.apart();
    let work = async {
        // On the heap: it reads Alpaca and the ledger, which makes it too large a future for the stack of a command.
        let orders = Box::pin(desk.orders(turn.tenant(), account.as_deref(), which)).await;
        orders.map(|it| reply::orders::orders(&it, which))
    };
    let work = answer::telling_waits(&turn, desk, Lane::Reads, Box::pin(work));
    answer::with_reply(ctx, &turn, Doing::Reading, work).await
}
