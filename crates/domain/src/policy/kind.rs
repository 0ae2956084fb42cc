//! What each kind of asset takes: pricing, time in force, class, hours, quantity.

use super::{Part, RuleBreak};
use crate::account::Asset;
use crate::money::{Percent, Price, Quantity};
use crate::order::{Class, Exit, Order, Pricing, Side, Size, StopLoss, TimeInForce, Trail};
use crate::symbol::AssetKind;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The least that a trailing stop follows behind, in percent.
const LEAST_TRAIL: Decimal = Decimal::from_parts(1, 0, 0, false, 1);
/// The most that one crypto order may be worth.
const CRYPTO_MOST: Decimal = Decimal::from_parts(200_000, 0, 0, false, 0);

/// Checks an order against what is known of its asset. `today` is New York's.
///
/// # Errors
/// The first [`RuleBreak`] found.
pub fn check(order: &Order, asset: &Asset, today: NaiveDate) -> Result<(), RuleBreak> {
    if !(asset.active && asset.tradable) {
        return Err(RuleBreak::NotTradable(order.symbol.to_string()));
    }
    match (order.symbol.kind(), &order.class) {
        (_, Class::MultiLeg(legs)) => {
            let expiries =
                legs.as_slice().iter().filter_map(|leg| leg.symbol.contract()).map(|contract| contract.expiry);
            option(order, expiries.min(), today)
        }
        (AssetKind::Contract(contract), _) => option(order, Some(contract.expiry), today),
        (AssetKind::Crypto, _) => crypto(order, asset),
        (AssetKind::Equity, _) => equity(order, asset),
    }
}

fn equity(order: &Order, asset: &Asset) -> Result<(), RuleBreak> {
    if order.effect.is_some() {
        return Err(RuleBreak::EffectNeedsOption);
    }
    fraction(order, asset)?;
    hours(order)?;
    let is_market_or_limit = matches!(order.pricing, Pricing::Market | Pricing::Limit(_));
    let is_usual = matches!(order.time_in_force, TimeInForce::Day | TimeInForce::Gtc);
    if !is_usual && !is_market_or_limit {
        return Err(RuleBreak::TimeNeedsMarketOrLimit(order.time_in_force));
    }
    if asset.exchange == "OTC" && (order.pricing.trail().is_some() || !is_usual) {
        return Err(RuleBreak::OverTheCounter(order.symbol.to_string()));
    }
    if asset.has("ipo") && !matches!(order.pricing, Pricing::Limit(_)) {
        return Err(RuleBreak::IpoNeedsLimit(order.symbol.to_string()));
    }
    if matches!(order.pricing, Pricing::Trail(Trail::Percent(percent)) if Percent::get(percent) < LEAST_TRAIL) {
        return Err(RuleBreak::TrailTooSmall);
    }
    increments(order, Price::step)?;
    exits(order)
}

/// Fractions, and amounts of money.
fn fraction(order: &Order, asset: &Asset) -> Result<(), RuleBreak> {
    let symbol = || order.symbol.to_string();
    match order.size {
        Size::Shares(qty) if qty.is_whole() => return Ok(()),
        Size::Dollars(usd) if order.side == Side::Buy && usd.0 < Decimal::ONE => return Err(RuleBreak::BelowOneDollar),
        Size::Shares(_) | Size::Dollars(_) => {}
    }
    if !asset.fractionable {
        Err(RuleBreak::NotFractionable(symbol()))
    } else if order.time_in_force != TimeInForce::Day {
        Err(RuleBreak::FractionNeedsDay)
    } else if order.pricing.trail().is_some() {
        Err(RuleBreak::FractionTrails)
    } else if order.class != Class::Simple {
        Err(RuleBreak::FractionNeedsSimple)
    } else if order.extended_hours && !asset.has("fractional_eh_enabled") {
        Err(RuleBreak::FractionExtended(symbol()))
    } else {
        Ok(())
    }
}

fn hours(order: &Order) -> Result<(), RuleBreak> {
    if !order.extended_hours {
        Ok(())
    } else if !matches!(order.pricing, Pricing::Limit(_)) {
        Err(RuleBreak::ExtendedNeedsLimit)
    } else if !matches!(order.time_in_force, TimeInForce::Day | TimeInForce::Gtc) {
        Err(RuleBreak::ExtendedNeedsDayOrGtc)
    } else if order.class == Class::Simple {
        Ok(())
    } else {
        Err(RuleBreak::ExtendedNeedsSimple)
    }
}

/// Every price of the order, by what it is.
fn prices(order: &Order) -> impl Iterator<Item = (Part, Price)> {
    let trail = match order.pricing.trail() {
        Some(Trail::Price(price)) => Some(price),
        Some(Trail::Percent(_)) | None => None,
    };
    let loss = order.class.stop_loss();
    [
        (Part::Limit, order.pricing.limit()),
        (Part::Stop, order.pricing.stop()),
        (Part::Trail, trail),
        (Part::TakeProfit, order.class.take_profit()),
        (Part::StopLoss, loss.map(|loss| loss.stop)),
        (Part::StopLossLimit, loss.and_then(|loss| loss.limit)),
    ]
    .into_iter()
    .filter_map(|(part, price)| Some((part, price?)))
}

fn increments(order: &Order, step: impl Fn(Price) -> Decimal) -> Result<(), RuleBreak> {
    for (part, price) in prices(order) {
        let step = step(price);
        if !is_multiple(price.get(), step) {
            return Err(RuleBreak::PriceIncrement { part, step });
        }
    }
    Ok(())
}

fn is_multiple(number: Decimal, step: Decimal) -> bool {
    step.is_zero() || number.checked_rem(step).is_some_and(|rest| rest.is_zero())
}

/// Brackets and their kin: what goes with exits, and where these stand to each other and to the entry.
fn exits(order: &Order) -> Result<(), RuleBreak> {
    let (exit, take, loss) = match &order.class {
        Class::Simple | Class::MultiLeg(_) => return Ok(()),
        Class::Bracket { take_profit, stop_loss } => (order.side.opposite(), Some(*take_profit), Some(*stop_loss)),
        Class::Oto(Exit::TakeProfit(price)) => (order.side.opposite(), Some(*price), None),
        Class::Oto(Exit::StopLoss(loss)) => (order.side.opposite(), None, Some(*loss)),
        Class::Oco(loss) => match order.pricing {
            Pricing::Limit(limit) => (order.side, Some(limit), Some(*loss)),
            _ => return Err(RuleBreak::OcoNeedsLimit),
        },
    };
    if !matches!(order.time_in_force, TimeInForce::Day | TimeInForce::Gtc) {
        return Err(RuleBreak::ExitsNeedDayOrGtc);
    }
    if order.pricing.trail().is_some() {
        return Err(RuleBreak::EntryTrails);
    }
    let Some(StopLoss { stop, .. }) = loss else { return Ok(()) };
    if let Some(take) = take
        && !is_beyond(exit, take, stop)
    {
        return Err(RuleBreak::ExitsCrossed { take_profit: take, stop_loss: stop });
    }
    match order.pricing.limit() {
        Some(base) => stop_is_beyond(exit, stop, base),
        None => Ok(()),
    }
}

/// Whether an exit that takes a profit lies on the far side of one that bounds a loss.
fn is_beyond(exit: Side, take_profit: Price, stop: Price) -> bool {
    match exit {
        Side::Sell => take_profit > stop,
        Side::Buy => take_profit < stop,
    }
}

/// A stop that bounds a loss stays a cent away from its base.
pub(super) fn stop_is_beyond(exit: Side, stop: Price, base: Price) -> Result<(), RuleBreak> {
    let cent = Decimal::new(1, 2);
    let (far, below) = match exit {
        Side::Sell => (stop.get() <= base.get() - cent, true),
        Side::Buy => (stop.get() >= base.get() + cent, false),
    };
    if far { Ok(()) } else { Err(RuleBreak::StopTooNear { base, below }) }
}

fn crypto(order: &Order, asset: &Asset) -> Result<(), RuleBreak> {
    if order.effect.is_some() {
        return Err(RuleBreak::EffectNeedsOption);
    }
    if order.class != Class::Simple {
        return Err(RuleBreak::CryptoNeedsSimple);
    }
    if order.extended_hours {
        return Err(RuleBreak::CryptoExtended);
    }
    match (order.pricing, order.time_in_force) {
        (Pricing::Stop(_) | Pricing::Trail(_), _) => return Err(RuleBreak::CryptoKind),
        (_, TimeInForce::Gtc) | (Pricing::Market | Pricing::Limit(_), TimeInForce::Ioc) => {}
        _ => return Err(RuleBreak::CryptoTime),
    }
    increments(order, |_| asset.steps.price.unwrap_or_default())?;
    match order.size {
        Size::Shares(qty) => coins(order, asset, qty),
        Size::Dollars(usd) if usd.0 > CRYPTO_MOST => Err(RuleBreak::CryptoTooLarge),
        Size::Dollars(usd) if order.side == Side::Buy && usd.0 < Decimal::ONE => Err(RuleBreak::BelowOneDollar),
        Size::Dollars(_) => Ok(()),
    }
}

fn coins(order: &Order, asset: &Asset, qty: Quantity) -> Result<(), RuleBreak> {
    if let Some(least) = asset.steps.least
        && qty.get() < least
    {
        return Err(RuleBreak::CryptoTooSmall(least));
    }
    if let Some(step) = asset.steps.quantity
        && !is_multiple(qty.get(), step)
    {
        return Err(RuleBreak::QuantityIncrement(step));
    }
    match order.pricing.limit().and_then(|limit| limit.get().checked_mul(qty.get())) {
        Some(worth) if worth > CRYPTO_MOST => Err(RuleBreak::CryptoTooLarge),
        _ => Ok(()),
    }
}

fn option(order: &Order, expiry: Option<NaiveDate>, today: NaiveDate) -> Result<(), RuleBreak> {
    if !matches!(order.size, Size::Shares(qty) if qty.is_whole()) {
        return Err(RuleBreak::ContractsWhole);
    }
    if !matches!(order.pricing, Pricing::Market | Pricing::Limit(_)) {
        return Err(RuleBreak::OptionKind);
    }
    if !matches!(order.class, Class::Simple | Class::MultiLeg(_)) {
        return Err(RuleBreak::OptionNeedsSimple);
    }
    if order.extended_hours {
        return Err(RuleBreak::OptionExtended);
    }
    if order.time_in_force != TimeInForce::Day {
        return Err(RuleBreak::OptionNeedsDay);
    }
    if let Some(expiry) = expiry.filter(|expiry| *expiry < today) {
        return Err(RuleBreak::OptionExpired(expiry));
    }
    // Whole cents; which contracts want five or ten of them, only the broker knows.
    increments(order, |_| Decimal::new(1, 2))
}
