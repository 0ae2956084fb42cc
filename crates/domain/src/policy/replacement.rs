//! What of an order can be changed, and what it becomes.

use super::{Part, RuleBreak};
use crate::money::{Price, Quantity};
use crate::order::{BrokerOrder, BrokerStatus, Changes, Class, Order, Pricing, Replaces, Size, TimeInForce, Trail};

/// New values; what is `None` stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edits {
    /// The whole quantity, with what is filled already.
    pub qty: Option<Quantity>,
    /// How long it works.
    pub time_in_force: Option<TimeInForce>,
    /// The limit price.
    pub limit: Option<Price>,
    /// The stop price.
    pub stop: Option<Price>,
    /// How far it trails, in the kind that it trails in.
    pub trail: Option<Trail>,
}

/// The order that takes the place of `old`.
///
/// # Errors
/// The first [`RuleBreak`] found.
pub fn replacement(old: &BrokerOrder, edits: &Edits) -> Result<Order, RuleBreak> {
    use BrokerStatus::{Held, New, PartiallyFilled};
    let never = || RuleBreak::NotReplaceable(old.status.clone());
    if !matches!(old.status, New | PartiallyFilled | Held) {
        return Err(never());
    }
    if old.class == "mleg" {
        return Err(RuleBreak::SpreadNotReplaceable);
    }
    if matches!(old.class.as_str(), "bracket" | "oco" | "oto") && (edits.qty.is_some() || edits.time_in_force.is_some())
    {
        return Err(RuleBreak::ExitPricesOnly);
    }
    let was = old.qty.and_then(Quantity::new).ok_or(RuleBreak::DollarsNotReplaceable)?;
    let qty = edits.qty.unwrap_or(was);
    if qty != was && !(qty.is_whole() && was.is_whole()) {
        return Err(RuleBreak::FractionNotReplaceable);
    }
    if qty != was && qty.get() <= old.filled_qty {
        return Err(RuleBreak::BelowFilled(old.filled_qty));
    }
    let old_time = TimeInForce::from_wire(&old.time_in_force).ok_or_else(never)?;
    let time_in_force = edits.time_in_force.unwrap_or(old_time);
    let was_priced = old.pricing().ok_or_else(never)?;
    let limit = edited(Part::Limit, was_priced.limit(), edits.limit)?;
    let stop = edited(Part::Stop, was_priced.stop(), edits.stop)?;
    let trail = edited(Part::Trail, old.trail, edits.trail)?;
    // Dollars stay dollars, and percent percent.
    if trail.as_ref().map(std::mem::discriminant) != old.trail.as_ref().map(std::mem::discriminant) {
        return Err(RuleBreak::NoSuchPart(Part::Trail));
    }
    let changes = Changes {
        qty: qty != was,
        time_in_force: time_in_force != old_time,
        limit: limit != was_priced.limit(),
        stop: stop != was_priced.stop(),
        trail: trail != old.trail,
    };
    if changes.is_empty() {
        return Err(RuleBreak::NothingChanges);
    }
    Ok(Order {
        symbol: old.symbol.clone(),
        side: old.side.ok_or_else(never)?,
        size: Size::Shares(qty),
        pricing: Pricing::of_parts(&old.kind, limit, stop, trail).ok_or_else(never)?,
        time_in_force,
        extended_hours: old.extended_hours,
        class: Class::Simple,
        effect: None,
        replaces: Some(Replaces { order: old.id, changes }),
    })
}

/// A part as it will be. What an order does not have cannot be changed.
fn edited<T: Copy>(part: Part, old: Option<T>, new: Option<T>) -> Result<Option<T>, RuleBreak> {
    match (old, new) {
        (None, Some(_)) => Err(RuleBreak::NoSuchPart(part)),
        (old, new) => Ok(new.or(old)),
    }
}
