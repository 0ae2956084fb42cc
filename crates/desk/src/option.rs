//! `/option`: from a day over strikes and a strategy to an order, with the most that it can lose and gain.

use crate::access::Opened;
use crate::desk::Desk;
use crate::refused::Refused;
use crate::view::View;
use crate::views::{ChainPage, ChainRow};
use chrono::NaiveDate;
use domain::account::LinkedAccount;
use domain::ids::AccountId;
use domain::market::Strike;
use domain::money::{Price, Quantity};
use domain::order::{Class, Effect, Leg, Legs, Order, Pricing, Side, Size};
use domain::payoff::{Part, Payoff};
use domain::sizing::Amount;
use domain::strategy::Strategy;
use domain::symbol::{Contract, Right, Symbol};
use domain::tenant::Tenant;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Lines of a menu; Discord takes 25, and two of them turn its pages.
const LINES: usize = 23;
/// The most that can be put together here.
const UNITS: u16 = 999;

/// At what price an order is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// Halfway between bid and ask.
    Middle,
    /// What is bought at the ask, what is sold at the bid.
    Market,
}

impl Aim {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Middle => Self::Market,
            Self::Market => Self::Middle,
        }
    }

    /// What a share of a contract costs, or brings.
    fn premium(self, side: Side, strike: &Strike) -> Option<Decimal> {
        let quote = strike.quote?;
        match self {
            Self::Market => quote.far_side(side).map(Price::get),
            // What nobody bids for is worth something between nothing and what is asked.
            Self::Middle => Some((quote.bid.map_or(Decimal::ZERO, Price::get) + quote.ask?.get()) / Decimal::TWO),
        }
    }
}

/// What was picked so far. A pick makes another one of it, so a line of a menu means the same whenever it is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionDraft {
    /// Which account is to trade.
    pub account: AccountId,
    /// Options on what.
    pub underlying: Symbol,
    /// The day on which they expire.
    pub expires: Option<NaiveDate>,
    /// Strikes, as they were picked; no two are the same.
    pub strikes: Vec<Price>,
    /// What to do with them.
    pub strategy: Option<Strategy>,
    /// How many of it.
    pub units: u16,
    /// At what price.
    pub aim: Aim,
    /// The first day in its menu.
    days_from: usize,
    /// The first strike in its menu; around the money when there is none.
    strikes_from: Option<usize>,
}

impl OptionDraft {
    /// Nothing is picked yet.
    pub const fn new(account: AccountId, underlying: Symbol) -> Self {
        Self {
            account,
            underlying,
            expires: None,
            strikes: Vec::new(),
            strategy: None,
            units: 1,
            aim: Aim::Middle,
            days_from: 0,
            strikes_from: None,
        }
    }

    /// Strikes that are still to be picked. Before a strategy is picked it is one.
    pub fn missing(&self) -> usize {
        self.strategy.map_or(1, Strategy::strikes).saturating_sub(self.strikes.len())
    }

    /// On another day, whose strikes may be others.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Self {
        Self { expires: Some(day), strikes: Vec::new(), strikes_from: None, ..self.clone() }
    }

    /// With one more strike; in place of the last one when no more are needed.
    #[must_use]
    pub fn at(&self, strike: Price) -> Self {
        let mut picked = self.clone();
        if picked.missing() == 0 {
            picked.strikes.pop();
        }
        picked.strikes.push(strike);
        picked
    }

    /// As another strategy, with as many of the strikes as that needs.
    #[must_use]
    pub fn by(&self, strategy: Strategy) -> Self {
        let mut picked = Self { strategy: Some(strategy), ..self.clone() };
        picked.strikes.truncate(strategy.strikes());
        picked
    }

    fn times(&self, units: u16) -> Self {
        Self { units, ..self.clone() }
    }
}

/// A menu: what can be picked, and what the draft is then.
#[derive(Clone, Debug)]
pub struct Menu<'a, T> {
    /// The lines before these.
    pub before: Option<OptionDraft>,
    /// The lines.
    pub lines: Vec<(&'a T, OptionDraft)>,
    /// The lines after these.
    pub after: Option<OptionDraft>,
}

/// One part of a list, and where the parts before and after it begin.
fn part<T>(list: &[T], from: usize) -> (&[T], Option<usize>, Option<usize>) {
    let from = if from < list.len() { from } else { 0 };
    let until = (from + LINES).min(list.len());
    (&list[from..until], (from > 0).then(|| from.saturating_sub(LINES)), (until < list.len()).then_some(until))
}

/// An order that the picks come to.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Bought is a debit, sold a credit.
    pub side: Side,
    /// Per share.
    pub limit: Price,
    /// What becomes of all of it.
    pub payoff: Payoff,
    /// The quotes make it cost what should bring something, or the other way round.
    pub is_odd: bool,
}

/// `/option`.
#[derive(Clone, Debug)]
pub struct OptionPage {
    /// Which account would trade.
    pub account: LinkedAccount,
    /// What was picked.
    pub draft: OptionDraft,
    /// The day's strikes; of the next day when none was picked.
    pub chain: ChainPage,
    /// The contracts, lowest strike first; none while a pick is missing.
    pub legs: Vec<(Side, Strike)>,
    /// What they come to; none without quotes.
    pub offer: Option<Offer>,
}

impl OptionPage {
    /// What the picks come to in this chain.
    pub fn of(account: LinkedAccount, draft: OptionDraft, chain: ChainPage) -> Self {
        let legs = legs(&draft, &chain).unwrap_or_default();
        let offer = offer(&draft, &legs, chain.price);
        Self { account, draft, chain, legs, offer }
    }

    /// Days to pick from.
    pub fn days(&self) -> Menu<'_, NaiveDate> {
        let (days, before, after) = part(&self.chain.expiries, self.draft.days_from);
        let turn = |days_from| OptionDraft { days_from, ..self.draft.clone() };
        let lines = days.iter().map(|day| (day, self.draft.on(*day))).collect();
        Menu { before: before.map(turn), lines, after: after.map(turn) }
    }

    /// Strikes to pick from: none before there is a day.
    pub fn strikes(&self) -> Menu<'_, ChainRow> {
        let rows: &[ChainRow] = if self.is_of_the_day() { &self.chain.rows } else { &[] };
        let from = self.draft.strikes_from.unwrap_or_else(|| self.chain.around(LINES));
        let (rows, before, after) = part(rows, from);
        let turn = |from| OptionDraft { strikes_from: Some(from), ..self.draft.clone() };
        let free = rows.iter().filter(|row| !self.draft.strikes.contains(&row.strike));
        Menu {
            before: before.map(turn),
            lines: free.map(|row| (row, self.draft.at(row.strike))).collect(),
            after: after.map(turn),
        }
    }

    /// Strategies to pick from: none before there is a strike.
    pub fn strategies(&self) -> Menu<'static, Strategy> {
        let all: &'static [Strategy] = if self.draft.strikes.is_empty() { &[] } else { &Strategy::ALL };
        Menu {
            before: None,
            lines: all.iter().map(|strategy| (strategy, self.draft.by(*strategy))).collect(),
            after: None,
        }
    }

    /// One less of it.
    pub fn fewer(&self) -> Option<OptionDraft> {
        (self.offer.is_some() && self.draft.units > 1).then(|| self.draft.times(self.draft.units - 1))
    }

    /// One more of it.
    pub fn more(&self) -> Option<OptionDraft> {
        (self.offer.is_some() && self.draft.units < UNITS).then(|| self.draft.times(self.draft.units + 1))
    }

    /// At the other price.
    pub fn otherwise(&self) -> Option<OptionDraft> {
        (!self.legs.is_empty()).then(|| OptionDraft { aim: self.draft.aim.other(), ..self.draft.clone() })
    }

    /// Everything that a menu or a button leads to: itself as well, to be read anew, or to become an order.
    pub(crate) fn leads(&self) -> Vec<View> {
        fn all<T>(menu: Menu<'_, T>) -> impl Iterator<Item = OptionDraft> {
            menu.before.into_iter().chain(menu.lines.into_iter().map(|(_, draft)| draft)).chain(menu.after)
        }
        let picks = all(self.days()).chain(all(self.strikes())).chain(all(self.strategies()));
        let rest = [self.fewer(), self.more(), self.otherwise(), Some(self.draft.clone())].into_iter().flatten();
        picks.chain(rest).map(View::Option).collect()
    }

    /// Whether the strikes are those of the day that was picked: a day that is over has none.
    fn is_of_the_day(&self) -> bool {
        self.draft.expires == Some(self.chain.expires)
    }

    /// The order that is offered.
    pub(crate) fn order(&self) -> Option<Order<Amount>> {
        let offer = self.offer.as_ref()?;
        let (pricing, count) = (Pricing::Limit(offer.limit), Quantity::new(self.draft.units.into())?);
        let amount = Amount::Exactly(Size::Shares(count));
        if let [(side, strike)] = self.legs.as_slice() {
            let order = Order::plain(*side, strike.symbol.clone(), amount, pricing);
            return Some(Order { effect: Some(Effect::Open), ..order });
        }
        let leg = |(side, strike): &(Side, Strike)| Leg {
            symbol: strike.symbol.clone(),
            side: *side,
            effect: Effect::Open,
            ratio: 1,
        };
        let legs = Legs::new(self.legs.iter().map(leg).collect()).ok()?;
        let order = Order::plain(offer.side, self.draft.underlying.clone(), amount, pricing);
        Some(Order { class: Class::MultiLeg(legs), ..order })
    }
}

/// The contracts that were picked, once all of them were.
fn legs(draft: &OptionDraft, chain: &ChainPage) -> Option<Vec<(Side, Strike)>> {
    let strategy = draft.strategy.filter(|_| draft.expires == Some(chain.expires) && draft.missing() == 0)?;
    let mut strikes = draft.strikes.clone();
    strikes.sort_unstable();
    let leg = |(price, (side, right)): (Price, &(Side, Right))| {
        let row = chain.rows.iter().find(|row| row.strike == price)?;
        let strike = match right {
            Right::Call => row.call.clone()?,
            Right::Put => row.put.clone()?,
        };
        Some((*side, strike))
    };
    strikes.into_iter().zip(strategy.legs()).map(leg).collect()
}

/// What the contracts come to at today's quotes.
fn offer(draft: &OptionDraft, legs: &[(Side, Strike)], price: Option<Price>) -> Option<Offer> {
    let strategy = draft.strategy.filter(|_| !legs.is_empty())?;
    let mut net = Decimal::ZERO;
    let mut parts = Vec::new();
    for (side, strike) in legs {
        let premium = draft.aim.premium(*side, strike)?;
        net += if *side == Side::Buy { premium } else { -premium };
        parts.push(Part::contracts(*side, strike.contract.right, strike.contract.strike, draft.units, Decimal::ZERO));
    }
    if strategy.is_covered() {
        parts.push(Part::shares(Side::Buy, u32::from(draft.units) * 100, price?));
    }
    // Quotes that cross can make a credit cost something. It is called what it is.
    let side = match net.cmp(&Decimal::ZERO) {
        Ordering::Less => Side::Sell,
        Ordering::Equal => strategy.side(),
        Ordering::Greater => Side::Buy,
    };
    let cents = net.abs().round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    let limit = Price::new(cents.max(Decimal::new(1, 2)))?;
    let paid = if side == Side::Buy { limit.get() } else { -limit.get() };
    let payoff = Payoff::of(parts).paying(paid * Contract::MULTIPLIER * Decimal::from(draft.units));
    Some(Offer { side, limit, payoff, is_odd: side != strategy.side() })
}

impl Desk {
    pub(crate) async fn option_page(&self, tenant: Tenant, draft: &OptionDraft) -> Result<OptionPage, Refused> {
        let on = self.open_one(tenant, draft.account).await?;
        let chain = self.chain_on(tenant, &on, &draft.underlying, draft.expires).await?;
        let Opened { account, .. } = on;
        Ok(OptionPage::of(account, draft.clone(), chain))
    }
}

#[cfg(test)]
mod tests;
