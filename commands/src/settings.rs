//! `/settings`.

use crate::answer;
use crate::context::{Context, Turn, Unanswered};
use crate::reply;
use crate::reply::error::Doing;
use crate::typed::maybe;
use crate::words::{BlurWord, NoticesWord};
use desk::{Field, Refused};
use domain::money::{Percent, Usd};
use domain::settings::{Notices, Settings};
use rust_decimal::Decimal;

/// What you chose for yourself: shows it, and changes what you name
#[poise::command(slash_command)]
pub(crate) async fn settings(
    ctx: Context<'_>,
    #[description = "Whether Paddock may write to you by itself, in a direct message"] notices: Option<NoticesWord>,
    #[description = "Whether amounts stay masked until you press a button"] blur: Option<BlurWord>,
    #[description = "Orders above so many dollars are confirmed by typing their words; off for none"]
    typed_above: Option<String>,
    #[description = "A card warns of a position that would be more than this part of the account: 25%"]
    concentration: Option<String>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk;
    if notices.is_none() && blur.is_none() && typed_above.is_none() && concentration.is_none() {
        let work = async { desk.settings(turn.tenant()).await.map(|it| reply::settings::settings(&it)) };
        return answer::with_reply(ctx, &turn, Doing::Reading, work).await;
    }
    let work = async {
        let above = maybe(typed_above.as_deref(), above)?;
        let part = maybe(concentration.as_deref(), part)?;
        let change = |settings: &mut Settings| {
            if let Some(NoticesWord(wanted)) = notices {
                settings.notices = if wanted { Notices::On } else { Notices::Off };
            }
            if let Some(BlurWord(wanted)) = blur {
                settings.blur = wanted;
            }
            settings.typed_above = above.unwrap_or(settings.typed_above);
            settings.concentration = part.or(settings.concentration);
        };
        let changed = desk.change_settings(turn.tenant(), turn.interaction(), change).await;
        changed.map(|it| reply::settings::settings(&it).footer("Saved."))
    };
    answer::with_reply(ctx, &turn, Doing::Changing, work).await
}

/// An amount, or the word that switches it off.
fn above(text: &str) -> Result<Option<Decimal>, Refused> {
    if text.trim().eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    Usd::parse(text).map(|amount| Some(amount.0)).map_err(|why| Refused::Number(Field::TypedAbove, why))
}

fn part(text: &str) -> Result<Decimal, Refused> {
    Percent::parse(text).map(Percent::get).map_err(|why| Refused::Number(Field::Concentration, why))
}
