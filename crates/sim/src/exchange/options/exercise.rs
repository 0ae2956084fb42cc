//! How contracts end: exercised by request, exercised or assigned at their expiry, or worthless.

use super::super::calendar;
use super::super::errors::{self, Refusal, forbidden, unprocessable};
use super::super::json::money;
use super::super::kinds::Side;
use super::super::routes::{Call, Reply};
use super::super::venue::Exchange;
use super::contracts::{self, Contract, MULTIPLIER, Right};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

/// What became of contracts other than being traded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A holder had them exercised.
    Exercised,
    /// A writer was assigned.
    Assigned,
    /// They ended worth nothing.
    Expired,
    /// They ended in the money, but their holder could not pay for the shares.
    SoldOut,
}

impl Fate {
    /// The vendor's activity type.
    pub(in super::super) const fn activity(self) -> &'static str {
        match self {
            Self::Exercised => "OPEXC",
            Self::Assigned => "OPASN",
            Self::Expired => "OPEXP",
            Self::SoldOut => "OPCSH",
        }
    }

    pub(in super::super) const fn words(self) -> &'static str {
        match self {
            Self::Exercised => "Option exercise",
            Self::Assigned => "Option assignment",
            Self::Expired => "Option expiry",
            Self::SoldOut => "Option cash settlement",
        }
    }
}

/// Contracts that ended, and the shares that moved for them.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Whose.
    pub account_id: Uuid,
    /// What became of them.
    pub fate: Fate,
    /// The contract's symbol.
    pub symbol: String,
    /// How many contracts; below zero for a writer's.
    pub qty: Decimal,
    /// The share's symbol, the shares that came (below zero: went), and the price of each, if any moved.
    pub delivery: Option<(String, Decimal, Decimal)>,
    /// What it did to cash.
    pub cash: Decimal,
    /// When.
    pub at: DateTime<Utc>,
}

/// The contract in the path, and how many of it the account holds.
fn held(exchange: &Exchange, call: &Call<'_>) -> Result<(Contract, Decimal), Refusal> {
    let asset = exchange.market.asset(&call.subject);
    let symbol = asset.map_or(call.subject.as_str(), |asset| asset.symbol.as_str());
    let contract = Contract::read(symbol).ok_or_else(|| unprocessable("invalid symbol"))?;
    let account = exchange.accounts.get(&call.account).ok_or_else(errors::endpoint_not_found)?;
    match account.shares(symbol) {
        qty if qty < Decimal::ZERO => Err(Refusal { code: Some(40_310_001), ..forbidden("position is short") }),
        qty if qty.is_zero() => Err(errors::not_found(format!("long position not found: {symbol}"))),
        qty => Ok((contract, qty)),
    }
}

/// `POST /v2/positions/{contract}/exercise`: all of it that no order holds.
pub(in super::super) fn exercise(exchange: &mut Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (contract, qty) = held(exchange, call)?;
    let account = exchange.accounts.get(&call.account).ok_or_else(errors::endpoint_not_found)?;
    let today = calendar::trading_day(calendar::date_of(call.now)).filter(|_| !exchange.market.is_forced());
    if today.is_some_and(|day| call.now >= day.close) {
        return Err(forbidden("exercise requests are not accepted after market close until midnight"));
    }
    if account.spared.contains(&contract.symbol) {
        return Err(forbidden("cannot exercise position marked as do-not-exercise"));
    }
    let qty = qty - account.held(&contract.symbol);
    if qty <= Decimal::ZERO {
        return Err(forbidden("no qty available to exercise"));
    }
    let share = contracts::underlying(&exchange.market, &contract.root);
    let share = share.ok_or_else(|| unprocessable("invalid symbol"))?.symbol.clone();
    if contract.intrinsic(exchange.market.last(&share).unwrap_or_default()).is_zero() {
        return Err(forbidden(
            "you are attempting to exercise an out of the money option contract, please contact support@alpaca.markets \
             to complete this request",
        ));
    }
    let (shares, required) = (qty * contract.size(), qty * MULTIPLIER * contract.strike);
    let own = account.sums(&exchange.market).own_funds;
    let free = account.shares(&share) - account.held(&share);
    if contract.right == Right::Call && required > own {
        let (required, own) = (money(required), money(own));
        return Err(forbidden(format!("insufficient cash available (required: {required}, available: {own})")));
    }
    if contract.right == Right::Put && shares > free {
        let (shares, free) = (money(shares), money(free));
        let message = "insufficient underlying qty available for deliverable";
        return Err(forbidden(format!("{message}: {share} (requested: {shares}, available: {free})")));
    }
    exchange.conclude(call.account, &contract, qty, Fate::Exercised, call.now);
    Ok(Reply::Empty)
}

/// `POST /v2/positions/{contract}/do-not-exercise`: on its last day only.
pub(in super::super) fn spare(exchange: &mut Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (contract, _) = held(exchange, call)?;
    if calendar::date_of(call.now) != contract.expires {
        return Err(forbidden("dne requests are only accepted on the expiration day of the option contract"));
    }
    if call.now >= contract.ends() {
        return Err(forbidden("dne requests are not accepted after market close"));
    }
    let account = exchange.accounts.get_mut(&call.account).ok_or_else(errors::endpoint_not_found)?;
    account.spared.insert(contract.symbol);
    Ok(Reply::Empty)
}

impl Exchange {
    /// Takes contracts away, below zero those of a writer, and moves the shares that their fate moves.
    fn conclude(&mut self, account_id: Uuid, contract: &Contract, qty: Decimal, fate: Fate, at: DateTime<Utc>) {
        let Some(share) = contracts::underlying(&self.market, &contract.root).map(|share| share.symbol.clone()) else {
            return;
        };
        let spot = self.market.last(&share).unwrap_or_default();
        let Some(account) = self.accounts.get_mut(&account_id) else { return };
        let (away, price) = (if qty.is_sign_negative() { Side::Buy } else { Side::Sell }, contract.intrinsic(spot));
        let price = if fate == Fate::SoldOut { price } else { Decimal::ZERO };
        let before = account.cash;
        account.settle(&contract.symbol, away, qty.abs(), price, Decimal::ZERO);
        let delivery = matches!(fate, Fate::Exercised | Fate::Assigned).then(|| {
            let shares = qty * contract.size();
            let shares = if contract.right == Right::Call { shares } else { -shares };
            let side = if shares.is_sign_negative() { Side::Sell } else { Side::Buy };
            let price = contract.price_of_a_share();
            account.settle(&share, side, shares.abs(), price, Decimal::ZERO);
            (share, shares, price)
        });
        let cash = account.cash - before;
        self.endings.push(Ending { account_id, fate, symbol: contract.symbol.clone(), qty, delivery, cash, at });
    }

    /// Ends every contract whose last day has just closed. What is a cent in the money is exercised, unless its holder
    /// wished otherwise or cannot pay or deliver; then it is sold for what it is worth.
    pub(in super::super) fn expire_contracts(&mut self, at: DateTime<Utc>) {
        let ended = |symbol: &String| Contract::read(symbol).filter(|contract| contract.ends() <= at);
        let positions: Vec<(Uuid, Contract, Decimal)> = self
            .accounts
            .values()
            .flat_map(|account| account.positions.values().map(|position| (account.id, position)))
            .filter_map(|(id, position)| Some((id, ended(&position.symbol)?, position.qty)))
            .collect();
        for (id, contract, qty) in positions {
            let fate = self.fate_of(id, &contract, qty);
            self.conclude(id, &contract, qty, fate, at);
        }
    }

    fn fate_of(&self, account: Uuid, contract: &Contract, qty: Decimal) -> Fate {
        let share = contracts::underlying(&self.market, &contract.root).map(|share| share.symbol.as_str());
        let (Some(share), Some(account)) = (share, self.accounts.get(&account)) else { return Fate::Expired };
        let worth = contract.intrinsic(self.market.last(share).unwrap_or_default());
        if worth < Decimal::new(1, 2) {
            return Fate::Expired;
        }
        if qty.is_sign_negative() {
            return Fate::Assigned;
        }
        if account.spared.contains(&contract.symbol) {
            return Fate::Expired;
        }
        let able = match contract.right {
            Right::Call => qty * MULTIPLIER * contract.strike <= account.sums(&self.market).own_funds,
            Right::Put => qty * contract.size() <= account.shares(share) - account.held(share),
        };
        if able { Fate::Exercised } else { Fate::SoldOut }
    }
}
