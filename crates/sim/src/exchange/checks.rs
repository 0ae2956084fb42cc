//! The rules an order must pass, in the order in which they are tried.
//!
//! Which refusal wins when several apply is not documented. This table is the best reading of the reports; it is a
//! table so that it can be put right in one place.

mod bench;
mod coins;
mod exits;
mod hours;
mod options;
mod shares;

use super::assets::AssetClass;
use super::errors::{self, Refusal, forbidden, unprocessable};
use super::kinds::{Intent, Kind, Side, Size, TimeInForce};
use super::options::contracts::Contract;
pub(super) use bench::Bench;
pub(super) use options::{form_suits, is_alive};
use rust_decimal::Decimal;

type Rule = fn(&Bench<'_>) -> Result<(), Refusal>;

/// Name and rule, first to last.
const RULES: [(&str, Rule); 25] = [
    ("client order id", client_order_id_is_new),
    ("asset", asset_trades),
    ("price increment", prices_are_on_the_grid),
    ("coin form", coins::form_suits_coins),
    ("contract form", options::form_suits_contracts),
    ("fractional form", fractions_are_simple_and_for_the_day),
    ("group form", exits::form_suits_the_class),
    ("position intent", intent_matches),
    ("group direction", exits::direction_suits_the_class),
    ("group prices", exits::prices_lie_on_their_sides),
    ("account", account_may_trade),
    ("auction hours", hours::auction_takes_orders),
    ("fractional asset", asset_can_be_split),
    ("minimum", fraction_is_worth_a_dollar),
    ("coin amount", coins::amount_is_within_bounds),
    ("coin balance", coins::balance_suffices),
    ("options level", options::level_allows),
    ("shares", shares::are_free),
    ("contract cover", options::cover_suffices),
    ("short sale", shares::short_sale_is_allowed),
    ("closing first", no_opening_while_closing_in_dollars),
    ("one direction", shares::no_opening_both_ways),
    ("wash trade", shares::no_wash_trade),
    ("price", asset_has_a_price),
    ("buying power", buying_power_suffices),
];

/// The rules that a replacement must pass once more.
const REPLACEMENT: [(&str, Rule); 10] = [
    ("client order id", client_order_id_is_new),
    ("price increment", prices_are_on_the_grid),
    ("fractional form", fractions_are_simple_and_for_the_day),
    ("account", account_may_trade),
    ("auction hours", hours::auction_takes_orders),
    ("coin balance", coins::balance_suffices),
    ("shares", shares::are_free),
    ("contract cover", options::cover_suffices),
    ("wash trade", shares::no_wash_trade),
    ("buying power", buying_power_suffices),
];

/// Tries every rule.
///
/// # Errors
/// The refusal of the first rule that is broken.
pub(super) fn judge(bench: &Bench<'_>) -> Result<(), Refusal> {
    let rules = if bench.replacing.is_some() { &REPLACEMENT[..] } else { &RULES[..] };
    rules.iter().try_for_each(|(name, rule)| {
        rule(bench).inspect_err(|refusal| tracing::debug!(rule = name, code = refusal.code, "order refused"))
    })
}

fn client_order_id_is_new(bench: &Bench<'_>) -> Result<(), Refusal> {
    let Some(id) = &bench.draft.client_order_id else { return Ok(()) };
    match bench.account.book.by_client_id(id) {
        Some(order) if !(bench.knobs.reuse_client_order_ids && order.status.is_terminal()) => {
            Err(errors::invalid("client_order_id must be unique"))
        }
        _ => Ok(()),
    }
}

fn asset_trades(bench: &Bench<'_>) -> Result<(), Refusal> {
    let symbol = &bench.draft.symbol;
    match bench.asset {
        None if Contract::read(symbol).is_some() => Err(unprocessable(format!("contract \"{symbol}\" not found"))),
        None => Err(unprocessable(format!("asset \"{symbol}\" not found"))),
        Some(asset) if !asset.active => Err(unprocessable(format!("asset \"{symbol}\" is not active"))),
        Some(asset) if !asset.tradable => Err(unprocessable(format!("asset \"{symbol}\" is not tradable"))),
        Some(_) => Ok(()),
    }
}

/// Every price, those of the exits too. A trail is a distance and need not be.
fn prices_are_on_the_grid(bench: &Bench<'_>) -> Result<(), Refusal> {
    let group = bench.draft.group;
    let loss = group.and_then(|group| group.stop_loss);
    let prices = [
        ("limit_price", bench.draft.kind.limit_price()),
        ("stop_price", bench.draft.kind.stop_price()),
        ("take_profit.limit_price", group.and_then(|group| group.take_profit)),
        ("stop_loss.stop_price", loss.and_then(Kind::stop_price)),
        ("stop_loss.limit_price", loss.and_then(Kind::limit_price)),
    ];
    prices.into_iter().filter_map(|(name, price)| Some((name, price?))).try_for_each(|(name, price)| {
        let decimals = match bench.class() {
            AssetClass::Crypto => 9,
            AssetClass::Option => 2,
            AssetClass::Equity if price >= Decimal::ONE => 2,
            AssetClass::Equity => 4,
        };
        if price.normalize().scale() > decimals { Err(errors::sub_penny(name, price)) } else { Ok(()) }
    })
}

fn fractions_are_simple_and_for_the_day(bench: &Bench<'_>) -> Result<(), Refusal> {
    let draft = bench.draft;
    if !draft.size.is_fractional() || bench.class() != AssetClass::Equity {
        return Ok(());
    }
    if draft.time_in_force != TimeInForce::Day {
        return Err(unprocessable("fractional orders must be DAY orders"));
    }
    if draft.group.is_some() {
        return Err(unprocessable("fractional orders must be simple orders"));
    }
    if matches!(draft.kind, Kind::TrailingStop(_)) {
        return Err(unprocessable("fractional orders must be market, limit, stop, or stop_limit orders"));
    }
    Ok(())
}

fn intent_matches(bench: &Bench<'_>) -> Result<(), Refusal> {
    let inferred = bench.intent();
    match bench.draft.position_intent {
        Some(specified) if specified != inferred => {
            let (inferred, specified) = (inferred.wire(), specified.wire());
            Err(unprocessable(format!("position intent mismatch, inferred: {inferred}, specified: {specified}")))
        }
        _ => Ok(()),
    }
}

fn account_may_trade(bench: &Bench<'_>) -> Result<(), Refusal> {
    if bench.account.trading_blocked || bench.account.account_blocked {
        return Err(forbidden("account is not authorized to trade"));
    }
    if bench.account.configurations.suspend_trade {
        return Err(forbidden("new orders are rejected by user request"));
    }
    Ok(())
}

fn asset_can_be_split(bench: &Bench<'_>) -> Result<(), Refusal> {
    let split = bench.draft.size.is_fractional() && bench.class() == AssetClass::Equity;
    let Some(asset) = bench.asset.filter(|_| split) else { return Ok(()) };
    let symbol = &bench.draft.symbol;
    if !asset.fractionable {
        return Err(forbidden(format!("asset {symbol} is not fractionable")));
    }
    if !bench.account.configurations.fractional_trading {
        return Err(forbidden("fractional trading is disabled for this account"));
    }
    if bench.draft.extended_hours && !asset.fractional_extended_hours() {
        return Err(forbidden(format!("asset {symbol} is not eligible for fractional extended hours trading")));
    }
    Ok(())
}

fn fraction_is_worth_a_dollar(bench: &Bench<'_>) -> Result<(), Refusal> {
    let small = bench.draft.size.is_fractional() && bench.draft.side == Side::Buy && bench.cost() < Decimal::ONE;
    if small { Err(forbidden("cost basis must be >= minimal amount of order 1")) } else { Ok(()) }
}

fn no_opening_while_closing_in_dollars(bench: &Bench<'_>) -> Result<(), Refusal> {
    let opens_in_dollars = matches!(bench.draft.size, Size::Notional(_)) && !bench.closes();
    if opens_in_dollars && [Intent::BuyToClose, Intent::SellToClose].into_iter().any(|it| bench.others_intend(it)) {
        return Err(forbidden("unable to open new notional orders while having open closing position orders"));
    }
    Ok(())
}

fn asset_has_a_price(bench: &Bench<'_>) -> Result<(), Refusal> {
    if bench.check_price().is_zero() {
        return Err(forbidden(format!("unable to determine price for asset \"{}\"", bench.draft.symbol)));
    }
    Ok(())
}

fn buying_power_suffices(bench: &Bench<'_>) -> Result<(), Refusal> {
    if bench.closes() || bench.class() != AssetClass::Equity {
        return Ok(());
    }
    let marginable = bench.asset.is_some_and(|asset| asset.marginable);
    let power = if marginable { bench.sums.buying_power } else { bench.sums.own_funds };
    let power = power + bench.given_back();
    let cost = bench.cost();
    if cost > power { Err(errors::insufficient_buying_power(power, cost)) } else { Ok(()) }
}
