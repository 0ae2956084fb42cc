//! `/exercise`: the command, its card's buttons, and a second look.

use crate::answer;
use crate::choices::{accounts, held};
use crate::context::{Context, Turn, Unanswered};
use crate::framework::Data;
use crate::press::{acknowledge, beside, turned_down};
use crate::reply::error::Doing;
use crate::reply::exercise;
use crate::typed;
use crate::words::WishWord;
use desk::confirm::Click;
use desk::exercise::AskExercise;
use domain::brokerage::{Lane, Wish};
use domain::ids::TicketId;

/// Exercise option contracts that you hold, or ask that they are not exercised at their end
#[poise::command(slash_command, rename = "exercise")]
pub(crate) async fn command(
    ctx: Context<'_>,
    #[description = "Which of the contracts that you hold"]
    #[autocomplete = "held"]
    contract: String,
    #[description = "Exercise them now if you leave it out"] wish: Option<WishWord>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk.apart();
    let (tenant, interaction, guild) = (turn.tenant(), turn.interaction(), turn.guild());
    let wish = wish.map_or(Wish::Exercise, |word| word.0);
    let work = async {
        let contract = typed::symbol(&contract)?;
        let ask = AskExercise { account, contract, wish, interaction, guild };
        desk.exercise(tenant, ask).await.map(|card| exercise::ask(&card))
    };
    let work = answer::telling_waits(&turn, desk, Lane::Reads, Box::pin(work));
    answer::with_reply(ctx, &turn, Doing::Ordering, work).await
}

/// The press that decides. It is acknowledged before anything is decided.
pub(crate) async fn confirm(data: &Data, turn: &Turn, ticket: TicketId) -> Result<(), Unanswered> {
    let (_, ack) = acknowledge(turn);
    let click = Click { ticket, interaction: turn.interaction(), guild: turn.guild() };
    match data.desk.apart().confirm_exercise(turn.tenant(), click, ack).await {
        Ok(done) => {
            turn.show(&exercise::done(&done)).await?;
            if exercise::is_looked_for(&done) {
                follow(data, turn, ticket);
            }
            Ok(())
        }
        Err(refused) => turned_down(turn, &refused, Doing::Ordering, false).await,
    }
}

/// A second look at what is not known.
pub(crate) async fn look(data: &Data, turn: &Turn, ticket: TicketId) -> Result<(), Unanswered> {
    turn.defer().await?;
    match data.desk.apart().exercised(turn.tenant(), ticket).await {
        Ok(done) => turn.show(&exercise::done(&done)).await,
        Err(refused) => beside(turn, &refused, Doing::Reading).await,
    }
}

/// Shows in the message what is found, for as long as Discord lets it be edited. Lost with the process: then a notice tells.
fn follow(data: &Data, turn: &Turn, ticket: TicketId) {
    let (desk, turn) = (data.desk.apart(), turn.clone());
    tokio::spawn(async move {
        if let Ok(Some(done)) = desk.exercise_found(turn.tenant(), ticket).await
            && turn.show(&exercise::done(&done)).await.is_ok()
            && let Err(refused) = desk.exercise_shown(turn.tenant(), ticket).await
        {
            tracing::warn!(?refused, "an exercise was shown, and may be told of once more");
        }
    });
}
