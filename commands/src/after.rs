//! Presses under a receipt that make an order of their own. What comes of them stands in a message of its own, too: the receipt's
//! message is the home of its order and goes on telling of that.

use crate::answer::{refuse, show_placed, telling_waits};
use crate::choices::{accounts, known_orders};
use crate::context::{Context, Turn, Unanswered};
use crate::framework::Data;
use crate::reply::error::Doing;
use crate::reply::story;
use desk::Refused;
use desk::after::Press;
use desk::cancel::Target;
use domain::brokerage::Lane;
use domain::ids::IntentId;
use domain::policy::Edits;
use domain::waiting::Touch;

/// One order: its whole life, and why it is not filled
#[poise::command(slash_command)]
pub(crate) async fn order(
    ctx: Context<'_>,
    #[description = "Pick one from the list, or paste Alpaca's id of it"]
    #[autocomplete = "known_orders"]
    order: String,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk.apart();
    let work = async {
        let id = order.trim().parse().map_err(|_| Refused::NoSuchOrder)?;
        // On the heap: it reads Alpaca, the ledger and the book.
        let read = Box::pin(desk.story(turn.tenant(), account.as_deref(), Target::Order(id))).await;
        read.map(|it| story::story(&it))
    };
    let work = telling_waits(&turn, desk, Lane::Reads, Box::pin(work));
    crate::answer::with_reply(ctx, &turn, Doing::Reading, work).await
}

/// What is done with the order of a receipt.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// Its limit is moved to the market.
    Nudge(Touch),
    /// It gets new terms.
    Replace(Result<Edits, Refused>),
    /// It is placed once more.
    Repeat,
}

/// Does it, and shows the order or its card.
pub(crate) async fn again(data: &Data, turn: &Turn, intent: IntentId, deed: Deed) -> Result<(), Unanswered> {
    let turn = turn.anew();
    turn.defer().await?;
    let (desk, tenant) = (data.desk.apart(), turn.tenant());
    let press = Press { intent, interaction: turn.interaction(), guild: turn.guild() };
    let work = async {
        match deed {
            Deed::Nudge(to) => desk.nudge(tenant, press, to).await,
            Deed::Replace(edits) => desk.replace_sent(tenant, press, edits?).await,
            Deed::Repeat => desk.repeat(tenant, press).await,
        }
    };
    match telling_waits(&turn, &desk, Lane::Orders, Box::pin(work)).await {
        Ok(placed) => show_placed(data, &turn, placed).await,
        Err(refused) => refuse(&turn, &refused, Doing::Ordering).await,
    }
}

/// The story of a receipt's order, beside it.
pub(crate) async fn details(data: &Data, turn: &Turn, intent: IntentId) -> Result<(), Unanswered> {
    let turn = turn.anew();
    turn.defer().await?;
    let desk = data.desk.apart();
    let read = desk.story(turn.tenant(), None, Target::Intent(intent));
    match telling_waits(&turn, &desk, Lane::Reads, Box::pin(read)).await {
        Ok(read) => turn.show(&story::story(&read)).await,
        Err(refused) => refuse(&turn, &refused, Doing::Reading).await,
    }
}
