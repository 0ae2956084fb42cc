//! What an order may do to the position, beside the orders that are open already.

use super::super::assets::AssetClass;
use super::super::errors::{self, Refusal, forbidden};
use super::super::kinds::{Intent, Kind, Side};
use super::super::orders::{Order, Role};
use super::Bench;

/// No order crosses zero, and shares in open orders are spoken for.
pub(super) fn are_free(bench: &Bench<'_>) -> Result<(), Refusal> {
    if !bench.closes() || bench.class() == AssetClass::Crypto {
        return Ok(());
    }
    let symbol = &bench.draft.symbol;
    let own = bench.own_hold();
    let (existing, held) = (bench.position().abs(), bench.account.held(symbol));
    let requested = bench.shares();
    // What waits for its entry has no shares yet.
    let waits = bench.replacing.is_some_and(Order::waits);
    if requested > existing - (held - own) && !waits {
        return Err(errors::insufficient_qty(symbol, requested, existing, held - own));
    }
    Ok(())
}

pub(super) fn short_sale_is_allowed(bench: &Bench<'_>) -> Result<(), Refusal> {
    if bench.draft.side == Side::Buy || bench.closes() || bench.class() != AssetClass::Equity {
        return Ok(());
    }
    if bench.draft.size.is_fractional() {
        return Err(forbidden("fractional orders cannot be sold short"));
    }
    if !bench.account.may_short(bench.sums.equity) {
        return Err(forbidden("account is not allowed to short"));
    }
    if bench.asset.is_some_and(|asset| !asset.shortable) {
        return Err(forbidden(format!("asset \"{}\" cannot be sold short", bench.draft.symbol)));
    }
    Ok(())
}

pub(super) fn no_opening_both_ways(bench: &Bench<'_>) -> Result<(), Refusal> {
    if bench.class() != AssetClass::Equity {
        return Ok(());
    }
    let (other, message) = match bench.intent() {
        Intent::BuyToOpen => (Intent::SellToOpen, "cannot open a long buy while a short sell order is open"),
        Intent::SellToOpen => (Intent::BuyToOpen, "cannot open a short sell while a long buy order is open"),
        Intent::BuyToClose | Intent::SellToClose => return Ok(()),
    };
    if bench.others_intend(other) { Err(forbidden(message)) } else { Ok(()) }
}

/// Exits of a group and trailing stops may stand on both sides.
fn is_exempt(kind: Kind, role: Option<Role>) -> bool {
    matches!(kind, Kind::TrailingStop(_)) || matches!(role, Some(Role::TakeProfit | Role::StopLoss))
}

/// An open order on the other side that this one could meet.
pub(super) fn no_wash_trade(bench: &Bench<'_>) -> Result<(), Refusal> {
    let draft = bench.draft;
    let role = match bench.replacing {
        Some(order) => order.bond.map(|bond| bond.role),
        None => draft.group.map(|group| group.role()),
    };
    // The check is for shares and coins.
    if bench.class() == AssetClass::Option || is_exempt(draft.kind, role) {
        return Ok(());
    }
    let meets = |order: &Order| {
        !is_exempt(order.kind, order.bond.map(|bond| bond.role))
            && match (order.kind.limit_price(), draft.kind.limit_price()) {
                (Some(theirs), Some(ours)) if draft.side == Side::Buy => ours >= theirs,
                (Some(theirs), Some(ours)) => theirs >= ours,
                _ => true,
            }
    };
    let Some(order) = bench.facing(meets) else { return Ok(()) };
    let reason = match order.kind.limit_price() {
        None => "opposite side market/stop order exists",
        Some(_) => "opposite side limit order exists",
    };
    Err(errors::wash_trade(&order.id.to_string(), reason))
}
