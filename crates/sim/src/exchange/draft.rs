//! Reading a `POST /v2/orders` body: its fields one by one, before anything is known about account or market.

pub(super) mod fields;

use super::errors::{Refusal, invalid};
use super::kinds::{Intent, Kind, Side, Size, TimeInForce, Trail};
use super::orders::{Class, Role};
use fields::Fields;
use rust_decimal::Decimal;

/// An order as the client wrote it, with every field in itself valid.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    pub symbol: String,
    pub side: Side,
    pub kind: Kind,
    pub size: Size,
    pub time_in_force: TimeInForce,
    pub extended_hours: bool,
    pub client_order_id: Option<String>,
    pub position_intent: Option<Intent>,
    pub group: Option<GroupDraft>,
}

/// The exits that come with an order, or that an order and its companion are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct GroupDraft {
    pub class: Class,
    /// Limit price.
    pub take_profit: Option<Decimal>,
    /// Type and prices.
    pub stop_loss: Option<Kind>,
}

impl GroupDraft {
    /// The place of the order that the client wrote.
    pub fn role(&self) -> Role {
        if self.class == Class::Oco { Role::TakeProfit } else { Role::Entry }
    }
}

impl Draft {
    pub fn read(fields: &Fields, extended_hours_gtc: bool) -> Result<Self, Refusal> {
        let extended_hours = fields.flag("extended_hours")?;
        let client_order_id = client_order_id(fields)?;
        let symbol = fields.word("symbol")?.ok_or_else(|| invalid("symbol is required"))?.to_owned();
        let amount = size(fields.decimal("qty")?, fields.decimal("notional")?)?;
        let side = fields.word("side")?.and_then(Side::from_wire).ok_or_else(|| invalid("invalid side"))?;
        let group = group(fields)?;
        let kind = match group {
            // The order itself is the profit to take, whatever its own limit says.
            Some(GroupDraft { class: Class::Oco, take_profit: Some(limit), .. }) => oco(fields, limit)?,
            _ => kind(fields)?,
        };
        let time_in_force = time_in_force(fields, kind)?.ok_or_else(|| invalid("invalid time_in_force"))?;
        let position_intent = match fields.word("position_intent")? {
            None => None,
            Some(word) => Some(Intent::from_wire(word).ok_or_else(|| invalid("invalid position_intent"))?),
        };
        let lasts = time_in_force == TimeInForce::Day || (time_in_force == TimeInForce::Gtc && extended_hours_gtc);
        if extended_hours && !(matches!(kind, Kind::Limit(_)) && lasts) {
            let allowed = if extended_hours_gtc { "DAY or GTC" } else { "DAY" };
            return Err(invalid(format!("extended hours order must be {allowed} limit orders")));
        }
        Ok(Self {
            symbol,
            side,
            kind,
            size: amount,
            time_in_force,
            extended_hours,
            client_order_id,
            position_intent,
            group,
        })
    }
}

pub(super) fn client_order_id(fields: &Fields) -> Result<Option<String>, Refusal> {
    let id = fields.word("client_order_id")?;
    if id.is_some_and(|id| id.chars().count() > 128) {
        return Err(invalid("client_order_id must be no more than 128 characters"));
    }
    Ok(id.map(str::to_owned))
}

fn size(qty: Option<Decimal>, notional: Option<Decimal>) -> Result<Size, Refusal> {
    match (qty, notional) {
        (None, None) => Err(invalid("qty or notional is required")),
        (Some(_), Some(_)) => Err(invalid("only one of qty or notional is accepted")),
        (Some(qty), None) => checked_qty(qty).map(Size::Qty),
        (None, Some(dollars)) if dollars < Decimal::ONE => Err(invalid("notional must be >= 1.00")),
        (None, Some(dollars)) if dollars.normalize().scale() > 2 => {
            Err(invalid("notional value must be limited to 2 decimal places"))
        }
        (None, Some(dollars)) => Ok(Size::Notional(dollars)),
    }
}

pub(super) fn checked_qty(qty: Decimal) -> Result<Decimal, Refusal> {
    match qty {
        qty if qty <= Decimal::ZERO => Err(invalid("qty must be > 0")),
        qty if qty.normalize().scale() > 9 => Err(invalid("qty must be limited to 9 decimal places")),
        qty => Ok(qty),
    }
}

/// The type, with exactly the prices that belong to it.
fn kind(fields: &Fields) -> Result<Kind, Refusal> {
    let (limit, stop) = (fields.decimal("limit_price")?, fields.decimal("stop_price")?);
    let trail = (fields.decimal("trail_price")?, fields.decimal("trail_percent")?);
    let word = fields.word("type")?;
    if word != Some("trailing_stop") && trail != (None, None) {
        return Err(invalid("trail_price and trail_percent require a trailing stop order"));
    }
    let kind = match (word, limit, stop) {
        (Some("market"), None, None) => Kind::Market,
        (Some("market"), ..) => return Err(invalid("market orders require no stop or limit price")),
        (Some("limit"), None, _) => return Err(invalid("limit orders require a limit price")),
        (Some("limit"), _, Some(_)) => return Err(invalid("limit orders require no stop price")),
        (Some("limit"), Some(limit), None) => Kind::Limit(limit),
        (Some("stop"), _, None) => return Err(invalid("stop orders require a stop price")),
        (Some("stop"), Some(_), _) => return Err(invalid("stop orders require no limit price")),
        (Some("stop"), None, Some(stop)) => Kind::Stop(stop),
        (Some("stop_limit"), Some(limit), Some(stop)) => Kind::StopLimit { stop, limit },
        (Some("stop_limit"), ..) => {
            return Err(invalid("stop limit orders require both stop and limit price"));
        }
        (Some("trailing_stop"), None, None) => Kind::TrailingStop(match trail {
            (Some(dollars), None) => Trail::Price(dollars),
            (None, Some(percent)) => Trail::Percent(percent),
            _ => return Err(invalid("trailing stop orders must specify one of trail_price or trail_percent")),
        }),
        (Some("trailing_stop"), ..) => return Err(invalid("trailing stop orders require no stop or limit price")),
        _ => return Err(invalid("invalid order type")),
    };
    checked_prices(kind)
}

/// The prices of a type, each within its bounds.
pub(super) fn checked_prices(kind: Kind) -> Result<Kind, Refusal> {
    let not_positive = |price: Option<Decimal>| price.is_some_and(|price| price <= Decimal::ZERO);
    if not_positive(kind.limit_price()) {
        return Err(invalid("limit_price must be > 0"));
    }
    if not_positive(kind.stop_price()) {
        return Err(invalid("stop_price must be > 0"));
    }
    match kind.trail() {
        Some(Trail::Price(dollars)) if dollars <= Decimal::ZERO => Err(invalid("trail_price must be > 0")),
        Some(Trail::Percent(percent)) if percent < Decimal::new(1, 1) => Err(invalid("trail_percent must be >= 0.1")),
        _ => Ok(kind),
    }
}

/// How long, if it is said. Stops need time to be reached.
pub(super) fn time_in_force(fields: &Fields, kind: Kind) -> Result<Option<TimeInForce>, Refusal> {
    let Some(word) = fields.word("time_in_force")? else { return Ok(None) };
    let lasting = |time: &TimeInForce| !time.has_one_chance() || matches!(kind, Kind::Market | Kind::Limit(_));
    TimeInForce::from_wire(word).filter(lasting).map(Some).ok_or_else(|| invalid("invalid time_in_force"))
}

/// The exits, with exactly those that the class asks for.
fn group(fields: &Fields) -> Result<Option<GroupDraft>, Refusal> {
    let class = match fields.word("order_class")? {
        None | Some("simple") => return Ok(None),
        Some("bracket") => Class::Bracket,
        Some("oto") => Class::Oto,
        Some("oco") => Class::Oco,
        Some(_) => return Err(invalid("invalid order_class")),
    };
    let take_profit = match fields.inner("take_profit")? {
        None => None,
        Some(inner) => inner.decimal("limit_price")?,
    };
    let stop_loss = match fields.inner("stop_loss")? {
        None => None,
        Some(inner) => match (inner.decimal("stop_price")?, inner.decimal("limit_price")?) {
            (Some(stop), Some(limit)) => Some(checked_prices(Kind::StopLimit { stop, limit })?),
            (Some(stop), None) => Some(checked_prices(Kind::Stop(stop))?),
            (None, _) => None,
        },
    };
    if let Some(limit) = take_profit {
        checked_prices(Kind::Limit(limit))?;
    }
    let name = class.wire();
    match (class, take_profit, stop_loss) {
        (Class::Oto, None, None) => Err(invalid("oto orders require take_profit.limit_price or stop_loss.stop_price")),
        (Class::Oto, Some(_), Some(_)) => {
            Err(invalid("oto orders require only one of take_profit.limit_price and stop_loss.stop_price"))
        }
        (Class::Bracket | Class::Oco, None, _) => {
            Err(invalid(format!("{name} orders require take_profit.limit_price")))
        }
        (Class::Bracket | Class::Oco, _, None) => Err(invalid(format!("{name} orders require stop_loss.stop_price"))),
        _ => Ok(Some(GroupDraft { class, take_profit, stop_loss })),
    }
}

/// The type of an order that is itself an exit.
fn oco(fields: &Fields, take_profit: Decimal) -> Result<Kind, Refusal> {
    if fields.word("type")? != Some("limit") {
        return Err(invalid("oco orders must be limit orders"));
    }
    Ok(Kind::Limit(take_profit))
}

#[cfg(test)]
mod tests;
