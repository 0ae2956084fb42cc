//! The numbers and the warnings of a card.

use super::Surroundings;
use crate::refused::{Refused, Trouble};
use crate::views::Warning;
use domain::money::{Percent, Price, Usd};
use domain::order::{BrokerOrder, Class, Exit, Order, Pricing, Side, Size};
use domain::outcome::ReadFailure;
use domain::policy;
use domain::symbol::AssetKind;
use rust_decimal::Decimal;

/// What a crypto taker pays at most, of what is traded (alpaca-api: crypto fees, first tier).
const CRYPTO_FEE: Decimal = Decimal::from_parts(25, 0, 0, false, 4);
/// What clearing and the regulators take of one contract at most, in dollars: ORF and OCC together stay below it.
const CONTRACT_FEE: Decimal = Decimal::from_parts(5, 0, 0, false, 2);
/// What the regulators take of a stock sale: SEC's part of the value at most, and TAF's of each share.
const SALE_FEE: Decimal = Decimal::from_parts(28, 0, 0, false, 6);
const SHARE_FEE: Decimal = Decimal::from_parts(166, 0, 0, false, 6);
/// A limit this far from the market is worth a word.
const FAR: Decimal = Decimal::from_parts(1, 0, 0, false, 1);

/// The numbers of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Cost (buy) or proceeds (sell), before fees; absent without a price.
    pub estimate: Option<Usd>,
    /// What is taken besides, at most.
    pub fees: Option<Usd>,
    /// Buying power now.
    pub buying_power: Option<Usd>,
    /// Buying power after a buy.
    pub buying_power_after: Option<Usd>,
    /// Held before, signed.
    pub held: Decimal,
    /// Held after, signed; absent for dollar amounts.
    pub held_after: Option<Decimal>,
}

impl Surroundings {
    /// What the card says. Without a price for a market order, or without the position, it would say less than it must.
    pub(super) fn numbers(&self, order: &Order) -> Result<Numbers, Refused> {
        let Some(held) = self.held(&order.symbol) else {
            let failure = self.positions.as_ref().err().cloned().unwrap_or(ReadFailure::Unavailable);
            return Err(Refused::Trouble(Trouble::Broker(failure)));
        };
        let is_spread = matches!(order.class, Class::MultiLeg(_));
        let reference = match &self.package {
            _ if !is_spread => self.met_by(order.side).map(Price::get),
            Some(package) => package.far_side(),
            None => None,
        };
        let has_price = order.pricing.limit().or(order.pricing.stop()).is_some();
        if reference.is_none() && !has_price && !is_spread {
            return Err(match &self.snapshot {
                Ok(_) | Err(ReadFailure::NotFound) => Refused::NoQuote(order.symbol.clone()),
                Err(failure) => Refused::Trouble(Trouble::Broker(failure.clone())),
            });
        }
        // An order with a price of its own is estimated by that, whatever the market's is.
        let known = (has_price || reference.is_some()) && !self.is_adjusted(order);
        let estimate = policy::estimate(order, reference.unwrap_or_default()).filter(|_| known);
        let buying_power = self.broker.as_ref().ok().and_then(|broker| broker.buying_power);
        let buying_power_after = match (order.side, buying_power, estimate) {
            (Side::Buy, Some(power), Some(cost)) => power.0.checked_sub(cost.0).map(Usd),
            _ => None,
        };
        let held_after = match (order.size, order.side) {
            _ if is_spread => None,
            (Size::Shares(qty), Side::Buy) => held.checked_add(qty.get()),
            (Size::Shares(qty), Side::Sell) => held.checked_sub(qty.get()),
            (Size::Dollars(_), _) => None,
        };
        Ok(Numbers { estimate, fees: fees(order, estimate), buying_power, buying_power_after, held, held_after })
    }

    /// What a trader would want to be told before pressing.
    pub(super) fn warnings(&self, order: &Order, numbers: Numbers, large: Percent) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if numbers.buying_power_after.is_some_and(|usd| usd.0 < Decimal::ZERO) {
            warnings.push(Warning::BuyingPower);
        }
        if self.is_adjusted(order) {
            warnings.push(Warning::Adjusted);
        }
        let is_shut = self.market.is_some_and(|clock| !clock.is_open) && order.symbol.kind() != AssetKind::Crypto;
        if is_shut && order.pricing == Pricing::Market {
            warnings.push(Warning::Closed);
        }
        if let (Side::Sell, Size::Shares(qty), Some((held, free))) =
            (order.side, order.size, self.holding(&order.symbol))
            && order.replaces.is_none()
            && order.class.legs().is_empty()
            && qty.get() > free
            && qty.get() <= held
        {
            warnings.push(Warning::HeldByOrders(free));
        }
        if order.side == Side::Sell && numbers.held_after.is_some_and(|after| after < Decimal::ZERO) {
            warnings.push(Warning::Short);
        }
        if let Some(other) = self.open.iter().flatten().find(|other| trades_with(order, other)) {
            warnings.push(Warning::WashTrade(Box::new(other.clone())));
        }
        if order.side == Side::Buy && order.replaces.is_none() && self.is_unprotected(order) {
            warnings.push(Warning::Unprotected);
        }
        if let Some(part) = self.concentration(order, numbers)
            && part > large.get() / Decimal::ONE_HUNDRED
        {
            warnings.push(Warning::Concentrated(part));
        }
        if let Some(away) = self.away(order).filter(|away| away.abs() > FAR) {
            warnings.push(Warning::FarFromMarket(away));
        }
        warnings
    }

    /// How far the limit is from the market, as a fraction. A spread's bid and ask are themselves far apart, so only what is
    /// outside of them counts.
    fn away(&self, order: &Order) -> Option<Decimal> {
        let limit = order.pricing.limit()?;
        match &order.class {
            Class::MultiLeg(_) => self.package.as_ref()?.away(limit),
            _ => away(limit, self.met_by(order.side)?),
        }
    }

    /// Nothing bounds the loss: neither the order nor one that is open for the symbol.
    fn is_unprotected(&self, order: &Order) -> bool {
        let stops = |other: &BrokerOrder| {
            other.symbol.is_same_asset(&order.symbol)
                && other.side == Some(order.side.opposite())
                && (other.stop_price.is_some() || other.trail.is_some())
        };
        let bounded = matches!(order.class, Class::Bracket { .. } | Class::Oto(Exit::StopLoss(_)) | Class::MultiLeg(_));
        order.symbol.kind() == AssetKind::Equity && !bounded && !self.open.iter().flatten().any(stops)
    }

    /// How much of the account the position would be, at the order's price.
    fn concentration(&self, order: &Order, numbers: Numbers) -> Option<Decimal> {
        let equity = self.broker.as_ref().ok()?.equity?.0;
        let price = order.pricing.limit().or(self.met_by(order.side)).filter(|_| !self.is_adjusted(order))?.get();
        let after = match (order.side, order.size) {
            (Side::Sell, _) => return None,
            (Side::Buy, Size::Shares(_)) => {
                numbers.held_after?.checked_mul(price)?.checked_mul(policy::multiplier(order))?
            }
            (Side::Buy, Size::Dollars(usd)) => numbers.held.checked_mul(price)?.checked_add(usd.0)?,
        };
        (equity > Decimal::ZERO).then(|| after.checked_div(equity)).flatten()
    }
}

/// Whether Alpaca would see the two trade with each other: opposite sides of one symbol, one of them at the market or a stop, or
/// limits that cross. Exits and trailing stops are exempt (alpaca-api: wash-trade matrix).
fn trades_with(order: &Order, other: &BrokerOrder) -> bool {
    let opposite = other.symbol.is_same_asset(&order.symbol) && other.side == Some(order.side.opposite());
    let exempt = order.class != Class::Simple
        || order.pricing.trail().is_some()
        || other.trail.is_some()
        || !matches!(other.class.as_str(), "" | "simple")
        || order.replaces.is_some_and(|replaces| replaces.order == other.id);
    if !opposite || exempt {
        return false;
    }
    let bound = |kind: &str| matches!(kind, "limit" | "stop_limit");
    match (order.pricing.limit(), other.limit_price) {
        (Some(ours), Some(theirs)) if bound(order.pricing.kind()) && bound(&other.kind) => match order.side {
            Side::Buy => ours >= theirs,
            Side::Sell => theirs >= ours,
        },
        _ => true,
    }
}

/// How far a limit is from the market, as a fraction.
fn away(limit: Price, market: Price) -> Option<Decimal> {
    limit.get().checked_sub(market.get())?.checked_div(market.get())
}

/// What is taken besides the price, at most. Stocks are bought free of charge.
fn fees(order: &Order, estimate: Option<Usd>) -> Option<Usd> {
    let worth = estimate?.0;
    let units = match order.size {
        Size::Shares(qty) => qty.get(),
        Size::Dollars(_) => Decimal::ZERO,
    };
    let contracts = order.class.legs().iter().map(|leg| u32::from(leg.ratio)).sum::<u32>();
    let fee = match (order.symbol.kind(), contracts) {
        (AssetKind::Crypto, _) => worth.checked_mul(CRYPTO_FEE)?,
        (_, 1..) => units.checked_mul(CONTRACT_FEE)?.checked_mul(contracts.into())?,
        (AssetKind::Contract(_), 0) => units.checked_mul(CONTRACT_FEE)?,
        (AssetKind::Equity, 0) if order.side == Side::Buy => Decimal::ZERO,
        (AssetKind::Equity, 0) => worth.checked_mul(SALE_FEE)?.checked_add(units.checked_mul(SHARE_FEE)?)?,
    };
    Some(Usd(fee.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::AwayFromZero)))
}

#[cfg(test)]
mod tests;
