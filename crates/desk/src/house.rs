//! What the admins of a server forbid there. It holds in direct messages, too, for whoever came from that server.

use crate::desk::Desk;
use crate::place::Ask;
use crate::preview::Surroundings;
use crate::refused::Refused;
use domain::account::{Environment, LinkedAccount};
use domain::ids::InteractionId;
use domain::money::Usd;
use domain::order::{Order, Side};
use domain::tenant::Tenant;
use serde_json::json;
use store::{AuditAction, AuditEntry, ServerRules};

/// Which rule is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleChange {
    /// Whether orders with real money are forbidden.
    ForbidLive(bool),
    /// The most that one buy with real money may cost; `None` for no limit.
    Most(Option<Usd>),
}

impl Desk {
    /// What that server forbids.
    ///
    /// # Errors
    /// [`Refused::Trouble`].
    pub async fn server_rules(&self, tenant: Tenant, guild: i64) -> Result<ServerRules, Refused> {
        Ok(self.tx(tenant).await?.server_rules(guild).await?)
    }

    /// Changes what a server forbids. That the user may, Discord has said with the interaction.
    ///
    /// # Errors
    /// [`Refused::AlreadyHandled`], [`Refused::Trouble`].
    pub async fn change_server_rules(
        &self,
        tenant: Tenant,
        guild: i64,
        change: RuleChange,
        interaction: InteractionId,
    ) -> Result<ServerRules, Refused> {
        let mut tx = self.begin(tenant, interaction).await?;
        let mut rules = tx.server_rules(guild).await?;
        match change {
            RuleChange::ForbidLive(forbids) => rules.forbids_live = forbids,
            RuleChange::Most(most) => rules.most = most,
        }
        tx.set_server_rules(guild, rules).await?;
        tx.audit(&AuditEntry {
            interaction: Some(interaction),
            detail: json!({ "guild": guild, "forbids_live": rules.forbids_live, "most": rules.most.map(|usd| usd.0) }),
            ..AuditEntry::of(AuditAction::ServerRulesChanged)
        })
        .await?;
        tx.commit().await?;
        Ok(rules)
    }

    /// Whether the servers that the user came from let a live order pass. A limit holds buys only: selling gets out.
    pub(crate) async fn servers_allow(
        &self,
        tenant: Tenant,
        account: &LinkedAccount,
        ask: &Ask,
        order: &Order,
        seen: &Surroundings,
    ) -> Result<(), Refused> {
        match self.most_here(tenant, account, ask.guild).await? {
            // An adjusted contract, whose worth nobody reckons, can only be closed.
            Some(most) if order.side == Side::Buy && !seen.is_adjusted(order) => {
                let fits = seen.estimate(order).is_some_and(|cost| cost.0 <= most.0);
                if fits { Ok(()) } else { Err(Refused::OverServerLimit(most)) }
            }
            _ => Ok(()),
        }
    }

    /// What one order of that account may be worth there, when there is a limit; refused where live accounts do not trade.
    pub(crate) async fn most_here(
        &self,
        tenant: Tenant,
        account: &LinkedAccount,
        guild: Option<i64>,
    ) -> Result<Option<Usd>, Refused> {
        if account.environment == Environment::Paper {
            return Ok(None);
        }
        let rules = self.tx(tenant).await?.rules_for_me(guild).await?;
        if rules.forbids_live { Err(Refused::ServerForbidsLive) } else { Ok(rules.most) }
    }
}
