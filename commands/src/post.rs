//! The one place that writes to users without being asked a moment ago: paced, and with consent, which the desk has checked.

use crate::context::Unanswered;
use crate::reply::notice::notice;
use desk::Desk;
use desk::notices::Unposted;
use desk::views::Letter;
use domain::fresh;
use serenity::all::{ChannelId, Http, Nonce, UserId};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// Between two messages: five a second at most, a tenth of what Discord allows a bot in all.
const PACE: Duration = Duration::from_millis(200);
/// After a channel was opened. Discord gives no number, and stops bots that open many quickly.
const OPENING: Duration = Duration::from_secs(1);
/// Between two rounds that found nothing.
const ROUND: Duration = Duration::from_secs(2);
/// After Discord said that this is too much, or nothing at all.
const REST: Duration = Duration::from_secs(30);
/// Characters that Discord takes as a message's own id.
const NONCE: usize = 25;

/// How one letter fared.
enum Fared {
    /// It is in that channel. `opened`: which had to be opened first.
    Taken { channel: ChannelId, opened: bool },
    /// It is not.
    Back { why: Unposted, rest: bool },
}

/// Sends what is due until `stop` is done. A letter that is cut off is sent again after a minute, and Discord knows it by its id.
pub async fn deliver<F: Future<Output = ()> + Send>(desk: Desk, http: Arc<Http>, stop: F) {
    let mut stop = Box::pin(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => return,
            () = round(&desk, &http) => {}
        }
    }
}

async fn round(desk: &Desk, http: &Arc<Http>) {
    let letters = match desk.due_letters().await {
        Ok(letters) => letters,
        Err(refused) => {
            tracing::warn!(?refused, "it cannot be read what is to be told");
            return tokio::time::sleep(REST).await;
        }
    };
    for letter in &letters {
        let pause = match post(http, letter).await {
            Fared::Taken { channel, opened } => {
                note(desk.posted(letter, channel.get().cast_signed()).await);
                if opened { OPENING } else { PACE }
            }
            Fared::Back { why, rest } => {
                note(desk.not_posted(letter, why).await);
                if rest { REST } else { PACE }
            }
        };
        tokio::time::sleep(pause + fresh::jitter(pause / 4)).await;
    }
    tokio::time::sleep(ROUND).await;
}

fn note(noted: Result<(), desk::Refused>) {
    if let Err(refused) = noted {
        tracing::warn!(?refused, "it could not be noted how a notice fared; it may be sent again");
    }
}

async fn post(http: &Arc<Http>, letter: &Letter) -> Fared {
    let (channel, opened) = match letter.channel {
        Some(known) => (ChannelId::new(known.cast_unsigned()), false),
        None => match UserId::new(letter.user().0.cast_unsigned()).create_dm_channel(http).await {
            Ok(channel) => (channel.id, true),
            Err(error) => return back(error),
        },
    };
    let id = letter.id.to_string();
    let message = notice(&letter.tidings).direct().nonce(Nonce::String(id[..NONCE].to_owned())).enforce_nonce(true);
    match channel.send_message(http, message).await {
        // Taken, even when we cannot read what came back.
        Ok(_) | Err(serenity::Error::Json(_)) => Fared::Taken { channel, opened },
        Err(error) => back(error),
    }
}

/// What Discord's answer means for a letter. Its codes: 50007 blocked or closed, 50278 no server in common, 10013 no such user,
/// 10003 no such channel, 40003 channels opened too fast.
fn back(error: serenity::Error) -> Fared {
    let failure = Unanswered::from(error);
    tracing::info!(%failure, kind = "notice", "Discord did not take a notice");
    match failure {
        Unanswered::Refused { code: 50_007 | 50_278 | 10_013, .. } => {
            Fared::Back { why: Unposted::Closed, rest: false }
        }
        Unanswered::Refused { code: 10_003, .. } => Fared::Back { why: Unposted::NoChannel, rest: false },
        Unanswered::Refused { code: 40_003, .. }
        | Unanswered::Refused { status: 401 | 429, .. }
        | Unanswered::NoAnswer => Fared::Back { why: Unposted::NotNow, rest: true },
        Unanswered::Refused { .. } | Unanswered::Unsendable => Fared::Back { why: Unposted::NotNow, rest: false },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn an_id_is_long_enough_to_be_a_nonce() {
        let id = fresh::notice().to_string();
        assert!(id.len() >= NONCE && id.is_ascii());
    }
}
