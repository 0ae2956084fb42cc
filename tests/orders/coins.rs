//! Coins: around the clock, in dollars and fractions, without a day.

use super::{cents, ready, told};
use crate::harness::Town;
use rust_decimal::Decimal;
use sim::exchange::{Kind, Side, Size, Status, TimeInForce};

/// Options besides the symbol; then type, size and time in force as the exchange should have them.
type Meant<'a> = (&'a [(&'a str, &'a str)], Kind, Size, TimeInForce);

#[tokio::test(flavor = "multi_thread")]
async fn coins_are_bought_stopped_sold_in_part_and_closed_while_the_stock_market_sleeps() {
    let town = Town::open().await;
    let ham = ready(&town, "ham", &[]).await;
    town.exchange.set_market_open(Some(false));
    town.exchange.set_quote("BTC/USD", cents(9_999_000), cents(10_001_000));
    let buys: [Meant<'_>; 4] = [
        (&[("dollars", "4000")], Kind::Market, Size::Notional(4_000.into()), TimeInForce::Gtc),
        (&[("quantity", "0.01"), ("tif", "ioc")], Kind::Market, Size::Qty(Decimal::new(1, 2)), TimeInForce::Ioc),
        (
            &[("quantity", "0.01"), ("limit", "90000.5")],
            Kind::Limit(cents(9_000_050)),
            Size::Qty(Decimal::new(1, 2)),
            TimeInForce::Gtc,
        ),
        (
            &[("quantity", "0.01"), ("stop", "110000"), ("limit", "111000")],
            Kind::StopLimit { stop: 110_000.into(), limit: 111_000.into() },
            Size::Qty(Decimal::new(1, 2)),
            TimeInForce::Gtc,
        ),
    ];
    for (options, kind, size, time) in buys {
        let (order, said) = told(&town, &ham, "buy", "btc/usd", options).await;
        assert_eq!((order.kind, order.size, order.time_in_force), (kind, size, time), "{options:?}: {said}");
    }
    let held = || town.exchange.positions(ham.paper.account_id).first().map_or(Decimal::ZERO, |position| position.qty);
    town.until("coins are held", || held() > Decimal::new(4, 2)).await;
    for order in town.exchange.orders(ham.paper.account_id).iter().filter(|order| order.ended_at.is_none()) {
        ham.says("cancel", &[("order", &order.id.to_string())]).await;
    }
    let before = held();
    let (half, said) = told(&town, &ham, "sell", "BTC/USD", &[("percent", "50")]).await;
    assert!(matches!(half.size, Size::Qty(part) if part <= before / Decimal::TWO), "{said}");
    town.until("half is sold", || held() < before).await;
    // Positions spell a pair without its slash; both spellings close it.
    let closed = ham.runs(sim::discord::Place::Server, "close", &[("symbol", "BTCUSD")]).await;
    let closed = closed.message_when(|m| m.text().contains("Filled")).await.unwrap();
    assert!(closed.text().contains("BTC/USD"), "{}", closed.text());
    town.until("nothing is left", || held().is_zero()).await;
    let last = town.exchange.orders(ham.paper.account_id).pop().unwrap();
    assert_eq!((last.side, last.status), (Side::Sell, Status::Filled));
    let short = ham.says("sell", &[("symbol", "BTC/USD"), ("quantity", "0.01")]).await;
    assert!(short.text().contains("Nothing was sent"), "coins are never short: {}", short.text());
}
