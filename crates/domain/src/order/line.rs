//! An order in one unambiguous line, and as the columns of a row.
//!
//! The line is what a ticket's digest is taken over. What its first version could say is still said in it, so that orders
//! which were stored then keep their digest; anything more makes it a second version with the further terms at its end:
//! `v2|buy|AAPL|5 shares|stop_limit 184.5|day|regular|stop 184 class bracket take 200 lose 170`.

use super::{
    Changes, Class, Effect, Exit, Leg, Legs, Order, Pricing, Replaces, Side, Size, StopLoss, TimeInForce, Trail,
};
use crate::money::{Percent, Price, Quantity, Usd};
use crate::symbol::Symbol;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// An order as a row holds it: plain texts and numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// What.
    pub symbol: String,
    /// `buy` or `sell`.
    pub side: String,
    /// Shares, unless in dollars.
    pub qty: Option<Decimal>,
    /// Dollars, unless in shares.
    pub notional: Option<Decimal>,
    /// `market`, `limit`, …
    pub order_type: String,
    /// The limit, when it has one.
    pub limit_price: Option<Decimal>,
    /// `day`, `gtc`, …
    pub time_in_force: String,
    /// Also outside the regular session.
    pub extended_hours: bool,
    /// Everything else, as words in a fixed order; absent when there is nothing else.
    pub terms: Option<String>,
}

impl<S> Order<S> {
    /// The order in one line, with its size said so.
    pub(crate) fn line(&self, amount: &str) -> String {
        let limit = self.pricing.limit().map(|limit| format!(" {}", plain(limit))).unwrap_or_default();
        let hours = if self.extended_hours { "extended" } else { "regular" };
        let (side, kind, tif) = (self.side.as_str(), self.pricing.kind(), self.time_in_force.as_str());
        let line = format!("{side}|{}|{amount}|{kind}{limit}|{tif}|{hours}", self.symbol);
        match self.terms() {
            Some(terms) => format!("v2|{line}|{terms}"),
            None => format!("v1|{line}"),
        }
    }

    /// The terms that have no column of their own: each a word and its value.
    fn terms(&self) -> Option<String> {
        let mut terms: Vec<(&str, String)> = Vec::new();
        if let Some(stop) = self.pricing.stop() {
            terms.push(("stop", plain(stop)));
        }
        match self.pricing.trail() {
            Some(Trail::Price(price)) => terms.push(("trail", plain(price))),
            Some(Trail::Percent(percent)) => terms.push(("trail_percent", percent.get().to_string())),
            None => {}
        }
        if self.class != Class::Simple {
            terms.push(("class", self.class.as_str().to_owned()));
        }
        if let Some(price) = self.class.take_profit() {
            terms.push(("take", plain(price)));
        }
        if let Some(StopLoss { stop, limit }) = self.class.stop_loss() {
            terms.push(("lose", plain(stop)));
            terms.extend(limit.map(|limit| ("lose_limit", plain(limit))));
        }
        if let Class::MultiLeg(legs) = &self.class {
            let legs: Vec<_> = legs.as_slice().iter().map(leg_text).collect();
            terms.push(("legs", legs.join(",")));
        }
        if let Some(effect) = self.effect {
            terms.push(("effect", effect.as_str().to_owned()));
        }
        if let Some(Replaces { order, changes }) = self.replaces {
            terms.push(("replaces", order.to_string()));
            terms.push(("changes", changes.to_string()));
        }
        let words: Vec<_> = terms.into_iter().map(|(word, value)| format!("{word} {value}")).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }
}

impl Order {
    /// The order in one unambiguous line: what a ticket's digest is taken over.
    pub fn canonical(&self) -> String {
        self.line(&match self.size {
            Size::Shares(qty) => format!("{qty} shares"),
            Size::Dollars(amount) => format!("{} dollars", amount.0.normalize()),
        })
    }

    /// SHA-256 of [`Order::canonical`]: what was shown is what is sent.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.canonical().as_bytes()).into()
    }

    /// The order as a row holds it.
    pub fn columns(&self) -> Columns {
        let (qty, notional) = match self.size {
            Size::Shares(qty) => (Some(qty.get()), None),
            Size::Dollars(amount) => (None, Some(amount.0)),
        };
        Columns {
            symbol: self.symbol.as_str().to_owned(),
            side: self.side.as_str().to_owned(),
            qty,
            notional,
            order_type: self.pricing.kind().to_owned(),
            limit_price: self.pricing.limit().map(Price::get),
            time_in_force: self.time_in_force.as_str().to_owned(),
            extended_hours: self.extended_hours,
            terms: self.terms(),
        }
    }
}

impl Columns {
    /// The order, if the columns are one.
    pub fn order(&self) -> Option<Order> {
        let terms = Terms::read(self.terms.as_deref().unwrap_or_default());
        let size = match (self.qty, self.notional) {
            (Some(qty), None) => Size::Shares(Quantity::new(qty)?),
            (None, Some(amount)) => Size::Dollars(Usd(amount.normalize())),
            _ => return None,
        };
        let limit = match self.limit_price {
            Some(limit) => Some(Price::new(limit)?),
            None => None,
        };
        let order = Order {
            symbol: Symbol::from_broker(self.symbol.clone()),
            side: Side::from_wire(&self.side)?,
            size,
            pricing: Pricing::of_parts(&self.order_type, limit, terms.price("stop"), terms.trail())?,
            time_in_force: TimeInForce::from_wire(&self.time_in_force)?,
            extended_hours: self.extended_hours,
            class: terms.class()?,
            effect: terms.value("effect").and_then(Effect::from_stored),
            replaces: terms.replaces(),
        };
        // Nothing is left over that was not understood.
        (order.terms() == self.terms).then_some(order)
    }
}

/// The words of a row's terms. What cannot be read counts as absent: the caller sees that it is missing afterwards.
struct Terms<'a>(HashMap<&'a str, &'a str>);

impl<'a> Terms<'a> {
    fn read(text: &'a str) -> Self {
        let words: Vec<_> = text.split_whitespace().collect();
        Self(words.as_chunks::<2>().0.iter().map(|[word, value]| (*word, *value)).collect())
    }

    fn value(&self, word: &str) -> Option<&'a str> {
        self.0.get(word).copied()
    }

    fn price(&self, word: &str) -> Option<Price> {
        Price::new(self.value(word)?.parse().ok()?)
    }

    fn trail(&self) -> Option<Trail> {
        let percent = || Percent::new(self.value("trail_percent")?.parse().ok()?);
        self.price("trail").map(Trail::Price).or_else(|| percent().map(Trail::Percent))
    }

    fn class(&self) -> Option<Class> {
        let take = self.price("take");
        let stop_loss = self.price("lose").map(|stop| StopLoss { stop, limit: self.price("lose_limit") });
        Some(match (self.value("class"), take, stop_loss) {
            (None, None, None) => Class::Simple,
            (Some("bracket"), Some(take_profit), Some(stop_loss)) => Class::Bracket { take_profit, stop_loss },
            (Some("oto"), Some(price), None) => Class::Oto(Exit::TakeProfit(price)),
            (Some("oto"), None, Some(loss)) => Class::Oto(Exit::StopLoss(loss)),
            (Some("oco"), None, Some(loss)) => Class::Oco(loss),
            (Some("mleg"), None, None) => {
                let legs = self.value("legs")?.split(',').map(read_leg).collect::<Option<_>>()?;
                Class::MultiLeg(Legs::new(legs).ok()?)
            }
            _ => return None,
        })
    }

    fn replaces(&self) -> Option<Replaces> {
        let order = self.value("replaces")?.parse().ok()?;
        Some(Replaces { order, changes: Changes::read(self.value("changes")?)? })
    }
}

fn plain(price: Price) -> String {
    price.get().normalize().to_string()
}

/// `XYZ261218C00045000:buy:open:1`.
fn leg_text(leg: &Leg) -> String {
    format!("{}:{}:{}:{}", leg.symbol, leg.side.as_str(), leg.effect.as_str(), leg.ratio)
}

fn read_leg(text: &str) -> Option<Leg> {
    let mut parts = text.split(':');
    let (symbol, side, effect, ratio) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(Leg {
        symbol: Symbol::from_broker(symbol),
        side: Side::from_wire(side)?,
        effect: Effect::from_stored(effect)?,
        ratio: ratio.parse().ok()?,
    })
}

#[cfg(test)]
mod tests;
