//! `/option`, through the whole: menus and buttons to the card, and the order that reaches the exchange.

use crate::harness::{Friend, PATIENCE, Town};
use rust_decimal::Decimal;
use sim::discord::MessageView;
use sim::exchange::Environment;

async fn town() -> (Town, Friend) {
    let town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    (town, ham)
}

const DAY: &str = "The day on which they expire";
const STRIKE: &str = "A strike";
const STRATEGY: &str = "What to do";

/// A menu's lines, by label or by the note under it.
fn lines(message: &MessageView, menu: &str, part: &str) -> Vec<String> {
    let rows = message.components.iter().flat_map(|row| row["components"].as_array().cloned().unwrap_or_default());
    let menu = rows.into_iter().find(|part| part["placeholder"] == menu);
    let options = menu.and_then(|menu| menu["options"].as_array().cloned()).unwrap_or_default();
    options.iter().filter_map(|option| option[part].as_str().map(str::to_owned)).collect()
}

async fn picks(friend: &Friend, message: &MessageView, menu: &str, line: &str, then: &str) -> MessageView {
    let act = friend.user.select(message, menu, &[line]).await;
    let act = act.unwrap_or_else(|e| panic!("{e}: {}", message.text())).within(PATIENCE);
    act.message_when(|m| m.text().contains(then)).await.unwrap_or_else(|e| panic!("{e}: {menu} {line}, then {then}"))
}

/// The fourth day that is offered: the first may be today's, which ends soon.
async fn on_a_day(friend: &Friend) -> MessageView {
    let first = friend.says("option", &[("symbol", "aapl")]).await;
    assert!(first.ephemeral && first.text().contains("Pick the day"), "{}", first.text());
    let day = lines(&first, DAY, "label").remove(3);
    picks(friend, &first, DAY, &day, "Pick a strike").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spread_is_picked_from_menus_that_outlive_the_bot_and_ends_in_the_card() {
    let (mut town, ham) = town().await;
    let day = on_a_day(&ham).await;
    let notes = lines(&day, STRIKE, "description");
    assert!(notes.len() > 20 && notes.iter().all(|note| note.contains('/') && note.contains('Δ')), "{notes:?}");
    let strike = picks(&ham, &day, STRIKE, "$185.00", "Pick what to do at $185.00").await;
    town.restart().await;
    let second = picks(&ham, &strike, STRATEGY, "Bull call spread", "one more strike").await;
    let whole = picks(&ham, &second, STRIKE, "$200.00", "Max loss").await;
    assert!(whole.text().contains("Break-even") && whole.text().contains("debit"), "{}", whole.text());
    let more = ham.presses(&whole, "One more").await.message_when(|m| m.text().contains("Buy 2 AAPL")).await.unwrap();
    let market = ham.presses(&more, "At bid and ask").await;
    let market = market.message_when(|m| m.buttons().contains(&"Between bid and ask".to_owned())).await.unwrap();
    assert!(town.exchange.orders(ham.paper.account_id).is_empty(), "picking orders nothing");

    let card = ham.presses(&market, "Preview the order").await;
    let card = card.message_when(|m| m.buttons().contains(&"Confirm on paper".to_owned())).await.unwrap();
    assert!(card.text().contains("Trade 2 AAPL spread"), "{}", card.text());
    assert!(town.exchange.orders(ham.paper.account_id).is_empty(), "nor does the card");
    let done = ham.presses(&card, "Confirm on paper").await;
    let done = done.message_when(|m| m.text().contains("Filled") || m.text().contains("Working")).await.unwrap();
    assert!(done.text().contains("AAPL"), "{}", done.text());
    let legs: Vec<_> = town.exchange.orders(ham.paper.account_id).iter().map(|order| order.symbol.clone()).collect();
    assert!(!legs.is_empty(), "{legs:?}");
    town.until_sql("select count(*)::text from app.intents", "1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_is_sold_against_cash_and_a_call_only_against_shares_by_its_asker_alone() {
    let (town, ham) = town().await;
    let day = on_a_day(&ham).await;
    let strike = picks(&ham, &day, STRIKE, "$180.00", "Pick what to do").await;
    let put = picks(&ham, &strike, STRATEGY, "Cash-secured put", "Max loss").await;
    assert!(put.text().contains("$18,000.00 of cash"), "{}", put.text());
    let call = picks(&ham, &put, STRATEGY, "Covered call", "that you hold").await;

    let mara = town.friend("mara");
    mara.links(Environment::Paper).await;
    let order = call.custom_id("Preview the order").unwrap();
    let told = town.discord.force_press(&mara.user, &call, &order).within(PATIENCE).reply().await.unwrap();
    assert!(told.text().contains("Not yours"), "{}", told.text());
    let mut copy = call.clone();
    copy.raw["interaction_metadata"] = serde_json::Value::Null;
    let told = town.discord.force_press(&mara.user, &copy, &order).within(PATIENCE).reply().await.unwrap();
    assert!(!told.text().contains("Confirm"), "{}", told.text());

    // Without the shares Alpaca refuses the call, and the put is sold.
    let card = ham.presses(&call, "Preview the order").await;
    let confirm = |m: &MessageView| m.buttons().contains(&"Confirm on paper".to_owned());
    let card = card.message_when(confirm).await.unwrap();
    assert!(card.text().contains("call"), "{}", card.text());
    let refused = ham.presses(&card, "Confirm on paper").await;
    refused.message_when(|m| m.text().contains("Refused")).await.unwrap();
    let day = on_a_day(&ham).await;
    let strike = picks(&ham, &day, STRIKE, "$180.00", "Pick what to do").await;
    let put = picks(&ham, &strike, STRATEGY, "Cash-secured put", "Max loss").await;
    let card = ham.presses(&put, "Preview the order").await.message_when(confirm).await.unwrap();
    let sold = ham.presses(&card, "Confirm on paper").await;
    sold.message_when(|m| m.text().contains("Filled") || m.text().contains("Working")).await.unwrap();
}
