//! What brackets, one-triggers-other and one-cancels-other orders ask for.

use super::super::errors::{self, Refusal, invalid, unprocessable};
use super::super::kinds::{Kind, Side, TimeInForce};
use super::super::orders::Class;
use super::Bench;
use rust_decimal::Decimal;

pub(super) fn form_suits_the_class(bench: &Bench<'_>) -> Result<(), Refusal> {
    let (draft, Some(group)) = (bench.draft, bench.draft.group) else { return Ok(()) };
    let name = group.class.wire();
    if !matches!(draft.kind, Kind::Market | Kind::Limit(_) | Kind::Stop(_)) {
        return Err(invalid(format!("{name} orders must be market or limit orders")));
    }
    if !matches!(draft.time_in_force, TimeInForce::Day | TimeInForce::Gtc) {
        return Err(invalid(format!("{name} orders must be DAY or GTC orders")));
    }
    if draft.extended_hours {
        return Err(invalid(format!("extended hours is not supported for {name} orders")));
    }
    Ok(())
}

pub(super) fn direction_suits_the_class(bench: &Bench<'_>) -> Result<(), Refusal> {
    match bench.draft.group.map(|group| group.class) {
        Some(class @ (Class::Bracket | Class::Oto)) if bench.closes() => {
            Err(unprocessable(format!("{} orders must be entry orders", class.wire())))
        }
        Some(Class::Oco) if !bench.closes() => Err(unprocessable("oco orders must be exit orders")),
        _ => Ok(()),
    }
}

/// The gain on one side of the market and of the entry's price, the loss on the other, a cent away at the least.
pub(super) fn prices_lie_on_their_sides(bench: &Bench<'_>) -> Result<(), Refusal> {
    let (draft, Some(group)) = (bench.draft, bench.draft.group) else { return Ok(()) };
    let exit_side = if group.class == Class::Oco { draft.side } else { draft.side.other() };
    let (profit, stop) = (group.take_profit, group.stop_loss.and_then(Kind::stop_price));
    let (market, own) = (bench.market_price(), draft.kind.limit_price().or(draft.kind.stop_price()));
    let (lower, upper) = own.map_or((market, market), |own| (own.min(market), own.max(market)));
    let cent = Decimal::new(1, 2);
    // A long position is sold: its gain lies above and its loss below; a short one is bought back the other way round.
    let long = exit_side == Side::Sell;
    let wrong = |above: bool, price: Decimal, base: Decimal| {
        if above { price < base + cent } else { price > base - cent }
    };
    if let (Some(profit), Some(stop)) = (profit, stop)
        && (if long { profit <= stop } else { profit >= stop })
    {
        let sign = if long { '>' } else { '<' };
        return Err(unprocessable(format!("take_profit.limit_price must be {sign} stop_loss.stop_price")));
    }
    if let Some(profit) = profit.filter(|_| group.class != Class::Oco) {
        let base = own.unwrap_or(market);
        if wrong(long, profit, base) {
            return Err(errors::wrong_side("take_profit.limit_price", long, base));
        }
    }
    if let Some(stop) = stop {
        let base = if long { lower } else { upper };
        if wrong(!long, stop, base) {
            return Err(errors::wrong_side("stop_loss.stop_price", !long, base));
        }
    }
    Ok(())
}
