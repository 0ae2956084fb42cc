//! The rules an order must pass, in the order in which they are tried.
//!
//! Which refusal wins when several apply is not documented. This table is the best reading of the reports; it is a
//! table so that it can be put right in one place.

use super::accounts::{Account, Sums};
use super::assets::Asset;
use super::calendar::Session;
use super::draft::Draft;
use super::errors::{self, Refusal, forbidden, unprocessable};
use super::market::Market;
use super::orders::{Kind, Order, Side, Size, TimeInForce};
use super::venue::Knobs;
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

/// Everything a rule may look at.
pub(super) struct Bench<'a> {
    pub draft: &'a Draft,
    pub asset: Option<&'a Asset>,
    pub account: &'a Account,
    pub market: &'a Market,
    pub knobs: &'a Knobs,
    pub now: DateTime<Utc>,
    /// The account's sums before this order.
    pub sums: Sums,
}

type Rule = fn(&Bench<'_>) -> Result<(), Refusal>;

/// Name and rule, first to last.
const RULES: [(&str, Rule); 14] = [
    ("client order id", client_order_id_is_new),
    ("asset", asset_trades),
    ("price increment", price_is_on_the_grid),
    ("fractional form", fractions_are_for_the_day),
    ("position intent", intent_matches),
    ("account", account_may_trade),
    ("fractional asset", asset_can_be_split),
    ("minimum", fraction_is_worth_a_dollar),
    ("shares", shares_are_free),
    ("short sale", short_sale_is_allowed),
    ("one direction", no_opening_both_ways),
    ("wash trade", no_wash_trade),
    ("price", asset_has_a_price),
    ("buying power", buying_power_suffices),
];

/// Tries every rule.
///
/// # Errors
/// The refusal of the first rule that is broken.
pub(super) fn judge(bench: &Bench<'_>) -> Result<(), Refusal> {
    RULES.iter().try_for_each(|(name, rule)| {
        rule(bench).inspect_err(|refusal| tracing::debug!(rule = name, code = refusal.code, "order refused"))
    })
}

impl Bench<'_> {
    fn position(&self) -> Decimal {
        self.account.shares(&self.draft.symbol)
    }

    /// Whether the order takes a position back rather than opening or adding to one.
    fn closes(&self) -> bool {
        match self.draft.side {
            Side::Buy => self.position().is_sign_negative() && !self.position().is_zero(),
            Side::Sell => self.position() > Decimal::ZERO,
        }
    }

    /// What the order does to the position.
    pub fn intent(&self) -> &'static str {
        match (self.draft.side, self.closes()) {
            (Side::Buy, false) => "buy_to_open",
            (Side::Buy, true) => "buy_to_close",
            (Side::Sell, false) => "sell_to_open",
            (Side::Sell, true) => "sell_to_close",
        }
    }

    /// The price the order is checked at: far side in the regular session, middle in the extended ones, last trade when
    /// closed. A limit buy counts at its limit, a short sale at no less than 3 % above the ask.
    pub fn check_price(&self) -> Decimal {
        let symbol = &self.draft.symbol;
        let last = self.market.last(symbol).unwrap_or_default();
        let quote = self.market.quote(symbol);
        let (bid, ask) = quote.map_or((last, last), |quote| (or(quote.bid, last), or(quote.ask, last)));
        let short = self.draft.side == Side::Sell && !self.closes();
        let market = match (self.market.session(self.now), self.draft.side) {
            (Session::Regular, Side::Sell) if !short => bid,
            (Session::Regular, _) => ask,
            (Session::Extended, _) => ((bid + ask) / Decimal::TWO).round_dp(4),
            (Session::Closed, _) => last,
        };
        let dear = if short { market * Decimal::new(103, 2) } else { market };
        match self.draft.kind {
            Kind::Market => dear,
            Kind::Limit(limit) if short => limit.max(dear),
            Kind::Limit(limit) => limit,
        }
    }

    /// Shares asked for; for a dollar order, what it buys at the check price.
    fn shares(&self) -> Decimal {
        match self.draft.size {
            Size::Qty(qty) => qty,
            Size::Notional(dollars) => dollars.checked_div(self.check_price()).unwrap_or(dollars).round_dp(9),
        }
    }

    fn cost(&self) -> Decimal {
        match self.draft.size {
            Size::Qty(qty) => qty.checked_mul(self.check_price()).unwrap_or(Decimal::MAX),
            Size::Notional(dollars) => dollars,
        }
    }

    fn open_orders(&self) -> impl Iterator<Item = &Order> {
        self.account.book.open().filter(|order| order.symbol == self.draft.symbol)
    }
}

fn or(price: Decimal, otherwise: Decimal) -> Decimal {
    if price.is_zero() { otherwise } else { price }
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
        None => Err(unprocessable(format!("asset \"{symbol}\" not found"))),
        Some(asset) if !asset.active => Err(unprocessable(format!("asset \"{symbol}\" is not active"))),
        Some(asset) if !asset.tradable => Err(unprocessable(format!("asset \"{symbol}\" is not tradable"))),
        Some(_) => Ok(()),
    }
}

fn price_is_on_the_grid(bench: &Bench<'_>) -> Result<(), Refusal> {
    let Kind::Limit(price) = bench.draft.kind else { return Ok(()) };
    let decimals = if price >= Decimal::ONE { 2 } else { 4 };
    if price.normalize().scale() > decimals { Err(errors::sub_penny("limit_price", price)) } else { Ok(()) }
}

fn fractions_are_for_the_day(bench: &Bench<'_>) -> Result<(), Refusal> {
    if bench.draft.size.is_fractional() && bench.draft.time_in_force != TimeInForce::Day {
        return Err(unprocessable("fractional orders must be DAY orders"));
    }
    Ok(())
}

fn intent_matches(bench: &Bench<'_>) -> Result<(), Refusal> {
    let inferred = bench.intent();
    match &bench.draft.position_intent {
        Some(specified) if specified != inferred => {
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
    let Some(asset) = bench.asset.filter(|_| bench.draft.size.is_fractional()) else { return Ok(()) };
    let symbol = &bench.draft.symbol;
    if !asset.fractionable {
        return Err(forbidden(format!("asset {symbol} is not fractionable")));
    }
    if !bench.account.configurations.fractional_trading {
        return Err(forbidden("fractional trading is disabled for this account"));
    }
    if bench.draft.extended_hours && !asset.fractional_extended_hours {
        return Err(forbidden(format!("asset {symbol} is not eligible for fractional extended hours trading")));
    }
    Ok(())
}

fn fraction_is_worth_a_dollar(bench: &Bench<'_>) -> Result<(), Refusal> {
    let small = bench.draft.size.is_fractional() && bench.draft.side == Side::Buy && bench.cost() < Decimal::ONE;
    if small { Err(forbidden("cost basis must be >= minimal amount of order 1")) } else { Ok(()) }
}

/// No order crosses zero, and shares in open orders are spoken for.
fn shares_are_free(bench: &Bench<'_>) -> Result<(), Refusal> {
    if !bench.closes() {
        return Ok(());
    }
    let symbol = &bench.draft.symbol;
    let (existing, held) = (bench.position().abs(), bench.account.held(symbol));
    let requested = bench.shares();
    if requested > existing - held {
        return Err(errors::insufficient_qty(symbol, requested, existing, held));
    }
    Ok(())
}

fn short_sale_is_allowed(bench: &Bench<'_>) -> Result<(), Refusal> {
    if bench.draft.side == Side::Buy || bench.closes() {
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

fn no_opening_both_ways(bench: &Bench<'_>) -> Result<(), Refusal> {
    let (other, message) = match bench.intent() {
        "buy_to_open" => ("sell_to_open", "cannot open a long buy while a short sell order is open"),
        "sell_to_open" => ("buy_to_open", "cannot open a short sell while a long buy order is open"),
        _ => return Ok(()),
    };
    if bench.open_orders().any(|order| order.position_intent == other) { Err(forbidden(message)) } else { Ok(()) }
}

/// An open order on the other side that this one could meet.
fn no_wash_trade(bench: &Bench<'_>) -> Result<(), Refusal> {
    let meets = |order: &&Order| {
        order.side != bench.draft.side
            && match (order.kind.limit_price(), bench.draft.kind.limit_price()) {
                (Some(theirs), Some(ours)) if bench.draft.side == Side::Buy => ours >= theirs,
                (Some(theirs), Some(ours)) => theirs >= ours,
                _ => true,
            }
    };
    let Some(order) = bench.open_orders().find(meets) else { return Ok(()) };
    let reason = match order.kind {
        Kind::Market => "opposite side market/stop order exists",
        Kind::Limit(_) => "opposite side limit order exists",
    };
    Err(errors::wash_trade(&order.id.to_string(), reason))
}

fn asset_has_a_price(bench: &Bench<'_>) -> Result<(), Refusal> {
    if bench.check_price().is_zero() {
        return Err(forbidden(format!("unable to determine price for asset \"{}\"", bench.draft.symbol)));
    }
    Ok(())
}

fn buying_power_suffices(bench: &Bench<'_>) -> Result<(), Refusal> {
    if bench.closes() {
        return Ok(());
    }
    let marginable = bench.asset.is_some_and(|asset| asset.marginable);
    let power = if marginable { bench.sums.buying_power } else { bench.sums.own_funds };
    let cost = bench.cost();
    if cost > power { Err(errors::insufficient_buying_power(power, cost)) } else { Ok(()) }
}
