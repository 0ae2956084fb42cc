//! `/mydata`: what is kept of you, a copy of it, and its end.

use crate::answer;
use crate::context::{Context, Turn, Unanswered};
use crate::reply::error::{Doing, Mishap, mishap};
use crate::reply::mydata as show;
use crate::words::CopyWord;

/// What Paddock keeps of you: see it, take a copy, have it deleted
#[poise::command(slash_command, subcommand_required, subcommands("what", "get", "delete"))]
pub(crate) async fn mydata(ctx: Context<'_>) -> Result<(), Unanswered> {
    // Discord sends a subcommand of it; what comes here was not made by a client that knows our commands.
    Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction).answer(&mishap(Mishap::Outdated)).await
}

/// What is kept of you, by kind
#[poise::command(slash_command)]
async fn what(ctx: Context<'_>) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk;
    let work = async { desk.my_data(turn.tenant()).await.map(|it| show::what(&it)) };
    answer::with_reply(ctx, &turn, Doing::Reading, work).await
}

/// A copy of everything, as files; keys are never in it
#[poise::command(slash_command)]
async fn get(
    ctx: Context<'_>,
    #[description = "One JSON file, or a CSV file for each kind"] format: CopyWord,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let Some(_pass) = answer::admit(ctx, &turn).await? else { return Ok(()) };
    let copy = match ctx.data().desk.copy_my_data(turn.tenant(), turn.interaction()).await {
        Ok(copy) => copy,
        Err(refused) => return answer::refuse(&turn, &refused, Doing::Reading).await,
    };
    let mut messages = show::copy(&copy, format.0).into_iter();
    if let Some(first) = messages.next() {
        turn.show(&first).await?;
    }
    for more in messages {
        turn.aside(&more).await?;
    }
    Ok(())
}

/// Delete your keys and everything else that is kept of you
#[poise::command(slash_command)]
async fn delete(ctx: Context<'_>) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk;
    let work = async { desk.leave(turn.tenant(), turn.interaction()).await.map(show::ask) };
    answer::with_reply(ctx, &turn, Doing::Leaving, work).await
}
