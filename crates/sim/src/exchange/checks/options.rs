//! What orders for option contracts ask for.

use super::super::assets::AssetClass;
use super::super::calendar;
use super::super::errors::{self, Refusal, forbidden, unprocessable};
use super::super::json::money;
use super::super::kinds::{Intent, Kind, Size, TimeInForce};
use super::super::options::contracts::{Contract, Right};
use super::Bench;
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

/// The contract an order is for, if it is for one.
fn contract(bench: &Bench<'_>) -> Option<Contract> {
    Contract::read(&bench.draft.symbol).filter(|_| bench.class() == AssetClass::Option)
}

/// Whether a contract can still be traded, and whether positions in it can still be opened.
pub(in super::super) fn is_alive(contract: &Contract, opens: bool, now: DateTime<Utc>) -> Result<(), Refusal> {
    let symbol = &contract.symbol;
    if contract.ends() <= now {
        return Err(unprocessable(format!("contract \"{symbol}\" is expired")));
    }
    // The vendor begins to close out contracts half an hour before they end.
    let soon = calendar::date_of(now) == contract.expires && contract.ends() - now <= TimeDelta::minutes(30);
    if opens && soon {
        return Err(unprocessable(format!("contract \"{symbol}\" expires soon, unable to open new positions")));
    }
    Ok(())
}

pub(super) fn form_suits_contracts(bench: &Bench<'_>) -> Result<(), Refusal> {
    let Some(contract) = contract(bench) else { return Ok(()) };
    let draft = bench.draft;
    is_alive(&contract, !bench.closes(), bench.now)?;
    let Size::Qty(qty) = draft.size else {
        return Err(unprocessable("notional orders are not supported for options trading"));
    };
    if !qty.fract().is_zero() {
        return Err(unprocessable("qty must be integer for options trading"));
    }
    if draft.group.is_some() {
        return Err(unprocessable("complex orders not supported for options trading"));
    }
    form_suits(draft.kind, draft.time_in_force, draft.extended_hours, bench.market.is_open(bench.now))
}

/// What single contracts and strategies have in common.
pub(in super::super) fn form_suits(
    kind: Kind,
    time_in_force: TimeInForce,
    extended_hours: bool,
    open: bool,
) -> Result<(), Refusal> {
    if extended_hours {
        return Err(unprocessable("extended hours is not supported for options trading"));
    }
    if !matches!(kind, Kind::Market | Kind::Limit(_)) {
        return Err(unprocessable("invalid order type for options trading"));
    }
    if time_in_force != TimeInForce::Day {
        return Err(unprocessable("order_time_in_force provided not supported for options trading"));
    }
    if kind == Kind::Market && !open {
        return Err(unprocessable("options market orders are only allowed during market hours"));
    }
    Ok(())
}

pub(super) fn level_allows(bench: &Bench<'_>) -> Result<(), Refusal> {
    let level = bench.account.options_level();
    match (contract(bench), bench.intent()) {
        (Some(_), _) if level == 0 => Err(forbidden("account not authorized to trade options")),
        (Some(_), Intent::BuyToOpen) if level < 2 => Err(forbidden("account not eligible for level2 options trading")),
        _ => Ok(()),
    }
}

/// A written call needs its shares, a written put its cash, a bought contract its premium.
pub(super) fn cover_suffices(bench: &Bench<'_>) -> Result<(), Refusal> {
    let Some(contract) = contract(bench).filter(|_| !bench.closes()) else { return Ok(()) };
    let (qty, power) = (bench.shares(), bench.sums.own_funds + bench.given_back());
    if bench.intent() == Intent::BuyToOpen {
        let cost = bench.cost();
        return if cost > power { Err(errors::insufficient_options_power(power, cost)) } else { Ok(()) };
    }
    let (before, after) = (bench.account.tied(&[]), bench.account.tied(&[(contract.clone(), -qty)]));
    if contract.right == Right::Put {
        let premium = bench.cost();
        let required = after.cash - before.cash - premium;
        if required > power {
            let (required, power) = (money(required), money(power));
            let message = "insufficient options buying power for cash-secured put";
            let refusal = forbidden(format!("{message} (required: {required}, available: {power})"));
            return Err(refusal.with("required_options_buying_power", required).with("buying_power", power));
        }
        return Ok(());
    }
    let required = after.shares_of(&contract.root) - before.shares_of(&contract.root);
    let Some(share) = super::super::options::contracts::underlying(bench.market, &contract.root) else { return Ok(()) };
    let free = (bench.account.shares(&share.symbol) - bench.account.held(&share.symbol)).max(Decimal::ZERO);
    if required > free {
        let (required, free) = (money(required), money(free));
        let message = "insufficient underlying qty available for covered call";
        let refusal = forbidden(format!("{message} (required: {required}, available: {free})"));
        let refusal = refusal.with("required_qty", required).with("available_qty", free);
        return Err(refusal.with("symbol", share.symbol.as_str()).with("underlying_asset_id", share.id.to_string()));
    }
    Ok(())
}
