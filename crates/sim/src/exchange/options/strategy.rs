//! Multi-leg orders: two to four contracts on one share, traded together at one net price or not at all.

use super::super::assets::AssetClass;
use super::super::checks::{form_suits, is_alive};
use super::super::draft::fields::Fields;
use super::super::draft::{checked_qty, client_order_id};
use super::super::errors::{self, Refusal, forbidden, invalid, unprocessable};
use super::super::json::{self, money};
use super::super::kinds::{Intent, Kind, Side, Size, Status, TimeInForce};
use super::super::orders::{Bond, Class, Fill, Order, Role};
use super::super::routes::Call;
use super::super::trading::expiry;
use super::super::venue::Exchange;
use super::contracts::{self, Contract, MULTIPLIER};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// One leg as the client wrote it.
struct Leg {
    contract: Contract,
    ratio: Decimal,
    intent: Intent,
}

impl Leg {
    const fn side(&self) -> Side {
        match self.intent {
            Intent::BuyToOpen | Intent::BuyToClose => Side::Buy,
            Intent::SellToOpen | Intent::SellToClose => Side::Sell,
        }
    }
}

/// A multi-leg order as the client wrote it.
struct Strategy {
    qty: Decimal,
    kind: Kind,
    time_in_force: TimeInForce,
    client_order_id: Option<String>,
    legs: Vec<Leg>,
}

/// Whether a body asks for a multi-leg order.
pub(in super::super) fn is_wanted(fields: &Fields) -> Result<bool, Refusal> {
    Ok(fields.word("order_class")? == Some("mleg"))
}

fn read(exchange: &Exchange, fields: &Fields, now: DateTime<Utc>) -> Result<Strategy, Refusal> {
    let qty = fields.decimal("qty")?.ok_or_else(|| invalid("qty is required"))?;
    let qty = checked_qty(qty)?;
    if !qty.fract().is_zero() {
        return Err(unprocessable("qty must be integer for options trading"));
    }
    let kind = match (fields.word("type")?, fields.decimal("limit_price")?) {
        (Some("market"), None) => Kind::Market,
        (Some("market"), Some(_)) => return Err(unprocessable("limit price is only valid for limit orders")),
        (Some("limit"), None) => return Err(unprocessable("limit price is required for limit orders")),
        (Some("limit"), Some(limit)) if limit.normalize().scale() > 2 => {
            return Err(unprocessable("invalid limit price"));
        }
        (Some("limit"), Some(limit)) => Kind::Limit(limit),
        _ => return Err(unprocessable("invalid order type for options trading")),
    };
    let time_in_force = fields.word("time_in_force")?.and_then(TimeInForce::from_wire);
    let time_in_force = time_in_force.ok_or_else(|| invalid("invalid time_in_force"))?;
    form_suits(kind, time_in_force, fields.flag("extended_hours")?, exchange.market.is_open(now))?;
    let rows = fields.rows("legs")?;
    if !(2..=4).contains(&rows.len()) {
        return Err(invalid("mleg orders require 2 to 4 legs"));
    }
    let legs: Vec<Leg> =
        rows.iter().enumerate().map(|(place, row)| leg(exchange, place, row, now)).collect::<Result<_, _>>()?;
    Ok(Strategy { qty, kind, time_in_force, client_order_id: client_order_id(fields)?, legs })
}

fn leg(exchange: &Exchange, place: usize, row: &Fields, now: DateTime<Utc>) -> Result<Leg, Refusal> {
    let symbol = row.word("symbol")?.ok_or_else(|| invalid("symbol is required"))?;
    let today = super::super::calendar::date_of(now);
    let Some(contract) = contracts::find(&exchange.market, symbol, today) else {
        return Err(match exchange.market.asset(symbol) {
            Some(_) => unprocessable("equity legs are allowed only with a corresponding amount of call contracts"),
            None => unprocessable(format!("asset not found for {symbol}")),
        });
    };
    let ratio = row.decimal("ratio_qty")?.ok_or_else(|| invalid(format!("leg.{place} ratio_qty is required")))?;
    if ratio <= Decimal::ZERO || !ratio.fract().is_zero() {
        return Err(invalid(format!("leg.{place} ratio_qty must be a positive integer")));
    }
    let intent = row.word("position_intent")?.and_then(Intent::from_wire);
    let intent = intent.ok_or_else(|| unprocessable(format!("leg.{place} position intent is required")))?;
    let leg = Leg { contract, ratio: ratio.normalize(), intent };
    match row.word("side")?.map(Side::from_wire) {
        Some(side) if side != Some(leg.side()) => Err(invalid("invalid side")),
        _ => is_alive(&leg.contract, !intent.closes(), now).map(|()| leg),
    }
}

fn divisor(one: Decimal, other: Decimal) -> Decimal {
    if other.is_zero() { one } else { divisor(other, one % other) }
}

/// The legs among each other: one share, no contract twice, ratios in lowest terms.
fn check_shape(legs: &[Leg]) -> Result<(), Refusal> {
    let Some(first) = legs.first() else { return Ok(()) };
    for (place, leg) in legs.iter().enumerate() {
        if leg.contract.root != first.contract.root {
            let (one, other) = (&first.contract.root, &leg.contract.root);
            return Err(unprocessable(format!("underlying asset mismatch: {one} != {other}")));
        }
        if legs.iter().take(place).any(|other| other.contract.symbol == leg.contract.symbol) {
            return Err(invalid("legs must have distinct symbols"));
        }
    }
    if legs.iter().fold(Decimal::ZERO, |common, leg| divisor(leg.ratio, common)) != Decimal::ONE {
        return Err(invalid("ratio_qty of legs must be in lowest terms"));
    }
    Ok(())
}

/// The legs against the account: level, contracts to close, cover for what is written, money for the whole.
fn check_account(exchange: &Exchange, call: &Call<'_>, strategy: &Strategy, net: Decimal) -> Result<(), Refusal> {
    let account = exchange.accounts.get(&call.account).ok_or_else(errors::endpoint_not_found)?;
    if let Some(id) = &strategy.client_order_id
        && account.book.by_client_id(id).is_some()
    {
        return Err(invalid("client_order_id must be unique"));
    }
    if account.trading_blocked || account.account_blocked {
        return Err(forbidden("account is not authorized to trade"));
    }
    if account.configurations.suspend_trade {
        return Err(forbidden("new orders are rejected by user request"));
    }
    if account.options_level() < 3 {
        return Err(forbidden("account not eligible to trade spreads or uncovered contracts"));
    }
    let mut opened = Vec::new();
    for leg in &strategy.legs {
        let (qty, symbol) = (leg.ratio * strategy.qty, &leg.contract.symbol);
        let signed = if leg.side() == Side::Buy { qty } else { -qty };
        let position = account.shares(symbol);
        if leg.intent.closes() {
            let (existing, held) = (position.abs(), account.held(symbol));
            if position.is_sign_positive() == signed.is_sign_positive() || qty > existing - held {
                return Err(errors::insufficient_qty(symbol, qty, existing, held));
            }
        }
        opened.push((leg.contract.clone(), signed));
    }
    let (before, after) = (account.tied(&[]), account.tied(&opened));
    for (root, shares) in &after.shares {
        let Some(share) = contracts::underlying(&exchange.market, root) else { continue };
        let more = *shares - before.shares_of(root);
        if more > Decimal::ZERO && more > account.shares(&share.symbol) - account.held(&share.symbol) {
            return Err(forbidden("account not eligible to trade uncovered option contracts"));
        }
    }
    let own = account.sums(&exchange.market).own_funds;
    let required = net * strategy.qty * MULTIPLIER + after.cash - before.cash;
    if required > own {
        let (required, own) = (money(required), money(own));
        let message = format!("insufficient options buying power (required: {required}, available: {own})");
        return Err(forbidden(message).with("cost_basis", required).with("options_buying_power", own));
    }
    Ok(())
}

/// What one unit costs now at the far sides; less than nothing when it brings money. None while a side is empty.
fn net_price<'a>(exchange: &Exchange, legs: impl Iterator<Item = (&'a str, Side, Decimal)>) -> Option<Decimal> {
    legs.map(|(symbol, side, ratio)| {
        let contract = Contract::read(symbol)?;
        let quote = exchange.market.quote(symbol).or_else(|| exchange.market.contract_quote(&contract))?;
        let price = if side == Side::Buy { quote.ask } else { -quote.bid };
        (!price.is_zero()).then_some(price * ratio)
    })
    .sum()
}

/// Judges a multi-leg order, takes it in, and gives it as the wire shows it.
pub(in super::super) fn place(exchange: &mut Exchange, call: &Call<'_>, fields: &Fields) -> Result<Value, Refusal> {
    let strategy = read(exchange, fields, call.now)?;
    check_shape(&strategy.legs)?;
    let rows = strategy.legs.iter().map(|leg| (leg.contract.symbol.as_str(), leg.side(), leg.ratio));
    let net = net_price(exchange, rows);
    let net = strategy.kind.limit_price().or(net).ok_or_else(|| forbidden("unable to determine price of the legs"))?;
    check_account(exchange, call, &strategy, net)?;
    for leg in &strategy.legs {
        exchange.market.list_contract(&leg.contract);
    }
    let parent = parent(exchange, call, &strategy, net);
    let (id, status) = (parent.id, parent.status);
    let legs: Vec<Order> = strategy.legs.iter().map(|leg| child(exchange, &parent, leg)).collect();
    let account = exchange.accounts.get_mut(&call.account).ok_or_else(errors::endpoint_not_found)?;
    account.book.take(parent);
    for leg in legs {
        account.book.take(leg);
    }
    let answer = account.book.get(id).map(|order| json::nested(order, &account.book)).unwrap_or_default();
    exchange.announce(call.account, id, status.wire(), call.now, json!({}));
    Ok(answer)
}

fn parent(exchange: &mut Exchange, call: &Call<'_>, strategy: &Strategy, net: Decimal) -> Order {
    let (id, name, now) = (exchange.rng.uuid(), exchange.rng.uuid(), call.now);
    let (status, due) = if exchange.market.trades_now(now, false) {
        (Status::PendingNew, now + exchange.knobs.venue_latency)
    } else {
        (Status::Accepted, exchange.market.next_chance(now, false))
    };
    Order {
        id,
        client_order_id: strategy.client_order_id.clone().unwrap_or_else(|| name.to_string()),
        symbol: String::new(),
        asset_id: Uuid::nil(),
        asset_class: AssetClass::Option,
        side: Side::Buy,
        kind: strategy.kind,
        size: Size::Qty(strategy.qty),
        time_in_force: strategy.time_in_force,
        extended_hours: false,
        position_intent: Intent::BuyToOpen,
        bond: Some(Bond { group: id, class: Class::MultiLeg, role: Role::Strategy }),
        replaces: None,
        replaced_by: None,
        status,
        submitted_at: now,
        updated_at: now,
        expires_at: expiry(exchange, strategy.time_in_force, false, now),
        ended_at: None,
        filled_qty: Decimal::ZERO,
        filled_value: Decimal::ZERO,
        high_water_mark: None,
        triggered: false,
        check_price: net.max(Decimal::ZERO),
        due,
    }
}

fn child(exchange: &mut Exchange, parent: &Order, leg: &Leg) -> Order {
    let (id, name) = (exchange.rng.uuid(), exchange.rng.uuid());
    Order {
        id,
        client_order_id: name.to_string(),
        symbol: leg.contract.symbol.clone(),
        asset_id: leg.contract.id(),
        side: leg.side(),
        kind: Kind::Market,
        size: Size::Qty(leg.ratio * strategy_units(parent)),
        position_intent: leg.intent,
        bond: parent.bond.map(|bond| Bond { role: Role::Leg { ratio: leg.ratio }, ..bond }),
        check_price: Decimal::ZERO,
        ..parent.clone()
    }
}

fn strategy_units(parent: &Order) -> Decimal {
    match parent.size {
        Size::Qty(qty) => qty,
        Size::Notional(_) => Decimal::ZERO,
    }
}

impl Exchange {
    /// Gives the legs of a multi-leg order the state that the order has.
    pub(in super::super) fn follow_strategy(&mut self, account: Uuid, id: Uuid, at: DateTime<Utc>) {
        let Some(book) = self.accounts.get_mut(&account).map(|account| &mut account.book) else { return };
        let Some(order) = book.get(id) else { return };
        let (status, legs): (Status, Vec<Uuid>) = (order.status, book.legs(order).map(|leg| leg.id).collect());
        for leg in legs {
            book.change(leg, |leg| (leg.status, leg.updated_at) = (status, at));
        }
    }

    /// Trades all legs of a multi-leg order at the far sides, if the net price is within its limit.
    pub(in super::super) fn trade_strategy(&mut self, account_id: Uuid, id: Uuid, at: DateTime<Utc>) {
        let Some(account) = self.accounts.get(&account_id) else { return };
        let Some(order) = account.book.get(id) else { return };
        let (qty, limit) = (order.shares_left(), order.kind.limit_price());
        let legs: Vec<Order> = account.book.legs(order).cloned().collect();
        let rows = legs.iter().filter_map(|leg| match leg.bond?.role {
            Role::Leg { ratio } => Some((leg.symbol.as_str(), leg.side, ratio)),
            _ => None,
        });
        let Some(net) = net_price(self, rows).filter(|net| limit.is_none_or(|limit| *net <= limit)) else { return };
        let mut executions = Vec::new();
        let mut positions = Map::new();
        for leg in &legs {
            let Some(quote) = self.market.quote(&leg.symbol) else { return };
            let price = if leg.side == Side::Buy { quote.ask } else { quote.bid };
            let (symbol, side, part) = (leg.symbol.clone(), leg.side, leg.shares_left());
            let Some(account) = self.accounts.get_mut(&account_id) else { return };
            let after = account.settle(&symbol, side, part, price, Decimal::ZERO);
            let environment = account.environment;
            account.book.change(leg.id, |leg| {
                leg.filled_qty += part;
                leg.filled_value += part * price;
                (leg.status, leg.updated_at, leg.ended_at) = (Status::Filled, at, Some(at));
            });
            positions.insert(symbol.clone(), money(after).into());
            let execution_id = self.rng.uuid();
            executions.push(json!({
                "execution_id": execution_id, "order_id": leg.id, "symbol": symbol, "qty": money(part),
                "price": money(price), "timestamp": json::stamp(at),
            }));
            let (order_id, fee) = (leg.id, Decimal::ZERO);
            self.fills.push(Fill { order_id, account_id, environment, symbol, side, qty: part, price, fee, at });
        }
        self.change(account_id, id, |order| {
            order.filled_qty += qty;
            order.filled_value += qty * net;
            (order.status, order.updated_at, order.ended_at) = (Status::Filled, at, Some(at));
        });
        let extra = json!({"price": money(net), "qty": money(qty), "position_qtys": positions, "legs": executions});
        self.announce(account_id, id, "fill", at, extra);
    }
}
