//! `/guard`, `/pause` and `/resume`: the owner's own bounds on entries.

use crate::answer;
use crate::choices::accounts;
use crate::context::{Context, Turn, Unanswered};
use crate::reply::error::{Doing, Mishap, mishap};
use crate::reply::guards::guards as shown;
use crate::typed::{maybe, symbol};
use crate::words::GuardWord;
use desk::{Field, Refused};
use domain::guard::{Change, CoolOff, Most, Never, Only};
use domain::money::{Percent, Usd};
use domain::symbol::Symbol;
use std::collections::BTreeSet;

/// Your own bounds on what you enter; exits and cancels always pass
#[poise::command(slash_command, subcommand_required, subcommands("show", "set", "clear"))]
pub(crate) async fn guard(ctx: Context<'_>) -> Result<(), Unanswered> {
    // Discord sends a subcommand of it; what comes here was not made by a client that knows our commands.
    Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction).answer(&mishap(Mishap::Outdated)).await
}

/// Which bounds an account has
#[poise::command(slash_command)]
async fn show(
    ctx: Context<'_>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk;
    let work = async { desk.guards(turn.tenant(), account.as_deref()).await.map(|it| shown(&it)) };
    answer::with_reply(ctx, &turn, Doing::Reading, work).await
}

/// Set bounds: tighter ones hold at once, looser ones in 24 hours
#[poise::command(slash_command)]
#[expect(clippy::too_many_arguments, reason = "one per guard")]
async fn set(
    ctx: Context<'_>,
    #[description = "The most that one entry may be worth, in dollars: 500"] order: Option<String>,
    #[description = "The most that a position may be worth, in dollars: 2000"] position: Option<String>,
    #[description = "Nothing is entered any more once so many dollars are lost today: 300"] day_loss: Option<String>,
    #[description = "Only these may be entered: AAPL, MSFT, BTC/USD"] only: Option<String>,
    #[description = "These may not be entered: TSLA, GME"] never: Option<String>,
    #[description = "2/30: after 2 losing exits in a row, nothing is entered for 30 minutes"] cool_off: Option<String>,
    #[description = "How far beyond the market an entry's limit may be: 5%"] fat_finger: Option<String>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    let changes = || -> Result<Vec<Change>, Refused> {
        let dollars = |field, text: &Option<String>| maybe(text.as_deref(), |text| dollars(field, text));
        let percent = maybe(fat_finger.as_deref(), |text| {
            Percent::parse(text).map(|part| Most(part.get())).map_err(|why| Refused::Number(Field::GuardFatFinger, why))
        })?;
        let changes = [
            dollars(Field::GuardOrder, &order)?.map(|most| Change::Order(Some(most))),
            dollars(Field::GuardPosition, &position)?.map(|most| Change::Position(Some(most))),
            dollars(Field::GuardDayLoss, &day_loss)?.map(|most| Change::DayLoss(Some(most))),
            maybe(only.as_deref(), symbols)?.map(|list| Change::Only(Some(Only(list)))),
            maybe(never.as_deref(), symbols)?.map(|list| Change::Never(Some(Never(list)))),
            maybe(cool_off.as_deref(), rest)?.map(|rest| Change::CoolOff(Some(rest))),
            percent.map(|most| Change::FatFinger(Some(most))),
        ];
        Ok(changes.into_iter().flatten().collect())
    };
    change(ctx, account, changes()).await
}

/// Have one bound no more, in 24 hours
#[poise::command(slash_command)]
async fn clear(
    ctx: Context<'_>,
    #[description = "Which one"] guard: GuardWord,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    change(ctx, account, Ok(guard.0.cleared())).await
}

/// Enter nothing with an account until you resume; exits and cancels pass
#[poise::command(slash_command)]
pub(crate) async fn pause(
    ctx: Context<'_>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    change(ctx, account, Ok(vec![Change::Pause(true)])).await
}

/// Enter again with a paused account
#[poise::command(slash_command)]
pub(crate) async fn resume(
    ctx: Context<'_>,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    change(ctx, account, Ok(vec![Change::Pause(false)])).await
}

async fn change(
    ctx: Context<'_>,
    account: Option<String>,
    changes: Result<Vec<Change>, Refused>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk;
    let work = async {
        let after = desk.change_guards(turn.tenant(), account.as_deref(), changes?, turn.interaction()).await?;
        Ok(shown(&after).footer("Saved."))
    };
    answer::with_reply(ctx, &turn, Doing::Changing, work).await
}

/// One guard, or all of them, as `/guard clear` names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Order,
    Position,
    DayLoss,
    Only,
    Never,
    CoolOff,
    FatFinger,
    All,
}

impl Which {
    fn cleared(self) -> Vec<Change> {
        let one = |which| match which {
            Self::Order => vec![Change::Order(None)],
            Self::Position => vec![Change::Position(None)],
            Self::DayLoss => vec![Change::DayLoss(None)],
            Self::Only => vec![Change::Only(None)],
            Self::Never => vec![Change::Never(None)],
            Self::CoolOff => vec![Change::CoolOff(None)],
            Self::FatFinger => vec![Change::FatFinger(None)],
            Self::All => Vec::new(),
        };
        let each =
            [Self::Order, Self::Position, Self::DayLoss, Self::Only, Self::Never, Self::CoolOff, Self::FatFinger];
        if self == Self::All { each.into_iter().flat_map(one).collect() } else { one(self) }
    }
}

fn dollars(field: Field, text: &str) -> Result<Most, Refused> {
    Usd::parse(text).map(|usd| Most(usd.0)).map_err(|why| Refused::Number(field, why))
}

/// `AAPL, MSFT BTC/USD`.
fn symbols(text: &str) -> Result<BTreeSet<Symbol>, Refused> {
    let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
    let list = words.map(symbol).collect::<Result<BTreeSet<_>, _>>()?;
    if list.is_empty() { symbol("").map(|symbol| BTreeSet::from([symbol])) } else { Ok(list) }
}

/// `2/30`.
fn rest(text: &str) -> Result<CoolOff, Refused> {
    let number = |text: &str, most: u32| text.trim().parse().ok().filter(|number| (1..=most).contains(number));
    let (losses, minutes) = text.split_once('/').ok_or(Refused::CoolOffOdd)?;
    let (losses, minutes) = (number(losses, 100), number(minutes, MOST_MINUTES));
    losses.zip(minutes).map(|(losses, minutes)| CoolOff { losses, minutes }).ok_or(Refused::CoolOffOdd)
}

/// A week.
const MOST_MINUTES: u32 = 7 * 24 * 60;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use domain::symbol::SymbolRefusal;

    #[test]
    fn lists_and_rests_are_read_as_they_are_written() {
        let list: Vec<_> =
            symbols(" aapl, msft\tBTC/USD,aapl").unwrap().into_iter().map(|symbol| symbol.to_string()).collect();
        assert_eq!(list, ["AAPL", "BTC/USD", "MSFT"]);
        assert_eq!(symbols(" , "), Err(Refused::Symbol(SymbolRefusal::Empty)));
        assert_eq!(symbols("AAPL, ??"), Err(Refused::Symbol(SymbolRefusal::NotLetters)));
        assert_eq!(rest("2/30"), Ok(CoolOff { losses: 2, minutes: 30 }));
        assert_eq!(rest(" 1 / 10080 "), Ok(CoolOff { losses: 1, minutes: 10_080 }));
        for odd in ["", "2", "2/", "/30", "0/30", "2/0", "2/10081", "101/5", "-1/5", "2.5/30", "2/30/4"] {
            assert_eq!(rest(odd), Err(Refused::CoolOffOdd), "{odd}");
        }
    }

    #[test]
    fn clearing_all_clears_each() {
        assert_eq!(Which::All.cleared().len(), 7);
        assert_eq!(Which::Only.cleared(), [Change::Only(None)]);
    }
}
