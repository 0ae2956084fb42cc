//! The buttons that mend: two orders become one, keys of the other kind get their form, dead keys new ones.

use super::{is_settled, ready, told};
use crate::harness::Town;
use sim::discord::Place;
use sim::exchange::{Class, Environment, Kind, Role, Status};

#[tokio::test(flavor = "multi_thread")]
async fn an_exit_that_another_exit_is_in_the_way_of_becomes_one_order_with_it() {
    let town = Town::open().await;
    let ham = ready(&town, "ham", &["AAPL"]).await;
    told(&town, &ham, "buy", "AAPL", &[("quantity", "5")]).await;
    let (target, _) = told(&town, &ham, "sell", "AAPL", &[("quantity", "5"), ("limit", "120"), ("tif", "gtc")]).await;
    let options = [("symbol", "AAPL"), ("quantity", "5"), ("stop", "90")];
    let stop = ham.runs(Place::Server, "sell", &options).await;
    let refused = stop.message_when(|m| is_settled(&m.text())).await.unwrap();
    assert!(refused.text().contains("Not enough free shares"), "{}", refused.text());
    let shown = ham.presses(&refused, "Show what is in the way").await;
    let shown = shown.message_when(|m| m.text().contains("In the way: 1 open order")).await.unwrap();
    assert!(shown.text().contains("Sell 5 AAPL") && shown.text().contains("limit $120.00"), "{}", shown.text());
    assert_eq!(town.exchange.orders(ham.paper.account_id).iter().filter(|order| order.ended_at.is_none()).count(), 1);
    let joined = ham.presses(&shown, "Cancel it, ask again as one order").await;
    let card = joined.message_when(|m| m.buttons().iter().any(|label| label == "Confirm on paper")).await.unwrap();
    assert!(card.text().contains("$120.00 or better, or stop loss at $90.00"), "{}", card.text());
    let confirmed = ham.presses(&card, "Confirm on paper").await;
    confirmed.message_when(|m| m.text().contains("Working")).await.unwrap();
    let orders = town.exchange.orders(ham.paper.account_id);
    assert!(orders.iter().any(|order| order.id == target.id && order.status == Status::Canceled));
    let exit = |role| {
        let of = |bond: sim::exchange::Bond| bond.class == Class::Oco && bond.role == role;
        orders.iter().find(|order| order.bond.is_some_and(of)).map(|order| order.kind)
    };
    assert_eq!(exit(Role::TakeProfit), Some(Kind::Limit(120.into())));
    assert_eq!(exit(Role::StopLoss), Some(Kind::Stop(90.into())));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_one_order_is_not_joined_and_nothing_is_canceled() {
    let town = Town::open().await;
    let ham = ready(&town, "ham", &["AAPL"]).await;
    told(&town, &ham, "buy", "AAPL", &[("quantity", "5")]).await;
    let (target, _) = told(&town, &ham, "sell", "AAPL", &[("quantity", "4"), ("limit", "120")]).await;
    let options = [("symbol", "AAPL"), ("quantity", "5"), ("stop", "90")];
    let stop = ham.runs(Place::Server, "sell", &options).await;
    let refused = stop.message_when(|m| is_settled(&m.text())).await.unwrap();
    let shown = ham.presses(&refused, "Show what is in the way").await;
    let shown = shown.message_when(|m| m.text().contains("In the way: 1 open order")).await.unwrap();
    assert_eq!(shown.buttons(), ["Cancel what is in the way, ask again"]);
    let orders = town.exchange.orders(ham.paper.account_id);
    assert!(orders.iter().any(|order| order.id == target.id && order.ended_at.is_none()), "it stays as it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_the_other_kind_and_keys_that_died_get_a_form_by_a_button() {
    let town = Town::open().await;
    let ham = town.friend("ham");
    let wrong = ham.links_with(Environment::Paper, &ham.live.key_id, &ham.live.secret, &[]).await;
    assert!(wrong.text().contains("Keys of the other kind"), "{}", wrong.text());
    let form = ham.presses(&wrong, "Link it as LIVE").await.modal().await.unwrap();
    let linked = ham.submits(&form, &ham.live.key_id, &ham.live.secret).await;
    assert!(linked.text().contains("LIVE · live"), "{}", linked.text());

    let renewed = town.exchange.regenerate_keys(ham.live.account_id).unwrap();
    let dead = ham.says("balance", &[("account", "live")]).await;
    let form = ham.presses(&dead, "Enter new keys").await.modal().await.unwrap();
    ham.submits(&form, &renewed.key_id, &renewed.secret).await;
    let works = ham.says("balance", &[("account", "live")]).await;
    assert!(works.text().contains("$100,000.00"), "{}", works.text());
}
