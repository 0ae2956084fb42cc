//! Autocomplete: accounts, symbols, open orders. Never fails; when in doubt the list is short.

use crate::access::named;
use crate::accounts::Named;
use crate::desk::Desk;
use crate::directory::{MOST, cut};
use crate::refused::Refused;
use crate::views::Choice;
use domain::brokerage::Which;
use domain::ids::BrokerOrderId;
use domain::money::Usd;
use domain::order::{BrokerOrder, Side};
use domain::outcome::ReadFailure;
use domain::tenant::Tenant;
use std::time::Duration;

/// Longest wait for the broker's list; Discord gives an autocomplete three seconds in all.
const LIST: Duration = Duration::from_millis(1500);

impl Desk {
    /// The user's accounts, the default first.
    pub async fn account_choices(&self, tenant: Tenant, typed: &str) -> Vec<Choice> {
        let listed = self.within(LIST, self.accounts(tenant)).await;
        let Some(Ok(mut accounts)) = listed else { return Vec::new() };
        accounts.list.sort_by_key(|account| Some(account.id) != accounts.default);
        let all = accounts.list.into_iter().map(|account| Choice {
            label: cut(&format!("{} · {}", account.name, account.environment)),
            value: account.name.to_string(),
        });
        narrowed(all, typed)
    }

    /// From memory: tickers first, then company names.
    pub fn symbol_choices(&self, typed: &str) -> Vec<Choice> {
        self.inner().directory.choices(typed)
    }

    /// The account's open orders: as the broker shows them, or, when it is slow, as we last saw our own.
    pub async fn open_order_choices(&self, tenant: Tenant, name: Named<'_>, typed: &str) -> Vec<Choice> {
        let shown = self.within(LIST, self.open_orders(tenant, name)).await;
        let listed = if let Some(Ok(choices)) = shown {
            choices
        } else {
            let own = self.within(LIST, self.own_open_orders(tenant, name)).await;
            own.and_then(Result::ok).unwrap_or_default()
        };
        narrowed(listed.into_iter(), typed)
    }

    /// What the account holds, as the broker shows it.
    pub async fn held_choices(&self, tenant: Tenant, name: Named<'_>, typed: &str) -> Vec<Choice> {
        let shown = async {
            let opened = self.open(tenant, name).await.ok()?;
            self.inner().brokerage.positions(&opened.access).await.ok()
        };
        let positions = self.within(LIST, shown).await.flatten().unwrap_or_default();
        let lines = positions.into_iter().map(|position| Choice {
            label: cut(&format!("{} · {}", position.symbol, position.qty.normalize())),
            value: position.symbol.to_string(),
        });
        narrowed(lines, typed)
    }

    async fn open_orders(&self, tenant: Tenant, name: Named<'_>) -> Result<Vec<Choice>, Refused> {
        let opened = self.open(tenant, name).await?;
        let orders = self.inner().brokerage.orders(&opened.access, Which::Open, None, 4 * MOST).await;
        match orders {
            Ok(orders) => Ok(orders.iter().map(|order| choice(order.id, &line(order))).collect()),
            Err(failure @ ReadFailure::Credentials) => Err(self.failed(tenant, &opened.account, failure).await),
            Err(failure) => Err(Refused::Trouble(crate::Trouble::Broker(failure))),
        }
    }

    async fn own_open_orders(&self, tenant: Tenant, name: Named<'_>) -> Result<Vec<Choice>, Refused> {
        let mut tx = self.tx(tenant).await?;
        let account = named(&mut tx, name).await?;
        let open = tx.intents_open(account.id).await?;
        let ours = open.iter().rev().filter_map(|intent| {
            let id = intent.life.broker_order?;
            Some(choice(id, &format!("{} {}", word(intent.order.side), intent.order)))
        });
        Ok(ours.collect())
    }
}

fn choice(id: BrokerOrderId, label: &str) -> Choice {
    Choice { label: cut(label), value: id.to_string() }
}

fn narrowed(choices: impl Iterator<Item = Choice>, typed: &str) -> Vec<Choice> {
    let typed = typed.trim().to_lowercase();
    choices.filter(|choice| choice.label.to_lowercase().contains(&typed) || choice.value == typed).take(MOST).collect()
}

const fn word(side: Side) -> &'static str {
    match side {
        Side::Buy => "Buy",
        Side::Sell => "Sell",
    }
}

/// `Buy 5 AAPL at $184.50 · new · 2 filled`.
fn line(order: &BrokerOrder) -> String {
    let side = order.side.map_or("Order", word);
    let amount = match (order.qty, order.notional) {
        (Some(qty), _) => format!(" {}", qty.normalize()),
        (None, Some(dollars)) => format!(" {}", Usd(dollars)),
        (None, None) => String::new(),
    };
    let price = order.limit_price.map_or_else(|| format!(" {}", order.kind), |price| format!(" at {price}"));
    let filled =
        if order.filled_qty.is_zero() { String::new() } else { format!(" · {} filled", order.filled_qty.normalize()) };
    format!("{side}{amount} {}{price} · {}{filled}", order.symbol, order.status.as_str())
}
