//! Names, defaults, questions and what an account shows.

use crate::scripted::Plan;
use crate::world::{World, interaction, market, user};
use desk::Refused;
use desk::views::Switch;
use domain::account::{AccountName, Environment, NameRefusal};
use domain::brokerage::Which;
use domain::outcome::Doubt;
use store::TicketRefusal;

#[tokio::test]
async fn an_account_is_found_by_name_in_any_case_or_by_being_the_one_that_is_meant() {
    let world = World::open().await;
    let tenant = user(1);
    assert_eq!(world.balance(tenant, None).await.unwrap_err(), Refused::NoAccount);
    let live = world.link(tenant, Environment::Live, "Real Money").await;
    assert_eq!(world.balance(tenant, None).await.unwrap().list[0].0.id, live.id, "the only one");
    let other = world.link(tenant, Environment::Live, "Other").await;
    assert_eq!(world.balance(tenant, None).await.unwrap_err(), Refused::WhichAccount);
    assert_eq!(world.balance(tenant, Some("OTHER")).await.unwrap().list[0].0.id, other.id);
    assert_eq!(world.balance(tenant, Some("none")).await.unwrap_err(), Refused::NoSuchAccount("none".into()));
    let secret = world.balance(tenant, Some("PKTEST0000000000TEST")).await.unwrap_err();
    assert_eq!(secret, Refused::Name(NameRefusal::LooksLikeSecret), "and the secret is not repeated");
}

#[tokio::test]
async fn switching_to_live_asks_first_and_to_paper_does_not() {
    let world = World::open().await;
    let tenant = user(1);
    let paper = world.link(tenant, Environment::Paper, "play").await;
    let live = world.link(tenant, Environment::Live, "real").await;
    let Switch::Ask(question) = world.desk.use_account(tenant, "real", interaction()).await.unwrap() else {
        panic!("switched without a question")
    };
    assert_eq!(world.desk.accounts(tenant).await.unwrap().default, Some(paper.id));
    let wrong = world.desk.confirm_remove(tenant, question.ticket, interaction()).await.unwrap_err();
    assert_eq!(wrong, Refused::Ticket(TicketRefusal::Unknown), "a yes to one question is no yes to another");
    let stranger = world.desk.confirm_switch(user(2), question.ticket, interaction()).await.unwrap_err();
    assert_eq!(stranger, Refused::Ticket(TicketRefusal::Unknown));
    world.desk.confirm_switch(tenant, question.ticket, interaction()).await.unwrap();
    assert_eq!(world.desk.accounts(tenant).await.unwrap().default, Some(live.id));
    let again = world.desk.confirm_switch(tenant, question.ticket, interaction()).await.unwrap_err();
    assert_eq!(again, Refused::Ticket(TicketRefusal::Used));
    assert!(matches!(world.desk.use_account(tenant, "PLAY", interaction()).await.unwrap(), Switch::Done(_)));
    let book = world.actions(tenant).await;
    assert_eq!(book[2..], ["switched_to_live", "default_account_changed"]);
}

#[tokio::test]
async fn a_removed_account_leaves_no_keys_and_an_unsettled_one_stays() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    world.broker.plan(Plan::Lose(Doubt::TimedOut));
    world.sent(tenant, market(5)).await;
    let unsettled = world.desk.remove(tenant, "paper", interaction()).await.unwrap_err();
    assert_eq!(unsettled, Refused::UnsettledOrders(1));
    let gone = user(2);
    let account = world.link(gone, Environment::Paper, "gone").await;
    let question = world.desk.remove(gone, "gone", interaction()).await.unwrap();
    assert_eq!(question.account.id, account.id);
    world.desk.confirm_remove(gone, question.ticket, interaction()).await.unwrap();
    assert!(world.desk.accounts(gone).await.unwrap().list.is_empty());
    let sql = format!("SELECT count(*)::text FROM app.credentials WHERE account_id = '{}'", account.id);
    assert_eq!(world.db.as_superuser(&sql).await[0][0].as_deref(), Some("0"));
    assert_eq!(world.actions(gone).await, ["account_linked", "account_removed"]);
}

#[tokio::test]
async fn a_name_is_changed_once_per_interaction_and_never_taken_twice() {
    let world = World::open().await;
    let tenant = user(1);
    world.link(tenant, Environment::Paper, "one").await;
    world.link(tenant, Environment::Paper, "two").await;
    let name = |text: &str| AccountName::parse(text).unwrap();
    let taken = world.desk.rename(tenant, "one", name("TWO"), interaction()).await.unwrap_err();
    assert_eq!(taken, Refused::NameTaken(name("TWO")));
    let once = interaction();
    assert_eq!(world.desk.rename(tenant, "ONE", name("three"), once).await.unwrap().name, name("three"));
    let replayed = world.desk.rename(tenant, "three", name("four"), once).await.unwrap_err();
    assert_eq!(replayed, Refused::AlreadyHandled);
}

#[tokio::test]
async fn what_is_not_proved_is_always_shown() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    world.broker.holds(7);
    world.sent(tenant, market(1)).await;
    world.broker.plan(Plan::Lose(Doubt::ConnectionLost));
    let lost = world.sent(tenant, market(2)).await;
    let orders = world.orders(tenant, Which::Closed).await;
    assert_eq!(orders.list.len(), 1);
    assert_eq!(orders.unconfirmed.iter().map(|receipt| receipt.intent).collect::<Vec<_>>(), [lost.intent]);
    assert_eq!(world.positions(tenant).await.list.len(), 1);
    assert_eq!(world.desk.account_health(tenant, None).await.unwrap().unconfirmed, 1);
    let status = world.desk.status(tenant).await;
    assert!(status.database.is_ok() && status.settled);
    assert_eq!((status.unconfirmed, status.brokers.len()), (1, 1));
}

#[tokio::test]
async fn choices_come_from_memory_from_the_broker_and_from_our_own_book() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    let receipt = world.sent(tenant, market(5)).await;
    crate::world::until(|| async {
        !world.desk.symbol_choices("micro").is_empty() && world.desk.symbol_choices("micro")[0].value == "MSFT"
    })
    .await;
    assert_eq!(world.desk.symbol_choices("aap")[0].label, "AAPL · Apple Inc.");
    let accounts = world.desk.account_choices(tenant, "PAP").await;
    assert_eq!((accounts[0].value.as_str(), accounts[0].label.as_str()), ("paper", "paper · paper"));
    let id = receipt.life.broker_order.unwrap().to_string();
    let open = world.desk.open_order_choices(tenant, None, "aapl").await;
    assert_eq!((open[0].value.as_str(), open[0].label.as_str()), (id.as_str(), "Buy 5 AAPL market · new"));
    world.broker.withdraw_keys(&crate::world::key_of(tenant, Environment::Paper, "paper"));
    let own = world.desk.open_order_choices(tenant, None, "").await;
    assert_eq!((own[0].value.as_str(), own[0].label.as_str()), (id.as_str(), "Buy 5 shares of AAPL at the market"));
    assert!(world.desk.open_order_choices(user(2), None, "").await.is_empty());
}

#[tokio::test]
async fn the_book_of_a_busy_user_is_whole() {
    let world = World::open().await;
    let tenant = world.member(1, Environment::Paper).await;
    for shares in 1..=3 {
        world.sent(tenant, market(shares)).await;
    }
    let card = world.card(tenant).await;
    world.desk.discard(tenant, card.ticket, interaction()).await.unwrap();
    world.click(tenant, card.ticket).await.unwrap_err();
    let verdict = world.db.store().tenant(tenant).await.unwrap().audit_verify().await.unwrap();
    let store::AuditVerdict::Whole(Some(head)) = verdict else { panic!("{verdict:?}") };
    assert_eq!(usize::try_from(head.seq).unwrap(), world.book(tenant).await.len());
    let book = world.actions(tenant).await;
    let placed = ["order_intended", "order_sent", "order_landed"].repeat(3);
    let after = ["order_previewed", "preview_withdrawn", "click_refused"];
    let expected: Vec<&str> = ["account_linked"].into_iter().chain(placed).chain(after).collect();
    assert_eq!(book, expected);
}
