//! Nothing lives in memory: buttons, forms and orders survive the process.

use crate::harness::{PATIENCE, Town};
use rust_decimal::Decimal;
use sim::discord::Place;
use sim::exchange::{Endpoint, Environment, Fault, FaultRule, Status};

#[tokio::test(flavor = "multi_thread")]
async fn a_card_from_before_a_restart_still_works() {
    let mut town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");
    ham.links(Environment::Live).await;
    let card = ham.says("buy", &[("symbol", "AAPL"), ("quantity", "2")]).await;
    town.restart().await;
    let label = card.buttons().remove(0);
    let click = ham.presses(&card, &label).await;
    click.message_when(|m| m.text().contains("Filled")).await.unwrap();
    assert_eq!(town.exchange.orders(ham.live.account_id).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_from_before_a_restart_still_works_once() {
    let mut town = Town::open().await;
    let ham = town.friend("ham");
    let form = ham.runs(Place::Server, "account add", &[("environment", "paper")]).await.modal().await.unwrap();
    // The form's row is written right after the form was shown.
    town.until_sql("select count(*)::text from app.forms", "1").await;
    town.restart().await;
    let linked = ham.submits(&form, &ham.paper.key_id, &ham.paper.secret).await;
    assert!(linked.text().contains("PAPER"), "{}", linked.text());
    let again = town.discord.user("ham").submit(&form, &[("key_id", "x"), ("secret", "y")]).await.unwrap();
    let told = again.within(PATIENCE).reply().await.unwrap();
    assert!(!told.text().contains("PAPER"), "{}", told.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_answer_was_lost_is_never_called_failed_and_is_settled_after_a_restart() {
    let mut town = Town::open().await;
    town.exchange.set_quote("AAPL", Decimal::new(18_450, 2), Decimal::new(18_452, 2));
    let ham = town.friend("ham");
    ham.links(Environment::Paper).await;
    town.exchange.push_fault(FaultRule::once(Endpoint::SubmitOrder, Fault::ResetAfter));
    let lost = FaultRule { on: Some(Endpoint::OrderByClientId), account: None, fault: Fault::Unavailable, times: 1000 };
    town.exchange.push_fault(lost);
    let order = ham.runs(Place::Server, "buy", &[("symbol", "AAPL"), ("quantity", "5")]).await;
    let unsure = order.message_when(|m| m.text().to_lowercase().contains("not yet confirmed")).await.unwrap();
    assert!(unsure.text().contains("Do not send it again"), "{}", unsure.text());
    town.kill();
    town.exchange.clear_faults();
    town.start().await;
    town.until_sql("select state from app.intents", "filled").await;
    let orders = town.exchange.orders(ham.paper.account_id);
    assert_eq!(orders.len(), 1, "one order, not two");
    assert_eq!(orders[0].status, Status::Filled);
}
