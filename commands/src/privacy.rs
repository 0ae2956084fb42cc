//! `/privacy`: answered at once, from memory.

use crate::context::{Context, Turn, Unanswered};
use crate::reply::privacy::privacy as page;

/// Who sees what you do here, what is kept, and for how long
#[poise::command(slash_command)]
pub(crate) async fn privacy(ctx: Context<'_>) -> Result<(), Unanswered> {
    Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction).answer(&page()).await
}
