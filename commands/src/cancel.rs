//! `/cancel`.

use crate::answer;
use crate::choices::{ALL_ORDERS, accounts, open_orders};
use crate::context::{Context, Turn, Unanswered};
use crate::reply::cancels;
use crate::reply::error::Doing;
use desk::Refused;
use desk::cancel::Target;
use domain::brokerage::Lane;
use domain::ids::BrokerOrderId;
use domain::symbol::Symbol;

/// Cancel an open order, or all of them
#[poise::command(slash_command)]
pub(crate) async fn cancel(
    ctx: Context<'_>,
    #[description = "Pick an open order from the list; or a symbol, for all of its orders"]
    #[autocomplete = "open_orders"]
    order: String,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    let turn = Turn::of_command(&ctx.framework.serenity_context.http, ctx.interaction);
    let desk = &ctx.data().desk.apart();
    let (tenant, interaction) = (turn.tenant(), turn.interaction());
    let work = async {
        match wanted(&order)? {
            Wanted::All => {
                desk.cancel_all(tenant, account.as_deref(), interaction).await.map(|it| cancels::ask_all(&it))
            }
            Wanted::Symbol(symbol) => {
                let canceled = desk.cancel_symbol(tenant, account.as_deref(), &symbol, interaction);
                canceled.await.map(|it| cancels::canceled_all(&it))
            }
            Wanted::One(id) => {
                let target = Target::Order(id);
                desk.cancel(tenant, account.as_deref(), target, interaction).await.map(|it| cancels::canceled(&it))
            }
        }
    };
    let work = answer::telling_waits(&turn, desk, Lane::Urgent, Box::pin(work));
    answer::with_reply(ctx, &turn, Doing::Canceling, work).await
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    All,
    One(BrokerOrderId),
    Symbol(Symbol),
}

/// Discord lets a user send what was never offered, so it is read like any other text.
fn wanted(typed: &str) -> Result<Wanted, Refused> {
    let typed = typed.trim();
    if typed.eq_ignore_ascii_case(ALL_ORDERS) || typed.eq_ignore_ascii_case("all open orders") {
        return Ok(Wanted::All);
    }
    match (typed.parse(), Symbol::parse(typed)) {
        (Ok(id), _) => Ok(Wanted::One(id)),
        (_, Ok(symbol)) => Ok(Wanted::Symbol(symbol)),
        _ => Err(Refused::NoSuchOrder),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn only_all_an_id_and_a_symbol_are_taken() {
        assert_eq!(wanted(" All "), Ok(Wanted::All));
        assert_eq!(wanted("all open orders"), Ok(Wanted::All));
        let id = "904837e3-3b76-47ec-b432-046db621571b";
        assert_eq!(wanted(id), Ok(Wanted::One(id.parse().unwrap())));
        assert_eq!(wanted("aapl"), Ok(Wanted::Symbol(Symbol::from_broker("AAPL"))));
        for odd in ["", "?", "1", "904837e3"] {
            assert_eq!(wanted(odd), Err(Refused::NoSuchOrder), "{odd}");
        }
    }
}
