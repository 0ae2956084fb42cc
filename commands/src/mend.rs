//! The buttons below an order that Alpaca refused.

use crate::answer::{refuse, show_placed};
use crate::context::{Turn, Unanswered};
use crate::framework::Data;
use crate::press::beside;
use crate::reply::error::Doing;
use crate::reply::in_the_way::in_the_way;
use desk::Refused;
use desk::mend::Mend;
use domain::ids::IntentId;

/// What is in the way, with what can be done about it. Nothing is canceled unseen.
pub(crate) async fn look(data: &Data, turn: &Turn, intent: IntentId) -> Result<(), Unanswered> {
    let turn = turn.anew();
    turn.defer().await?;
    match data.desk.apart().in_the_way(turn.tenant(), intent).await {
        Ok(seen) => turn.show(&in_the_way(&seen)).await,
        Err(refused) => refuse(&turn, &refused, Doing::Reading).await,
    }
}

/// What is in the way is canceled, or a limit put in place of the market's price: of an order, only one of the two helps.
pub(crate) async fn clear_or_limit(data: &Data, turn: &Turn, intent: IntentId) -> Result<(), Unanswered> {
    turn.defer().await?;
    let (desk, tenant) = (data.desk.apart(), turn.tenant());
    let mended = match desk.mend(tenant, intent, Mend::Clear, turn.interaction(), turn.guild()).await {
        Err(Refused::NoSuchOrder) => desk.mend(tenant, intent, Mend::Limit, turn.interaction(), turn.guild()).await,
        other => other,
    };
    show(data, turn, mended).await
}

/// One order for both.
pub(crate) async fn join(data: &Data, turn: &Turn, intent: IntentId) -> Result<(), Unanswered> {
    turn.defer().await?;
    let joined = data.desk.apart().mend(turn.tenant(), intent, Mend::Join, turn.interaction(), turn.guild()).await;
    show(data, turn, joined).await
}

async fn show(data: &Data, turn: &Turn, mended: Result<desk::views::Placed, Refused>) -> Result<(), Unanswered> {
    match mended {
        Ok(placed) => show_placed(data, turn, placed).await,
        Err(refused) => beside(turn, &refused, Doing::Ordering).await,
    }
}
