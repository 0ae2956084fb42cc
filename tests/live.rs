//! Live orders: the card, who may press it, once, in time, for exactly what was shown.

use crate::harness::{Friend, PATIENCE, Town};
use rust_decimal::Decimal;
use sim::discord::{MessageView, Place};
use sim::exchange::{Environment, Status};

async fn with_live() -> (Town, Friend) {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");
    ham.links(Environment::Live).await;
    (town, ham)
}

async fn card(ham: &Friend, place: Place) -> MessageView {
    let options = [("symbol", "AAPL"), ("quantity", "2"), ("account", "live")];
    let card = ham.says_in(place, "buy", &options).await;
    assert!(card.text().contains("LIVE"), "{}", card.text());
    assert!(card.buttons().len() >= 2, "{}", card.text());
    card
}

fn confirm(card: &MessageView) -> String {
    card.buttons()
        .into_iter()
        .find(|label| label.starts_with("Confirm") || label.starts_with("Buy"))
        .expect("a button that confirms")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_order_waits_for_the_click_and_then_fills() {
    let (town, ham) = with_live().await;
    let card = card(&ham, Place::Server).await;
    assert!(card.ephemeral);
    assert!(town.exchange.orders(ham.live.account_id).is_empty(), "nothing before the click");
    let click = ham.presses(&card, &confirm(&card)).await;
    let filled = click.message_when(|m| m.text().contains("Filled")).await.unwrap();
    assert!(filled.text().contains("LIVE"), "{}", filled.text());
    let orders = town.exchange.orders(ham.live.account_id);
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].status, Status::Filled);
    assert!(town.exchange.orders(ham.paper.account_id).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_clicks_on_one_card_place_one_order() {
    let (town, ham) = with_live().await;
    let card = card(&ham, Place::Server).await;
    let button = card.custom_id(&confirm(&card)).unwrap();
    let clicks: Vec<_> = (0..100).map(|_| town.discord.force_press(&ham.user, &card, &button)).collect();
    for click in &clicks {
        click.clone().within(PATIENCE).ack().await.unwrap();
    }
    town.until("the order is filled", || {
        town.exchange.orders(ham.live.account_id).iter().any(|order| order.status == Status::Filled)
    })
    .await;
    let orders = town.exchange.orders(ham.live.account_id).len();
    println!("PROMISE P5 cases=100 violations={} winners_per_race={orders}", orders.abs_diff(1));
    assert_eq!(orders, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_user_a_late_click_and_a_discarded_card_place_nothing() {
    let (town, ham) = with_live().await;
    let mara = town.friend("mara");
    mara.links(Environment::Live).await;

    let first = card(&ham, Place::Server).await;
    let button = first.custom_id(&confirm(&first)).unwrap();
    let foreign = town.discord.force_press(&mara.user, &first, &button).within(PATIENCE);
    let told = foreign.reply().await.unwrap();
    assert!(told.ephemeral, "{}", told.text());
    assert!(!told.text().contains("AAPL"), "nothing of another's order: {}", told.text());

    town.db.as_superuser("update app.tickets set created_at = created_at - interval '2 minutes', expires_at = expires_at - interval '2 minutes'").await;
    let late = ham.presses(&first, &confirm(&first)).await.reply().await.unwrap();
    assert!(late.text().contains("Nothing was sent"), "{}", late.text());

    let second = card(&ham, Place::Dm).await;
    assert!(!second.ephemeral, "in a DM it stays");
    ham.presses(&second, "Cancel").await.reply().await.unwrap();
    let again = town.discord.force_press(&ham.user, &second, &second.custom_id(&confirm(&second)).unwrap());
    let told = again.within(PATIENCE).reply().await.unwrap();
    assert!(told.text().contains("sent nothing"), "{}", told.text());

    assert!(town.exchange.orders(ham.live.account_id).is_empty());
    assert!(town.exchange.orders(mara.live.account_id).is_empty());
    println!("PROMISE P5 cases=3 violations=0 winners_per_race=0");
}

#[tokio::test(flavor = "multi_thread")]
async fn switching_to_live_asks_first_and_paper_orders_never_reach_the_live_host() {
    let (town, ham) = with_live().await;
    ham.links(Environment::Paper).await;
    let list = ham.says("account list", &[]).await;
    assert!(list.text().contains("paper"), "{}", list.text());
    for _ in 0..3 {
        let order = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "1")]).await;
        order.message_when(|m| m.text().contains("Filled")).await.unwrap();
    }
    let live = town.exchange.orders(ham.live.account_id).len();
    println!("PROMISE P13 cases=3 violations={live} live_requests_from_paper={live}");
    assert_eq!(live, 0);
    assert_eq!(town.exchange.orders(ham.paper.account_id).len(), 3);

    let question = ham.says("account use", &[("account", "live")]).await;
    assert!(!question.buttons().is_empty(), "a live account asks first: {}", question.text());
    let label = question.buttons().remove(0);
    let done = ham.presses(&question, &label).await.reply().await.unwrap();
    assert!(done.text().contains("LIVE"), "{}", done.text());
    let card = ham.says("buy", &[("symbol", "AAPL"), ("quantity", "1")]).await;
    assert!(card.text().contains("LIVE") && card.buttons().len() >= 2, "{}", card.text());
}
