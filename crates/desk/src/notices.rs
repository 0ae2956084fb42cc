//! What is told to users by itself: queued in the commit that makes it worth telling, sent by whoever serves Discord, and ended
//! when it was taken. A crash in between sends it again under the same id, by which Discord knows it for a few minutes.

use crate::desk::Desk;
use crate::exercise;
use crate::refused::Refused;
use crate::settings;
use crate::views::{Letter, Receipt, Tidings};
use chrono::{DateTime, TimeDelta, Utc};
use domain::account::AccountStatus;
use domain::ids::IntentId;
use domain::life::{Life, State};
use domain::notice::Notice;
use domain::settings::Notices;
use domain::tenant::Tenant;
use std::time::Duration;
use store::{DueNotice, Intent, NoticeOutcome, StoreError, TenantTx};

/// For how long a message about an order can be edited: Discord's token lives fifteen minutes, and whoever follows an order stops
/// a little before. Until then the message tells; from then on a notice does.
pub const TELLS_ITSELF: TimeDelta = TimeDelta::minutes(14);
/// How much longer a notice waits that an edited message would make superfluous.
pub(crate) const EDIT_FIRST: Duration = Duration::from_secs(10);
/// How long a part of an order waits to be told of: many an order is whole a moment later, which is then told instead.
const MORE_MAY_COME: Duration = Duration::from_secs(30);
/// How long a process has to send what it took. Discord remembers a message's id for a few minutes, so that whoever sends it
/// again after a crash makes no second one.
const CLAIM: Duration = Duration::from_mins(1);
/// Notices in one pass, one a user.
const PASS_MAX: u32 = 50;
/// The first pause after a failure; it doubles with each try.
const AGAIN: Duration = Duration::from_secs(10);
const AGAIN_MAX: Duration = Duration::from_hours(1);
/// Tries before a notice is given up: about half a day. `/orders` shows the truth at any time.
const TRIES: u32 = 20;

/// Why Discord did not take a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unposted {
    /// No message of ours reaches the user: blocked, no server in common, or direct messages closed.
    Closed,
    /// The channel that we kept is not there any more.
    NoChannel,
    /// Not now.
    NotNow,
}

impl Desk {
    /// Takes what is due, one letter a user. What is not worth telling any more is ended on the way.
    ///
    /// # Errors
    /// [`Refused::Trouble`] when it cannot be read what is due.
    pub async fn due_letters(&self) -> Result<Vec<Letter>, Refused> {
        let due = Box::pin(self.inner().store.system()).await?.due_notices(PASS_MAX).await?;
        let mut letters = Vec::new();
        for (tenant, id) in due {
            match self.letter(tenant, id).await {
                Ok(letter) => letters.extend(letter),
                Err(error) => tracing::warn!(notice = %id, %error, "a notice could not be read"),
            }
        }
        Ok(letters)
    }

    /// Discord took it, in that channel.
    ///
    /// # Errors
    /// [`Refused::Trouble`]; then it may be sent again.
    pub async fn posted(&self, letter: &Letter, channel: i64) -> Result<(), Refused> {
        let mut tx = self.tx(letter.tenant).await?;
        ended(tx.end_notice(letter.id, NoticeOutcome::Sent).await)?;
        if letter.channel != Some(channel) {
            tx.set_dm_channel(Some(channel)).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Discord did not take it.
    ///
    /// # Errors
    /// [`Refused::Trouble`]; then it is tried again.
    pub async fn not_posted(&self, letter: &Letter, why: Unposted) -> Result<(), Refused> {
        let mut tx = self.tx(letter.tenant).await?;
        match why {
            Unposted::Closed => {
                let before = tx.settings().await?;
                let mut after = before.clone();
                after.notices = Notices::Undeliverable;
                settings::write(&mut tx, &before, &after, None).await?;
                tracing::info!(notice = %letter.id, "no message reaches the user; none is tried before they ask anew");
            }
            Unposted::NotNow if letter.tries >= TRIES => {
                tracing::warn!(notice = %letter.id, "a notice is given up");
                ended(tx.end_notice(letter.id, NoticeOutcome::GivenUp).await)?;
            }
            Unposted::NotNow => ended(tx.postpone_notice(letter.id, pause_after(letter.tries)).await)?,
            Unposted::NoChannel => {
                tx.set_dm_channel(None).await?;
                ended(tx.postpone_notice(letter.id, pause_after(letter.tries)).await)?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// The order's message shows how it stands: nothing is left to be told of that.
    ///
    /// # Errors
    /// [`Refused::Trouble`]; then it is told twice.
    pub async fn shown(&self, tenant: Tenant, intent: IntentId) -> Result<(), Refused> {
        let mut tx = self.tx(tenant).await?;
        if tx.withdraw_notice(&Notice::Settled { intent }).await? {
            tx.commit().await?;
        }
        Ok(())
    }

    async fn letter(&self, tenant: Tenant, id: domain::ids::NoticeId) -> Result<Option<Letter>, StoreError> {
        let mut tx = self.tx(tenant).await?;
        let Some(due) = tx.claim_notice(id, CLAIM).await? else { return Ok(None) };
        let tidings = if due.consent == Notices::On { self.tidings(&mut tx, &due).await? } else { None };
        if tidings.is_none() {
            tx.end_notice(id, NoticeOutcome::Withdrawn).await?;
        }
        tx.commit().await?;
        let DueNotice { id, made_at, tries, channel, .. } = due;
        Ok(tidings.map(|tidings| Letter { tenant, id, made_at, tries, channel, tidings }))
    }

    /// What there is to tell now; nothing when it is no longer so, or the account is gone.
    async fn tidings(&self, tx: &mut TenantTx, due: &DueNotice) -> Result<Option<Tidings>, StoreError> {
        Ok(match due.notice {
            Notice::LateArrival { intent } => {
                let receipt = self.told_of(tx, intent).await?;
                receipt.map(|receipt| Tidings::LateArrival(Box::new(receipt)))
            }
            Notice::Settled { intent } => {
                let receipt = self.told_of(tx, intent).await?;
                receipt.map(|receipt| Tidings::Settled(Box::new(receipt)))
            }
            Notice::Exercised { exercise } => {
                let stored = tx.exercise(exercise).await?;
                match tx.account(stored.account).await {
                    Ok(account) if stored.found.is_some() => {
                        Some(Tidings::Exercised(Box::new(exercise::told(&account, stored))))
                    }
                    Ok(_) | Err(StoreError::NotFound) => None,
                    Err(error) => return Err(error),
                }
            }
            Notice::BookEnd { seq, ref hash, .. } => Some(Tidings::BookEnd { seq, hash: hash.clone() }),
            Notice::PartFilled { intent } => {
                let works = |receipt: &Receipt| receipt.life.state == State::AtBroker;
                let receipt = self.told_of(tx, intent).await?.filter(works);
                receipt.map(|receipt| Tidings::PartFilled(Box::new(receipt)))
            }
            Notice::Stuck { intent } => {
                let receipt = self.told_of(tx, intent).await?.filter(|receipt| receipt.stuck);
                receipt.map(|receipt| Tidings::Stuck(Box::new(receipt)))
            }
            Notice::KeysRevoked { account, .. } => match tx.account(account).await {
                Ok(account) if account.status == AccountStatus::KeysRevoked => {
                    Some(Tidings::KeysRevoked(Box::new(account)))
                }
                Ok(_) | Err(StoreError::NotFound) => None,
                Err(error) => return Err(error),
            },
        })
    }

    async fn told_of(&self, tx: &mut TenantTx, id: IntentId) -> Result<Option<Receipt>, StoreError> {
        let intent = tx.intent(id).await?;
        match tx.account(intent.account).await {
            Ok(account) => Ok(Some(self.receipt(&account, &intent))),
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What a step is worth telling by itself, and after which wait. While the order's message can be edited, that tells most of it.
/// What a user was in doubt about is told in any case, because a message is no longer edited after a restart: a little later,
/// so that an edited message can withdraw it (see [`Desk::shown`]).
pub(crate) fn worth_telling(before: &Intent, after: &Life, now: DateTime<Utc>) -> Option<(Notice, Duration)> {
    let intent = before.id;
    let tells_itself = now - before.created_at < TELLS_ITSELF;
    let settled = |wait| Some((Notice::Settled { intent }, wait));
    match (&before.life.state, &after.state) {
        (was, is) if was.is_absence() && !is.is_absence() => Some((Notice::LateArrival { intent }, Duration::ZERO)),
        (State::Unconfirmed, State::AtBroker | State::Over(_)) if tells_itself => settled(EDIT_FIRST),
        (State::Unconfirmed, State::AtBroker | State::Over(_)) => settled(Duration::ZERO),
        (State::Intended | State::AtBroker, State::Over(_)) if !tells_itself => settled(Duration::ZERO),
        (_, State::AtBroker) if !tells_itself && after.is_stuck(now) => {
            Some((Notice::Stuck { intent }, Duration::ZERO))
        }
        (_, State::AtBroker) if !tells_itself && after.filled_qty > before.life.filled_qty => {
            Some((Notice::PartFilled { intent }, MORE_MAY_COME))
        }
        _ => None,
    }
}

/// What is over already was ended by its user meanwhile.
fn ended(answer: Result<(), StoreError>) -> Result<(), StoreError> {
    match answer {
        Err(StoreError::NotFound) => Ok(()),
        other => other,
    }
}

fn pause_after(tries: u32) -> Duration {
    AGAIN.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(AGAIN_MAX)
}
