//! `/t`: an order typed as one line ends where `/buy` ends.

use crate::harness::Town;
use rust_decimal::Decimal;
use sim::discord::Place;
use sim::exchange::{Environment, Status};

#[tokio::test(flavor = "multi_thread")]
async fn a_line_becomes_the_order_that_its_echo_said() {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let line = "b 5 aapl @180 tp 195 sl 170 gtc";
    let echo = ham.user.autocomplete(Place::Server, "t", &[("order", line)], "order").await.unwrap();
    assert_eq!(echo[0].name, "Buy 5 AAPL at $180.00 or better, tp $195.00, sl $170.00 · until canceled");
    let order = ham.runs(Place::Server, "t", &[("order", echo[0].value.as_str().unwrap())]).await;
    let working = order.message_when(|m| m.text().contains("Working")).await.unwrap();
    assert!(working.ephemeral && working.text().contains("take profit at $195.00"), "{}", working.text());
    let orders = town.exchange.orders(ham.paper.account_id);
    assert!(orders.iter().any(|order| format!("{:?}", order.kind) == "Limit(180)"), "{orders:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_line_shows_its_card_and_goes_out_with_one_press() {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");
    ham.links(Environment::Live).await;
    let card = ham.says("t", &[("order", "buy 5 aapl")]).await;
    assert!(card.text().contains("Buy 5 AAPL at the market?"), "{}", card.text());
    assert!(town.exchange.orders(ham.live.account_id).is_empty(), "nothing leaves before the press");
    let pressed = ham.presses(&card, "Confirm with real money").await;
    pressed.message_when(|m| m.text().contains("Filled")).await.unwrap();
    let orders = town.exchange.orders(ham.live.account_id);
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].status, Status::Filled);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_is_underlined_and_sent_nowhere() {
    let town = Town::open().await;
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let wrong = ham.says("t", &[("order", "buy 5 aapl lmt 184,5 gtc")]).await;
    for said in ["buy 5 aapl lmt 184,5 gtc\n", "                ^^^^^\n", "Word 5"] {
        assert!(wrong.text().contains(said), "{said:?}: {}", wrong.text());
    }
    assert!(wrong.text().contains("Nothing was sent"), "{}", wrong.text());
    let echo = ham.user.autocomplete(Place::Server, "t", &[("order", "buy 5 aapl lmt")], "order").await.unwrap();
    assert_eq!(echo[0].name, "buy 5 aapl lmt ›…‹ here comes the limit, such as 184.5");
    assert!(town.exchange.orders(ham.paper.account_id).is_empty());
}
