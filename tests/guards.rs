//! An owner's own bounds, from the words in Discord to what reaches the exchange.

use crate::harness::{Friend, Town};
use rust_decimal::Decimal;
use sim::discord::Place;
use sim::exchange::Environment;

/// Options of a command, by name.
type Options<'a> = &'a [(&'a str, &'a str)];

fn quote(town: &Town, symbol: &str, dollars: i64) {
    town.exchange.set_quote(symbol, Decimal::from(dollars), Decimal::from(dollars));
}

async fn fills(ham: &Friend, command: &str, options: Options<'_>) {
    let order = ham.runs(Place::Server, command, options).await;
    let done = order.message_when(|m| m.text().contains("Filled") || m.text().contains("Nothing was sent")).await;
    let done = done.unwrap().text();
    assert!(done.contains("Filled"), "{command} {options:?}: {done}");
}

async fn is_stopped(ham: &Friend, command: &str, options: Options<'_>, by: &str) {
    let said = ham.says(command, options).await.text();
    assert!(said.contains(by) && said.contains("Nothing was sent"), "{command} {options:?}: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_stops_entries_by_its_name_and_value_and_no_exit() {
    let town = Town::open().await;
    quote(&town, "AAPL", 100);
    quote(&town, "TSLA", 100);
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    let set = ham.says("guard set", &[("order", "500"), ("never", "tsla"), ("fat_finger", "5%")]).await;
    assert!(set.ephemeral && set.text().contains("$500.00") && set.text().contains("TSLA"), "{}", set.text());

    is_stopped(
        &ham,
        "buy",
        &[("symbol", "AAPL"), ("quantity", "6")],
        "**Largest order $500.00**: this one is worth $600.00",
    )
    .await;
    is_stopped(&ham, "t", &[("order", "buy 1 tsla")], "**Never TSLA**").await;
    is_stopped(&ham, "t", &[("order", "buy 1 aapl lmt 106")], "**Fat finger 5%**").await;
    fills(&ham, "buy", &[("symbol", "AAPL"), ("quantity", "5")]).await;
    quote(&town, "AAPL", 200);
    fills(&ham, "sell", &[("symbol", "AAPL"), ("quantity", "5")]).await;
    assert_eq!(town.exchange.orders(ham.paper.account_id).len(), 2);
    let declined =
        "SELECT string_agg(detail->>'guard', ' ' ORDER BY seq) FROM app.audit WHERE action = 'order_declined'";
    town.until_sql(declined, "guard_order guard_never guard_fat_finger").await;
    town.until_sql("SELECT count(*)::text FROM app.audit WHERE action = 'guards_changed'", "1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_that_became_tighter_holds_for_the_card_that_is_open() {
    let town = Town::open().await;
    quote(&town, "AAPL", 100);
    let ham = town.friend("ham");
    ham.links(Environment::Live).await;
    let card = ham.says("buy", &[("symbol", "AAPL"), ("quantity", "2")]).await;
    let bought = ham.presses(&card, "Confirm with real money").await;
    bought.message_when(|m| m.text().contains("Filled")).await.unwrap();

    let (entry, exit) =
        (ham.says("t", &[("order", "buy 1 aapl")]).await, ham.says("t", &[("order", "sell 2 aapl")]).await);
    ham.says("guard set", &[("never", "AAPL")]).await;
    let pressed = ham.presses(&entry, "Confirm with real money").await;
    let stopped = pressed.message_when(|m| m.text().contains("Never AAPL")).await.unwrap();
    assert!(stopped.text().contains("Nothing was sent"), "{}", stopped.text());
    assert_eq!(town.exchange.orders(ham.live.account_id).len(), 1, "the entry did not leave");
    let pressed = ham.presses(&exit, "Confirm with real money").await;
    pressed.message_when(|m| m.text().contains("Filled")).await.unwrap();
    assert!(town.exchange.positions(ham.live.account_id).is_empty());
    town.until_sql(
        "SELECT count(*)::text FROM app.audit WHERE action = 'order_not_sent' AND detail::text LIKE '%guard_never%'",
        "1",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_looser_holds_a_day_later() {
    let town = Town::open().await;
    quote(&town, "AAPL", 100);
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    ham.says("guard set", &[("order", "500")]).await;
    let asked = ham.says("guard set", &[("order", "900")]).await;
    assert!(asked.text().contains("**$500.00**") && asked.text().contains("$900.00"), "{}", asked.text());
    is_stopped(&ham, "t", &[("order", "buy 6 aapl")], "It becomes looser").await;
    let cleared = ham.says("guard clear", &[("guard", "order")]).await;
    assert!(cleared.text().contains("**$500.00**") && cleared.text().contains("none"), "{}", cleared.text());
    is_stopped(&ham, "t", &[("order", "buy 6 aapl")], "Largest order $500.00").await;
    let shown = ham.says("guard show", &[]).await;
    assert!(shown.ephemeral && shown.text().contains("**$500.00** · "), "{}", shown.text());

    // The day passes.
    let passed = "to_jsonb(to_char(now() AT TIME ZONE 'UTC' - interval '1 minute', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))";
    let set =
        format!("UPDATE app.accounts SET guards = jsonb_set(guards, '{{order,later,from}}', {passed}) RETURNING 'x'");
    assert_eq!(town.db.as_superuser(&set).await.len(), 1);
    fills(&ham, "t", &[("order", "buy 6 aapl")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_account_enters_nothing_and_still_cancels_and_leaves() {
    let town = Town::open().await;
    quote(&town, "AAPL", 100);
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    fills(&ham, "t", &[("order", "buy 5 aapl")]).await;
    let resting = ham.runs(Place::Server, "t", &[("order", "buy 1 aapl lmt 50")]).await;
    resting.message_when(|m| m.text().contains("Working")).await.unwrap();
    let paused = ham.says("pause", &[]).await;
    assert!(paused.text().contains("Paused: nothing is entered"), "{}", paused.text());
    is_stopped(&ham, "t", &[("order", "buy 1 aapl")], "This account is paused").await;
    let canceled = ham.says("cancel", &[("order", "AAPL")]).await;
    assert!(!canceled.text().contains("paused"), "{}", canceled.text());
    resting.message_when(|m| m.text().contains("Canceled")).await.unwrap();
    fills(&ham, "close", &[("symbol", "AAPL")]).await;
    ham.says("resume", &[]).await;
    fills(&ham, "t", &[("order", "buy 1 aapl")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn losses_stop_entries_for_the_day_and_for_a_rest() {
    let town = Town::open().await;
    quote(&town, "AAPL", 100);
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    ham.says("guard set", &[("cool_off", "1/30"), ("day_loss", "400")]).await;
    fills(&ham, "t", &[("order", "buy 100 aapl")]).await;
    quote(&town, "AAPL", 97);
    fills(&ham, "t", &[("order", "sell 50 aapl")]).await;
    is_stopped(&ham, "t", &[("order", "buy 1 aapl")], "**Cool-off 30 min after a losing exit**").await;
    quote(&town, "AAPL", 90);
    is_stopped(&ham, "t", &[("order", "buy 1 aapl")], "**Day's loss $400.00**").await;
    fills(&ham, "t", &[("order", "sell all aapl")]).await;
}
