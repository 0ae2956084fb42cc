//! Forms that were sent. Routed as presses are, by the custom id alone.

use crate::account;
use crate::after::{Deed, again};
use crate::answer::enter;
use crate::context::{Turn, Unanswered};
use crate::form::{edits, pasted, words};
use crate::framework::Data;
use crate::press::confirm;
use crate::reply::accounts;
use crate::reply::error::{Mishap, mishap};
use crate::routes::{Action, RouteRefusal};
use crate::ticket::filled;
use crate::turnstile::Errand;
use domain::ids::FormId;
use serenity::all::ModalInteraction;

/// What a sent form does.
pub(crate) async fn sent(data: &Data, turn: &Turn, form: &ModalInteraction) -> Result<(), Unanswered> {
    let action: Action = match form.data.custom_id.parse() {
        Ok(action) => action,
        Err(refusal) => return turn.answer(&mishap(Mishap::Route(refusal))).await,
    };
    let _pass = match enter(data, turn, Errand::Use) {
        Ok(pass) => pass,
        Err(why) => return turn.answer(&mishap(why)).await,
    };
    let typed = &form.data.components;
    match action {
        Action::Form(id) => keys(data, turn, id, form).await,
        Action::Typed(ticket) => {
            let card = form.message.as_ref().and_then(|message| message.embeds.first());
            Box::pin(confirm(data, turn, ticket, Some(words(typed)), card)).await
        }
        Action::Terms(intent) => Box::pin(again(data, turn, intent, Deed::Replace(edits(typed)))).await,
        Action::Filled(view) => Box::pin(filled(data, turn, view, typed)).await,
        _ => turn.answer(&mishap(Mishap::Route(RouteRefusal::NotOurs))).await,
    }
}

async fn keys(data: &Data, turn: &Turn, id: FormId, form: &ModalInteraction) -> Result<(), Unanswered> {
    turn.defer().await?;
    let pasted = pasted(&form.data.components);
    match data.desk.submit_form(turn.tenant(), id, pasted, turn.interaction()).await {
        Ok(done) => turn.show(&accounts::form_done(&done)).await,
        Err(refused) => account::turn_down(turn, id, &refused).await,
    }
}
