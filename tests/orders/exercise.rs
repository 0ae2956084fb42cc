//! What is wished of contracts, from the command to the exchange and back.

use super::cents;
use super::contracts::{held, listed, writer};
use super::told;
use crate::harness::Town;
use rust_decimal::Decimal;
use sim::exchange::{Endpoint, Fault, FaultRule};

#[tokio::test(flavor = "multi_thread")]
async fn held_contracts_are_exercised_after_a_card_and_become_shares() {
    let town = Town::open().await;
    let ham = writer(&town).await;
    let call = listed(&town, &ham, "call", 200);
    told(&town, &ham, "buy", &call, &[("quantity", "2")]).await;
    town.until("two are held", || held(&town, &ham, &call) == Decimal::TWO).await;
    let cash = town.exchange.cash(ham.paper.account_id);
    let card = ham.says("exercise", &[("contract", &call)]).await;
    assert!(card.text().contains("You pay **$40,000.00** ($200.00 a share) and get **200 AAPL**"), "{}", card.text());
    assert!(card.text().contains("in the money by $50.00"), "{}", card.text());
    assert_eq!(town.exchange.count_of(ham.paper.account_id, Endpoint::Exercise), 0, "a card sends nothing");
    let pressed = ham.presses(&card, "Exercise").await;
    pressed.message_when(|m| m.text().contains("Exercise taken")).await.unwrap();
    assert_eq!((held(&town, &ham, &call), held(&town, &ham, "AAPL")), (Decimal::ZERO, Decimal::from(200)));
    assert_eq!(cash - town.exchange.cash(ham.paper.account_id), cents(4_000_000));
    let none = ham.says("exercise", &[("contract", &call)]).await;
    assert!(none.text().contains("Nothing was sent"), "{}", none.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_told_as_such_and_a_second_look_shows_what_is_there() {
    let town = Town::open().await;
    let ham = writer(&town).await;
    let call = listed(&town, &ham, "call", 200);
    told(&town, &ham, "buy", &call, &[("quantity", "1")]).await;
    town.until("one is held", || held(&town, &ham, &call) == Decimal::ONE).await;
    let card = ham.says("exercise", &[("contract", &call)]).await;
    town.exchange.push_fault(FaultRule::once(Endpoint::Exercise, Fault::ResetAfter));
    let pressed = ham.presses(&card, "Exercise").await;
    let unknown = pressed.message_when(|m| m.text().contains("Sent, not yet confirmed")).await.unwrap();
    let look = ham.presses(&unknown, "Look again").await;
    let settled =
        look.message_when(|m| m.text().contains("its history lists **1** of them as exercised")).await.unwrap();
    assert!(settled.text().contains("Exercised") && settled.buttons().is_empty(), "{}", settled.text());
    assert_eq!(town.exchange.count_of(ham.paper.account_id, Endpoint::Exercise), 1, "sent once");
    assert_eq!(held(&town, &ham, "AAPL"), Decimal::ONE_HUNDRED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_settled_in_its_message_without_a_press() {
    let town = Town::open().await;
    let ham = writer(&town).await;
    let call = listed(&town, &ham, "call", 200);
    told(&town, &ham, "buy", &call, &[("quantity", "1")]).await;
    town.until("one is held", || held(&town, &ham, &call) == Decimal::ONE).await;
    let card = ham.says("exercise", &[("contract", &call)]).await;
    town.exchange.push_fault(FaultRule::once(Endpoint::Exercise, Fault::ResetAfter));
    let pressed = ham.presses(&card, "Exercise").await;
    pressed.message_when(|m| m.text().contains("Sent, not yet confirmed")).await.unwrap();
    let due = "UPDATE app.exercises SET next_look_at = now() WHERE next_look_at IS NOT NULL";
    town.db.as_superuser(due).await;
    let found = pressed.message_when(|m| m.text().contains("its history lists **1** of them as exercised")).await;
    assert!(found.unwrap().buttons().is_empty());
    let settled =
        "SELECT count(*)::text FROM app.audit WHERE action = 'exercise_settled' AND detail->>'by' = 'resolver'";
    town.until_sql(settled, "1").await;
    assert_eq!(town.exchange.count_of(ham.paper.account_id, Endpoint::Exercise), 1, "sent once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wish_not_to_exercise_is_turned_down_before_the_last_day_in_alpacas_words() {
    let town = Town::open().await;
    let ham = writer(&town).await;
    let put = listed(&town, &ham, "put", 300);
    told(&town, &ham, "buy", &put, &[("quantity", "1")]).await;
    town.until("one is held", || held(&town, &ham, &put) == Decimal::ONE).await;
    let card = ham.says("exercise", &[("contract", &put), ("wish", "do-not-exercise")]).await;
    assert!(card.text().contains("on their last day only"), "{}", card.text());
    let pressed = ham.presses(&card, "Do not exercise").await;
    let refused = pressed.message_when(|m| m.text().contains("Refused by Alpaca")).await.unwrap();
    assert!(refused.text().contains("Nothing was changed"), "{}", refused.text());
    let canceled = ham.says("exercise", &[("contract", &put)]).await;
    let canceled = ham.presses(&canceled, "Cancel").await;
    canceled.message_when(|m| m.text().contains("Nothing was sent")).await.unwrap();
    assert_eq!(held(&town, &ham, &put), Decimal::ONE);
    assert_eq!(town.exchange.count_of(ham.paper.account_id, Endpoint::Exercise), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn guards_stop_an_exercise_that_is_an_entry_and_no_other() {
    let town = Town::open().await;
    let ham = writer(&town).await;
    let (call, put) = (listed(&town, &ham, "call", 200), listed(&town, &ham, "put", 300));
    for contract in [&call, &put] {
        told(&town, &ham, "buy", contract, &[("quantity", "1")]).await;
    }
    told(&town, &ham, "buy", "AAPL", &[("quantity", "100")]).await;
    town.until("shares are held", || held(&town, &ham, "AAPL") == Decimal::ONE_HUNDRED).await;
    let card = ham.says("exercise", &[("contract", &call)]).await;
    ham.says("guard set", &[("never", "AAPL")]).await;
    let stopped = ham.presses(&card, "Exercise").await;
    let stopped = stopped.message_when(|m| m.text().contains("Never AAPL")).await.unwrap();
    assert!(stopped.text().contains("Nothing was sent"), "{}", stopped.text());
    let stopped = ham.says("exercise", &[("contract", &call)]).await;
    assert!(stopped.text().contains("Never AAPL"), "{}", stopped.text());
    assert_eq!(town.exchange.count_of(ham.paper.account_id, Endpoint::Exercise), 0);
    town.until_sql(
        "SELECT count(*)::text FROM app.audit
          WHERE action = 'order_declined' AND detail->>'guard' = 'guard_never' AND detail ? 'exercise'",
        "2",
    )
    .await;
    // The put gives what is held, so it is an exit.
    let card = ham.says("exercise", &[("contract", &put)]).await;
    let given = ham.presses(&card, "Exercise").await;
    given.message_when(|m| m.text().contains("Exercise taken")).await.unwrap();
    assert_eq!(held(&town, &ham, "AAPL"), Decimal::ZERO);
}
