//! Why an open order is not filled: what a trader would look at, in the order in which they would.

use crate::account::{MarketClock, Snapshot};
use crate::money::Price;
use crate::order::{BrokerOrder, BrokerStatus, Side};
use crate::symbol::AssetKind;
use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;

/// A stock that is quoted all day long and has had no quote for so long may be halted.
const SILENT: TimeDelta = TimeDelta::minutes(5);

/// One reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Alpaca has it, and no market has taken it in yet.
    NotRouted,
    /// It waits until the order that it hangs on is filled.
    Held,
    /// A cancel or a replacement is under way.
    Leaving,
    /// It does nothing more today.
    DoneForDay,
    /// The regular session is over, and the order works in no other.
    SessionClosed {
        /// Until then.
        opens: DateTime<Utc>,
    },
    /// It takes part in the opening auction only.
    OpeningAuction {
        /// When that is, unless it is over for today.
        at: DateTime<Utc>,
    },
    /// It takes part in the closing auction only.
    ClosingAuction {
        /// When that is.
        at: DateTime<Utc>,
    },
    /// Nobody has quoted it for a while: it may be halted.
    Silent {
        /// Since then.
        since: DateTime<Utc>,
    },
    /// There is no quote to compare it with.
    NoQuote,
    /// The stop has not been reached.
    StopAway {
        /// The stop.
        stop: Price,
        /// Where it trades.
        market: Price,
        /// How far that is, as a fraction of the market.
        away: Decimal,
    },
    /// Nobody trades at the limit.
    LimitAway {
        /// The limit.
        limit: Price,
        /// The best price on the other side.
        market: Price,
        /// How far that is, as a fraction of the market.
        away: Decimal,
    },
    /// It trails, and the price has not turned back that far.
    Trailing {
        /// Where its stop stands now, when Alpaca says so.
        stop: Option<Price>,
    },
    /// Nothing stands against it: it should be filled at any moment.
    Marketable,
}

/// Why it is not filled, most important first; nothing of an order that is over. The snapshot of a spread is its own: the net
/// quote of its legs.
pub fn reasons(
    order: &BrokerOrder,
    snapshot: Option<&Snapshot>,
    clock: Option<&MarketClock>,
    now: DateTime<Utc>,
) -> Vec<Reason> {
    if order.status.is_terminal() {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    match order.status {
        BrokerStatus::Held => return vec![Reason::Held],
        BrokerStatus::DoneForDay => return vec![Reason::DoneForDay],
        BrokerStatus::PendingCancel | BrokerStatus::PendingReplace => reasons.push(Reason::Leaving),
        BrokerStatus::PendingNew => reasons.push(Reason::NotRouted),
        _ => {}
    }
    reasons.extend(clock.and_then(|clock| session(order, clock)));
    // Of a spread at the market Alpaca does not say the side, and there is no price that it waits for.
    if order.class != "mleg" || order.side.is_some() {
        reasons.extend(price(order, snapshot, clock, now));
    }
    reasons
}

fn session(order: &BrokerOrder, clock: &MarketClock) -> Option<Reason> {
    if order.symbol.kind() == AssetKind::Crypto {
        return None;
    }
    match order.time_in_force.as_str() {
        "opg" => Some(Reason::OpeningAuction { at: clock.next_open }),
        "cls" => Some(Reason::ClosingAuction { at: clock.next_close }),
        _ if !clock.is_open && !order.extended_hours => Some(Reason::SessionClosed { opens: clock.next_open }),
        _ => None,
    }
}

fn price(
    order: &BrokerOrder,
    snapshot: Option<&Snapshot>,
    clock: Option<&MarketClock>,
    now: DateTime<Utc>,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let (Some(side), Some(snapshot)) = (order.side, snapshot) else { return vec![Reason::NoQuote] };
    let quote = snapshot.quote.as_ref();
    let trades_now = order.symbol.kind() == AssetKind::Crypto || clock.is_some_and(|clock| clock.is_open);
    // A contract may well go without a new quote for so long.
    let is_option = order.class == "mleg" || order.symbol.contract().is_some();
    let is_silent = |at: &DateTime<Utc>| trades_now && !is_option && now - *at > SILENT;
    if let Some(since) = quote.map(|quote| quote.at).filter(is_silent) {
        reasons.push(Reason::Silent { since });
    }
    if order.trail.is_some() {
        reasons.push(Reason::Trailing { stop: order.stop_price });
        return reasons;
    }
    let far = quote.and_then(|quote| quote.far_side(side)).or(snapshot.last);
    if let (Some(stop), Some(market)) = (order.stop_price, snapshot.last.or(far))
        && waits(side.opposite(), stop, market)
    {
        reasons.extend(away(stop, market).map(|away| Reason::StopAway { stop, market, away }));
        return reasons;
    }
    match (order.limit_price, far) {
        (_, None) => reasons.push(Reason::NoQuote),
        (Some(limit), Some(market)) if waits(side, limit, market) => {
            reasons.extend(away(limit, market).map(|away| Reason::LimitAway { limit, market, away }));
        }
        _ if reasons.is_empty() && trades_now => reasons.push(Reason::Marketable),
        _ => {}
    }
    reasons
}

/// Whether a price on that side is not met: a buy below the market, a sale above it. A stop is the other way round.
fn waits(side: Side, price: Price, market: Price) -> bool {
    match side {
        Side::Buy => price < market,
        Side::Sell => price > market,
    }
}

fn away(price: Price, market: Price) -> Option<Decimal> {
    price.get().checked_sub(market.get())?.checked_div(market.get())
}

/// A price that an order can be moved to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// The best bid.
    Bid,
    /// Between the two, never worse than the middle.
    Middle,
    /// The best ask.
    Ask,
}

impl Touch {
    /// The price, in steps that an order of that symbol takes; none when the quote lacks a side that it needs.
    pub fn price(self, side: Side, bid: Option<Price>, ask: Option<Price>, step: Option<Decimal>) -> Option<Price> {
        match self {
            Self::Bid => bid,
            Self::Ask => ask,
            Self::Middle => {
                let middle = bid?.get().checked_add(ask?.get())?.checked_div(Decimal::TWO)?;
                let step = step.filter(|step| !step.is_zero()).or_else(|| Price::new(middle).map(Price::step))?;
                let rest = middle.checked_rem(step)?;
                let below = middle - rest;
                // Rounded to the order's own advantage: a buy down, a sale up.
                Price::new(if side == Side::Sell && !rest.is_zero() { below + step } else { below })
            }
        }
    }
}

#[cfg(test)]
mod tests;
