//! Exercising contracts, or asking that they are not exercised at their end.
//!
//! Such a call carries no name of ours, so after a lost answer nobody can look it up. It is shown on a card in any case, decided
//! in a row that is on disk before the first byte leaves, sent once and never repeated. Without an answer it stays in doubt,
//! and only the positions and the history tell.

mod guarded;
mod recorded;
mod settle;

use crate::access::{Opened, Why};
use crate::accounts::by;
use crate::confirm::{Ack, Click};
use crate::desk::Desk;
use crate::refused::Refused;
use crate::views::{ExerciseCard, Exercised};
use domain::account::{Environment, LinkedAccount, Position};
use domain::brokerage::Wish;
use domain::fresh;
use domain::ids::{InteractionId, TicketId};
use domain::money::{Price, Quantity, Usd};
use domain::outcome::{Doubt, ExerciseOutcome};
use domain::symbol::{Contract, Right, Symbol};
use domain::tenant::Tenant;
use rust_decimal::Decimal;
use serde_json::json;
use std::future::Future;
use std::time::Duration;
use store::{AuditAction, AuditEntry, Exercise, NewExercise, StoreError, TicketRefusal};

/// Longest wait for a price or the account's cash, without which the card says less.
const READ: Duration = Duration::from_secs(4);
/// Longest that the call may take, with its wait for the request budget.
const CALL: Duration = Duration::from_secs(30);

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct AskExercise {
    /// Which account, by name; the default when `None`.
    pub account: Option<String>,
    /// Which contract.
    pub contract: Symbol,
    /// What is wished of it.
    pub wish: Wish,
    /// The command's interaction.
    pub interaction: InteractionId,
    /// The server it was sent in.
    pub guild: Option<i64>,
}

impl Desk {
    /// Asks before contracts are exercised, or before it is asked that they are not.
    ///
    /// # Errors
    /// [`Refused::NotAContract`]; [`Refused::NotHeld`], [`Refused::ShortContract`], [`Refused::NoneFree`];
    /// [`Refused::Rule`] for an adjusted contract; [`Refused::OverServerLimit`] for shares that would be bought; [`Refused::Guard`] for shares that would be an entry; the
    /// account's refusals; [`Refused::AlreadyHandled`];
    /// [`Refused::Settling`], [`Refused::Stopping`]; [`Refused::Trouble`]. Nothing was sent in any of them.
    pub async fn exercise(&self, tenant: Tenant, ask: AskExercise) -> Result<ExerciseCard, Refused> {
        let _inside = self.inner().gate.enter()?;
        let Some(contract) = ask.contract.contract() else { return Err(Refused::NotAContract(ask.contract)) };
        let opened = self.open(tenant, ask.account.as_deref()).await?;
        self.may_order(&opened.account)?;
        let most = self.most_here(tenant, &opened.account, ask.guild).await?;
        let positions = self.held(tenant, &opened).await?;
        let qty = exercisable(&positions, &ask)?;
        if ask.wish == Wish::Exercise {
            self.is_of_shares(&opened, &ask.contract).await?;
        }
        let buys = ask.wish == Wish::Exercise && contract.right == Right::Call;
        if let Some(most) = most.filter(|_| buys)
            && value(&contract, qty).is_none_or(|value| value.0 > most.0)
        {
            return Err(Refused::OverServerLimit(most));
        }
        let seen = self.seen(&opened, &contract).await;
        if ask.wish == Wish::Exercise
            && let Err(refused) = self.exercise_keeps_guards(&opened, &contract, qty, &positions, &seen).await
        {
            self.note_guarded(tenant, &opened.account, ask.interaction, &ask.contract, &refused).await;
            return Err(refused);
        }
        let mut tx = self.begin(tenant, ask.interaction).await?;
        let shown = tx
            .insert_exercise(&NewExercise {
                id: fresh::ticket(),
                account: opened.account.id,
                environment: opened.account.environment,
                contract: ask.contract,
                wish: ask.wish,
                qty,
                guild: ask.guild,
                lives_for: self.inner().limits.ticket,
            })
            .await?;
        tx.commit().await?;
        Ok(ExerciseCard {
            ticket: shown.id,
            account: opened.account,
            value: value(&contract, qty),
            contract,
            wish: ask.wish,
            qty,
            price: seen.snapshot.and_then(|seen| seen.last.or(seen.previous_close)),
            cash: seen.broker.and_then(|broker| broker.cash),
            expires_at: shown.expires_at,
        })
    }

    /// The press on [`Desk::exercise`]. Nothing is decided, and nothing leaves, before `ack` is accepted: of several deliveries
    /// of the press, the one that Discord acknowledged does it all.
    ///
    /// # Errors
    /// [`Refused::Ticket`]; [`Refused::NotAcknowledged`]; [`Refused::AlreadyHandled`]; [`Refused::Guard`]; [`Refused::Settling`],
    /// [`Refused::Stopping`]; the account's refusals; [`Refused::Trouble`]. Nothing was sent in any of them.
    pub async fn confirm_exercise<F>(&self, tenant: Tenant, click: Click, ack: F) -> Result<Exercised, Refused>
    where
        F: Future<Output = Ack> + Send,
    {
        match ack.await {
            Ack::Accepted => {}
            Ack::Refused => return Err(Refused::NotAcknowledged),
            Ack::Elsewhere => return Err(Refused::AlreadyHandled),
        }
        let desk = self.clone();
        // On its own, so that a press whose command is canceled half-way still gets its answer noted.
        match tokio::spawn(async move { desk.carry_out_exercise(tenant, click).await }).await {
            Ok(done) => done,
            Err(_) => self.exercised(tenant, click.ticket).await,
        }
    }

    /// The press of Cancel on such a card.
    ///
    /// # Errors
    /// [`Refused::Ticket`] when there was nothing to withdraw; [`Refused::AlreadyHandled`]; [`Refused::Trouble`].
    pub async fn waive_exercise(
        &self,
        tenant: Tenant,
        ticket: TicketId,
        interaction: InteractionId,
    ) -> Result<(), Refused> {
        let mut tx = self.begin(tenant, interaction).await?;
        if !tx.void_exercise(ticket).await? {
            return Err(Refused::Ticket(TicketRefusal::Used));
        }
        tx.audit(&AuditEntry {
            interaction: Some(interaction),
            detail: json!({ "ticket": ticket }),
            ..AuditEntry::of(AuditAction::PreviewWithdrawn)
        })
        .await?;
        Ok(tx.commit().await?)
    }

    /// What is known of a decided wish, how many of the contracts are held now, and what the history says.
    ///
    /// # Errors
    /// [`Refused::Ticket`] when there is no such wish; the account's refusals; [`Refused::Trouble`].
    pub async fn exercised(&self, tenant: Tenant, ticket: TicketId) -> Result<Exercised, Refused> {
        let stored = match self.tx_relaxed(tenant).await?.exercise(ticket).await {
            Err(StoreError::NotFound) => return Err(Refused::Ticket(TicketRefusal::Unknown)),
            other => other?,
        };
        if stored.decided_at.is_none() {
            return Err(Refused::Ticket(TicketRefusal::Void));
        }
        let opened = self.unseal(tenant, self.keys(tenant, stored.account, Why::Asked).await?)?;
        let positions = self.held(tenant, &opened).await?;
        let held = positions.iter().find(|position| position.symbol == stored.contract);
        let held = Some(held.map_or(Decimal::ZERO, |position| position.qty));
        let recorded = self.recorded(&opened, &stored).await;
        let stored = self.settled_by(tenant, stored, recorded).await?;
        Ok(Exercised { held, recorded, ..told(&opened.account, stored) })
    }

    /// One durable commit, one call, and its answer.
    async fn carry_out_exercise(&self, tenant: Tenant, click: Click) -> Result<Exercised, Refused> {
        let _inside = self.inner().gate.enter()?;
        self.guards_allow_exercise(tenant, click).await?;
        let mut tx = self.begin(tenant, click.interaction).await?;
        let decided = tx.decide_exercise(click.ticket, click.interaction, click.guild, settle::LOOKS.least).await?;
        let mut decided = decided.map_err(Refused::Ticket)?;
        let keyed = tx.open_credential(decided.account, &entry(AuditAction::ExerciseIntended, &decided, click)).await?;
        // Keys that do not open are found out before anything is decided: without the commit it is not.
        let opened = self.unseal(tenant, keyed)?;
        self.may_order(&opened.account)?;
        tx.commit().await?;
        let call = self.inner().brokerage.exercise(&opened.access, &decided.contract, decided.wish);
        let answer = self.within(CALL, call).await.unwrap_or(ExerciseOutcome::Unknown(Doubt::TimedOut));
        if let Err(error) = self.note_exercise(tenant, &opened, &decided, click, &answer).await {
            tracing::error!(exercise = %decided.id, %error, "the answer to an exercise could not be noted; it counts as unknown");
        }
        decided.answer = Some(answer);
        Ok(told(&opened.account, decided))
    }

    async fn note_exercise(
        &self,
        tenant: Tenant,
        on: &Opened,
        decided: &Exercise,
        click: Click,
        answer: &ExerciseOutcome,
    ) -> Result<(), StoreError> {
        let mut tx = self.tx(tenant).await?;
        tx.answer_exercise(decided.id, answer).await?;
        let request_id = match answer {
            ExerciseOutcome::Refused(refusal) => refusal.request_id.clone(),
            _ => None,
        };
        tx.audit(&AuditEntry {
            request_id,
            detail: json!({ "ticket": decided.id, "outcome": format!("{answer:?}") }),
            ..by(click.interaction, AuditAction::ExerciseAnswered, &on.account)
        })
        .await?;
        tx.commit().await
    }
}

/// How many contracts would be exercised: all that no open order holds. At their end it is all that are held.
fn exercisable(positions: &[Position], ask: &AskExercise) -> Result<Quantity, Refused> {
    let Some(position) = positions.iter().find(|position| position.symbol == ask.contract) else {
        return Err(Refused::NotHeld(ask.contract.clone()));
    };
    if position.qty < Decimal::ZERO {
        return Err(Refused::ShortContract(ask.contract.clone()));
    }
    let counts = match ask.wish {
        Wish::Exercise => position.qty_available,
        Wish::DoNotExercise => position.qty,
    };
    Quantity::new(counts).ok_or_else(|| Refused::NoneFree(ask.contract.clone()))
}

/// What the shares cost or bring at the strike.
fn value(contract: &Contract, qty: Quantity) -> Option<Usd> {
    let shares = qty.get().checked_mul(Contract::MULTIPLIER)?;
    shares.checked_mul(Price::get(contract.strike)).map(Usd)
}

pub(crate) fn told(account: &LinkedAccount, stored: Exercise) -> Exercised {
    let Exercise { id: ticket, contract, wish, qty, answer, found, .. } = stored;
    Exercised { ticket, account: account.clone(), contract, wish, qty, answer, found, held: None, recorded: None }
}

fn entry(action: AuditAction, decided: &Exercise, click: Click) -> AuditEntry {
    AuditEntry {
        account: Some(decided.account),
        interaction: Some(click.interaction),
        detail: json!({
            "ticket": decided.id,
            "environment": Environment::as_str(decided.environment),
            "contract": decided.contract.as_str(),
            "wish": decided.wish.as_str(),
            "qty": decided.qty.to_string(),
        }),
        ..AuditEntry::of(action)
    }
}
