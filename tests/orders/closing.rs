//! Closing and canceling, by one, by symbol, by part, and all at once.

use super::{cents, is_settled, may_short, ready, told};
use crate::harness::Town;
use rust_decimal::Decimal;
use sim::discord::Place;
use sim::exchange::{Endpoint, Fault, FaultRule, Kind, Status};

#[tokio::test(flavor = "multi_thread")]
async fn a_position_is_closed_by_number_by_part_at_a_limit_and_when_it_is_short() {
    let town = Town::open().await;
    let ham = ready(&town, "ham", &["AAPL", "MSFT"]).await;
    may_short(&town, &ham);
    told(&town, &ham, "buy", "AAPL", &[("quantity", "10")]).await;
    told(&town, &ham, "sell", "MSFT", &[("quantity", "4")]).await;
    let held = |symbol: &str| {
        let positions = town.exchange.positions(ham.paper.account_id);
        positions.iter().find(|position| position.symbol == symbol).map_or(Decimal::ZERO, |position| position.qty)
    };
    told(&town, &ham, "close", "AAPL", &[("quantity", "3")]).await;
    town.until("three are sold", || held("AAPL") == Decimal::from(7)).await;
    let (part, said) = told(&town, &ham, "close", "AAPL", &[("percent", "50%"), ("limit", "110")]).await;
    assert_eq!((part.kind, part.size), (Kind::Limit(cents(11_000)), sim::exchange::Size::Qty(3.into())), "{said}");
    told(&town, &ham, "close", "MSFT", &[("percent", "50")]).await;
    town.until("half is covered", || held("MSFT") == Decimal::from(-2)).await;
    told(&town, &ham, "close", "MSFT", &[]).await;
    town.until("all of it is covered", || held("MSFT").is_zero()).await;
    let none = ham.says("close", &[("symbol", "MSFT")]).await;
    assert!(none.text().contains("Nothing was sent"), "{}", none.text());
    let both = ham.says("close", &[("symbol", "AAPL"), ("percent", "50"), ("quantity", "1")]).await;
    assert!(both.text().contains("Nothing was sent"), "{}", both.text());
    let refused = ham.runs(Place::Server, "close", &[("symbol", "AAPL")]).await;
    let refused = refused.message_when(|m| is_settled(&m.text())).await.unwrap();
    assert!(refused.text().contains("Not enough free shares (free 4"), "held by an open order: {}", refused.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn when_one_of_the_closing_orders_is_refused_the_others_go_out_and_each_is_told() {
    let town = Town::open().await;
    let ham = ready(&town, "ham", &["AAPL", "MSFT", "NVDA"]).await;
    for symbol in ["AAPL", "MSFT", "NVDA"] {
        told(&town, &ham, "buy", symbol, &[("quantity", "2")]).await;
    }
    let asked = ham.says("close-all", &[]).await;
    assert!(asked.text().contains("Close all 3 positions?"), "{}", asked.text());
    let body = r#"{"code":40310000,"message":"asset \"AAPL\" is not tradable"}"#.to_owned();
    let refusal = Fault::Canned { status: 403, content_type: "application/json", body, lands: false };
    town.exchange.push_fault(FaultRule::once(Endpoint::SubmitOrder, refusal));
    let pressed = ham.presses(&asked, "Close all on paper").await;
    let result = pressed.message_when(|m| m.text().contains("closing orders answered")).await.unwrap();
    let lines: Vec<_> = result.text().lines().filter(|line| line.contains("Sell 2")).map(str::to_owned).collect();
    assert_eq!(lines.len(), 3, "one line per position: {}", result.text());
    assert_eq!(lines.iter().filter(|line| line.contains("Refused")).count(), 1, "{lines:?}");
    let held = || town.exchange.positions(ham.paper.account_id).len();
    town.until("the other two are sold", || held() == 1).await;
    assert_eq!(town.exchange.orders(ham.paper.account_id).len(), 5, "the refused one was not tried again");
}

#[tokio::test(flavor = "multi_thread")]
async fn open_orders_are_canceled_one_by_one_by_symbol_and_all() {
    let town = Town::open().await;
    let ham = ready(&town, "ham", &["AAPL", "MSFT"]).await;
    let mut ids = Vec::new();
    for (symbol, limit) in [("AAPL", "50"), ("AAPL", "51"), ("AAPL", "52"), ("MSFT", "50"), ("MSFT", "51")] {
        ids.push(told(&town, &ham, "buy", symbol, &[("quantity", "1"), ("limit", limit)]).await.0.id);
    }
    let open = || {
        let orders = town.exchange.orders(ham.paper.account_id);
        orders.into_iter().filter(|order| order.status == Status::New).map(|order| order.id).collect::<Vec<_>>()
    };
    town.until("all five work", || open().len() == 5).await;
    let one = ham.says("cancel", &[("order", &ids[0].to_string())]).await;
    assert!(one.text().to_lowercase().contains("cancel"), "{}", one.text());
    town.until("just that one is gone", || open() == ids[1..]).await;
    let symbol = ham.says("cancel", &[("order", "aapl")]).await;
    assert!(symbol.text().contains("Cancel taken for 2 orders"), "{}", symbol.text());
    town.until("the symbol's are gone", || open() == ids[3..]).await;
    let asked = ham.says("cancel", &[("order", "all")]).await;
    assert_eq!(open().len(), 2, "it asks first");
    let all = ham.presses(&asked, "Cancel all paper orders").await;
    all.message_when(|m| m.text().contains("Cancel taken for 2 orders")).await.unwrap();
    town.until("none is left", || open().is_empty()).await;
}
