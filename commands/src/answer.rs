//! The order in which every command is answered: first the acknowledgement, then the work, then what came of it.

use crate::context::{Context, Turn, Unanswered};
use crate::framework::Data;
use crate::reply::Reply;
use crate::reply::card::card;
use crate::reply::error::{Doing, Mishap, mishap, reply as refusal};
use crate::reply::receipt::{Following, receipt};
use crate::turnstile::Pass;
use desk::Refused;
use desk::views::{Placed, Receipt};
use std::future::Future;
use std::sync::atomic::Ordering;

/// Lets a command in and acknowledges it. `None` when it was turned away, and told so.
pub(crate) async fn admit(ctx: Context<'_>, turn: &Turn) -> Result<Option<Pass>, Unanswered> {
    match ctx.data().turnstile.enter(turn.user()) {
        Ok(pass) => {
            turn.defer().await?;
            ctx.has_sent_initial_response.store(true, Ordering::SeqCst);
            Ok(Some(pass))
        }
        Err(full) => turn.answer(&mishap(Mishap::Crowded(full))).await.map(|()| None),
    }
}

/// Answers a command whose work ends in one reply.
pub(crate) async fn with_reply<F>(ctx: Context<'_>, turn: &Turn, doing: Doing, work: F) -> Result<(), Unanswered>
where
    F: Future<Output = Result<Reply, Refused>> + Send,
{
    let Some(_pass) = admit(ctx, turn).await? else { return Ok(()) };
    match work.await {
        Ok(reply) => turn.show(&reply).await,
        Err(refused) => refuse(turn, &refused, doing).await,
    }
}

/// Shows a refusal in the message; nothing at all when another delivery of the same interaction has the word.
pub(crate) async fn refuse(turn: &Turn, refused: &Refused, doing: Doing) -> Result<(), Unanswered> {
    match refused {
        Refused::AlreadyHandled => Ok(()),
        refused => turn.show(&refusal(refused, doing)).await,
    }
}

/// Shows a card, or a receipt that goes on changing.
pub(crate) async fn show_placed(data: &Data, turn: &Turn, placed: Placed) -> Result<(), Unanswered> {
    match placed {
        Placed::Ask(preview) => turn.show(&card(&preview)).await,
        Placed::Sent(sent) => show_receipt(data, turn, *sent, None).await,
    }
}

/// Shows a receipt, with a remark that is gone at its next change, and follows it.
pub(crate) async fn show_receipt(
    data: &Data,
    turn: &Turn,
    sent: Receipt,
    remark: Option<&str>,
) -> Result<(), Unanswered> {
    let reply = receipt(&sent, Following::Yes);
    let shown = turn.show(&remark.into_iter().fold(reply, Reply::say)).await;
    if !sent.life.state.is_settled() {
        data.watchers.follow(data.desk.clone(), turn.clone(), sent);
    }
    shown
}
