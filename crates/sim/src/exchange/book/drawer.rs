//! What is open in one symbol.

use super::super::kinds::{Intent, Side};
use super::super::market::Quote;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Open orders of one symbol by side and by the price from which on they are worth a look.
#[derive(Clone, Debug, Default)]
pub(super) struct Drawer {
    /// Shares that the orders keep back.
    pub held: Decimal,
    buys: BTreeSet<(Decimal, usize)>,
    sells: BTreeSet<(Decimal, usize)>,
    intents: BTreeMap<Intent, usize>,
}

impl Drawer {
    fn side(&mut self, side: Side) -> &mut BTreeSet<(Decimal, usize)> {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }

    pub fn put_up(&mut self, place: usize, side: Side, threshold: Decimal, intent: Intent) {
        self.side(side).insert((threshold, place));
        *self.intents.entry(intent).or_default() += 1;
    }

    pub fn take_down(&mut self, place: usize, side: Side, threshold: Decimal, intent: Intent) {
        self.side(side).remove(&(threshold, place));
        if let Some(count) = self.intents.get_mut(&intent) {
            *count -= 1;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.buys.is_empty() && self.sells.is_empty()
    }

    pub fn intends(&self, intent: Intent) -> bool {
        self.intents.get(&intent).is_some_and(|count| *count > 0)
    }

    /// Orders on a side that a price reaches; any price reaches all.
    pub fn reached(&self, side: Side, price: Option<Decimal>) -> impl Iterator<Item = usize> + use<'_> {
        let (buys, sells) = match side {
            Side::Buy => (Some(self.buys.range((price.unwrap_or(Decimal::MIN), 0)..)), None),
            Side::Sell => (None, Some(self.sells.range(..=(price.unwrap_or(Decimal::MAX), usize::MAX)))),
        };
        buys.into_iter().flatten().chain(sells.into_iter().flatten()).map(|(_, place)| *place)
    }

    /// Orders that a quote may set in motion. An empty side of it reaches only those that no single limit holds back.
    pub fn concerned(&self, quote: Option<Quote>) -> impl Iterator<Item = usize> + use<'_> {
        let there = |price: Decimal| Some(price).filter(|price| !price.is_zero());
        let bid = quote.and_then(|quote| there(quote.bid)).unwrap_or(Decimal::MIN);
        let ask = quote.and_then(|quote| there(quote.ask)).unwrap_or(Decimal::MAX);
        self.reached(Side::Buy, Some(ask)).chain(self.reached(Side::Sell, Some(bid)))
    }
}
