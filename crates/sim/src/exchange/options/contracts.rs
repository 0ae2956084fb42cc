//! The universe of contracts: it follows from the underlying's symbol and base price and from the date alone, so that
//! nothing need be kept.
//!
//! Every Friday of the next eight weeks and every third Friday of the next thirteen months has contracts (the trading day
//! before, when the market is closed on it). Strikes lie on a grid around the underlying's base price.

use super::super::assets::{Asset, AssetClass, id_of};
use super::super::calendar;
use super::super::market::Market;
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc, Weekday};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::fmt::Write as _;
use uuid::Uuid;

/// Weeks for which every Friday has contracts.
const WEEKS: u64 = 8;
/// Days for which third Fridays have contracts.
const FARTHEST: u64 = 400;
/// Days for which contracts that have ended are still found.
const REMEMBERED: u64 = 400;
/// What a contract's price, and its strike, are multiplied with.
pub(in super::super) const MULTIPLIER: Decimal = Decimal::ONE_HUNDRED;
/// Shares that had a reverse split, one for ten, while contracts on them were open: those are for ten shares since then, and
/// have a root of their own.
const SPLIT: [&str; 1] = ["AAPL"];

/// To buy, or to sell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) enum Right {
    Call,
    Put,
}

/// One contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Contract {
    /// As the Options Clearing Corporation writes it, without padding.
    pub symbol: String,
    /// The underlying's symbol without its dots.
    pub root: String,
    pub right: Right,
    pub strike: Decimal,
    pub expires: NaiveDate,
}

impl Contract {
    fn new(root: &str, expires: NaiveDate, right: Right, strike: Decimal) -> Self {
        let mut symbol = root.to_owned();
        let letter = if right == Right::Call { 'C' } else { 'P' };
        let thousandths = (strike * Decimal::ONE_THOUSAND).to_u64().unwrap_or_default();
        // Writing to a string does not fail.
        let _ = write!(symbol, "{}{letter}{thousandths:08}", expires.format("%y%m%d"));
        Self { symbol, root: root.to_owned(), right, strike: strike.normalize(), expires }
    }

    /// Reads a symbol by its form alone; whether the contract is listed is another question.
    pub fn read(symbol: &str) -> Option<Self> {
        let split = symbol.len().checked_sub(15).filter(|split| (1..=6).contains(split) && symbol.is_ascii())?;
        let (root, rest) = symbol.split_at(split);
        let (date, rest) = rest.split_at(6);
        let (letter, digits) = rest.split_at(1);
        let right = match letter {
            "C" => Right::Call,
            "P" => Right::Put,
            _ => return None,
        };
        let plain = digits.bytes().all(|digit| digit.is_ascii_digit());
        let strike = Decimal::new(digits.parse().ok().filter(|_| plain)?, 3).normalize();
        let expires = NaiveDate::parse_from_str(date, "%y%m%d").ok()?;
        let contract = Self { symbol: symbol.to_owned(), root: root.to_owned(), right, strike, expires };
        let name = root.strip_suffix('1').unwrap_or(root);
        (!name.is_empty() && name.bytes().all(|letter| letter.is_ascii_uppercase())).then_some(contract)
    }

    /// Shares that change hands for one of it.
    pub fn size(&self) -> Decimal {
        if self.root.ends_with('1') { Decimal::TEN } else { MULTIPLIER }
    }

    /// What each of those shares costs at the strike.
    pub fn price_of_a_share(&self) -> Decimal {
        self.strike * MULTIPLIER / self.size()
    }

    /// What the shares are worth that stand behind one unit of its price.
    pub fn behind(&self, spot: Decimal) -> Decimal {
        spot * self.size() / MULTIPLIER
    }

    /// The vendor's id; it follows from the symbol.
    pub fn id(&self) -> Uuid {
        id_of(&self.symbol)
    }

    /// When it ends.
    pub fn ends(&self) -> DateTime<Utc> {
        calendar::trading_day(self.expires).map_or_else(|| calendar::at(self.expires, 16, 0), |day| day.close)
    }

    /// How far it is in the money, per unit of its price; never less than nothing.
    pub fn intrinsic(&self, spot: Decimal) -> Decimal {
        let spot = self.behind(spot);
        let gain = if self.right == Right::Call { spot - self.strike } else { self.strike - spot };
        gain.max(Decimal::ZERO)
    }

    /// The contract as something that is traded.
    pub fn listed(&self, underlying: &Asset) -> Asset {
        let right = if self.right == Right::Call { "Call" } else { "Put" };
        let date = self.expires.format("%b %d %Y");
        Asset {
            class: AssetClass::Option,
            marginable: false,
            shortable: true,
            fractionable: false,
            attributes: Vec::new(),
            ..Asset::listed(
                &self.symbol,
                &format!("{} {date} {} {right}", underlying.symbol, self.strike),
                &underlying.exchange,
                underlying.base_price,
            )
        }
    }
}

/// The root that an underlying's contracts begin with.
fn root(underlying: &Asset) -> String {
    underlying.symbol.replace('.', "")
}

fn has_contracts(asset: &Asset) -> bool {
    asset.class == AssetClass::Equity && asset.tradable && asset.attributes.contains(&"has_options")
}

/// The share that contracts of a root are on.
pub(in super::super) fn underlying<'a>(market: &'a Market, root: &str) -> Option<&'a Asset> {
    if let Some(name) = root.strip_suffix('1') {
        return market.asset(name).filter(|asset| SPLIT.contains(&asset.symbol.as_str()));
    }
    let found = market.asset(root).filter(|asset| self::root(asset) == root);
    // A class share's dot is not in its root.
    let dotted = || {
        let (company, class) = root.split_at_checked(root.len().checked_sub(1)?)?;
        market.asset(&format!("{company}.{class}"))
    };
    found.or_else(dotted).filter(|asset| has_contracts(asset))
}

/// The dates on which contracts end that are listed on `today`, soonest first.
pub(in super::super) fn expirations(today: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    let last_of_weeks = today + Days::new(WEEKS * 7);
    let days = today.iter_days().take_while(move |day| *day <= today + Days::new(FARTHEST));
    let fridays = days.filter(|day| day.weekday() == Weekday::Fri);
    fridays.filter(move |day| *day <= last_of_weeks || (15..=21).contains(&day.day())).filter_map(move |friday| {
        let on = calendar::trading_day(friday).map_or(friday - Days::new(1), |day| day.date);
        (on >= today).then_some(on)
    })
}

/// Steps between strikes, and the range they span.
fn strikes(underlying: &Asset) -> impl Iterator<Item = Decimal> + use<> {
    let base = underlying.base_price;
    let step = match base {
        base if base < Decimal::from(25) => Decimal::new(5, 1),
        base if base < Decimal::from(100) => Decimal::ONE,
        base if base < Decimal::from(400) => Decimal::from(5),
        _ => Decimal::TEN,
    };
    let first = (base * Decimal::new(2, 1) / step).floor().max(Decimal::ONE) * step;
    std::iter::successors(Some(first), move |strike| Some(strike + step))
        .take_while(move |strike| *strike <= base * Decimal::TWO)
}

/// The contracts on a share that are listed on `today`: by date, then strike, calls before puts.
pub(in super::super) fn on(underlying: &Asset, today: NaiveDate) -> Vec<Contract> {
    if !has_contracts(underlying) {
        return Vec::new();
    }
    let root = root(underlying);
    let strikes: Vec<Decimal> = strikes(underlying).collect();
    let both = |date: NaiveDate, strike: Decimal| {
        [Right::Call, Right::Put].map(|right| Contract::new(&root, date, right, strike))
    };
    let adjusted = expirations(today).flat_map(|date| adjusted(underlying, date));
    expirations(today)
        .flat_map(|date| strikes.iter().flat_map(move |strike| both(date, *strike)).collect::<Vec<_>>())
        .chain(adjusted)
        .collect()
}

/// The contracts from before a reverse split: three strikes on each third Friday.
fn adjusted(underlying: &Asset, date: NaiveDate) -> Vec<Contract> {
    if !SPLIT.contains(&underlying.symbol.as_str()) || !(14..=21).contains(&date.day()) {
        return Vec::new();
    }
    let root = format!("{}1", root(underlying));
    let step = Decimal::from(5);
    let middle = (underlying.base_price / Decimal::TEN / step).floor() * step;
    let strikes = [middle - step, middle, middle + step].into_iter();
    strikes
        .flat_map(|strike| [Right::Call, Right::Put].map(|right| Contract::new(&root, date, right, strike)))
        .collect()
}

/// A contract by its symbol. Also one that has ended: it is found, and is expired.
pub(in super::super) fn find(market: &Market, symbol: &str, today: NaiveDate) -> Option<Contract> {
    let contract = Contract::read(symbol)?;
    let share = underlying(market, &contract.root)?;
    let remembered = contract.expires < today && contract.expires + Days::new(REMEMBERED) >= today;
    let listed_on = if remembered { contract.expires } else { today };
    let dated = expirations(listed_on).any(|date| date == contract.expires);
    if contract.root.ends_with('1') {
        return adjusted(share, contract.expires).into_iter().find(|listed| dated && listed.symbol == contract.symbol);
    }
    (dated && strikes(share).any(|strike| strike == contract.strike)).then_some(contract)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn monday() -> NaiveDate {
        "2026-11-23".parse().expect("date")
    }

    #[test]
    fn a_symbol_reads_back_as_it_was_written() {
        let market = Market::new(1, "2026-11-23T17:00:00Z".parse().expect("moment"));
        for symbol in ["AAPL", "BRK.B", "F", "SPY"] {
            let share = market.asset(symbol).expect("listed");
            let contracts = on(share, monday());
            assert!(contracts.len() > 500, "{symbol}: {}", contracts.len());
            for contract in contracts.iter().step_by(97) {
                assert_eq!(Contract::read(&contract.symbol).as_ref(), Some(contract));
                assert_eq!(find(&market, &contract.symbol, monday()).as_ref(), Some(contract));
                assert_eq!(underlying(&market, &contract.root).map(|asset| &asset.symbol), Some(&share.symbol));
            }
        }
    }

    #[test]
    fn what_is_no_contract_is_not_found() {
        let market = Market::new(1, "2026-11-23T17:00:00Z".parse().expect("moment"));
        for symbol in [
            "AAPL",
            "AAPL261218C0025000",
            "AAPL261218X00250000",
            "NOPE261218C00250000",
            "AAPL261217C00250000",
            "AAPL261218C00251000",
            "AAPL261318C00250000",
            "ÄAPL61218C00250000",
            "BTCUSD261218C00250000",
            "MSFT1261218C00025000",
            "AAPL2261218C00025000",
            "AAPL1261127C00025000",
            "AAPL1261218C00250000",
        ] {
            assert_eq!(find(&market, symbol, monday()), None, "{symbol}");
        }
        assert!(find(&market, "AAPL261218C00250000", monday()).is_some());
        assert!(find(&market, "AAPL251121C00250000", monday()).is_some(), "one that has ended is found");
    }

    #[test]
    fn a_contract_from_before_a_split_is_for_ten_shares_and_costs_what_they_cost() {
        let market = Market::new(1, "2026-11-23T17:00:00Z".parse().expect("moment"));
        let call = find(&market, "AAPL1261218C00020000", monday()).expect("listed");
        assert_eq!((call.size(), call.price_of_a_share()), (Decimal::TEN, Decimal::from(200)));
        assert_eq!(call.intrinsic(Decimal::from(250)), Decimal::from(5), "ten shares at 250, of which 200 are paid");
        assert_eq!(underlying(&market, &call.root).map(|asset| asset.symbol.as_str()), Some("AAPL"));
        let plain = find(&market, "AAPL261218C00250000", monday()).expect("listed");
        assert_eq!((plain.size(), plain.price_of_a_share()), (MULTIPLIER, Decimal::from(250)));
    }

    #[test]
    fn a_listed_contract_stays_listed_until_it_ends() {
        for later in 0..60 {
            let day = monday() + Days::new(later);
            for date in expirations(monday()).filter(|date| *date >= day) {
                assert!(expirations(day).any(|other| other == date), "{date} on {day}");
            }
        }
        let holiday: NaiveDate = "2027-03-26".parse().expect("Good Friday");
        let dates: Vec<NaiveDate> = expirations("2027-03-01".parse().expect("date")).collect();
        assert!(!dates.contains(&holiday) && dates.contains(&(holiday - Days::new(1))));
    }
}
