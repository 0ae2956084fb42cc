//! A slip with the market and the account beside it, and the order that it becomes.

use super::{Filled, Gap, Numbers, Slip};
use crate::desk::Desk;
use crate::option::OptionDraft;
use crate::place::Ask;
use crate::refused::Refused;
use crate::view::View;
use crate::views::{Placed, Warning};
use chrono::{DateTime, Utc};
use domain::account::{LinkedAccount, MarketClock, Quote};
use domain::ids::{AccountId, InteractionId, ViewId};
use domain::money::Usd;
use domain::order::Order;
use domain::sizing::Amount;
use domain::tenant::Tenant;
use rust_decimal::Decimal;
use store::StoreError;

/// What a slip comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Reckoned {
    /// Nothing yet: this is missing.
    Missing(Vec<Gap>),
    /// Nothing as it stands: a rule, a guard, or what could not be read is in the way.
    Stopped(Refused),
    /// An order.
    Order {
        /// Exactly what would be sent now.
        order: Box<Order>,
        /// What it costs.
        numbers: Numbers,
        /// What a trader would want to be told before it goes out.
        warnings: Vec<Warning>,
    },
}

/// `/ticket`.
#[derive(Clone, Debug)]
pub struct SlipPage {
    /// Which account would trade.
    pub account: LinkedAccount,
    /// What was said.
    pub slip: Slip,
    /// The company's or fund's name; may be empty.
    pub company: String,
    /// The quote now.
    pub quote: Option<Quote>,
    /// Buying power now.
    pub buying_power: Option<Usd>,
    /// Held now, signed.
    pub held: Option<Decimal>,
    /// The market's clock.
    pub market: Option<MarketClock>,
    /// What it comes to.
    pub reckoned: Reckoned,
    /// When it was read.
    pub at: DateTime<Utc>,
}

impl Desk {
    pub(crate) async fn slip_page(&self, tenant: Tenant, slip: &Slip) -> Result<SlipPage, Refused> {
        let on = self.open_one(tenant, slip.account).await?;
        let wish = slip.order();
        let large = self.settings(tenant).await?.concentration();
        let seen = self.around(tenant, &on, &slip.symbol, wish.is_some()).await?;
        let reckoned = match wish {
            None => Reckoned::Missing(slip.gaps()),
            Some(wish) => {
                let order = self.may_order(&on.account).and(wish);
                match order.and_then(|wish| seen.reckoned(&on.account.guards, &wish, large)) {
                    Ok((order, numbers, warnings)) => Reckoned::Order { order: Box::new(order), numbers, warnings },
                    Err(refused) => Reckoned::Stopped(refused),
                }
            }
        };
        Ok(SlipPage {
            company: seen.asset.name.clone(),
            quote: seen.quote(),
            buying_power: seen.broker.as_ref().ok().and_then(|broker| broker.buying_power),
            held: seen.held(&slip.symbol),
            market: seen.market,
            at: seen.now,
            account: on.account,
            slip: slip.clone(),
            reckoned,
        })
    }

    /// What was typed into a ticket's form, as the ticket that it makes.
    ///
    /// # Errors
    /// [`Refused::ViewGone`] when the form belongs to no such ticket of this user's; what `read` says; [`Refused::Trouble`].
    pub async fn fill(
        &self,
        tenant: Tenant,
        view: ViewId,
        read: impl FnOnce(&Slip) -> Result<Filled, Refused> + Send,
    ) -> Result<View, Refused> {
        let View::Ticket(slip) = self.view_of(tenant, view).await? else { return Err(Refused::ViewGone) };
        Ok(View::Ticket(slip.filled(&read(&slip)?)))
    }

    /// The card of an order that was put together, at the prices of this moment.
    ///
    /// # Errors
    /// [`Refused::ViewGone`] when the button leads to no such order, or something is missing; [`Refused::NoQuote`]; all of
    /// [`Desk::show`] and of [`Desk::place`].
    pub async fn put_together(
        &self,
        tenant: Tenant,
        view: ViewId,
        interaction: InteractionId,
        guild: Option<i64>,
    ) -> Result<Placed, Refused> {
        let (account, order) = match self.view_of(tenant, view).await? {
            View::Option(draft) => self.drafted(tenant, &draft).await?,
            View::Ticket(slip) => (self.name_of(tenant, slip.account).await?, slip.order().ok_or(Refused::ViewGone)??),
            _ => return Err(Refused::ViewGone),
        };
        self.place(tenant, Ask { account: Some(account), order, card: true, interaction, guild }).await
    }

    async fn drafted(&self, tenant: Tenant, draft: &OptionDraft) -> Result<(String, Order<Amount>), Refused> {
        let page = self.option_page(tenant, draft).await?;
        if page.legs.is_empty() {
            return Err(Refused::ViewGone);
        }
        let order = page.order().ok_or_else(|| Refused::NoQuote(draft.underlying.clone()))?;
        Ok((page.account.name.to_string(), order))
    }

    async fn name_of(&self, tenant: Tenant, account: AccountId) -> Result<String, Refused> {
        match self.tx(tenant).await?.account(account).await {
            Err(StoreError::NotFound) => Err(Refused::ViewGone),
            other => Ok(other?.name.to_string()),
        }
    }
}
