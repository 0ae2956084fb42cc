//! `/ticket`, through the whole: filled in by menus and a form, seen against the market, and ended in the card of `/buy`.

use crate::harness::{Friend, PATIENCE, Town};
use rust_decimal::Decimal;
use serde_json::json;
use sim::discord::{MessageView, Place};
use sim::exchange::{Environment, Status};

const SIDE: &str = "Buy or sell";
const KIND: &str = "At what price";
const TIME: &str = "For how long";

async fn with(environment: Environment) -> (Town, Friend) {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");
    ham.links(environment).await;
    (town, ham)
}

async fn picks(friend: &Friend, message: &MessageView, menu: &str, line: &str, then: &str) -> MessageView {
    let act = friend.user.select(message, menu, &[line]).await;
    let act = act.unwrap_or_else(|e| panic!("{e}: {}", message.text())).within(PATIENCE);
    act.message_when(|m| m.text().contains(then)).await.unwrap_or_else(|e| panic!("{e}: {menu} {line}, then {then}"))
}

async fn fills(friend: &Friend, message: &MessageView, answers: &[(&str, &str)], then: &str) -> MessageView {
    let form = friend.presses(message, "Size and prices").await.modal().await.unwrap();
    let act = friend.user.submit(&form, answers).await.unwrap().within(PATIENCE);
    act.message_when(|m| m.text().contains(then)).await.unwrap_or_else(|e| panic!("{e}: {answers:?}, then {then}"))
}

async fn previews(friend: &Friend, ticket: &MessageView, button: &str) -> MessageView {
    let act = friend.presses(ticket, "Preview the order").await;
    act.message_when(|m| m.buttons().contains(&button.to_owned())).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_filled_in_through_a_restart_and_ends_in_the_card() {
    let (mut town, ham) = with(Environment::Paper).await;
    let first = ham.says("ticket", &[("symbol", "aapl")]).await;
    for said in ["Buy AAPL", "Still missing: how much", "$184.50 / $184.52", "Buying power", "$100,000.00"] {
        assert!(first.ephemeral && first.text().contains(said), "{said}: {}", first.text());
    }
    assert!(!first.buttons().contains(&"Preview the order".to_owned()), "there is no order yet");
    let limit = picks(&ham, &first, KIND, "Limit", "how much and the limit").await;
    let gtc = picks(&ham, &limit, TIME, "Until canceled", "Limit … · until canceled").await;
    town.restart().await;
    let whole = fills(&ham, &gtc, &[("size", "5"), ("limit", "180")], "Buy 5 AAPL at $180.00 or better").await;
    assert_eq!(whole.id, first.id, "one message from beginning to end");
    for said in ["$900.00 before fees", "$99,100.00", "0 → 5 shares"] {
        assert!(whole.text().contains(said), "{said}: {}", whole.text());
    }
    // The quote moves, and the ticket shows it when it is asked to.
    town.exchange.set_quote("AAPL", Decimal::from(190), Decimal::from(191));
    let moved = ham.presses(&whole, "Refresh").await.message_when(|m| m.text().contains("$190.00 / $191.00")).await;
    let moved = moved.unwrap();
    let card = previews(&ham, &moved, "Confirm on paper").await;
    assert!(card.text().contains("Buy 5 AAPL at $180.00 or better?"), "{}", card.text());
    assert!(town.exchange.orders(ham.paper.account_id).is_empty(), "neither ticket nor card orders anything");

    // From the card back to the ticket, and on again.
    let is_ticket = |m: &MessageView| m.buttons().contains(&"Size and prices".to_owned());
    let back = ham.presses(&card, "Change").await.message_when(is_ticket).await.unwrap();
    let day = picks(&ham, &back, TIME, "Day", "Limit $180.00 · day").await;
    let card = previews(&ham, &day, "Confirm on paper").await;
    let done = ham.presses(&card, "Confirm on paper").await;
    done.message_when(|m| m.text().contains("Working")).await.unwrap();
    let orders = town.exchange.orders(ham.paper.account_id);
    assert_eq!(orders.len(), 1);
    assert_eq!(format!("{:?}", orders[0].kind), "Limit(180)");
    town.until_sql("SELECT count(*)::text FROM app.intents", "1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_ticket_with_exits_goes_out_with_one_press_on_its_card() {
    let (town, ham) = with(Environment::Live).await;
    let first = ham.says("ticket", &[("symbol", "AAPL")]).await;
    let answers = [("size", "$1,000")];
    let odd = ham.presses(&first, "Size and prices").await.modal().await.unwrap();
    let odd = ham.user.submit(&odd, &answers).await.unwrap().within(PATIENCE);
    odd.message_when(|m| m.text().contains("comma") && m.text().contains("Nothing was sent")).await.unwrap();
    let answers = [("size", "4"), ("limit", "184.60"), ("take_profit", "195"), ("stop_loss", "178")];
    let whole = fills(&ham, &first, &answers, "Buy 4 AAPL at $184.60 or better").await;
    assert!(whole.text().contains("take profit at $195.00"), "{}", whole.text());
    let plain = fills(&ham, &whole, &[("take_profit", "-")], "or better, stop loss at $178.00").await;
    assert!(!plain.text().contains("take profit"), "{}", plain.text());
    let card = previews(&ham, &plain, "Confirm with real money").await;
    assert!(town.exchange.orders(ham.live.account_id).is_empty(), "nothing leaves before the press");
    let done = ham.presses(&card, "Confirm with real money").await;
    done.message_when(|m| m.text().contains("Filled")).await.unwrap();
    let orders = town.exchange.orders(ham.live.account_id);
    let filled: Vec<_> = orders.iter().filter(|order| order.status == Status::Filled).collect();
    assert_eq!(filled.len(), 1, "{orders:?}");
    assert_eq!(orders.len(), 2, "the order and its stop");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_stands_in_the_ticket_and_before_its_card() {
    let (town, ham) = with(Environment::Paper).await;
    let first = ham.says("ticket", &[("symbol", "AAPL")]).await;
    let whole = fills(&ham, &first, &[("size", "5")], "Buy 5 AAPL at the market").await;
    ham.says("guard set", &[("order", "500")]).await;
    let pressed = ham.presses(&whole, "Preview the order").await;
    let told = pressed.message_when(|m| m.text().contains("Largest order $500.00")).await.unwrap();
    assert!(told.text().contains("Nothing was sent"), "{}", told.text());
    let stopped = ham.presses(&whole, "Refresh").await;
    let stopped = stopped.message_when(|m| m.id == whole.id && m.text().contains("Largest order")).await.unwrap();
    assert!(!stopped.buttons().contains(&"Preview the order".to_owned()), "{:?}", stopped.buttons());
    let smaller = fills(&ham, &stopped, &[("size", "2")], "Buy 2 AAPL at the market").await;
    previews(&ham, &smaller, "Confirm on paper").await;
    assert!(town.exchange.orders(ham.paper.account_id).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_its_askers_alone() {
    let (town, ham) = with(Environment::Paper).await;
    let mara = town.friend("mara");
    mara.links(Environment::Paper).await;
    let first = ham.says("ticket", &[("symbol", "AAPL")]).await;
    let whole = fills(&ham, &first, &[("size", "5")], "Buy 5 AAPL at the market").await;
    let mut copy = whole.clone();
    copy.raw["interaction_metadata"] = serde_json::Value::Null;
    for button in ["Preview the order", "Refresh"] {
        let id = whole.custom_id(button).unwrap();
        let told = town.discord.force_press(&mara.user, &whole, &id).within(PATIENCE).reply().await.unwrap();
        assert!(told.text().contains("Not yours"), "{button}: {}", told.text());
        let told = town.discord.force_press(&mara.user, &copy, &id).within(PATIENCE).reply().await.unwrap();
        assert!(told.text().contains("This button is too old"), "{button}: {}", told.text());
    }
    // A form is opened without a look at anything; what is typed into it reaches nobody's ticket.
    let filled = whole.custom_id("Size and prices").unwrap().replace(":fill:", ":filled:");
    let rows = json!([{"type": 1, "components": [{"type": 4, "custom_id": "size", "value": "500"}]}]);
    let told = mara.user.submit_raw(Place::Server, &filled, &rows).within(PATIENCE).reply().await.unwrap();
    assert!(told.text().contains("This button is too old"), "{}", told.text());
    let card = previews(&ham, &whole, "Confirm on paper").await;
    assert!(card.text().contains("Buy 5 AAPL at the market?"), "{}", card.text());
    assert!(town.exchange.orders(mara.paper.account_id).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coin_and_a_part_of_what_is_held_are_sold_from_a_ticket() {
    let (town, ham) = with(Environment::Paper).await;
    ham.says("t", &[("order", "buy 10 aapl")]).await;
    town.until("the purchase is filled", || !town.exchange.positions(ham.paper.account_id).is_empty()).await;
    let first = ham.says("ticket", &[("symbol", "AAPL")]).await;
    let sell = picks(&ham, &first, SIDE, "Sell", "Sell AAPL").await;
    let half = fills(&ham, &sell, &[("size", "50%")], "Sell 5 AAPL at the market").await;
    assert!(half.text().contains("50% of what you hold: 5 shares"), "{}", half.text());
    assert!(half.text().contains("Estimated proceeds"), "{}", half.text());
    let card = previews(&ham, &half, "Confirm on paper").await;
    let done = ham.presses(&card, "Confirm on paper").await;
    done.message_when(|m| m.text().contains("Filled")).await.unwrap();

    let coin = ham.says("ticket", &[("symbol", "BTC/USD")]).await;
    let whole = fills(&ham, &coin, &[("size", "$50")], "Buy $50.00 of BTC/USD at the market").await;
    assert!(whole.text().contains("until canceled"), "{}", whole.text());
    let unknown = ham.says("ticket", &[("symbol", "QQQQQ")]).await;
    assert!(unknown.text().contains("No such symbol") || unknown.text().contains("QQQQQ"), "{}", unknown.text());
}
