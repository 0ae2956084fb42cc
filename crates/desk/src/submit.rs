//! The one POST. From here on the work is the desk's own: it goes on when the command that asked for it is gone.

use crate::access::meter_of;
use crate::desk::Desk;
use crate::gate::{Held, Inside};
use crate::queue::{Front, Place};
use crate::record::{Sight, is_ours};
use crate::refused::{Refused, Trouble};
use crate::views::Receipt;
use chrono::TimeDelta;
use domain::account::LinkedAccount;
use domain::brokerage::{Access, Lane};
use domain::fresh;
use domain::ids::IntentId;
use domain::life::{Seen, State, Wait, step};
use domain::outcome::{Doubt, Outcome, RefusalReason};
use domain::tenant::Tenant;
use std::time::Duration;
use store::{Constraint, Intent, Lease, StoreError};
use tokio::runtime::Handle;
use uuid::Uuid;

/// Longest that one POST may take, with its wait for the request budget.
const POST: Duration = Duration::from_secs(30);
/// Longer than [`POST`]: while the lease runs, nobody calls the order interrupted.
const LEASE: Duration = Duration::from_secs(45);
/// Longest wait for the account's earlier orders: shorter than the time after which the resolver closes what nobody sends.
const LINE: Duration = Duration::from_secs(25);
/// Longest try to reach the database before a POST.
const DATABASE: Duration = Duration::from_secs(5);
/// Longest pause between two tries to come forward.
const PAUSE_MAX: Duration = Duration::from_millis(100);
/// How long the delivery of a press that Discord acknowledged has to take the order over: as long as it had to acknowledge.
const HAND_OVER: Duration = Duration::from_secs(3);
/// A longer wait for the request budget is the user's to decide on.
pub(crate) const BUDGET: Duration = Duration::from_secs(10);

/// The wait of an order whose call has only just ended.
const JUST_NOW: Wait = Wait { since_call: TimeDelta::zero(), answered_looks: 0 };

/// A committed intent of which no byte has left. Dropped without [`Unsent::send`], it is closed as not sent.
pub(crate) struct Unsent(Option<Box<Outbound>>);

struct Outbound {
    desk: Desk,
    tenant: Tenant,
    account: LinkedAccount,
    intent: Intent,
    /// Keeps this process's resolver away.
    held: Option<Held<IntentId>>,
    /// Makes a drain wait.
    inside: Inside,
    /// The broker's name for its answer to the order.
    answer: Option<String>,
}

/// Why no byte left.
enum Kept {
    /// The intent is to be closed, and the user told this.
    Back(Refused),
    /// Somebody closed it before us.
    TooLate(Box<Intent>),
}

impl Unsent {
    pub(crate) fn new(desk: &Desk, tenant: Tenant, account: LinkedAccount, intent: Intent, inside: Inside) -> Self {
        let held = desk.inner().in_hand.take(intent.id);
        Self(Some(Box::new(Outbound { desk: desk.clone(), tenant, account, intent, held, inside, answer: None })))
    }

    /// Sends the order, in its turn. The work survives the caller.
    pub(crate) async fn send(mut self) -> Result<Receipt, Refused> {
        let Some(outbound) = self.0.take() else { return Err(Refused::Stopping) };
        let place = outbound.desk.inner().queues.place(outbound.account.id);
        // If the task dies, the intent is still there as it was committed, and the resolver settles it.
        let mut receipt = outbound.desk.receipt(&outbound.account, &outbound.intent);
        tokio::spawn(outbound.carry_out(place)).await.unwrap_or_else(|_| {
            receipt.life = step(&receipt.life, &Seen::Interrupted, JUST_NOW);
            Ok(receipt)
        })
    }

    /// Closes it as not sent, and waits until that is written or the database is found to be away.
    pub(crate) async fn close(mut self, why: &'static str) {
        if let Some(outbound) = self.0.take() {
            // A panic there leaves the intent to the resolver, which proves by the missing lease that nothing was sent.
            let _ = tokio::spawn(outbound.close(why)).await;
        }
    }

    /// Leaves it to another delivery of the same press. What nobody has taken over in time is closed.
    pub(crate) fn hand_over(mut self) {
        if let Some(mut outbound) = self.0.take() {
            outbound.held = None;
            drop(tokio::spawn(async move {
                outbound.desk.inner().clock.sleep(HAND_OVER).await;
                outbound.close("acknowledged elsewhere and not taken over").await;
            }));
        }
    }
}

impl Drop for Unsent {
    fn drop(&mut self) {
        if let (Some(outbound), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            drop(runtime.spawn(outbound.close("the command was canceled")));
        }
    }
}

impl Outbound {
    async fn carry_out(mut self: Box<Self>, place: Place) -> Result<Receipt, Refused> {
        let owner = Uuid::from_bytes(fresh::bytes());
        let (front, access) = match self.come_forward(owner, place).await {
            Ok(turn) => turn,
            Err(Kept::Back(refused)) => {
                self.note(Seen::NotSent, Some(owner), Some(held_back(&refused))).await;
                return Err(refused);
            }
            Err(Kept::TooLate(intent)) => return Ok(self.desk.receipt(&self.account, &intent)),
        };
        let outcome = self.post(&access).await;
        self.answer = access.answered.request_id();
        drop(access);
        let refused_keys = matches!(&outcome, Outcome::Refused(no) if no.reason == RefusalReason::Credentials);
        let (name, account) = (self.account.name.clone(), self.account.id);
        let receipt = self.note(Seen::Posted(outcome), Some(owner), None).await;
        drop(front);
        if refused_keys { Err(Refused::KeysNoLongerAccepted(name, account)) } else { Ok(receipt) }
    }

    /// Waits for the front of the line and for the lease. The database knows the order of the clicks, the line only that of
    /// arrival: whoever is at the front too early steps back, or the two would wait for each other.
    async fn come_forward(&mut self, owner: Uuid, mut place: Place) -> Result<(Front, Access), Kept> {
        let desk = self.desk.clone();
        let clock = &desk.inner().clock;
        let began = clock.elapsed();
        let waited = || clock.elapsed().saturating_sub(began);
        let mut pause = Duration::from_millis(10);
        let mut away_since = None;
        let mut is_first = true;
        loop {
            let turn = desk.within(LINE.saturating_sub(waited()), place.reach()).await;
            let front = turn.ok_or(Kept::Back(Refused::Busy(LINE)))?;
            if std::mem::take(&mut is_first) {
                // Beside the commit of the lease: mostly it is given, and a place for nothing costs one call.
                desk.inner().brokerage.announce(&meter_of(&self.account), Lane::Orders);
            }
            match self.try_lease(owner).await {
                Ok(Lease::Taken(leased)) => {
                    self.intent = leased.intent;
                    return Ok((front, self.unlock(leased.keyed)?));
                }
                // It has waited too long to be sent, and nobody has closed it yet.
                Ok(Lease::TooLate(intent)) if intent.life.state == State::Intended && intent.sent_at.is_none() => {
                    return Err(Kept::Back(Refused::Busy(waited())));
                }
                Ok(Lease::TooLate(intent)) => return Err(Kept::TooLate(intent)),
                Ok(Lease::Busy) => away_since = None,
                Err(error) if may_pass(&error) && waited() < *away_since.get_or_insert(waited()) + DATABASE => {}
                Err(error) => return Err(Kept::Back(why_not(error))),
            }
            drop(front);
            clock.sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
            place = desk.inner().queues.place(self.account.id);
        }
    }

    /// Opens the credential, if nothing speaks against sending now.
    fn unlock(&self, keyed: store::Keyed) -> Result<Access, Kept> {
        if keyed.account.environment != self.intent.environment {
            tracing::error!(intent = %self.intent.id, "the account is in another environment than its intent");
            return Err(Kept::Back(Refused::Ticket(store::TicketRefusal::EnvironmentChanged)));
        }
        self.desk.may_order(&keyed.account).map_err(Kept::Back)?;
        let opened = self.desk.unseal(self.tenant, keyed).map_err(Kept::Back)?;
        let wait = self.desk.inner().brokerage.wait(&opened.access.meter, Lane::Orders);
        if wait > BUDGET { Err(Kept::Back(Refused::Busy(wait))) } else { Ok(opened.access) }
    }

    async fn close(self: Box<Self>, why: &'static str) {
        self.note(Seen::NotSent, None, Some(why)).await;
    }

    async fn try_lease(&self, owner: Uuid) -> Result<Lease, StoreError> {
        let mut tx = self.desk.tx(self.tenant).await?;
        let lease = tx.take_submit_lease(self.intent.id, owner, LEASE).await?;
        // The one commit on an order's way that waits for the disk. It puts the intent there too, whose own did not wait, and
        // only after it a byte leaves.
        tx.commit().await?;
        Ok(lease)
    }

    /// One POST (a PATCH when it takes another order's place), one deadline, no repeat.
    async fn post(&self, access: &Access) -> Outcome {
        let (desk, intent) = (&self.desk, &self.intent);
        let (brokerage, order, name) = (&desk.inner().brokerage, &intent.order, &intent.client_order_id);
        let call = async {
            match order.replaces {
                Some(replaces) => brokerage.replace(access, replaces, order, name).await,
                None => brokerage.submit(access, order, name).await,
            }
        };
        let outcome = desk.within(POST, call).await.unwrap_or(Outcome::Unknown(Doubt::TimedOut));
        match outcome {
            Outcome::Landed(order) if !is_ours(intent, &order) => {
                if let Err(error) = desk.record_mismatch(self.tenant, &self.account, intent, &order).await {
                    tracing::error!(intent = %intent.id, %error, "an anomaly could not be noted");
                }
                Outcome::Unknown(Doubt::Unreadable { status: 200 })
            }
            other => other,
        }
    }

    fn sight<'a>(&'a self, seen: &'a Seen, lease: Option<Uuid>, why: Option<&'static str>) -> Sight<'a> {
        Sight { tenant: self.tenant, account: &self.account, seen, lease, why, request_id: self.answer.clone() }
    }

    /// Writes down what was seen. When the database is away, the user hears the truth now and the writing goes on behind.
    async fn note(self: Box<Self>, seen: Seen, lease: Option<Uuid>, why: Option<&'static str>) -> Receipt {
        let sight = self.sight(&seen, lease, why);
        match self.desk.record(self.intent.clone(), &sight).await {
            Ok(intent) => self.desk.receipt(&self.account, &intent),
            Err(StoreError::NotFound) if seen == Seen::NotSent => {
                tracing::warn!(intent = %self.intent.id, "lost in a crash of the database before its turn; nothing was sent");
                let mut receipt = self.desk.receipt(&self.account, &self.intent);
                receipt.life = step(&self.intent.life, &seen, JUST_NOW);
                receipt
            }
            Err(error) => {
                tracing::error!(intent = %self.intent.id, %error, "an outcome could not be written; trying on");
                let mut receipt = self.desk.receipt(&self.account, &self.intent);
                receipt.life = step(&self.intent.life, &seen, JUST_NOW);
                drop(tokio::spawn(self.keep_noting(seen, lease, why)));
                receipt
            }
        }
    }

    async fn keep_noting(self: Box<Self>, seen: Seen, lease: Option<Uuid>, why: Option<&'static str>) {
        let mut pause = Duration::from_millis(200);
        let sight = self.sight(&seen, lease, why);
        loop {
            self.desk.inner().clock.sleep(pause).await;
            match self.desk.record(self.intent.clone(), &sight).await {
                Ok(_) => break,
                // Lost in a crash of the database, and there is nothing to be known of it.
                Err(StoreError::NotFound) if seen == Seen::NotSent => break,
                Err(error) => tracing::warn!(intent = %self.intent.id, %error, "an outcome is still not written"),
            }
            pause = (pause * 2).min(Duration::from_secs(5));
        }
        // Said in so many words: they are let go only now.
        drop((self.held, self.inside));
    }
}

/// Why a lease could not be had. No byte has left in any case, so there is no doubt about it for the user.
fn why_not(error: StoreError) -> Refused {
    match error {
        // Not found: the server crashed before the intent was on disk, so it never was, and nobody else can send it.
        StoreError::NotFound | StoreError::Ambiguous => Refused::Trouble(Trouble::Database),
        other => other.into(),
    }
}

/// Failures that another try may not meet. A lease whose commit was in doubt is simply ours when the same owner asks again.
const fn may_pass(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Unavailable
            | StoreError::Timeout
            | StoreError::Ambiguous
            | StoreError::Conflict(Constraint::Contention)
    )
}

/// For the book: what kept an order back.
const fn held_back(refused: &Refused) -> &'static str {
    match refused {
        Refused::Busy(_) => "waited too long for its turn or its request budget",
        Refused::Ticket(_) => "the account is in another environment",
        Refused::KeysRevoked(_) => "the keys were revoked",
        Refused::LiveClosed => "trading with real money is switched off",
        Refused::Trouble(Trouble::Vault) => "the credential does not open",
        _ => "the database was away",
    }
}

impl Desk {
    /// What is known of an intent, for the user.
    pub(crate) fn receipt(&self, account: &LinkedAccount, intent: &Intent) -> Receipt {
        Receipt {
            account: account.clone(),
            intent: intent.id,
            client_order_id: intent.client_order_id.clone(),
            order: intent.order.clone(),
            life: intent.life.clone(),
            stuck: intent.life.is_stuck(self.inner().clock.now()),
            decided_at: intent.created_at,
            looked_at: intent.answered_at,
            market: None,
        }
    }
}
