//! Corporate actions: the quarterly dividends of those who pay them, and splits that everybody remembers.

use super::assets::{Asset, AssetClass, id_of};
use super::calendar;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use rust_decimal::Decimal;
use uuid::Uuid;

/// Symbol, ex-date and new shares for each old one.
const SPLITS: &[(&str, (i32, u32, u32), u32)] = &[
    ("AAPL", (2020, 8, 31), 4),
    ("AMZN", (2022, 6, 6), 20),
    ("GOOG", (2022, 7, 18), 20),
    ("GOOGL", (2022, 7, 18), 20),
    ("GME", (2022, 7, 22), 4),
    ("TSLA", (2022, 8, 25), 3),
    ("WMT", (2024, 2, 26), 3),
    ("NVDA", (2024, 6, 10), 10),
    ("AVGO", (2024, 7, 15), 10),
];

/// What a company does for its shareholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    /// Dollars a share.
    CashDividend(Decimal),
    /// So many shares for one.
    ForwardSplit(u32),
}

/// A corporate action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Action {
    pub id: Uuid,
    pub symbol: String,
    pub deed: Deed,
    pub ex_date: NaiveDate,
    /// When it is carried out.
    pub process_date: NaiveDate,
}

impl Action {
    fn new(symbol: &str, deed: Deed, ex_date: NaiveDate, process_date: NaiveDate) -> Self {
        let id = id_of(&format!("{symbol} {deed:?} {ex_date}"));
        Self { id, symbol: symbol.to_owned(), deed, ex_date, process_date }
    }
}

/// Nine letters and digits that stand for an asset.
pub(super) fn cusip(id: Uuid) -> String {
    id.simple().to_string().to_uppercase().chars().take(9).collect()
}

/// How many shares of today one share of `date` has become.
pub(super) fn split_since(symbol: &str, date: NaiveDate, today: NaiveDate) -> Decimal {
    let since = splits(symbol).filter(|(ex_date, _)| date < *ex_date && *ex_date <= today);
    since.map(|(_, ratio)| Decimal::from(ratio)).product()
}

fn splits(symbol: &str) -> impl Iterator<Item = (NaiveDate, u32)> {
    let own = SPLITS.iter().filter(move |(split, ..)| *split == symbol);
    own.filter_map(|(_, (year, month, day), ratio)| Some((NaiveDate::from_ymd_opt(*year, *month, *day)?, *ratio)))
}

/// What a company does between two dates, both included, by the date on which it is carried out.
pub(super) fn actions(asset: &Asset, first: NaiveDate, last: NaiveDate) -> Vec<Action> {
    let symbol = asset.symbol.as_str();
    let split = splits(symbol).map(|(date, ratio)| Action::new(symbol, Deed::ForwardSplit(ratio), date, date));
    let mut actions: Vec<Action> = split.chain(dividends(asset, first, last)).collect();
    actions.retain(|action| first <= action.process_date && action.process_date <= last);
    actions.sort_by_key(|action| action.process_date);
    actions
}

/// Three companies in eight pay, once in every quarter, about two percent a year.
fn dividends(asset: &Asset, first: NaiveDate, last: NaiveDate) -> Vec<Action> {
    let drawn = asset.id.as_u128();
    let pays = asset.class == AssetClass::Equity && asset.active && drawn % 8 < 3;
    let small = |divisor: u128, bound: u128| u32::try_from(drawn / divisor % bound).unwrap_or_default();
    let (offset, day) = (small(8, 3), 1 + small(32, 26));
    let percent = Decimal::new(i64::from(20 + small(1_024, 80)), 2) / Decimal::TWO;
    let rate = (asset.base_price * percent / Decimal::ONE_HUNDRED).round_dp(2);
    if !pays || rate.is_zero() {
        return Vec::new();
    }
    let years = first.year() - 1..=last.year();
    let months = years.flat_map(|year| (0..4).map(move |quarter| (year, 1 + offset + 3 * quarter)));
    let dates = months.filter_map(|(year, month)| NaiveDate::from_ymd_opt(year, month, day)).map(trading_day_from);
    let paid = dates.map(|ex_date| (ex_date, trading_day_from(ex_date + Days::new(21))));
    paid.map(|(ex_date, paid)| Action::new(&asset.symbol, Deed::CashDividend(rate), ex_date, paid)).collect()
}

/// The first trading day on or after `date`.
fn trading_day_from(date: NaiveDate) -> NaiveDate {
    match calendar::trading_day(date) {
        Some(_) => date,
        None if date.weekday() == Weekday::Sun => trading_day_from(date + Days::new(1)),
        None => calendar::next_trading_day(date).date,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("date")
    }

    #[test]
    fn a_payer_pays_four_times_a_year_on_trading_days() {
        let payers = super::super::assets::Listing::known();
        let years = payers.assets().map(|asset| actions(asset, day("2026-01-01"), day("2026-12-31")));
        let paid: Vec<Vec<Action>> = years.filter(|year| !year.is_empty()).collect();
        assert!(paid.len() > 5);
        for action in paid.iter().flatten() {
            assert!(calendar::trading_day(action.process_date).is_some() && action.ex_date < action.process_date);
        }
        assert!(paid.iter().all(|year| (3..=5).contains(&year.len())));
    }

    #[test]
    fn splits_multiply_and_count_only_once_they_have_happened() {
        let today = day("2026-11-23");
        assert_eq!(split_since("NVDA", day("2024-06-07"), today), Decimal::TEN);
        assert_eq!(split_since("NVDA", day("2024-06-10"), today), Decimal::ONE);
        assert_eq!(split_since("NVDA", day("2024-06-07"), day("2024-06-08")), Decimal::ONE);
    }
}
