//! `/t`: an order in one line.

use crate::choices::{accounts, order_line};
use crate::context::{Context, Unanswered};
use crate::trade::place;
use desk::Refused;
use domain::line::Line;

/// Place an order that you type in one line
#[poise::command(slash_command)]
pub(crate) async fn t(
    ctx: Context<'_>,
    #[description = "Such as: buy 5 aapl lmt 184.5 gtc ext tp 195 sl 178"]
    #[autocomplete = "order_line"]
    order: String,
    #[description = "Which account; your default if you leave it out"]
    #[autocomplete = "accounts"]
    account: Option<String>,
    #[description = "Show the card first, on paper too"] card: Option<bool>,
) -> Result<(), Unanswered> {
    let order = Line::read(&order).map(Line::into_order);
    place(ctx, account, card, order.map_err(|misread| Refused::Line(Box::new(misread)))).await
}
