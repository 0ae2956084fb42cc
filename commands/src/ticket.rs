//! `/ticket`, and the card of an order that was put together from menus.

use crate::answer::{show_placed, telling_waits};
use crate::choices::{accounts, symbols};
use crate::context::{Context, Turn, Unanswered};
use crate::form;
use crate::framework::Data;
use crate::look::{show, spelled};
use crate::press::{beside, show_view};
use crate::reply::Button;
use crate::reply::card::card;
use crate::reply::error::Doing;
use crate::routes::Action;
use desk::slip::Slip;
use desk::view::View;
use desk::views::Placed;
use domain::brokerage::Lane;
use domain::ids::ViewId;
use serenity::all::ActionRow;

/// Fill in an order with menus, and watch its price and cost
#[poise::command(slash_command)]
pub(crate) async fn ticket(
    ctx: Context<'_>,
    #[description = "Ticker or company name; BTC/USD; or an option contract"]
    #[autocomplete = "symbols"]
    symbol: String,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
) -> Result<(), Unanswered> {
    show(ctx, |desk, tenant| async move {
        let symbol = spelled(&symbol)?;
        let account = desk.which_account(tenant, account.as_deref()).await?;
        Ok(View::Ticket(Slip::new(account, symbol)))
    })
    .await
}

/// The ticket with what was typed into its form. What cannot be read leaves it as it is.
pub(crate) async fn filled(data: &Data, turn: &Turn, view: ViewId, rows: &[ActionRow]) -> Result<(), Unanswered> {
    turn.defer().await?;
    let desk = data.desk.apart();
    match desk.fill(turn.tenant(), view, |slip| form::filled(rows, slip)).await {
        Ok(view) => show_view(desk, turn, view, false).await,
        Err(refused) => beside(turn, &refused, Doing::Ordering).await,
    }
}

/// The card of an order that was put together, with the way back. What cannot become one stays to be changed.
pub(crate) async fn put_together(data: &Data, turn: &Turn, view: ViewId) -> Result<(), Unanswered> {
    turn.defer().await?;
    let desk = &data.desk.apart();
    let placing = Box::pin(desk.put_together(turn.tenant(), view, turn.interaction(), turn.guild()));
    match telling_waits(turn, desk, Lane::Reads, placing).await {
        Ok(Placed::Ask(asked)) => turn.show(&card(&asked).button(Button::quiet(Action::Show(view), "Change"))).await,
        Ok(placed) => show_placed(data, turn, placed).await,
        Err(refused) => beside(turn, &refused, Doing::Ordering).await,
    }
}
