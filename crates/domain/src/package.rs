//! What a spread is quoted at: nobody quotes one as such, so it is the sum of what its legs are quoted at.

use crate::account::Quote;
use crate::money::Price;
use crate::order::{BrokerOrder, Leg, Pricing, Side};
use crate::symbol::Symbol;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use std::collections::HashMap;

/// The net quote of a spread, per share, as its order sees it: of a debit what is paid, of a credit what is received. Below zero
/// it is the other way round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Bought is a debit, sold a credit.
    pub side: Side,
    /// What the spread brings when it is sold, or what a credit brings at once.
    pub bid: Option<Decimal>,
    /// What a debit costs at once, or what it takes to be rid of a credit.
    pub ask: Option<Decimal>,
    /// When the oldest of the quotes was made; absent when there is none.
    pub at: Option<DateTime<Utc>>,
    /// Legs without a bid or without an ask.
    pub thin: Vec<Symbol>,
}

/// One leg, as far as its price counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Which contract.
    pub symbol: Symbol,
    /// Bought or sold.
    pub side: Side,
    /// How often it is in one unit of the spread.
    pub ratio: Decimal,
}

impl From<&Leg> for Piece {
    fn from(leg: &Leg) -> Self {
        Self { symbol: leg.symbol.clone(), side: leg.side, ratio: leg.ratio.into() }
    }
}

impl Piece {
    /// The legs of a spread as the broker shows it; none when it does not show all that a price needs.
    pub fn shown(spread: &BrokerOrder) -> Option<Vec<Self>> {
        let piece = |leg: &BrokerOrder| {
            Some(Self { symbol: leg.symbol.clone(), side: leg.side?, ratio: leg.qty?.checked_div(spread.qty?)? })
        };
        spread.legs.iter().map(piece).collect::<Option<Vec<_>>>().filter(|pieces| !pieces.is_empty())
    }
}

impl Package {
    /// What legs come to on that side: bought at the asks and sold at the bids, and the other way round.
    pub fn of(side: Side, legs: &[Piece], quotes: &HashMap<Symbol, Quote>) -> Self {
        let quote = |leg: &Piece| quotes.get(&leg.symbol);
        // What a debit pays when each leg is met at that end of its quote, or at the other one.
        let net = |now: bool| {
            legs.iter().try_fold(Decimal::ZERO, |sum, leg| {
                let met = if now { leg.side } else { leg.side.opposite() };
                let price = quote(leg)?.far_side(met)?.get().checked_mul(leg.ratio)?;
                if leg.side == Side::Buy { sum.checked_add(price) } else { sum.checked_sub(price) }
            })
        };
        let (cost, worth) = (net(true), net(false));
        let (bid, ask) = match side {
            Side::Buy => (worth, cost),
            Side::Sell => (cost.map(|cost| -cost), worth.map(|worth| -worth)),
        };
        let is_thin = |leg: &&Piece| quote(leg).is_none_or(|quote| quote.bid.is_none() || quote.ask.is_none());
        let thin = legs.iter().filter(is_thin).map(|leg| leg.symbol.clone()).collect();
        Self { side, bid, ask, at: legs.iter().filter_map(|leg| quote(leg).map(|quote| quote.at)).min(), thin }
    }

    /// The same of an order: one at the market is a credit when it brings something now.
    pub fn quoted(pricing: &Pricing, side: Side, legs: &[Piece], quotes: &HashMap<Symbol, Quote>) -> Self {
        let as_asked = Self::of(side, legs, quotes);
        let is_odd = *pricing == Pricing::Market && as_asked.far_side().is_some_and(|met| met < Decimal::ZERO);
        if is_odd { Self::of(side.opposite(), legs, quotes) } else { as_asked }
    }

    /// What the order would meet now.
    pub const fn far_side(&self) -> Option<Decimal> {
        match self.side {
            Side::Buy => self.ask,
            Side::Sell => self.bid,
        }
    }

    /// As a quote, as far as it has prices: what is nothing or less is none.
    pub fn quote(&self) -> Option<Quote> {
        let price = |net: Option<Decimal>| net.and_then(Price::new);
        Some(Quote { bid: price(self.bid), ask: price(self.ask), at: self.at? })
    }

    /// How far a limit is outside of the quote, as a fraction of the end that is nearer; none within it.
    pub fn away(&self, limit: Price) -> Option<Decimal> {
        let (bid, ask, limit) = (self.bid?, self.ask?, limit.get());
        let near = if limit > ask { ask } else { bid };
        let is_outside = limit > ask || limit < bid;
        (is_outside && near > Decimal::ZERO).then(|| limit.checked_sub(near)?.checked_div(near)).flatten()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;
    use proptest::prelude::*;

    const LOW: &str = "AAPL261218C00250000";
    const HIGH: &str = "AAPL261218C00260000";

    fn leg(symbol: &str, side: Side, ratio: u16) -> Piece {
        Piece { symbol: Symbol::from_broker(symbol), side, ratio: ratio.into() }
    }

    fn cents(cents: i64) -> Decimal {
        Decimal::new(cents, 2)
    }

    /// A quote in cents; zero is none.
    fn quoted(symbol: &str, bid: i64, ask: i64, at: i64) -> (Symbol, Quote) {
        let at = DateTime::from_timestamp(at, 0).unwrap();
        (Symbol::from_broker(symbol), Quote { bid: Price::new(cents(bid)), ask: Price::new(cents(ask)), at })
    }

    #[test]
    fn a_spread_costs_the_asks_of_what_is_bought_less_the_bids_of_what_is_sold() {
        let quotes = HashMap::from([quoted(LOW, 500, 520, 7), quoted(HIGH, 200, 210, 5)]);
        let debit = Package::of(Side::Buy, &[leg(LOW, Side::Buy, 1), leg(HIGH, Side::Sell, 1)], &quotes);
        assert_eq!((debit.bid, debit.ask, debit.far_side()), (Some(cents(290)), Some(cents(320)), Some(cents(320))));
        assert_eq!(debit.at, DateTime::from_timestamp(5, 0), "as old as the oldest of them");
        assert!(debit.thin.is_empty());
        let credit = Package::of(Side::Sell, &[leg(LOW, Side::Sell, 1), leg(HIGH, Side::Buy, 1)], &quotes);
        assert_eq!((credit.bid, credit.ask, credit.far_side()), (Some(cents(290)), Some(cents(320)), Some(cents(290))));
        let ratio = Package::of(Side::Buy, &[leg(LOW, Side::Buy, 1), leg(HIGH, Side::Sell, 2)], &quotes);
        assert_eq!((ratio.bid, ratio.ask), (Some(cents(80)), Some(cents(120))), "each leg as often as it is in there");
    }

    #[test]
    fn at_the_market_it_is_what_it_comes_to_and_a_limit_says_what_it_is() {
        let quotes = HashMap::from([quoted(LOW, 500, 520, 7), quoted(HIGH, 200, 210, 7)]);
        let legs = [leg(LOW, Side::Sell, 1), leg(HIGH, Side::Buy, 1)];
        let market = Package::quoted(&Pricing::Market, Side::Buy, &legs, &quotes);
        assert_eq!((market.side, market.far_side()), (Side::Sell, Some(cents(290))));
        let limit = Pricing::Limit(Price::parse("1").unwrap());
        let odd = Package::quoted(&limit, Side::Buy, &legs, &quotes);
        assert_eq!((odd.side, odd.far_side()), (Side::Buy, Some(cents(-290))), "it would bring what it is to cost");
        assert_eq!(odd.quote().unwrap().ask, None);
    }

    #[test]
    fn a_leg_that_nobody_quotes_is_named_and_nothing_is_made_up_for_it() {
        let legs = [leg(LOW, Side::Buy, 1), leg(HIGH, Side::Sell, 1)];
        let no_bid = HashMap::from([quoted(LOW, 500, 520, 7), quoted(HIGH, 0, 5, 7)]);
        let thin = Package::of(Side::Buy, &legs, &no_bid);
        assert_eq!((thin.bid, thin.ask), (Some(cents(495)), None), "it can be sold, not bought");
        assert_eq!(thin.thin, [Symbol::from_broker(HIGH)]);
        let none = Package::of(Side::Buy, &legs, &HashMap::new());
        assert_eq!((none.bid, none.ask, none.at, none.thin.len()), (None, None, None, 2));
        assert_eq!(none.quote(), None);
    }

    #[test]
    fn only_a_limit_outside_of_the_quote_is_away_from_it() {
        let quotes = HashMap::from([quoted(LOW, 500, 520, 7), quoted(HIGH, 200, 210, 7)]);
        let debit = Package::of(Side::Buy, &[leg(LOW, Side::Buy, 1), leg(HIGH, Side::Sell, 1)], &quotes);
        let away = |text: &str| debit.away(Price::parse(text).unwrap());
        assert_eq!((away("2.90"), away("3"), away("3.20")), (None, None, None));
        assert_eq!((away("4"), away("1.45")), (Some(cents(25)), Some(cents(-50))));
    }

    proptest! {
        #[test]
        fn a_bid_is_never_above_its_ask_and_a_credit_mirrors_the_debit(
            quotes in prop::collection::vec((1_i64..5_000, 0_i64..500), 4),
            legs in prop::collection::vec((any::<bool>(), 1_u16..5), 4),
        ) {
            let name = |n: usize| format!("AAPL261218C{:08}", 200_000 + n * 5_000);
            let quotes: HashMap<_, _> =
                quotes.iter().enumerate().map(|(n, (bid, wide))| quoted(&name(n), *bid, bid + wide, 1)).collect();
            let legs: Vec<_> = legs
                .iter()
                .enumerate()
                .map(|(n, (buys, ratio))| leg(&name(n), if *buys { Side::Buy } else { Side::Sell }, *ratio))
                .collect();
            let debit = Package::of(Side::Buy, &legs, &quotes);
            prop_assert!(debit.bid <= debit.ask);
            let credit = Package::of(Side::Sell, &legs, &quotes);
            prop_assert_eq!(credit.bid.map(|it| -it), debit.ask);
            prop_assert_eq!(credit.ask.map(|it| -it), debit.bid);
            let market = Package::quoted(&Pricing::Market, Side::Buy, &legs, &quotes);
            prop_assert!(market.far_side().unwrap() >= Decimal::ZERO || market.side == Side::Sell);
        }
    }
}
