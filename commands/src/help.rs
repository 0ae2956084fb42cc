//! `/help`: answered at once, from memory, so that it works when nothing else does.

use crate::context::{Context, Turn, Unanswered};
use crate::reply::help::{Topic, help as page};
use crate::words::TopicWord;

/// First steps, orders, accounts, privacy
#[poise::command(slash_command)]
pub(crate) async fn help(
    ctx: Context<'_>,
    #[description = "What about; the first steps if you leave it out"] topic: Option<TopicWord>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    turn.answer(&page(topic.map_or(Topic::Start, |word| word.0))).await
}
