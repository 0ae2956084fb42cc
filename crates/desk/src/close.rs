//! Closing positions.
//!
//! A close is an ordinary order on the other side, under our own name for it. Alpaca's `DELETE /v2/positions` would do it in fewer
//! words, but names the order itself: after a lost answer nobody could tell whether it is there, and asked again it could sell
//! what was bought meanwhile. So it is not on the client's list of calls.

use crate::access::Opened;
use crate::accounts::{by, taken};
use crate::confirm::{Ack, Click};
use crate::desk::Desk;
use crate::place::Ask;
use crate::refused::{Refused, Trouble};
use crate::submit::Unsent;
use crate::views::{CloseAllCard, ClosedAll, Placed};
use domain::account::Position;
use domain::brokerage::{Access, Which};
use domain::fresh;
use domain::ids::{InteractionId, TicketId};
use domain::money::Quantity;
use domain::order::{Effect, Order, Pricing, Side, Size, TimeInForce};
use domain::sizing::Amount;
use domain::symbol::{AssetKind, Symbol};
use domain::tenant::Tenant;
use rust_decimal::Decimal;
use serde_json::json;
use std::future::Future;
use std::time::Duration;
use store::{AuditAction, AuditEntry, Confirm, NewTicket};

/// Longest wait for the list of positions.
const LIST: Duration = Duration::from_secs(8);
/// Longest wait for open orders to be gone before positions are closed.
const CLEARED: Duration = Duration::from_secs(6);
/// Positions that one press closes at most: their orders leave one after the other, within the time that each has to leave.
const MOST: usize = 50;

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct Close {
    /// Which account, by name; the default when `None`.
    pub account: Option<String>,
    /// Which position.
    pub symbol: Symbol,
    /// How much of it.
    pub amount: Amount,
    /// At what price.
    pub pricing: Pricing,
    /// The user wants the card in any case.
    pub card: bool,
    /// The command's interaction.
    pub interaction: InteractionId,
    /// The server it was sent in.
    pub guild: Option<i64>,
}

impl Desk {
    /// Closes a position, or part of it.
    ///
    /// # Errors
    /// [`Refused::NotHeld`]; all of [`Desk::place`].
    pub async fn close(&self, tenant: Tenant, close: Close) -> Result<Placed, Refused> {
        let opened = self.open(tenant, close.account.as_deref()).await?;
        let positions = self.held(tenant, &opened).await?;
        let Some(position) = positions.iter().find(|position| position.symbol.is_same_asset(&close.symbol)) else {
            return Err(Refused::NotHeld(close.symbol));
        };
        let order = Order { pricing: close.pricing, ..closing(position, close.amount) };
        let Close { account, card, interaction, guild, .. } = close;
        self.place(tenant, Ask { account, order, card, interaction, guild }).await
    }

    /// Asks before everything is closed, and names each order that the press would place.
    ///
    /// # Errors
    /// The account's refusals, [`Refused::AlreadyHandled`], [`Refused::Trouble`].
    pub async fn close_all(
        &self,
        tenant: Tenant,
        name: Option<&str>,
        interaction: InteractionId,
        guild: Option<i64>,
    ) -> Result<CloseAllCard, Refused> {
        let opened = self.open(tenant, name).await?;
        self.may_order(&opened.account)?;
        // Closing is selling, which a server's limit does not bound, or covering, which only takes risk away.
        let _most = self.most_here(tenant, &opened.account, guild).await?;
        let mut positions = self.held(tenant, &opened).await?;
        positions.truncate(MOST);
        let account = opened.account;
        let mut tx = self.begin(tenant, interaction).await?;
        let new = |ask, batch| NewTicket {
            id: fresh::ticket(),
            account: account.id,
            environment: account.environment,
            ask,
            phrase: None,
            batch,
            guild: None,
            lives_for: self.inner().limits.ticket,
        };
        let question = tx.insert_ticket(&new(store::Ask::CloseAll, None)).await?;
        let mut closes = Vec::with_capacity(positions.len());
        for position in positions {
            let Some(qty) = Quantity::new(position.qty.abs()) else { continue };
            let order = closing(&position, Size::Shares(qty));
            let ask = store::Ask::Order { order: Box::new(order.clone()), quote: None };
            tx.insert_ticket(&new(ask, Some(question.id))).await?;
            closes.push((position, order));
        }
        let orders: Vec<_> = closes.iter().map(|(_, order)| order.canonical()).collect();
        tx.audit(&AuditEntry {
            detail: json!({ "ticket": question.id, "orders": orders }),
            ..by(interaction, AuditAction::OrderPreviewed, &account)
        })
        .await?;
        tx.commit().await?;
        Ok(CloseAllCard { ticket: question.id, account, closes, expires_at: question.expires_at })
    }

    /// The press on [`Desk::close_all`]: open orders are canceled, then each position is closed by an order of its own. As with
    /// any order, nothing leaves before `ack` is accepted.
    ///
    /// # Errors
    /// [`Refused::Ticket`]; [`Refused::NotAcknowledged`]; [`Refused::AlreadyHandled`]; [`Refused::Settling`],
    /// [`Refused::Stopping`]; [`Refused::KeysNoLongerAccepted`]; [`Refused::Trouble`]. Nothing was sent in any of them.
    pub async fn confirm_close_all<F>(&self, tenant: Tenant, click: Click, ack: F) -> Result<ClosedAll, Refused>
    where
        F: Future<Output = Ack> + Send,
    {
        let desk = self.clone();
        let ticket = click.ticket;
        let taking = tokio::spawn(async move { desk.take_all(tenant, ticket, click.interaction).await });
        let (ack, taken) = tokio::join!(ack, taking);
        let (opened, unsent) = taken.unwrap_or(Err(Refused::Trouble(Trouble::DatabaseInDoubt)))?;
        if ack != Ack::Accepted {
            for (_, unsent) in unsent {
                unsent.close("the click was not acknowledged").await;
            }
            return Err(if ack == Ack::Elsewhere { Refused::AlreadyHandled } else { Refused::NotAcknowledged });
        }
        self.clear(&opened.access).await;
        let mut results = Vec::with_capacity(unsent.len());
        for (symbol, unsent) in unsent {
            results.push((symbol, unsent.send().await));
        }
        Ok(ClosedAll { account: opened.account, results })
    }

    /// One commit: the question is answered, and each of its orders is an intent.
    async fn take_all(
        &self,
        tenant: Tenant,
        question: TicketId,
        interaction: InteractionId,
    ) -> Result<(Opened, Vec<(Symbol, Unsent)>), Refused> {
        let _inside = self.inner().gate.enter()?;
        let mut tx = self.begin(tenant, interaction).await?;
        let ticket = taken(&mut tx, question, &store::Ask::CloseAll).await?;
        let mut intents = Vec::new();
        for (item, ticket) in (1..).zip(tx.batch(question).await?) {
            let intent = fresh::intent(self.inner().clock.now());
            let click = Confirm { ticket, intent, interaction, item, typed: None, guild: None };
            let confirmed = tx.consume_order_ticket(&click).await?.map_err(Refused::Ticket)?;
            intents.push(confirmed.intent);
        }
        // What the press does first, and the keys that it needs for it.
        let entry = AuditEntry { interaction: Some(interaction), ..AuditEntry::of(AuditAction::CancelAllRequested) };
        let opened = self.unseal(tenant, tx.open_credential(ticket.account, &entry).await?)?;
        self.may_order(&opened.account)?;
        tx.commit().await?;
        let mut unsent = Vec::with_capacity(intents.len());
        for intent in intents {
            let symbol = intent.order.symbol.clone();
            let inside = self.inner().gate.enter()?;
            unsent.push((symbol, Unsent::new(self, tenant, opened.account.clone(), intent, inside)));
        }
        Ok((opened, unsent))
    }

    /// Cancels what is open and waits for it to be gone, because it holds shares. What it still holds then, Alpaca says.
    async fn clear(&self, access: &Access) {
        let brokerage = &self.inner().brokerage;
        let cleared = async {
            let _ = brokerage.cancel_all(access).await;
            while brokerage.orders(access, Which::Open, None, 1).await.is_ok_and(|open| !open.is_empty()) {
                self.inner().clock.sleep(Duration::from_millis(200)).await;
            }
        };
        let _ = self.within(CLEARED, cleared).await;
    }

    pub(crate) async fn held(&self, tenant: Tenant, opened: &Opened) -> Result<Vec<Position>, Refused> {
        match self.read(LIST, self.inner().brokerage.positions(&opened.access)).await {
            Ok(positions) => Ok(positions),
            Err(failure) => Err(self.failed(tenant, &opened.account, failure).await),
        }
    }
}

/// The order that closes so much of a position.
fn closing<S>(position: &Position, amount: S) -> Order<S> {
    let side = if position.qty > Decimal::ZERO { Side::Sell } else { Side::Buy };
    let symbol = position.pair().unwrap_or_else(|| position.symbol.clone());
    let kind = symbol.kind();
    let order = Order::plain(side, symbol, amount, Pricing::Market);
    match kind {
        AssetKind::Contract(_) => Order { effect: Some(Effect::Close), ..order },
        AssetKind::Crypto => Order { time_in_force: TimeInForce::Gtc, ..order },
        AssetKind::Equity => order,
    }
}
