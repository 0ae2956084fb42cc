//! What is read before an order, all at once, and what follows from it: its size, the local rules and the numbers on the card.

mod numbers;

pub use numbers::Numbers;

use crate::access::Opened;
use crate::desk::Desk;
use crate::refused::Refused;
use crate::submit::BUDGET;
use crate::views::{ConfirmCard, Warning};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::America::New_York;
use domain::account::{Asset, BrokerAccount, LinkedAccount, MarketClock, Position, Quote, Snapshot};
use domain::brokerage::{Access, Lane};
use domain::fresh;
use domain::guard::Guards;
use domain::money::{Percent, Price, Usd};
use domain::order::{BrokerOrder, Order, Pricing, Side, TimeInForce};
use domain::outcome::ReadFailure;
use domain::package::{Package, Piece};
use domain::policy::{self, Around};
use domain::sizing::{Amount, Measures, measured};
use domain::symbol::{AssetKind, Symbol};
use domain::tenant::Tenant;
use rust_decimal::Decimal;
use serde_json::json;
use std::collections::HashMap;
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
    /// Of a spread its underlying's.
    pub(crate) snapshot: Result<Snapshot, ReadFailure>,
    /// What a spread itself is quoted at; of any other order there is none.
    pub(crate) package: Option<Package>,
    pub(crate) broker: Result<BrokerAccount, ReadFailure>,
    pub(crate) positions: Result<Vec<Position>, ReadFailure>,
    pub(crate) market: Option<MarketClock>,
    /// Open orders: read for a card's warnings, and for a guard that counts them.
    pub(crate) open: Option<Vec<BrokerOrder>>,
    /// Orders that ended of late: read for a guard that looks for losses.
    pub(crate) ended: Option<Vec<BrokerOrder>>,
    pub(crate) now: DateTime<Utc>,
}

impl Desk {
    /// Reads everything, reckons the size, and checks the rules that can be checked here, and the owner's guards.
    pub(crate) async fn survey(
        &self,
        tenant: Tenant,
        on: &Opened,
        wish: &Order<Amount>,
        for_card: bool,
    ) -> Result<(Order, Surroundings), Refused> {
        policy::check_legs(wish).map_err(Refused::Rule)?;
        let (seen, package) =
            tokio::join!(self.around(tenant, on, &wish.symbol, for_card), self.package(&on.access, wish));
        let seen = Surroundings { package, ..seen? };
        let order = seen.order(wish)?;
        seen.guarded(&on.account.guards, &order)?;
        Ok((order, seen))
    }

    /// Reads everything concurrently.
    pub(crate) async fn around(
        &self,
        tenant: Tenant,
        on: &Opened,
        symbol: &Symbol,
        for_card: bool,
    ) -> Result<Surroundings, Refused> {
        let wait = |lane| self.inner().brokerage.wait(&on.access.meter, lane);
        let (orders, reads) = (wait(Lane::Orders), wait(Lane::Reads));
        if orders > BUDGET || reads > REST {
            return Err(Refused::Busy(orders.max(reads)));
        }
        let (brokerage, market, access) = (&self.inner().brokerage, &self.inner().market, &on.access);
        let (asset, snapshot, broker, positions, clock, open, ended) = tokio::join!(
            self.read_in_turn(ASSET, brokerage.asset(access, symbol)),
            self.read_in_turn(REST, market.snapshot(access, symbol)),
            self.read_in_turn(REST, brokerage.account(access)),
            self.read_in_turn(REST, brokerage.positions(access)),
            self.read_in_turn(REST, self.market_time(access)),
            self.open_around(on, for_card),
            self.ended_around(on),
        );
        if let Ok(clock) = &clock {
            self.inner().session.note(*clock, self.inner().clock.elapsed());
        }
        let asset = match asset {
            Ok(asset) => asset,
            Err(ReadFailure::NotFound) => return Err(Refused::UnknownSymbol(symbol.clone())),
            Err(failure) => return Err(self.failed(tenant, &on.account, failure).await),
        };
        if broker == Err(ReadFailure::Credentials) {
            return Err(self.failed(tenant, &on.account, ReadFailure::Credentials).await);
        }
        let now = self.inner().clock.now();
        Ok(Surroundings { asset, snapshot, package: None, broker, positions, market: clock.ok(), open, ended, now })
    }

    /// What a spread is quoted at, if its legs' quotes can be read; of any other order nothing, and nothing is asked for.
    pub(crate) async fn package<S: Sync>(&self, on: &Access, order: &Order<S>) -> Option<Package> {
        let pieces: Vec<Piece> = order.class.legs().iter().map(Piece::from).collect();
        let quotes = self.quotes(on, &pieces).await?;
        Some(Package::quoted(&order.pricing, order.side, &pieces, &quotes))
    }

    /// The quotes of a spread's legs.
    pub(crate) async fn quotes(&self, on: &Access, pieces: &[Piece]) -> Option<HashMap<Symbol, Quote>> {
        let contracts: Vec<Symbol> = pieces.iter().map(|piece| piece.symbol.clone()).collect();
        if contracts.is_empty() {
            return None;
        }
        self.read_in_turn(REST, self.inner().market.quotes(on, &contracts)).await.ok()
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
        order: Order,
        seen: &Surroundings,
        asked_again: bool,
    ) -> Result<ConfirmCard, Refused> {
        let numbers = seen.numbers(&order)?;
        let quote = seen.quoted(&order);
        let mut tx = self.tx(tenant).await?;
        let settings = tx.settings().await?;
        let is_large = settings.typed_above.is_some_and(|above| numbers.estimate.is_none_or(|worth| worth.0 > above));
        let new = NewTicket {
            id: fresh::ticket(),
            account: account.id,
            environment: account.environment,
            ask: store::Ask::Order { order: Box::new(order.clone()), quote },
            phrase: is_large.then(|| order.phrase(account.environment)),
            batch: None,
            guild: ask.guild,
            lives_for: self.inner().limits.ticket,
        };
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
                "order": order.canonical(),
                "bid": quote.and_then(|quote| quote.bid).map(Price::get),
                "ask": quote.and_then(|quote| quote.ask).map(Price::get),
                "quote_at": quote.map(|quote| quote.at.to_rfc3339()),
                "asked_again": asked_again,
            }),
            ..AuditEntry::of(AuditAction::OrderPreviewed)
        })
        .await?;
        tx.commit().await?;
        let warnings = seen.warnings(&order, numbers, settings.concentration());
        let card = card(account, order, seen, &ticket, numbers);
        Ok(ConfirmCard { warnings, asked_again, ..card })
    }
}

fn card(account: LinkedAccount, order: Order, seen: &Surroundings, ticket: &Ticket, numbers: Numbers) -> ConfirmCard {
    ConfirmCard {
        ticket: ticket.id,
        account,
        warnings: Vec::new(),
        phrase: ticket.phrase.clone(),
        order,
        company: seen.asset.name.clone(),
        quote: seen.quote(),
        package: seen.package.clone(),
        estimate: numbers.estimate,
        buying_power: numbers.buying_power,
        buying_power_after: numbers.buying_power_after,
        fees: numbers.fees,
        held: numbers.held,
        held_after: numbers.held_after,
        market: seen.market,
        asked_again: false,
        at: ticket.created_at,
        expires_at: ticket.expires_at,
    }
}

impl Surroundings {
    /// The order that was wished for, what it costs and what is to be said of it, if rules and guards let it pass.
    pub(crate) fn reckoned(
        &self,
        guards: &Guards,
        wish: &Order<Amount>,
        large: Percent,
    ) -> Result<(Order, Numbers, Vec<Warning>), Refused> {
        let order = self.order(wish)?;
        self.guarded(guards, &order)?;
        let numbers = self.numbers(&order)?;
        let warnings = self.warnings(&order, numbers, large);
        Ok((order, numbers, warnings))
    }

    /// The order that was wished for, with its size, if it keeps the rules.
    fn order(&self, wish: &Order<Amount>) -> Result<Order, Refused> {
        let mut wish = wish.clone();
        // A position spells a pair without its slash; the asset knows better, and a pair has no day.
        if wish.symbol != self.asset.symbol && wish.symbol.is_same_asset(&self.asset.symbol) {
            wish.symbol = self.asset.symbol.clone();
            if wish.time_in_force == TimeInForce::Day {
                wish.time_in_force = TimeInForce::Gtc;
            }
        }
        // Of a spread at the market nobody has said what it is; its legs do.
        if let (Pricing::Market, Some(package)) = (wish.pricing, &self.package) {
            wish.side = package.side;
        }
        let broker = self.broker.as_ref().ok();
        let market = self.met_by(wish.side);
        let is_option = matches!(wish.symbol.kind(), AssetKind::Contract(_));
        let measures = Measures {
            buying_power: broker
                .and_then(|broker| if is_option { broker.cash.or(broker.buying_power) } else { broker.buying_power }),
            equity: broker.and_then(|broker| broker.equity),
            held: self.held(&wish.symbol),
            market,
        };
        let size = measured(&wish, &self.asset, &measures).map_err(Refused::Sizing)?;
        let order = wish.sized(size);
        let today = self.now.with_timezone(&New_York).date_naive();
        policy::check(&order, &self.asset, today).map_err(Refused::Rule)?;
        let around = Around {
            account: broker,
            // What an order holds is free for the one that takes its place.
            holding: self.holding(&order.symbol).filter(|_| order.replaces.is_none()),
            market,
            is_open: self.market.map(|clock| clock.is_open),
            now: self.now,
        };
        policy::check_around(&order, &self.asset, &around).map_err(Refused::Rule)?;
        Ok(order)
    }

    /// Whether what one contract stands for is not what is reckoned with.
    pub(crate) fn is_adjusted(&self, order: &Order) -> bool {
        policy::is_adjusted(&order.symbol, self.asset.terms.as_ref())
    }

    /// What is held, when it could be read.
    pub(crate) fn held(&self, symbol: &Symbol) -> Option<Decimal> {
        self.holding(symbol).map(|(held, _)| held)
    }

    /// What is held and what of it is free, when it could be read.
    fn holding(&self, symbol: &Symbol) -> Option<(Decimal, Decimal)> {
        let positions = self.positions.as_ref().ok()?;
        let held = positions.iter().find(|position| position.symbol.is_same_asset(symbol));
        Some(held.map_or((Decimal::ZERO, Decimal::ZERO), |position| (position.qty, position.qty_available)))
    }

    pub(crate) fn quote(&self) -> Option<Quote> {
        self.snapshot.as_ref().ok().and_then(|snapshot| snapshot.quote)
    }

    /// What the order itself is quoted at.
    fn quoted(&self, order: &Order) -> Option<Quote> {
        if order.class.legs().is_empty() { self.quote() } else { self.package.as_ref().and_then(Package::quote) }
    }

    /// What the order would cost or bring, when that can be said.
    pub(crate) fn estimate(&self, order: &Order) -> Option<Usd> {
        self.numbers(order).ok()?.estimate
    }

    /// The price that an order of that side would meet now, as well as it is known.
    pub(crate) fn met_by(&self, side: Side) -> Option<Price> {
        self.snapshot.as_ref().ok()?.met_by(side)
    }
}
