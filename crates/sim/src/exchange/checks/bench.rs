//! Everything a rule may look at, and what follows from it.

use super::super::accounts::{Account, Sums};
use super::super::assets::{Asset, AssetClass};
use super::super::calendar::Session;
use super::super::draft::Draft;
use super::super::kinds::{Intent, Kind, Side, Size};
use super::super::market::Market;
use super::super::options::contracts::MULTIPLIER;
use super::super::orders::Order;
use super::super::venue::Knobs;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

/// An order before its judges.
pub(in super::super) struct Bench<'a> {
    pub draft: &'a Draft,
    pub asset: Option<&'a Asset>,
    pub account: &'a Account,
    /// The order whose place this one would take.
    pub replacing: Option<&'a Order>,
    pub market: &'a Market,
    pub knobs: &'a Knobs,
    pub now: DateTime<Utc>,
    /// The account's sums before this order.
    pub sums: Sums,
}

impl Bench<'_> {
    pub fn position(&self) -> Decimal {
        self.account.shares(&self.draft.symbol)
    }

    /// Whether the order takes a position back rather than opening or adding to one. A replacement does what the order
    /// before it did.
    pub fn closes(&self) -> bool {
        match (self.replacing, self.draft.side) {
            (Some(order), _) => order.closes(),
            (None, Side::Buy) => self.position() < Decimal::ZERO,
            (None, Side::Sell) => self.position() > Decimal::ZERO,
        }
    }

    /// What the order does to the position.
    pub fn intent(&self) -> Intent {
        Intent::new(self.draft.side, self.closes())
    }

    /// What the market asks of this order now: far side in the regular session, middle in the extended ones, last trade
    /// when closed.
    pub fn market_price(&self) -> Decimal {
        let symbol = &self.draft.symbol;
        let last = self.market.last(symbol).unwrap_or_default();
        let quote = self.market.quote(symbol);
        let (bid, ask) = quote.map_or((last, last), |quote| (or(quote.bid, last), or(quote.ask, last)));
        let short = self.draft.side == Side::Sell && !self.closes() && self.class() == AssetClass::Equity;
        let session = match self.class() {
            AssetClass::Crypto => Session::Regular,
            AssetClass::Equity | AssetClass::Option => self.market.session(self.now),
        };
        match (session, self.draft.side) {
            (Session::Regular, Side::Sell) if !short => bid,
            (Session::Regular, _) => ask,
            (Session::Extended, _) => ((bid + ask) / Decimal::TWO).round_dp(4),
            (Session::Closed, _) => last,
        }
    }

    /// The price the order is checked at. A limit buy counts at its limit and a buy stop at its stop, a short sale at no
    /// less than 3 % above the market.
    pub fn check_price(&self) -> Decimal {
        let market = self.market_price();
        let own = match self.draft.kind {
            Kind::Market | Kind::TrailingStop(_) => None,
            Kind::Stop(stop) => Some(stop),
            Kind::Limit(limit) | Kind::StopLimit { limit, .. } => Some(limit),
        };
        if self.draft.side == Side::Sell && !self.closes() && self.class() == AssetClass::Equity {
            let dear = market * Decimal::new(103, 2);
            return own.map_or(dear, |price| price.max(dear));
        }
        own.unwrap_or(market)
    }

    /// Shares still asked for; for a dollar order, what it buys at the check price.
    pub fn shares(&self) -> Decimal {
        let done = self.replacing.map_or(Decimal::ZERO, |order| order.filled_qty);
        match self.draft.size {
            Size::Qty(qty) => qty - done,
            Size::Notional(dollars) => dollars.checked_div(self.check_price()).unwrap_or(dollars).round_dp(9),
        }
    }

    pub fn cost(&self) -> Decimal {
        match self.draft.size {
            Size::Qty(_) if self.class() == AssetClass::Option => {
                let cost = self.shares().checked_mul(self.check_price() * MULTIPLIER);
                cost.unwrap_or(Decimal::MAX)
            }
            Size::Qty(_) => self.shares().checked_mul(self.check_price()).unwrap_or(Decimal::MAX),
            Size::Notional(dollars) => dollars,
        }
    }

    pub fn class(&self) -> AssetClass {
        self.asset.map_or(AssetClass::Equity, |asset| asset.class)
    }

    /// Shares that the order before this one keeps back and need not any more.
    pub fn own_hold(&self) -> Decimal {
        self.replacing.filter(|order| order.closes()).map_or(Decimal::ZERO, Order::shares_left)
    }

    /// Dollars that the order before this one keeps back and need not any more.
    pub fn given_back(&self) -> Decimal {
        self.replacing.map_or(Decimal::ZERO, Order::reserve)
    }

    /// Whether an open order in the symbol means to do that.
    pub fn others_intend(&self, intent: Intent) -> bool {
        self.account.book.intends(&self.draft.symbol, intent)
    }

    /// The oldest open order on the other side that this one may meet and that is wanted; not the one that it replaces.
    pub fn facing(&self, wanted: impl Fn(&Order) -> bool) -> Option<&Order> {
        let (replaced, draft) = (self.replacing.map(|order| order.id), self.draft);
        let other = |order: &Order| Some(order.id) != replaced && wanted(order);
        self.account.book.facing(&draft.symbol, draft.side.other(), draft.kind.limit_price(), other)
    }
}

fn or(price: Decimal, otherwise: Decimal) -> Decimal {
    if price.is_zero() { otherwise } else { price }
}
