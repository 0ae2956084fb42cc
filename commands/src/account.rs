//! `/account …`.

use crate::answer;
use crate::choices::accounts;
use crate::context::{Context, Turn, Unanswered};
use crate::form::form;
use crate::framework::Data;
use crate::reply::Button;
use crate::reply::accounts as show;
use crate::reply::error::{Doing, Mishap, mishap, reply as refusal};
use crate::routes::Action;
use crate::turnstile::Errand;
use crate::words::{EnvironmentWord, ModeWord};
use desk::connect::FormFor;
use desk::views::Switch;
use desk::{KeysRefusal, Refused};
use domain::account::{AccountName, Environment, NameRefusal};
use domain::brokerage::Lane;
use domain::fresh;
use domain::ids::{AccountId, FormId};
use domain::symbol::looks_like_secret;
use std::future::Future;
use std::sync::atomic::Ordering;

/// Link, choose and remove your Alpaca accounts
#[poise::command(
    slash_command,
    subcommand_required,
    subcommands("add", "list", "choose", "rename", "rotate", "remove", "status", "confirm")
)]
pub(crate) async fn account(ctx: Context<'_>) -> Result<(), Unanswered> {
    // Discord sends a subcommand of it; what comes here was not made by a client that knows our commands.
    Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction).answer(&mishap(Mishap::Outdated)).await
}

/// Link an Alpaca account: a form for its keys opens
#[poise::command(slash_command)]
async fn add(
    ctx: Context<'_>,
    #[description = "Simulated money, or real money"] environment: EnvironmentWord,
    #[description = "Your name for it; never a key"] name: Option<String>,
) -> Result<(), Unanswered> {
    let name = name.map(|name| AccountName::parse(&name)).transpose().map_err(Refused::Name);
    open(ctx, name.map(|name| FormFor::Link { environment: environment.0, name })).await
}

/// Replace the keys of an account: a form opens
#[poise::command(slash_command)]
async fn rotate(
    ctx: Context<'_>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    let is_secret = account.as_deref().is_some_and(looks_like_secret);
    let purpose =
        if is_secret { Err(Refused::Name(NameRefusal::LooksLikeSecret)) } else { Ok(FormFor::Rotate { account }) };
    open(ctx, purpose).await
}

/// The form is the first answer, so nothing that could take time comes before it.
async fn open(ctx: Context<'_>, purpose: Result<FormFor, Refused>) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let purpose = match purpose {
        Ok(purpose) => purpose,
        Err(refused) => return turn.answer(&refusal(&refused, Doing::Changing)).await,
    };
    let _pass = match answer::enter(ctx.data(), &turn, Errand::Use) {
        Ok(pass) => pass,
        Err(why) => return turn.answer(&mishap(why)).await,
    };
    let id = fresh::form();
    turn.open(form(id, &purpose)).await?;
    ctx.has_sent_initial_response.store(true, Ordering::SeqCst);
    let desk = &ctx.data().desk;
    remembered(&turn, async {
        desk.let_in(turn.tenant(), turn.guild()).await?;
        desk.open_form(turn.tenant(), id, purpose).await
    })
    .await
}

/// The row of a form that stands open already.
async fn remembered(turn: &Turn, row: impl Future<Output = Result<(), Refused>> + Send) -> Result<(), Unanswered> {
    match row.await {
        Ok(()) => Ok(()),
        Err(refused) => turn.aside(&refusal(&refused, Doing::Changing)).await,
    }
}

/// Keys that were not taken. Those of the other kind get a form of that kind, empty: they were not kept.
pub(crate) async fn turn_down(turn: &Turn, sent: FormId, refused: &Refused) -> Result<(), Unanswered> {
    let button = match refused {
        Refused::Keys(KeysRefusal::OtherEnvironment { actual: Environment::Paper }) => {
            Button::quiet(Action::LinkPaper(sent), "Link it as paper")
        }
        Refused::Keys(KeysRefusal::OtherEnvironment { actual: Environment::Live }) => {
            Button::danger(Action::LinkLive(sent), "Link it as LIVE")
        }
        Refused::AlreadyHandled => return Ok(()),
        refused => return turn.show(&refusal(refused, Doing::Changing)).await,
    };
    turn.show(&refusal(refused, Doing::Changing).button(button)).await
}

/// The button below such keys.
pub(crate) async fn link_other(
    data: &Data,
    turn: &Turn,
    before: FormId,
    environment: Environment,
) -> Result<(), Unanswered> {
    let id = fresh::form();
    turn.open(form(id, &FormFor::Link { environment, name: None })).await?;
    remembered(turn, data.desk.open_form_instead(turn.tenant(), id, before, environment)).await
}

/// The button below an order that was refused because of its account's keys.
pub(crate) async fn new_keys(data: &Data, turn: &Turn, account: AccountId) -> Result<(), Unanswered> {
    let (id, purpose) = (fresh::form(), FormFor::Renew { account });
    turn.open(form(id, &purpose)).await?;
    remembered(turn, data.desk.open_form(turn.tenant(), id, purpose)).await
}

/// Your accounts
#[poise::command(slash_command)]
async fn list(ctx: Context<'_>) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk;
    let work = async { desk.accounts(turn.tenant()).await.map(|it| show::accounts(&it)) };
    answer::with_reply(ctx, &turn, Doing::Reading, work).await
}

/// Make an account the one that commands use
#[poise::command(slash_command, rename = "use")]
async fn choose(
    ctx: Context<'_>,
    #[description = "Which account"]
    #[autocomplete = "accounts"]
    account: String,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk;
    let work = async {
        desk.use_account(turn.tenant(), &account, turn.interaction()).await.map(|switch| match switch {
            Switch::Done(account) => show::is_default(&account),
            Switch::Ask(question) => show::ask_switch(&question),
        })
    };
    answer::with_reply(ctx, &turn, Doing::Changing, work).await
}

/// Give an account another name
#[poise::command(slash_command)]
async fn rename(
    ctx: Context<'_>,
    #[description = "Which account"]
    #[autocomplete = "accounts"]
    account: String,
    #[description = "Its new name"] name: String,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk;
    let work = async {
        let name = AccountName::parse(&name).map_err(Refused::Name)?;
        let renamed = desk.rename(turn.tenant(), &account, name, turn.interaction()).await?;
        Ok(show::renamed(&account, &renamed))
    };
    answer::with_reply(ctx, &turn, Doing::Changing, work).await
}

/// Remove an account and delete its keys
#[poise::command(slash_command)]
async fn remove(
    ctx: Context<'_>,
    #[description = "Which account"]
    #[autocomplete = "accounts"]
    account: String,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk;
    let work = async { desk.remove(turn.tenant(), &account, turn.interaction()).await.map(|it| show::ask_remove(&it)) };
    answer::with_reply(ctx, &turn, Doing::Changing, work).await
}

/// Whether an account works, as Alpaca sees it
#[poise::command(slash_command)]
async fn status(
    ctx: Context<'_>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk.apart();
    let work = async { desk.account_health(turn.tenant(), account.as_deref()).await.map(|it| show::health(&it)) };
    let work = answer::telling_waits(&turn, desk, Lane::Reads, Box::pin(work));
    answer::with_reply(ctx, &turn, Doing::Reading, work).await
}

/// Whether paper orders, too, show a card before they go out
#[poise::command(slash_command)]
async fn confirm(
    ctx: Context<'_>,
    #[description = "Live orders always ask"] mode: ModeWord,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk;
    let work = async {
        let changed = desk.always_confirm(turn.tenant(), account.as_deref(), mode.0, turn.interaction()).await;
        changed.map(|account| show::confirming(&account))
    };
    answer::with_reply(ctx, &turn, Doing::Changing, work).await
}
