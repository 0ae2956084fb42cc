//! Sizes that are wishes: a share of the buying power, of a position, or of what may be lost. They become a quantity when an
//! order is previewed, and the card shows that quantity.

use crate::account::Asset;
use crate::money::{Percent, Price, Quantity, Usd};
use crate::order::{Class, Order, Side, Size, TimeInForce};
use crate::policy::multiplier;
use crate::symbol::AssetKind;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How much, as a user says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    /// Just that.
    Exactly(Size),
    /// What this share of the buying power buys.
    OfBuyingPower(Percent),
    /// This share of the position.
    OfPosition(Percent),
    /// As much as loses this share of the equity when the stop loss is reached.
    Risk(Percent),
}

impl Order<Amount> {
    /// What was asked for in one line: of an exact size the order's own, else with the wish in the size's place.
    pub fn wished(&self) -> String {
        match self.size {
            Amount::Exactly(size) => self.clone().sized(size).canonical(),
            Amount::OfBuyingPower(part) => self.line(&format!("{part} of the buying power")),
            Amount::OfPosition(part) => self.line(&format!("{part} of the position")),
            Amount::Risk(part) => self.line(&format!("{part} at risk")),
        }
    }
}

/// What a wish is measured by, as far as it could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measures {
    /// What the account can buy for.
    pub buying_power: Option<Usd>,
    /// What the account is worth.
    pub equity: Option<Usd>,
    /// Held, signed.
    pub held: Option<Decimal>,
    /// The price that the order would meet now.
    pub market: Option<Price>,
}

/// Why a wish has no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SizingRefusal {
    /// The number that it is measured by could not be read.
    #[error("what it is measured by is not known")]
    Unknown,
    /// There is no price to reckon with.
    #[error("there is no price")]
    NoPrice,
    /// A risk needs a stop loss.
    #[error("a risk needs a stop loss")]
    RiskNeedsStop,
    /// The stop loss is where the order would be filled: nothing would be at risk.
    #[error("the stop loss is at the entry")]
    NothingAtRisk,
    /// Nothing is held.
    #[error("nothing is held")]
    NothingHeld,
    /// It comes to less than the smallest quantity.
    #[error("it comes to less than one")]
    TooSmall,
}

/// The size that a wish comes to.
///
/// # Errors
/// Every [`SizingRefusal`].
pub fn measured(order: &Order<Amount>, asset: &Asset, by: &Measures) -> Result<Size, SizingRefusal> {
    let entry = order.pricing.limit().or(order.pricing.stop()).or(by.market);
    let quantity = match order.size {
        Amount::Exactly(size) => return Ok(size),
        Amount::OfPosition(percent) => {
            let held = by.held.ok_or(SizingRefusal::Unknown)?.abs();
            if held.is_zero() {
                return Err(SizingRefusal::NothingHeld);
            }
            percent.of(held)
        }
        Amount::OfBuyingPower(percent) => {
            let power = by.buying_power.ok_or(SizingRefusal::Unknown)?.0.max(Decimal::ZERO);
            let price = entry.ok_or(SizingRefusal::NoPrice)?.get().checked_mul(multiplier(order));
            price.and_then(|price| percent.of(power)?.checked_div(price))
        }
        Amount::Risk(percent) => {
            let equity = by.equity.ok_or(SizingRefusal::Unknown)?.0.max(Decimal::ZERO);
            let stop = order.class.stop_loss().ok_or(SizingRefusal::RiskNeedsStop)?.stop;
            let entry = entry.ok_or(SizingRefusal::NoPrice)?;
            let lost = match order.side {
                Side::Buy => entry.get() - stop.get(),
                Side::Sell => stop.get() - entry.get(),
            };
            if lost <= Decimal::ZERO {
                return Err(SizingRefusal::NothingAtRisk);
            }
            lost.checked_mul(multiplier(order)).and_then(|lost| percent.of(equity)?.checked_div(lost))
        }
    };
    let quantity = quantity.ok_or(SizingRefusal::TooSmall)?;
    Quantity::new(rounded(quantity, order, asset, by)).map(Size::Shares).ok_or(SizingRefusal::TooSmall)
}

/// Down, so that nothing is exceeded: to whole shares where there is one, to what the asset takes otherwise.
fn rounded(quantity: Decimal, order: &Order<Amount>, asset: &Asset, by: &Measures) -> Decimal {
    let down = |scale| quantity.round_dp_with_strategy(scale, RoundingStrategy::ToZero);
    let whole = down(0);
    match order.symbol.kind() {
        AssetKind::Contract(_) => whole,
        AssetKind::Crypto => {
            let steps = asset.steps.quantity.filter(|step| !step.is_zero());
            steps.and_then(|step| quantity.checked_rem(step)).map_or(down(Quantity::SCALE), |rest| quantity - rest)
        }
        // A whole position is closed to its last fraction.
        AssetKind::Equity
            if matches!(order.size, Amount::OfPosition(_)) && by.held.is_some_and(|held| !held.fract().is_zero()) =>
        {
            down(Quantity::SCALE)
        }
        AssetKind::Equity => {
            let takes_fractions = asset.fractionable
                && order.class == Class::Simple
                && order.time_in_force == TimeInForce::Day
                && order.pricing.trail().is_none();
            if whole.is_zero() && takes_fractions { down(4) } else { whole }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use crate::account::Steps;
    use crate::order::{Pricing, StopLoss};
    use crate::symbol::Symbol;
    use proptest::prelude::*;

    fn asset(fractionable: bool) -> Asset {
        Asset {
            symbol: Symbol::from_broker("AAPL"),
            name: String::new(),
            active: true,
            tradable: true,
            fractionable,
            shortable: true,
            easy_to_borrow: true,
            attributes: Vec::new(),
            steps: Steps::default(),
            exchange: "NASDAQ".into(),
            terms: None,
        }
    }

    fn percent(text: &str) -> Percent {
        Percent::parse(text).unwrap()
    }

    fn by(power: i64, held: &str, market: i64) -> Measures {
        Measures {
            buying_power: Some(Usd(Decimal::from(power))),
            equity: Some(Usd(Decimal::from(power))),
            held: Some(held.parse().unwrap()),
            market: Price::new(Decimal::from(market)),
        }
    }

    fn order(symbol: &str, amount: Amount) -> Order<Amount> {
        Order::plain(Side::Buy, Symbol::from_broker(symbol), amount, Pricing::Market)
    }

    fn with_stop(amount: Amount, stop: &str) -> Order<Amount> {
        let stop_loss = StopLoss { stop: Price::parse(stop).unwrap(), limit: None };
        Order { class: Class::Oto(crate::order::Exit::StopLoss(stop_loss)), ..order("AAPL", amount) }
    }

    #[expect(clippy::unnecessary_wraps, reason = "as the function that is tested answers")]
    fn shares(text: &str) -> Result<Size, SizingRefusal> {
        Ok(Size::Shares(Quantity::parse(text).unwrap()))
    }

    #[test]
    fn a_wish_comes_to_what_a_trader_would_reckon() {
        use SizingRefusal::*;
        let quarter = Amount::OfBuyingPower(percent("25"));
        let half = Amount::OfPosition(percent("50"));
        let risk = Amount::Risk(percent("1"));
        let said = |order: &Order<Amount>, by: &Measures| measured(order, &asset(true), by);
        assert_eq!(said(&order("AAPL", quarter), &by(10_000, "0", 184)), shares("13"));
        assert_eq!(said(&order("AAPL", quarter), &by(400, "0", 184)), shares("0.5434"));
        assert_eq!(measured(&order("AAPL", quarter), &asset(false), &by(400, "0", 184)), Err(TooSmall));
        assert_eq!(said(&order("AAPL261218C00250000", quarter), &by(10_000, "0", 5)), shares("5"));
        assert_eq!(said(&order("AAPL", half), &by(1, "7", 184)), shares("3"));
        assert_eq!(said(&order("AAPL", half), &by(1, "-7", 184)), shares("3"));
        assert_eq!(said(&order("AAPL", half), &by(1, "0.5", 184)), shares("0.25"));
        assert_eq!(said(&order("AAPL", half), &by(1, "0", 184)), Err(NothingHeld));
        // 1 % of $10,000 is $100; each share loses $4 from 184 to 180.
        assert_eq!(said(&with_stop(risk, "180"), &by(10_000, "0", 184)), shares("25"));
        assert_eq!(said(&with_stop(risk, "184"), &by(10_000, "0", 184)), Err(NothingAtRisk));
        assert_eq!(said(&with_stop(risk, "190"), &by(10_000, "0", 184)), Err(NothingAtRisk));
        assert_eq!(said(&order("AAPL", risk), &by(10_000, "0", 184)), Err(RiskNeedsStop));
        assert_eq!(said(&order("AAPL", quarter), &Measures { market: None, ..by(1, "0", 1) }), Err(NoPrice));
        assert_eq!(said(&order("AAPL", quarter), &Measures { buying_power: None, ..by(1, "0", 1) }), Err(Unknown));
    }

    proptest! {
        #[test]
        fn a_risk_is_never_exceeded(equity in 1_i64..10_000_000, cents in 1_i64..100_000, at in 2_i64..1_000, tenths in 1_i64..1_000) {
            let stop = Price::new(Decimal::new(cents, 2)).unwrap();
            let risk = Percent::new(Decimal::new(tenths, 1)).unwrap();
            let by = by(equity, "0", at);
            let order = with_stop(Amount::Risk(risk), &stop.get().to_string());
            if let Ok(Size::Shares(qty)) = measured(&order, &asset(true), &by) {
                let lost = qty.get() * (Decimal::from(at) - stop.get());
                prop_assert!(lost <= risk.of(Decimal::from(equity)).unwrap());
            }
        }

        #[test]
        fn a_share_of_the_buying_power_is_never_exceeded(power in 0_i64..10_000_000, at in 1_i64..2_000, part in 1_i64..=100) {
            let part = Percent::new(Decimal::from(part)).unwrap();
            let order = order("AAPL", Amount::OfBuyingPower(part));
            if let Ok(Size::Shares(qty)) = measured(&order, &asset(true), &by(power, "0", at)) {
                prop_assert!(qty.get() * Decimal::from(at) <= part.of(Decimal::from(power)).unwrap());
            }
        }
    }
}
