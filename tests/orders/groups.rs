//! Orders that belong together: brackets, one that triggers another, two exits of which one cancels the other.

use super::{cents, may_short, ready, told};
use crate::harness::{Friend, Town};
use sim::exchange::{Class, Kind, Order, Role, Side, Size, Status, TimeInForce};

/// The group's order in that role, as it is now.
fn leg(town: &Town, friend: &Friend, class: Class, role: Role) -> Order {
    let orders = town.exchange.orders(friend.paper.account_id);
    let found =
        orders.into_iter().rev().find(|order| order.bond.is_some_and(|bond| (bond.class, bond.role) == (class, role)));
    found.unwrap_or_else(|| panic!("no {role:?} of a {class:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bracket_enters_then_takes_its_profit_and_drops_its_stop() {
    let town = Town::open().await;
    let ham = ready(&town, "ham", &["AAPL"]).await;
    let exits = [
        ("quantity", "5"),
        ("limit", "101"),
        ("take_profit", "120"),
        ("stop_loss", "90"),
        ("stop_loss_limit", "89"),
        ("tif", "gtc"),
    ];
    let (entry, said) = told(&town, &ham, "buy", "AAPL", &exits).await;
    assert_eq!((entry.kind, entry.time_in_force), (Kind::Limit(cents(10_100)), TimeInForce::Gtc), "{said}");
    assert!(said.contains("take profit at $120.00, stop loss at $90.00 ($89.00 or better)"), "{said}");
    let of = |role| leg(&town, &ham, Class::Bracket, role);
    assert_eq!(of(Role::TakeProfit).kind, Kind::Limit(cents(12_000)));
    assert_eq!(of(Role::StopLoss).kind, Kind::StopLimit { stop: cents(9_000), limit: cents(8_900) });
    town.until("the profit can be taken", || of(Role::TakeProfit).status == Status::New).await;
    assert_eq!(of(Role::StopLoss).status, Status::Held);
    town.exchange.set_quote("AAPL", cents(12_010), cents(12_012));
    town.until("the profit is taken", || of(Role::TakeProfit).status == Status::Filled).await;
    town.until("the stop is gone", || of(Role::StopLoss).status == Status::Canceled).await;
    assert!(town.exchange.positions(ham.paper.account_id).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_with_one_exit_works_with_either_of_them_and_for_shorts() {
    let town = Town::open().await;
    let ham = ready(&town, "ham", &["AAPL", "MSFT", "NVDA"]).await;
    may_short(&town, &ham);
    let (_, said) = told(&town, &ham, "buy", "AAPL", &[("quantity", "5"), ("take_profit", "120")]).await;
    assert_eq!(leg(&town, &ham, Class::Oto, Role::TakeProfit).kind, Kind::Limit(cents(12_000)), "{said}");
    let (_, said) = told(&town, &ham, "buy", "MSFT", &[("quantity", "5"), ("stop_loss", "90")]).await;
    assert_eq!(leg(&town, &ham, Class::Oto, Role::StopLoss).kind, Kind::Stop(cents(9_000)), "{said}");
    let short = [("quantity", "5"), ("take_profit", "80"), ("stop_loss", "110")];
    let (entry, said) = told(&town, &ham, "sell", "NVDA", &short).await;
    assert_eq!(entry.side, Side::Sell, "{said}");
    let stop = leg(&town, &ham, Class::Bracket, Role::StopLoss);
    assert_eq!((stop.side, stop.kind), (Side::Buy, Kind::Stop(cents(11_000))));
    town.until("MSFT is held", || town.exchange.positions(ham.paper.account_id).len() == 3).await;
    town.exchange.set_quote("MSFT", cents(8_990), cents(8_992));
    let over =
        |symbol: &str| town.exchange.positions(ham.paper.account_id).iter().all(|position| position.symbol != symbol);
    town.until("the stop has sold", || over("MSFT")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_exits_protect_a_position_and_the_one_that_fills_ends_the_other() {
    let town = Town::open().await;
    let ham = ready(&town, "ham", &["AAPL"]).await;
    told(&town, &ham, "buy", "AAPL", &[("quantity", "5")]).await;
    let oco = [("quantity", "5"), ("take_profit", "120"), ("stop_loss", "90"), ("oco", "true"), ("tif", "gtc")];
    let (exit, said) = told(&town, &ham, "sell", "AAPL", &oco).await;
    assert_eq!((exit.kind, exit.size), (Kind::Limit(cents(12_000)), Size::Qty(5.into())), "{said}");
    assert!(said.contains("at $120.00 or better, or stop loss at $90.00"), "{said}");
    let of = |role| leg(&town, &ham, Class::Oco, role);
    town.until("the first exit works", || of(Role::TakeProfit).status == Status::New).await;
    town.exchange.set_quote("AAPL", cents(8_990), cents(8_992));
    town.until("the stop has sold", || of(Role::StopLoss).status == Status::Filled).await;
    town.until("the other exit is over", || of(Role::TakeProfit).ended_at.is_some()).await;
    assert!(town.exchange.positions(ham.paper.account_id).is_empty());
    let none = ham
        .says(
            "sell",
            &[("symbol", "AAPL"), ("quantity", "5"), ("take_profit", "120"), ("stop_loss", "80"), ("oco", "true")],
        )
        .await;
    assert!(none.text().contains("Nothing was sent"), "there is nothing left to protect: {}", none.text());
}
