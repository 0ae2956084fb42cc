//! `/status`.

use crate::answer;
use crate::context::{Context, Turn, Unanswered};
use crate::reply;
use crate::reply::error::Doing;

/// Whether Paddock and Alpaca work at the moment
#[poise::command(slash_command)]
pub(crate) async fn status(ctx: Context<'_>) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk;
    let work = async { Ok(reply::status::status(&desk.status(turn.tenant()).await)) };
    answer::with_reply(ctx, &turn, Doing::Reading, work).await
}
