//! `/watchlist …`.

use crate::answer;
use crate::choices::{accounts, lists, symbols};
use crate::context::{Context, Turn, Unanswered};
use crate::look::{show, spelled};
use crate::reply;
use crate::reply::error::{Doing, Mishap, mishap};
use desk::Refused;
use desk::view::View;
use desk::watchlists::Edit;
use domain::brokerage::Lane;
use domain::symbol::Symbol;

/// Lists of symbols that you keep at Alpaca
#[poise::command(slash_command, subcommand_required, subcommands("shown", "create", "add", "remove", "delete"))]
pub(crate) async fn watchlist(ctx: Context<'_>) -> Result<(), Unanswered> {
    // Discord sends a subcommand of it; what comes here was not made by a client that knows our commands.
    Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction).answer(&mishap(Mishap::Outdated)).await
}

/// A watchlist with prices, or the names of all
#[poise::command(slash_command, rename = "show")]
async fn shown(
    ctx: Context<'_>,
    #[description = "Which watchlist; all names if you leave it out"]
    #[autocomplete = "lists"]
    name: Option<String>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    show(ctx, |desk, tenant| async move {
        let account = desk.which_account(tenant, account.as_deref()).await?;
        Ok(match name {
            None => View::Watchlists { account },
            Some(name) => View::Watchlist { account, list: desk.watchlist_named(tenant, account, &name).await?.id },
        })
    })
    .await
}

/// Make a watchlist
#[poise::command(slash_command)]
async fn create(
    ctx: Context<'_>,
    #[description = "Its name"] name: String,
    #[description = "What goes on it at once, such as AAPL MSFT SPY"] symbols: Option<String>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    edit(ctx, name, account, several(symbols.as_deref().unwrap_or_default()).map(Edit::Create)).await
}

/// Put a symbol on a watchlist
#[poise::command(slash_command)]
async fn add(
    ctx: Context<'_>,
    #[description = "Which watchlist"]
    #[autocomplete = "lists"]
    name: String,
    #[description = "Ticker or company name"]
    #[autocomplete = "symbols"]
    symbol: String,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    edit(ctx, name, account, spelled(&symbol).map(Edit::Add)).await
}

/// Take a symbol from a watchlist
#[poise::command(slash_command)]
async fn remove(
    ctx: Context<'_>,
    #[description = "Which watchlist"]
    #[autocomplete = "lists"]
    name: String,
    #[description = "Ticker"]
    #[autocomplete = "symbols"]
    symbol: String,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    edit(ctx, name, account, spelled(&symbol).map(Edit::Remove)).await
}

/// Delete a watchlist
#[poise::command(slash_command)]
async fn delete(
    ctx: Context<'_>,
    #[description = "Which watchlist"]
    #[autocomplete = "lists"]
    name: String,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    edit(ctx, name, account, Ok(Edit::Delete)).await
}

async fn edit(
    ctx: Context<'_>,
    name: String,
    account: Option<String>,
    edit: Result<Edit, Refused>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk.apart();
    let work = Box::pin(async {
        let edited = desk.edit_watchlist(turn.tenant(), account.as_deref(), &name, edit?).await?;
        Ok(reply::watchlists::edited(&edited))
    });
    let work = answer::telling_waits(&turn, desk, Lane::Reads, work);
    answer::with_reply(ctx, &turn, Doing::Changing, work).await
}

/// Symbols with spaces or commas between them.
fn several(typed: &str) -> Result<Vec<Symbol>, Refused> {
    let words = typed.split([' ', ',', ';']).filter(|word| !word.trim().is_empty());
    words.map(spelled).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn several_symbols_are_read_from_one_line() {
        let read = |text| several(text).unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(read("aapl, msft  SPY;brk.b"), ["AAPL", "MSFT", "SPY", "BRK.B"]);
        assert!(read("  ").is_empty());
        assert!(several("AAPL @everyone").is_err());
    }
}
