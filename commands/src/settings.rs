//! `/settings`.

use crate::answer;
use crate::context::{Context, Turn, Unanswered};
use crate::reply;
use crate::reply::error::Doing;
use crate::words::NoticesWord;
use domain::settings::Notices;

/// What you chose for yourself: shows it, and changes what you name
#[poise::command(slash_command)]
pub(crate) async fn settings(
    ctx: Context<'_>,
    #[description = "Whether Paddock may write to you by itself, in a direct message"] notices: Option<NoticesWord>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk;
    let Some(NoticesWord(wanted)) = notices else {
        let work = async { desk.settings(turn.tenant()).await.map(|it| reply::settings::settings(&it)) };
        return answer::with_reply(ctx, &turn, Doing::Reading, work).await;
    };
    let work = async {
        let notices = if wanted { Notices::On } else { Notices::Off };
        let changed = desk.change_settings(turn.tenant(), turn.interaction(), |it| it.notices = notices).await;
        changed.map(|it| reply::settings::settings(&it).footer("Saved."))
    };
    answer::with_reply(ctx, &turn, Doing::Changing, work).await
}
