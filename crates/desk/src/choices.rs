//! Autocomplete: accounts, symbols, open orders. Never fails; when in doubt the list is short.

use crate::access::named;
use crate::accounts::Named;
use crate::desk::Desk;
use crate::directory::{MOST, cut};
use crate::refused::Refused;
use crate::view::{ALL_LIVE, ALL_PAPER};
use crate::views::Choice;
use chrono::NaiveDate;
use domain::account::{Environment, Position};
use domain::brokerage::Which;
use domain::ids::BrokerOrderId;
use domain::money::Usd;
use domain::order::{BrokerOrder, Side};
use domain::outcome::ReadFailure;
use domain::symbol::Symbol;
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

    /// The same, and all accounts of a kind together where there are several.
    pub async fn owner_choices(&self, tenant: Tenant, typed: &str) -> Vec<Choice> {
        let listed = self.within(LIST, self.accounts(tenant)).await;
        let Some(Ok(accounts)) = listed else { return Vec::new() };
        let several = |environment| accounts.list.iter().filter(|it| it.environment == environment).count() > 1;
        let all = [(Environment::Paper, ALL_PAPER), (Environment::Live, ALL_LIVE)].into_iter();
        let all = all.filter(|(environment, _)| several(*environment)).map(|(environment, value)| Choice {
            label: format!("All {environment} accounts together"),
            value: value.to_owned(),
        });
        let mut choices = self.account_choices(tenant, typed).await;
        choices.truncate(MOST - 2);
        choices.extend(narrowed(all, typed));
        choices
    }

    /// What an account holds.
    pub async fn holding_choices(&self, tenant: Tenant, name: Named<'_>, typed: &str) -> Vec<Choice> {
        let held = self.within(LIST, async {
            let opened = self.open(tenant, name).await.ok()?;
            self.inner().brokerage.positions(&opened.access).await.ok()
        });
        let positions = held.await.flatten().unwrap_or_default();
        let line = |position: Position| Choice {
            label: cut(&format!("{} · {}", position.symbol, position.qty.normalize())),
            value: position.symbol.to_string(),
        };
        narrowed(positions.into_iter().map(line), typed)
    }

    /// An account's watchlists.
    pub async fn watchlist_choices(&self, tenant: Tenant, name: Named<'_>, typed: &str) -> Vec<Choice> {
        let listed = self.within(LIST, async {
            let opened = self.open(tenant, name).await.ok()?;
            self.inner().records.watchlists(&opened.access).await.ok()
        });
        let lists = listed.await.flatten().unwrap_or_default();
        narrowed(lists.into_iter().map(|list| Choice { label: cut(&list.name), value: list.name }), typed)
    }

    /// The days on which options on a symbol expire.
    pub async fn expiry_choices(&self, tenant: Tenant, symbol: &str, typed: &str) -> Vec<Choice> {
        let Ok(symbol) = Symbol::parse(symbol) else { return Vec::new() };
        let days = self.within(LIST, self.expiry_days(tenant, &symbol)).await.and_then(Result::ok).unwrap_or_default();
        let line = |day: NaiveDate| Choice { label: day.format("%a %-d %b %Y").to_string(), value: day.to_string() };
        narrowed(days.into_iter().map(line), typed)
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
pub(crate) fn line(order: &BrokerOrder) -> String {
    let is_spread = order.class == "mleg";
    let side = if is_spread { "Trade" } else { order.side.map_or("Order", word) };
    let amount = match (order.qty, order.notional) {
        (Some(qty), _) => format!(" {}", qty.normalize()),
        (None, Some(dollars)) => format!(" {}", Usd(dollars)),
        (None, None) => String::new(),
    };
    let net = match order.side.filter(|_| is_spread) {
        Some(Side::Buy) => " debit",
        Some(Side::Sell) => " credit",
        None => "",
    };
    let price = order.limit_price.map_or_else(|| format!(" {}", order.kind), |price| format!(" at {price}{net}"));
    let spread = if is_spread { " spread" } else { "" };
    let filled =
        if order.filled_qty.is_zero() { String::new() } else { format!(" · {} filled", order.filled_qty.normalize()) };
    format!("{side}{amount} {}{spread}{price} · {}{filled}", order.symbol, order.status.as_str())
}
