//! Alpaca's answers with any bytes in them: for `fuzz/` and for the test below. Not part of the client.

use crate::endpoint::{
    Endpoint, account, activities, assets, bars, cancel, chain, clock, history, look_up, news, orders, positions,
    quotes, submit, watchlists,
};
use crate::transport::Answer;
use chrono::{DateTime, NaiveDate};
use domain::brokerage::Which;
use domain::ids::{BrokerOrderId, ClientOrderId, IntentId, WatchlistId};
use domain::market::{Feed, Span, Stretch, Timeframe};
use domain::money::Quantity;
use domain::order::{BrokerOrder, Order, Pricing, Side, Size};
use domain::outcome::{CancelOutcome, Lookup, Outcome};
use domain::records::{ActivityFilter, Chapter};
use domain::symbol::Symbol;
use rust_decimal::Decimal;
use uuid::Uuid;

/// An answer to every call at once: a line with the status, then the body. Asserts that nothing is claimed which the
/// status does not allow, or which the body does not say.
pub fn alpaca_body(bytes: &[u8]) {
    let (status, body) = bytes.split_at(bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len()));
    let status = std::str::from_utf8(status).ok().and_then(|status| status.trim().parse().ok()).unwrap_or(200);
    let body = body.get(1..).unwrap_or_default().to_vec();
    let answer = Answer { status, request_id: None, listens_at: None, body: body.into() };
    let id = ClientOrderId::of(IntentId(Uuid::from_u128(1)));
    order_calls(&answer, &id);
    cancels(&answer);
    reads(&answer);
}

fn order_calls(answer: &Answer, id: &ClientOrderId) {
    let Some(order) = order() else { return };
    let names_ours = || String::from_utf8_lossy(&answer.body).contains(id.as_str()) || answer.body.contains(&b'\\');
    match (submit::Submit { order: &order, id }).read(answer) {
        Outcome::Landed(order) => {
            assert!(matches!(answer.status, 200 | 201) && order.client_order_id == *id && names_ours());
            sound(&order);
        }
        Outcome::Refused(refusal) => {
            assert!(matches!(answer.status, 400 | 401 | 403 | 422), "{}", answer.status);
            assert!(refusal.message.chars().count() <= 500);
        }
        Outcome::Unknown(_) => {}
    }
    match look_up::LookUp(id).read(answer) {
        Lookup::Found(order) => {
            assert!(answer.status == 200 && order.client_order_id == *id && names_ours());
            sound(&order);
        }
        Lookup::NotFound => {
            let says_so = String::from_utf8_lossy(&answer.body).contains("40410000");
            assert!(answer.status == 404 && says_so, "{}", answer.status);
        }
        Lookup::Failed(_) => {}
    }
}

fn cancels(answer: &Answer) {
    let canceled = cancel::Cancel(BrokerOrderId(Uuid::from_u128(2))).read(answer);
    assert!(canceled != CancelOutcome::Requested || matches!(answer.status, 200 | 204));
    if let Ok(list) = cancel::CancelAll.read(answer) {
        assert!(matches!(answer.status, 200 | 207) && list.len() <= answer.body.len());
    }
}

fn reads(answer: &Answer) {
    let only_200 = |is_ok: bool| assert!(!is_ok || answer.status == 200, "{}", answer.status);
    only_200(account::Account.read(answer).is_ok());
    only_200(account::Settings.read(answer).is_ok());
    only_200(clock::Clock.read(answer).is_ok());
    only_200(assets::Assets.read(answer).is_ok());
    only_200(positions::Positions.read(answer).is_ok());
    if let Ok(symbol) = Symbol::parse("XYZ") {
        only_200(assets::Asset(symbol.clone()).read(answer).is_ok());
        only_200(quotes::Quote(symbol.clone()).read(answer).is_ok());
        only_200(quotes::Snapshot(symbol.clone()).read(answer).is_ok());
        market(answer, &symbol);
    }
    records(answer);
    only_200(orders::Order(BrokerOrderId(Uuid::from_u128(2))).read(answer).is_ok());
    let page = orders::Orders { which: Which::All, symbol: None, after: None, older_than: None, limit: 500 };
    if let Ok(page) = page.read(answer) {
        only_200(true);
        page.orders.iter().for_each(sound);
    }
}

/// Every bar that comes through is one that can be drawn.
fn market(answer: &Answer, symbol: &Symbol) {
    let only_200 = |is_ok: bool| assert!(!is_ok || answer.status == 200, "{}", answer.status);
    only_200(quotes::Board { feed: Feed::Iex, symbol }.read(answer).is_ok());
    only_200(news::News { symbol: None, most: 5 }.read(answer).is_ok());
    only_200(news::Movers(5).read(answer).is_ok());
    only_200(news::Busiest(5).read(answer).is_ok());
    let (from, page_token) = (NaiveDate::default(), None);
    only_200(chain::Contracts { underlying: symbol, from, page_token: page_token.clone() }.read(answer).is_ok());
    only_200(chain::Chain { underlying: symbol, expires: from, page_token: page_token.clone() }.read(answer).is_ok());
    let stretch = Stretch {
        symbol: symbol.clone(),
        feed: Feed::Sip,
        timeframe: Timeframe::Day,
        start: DateTime::UNIX_EPOCH,
        end: DateTime::UNIX_EPOCH,
    };
    if let Ok(page) = (bars::Bars { stretch: &stretch, page_token }).read(answer) {
        only_200(true);
        assert!(page.bars.iter().all(domain::market::Bar::is_sound));
    }
}

fn records(answer: &Answer) {
    let only_200 = |is_ok: bool| assert!(!is_ok || answer.status == 200, "{}", answer.status);
    let filter = ActivityFilter { chapter: Chapter::All, order: None, since: None, after: None, most: 1 };
    only_200(activities::Activities(&filter).read(answer).is_ok());
    if let Ok(curve) = history::History(Span::Year).read(answer) {
        only_200(true);
        // No worth makes the arithmetic panic.
        let _ = curve.performance();
    }
    only_200(watchlists::All.read(answer).is_ok());
    let id = WatchlistId(Uuid::from_u128(3));
    only_200(watchlists::One(id).read(answer).is_ok());
    let deleted = watchlists::Delete(id).read(answer);
    assert!(deleted.is_err() || matches!(answer.status, 200 | 204));
}

/// No fills below zero or beyond the order.
fn sound(order: &BrokerOrder) {
    assert!(order.filled_qty >= Decimal::ZERO);
    assert!(order.qty.is_none_or(|qty| order.filled_qty <= qty.abs()));
}

fn order() -> Option<Order> {
    Some(Order::plain(
        Side::Buy,
        Symbol::parse("XYZ").ok()?,
        Size::Shares(Quantity::new(Decimal::from(3))?),
        Pricing::Market,
    ))
}

#[cfg(test)]
#[path = "../../../fuzz/corpus.rs"]
mod corpus;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_of_alpaca_breaks_the_tables_or_claims_too_much() {
        corpus::feed("alpaca_body", 2_000, alpaca_body);
    }
}
