//! No money appears and none is lost, whatever is ordered and however it fills.

use crate::trader::{Trader, dec};
use chrono::TimeDelta;
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sim::exchange::Side;
use std::cell::Cell;

#[derive(Clone, Debug)]
enum Act {
    Order { symbol: usize, sell: bool, qty: u32, fraction: bool, limit: Option<u32>, dollars: bool, gtc: bool },
    Cancel(usize),
    Quote { symbol: usize, bid: u32 },
    Wait(i64),
}

const SYMBOLS: [&str; 3] = ["AAPL", "F", "WHOLE"];

fn act() -> impl Strategy<Value = Act> {
    let limit = prop::option::weighted(0.3, 900..1_100_u32);
    let odds = prop::bool::weighted;
    let order = (0..3_usize, odds(0.5), 1..150_u32, odds(0.3), limit, odds(0.2), odds(0.2));
    prop_oneof![
        6 => order.prop_map(|(symbol, sell, qty, fraction, limit, dollars, gtc)| Act::Order {
            symbol, sell, qty, fraction, limit, dollars, gtc
        }),
        1 => (0..40_usize).prop_map(Act::Cancel),
        1 => (0..3_usize, 900..1_100_u32).prop_map(|(symbol, bid)| Act::Quote { symbol, bid }),
        6 => (0..4_000_i64).prop_map(Act::Wait),
        1 => (1..30_i64).prop_map(|hours| Act::Wait(hours * 3_600_000)),
    ]
}

fn perform(trader: &mut Trader, act: &Act) {
    match act {
        Act::Order { symbol, sell, qty, fraction, limit, dollars, gtc } => {
            let qty = if *fraction { format!("{}.{qty:03}", qty / 100) } else { qty.to_string() };
            let mut change = json!({"time_in_force": if *gtc { "gtc" } else { "day" }});
            if let Some(cents) = limit {
                change["type"] = "limit".into();
                change["limit_price"] = Decimal::new((*cents).into(), 2).to_string().into();
            }
            if *dollars {
                change["notional"] = qty.clone().into();
                change["qty"] = Value::Null;
            }
            let (status, body) = trader.try_order(if *sell { "sell" } else { "buy" }, SYMBOLS[*symbol], &qty, &change);
            assert!(matches!(status, 200 | 403 | 422), "{status} {body}");
        }
        Act::Cancel(place) => {
            let id = trader.exchange.orders(trader.keys.account_id).get(*place).map(|order| order.id);
            if let Some(id) = id {
                let (status, _) = trader.ask("DELETE", &format!("/v2/orders/{id}"), &Value::Null);
                assert!(matches!(status, 204 | 422), "{status}");
            }
        }
        Act::Quote { symbol, bid } => {
            let bid = Decimal::new((*bid).into(), 2);
            trader.quote(SYMBOLS[*symbol], &bid.to_string(), &(bid + dec("0.02")).to_string());
        }
        Act::Wait(millis) => trader.wait(TimeDelta::milliseconds(*millis)),
    }
}

/// Cash, shares and orders as the fills alone tell them.
fn check(trader: &Trader) {
    let account = trader.exchange.account(trader.keys.account_id).expect("account");
    let value = |side| -> Decimal {
        trader.exchange.fills().iter().filter(|fill| fill.side == side).map(|fill| fill.qty * fill.price).sum()
    };
    assert_eq!(account.cash + value(Side::Buy) - value(Side::Sell), Decimal::from(10_000));
    for symbol in SYMBOLS {
        let signed = |fill: &sim::exchange::Fill| if fill.side == Side::Buy { fill.qty } else { -fill.qty };
        let shares: Decimal = trader.exchange.fills().iter().filter(|fill| fill.symbol == symbol).map(signed).sum();
        assert_eq!(account.position(symbol).map_or(Decimal::ZERO, |position| position.qty), shares);
        assert!(shares >= Decimal::ZERO, "nothing is sold that is not there");
    }
    for order in account.orders() {
        let fills = || trader.exchange.fills().iter().filter(|fill| fill.order_id == order.id);
        assert_eq!(order.filled_qty, fills().map(|fill| fill.qty).sum::<Decimal>());
        assert_eq!(order.filled_value, fills().map(|fill| fill.qty * fill.price).sum::<Decimal>());
    }
}

#[test]
fn money_is_conserved_over_random_flows() {
    let cases = 128;
    let (bought, sold) = (Cell::new(0), Cell::new(0));
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(acts in prop::collection::vec(act(), 1..80), percent in 0..100_u64)| {
        let mut trader = Trader::at_noon();
        trader.exchange.knobs.requests_per_minute = u32::MAX;
        trader.exchange.knobs.partial_fill_percent = percent;
        for symbol in SYMBOLS {
            trader.quote(symbol, "10.00", "10.02");
        }
        for act in &acts {
            perform(&mut trader, act);
            check(&trader);
        }
        let buys = trader.exchange.fills().iter().filter(|fill| fill.side == Side::Buy).count();
        bought.set(bought.get() + buys);
        sold.set(sold.get() + trader.exchange.fills().len() - buys);
    });
    let (bought, sold) = (bought.get(), sold.get());
    assert!(bought > 500 && sold > 100, "the flows must trade: {bought} buys, {sold} sells");
    println!("PROMISE sim-money-is-conserved cases={cases} violations=0 buys={bought} sells={sold}");
}

#[test]
fn the_same_seed_and_requests_give_the_same_world() {
    let run = || {
        let mut trader = Trader::at_noon();
        trader.exchange.knobs.partial_fill_percent = 50;
        for qty in ["10", "7", "3"] {
            trader.order("buy", "F", qty, &json!({}));
            trader.wait(TimeDelta::milliseconds(700));
        }
        (trader.get("/v2/orders?status=all"), trader.get("/v2/account"), trader.exchange.take_notices().len())
    };
    assert_eq!(run(), run());
}
