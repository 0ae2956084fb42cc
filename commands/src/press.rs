//! Buttons and menus. Each is routed by its custom id alone, to a row in the database: no memory of the message is needed.

use crate::after::{Deed, again, details};
use crate::answer::{MOMENT, discreet, enter, show_placed, show_receipt, telling_waits};
use crate::chart;
use crate::context::{Turn, Unanswered};
use crate::form::{numbers, phrase, terms};
use crate::framework::Data;
use crate::reply::error::{Doing, Mishap, mishap, reply as refusal};
use crate::reply::{self, Reply, accounts, cancels, card, mydata};
use crate::routes::{Action, RouteRefusal};
use crate::{account, close, exercise, mend, sent, ticket};
use desk::cancel::Target;
use desk::confirm::{Ack, Click};
use desk::view::View;
use desk::views::Placed;
use desk::{Desk, Refused, TicketRefusal, Trouble};
use domain::account::Environment;
use domain::brokerage::Lane;
use domain::ids::{IntentId, TicketId, ViewId};
use domain::settings::{Notices, Settings};
use domain::waiting::Touch;
use futures::FutureExt;
use futures::future::{Either, join, select};
use serenity::all::{
    ComponentInteraction, ComponentInteractionDataKind, Embed, FullEvent, Interaction, MessageInteractionMetadata,
    UserId,
};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a card keeps its buttons while its order is being sent. Shorter, and every order would flicker.
const STILL: Duration = Duration::from_millis(400);

/// Discord's code for an interaction that was acknowledged before: by another delivery of it, in this process or another.
const ACKNOWLEDGED: isize = 40_060;

/// Takes every event; only buttons and forms are for us.
pub(crate) async fn route(
    framework: poise::FrameworkContext<'_, Data, Unanswered>,
    event: &FullEvent,
) -> Result<(), Unanswered> {
    let FullEvent::InteractionCreate { interaction } = event else { return Ok(()) };
    let (http, data) = (&framework.serenity_context.http, framework.user_data);
    data.desk.heard_of(domain::ids::InteractionId(interaction.id().get().cast_signed()));
    match interaction {
        Interaction::Component(press) => {
            let turn = Turn::of_press(http, press);
            unbroken(&turn, pressed(data, &turn, press)).await
        }
        Interaction::Modal(form) => {
            let turn = Turn::of_form(http, form);
            unbroken(&turn, sent::sent(data, &turn, form)).await
        }
        _ => Ok(()),
    }
}

/// Poise catches panics of commands, not of this.
async fn unbroken(turn: &Turn, work: impl Future<Output = Result<(), Unanswered>> + Send) -> Result<(), Unanswered> {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(done) => done,
        Err(_) => turn.tell(&mishap(Mishap::Broken)).await,
    }
}

async fn pressed(data: &Data, turn: &Turn, press: &ComponentInteraction) -> Result<(), Unanswered> {
    let action = match asked(press) {
        Ok(action) => action,
        Err(refusal) => return turn.answer(&mishap(Mishap::Route(refusal))).await,
    };
    // The desk decides by the ticket's owner. This only keeps a stranger's press from changing the owner's message.
    if asked_by(press).is_some_and(|owner| owner != turn.user()) {
        return turn.answer(&mishap(Mishap::NotYours)).await;
    }
    let _pass = match enter(data, turn, action.errand()) {
        Ok(pass) => pass,
        Err(why) => return turn.answer(&mishap(why)).await,
    };
    // Boxed: it holds every branch of the desk, and each interaction has a task of its own.
    Box::pin(act(data, turn, action, press.message.embeds.first())).await
}

/// What a press asks for: a button's id says it, and of a menu the line that was chosen.
fn asked(press: &ComponentInteraction) -> Result<Action, RouteRefusal> {
    let action: Action = press.data.custom_id.parse()?;
    let (Action::Pick(_), ComponentInteractionDataKind::StringSelect { values }) = (action, &press.data.kind) else {
        return Ok(action);
    };
    match values.first().map(|line| line.parse::<Action>()) {
        Some(Ok(line @ Action::Show(_))) => Ok(line),
        _ => Err(RouteRefusal::NotOurs),
    }
}

/// Whose command or form the message answers, when Discord says so.
pub(crate) fn asked_by(press: &ComponentInteraction) -> Option<UserId> {
    match press.message.interaction_metadata.as_deref()? {
        MessageInteractionMetadata::Command(command) => Some(command.user.id),
        MessageInteractionMetadata::Component(component) => Some(component.user.id),
        MessageInteractionMetadata::ModalSubmit(form) => Some(form.user.id),
        _ => None,
    }
}

async fn act(data: &Data, turn: &Turn, action: Action, pressed: Option<&Embed>) -> Result<(), Unanswered> {
    let desk = &data.desk;
    let (tenant, interaction) = (turn.tenant(), turn.interaction());
    match action {
        Action::Confirm(ticket) => confirm(data, turn, ticket, None, pressed).await,
        Action::Discard(ticket) => {
            let work = desk.discard(tenant, ticket, interaction).map(|done| done.map(|()| card::discarded()));
            then_show(turn, Doing::Ordering, work).await
        }
        Action::Keep(ticket) => {
            let work = desk.discard(tenant, ticket, interaction).map(|done| done.map(|()| accounts::kept()));
            then_show(turn, Doing::Changing, work).await
        }
        Action::Switch(ticket) => {
            let work = desk.confirm_switch(tenant, ticket, interaction);
            then_show(turn, Doing::Changing, work.map(|done| done.map(|it| accounts::is_default(&it)))).await
        }
        Action::Remove(ticket) => {
            let work = desk.confirm_remove(tenant, ticket, interaction);
            then_show(turn, Doing::Changing, work.map(|done| done.map(|it| accounts::removed(&it)))).await
        }
        Action::CancelAll(ticket) => {
            let work = desk.confirm_cancel_all(tenant, ticket, interaction);
            then_show(turn, Doing::Canceling, Box::pin(work.map(|done| done.map(|it| cancels::canceled_all(&it)))))
                .await
        }
        Action::Forget(form) => {
            let work = desk.confirm_leave(tenant, form, interaction);
            then_show(turn, Doing::Leaving, work.map(|done| done.map(|it| mydata::gone(&it)))).await
        }
        Action::Stay(form) => {
            let work = desk.stay(tenant, form, interaction);
            then_show(turn, Doing::Leaving, work.map(|done| done.map(|()| accounts::kept()))).await
        }
        Action::Check(intent) => check(data, turn, intent).await,
        Action::Cancel(intent) => cancel(data, turn, intent).await,
        Action::TellMe(_) => tell_me(data, turn).await,
        Action::Show(view) => show(data, turn, view, false).await,
        Action::Reveal(view) => show(data, turn, view, true).await,
        Action::CloseAll(ticket) => close::confirm_all(data, turn, ticket).await,
        Action::InTheWay(intent) => mend::look(data, turn, intent).await,
        Action::Mend(intent) => mend::clear_or_limit(data, turn, intent).await,
        Action::Join(intent) => mend::join(data, turn, intent).await,
        Action::LinkPaper(form) => account::link_other(data, turn, form, Environment::Paper).await,
        Action::LinkLive(form) => account::link_other(data, turn, form, Environment::Live).await,
        Action::NewKeys(account) => account::new_keys(data, turn, account).await,
        Action::Phrase(ticket) => turn.open(phrase(ticket)).await,
        Action::Exercise(ticket) => exercise::confirm(data, turn, ticket).await,
        Action::Waive(ticket) => {
            let work = desk.waive_exercise(tenant, ticket, interaction).map(|done| done.map(|()| card::discarded()));
            then_show(turn, Doing::Ordering, work).await
        }
        Action::LookExercise(ticket) => exercise::look(data, turn, ticket).await,
        Action::Bid(intent) => again(data, turn, intent, Deed::Nudge(Touch::Bid)).await,
        Action::Middle(intent) => again(data, turn, intent, Deed::Nudge(Touch::Middle)).await,
        Action::Ask(intent) => again(data, turn, intent, Deed::Nudge(Touch::Ask)).await,
        Action::Repeat(intent) => again(data, turn, intent, Deed::Repeat).await,
        Action::Replace(intent) => turn.open(terms(intent)).await,
        Action::Details(intent) => details(data, turn, intent).await,
        Action::Order(view) => ticket::put_together(data, turn, view).await,
        Action::Fill(view) => turn.open(numbers(view)).await,
        Action::Form(_) | Action::Typed(_) | Action::Terms(_) | Action::Filled(_) | Action::Pick(_) => {
            turn.answer(&mishap(Mishap::Route(RouteRefusal::NotOurs))).await
        }
    }
}

/// Acknowledges, works, and puts what came of it in place of the question.
async fn then_show<F>(turn: &Turn, doing: Doing, work: F) -> Result<(), Unanswered>
where
    F: Future<Output = Result<Reply, Refused>> + Send,
{
    turn.defer().await?;
    match work.await {
        Ok(reply) => turn.show(&reply).await,
        Err(refused) => turned_down(turn, &refused, doing, false).await,
    }
}

/// A refusal in place of the question or card, unless that may still be of use or shows something newer by now.
pub(crate) async fn turned_down(turn: &Turn, refused: &Refused, doing: Doing, spent: bool) -> Result<(), Unanswered> {
    match refused {
        Refused::AlreadyHandled => Ok(()),
        Refused::NotAcknowledged => turn.tell(&refusal(refused, doing)).await,
        _ if spent || !leaves_the_card(refused) => turn.show(&refusal(refused, doing)).await,
        _ => turn.aside(&refusal(refused, doing)).await,
    }
}

/// Whether the message must stay: the ticket is still good, or it was used or replaced, so that the message may show something
/// newer, which a late second press must not overwrite.
const fn leaves_the_card(refused: &Refused) -> bool {
    use TicketRefusal::{Elsewhere, Phrase, Unknown, Used, Void};
    matches!(
        refused,
        Refused::Settling
            | Refused::Stopping
            | Refused::Ticket(Unknown | Used | Void | Elsewhere | Phrase)
            | Refused::Trouble(Trouble::Database | Trouble::Vault | Trouble::KeyRevoked)
    )
}

/// A refusal beside a receipt, which stays as it is.
pub(crate) async fn beside(turn: &Turn, refused: &Refused, doing: Doing) -> Result<(), Unanswered> {
    match refused {
        Refused::AlreadyHandled => Ok(()),
        _ => turn.aside(&refusal(refused, doing)).await,
    }
}

/// The press that places an order. The acknowledgement leaves at once, in a task of its own, so that nothing in the desk can
/// hold it up; the desk waits for Discord's word on it before a live order goes out.
pub(crate) async fn confirm(
    data: &Data,
    turn: &Turn,
    ticket: TicketId,
    typed: Option<String>,
    pressed: Option<&Embed>,
) -> Result<(), Unanswered> {
    let (accepted, ack) = acknowledge(turn);
    let click = Click { ticket, interaction: turn.interaction(), guild: turn.guild() };
    let desk = data.desk.apart();
    let confirming = pin!(desk.confirm_typed(turn.tenant(), click, typed, ack));
    let (placed, spent) = match select(confirming, pin!(tokio::time::sleep(STILL))).await {
        Either::Left((placed, _)) => (placed, false),
        // Polled together: an edit that Discord is slow to take must not hold up the order.
        Either::Right(((), confirming)) => join(confirming, say_sending(turn, &accepted, &desk, pressed)).await,
    };
    show_confirmed(data, turn, placed, spent).await
}

/// Sends the acknowledgement; whether it was taken, as a mark and as something to wait for.
pub(crate) fn acknowledge(turn: &Turn) -> (Arc<AtomicBool>, impl Future<Output = Ack> + Send + use<>) {
    let accepted = Arc::new(AtomicBool::new(false));
    let ack = tokio::spawn({
        let (turn, accepted) = (turn.clone(), Arc::clone(&accepted));
        async move {
            match turn.defer().await {
                Ok(()) => {
                    accepted.store(true, Ordering::SeqCst);
                    Ack::Accepted
                }
                Err(Unanswered::Refused { code: ACKNOWLEDGED, .. }) => Ack::Elsewhere,
                Err(failure) => {
                    tracing::warn!(%failure, kind = "confirm_ack", "Discord did not take the acknowledgement of a confirm");
                    Ack::Refused
                }
            }
        }
    });
    (accepted, async move { ack.await.unwrap_or(Ack::Refused) })
}

/// Takes the buttons away while the order is on its way. Returns whether the card is gone.
async fn say_sending(turn: &Turn, accepted: &AtomicBool, desk: &Desk, pressed: Option<&Embed>) -> bool {
    let wait = Some(desk.queued(Lane::Orders)).filter(|wait| *wait > MOMENT);
    accepted.load(Ordering::SeqCst) && turn.show_once(&card::sending(pressed, wait)).await.is_ok()
}

async fn show_confirmed(
    data: &Data,
    turn: &Turn,
    placed: Result<Placed, Refused>,
    spent: bool,
) -> Result<(), Unanswered> {
    match placed {
        Ok(placed) => show_placed(data, turn, placed).await,
        Err(refused) => turned_down(turn, &refused, Doing::Ordering, spent).await,
    }
}

async fn show(data: &Data, turn: &Turn, view: ViewId, plainly: bool) -> Result<(), Unanswered> {
    turn.defer().await?;
    let desk = data.desk.apart();
    match desk.view_of(turn.tenant(), view).await {
        Ok(view) => show_view(desk, turn, view, plainly).await,
        Err(refused) => beside(turn, &refused, Doing::Reading).await,
    }
}

/// Another page in place of this one, masked for whoever wants that unless `plainly`; a file beside it.
pub(crate) async fn show_view(desk: Desk, turn: &Turn, view: View, plainly: bool) -> Result<(), Unanswered> {
    let desk = &desk;
    // Orders can be looked at by everybody who has some, as the command says, too.
    if !matches!(view, View::Orders { .. })
        && let Err(shut) = desk.doors().enter(domain::ids::UserId(turn.user().get().cast_signed()), turn.guild())
    {
        return turn.aside(&mishap(Mishap::Shut(shut))).await;
    }
    let showing = Box::pin(desk.show(turn.tenant(), view));
    let shown = match telling_waits(turn, desk, Lane::Reads, showing).await {
        Ok(shown) => shown,
        Err(refused) => return beside(turn, &refused, Doing::Reading).await,
    };
    let picture = chart::picture(&shown).await;
    let reply = reply::shown::shown(&shown, picture);
    match shown.view {
        View::File { .. } | View::BookFile { .. } => turn.aside(&reply).await,
        _ if plainly => turn.show(&reply).await,
        _ => turn.show(&discreet(desk, turn, reply).await).await,
    }
}

async fn check(data: &Data, turn: &Turn, intent: IntentId) -> Result<(), Unanswered> {
    turn.defer().await?;
    let desk = data.desk.apart();
    let looking = desk.check_now(turn.tenant(), intent);
    match telling_waits(turn, &desk, Lane::Urgent, Box::pin(looking)).await {
        Ok(receipt) => show_receipt(data, turn, receipt, None).await,
        Err(refused) => beside(turn, &refused, Doing::Reading).await,
    }
}

async fn cancel(data: &Data, turn: &Turn, intent: IntentId) -> Result<(), Unanswered> {
    turn.defer().await?;
    let desk = &data.desk.apart();
    let canceling = desk.cancel(turn.tenant(), None, Target::Intent(intent), turn.interaction());
    let canceled = match telling_waits(turn, desk, Lane::Urgent, Box::pin(canceling)).await {
        Ok(canceled) => canceled,
        Err(refused) => return beside(turn, &refused, Doing::Canceling).await,
    };
    match desk.check_now(turn.tenant(), intent).await {
        Ok(receipt) => {
            let is_over = receipt.life.state.is_settled();
            show_receipt(data, turn, receipt, Some(&cancels::outcome(&canceled.outcome, is_over))).await
        }
        // The order's new state is not known, and the cancel's is: beside the receipt, which stays as it was.
        Err(_) => turn.aside(&cancels::canceled(&canceled)).await,
    }
}

/// Asks for notices where one is worth something; the receipt stays as it is.
async fn tell_me(data: &Data, turn: &Turn) -> Result<(), Unanswered> {
    turn.defer().await?;
    let yes = |settings: &mut Settings| settings.notices = Notices::On;
    match data.desk.change_settings(turn.tenant(), turn.interaction(), yes).await {
        Ok(settings) => turn.aside(&reply::settings::settings(&settings).footer("Saved.")).await,
        Err(refused) => beside(turn, &refused, Doing::Changing).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_late_second_press_never_overwrites_what_the_first_one_brought() {
        for ticket in [TicketRefusal::Used, TicketRefusal::Void, TicketRefusal::Unknown, TicketRefusal::Elsewhere] {
            assert!(leaves_the_card(&Refused::Ticket(ticket)), "{ticket:?}");
        }
    }

    #[test]
    fn a_card_that_nothing_can_come_of_loses_its_buttons() {
        for refused in [
            Refused::Ticket(TicketRefusal::Expired),
            Refused::Ticket(TicketRefusal::Altered),
            Refused::Ticket(TicketRefusal::EnvironmentChanged),
            Refused::Busy(Duration::from_secs(1)),
            Refused::NoAccount,
            Refused::Trouble(Trouble::DatabaseInDoubt),
        ] {
            assert!(!leaves_the_card(&refused), "{refused:?}");
        }
    }
}
