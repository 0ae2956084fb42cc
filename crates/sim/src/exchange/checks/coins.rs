//! What coins ask for beyond what shares do.

use super::super::assets::AssetClass;
use super::super::errors::{self, Refusal, forbidden, invalid, unprocessable};
use super::super::json::money;
use super::super::kinds::{Kind, Side, TimeInForce};
use super::Bench;
use rust_decimal::Decimal;

/// The least that a purchase must cost; a support page says one dollar, paper accounts have been refused below ten.
const LEAST_COST: Decimal = Decimal::TEN;
/// The most that one order may be worth.
const MOST_WORTH: Decimal = Decimal::from_parts(200_000, 0, 0, false, 0);

pub(super) fn form_suits_coins(bench: &Bench<'_>) -> Result<(), Refusal> {
    let draft = bench.draft;
    if bench.class() != AssetClass::Crypto {
        return Ok(());
    }
    if !matches!(draft.kind, Kind::Market | Kind::Limit(_) | Kind::StopLimit { .. }) {
        return Err(unprocessable("invalid order type for crypto order"));
    }
    if !matches!(draft.time_in_force, TimeInForce::Gtc | TimeInForce::Ioc) {
        return Err(invalid("invalid crypto time_in_force"));
    }
    if draft.group.is_some() {
        return Err(unprocessable("crypto orders must be simple orders"));
    }
    Ok(())
}

pub(super) fn amount_is_within_bounds(bench: &Bench<'_>) -> Result<(), Refusal> {
    let Some(asset) = bench.asset.filter(|asset| asset.class == AssetClass::Crypto) else { return Ok(()) };
    let cost = bench.cost();
    if bench.draft.side == Side::Buy && cost < LEAST_COST {
        return Err(forbidden(format!("cost basis must be >= minimal amount of order {}", money(LEAST_COST))));
    }
    if cost > MOST_WORTH {
        return Err(forbidden(format!("order notional must be <= {}", money(MOST_WORTH))));
    }
    // The last crumbs of a position can always be sold.
    let all_of_it = bench.draft.side == Side::Sell && bench.shares() == bench.position();
    let least = asset.least_order();
    if bench.shares() < least && !all_of_it {
        return Err(forbidden(format!("qty must be >= minimal qty of order {}", money(least))));
    }
    Ok(())
}

/// Coins are bought and sold with what is there: no margin, no owing.
pub(super) fn balance_suffices(bench: &Bench<'_>) -> Result<(), Refusal> {
    let Some(asset) = bench.asset.filter(|asset| asset.class == AssetClass::Crypto) else { return Ok(()) };
    let (name, requested, balance, available) = match bench.draft.side {
        Side::Buy => {
            let own = bench.sums.own_funds + bench.given_back();
            ("USD", bench.cost(), bench.account.cash, own)
        }
        Side::Sell => {
            let coin = asset.symbol.split('/').next().unwrap_or_default();
            let held = bench.account.held(&asset.symbol) - bench.own_hold();
            (coin, bench.shares(), bench.position(), bench.position() - held)
        }
    };
    if requested > available { Err(errors::insufficient_balance(name, requested, balance, available)) } else { Ok(()) }
}
