//! After the order: moved to the market, given new terms, placed once more. Each is an order of its own and goes the way of any
//! other: rules, guards, card or intent, one call.

use crate::desk::Desk;
use crate::place::Ask;
use crate::refused::{Refused, Trouble};
use crate::replace::Replace;
use crate::views::Placed;
use domain::ids::{IntentId, InteractionId};
use domain::order::Order;
use domain::policy::Edits;
use domain::sizing::Amount;
use domain::symbol::AssetKind;
use domain::tenant::Tenant;
use domain::waiting::Touch;
use rust_decimal::Decimal;
use std::time::Duration;
use store::StoreError;

/// Longest wait for the quote, and for a coin's steps.
const QUOTE: Duration = Duration::from_secs(4);

/// A press under a receipt.
#[derive(Clone, Copy, Debug)]
pub struct Press {
    /// Which order.
    pub intent: IntentId,
    /// The press.
    pub interaction: InteractionId,
    /// Where; `None` in a DM.
    pub guild: Option<i64>,
}

impl Desk {
    /// Puts an order with new terms in the place of a receipt's.
    ///
    /// # Errors
    /// All of [`Desk::replace`].
    pub async fn replace_sent(&self, tenant: Tenant, press: Press, edits: Edits) -> Result<Placed, Refused> {
        let (opened, order) = self.order_of(tenant, press.intent).await?;
        let account = Some(opened.account.name.to_string());
        drop(opened);
        let Press { interaction, guild, .. } = press;
        self.replace(tenant, Replace { account, order, edits, card: false, interaction, guild }).await
    }

    /// Moves the limit of a receipt's order to the market.
    ///
    /// # Errors
    /// [`Refused::NoQuote`]; all of [`Desk::replace`].
    pub async fn nudge(&self, tenant: Tenant, press: Press, to: Touch) -> Result<Placed, Refused> {
        let Order { symbol, side, .. } = self.sent_order(tenant, press.intent).await?.1;
        let (opened, _) = self.order_of(tenant, press.intent).await?;
        let (quote, step) = tokio::join!(
            self.read(QUOTE, self.inner().market.quote(&opened.access, &symbol)),
            self.price_step(&opened.access, &symbol),
        );
        let quote = match quote {
            Ok(quote) => quote,
            Err(domain::outcome::ReadFailure::NotFound) => return Err(Refused::NoQuote(symbol)),
            Err(failure) => return Err(self.failed(tenant, &opened.account, failure).await),
        };
        drop(opened);
        let limit = to.price(side, quote.bid, quote.ask, step?).ok_or(Refused::NoQuote(symbol))?;
        self.replace_sent(tenant, press, Edits { limit: Some(limit), ..Edits::default() }).await
    }

    /// The same order once more.
    ///
    /// # Errors
    /// [`Refused::NoSuchOrder`]; all of [`Desk::place`].
    pub async fn repeat(&self, tenant: Tenant, press: Press) -> Result<Placed, Refused> {
        let (account, order) = self.sent_order(tenant, press.intent).await?;
        let exactly = Amount::Exactly(order.size);
        let order = Order { replaces: None, ..order.sized(exactly) };
        let Press { interaction, guild, .. } = press;
        self.place(tenant, Ask { account: Some(account), order, card: false, interaction, guild }).await
    }

    /// What was decided, and for which account.
    async fn sent_order(&self, tenant: Tenant, intent: IntentId) -> Result<(String, Order), Refused> {
        let mut tx = self.tx(tenant).await?;
        let read = async {
            let intent = tx.intent(intent).await?;
            Ok((tx.account(intent.account).await?.name.to_string(), intent.order))
        };
        match read.await {
            Err(StoreError::NotFound) => Err(Refused::NoSuchOrder),
            other => Ok(other?),
        }
    }

    /// A coin's price has steps of its own; any other's follow from the price.
    async fn price_step(
        &self,
        on: &domain::brokerage::Access,
        symbol: &domain::symbol::Symbol,
    ) -> Result<Option<Decimal>, Refused> {
        if symbol.kind() != AssetKind::Crypto {
            return Ok(None);
        }
        let asset = self.read(QUOTE, self.inner().brokerage.asset(on, symbol)).await;
        asset.map(|asset| asset.steps.price).map_err(|failure| Refused::Trouble(Trouble::Broker(failure)))
    }
}
