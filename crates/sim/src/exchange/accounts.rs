//! An account: its cash, its positions, and what it can still spend.

use super::Environment;
use super::book::Book;
use super::kinds::Side;
use super::market::Market;
use super::options::contracts::{Contract, MULTIPLIER};
use super::options::margin::{Tied, tied_up};
use super::orders::{Order, Role};
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Equity an account needs for margin and shorting.
const MARGIN_EQUITY: Decimal = Decimal::from_parts(2_000, 0, 0, false, 0);

/// What a user can configure.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "these are the vendor's switches, each independent of the others")]
pub struct Configurations {
    /// Refuses every new order.
    pub suspend_trade: bool,
    /// Refuses short sales.
    pub no_shorting: bool,
    /// Allows parts of shares.
    pub fractional_trading: bool,
    /// 1, 2 or 4.
    pub max_margin_multiplier: u8,
    /// 0 to 3.
    pub max_options_trading_level: Option<u8>,
    /// Mail on every trade.
    pub trade_confirm_email: bool,
    /// Allows partnerships without a tax exception.
    pub ptp_no_exception_entry: bool,
    /// Refuses the overnight session.
    pub disable_overnight_trading: bool,
}

impl Default for Configurations {
    fn default() -> Self {
        Self {
            suspend_trade: false,
            no_shorting: true,
            fractional_trading: true,
            max_margin_multiplier: 1,
            max_options_trading_level: None,
            trade_confirm_email: true,
            ptp_no_exception_entry: false,
            disable_overnight_trading: false,
        }
    }
}

/// Shares held, or owed when negative.
#[derive(Clone, Debug)]
pub struct Position {
    /// Symbol.
    pub symbol: String,
    /// Shares; negative for a short position.
    pub qty: Decimal,
    /// What they cost; negative for a short position.
    pub cost: Decimal,
    /// The part of `qty` that was there when the day began.
    overnight: Decimal,
}

impl Position {
    fn flat(symbol: &str) -> Self {
        Self { symbol: symbol.to_owned(), qty: Decimal::ZERO, cost: Decimal::ZERO, overnight: Decimal::ZERO }
    }

    /// What one unit of price is worth in one unit of quantity: a contract is for a hundred shares.
    pub(super) fn multiplier(&self) -> Decimal {
        if Contract::read(&self.symbol).is_some() { MULTIPLIER } else { Decimal::ONE }
    }

    /// Average price paid.
    pub fn avg_entry_price(&self) -> Decimal {
        if self.qty.is_zero() { Decimal::ZERO } else { (self.cost / self.qty / self.multiplier()).round_dp(9) }
    }

    /// What the shares were worth when the day began, or cost if they came later.
    pub(super) fn value_at_day_start(&self, last_day_price: Decimal) -> Decimal {
        if self.qty.is_zero() {
            return Decimal::ZERO;
        }
        let bought_today = (self.qty - self.overnight) / self.qty;
        self.overnight * last_day_price * self.multiplier() + self.cost * bought_today
    }

    /// Adds signed shares at a price.
    fn trade(&mut self, shares: Decimal, price: Decimal) {
        let price = price * self.multiplier();
        let grows = self.qty.is_zero() || self.qty.is_sign_negative() == shares.is_sign_negative();
        let after = self.qty + shares;
        if grows {
            self.cost += shares * price;
        } else {
            self.cost = if after.is_zero() { Decimal::ZERO } else { (self.cost * after / self.qty).round_dp(9) };
            self.overnight = if self.overnight.abs() > after.abs() { after } else { self.overnight };
        }
        self.qty = after;
    }
}

/// One account in one environment.
#[derive(Clone, Debug)]
pub struct Account {
    /// Alpaca's id.
    pub id: Uuid,
    /// The number shown to the user.
    pub number: String,
    /// The name it was seeded with; not on the wire.
    pub name: String,
    /// Paper or live.
    pub environment: Environment,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// Settled cash.
    pub cash: Decimal,
    /// Equity at the last close.
    pub last_equity: Decimal,
    /// The date of that close.
    pub balance_asof: NaiveDate,
    /// No orders at all.
    pub trading_blocked: bool,
    /// Nothing at all.
    pub account_blocked: bool,
    /// What the user configured.
    pub configurations: Configurations,
    pub(super) last_maintenance_margin: Decimal,
    /// Contracts that are not to be exercised at their expiry.
    pub(super) spared: BTreeSet<String>,
    pub(super) positions: BTreeMap<String, Position>,
    pub(super) book: Book,
}

/// The sums an account is judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums {
    pub long: Decimal,
    pub short: Decimal,
    pub equity: Decimal,
    pub multiplier: Decimal,
    pub initial_margin: Decimal,
    pub maintenance_margin: Decimal,
    pub buying_power: Decimal,
    pub own_funds: Decimal,
}

impl Account {
    /// The open position in a symbol.
    pub fn position(&self, symbol: &str) -> Option<&Position> {
        self.positions.get(symbol)
    }

    /// Every order, oldest first.
    pub fn orders(&self) -> &[Order] {
        self.book.all()
    }

    /// Signed shares in a symbol.
    pub(super) fn shares(&self, symbol: &str) -> Decimal {
        self.positions.get(symbol).map_or(Decimal::ZERO, |position| position.qty)
    }

    /// Shares kept back for open orders that close the position.
    pub(super) fn held(&self, symbol: &str) -> Decimal {
        self.book.held(symbol) + self.tied(&[]).shares_of(&symbol.replace('.', ""))
    }

    /// Dollars kept back for open orders.
    pub(super) fn reserved(&self) -> Decimal {
        self.book.reserved()
    }

    /// What written contracts tie up: those held, those that open orders would write, and `more`.
    pub(super) fn tied(&self, more: &[(Contract, Decimal)]) -> Tied {
        let held = self.positions.values().filter_map(|held| Some((Contract::read(&held.symbol)?, held.qty)));
        let ordered = self.book.contracts().filter_map(|order| {
            let whole = matches!(order.bond.map(|bond| bond.role), Some(Role::Leg { .. }));
            let counts = !order.closes() && (whole || order.side == Side::Sell);
            let qty = if order.side == Side::Sell { -order.shares_left() } else { order.shares_left() };
            Some((Contract::read(&order.symbol).filter(|_| counts)?, qty))
        });
        let holdings: Vec<(Contract, Decimal)> = held.chain(ordered).chain(more.iter().cloned()).collect();
        tied_up(&holdings)
    }

    /// How far it may trade options: 0 not at all, 1 covered, 2 bought, 3 spreads.
    pub(super) fn options_level(&self) -> u8 {
        self.configurations.max_options_trading_level.unwrap_or(3)
    }

    /// Whether it may owe shares.
    pub(super) fn may_short(&self, equity: Decimal) -> bool {
        !self.configurations.no_shorting && equity >= MARGIN_EQUITY
    }

    /// Books an execution: shares one way, money the other, to the last decimal. The fee is kept of what is received.
    pub(super) fn settle(&mut self, symbol: &str, side: Side, qty: Decimal, price: Decimal, fee: Decimal) -> Decimal {
        let position = self.positions.entry(symbol.to_owned()).or_insert_with(|| Position::flat(symbol));
        let multiplier = position.multiplier();
        let shares = match side {
            Side::Buy => {
                self.cash -= qty * price * multiplier;
                qty - fee
            }
            Side::Sell => {
                self.cash += qty * price * multiplier - fee;
                -qty
            }
        };
        position.trade(shares, price);
        let after = position.qty;
        if after.is_zero() {
            self.positions.remove(symbol);
        }
        after
    }

    /// Takes the day's closing figures.
    pub(super) fn close_day(&mut self, market: &Market, date: NaiveDate) {
        let sums = self.sums(market);
        self.last_equity = sums.equity;
        self.last_maintenance_margin = sums.maintenance_margin;
        self.balance_asof = date;
        for position in self.positions.values_mut() {
            position.overnight = position.qty;
        }
    }

    pub(super) fn sums(&self, market: &Market) -> Sums {
        let (mut long, mut short, mut initial, mut maintenance, mut covered) =
            (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
        for position in self.positions.values() {
            let price = market.last(&position.symbol).unwrap_or_default();
            let value = price * position.qty * position.multiplier();
            let written = value.is_sign_negative() && Contract::read(&position.symbol).is_some();
            if written {
                covered += value;
            }
            let marginable = market.asset(&position.symbol).is_some_and(|asset| asset.marginable);
            *(if value.is_sign_negative() { &mut short } else { &mut long }) += value;
            initial += if marginable { value.abs() / Decimal::TWO } else { value.abs() };
            maintenance += maintenance_of(position.qty, price);
        }
        let equity = self.cash + long + short;
        let reserved = self.reserved() + self.tied(&[]).cash;
        // Proceeds of short sales are not one's own, and what is owed must be covered in full.
        // Written contracts are covered by what they tie up.
        let own_funds = (equity - (long - short) - covered - covered - reserved).max(Decimal::ZERO);
        let multiplier = if equity < MARGIN_EQUITY { 1 } else { self.configurations.max_margin_multiplier };
        let (initial_margin, buying_power) = match multiplier {
            1 => (long - short, own_funds),
            2 => (initial, (equity - initial).max(Decimal::ZERO) * Decimal::TWO - reserved),
            // Four to one is for the day: half of the overnight margin is asked for.
            _ => (initial, (equity - initial / Decimal::TWO).max(Decimal::ZERO) * Decimal::from(4) - reserved),
        };
        Sums {
            long,
            short,
            equity,
            multiplier: multiplier.into(),
            initial_margin,
            maintenance_margin: maintenance,
            buying_power: buying_power.max(Decimal::ZERO),
            own_funds,
        }
    }
}

/// The vendor's maintenance table: cheap shares ask for all of their value.
fn maintenance_of(qty: Decimal, price: Decimal) -> Decimal {
    let (shares, value) = (qty.abs(), qty.abs() * price);
    let thirty_percent = value * Decimal::new(3, 1);
    match (qty.is_sign_negative(), price) {
        (false, price) if price < Decimal::new(250, 2) => value,
        (false, _) => thirty_percent,
        (true, price) if price < Decimal::from(5) => value.max(shares * Decimal::new(250, 2)),
        (true, _) => thirty_percent.max(shares * Decimal::from(5)),
    }
}
