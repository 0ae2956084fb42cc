//! Whether an entry keeps within its account's guards.

use super::{CoolOff, Guards, Kind, Only, Streak};
use crate::account::Position;
use crate::money::{Price, Usd};
use crate::order::{BrokerOrder, Class, Effect, Order, Side, Size};
use crate::policy;
use crate::symbol::Symbol;
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

/// Whether an order takes on risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// It opens a position, or adds to one.
    Yes,
    /// It only takes from one.
    No,
    /// It depends on what is held, and that could not be read.
    Unknown,
}

/// What an order meets, as far as it could be read.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// What is held.
    pub positions: Option<&'a [Position]>,
    /// Open orders; read only when a guard asks for them.
    pub open: Option<&'a [BrokerOrder]>,
    /// The price that the order would meet now.
    pub market: Option<Price>,
    /// Profit or loss since the previous close.
    pub today: Option<Usd>,
    /// Losing exits in a row; read only when a guard asks for them.
    pub streak: Option<Streak>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// The guard that stopped an entry, with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Break {
    /// The account is paused.
    Paused,
    /// The order is worth too much.
    Order {
        /// The bound.
        most: Usd,
        /// What it is worth.
        worth: Usd,
    },
    /// The position would be worth too much.
    Position {
        /// The bound.
        most: Usd,
        /// What it would be worth.
        after: Usd,
    },
    /// Too much has been lost today.
    DayLoss {
        /// The bound.
        most: Usd,
        /// What was lost.
        lost: Usd,
    },
    /// The symbol is not among those that may be entered.
    NotListed {
        /// What was to be entered.
        symbol: Symbol,
        /// What may be.
        only: Only,
    },
    /// The symbol is among those that may not.
    Denied(Symbol),
    /// The last exits lost.
    CoolOff {
        /// The bound.
        rule: CoolOff,
        /// How many there were.
        losses: u32,
        /// Until then.
        until: DateTime<Utc>,
    },
    /// The price is too far beyond the market's.
    FatFinger {
        /// The bound, in percent.
        most: Decimal,
        /// The order's price.
        limit: Price,
        /// What it is compared with.
        market: Price,
    },
    /// The guard could not be checked, because what it is about could not be read.
    Unread(Kind),
}

/// An entry that a guard stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// By which guard, and why.
    pub because: Break,
    /// From when on that guard is looser, when its owner has asked for that.
    pub loosens: Option<DateTime<Utc>>,
}

impl Break {
    /// Which guard.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Paused => Kind::Pause,
            Self::Order { .. } => Kind::Order,
            Self::Position { .. } => Kind::Position,
            Self::DayLoss { .. } => Kind::DayLoss,
            Self::NotListed { .. } => Kind::Only,
            Self::Denied(_) => Kind::Never,
            Self::CoolOff { .. } => Kind::CoolOff,
            Self::FatFinger { .. } => Kind::FatFinger,
            Self::Unread(kind) => *kind,
        }
    }
}

/// Whether an order is an entry. A spread, or an option order that says that it closes, needs no look at what is held.
pub fn entry(order: &Order, positions: Option<&[Position]>) -> Entry {
    let closes = |effect: Effect| if effect == Effect::Close { Entry::No } else { Entry::Yes };
    match (&order.class, order.effect) {
        (Class::MultiLeg(legs), _) => {
            let all_close = legs.as_slice().iter().all(|leg| leg.effect == Effect::Close);
            return if all_close { Entry::No } else { Entry::Yes };
        }
        // The two exits of a position.
        (Class::Oco(_), _) => return Entry::No,
        (_, Some(effect)) => return closes(effect),
        _ => {}
    }
    let Some(positions) = positions else { return Entry::Unknown };
    let held = held(positions, &order.symbol);
    let against = match order.side {
        Side::Buy => held < Decimal::ZERO,
        Side::Sell => held > Decimal::ZERO,
    };
    let fits = match order.size {
        Size::Shares(qty) => qty.get() <= held.abs(),
        Size::Dollars(_) => true,
    };
    if against && fits { Entry::No } else { Entry::Yes }
}

fn held(positions: &[Position], symbol: &Symbol) -> Decimal {
    let position = positions.iter().find(|position| position.symbol.is_same_asset(symbol));
    position.map_or(Decimal::ZERO, |position| position.qty)
}

/// Checks an order. What is no entry passes; what a guard has to know and nobody could read stops the entry.
///
/// # Errors
/// The first [`Break`], with the moment from which its guard is looser.
pub fn check(guards: &Guards, order: &Order, facts: &Facts<'_>) -> Result<(), Stopped> {
    if entry(order, facts.positions) == Entry::No {
        return Ok(());
    }
    let checks = [paused, symbols, worth, position, fat_finger, day_loss, cool_off];
    checks.iter().try_for_each(|check| check(guards, order, facts)).map_err(|because| {
        let loosens = guards.loosens(because.kind(), facts.now);
        Stopped { because, loosens }
    })
}

fn paused(guards: &Guards, _: &Order, _: &Facts<'_>) -> Result<(), Break> {
    if guards.paused { Err(Break::Paused) } else { Ok(()) }
}

/// An option counts as what it is an option on.
fn symbols(guards: &Guards, order: &Order, facts: &Facts<'_>) -> Result<(), Break> {
    let root = order.symbol.contract().map(|contract| Symbol::from_broker(contract.root));
    let names = |listed: &Symbol| {
        listed.is_same_asset(&order.symbol) || root.as_ref().is_some_and(|root| listed.is_same_asset(root))
    };
    if let Some(only) = guards.only.at(facts.now).filter(|only| !only.0.iter().any(names)) {
        return Err(Break::NotListed { symbol: order.symbol.clone(), only: only.clone() });
    }
    let denied = guards.never.at(facts.now).is_some_and(|never| never.0.iter().any(names));
    if denied { Err(Break::Denied(order.symbol.clone())) } else { Ok(()) }
}

/// What the order is worth at its own price, or at the market's.
fn estimate(order: &Order, facts: &Facts<'_>) -> Option<Decimal> {
    let has_price = order.pricing.limit().or(order.pricing.stop()).is_some() || matches!(order.size, Size::Dollars(_));
    let market = facts.market.filter(|_| order.class.legs().is_empty());
    if !has_price && market.is_none() {
        return None;
    }
    policy::estimate(order, market.map_or(Decimal::ZERO, Price::get)).map(|worth| worth.0.abs())
}

fn worth(guards: &Guards, order: &Order, facts: &Facts<'_>) -> Result<(), Break> {
    let Some(most) = guards.order.at(facts.now) else { return Ok(()) };
    let worth = estimate(order, facts).ok_or(Break::Unread(Kind::Order))?;
    if worth > most.0 { Err(Break::Order { most: Usd(most.0), worth: Usd(worth) }) } else { Ok(()) }
}

/// With what is held and what is ordered on the same side already.
fn position(guards: &Guards, order: &Order, facts: &Facts<'_>) -> Result<(), Break> {
    let Some(most) = guards.position.at(facts.now) else { return Ok(()) };
    let unread = Break::Unread(Kind::Position);
    let after = around(order, facts).and_then(|around| around.checked_add(estimate(order, facts)?)).ok_or(unread)?;
    if after > most.0 { Err(Break::Position { most: Usd(most.0), after: Usd(after.round_dp(2)) }) } else { Ok(()) }
}

/// What is held and ordered besides an order, in dollars at its price. A spread stands for itself.
fn around(order: &Order, facts: &Facts<'_>) -> Option<Decimal> {
    if !order.class.legs().is_empty() {
        return Some(Decimal::ZERO);
    }
    let mut units = held(facts.positions?, &order.symbol).abs();
    let mut dollars = Decimal::ZERO;
    let replaced = order.replaces.map(|replaces| replaces.order);
    let same = |other: &&BrokerOrder| {
        other.symbol.is_same_asset(&order.symbol) && other.side == Some(order.side) && Some(other.id) != replaced
    };
    for other in facts.open?.iter().filter(same) {
        match (other.qty, other.notional) {
            (Some(qty), _) => units = units.checked_add(qty.checked_sub(other.filled_qty)?)?,
            (None, Some(notional)) => dollars = dollars.checked_add(notional)?,
            (None, None) => {}
        }
    }
    if units.is_zero() {
        return Some(dollars);
    }
    let price = order.pricing.limit().or(order.pricing.stop()).or(facts.market)?.get();
    units.checked_mul(price)?.checked_mul(policy::multiplier(order))?.checked_add(dollars)
}

/// Only what costs the user is bounded: a buy above the market, a short sale below it. A limit behind a stop is compared with that.
fn fat_finger(guards: &Guards, order: &Order, facts: &Facts<'_>) -> Result<(), Break> {
    let (Some(most), Some(limit)) = (guards.fat_finger.at(facts.now), order.pricing.limit()) else { return Ok(()) };
    if !order.class.legs().is_empty() {
        return Ok(());
    }
    let market = order.pricing.stop().or(facts.market).ok_or(Break::Unread(Kind::FatFinger))?;
    let beyond = match order.side {
        Side::Buy => limit.get() - market.get(),
        Side::Sell => market.get() - limit.get(),
    };
    let allowed = market.get().checked_mul(most.0).and_then(|part| part.checked_div(Decimal::ONE_HUNDRED));
    if allowed.is_some_and(|allowed| beyond > allowed) {
        return Err(Break::FatFinger { most: most.0, limit, market });
    }
    Ok(())
}

fn day_loss(guards: &Guards, _: &Order, facts: &Facts<'_>) -> Result<(), Break> {
    let Some(most) = guards.day_loss.at(facts.now) else { return Ok(()) };
    let lost = -facts.today.ok_or(Break::Unread(Kind::DayLoss))?.0;
    if lost >= most.0 { Err(Break::DayLoss { most: Usd(most.0), lost: Usd(lost) }) } else { Ok(()) }
}

fn cool_off(guards: &Guards, _: &Order, facts: &Facts<'_>) -> Result<(), Break> {
    let Some(rule) = guards.cool_off.at(facts.now).copied() else { return Ok(()) };
    let streak = facts.streak.ok_or(Break::Unread(Kind::CoolOff))?;
    let until =
        streak.last.filter(|_| streak.losses >= rule.losses).map(|last| last + TimeDelta::minutes(rule.minutes.into()));
    match until.filter(|until| *until > facts.now) {
        Some(until) => Err(Break::CoolOff { rule, losses: streak.losses, until }),
        None => Ok(()),
    }
}
