//! After the order: its message is its home; moved, changed, repeated and told by buttons and by `/order`.

use crate::harness::{Friend, Town};
use rust_decimal::Decimal;
use sim::discord::{Act, MessageView, Place};
use sim::exchange::{Environment, Status};

async fn with(environment: Environment) -> (Town, Friend) {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::from(100), Decimal::from(101));
    let ham = town.friend("ham");
    ham.links(environment).await;
    (town, ham)
}

async fn working(ham: &Friend, line: &str) -> (Act, MessageView) {
    let act = ham.runs(Place::Server, "t", &[("order", line)]).await;
    let shown = act.message_when(|m| m.text().contains("Working")).await.unwrap();
    (act, shown)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_working_order_is_nudged_to_the_market_in_a_message_of_its_own() {
    let (town, ham) = with(Environment::Paper).await;
    let (home, shown) = working(&ham, "buy 5 aapl lmt 90").await;
    let middle = ham.presses(&shown, "To mid").await;
    let is_new = |m: &MessageView| m.text().contains("Working") && m.text().contains("Buy 5 AAPL at $100.50 or better");
    let middle = middle.message_when(is_new).await.unwrap();
    assert!(middle.ephemeral && middle.id != shown.id, "{}", middle.text());
    home.message_when(|m| m.text().contains("Replaced")).await.unwrap();
    let filled = ham.presses(&middle, "To ask").await;
    let filled = filled.message_when(|m| m.text().contains("Filled")).await.unwrap();
    assert!(filled.text().contains("Buy 5 AAPL at $101.00 or better"), "{}", filled.text());
    let orders = town.exchange.orders(ham.paper.account_id);
    assert_eq!(orders.iter().filter(|order| order.status == Status::Filled).count(), 1);
    assert_eq!(orders.len(), 3, "each is an order under a name of its own");
    let again = ham.presses(&filled, "Repeat").await;
    again.message_when(|m| m.id != filled.id && m.text().contains("Filled")).await.unwrap();
    assert_eq!(town.exchange.orders(ham.paper.account_id).len(), 4, "what was a replacement is repeated as an order");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_nudge_asks_first() {
    let (town, ham) = with(Environment::Live).await;
    let card = ham.says("t", &[("order", "buy 1 aapl lmt 90")]).await;
    let home = ham.presses(&card, "Confirm with real money").await;
    let shown = home.message_when(|m| m.text().contains("Working")).await.unwrap();
    let card = ham.presses(&shown, "To bid").await.message_when(|m| m.text().contains("Replace: ")).await.unwrap();
    assert!(card.text().contains("Replace: Buy 1 AAPL at $100.00 or better?"), "{}", card.text());
    assert_eq!(town.exchange.orders(ham.live.account_id).len(), 1, "nothing leaves before the press");
    let pressed = ham.presses(&card, "Confirm with real money").await;
    pressed.message_when(|m| m.text().contains("Working")).await.unwrap();
    assert_eq!(town.exchange.orders(ham.live.account_id).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filled_order_is_repeated_once_and_its_message_stays() {
    let (town, ham) = with(Environment::Paper).await;
    let first = ham.runs(Place::Server, "t", &[("order", "buy 2 aapl")]).await;
    let home = first.message_when(|m| m.text().contains("Filled")).await.unwrap();
    let again = ham.presses(&home, "Repeat").await;
    let is_new = |m: &MessageView| m.id != home.id && m.text().contains("Filled");
    again.message_when(is_new).await.unwrap();
    let orders = town.exchange.orders(ham.paper.account_id);
    assert_eq!(orders.len(), 2);
    assert_ne!(orders[0].client_order_id, orders[1].client_order_id);
    ham.says("guard set", &[("order", "100")]).await;
    let stopped =
        ham.presses(&home, "Repeat").await.message_when(|m| m.text().contains("Largest order")).await.unwrap();
    assert!(stopped.text().contains("Nothing was sent"), "{}", stopped.text());
    assert_eq!(town.exchange.orders(ham.paper.account_id).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_terms_are_typed_into_a_form() {
    let (town, ham) = with(Environment::Paper).await;
    let (home, shown) = working(&ham, "buy 5 aapl lmt 90").await;
    let form = ham.presses(&shown, "Replace").await.modal().await.unwrap();
    let sent =
        ham.user.submit(&form, &[("limit", "95"), ("quantity", "6")]).await.unwrap().within(crate::harness::PATIENCE);
    let is_new = |m: &MessageView| m.text().contains("Working") && m.text().contains("Buy 6 AAPL at $95.00 or better");
    let replaced = sent.message_when(is_new).await.unwrap();
    home.message_when(|m| m.text().contains("Replaced")).await.unwrap();
    let form = ham.presses(&replaced, "Replace").await.modal().await.unwrap();
    let odd = ham.user.submit(&form, &[("limit", "9,5")]).await.unwrap().within(crate::harness::PATIENCE);
    odd.message_when(|m| m.text().contains("comma") && m.text().contains("Nothing was sent")).await.unwrap();
    assert_eq!(town.exchange.orders(ham.paper.account_id).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_orders_story_says_why_it_waits_and_what_the_book_has() {
    let (town, ham) = with(Environment::Paper).await;
    let (_, shown) = working(&ham, "buy 5 aapl lmt 90").await;
    let story = ham.presses(&shown, "Details").await;
    let story = story.message_when(|m| m.text().contains("Why it is not filled")).await.unwrap();
    for said in
        ["Its limit is $90.00, which is 10.89% below the $101.00", "order intended", "order sent", "order landed"]
    {
        assert!(story.text().contains(said), "{said}: {}", story.text());
    }
    town.exchange.set_market_open(Some(false));
    let offered = ham.user.autocomplete(Place::Server, "order", &[("order", "aapl")], "order").await.unwrap();
    let id = offered[0].value.as_str().unwrap().to_owned();
    let closed = ham.says("order", &[("order", &id)]).await;
    assert!(closed.text().contains("The market is closed"), "{}", closed.text());
    let unknown = ham.says("order", &[("order", "904837e3-3b76-47ec-b432-046db621571b")]).await;
    assert!(unknown.text().contains("No such order"), "{}", unknown.text());
    let mara = town.friend("mara");
    mara.links(Environment::Paper).await;
    let foreign = mara.says("order", &[("order", &id)]).await;
    assert!(foreign.text().contains("No such order"), "{}", foreign.text());
}
