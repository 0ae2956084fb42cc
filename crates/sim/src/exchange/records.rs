//! What happened to accounts beside orders: money that came and went, and the lists their owners keep.

pub(super) mod activities;
pub(super) mod portfolio;
pub(super) mod watchlists;

use super::assets::id_of;
use super::calendar;
use super::venue::Exchange;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::America::New_York;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Everything of this kind in one exchange.
#[derive(Default)]
pub(super) struct Records {
    entries: Vec<Entry>,
    watchlists: BTreeMap<Uuid, Vec<watchlists::Watchlist>>,
}

/// Money that moved without an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Booking {
    /// A deposit, or with a negative amount a withdrawal.
    Transfer(Decimal),
    /// The money that a paper account is opened with.
    Grant(Decimal),
    /// A dividend on the shares held now, at so much a share.
    Dividend {
        /// Whose.
        symbol: String,
        /// Dollars a share.
        per_share: Decimal,
    },
    /// A fee, as a positive amount.
    Fee {
        /// The vendor's sub-type, such as `TAF` or `REG`.
        kind: &'static str,
        /// Dollars.
        amount: Decimal,
    },
    /// Interest on cash, or with a negative amount on a debt.
    Interest(Decimal),
}

/// A booking that was made.
#[derive(Clone, Debug)]
struct Entry {
    id: Uuid,
    account: Uuid,
    kind: &'static str,
    sub_kind: Option<&'static str>,
    amount: Decimal,
    symbol: Option<String>,
    qty: Option<Decimal>,
    per_share: Option<Decimal>,
    description: String,
    at: DateTime<Utc>,
}

impl Entry {
    fn of(booking: Booking, shares: impl Fn(&str) -> Decimal) -> Self {
        let entry = |kind, amount: Decimal, description: &str| Self {
            id: Uuid::nil(),
            account: Uuid::nil(),
            kind,
            sub_kind: None,
            amount,
            symbol: None,
            qty: None,
            per_share: None,
            description: description.to_owned(),
            at: DateTime::<Utc>::MIN_UTC,
        };
        match booking {
            Booking::Transfer(amount) if amount.is_sign_negative() => entry("CSW", amount, "Withdrawal"),
            Booking::Transfer(amount) => entry("CSD", amount, "Deposit"),
            Booking::Grant(amount) => entry("JNLC", amount, "Paper money"),
            Booking::Dividend { symbol, per_share } => {
                let qty = shares(&symbol);
                let paid = entry("DIV", (qty * per_share).round_dp(2), &format!("Cash dividend {symbol}"));
                Self {
                    sub_kind: Some("CDIV"),
                    qty: Some(qty),
                    per_share: Some(per_share),
                    symbol: Some(symbol),
                    ..paid
                }
            }
            Booking::Fee { kind, amount } => {
                Self { sub_kind: Some(kind), ..entry("FEE", -amount, &format!("{kind} fee")) }
            }
            Booking::Interest(amount) => {
                let kind = if amount.is_sign_negative() { "MGN" } else { "CDT" };
                Self { sub_kind: Some(kind), ..entry("INT", amount, "Interest") }
            }
        }
    }

    /// The day it counts for, in New York.
    fn date(&self) -> NaiveDate {
        calendar::date_of(self.at)
    }
}

impl Exchange {
    /// Moves money of an account without an order, and writes it down.
    pub fn book(&mut self, account: Uuid, booking: Booking, now: DateTime<Utc>) {
        let id = self.rng.uuid();
        let Some(owner) = self.accounts.get_mut(&account) else { return };
        let entry = Entry::of(booking, |symbol| owner.shares(symbol));
        owner.cash += entry.amount;
        self.records.entries.push(Entry { id, account, at: now, ..entry });
    }

    /// Writes down the money that an account is opened with; it is there already.
    pub(super) fn write_down_opening(&mut self, account: Uuid, booking: Booking, now: DateTime<Utc>) {
        let entry = Entry::of(booking, |_| Decimal::ZERO);
        // Nothing is drawn here: what an account is opened with must not change what happens after.
        let id = id_of(&format!("opening {account}"));
        self.records.entries.push(Entry { id, account, at: now, ..entry });
    }
}

/// What happened with an account, newest last, each with what it did to cash and to the shares of a symbol.
struct Change {
    at: DateTime<Utc>,
    cash: Decimal,
    shares: Option<(String, Decimal)>,
    /// The vendor's activity type, when it is money that came or went.
    kind: Option<&'static str>,
}

/// The vendor's id of something that happened: the time in New York to the millisecond, and a UUID.
fn activity_id(at: DateTime<Utc>, id: Uuid) -> String {
    format!("{}::{id}", at.with_timezone(&New_York).format("%Y%m%d%H%M%S%3f"))
}

/// The first moment of the day after.
fn next_day(date: NaiveDate) -> DateTime<Utc> {
    calendar::midnight(date + TimeDelta::days(1))
}
