//! `/audit`.

use crate::choices::{accounts, acts};
use crate::context::{Context, Unanswered};
use crate::look::{day, show};
use desk::Refused;
use desk::book::{Search, order_named};
use desk::view::View;

/// What was done in your name: search your audit log, check it, take a copy
#[poise::command(slash_command)]
pub(crate) async fn audit(
    ctx: Context<'_>,
    #[description = "Only about this account"]
    #[autocomplete = "accounts"]
    account: Option<String>,
    #[description = "Only this kind of act"]
    #[autocomplete = "acts"]
    act: Option<String>,
    #[description = "Only this order: Alpaca's id of it, or the one that begins with paddock-"] order: Option<String>,
    #[description = "From this day on, as 2026-11-20 (UTC)"] from: Option<String>,
    #[description = "Until this day, as 2026-11-20 (UTC)"] until: Option<String>,
) -> Result<(), Unanswered> {
    show(ctx, |desk, tenant| async move {
        let account = match account {
            Some(name) => Some(desk.which_account(tenant, Some(name.as_str())).await?),
            None => None,
        };
        let search = Search {
            from: from.as_deref().map(day).transpose()?,
            until: until.as_deref().map(day).transpose()?,
            account,
            act: act.map(|act| act.trim().to_lowercase().replace(' ', "_")),
            order: order.as_deref().map(order_named).transpose()?,
        };
        Ok::<_, Refused>(View::Book { search, trail: Vec::new() })
    })
    .await
}
