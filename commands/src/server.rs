//! `/server`: what the admins of a server forbid there. It can only forbid.

use crate::answer;
use crate::context::{Context, Turn, Unanswered};
use crate::reply::error::{Doing, Mishap, mishap};
use crate::reply::server as show;
use desk::house::RuleChange;
use desk::{Field, Refused};
use domain::money::Usd;
use serenity::all::Permissions;

/// What this server forbids for orders from here
#[poise::command(slash_command, subcommand_required, subcommands("rules", "live", "limit"))]
pub(crate) async fn server(ctx: Context<'_>) -> Result<(), Unanswered> {
    // Discord sends a subcommand of it; what comes here was not made by a client that knows our commands.
    Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction).answer(&mishap(Mishap::Outdated)).await
}

/// What this server forbids
#[poise::command(slash_command)]
async fn rules(ctx: Context<'_>) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let Some(guild) = turn.guild() else { return turn.answer(&mishap(Mishap::ServerOnly)).await };
    let desk = &ctx.data().desk;
    let work = async { desk.server_rules(turn.tenant(), guild).await.map(|it| show::rules(&it)) };
    answer::with_reply(ctx, &turn, Doing::Reading, work).await
}

/// For admins: forbid orders with real money here, or stop forbidding them
#[poise::command(slash_command)]
async fn live(
    ctx: Context<'_>,
    #[description = "Whether people of this server may order with real money"] allowed: bool,
) -> Result<(), Unanswered> {
    change(ctx, Ok(RuleChange::ForbidLive(!allowed))).await
}

/// For admins: the most that one buy with real money may cost here
#[poise::command(slash_command)]
async fn limit(
    ctx: Context<'_>,
    #[description = "Such as 500; leave it out for no limit"] dollars: Option<String>,
) -> Result<(), Unanswered> {
    let most = dollars.map(|text| Usd::parse(&text).map_err(|why| Refused::Number(Field::Dollars, why))).transpose();
    change(ctx, most.map(RuleChange::Most)).await
}

/// Discord says with the interaction what its user may do in that server. In a direct message it says that of nothing.
async fn change(ctx: Context<'_>, change: Result<RuleChange, Refused>) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let Some(guild) = turn.guild() else { return turn.answer(&mishap(Mishap::ServerOnly)).await };
    let permissions = ctx.interaction.member.as_ref().and_then(|member| member.permissions).unwrap_or_default();
    if !permissions.intersects(Permissions::MANAGE_GUILD | Permissions::ADMINISTRATOR) {
        return turn.answer(&mishap(Mishap::AdminsOnly)).await;
    }
    let desk = &ctx.data().desk;
    let work = async {
        let changed = desk.change_server_rules(turn.tenant(), guild, change?, turn.interaction()).await?;
        Ok(show::rules(&changed).footer("Saved."))
    };
    answer::with_reply(ctx, &turn, Doing::Changing, work).await
}
