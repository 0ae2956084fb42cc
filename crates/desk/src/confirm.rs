//! The click: one ticket, one intent, one order.

use crate::access::{Opened, Why};
use crate::desk::Desk;
use crate::gate::Inside;
use crate::place::Ask;
use crate::refused::{Refused, Trouble};
use crate::submit::Unsent;
use crate::views::Placed;
use domain::account::{MarketClock, Quote};
use domain::brokerage::Access;
use domain::fresh;
use domain::ids::{InteractionId, TicketId};
use domain::life::State;
use domain::order::{Order, Pricing, Side};
use domain::package::Package;
use domain::sizing::Amount;
use domain::tenant::Tenant;
use rust_decimal::Decimal;
use serde_json::json;
use std::future::Future;
use std::time::Duration;
use store::{AuditAction, AuditEntry, Confirm, Confirmed, Constraint, StoreError, TicketRefusal};

/// Longest wait for the quote of a market order. Without one the order goes: the card itself is at most a minute old.
const QUOTE: Duration = Duration::from_secs(1);

/// Whether Discord accepted the acknowledgement of the click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ack {
    /// It did: the user will see what happens.
    Accepted,
    /// It did not (10062, no answer): the user may see "interaction failed", so nothing may be sent.
    Refused,
    /// It has acknowledged another delivery of this very press (40060): the user will see what comes of that one.
    Elsewhere,
}

/// One press of Confirm.
#[derive(Clone, Copy, Debug)]
pub struct Click {
    /// The ticket on the button.
    pub ticket: TicketId,
    /// The press.
    pub interaction: InteractionId,
    /// Where; `None` in a DM.
    pub guild: Option<i64>,
}

/// A click that was taken.
struct Taken {
    unsent: Unsent,
    order: Order,
    account: String,
    moved: bool,
}

impl Desk {
    /// Consumes the ticket and sends the order. `ack` runs while the intent is committed; the order leaves only after
    /// both. [`Placed::Ask`] when the quote moved too far: nothing was sent, and the new card has a new ticket.
    ///
    /// # Errors
    /// [`Refused::Ticket`] when the click is not taken; [`Refused::NotAcknowledged`]; [`Refused::AlreadyHandled`];
    /// [`Refused::Settling`], [`Refused::Stopping`]; [`Refused::Busy`]; [`Refused::KeysNoLongerAccepted`];
    /// [`Refused::Trouble`]. Nothing was sent in any of them.
    pub async fn confirm<F>(&self, tenant: Tenant, click: Click, ack: F) -> Result<Placed, Refused>
    where
        F: Future<Output = Ack> + Send,
    {
        self.confirm_typed(tenant, click, None, ack).await
    }

    /// The same, with what was typed because the card asked for it.
    ///
    /// # Errors
    /// As [`Desk::confirm`]; `Refused::Ticket(Phrase)` when it is something else.
    pub async fn confirm_typed<F>(
        &self,
        tenant: Tenant,
        click: Click,
        typed: Option<String>,
        ack: F,
    ) -> Result<Placed, Refused>
    where
        F: Future<Output = Ack> + Send,
    {
        let desk = self.clone();
        // On its own, so that a click whose command is canceled half-way still ends as sent or as closed. The acknowledgement
        // is awaited in any case: even a refusal wants to be shown.
        let taking = tokio::spawn(async move {
            let inside = desk.inner().gate.enter()?;
            desk.take(tenant, click, typed, inside).await
        });
        let (ack, taken) = tokio::join!(ack, taking);
        let taken = match (ack, taken.unwrap_or(Err(Refused::Trouble(Trouble::DatabaseInDoubt)))) {
            (Ack::Elsewhere, taken) => {
                if let Ok(taken) = taken {
                    taken.unsent.hand_over();
                }
                return Err(Refused::AlreadyHandled);
            }
            (Ack::Accepted, Err(Refused::AlreadyHandled)) => self.adopt(tenant, click).await?,
            (_, taken) => taken?,
        };
        if ack == Ack::Refused {
            taken.unsent.close("the click was not acknowledged").await;
            return Err(Refused::NotAcknowledged);
        }
        if taken.moved {
            taken.unsent.close("the quote moved").await;
            return self.ask_again(tenant, click, taken.order, taken.account).await;
        }
        let (receipt, market) = tokio::join!(taken.unsent.send(), self.market_clock(tenant, &taken.account));
        let mut receipt = receipt?;
        receipt.market = market;
        Ok(Placed::Sent(Box::new(receipt)))
    }

    /// The press of Cancel on a card: the ticket can never be used.
    ///
    /// # Errors
    /// [`Refused::Ticket`] with `Used` or `Unknown` when there was nothing to withdraw; [`Refused::Trouble`].
    pub async fn discard(&self, tenant: Tenant, ticket: TicketId, interaction: InteractionId) -> Result<(), Refused> {
        let mut tx = self.tx(tenant).await?;
        if !tx.void_ticket(ticket).await? {
            return match tx.ticket(ticket).await {
                Ok(ticket) if ticket.consumed_at.is_some() => Err(Refused::Ticket(TicketRefusal::Used)),
                // Withdrawn before: it stays what the user wants it to be.
                Ok(_) => Ok(()),
                Err(StoreError::NotFound) => Err(Refused::Ticket(TicketRefusal::Unknown)),
                Err(error) => Err(error.into()),
            };
        }
        tx.audit(&AuditEntry {
            interaction: Some(interaction),
            detail: json!({ "ticket": ticket }),
            ..AuditEntry::of(AuditAction::PreviewWithdrawn)
        })
        .await?;
        Ok(tx.commit().await?)
    }

    /// Commits the intent, then looks whether the quote has moved.
    async fn take(
        &self,
        tenant: Tenant,
        click: Click,
        typed: Option<String>,
        inside: Inside,
    ) -> Result<Taken, Refused> {
        let (confirmed, opened) = self.commit_click(tenant, click, typed).await?;
        let order = confirmed.intent.order.clone();
        let unsent = Unsent::new(self, tenant, opened.account.clone(), confirmed.intent, inside);
        if order.digest() != confirmed.digest {
            unsent.close("the ticket was altered").await;
            return Err(Refused::Ticket(TicketRefusal::Altered));
        }
        self.ready(tenant, opened, unsent, order, confirmed.shown.as_ref()).await
    }

    /// A last look at what may have changed since the card: the guards, and the quote.
    async fn ready(
        &self,
        tenant: Tenant,
        opened: Opened,
        unsent: Unsent,
        order: Order,
        shown: Option<&Quote>,
    ) -> Result<Taken, Refused> {
        if let Err(refused) = self.guards_allow(tenant, &opened, &order).await {
            unsent.close(refused.guard()).await;
            return Err(refused);
        }
        let moved = self.has_moved(&opened.access, &order, shown).await;
        Ok(Taken { unsent, order, account: opened.account.name.to_string(), moved })
    }

    /// Discord delivered the press more than once (two processes, a replay), one delivery has committed the intent, and this
    /// one was acknowledged: so this one carries it out. The lease lets only one do that.
    async fn adopt(&self, tenant: Tenant, click: Click) -> Result<Taken, Refused> {
        let inside = self.inner().gate.enter()?;
        let mut tx = self.tx(tenant).await?;
        let intent = tx.intent_of_ticket(click.ticket).await.map_err(|error| match error {
            StoreError::NotFound => Refused::AlreadyHandled,
            other => other.into(),
        })?;
        let (order, shown) = match tx.ticket(click.ticket).await?.ask {
            store::Ask::Order { order, quote } if *order == intent.order => (*order, quote),
            _ => return Err(Refused::AlreadyHandled),
        };
        if intent.interaction != click.interaction || intent.life.state != State::Intended || intent.sent_at.is_some() {
            return Err(Refused::AlreadyHandled);
        }
        drop(tx);
        let keyed = self.keys(tenant, intent.account, Why::TakenOver).await?;
        let opened = self.unseal(tenant, keyed)?;
        tracing::info!(intent = %intent.id, "an order is taken over from another delivery of its press");
        let unsent = Unsent::new(self, tenant, opened.account.clone(), intent, inside);
        self.ready(tenant, opened, unsent, order, shown.as_ref()).await
    }

    /// One commit: the ticket is used, the intent exists, the book says so. It does not wait for the disk, because that of the
    /// lease does, right before the first byte: a crash of the server in between leaves neither intent nor order, and the
    /// ticket as it was (docs/adr/0002-one-flush.md).
    async fn commit_click(
        &self,
        tenant: Tenant,
        click: Click,
        typed: Option<String>,
    ) -> Result<(Confirmed, Opened), Refused> {
        let intent = fresh::intent(self.inner().clock.now());
        let made = Confirm {
            ticket: click.ticket,
            intent,
            interaction: click.interaction,
            item: 0,
            typed,
            guild: click.guild,
        };
        let mut tx = self.tx_relaxed(tenant).await?;
        let confirmed = match tx.consume_order_ticket(&made).await {
            Ok(Ok(confirmed)) => confirmed,
            Ok(Err(refusal)) => {
                drop(tx);
                return Err(self.refuse_click(tenant, click, refusal).await);
            }
            Err(StoreError::Conflict(Constraint::InteractionUsed)) => return Err(Refused::AlreadyHandled),
            Err(StoreError::Conflict(Constraint::TicketUsed)) => return Err(Refused::Ticket(TicketRefusal::Used)),
            Err(error) => return Err(error.into()),
        };
        // Keys that do not open are found out before the ticket is used up: without the commit it is not.
        let opened = self.unseal(tenant, confirmed.keyed.clone())?;
        self.may_order(&opened.account)?;
        match tx.commit().await {
            Ok(()) => Ok((confirmed, opened)),
            Err(StoreError::Ambiguous) => {
                let intent = self.reread(tenant, intent).await?;
                Ok((Confirmed { intent, ..confirmed }, opened))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Notes a click that was not taken. A click that Discord delivers twice is told apart from a second click.
    async fn refuse_click(&self, tenant: Tenant, click: Click, refusal: TicketRefusal) -> Refused {
        let noted: Result<Refused, StoreError> = async {
            let mut tx = self.tx(tenant).await?;
            if refusal == TicketRefusal::Used
                && tx.intent_of_ticket(click.ticket).await.is_ok_and(|intent| intent.interaction == click.interaction)
            {
                return Ok(Refused::AlreadyHandled);
            }
            tx.audit(&AuditEntry {
                interaction: Some(click.interaction),
                detail: json!({ "ticket": click.ticket, "refusal": format!("{refusal:?}"), "guild": click.guild }),
                ..AuditEntry::of(AuditAction::ClickRefused)
            })
            .await?;
            tx.commit().await?;
            Ok(Refused::Ticket(refusal))
        }
        .await;
        noted.unwrap_or_else(|error| {
            tracing::warn!(%error, "a refused click could not be noted");
            Refused::Ticket(refusal)
        })
    }

    /// Whether the far side of the quote moved against the user by more than the tolerance.
    async fn has_moved(&self, on: &Access, order: &Order, shown: Option<&Quote>) -> bool {
        // Any other price waits, or bounds what is paid.
        let Some(shown) = shown.filter(|_| order.pricing == Pricing::Market) else { return false };
        if !order.class.legs().is_empty() {
            let now = self.within(QUOTE, self.package(on, order)).await.flatten();
            return now.is_some_and(|now| has_turned(order.side, shown, &now, self.inner().limits.tolerance));
        }
        let now = self.read(QUOTE, self.inner().market.quote(on, &order.symbol)).await;
        now.is_ok_and(|now| moved_against(order.side, shown, &now, self.inner().limits.tolerance))
    }

    /// The old ticket is used and its intent closed; the same order is shown again at today's price.
    async fn ask_again(&self, tenant: Tenant, click: Click, order: Order, account: String) -> Result<Placed, Refused> {
        let Click { interaction, guild, .. } = click;
        let exactly = Amount::Exactly(order.size);
        let ask = Ask { account: Some(account), order: order.sized(exactly), card: true, interaction, guild };
        let opened = self.open(tenant, ask.account.as_deref()).await?;
        let (order, seen) = self.survey(tenant, &opened, &ask.order, true).await?;
        let card = self.issue_card(tenant, opened.account, &ask, order, &seen, true).await?;
        Ok(Placed::Ask(Box::new(card)))
    }

    /// Whether the market is open, for the receipt only. Mostly the card has read it, and then the order has the way to itself.
    async fn market_clock(&self, tenant: Tenant, account: &str) -> Option<MarketClock> {
        let (session, clock) = (&self.inner().session, &self.inner().clock);
        if let Some(known) = session.known(clock.elapsed()) {
            return Some(known);
        }
        let read = async {
            let opened = self.open(tenant, Some(account)).await.ok()?;
            self.market_time(&opened.access).await.ok()
        };
        let read = self.within(QUOTE, read).await.flatten()?;
        session.note(read, clock.elapsed());
        Some(read)
    }
}

/// The same of a spread. What was a credit and would be a debit now has moved in any case.
fn has_turned(side: Side, shown: &Quote, now: &Package, tolerance: Decimal) -> bool {
    now.side != side || now.quote().is_some_and(|now| moved_against(side, shown, &now, tolerance))
}

fn moved_against(side: Side, shown: &Quote, now: &Quote, tolerance: Decimal) -> bool {
    let (Some(shown), Some(now)) = (shown.far_side(side), now.far_side(side)) else { return false };
    let bound = |factor: Decimal| shown.get().checked_mul(factor);
    match side {
        Side::Buy => bound(Decimal::ONE + tolerance).is_some_and(|most| now.get() > most),
        Side::Sell => bound(Decimal::ONE - tolerance).is_some_and(|least| now.get() < least),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use chrono::DateTime;
    use domain::money::Price;

    fn quote(bid: &str, ask: &str) -> Quote {
        Quote { bid: Price::parse(bid).ok(), ask: Price::parse(ask).ok(), at: DateTime::UNIX_EPOCH }
    }

    #[test]
    fn only_a_move_against_the_user_and_beyond_the_tolerance_asks_again() {
        let shown = quote("99", "100");
        let tolerance = Decimal::new(1, 2);
        let cases = [
            (Side::Buy, quote("99", "101"), false),
            (Side::Buy, quote("99", "101.01"), true),
            (Side::Buy, quote("1", "2"), false),
            (Side::Sell, quote("98.01", "100"), false),
            (Side::Sell, quote("98", "100"), true),
            (Side::Sell, quote("200", "300"), false),
            (Side::Buy, quote("99", ""), false),
        ];
        for (side, now, moved) in cases {
            assert_eq!(moved_against(side, &shown, &now, tolerance), moved, "{side:?} {now:?}");
        }
    }

    #[test]
    fn a_spread_has_turned_when_it_costs_more_or_costs_what_it_was_to_bring() {
        let shown = quote("2.90", "3.00");
        let now = |side, bid: &str, ask: &str| Package {
            side,
            bid: bid.parse().ok(),
            ask: ask.parse().ok(),
            at: Some(DateTime::UNIX_EPOCH),
            thin: Vec::new(),
        };
        let cases = [
            (Side::Buy, now(Side::Buy, "2.90", "3.03"), false),
            (Side::Buy, now(Side::Buy, "2.90", "3.04"), true),
            (Side::Sell, now(Side::Sell, "2.80", "3"), true),
            (Side::Sell, now(Side::Sell, "2.90", "9"), false),
            (Side::Sell, now(Side::Buy, "0.01", "0.02"), true),
            (Side::Buy, now(Side::Buy, "", ""), false),
        ];
        for (side, now, turned) in cases {
            assert_eq!(has_turned(side, &shown, &now, Decimal::new(1, 2)), turned, "{side:?} {now:?}");
        }
    }
}
