//! What a button or a form carries: `v1:<action>:<opaque id>`. The row behind the id is the truth, so an old message works
//! after a restart, in any process, and an altered id is somebody else's or nobody's.

use crate::turnstile::Errand;
use domain::ids::{AccountId, FormId, IntentId, TicketId, ViewId};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// The version that this program writes and reads.
const VERSION: &str = "v1";
/// Thirty-two hex digits.
const ID_LENGTH: usize = 32;

/// What a press, or a sent form, asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Place the order of a card.
    Confirm(TicketId),
    /// Withdraw a card.
    Discard(TicketId),
    /// Make a live account the default.
    Switch(TicketId),
    /// Remove an account.
    Remove(TicketId),
    /// Cancel all open orders.
    CancelAll(TicketId),
    /// Cancel all open orders and close every position.
    CloseAll(TicketId),
    /// Ask for the words of a large order.
    Phrase(TicketId),
    /// The form with the words of a large order.
    Typed(TicketId),
    /// Exercise the contracts of a card, or ask that they are not.
    Exercise(TicketId),
    /// Withdraw such a card.
    Waive(TicketId),
    /// See what became of such a wish.
    LookExercise(TicketId),
    /// Leave everything as it is.
    Keep(TicketId),
    /// Look at an order again.
    Check(IntentId),
    /// Cancel the order of a receipt.
    Cancel(IntentId),
    /// Write to the user by itself from now on; asked beside an order whose fate is not known.
    TellMe(IntentId),
    /// Show what is in the way of an order that Alpaca refused.
    InTheWay(IntentId),
    /// Do what helps an order that Alpaca refused, and show it again.
    Mend(IntentId),
    /// Show another page, span or position.
    Show(ViewId),
    /// Make one order of a refused one and of what is in its way.
    Join(IntentId),
    /// Move the limit of a receipt's order to the best bid.
    Bid(IntentId),
    /// Between bid and ask.
    Middle(IntentId),
    /// To the best ask.
    Ask(IntentId),
    /// Place a receipt's order once more.
    Repeat(IntentId),
    /// Ask for new terms of a receipt's order.
    Replace(IntentId),
    /// The form with the new terms.
    Terms(IntentId),
    /// Show an order's whole life.
    Details(IntentId),
    /// Show what the chosen line of a menu leads to, which the line's value says.
    Pick(ViewId),
    /// Show the card of an order that was put together.
    Order(ViewId),
    /// Ask for the numbers of a ticket.
    Fill(ViewId),
    /// The form with them.
    Filled(ViewId),
    /// The form with an account's keys.
    Form(FormId),
    /// A form for paper keys, after that form got some.
    LinkPaper(FormId),
    /// A form for live keys, after that form got some.
    LinkLive(FormId),
    /// A form for new keys of an account.
    NewKeys(AccountId),
    /// Delete everything of the user.
    Forget(FormId),
    /// Delete nothing after all.
    Stay(FormId),
    /// Show a page with its amounts, to somebody who has them masked.
    Reveal(ViewId),
}

/// Why a custom id is not an [`Action`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RouteRefusal {
    /// Not of the shape that we write.
    #[error("not one of our ids")]
    NotOurs,
    /// Of our shape, and of a version that this program does not know.
    #[error("another version's id")]
    OtherVersion,
    /// Of our shape and version, and of an action that this program does not know.
    #[error("unknown action")]
    UnknownAction,
    /// Of our shape, version and actions, and its id cannot be read.
    #[error("unreadable id")]
    UnreadableId,
}

impl Action {
    /// The action's word, and its id.
    const fn parts(self) -> (&'static str, Uuid) {
        match self {
            Self::Confirm(id) => ("confirm", id.0),
            Self::Discard(id) => ("discard", id.0),
            Self::Switch(id) => ("switch", id.0),
            Self::Remove(id) => ("remove", id.0),
            Self::CancelAll(id) => ("cancel_all", id.0),
            Self::CloseAll(id) => ("close_all", id.0),
            Self::Phrase(id) => ("phrase", id.0),
            Self::Typed(id) => ("typed", id.0),
            Self::Exercise(id) => ("exercise", id.0),
            Self::Waive(id) => ("waive", id.0),
            Self::LookExercise(id) => ("look_exercise", id.0),
            Self::Keep(id) => ("keep", id.0),
            Self::Check(id) => ("check", id.0),
            Self::Cancel(id) => ("cancel", id.0),
            Self::TellMe(id) => ("tell_me", id.0),
            Self::InTheWay(id) => ("in_the_way", id.0),
            Self::Mend(id) => ("mend", id.0),
            Self::Show(id) => ("show", id.0),
            Self::Join(id) => ("join", id.0),
            Self::Bid(id) => ("bid", id.0),
            Self::Middle(id) => ("middle", id.0),
            Self::Ask(id) => ("ask", id.0),
            Self::Repeat(id) => ("repeat", id.0),
            Self::Replace(id) => ("replace", id.0),
            Self::Terms(id) => ("terms", id.0),
            Self::Details(id) => ("details", id.0),
            Self::Pick(id) => ("pick", id.0),
            Self::Order(id) => ("order", id.0),
            Self::Fill(id) => ("fill", id.0),
            Self::Filled(id) => ("filled", id.0),
            Self::Form(id) => ("form", id.0),
            Self::LinkPaper(id) => ("link_paper", id.0),
            Self::LinkLive(id) => ("link_live", id.0),
            Self::NewKeys(id) => ("new_keys", id.0),
            Self::Forget(id) => ("forget", id.0),
            Self::Stay(id) => ("stay", id.0),
            Self::Reveal(id) => ("reveal", id.0),
        }
    }

    /// Nobody is kept from what takes risk or data away.
    pub(crate) const fn errand(self) -> Errand {
        match self {
            Self::Confirm(_)
            | Self::Switch(_)
            | Self::CloseAll(_)
            | Self::Mend(_)
            | Self::Join(_)
            | Self::LinkPaper(_)
            | Self::LinkLive(_)
            | Self::NewKeys(_)
            | Self::Exercise(_)
            | Self::Bid(_)
            | Self::Middle(_)
            | Self::Ask(_)
            | Self::Repeat(_)
            | Self::Replace(_)
            | Self::Terms(_)
            | Self::Order(_)
            | Self::Fill(_)
            | Self::Filled(_)
            | Self::Phrase(_)
            | Self::Typed(_)
            | Self::TellMe(_)
            | Self::Form(_) => Errand::Use,
            Self::Discard(_)
            | Self::Keep(_)
            | Self::Waive(_)
            | Self::LookExercise(_)
            | Self::InTheWay(_)
            | Self::Remove(_)
            | Self::CancelAll(_)
            | Self::Check(_)
            | Self::Cancel(_)
            | Self::Details(_)
            | Self::Forget(_)
            | Self::Stay(_)
            // What it is that they show says `press::show`.
            | Self::Show(_)
            | Self::Pick(_)
            | Self::Reveal(_) => Errand::WayOut,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, id) = self.parts();
        write!(f, "{VERSION}:{word}:{}", id.as_simple())
    }
}

impl FromStr for Action {
    type Err = RouteRefusal;

    fn from_str(text: &str) -> Result<Self, RouteRefusal> {
        let mut parts = text.splitn(3, ':');
        let (Some(version), Some(word), Some(id)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(RouteRefusal::NotOurs);
        };
        if version != VERSION {
            let numbered = version.strip_prefix('v').is_some_and(|n| n.parse::<u16>().is_ok());
            return Err(if numbered { RouteRefusal::OtherVersion } else { RouteRefusal::NotOurs });
        }
        let id = || read_id(id).ok_or(RouteRefusal::UnreadableId);
        Ok(match word {
            "confirm" => Self::Confirm(TicketId(id()?)),
            "discard" => Self::Discard(TicketId(id()?)),
            "switch" => Self::Switch(TicketId(id()?)),
            "remove" => Self::Remove(TicketId(id()?)),
            "cancel_all" => Self::CancelAll(TicketId(id()?)),
            "close_all" => Self::CloseAll(TicketId(id()?)),
            "phrase" => Self::Phrase(TicketId(id()?)),
            "exercise" => Self::Exercise(TicketId(id()?)),
            "waive" => Self::Waive(TicketId(id()?)),
            "look_exercise" => Self::LookExercise(TicketId(id()?)),
            "typed" => Self::Typed(TicketId(id()?)),
            "keep" => Self::Keep(TicketId(id()?)),
            "check" => Self::Check(IntentId(id()?)),
            "cancel" => Self::Cancel(IntentId(id()?)),
            "tell_me" => Self::TellMe(IntentId(id()?)),
            "in_the_way" => Self::InTheWay(IntentId(id()?)),
            "mend" => Self::Mend(IntentId(id()?)),
            "show" => Self::Show(ViewId(id()?)),
            "join" => Self::Join(IntentId(id()?)),
            "bid" => Self::Bid(IntentId(id()?)),
            "middle" => Self::Middle(IntentId(id()?)),
            "ask" => Self::Ask(IntentId(id()?)),
            "repeat" => Self::Repeat(IntentId(id()?)),
            "replace" => Self::Replace(IntentId(id()?)),
            "terms" => Self::Terms(IntentId(id()?)),
            "details" => Self::Details(IntentId(id()?)),
            "pick" => Self::Pick(ViewId(id()?)),
            "order" => Self::Order(ViewId(id()?)),
            "fill" => Self::Fill(ViewId(id()?)),
            "filled" => Self::Filled(ViewId(id()?)),
            "form" => Self::Form(FormId(id()?)),
            "link_paper" => Self::LinkPaper(FormId(id()?)),
            "link_live" => Self::LinkLive(FormId(id()?)),
            "new_keys" => Self::NewKeys(AccountId(id()?)),
            "forget" => Self::Forget(FormId(id()?)),
            "stay" => Self::Stay(FormId(id()?)),
            "reveal" => Self::Reveal(ViewId(id()?)),
            _ => return Err(RouteRefusal::UnknownAction),
        })
    }
}

/// Exactly the spelling that we write, so that one id has one text.
fn read_id(text: &str) -> Option<Uuid> {
    let plain = text.len() == ID_LENGTH && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    plain.then(|| Uuid::try_parse(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "0123456789abcdef0123456789abcdef";

    fn all(id: Uuid) -> [Action; 37] {
        [
            Action::Confirm(TicketId(id)),
            Action::Discard(TicketId(id)),
            Action::Switch(TicketId(id)),
            Action::Remove(TicketId(id)),
            Action::CancelAll(TicketId(id)),
            Action::CloseAll(TicketId(id)),
            Action::Phrase(TicketId(id)),
            Action::Exercise(TicketId(id)),
            Action::Waive(TicketId(id)),
            Action::LookExercise(TicketId(id)),
            Action::Typed(TicketId(id)),
            Action::Keep(TicketId(id)),
            Action::Check(IntentId(id)),
            Action::Cancel(IntentId(id)),
            Action::TellMe(IntentId(id)),
            Action::InTheWay(IntentId(id)),
            Action::Mend(IntentId(id)),
            Action::Show(ViewId(id)),
            Action::Join(IntentId(id)),
            Action::LinkPaper(FormId(id)),
            Action::LinkLive(FormId(id)),
            Action::NewKeys(AccountId(id)),
            Action::Bid(IntentId(id)),
            Action::Middle(IntentId(id)),
            Action::Ask(IntentId(id)),
            Action::Repeat(IntentId(id)),
            Action::Replace(IntentId(id)),
            Action::Terms(IntentId(id)),
            Action::Details(IntentId(id)),
            Action::Pick(ViewId(id)),
            Action::Order(ViewId(id)),
            Action::Fill(ViewId(id)),
            Action::Filled(ViewId(id)),
            Action::Form(FormId(id)),
            Action::Forget(FormId(id)),
            Action::Stay(FormId(id)),
            Action::Reveal(ViewId(id)),
        ]
    }

    #[test]
    fn every_action_reads_back_and_fits_into_a_custom_id() {
        for action in all(Uuid::from_u128(7)) {
            let text = action.to_string();
            assert!(text.len() <= 100, "{text}");
            assert_eq!(text.parse(), Ok(action));
        }
    }

    #[test]
    fn every_odd_custom_id_of_the_catalogue_is_refused_by_name() {
        use RouteRefusal::*;
        let cases = [
            (String::new(), NotOurs),
            ("confirm".into(), NotOurs),
            ("v1:confirm".into(), NotOurs),
            (format!("paddock:confirm:{ID}"), NotOurs),
            (format!("V1:confirm:{ID}"), NotOurs),
            (format!("v:confirm:{ID}"), NotOurs),
            (format!("v0:confirm:{ID}"), OtherVersion),
            (format!("v2:confirm:{ID}"), OtherVersion),
            (format!("v1:transfer:{ID}"), UnknownAction),
            (format!("v1::{ID}"), UnknownAction),
            (format!("v1:Confirm:{ID}"), UnknownAction),
            ("v1:confirm:".into(), UnreadableId),
            (format!("v1:confirm:{}", ID.to_uppercase()), UnreadableId),
            (format!("v1:confirm:{ID}0"), UnreadableId),
            (format!("v1:confirm:{ID}:x"), UnreadableId),
            (format!("v1:confirm: {}", &ID[1..]), UnreadableId),
            ("v1:confirm:01234567-89ab-cdef-0123-456789abcdef".into(), UnreadableId),
            ("v1:confirm:０123456789abcdef0123456789abc".into(), UnreadableId),
            ("\u{202e}v1:confirm:x".into(), NotOurs),
            ("x".repeat(100), NotOurs),
        ];
        for (text, refusal) in cases {
            assert_eq!(text.parse::<Action>(), Err(refusal), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_custom_id_makes_the_parser_panic(text in ".{0,120}") {
            let _ = text.parse::<Action>();
        }

        #[test]
        fn whatever_is_read_is_written_the_same(text in "v1:(confirm|form|cancel_all|nothing):[0-9a-fA-F-]{30,34}") {
            if let Ok(action) = text.parse::<Action>() {
                prop_assert_eq!(action.to_string(), text);
            }
        }
    }
}
