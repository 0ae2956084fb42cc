//! The order in which every command is answered: first the acknowledgement, then the work, then what came of it.

use crate::context::{Context, Turn, Unanswered};
use crate::framework::Data;
use crate::reply::Reply;
use crate::reply::card::{card, queued};
use crate::reply::error::{Doing, Mishap, mishap, reply as refusal};
use crate::reply::receipt::{Following, receipt};
use crate::turnstile::{Errand, Pass};
use desk::views::{Placed, Receipt};
use desk::{Desk, Refused};
use domain::brokerage::Lane;
use futures::future::{Either, join, select};
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A longer wait is shown with an estimate.
pub(crate) const MOMENT: Duration = Duration::from_secs(1);

/// Lets a command in and acknowledges it. `None` when it was turned away, and told so.
pub(crate) async fn admit(ctx: Context<'_>, turn: &Turn) -> Result<Option<Pass>, Unanswered> {
    let errand = errand(&ctx.command().qualified_name);
    let pass = match enter(ctx.data(), turn, errand) {
        Ok(pass) => pass,
        Err(why) => return turn.answer(&mishap(why)).await.map(|()| None),
    };
    turn.defer().await?;
    ctx.has_sent_initial_response.store(true, Ordering::SeqCst);
    if errand == Errand::Use
        && let Err(refused) = ctx.data().desk.let_in(turn.tenant(), turn.guild()).await
    {
        return turn.show(&refusal(&refused, Doing::Reading)).await.map(|()| None);
    }
    Ok(Some(pass))
}

/// Lets an interaction in, without asking anybody.
pub(crate) fn enter(data: &Data, turn: &Turn, errand: Errand) -> Result<Pass, Mishap> {
    if errand == Errand::Use {
        let user = domain::ids::UserId(turn.user().get().cast_signed());
        data.desk.doors().enter(user, turn.guild()).map_err(Mishap::Shut)?;
    }
    data.turnstile.enter(turn.user(), turn.guild(), errand).map_err(Mishap::Crowded)
}

/// What a command is for: a list of those that nobody can be kept from.
pub(crate) fn errand(command: &str) -> Errand {
    match command {
        "orders" | "order" | "cancel" | "account list" | "account remove" | "status" | "help" | "privacy"
        | "mydata what" | "mydata get" | "mydata delete" => Errand::WayOut,
        _ => Errand::Use,
    }
}

/// Answers a command whose work ends in one reply.
pub(crate) async fn with_reply<F>(ctx: Context<'_>, turn: &Turn, doing: Doing, work: F) -> Result<(), Unanswered>
where
    F: Future<Output = Result<Reply, Refused>> + Send,
{
    let Some(_pass) = admit(ctx, turn).await? else { return Ok(()) };
    match work.await {
        Ok(reply) => turn.show(&discreet(&ctx.data().desk, turn, reply).await).await,
        Err(refused) => refuse(turn, &refused, doing).await,
    }
}

/// Masked for whoever wants that. Whether they do cannot be read: then it is masked, too, and the button shows it.
pub(crate) async fn discreet(desk: &Desk, turn: &Turn, reply: Reply) -> Reply {
    if reply.has_amounts() && desk.settings(turn.tenant()).await.map_or(true, |settings| settings.blur) {
        return reply.blurred();
    }
    reply
}

/// Does work whose calls may have to queue for the account's request budget, and says so when the wait is worth a word.
pub(crate) async fn telling_waits<T>(turn: &Turn, desk: &Desk, lane: Lane, work: impl Future<Output = T> + Send) -> T {
    let mut work = pin!(work);
    loop {
        match select(work.as_mut(), pin!(tokio::time::sleep(MOMENT))).await {
            Either::Left((done, _)) => return done,
            Either::Right(_) => {}
        }
        let wait = desk.queued(lane);
        if wait > MOMENT {
            let (done, shown) = join(work, turn.meanwhile(&queued(wait))).await;
            if let Err(failure) = shown {
                tracing::debug!(%failure, kind = "queued", "Discord did not take the word about a wait");
            }
            return done;
        }
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
    // Also what counts as not placed: should it turn up after all, its message says so.
    if !sent.life.state.is_settled() || sent.life.state.is_absence() {
        data.watchers.follow(data.desk.clone(), turn.clone(), sent);
    }
    shown
}
