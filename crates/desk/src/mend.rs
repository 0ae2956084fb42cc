//! What helps an order that Alpaca refused: the order in the way is canceled, or a limit is put in place of the market's price.
//! Either way the user gets a new card, and nothing is sent before it is pressed.

use crate::access::{Opened, Why};
use crate::accounts::by;
use crate::desk::Desk;
use crate::place::Ask;
use crate::refused::{Refused, Trouble};
use crate::views::Placed;
use domain::brokerage::Which;
use domain::ids::{BrokerOrderId, IntentId, InteractionId};
use domain::life::{Ending, State};
use domain::money::Price;
use domain::order::{BrokerOrder, Order, Pricing, Side, TimeInForce};
use domain::outcome::RefusalReason;
use domain::sizing::Amount;
use domain::tenant::Tenant;
use rust_decimal::RoundingStrategy;
use std::time::Duration;
use store::{AuditAction, AuditEntry, Intent, StoreError};

/// Longest wait for what is in the way to be gone.
const GONE: Duration = Duration::from_secs(6);
/// Longest wait for a quote or a list.
const READ: Duration = Duration::from_secs(4);
/// Open orders that are looked at.
const OPEN_MAX: usize = 200;

/// What would help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mend {
    /// Cancel the order that is in the way.
    Clear,
    /// Put a limit at what the market asks now.
    Limit,
}

impl Mend {
    /// What would help against a refusal, when something would.
    pub const fn of(reason: &RefusalReason) -> Option<Self> {
        match reason {
            RefusalReason::WashTrade { existing_order: Some(_) } | RefusalReason::Quantity { held: Some(_), .. } => {
                Some(Self::Clear)
            }
            RefusalReason::ExtendedHours => Some(Self::Limit),
            _ => None,
        }
    }
}

impl Desk {
    /// Does what helps, and shows the order again on a card.
    ///
    /// # Errors
    /// [`Refused::NoSuchOrder`] when the intent is not one that this helps; all of [`Desk::place`].
    pub async fn mend(
        &self,
        tenant: Tenant,
        intent: IntentId,
        interaction: InteractionId,
        guild: Option<i64>,
    ) -> Result<Placed, Refused> {
        let mut tx = self.tx_relaxed(tenant).await?;
        let intent = match tx.intent(intent).await {
            Err(StoreError::NotFound) => return Err(Refused::NoSuchOrder),
            other => other?,
        };
        let reason = intent.life.refusal.as_ref().map(|refusal| refusal.reason.clone());
        let reason =
            reason.filter(|_| intent.life.state == State::Over(Ending::Refused)).ok_or(Refused::NoSuchOrder)?;
        let mend = Mend::of(&reason).ok_or(Refused::NoSuchOrder)?;
        drop(tx);
        let opened = self.unseal(tenant, self.keys(tenant, intent.account, Why::Asked).await?)?;
        let order = match mend {
            Mend::Clear => {
                self.clear_away(tenant, &opened, &intent, &reason, interaction).await?;
                intent.order
            }
            Mend::Limit => self.limited(&opened, intent.order).await?,
        };
        let exactly = Amount::Exactly(order.size);
        let account = Some(opened.account.name.to_string());
        let ask = Ask { account, order: order.sized(exactly), card: true, interaction, guild };
        self.place(tenant, ask).await
    }

    async fn clear_away(
        &self,
        tenant: Tenant,
        on: &Opened,
        intent: &Intent,
        reason: &RefusalReason,
        interaction: InteractionId,
    ) -> Result<(), Refused> {
        let brokerage = &self.inner().brokerage;
        let open = self.read(READ, brokerage.orders(&on.access, Which::Open, None, OPEN_MAX)).await;
        let open = open.map_err(|failure| Refused::Trouble(Trouble::Broker(failure)))?;
        let meant: Vec<_> =
            open.iter().filter(|order| is_in_the_way(order, &intent.order, reason)).map(|order| order.id).collect();
        for id in &meant {
            let mut tx = self.tx(tenant).await?;
            let entry = by(interaction, AuditAction::CancelRequested, &on.account);
            tx.audit(&AuditEntry { broker_order: Some(*id), ..entry }).await?;
            tx.commit().await?;
            let outcome = self.call_cancel(on, *id).await;
            self.note_cancel(tenant, &on.account, interaction, *id, &outcome, None).await;
        }
        let gone = async {
            for id in meant {
                while brokerage.order(&on.access, id).await.is_ok_and(|order| !order.status.is_terminal()) {
                    self.inner().clock.sleep(Duration::from_millis(200)).await;
                }
            }
        };
        // What is not gone in time, Alpaca says again when the card is pressed.
        let _ = self.within(GONE, gone).await;
        Ok(())
    }

    /// The same order with a limit at the far side of the quote.
    async fn limited(&self, on: &Opened, order: Order) -> Result<Order, Refused> {
        let quote = self.read(READ, self.inner().market.quote(&on.access, &order.symbol)).await;
        let met = quote.ok().and_then(|quote| quote.far_side(order.side));
        let limit = met.and_then(|price| in_steps(price, order.side)).ok_or(Refused::NoQuote(order.symbol.clone()))?;
        Ok(Order { pricing: Pricing::Limit(limit), time_in_force: TimeInForce::Day, ..order })
    }
}

fn is_in_the_way(other: &BrokerOrder, order: &Order, reason: &RefusalReason) -> bool {
    match reason {
        RefusalReason::WashTrade { existing_order: Some(id) } => {
            id.parse::<BrokerOrderId>().is_ok_and(|id| id == other.id)
        }
        RefusalReason::Quantity { .. } => other.symbol.is_same_asset(&order.symbol) && other.side == Some(order.side),
        _ => false,
    }
}

/// A price that an order may carry: rounded to where it is still met.
fn in_steps(price: Price, side: Side) -> Option<Price> {
    let strategy = match side {
        Side::Buy => RoundingStrategy::ToPositiveInfinity,
        Side::Sell => RoundingStrategy::ToNegativeInfinity,
    };
    Price::new(price.get().round_dp_with_strategy(price.step().scale(), strategy))
}
