//! What the account, its positions and the clock allow. Each check is a hint: it is made when it can be known.

use super::kind::stop_is_beyond;
use super::{RuleBreak, check_adjusted};
use crate::account::{Asset, BrokerAccount};
use crate::money::{Price, Usd};
use crate::order::{Class, Order, Pricing, Side, Size, TimeInForce};
use crate::symbol::AssetKind;
use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::America::New_York;
use rust_decimal::Decimal;

/// The least equity of an account that sells short.
const SHORT_EQUITY: Decimal = Decimal::from_parts(2_000, 0, 0, false, 0);

/// What an order meets: as far as it could be read.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The account.
    pub account: Option<&'a BrokerAccount>,
    /// Held, signed, and what of it is free.
    pub holding: Option<(Decimal, Decimal)>,
    /// The price that it would meet now.
    pub market: Option<Price>,
    /// Whether the regular session is on.
    pub is_open: Option<bool>,
    /// When.
    pub now: DateTime<Utc>,
}

/// Checks an order, which keeps the rules of its kind, against its surroundings.
///
/// # Errors
/// The first [`RuleBreak`] found.
pub fn check_around(order: &Order, asset: &Asset, around: &Around<'_>) -> Result<(), RuleBreak> {
    if around
        .account
        .is_some_and(|account| account.trading_blocked || account.account_blocked || account.suspended_by_user)
    {
        return Err(RuleBreak::AccountBlocked);
    }
    auction(order.time_in_force, around.now)?;
    let is_option = matches!(order.symbol.kind(), AssetKind::Contract(_)) || matches!(order.class, Class::MultiLeg(_));
    if is_option {
        check_adjusted(order, asset.terms.as_ref(), around.holding.map(|(held, _)| held))?;
        let at_market = order.pricing == Pricing::Market && around.is_open == Some(false);
        return if at_market { Err(RuleBreak::OptionMarketClosed) } else { Ok(()) };
    }
    if let (Some(loss), Some(market)) = (order.class.stop_loss(), around.market)
        && around.is_open == Some(true)
    {
        let exit = if matches!(order.class, Class::Oco(_)) { order.side } else { order.side.opposite() };
        stop_is_beyond(exit, loss.stop, market)?;
    }
    match around.holding {
        Some((held, free)) if order.side == Side::Sell => sale(order, asset, around.account, held, free),
        Some((held, _)) => purchase(order, held),
        None => Ok(()),
    }
}

/// The hours in which auction orders are taken, in New York.
fn auction(tif: TimeInForce, now: DateTime<Utc>) -> Result<(), RuleBreak> {
    let clock = now.with_timezone(&New_York).time();
    let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    match tif {
        TimeInForce::Opg if clock >= at(9, 28) && clock < at(19, 0) => Err(RuleBreak::TooLateForOpen),
        TimeInForce::Cls if clock >= at(15, 50) && clock < at(19, 0) => Err(RuleBreak::TooLateForClose),
        _ => Ok(()),
    }
}

/// More than is held is sold only from nothing held, because one order cannot cross zero, and only if it can be short.
fn sale(
    order: &Order,
    asset: &Asset,
    account: Option<&BrokerAccount>,
    held: Decimal,
    free: Decimal,
) -> Result<(), RuleBreak> {
    let free = free.max(Decimal::ZERO);
    let qty = match order.size {
        Size::Shares(qty) => qty,
        Size::Dollars(Usd(_)) if free > Decimal::ZERO => return Ok(()),
        Size::Dollars(_) => return Err(RuleBreak::SellsMoreThanHeld { held: free }),
    };
    if matches!(order.class, Class::Oco(_)) && held <= Decimal::ZERO {
        return Err(RuleBreak::NothingToExit);
    }
    if qty.get() <= free {
        return Ok(());
    }
    if order.symbol.kind() == AssetKind::Crypto {
        return Err(RuleBreak::SellsMoreThanHeld { held: free });
    }
    // What open orders hold, Alpaca says with its refusal, and then there is something to press.
    if held > Decimal::ZERO {
        return if qty.get() <= held { Ok(()) } else { Err(RuleBreak::SellsMoreThanHeld { held }) };
    }
    if !asset.shortable || !asset.easy_to_borrow {
        return Err(RuleBreak::NotShortable(order.symbol.to_string()));
    }
    if !qty.is_whole() {
        return Err(RuleBreak::ShortNeedsWhole);
    }
    match account {
        Some(account) if !account.shorting_enabled => Err(RuleBreak::ShortingOff),
        Some(account) if account.equity.is_some_and(|equity| equity.0 < SHORT_EQUITY) => {
            Err(RuleBreak::ShortNeedsEquity)
        }
        _ => Ok(()),
    }
}

fn purchase(order: &Order, held: Decimal) -> Result<(), RuleBreak> {
    if matches!(order.class, Class::Oco(_)) && held >= Decimal::ZERO {
        return Err(RuleBreak::NothingToExit);
    }
    match order.size {
        Size::Shares(qty) if held < Decimal::ZERO && qty.get() > -held => {
            Err(RuleBreak::BuysMoreThanShort { short: -held })
        }
        _ => Ok(()),
    }
}
