//! Replacing an open order: new terms in its place, under a name of their own, through the same ticket, intent and one call.

use crate::desk::Desk;
use crate::place::Ask;
use crate::refused::Refused;
use crate::views::Placed;
use domain::ids::{BrokerOrderId, InteractionId};
use domain::outcome::ReadFailure;
use domain::policy::{self, Edits};
use domain::sizing::Amount;
use domain::tenant::Tenant;
use std::time::Duration;

/// Longest wait for the order.
const LOOK: Duration = Duration::from_secs(8);

/// What the user asked for.
#[derive(Clone, Debug)]
pub struct Replace {
    /// Which account, by name; the default when `None`.
    pub account: Option<String>,
    /// Which order.
    pub order: BrokerOrderId,
    /// What changes.
    pub edits: Edits,
    /// The user wants the card in any case.
    pub card: bool,
    /// The command's interaction.
    pub interaction: InteractionId,
    /// The server it was sent in.
    pub guild: Option<i64>,
}

impl Desk {
    /// Puts an order with new terms in the place of an open one.
    ///
    /// # Errors
    /// [`Refused::NoSuchOrder`]; [`Refused::Rule`] when it cannot be replaced so; all of [`Desk::place`].
    pub async fn replace(&self, tenant: Tenant, replace: Replace) -> Result<Placed, Refused> {
        let opened = self.open(tenant, replace.account.as_deref()).await?;
        let old = match self.read(LOOK, self.inner().brokerage.order(&opened.access, replace.order)).await {
            Ok(old) => old,
            Err(ReadFailure::NotFound) => return Err(Refused::NoSuchOrder),
            Err(failure) => return Err(self.failed(tenant, &opened.account, failure).await),
        };
        drop(opened);
        let order = policy::replacement(&old, &replace.edits).map_err(Refused::Rule)?;
        let exactly = Amount::Exactly(order.size);
        let Replace { account, card, interaction, guild, .. } = replace;
        self.place(tenant, Ask { account, order: order.sized(exactly), card, interaction, guild }).await
    }
}
