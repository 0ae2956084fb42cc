//! What is read before an order, all at once, and what follows from it: the local rules and the numbers on the card.

use crate::access::Opened;
use crate::desk::Desk;
use crate::refused::{Refused, Trouble};
use crate::submit::BUDGET;
use crate::views::ConfirmCard;
use chrono::TimeDelta;
use domain::account::{Asset, BrokerAccount, LinkedAccount, MarketClock, Position, Snapshot};
use domain::brokerage::Lane;
use domain::fresh;
use domain::money::Usd;
use domain::order::{Order, Side, Size};
use domain::outcome::ReadFailure;
use domain::policy::{self, RuleBreak};
use domain::tenant::Tenant;
use rust_decimal::Decimal;
use serde_json::json;
use std::time::Duration;
use store::{AuditAction, AuditEntry, NewTicket, Ticket};

/// Longest wait for the asset, without which there is no preview.
const ASSET: Duration = Duration::from_secs(8);
/// Longest wait for everything else.
const REST: Duration = Duration::from_secs(4);

/// How often it is looked whether a read still stands in line, and how long it may stand there all in all.
const TICK: Duration = Duration::from_millis(250);
const IN_LINE: Duration = Duration::from_secs(30);

/// What was read.
pub(crate) struct Surroundings {
    pub(crate) asset: Asset,
    pub(crate) snapshot: Result<Snapshot, ReadFailure>,
    pub(crate) broker: Result<BrokerAccount, ReadFailure>,
    pub(crate) positions: Result<Vec<Position>, ReadFailure>,
    pub(crate) market: Option<MarketClock>,
}

impl Desk {
    /// Reads everything concurrently and checks the rules that can be checked here.
    pub(crate) async fn survey(&self, tenant: Tenant, on: &Opened, order: &Order) -> Result<Surroundings, Refused> {
        let wait = |lane| self.inner().brokerage.wait(&on.access.meter, lane);
        let (orders, reads) = (wait(Lane::Orders), wait(Lane::Reads));
        if orders > BUDGET || reads > REST {
            return Err(Refused::Busy(orders.max(reads)));
        }
        let (brokerage, market, access) = (&self.inner().brokerage, &self.inner().market, &on.access);
        let (asset, snapshot, broker, positions, clock) = tokio::join!(
            self.read_in_turn(ASSET, brokerage.asset(access, &order.symbol)),
            self.read_in_turn(REST, market.snapshot(access, &order.symbol)),
            self.read_in_turn(REST, brokerage.account(access)),
            self.read_in_turn(REST, brokerage.positions(access)),
            self.read_in_turn(REST, self.market_time(access)),
        );
        if let Ok(clock) = &clock {
            self.inner().session.note(*clock, self.inner().clock.elapsed());
        }
        let asset = match asset {
            Ok(asset) => asset,
            Err(ReadFailure::NotFound) => return Err(Refused::UnknownSymbol(order.symbol.clone())),
            Err(failure) => return Err(self.failed(tenant, &on.account, failure).await),
        };
        if broker == Err(ReadFailure::Credentials) {
            return Err(self.failed(tenant, &on.account, ReadFailure::Credentials).await);
        }
        policy::check(order, &asset).map_err(Refused::Rule)?;
        let seen = Surroundings { asset, snapshot, broker, positions, market: clock.ok() };
        seen.check_holdings(order).map_err(Refused::Rule)?;
        Ok(seen)
    }

    /// A read that somebody waits for, who sees how long the queue is (see [`Desk::queued`]). `span` is for the broker to answer
    /// in; standing in the account's line is not its silence, and is not called so.
    pub(crate) async fn read_in_turn<T>(
        &self,
        span: Duration,
        read: impl Future<Output = Result<T, ReadFailure>> + Send,
    ) -> Result<T, ReadFailure> {
        let mut read = std::pin::pin!(read);
        let clock = &self.inner().clock;
        let (mut silent, mut queued) = (Duration::ZERO, Duration::ZERO);
        loop {
            let began = clock.elapsed();
            if let Some(done) = self.within(TICK.min(span), read.as_mut()).await {
                return done;
            }
            let (passed, wait) = (clock.elapsed().saturating_sub(began), self.queued(Lane::Reads));
            if wait.is_zero() {
                silent += passed;
            } else {
                queued += passed;
            }
            if silent >= span {
                return Err(ReadFailure::Unavailable);
            }
            if queued >= IN_LINE {
                let until = TimeDelta::from_std(wait).ok().map(|wait| clock.now() + wait);
                return Err(ReadFailure::RateLimited { until });
            }
        }
    }

    /// A read that is not waited for longer than it is worth.
    pub(crate) async fn read<T>(
        &self,
        span: Duration,
        read: impl Future<Output = Result<T, ReadFailure>> + Send,
    ) -> Result<T, ReadFailure> {
        self.within(span, read).await.unwrap_or(Err(ReadFailure::Unavailable))
    }

    /// Stores the ticket with its audit entry, and gives the card that shows just what it says.
    pub(crate) async fn issue_card(
        &self,
        tenant: Tenant,
        account: LinkedAccount,
        ask: &crate::place::Ask,
        seen: &Surroundings,
        asked_again: bool,
    ) -> Result<ConfirmCard, Refused> {
        let numbers = seen.numbers(&ask.order)?;
        let quote = seen.snapshot.as_ref().ok().and_then(|snapshot| snapshot.quote);
        let new = NewTicket {
            id: fresh::ticket(),
            account: account.id,
            environment: account.environment,
            ask: store::Ask::Order { order: Box::new(ask.order.clone()), quote },
            guild: ask.guild,
            lives_for: self.inner().limits.ticket,
        };
        let mut tx = self.tx(tenant).await?;
        // The second card of one click carries the click's interaction, which has been noted with the first intent.
        if !asked_again && tx.interaction_seen(ask.interaction).await? {
            return Err(Refused::AlreadyHandled);
        }
        let ticket = tx.insert_ticket(&new).await?;
        tx.audit(&AuditEntry {
            account: Some(account.id),
            interaction: Some(ask.interaction),
            detail: json!({
                "ticket": ticket.id,
                "environment": account.environment.as_str(),
                "order": ask.order.canonical(),
                "bid": quote.and_then(|quote| quote.bid).map(domain::money::Price::get),
                "ask": quote.and_then(|quote| quote.ask).map(domain::money::Price::get),
                "quote_at": quote.map(|quote| quote.at.to_rfc3339()),
                "asked_again": asked_again,
            }),
            ..AuditEntry::of(AuditAction::OrderPreviewed)
        })
        .await?;
        tx.commit().await?;
        Ok(card(account, ask.order.clone(), seen, &ticket, numbers, asked_again))
    }
}

/// The numbers of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Numbers {
    estimate: Option<Usd>,
    buying_power: Option<Usd>,
    buying_power_after: Option<Usd>,
    held: Decimal,
    held_after: Option<Decimal>,
}

fn card(
    account: LinkedAccount,
    order: Order,
    seen: &Surroundings,
    ticket: &Ticket,
    numbers: Numbers,
    asked_again: bool,
) -> ConfirmCard {
    ConfirmCard {
        ticket: ticket.id,
        account,
        order,
        company: seen.asset.name.clone(),
        quote: seen.snapshot.as_ref().ok().and_then(|snapshot| snapshot.quote),
        estimate: numbers.estimate,
        buying_power: numbers.buying_power,
        buying_power_after: numbers.buying_power_after,
        held: numbers.held,
        held_after: numbers.held_after,
        market: seen.market,
        asked_again,
        at: ticket.created_at,
        expires_at: ticket.expires_at,
    }
}

impl Surroundings {
    /// What is held and what of it is free, when it could be read.
    fn holding(&self, order: &Order) -> Option<(Decimal, Decimal)> {
        let positions = self.positions.as_ref().ok()?;
        let held = positions.iter().find(|position| position.symbol == order.symbol);
        Some(held.map_or((Decimal::ZERO, Decimal::ZERO), |position| (position.qty, position.qty_available)))
    }

    /// Selling more than is free is refused here, unless it could open a short position: from nothing held (one order
    /// cannot cross zero), in whole shares, with shorting on. A hint only, when it can be known.
    fn check_holdings(&self, order: &Order) -> Result<(), RuleBreak> {
        let (Side::Sell, Some((held, free))) = (order.side, self.holding(order)) else { return Ok(()) };
        let free = free.max(Decimal::ZERO);
        let may_short = held <= Decimal::ZERO
            && self.asset.shortable
            && self.broker.as_ref().map_or(true, |broker| broker.shorting_enabled);
        let fits = match order.size {
            Size::Shares(qty) => qty.get() <= free || (may_short && qty.is_whole()),
            Size::Dollars(_) => free > Decimal::ZERO,
        };
        if fits { Ok(()) } else { Err(RuleBreak::SellsMoreThanHeld { held: free }) }
    }

    /// What the order would cost or bring, when that can be said.
    pub(crate) fn estimate(&self, order: &Order) -> Option<Usd> {
        self.numbers(order).ok()?.estimate
    }

    /// What the card says. Without a price for a market order, or without the position, it would say less than it must.
    fn numbers(&self, order: &Order) -> Result<Numbers, Refused> {
        let Some((held, _)) = self.holding(order) else {
            let failure = self.positions.as_ref().err().cloned().unwrap_or(ReadFailure::Unavailable);
            return Err(Refused::Trouble(Trouble::Broker(failure)));
        };
        let reference = self.snapshot.as_ref().ok().and_then(|snapshot| {
            snapshot.quote.and_then(|quote| quote.far_side(order.side)).or(snapshot.last).or(snapshot.previous_close)
        });
        let limited = order.pricing.limit().or(order.pricing.stop()).is_some();
        if reference.is_none() && !limited {
            return Err(match &self.snapshot {
                Ok(_) | Err(ReadFailure::NotFound) => Refused::NoQuote(order.symbol.clone()),
                Err(failure) => Refused::Trouble(Trouble::Broker(failure.clone())),
            });
        }
        // A limit order's estimate does not look at the reference.
        let estimate = policy::estimate(order, reference.map_or(Decimal::ZERO, domain::money::Price::get));
        let buying_power = self.broker.as_ref().ok().and_then(|broker| broker.buying_power);
        let buying_power_after = match (order.side, buying_power, estimate) {
            (Side::Buy, Some(power), Some(cost)) => power.0.checked_sub(cost.0).map(Usd),
            _ => None,
        };
        let held_after = match (order.size, order.side) {
            (Size::Shares(qty), Side::Buy) => held.checked_add(qty.get()),
            (Size::Shares(qty), Side::Sell) => held.checked_sub(qty.get()),
            (Size::Dollars(_), _) => None,
        };
        Ok(Numbers { estimate, buying_power, buying_power_after, held, held_after })
    }
}

#[cfg(test)]
mod tests;
