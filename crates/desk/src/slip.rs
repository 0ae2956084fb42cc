//! `/ticket`: an order that is filled in piece by piece.

mod page;

pub use crate::preview::Numbers;
pub use page::{Reckoned, SlipPage};

use crate::refused::Refused;
use crate::view::View;
use domain::ids::AccountId;
use domain::money::Price;
use domain::order::{Effect, Order, Pieces, Side, TimeInForce, Trail};
use domain::sizing::Amount;
use domain::symbol::{AssetKind, Symbol};
use serde::{Deserialize, Serialize};

/// At what price, as a menu asks for it: the numbers are typed apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The market's.
    Market,
    /// A limit.
    Limit,
    /// The market's, once a price is reached.
    Stop,
    /// A limit, once a price is reached.
    StopLimit,
    /// The market's, once the price turns back.
    Trail,
}

impl Kind {
    const fn has_limit(self) -> bool {
        matches!(self, Self::Limit | Self::StopLimit)
    }

    const fn has_stop(self) -> bool {
        matches!(self, Self::Stop | Self::StopLimit)
    }

    const fn trails(self) -> bool {
        matches!(self, Self::Trail)
    }

    /// Those that can be had of such an asset (alpaca-api: validation by order kind).
    const fn of(asset: &AssetKind) -> &'static [Self] {
        match asset {
            AssetKind::Equity => &[Self::Market, Self::Limit, Self::Stop, Self::StopLimit, Self::Trail],
            AssetKind::Crypto => &[Self::Market, Self::Limit, Self::StopLimit],
            AssetKind::Contract(_) => &[Self::Market, Self::Limit],
        }
    }

    /// How long an order of that kind may work, and whether outside the regular session, too.
    fn times(self, asset: &AssetKind) -> Vec<(TimeInForce, bool)> {
        use TimeInForce::{Cls, Day, Fok, Gtc, Ioc, Opg};
        let is_plain = matches!(self, Self::Market | Self::Limit);
        let times: &[TimeInForce] = match asset {
            AssetKind::Contract(_) => &[Day],
            AssetKind::Crypto if is_plain => &[Gtc, Ioc],
            AssetKind::Crypto => &[Gtc],
            AssetKind::Equity if is_plain => &[Day, Gtc, Opg, Cls, Ioc, Fok],
            AssetKind::Equity => &[Day, Gtc],
        };
        let extends = |time| self == Self::Limit && *asset == AssetKind::Equity && matches!(time, Day | Gtc);
        times
            .iter()
            .flat_map(|time| [(*time, false), (*time, true)])
            .filter(|(time, late)| !late || extends(*time))
            .collect()
    }
}

/// What sets an order off, as it is typed: a price, or how far it trails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// That price.
    At(Price),
    /// So far behind the best one.
    Behind(Trail),
}

/// What became of an exit in the form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exit {
    /// Nothing was typed: it stays as it was.
    #[default]
    Stays,
    /// It is taken away.
    Gone,
    /// It is this one.
    At(Price),
}

impl Exit {
    fn after(self, before: Option<Price>) -> Option<Price> {
        match self {
            Self::Stays => before,
            Self::Gone => None,
            Self::At(price) => Some(price),
        }
    }
}

/// What was typed into the form. What is absent stays as it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// How much.
    pub amount: Option<Amount>,
    /// The limit.
    pub limit: Option<Price>,
    /// The stop, or the trail.
    pub trigger: Option<Trigger>,
    /// The exit that takes the profit.
    pub take_profit: Exit,
    /// The exit that bounds the loss.
    pub stop_loss: Exit,
}

/// What is still to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// How much.
    Size,
    /// The limit.
    Limit,
    /// The stop.
    Stop,
    /// How far it trails.
    Trail,
}

/// What was said so far. Each change makes another slip of it, so a line of a menu means the same whenever it is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slip {
    /// Which account is to trade.
    pub account: AccountId,
    /// What.
    pub symbol: Symbol,
    /// Buy or sell.
    pub side: Side,
    /// At what price. Prices that it has no use for are kept, should it be changed back.
    pub kind: Kind,
    /// How much.
    pub amount: Option<Amount>,
    /// Everything else.
    pub pieces: Pieces,
}

impl Slip {
    /// A purchase at the market, of which only the size is missing.
    pub fn new(account: AccountId, symbol: Symbol) -> Self {
        let effect = matches!(symbol.kind(), AssetKind::Contract(_)).then_some(Effect::Open);
        let time_in_force = Some(TimeInForce::usual(&symbol));
        let pieces = Pieces { effect, time_in_force, ..Pieces::default() };
        Self { account, symbol, side: Side::Buy, kind: Kind::Market, amount: None, pieces }
    }

    /// To the other side. A percentage is of the buying power, or of what is held: what it meant is gone with the side.
    #[must_use]
    pub fn on(&self, side: Side, effect: Option<Effect>) -> Self {
        let is_part = matches!(self.amount, Some(Amount::OfBuyingPower(_) | Amount::OfPosition(_)));
        let amount = self.amount.filter(|_| side == self.side || !is_part);
        Self { side, amount, pieces: Pieces { effect, ..self.pieces }, ..self.clone() }
    }

    /// Of another kind; for as long as before, if that kind can.
    #[must_use]
    pub fn by(&self, kind: Kind) -> Self {
        let slip = Self { kind, ..self.clone() };
        if kind.times(&self.symbol.kind()).contains(&self.time()) {
            return slip;
        }
        slip.lasting(TimeInForce::usual(&self.symbol), false)
    }

    /// For another time.
    #[must_use]
    pub fn lasting(&self, time: TimeInForce, extended_hours: bool) -> Self {
        Self { pieces: Pieces { time_in_force: Some(time), extended_hours, ..self.pieces }, ..self.clone() }
    }

    /// With what was typed. A price says of what kind the order is: whoever types a limit wants one.
    #[must_use]
    pub fn filled(&self, typed: &Filled) -> Self {
        let mut slip = Self { amount: typed.amount.or(self.amount), ..self.clone() };
        let pieces = &mut slip.pieces;
        pieces.limit = typed.limit.or(pieces.limit);
        match typed.trigger {
            Some(Trigger::At(stop)) => pieces.stop = Some(stop),
            Some(Trigger::Behind(trail)) => pieces.trail = Some(trail),
            None => {}
        }
        pieces.take_profit = typed.take_profit.after(pieces.take_profit);
        pieces.stop_loss = typed.stop_loss.after(pieces.stop_loss);
        let kind = match (typed.limit.is_some(), typed.trigger) {
            (_, Some(Trigger::Behind(_))) => Kind::Trail,
            (has_limit, Some(Trigger::At(_))) if has_limit || self.kind.has_limit() => Kind::StopLimit,
            (_, Some(Trigger::At(_))) => Kind::Stop,
            (true, None) if self.kind.has_stop() => Kind::StopLimit,
            (true, None) => Kind::Limit,
            (false, None) => self.kind,
        };
        slip.by(kind)
    }

    /// How long it works, and whether outside the regular session, too.
    pub fn time(&self) -> (TimeInForce, bool) {
        let time = self.pieces.time_in_force.unwrap_or_else(|| TimeInForce::usual(&self.symbol));
        (time, self.pieces.extended_hours)
    }

    /// What is still to be said.
    pub fn gaps(&self) -> Vec<Gap> {
        let Self { kind, amount, pieces, .. } = self;
        [
            (amount.is_none(), Gap::Size),
            (kind.has_stop() && pieces.stop.is_none(), Gap::Stop),
            (kind.has_limit() && pieces.limit.is_none(), Gap::Limit),
            (kind.trails() && pieces.trail.is_none(), Gap::Trail),
        ]
        .into_iter()
        .filter_map(|(is_missing, gap)| is_missing.then_some(gap))
        .collect()
    }

    /// The order, once nothing is missing.
    fn order(&self) -> Option<Result<Order<Amount>, Refused>> {
        let amount = self.amount.filter(|_| self.gaps().is_empty())?;
        let pieces = Pieces {
            limit: self.pieces.limit.filter(|_| self.kind.has_limit()),
            stop: self.pieces.stop.filter(|_| self.kind.has_stop()),
            trail: self.pieces.trail.filter(|_| self.kind.trails()),
            ..self.pieces
        };
        Some(pieces.order(self.side, self.symbol.clone(), amount).map_err(Refused::from))
    }

    /// Sides to choose from; of a contract, whether it opens or closes, too.
    pub fn sides(&self) -> Vec<(Side, Option<Effect>, Self)> {
        use Effect::{Close, Open};
        let sides: &[_] = match self.symbol.kind() {
            AssetKind::Contract(_) => &[
                (Side::Buy, Some(Open)),
                (Side::Sell, Some(Close)),
                (Side::Sell, Some(Open)),
                (Side::Buy, Some(Close)),
            ],
            AssetKind::Equity | AssetKind::Crypto => &[(Side::Buy, None), (Side::Sell, None)],
        };
        sides.iter().map(|(side, effect)| (*side, *effect, self.on(*side, *effect))).collect()
    }

    /// Kinds to choose from.
    pub fn kinds(&self) -> Vec<(Kind, Self)> {
        Kind::of(&self.symbol.kind()).iter().map(|kind| (*kind, self.by(*kind))).collect()
    }

    /// Times to choose from.
    pub fn times(&self) -> Vec<((TimeInForce, bool), Self)> {
        let times = self.kind.times(&self.symbol.kind());
        times.into_iter().map(|(time, extended)| ((time, extended), self.lasting(time, extended))).collect()
    }

    /// Everything that a menu leads to, and the slip itself, to be read anew, filled in, or to become an order.
    pub(crate) fn leads(&self) -> Vec<View> {
        let sides = self.sides().into_iter().map(|(_, _, slip)| slip);
        let kinds = self.kinds().into_iter().map(|(_, slip)| slip);
        let times = self.times().into_iter().map(|(_, slip)| slip);
        let others = sides.chain(kinds).chain(times).filter(|slip| slip != self);
        [self.clone()].into_iter().chain(others).map(View::Ticket).collect()
    }
}

#[cfg(test)]
mod tests;
