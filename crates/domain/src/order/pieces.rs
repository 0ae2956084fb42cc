//! What is said of an order besides side, size and symbol, and the order that the pieces make together.

use super::{Class, Effect, Exit, Order, Pricing, Side, StopLoss, TimeInForce, Trail};
use crate::money::Price;
use crate::symbol::Symbol;
use serde::{Deserialize, Serialize};

/// The pieces. What was not said is absent, and then means what is usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pieces {
    /// That price or better; the market's when absent.
    pub limit: Option<Price>,
    /// Sets the order off.
    pub stop: Option<Price>,
    /// Sets it off, and follows the price.
    pub trail: Option<Trail>,
    /// An exit that takes the profit.
    pub take_profit: Option<Price>,
    /// An exit that bounds the loss.
    pub stop_loss: Option<Price>,
    /// The worst price of that exit.
    pub stop_loss_limit: Option<Price>,
    /// The exits are all there is: the position is held already.
    pub oco: bool,
    /// Whether an option order opens or closes.
    pub effect: Option<Effect>,
    /// For the day when absent; a coin, which has no day, until canceled.
    pub time_in_force: Option<TimeInForce>,
    /// Also outside the regular session.
    pub extended_hours: bool,
}

/// Why pieces make no order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// A trailing stop with another price.
    Prices,
    /// Two exits without both prices or with a price besides; the limit of a stop loss that is not there.
    Exits,
}

impl Pieces {
    /// The order that they make.
    ///
    /// # Errors
    /// Every [`Mismatch`].
    pub fn order<S>(self, side: Side, symbol: Symbol, amount: S) -> Result<Order<S>, Mismatch> {
        let loss = match (self.stop_loss, self.stop_loss_limit) {
            (Some(stop), limit) => Some(StopLoss { stop, limit }),
            (None, Some(_)) => return Err(Mismatch::Exits),
            (None, None) => None,
        };
        let (class, limit) = match (self.oco, self.take_profit, loss) {
            // Two exits have no entry: what takes the profit is the order's own limit.
            (true, Some(take_profit), Some(loss)) if !self.has_price() => (Class::Oco(loss), Some(take_profit)),
            (true, ..) => return Err(Mismatch::Exits),
            (false, Some(take_profit), Some(stop_loss)) => (Class::Bracket { take_profit, stop_loss }, self.limit),
            (false, Some(take_profit), None) => (Class::Oto(Exit::TakeProfit(take_profit)), self.limit),
            (false, None, Some(loss)) => (Class::Oto(Exit::StopLoss(loss)), self.limit),
            (false, None, None) => (Class::Simple, self.limit),
        };
        Ok(Order {
            pricing: pricing(limit, self.stop, self.trail)?,
            time_in_force: self.time_in_force.unwrap_or_else(|| TimeInForce::usual(&symbol)),
            extended_hours: self.extended_hours,
            class,
            effect: self.effect,
            ..Order::plain(side, symbol, amount, Pricing::Market)
        })
    }

    const fn has_price(&self) -> bool {
        self.limit.is_some() || self.stop.is_some() || self.trail.is_some()
    }
}

fn pricing(limit: Option<Price>, stop: Option<Price>, trail: Option<Trail>) -> Result<Pricing, Mismatch> {
    Ok(match (limit, stop, trail) {
        (None, None, None) => Pricing::Market,
        (Some(limit), None, None) => Pricing::Limit(limit),
        (None, Some(stop), None) => Pricing::Stop(stop),
        (Some(limit), Some(stop), None) => Pricing::StopLimit { stop, limit },
        (None, None, Some(trail)) => Pricing::Trail(trail),
        (_, _, Some(_)) => return Err(Mismatch::Prices),
    })
}
