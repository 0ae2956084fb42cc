//! How the vendor writes things: decimals as strings without trailing zeros on the trading API and as numbers on the
//! data API; times in RFC 3339.

use super::accounts::{Account, Configurations, Position};
use super::assets::{Asset, AssetClass};
use super::book::Book;
use super::kinds::{Size, Status, Trail};
use super::market::Market;
use super::orders::{Order, Role};
use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde_json::{Number, Value, json};

/// Coins trade, and are priced, in billionths.
const COIN_STEP: Decimal = Decimal::from_parts(1, 0, 0, false, 9);

/// A decimal of the trading API.
pub(super) fn money(amount: Decimal) -> String {
    amount.normalize().to_string()
}

/// A ratio, cut to the digits the vendor shows.
fn ratio(of: Decimal, to: Decimal) -> String {
    if to.is_zero() { "0".to_owned() } else { money((of / to).round_dp(16)) }
}

/// A decimal of the data API.
pub(super) fn number(amount: Decimal) -> Value {
    money(amount).parse::<Number>().map_or(Value::Null, Value::Number)
}

/// A moment, in UTC, with the digits it has.
pub(super) fn stamp(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn maybe_stamp(moment: Option<DateTime<Utc>>) -> Value {
    moment.map_or(Value::Null, |moment| stamp(moment).into())
}

fn maybe_money(amount: Option<Decimal>) -> Value {
    amount.map_or(Value::Null, |amount| money(amount).into())
}

/// An order with the orders of its group that it leads.
pub(super) fn nested(order: &Order, book: &Book) -> Value {
    let mut value = self::order(order);
    let legs: Vec<Value> = book.legs(order).map(self::order).collect();
    if !legs.is_empty() {
        value["legs"] = legs.into();
    }
    value
}

/// An order by itself.
pub(super) fn order(order: &Order) -> Value {
    let mut value = written(order);
    match order.bond.map(|bond| bond.role) {
        // A multi-leg order is for no symbol and neither bought nor sold; its legs have no type of their own.
        Some(Role::Strategy) => {
            for name in ["asset_id", "symbol", "asset_class", "side", "position_intent"] {
                value[name] = "".into();
            }
        }
        Some(Role::Leg { ratio }) => {
            value["ratio_qty"] = money(ratio).into();
            for name in ["type", "order_type"] {
                value[name] = "".into();
            }
        }
        _ => {}
    }
    value
}

fn written(order: &Order) -> Value {
    let (qty, notional) = match order.size {
        Size::Qty(qty) => (Some(qty), None),
        Size::Notional(dollars) => (None, Some(dollars)),
    };
    let (trail_price, trail_percent) = match order.kind.trail() {
        Some(Trail::Price(dollars)) => (Some(dollars), None),
        Some(Trail::Percent(percent)) => (None, Some(percent)),
        None => (None, None),
    };
    json!({
        "id": order.id,
        "client_order_id": order.client_order_id,
        "created_at": stamp(order.submitted_at),
        "updated_at": stamp(order.updated_at),
        "submitted_at": stamp(order.submitted_at),
        "filled_at": maybe_stamp(order.ended(Status::Filled)),
        "expired_at": maybe_stamp(order.ended(Status::Expired)),
        "expires_at": stamp(order.expires_at),
        "canceled_at": maybe_stamp(order.ended(Status::Canceled)),
        "failed_at": maybe_stamp(order.ended(Status::Rejected)),
        "replaced_at": maybe_stamp(order.ended(Status::Replaced)),
        "replaced_by": order.replaced_by,
        "replaces": order.replaces,
        "asset_id": order.asset_id,
        "symbol": order.symbol,
        "asset_class": order.asset_class.wire(),
        "notional": maybe_money(notional),
        "qty": maybe_money(qty),
        "filled_qty": money(order.filled_qty),
        "filled_avg_price": maybe_money(order.filled_avg_price()),
        "order_class": order.bond.map_or("", |bond| bond.class.wire()),
        "order_type": order.kind.wire(),
        "type": order.kind.wire(),
        "side": order.side.wire(),
        "position_intent": order.position_intent.wire(),
        "time_in_force": order.time_in_force.wire(),
        "limit_price": maybe_money(order.kind.limit_price()),
        "stop_price": maybe_money(order.stop_price()),
        "status": order.status.wire(),
        "extended_hours": order.extended_hours,
        "legs": null,
        "trail_percent": maybe_money(trail_percent),
        "trail_price": maybe_money(trail_price),
        "hwm": maybe_money(order.high_water_mark),
        "subtag": null,
        "source": null,
    })
}

pub(super) fn position(position: &Position, market: &Market, held: Decimal) -> Value {
    let ticker = market.ticker(&position.symbol);
    let asset = ticker.map(|ticker| ticker.asset);
    let now = market.last(&position.symbol);
    let before = market.previous_close(&position.symbol);
    let value = now.map(|price| price * position.qty * position.multiplier());
    let gain = value.map(|value| value - position.cost);
    let day_start = before.map(|price| position.value_at_day_start(price));
    let day_gain = value.zip(day_start).map(|(value, start)| value - start);
    let free = if position.qty.is_sign_negative() { position.qty + held } else { position.qty - held };
    json!({
        "asset_id": asset.map(|asset| asset.id),
        // Positions in coins are written without the slash.
        "symbol": position.symbol.replace('/', ""),
        "exchange": asset.map_or("", |asset| asset.exchange.as_str()),
        "asset_class": asset.map_or("us_equity", |asset| asset.class.wire()),
        "asset_marginable": asset.is_some_and(|asset| asset.marginable),
        "qty": money(position.qty),
        "qty_available": money(free),
        "side": if position.qty.is_sign_negative() { "short" } else { "long" },
        "avg_entry_price": money(position.avg_entry_price()),
        "cost_basis": money(position.cost),
        "market_value": maybe_money(value),
        "current_price": maybe_money(now),
        "lastday_price": maybe_money(before),
        "change_today": now.zip(before).map(|(now, before)| ratio(now - before, before)),
        "unrealized_pl": maybe_money(gain),
        "unrealized_plpc": gain.map(|gain| ratio(gain, position.cost.abs())),
        "unrealized_intraday_pl": maybe_money(day_gain),
        "unrealized_intraday_plpc": day_gain.zip(day_start).map(|(gain, start)| ratio(gain, start.abs())),
    })
}

pub(super) fn account(account: &Account, market: &Market) -> Value {
    let sums = account.sums(market);
    json!({
        "id": account.id,
        "account_number": account.number,
        "status": "ACTIVE",
        "crypto_status": "ACTIVE",
        "currency": "USD",
        "cash": money(account.cash),
        "equity": money(sums.equity),
        "last_equity": money(account.last_equity),
        "portfolio_value": money(sums.equity),
        "long_market_value": money(sums.long),
        "short_market_value": money(sums.short),
        "position_market_value": money(sums.long - sums.short),
        "buying_power": money(sums.buying_power),
        "regt_buying_power": money(sums.buying_power),
        "effective_buying_power": money(sums.buying_power),
        "non_marginable_buying_power": money(sums.own_funds),
        "options_buying_power": money(sums.own_funds),
        "initial_margin": money(sums.initial_margin),
        "maintenance_margin": money(sums.maintenance_margin),
        "last_maintenance_margin": money(account.last_maintenance_margin),
        "sma": "0",
        "multiplier": money(sums.multiplier),
        "accrued_fees": "0",
        "pending_reg_taf_fees": "0",
        "intraday_adjustments": "0",
        "created_at": stamp(account.created_at),
        "balance_asof": account.balance_asof.to_string(),
        "trading_blocked": account.trading_blocked,
        "transfers_blocked": false,
        "account_blocked": account.account_blocked,
        "trade_suspended_by_user": account.configurations.suspend_trade,
        "shorting_enabled": account.may_short(sums.equity),
        "options_approved_level": 3,
        "options_trading_level": account.options_level(),
        "crypto_tier": 1,
        "user_configurations": null,
        "admin_configurations": {},
    })
}

pub(super) fn configurations(set: &Configurations) -> Value {
    json!({
        "suspend_trade": set.suspend_trade,
        "no_shorting": set.no_shorting,
        "fractional_trading": set.fractional_trading,
        "max_margin_multiplier": set.max_margin_multiplier.to_string(),
        "max_options_trading_level": set.max_options_trading_level,
        "trade_confirm_email": if set.trade_confirm_email { "all" } else { "none" },
        "ptp_no_exception_entry": set.ptp_no_exception_entry,
        "disable_overnight_trading": set.disable_overnight_trading,
    })
}

pub(super) fn asset(asset: &Asset) -> Value {
    let margin = if asset.marginable { 30 } else { 100 };
    let mut row = json!({
        "id": asset.id,
        "class": asset.class.wire(),
        "exchange": asset.exchange,
        "symbol": asset.symbol,
        "name": asset.name,
        "status": if asset.active { "active" } else { "inactive" },
        "tradable": asset.tradable,
        "marginable": asset.marginable,
        "shortable": asset.shortable,
        "easy_to_borrow": asset.shortable,
        "fractionable": asset.fractionable,
        "maintenance_margin_requirement": margin,
        "margin_requirement_long": margin.to_string(),
        "margin_requirement_short": if asset.shortable { margin.to_string() } else { "100".to_owned() },
        "attributes": asset.attributes,
    });
    match asset.class {
        AssetClass::Equity => {
            row["borrow_status"] = if asset.shortable { "easy_to_borrow" } else { "hard_to_borrow" }.into();
            row["cusip"] = Value::Null;
        }
        AssetClass::Option => {}
        AssetClass::Crypto => {
            row["min_order_size"] = money(asset.least_order()).into();
            row["min_trade_increment"] = money(COIN_STEP).into();
            row["price_increment"] = money(COIN_STEP).into();
        }
    }
    row
}
