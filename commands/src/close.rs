//! `/close`, `/close-all` and `/replace`.

use crate::answer;
use crate::choices::{accounts, held, open_orders};
use crate::context::{Context, Turn, Unanswered};
use crate::framework::Data;
use crate::press::{acknowledge, turned_down};
use crate::reply::closes;
use crate::reply::error::Doing;
use crate::trade::show;
use crate::typed::{maybe, percent, price, quantity, symbol, trail};
use crate::words::TifWord;
use desk::close::Close;
use desk::confirm::Click;
use desk::replace::Replace;
use desk::{Field, Refused};
use domain::brokerage::Lane;
use domain::ids::TicketId;
use domain::money::Percent;
use domain::order::{Pricing, Size};
use domain::policy::Edits;
use domain::sizing::Amount;
use domain::symbol::AssetKind;
use rust_decimal::Decimal;

/// Close a position, or part of it
#[poise::command(slash_command)]
pub(crate) async fn close(
    ctx: Context<'_>,
    #[description = "Which position"]
    #[autocomplete = "held"]
    symbol: String,
    #[description = "How much of it; all if you leave it out"] percent: Option<String>,
    #[description = "Or how many"] quantity: Option<String>,
    #[description = "At this price or better; the market's if you leave it out"] limit: Option<String>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
    #[description = "Show the card first, on paper too"] card: Option<bool>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = ctx.data().desk.apart();
    let (closing, tenant, interaction, guild) = (desk.clone(), turn.tenant(), turn.interaction(), turn.guild());
    let work = async move {
        let symbol = self::symbol(&symbol)?;
        let kind = symbol.kind();
        let pricing =
            maybe(limit.as_deref(), |text| price(Field::Limit, text, &kind))?.map_or(Pricing::Market, Pricing::Limit);
        let amount = part(percent.as_deref(), quantity.as_deref())?;
        let card = card.unwrap_or(false);
        closing.close(tenant, Close { account, symbol, amount, pricing, card, interaction, guild }).await
    };
    show(ctx, &turn, &desk, work).await
}

/// How much of a position.
fn part(part: Option<&str>, count: Option<&str>) -> Result<Amount, Refused> {
    let whole = || Percent::new(Decimal::ONE_HUNDRED).map(Amount::OfPosition).ok_or(Refused::SizeMissing);
    match (maybe(part, |text| percent(Field::Percent, text))?, maybe(count, quantity)?) {
        (Some(_), Some(_)) => Err(Refused::SizeTwice),
        (Some(part), None) => Ok(Amount::OfPosition(part)),
        (None, Some(count)) => Ok(Amount::Exactly(Size::Shares(count))),
        (None, None) => whole(),
    }
}

/// Cancel all open orders and close every position
#[poise::command(slash_command, rename = "close-all")]
pub(crate) async fn close_all(
    ctx: Context<'_>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk.apart();
    let (tenant, interaction, guild) = (turn.tenant(), turn.interaction(), turn.guild());
    let work =
        async { desk.close_all(tenant, account.as_deref(), interaction, guild).await.map(|card| closes::ask(&card)) };
    let work = answer::telling_waits(&turn, desk, Lane::Reads, Box::pin(work));
    answer::with_reply(ctx, &turn, Doing::Ordering, work).await
}

/// The press that closes everything, acknowledged as an order's is.
pub(crate) async fn confirm_all(data: &Data, turn: &Turn, ticket: TicketId) -> Result<(), Unanswered> {
    let (_, ack) = acknowledge(turn);
    let click = Click { ticket, interaction: turn.interaction(), guild: turn.guild() };
    match data.desk.apart().confirm_close_all(turn.tenant(), click, ack).await {
        Ok(closed) => turn.show(&closes::closed(&closed)).await,
        Err(refused) => turned_down(turn, &refused, Doing::Ordering, false).await,
    }
}

/// Change the price, quantity or time of an open order
#[poise::command(slash_command)]
#[expect(clippy::too_many_arguments, reason = "one per option of the command")]
pub(crate) async fn replace(
    ctx: Context<'_>,
    #[description = "Pick an open order from the list"]
    #[autocomplete = "open_orders"]
    order: String,
    #[description = "New limit"] limit: Option<String>,
    #[description = "New stop"] stop: Option<String>,
    #[description = "New trail, in the kind that it has: 2 (dollars) or 2.5%"] trail: Option<String>,
    #[description = "New quantity, with what is filled already"] quantity: Option<String>,
    #[description = "How long the order works"] tif: Option<TifWord>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
    #[description = "Show the card first, on paper too"] card: Option<bool>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = ctx.data().desk.apart();
    let (replacing, tenant, interaction, guild) = (desk.clone(), turn.tenant(), turn.interaction(), turn.guild());
    let work = async move {
        let order = order.trim().parse().map_err(|_| Refused::NoSuchOrder)?;
        // Whether it is a coin's, only the order itself knows; the finer reading refuses nothing that is right.
        let price =
            |field, text: &Option<String>| maybe(text.as_deref(), |text| price(field, text, &AssetKind::Crypto));
        let edits = Edits {
            qty: maybe(quantity.as_deref(), self::quantity)?,
            time_in_force: tif.map(|word| word.0),
            limit: price(Field::Limit, &limit)?,
            stop: price(Field::Stop, &stop)?,
            trail: maybe(trail.as_deref(), self::trail)?,
        };
        let card = card.unwrap_or(false);
        replacing.replace(tenant, Replace { account, order, edits, card, interaction, guild }).await
    };
    show(ctx, &turn, &desk, work).await
}
