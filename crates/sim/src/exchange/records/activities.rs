//! `GET /v2/account/activities`: fills, and money that moved without an order.

use super::super::assets::id_of;
use super::super::calendar::{date_of, midnight};
use super::super::errors::{self, Refusal, invalid};
use super::super::json::{money, stamp};
use super::super::kinds::{Side, Size};
use super::super::routes::{Call, Params, Reply};
use super::super::venue::Exchange;
use super::{Entry, activity_id, next_day};
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// Every type that can be asked for.
const TYPES: &str = "FILL TRANS MISC ACATC ACATS CFEE CGD CIL CSD CSW DIV DIVCGL DIVCGS DIVFEE DIVFT DIVNRA DIVROC DIVTW \
    DIVTXEX DIVWH EXTRD FEE FOPT FXTRD INT INTNRA INTPNL INTTW JNL JNLC JNLS MA MEM NC OCT OPASN OPCA OPCSH OPEXC OPEXP \
    OPTRD PTC PTR REO REORG SPIN SPLIT SWP VOF WH";

/// One row, with what it is filtered by.
struct Row {
    id: String,
    kind: &'static str,
    at: DateTime<Utc>,
    order: Option<Uuid>,
    value: Value,
}

impl Row {
    fn is_of(&self, wanted: &str) -> bool {
        self.kind == wanted || (wanted == "TRANS" && matches!(self.kind, "CSD" | "CSW"))
    }
}

fn fills(exchange: &Exchange, account: Uuid) -> Vec<Row> {
    let mine = || exchange.fills().iter().filter(|fill| fill.account_id == account);
    let mut own: HashMap<Uuid, Decimal> = HashMap::new();
    for fill in mine() {
        *own.entry(fill.order_id).or_default() += fill.qty;
    }
    let mut done: HashMap<Uuid, Decimal> = HashMap::new();
    mine()
        .filter_map(|fill| {
            let order = exchange.accounts.get(&account)?.book.get(fill.order_id)?;
            // An order counts what the orders that it replaced had traded.
            let inherited = order.filled_qty - own.get(&fill.order_id).copied().unwrap_or_default();
            let sum = done.entry(fill.order_id).or_insert(inherited);
            *sum += fill.qty;
            let all = match order.size {
                Size::Qty(qty) => qty,
                Size::Notional(_) if order.status.is_terminal() => order.filled_qty,
                Size::Notional(_) => order.filled_qty + order.shares_left(),
            };
            let left = (all - *sum).max(Decimal::ZERO);
            let (kind, status) = if left.is_zero() { ("fill", "filled") } else { ("partial_fill", "partially_filled") };
            let id = activity_id(fill.at, id_of(&format!("{} {sum}", fill.order_id)));
            let value = json!({
                "id": id,
                "activity_type": "FILL",
                "type": kind,
                "transaction_time": stamp(fill.at),
                "symbol": fill.symbol,
                "side": if fill.side == Side::Buy { "buy" } else { "sell" },
                "price": money(fill.price),
                "qty": money(fill.qty),
                "cum_qty": money(*sum),
                "leaves_qty": money(left),
                "order_id": fill.order_id,
                "order_status": status,
            });
            Some(Row { id, kind: "FILL", at: fill.at, order: Some(fill.order_id), value })
        })
        .collect()
}

/// Contracts that ended, and the shares that moved for them.
fn endings(exchange: &Exchange, account: Uuid) -> Vec<Row> {
    let mine = exchange.endings().iter().filter(|ending| ending.account_id == account);
    mine.flat_map(|ending| {
        let row = |kind: &'static str, symbol: &str, qty: Decimal, price: Option<Decimal>, amount: Decimal| {
            let name = format!("{kind} {account} {} {}", ending.symbol, stamp(ending.at));
            let id = activity_id(ending.at, id_of(&name));
            let mut value = json!({
                "id": id, "activity_type": kind, "date": date_of(ending.at).to_string(), "symbol": symbol,
                "qty": money(qty), "net_amount": money(amount), "description": ending.fate.words(),
                "status": "executed", "currency": "USD", "created_at": stamp(ending.at),
            });
            if let Some(price) = price {
                value["price"] = money(price).into();
            }
            Row { id, kind, at: ending.at, order: None, value }
        };
        let (kind, contracts) = (ending.fate.activity(), -ending.qty);
        let own = if ending.delivery.is_some() { Decimal::ZERO } else { ending.cash };
        let trade = ending
            .delivery
            .as_ref()
            .map(|(share, shares, strike)| row("OPTRD", share, *shares, Some(*strike), ending.cash));
        std::iter::once(row(kind, &ending.symbol, contracts, None, own)).chain(trade)
    })
    .collect()
}

fn entry(entry: &Entry) -> Row {
    let id = activity_id(midnight(entry.date()), entry.id);
    let mut value = json!({
        "id": id,
        "activity_type": entry.kind,
        "date": entry.date().to_string(),
        "net_amount": money(entry.amount),
        "description": entry.description,
        "status": "executed",
        "currency": "USD",
        "created_at": stamp(entry.at),
    });
    let decimals = [("qty", entry.qty), ("per_share_amount", entry.per_share)];
    let words = [("activity_sub_type", entry.sub_kind), ("symbol", entry.symbol.as_deref())];
    let some = decimals.into_iter().filter_map(|(name, amount)| Some((name, money(amount?))));
    for (name, text) in some.chain(words.into_iter().filter_map(|(name, word)| Some((name, word?.to_owned())))) {
        value[name] = text.into();
    }
    Row { id, kind: entry.kind, at: entry.at, order: None, value }
}

/// A moment twice, or a whole day as its first moment and the first after it.
type Time = (DateTime<Utc>, DateTime<Utc>);

fn moment(params: &Params, name: &str) -> Result<Option<Time>, Refusal> {
    let Some(text) = params.get(name) else { return Ok(None) };
    let full = DateTime::parse_from_rfc3339(text).map(|moment| (moment.to_utc(), moment.to_utc()));
    let date = || text.parse::<NaiveDate>().map(|date| (midnight(date), next_day(date)));
    full.or_else(|_| date()).map(Some).map_err(|_| invalid(format!("invalid {name}")))
}

/// The types asked for, in the path or by parameter; none means all.
fn types(call: &Call<'_>) -> Result<Option<Vec<String>>, Refusal> {
    let named = call.params.list("activity_types");
    let category = call.params.get("category");
    let known = |kind: &String| TYPES.split_whitespace().any(|known| known == kind);
    let named = if call.subject.is_empty() { named } else { Some(vec![call.subject.clone()]) };
    match (named, category) {
        (Some(_), Some(_)) => Err(invalid("category cannot be used with activity_types")),
        (Some(named), None) => match named.iter().find(|kind| !known(kind)) {
            Some(bad) => Err(invalid(format!("invalid activity type: {bad}"))),
            None => Ok(Some(named)),
        },
        (None, None) => Ok(None),
        (None, Some("trade_activity")) => Ok(Some(vec!["FILL".to_owned()])),
        (None, Some("non_trade_activity")) => {
            Ok(Some(TYPES.split_whitespace().filter(|kind| *kind != "FILL").map(str::to_owned).collect()))
        }
        (None, Some(category)) => Err(invalid(format!("invalid category: {category}"))),
    }
}

pub(in super::super) fn list(exchange: &Exchange, call: &Call<'_>) -> Result<Reply, Refusal> {
    let types = types(call)?;
    let (date, after, until) =
        (moment(&call.params, "date")?, moment(&call.params, "after")?, moment(&call.params, "until")?);
    let order = match call.params.get("order_id") {
        None => None,
        Some(text) => Some(text.parse::<Uuid>().map_err(|_| invalid("invalid order_id"))?),
    };
    let size = match call.params.get("page_size") {
        None => 100,
        Some(text) => {
            let size = text.parse().ok().filter(|size| (1..=100).contains(size));
            size.ok_or_else(|| invalid("page_size must be between 1 and 100"))?
        }
    };
    let oldest_first = match call.params.get("direction") {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(_) => return Err(invalid("invalid direction")),
    };
    let entries = exchange.records.entries.iter().filter(|entry| entry.account == call.account);
    let mut rows: Vec<Row> = fills(exchange, call.account)
        .into_iter()
        .chain(endings(exchange, call.account))
        .chain(entries.map(entry))
        .collect();
    rows.retain(|row| {
        types.as_ref().is_none_or(|types| types.iter().any(|wanted| row.is_of(wanted)))
            && order.is_none_or(|order| row.order == Some(order))
            && date.is_none_or(|(start, end)| start <= row.at && (row.at < end || start == end))
            && after.is_none_or(|(after, _)| row.at > after)
            && until.is_none_or(|(until, _)| row.at < until)
    });
    rows.sort_by_key(|row| row.at);
    if !oldest_first {
        rows.reverse();
    }
    let start = match call.params.get("page_token") {
        None => 0,
        Some(token) => {
            let place = rows.iter().position(|row| row.id == token);
            place.ok_or_else(|| errors::invalid("invalid page_token"))? + 1
        }
    };
    Ok(Reply::Json(rows.into_iter().skip(start).take(size).map(|row| row.value).collect()))
}
