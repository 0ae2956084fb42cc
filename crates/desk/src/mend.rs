//! What helps an order that Alpaca refused: the order in the way is canceled, perhaps to make one of both, or a limit is put in
//! place of the market's price.
//! Either way the user gets a new card, and nothing is sent before it is pressed.

use crate::access::{Opened, Why};
use crate::accounts::by;
use crate::desk::Desk;
use crate::place::Ask;
use crate::refused::{Refused, Trouble};
use crate::views::Placed;
use domain::account::LinkedAccount;
use domain::brokerage::Which;
use domain::ids::{BrokerOrderId, IntentId, InteractionId};
use domain::life::{Ending, State};
use domain::money::Price;
use domain::order::{BrokerOrder, Class, Order, Pricing, Side, Size, TimeInForce};
use domain::outcome::RefusalReason;
use domain::policy;
use domain::sizing::Amount;
use domain::tenant::Tenant;
use rust_decimal::{Decimal, RoundingStrategy};
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
    /// Cancel it, and ask for one order that does what both were for.
    Join,
    /// Put a limit at what the market asks now.
    Limit,
}

impl Mend {
    /// What would help an order that was refused for that reason.
    pub const fn of(order: &Order, reason: &RefusalReason) -> &'static [Self] {
        let could_join = matches!(order.class, Class::Simple)
            && matches!(order.size, Size::Shares(_))
            && matches!(order.pricing, Pricing::Limit(_) | Pricing::Stop(_) | Pricing::StopLimit { .. });
        match reason {
            RefusalReason::WashTrade { existing_order: Some(_) } | RefusalReason::Quantity { held: Some(_), .. } => {
                if could_join {
                    &[Self::Clear, Self::Join]
                } else {
                    &[Self::Clear]
                }
            }
            RefusalReason::ExtendedHours => &[Self::Limit],
            _ => &[],
        }
    }
}

/// The orders that keep a refused one from being taken.
#[derive(Clone, Debug)]
pub struct InTheWay {
    /// Whose they are.
    pub account: LinkedAccount,
    /// The refused one.
    pub intent: IntentId,
    /// They, as they are now; none when they are gone.
    pub list: Vec<BrokerOrder>,
    /// Whether one order could do what both are for.
    pub joins: bool,
}

/// A refused order, why it was refused, and its account.
struct Turned {
    intent: Intent,
    reason: RefusalReason,
    opened: Opened,
}

impl Desk {
    /// What is in the way of a refused order, before anything of it is canceled.
    ///
    /// # Errors
    /// [`Refused::NoSuchOrder`] when nothing is; the account's refusals; [`Refused::Trouble`].
    pub async fn in_the_way(&self, tenant: Tenant, intent: IntentId) -> Result<InTheWay, Refused> {
        let Turned { intent, reason, opened } = self.turned(tenant, intent, Mend::Clear).await?;
        let mut list = self.still_open(&opened).await?;
        list.retain(|other| is_in_the_way(other, &intent.order, &reason));
        let joins = match list.as_slice() {
            [other] if Mend::of(&intent.order, &reason).contains(&Mend::Join) => {
                self.joined(tenant, &opened, &intent.order, other).await.is_ok()
            }
            _ => false,
        };
        Ok(InTheWay { account: opened.account, intent: intent.id, list, joins })
    }

    /// Does what helps, and shows the order again on a card.
    ///
    /// # Errors
    /// [`Refused::NoSuchOrder`] when the intent is not one that this helps; [`Refused::CannotJoin`], and then nothing was
    /// canceled; all of [`Desk::place`].
    pub async fn mend(
        &self,
        tenant: Tenant,
        intent: IntentId,
        mend: Mend,
        interaction: InteractionId,
        guild: Option<i64>,
    ) -> Result<Placed, Refused> {
        let Turned { intent, reason, opened } = self.turned(tenant, intent, mend).await?;
        let order = match mend {
            Mend::Limit => self.limited(&opened, intent.order).await?,
            Mend::Clear | Mend::Join => {
                let mut in_the_way = self.still_open(&opened).await?;
                in_the_way.retain(|other| is_in_the_way(other, &intent.order, &reason));
                let order = match (mend, in_the_way.as_slice()) {
                    (Mend::Join, [other]) => self.joined(tenant, &opened, &intent.order, other).await?,
                    (Mend::Join, _) => return Err(Refused::CannotJoin),
                    _ => intent.order,
                };
                self.clear_away(tenant, &opened, &in_the_way, interaction).await?;
                order
            }
        };
        let exactly = Amount::Exactly(order.size);
        let account = Some(opened.account.name.to_string());
        let ask = Ask { account, order: order.sized(exactly), card: true, interaction, guild };
        self.place(tenant, ask).await
    }

    async fn turned(&self, tenant: Tenant, intent: IntentId, mend: Mend) -> Result<Turned, Refused> {
        let mut tx = self.tx_relaxed(tenant).await?;
        let intent = match tx.intent(intent).await {
            Err(StoreError::NotFound) => return Err(Refused::NoSuchOrder),
            other => other?,
        };
        drop(tx);
        let refusal = intent.life.refusal.as_ref().filter(|_| intent.life.state == State::Over(Ending::Refused));
        let reason = refusal.map(|refusal| refusal.reason.clone()).ok_or(Refused::NoSuchOrder)?;
        if !Mend::of(&intent.order, &reason).contains(&mend) {
            return Err(Refused::NoSuchOrder);
        }
        let opened = self.unseal(tenant, self.keys(tenant, intent.account, Why::Asked).await?)?;
        Ok(Turned { intent, reason, opened })
    }

    async fn still_open(&self, on: &Opened) -> Result<Vec<BrokerOrder>, Refused> {
        let open = self.read(READ, self.inner().brokerage.orders(&on.access, Which::Open, None, OPEN_MAX)).await;
        open.map_err(|failure| Refused::Trouble(Trouble::Broker(failure)))
    }

    /// One order that does what both were for. Found out before anything is canceled.
    async fn joined(&self, tenant: Tenant, on: &Opened, wanted: &Order, other: &BrokerOrder) -> Result<Order, Refused> {
        let positions = self.held(tenant, on).await?;
        let held = positions.iter().find(|position| position.symbol.is_same_asset(&wanted.symbol));
        let held = held.map_or(Decimal::ZERO, |position| position.qty);
        policy::joined(wanted, other, held).ok_or(Refused::CannotJoin)
    }

    async fn clear_away(
        &self,
        tenant: Tenant,
        on: &Opened,
        in_the_way: &[BrokerOrder],
        interaction: InteractionId,
    ) -> Result<(), Refused> {
        let brokerage = &self.inner().brokerage;
        let meant: Vec<_> = in_the_way.iter().map(|order| order.id).collect();
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
